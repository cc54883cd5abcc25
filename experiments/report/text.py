"""Tables and findings as text for the terminal."""

from __future__ import annotations

from pathlib import Path
from unicodedata import east_asian_width

from ..study.findings import Findings, ShownTable


def yuan(fen: float) -> str:
    """Whole yuan."""
    return f"{round(fen / 100):,}"


def wide(text: str) -> int:
    """Columns of a terminal that a text takes: two a Chinese sign."""
    return sum(1 + (east_asian_width(sign) in "WF") for sign in text)


def layout(lines: list[list[str]]) -> str:
    """Columns in line, the first to the left."""
    widths = [max(map(wide, column)) for column in zip(*lines, strict=True)]

    def line_of(cells: list[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        left = first[0] + " " * (first[1] - wide(first[0]))
        padded = [left, *(" " * (width - wide(cell)) + cell for cell, width in others)]
        return "  ".join(padded).rstrip()

    return "\n".join(map(line_of, lines))


def numbered(sentences: list[str]) -> str:
    """One sentence a line, with its number."""
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1))


def _cut(table: ShownTable, most: int) -> tuple[list[list[str]], str]:
    """The first rows, and a line on those that are left out."""
    left = len(table.rows) - most
    more = f"\n... {left} more in findings.json" if left > 0 else ""
    return [[str(cell) for cell in row] for row in table.rows[:most]], more


def _table(table: ShownTable, most: int) -> str:
    rows, cut = _cut(table, most)
    note = f"\n{table.note}" if table.note else ""
    return f"{table.title}\n{layout([table.columns, *rows])}{cut}{note}"


def titled(table: ShownTable, most: int = 40) -> str:
    """A table whose title heads its first column; a long one is cut."""
    rows, cut = _cut(table, most)
    return layout([[table.title, *table.columns[1:]], *rows]) + cut


def as_text(findings: Findings, folder: Path, most: int = 40) -> str:
    """Findings for the terminal; long tables are cut, findings.json holds them whole."""
    parts = [findings.question]
    if findings.verdict:
        parts.append(
            f"expected: {findings.hypothesis}\nwhat could build it in: {findings.built_in}\n"
            f"verdict: {findings.verdict}"
        )
    parts += [_table(table, most) for table in findings.tables]
    parts += [numbered(findings.sentences), "\n".join(findings.limits)]
    files = ", ".join(picture.file for picture in findings.pictures)
    parts.append(f"{folder}/: findings.json, summary.csv; figures/: {files}")
    return "\n\n".join(parts)
