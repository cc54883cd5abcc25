"""Bracketing of every mix and cell on paired runs, then levers, then what is seen again on fresh seeds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ...outcomes import ALL, CELLS
from ...study.plan import FRESH, MAIN
from . import bracket
from .bracket import Offer, Root
from .design import (
    LADDER,
    MOST,
    FundedRuns,
    Point,
    counties,
    most_seeds,
)

CLOSE = 1e-9  # shares of whole villages are exact to so much


class Answer(NamedTuple):
    """All that was found: roots by mix and cell, the table of counties, the best within a budget."""

    runs: FundedRuns
    table: pd.DataFrame
    roots: dict[tuple[Point, str], Root]
    chosen: Offer | None
    offers: list[Offer]


class Search:
    """Mixes x factors: what is tried next, and what was found."""

    def __init__(self, runs: FundedRuns) -> None:
        self.runs, self.settings, self.size = runs, runs.settings, runs.size
        self.table = pd.DataFrame()
        self.tried = {mix: dict.fromkeys(LADDER, min(self.size.first, runs.seeds)) for mix in runs.mixes}

    def met(self, mix: Point, cell: str, kind: str = MAIN) -> dict[float, np.ndarray]:
        """Factor -> whether each county meets the target among the villages of a cell."""
        return met_of(self.table, mix, list(self.tried[mix]), cell, self.settings.target, kind)

    def run(self) -> None:
        """The ladder, rounds on ever more seeds, all of it on the same seeds, then what a budget allows."""
        self._try(self._points(), "factors")
        for turn in range(1, self.size.rounds + 1):
            seeds = self.size.first + (self.runs.seeds - self.size.first) * turn // self.size.rounds
            self._widen(min(max(seeds, self.size.first), self.runs.seeds))
            self._try(self._points(), f"between, round {turn}")
        self.tried = {mix: dict.fromkeys(tried, self.runs.seeds) for mix, tried in self.tried.items()}
        self._try(self._points(), "all factors on all seeds")
        for turn in range(1, self.size.rounds + 1):
            if self.settings.budget is not None:
                self._towards_budget()
                self._try(self._points(), f"budget, round {turn}")

    def _points(self) -> dict[Point, int]:
        return {
            mix._replace(factor=factor): seeds
            for mix, tried in self.tried.items()
            for factor, seeds in sorted(tried.items())
        }

    def _try(self, wanted: dict[Point, int], label: str) -> None:
        self.runs.run(wanted, label)
        self.table = self.runs.measured()

    def _widen(self, seeds: int) -> None:
        """The ends and the middle of each bracket, for every cell of every mix."""
        for mix, tried in self.tried.items():
            for cell in CELLS:
                met = self.met(mix, cell)
                for factor, count in bracket.wanted(met, self.settings.sure, seeds).items() if met else ():
                    tried[factor] = max(count, tried.get(factor, 0))

    def _towards_budget(self) -> None:
        """The middle between the largest factor within the budget and the next one."""
        for mix, tried in self.tried.items():
            low, high = bracket.within(self.money(mix), a_village(self.runs))
            middle = bracket.between(low, high) if low is not None and high is not None else None
            if middle is not None:
                tried[middle] = self.runs.seeds

    def money(self, mix: Point) -> dict[float, float]:
        """Factor -> public yuan a village and year."""
        return {
            factor: float(counties(self.table, mix._replace(factor=factor), ALL)["public"].mean())
            for factor in self.tried[mix]
        }

    def offers(self) -> list[Offer]:
        """Every mix at every factor tried."""
        return [
            Offer(
                mix.mix,
                factor,
                money,
                float(counties(self.table, mix._replace(factor=factor), ALL)["goal"].mean()),
            )
            for mix in self.tried
            for factor, money in self.money(mix).items()
        ]


def met_of(
    table: pd.DataFrame, mix: Point, factors: list[float], cell: str, target: float, kind: str = MAIN
) -> dict[float, np.ndarray]:
    """Factor -> whether each county of a mix meets the target; without those that have no such village."""
    found = {
        one: counties(table, mix._replace(factor=one), cell, kind)["goal"].to_numpy() >= target - CLOSE
        for one in factors
    }
    return {one: met for one, met in found.items() if len(met)}


def a_village(runs: FundedRuns) -> float:
    """The budget of a county and year in yuan a village."""
    return (runs.settings.budget or 0.0) / runs.villages


def fresh_points(search: Search, roots: dict[tuple[Point, str], Root], chosen: Offer | None) -> list[Point]:
    """What is seen again on fresh seeds: every root, the most where there is none, the best of a budget."""
    found = [
        mix._replace(factor=MOST if root.factor is None else root.factor) for (mix, _), root in roots.items()
    ]
    if chosen is not None:
        found += [mix._replace(factor=chosen.factor) for mix in search.tried if mix.mix == chosen.mix]
    return list(dict.fromkeys(found))


def answered(runs: FundedRuns) -> Answer:
    """Run all, in phases."""
    search = Search(runs)
    search.run()
    mixes = list(search.tried)
    beside = (
        mixes if runs.settings.size == "full" else [one for one in mixes if one.business == mixes[0].business]
    )
    plain = dict.fromkeys(mixes, runs.seeds)
    other = {mix._replace(lever=name): runs.seeds for mix in beside for name in runs.levers}
    runs.run(most_seeds([plain, other]), "other levers")
    roots = {
        (mix, cell): bracket.root(met, runs.settings.sure)
        for mix in mixes
        for cell in CELLS
        if (met := search.met(mix, cell))
    }
    offers = search.offers()
    chosen = bracket.best(offers, a_village(runs)) if runs.settings.budget else None
    again = dict.fromkeys(fresh_points(search, roots, chosen), fresh_seeds(runs))
    runs.run(again, "fresh seeds", FRESH)
    return Answer(runs, runs.measured(), roots, chosen, offers)


def fresh_seeds(runs: FundedRuns) -> int:
    """As many as the size has, or as were asked for."""
    return runs.settings.seeds or runs.size.fresh
