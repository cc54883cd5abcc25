"""A table of runs from elsewhere: a CSV whose columns are inputs and outcomes, a row a run.

Outcomes are those that the command line names; every other column of numbers is an input. What does not fit
is said in one sentence with its line and column.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.state.parameters import nearest

from ..command.settings import Mistake
from ..command.user_files import printable, read_text
from .inputs import DUMMY

MOST_BYTES = 50_000_000
FEWEST_ROWS = {"pawn": 64, "delta": 128}  # as in the smallest design of this program
LONGEST = 60  # signs of a name that are said


@dataclass(frozen=True)
class RunTable:
    """Numbers by column; `left_out`: columns that are no input, with the reason."""

    inputs: dict[str, np.ndarray]
    outcomes: dict[str, np.ndarray]
    left_out: dict[str, str]

    @property
    def rows(self) -> int:
        """Runs that it holds."""
        return len(next(iter(self.outcomes.values())))


def read_table(path: str, outcomes: Sequence[str], inputs: Sequence[str], method: str) -> RunTable:
    """The table in a file; Mistake says what does not fit, where, and what is allowed."""
    header, lines = _cells(path)
    for word, names in (("outcomes", outcomes), ("inputs", inputs)):
        for name in names:
            if name not in header:
                raise Mistake(
                    f"{word}: {path} has no column {_said(name)}; it has "
                    f"{', '.join(map(_said, header[:12]))}{', ...' if len(header) > 12 else ''}"
                    f"{nearest(name, header)}"
                )
    both = [name for name in inputs if name in outcomes]
    if both:
        raise Mistake(f"inputs: {_said(both[0])} is named in outcomes= too; a column is one of them")
    if len(lines) < FEWEST_ROWS[method]:
        raise Mistake(
            f"{path} has {len(lines)} rows: method={method} wants {FEWEST_ROWS[method]} at least, a run each"
        )
    return _sorted_out(path, header, lines, outcomes, inputs)


def _said(name: str) -> str:
    """A stranger's name within a sentence."""
    short = name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
    return repr(printable(short))


def _cells(path: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and every row with its line; all rows are as long as the header."""
    text = read_text(Path(path), MOST_BYTES)
    if not text.strip():
        raise Mistake(f"data: {path} is empty: a header with the names of columns and a row a run are wanted")
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        found = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Mistake(f"{path}, line {reader.line_num}: no CSV ({error})") from error
    header = [cell.strip() for cell in found[0][1]]
    for place, name in enumerate(header):
        if not name:
            raise Mistake(f"{path}: column {place + 1} has no name in the header")
        if name in header[:place]:
            raise Mistake(f"{path}: column {_said(name)} is there twice; a column has a name of its own")
    for line, row in found[1:]:
        if len(row) != len(header):
            raise Mistake(
                f"{path}, line {line}: {len(row)} values, and the header names {len(header)} columns"
            )
    return header, found[1:]


def _sorted_out(
    path: str,
    header: list[str],
    lines: list[tuple[int, list[str]]],
    outcomes: Sequence[str],
    inputs: Sequence[str],
) -> RunTable:
    """Columns as outcomes and inputs; words alone and constants are named and left out."""
    kept, left = {name: np.array([]) for name in outcomes}, dict[str, str]()
    found: dict[str, np.ndarray] = {}
    for place, name in enumerate(header):
        cells = [(line, row[place].strip()) for line, row in lines]
        if name not in (*outcomes, *inputs) and (inputs or not any(_number(cell) for _, cell in cells)):
            left[name] = "not asked for" if inputs else "no numbers"
            continue
        values = _numbers(path, name, cells)
        if name in kept:
            kept[name] = values
        elif np.ptp(values) == 0:
            left[name] = "the same in every row"
        else:
            found[name] = values
    if DUMMY in found:
        raise Mistake(
            f"{path}: an idle input {DUMMY!r} is put beside the columns: give that one another name"
        )
    if not found:
        raise Mistake(f"{path}: no column beside {', '.join(map(_said, outcomes))} is a number that varies")
    return RunTable(found, kept, left)


def _number(cell: str) -> bool:
    """Whether a cell is a number, finite or not."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(path: str, name: str, cells: list[tuple[int, str]]) -> np.ndarray:
    """A column as numbers; Mistake names the first cell that is none."""
    values = np.empty(len(cells))
    for place, (line, cell) in enumerate(cells):
        where = f"{path}, line {line}, column {_said(name)}"
        if not cell:
            raise Mistake(f"{where}: nothing stands there; a number is wanted in every row")
        if not _number(cell):
            raise Mistake(f"{where}: {_said(cell)} is no number; a column of numbers holds nothing else")
        values[place] = float(cell)
        if not math.isfinite(values[place]):
            raise Mistake(f"{where}: {_said(cell)}; a finite number is wanted")
    return values
