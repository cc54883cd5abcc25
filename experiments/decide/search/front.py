"""Plans that none beats: costs are (plans, objectives), or have axes before these, and less is better."""

from __future__ import annotations

import numpy as np

BEYOND = 1.1  # of the range between best and worst: the corner from which a hypervolume is measured


def beats(costs: np.ndarray) -> np.ndarray:
    """(..., one, other): whether the one beats the other: nowhere worse, somewhere better."""
    one, other = costs[..., :, None, :], costs[..., None, :, :]
    return np.asarray((one <= other).all(axis=-1) & (one < other).any(axis=-1))


def unbeaten(costs: np.ndarray) -> np.ndarray:
    """(..., plans): whether no other plan beats it."""
    return np.asarray(~beats(costs).any(axis=-2))


def scaled(costs: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Costs with 0 at the best and 1 at the worst of each objective."""
    return np.asarray((costs - low) / np.maximum(high - low, 1e-12))


def hypervolume(costs: np.ndarray, corner: np.ndarray) -> float:
    """What the plans cut off of the space below `corner` (pymoo)."""
    from pymoo.indicators.hv import HV

    inside = costs[(costs < corner).all(axis=1)]
    return float(HV(ref_point=corner)(inside)) if len(inside) else 0.0


def spread(costs: np.ndarray, most: int) -> list[int]:
    """At most so many plans of a front, far apart: the best of each objective, then always the farthest."""
    if len(costs) <= most:
        return list(range(len(costs)))
    even = scaled(costs, costs.min(axis=0), costs.max(axis=0))
    chosen = list(dict.fromkeys(int(at) for at in costs.argmin(axis=0)))[:most]
    while len(chosen) < most:
        away = np.linalg.norm(even[:, None] - even[chosen], axis=-1).min(axis=1)
        chosen.append(int(away.argmax()))
    return sorted(chosen)
