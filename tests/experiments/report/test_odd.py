"""The description in two: equations draw, numbers run on, each parameter has one table, links, pages."""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

import pytest

from experiments.command.catalogue import Mistake
from experiments.report import documents, odd, odd_tables
from experiments.study.draws import rests
from sim.state.parameters import SECTIONS, Parameters, declarations

ROOT = documents.ROOT
PAGES = {name: (odd.FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in odd.ORDER}
CORE = PAGES["core"]
# Chromium prints 20,000 words on 20 pages, tables among them: 24,000 are 24, one left for how they break
MOST_WORDS = 24_000


def test_numbers_of_equations_run_on_without_gaps() -> None:
    numbers = [number for number, _ in odd.equations(CORE)]
    assert len(numbers) > 50 and numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", odd.ORDER)
def test_every_equation_is_drawn(name: str) -> None:
    for _, tex in odd.equations(PAGES[name]):
        assert odd.drawn(odd.full(tex)).startswith("<svg"), tex
    for tex in odd.inline(PAGES[name]):
        assert odd.drawn(tex).startswith("<svg"), tex


def test_an_equation_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Mistake, match="cannot be drawn"):
        odd.drawn(r"\frac{1}{")


def test_each_equation_names_the_function_that_works_it() -> None:
    named = odd.ANCHOR.findall(CORE)
    assert len(named) == len(odd.equations(CORE)) == len({anchor for anchor, _, _ in named})
    for anchor, file, function in named:
        code = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", code, re.MULTILINE), f"{anchor}: {file}: {function}"


def test_a_reference_to_an_equation_bears_its_number() -> None:
    places = [anchor for anchor, _, _ in odd.ANCHOR.findall(CORE)]
    cited = re.findall(r"\[\((\d+)\)\]\(#eq-(\w+)\)", CORE)
    assert len(cited) >= 5
    assert [int(number) for number, _ in cited] == [places.index(anchor) + 1 for _, anchor in cited]


def test_every_parameter_on_by_default_stands_in_exactly_one_table() -> None:
    flat = Parameters().flat()
    wanted = sorted(path for path in declarations() if not rests(path, flat))
    assert sorted(re.findall(r"^\| `(\w+\.\w+)` \|", CORE, re.MULTILINE)) == wanted


def test_tables_of_the_core_name_sections_that_exist_once() -> None:
    named = " ".join(odd_tables.SUBMODELS.values()).split()
    assert len(named) == len(set(named)) and set(named) <= set(SECTIONS)


def test_each_submodel_gives_its_reasons_and_its_table() -> None:
    parts = re.split(r"^### (?=7\.)", CORE, flags=re.MULTILINE)[1:]
    assert len(parts) == len(odd_tables.SUBMODELS) - 1  # the start has its own section
    for part in parts:
        assert "*Why.*" in part and part.count("<!-- generated: parameters_") == 1, part[:40]
        assert odd.equations(part), part[:40]


def test_the_planning_collective_is_the_first_of_the_agents() -> None:
    agents = re.findall(r"^\*\*([A-Z][\w ]+)\*\*[^\n]*\n\n\| question \|", CORE, re.MULTILINE)
    assert agents[0] == "Planning collective" and len(agents) == 6


def test_every_pattern_says_what_it_is_used_for() -> None:
    rows = [line.split(" | ") for line in documents.found(odd_tables.CORE)["uses"].splitlines()[2:]]
    by = {row[0].strip("| "): row[4] for row in rows}
    # the twelve that docs/calibration.md reports; the wage of a cook is a parameter
    fitted = "C6a C6b C8a C8b C12a C12b C12c C12d C13 C14 C16a C16b"
    assert " ".join(name for name, use in by.items() if use == "fitted") == fitted
    assert by["C12e"].startswith("not used") and by["C1"].startswith("not used")
    assert by["C7"] == by["E4"] == "held out"


def test_a_stale_csv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odd_tables, "FOLDER", tmp_path)
    odd_tables.write()
    assert odd_tables.stale() == []
    with (tmp_path / "postings.csv").open("a", encoding="utf-8") as file:
        file.write("one,more\n")
    assert odd_tables.stale() == ["postings.csv"]


def test_the_csv_of_parameters_has_all_and_says_which_table() -> None:
    with odd_tables.csv_path("parameters").open(encoding="utf-8", newline="") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(declarations())
    assert rows["canteen.food"]["table"] == "canteen" and rows["clearing.on"]["acts_by_default"] == "no"
    assert rows["tourism.visitors"]["acts_by_default"] == "no" and not rows["tourism.visitors"]["table"]


def test_links_of_the_pages_hold() -> None:
    for name, text in PAGES.items():
        for link in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", odd.CODE.sub("", odd.DISPLAY.sub("", text))):
            assert (odd.FOLDER / link).exists(), f"{name}: {link}"
    address = (ROOT / "sim/ODD.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", address):
        assert (ROOT / "sim" / link).exists(), link


def test_the_pages_ask_no_host_and_keep_no_raw_mathematics() -> None:
    for name in odd.ORDER:
        made = odd.page(name)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', made) and "KEPT" not in made
        assert "$" not in odd.CODE.sub("", re.sub(r"<code>.*?</code>", "", made)), name
        assert not re.search(r'href="[^"]*\.md', made), name


def test_the_core_has_no_more_words_than_25_pages_hold() -> None:
    assert len(CORE.split()) < MOST_WORDS


def test_more_than_one_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert odd.main(["one", "two"]) == 1
    assert "takes one folder" in capsys.readouterr().err


@pytest.mark.slow
def test_the_core_prints_on_at_most_25_pages(tmp_path: Path) -> None:
    """Chromium, A4, as the page's own style has it."""
    chromium = Path("/usr/bin/chromium")
    if importlib.util.find_spec("playwright") is None or not chromium.exists():
        pytest.skip("needs playwright and chromium")
    from playwright.sync_api import sync_playwright

    assert odd.main([str(tmp_path)]) == 0
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(chromium))
        sheet = browser.new_page()
        sheet.goto((tmp_path / "core.html").as_uri())
        printed = sheet.pdf(prefer_css_page_size=True)
        narrow = browser.new_page(viewport={"width": 390, "height": 800})
        narrow.goto((tmp_path / "core.html").as_uri())
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert 10 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= odd.MOST_PAGES
