"""The engine of every comparison: arms x conditions x seeds -> outcomes -> paired differences -> a verdict.

A question says beforehand what it expects (`Expectation`: a weighted sum of outcomes of arms that should lie
above zero) and which parameters could have built that in. All arms of a replicate share random seed and
parameter draw. What is expected is looked at again with each such parameter at both ends of its range and in
a null arm; the replicate is the unit of every interval.

The arm that comes out best looks better on the seeds that chose it than it is: it and the first arm are run
again on as many fresh seeds, and those say how much it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.policies import Intervention

from . import outcomes, racing, statistics
from .arms import FRESH, FRESH_FROM, MAIN, Arm, ArmRuns, reference_arm
from .command.scenario import Settings, known
from .outcomes import ALL, HEADLINE, LASTING, OUTCOMES, RANKED, STEPS
from .racing import Race, Values
from .ranking import Ranking, rank
from .statistics import Interval

WRITTEN, NULL = "as written", "null arm"  # as runs are stored; readers meet labels.condition_label
HOLDS, NONE, OPEN, AGAINST = "holds", "none", "open", "against"  # states of an expectation
SUPPORTED, NOT_SUPPORTED, BUILT_IN, UNDECIDED = "supported", "not supported", "built in", "undecided"
FULL = 100  # seeds of size=full
RUNS = {"quick": 80, "default": 400}  # what the others may take: about three minutes on two cores by default
LEAST = {"quick": 3, "default": 8}
GROWTH = 1.5  # from round to round while a precision is asked for
NOTHING = 1e-12  # of an outcome: a sum of weights that rounding left


@dataclass(frozen=True)
class Expectation:
    """A sum of weight x outcome(arm, cell) that is expected to be `least` or more; less counts as nothing.

    `room`: it compares differences, so that an arm at the end of its scale hides what is asked.
    """

    text: str
    terms: tuple[tuple[float, str, str, str], ...]
    least: float = 0.01
    room: bool = False

    @property
    def arms(self) -> set[str]:
        """Their names."""
        return {arm for _, arm, _, _ in self.terms}

    @property
    def outcomes(self) -> set[str]:
        """Their names."""
        return {outcome for _, _, outcome, _ in self.terms}

    @property
    def share(self) -> bool:
        """Whether all its outcomes are shares."""
        return all(OUTCOMES[outcome].share for outcome in self.outcomes)


def differ(
    text: str, outcome: str, more: str, less: str, cell: str = ALL, least: float = 0.01
) -> Expectation:
    """The outcome is higher in arm `more` than in arm `less`."""
    return Expectation(text, ((1.0, more, outcome, cell), (-1.0, less, outcome, cell)), least)


@dataclass(frozen=True)
class Question:
    """What is asked, what is expected and what could have built it in, written before; `arms[0]` is the
    reference.

    `built_in`: paths swept to both ends of their range. `null`: changes under which the expected mechanism
    cannot act. `best_of`: cells in which a best arm is named. `extra` makes sentences, tables
    and figures of its own from the finished comparison.
    """

    question: str
    hypothesis: str
    because: str
    arms: Mapping[str, Mapping[str, Any]]
    expected: tuple[Expectation, ...] = ()
    built_in: tuple[str, ...] = ()
    null: Mapping[str, Any] | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = HEADLINE
    cells: tuple[str, ...] = (ALL,)
    best_of: tuple[str, ...] = (ALL,)
    limits: tuple[str, ...] = ()
    extra: Callable[[Compared], tuple[list[Any], list[Any], list[Any]]] | None = None
    policies: Mapping[str, tuple[Intervention, ...]] = field(default_factory=dict)  # of arms, on top
    chinese: str = ""  # the question, where it is put together and so stands in no file of words

    @property
    def available(self) -> dict[str, Mapping[str, Any]]:
        """Arms whose every parameter this version of the model declares."""
        return {name: changes for name, changes in self.arms.items() if set(changes) <= set(known())}

    @property
    def tested(self) -> tuple[Expectation, ...]:
        """Expectations whose arms are all available."""
        return tuple(one for one in self.expected if one.arms <= set(self.available))

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Name -> changes: as written, each parameter of `built_in` at both ends, the null arm."""
        found: dict[str, dict[str, Any]] = {WRITTEN: {}}
        if not self.tested:
            return found
        for path in self.built_in:
            declared = known().get(path)
            if declared is not None:
                ends = (end for end in (declared.low, declared.high) if end is not None)
                found |= {f"{path} = {end:g}": {path: declared.kind(end)} for end in ends}
        if self.null is not None and set(self.null) <= set(known()):
            found[NULL] = dict(self.null)
        return found

    def needed(self) -> set[str]:
        """Cells that expectations and tables read."""
        return {*self.cells, ALL, *(cell for one in self.expected for _, _, _, cell in one.terms)}

    def races(self, settings: Settings, seeds: int) -> dict[str, Race]:
        """The race of every cell in which a best arm is named; none where a precision is asked of every arm,
        or where something is expected of all of them.
        """
        tested = {arm for one in self.tested for arm in one.arms}
        if not settings.race or settings.precision is not None or tested >= set(self.available):
            return {}
        at = racing.looks(settings.looks, seeds)
        return {cell: Race([*self.available], at, kept=tested) for cell in self.best_of}

    def wanted(self, replicates: range, races: Mapping[str, Race] | None = None) -> list[tuple[Arm, int]]:
        """Arms under conditions, `<condition>/<arm>`, with their replicates; other conditions than as written
        have the arms that something is expected of. An arm that nothing is expected of has the seeds that the
        races give it.
        """
        tested = {arm for one in self.tested for arm in one.arms}
        end = replicates.stop
        given = {arm: end if arm in tested else seeds_given(races, arm, end) for arm in self.available}
        return [
            (Arm(f"{condition}/{arm}", arm, {**self.base, **changes, **held}, self.policies.get(arm, ())), at)
            for at in replicates
            for condition, held in self.conditions().items()
            for arm, changes in self.available.items()
            if (condition == WRITTEN or arm in tested) and at < given[arm]
        ]


def seeds_given(races: Mapping[str, Race] | None, arm: str, upto: int) -> int:
    """The most seeds that a race gives an arm; all where there is none."""
    return max((race.given(arm, upto) for race in races.values()), default=upto) if races else upto


@dataclass
class Compared:
    """Everything a finished comparison knows; `values` is indexed by condition, arm, cell, replicate.

    `fresh`: the same for the arms that are named best, and the first, on seeds that chose nothing. `races`:
    by cell, where arms raced; some then have fewer seeds.
    """

    question: Question
    runs: ArmRuns
    values: pd.DataFrame
    seeds: int
    fresh: pd.DataFrame | None = None
    races: Mapping[str, Race] = field(default_factory=dict)

    @cached_property
    def _parts(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        """Condition, arm and cell -> outcomes by replicate: cut once, as tables and figures ask thousands of
        times.
        """
        parts = self.values.groupby(level=[0, 1, 2], sort=False)
        return {key: part.sort_index() for key, part in parts}

    def of(self, arm: str, outcome: str, cell: str = ALL, condition: str = WRITTEN) -> np.ndarray:
        """One number a replicate, in their order."""
        return np.array(self._parts[condition, arm, cell][outcome], float)

    def mean(self, arm: str, outcome: str, cell: str = ALL) -> Interval:
        """Mean over replicates with its interval; of an arm that was left early as if it had all seeds
        (`racing.carried`), in the outcomes that arms race by.
        """
        share = OUTCOMES[outcome].share
        left = racing.lefts(self.races.values()) if outcome in racing.OUTCOMES else {}
        if arm not in left:
            return statistics.interval(self.of(arm, outcome, cell), share)
        return racing.carried(arm, left, lambda name: pd.Series(self.of(name, outcome, cell)), share)

    def both(self, arm: str, other: str, outcome: str, cell: str = ALL) -> tuple[np.ndarray, np.ndarray]:
        """Two arms as written, on the seeds that both have."""
        one, two = self.of(arm, outcome, cell), self.of(other, outcome, cell)
        shared = min(len(one), len(two))  # seeds are given in their order
        return one[:shared], two[:shared]

    def paired(self, arm: str, outcome: str, cell: str = ALL, reference: str | None = None) -> Interval:
        """Difference to the reference arm under the same seed and draw."""
        one, two = self.both(arm, reference or next(iter(self.question.available)), outcome, cell)
        return statistics.interval(one - two, bounded=False)

    def left(self, arm: str) -> int:
        """Seeds after which the race left an arm while others went on; nought where it did not."""
        seeds = len(self.of(arm, RANKED)) if self.races else self.seeds
        return seeds if seeds < self.seeds else 0

    @property
    def counted(self) -> str:
        """How many seeds arms have, from the fewest to the most."""
        fewest = min((self.left(arm) or self.seeds for arm in self.question.available), default=self.seeds)
        return f"{fewest}–{self.seeds}" if fewest < self.seeds else f"{self.seeds}"

    def _again(self, arm: str, outcome: str, cell: str) -> np.ndarray | None:
        """As `of`, on the fresh seeds; none where the arm was not run again."""
        if self.fresh is None or (WRITTEN, arm, cell) not in self.fresh.index:
            return None
        return np.asarray(self.fresh.loc[(WRITTEN, arm, cell)][outcome].sort_index(), float)

    def level(self, arm: str, outcome: str, cell: str = ALL) -> Level:
        """Mean of an arm that was chosen by its mean: on the fresh seeds, where there are any."""
        again = self._again(arm, outcome, cell)
        if again is None:
            return Level(self.mean(arm, outcome, cell), 0)
        return Level(statistics.interval(again, OUTCOMES[outcome].share), len(again))

    def lead(self, arm: str, outcome: str, cell: str = ALL) -> Level:
        """Paired difference of an arm that was chosen to the first arm: on the fresh seeds, if any."""
        first = next(iter(self.question.available))
        one, other = self._again(arm, outcome, cell), self._again(first, outcome, cell)
        if one is None or other is None:
            return Level(self.paired(arm, outcome, cell), 0)
        return Level(statistics.interval(one - other, bounded=False), len(one))

    def effect(self, expected: Expectation, condition: str = WRITTEN) -> np.ndarray:
        """The sum that is expected above zero, one number a replicate."""
        parts = (
            weight * self.of(arm, outcome, cell, condition) for weight, arm, outcome, cell in expected.terms
        )
        total = np.asarray(sum(parts), float)
        return np.where(np.abs(total) < NOTHING, 0.0, total)  # thirds of the same do not sum to it

    def at_end(self, expected: Expectation, condition: str = WRITTEN) -> list[str]:
        """Its arms that stand at the end of their scale in most seeds."""
        return list(
            dict.fromkeys(
                arm
                for _, arm, outcome, cell in expected.terms
                if OUTCOMES[outcome].share and statistics.ended(self.of(arm, outcome, cell, condition))
            )
        )

    def state(self, expected: Expectation, condition: str = WRITTEN) -> str:
        """`state` of the effect: as written the least effect is asked for, under other conditions its sign.

        Open where no effect is no news, every arm being at the end of its scale, or where the room is lacking
        that is needed.
        """
        least = expected.least if condition == WRITTEN else 0.0
        found, short = state(self.effect(expected, condition), least), self.at_end(expected, condition)
        hidden = short and (expected.room or (found == NONE and len(short) == len(expected.arms)))
        return OPEN if hidden else found

    def states(self) -> dict[str, list[str]]:
        """Condition -> state of every expectation."""
        return {
            condition: [self.state(one, condition) for one in self.question.tested]
            for condition in self.question.conditions()
        }

    @property
    def places(self) -> list[tuple[str, str]]:
        """(arm, cell) of everything that is reported."""
        return [
            (arm, cell)
            for cell in self.question.cells
            for arm in self.question.available
            if (WRITTEN, arm, cell) in self.values.index
        ]


class Level(NamedTuple):
    """How much something is that was chosen for being much; `fresh` seeds that did not choose it, if any."""

    interval: Interval
    fresh: int


class BestArm(NamedTuple):
    """The arm with most of what arms are ranked by: its interval, how many others cannot be told from it.

    `winner`: it is told from zero and from every other. `fresh`: seeds of the interval that did not choose
    it; nought where it was not run again.
    """

    arm: str
    level: Interval
    tied: int
    winner: bool
    fresh: int = 0


def best(done: Compared, cell: str = ALL, names: Sequence[str] = ()) -> BestArm:
    """The best of `names` (all where empty): no winner at zero, nor where another cannot be told from it."""
    found = ranked(done, RANKED, list(names or done.question.available), cell)
    level, fresh = done.level(str(found.best), RANKED, cell)
    return BestArm(str(found.best), level, found.tied, found.tied == 0 and level.low > 0, fresh)


def ranked(done: Compared, outcome: str, names: Sequence[str], cell: str = ALL) -> Ranking:
    """The arms `names` by an outcome, compared with the one of the highest mean all at once."""
    race = done.races.get(cell)
    if race is not None and outcome == RANKED and len(names) == len(race.arms) and len(race.upper):
        told = pd.Series({arm: arm in race.told for arm in race.arms})
        return Ranking(race.best, race.upper.mask(told & (race.upper >= 0)), float("nan"))
    values = pd.DataFrame({arm: pd.Series(done.of(arm, outcome, cell)) for arm in names})
    left = {arm: seeds for arm in names if 0 < (seeds := done.left(arm)) < values.notna().sum().max()}
    return rank(values, OUTCOMES[outcome].share, left)


# -- verdicts ------------------------------------------------------------------------------------------------
def state(effect: np.ndarray, least: float = 0.0) -> str:
    """holds (the whole interval is above zero and no part of it below `least`), none (it lies below `least`,
    or all are zero), against (below zero), open.
    """
    found = statistics.interval(effect, bounded=False)
    if not np.any(effect):
        return NONE
    if found.high < 0:
        return AGAINST
    if found.high < least:
        return NONE
    return HOLDS if found.low > 0 and found.low >= least else OPEN


def judge(states: Mapping[str, list[str]]) -> str:
    """Verdict from the states of all expectations by condition; empty where nothing was expected."""
    written = states.get(WRITTEN, [])
    if not written:
        return ""
    if AGAINST in written or NONE in written:
        return NOT_SUPPORTED
    if OPEN in written:
        return UNDECIDED
    return SUPPORTED if all(one == HOLDS for mine in states.values() for one in mine) else BUILT_IN


class Width(NamedTuple):
    """How well something is known: half-width of its interval, and what it is of."""

    half: float
    outcome: str = ""  # of an arm and cell, or
    arm: str = ""
    cell: str = ALL
    expected: str = ""  # the text of an expectation

    @property
    def name(self) -> str:
        """What it is of, in English."""
        if not self.outcome:
            return self.expected
        where = "" if self.cell == ALL else f", {self.cell} villages"
        return f"{OUTCOMES[self.outcome].label}, {self.arm}{where}"


def widths(done: Compared) -> list[Width]:
    """Half-width of every headline share by arm and cell and of every expectation, as written.

    What a precision is asked of.
    """
    return [
        *(
            Width(statistics.half(done.mean(arm, outcome, cell)), outcome, arm, cell)
            for arm, cell in done.places
            for outcome in HEADLINE
            if OUTCOMES[outcome].share
        ),
        *(
            Width(statistics.half(statistics.interval(done.effect(one), bounded=False)), expected=one.text)
            for one in done.question.tested
            if one.share
        ),
    ]


def widest(done: Compared) -> Width:
    """The one that is known least; of equals the last by name."""
    return max(widths(done), key=lambda width: (width.half, width.name), default=Width(0.0))


# -- runs ----------------------------------------------------------------------------------------------------
def compare(
    question: Question, runs: ArmRuns, first: Callable[[Compared], None] = lambda _: None
) -> tuple[Compared, int]:
    """Run until the asked precision or the most seeds that are allowed; these are handed back too.

    `first` gets the first comparison in which every arm has seeds enough.
    """
    settings = runs.settings
    seeds = seeds_asked(question, settings)
    if runs.reference_of is None:
        runs.reference = reference_arm(question.base)
    limit = max(settings.max_seeds or 8 * seeds, seeds) if settings.precision else seeds
    races = raced(question, runs, seeds, first)
    while True:
        runs.run(question.wanted(range(seeds), races))
        done = _compared(question, runs, seeds, races)
        if settings.precision is None or widest(done).half <= settings.precision or seeds >= limit:
            return again(done), limit
        seeds = min(limit, math.ceil(GROWTH * seeds))


def raced(
    question: Question, runs: ArmRuns, seeds: int, first: Callable[[Compared], None]
) -> dict[str, Race]:
    """The races once they are run; where there are none, the first table all the same."""
    races = question.races(runs.settings, seeds)

    def upto(look: int) -> dict[str, Values]:
        runs.run(question.wanted(range(look), races), more=True)
        done = _compared(question, runs, look, races)
        if look == at[0] < seeds:
            first(done)
        tables = {cell: done.values.loc[WRITTEN].xs(cell, level="cell") for cell in races}
        return {
            cell: {outcome: table[outcome].unstack("arm") for outcome in racing.OUTCOMES}
            for cell, table in tables.items()
        }

    at = next(iter(races.values())).looks if races else racing.looks([racing.FIRST], seeds)
    if len(at) > 1:
        racing.run(races or {"": Race([], at)}, upto)
    return races


def chosen(done: Compared) -> list[str]:
    """Arms to run again: those that sentences and titles call best, and the first, their comparator."""
    names = list(done.question.available)
    found = [names[0], *(best(done, cell).arm for cell in done.question.best_of)]
    return list(dict.fromkeys([*found, str(ranked(done, done.question.shown[0], names).best)]))


def again(done: Compared) -> Compared:
    """With `chosen` run on as many fresh seeds as the comparison had: those chose nothing."""
    question, runs = done.question, done.runs
    names = chosen(done)
    if len(names) == len(question.available) == 1:
        return done
    asked = max((race.looks[-1] for race in done.races.values()), default=done.seeds)
    replicates = range(FRESH_FROM, FRESH_FROM + asked)
    mine = {f"{WRITTEN}/{name}" for name in names}
    wanted = [(arm, at) for arm, at in question.wanted(replicates) if arm.name in mine]
    runs.run(wanted, "fresh seeds", kind=FRESH)
    return replace(done, fresh=_values(question, runs, FRESH))


def seeds_asked(question: Question, settings: Settings) -> int:
    """Seeds that were asked for, or those of the size."""
    return settings.seeds or seeds_of(question, settings.size)


def seeds_of(question: Question, size: str) -> int:
    """Seeds where none were asked for: as many as the size has time for."""
    if size == "full":
        return FULL
    return min(max(RUNS[size] // len(question.wanted(range(1))), LEAST[size]), FULL)


def _compared(question: Question, runs: ArmRuns, seeds: int, races: Mapping[str, Race]) -> Compared:
    values = _values(question, runs, MAIN)
    used = min(seeds, len(values.index.unique("replicate"))) if races else seeds
    return Compared(question, runs, values, used, races=races)


def _values(question: Question, runs: ArmRuns, kind: str) -> pd.DataFrame:
    """(condition, arm, cell, replicate) x outcome of the runs of a kind."""
    county = {path: value for path, value in question.base.items() if path.startswith("county.")}
    cells = tuple(sorted(question.needed()))
    more = {*question.shown, *HEADLINE, *STEPS, *LASTING}.union(*(one.outcomes for one in question.expected))
    found = outcomes.table(runs.villages(kind), runs.base.replace(county), cells, sorted(more)).reset_index()
    found[["condition", "arm"]] = found["scenario"].str.split("/", n=1, expand=True).to_numpy()
    return found.drop(columns="scenario").set_index(["condition", "arm", "cell", "replicate"]).sort_index()
