"""The patient rule induction method: a box of conditions inside which most runs fail.

Thin slices are peeled off the space, each time the one whose loss raises the share of failures most; then a
box is widened again where that costs nothing (Friedman, Fisher 1999, "Bump hunting in high-dimensional data",
Statistics and Computing 9). *Coverage* is the share of all failures that lie in a box, *density* the share of
its runs that fail. A restriction that chance could have made (quasi-p) is taken off again (Bryant, Lempert
2010, "Thinking inside the box", Technological Forecasting and Social Change 77).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

SLICE = 0.05  # of the runs left that are peeled or pasted at a time
WIDTHS = (0.05, 0.1, 0.2, 0.4)  # in few columns: a thin slice of failures by luck would bar the way
LEAST = 0.05  # of all runs that a box holds
MOST = 4  # restrictions that a reader can hold in mind
LEVEL = 0.05  # quasi-p below which a restriction is kept
AIM = (0.65, 0.85)  # coverage and density looked for: a little above what is asked of runs that chose nothing
FEWEST = 5  # runs in a box


@dataclass(frozen=True)
class Box:
    """Column -> (low, high), both inside; an open side is infinite. Without columns it is the whole space."""

    ends: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def holds(self, points: np.ndarray) -> np.ndarray:
        """(points,): which points (points, columns) lie inside."""
        inside = np.ones(len(points), bool)
        for broken in self.broken(points).T:
            inside &= ~broken
        return inside

    def broken(self, points: np.ndarray) -> np.ndarray:
        """(points, restrictions): which restriction, in the order of `ends`, a point breaks."""
        if not self.ends:
            return np.zeros((len(points), 0), bool)
        at = [(points[:, column] < low) | (points[:, column] > high) for column, (low, high) in self.items()]
        return np.stack(at, axis=1)

    def items(self) -> Iterator[tuple[int, tuple[float, float]]]:
        """Columns with their ends."""
        return iter(self.ends.items())

    def without(self, column: int) -> Box:
        """The box with a column open on both sides."""
        return Box({other: ends for other, ends in self.items() if other != column})

    def narrowed(self, column: int, low: float = -np.inf, high: float = np.inf) -> Box:
        """The box with one end moved in."""
        before = self.ends.get(column, (-np.inf, np.inf))
        return Box({**self.ends, column: (max(before[0], low), min(before[1], high))})


def coverage_density(box: Box, points: np.ndarray, failed: np.ndarray) -> tuple[float, float]:
    """Share of all failures inside, and share of what is inside that failed; 0 where there is nothing."""
    inside = box.holds(points)
    caught = float(failed[inside].sum())
    return caught / max(float(failed.sum()), 1.0), caught / max(float(inside.sum()), 1.0)


def quasi_p(box: Box, points: np.ndarray, failed: np.ndarray) -> dict[int, float]:
    """Column -> the chance of so many failures inside, were the restriction of that column idle.

    The box without it has a share q of failures; of the n runs inside the box T failed, and the value is
    P(Binomial(n, q) >= T), one-sided.
    """
    broken = box.broken(points)
    count = broken.sum(axis=1)
    inside = count == 0
    wider = (count[:, None] - broken) == 0
    share = (failed[:, None] & wider).sum(axis=0) / np.maximum(wider.sum(axis=0), 1)
    value = stats.binom.sf(failed[inside].sum() - 1, inside.sum(), share)
    return {column: float(one) for column, one in zip(box.ends, value, strict=True)}


def simplified(box: Box, points: np.ndarray, failed: np.ndarray, most: int = MOST) -> Box:
    """The box without restrictions that chance could have made, weakest first, and with `most` at most."""
    while box.ends:
        values = quasi_p(box, points, failed)
        worst = max(values, key=lambda column: values[column])
        if values[worst] < LEVEL and len(values) <= most:
            break
        box = box.without(worst)
    return box


def _gains(points: np.ndarray, failed: np.ndarray, count: int) -> np.ndarray:
    """(columns,): what the loss of the lowest `count` points of a column gains.

    Gain: rise of the mean a point lost, so that a column of few values, which loses many at a time, is no
    better for that.
    """
    ends = np.partition(points, count, axis=0)[count]
    lost = points < ends
    stuck = ~lost.any(axis=0)
    if stuck.any():  # the lowest value is held by more than a slice: all of it goes
        lost[:, stuck] = points[:, stuck] <= ends[stuck]
    gone = lost.sum(axis=0)
    kept = len(points) - gone
    left = failed.sum() - failed.astype(np.float64) @ lost
    gain = (left / np.maximum(kept, 1) - failed.mean()) / np.maximum(gone, 1)
    gain[(kept < FEWEST) | (gone == 0)] = -np.inf
    return gain


def _end(values: np.ndarray, at: float) -> float:
    """Half-way between the slice that goes (below `at`, or all of the lowest value) and what stays."""
    lost = values < at
    if not lost.any():
        lost = values <= at
    return float((values[lost].max() + values[~lost].min()) / 2)


def _best_slice(points: np.ndarray, failed: np.ndarray, count: int) -> tuple[float, int, int]:
    """Gain, column and side (0 low, 1 high) of the slice of `count` points whose loss gains most."""
    sides = [_gains(sign * points, failed, count) for sign in (1.0, -1.0)]
    side = int(sides[1].max() > sides[0].max())
    column = int(np.argmax(sides[side]))
    return float(sides[side][column]), column, side


def peeled(
    points: np.ndarray,
    failed: np.ndarray,
    columns: Collection[int] | None = None,
    widths: Sequence[float] = (SLICE,),
) -> list[Box]:
    """Boxes inside each other, from the whole space to the smallest that still holds LEAST of the runs.

    Of several `widths` the slice that gains most a point lost goes.
    """
    chosen = np.arange(points.shape[1]) if columns is None else np.array(sorted(columns), int)
    box, found = Box(), [Box()]
    inside = np.arange(len(points))
    least = max(LEAST * len(points), FEWEST)
    while len(inside) > least and len(chosen):
        mine, lost = points[np.ix_(inside, chosen)], failed[inside]
        if lost.all() or not lost.any():
            break
        counts = {max(int(width * len(inside)), 1) for width in widths}
        (gain, at, side), count = max((_best_slice(mine, lost, count), count) for count in counts)
        if not np.isfinite(gain):
            break
        sign, values = (1.0, -1.0)[side], mine[:, at]
        end = sign * _end(sign * values, np.partition(sign * values, count)[count])
        box = box.narrowed(int(chosen[at]), **{("low", "high")[side]: end})
        inside = inside[box.holds(points[inside])]
        found.append(box)
    return found


def _wider(box: Box, column: int, side: int, points: np.ndarray) -> Box | None:
    """The box with one end moved out by a slice of its runs; nothing where it is open there."""
    ends = box.ends[column]
    if not np.isfinite(ends[side]):
        return None
    sign = 1.0 if side else -1.0
    inside = box.holds(points).sum()
    open_there = box.without(column).narrowed(column, **({"low": ends[0]} if side else {"high": ends[1]}))
    beyond = np.sort(sign * points[open_there.holds(points) & ~box.holds(points), column])
    count = max(int(SLICE * inside), 1)
    if len(beyond) <= count:
        return open_there if np.isfinite(open_there.ends[column]).any() else box.without(column)
    end = sign * (beyond[count - 1] + beyond[count]) / 2
    return Box({**box.ends, column: (ends[0], end) if side else (end, ends[1])})


def pasted(box: Box, points: np.ndarray, failed: np.ndarray) -> Box:
    """The box widened, end by end, as long as the share of failures inside does not fall."""
    while True:
        dense = coverage_density(box, points, failed)[1]
        tried = [
            wide
            for column in box.ends
            for side in (0, 1)
            if (wide := _wider(box, column, side, points)) is not None
        ]
        better = [(coverage_density(one, points, failed)[1], at) for at, one in enumerate(tried)]
        best = max(better, default=(-1.0, 0))
        if best[0] < dense:
            return box
        box = tried[best[1]]


def score(box: Box, points: np.ndarray, failed: np.ndarray) -> tuple[float, float]:
    """How near a box comes to AIM (1: it reaches both), then the harmonic mean of coverage and density."""
    coverage, density = coverage_density(box, points, failed)
    near = min(coverage / AIM[0], density / AIM[1], 1.0)
    return near, 2 * coverage * density / max(coverage + density, 1e-9)


def find(points: np.ndarray, failed: np.ndarray, most: int = MOST) -> Box:
    """The best box with `most` restrictions at most, none of which chance could have made on these points.

    Peeled in all columns first, then in those that it kept, there in wider slices too.
    """

    def rated(box: Box) -> tuple[float, float]:
        return score(box, points, failed)

    first = max((simplified(box, points, failed, most) for box in peeled(points, failed)), key=rated)
    again = [pasted(box, points, failed) for box in peeled(points, failed, first.ends, WIDTHS)]
    return max([first, *(simplified(box, points, failed, most) for box in again)], key=rated)
