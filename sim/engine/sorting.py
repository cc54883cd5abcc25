"""Orders inside kernels."""

from __future__ import annotations

from sim.engine.kernels import inline, inner


@inner
def sort_places(order, count, first, second):
    """Sort the first n of `order` by their values in `first`, then in `second`, from low to high.

    A Shell sort, as NumPy's takes seconds to compile.
    """
    gap = count // 2
    while gap > 0:
        for place in range(gap, count):
            moved, at = order[place], place
            while at >= gap:
                before = order[at - gap]
                if first[before] < first[moved] or (
                    first[before] == first[moved] and second[before] <= second[moved]
                ):
                    break
                order[at] = before
                at -= gap
            order[at] = moved
        gap //= 2


@inner
def sort_by(score, order):
    """Fill `order` with the places of `score` (float64) from low to high."""
    for place in range(len(order)):
        order[place] = place
    sort_places(order, len(order), score, score)


@inline
def wrap(place: int, count: int) -> int:
    """k modulo n for 0 <= k < 2 n: lists are walked from a drawn place without a division."""
    return place - count if place >= count else place
