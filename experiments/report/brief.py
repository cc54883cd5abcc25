"""A brief of a study for print: question, answer, pictures, tables, limits, and how to run it again.

The same content as one HTML page that asks no host for anything, as PDF (weasyprint) and as a text document
(python-docx). It holds what the findings say and nothing of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from ..command.paths import command
from ..command.user_files import read_bytes
from ..study.findings import Findings, Picture, ShownTable
from . import first_pages, page, page_tables, style
from .first_pages import FirstPages
from .page_tables import headed, number
from .pictures import Kept
from .style import phrase, tell, words

PAGES = 4  # printed pages of A4 that a brief may fill
PICTURES, TABLES, ROWS, COLUMNS = 2, 5, 7, 6  # at most; the report has the rest
LIMITS = 4


@dataclass(frozen=True)
class Printed:
    """A picture as it is printed: its words, its lines for a page, its PNG for a text document."""

    picture: Picture
    image: Markup
    png: bytes


@dataclass(frozen=True)
class Brief:
    """What is printed, in one language."""

    code: str
    title: str
    origin: str
    notice: str
    findings: Findings
    pictures: tuple[Printed, ...]
    tables: tuple[ShownTable, ...]
    limits: tuple[str, ...]
    command: str
    headings: Mapping[str, str]
    first: FirstPages | None = None  # of the whole report


def of(kept: Kept, code: str, whole: bool = False) -> Brief:
    """The brief of a study that has findings; Mistake where it has none.

    `whole`: the report as a text document instead, nothing left out but numbers that summary.csv holds.
    """
    findings = page.findings_of(kept, code)
    manifest = kept.manifest
    with style.speaking(code):
        drawn, done = page.figures_of(kept, findings, code)
        images = {picture["file"]: picture["image"] for picture in drawn}
        shown = [picture for picture in findings.pictures if picture.file in images]
        shown = shown if whole else shown[:PICTURES]
        tables = [headed(table) for table in findings.tables]
        if whole:
            tables += [*page_tables.failures(kept), page_tables.parameters(kept)[0]]
        else:
            tables = [shortened(table) for table in tables[:TABLES]]
        limits = (
            [*findings.limits, *page.standing_limits(kept.parameters)]
            if whole
            else findings.limits[: LIMITS - 1]
        )
        return Brief(
            code,
            tell(
                f"Village mutual aid: {words(manifest['experiment'])}",
                f"农村互助养老：{phrase(manifest['experiment'])}",
            ),
            f"{manifest['experiment']} / {manifest['id']} · {str(manifest.get('finished', ''))[:10]}",
            " ".join(page.notices(kept, str(manifest.get("status", "")), done, code)),
            findings,
            tuple(
                Printed(one, images[one.file], png(kept.folder / "figures", one.file, code)) for one in shown
            ),
            tuple(tables),
            (page.phrases(kept.parameters)["whatif"], *limits),
            command(*manifest.get("overrides", [])),
            {
                **page.names(),
                "more": tell("More: the full report of this study.", "更多内容见本研究的完整报告。"),
            },
            first_pages.of(kept, findings) if whole else None,
        )


def png(folder: Path, name: str, code: str) -> bytes:
    """The picture in a language where there is one, else in English."""
    spoken = folder / code / f"{name}.png"
    return read_bytes(spoken if spoken.exists() else folder / f"{name}.png", page.MOST_BYTES)


def shortened(table: ShownTable) -> ShownTable:
    """Its first rows and columns; what is left out is counted."""
    rows, columns = len(table.rows) - ROWS, len(table.columns) - COLUMNS
    left = []
    if rows > 0:
        left.append(tell(f"{rows} more rows", f"另有 {rows} 行"))
    if columns > 0:
        left.append(tell(f"{columns} more columns", f"另有 {columns} 列"))
    if not left:
        return table
    said = tell(f"In the report: {', '.join(left)}.", f"完整报告中{'、'.join(left)}。")
    return replace(
        table,
        columns=table.columns[:COLUMNS],
        rows=[row[:COLUMNS] for row in table.rows[:ROWS]],
        note=f"{table.note} {said}".strip(),
    )


def html(brief: Brief) -> str:
    """One page, at most PAGES printed."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figures"] = number
    language = {"en": "en", "zh": "zh-Hans"}[brief.code]
    return environment.get_template("brief.html.j2").render(brief=brief, lang=language)


__all__ = ["PAGES", "Brief", "Printed", "html", "of", "shortened"]
