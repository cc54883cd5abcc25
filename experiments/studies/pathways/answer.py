"""From the runs to what is told: tipping months, signposts judged on fresh seeds, the contest of plans."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.signposts import SIGNPOSTS

from ... import statistics
from ...statistics import Interval
from ...study.plan import FRESH, MAIN
from . import warning
from .design import AS_WRITTEN, LOT, Action, PathRuns
from .tipping import Tip, later, tip
from .warning import Foretold, Months

HORIZONS = (12, 24)  # months within which a closure is to be foretold
CHANCE = "chance"  # null: readings drawn by lot
ABOUT = 1.02  # of two costs that are called comparable, the larger one over the smaller


class Contest(NamedTuple):
    """The best plan that waits against another, on fresh seeds: differences of what is held (share of
    villages, mean over months) and of public yuan a village and year.
    """

    other: str
    held: Interval
    yuan: Interval

    @property
    def verdict(self) -> str:
        """`beats`, `more_for_more`, `cheaper`, `does_not` or `cannot_be_told`."""
        better, worse = self.held.low > 0, self.held.high < 0
        dearer, cheaper = self.yuan.low > 0, self.yuan.high < 0
        if better:
            return "more_for_more" if dearer else "beats"
        if worse:
            return "less_for_less" if cheaper else "does_not"
        return "cheaper" if cheaper else "dearer" if dearer else "cannot_be_told"


class PathAnswer(NamedTuple):
    """All that was found."""

    runs: PathRuns
    tips: dict[str, Tip]
    later: dict[str, tuple[int, int]]  # months by which an action tips later than the course as written
    judged: dict[tuple[str, int], Foretold | None]
    held: dict[str, Interval]
    yuan: dict[str, Interval]
    waits: Action | None
    fixed: Action
    contests: list[Contest]


def answered(runs: PathRuns) -> PathAnswer:
    """Run all, in phases: what chooses, what judges, the null arm."""
    runs.run(runs.actions.values(), "actions")
    waits, fixed = chosen(runs)
    again = {one.name: one for one in (runs.actions[AS_WRITTEN], fixed, *twins(runs, waits))}
    runs.run(again.values(), "fresh seeds", FRESH)
    contests = []
    if waits is not None:
        runs.run_by_lot(waits)
        others = [fixed.name, *(name for name in again if name not in (fixed.name, waits.name)), LOT]
        contests = [contest(runs, waits.name, name) for name in dict.fromkeys(others)]
    settings = runs.settings
    tips = {
        name: tip(runs.shares(name), settings.target, settings.sure, settings.seed) for name in runs.actions
    }
    now = runs.shares(AS_WRITTEN)
    after = {
        name: later(runs.shares(name), now, settings.target, settings.sure, settings.seed)
        for name in runs.actions
    }
    held = {name: statistics.interval(runs.shares(name).mean(axis=1)) for name in runs.actions}
    yuan = {name: statistics.interval(runs.yuan(name), bounded=False) for name in runs.actions}
    return PathAnswer(runs, tips, after, foretold(runs), held, yuan, waits, fixed, contests)


# -- plans
# -------------------------------------------------------------------------------------------------------
def chosen(runs: PathRuns) -> tuple[Action | None, Action]:
    """Of those that wait the one that holds most; of the fixed ones that cost about as much or less, too."""
    held = {name: float(runs.shares(name).mean()) for name in runs.actions}
    yuan = {name: float(runs.yuan(name).mean()) for name in runs.actions}
    waits = max(runs.of(True), key=lambda one: held[one.name], default=None)
    return waits, best_fixed(runs.of(False), held, yuan, yuan[waits.name] if waits else None)


def best_fixed(
    fixed: list[Action], held: dict[str, float], yuan: dict[str, float], most: float | None
) -> Action:
    """The fixed plan that holds most of those within `most` yuan, or the cheapest where none is."""
    within = [one for one in fixed if most is None or yuan[one.name] <= most * ABOUT]
    if not within:
        return min(fixed, key=lambda one: yuan[one.name])
    return max(within, key=lambda one: held[one.name])


def twins(runs: PathRuns, waits: Action | None) -> list[Action]:
    """A plan that waits, and the same one that does not."""
    if waits is None:
        return []
    return [one for name, one in runs.actions.items() if name.split(",")[0] == waits.name]


def contest(runs: PathRuns, one: str, other: str) -> Contest:
    """Paired differences over the fresh seeds."""
    held = runs.shares(one, FRESH).mean(axis=1) - runs.shares(other, FRESH).mean(axis=1)
    yuan = runs.yuan(one, FRESH) - runs.yuan(other, FRESH)
    return Contest(other, statistics.interval(held, bounded=False), statistics.interval(yuan, bounded=False))


# -- signposts
# ---------------------------------------------------------------------------------------------------
def counties(runs: PathRuns, name: str, kind: str) -> list[Months]:
    """Months of each county as written, with the readings of a signpost or, by chance, of a lot."""
    rows = runs.months(AS_WRITTEN, kind)
    random, found = np.random.default_rng(runs.settings.seed + (kind == FRESH)), []
    for _, mine in rows.groupby("replicate"):
        table = mine.set_index(["month", "village"]).sort_index()
        is_open, closes = (table[column].unstack().to_numpy() > 0 for column in ("open", "closes"))
        reading = random.random(is_open.shape)
        if name != CHANCE:
            reading = table[name].unstack().to_numpy().astype(float)
        found.append(Months(reading, is_open, closes))
    return found


def foretold(runs: PathRuns) -> dict[tuple[str, int], Foretold | None]:
    """Every signpost and horizon: a threshold chosen on the seeds that choose, judged on the fresh ones."""
    unknown = runs.base.reported.stops - 1  # the last stops of a closure are not on record at the end
    found: dict[tuple[str, int], Foretold | None] = {}
    for name in (*SIGNPOSTS, CHANCE):
        choose, judge = (counties(runs, name, kind) for kind in (MAIN, FRESH))
        for horizon in HORIZONS:
            threshold = warning.best_threshold(choose, horizon, unknown)
            found[name, horizon] = None
            if np.isfinite(threshold):
                found[name, horizon] = warning.judged(judge, threshold, horizon, unknown, runs.settings.seed)
    return found


def best_signpost(judged: dict[tuple[str, int], Foretold | None], horizon: int) -> str | None:
    """The one with the most hits over false alarms; None where nothing closes."""
    known = {
        name: one.whole.hit - one.whole.false
        for (name, months), one in judged.items()
        if months == horizon and one is not None and name != CHANCE
    }
    known = {name: gain for name, gain in known.items() if np.isfinite(gain)}
    return max(known, key=lambda name: known[name], default=None)
