"""A table of given villages: every cell is read, or named as a fault with what is allowed there.

Lines that begin with `#` before the heading say what was assumed when the table was made from a file.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.start.age_bands import Band, band_of
from sim.state.codes import STEPS, STRENGTHS, VILLAGE_KINDS
from sim.state.horizon import FIRST_YEAR, LAST_YEAR, MONTH_TEXT, month_number
from sim.state.parameters import nearest

FLAG = ("no", "yes")
WORDS = {
    "kind": VILLAGE_KINDS,
    "strength": STRENGTHS,
    **dict.fromkeys(("facility", "leader", "association", "idle_building"), FLAG),
    "step": STEPS,
    "door": ("shut", "open"),
}
WHOLE = ("elders", "people", "volunteers", "days")
RANGES = {
    "elders": (1, 1500, "whole number of persons"),
    "people": (1, 1_000_000, "whole number of residents of all ages"),
    "volunteers": (0, 3000, "whole number of helpers under 60"),
    "income": (0, 1e9, "yuan a year of the collective"),
    "days": (1, 7, "whole number of open days a week"),
    "cash": (0, 1e8, "yuan"),
    "debt": (0, 1e8, "yuan"),
    "east": (0, 1000, "km"),
    "north": (0, 1000, "km"),
}
IN_BAND = (0, 1500, "whole number of persons")
MONTHS = ("opened",)  # months written YYYY-MM
TEXTS = ("code", "name")  # whatever stands in them
COLUMNS = ("number", *TEXTS, "township", *WORDS, *RANGES, *MONTHS)  # all but the number may be left out
MOST = 3_000_000  # characters
NOTE = "#"


class Fault(NamedTuple):
    """A cell that cannot be used.

    Its row as a spreadsheet counts (the header is row 1), what stands there, what may.
    """

    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.value!r} stands there, allowed is {self.allowed}"


class Table(NamedTuple):
    """Given villages: number of rows, column -> one figure a village (codes of words, months since year 0,
    places of townships in order of appearance; NaN where blank), names, faults, official codes, names of
    townships, elders by age and sex (band -> one figure a village), what was assumed.
    """

    rows: int
    columns: dict[str, np.ndarray]
    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    codes: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    bands: dict[Band, np.ndarray] = {}  # noqa: RUF012 - never written to
    notes: tuple[str, ...] = ()


def _unusable(rows: int, *faults: Fault) -> Table:
    return Table(rows, {}, (), faults)


@lru_cache(maxsize=8)
def read_villages(text: str) -> Table:
    """Read the table; every cell that cannot be used is a fault, and so is a column that is not known."""
    if len(text) > MOST:
        return _unusable(0, Fault(1, "-", f"{len(text)} characters", f"at most {MOST}"))
    notes, text = _notes(text)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=None))]
    except csv.Error as error:  # a cell without end, a byte of zero
        return _unusable(0, Fault(1, "-", str(error), "a table of small cells"))
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        return _unusable(0, Fault(1, "-", text[:40], "a header and at least one village"))
    header, body = [word.lstrip("\ufeff").lower() for word in rows[0]], rows[1:]
    faults = [
        Fault(1, word, word, f"each of {', '.join(COLUMNS)} once{nearest(word, COLUMNS)}")
        for place, word in enumerate(header)
        if (word not in COLUMNS and band_of(word) is None) or word in header[:place]
    ]
    if "number" not in header:
        faults.append(Fault(1, "number", "", "a column called number"))
    return _unusable(len(body), *faults) if faults else _filled(header, body, notes)


def _notes(text: str) -> tuple[tuple[str, ...], str]:
    """What the lines before the heading say, and the table without them."""
    notes = []
    while text.startswith(NOTE):
        line, _, text = text.partition("\n")
        notes.append(line.removeprefix(NOTE).strip())
    return tuple(notes), text


def _filled(header: list[str], body: list[list[str]], notes: tuple[str, ...]) -> Table:
    """The figures of the rows."""
    figures = {name: np.full(len(body), np.nan) for name in header if name not in ("number", *TEXTS)}
    names, codes, seen = [""] * len(body), [""] * len(body), set()
    townships: dict[str, int] = {}
    faults = []
    for place, row in enumerate(body, start=2):
        if len(row) != len(header):
            faults.append(Fault(place, "-", f"{len(row)} cells", f"{len(header)} cells, as in the header"))
            continue
        cells = dict(zip(header, row, strict=True))
        digits = cells["number"].isascii() and cells["number"].isdigit() and len(cells["number"]) < 10
        number = int(cells["number"]) if digits else 0
        if not 1 <= number <= len(body) or number in seen:
            faults.append(Fault(place, "number", cells["number"], f"1 to {len(body)}, each once"))
            continue
        seen.add(number)
        names[number - 1], codes[number - 1] = cells.pop("name", ""), cells.pop("code", "")
        if township := cells.pop("township", ""):
            figures["township"][number - 1] = townships.setdefault(township, len(townships))
        for name, cell in cells.items():
            if name != "number" and cell:
                figure, allowed = _figure(name, cell)
                figures[name][number - 1] = figure
                faults += [Fault(place, name, cell, allowed)] if np.isnan(figure) else []
    bands = {band: figures.pop(name) for name in [*figures] if (band := band_of(name)) is not None}
    return Table(
        len(body), figures, tuple(names), tuple(faults), tuple(codes), tuple(townships), bands, notes
    )


def _figure(name: str, cell: str) -> tuple[float, str]:
    """A cell as a figure (the code of a word), NaN where it cannot be one; and what is allowed."""
    if name in WORDS:
        words = WORDS[name]
        code = float(words.index(cell.lower())) if cell.lower() in words else np.nan
        return code, ", ".join(words) + nearest(cell, words)
    if name in MONTHS:
        fits = bool(MONTH_TEXT.fullmatch(cell)) and FIRST_YEAR <= int(cell[:4]) <= LAST_YEAR
        return (float(month_number(cell)) if fits else np.nan), "a month written YYYY-MM, such as 2019-05"
    low, high, unit = RANGES.get(name, IN_BAND)
    try:
        figure = float(cell)
    except ValueError:
        figure = np.nan
    halves = name in RANGES and name not in WHOLE
    fits = low <= figure <= high and (halves or figure == int(figure))
    return (figure if fits else np.nan), f"{low:.0f} to {high:.0f} {unit}"
