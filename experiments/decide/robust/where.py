"""Which drawn parameters tell the futures in which one plan is ahead from those in which another is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from ...study.drawn import Drawn

LEVEL = 0.05  # chance, over all parameters together, below which one counts
PERMUTATIONS = 1_000
MOST = 3  # that are named


class Telling(NamedTuple):
    """A parameter whose rank goes with the lead of a plan: rank correlation, and chance among all."""

    path: str
    correlation: float
    chance: float


def _standard(ranks: np.ndarray) -> np.ndarray:
    """Ranks (runs, columns) with mean nought and length one."""
    centred = ranks - ranks.mean(axis=0)
    return np.asarray(centred / np.maximum(np.sqrt((centred**2).sum(axis=0)), 1e-12))


def telling(table: Drawn, lead: np.ndarray, seed: int) -> list[Telling]:
    """The parameters that go with `lead` (runs,), the strongest first.

    Chance is that of a correlation as large with any of the parameters once the leads are dealt anew to the
    futures: one check for all.
    """
    if np.ptp(lead) == 0 or not table.names:
        return []
    columns = _standard(stats.rankdata(table.values, axis=0))
    mine = _standard(stats.rankdata(lead)[:, None])[:, 0]
    found = mine @ columns
    rng = np.random.default_rng([seed, 22])
    dealt = np.stack([rng.permutation(mine) for _ in range(PERMUTATIONS)])
    largest = np.sort(np.abs(dealt @ columns).max(axis=1))
    above = PERMUTATIONS - np.searchsorted(largest, np.abs(found) - 1e-12)
    chance = (above + 1) / (PERMUTATIONS + 1)
    order = np.argsort(-np.abs(found), kind="stable")
    kept = [at for at in order if chance[at] < LEVEL][:MOST]
    return [Telling(table.names[at], float(found[at]), float(chance[at])) for at in kept]
