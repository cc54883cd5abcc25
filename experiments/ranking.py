"""Which arms cannot be told from the best: all of them compared at once, under the same seeds.

Multiple comparisons with the best (Hsu 1981, Annals of Statistics 9(5), 1026-1034): an arm is told from the
best where the mean of its paired differences to it lies further below zero than the largest |t| of any two
arms would by luck alone. That largest |t| is taken over whole seeds: all arms of a seed change sign together,
so that what they share by the seed stays shared. An arm within the zone of indifference is as good as the
best, however surely it differs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from .statistics import LEVEL

FLIPS, ROOT = 999, 20250101  # sign changes that the largest |t| is taken over, and their fixed seed
TOGETHER = 50_000  # differences of pairs that are worked out at a time
FINEST = 4  # sign changes beyond a level, fewer of which cannot tell where it lies
POINTS, PART = 0.05, 0.05  # zone of indifference: of a share, and of the best arm's mean otherwise


class Ranking(NamedTuple):
    """The arm with the highest mean, and of every arm the upper end of its difference to that one.

    `upper` by arm: nought for the best; below nought only where an arm is told from the best.
    """

    best: Hashable
    upper: pd.Series
    critical: float

    @property
    def tied(self) -> int:
        """Other arms that cannot be told from the best."""
        return int((self.upper >= 0).sum()) - 1


def largest_t(*values: np.ndarray, level: float = LEVEL) -> float:
    """What the largest |t| of any two arms exceeds in one study of twenty where all are equal.

    `values`: seeds x arms, complete; of several outcomes the largest of all. `level`: other than 0.95.
    """
    return float(np.quantile(np.max([_largest(one) for one in values], axis=0), level))


def _largest(values: np.ndarray) -> np.ndarray:
    """The largest |t| of any two arms under each change of signs, the same changes for every outcome."""
    count, arms = values.shape
    centred = values - values.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    apart = squares[:, None] + squares[None, :] - 2 * centred.T @ centred  # sums of squared differences
    signs = np.random.default_rng(ROOT).choice([-1.0, 1.0], size=(FLIPS, count))
    means = signs @ centred / count
    largest = np.empty(FLIPS)
    for part in np.array_split(np.arange(FLIPS), -(-FLIPS * arms * arms // TOGETHER)):
        gap = means[part][:, :, None] - means[part][:, None, :]
        spread = np.maximum((apart - count * gap**2) / (count - 1), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(gap) / np.sqrt(spread / count)
        largest[part] = np.nanmax(np.where(spread > 0, t, 0.0), axis=(1, 2)) if arms > 1 else 0.0
    return largest


def rank(values: pd.DataFrame, share: bool, left: Mapping[Any, int] | None = None) -> Ranking:
    """The best of arms (columns) over seeds (rows), more being better; seeds that lack an arm are left out.

    `share`: values are shares, whose zone of indifference is five points; else it is 5 % of the best mean.
    With fewer than three whole seeds nothing is told apart. `left`: arms of a race that have so many seeds
    only; they are no best, and are compared on their seeds with all that have these.
    """
    left = {arm: seeds for arm, seeds in (left or {}).items() if arm in values}
    if left:
        return _ragged(values, share, left)
    means = values.mean()
    return _against(values, means.idxmax(), share)


def _ragged(values: pd.DataFrame, share: bool, left: Mapping[Any, int]) -> Ranking:
    """`rank` where some arms were left early: the best is one of the others."""
    whole = rank(values.drop(columns=list(left)), share)
    upper = whole.upper.reindex(values.columns)
    for seeds in sorted(set(left.values())):
        there = [arm for arm in values if left.get(arm, seeds) >= seeds]
        found = _against(values.loc[values.index < seeds, there], whole.best, share)
        mine = [arm for arm in there if left.get(arm) == seeds]
        upper[mine] = found.upper[mine]
    return Ranking(whole.best, upper, whole.critical)


def _against(values: pd.DataFrame, best: Hashable, share: bool) -> Ranking:
    """All arms compared with one of them at once."""
    known, upper = values.dropna(axis=1, how="all").dropna(), pd.Series(0.0, values.columns)
    if len(known) < 3 or best not in known:
        return Ranking(best, upper, float("inf"))
    zone = POINTS if share else PART * abs(float(values[best].mean()))
    critical = critical_t(known.to_numpy(float))
    for arm in known.columns.drop(best):
        gap = (known[arm] - known[best]).to_numpy(float)
        high = gap.mean() + critical * gap.std(ddof=1) / np.sqrt(len(gap))
        upper[arm] = max(high, 0.0) if gap.mean() >= -zone else high
    return Ranking(best, upper, critical)


def fine(seeds: int, level: float) -> bool:
    """Whether so many seeds have sign changes enough to tell where the level lies."""
    return 2.0 ** (seeds - 1) * (1 - level) >= FINEST


def critical_t(*values: np.ndarray, level: float = LEVEL) -> float:
    """`largest_t`; with few seeds, of which signs give few studies, no less than Bonferroni's t of pairs."""
    count, arms = values[0].shape
    found = largest_t(*values, level=level)
    if fine(count, level):
        return found
    pairs = max(arms * (arms - 1), 2) * len(values)
    return max(found, float(special.stdtrit(count - 1, 1 - (1 - level) / pairs)))
