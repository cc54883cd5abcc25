"""Villages of a real county from a file: Chinese and English headings and words, as the model's own table.

What is not known as a column is left unread, with a sentence; all cells that cannot be used are named
at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sim.start.village_table import COLUMNS, WORDS, Fault, read_villages

from .catalogue import Mistake
from .table_file import Sheet, sheets, sheets_of

HEADINGS: Mapping[str, tuple[str, ...]] = {  # column of the model -> what it may be called
    "number": ("number", "no", "no.", "序号", "编号"),
    "code": ("code", "代码", "村代码", "区划代码", "行政区划代码", "统计用区划代码", "村级代码"),
    "name": ("name", "village", "名称", "村", "村名", "村名称", "行政村", "村庄", "村(社区)"),
    "kind": ("kind", "type", "类型", "村类型", "村庄类型"),
    "strength": ("strength", "collective", "集体经济", "集体实力", "集体经济强弱", "集体经济实力"),
    "facility": ("facility", "station", "设施", "幸福院", "养老设施", "站点", "有无幸福院", "互助幸福院"),
    "leader": ("leader", "带头人", "能人", "有无带头人"),
    "association": ("association", "协会", "老年协会", "有无老年协会", "老年人协会"),
    "idle_building": ("idle_building", "idle building", "闲置房屋", "闲置校舍", "闲置房", "有无闲置房屋"),
    "elders": (
        "elders",
        "老人",
        "老人数",
        "老年人数",
        "老年人口",
        "60岁以上",
        "60岁以上人口",
        "60岁及以上人口",
    ),
    "east": ("east", "x", "东向", "东向公里", "东(公里)"),
    "north": ("north", "y", "北向", "北向公里", "北(公里)"),
}
FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "有", "√", "✓"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0", "否", "无", "没有", "×"), "no"),
}
SPELLINGS: Mapping[str, Mapping[str, str]] = {  # column -> what stands in a cell -> the word of the model
    "kind": {
        **dict.fromkeys(("普通", "一般", "普通村", "平原"), "plain"),
        **dict.fromkeys(("景区", "旅游", "景区村", "旅游村", "有景区"), "scenic"),
        **dict.fromkeys(("手工艺", "工艺", "非遗", "手工艺村", "craft heritage"), "craft"),
        **dict.fromkeys(("城郊", "近郊", "近镇", "镇郊", "城郊村", "near town"), "near_town"),
    },
    "strength": {
        **dict.fromkeys(("弱", "薄弱", "较弱", "差"), "weak"),
        **dict.fromkeys(("中", "中等", "一般"), "middle"),
        **dict.fromkeys(("强", "较强", "富裕", "好"), "rich"),
    },
    **{column: FLAGS for column, words in WORDS.items() if words == ("no", "yes")},
}
ANEW = "number"  # given by the order of rows where there is none
CODES = (6, 20)  # digits of an official code: six are a county, twelve a village
MOST_FAULTS = 20  # that are said at once


class GivenVillages(NamedTuple):
    """The model's table as text, how many villages, faults in the rows and words of the file, notes."""

    text: str
    villages: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def column_of(heading: str) -> str:
    """The model's column that a heading names, or nothing."""
    plain = heading.lower().replace(" ", "").replace("_", "")
    for column, names in HEADINGS.items():
        if plain in {name.lower().replace(" ", "").replace("_", "") for name in names}:
            return column
    return ""


def read(path: Path) -> GivenVillages:
    """Of a file; Mistake where no table in it names a village, or with every faulty cell."""
    try:
        found = of(sheets(path))
    except Mistake as error:
        raise Mistake(f"given.villages = {str(path)[:200]!r}: {error}") from error
    return _sure(found, f"given.villages = {str(path)[:200]!r}")


def read_content(content: bytes, name: str) -> GivenVillages:
    """Of what a file holds (an upload); its faults are left to the caller."""
    return of(sheets_of(content, name))


def _sure(found: GivenVillages, place: str) -> GivenVillages:
    if found.faults:
        said = "; ".join(map(str, found.faults[:MOST_FAULTS]))
        left = len(found.faults) - MOST_FAULTS
        raise Mistake(f"{place}: {said}" + (f"; and {left} more" if left > 0 else ""))
    return found


def of(tables: list[Sheet]) -> GivenVillages:
    """The sheet that has most columns of the model, in the model's own headings and words."""
    known = [[column_of(heading) for heading in sheet.header] for sheet in tables]
    best = max(range(len(tables)), key=lambda at: len({*known[at]} - {""}))
    sheet, columns = tables[best], known[best]
    notes = [] if len(tables) == 1 else [f"read is the sheet {sheet.name!r} of {len(tables)}"]
    if not {"number", "code", "name"} & {*columns}:
        raise Mistake(
            f"no column says which village a row is: a heading number, code or name (序号, 区划代码, 村名) "
            f"is wanted; there are {', '.join(filter(None, sheet.header))[:200]}"
        )
    faults = [
        Fault(
            1,
            heading,
            heading,
            f"one column that is {column}; {sheet.header[columns.index(column)]!r} is too",
        )
        for at, (heading, column) in enumerate(zip(sheet.header, columns, strict=True))
        if column and column in columns[:at]
    ]
    unread = [
        heading for heading, column in zip(sheet.header, columns, strict=True) if heading and not column
    ]
    if unread:
        notes.append(f"left unread: {', '.join(unread)}; read are {', '.join(COLUMNS)} (docs/own_county.md)")
    if faults:
        return GivenVillages("", len(sheet.rows), tuple(faults), tuple(notes))
    return _translated(sheet, columns, notes)


def _translated(sheet: Sheet, columns: list[str], notes: list[str]) -> GivenVillages:
    """The table in the model's words, with its faults in those of the file."""
    if ANEW in columns and "code" not in columns and official(sheet, columns.index(ANEW)):
        columns = ["code" if column == ANEW else column for column in columns]
    if ANEW not in columns:
        notes.append("villages are numbered by the order of their rows")
    kept = [(at, column) for at, column in enumerate(columns) if column]
    header = [*([] if ANEW in columns else [ANEW]), *(column for _, column in kept)]
    rows = [
        [*([] if ANEW in columns else [str(place)]), *(spelled(column, row[at]) for at, column in kept)]
        for place, row in enumerate(sheet.rows, 1)
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    table = read_villages(text.getvalue())
    named = {column: sheet.header[at] for at, column in kept}
    faults = [
        fault._replace(
            row=sheet.lines[fault.row - 2] if fault.row > 1 else 1,
            column=named.get(fault.column, fault.column),
        )
        for fault in table.faults
    ]
    return GivenVillages(text.getvalue(), len(rows), tuple(faults), tuple(notes))


def official(sheet: Sheet, at: int) -> bool:
    """Whether a column of numbers holds official codes."""
    cells = [row[at] for row in sheet.rows]
    return bool(cells) and all(cell.isdigit() and CODES[0] <= len(cell) <= CODES[1] for cell in cells)


def spelled(column: str, cell: str) -> str:
    """A cell in the word of the model; figures without separators of thousands."""
    if column in SPELLINGS:
        return SPELLINGS[column].get(cell.lower(), cell)
    thousands = column not in ("name", "code") and cell.replace(",", "").replace(".", "", 1).isdigit()
    return cell.replace(",", "") if thousands else cell
