"""Triggers: a modifier that waits until a signpost has stood below or above a bound for some months.

What a trigger has seen is kept by county, trigger and first month: the months in a row in which the signpost
stood on the asked side, and the month in which it fired. Once fired it stays fired. How signposts are read
stands in `sim/signposts.py`.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np

from sim.state.codes import NEVER

SIDES = {"below": operator.lt, "above": operator.gt}
SCOPES = ("village", "county")


@dataclass(frozen=True)
class Trigger:
    """`signpost` `side` ("below" or "above") `bound` for `months` months in a row.

    `scope` "village": each village by its own signpost; "county": all at once, by the median of the county's
    villages that have a number.
    """

    signpost: str
    side: str
    bound: float
    months: int = 1
    scope: str = "village"

    def __str__(self) -> str:
        row = "a month" if self.months == 1 else f"{self.months} months in a row"
        of = " (median of the county)" if self.scope == "county" else ""
        return f"{self.signpost}{of} {self.side} {self.bound:g} for {row}"


@dataclass(frozen=True)
class Watched:
    """A trigger in one county, watched for firing from month `start` on: (villages of the county,) arrays.

    `streak`: months in a row on the asked side; `fired`: month from which what it guards acts, or NEVER.
    """

    county: int
    trigger: Trigger
    start: int
    places: np.ndarray
    streak: np.ndarray
    fired: np.ndarray

    @classmethod
    def new(cls, county: int, trigger: Trigger, start: int, places: np.ndarray) -> Watched:
        """Nothing seen so far."""
        seen, never = np.zeros(len(places), np.int64), np.full(len(places), NEVER, np.int64)
        return cls(county, trigger, start, places, seen, never)

    def look(self, values: np.ndarray, month: int) -> None:
        """Count the reading at the end of `month`, (all villages,); what is no number breaks the row."""
        mine = values[self.places]
        if self.trigger.scope == "county":
            known = mine[~np.isnan(mine)]
            mine = np.full(len(mine), np.median(known) if len(known) else np.nan)
        there = SIDES[self.trigger.side](mine, self.trigger.bound)
        self.streak[:] = np.where(there, self.streak + 1, 0)
        fires = (self.fired == NEVER) & (self.streak >= self.trigger.months) & (month + 1 >= self.start)
        self.fired[fires] = month + 1
