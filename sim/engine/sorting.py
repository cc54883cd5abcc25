"""Orders inside kernels."""

from __future__ import annotations

from sim.engine.kernels import inline, inner


@inner
def sort_places(order, n, first, second):
    """Sort the first n of `order` by their values in `first`, then in `second`, from low to high.

    A Shell sort, as NumPy's takes seconds to compile.
    """
    gap = n // 2
    while gap > 0:
        for i in range(gap, n):
            moved, j = order[i], i
            while j >= gap:
                k = order[j - gap]
                if first[k] < first[moved] or (first[k] == first[moved] and second[k] <= second[moved]):
                    break
                order[j] = k
                j -= gap
            order[j] = moved
        gap //= 2


@inner
def sort_by(score, order):
    """Fill `order` with the places of `score` (float64) from low to high."""
    for i in range(len(order)):
        order[i] = i
    sort_places(order, len(order), score, score)


@inline
def wrap(k: int, n: int) -> int:
    """k modulo n for 0 <= k < 2 n: lists are walked from a drawn place without a division."""
    return k - n if k >= n else k
