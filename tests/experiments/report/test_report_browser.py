"""The report in a browser, from its file: two pages in print, a search, values on marks, both widths."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

import run

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TINY = ["county.elders=20", "county.villages=4", "horizon.end=2027-12", "horizon.spin_up=1", "seeds=2"]
LETTERS = 3  # in a line of a cell, at least, where it has more than two lines
NAMES = {"en": "report.html", "zh": "report.zh.html"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None, reason="the extra `browser` is not installed"
    ),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this computer"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A tiny first answer with its page in both languages."""
    home = tmp_path_factory.mktemp("home")
    words = [*TINY, "rows=[jiangxi,no_money]", "columns=[none]", "size=quick", "workers=1", "progress=false"]
    assert run.main([*words, f"out={home}"]) == 0
    (study,) = (home / "first_answer").iterdir()
    for code in NAMES:
        assert run.main(["report", f"study={study}", f"report.language={code}"]) == 0
    return study


@pytest.fixture(scope="module")
def browser():
    """A headless chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        made = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture
def opened(browser, folder):
    """Opens the page of a language at a width; no error may be said, nothing may be asked of a host."""
    contexts, said, asked = [], [], []

    def open_(code: str, width: int):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / NAMES[code]).as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not said and all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.parametrize("code", NAMES)
def test_two_pages_come_out_of_the_printer(code, opened):
    printed = opened(code, 1280).pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("code", NAMES)
def test_nothing_hangs_over_at_either_width(code, width, opened):
    """Folded or open: the page does not scroll sideways, pictures have their size, no text is cut."""
    page = opened(code, width)
    for unfold in (False, True):
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """[...document.querySelectorAll("h1, h2, h3, p, li, figcaption, dd, dt, label, summary")]
            .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1
                && getComputedStyle(one).display !== "inline").map((one) => one.textContent)"""
        )
        assert cut == []
    sizes = page.evaluate("[...document.querySelectorAll('figure svg')].map((one) => one.clientWidth)")
    assert len(sizes) > 5 and min(sizes) >= min(width, 500)


@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("zh", 400)])
def test_axe_finds_no_barrier_in_the_unfolded_page(code, width, opened):
    pytest.importorskip("axe_playwright_python", reason="the extra `browser` is not installed")
    from axe_playwright_python.sync_playwright import Axe

    page = opened(code, width)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    held = Axe().run(page).response
    assert len(held["passes"]) > 15  # rules that found something to look at
    found = {one["id"]: [node["html"][:120] for node in one["nodes"][:3]] for one in held["violations"]}
    assert not found


@pytest.mark.parametrize("code", NAMES)
def test_words_and_numbers_stand_whole_in_narrow_tables(code, opened):
    """On a phone tables scroll; no cell stands letter by letter."""
    page = opened(code, 400)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    cells = page.evaluate(
        """[...document.querySelectorAll("th, td")].filter((one) => one.offsetParent).map((one) => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
            return [one.textContent.trim(), lines.size];
        })"""
    )
    assert len(cells) > 1000
    assert not [text for text, lines in cells if lines > 2 and len(text) < LETTERS * lines]


def test_a_parameter_is_found(opened):
    page = opened("en", 1280)
    page.locator("#parameters").click()
    rows = page.locator("#parameters-all tbody tr:visible")
    whole = rows.count()
    page.locator("label.find input").fill("keeper_paid station")
    found = rows.all_text_contents()
    assert 0 < len(found) < 10 < 700 < whole and all("keeper_paid" in text for text in found)
    assert page.locator("label.find output").text_content() == f"{len(found)} / {whole}"
    page.locator("label.find input").fill("")
    assert rows.count() == whole


def test_a_mark_tells_its_value(opened):
    page = opened("en", 1280)
    page.locator("#figures").click()
    bar = page.locator("#fig-payers-figure_1").locator("xpath=ancestor::figure").locator(".point").first
    bar.scroll_into_view_if_needed()
    bar.hover(force=True)
    text = page.locator("#shown").text_content()
    assert re.fullmatch(r"[a-z ]+, .+: [\d.,]+ \(share of running money.*\)", text)
    page.mouse.move(2, 2)
    assert page.locator("#shown").is_hidden()


def test_a_link_opens_what_is_folded_and_terms_have_hints(opened):
    page = opened("en", 1280)
    assert not page.locator("details[open]").count()
    page.locator("nav a[href='#limits']").click()
    page.wait_for_selector("details[open] #limits")
    assert page.locator("abbr[title]").count() > 5
