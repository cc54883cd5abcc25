"""Whether a box is accepted: judged on runs that did not choose it, and on resamples; CART beside it.

A box that fails one condition is none: the answer is then "no box", with what came nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .prim import LEVEL, MOST, Box, coverage_density, find, quasi_p, score

COVERAGE, DENSITY = 0.6, 0.8  # asked of held-out runs
CHOOSING = 0.6  # of the runs choose a box, the others judge it
RESAMPLES, KEPT = 50, 0.7  # halves of the runs, and in how many of them a restriction comes back
FEWEST = 20  # failures and successes below which nothing is looked for
DEEPEST = 4  # of a tree: as many conditions as a box may have
LEAF = 0.05  # of the runs that a leaf holds

SEVERAL = ("few", "many", "nothing", "coverage", "density", "chance", "unstable")  # why there is no box


@dataclass(frozen=True)
class Judged:
    """A box with its figures on held-out runs; by column quasi-p there, and share of resamples."""

    box: Box
    coverage: float = 0.0
    density: float = 0.0
    chance: dict[int, float] = field(default_factory=dict)
    kept: dict[int, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()  # of SEVERAL; empty where it is accepted

    @property
    def accepted(self) -> bool:
        """Whether there is a box."""
        return not self.reasons

    @property
    def searched(self) -> bool:
        """Whether there were failures and successes enough to look at."""
        return not {"few", "many"} & set(self.reasons)


def parted(groups: np.ndarray, seed: int) -> np.ndarray:
    """(runs,): which runs choose; runs of one group, which share values, stay together."""
    names, member = np.unique(groups, return_inverse=True)
    order = np.random.default_rng([seed, 11]).permutation(len(names))
    return np.asarray(order[member] < round(CHOOSING * len(names)))


def halves(groups: np.ndarray, seed: int, count: int) -> list[np.ndarray]:
    """Half of the groups each time, by chance."""
    names, member = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng([seed, 12])
    return [rng.permutation(len(names))[member] < len(names) / 2 for _ in range(count)]


def returning(
    box: Box, points: np.ndarray, failed: np.ndarray, groups: np.ndarray, seed: int
) -> dict[int, float]:
    """Column -> share of resamples in which the box found there is restricted in it too."""
    seen = dict.fromkeys(box.ends, 0)
    for half in halves(groups, seed, RESAMPLES):
        again = find(points[half], failed[half])
        for column in seen:
            seen[column] += column in again.ends
    return {column: count / RESAMPLES for column, count in seen.items()}


def judge(points: np.ndarray, failed: np.ndarray, groups: np.ndarray, seed: int) -> Judged:
    """Look for a box in (runs, columns) `points` where `failed`, and say whether it is accepted."""
    if min(failed.sum(), (~failed).sum()) < FEWEST:
        return Judged(Box(), reasons=("few",))
    if failed.mean() >= DENSITY:
        return Judged(Box(), reasons=("many",))
    choosing = parted(groups, seed)
    box = find(points[choosing], failed[choosing])
    if not box.ends:
        return Judged(box, reasons=("nothing",))
    rest, theirs = points[~choosing], failed[~choosing]
    coverage, density = coverage_density(box, rest, theirs)
    chance = quasi_p(box, rest, theirs)
    reasons = [
        name for name, wrong in (("coverage", coverage < COVERAGE), ("density", density < DENSITY)) if wrong
    ]
    reasons += ["chance"] if max(chance.values()) >= LEVEL or len(chance) > MOST else []
    kept = returning(box, points, failed, groups, seed)
    reasons += ["unstable"] if min(kept.values()) < KEPT else []
    return Judged(box, coverage, density, chance, kept, tuple(reasons))


def leaves(tree: object) -> list[Box]:
    """The leaves of a fitted tree of scikit-learn as boxes."""
    found: list[Box] = []

    def walk(node: int, box: Box) -> None:
        inner = tree.tree_  # type: ignore[attr-defined]
        if inner.children_left[node] < 0:
            found.append(box)
            return
        column, at = int(inner.feature[node]), float(inner.threshold[node])
        walk(inner.children_left[node], box.narrowed(column, high=at))
        walk(inner.children_right[node], box.narrowed(column, low=at))

    walk(0, Box())
    return found


def cart(points: np.ndarray, failed: np.ndarray, groups: np.ndarray, seed: int) -> Judged | None:
    """The leaf of a classification tree (Breiman et al. 1984) that comes nearest to a box; nothing without
    scikit-learn, which the extra `evidence` brings.
    """
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        return None
    choosing = parted(groups, seed)
    mine, ours = points[choosing], failed[choosing]
    tree = DecisionTreeClassifier(
        max_depth=DEEPEST, min_samples_leaf=max(int(LEAF * len(mine)), 1), random_state=0
    )
    tree.fit(mine, ours)
    best: Box = max(leaves(tree), key=lambda box: score(box, mine, ours))
    rest, theirs = points[~choosing], failed[~choosing]
    return Judged(best, *coverage_density(best, rest, theirs), quasi_p(best, rest, theirs))


__all__: Sequence[str] = ("Judged", "cart", "judge", "leaves", "returning")
