"""A brief as a text document that an office opens and goes on writing in (python-docx, extra `decide`)."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from ..command.catalogue import Mistake
from ..study.findings import ShownTable
from .brief import Brief, Printed
from .first_pages import FirstPages
from .page_tables import number

EPOCH = datetime.datetime(2025, 1, 1)  # of all documents: the same study gives the same bytes
WIDTH = 16.0  # centimetres between the margins of A4
TALLEST = 10.5  # centimetres of a picture
LATIN, CHINESE = "Calibri", "Microsoft YaHei"
LANGUAGE = {"en": "en-US", "zh": "zh-CN"}


def document(brief: Brief) -> bytes:
    """The .docx; Mistake where python-docx is not installed."""
    try:
        import docx
    except ImportError as error:
        raise Mistake(
            "docx=true needs python-docx: pip install 'python-docx>=1.1' (the extra `decide`)"
        ) from error
    made = docx.Document()
    _laid_out(made, brief.code)
    made.core_properties.title, made.core_properties.author = brief.title, ""
    made.core_properties.language = LANGUAGE[brief.code]
    made.core_properties.created = made.core_properties.modified = EPOCH
    made.add_heading(brief.title, 0)
    made.add_paragraph(" ".join(filter(None, (brief.origin, brief.notice))))
    made.add_heading(brief.headings["question"], 1)
    made.add_paragraph(brief.findings.question)
    made.add_heading(brief.headings["answer"], 1)
    for sentence in brief.findings.sentences:
        made.add_paragraph(sentence, style="List Number")
    pictures = list(brief.pictures)
    if brief.first:
        for printed in pictures[:1]:
            _picture(made, printed)
        del pictures[:1]
        _first_pages(made, brief, brief.first)
    for printed in pictures:
        _picture(made, printed)
    if brief.tables:
        made.add_heading(brief.headings["tables"], 1)
    for table in brief.tables:
        _table(made, table)
    made.add_heading(brief.headings["limits"], 1)
    for text in brief.limits:
        made.add_paragraph(text, style="List Bullet")
    made.add_heading(brief.headings["reproduce"], 1)
    made.add_paragraph(brief.command)
    made.add_paragraph(brief.headings["more"])
    written = io.BytesIO()
    made.save(written)
    return _dateless(written.getvalue())


def _laid_out(made: Any, code: str) -> None:
    """A4, margins, letters for both scripts, the language: without it an office sets Chinese commas as in
    Taiwan, and a screen reader reads them as English.
    """
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21.0 - WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(2.0)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        made.styles[name].font.name = LATIN
    for fonts in made.styles.element.iter(qn("w:rFonts")):
        for theme in [key for key in fonts.attrib if key.endswith(("Theme", "theme"))]:
            del fonts.attrib[theme]  # the font of a theme would go before the one that is named
        for script in ("ascii", "hAnsi"):
            fonts.set(qn(f"w:{script}"), LATIN)
        fonts.set(qn("w:eastAsia"), CHINESE)
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE[code])
        language.set(qn("w:eastAsia"), LANGUAGE["zh"])
    made.styles["Normal"].font.size, made.styles["Title"].font.size = Pt(10), Pt(18)
    made.styles["Normal"].paragraph_format.space_after = Pt(4)


def _first_pages(made: Any, brief: Brief, first: FirstPages) -> None:
    """Which villages, cost, how sure, what fails, what to watch; what follows begins on a page of its own."""
    for key, table in (("which", first.villages), ("cost", first.costs)):
        if table:
            made.add_heading(brief.headings[key], 1)
            _table(made, table)
    for key, sentences in (("sure", first.sure), ("fails", first.fails), ("watch", first.watch)):
        if sentences:
            made.add_heading(brief.headings[key], 1)
        for sentence in sentences:
            made.add_paragraph(sentence, style="List Bullet")
    made.add_page_break()


def _picture(made: Any, printed: Printed) -> None:
    """A picture within the page's width and TALLEST; title and caption are its alternative text."""
    from docx.shared import Cm

    shape = made.add_picture(io.BytesIO(printed.png), width=Cm(WIDTH))
    if shape.height > Cm(TALLEST):
        shape.width, shape.height = int(shape.width * Cm(TALLEST) / shape.height), Cm(TALLEST)
    shape._inline.docPr.set("descr", f"{printed.picture.title} {printed.picture.caption}")


def _table(made: Any, table: ShownTable) -> None:
    from docx.oxml import OxmlElement

    made.add_heading(table.title, 2)
    grid = made.add_table(rows=1, cols=len(table.columns), style="Light Grid Accent 1")
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # said again on each page
    for cell, column in zip(grid.rows[0].cells, table.columns, strict=True):
        cell.text = column
    for row in table.rows:
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            cell.text = number(value) if isinstance(value, int | float) else str(value or "")
    made.add_paragraph(table.note)


def _dateless(written: bytes) -> bytes:
    """The same archive without the time at which it was made."""
    found = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written)) as old,
        zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, EPOCH.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return found.getvalue()
