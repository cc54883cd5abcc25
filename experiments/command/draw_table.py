"""Tables of weighted draws: what a calibration wrote, or a user's own. A row is taken with its weight; what
no column names is drawn as declared.
"""

from __future__ import annotations

import csv
import hashlib
import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from sim.state.parameters import ParameterError, checked, nearest

from .catalogue import CONFIGS
from .experiment_settings import CALIBRATED
from .settings import Mistake, known
from .user_files import read_bytes, read_text

READY = CONFIGS / "draws" / "calibrated.csv"
HEAD, WEIGHT, STRUCTURE = "# made by:", "weight", "structure"


@dataclass(frozen=True)
class DrawTable:
    """Rows of path -> value, where each begins on a line of length one, and of what structure it is."""

    made_by: str
    rows: tuple[dict[str, Any], ...]
    ends: tuple[float, ...]  # weights added up, the last one
    structures: tuple[str, ...]

    def at(self, quantile: float) -> dict[str, Any]:
        """The row at a quantile of the weights."""
        return self.rows[self.place(quantile)]

    def place(self, quantile: float) -> int:
        """The number of that row."""
        return min(bisect_right(self.ends, quantile * self.ends[-1]), len(self.rows) - 1)

    @property
    def effective(self) -> float:
        """How many rows of equal weight these are worth (Kish 1965)."""
        weights = [high - low for low, high in zip((0.0, *self.ends), self.ends, strict=False)]
        return self.ends[-1] ** 2 / math.fsum(one * one for one in weights)


def named(word: str) -> Path:
    """The file of `draws=calibrated`, or of a user's own."""
    return READY if word == CALIBRATED else Path(word)


@lru_cache(maxsize=8)
def digest(word: str) -> str:
    """Twelve digits of the SHA-256 of a table."""
    return hashlib.sha256(read_bytes(named(word))).hexdigest()[:12]


@lru_cache(maxsize=4)
def read(path: Path) -> DrawTable:
    """Mistake, one sentence with the line, where the file is no table of draws."""
    lines = read_text(path).splitlines()
    comments = [line for line in lines if line.startswith("#")]
    body = [
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    if len(body) < 2:
        raise Mistake(f"{path}: a header with names of parameters and at least one row are wanted")
    header = [name.strip() for name in next(csv.reader([body[0][1]]))]
    _check_header(path, body[0][0], header)
    rows, weights, structures = [], [], []
    for number, line in body[1:]:
        row, weight, structure = _row(path, number, header, next(csv.reader([line])))
        rows.append(row)
        weights.append(weight)
        structures.append(structure)
    if not sum(weights) > 0:
        raise Mistake(f"{path}: the weights are all nought")
    made_by = next((line.removeprefix(HEAD).strip() for line in comments if line.startswith(HEAD)), "")
    return DrawTable(made_by, tuple(rows), tuple(accumulate(weights)), tuple(structures))


def _check_header(path: Path, number: int, header: list[str]) -> None:
    for at, name in enumerate(header):
        if name in header[:at]:
            raise Mistake(f"{path}, line {number}: column {name!r} is there twice")
        if name not in known() and name not in (WEIGHT, STRUCTURE):
            hint = nearest(name, [*known(), WEIGHT, STRUCTURE])
            raise Mistake(f"{path}, line {number}: unknown column {name[:60]!r}: a parameter is wanted{hint}")
    if not set(header) - {WEIGHT, STRUCTURE}:
        raise Mistake(f"{path}, line {number}: no column is a parameter")


def _row(path: Path, number: int, header: list[str], cells: list[str]) -> tuple[dict[str, Any], float, str]:
    place = f"{path}, line {number}"
    if len(cells) != len(header):
        raise Mistake(f"{place}: {len(cells)} cells where the header has {len(header)}")
    given = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    weight, structure = given.pop(WEIGHT, "1"), given.pop(STRUCTURE, "")
    try:
        share = float(weight)
    except ValueError:
        share = math.nan
    if not (math.isfinite(share) and share >= 0):
        raise Mistake(f"{place}: {WEIGHT} = {weight[:40]!r}: a number of nought or more is wanted")
    try:
        return (
            {name: checked(known()[name], _typed(name, cell)) for name, cell in given.items()},
            share,
            structure,
        )
    except ParameterError as error:
        raise Mistake(f"{place}: {error}") from error


def _typed(name: str, cell: str) -> Any:
    """A cell as the kind of its parameter; left as it is where it is none, so that the check names it."""
    kind = known()[name].kind
    if kind is bool:
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if kind is str:
        return cell
    try:
        return int(cell) if kind is int and cell.lstrip("+-").isdigit() else float(cell)
    except ValueError:
        return cell
