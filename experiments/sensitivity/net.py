"""Sobol indices net of chance: what the replicates of a point differ by is taken off before anything is
divided.

With V the variance that inputs explain and c that of the chance left in a mean over replicates, the total
index of an input with total effect V_T comes out as (V_T + c) / (V + c), so that an idle input has
c / (V + c) and not nought; its first-order index as V_i / (V + c). Here c is taken off above and below.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

FLOOR = 0.1  # least share of the variance of means that is divided by: below it little is left but chance


def chance_of(raw: np.ndarray) -> np.ndarray:
    """Variance of the mean of each point's replicates, (points,); nought where one replicate tells nothing.

    `raw`: (points, replicates).
    """
    points, replicates = raw.shape
    return raw.var(axis=1, ddof=1) / replicates if replicates > 1 else np.zeros(points)


def explained(whole: np.ndarray | float, chance: np.ndarray | float) -> np.ndarray:
    """Variance of means less chance, (...), no less than FLOOR of it."""
    return np.asarray(np.maximum(whole - np.asarray(chance), FLOOR * np.asarray(whole)))


@dataclass(frozen=True)
class Blocks:
    """Means and their chance by base point: (base points, 2 + factors), columns A, AB of each factor, B."""

    means: np.ndarray
    chance: np.ndarray

    @cached_property
    def parts(self) -> tuple[np.ndarray, ...]:
        """What indices are ratios of, a row a base point.

        Total effects (base points, factors), first-order effects (the same), their chance (the same), A and B
        (base points, 2), chance of these (the same).
        """
        means = self.means - self.means.mean()
        start, inner, end = means[:, :1], means[:, 1:-1], means[:, -1:]
        noise = self.chance
        return (
            (start - inner) ** 2 / 2,
            end * (inner - start),
            (noise[:, :1] + noise[:, 1:-1]) / 2,
            means[:, [0, -1]],
            noise[:, [0, -1]],
        )

    @property
    def drowned(self) -> bool:
        """Whether chance leaves so little for inputs that shares of it would say nothing."""
        *_, ends, noise = self.parts
        return float(ends.var() - noise.mean()) < FLOOR * float(ends.var())

    def indices(self, rows: np.ndarray | slice = slice(None)) -> dict[str, np.ndarray]:
        """S1 and ST net of chance and ST as it comes, of base points `rows`.

        Estimators of Saltelli et al. 2010 (Computer Physics Communications 181, 259-270).
        """
        total, first, taken, ends, noise = (part[rows] for part in self.parts)
        whole = float(ends.var())
        left = explained(whole, noise.mean())
        with np.errstate(divide="ignore", invalid="ignore"):  # few points drawn again may all be alike
            return {
                "S1": first.mean(axis=0) / left,
                "ST": (total.mean(axis=0) - taken.mean(axis=0)) / left,
                "ST_gross": total.mean(axis=0) / max(whole, 1e-300),
            }

    def resampled(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """(count, factors) of S1 and of ST, base points drawn with repetition, whole."""
        base = len(self.means)
        found = [self.indices(rng.integers(base, size=base)) for _ in range(count)]
        return np.array([one["S1"] for one in found]), np.array([one["ST"] for one in found])
