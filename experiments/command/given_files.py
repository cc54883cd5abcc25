"""A county's own tables of people and incomes from files: people's headings and ages, as the model's text."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sim.start.given_tables import KINDS, MIDDLE, OLD, YOUNG, read_table
from sim.start.village_table import Fault

from .catalogue import Mistake
from .said import Said
from .table_file import Sheet, sheets
from .village_file import MOST_WAN, refuse
from .village_headings import THOUSANDS, UNIT, UNITS, plain

HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {  # kind -> column -> what it may be called
    "population": {
        "age_group": ("age_group", "age", "ages", "年龄", "年龄组", "年龄段"),
        "men": ("men", "male", "males", "男", "男性", "男性人口"),
        "women": ("women", "female", "females", "女", "女性", "女性人口"),
    },
    "mortality": {
        "age_group": ("age_group", "age", "ages", "年龄", "年龄组", "年龄段"),
        "men": ("men", "male", "males", "男", "男性", "男性死亡率"),
        "women": ("women", "female", "females", "女", "女性", "女性死亡率"),
    },
    "health": {
        "age_group": ("age_group", "age", "年龄", "年龄组"),
        "sex": ("sex", "性别"),
        "from_state": ("from_state", "from", "起始状态", "原状态"),
        "to_1": ("to_1", "转为1", "转为状态1"),
        "to_2": ("to_2", "转为2", "转为状态2"),
        "to_3": ("to_3", "转为3", "转为状态3"),
        "to_death": ("to_death", "to_4_death", "death", "死亡"),
    },
    "income": {
        "up_to": (
            "up_to",
            "up to",
            "upper end",
            "收入上限",
            "上限",
            "集体收入上限",
        ),
        "share": ("share", "percent", "占比", "比例", "村占比"),
    },
}
SEXES = {"男": "men", "male": "men", "女": "women", "female": "women"}
SUMS = ("合计", "总计", "小计", "total", "sum", "all")
AGE = re.compile(r"([0-9]{1,3})(?:岁)?(?:[-~—–至到]([0-9]{1,3}))?(?:岁)?(及以上|以上|\+)?(?:岁)?")
OPEN_FROM, OLDEST, YOUNGEST = 100, 120, 15
PER_MILLE = 0.3  # least death rate at all ages from which a table counts deaths of a thousand
PARTS = {"%": 100, "‰": 1000}  # of one, that a heading says rates are


class GivenTableText(NamedTuple):
    """The model's table as text, faults in the rows and words of the file, what was assumed."""

    text: str
    faults: tuple[Fault, ...]
    notes: tuple[Said, ...]


def read(kind: str, path: Path) -> GivenTableText:
    """Of a file; Mistake where no sheet has the columns, or with every faulty cell."""
    place = f"given.{kind} = {str(path)[:200]!r}"
    try:
        found = of(kind, sheets(path))
    except Mistake as error:
        raise Mistake(f"{place}: {error}") from error
    refuse(found.faults, place)
    return found


def of(kind: str, tables: list[Sheet]) -> GivenTableText:
    """The sheet that has most of the columns, in the model's headings and words."""
    names = {plain(name): column for column, all_ in HEADINGS[kind].items() for name in all_}
    known = [[_named(names, heading) for heading in sheet.header] for sheet in tables]
    best = max(range(len(tables)), key=lambda at: len({*known[at]} - {""}))
    sheet, columns = tables[best], known[best]
    lost = [column for column in HEADINGS[kind] if columns.count(column) != 1]
    if lost:
        called = "; ".join(f"{column} ({', '.join(HEADINGS[kind][column])})" for column in lost)
        there = ", ".join(filter(None, sheet.header))[:200]
        raise Mistake(f"one column each is wanted for {called}; there are {there}")
    at = {column: columns.index(column) for column in HEADINGS[kind]}
    rows = [{column: row[place] for column, place in at.items()} for row in sheet.rows]
    for row in rows:
        row.update({name: cell.replace(",", "") for name, cell in row.items() if THOUSANDS.fullmatch(cell)})
    if kind == "mortality":
        for column in ("men", "women"):
            unit = UNIT.search(plain(sheet.header[at[column]]))
            part = PARTS.get(unit[1], 0) if unit else 0
            for row in rows if part else ():
                row[column] = _times(row[column], 1 / part)
    if kind in ("population", "mortality"):
        return _by_age(kind, sheet, rows)
    if kind == "health":
        for row in rows:
            row["sex"] = SEXES.get(row["sex"].lower(), row["sex"])
            row["age_group"] = row["age_group"].replace("岁", "").replace("及以上", "+").replace("以上", "+")
    notes: list[Said] = []
    if kind == "income":
        _in_yuan(sheet.header[at["up_to"]], rows, notes)
    return _checked(kind, rows, sheet.lines, tuple(at.values()), sheet, notes)


def _named(names: Mapping[str, str], heading: str) -> str:
    """The column of a heading, with its unit or without."""
    whole = plain(heading)
    return names.get(whole, "") or names.get(UNIT.sub("", whole), "")


def _in_yuan(title: str, rows: list[dict[str, str]], notes: list[Said]) -> None:
    """Upper ends of brackets by the unit of their heading, else by what can be yuan a year."""
    found = UNIT.search(plain(title))
    unit = UNITS.get(found[1], 0) if found else 0
    tops = [float(row["up_to"]) for row in rows if _is_number(row["up_to"])]
    if not unit and tops and 0 < max(tops) < MOST_WAN:
        unit = 10_000
        notes.append(
            Said(
                f"upper ends of brackets up to {max(tops):g} are too few to be yuan a year: taken for units "
                "of 10,000 yuan",
                f"收入上限最大为 {max(tops):g}，不像以元计的年收入：按万元读取",
            )
        )
    for row in rows if unit > 1 else ():
        row["up_to"] = _times(row["up_to"], unit)


def _times(cell: str, factor: float) -> str:
    try:
        return f"{float(cell) * factor:.12g}"
    except ValueError:
        return cell


def _by_age(kind: str, sheet: Sheet, rows: list[dict[str, str]]) -> GivenTableText:
    """Rows of five-year groups, from those of groups or of single years; sums and the young are left out."""
    notes: list[Said] = []
    groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
    faults, left, ages = [], 0, set[tuple[str, ...]]()
    for line, row in zip(sheet.lines, rows, strict=True):
        cell = unicodedata.normalize("NFKC", row["age_group"]).lower().replace(" ", "")
        if cell in SUMS or not cell:
            left += 1
            continue
        found = AGE.fullmatch(cell)
        if found is not None and found.groups("") in ages:
            faults.append(Fault(line, sheet.header[0], row["age_group"], "each age once"))
            continue
        ages |= {found.groups("")} if found is not None else set()
        group = "" if found is None else group_of(int(found[1]), found[2], bool(found[3]))
        if group is None:
            left += 1
        elif not group:
            allowed = "ages in groups of five years, such as 60-64, or single years of age"
            faults.append(Fault(line, sheet.header[0], row["age_group"], allowed))
        else:
            groups.setdefault(group, []).append((line, row))
            if found is not None and int(found[1]) > OLDEST:
                notes.append(_too_old(row["age_group"]))
    if left:
        notes.append(
            Said(
                f"{left} rows of sums or of ages not read were left out",
                f"略去 {left} 行（合计或不读取的年龄）",
            )
        )
    if faults:
        return GivenTableText("", tuple(faults), tuple(notes))
    wanted = [group for group in (*YOUNG, *MIDDLE, *OLD) if group in groups]
    if kind == "mortality":
        wanted = [group for group in wanted if group not in YOUNG]
    merged = [_merged(kind, group, [row for _, row in groups[group]]) for group in wanted]
    lines = tuple(groups[group][0][0] for group in wanted)
    if kind == "mortality":
        notes += _per_mille(merged)
    return _checked(kind, merged, lines, (), sheet, notes)


def _too_old(cell: str) -> Said:
    return Said(
        f"an age over {OLDEST}: {cell!r}; counted with those of {OPEN_FROM} and over",
        f"年龄超过 {OLDEST} 岁：“{cell}”；计入 {OPEN_FROM} 岁及以上",
    )


def group_of(first: int, last: str | None, is_open: bool) -> str | None:
    """The group of five years of an age or a span; None where it is not read, blank where it fits in none."""
    if first < YOUNGEST:
        return None
    if first >= OPEN_FROM:
        return "100+"
    if is_open or (last is not None and int(last) // 5 != first // 5):
        return ""
    return f"{first // 5 * 5}-{first // 5 * 5 + 4}"


def _merged(kind: str, group: str, rows: list[dict[str, str]]) -> dict[str, str]:
    """One row of several ages: sums of persons, means of rates; a cell that is none stays to be named."""
    row = {"age_group": group}
    for column in ("men", "women"):
        try:
            figures = [float(one[column].replace(",", "")) for one in rows]
        except ValueError:
            row[column] = next(one[column] for one in rows if not _is_number(one[column]))
            continue
        row[column] = repr(sum(figures) / (len(figures) if kind == "mortality" else 1))
    return row


def _is_number(cell: str) -> bool:
    try:
        return float(cell.replace(",", "")) == float(cell.replace(",", ""))
    except ValueError:
        return False


def _per_mille(rows: list[dict[str, str]]) -> list[Said]:
    """Rates that no age could have are deaths of a thousand."""
    cells = [row[column] for row in rows for column in ("men", "women")]
    if not all(map(_is_number, cells)) or not cells or min(map(float, cells)) < PER_MILLE:
        return []
    for row in rows:
        for column in ("men", "women"):
            row[column] = repr(float(row[column]) / 1000)
    return [
        Said(
            "death rates are too high for a year of anyone's life: taken for deaths of a thousand",
            "死亡率过高，按千分率（‰）读取",
        )
    ]


def _checked(
    kind: str,
    rows: list[dict[str, str]],
    lines: tuple[int, ...],
    places: tuple[int, ...],
    sheet: Sheet,
    notes: list[Said],
) -> GivenTableText:
    columns = [*KINDS[kind].keys, *KINDS[kind].figures]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [columns, *([row[name] for name in columns] for row in rows)]
    )
    titles = {column: sheet.header[place] for column, place in zip(columns, places, strict=False)}
    faults = [
        fault._replace(
            row=lines[fault.row - 2] if fault.row > 1 else 1, column=titles.get(fault.column, fault.column)
        )
        for fault in read_table(kind, text.getvalue()).faults
    ]
    return GivenTableText(text.getvalue(), tuple(faults), tuple(notes))
