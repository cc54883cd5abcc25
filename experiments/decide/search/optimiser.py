"""NSGA-II of pymoo on levers of all kinds, several optimiser seeds beside each other.

What plans cost is asked for by whole generations, so that a generation is one batch of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import qmc

from ...command.settings import Mistake
from . import front
from .levers import PlanLever, Values, name_plan

LATE = 0.2  # of the generations, in which the hypervolume should grow no more than this
SETTLED = 0.01
UNFIT = 1e12  # cost of a plan that does not fit: every other beats it
NEEDS = "experiment=search needs pymoo: pip install -e '.[decide]'"
Evaluate = Callable[[Sequence[Values], int], np.ndarray]  # plans, generation -> costs; nan: does not fit


@dataclass
class History:
    """Of one optimiser seed: the plans of each generation and (plans, objectives) what they cost."""

    plans: list[list[Values]] = field(default_factory=list)
    costs: list[np.ndarray] = field(default_factory=list)

    def until(self, generation: int) -> tuple[list[Values], np.ndarray]:
        """Plans of all generations up to one, those that fit, each once."""
        found: dict[str, tuple[Values, np.ndarray]] = {}
        for plans, costs in zip(self.plans[: generation + 1], self.costs, strict=False):
            for plan, cost in zip(plans, costs, strict=True):
                if np.isfinite(cost).all():
                    found.setdefault(name_plan(plan), (plan, cost))
        plans = [plan for plan, _ in found.values()]
        return plans, np.array([cost for _, cost in found.values()]).reshape(len(plans), -1)


def check_installed() -> None:
    """Mistake where pymoo is not there."""
    try:
        import pymoo  # noqa: F401
    except ImportError as error:
        raise Mistake(NEEDS) from error


class Optimiser:
    """One optimiser seed: `ask` for plans, `tell` what they cost."""

    def __init__(
        self,
        levers: Sequence[PlanLever],
        objectives: int,
        population: int,
        seed: Sequence[int],
        start: Values,
    ) -> None:
        from pymoo.algorithms.moo.nsga2 import NSGA2, binary_tournament
        from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableMating
        from pymoo.core.population import Population
        from pymoo.core.problem import Problem
        from pymoo.operators.selection.tournament import TournamentSelection

        self.levers = levers
        self._asked: Any = None
        self.problem = Problem(vars={one.name: _variable(one) for one in levers}, n_obj=objectives)
        alike = MixedVariableDuplicateElimination()
        self.algorithm = NSGA2(
            pop_size=population,
            sampling=Population.new(X=first_plans(levers, population, seed, start)),
            mating=MixedVariableMating(
                selection=TournamentSelection(func_comp=binary_tournament), eliminate_duplicates=alike
            ),
            eliminate_duplicates=alike,
        )
        number = int(np.random.SeedSequence(list(seed)).generate_state(1)[0])
        self.algorithm.setup(self.problem, termination=("n_gen", 1_000_000), seed=number)

    def ask(self) -> list[Values]:
        """The plans of the next generation."""
        asked = self.algorithm.ask()
        self._asked = [] if asked is None else asked  # nothing: all that levers allow was tried
        return [{one.name: one.value(float(each.X[one.name])) for one in self.levers} for each in self._asked]

    def tell(self, costs: np.ndarray) -> None:
        """What they cost; nan where a plan does not fit."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        if not len(self._asked):
            return
        fits = np.isfinite(costs).all(axis=1)
        known = StaticProblem(self.problem, F=np.where(fits[:, None], costs, UNFIT))
        Evaluator().eval(known, self._asked)
        self.algorithm.tell(infills=self._asked)


def _variable(lever: PlanLever) -> Any:
    """The lever as pymoo's: choices by their place."""
    from pymoo.core.variable import Choice, Integer, Real

    if lever.choices:
        return Choice(options=list(range(len(lever.choices))))
    ends = lever.low, lever.high
    return Integer(bounds=(int(ends[0]), int(ends[1]))) if lever.whole else Real(bounds=ends)


def first_plans(
    levers: Sequence[PlanLever], count: int, seed: Sequence[int], start: Values
) -> list[dict[str, float]]:
    """A Latin hypercube over all levers, with the plan as written for its first where that is complete."""
    rng = np.random.default_rng([*seed, 31])
    places = qmc.LatinHypercube(len(levers), seed=rng).random(count)
    found = [
        {one.name: _at(one, float(place)) for one, place in zip(levers, row, strict=True)} for row in places
    ]
    if {one.name for one in levers} <= set(start):
        found[0] = {one.name: _place(one, start[one.name]) for one in levers}
    return found


def _at(lever: PlanLever, quantile: float) -> float:
    """Where a lever stands at a quantile of its range."""
    if lever.choices:
        return int(quantile * len(lever.choices))
    if lever.whole:
        return int(lever.low) + int(quantile * (int(lever.high) - int(lever.low) + 1))
    return lever.low + quantile * (lever.high - lever.low)


def _place(lever: PlanLever, value: Any) -> float:
    """Where it stands at a value, kept within its range."""
    if lever.choices:
        return lever.choices.index(value)
    return float(np.clip(value, lever.low, lever.high)) if not lever.whole else int(value)


def optimise(
    levers: Sequence[PlanLever],
    evaluate: Evaluate,
    objectives: int,
    size: Mapping[str, int],
    seed: int,
    start: Values,
) -> list[History]:
    """One history an optimiser seed; `size` has population, generations, optimisers."""
    check_installed()
    each = [
        Optimiser(levers, objectives, size["population"], (seed, 41, at), start)
        for at in range(size["optimisers"])
    ]
    found = [History() for _ in each]
    for generation in range(size["generations"]):
        asked = [one.ask() for one in each]
        costs = evaluate([plan for plans in asked for plan in plans], generation)
        parts = np.split(costs, np.cumsum([len(plans) for plans in asked])[:-1])
        for one, history, plans, part in zip(each, found, asked, parts, strict=True):
            one.tell(part)
            history.plans.append(plans)
            history.costs.append(part)
    return found


@dataclass(frozen=True)
class Convergence:
    """(optimisers, generations) hypervolume of what was found until then, as a share of the most of all."""

    volumes: np.ndarray

    @property
    def late(self) -> np.ndarray:
        """(optimisers,): growth over the last fifth of the generations."""
        count = self.volumes.shape[1]
        before = max(count - 1 - max(round(LATE * count), 1), 0)
        return np.asarray(1 - self.volumes[:, before] / np.maximum(self.volumes[:, -1], 1e-12))

    @property
    def settled(self) -> bool:
        """Whether no optimiser seed still found much."""
        return bool((self.late <= SETTLED + 1e-9).all())


def convergence(histories: Sequence[History]) -> Convergence:
    """Hypervolumes on one scale for all optimiser seeds: from the best to the worst of all plans tried."""
    whole = np.concatenate([history.until(len(history.plans))[1] for history in histories])
    low, high = whole.min(axis=0), whole.max(axis=0)
    corner = np.full(whole.shape[1], front.BEYOND)
    volumes = []
    for history in histories:
        mine = []
        for generation in range(len(history.plans)):
            costs = front.scaled(history.until(generation)[1], low, high)
            mine.append(front.hypervolume(costs[front.unbeaten(costs)], corner))
        volumes.append(mine)
    best = front.scaled(whole, low, high)
    return Convergence(np.array(volumes) / front.hypervolume(best[front.unbeaten(best)], corner))


def merged(histories: Sequence[History]) -> tuple[list[Values], np.ndarray]:
    """The plans of all optimiser seeds that none of all beats, and what they cost."""
    found: dict[str, tuple[Values, np.ndarray]] = {}
    for history in histories:
        for plan, cost in zip(*history.until(len(history.plans)), strict=True):
            found.setdefault(name_plan(plan), (plan, cost))
    plans, costs = [plan for plan, _ in found.values()], np.array([cost for _, cost in found.values()])
    keep = np.flatnonzero(front.unbeaten(costs))
    _, once = np.unique(costs[keep], axis=0, return_index=True)  # plans that cost the same are one
    keep = keep[np.sort(once)]
    return [plans[at] for at in keep], costs[keep]
