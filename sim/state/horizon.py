"""The months that are run, and how a month is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.state.parameters import choice, par, section

if TYPE_CHECKING:
    from sim.state.parameters import Parameters

MONTH_TEXT = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 1950, 2100  # beyond, the tables of people say nothing and money overflows


@section("horizon")
class Horizon:
    """The months that are run."""

    start: str = choice("2025-01", choices=(), doc="first month, YYYY-MM")
    end: str = choice("2035-12", choices=(), doc="last month, YYYY-MM")
    spin_up: int = par(
        24,
        unit="months",
        low=0,
        high=60,
        doc="months that villages in service run before the first month, population held and closures off",
        source="definition of the start",
        live=False,
    )

    def problems(self, parameters: Parameters) -> Iterator[str]:
        """Months read as YYYY-MM and run forward."""
        for name, text in (("start", self.start), ("end", self.end)):
            if not MONTH_TEXT.fullmatch(text):
                yield f"{name} = {text!r}: a month written YYYY-MM is wanted, such as 2025-01"
                return
            if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
                yield f"{name} = {text!r}: allowed are the years {FIRST_YEAR} to {LAST_YEAR}"
        if self.end < self.start:
            yield f"end {self.end} is before start {self.start}"

    @property
    def months(self) -> int:
        """Number of months from start to end, both counted."""
        first, last = month_number(self.start), month_number(self.end)
        return last - first + 1


def month_number(text: str) -> int:
    """Months since year 0 of `YYYY-MM`."""
    return int(text[:4]) * 12 + int(text[5:]) - 1
