"""A workbook of villages as one sheet: heading found, sums left out, merged cells filled, sheets joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.start.village_table import Fault
from sim.state.parameters import nearest

from .said import Said
from .table_file import Sheet
from .village_headings import heading_of

KEYS = ("code", "name", "number")  # by which rows of two sheets are the same village, in this order
DEEPEST = 6  # rows above which a heading is looked for
SUMS = ("合计", "总计", "小计", "全县合计", "total", "sum")


class Joined(NamedTuple):
    """One sheet; joined column -> (its sheet, lines there, 0 where it has no row of a village); notes."""

    sheet: Sheet
    elsewhere: dict[str, tuple[str, tuple[int, ...]]]
    faults: tuple[Fault, ...]
    notes: tuple[Said, ...]


def known(header: Sequence[str]) -> set[str]:
    """The model's columns that a heading names."""
    return {heading_of(title).column for title in header} - {""}


def headed(sheet: Sheet) -> Sheet:
    """A sheet with the row as heading, among the first, that names most columns; titles above it are left."""
    rows = [sheet.header, *sheet.rows]
    at = max(range(min(len(rows), DEEPEST)), key=lambda place: (len(known(rows[place])), -place))
    if at == 0:
        return sheet
    width = max(len(row) for row in rows)
    header = (*rows[at], *[""] * (width - len(rows[at])))
    lines = sheet.lines[at:]
    return Sheet(sheet.name, header, tuple(rows[at + 1 :]), lines)


def one_sheet(tables: Sequence[Sheet]) -> Joined:
    """The sheet that names most columns, with what others tell of its villages."""
    sheets = [headed(sheet) for sheet in tables]
    best = max(range(len(sheets)), key=lambda at: len(known(sheets[at].header)))
    notes: list[Said] = []
    main = without_sums(filled_down(sheets[best], notes), notes)
    faults: list[Fault] = []
    elsewhere: dict[str, tuple[str, tuple[int, ...]]] = {}
    used = [main.name]
    for at, other in enumerate(sheets):
        if at != best and known(other.header) - {*KEYS} - known(main.header):
            joined = join(main, without_sums(other, notes), faults)
            if joined is not None:
                main, more = joined
                elsewhere |= more
                used.append(other.name)
    if len(sheets) > 1:
        names = ", ".join(repr(name) for name in used)
        notes.append(
            Said(
                f"read are {names} of {len(sheets)} sheets",
                f"读取了 {len(sheets)} 个工作表中的：{'、'.join(used)}",
            )
        )
    return Joined(main, elsewhere, tuple(faults), tuple(notes))


def place_of(sheet: Sheet, column: str) -> int:
    """The first place whose heading is a column; -1 where there is none."""
    return next((at for at, title in enumerate(sheet.header) if heading_of(title).column == column), -1)


def filled_down(sheet: Sheet, notes: list[Said]) -> Sheet:
    """Townships of merged cells: what stands in the first of them holds for the others."""
    at = place_of(sheet, "township")
    if at < 0 or not sheet.rows or not sheet.rows[0][at] or all(row[at] for row in sheet.rows):
        return sheet
    rows, last = [], ""
    for row in sheet.rows:
        last = row[at] or last
        rows.append((*row[:at], last, *row[at + 1 :]))
    notes.append(
        Said(
            "blank townships are taken from the row above (merged cells)",
            "乡镇空白处取上一行的值（合并单元格）",
        )
    )
    return sheet._replace(rows=tuple(rows))


def without_sums(sheet: Sheet, notes: list[Said]) -> Sheet:
    """A sheet without rows of sums."""
    places = [at for at in (*(place_of(sheet, key) for key in KEYS), place_of(sheet, "township")) if at >= 0]
    kept = [
        at for at, row in enumerate(sheet.rows) if not any(row[place].lower() in SUMS for place in places)
    ]
    left = len(sheet.rows) - len(kept)
    if not left:
        return sheet
    notes.append(
        Said(f"{left} rows of sums were left out of {sheet.name!r}", f"“{sheet.name}”略去 {left} 行合计")
    )
    return sheet._replace(
        rows=tuple(sheet.rows[at] for at in kept), lines=tuple(sheet.lines[at] for at in kept)
    )


def join(
    main: Sheet, other: Sheet, faults: list[Fault]
) -> tuple[Sheet, dict[str, tuple[str, tuple[int, ...]]]] | None:
    """Columns of another sheet beside the rows of the same villages; None where no key stands in both.

    A row of a village that the main sheet does not have, or of one that had a row, is a fault.
    """
    key = next((one for one in KEYS if place_of(main, one) >= 0 and place_of(other, one) >= 0), "")
    if not key:
        return None
    mine, theirs = place_of(main, key), place_of(other, key)
    rows = {row[mine]: at for at, row in reversed([*enumerate(main.rows)]) if row[mine]}
    have = known(main.header)
    taken = [
        at
        for at, title in enumerate(other.header)
        if (column := heading_of(title).column) and column not in have and column not in KEYS
    ]
    cells = [[""] * len(taken) for _ in main.rows]
    lines = [0] * len(main.rows)
    for line, row in zip(other.lines, other.rows, strict=True):
        village = rows.get(row[theirs])
        if not row[theirs]:
            continue
        if village is None or lines[village]:
            allowed = f"a village of {main.name}, once{nearest(row[theirs], list(rows))}"
            faults.append(Fault(line, f"{other.name}: {other.header[theirs]}", row[theirs], allowed))
            continue
        lines[village] = line
        cells[village] = [row[at] for at in taken]
    titles = tuple(other.header[at] for at in taken)
    joined = main._replace(
        header=(*main.header, *titles),
        rows=tuple((*row, *more) for row, more in zip(main.rows, cells, strict=True)),
    )
    return joined, {heading_of(title).column: (other.name, tuple(lines)) for title in titles}
