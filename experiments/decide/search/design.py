"""The search as runs of the model: every plan on the same few futures, then the unbeaten on fresh ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.state.parameters import ParameterError

from ... import statistics
from ...statistics import Interval
from ..candidates import NOTHING, Candidate, CandidateRuns
from ..objectives import FRESH, MAIN, OBJECTIVES, Objective, futures
from . import front
from .levers import PlanLever, Values, as_written, candidate, levers, name_plan
from .optimiser import Convergence, History, convergence, merged, optimise

USUAL = ("added", "money", "worst")
RESAMPLES = 1_000
SURE = 0.95  # of resamples in which a plan stays unbeaten
HOLDS, FALLS, OPEN = "holds", "falls out", "not settled"


class FrontSize(NamedTuple):
    """Villages, elders a village; plans a generation, generations, optimiser seeds; futures, fresh futures;
    plans that are shown at most.
    """

    villages: int
    elders: int
    population: int
    generations: int
    optimisers: int
    futures: int
    fresh: int
    most: int


SIZES = {
    "quick": FrontSize(12, 60, 8, 5, 2, 3, 8, 6),
    "default": FrontSize(12, 80, 12, 15, 2, 4, 40, 10),
    "full": FrontSize(12, 100, 24, 40, 5, 12, 200, 24),
}


class Tried:
    """What is searched: levers, objectives, and the runs that say what a plan costs."""

    def __init__(self, runs: CandidateRuns) -> None:
        self.runs, self.settings, self.size = runs, runs.settings, SIZES[runs.settings.size]
        self.levers: list[PlanLever] = levers(runs.line)
        self.objectives = [str(word) for word in runs.settings.objectives] or list(USUAL)
        self.start = as_written(runs.line, self.levers)
        self.futures = runs.settings.seeds or self.size.futures
        self._known: dict[str, np.ndarray] = {}

    def candidate(self, plan: Values) -> Candidate:
        """A plan as it is run."""
        return candidate(plan, self.runs.line.pinned)

    def fits(self, plan: Values) -> bool:
        """Whether its values go together."""
        try:
            self.runs.scenario(self.candidate(plan))
        except ParameterError:
            return False
        return True

    def evaluate(self, plans: Sequence[Values], generation: int) -> np.ndarray:
        """(plans, objectives) mean cost over the futures; nan where a plan does not fit."""
        new = {
            name_plan(plan): plan for plan in plans if name_plan(plan) not in self._known and self.fits(plan)
        }
        if new:
            label = f"generation {generation + 1}"
            self.runs.run([self.candidate(plan) for plan in new.values()], self.futures, label)
            table = self.runs.measured()
            for at, name in enumerate(new):
                self._known[name] = self.costs(table, list(new), MAIN)[at].mean(axis=0)
        nothing = np.full(len(self.objectives), np.nan)
        return np.array([self._known.get(name_plan(plan), nothing) for plan in plans]).reshape(
            len(plans), len(self.objectives)
        )

    def costs(self, table: pd.DataFrame, names: list[str], kind: str) -> np.ndarray:
        """(plans, futures, objectives), less is better."""
        each = [-OBJECTIVES[one].better * futures(table, names, one, kind) for one in self.objectives]
        return np.stack(each, axis=-1)


class Rival(NamedTuple):
    """A plan on fresh futures: what it sets, share of resamples in which none beats it, and who does."""

    name: str
    values: Values
    share: float
    beaten_by: list[int]

    @property
    def verdict(self) -> str:
        """Beaten on fresh futures it falls out; else it holds where that is sure."""
        if self.beaten_by:
            return FALLS
        return HOLDS if self.share >= SURE else OPEN


@dataclass(frozen=True)
class Front:
    """What was found: plans by their money on fresh futures, the plan as written, the county without
    stations (last); `seen` and `fresh` (plans, futures, objectives) are costs.
    """

    tried: Tried
    histories: list[History]
    found: int
    plans: list[Values]
    seen: np.ndarray
    table: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """Of their scenarios, in order."""
        return [*(name_plan(plan) for plan in self.plans), NOTHING]

    @property
    def objectives(self) -> list[Objective]:
        """As searched."""
        return [OBJECTIVES[one] for one in self.tried.objectives]

    @cached_property
    def fresh(self) -> np.ndarray:
        """(plans and no stations, fresh futures, objectives), less is better."""
        return self.tried.costs(self.table, self.names, FRESH)

    @cached_property
    def rivals(self) -> list[Rival]:
        """Every plan, the plan as written and no stations against each other on fresh futures."""
        rng = np.random.default_rng([self.tried.settings.seed, 42])
        count = self.fresh.shape[1]
        places = rng.integers(0, count, (RESAMPLES, count))
        again = np.stack([self.fresh[:, place].mean(axis=1) for place in places])
        shares = front.unbeaten(again).mean(axis=0)
        beaten = front.beats(self.fresh.mean(axis=1))
        sets = [*self.plans, {}]
        return [
            Rival(name, sets[at], float(shares[at]), [int(by) for by in np.flatnonzero(beaten[:, at])])
            for at, name in enumerate(self.names)
        ]

    @property
    def written(self) -> int:
        """The place of the plan as written."""
        return self.names.index(name_plan(self.tried.start))

    @property
    def searched(self) -> list[int]:
        """Places of the plans that the search found."""
        return [at for at in range(len(self.plans)) if at != self.written or at < self.found]

    def fresh_interval(self, at: int, objective: str) -> Interval:
        """What a plan gives on fresh futures, in the unit of the objective."""
        values = futures(self.table, self.names, objective, FRESH)[at]
        return statistics.interval(values, bounded=False)

    @cached_property
    def converged(self) -> Convergence:
        """Of the optimiser seeds."""
        return convergence(self.histories)

    @property
    def count(self) -> int:
        """Different plans that were tried."""
        return len({name_plan(plan) for one in self.histories for each in one.plans for plan in each})


def searched(tried: Tried) -> Front:
    """Search, merge, thin, and look again on fresh futures."""
    size = tried.size
    number = {
        "population": size.population, "generations": size.generations, "optimisers": size.optimisers,
    }  # fmt: skip
    histories = optimise(
        tried.levers, tried.evaluate, len(tried.objectives), number, tried.settings.seed, tried.start
    )
    plans, costs = merged(histories)
    chosen = front.spread(costs, size.most)
    plans, seen = [plans[at] for at in chosen], costs[chosen]
    named = [name_plan(plan) for plan in plans]
    extra = [] if name_plan(tried.start) in named else [tried.start]
    again = [tried.candidate(plan) for plan in [*plans, *extra]]
    tried.runs.run(again, tried.settings.samples or size.fresh, "fresh futures", FRESH)
    table = tried.runs.measured()
    money = futures(table, named, "money", FRESH).mean(axis=1)
    order = [int(at) for at in np.argsort(money, kind="stable")]
    return Front(tried, histories, len(plans), [*(plans[at] for at in order), *extra], seen[order], table)
