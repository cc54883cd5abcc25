"""A pattern against what was found: interval over seeds, implausibility, verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import statistics
from .pattern_file import Pattern
from .summaries import Value

HOLDS, MISSES, UNKNOWN = "holds", "misses", "cannot be told"
IMPLAUSIBLE = 3.0  # from here on a value is called implausible: three sigma of any unimodal error, 95 %
EDGE = 1e-9  # of the band, so that a number is not lost to rounding


@dataclass(frozen=True)
class Judgement:
    """What was found of a pattern: mean over seeds with 95 % interval (Student's t), seeds that saw it, units
    behind them, implausibility (nan where nothing was seen), verdict.
    """

    pattern: Pattern
    value: float
    low: float
    high: float
    seeds: int
    units: int
    implausibility: float
    verdict: str

    def place(self, value: float) -> float:
        """Where a value lies on the band: 0 at its lower edge, 1 at its upper one."""
        return (value - self.pattern.low) / (self.pattern.high - self.pattern.low)

    @property
    def miss(self) -> float:
        """Distance of the value from the band in widths of it, 0 inside; 0 where nothing was seen."""
        at = self.place(self.value)
        return 0.0 if math.isnan(at) else max(0.0, -at, at - 1.0)


def short(value: float) -> str:
    """A number of three digits, thousands in full."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def implausibility(pattern: Pattern, values: np.ndarray) -> float:
    """|value - observed| over the root of the variances of observation, discrepancy and the mean over seeds.

    In logarithms where the pattern says so (Craig, Goldstein, Seheult and Smith 1997). nan where nothing was
    seen; infinite where a deviation is left and no variance; without a second seed luck counts as nothing.
    """
    observed = pattern.observed
    if pattern.scale == "log":
        if len(values) and values.min() <= 0:
            return math.inf
        values, observed = np.log(values), math.log(observed)
    if not len(values):
        return math.nan
    luck = float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.0
    gap = abs(float(values.mean()) - observed)
    spread = math.sqrt(pattern.observation_sd**2 + pattern.discrepancy_sd**2 + luck)
    if spread == 0:
        return 0.0 if gap == 0 else math.inf
    return gap / spread


def verdict(pattern: Pattern, low: float, high: float) -> str:
    """`holds` or `misses` where the whole interval lies inside or outside the band, else `cannot be told`."""
    edge = EDGE * (pattern.high - pattern.low)
    if math.isnan(low) or math.isnan(high):
        return UNKNOWN
    if pattern.low - edge <= low and high <= pattern.high + edge:
        return HOLDS
    return MISSES if high < pattern.low - edge or low > pattern.high + edge else UNKNOWN


def judge(pattern: Pattern, found: Sequence[Value]) -> Judgement:
    """The verdict on a pattern; `found` has (value, units) a seed, nan where a seed showed nothing."""
    values = np.array([value for value, _ in found if math.isfinite(value)])
    units = sum(count for value, count in found if math.isfinite(value))
    mean, low, high, seeds = statistics.interval(values, bounded=False)
    return Judgement(
        pattern, mean, low, high, seeds, units, implausibility(pattern, values), verdict(pattern, low, high)
    )
