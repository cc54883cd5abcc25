"""Villages of a real county from a file: Chinese and English headings and words, as the model's own table.

What is not known as a column is left unread, with a sentence; all cells that cannot be used are named
at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.start.age_bands import ALLOWED, band_of
from sim.start.village_table import NOTE, Fault, read_villages

from .catalogue import Mistake
from .said import Said
from .table_file import Sheet, sheets, sheets_of
from .village_doubts import doubts
from .village_headings import HEADINGS, MONEY, PLACED, Heading, heading_of, spelled
from .village_places import DECIMALS, Plane, plane_of, turned
from .village_sheets import Joined, one_sheet

ANEW = "number"  # given by the order of rows where there is none
CODES = (6, 20)  # digits of an official code: six are a county, twelve a village
MOST_WAN = 1_000  # a village where every collective earns less a year has counted in units of 10,000 yuan
MOST_FAULTS = 20  # that are said at once
FAR = 4.0  # degrees from the middle of the villages within which all of a county lie


class GivenVillages(NamedTuple):
    """The model's table as text, how many villages, faults in the rows and words of the file, what was left
    unread or assumed, the plane that degrees were projected to.
    """

    text: str
    villages: int
    faults: tuple[Fault, ...]
    notes: tuple[Said, ...]
    plane: Plane | None = None


def read(path: Path) -> GivenVillages:
    """Of a file; Mistake where no table in it names a village, or with every faulty cell."""
    try:
        found = of(sheets(path))
    except Mistake as error:
        raise Mistake(f"given.villages = {str(path)[:200]!r}: {error}") from error
    refuse(found.faults, f"given.villages = {str(path)[:200]!r}")
    return found


def read_content(content: bytes, name: str) -> GivenVillages:
    """Of what a file holds (an upload); its faults are left to the caller."""
    return of(sheets_of(content, name))


def refuse(faults: Sequence[Fault], place: str) -> None:
    """Mistake that names the faulty cells of a file, if there are any."""
    if faults:
        left = len(faults) - MOST_FAULTS
        said = "; ".join(map(str, faults[:MOST_FAULTS]))
        raise Mistake(f"{place}: {said}" + (f"; and {left} more" if left > 0 else ""))


def of(tables: list[Sheet]) -> GivenVillages:
    """The villages of a workbook or a text, in the model's own headings and words."""
    joined = one_sheet(tables)
    sheet, notes = joined.sheet, [*joined.notes]
    headings, unread = _usable(sheet, [heading_of(title) for title in sheet.header])
    columns = [one.column for one in headings]
    if not {"number", "code", "name"} & {*columns}:
        raise Mistake(
            f"no column says which village a row is: a heading number, code or name (序号, 区划代码, 村名) "
            f"is wanted; there are {', '.join(filter(None, sheet.header))[:200]}"
        )
    twice = "one column that is {}; {!r} is too"
    faults = [
        Fault(1, heading, heading, twice.format(column, sheet.header[columns.index(column)]))
        for at, (heading, column) in enumerate(zip(sheet.header, columns, strict=True))
        if column and column in columns[:at]
    ]
    notes += unread
    if faults:
        return GivenVillages("", len(sheet.rows), tuple(faults), tuple(notes))
    return _Reading(joined, headings, notes).table()


def _usable(sheet: Sheet, headings: list[Heading]) -> tuple[list[Heading], list[Said]]:
    """Headings without those of ages that the model has no group for, and what is left unread."""
    notes, kept = list[Said](), list[Heading]()
    for text, heading in zip(sheet.header, headings, strict=True):
        column = heading.column
        odd = bool(column) and column not in HEADINGS and band_of(column) is None
        if odd:
            notes.append(
                Said(
                    f"left unread: {text!r}; wanted are {ALLOWED}",
                    f"未读取“{text}”：年龄须为 60 岁起的五岁组",
                )
            )
        again = column == "people" and column in [one.column for one in kept]  # a check, once is enough
        kept.append(Heading("") if odd or again else _class_or_income(sheet, text, heading, notes))
    unread = [text for text, heading in zip(sheet.header, kept, strict=True) if text and not heading.column]
    blank = [at for at, text in enumerate(sheet.header) if not text]
    beside = [
        str(line) for line, row in zip(sheet.lines, sheet.rows, strict=False) if any(row[at] for at in blank)
    ]
    if beside:
        more = f" and {len(beside) - MOST_FAULTS} more" if len(beside) > MOST_FAULTS else ""
        rows = ", ".join(beside[:MOST_FAULTS])
        notes.append(
            Said(
                f"cells under no heading are left unread, in rows {rows}{more}: a comma too many?",
                f"第 {rows} 行有单元格无表头，未读取：是否多了逗号？",
            )
        )
    if unread:
        notes.append(
            Said(
                f"left unread: {', '.join(unread)}; read are {', '.join(HEADINGS)} and elders by age and sex "
                "(docs/own_county.md)",
                f"未读取的列：{'、'.join(unread)}（可读取的列见 docs/own_county.md）",
            )
        )
    return kept, notes


def _class_or_income(sheet: Sheet, text: str, heading: Heading, notes: list[Said]) -> Heading:
    """A column of the collective's strength that holds figures is its income."""
    cells = [row[sheet.header.index(text)].replace(",", "") for row in sheet.rows]
    filled = [cell for cell in cells if cell]
    if heading.column != "strength" or not filled or not all(_is_figure(cell) for cell in filled):
        return heading
    notes.append(
        Said(f"{text!r} holds figures: read as collective income", f"“{text}”为数字：按集体收入读取")
    )
    return heading._replace(column="income")


def _is_figure(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


class _Reading:
    """One sheet on its way to the model's table.

    Figures become yuan, degrees kilometres; faults stay in the words of the file.
    """

    def __init__(self, joined: Joined, headings: list[Heading], notes: list[Said]) -> None:
        sheet = joined.sheet
        columns = [one.column for one in headings]
        if ANEW in columns and "code" not in columns and official(sheet, columns.index(ANEW)):
            headings = [one._replace(column="code") if one.column == ANEW else one for one in headings]
        self.sheet, self.elsewhere, self.notes, self.faults = sheet, joined.elsewhere, notes, [*joined.faults]
        self.headings = {one.column: one for one in headings if one.column}
        self.titles = {
            one.column: title for one, title in zip(headings, sheet.header, strict=True) if one.column
        }
        places = {one.column: at for at, one in enumerate(headings) if one.column}
        self.cells = {
            column: [spelled(column, row[at]) for row in sheet.rows] for column, at in places.items()
        }
        self.assumed: list[Said] = []

    def table(self) -> GivenVillages:
        """The table in the model's words, with its faults in those of the file."""
        if ANEW not in self.cells:
            self.notes.append(Said("villages are numbered by the order of their rows", "村庄按行的顺序编号"))
            order = [str(place) for place in range(1, len(self.sheet.rows) + 1)]
            self.cells = {ANEW: order, **self.cells}
        for column in MONEY:
            if column in self.cells:
                self._in_yuan(column)
        plane = self._projected() if {*PLACED} <= {*self.cells} else None
        for column in PLACED:
            self.cells.pop(column, None)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([[*self.cells], *zip(*self.cells.values(), strict=True)])
        notes = "".join(f"{NOTE} {one.english}\t{one.chinese}\n" for one in self.assumed)
        table = read_villages(text.getvalue())
        self.faults += [
            self._in_file(fault.row - 2, fault.column, fault.value, fault.allowed) for fault in table.faults
        ]
        asked = [] if self.faults else doubts(table)
        said = (*self.notes, *self.assumed, *asked)
        return GivenVillages(notes + text.getvalue(), len(self.sheet.rows), tuple(self.faults), said, plane)

    def _in_file(self, at: int, column: str, cell: str, allowed: str) -> Fault:
        """A fault in a row of the table, by row, heading and, where several are joined, sheet of the file."""
        stood = self.sheet.stood[at] if self.sheet.stood and at >= 0 else ""
        name, lines = self.elsewhere.get(column, (stood, self.sheet.lines))
        title = self.titles.get(column, column)
        return Fault(lines[at] if at >= 0 else 1, f"{name}: {title}" if name else title, cell, allowed)

    def _in_yuan(self, column: str) -> None:
        """Money by the unit of its heading, or in units of 10,000 yuan where no figure can be yuan."""
        cells = self.cells[column]
        figures = [float(cell) for cell in cells if cell and _is_figure(cell)]
        unit = self.headings[column].unit
        if not unit and column == "income" and figures and 0 < max(figures) < MOST_WAN:
            unit = 10_000
            self.assumed.append(
                Said(
                    f"{self.titles[column]!r} holds figures up to {max(figures):g}, too few to be yuan a "
                    "year: taken for units of 10,000 yuan",
                    f"“{self.titles[column]}”最大为 {max(figures):g}，不像以元计的年收入：按万元读取",
                )
            )
        if unit > 1:
            self.cells[column] = [
                f"{float(cell) * unit:.10g}" if cell and _is_figure(cell) else cell for cell in cells
            ]

    def _projected(self) -> Plane | None:
        """East and north from degrees; None where a cell is none, or no village has both."""
        found = {}
        for column, most in zip(PLACED, (180.0, 180.0), strict=True):  # either, as they may be turned
            found[column] = np.full(len(self.sheet.rows), np.nan)
            for at, cell in enumerate(self.cells[column]):
                if cell and not (_is_figure(cell) and abs(float(cell)) <= most):
                    allowed = "degrees, such as 104.52"
                    self.faults.append(self._in_file(at, column, cell, allowed))
                elif cell:
                    found[column][at] = float(cell)
        longitude, latitude = (found[column] for column in PLACED)
        if turned(longitude, latitude):
            longitude, latitude = latitude, longitude
            self.assumed.append(
                Said(
                    "longitude and latitude have changed places: taken the other way round",
                    "经度与纬度填反：已对调",
                )
            )
        known = ~np.isnan(longitude) & ~np.isnan(latitude)
        for column, degrees in zip(PLACED, (longitude, latitude), strict=True):
            middle = np.median(degrees[known]) if known.any() else 0.0
            for place in np.flatnonzero(known & (np.abs(degrees - middle) > FAR)).tolist():
                allowed = f"degrees near {middle:.1f}, where most villages lie"
                self.faults.append(self._in_file(place, column, f"{degrees[place]:g}", allowed))
        if self.faults or not known.any():
            return None
        plane = plane_of(longitude[known], latitude[known])
        for name, kilometres in zip(
            ("east", "north"), plane.kilometres(longitude[known], latitude[known]), strict=True
        ):
            cells = np.full(len(known), "", dtype=object)
            cells[known] = [f"{figure:.{DECIMALS}f}" for figure in kilometres]
            self.cells[name] = cells.tolist()
        return plane


def official(sheet: Sheet, at: int) -> bool:
    """Whether a column of numbers holds official codes."""
    cells = [row[at] for row in sheet.rows]
    return bool(cells) and all(cell.isdigit() and CODES[0] <= len(cell) <= CODES[1] for cell in cells)
