"""Paired racing: an arm that is told from the best, or that another stands for, gets no further seeds.

All arms begin with the same seeds. After each look that was declared before the first run, arms are compared
under the same seeds with the best of them and with each other (`ranking`: multiple comparisons with the best;
the largest |t| of any two arms, both outcomes taken together). An arm is left

- by added elder-years, where the whole interval of its difference to the best lies below zero and its mean
  beyond the zone of indifference;
- by table-years, where the same holds of these, and by added elder-years it is surely not better than the
  best by more than that zone;
- as the same as another, where by both outcomes the whole interval of its difference to that one lies within
  the zone. The other, of higher mean, stands for it from then on: what tells it from the best tells both.

Error is spent over the looks: of the 5 % of studies of equal arms that may call any told apart, INTERIM goes
to the looks before the last, growing with the square of their seeds (few seeds tell little, and err most
where differences are skewed), the rest to the last; where an arm does much better in a few seeds than in
most, its upper end lies further up (`stretched`). Arms are the same from ENOUGH seeds on only: what comes up
in one seed of ten is not seen in four. The race ends when one arm is left, when from half of the seeds on
none that is left would be told at the last look were differences to stay as they are (stochastic curtailment,
which only ever tells fewer apart), or when all seeds are used. What is decided depends on results by the
number of their seed alone.

Races with a bound on error: Maron and Moore (1997), Artificial Intelligence Review 11, 193-225; in blocks
under the same luck: Birattari et al. (2002), GECCO, 11-18; a zone of indifference: Bechhofer (1954), Annals
of Mathematical Statistics 25, 16-39; curtailment: Lan, Simon and Halperin (1982), Sequential Analysis 1,
207-219.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from . import statistics
from .outcomes import RANKED
from .ranking import PART, critical_t, fine
from .statistics import LEVEL, Interval

OUTCOMES = (RANKED, "table_years")  # what arms are told apart by, the first before the second
LOOKS = (4, 6, 8, 12, 16, 24, 32, 48, 64)  # seeds after which arms are looked at, unless declared otherwise
FIRST = 4  # fewest seeds of a look: every arm has as many
INTERIM = 0.4  # of the error, for the looks before the last
ENOUGH = 8  # seeds before which no arm stands for another
GIVE_UP = 0.5  # of the seeds, before which no race is given up
RULE = (
    "left: upper end of the paired difference to the best below nought and mean beyond 5 % of the best, in "
    "added elder-years, or in table-years where the upper end in added elder-years is at most 5 % of it; or "
    "interval of the paired difference to another arm within 5 % of the best in both"
)
SAME = "same"  # in place of an outcome: another stands for the arm
ONE, HOPELESS, ALL = "one left", "given up", "all seeds"  # why a race ended


def looks(declared: Sequence[int], seeds: int) -> tuple[int, ...]:
    """Seeds after which is looked: those declared, and the last."""
    return (*sorted({look for look in declared if FIRST <= look < seeds}), seeds)


def errors(at: Sequence[int]) -> tuple[float, ...]:
    """What each look may err: together 5 %."""
    spent = [INTERIM * (look / at[-1]) ** 2 for look in at[:-1]]
    each = np.diff([0.0, *spent, 1.0]) if spent else np.array([1.0])
    return tuple(float(share) for share in (1 - LEVEL) * each)


Values = Mapping[str, pd.DataFrame]  # outcome -> seeds x arms


class Left(NamedTuple):
    """An arm that was told from the best, or that another stands for: after how many seeds, by what (SAME
    where another stands for it) and how much of that, or of added elder-years, it differs.
    """

    arm: str
    seeds: int
    other: str
    outcome: str
    gap: float
    upper: float


class Gaps(NamedTuple):
    """Differences of arms to the best in one outcome: means, half-widths, zone of indifference."""

    mean: pd.Series
    half: pd.Series
    zone: float

    @property
    def upper(self) -> pd.Series:
        """Upper ends."""
        return self.mean + self.half

    @property
    def shown(self) -> pd.Series:
        """Upper ends, nought or more where the mean lies in the zone: such an arm is as good as the best."""
        return self.upper.where(self.mean < -self.zone, self.upper.clip(lower=0.0))

    @property
    def below(self) -> pd.Series:
        """Arms that are told from the best."""
        return (self.upper < 0) & (self.mean < -self.zone)


@dataclass
class Race:
    """Who is still compared, and why not the others.

    `arms` race; only `leaders` (all of them where empty) can be the best; those `kept` get all seeds,
    whatever they are told from. Looks are taken in order.
    """

    arms: Sequence[str]
    looks: tuple[int, ...]
    leaders: Collection[str] = ()
    kept: Collection[str] = ()
    left: dict[str, Left] = field(default_factory=dict)
    upper: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))  # of added elder-years, by arm
    seeds: int = 0  # used so far
    best: str = ""
    ended: str = ""

    @property
    def running(self) -> list[str]:
        """Arms that get the seeds of the next look."""
        return [] if self.ended else [arm for arm in self.arms if arm not in self.left]

    @property
    def told(self) -> dict[str, str]:
        """Arm -> the outcome that told it, or the arm that stands for it, from the best."""
        found = {arm: self.left[self.stand_in(arm)] for arm in self.left if self.stand_in(arm) in self.left}
        return {arm: one.outcome for arm, one in found.items()}

    def stand_in(self, arm: str) -> str:
        """The arm that stands for one; itself where none does."""
        while arm in self.left and self.left[arm].outcome == SAME:
            arm = self.left[arm].other
        return arm

    def given(self, arm: str, upto: int) -> int:
        """Seeds of an arm, or of one that stands beside the race, once it was run up to so many."""
        used = self.seeds if self.ended else upto
        return min(used, self.left[arm].seeds) if arm in self.left else used

    @property
    def early(self) -> dict[str, Left]:
        """Arms that were left while others went on."""
        late = {arm for arm, one in self.left.items() if one.seeds == self.seeds}
        return {arm: one for arm, one in self.left.items() if arm not in late.union(self.kept)}

    def look(self, values: Values) -> None:
        """Take the next look, at the first seeds of `values` that it has."""
        if self.ended:
            return
        nth = len([look for look in self.looks if look <= self.seeds])
        self.seeds = self.looks[nth]
        error = errors(self.looks)
        if not self.arms:
            self.ended = ALL if self.seeds == self.looks[-1] else ""
            return
        tables = _whole(values, self.running, self.seeds)
        means = tables[0].mean()
        self.best = str(means[[arm for arm in means.index if arm in (self.leaders or self.arms)]].idxmax())
        if len(self.arms) > 1 and len(tables[0]) > 2:
            self._tell(tables, error[nth])
            self.ended = self._ending(tables, error[-1])
        if self.seeds == self.looks[-1]:
            self.ended = self.ended or ALL

    def _tell(self, tables: list[pd.DataFrame], error: float) -> None:
        """Leave the arms that are told from the best."""
        critical = critical_t(*(table.to_numpy(float) for table in tables), level=1 - error)
        found = [gaps(table, self.best, critical) for table in tables]
        self.upper = found[0].shown.combine_first(self.upper)
        for arm, outcome in told(found).items():
            one = found[OUTCOMES.index(outcome)]
            numbers = float(one.mean[arm]), float(one.upper[arm])
            self.left[arm] = Left(arm, self.seeds, self.best, outcome, *numbers)
        if ENOUGH <= self.seeds < self.looks[-1]:
            self._stand(tables, critical, [one.zone for one in found])

    def _stand(self, tables: list[pd.DataFrame], critical: float, zones: list[float]) -> None:
        """Leave the arms that are the same as another of higher mean; who stands for others stays."""
        standing, near_to = [self.best], _near(tables, critical, zones)
        others = {one.other for one in self.left.values() if one.outcome == SAME}
        for arm in tables[0][self.running].mean().sort_values(ascending=False, kind="stable").index:
            able = [one for one in standing if one in self.leaders or arm not in self.leaders]
            near = [one for one in able if near_to.loc[one, arm]] if arm != self.best else []
            if near and arm not in others:
                one = gaps(tables[0][[near[0], arm]], near[0], critical)
                numbers = float(one.mean[arm]), float(one.upper[arm])
                self.left[arm] = Left(arm, self.seeds, near[0], SAME, *numbers)
            elif arm != self.best:
                standing.append(arm)

    def _ending(self, tables: list[pd.DataFrame], error: float) -> str:
        """Why the race is over; empty while it is not."""
        tables = [table[self.running] for table in tables]
        if len(self.running) == 1:
            return ONE
        used, last = len(tables[0]), self.looks[-1]
        if not GIVE_UP * last <= self.seeds < last or not fine(used, 1 - error):
            return ""
        critical = critical_t(*(table.to_numpy(float) for table in tables), level=1 - error)
        tail = special.stdtr(used - 1, -critical)  # of one pair; the last look has more degrees of freedom
        narrower = -float(special.stdtrit(last - 1, tail)) * np.sqrt(used / last)
        return "" if told([gaps(table, self.best, narrower) for table in tables]) else HOPELESS


def gaps(table: pd.DataFrame, best: str, critical: float) -> Gaps:
    """Paired differences of arms (columns) to the best, with intervals of `critical` standard errors."""
    apart = table.to_numpy(float) - table[[best]].to_numpy(float)
    mean, spread = apart.mean(axis=0), apart.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.nan_to_num(((apart - mean) ** 3).mean(axis=0) / spread**3)
    half = stretched(critical, np.maximum(skewness, 0.0), len(table)) * spread / np.sqrt(len(table))
    zone = PART * abs(float(table[best].mean()))
    return Gaps(pd.Series(mean, table.columns), pd.Series(half, table.columns), zone)


def stretched(critical: float, skewness: np.ndarray, seeds: int) -> np.ndarray:
    """The bound of |t| towards a long tail: where an arm does much better in few seeds, most show it too low.

    The inverse of Hall's transformation of t (1992, Journal of the Royal Statistical Society B 54, 221-228);
    without skewness the bound itself.
    """
    scale = np.maximum(skewness, 1e-9) / np.sqrt(seeds)
    root = np.cbrt(1 - scale * (critical + scale / 6))
    return np.maximum(3 / scale * (1 - root), critical)


def _near(tables: list[pd.DataFrame], critical: float, zones: Sequence[float]) -> pd.DataFrame:
    """Arm x arm: whether by every outcome the two surely differ by less than the zone."""
    names, near = tables[0].columns, np.array(True)
    for table, zone in zip(tables, zones, strict=True):
        values = table.to_numpy(float)
        apart = values[:, :, None] - values[:, None, :]
        half = critical * apart.std(axis=0, ddof=1) / np.sqrt(len(values))
        near = near & (np.abs(apart.mean(axis=0)) + half < zone)
    return pd.DataFrame(near, names, names)


def told(found: Sequence[Gaps]) -> dict[str, str]:
    """Arm -> the outcome that tells it from the best; `found` in the order of OUTCOMES."""
    added, tables = found
    second = tables.below & (added.upper <= added.zone)
    by = {str(arm): RANKED for arm in added.mean.index[added.below]}
    return {str(arm): OUTCOMES[1] for arm in tables.mean.index[second]} | by


def _whole(values: Values, arms: list[str], seeds: int) -> list[pd.DataFrame]:
    """The tables of OUTCOMES over the seeds that no arm lacks, in their order."""
    tables = [values[outcome].loc[values[outcome].index < seeds, arms].sort_index() for outcome in OUTCOMES]
    there = np.all([table.notna().all(axis=1) for table in tables], axis=0)
    return [table[there] for table in tables]


def lefts(races: Collection[Race]) -> dict[str, Left]:
    """Arm -> how it was left by the race that left it last, where every race that has it left it early."""
    found = dict[str, Left]()
    for arm in dict.fromkeys(arm for race in races for arm in race.arms):
        mine = [race for race in races if arm in race.arms]
        if all(arm in race.early for race in mine):
            found[arm] = max((race.early[arm] for race in mine), key=lambda one: one.seeds)
    return found


def carried(arm: str, left: Mapping[str, Left], values: Callable[[str], pd.Series], share: bool) -> Interval:
    """Mean of an arm with its interval as if it had all seeds.

    What it was left for is known on all its own seeds; to that comes the difference of the two on the seeds
    that both have. Few seeds alone would give a level that no other has been measured at. `values`: arm ->
    one number a seed.
    """
    own = values(arm)
    if arm not in left:
        return statistics.interval(own.to_numpy(float), share)
    level = carried(left[arm].other, left, values, share)
    apart = statistics.difference(own, values(left[arm].other))
    half, mean = float(np.hypot(statistics.half(level), statistics.half(apart))), level.mean + apart.mean
    return Interval(mean, mean - half, mean + half, apart.n)


def run(races: Mapping[str, Race], upto: Callable[[int], Mapping[str, Values]]) -> None:
    """Run all races, which share their looks, look by look: `upto` runs up to so many seeds, and says what
    each found.
    """
    for look in next(iter(races.values())).looks:
        found = upto(look)
        for name, race in races.items():
            race.look(found.get(name, {}))
        if all(race.ended for race in races.values()):
            return
