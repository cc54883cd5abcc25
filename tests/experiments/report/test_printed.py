"""The report on paper and as a text document: what it says is what the page says, in both languages."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import run
from experiments.report import brief, brief_docx, page, pictures, style
from experiments.study.findings import Findings

TINY = ["county.elders=20", "county.villages=4", "horizon.end=2027-12", "horizon.spin_up=1", "seeds=2"]
SCRIPT = {"en": "en-US", "zh": "zh-CN"}
SIGN = re.compile("[\u4e00-\u9fff]")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> pictures.Kept:
    """A tiny first answer."""
    home = tmp_path_factory.mktemp("home")
    words = [*TINY, "rows=[jiangxi,no_money]", "columns=[none]", "size=quick", "workers=1", "progress=false"]
    assert run.main([*words, f"out={home}"]) == 0
    (study,) = (home / "first_answer").iterdir()
    return pictures.Kept(study)


def tight(text: str) -> str:
    """Without spaces: lines end elsewhere on paper."""
    return re.sub(r"\s+", "", text)


def grids(html: str) -> dict[str, list[list[str]]]:
    """Tables of a page: caption -> rows of cells, the head first."""
    lxml = pytest.importorskip("lxml.html", reason="the extra `decide` is not installed")
    return {
        tight(table.find("caption").text_content()): [
            [tight(cell.text_content()) for cell in row.xpath("th|td")] for row in table.iter("tr")
        ]
        for table in lxml.fromstring(html).iter("table")
        if table.find("caption") is not None
    }


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_a_text_document_says_what_the_page_says(code, kept):
    docx = pytest.importorskip("docx", reason="the extra `decide` is not installed")
    read = docx.Document(io.BytesIO(brief_docx.document(brief.of(kept, code, whole=True))))
    told, html = Findings.load(kept.folder, code), page.page(kept, code)
    texts = [one.text for one in read.paragraphs]
    assert texts[0] == read.core_properties.title and tight(texts[0]) in tight(html)
    assert [one.text for one in read.paragraphs if one.style.name == "List Number"] == told.sentences
    headings = [one.text for one in read.paragraphs if one.style.name == "Heading 2"]
    found, said = grids(html), 0
    assert len(headings) == len(read.tables) > 5
    for heading, table in zip(headings, read.tables, strict=True):
        rows = [[tight(cell.text) for cell in row.cells] for row in table.rows]
        assert rows == found[tight(heading)], heading
        assert "tblHeader" in table.rows[0]._tr.xml  # said again on each page
        said += len(rows)
    assert said > 20
    described = [shape._inline.docPr.get("descr") for shape in read.inline_shapes]
    assert len(described) == len(told.pictures) > 5 and all(described)
    if code == "en":
        assert described == [f"{one.title} {one.caption}" for one in told.pictures]
    elif style.chinese_font():
        assert all(SIGN.search(text) for text in [texts[0], *headings, *described])


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_a_text_document_names_its_language_and_chinese_letters(code, kept):
    docx = pytest.importorskip("docx", reason="the extra `decide` is not installed")
    read = docx.Document(io.BytesIO(brief_docx.document(brief.of(kept, code))))
    qn = docx.oxml.ns.qn
    (language,) = {one.get(qn("w:val")) for one in read.styles.element.iter(qn("w:lang"))}
    assert language == SCRIPT[code] == read.core_properties.language
    fonts = list(read.styles.element.iter(qn("w:rFonts")))
    assert len(fonts) > 4 and {one.get(qn("w:eastAsia")) for one in fonts} == {brief_docx.CHINESE}
    assert not [key for one in fonts for key in one.attrib if "heme" in key]  # would go before the font


@pytest.fixture(scope="module", params=style.LANGUAGES)
def paper(request, kept):
    """Language, the page unfolded, and what it is on paper."""
    weasyprint = pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    html = page.page(kept, request.param, unfolded=True)
    return request.param, html, weasyprint.HTML(string=html).render()


def test_the_first_part_takes_two_pages_of_a4(paper):
    code, _, document = paper
    with style.speaking(code):
        names = page.names()
    at = {label: where[0] for label, where, _, _ in flat(document.make_bookmark_tree())}
    first = [names[key] for key in page.FIRST if names[key] in at]
    assert len(first) >= 5 and all(at[name] <= 1 for name in first)  # counted from 0
    assert at[names["written"]] in (1, 2) and at[names["written"]] > max(at[name] for name in first)
    one = document.pages[0]
    assert (round(one.width), round(one.height)) == (794, 1123)  # 210 by 297 mm at 96 to the inch


def flat(tree):
    """Bookmarks at any depth."""
    for one in tree:
        yield one
        yield from flat(one[2])


def test_a_pdf_holds_the_answer_and_every_cell(paper, kept, tmp_path):
    if not (reader := shutil.which("pdftotext")):
        pytest.skip("no pdftotext on this computer")
    code, html, document = paper
    file = tmp_path / "report.pdf"
    file.write_bytes(document.write_pdf())
    done = subprocess.run([reader, "-raw", str(file), "-"], capture_output=True, check=True, timeout=60)
    text = tight(done.stdout.decode())
    told = Findings.load(kept.folder, code)
    assert tight(told.question) in text
    for sentence in told.sentences:  # a long one is shortened at its end on the first page and whole below
        assert tight(sentence)[:40] in text
    tables = grids(html)
    wanted = {cell for table in told.tables for row in tables[tight(table.title)] for cell in row if cell}
    assert len(wanted) > 10 and not {cell for cell in wanted if cell not in text}
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=False, timeout=60)
    if code == "zh" and style.chinese_font() and fonts.returncode == 0:
        lines = fonts.stdout.decode().splitlines()[2:]
        assert lines and all(" yes " in line for line in lines)  # letters travel with the file


def test_a_pdf_beside_the_page_is_that_of_the_command(kept, tmp_path):
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    pytest.importorskip("docx", reason="the extra `decide` is not installed")
    words = ["report", f"study={kept.folder}", "brief=true", "pdf=true", "docx=true", f"out={tmp_path}"]
    assert run.main(words) == 0
    assert sorted(path.suffix for path in Path(tmp_path).iterdir()) == [".docx", ".html", ".pdf"]
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "brief.pdf").read_bytes())) <= brief.PAGES
