"""The screens without a mouse, and without barriers that axe finds, in a real browser.

Nothing leaves this computer: requests of the page and sockets of the servers are watched.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from watching import elsewhere, watched

from experiments.command.catalogue import ROOT
from experiments.report import style

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
WAIT = 120_000  # ms
WANTED = ("playwright", "streamlit", "solara", "solara_assets", "axe_playwright_python")
MISSING = [name for name in WANTED if importlib.util.find_spec(name) is None]
GRAVE = ("serious", "critical")
# What stands in elements of Streamlit and of Solara's Vuetify themselves: rule, and part of the element.
THEIRS = (
    ("color-contrast", "token"),  # Streamlit: colours of a command in st.code
    ("nested-interactive", "v-input__slot"),  # Vuetify: a list to choose from
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this computer"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        made = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(params=["dashboard", "live", "live report.language=zh"], scope="module")
def screen(request, tmp_path_factory) -> Iterator[tuple[str, str]]:
    """Words that began a running screen, and its address; it ends with the tests."""
    words = request.param.split()
    if words[-1].endswith("zh") and style.chinese_font() is None:
        pytest.skip("no Chinese font here")
    folder = tmp_path_factory.mktemp(words[0])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), *words, f"port={port}"],
        cwd=folder,
        env=watched(folder / "sockets"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + WAIT / 1000
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < end
                time.sleep(0.3)
        yield request.param, f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    assert elsewhere(folder / "sockets") == set(), "the server or a worker turned to a host"


def opened(context: Any, address: str) -> Any:
    """A page that notes every address it asks."""
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket_: page.asked.append(socket_.url))
    page.goto(address)
    return page


def only_here(page: Any, address: str) -> None:
    """No request left for elsewhere."""
    host = address.removeprefix("http://")
    here = (f"http://{host}/", f"ws://{host}/", "data:", "blob:")
    assert [url for url in page.asked if not url.startswith(here)] == []


def settled(page: Any) -> None:
    """Wait until the dashboard has answered and nothing on it is faded."""
    page.wait_for_timeout(700)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=WAIT, state="attached")
    page.wait_for_function("() => !document.querySelector('[data-stale=true]')", timeout=WAIT)
    page.wait_for_timeout(1_000)


def barriers(page: Any) -> list[str]:
    """What axe finds serious or critical, but for what stands in elements that are not ours."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for rule in Axe().run(page).response["violations"]:
        for node in rule["nodes"] if rule["impact"] in GRAVE else []:
            if not any(rule["id"] == name and part in node["html"] for name, part in THEIRS):
                found.append(f"{rule['id']} at {node['target']}: {node['html'][:160]}")
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_no_grave_barrier_in_what_is_ours(browser, screen, width, theme):
    verb, address = screen
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = opened(context, address)
    if verb.startswith("live"):
        chinese = verb.endswith("zh")
        page.locator(".live-chart canvas").nth(6).wait_for(timeout=WAIT)
        page.get_by_role("button", name="改变条件" if chinese else "Change something").click()
        page.get_by_role("button", name="前进一年" if chinese else "A year on").click()
        page.locator(".live-chart[data-drawn='12']").nth(6).wait_for(timeout=WAIT)
        page.wait_for_timeout(800)
        assert barriers(page) == []
    else:
        page.get_by_role("button", name="Run", exact=True).wait_for(timeout=WAIT)
        for chinese in (False, True):
            if chinese:
                page.get_by_text("中文", exact=True).click()
            settled(page)
            for english, name in (("Result", "结果"), ("Compare", "比较"), ("Download", "下载")):
                page.get_by_role("tab", name=name if chinese else english, exact=True).click()
                settled(page)
                assert barriers(page) == [], (english, chinese)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    only_here(page, address)
    context.close()


FOCUSED = """() => {
    const one = document.activeElement;
    return (one.getAttribute('aria-label') || one.innerText || '').trim();
}"""


def reach(page: Any, name: str) -> None:
    """Press Tab until the element of this name has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def test_a_planner_without_a_mouse(browser, screen, tmp_path):
    """A story, a share, a run, two scenarios compared, why, a file: keys alone."""
    verb, address = screen
    if verb != "dashboard":
        pytest.skip("the task of the dashboard")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = opened(context, address)
    page.get_by_role("button", name="Run", exact=True).wait_for(timeout=WAIT)
    settled(page)
    reach(page, "Compare")
    page.keyboard.press("Enter")
    settled(page)
    reach(page, "Subsidies fade from 2027")
    page.keyboard.press("Enter")
    settled(page)
    reach(page, "Government, %")
    page.keyboard.press("Control+A")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    settled(page)
    reach(page, "Run")
    page.keyboard.press("Enter")
    page.get_by_text("up to date").wait_for(timeout=WAIT)
    settled(page)
    for tab, seen in (
        ("Compare", "What differs between the scenarios"),
        ("Why?", "Village"),
        ("Download", "Report (HTML)"),
    ):
        to_tab(page, tab)
        settled(page)
        page.get_by_text(seen).first.wait_for(timeout=WAIT)
    reach(page, "Report (HTML)")
    with page.expect_download(timeout=WAIT) as got:
        page.keyboard.press("Enter")
    got.value.save_as(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!")
    only_here(page, address)
    context.close()


def to_tab(page: Any, name: str) -> None:
    """Go to the tabs, then by arrows to one, and open it."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "tab":
            break
    for _ in range(8):
        if page.evaluate(FOCUSED) == name:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"the tab {name} is not reached by the keyboard")
