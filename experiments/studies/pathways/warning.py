"""How well a signpost foretells a closure: rates of hits and false alarms, and its lead time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GRID = 60  # thresholds that are tried, evenly spread over what was read
BOOTSTRAPS = 1_000


class Months(NamedTuple):
    """Months of open stations of one county, all (months, villages): reading of a signpost (nan where it is
    none), whether the station is open, and whether it closes in that month.
    """

    reading: np.ndarray
    is_open: np.ndarray
    closes: np.ndarray


class Rates(NamedTuple):
    """Alarms in months before a closure over such months, and in other months over other months; `late`:
    months from the first alarm within the horizon to the closure, a number a closure, -1 where none warned.
    """

    before: int
    before_alarms: int
    quiet: int
    quiet_alarms: int
    late: tuple[int, ...] = ()

    @property
    def hit(self) -> float:
        """Share of months before a closure with an alarm."""
        return self.before_alarms / self.before if self.before else float("nan")

    @property
    def false(self) -> float:
        """Share of other months with an alarm."""
        return self.quiet_alarms / self.quiet if self.quiet else float("nan")


def closes_within(closes: np.ndarray, horizon: int) -> np.ndarray:
    """(months, villages): whether a closure comes in the `horizon` months after each month."""
    total = np.cumsum(np.vstack([np.zeros((1, closes.shape[1]), int), closes]), axis=0)
    last = np.minimum(np.arange(1, len(closes) + 1) + horizon, len(closes))
    return np.asarray(total[last] - total[1:] > 0)


def counted(county: Months, horizon: int, unknown: int) -> np.ndarray:
    """Months that count: open, with a number, and the next `horizon` on record but for the `unknown` last."""
    known = np.arange(len(county.is_open))[:, None] + horizon + unknown < len(county.is_open)
    return np.asarray(county.is_open & ~np.isnan(county.reading) & known)


def rates(county: Months, threshold: float, horizon: int, unknown: int = 0) -> Rates:
    """Of an alarm where the reading lies below the threshold."""
    here = counted(county, horizon, unknown)
    soon, alarm = closes_within(county.closes, horizon), county.reading < threshold
    months, villages = np.nonzero(county.closes)
    late = []
    for month, v in zip(months.tolist(), villages.tolist(), strict=True):
        first = max(month - horizon, 0)
        rows = np.flatnonzero((here & alarm)[first:month, v])
        if here[first:month, v].any():
            late.append(month - first - int(rows[0]) if len(rows) else -1)
    return Rates(
        int((here & soon).sum()),
        int((here & soon & alarm).sum()),
        int((here & ~soon).sum()),
        int((here & ~soon & alarm).sum()),
        tuple(late),
    )


def together(each: list[Rates]) -> Rates:
    """Several counties as one."""
    before, alarms, quiet, false = np.array([one[:4] for one in each], int).sum(axis=0).tolist()
    return Rates(before, alarms, quiet, false, tuple(month for one in each for month in one.late))


def best_threshold(counties: list[Months], horizon: int, unknown: int = 0) -> float:
    """The threshold with the most hits over false alarms (Youden 1950); nan where nothing closes.

    The first of equals: the lowest, which alarms least.
    """
    here = [counted(one, horizon, unknown) for one in counties]
    reading = np.concatenate([one.reading[mine] for one, mine in zip(counties, here, strict=True)])
    soon = np.concatenate(
        [closes_within(one.closes, horizon)[mine] for one, mine in zip(counties, here, strict=True)]
    )
    if not soon.any() or soon.all():
        return float("nan")
    tried = np.unique(np.quantile(reading, np.linspace(0, 1, GRID + 1)[1:]))
    yes, no = np.sort(reading[soon]), np.sort(reading[~soon])
    gain = np.searchsorted(yes, tried) / len(yes) - np.searchsorted(no, tried) / len(no)
    return float(tried[int(gain.argmax())])


class Foretold(NamedTuple):
    """What a threshold did on counties that did not choose it: rates with 95 % intervals over counties."""

    threshold: float
    whole: Rates
    hit: tuple[float, float]
    false: tuple[float, float]
    gain: tuple[float, float]  # hit less false


def judged(counties: list[Months], threshold: float, horizon: int, unknown: int, seed: int) -> Foretold:
    """Percentiles of the rates over counties drawn anew."""
    each = [rates(one, threshold, horizon, unknown) for one in counties]
    sums = np.array([one[:4] for one in each], float)
    random = np.random.default_rng(seed)
    drawn = sums[random.integers(len(sums), size=(BOOTSTRAPS, len(sums)))].sum(axis=1)
    with np.errstate(invalid="ignore"):
        hit, false = drawn[:, 1] / drawn[:, 0], drawn[:, 3] / drawn[:, 2]
    return Foretold(threshold, together(each), _ends(hit), _ends(false), _ends(hit - false))


def _ends(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)
