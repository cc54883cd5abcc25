"""A county that can be gone through in both directions.

Months that were lived through are kept as records, and every sixth month as a snapshot: an earlier month is
the snapshot before it and the months after that, made again with the same bytes. A change that acts from a
month on leaves the months before as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from sim.snapshot import SERIES
from sim.state.codes import PAYERS

EVERY = 6  # months between two snapshots: a jump makes five months again at most
ANEW = ("villages", "elders", "rule", "business", "seed")  # choices that shape the start of a county


@dataclass(frozen=True)
class Choices:
    """What the page lets one choose; shares are parts of any sum."""

    villages: int = 6
    elders: int = 80
    rule: str = "fixed_shares"
    business: str = "none"
    seed: int = 1
    government: int = 25
    collective: int = 15
    families: int = 50
    society: int = 10
    welcome: int = 2
    shock: str = "none"
    shock_month: int = 0

    def shares(self) -> dict[str, float]:
        """The payers' shares, which sum to one; a quarter each where all are nought."""
        parts = np.array([getattr(self, payer) for payer in PAYERS], float)
        parts = parts / parts.sum() if parts.sum() else np.full(len(PAYERS), 1 / len(PAYERS))
        found = {payer: float(part) for payer, part in zip(PAYERS, parts, strict=True)}
        largest = max(found, key=lambda payer: found[payer])
        found[largest] = 1 - sum(part for payer, part in found.items() if payer != largest)
        return found

    def parameters(self) -> sim.Parameters:
        """The default county with these choices; half of its villages have a facility."""
        return sim.Parameters().replace(
            {
                "county.villages": self.villages,
                "county.elders": self.elders,
                "county.townships": 1,
                "county.facility_share": 0.5,
                "funding.rule": self.rule,
                "business.kind": self.business,
                "timebank.welcome": float(self.welcome),
                "shocks.scheduled": self.shock,
                "shocks.scheduled_month": self.shock_month,
                **{f"funding.share_{payer}": share for payer, share in self.shares().items()},
            }
        )


class Course:
    """A county, its months so far, and the month that is looked at."""

    model: sim.MutualAidModel
    start: dict[str, np.ndarray]  # states of the villages before the first month
    kept: dict[int, dict[str, Any]]  # snapshots by the months lived through
    chosen: dict[int, Choices]  # by the months after which they act

    def __init__(self, choices: Choices | None = None) -> None:
        self.begin(choices or Choices())

    def begin(self, choices: Choices) -> None:
        """A county of these choices, before its first month."""
        self.model = sim.MutualAidModel(choices.parameters(), seed=choices.seed)
        self.start = {name: np.array(values) for name, values in self.model.state.items()}
        self.kept, self.chosen = {}, {0: choices}
        self._keep()

    @property
    def month(self) -> int:
        """Months that have been lived through, 0 .. horizon."""
        return self.model.month

    @property
    def horizon(self) -> int:
        """The last month that can be lived through."""
        return self.model.horizon

    @property
    def choices(self) -> Choices:
        """Those that act in the next month."""
        return self.chosen[max(month for month in self.chosen if month <= self.month)]

    def _keep(self) -> None:
        """A snapshot of now, without the records of the months, which the newest model has."""
        taken = self.model.snapshot()
        for name in SERIES:
            taken["arrays"].pop(f"series_{name}", None)
        self.kept[self.month] = taken

    def step(self, months: int = 1) -> None:
        """Some months on, not beyond the horizon."""
        for _ in range(min(months, self.horizon - self.month)):
            self.model.step()
            if self.month in self.chosen:
                self._restore(self.month)
            elif self.month % EVERY == 0 and self.month not in self.kept:
                self._keep()

    def go(self, month: int) -> None:
        """To a month before or after; between snapshots months are made again, with the same bytes."""
        month = min(max(month, 0), self.horizon)
        if month < self.month:
            self._restore(max(at for at in self.kept if at <= month))
        self.step(month - self.month)

    def _restore(self, month: int, parameters: sim.Parameters | None = None) -> None:
        """The county after a month that was kept; its records are those of the model as it is."""
        arrays = dict(self.kept[month]["arrays"])
        if month:
            whole = self.model.series
            recorded = (whole.flow, whole.state, whole.hours, whole.posted, whole.balance)
            arrays |= {f"series_{name}": part[:month] for name, part in zip(SERIES, recorded, strict=True)}
        taken = {"meta": self.kept[month]["meta"], "arrays": arrays}
        self.model = sim.MutualAidModel.restore(taken, parameters)

    def change(self, choices: Choices) -> bool:
        """Take other choices: from the next month on where they can act there, else in a county begun anew.

        True where it was begun anew. What came after the month that is looked at is forgotten.
        """
        if any(getattr(choices, name) != getattr(self.choices, name) for name in ANEW):
            self.begin(choices)
            return True
        here = self.month
        self.kept = {at: taken for at, taken in self.kept.items() if at <= here}
        self.chosen = {at: made for at, made in self.chosen.items() if at <= here} | {here: choices}
        self._keep()
        self._restore(here, choices.parameters())
        self._keep()
        return False


__all__ = ["ANEW", "Choices", "Course"]
