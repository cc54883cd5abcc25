"""The brief: what the findings say, shortened by counted rows, as a page and as a text document."""

from __future__ import annotations

import base64
import io
import re

import pytest
from markupsafe import Markup

from experiments.report import brief, brief_docx
from experiments.report.brief import COLUMNS, ROWS, Brief, Printed, shortened
from experiments.study.findings import Findings, Picture, ShownTable

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)  # one pixel
HEADINGS = {
    "question": "The question",
    "answer": "The answer",
    "tables": "Tables",
    "limits": "Limits",
    "reproduce": "Again",
    "more": "More",
}


def made(code: str = "en", rows: int = 2) -> Brief:
    """A brief of hand-made findings."""
    table = ShownTable("Costs", ["mix", "yuan"], [["a < b", 1.5], *([["c", 2]] * (rows - 1))], "per year")
    picture = Picture("map", "Where", "A dot is a village.")
    findings = Findings("What now?", ["First.", "Second & third."], [table], [picture], ["Synthetic."])
    return Brief(
        code,
        "Village",
        "robust / 0123",
        "",
        findings,
        (Printed(picture, Markup("<svg><title>Where</title></svg>"), DOT),),
        (shortened(table),),
        ("What-if.", "Synthetic."),
        "python run.py 'a b'",
        HEADINGS,
    )


def test_the_page_holds_what_was_found_in_its_order_and_loads_nothing():
    html = brief.html(made())
    places = [html.index(word) for word in ("What now?", "First.", "Second &amp; third.", "<svg>", "Costs")]
    assert places == sorted(places)
    assert "a &lt; b" in html and "1.5" in html and 'lang="en"' in html
    assert not re.search(r"https?://|<script|<link", html)
    assert 'lang="zh-Hans"' in brief.html(made("zh"))


@pytest.mark.parametrize(("rows", "columns"), [(ROWS, COLUMNS), (ROWS + 3, COLUMNS), (1, COLUMNS + 2)])
def test_what_is_left_out_of_a_table_is_counted(rows, columns):
    long = ShownTable("t", [f"c{i}" for i in range(columns)], [list(range(columns))] * rows, "note.")
    short = shortened(long)
    assert (len(short.rows), len(short.columns)) == (min(rows, ROWS), min(columns, COLUMNS))
    assert all(len(row) == len(short.columns) for row in short.rows)
    assert ("3 more rows" in short.note) == (rows == ROWS + 3)
    assert ("2 more columns" in short.note) == (columns == COLUMNS + 2)
    assert short.note.startswith("note.")


def test_a_text_document_reads_back_as_it_was_said():
    docx = pytest.importorskip("docx", reason="the extra `decide` is not installed")
    written = brief_docx.document(made())
    assert written == brief_docx.document(made())
    read = docx.Document(io.BytesIO(written))
    numbered = [one.text for one in read.paragraphs if one.style.name == "List Number"]
    assert numbered == ["First.", "Second & third."]
    cells = [[cell.text for cell in row.cells] for row in read.tables[0].rows]
    assert cells == [["mix", "yuan"], ["a < b", "1.5"], ["c", "2"]]
    (shape,) = read.inline_shapes
    assert shape._inline.docPr.get("descr") == "Where A dot is a village."
    assert "python run.py 'a b'" in [one.text for one in read.paragraphs]
