"""What was discovered, as the words and the picture read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..command.scenario import Scenario
from ..study.drawn import Drawn
from .acceptance import Judged

COLUMNS = [
    *("method", "accepted", "coverage", "density"),
    *("parameter", "low", "high", "quasi_p", "resamples"),
    *("runs", "failed"),
]  # of summary.csv


@dataclass(frozen=True)
class Discovered:
    """The runs (`table`, `values` (runs,) of `outcome`, `failed`: less than `below`), the box, the tree's."""

    table: Drawn
    values: np.ndarray
    failed: np.ndarray
    outcome: str
    below: float
    found: Judged
    tree: Judged | None
    scenario: Scenario

    @property
    def rate(self) -> float:
        """Share of runs that fail."""
        return float(self.failed.mean())

    def strongest(self) -> list[int]:
        """Columns of the box: the least chance first, of two the one without which density falls more."""
        box, dense = self.found.box, {}
        for column in box.ends:
            inside = box.without(column).holds(self.table.values)
            dense[column] = float(self.failed[inside].mean())
        return sorted(box.ends, key=lambda column: (self.found.chance.get(column, 1.0), dense[column]))

    def summary(self) -> pd.DataFrame:
        """A row a restriction of PRIM's box and of the tree's leaf."""
        rows = [
            row
            for name, one in (("prim", self.found), ("cart", self.tree))
            if one
            for row in self._rows(name, one)
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def _rows(self, method: str, one: Judged) -> Iterator[list[object]]:
        accepted = one.accepted if method == "prim" else ""
        head = [method, accepted, one.coverage, one.density]
        ends = [
            [self.table.names[column], *ends, one.chance.get(column), one.kept.get(column)]
            for column, ends in one.box.items()
        ]
        for middle in ends or [["", None, None, None, None]]:
            yield [*head, *middle, len(self.values), int(self.failed.sum())]
