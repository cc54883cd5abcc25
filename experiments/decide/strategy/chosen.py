"""The plan that a strategy is about, by the rule of `robust`, and what it gave in those futures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ... import statistics
from ...statistics import Interval
from ...study.plan import MAIN
from ...study.store import Results
from .. import objectives
from ..candidates import NOTHING
from ..robust.judged import HOLDS

LEADING = "added"  # the objective by which plans are told apart; the others stand beside
SHOWN = ("added", "station", "table", "money", "own")


@dataclass(frozen=True)
class ChosenPlan:
    """A plan with the metrics by which it leads, those of them that hold, and how many there are.

    `others` lead by as many metrics that hold; where `told` is false none holds, and the cheapest of those
    that lead is taken.
    """

    plan: str
    leads: tuple[str, ...]
    holds: tuple[str, ...]
    metrics: int
    others: tuple[str, ...]
    told: bool

    @property
    def parts(self) -> dict[str, str]:
        """Funding, business and, where it has one, policy of the plan; nothing where it is no station."""
        names = ("funding", "business", "policy")
        return {} if self.plan == NOTHING else dict(zip(names, self.plan.split("/"), strict=False))


def choose(summary: pd.DataFrame, money: pd.Series) -> ChosenPlan:
    """From the table of `robust` (rows objective x metric x plan) and the public money of each plan.

    The plan that leads by most metrics that hold; of several, and where none holds, the cheapest of those
    that lead by most. A plan without stations is chosen like any other.
    """
    rows = summary[(summary["objective"] == LEADING) & summary["set_to"].isna()]
    lead = rows[rows["leads"].astype(bool)]
    plans = list(dict.fromkeys(rows["plan"]))
    by = {plan: tuple(lead.loc[lead["plan"] == plan, "metric"]) for plan in plans}
    held = lead[lead["verdict"] == HOLDS]
    holds = {plan: tuple(held.loc[held["plan"] == plan, "metric"]) for plan in plans}
    told = any(holds.values())
    count = {plan: len((holds if told else by)[plan]) for plan in plans}
    most = max(count.values())
    best = sorted((plan for plan in plans if count[plan] == most), key=lambda plan: (money[plan], plan))
    return ChosenPlan(best[0], by[best[0]], holds[best[0]], rows["metric"].nunique(), tuple(best[1:]), told)


def measured(folder: Path) -> pd.DataFrame:
    """(scenario, replicate) x objective of the futures that chose, from the runs of a study of `robust`."""
    results = Results(folder)
    base = next(iter(results.wanted.values())).scenario.parameters
    rows = results.villages(objectives.COLUMNS)
    rows = statistics.with_weights(objectives.with_nothing(rows), base)
    found = objectives.by_run(rows, base.horizon.months / objectives.YEAR)
    return found.xs(MAIN, level="arm")


def levels(found: pd.DataFrame, plan: str) -> dict[str, Interval]:
    """Mean and 95 % interval over futures of what a plan gave."""
    mine = found.loc[plan]
    return {
        name: statistics.interval(mine[name].to_numpy(float), objectives.OBJECTIVES[name].percent)
        for name in SHOWN
    }


def adds(found: pd.DataFrame, plan: str) -> bool:
    """Whether what a plan adds is told from nothing: one that leads by a regret may add none."""
    return levels(found, plan)["added"].low > 0


__all__ = ["LEADING", "NOTHING", "SHOWN", "ChosenPlan", "adds", "choose", "levels", "measured"]
