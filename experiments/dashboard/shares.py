"""Who bears which part of the cost: whole basis points that always sum to one, some locked, one payer as the
rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from sim.state.codes import PAYERS

SHARES = tuple(f"funding.share_{payer}" for payer in PAYERS)
WHOLE = 10_000  # basis points


def whole(parts: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers that sum to `total` in the proportion of `parts`, by largest remainder.

    Evenly where all are zero.
    """
    parts = np.asarray(parts, float)
    exact = total * (parts / parts.sum() if parts.sum() > 0 else np.full(len(parts), 1 / len(parts)))
    found = np.floor(exact + 1e-9).astype(int)
    for place in np.argsort(-(exact - found), kind="stable")[: total - found.sum()]:
        found[place] += 1
    return found


def points(shares: Mapping[str, float]) -> dict[str, int]:
    """Shares as basis points that sum to one."""
    found = whole(np.array(list(shares.values())), WHOLE)
    return dict(zip(shares, found.tolist(), strict=True))


def moved(
    shares: Mapping[str, float], path: str, percent: float, rest: str, locked: Collection[str] = ()
) -> dict[str, float]:
    """Shares after one is set to `percent`: the payer `rest` takes up what is left.

    Where that one has too little, those neither moved nor locked give in proportion; beyond what all of them
    have, the moved one stops.
    """
    now = points(shares)
    free = [one for one in now if one not in (path, rest) and one not in locked]
    givers = free if rest == path else [*free, rest]
    if not givers:
        return dict(shares)
    most = now[path] + sum(now[one] for one in givers)
    now[path] = min(max(round(100 * percent), 0), most)
    left, kept = most - now[path], sum(now[one] for one in free)
    if rest != path:
        now[rest] = max(left - kept, 0)
        left -= now[rest]
    if left != kept:
        parts = whole(np.array([now[one] for one in free]), left)
        now |= {one: int(part) for one, part in zip(free, parts, strict=True)}
    return {one: value / WHOLE for one, value in now.items()}
