"""What `voi` found, as the words and the picture read it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sim.state.parameters import Parameters

from ..command.experiment_settings import Settings
from ..study.drawn import Drawn
from .valuing import Payoffs, Valued

SWEEP = (0.1, 0.3, 1.0, 3.0, 10.0)  # times the yuan that an elder-year may cost


@dataclass(frozen=True)
class WorthKnowing:
    """What was found at each worth of the sweep; `singles`: unknowns of groups that count, each by itself."""

    settings: Settings
    base: Parameters
    table: Drawn
    payoffs: Payoffs
    sweep: list[Valued]
    singles: Valued | None

    @property
    def main(self) -> Valued:
        """At the worth that was asked for."""
        return self.sweep[SWEEP.index(1.0)]

    def summary(self) -> pd.DataFrame:
        """A row a group and worth."""
        return pd.DataFrame(
            {
                "worth_yuan": one.worth,
                "group": value.name,
                "unknowns": value.count,
                "evppi": value.mean,
                "standard_error": value.error,
                "fitted_on_all": value.fitted,
                "line_of_chance": one.line,
                "beyond_chance": value.name != one.dummy.name and one.counts(value),
                "evpi_with_luck": one.bound,
                "chosen": self.payoffs.plans[one.chosen],
                "draws": len(self.payoffs.added),
            }
            for one in self.sweep
            for value in (*one.values, one.dummy, one.everything)
        )
