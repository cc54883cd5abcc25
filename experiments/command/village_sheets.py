"""A workbook of villages as one sheet: heading found, sums left out, merged cells filled, sheets joined."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sim.start.village_table import Fault
from sim.state.parameters import nearest

from .said import Said
from .table_file import Sheet
from .village_headings import MONEY, heading_of

KEYS = ("code", "name", "number")  # by which rows of two sheets are the same village, in this order
DEEPEST = 6  # rows above which a heading is looked for
SUMS = (
    "合计",
    "总计",
    "小计",
    "共计",
    "平均",
    "total",
    "sum",
    "average",
)  # a key is, or ends with, in Chinese
REMARK = re.compile(r"(注|备注|说明|单位|填表|填报|制表|审核|复核|负责人|联系|数据来源|截至).*:.*")
ABOVE = re.compile(r"单位:.*?(万元|千元|元)")  # of money, in the lines of title


SAME = 0.5  # share of villages in common from which two sheets are of the same villages
TOWNSHIP = "乡镇"
COUNTED = re.compile(
    r"(sheet|table|工作表|表)? *[0-9]* *年?", re.IGNORECASE
)  # names of sheets that are no places


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
    unit = next((found[1] for row in rows[:at] for cell in row if (found := ABOVE.search(cell))), "")
    if unit:
        header = tuple(f"{title}({unit})" if _bare_money(title) else title for title in header)
    lines = sheet.lines[at:]
    return Sheet(sheet.name, header, tuple(rows[at + 1 :]), lines)


def _bare_money(title: str) -> bool:
    """Whether a heading is of money and says no unit."""
    found = heading_of(title)
    return found.column in MONEY and not found.unit


def seen(sheet: Sheet) -> Sheet:
    """A sheet without breaks of lines and signs that nobody sees in its cells."""
    header, *rows = ([_seen(cell) for cell in row] for row in (sheet.header, *sheet.rows))
    return sheet._replace(header=tuple(header), rows=tuple(map(tuple, rows)))


def _seen(cell: str) -> str:
    return " ".join("".join(sign for sign in cell if unicodedata.category(sign) != "Cf").split())


def one_sheet(tables: Sequence[Sheet]) -> Joined:
    """The sheet that names most columns, with what others tell of its villages."""
    sheets = [headed(seen(sheet)) for sheet in tables]
    best = max(range(len(sheets)), key=lambda at: len(known(sheets[at].header)))
    notes: list[Said] = []
    parts, again = alike(sheets, best, notes)
    used = [sheets[at].name for at in parts]
    main = stacked([without_sums(filled_down(sheets[at], notes), notes) for at in parts], notes)
    faults: list[Fault] = []
    elsewhere: dict[str, tuple[str, tuple[int, ...]]] = {}
    for at, other in enumerate(sheets):
        if at in parts or at in again:
            continue
        if known(other.header) - {*KEYS} - known(main.header):
            joined = join(main, filled_down(without_sums(other, notes), notes), faults)
            if joined is not None:
                main, more = joined
                elsewhere |= more
                used.append(other.name)
                continue
        notes += _more_villages(main, without_sums(other, []))
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


def alike(sheets: Sequence[Sheet], best: int, notes: list[Said]) -> tuple[list[int], list[int]]:
    """Places of the sheets that are one table, as one a township, and of those that tell of its villages
    again, as one a year: both have the headings of the best one.
    """
    wanted = known(sheets[best].header)
    there = _villages(sheets[best])
    parts, again = [best], list[int]()
    for at, other in enumerate(sheets):
        mine = _villages(other)
        if at == best or known(other.header) != wanted or not mine:
            continue
        if len(mine & there) > SAME * min(len(mine), len(there)):
            again.append(at)
        else:
            parts.append(at)
            there |= mine
    if again:
        names = [sheets[at].name for at in again]
        notes.append(
            Said(
                f"{', '.join(map(repr, names))}: the headings and the villages of what is read once more; "
                "left unread, keep the sheet that is meant",
                f"“{'”、“'.join(names)}”与所读工作表的表头、村庄相同，未读取：请只保留需要的工作表",
            )
        )
    return sorted(parts), again


def _villages(sheet: Sheet) -> set[tuple[str, str]]:
    """Township and key of every village that a sheet names."""
    key = next((one for one in KEYS if place_of(sheet, one) >= 0), "")
    if not key:
        return set()
    here, town = place_of(sheet, key), place_of(filled_down(sheet, []), "township")
    rows = without_sums(filled_down(sheet, []), []).rows
    return {(row[town] if town >= 0 else "", row[here]) for row in rows if row[here]}


def stacked(parts: Sequence[Sheet], notes: list[Said]) -> Sheet:
    """Sheets of the same headings below each other; their names are townships where no column says any."""
    main = parts[0]
    if len(parts) == 1:
        return main
    numbers = [row[at] for part in parts if (at := place_of(part, "number")) >= 0 for row in part.rows]
    left = {"number"} if len({*numbers}) < len(numbers) else set()  # each sheet counts from one
    titles = [title for title in main.header if title and heading_of(title).column not in left]
    rows = [
        tuple(row[at] if at >= 0 else "" for at in _order(part, titles))
        for part in parts
        for row in part.rows
    ]
    stood = tuple(part.name for part in parts for _ in part.rows)
    if place_of(main, "township") < 0 and not any(COUNTED.fullmatch(part.name.strip()) for part in parts):
        titles, rows = [*titles, TOWNSHIP], [(*row, name) for row, name in zip(rows, stood, strict=True)]
        notes.append(
            Said(
                "the name of each sheet is taken for the township of its villages",
                "以各工作表的名称作为所列村庄的乡镇",
            )
        )
    lines = tuple(line for part in parts for line in part.lines)
    return Sheet(main.name, tuple(titles), tuple(rows), lines, stood)


def _order(part: Sheet, titles: Sequence[str]) -> list[int]:
    """Where a sheet has each column: under the same title, or one that means the same; -1 for nowhere."""
    return [
        part.header.index(title)
        if title in part.header
        else place_of(part, column)
        if (column := heading_of(title).column)
        else -1
        for title in titles
    ]


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


def _more_villages(main: Sheet, other: Sheet) -> list[Said]:
    """A sentence where a sheet that is not read names villages that the main one does not have."""
    key = next((one for one in KEYS[:2] if place_of(main, one) >= 0 and place_of(other, one) >= 0), "")
    here, there = ({row[place_of(one, key)] for row in one.rows} if key else set() for one in (main, other))
    more = len(there - here - {""})
    if not more:
        return []
    return [
        Said(
            f"{more} villages of {other.name!r} are not in {main.name!r} and are left unread: put all "
            "villages of the county into one sheet",
            f"“{other.name}”中有 {more} 个村不在“{main.name}”中，未读取：请把全县各村放在同一工作表",
        )
    ]


def _is_left(cell: str) -> bool:
    """Whether a key is that of a row of sums, or a line below the table."""
    small = "".join(cell.lower().split())
    bare = small.rstrip(":")
    ends = bare.endswith(tuple(word for word in SUMS if not word.isascii()))
    return bare in SUMS or ends or bool(REMARK.fullmatch(small))


def without_sums(sheet: Sheet, notes: list[Said]) -> Sheet:
    """A sheet without rows of sums and the lines below the table."""
    places = [at for at in (*(place_of(sheet, key) for key in KEYS), place_of(sheet, "township")) if at >= 0]
    kept = [at for at, row in enumerate(sheet.rows) if not any(_is_left(row[place]) for place in places)]
    left = len(sheet.rows) - len(kept)
    if not left:
        return sheet
    notes.append(
        Said(
            f"{left} rows of sums or remarks were left out of {sheet.name!r}",
            f"“{sheet.name}”略去 {left} 行合计或附注",
        )
    )
    return sheet._replace(
        rows=tuple(sheet.rows[at] for at in kept),
        lines=tuple(sheet.lines[at] for at in kept),
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
    several = {cell for cell, times in Counter(row[mine] for row in main.rows).items() if times > 1}
    towns = place_of(main, "township"), place_of(other, "township")
    both = key == "name" and min(towns) >= 0

    def called(row: tuple[str, ...], place: int, town: int) -> str:
        return f"{row[town]} {row[place]}" if both and row[place] in several else row[place]

    mine_called = [called(row, mine, towns[0]) for row in main.rows]
    times = Counter(mine_called)
    rows = {cell: at for at, cell in enumerate(mine_called) if cell and times[cell] == 1}
    have = known(main.header)
    taken = [
        at
        for at, title in enumerate(other.header)
        if (column := heading_of(title).column) and column not in have and column not in KEYS
    ]
    cells = [[""] * len(taken) for _ in main.rows]
    lines = [0] * len(main.rows)
    for line, row in zip(other.lines, other.rows, strict=True):
        village = rows.get(called(row, theirs, towns[1]))
        if not row[theirs] and not any(row[at] for at in taken):
            continue
        if village is None or lines[village]:
            near = "" if row[theirs] in several else nearest(row[theirs], list(rows))
            allowed = f"a village of {main.name}, once{near}"
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
