"""A table of given villages: every cell is read, or named as a fault with what is allowed there."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.state.codes import STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import nearest

WORDS = {
    "kind": VILLAGE_KINDS,
    "strength": STRENGTHS,
    **dict.fromkeys(("facility", "leader", "association", "idle_building"), ("no", "yes")),
}
RANGES = {"elders": (1, 1500, "whole number of persons"), "east": (0, 1000, "km"), "north": (0, 1000, "km")}
TEXTS = ("code", "name")  # whatever stands in them
COLUMNS = ("number", *TEXTS, *WORDS, *RANGES)  # of the table; all but the number may be left out or blank
MOST = 1_000_000  # characters


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
    """Given villages: number of rows, column -> one figure a village (codes of words; NaN where blank),
    names, faults, official codes.
    """

    rows: int
    columns: dict[str, np.ndarray]
    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    codes: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def read_villages(text: str) -> Table:
    """Read the table; every cell that cannot be used is a fault, and so is a column that is not known."""
    if len(text) > MOST:
        return Table(0, {}, (), (Fault(1, "-", f"{len(text)} characters", f"at most {MOST}"),))
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=None))]
    except csv.Error as error:  # a cell without end, a byte of zero
        return Table(0, {}, (), (Fault(1, "-", str(error), "a table of small cells"),))
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        return Table(0, {}, (), (Fault(1, "-", text[:40], "a header and at least one village"),))
    header, body = [word.lstrip("\ufeff").lower() for word in rows[0]], rows[1:]
    faults = [
        Fault(1, word, word, f"each of {', '.join(COLUMNS)} once{nearest(word, COLUMNS)}")
        for place, word in enumerate(header)
        if word not in COLUMNS or word in header[:place]
    ]
    if "number" not in header:
        faults.append(Fault(1, "number", "", "a column called number"))
    if faults:
        return Table(len(body), {}, (), tuple(faults))
    figures = {name: np.full(len(body), np.nan) for name in header if name not in ("number", *TEXTS)}
    names, codes, seen = [""] * len(body), [""] * len(body), set()
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
        for name, cell in cells.items():
            if name != "number" and cell:
                figure, allowed = _figure(name, cell)
                figures[name][number - 1] = figure
                faults += [Fault(place, name, cell, allowed)] if np.isnan(figure) else []
    return Table(len(body), figures, tuple(names), tuple(faults), tuple(codes))


def _figure(name: str, cell: str) -> tuple[float, str]:
    """A cell as a figure (the code of a word), NaN where it cannot be one; and what is allowed."""
    if name in WORDS:
        words = WORDS[name]
        return (float(words.index(cell.lower())) if cell.lower() in words else np.nan), ", ".join(
            words
        ) + nearest(cell, words)
    low, high, unit = RANGES[name]
    try:
        figure = float(cell)
    except ValueError:
        figure = np.nan
    fits = low <= figure <= high and (name != "elders" or figure == int(figure))
    return (figure if fits else np.nan), f"{low} to {high} {unit}"
