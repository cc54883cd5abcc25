"""The screens in a real browser, headless.

The path of a planner, and the live model stepped. Nothing leaves this computer.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest
from watching import elsewhere, watched

import run
from experiments.command.catalogue import ROOT
from experiments.command.scenario import write_scenario
from sim.state.parameters import Parameters

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TINY = {
    "county.villages": 3,
    "county.elders": 20,
    "horizon.end": "2027-12",
    "horizon.spin_up": 2,
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
}
WAIT = 120_000
MISSING = [
    name
    for name in ("playwright", "streamlit", "solara", "solara_assets")
    if importlib.util.find_spec(name) is None
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (extras dashboard, live, browser)"
    ),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this computer"),
]


@pytest.fixture(scope="module")
def browser():
    """A headless chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        made = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()


def served(verb: str, folder: Path):
    """Start a screen on a free port and wait until it answers; it ends with the test."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with (folder / f"{verb}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), verb, f"port={port}"],
            cwd=folder,
            env=watched(folder / "sockets"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + WAIT / 1000
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, (folder / f"{verb}.log").read_text()
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert elsewhere(folder / "sockets") == set(), "the server or a worker turned to a host"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    """Address of a running dashboard."""
    yield from served("dashboard", tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Address of a running live model."""
    yield from served("live", tmp_path_factory.mktemp("live"))


@pytest.fixture
def page(browser):
    """A page that notes every address it asks and every error of a script."""
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    made.asked, made.errors = [], []
    made.on("request", lambda r: made.asked.append(r.url))
    made.on("websocket", lambda w: made.asked.append(w.url))
    made.on("pageerror", lambda e: made.errors.append(str(e)))
    yield made
    made.close()


def only_here(page, address: str) -> None:
    """No request left for elsewhere, no script failed."""
    host = address.removeprefix("http://")
    ours = [url for url in page.asked if url.startswith((f"http://{host}/", f"ws://{host}/"))]
    strange = [url for url in page.asked if url not in ours and not url.startswith(("data:", "blob:"))]
    assert strange == [] and page.errors == []
    assert any(url.startswith("ws:") for url in ours), "the page answers by a websocket"


def shows(page, label: str, value: str, kind: str = "text") -> None:
    """Wait until a field or slider shows a value."""
    from playwright.sync_api import expect

    expect(page.locator(f"input[type={kind}][aria-label='{label}']").first).to_have_value(value, timeout=WAIT)


def settled(page) -> None:
    """Wait until the page has answered.

    Until then old controls may stand beside new ones, and an open list closes.
    """
    page.wait_for_timeout(500)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=WAIT, state="attached")
    page.wait_for_timeout(500)


def fill(page, name: str, value: str, wait: bool = True) -> None:
    """Write a number into its box, and by default wait until that is answered."""
    settled(page)
    box = page.locator(f"input[type=number][aria-label='{name}']").first
    for _ in range(3):  # an answer on its way may put the former value back
        box.fill(value)
        page.wait_for_timeout(200)
        if box.input_value() == value:
            break
    box.press("Enter")
    if wait:
        settled(page)


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def load(page, file: Path) -> None:
    """Put a scenario file into the sidebar."""
    page.get_by_text("Save and load").click()
    page.locator("input[type=file]").last.set_input_files(str(file))


def saved(page, name: str, folder: Path) -> Path:
    """Press a download button and keep the file."""
    with page.expect_download(timeout=WAIT) as got:
        button(page, name).last.click()
    path = folder / got.value.suggested_filename
    got.value.save_as(path)
    return path


def test_the_path_of_a_planner(page, dashboard, tmp_path, capsys):
    """Open, load a small county, move a slider, run, compare, download, and run the file in run.py to the
    same bytes.
    """
    file = tmp_path / "small.yaml"
    file.write_text(write_scenario(Parameters().replace(TINY), {"seeds": 3, "seed": 5}))
    page.goto(dashboard)
    button(page, "Run").wait_for(timeout=WAIT)
    load(page, file)
    shows(page, "Name", "small")
    button(page, "Remove").wait_for(timeout=WAIT)

    fill(page, "Government, %", "30")
    for name, percent in (("Government", "30"), ("Village collective", "15"), ("Families", "45")):
        shows(page, f"{name}, %", percent, "number")  # families take the rest

    button(page, "Compare").click()
    shows(page, "Name", "B")
    fill(page, "Society, %", "0")
    shows(page, "Families, %", "55", "number")
    remove_first(page)
    page.get_by_text("up to date").wait_for(timeout=WAIT)  # short runs begin by themselves
    page.get_by_role("tab", name="Compare").click(timeout=WAIT)
    page.get_by_text("Difference from small").wait_for(timeout=WAIT)
    page.get_by_role("heading", name="B keeps").wait_for(timeout=WAIT)
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(3).wait_for(
        timeout=WAIT
    )  # four charts
    page.get_by_role("tab", name="Download").click()
    button(page, "Report (HTML)").wait_for(timeout=WAIT)
    table, yaml = saved(page, "Villages (CSV)", tmp_path), saved(page, "Save scenario (YAML)", tmp_path)
    report, book = saved(page, "Report (HTML)", tmp_path), saved(page, "Workbook (xlsx)", tmp_path)
    text = re.sub(r"<[^>]*>", "", report.read_text())  # words of the glossary are marked
    assert "95 % over 3 seeds) are viable at 2027-12" in text
    assert not re.search(r'(src|href)="(https?:)?//', report.read_text())
    assert len(pd.read_excel(book, sheet_name="villages")) == 9

    assert (
        run.main(
            ["experiment=baseline", f"scenario={yaml}", f"out={tmp_path}/out", "workers=1", "progress=false"]
        )
        == 0
    )
    capsys.readouterr()
    (study,) = (tmp_path / "out/baseline").iterdir()
    assert run.main(["export", f"study={study}"]) == 0
    capsys.readouterr()
    rows = pd.read_csv(study / "export/en/villages.csv")
    mine = rows[rows["arm"] == "main"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.read_csv(table), mine, check_dtype=False)
    assert table.read_bytes()[:3] == b"\xef\xbb\xbf"  # by which a Chinese spreadsheet knows UTF-8
    only_here(page, dashboard)


def remove_first(page) -> None:
    """Take the large scenario A from the table, so that two small ones are left; then show B again."""
    choose(page, "Scenario", "A")
    shows(page, "Name", "A")
    button(page, "Remove").click()
    shows(page, "Name", "small")
    choose(page, "Scenario", "B")
    shows(page, "Name", "B")


def choose(page, label: str, option: str) -> None:
    """Pick an option of a list."""
    settled(page)
    field = page.locator("[data-testid=stSelectbox]").filter(has_text=label).first.locator("input")
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # scrolling closes an open list
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_bad_files_are_answered_with_sentences(page, dashboard, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("funding:\n  rule: ${oc.env:HOME}\n")
    table = tmp_path / "villages.csv"
    table.write_text("number,kind\n1,scenik\n")
    page.goto(dashboard)
    button(page, "Run").wait_for(timeout=WAIT)
    load(page, bad)
    page.get_by_text("${...} is not allowed in a scenario file").wait_for(timeout=WAIT)
    page.get_by_text("The village", exact=True).click()
    settled(page)
    page.locator("input[type=file]").first.set_input_files(str(table))
    page.get_by_text("1 cells cannot be used").wait_for(timeout=WAIT)
    page.get_by_text("scenik", exact=True).wait_for(timeout=WAIT)
    page.get_by_text("did you mean scenic?").wait_for(timeout=WAIT)
    only_here(page, dashboard)


def test_a_village_is_clicked_on_the_map_and_its_course_is_told(page, dashboard, tmp_path):
    """The years play to the end, a click leads to the village, a row of the table too."""
    file = tmp_path / "small.yaml"
    file.write_text(write_scenario(Parameters().replace(TINY), {"seeds": 2, "seed": 5}))
    page.goto(dashboard)
    button(page, "Run").wait_for(timeout=WAIT)
    load(page, file)
    shows(page, "Name", "small")
    page.get_by_text("Worked out here with 2 seeds").wait_for(timeout=WAIT)
    page.get_by_role("tab", name="Map").click()
    page.get_by_text("At the end of 2027 a station is open in").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Play the years").click()
    page.get_by_text("At the end of 2025 a station is open in").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Play the years").wait_for(timeout=WAIT)  # it stops by itself
    page.get_by_text("At the end of 2027 a station is open in").wait_for(timeout=WAIT)
    settled(page)
    marks = page.locator(".st-key-map_wide svg [aria-roledescription=point]")
    assert marks.count() == TINY["county.villages"]
    marks.nth(1).click(force=True)
    page.get_by_text("What happened, month by month").wait_for(timeout=WAIT)
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Why?"
    page.get_by_text("Everything that is known of a month").click()
    button(page, "Show").click()
    page.get_by_text("Village 2 (").first.wait_for(timeout=WAIT)
    for name, said in (
        ("What would it take?", "One lever by itself"),
        ("Where does it fail?", "of 100 no station stays open"),
        ("When to change?", "What to watch in a village"),
    ):
        page.get_by_role("tab", name=name).click()
        page.get_by_text(said).first.wait_for(timeout=WAIT)
        settled(page)
    only_here(page, dashboard)


def test_the_page_fits_a_telephone_and_speaks_chinese(page, dashboard):
    page.set_viewport_size({"width": 400, "height": 850})
    page.goto(dashboard)
    button(page, "Run").wait_for(timeout=WAIT)
    page.get_by_role("heading", name="keep it open to the end").wait_for(timeout=WAIT)  # an answer
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    all_tabs_stand_in_sight(page, 400)
    page.get_by_text("中文").click()
    button(page, "运行").wait_for(timeout=WAIT)
    settled(page)
    all_tabs_stand_in_sight(page, 400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert button(page, "运行").is_visible() and button(page, "维持现状").count() == 1
    only_here(page, dashboard)


def all_tabs_stand_in_sight(page, width: int) -> None:
    """Each of the ten lies within the page and is high enough for a finger; nothing scrolls sideways."""
    boxes = [tab.bounding_box() for tab in page.get_by_role("tab").all()]
    assert len(boxes) == 10
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= 40 for box in boxes)
    assert page.get_by_role("tablist").evaluate("one => one.scrollWidth <= one.clientWidth")


INK = """() => {
    const light = one => {
        const [r, g, b] = getComputedStyle(one).fill.match(/[0-9.]+/g).map(Number);
        return (r + g + b) / 3;
    };
    return [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg .role-mark text')].map(light);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_in_pictures_can_be_read_on_the_ground_of_their_theme(browser, dashboard, theme):
    """The ladder's names and figures: dark on light, light on dark; the page is what the browser asks for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)
    page = context.new_page()
    page.goto(dashboard)
    button(page, "Run").wait_for(timeout=WAIT)
    settled(page)
    button(page, "What would it take?").click()
    page.get_by_text("Steps added one after another").first.wait_for(timeout=WAIT)
    settled(page)
    scheme = page.locator(".stApp").evaluate("one => getComputedStyle(one).colorScheme")
    inks = page.evaluate(INK)
    assert scheme == theme and len(inks) == 12  # six steps
    assert all(ink < 100 if theme == "light" else ink > 155 for ink in inks)
    context.close()


def test_the_live_county_is_stepped_and_taken_back(page, live):
    """Every chart is of the month that the page names, and stays the same element."""
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live)
        page.locator(".live-chart canvas").nth(6).wait_for(timeout=WAIT)
        assert page.get_by_role("img", name="Before the first month").count() == 1
        page.evaluate("document.querySelectorAll('.live-chart canvas').forEach(one => one.mine = true)")
        for name, month in (("Next month", 1), ("A year on", 13), ("Month before", 12), ("Next month", 13)):
            button(page, name).click()
            page.locator(f".live-chart[data-drawn='{month}']").nth(6).wait_for(timeout=WAIT)
        assert page.evaluate("[...document.querySelectorAll('.live-chart canvas')].every(one => one.mine)")
        page.get_by_text("Paid in the last 12 months").wait_for(timeout=WAIT)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    only_here(page, live)


def asked_as(address: str, *, websocket: bool = False, **headers: str) -> int:
    """The status of an answer to a request with other headers than a browser here sends."""
    told = {"Host": address.removeprefix("http://"), **{key.capitalize(): v for key, v in headers.items()}}
    if websocket:
        told |= {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        told["Sec-WebSocket-Key"] = "AAAAAAAAAAAAAAAAAAAAAA=="
    host, _, port = address.removeprefix("http://").partition(":")
    path = "/_stcore/stream" if websocket else "/"
    with socket.create_connection((host, int(port)), timeout=20) as line:
        text = "".join(f"{key}: {v}\r\n" for key, v in told.items())
        line.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
        return int(line.recv(64).split()[1])


def test_no_page_elsewhere_is_answered(dashboard, live):
    """A stranger's name for this computer, a page of a stranger, and the socket that runs the dashboard."""
    for address in (dashboard, live):
        assert asked_as(address) == 200
        assert asked_as(address, host="evil.example") == 403
        assert asked_as(address, origin="http://evil.example") == 403
    assert asked_as(dashboard, websocket=True, origin=dashboard) == 101
    assert asked_as(dashboard, websocket=True, origin="http://evil.example") == 403
    assert asked_as(dashboard, websocket=True, host="evil.example", origin="http://evil.example") == 403


def test_a_screen_stands_in_no_frame_and_loads_from_nowhere_else(page, dashboard, live):
    """The browser itself refuses, whatever a page would want."""
    for address in (dashboard, live):
        page.goto(address)
        told = page.evaluate(
            """() => new Promise(done => {
                addEventListener("securitypolicyviolation", e => done(e.effectiveDirective), {once: true});
                new Image().src = "http://192.0.2.1/x.png";
            })"""
        )
        assert told == "img-src"
        page.set_content(f"<iframe src='{address}'></iframe>")
        page.wait_for_timeout(1_000)
        assert not page.frames[-1].url.startswith(address)


def test_a_script_that_is_not_held_is_not_fetched(live):
    """Solara would ask another host for it."""
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{live}/_solara/cdn/left-pad@1.0.0/index.js", timeout=20)


def test_five_sessions_at_once_see_each_their_own(browser, dashboard):
    """Each takes another share of the government and finds it again after the others have answered."""
    pages = [browser.new_context().new_page() for _ in range(5)]
    for page in pages:
        page.goto(dashboard)
    own = [str(26 + number) for number in range(5)]
    for number, page in enumerate(pages):
        button(page, "Run").wait_for(timeout=WAIT)
        fill(page, "Government, %", own[number], wait=False)  # it runs by itself, beside the others
    for number, page in enumerate(pages):
        settled(page)
        shows(page, "Government, %", own[number], "number")
        page.get_by_text("Worked out here with 20 seeds").wait_for(timeout=WAIT)
        page.context.close()
