"""Numbers of a calibration that its text and its pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .calibration import Calibration
from .pattern_file import Pattern

EVEN = 1 / np.sqrt(12)  # deviation of a number that is even between 0 and 1


@dataclass(frozen=True)
class Seen:
    """A pattern in single runs before and after, (runs,) each, nan where a run showed nothing."""

    pattern: Pattern
    before: np.ndarray
    after: np.ndarray

    def _inside(self, values: np.ndarray) -> np.ndarray:
        return (values >= self.pattern.low) & (values <= self.pattern.high)

    @property
    def before_in(self) -> np.ndarray:
        """Which runs before lie in the band."""
        return self._inside(self.before)

    @property
    def after_in(self) -> np.ndarray:
        """Which runs after do."""
        return self._inside(self.after)


def first_wave(found: Calibration) -> slice:
    """The points that filled the whole space, before anything was ruled out."""
    return slice(0, found.firsts)


def seen_of(found: Calibration, before: slice) -> list[Seen]:
    """Every pattern in the runs of `before` and in the fresh ones."""
    assert found.batch is not None and found.checked is not None
    return [
        Seen(one, found.batch.values[one.id][before], found.checked.values[one.id])
        for one in found.target.patterns
    ]


def alone(found: Calibration) -> np.ndarray:
    """(patterns,): share of the space that each rules out by itself, over structures, at the end."""
    return found.waves[-1].ruled_out if found.waves else np.zeros(len(found.target.patterns))


def moves(found: Calibration, pattern: Pattern) -> list[str]:
    """Dials by what a step across their range does to a pattern, the largest first."""
    at = found.target.patterns.index(pattern)
    return [found.everything.names[i] for i in np.argsort(-found.effects[:, at], kind="stable")]


def held_by(found: Calibration, mine: np.ndarray) -> float:
    """Mean number of patterns whose band holds a fresh run, of the runs `mine`."""
    assert found.checked is not None
    values = found.checked.values
    inside = [(values[one.id] >= one.low) & (values[one.id] <= one.high) for one in found.target.patterns]
    return float(np.sum(inside, axis=0)[mine].mean()) if mine.any() else float("nan")


def best_reached(found: Calibration, pattern: Pattern) -> float:
    """The value of all runs at points that is nearest to what was observed."""
    assert found.batch is not None
    values = found.batch.values[pattern.id]
    values = values[np.isfinite(values)]
    return float(values[np.abs(values - pattern.observed).argmin()]) if len(values) else float("nan")


def weighted_quantile(values: np.ndarray, weights: np.ndarray, at: Sequence[float]) -> np.ndarray:
    """Quantiles of weighted values: the first value by which that share of the weight is reached."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order]) / weights.sum()
    return np.asarray(values[order][np.minimum(np.searchsorted(total, at), len(values) - 1)])


def informed(found: Calibration) -> list[tuple[str, float]]:
    """Dials with the share of their spread that is gone, the largest first; those that a structure holds are
    judged over the other structures.
    """
    assert found.space is not None
    told = []
    for column, name in enumerate(found.space.names):
        free = [at for at, one in enumerate(found.structures) if name not in one.held]
        mine = np.isin(found.of, free)
        if not mine.any():
            continue
        values, weights = found.draws[mine, column], found.weights[mine] / found.weights[mine].sum()
        mean = float((weights * values).sum())
        told.append((name, 1 - float(np.sqrt((weights * (values - mean) ** 2).sum())) / EVEN))
    return sorted(told, key=lambda one: -one[1])
