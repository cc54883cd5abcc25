"""History matching: which values cannot have made what was seen, and how likely the others are.

A point is implausible by a pattern where its distance from what was observed is large against the deviations
of the emulator, of luck, of the observation and of the model's own shortcomings (Craig, Goldstein, Seheult
and Smith 1997, in Case Studies in Bayesian Statistics 3, 37-93). One pattern may be wrong about its own
discrepancy: a point is ruled out by the second largest of its implausibilities (Vernon, Goldstein and Bower
2010, Bayesian Analysis 5(4), 619-670). All functions are pure; arrays are (points, patterns) unless said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from .judging import IMPLAUSIBLE

Seed = int | Sequence[int]


def implausibility(
    mean: np.ndarray, variance: np.ndarray, observed: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """Distance in deviations; `allowed`: variance of observation and discrepancy, (patterns,)."""
    return np.asarray(np.abs(mean - observed) / np.sqrt(variance + allowed))


def second_largest(found: np.ndarray) -> np.ndarray:
    """(points,): the largest but one; of a single pattern that pattern's own."""
    return np.asarray(np.partition(found, -min(2, found.shape[1]), axis=1)[:, -min(2, found.shape[1])])


def kept(found: np.ndarray, cutoff: float = IMPLAUSIBLE) -> np.ndarray:
    """(points,): not ruled out."""
    return second_largest(found) <= cutoff


def log_likelihood(
    mean: np.ndarray, variance: np.ndarray, observed: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """(points,): of independent normal errors, but for a constant."""
    total = variance + allowed
    return np.asarray(-0.5 * ((mean - observed) ** 2 / total + np.log(total)).sum(axis=1))


def weights(log: np.ndarray) -> np.ndarray:
    """Weights that sum to one; nought where the likelihood is."""
    top = log.max(initial=-np.inf)
    if not np.isfinite(top):
        return np.zeros(len(log))
    found = np.exp(log - top)
    return np.asarray(found / found.sum())


def effective(found: np.ndarray) -> float:
    """How many equal draws so many weighted ones are worth (Kish 1965)."""
    return float(found.sum() ** 2 / (found**2).sum()) if found.any() else 0.0


def resampled(found: np.ndarray, count: int, seed: int) -> np.ndarray:
    """(points,): how often each is taken in a systematic sample of `count`."""
    places = (np.arange(count) + np.random.default_rng(seed).random()) / count
    chosen = np.searchsorted(np.cumsum(found) / found.sum(), places)
    return np.bincount(np.minimum(chosen, len(found) - 1), minlength=len(found))


def filling(dimensions: int, count: int, seed: Seed) -> np.ndarray:
    """(count, dimensions): scrambled Sobol' points of the unit cube; `count` is taken up to a power of
    two.
    """
    power = int(np.ceil(np.log2(max(count, 2))))
    return qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random_base2(power)


def spread_out(points: np.ndarray, count: int, among: np.ndarray | None = None) -> np.ndarray:
    """Places of `count` points that lie far from each other and from `among`: the farthest next, each
    time.
    """
    if len(points) <= count:
        return np.arange(len(points))
    nearest = np.full(len(points), np.inf)
    for one in among if among is not None and len(among) else points[:1]:
        nearest = np.minimum(nearest, ((points - one) ** 2).sum(axis=1))
    chosen = []
    for _ in range(count):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        nearest[chosen[-1]] = -1.0
    return np.array(chosen)


def around(points: np.ndarray, count: int, seed: Seed, part: float = 0.3) -> np.ndarray:
    """(count, dimensions): points of the cube near given ones, for a space of which few candidates are left.

    Each is a given point moved, in every dimension, by `part` of the spread of them all, mirrored at the
    faces.
    """
    rng = np.random.default_rng(seed)
    step = part * np.maximum(points.std(axis=0), 0.02)
    moved = points[rng.integers(len(points), size=count)] + step * rng.standard_normal(
        (count, points.shape[1])
    )
    return np.asarray(1.0 - np.abs(1.0 - np.abs(moved) % 2.0))
