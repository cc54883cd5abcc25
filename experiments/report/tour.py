"""The pictures of docs/tour.md: `python -m experiments.report.tour [picture ...] [report.language=zh]`.

Every picture is what a command shows: a page in a real browser, a figure of a study, or what a terminal
printed. Studies are small and lie in a folder that is thrown away. Chromium and the extra `browser` are
wanted.
"""

from __future__ import annotations

import contextlib
import html
import importlib.util
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ..command.catalogue import HOME, ROOT, Mistake
from ..study.store import replace

FOLDER = Path("docs/tour")
LANGUAGES = ("en", "zh")
WIDTH, COLOURS = 1000, 64  # of a picture as it is kept
SCREEN = {"width": 1280, "height": 860}
WAIT = 180_000  # ms
RUN = (sys.executable, str(ROOT / "run.py"))
STUDY = ("experiment=baseline", "funding=jiangxi", "county.villages=10", "county.elders=100", "seeds=5")
TAKES = ("experiment=what_it_takes", "size=quick", "target=0.5", "rows=[jiangxi]", "columns=[none]")
LINES, SIGNS = 26, 104  # of a terminal
STYLE = (
    "body{margin:0;background:#fff}pre{margin:0;padding:14px 18px;font:15px/1.35 'DejaVu Sans Mono',"
    "'Noto Sans Mono CJK SC','WenQuanYi Zen Hei Mono',monospace;white-space:pre-wrap}b{color:#0b5394}"
)


def small(png: bytes) -> bytes:
    """The picture at WIDTH at most, with a palette."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    width = min(WIDTH, image.width)
    into, kept = (width, round(image.height * width / image.width)), io.BytesIO()
    image.resize(into, Image.Resampling.LANCZOS).quantize(
        COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    ).save(kept, "PNG", optimize=True)
    return kept.getvalue()


class Tour:
    """A browser, a folder for studies, and the language in which all is shown."""

    def __init__(self, browser: Any, folder: Path, language: str) -> None:
        self.browser, self.folder, self.language = browser, folder, language
        self._ran: dict[tuple[str, ...], str] = {}

    def run(self, *words: str, code: int = 0) -> str:
        """What a command prints; once."""
        if words not in self._ran:
            told = subprocess.run(
                [*RUN, *words], cwd=self.folder, capture_output=True, text=True, timeout=900, check=False
            )
            if told.returncode != code:
                raise Mistake(f"python run.py {' '.join(words)} ended with {told.stderr.strip()[-300:]}")
            self._ran[words] = told.stdout + (told.stderr if code else "")
        return self._ran[words]

    def page(self, address: str) -> Any:
        """A page that is open."""
        page = self.browser.new_page(viewport=SCREEN)
        page.goto(address)
        return page

    def terminal(self, *told: tuple[str, str]) -> bytes:
        """Commands and what they printed, as a terminal shows them."""
        lines = []
        for command, text in told:
            lines.append(f"<b>$ python run.py {html.escape(command)}</b>")
            for line in text.strip().splitlines():
                lines += map(html.escape, textwrap.wrap(line, SIGNS, drop_whitespace=False) or [""])
        shown = lines[:LINES] + ["…"] * (len(lines) > LINES)
        page = self.browser.new_page(viewport={"width": WIDTH, "height": 200})
        page.set_content(f"<style>{STYLE}</style><pre>{chr(10).join(shown)}</pre>")
        return bytes(page.locator("pre").screenshot())

    @contextlib.contextmanager
    def served(self, *words: str) -> Iterator[str]:
        """A screen's address, while it is served."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [*RUN, *words, f"port={port}"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + WAIT / 1000
            while server.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.3)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)

    def button(self, page: Any, english: str, chinese: str) -> Any:
        """A button by its name."""
        name = chinese if self.language == "zh" else english
        return page.get_by_role("button", name=name, exact=True).first

    def planner(self, address: str) -> Any:
        """The dashboard in the language of the tour, once it has answered."""
        page = self.page(address)
        self_named = page.get_by_role("button", name="Run", exact=True)
        self_named.wait_for(timeout=WAIT)
        if self.language == "zh":
            page.get_by_text("中文", exact=True).click()
        self.button(page, "As today", "维持现状").wait_for(timeout=WAIT)
        settle(page)
        return page


def settle(page: Any) -> None:
    """Wait until the dashboard has answered."""
    page.wait_for_timeout(700)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=WAIT, state="attached")
    page.wait_for_timeout(1500)


def dashboard(tour: Tour) -> bytes:
    """The first screen."""
    with tour.served("dashboard") as address:
        return bytes(tour.planner(address).screenshot())


def compare(tour: Tour) -> bytes:
    """Two stories beside each other."""
    with tour.served("dashboard") as address:
        page = tour.planner(address)
        tour.button(page, "Compare", "对照").click()
        settle(page)
        tour.button(page, "Subsidies fade from 2027", "补贴从 2027 年起退出").click()
        settle(page)
        page.get_by_role("tab", name="比较" if tour.language == "zh" else "Compare").click(timeout=WAIT)
        settle(page)
        page.get_by_role("tablist").first.evaluate("one => one.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(800)
        return bytes(page.screenshot())


def live(tour: Tour) -> bytes:
    """The live county after two years."""
    with tour.served("live", f"report.language={tour.language}") as address:
        page = tour.page(address)
        page.locator(".live-chart canvas").nth(6).wait_for(timeout=WAIT)
        for month in (12, 24):
            tour.button(page, "A year on", "前进一年").click()
            page.locator(f".live-chart[data-drawn='{month}']").nth(6).wait_for(timeout=WAIT)
        page.wait_for_timeout(800)
        return bytes(page.screenshot())


def report(tour: Tour) -> bytes:
    """The first page of a study's report."""
    tour.run(*STUDY, "progress=false")
    path = tour.run("report", "study=results/baseline", f"report.language={tour.language}").splitlines()[0]
    page = tour.page(f"file://{tour.folder / path}")
    page.wait_for_timeout(500)
    return bytes(page.screenshot())


def explain(tour: Tour) -> bytes:
    """Why a village closed."""
    tour.run(*STUDY, "progress=false")
    for village in range(1, 11):
        words = ("explain", "run=results/baseline", f"village={village}")
        with contextlib.suppress(Mistake):  # it never closed
            return tour.terminal((" ".join(words), tour.run(*words)))
    raise Mistake("no village of the study closed")


def own_county(tour: Tour) -> bytes:
    """A workbook of one's own, with the cells that cannot be used."""
    make = ("template", "workbook", "out=county.xlsx", f"lang={tour.language}")
    use = ("experiment=baseline", "given.villages=county.xlsx")
    return tour.terminal((" ".join(make), tour.run(*make)), (" ".join(use), tour.run(*use, code=1)))


def what_it_takes(tour: Tour) -> bytes:
    """What more money brings."""
    tour.run(*TAKES, "progress=false")
    (found,) = tour.folder.glob("results/what_it_takes/*/figures")
    return (found / ("zh" if tour.language == "zh" else "") / "frontier.png").read_bytes()


PICTURES: dict[str, Callable[[Tour], bytes]] = {
    "dashboard": dashboard,
    "compare": compare,
    "live": live,
    "report": report,
    "explain": explain,
    "own_county": own_county,
    "what_it_takes": what_it_takes,
}


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser; Mistake where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None or importlib.util.find_spec("playwright") is None:
        raise Mistake("the pictures want chromium and the extra `browser`: pip install -e '.[browser]'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def place(name: str, language: str) -> Path:
    """Where a picture is kept."""
    return FOLDER / ("zh" if language == "zh" else "") / f"{name}.png"


def main(words: Sequence[str]) -> int:
    """Make the pictures that are named, or all; exit code."""
    asked = [word.removeprefix("report.language=") for word in words if word.startswith("report.language=")]
    names = [word for word in words if not word.startswith("report.language=")] or list(PICTURES)
    if [one for one in names if one not in PICTURES] or [one for one in asked if one not in LANGUAGES]:
        print(
            f"error: pictures are {', '.join(PICTURES)}; report.language=en|zh, both where it is left out",
            file=sys.stderr,
        )
        return 1
    with chromium() as browser:
        for language in asked or LANGUAGES:
            with tempfile.TemporaryDirectory() as home:
                tour = Tour(browser, Path(home).resolve(), language)
                for name in names:
                    path = HOME / place(name, language)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    replace(path, small(PICTURES[name](tour)))
                    print(f"{path.relative_to(HOME)}: {path.stat().st_size // 1000} kB", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Mistake as error:
        sys.exit(f"error: {error}")
