"""The least factor at which enough counties meet a target, from counties that each do or do not.

What is asked: the least factor at which the chance that a county meets the target is `sure` or more. The
chance is taken not to fall with the factor (tallies are smoothed so), and `falls` says where it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import special

from ...statistics import LEVEL

NEAR = 1.25  # factors no further apart are not told apart by another one between
LEAST = 0.125  # nor is anything between nought and this
Met = Mapping[float, np.ndarray]  # factor -> whether each county meets the target, by seed


class Root(NamedTuple):
    """The least factor that does, and the one before it that does not.

    None: no factor does, or the first does. Between `low` and `high` the root lies at 95 %; `low` None: it
    may be the first; `high` None: it may lie beyond the most.
    """

    factor: float | None
    below: float | None
    low: float | None
    high: float | None


class Fall(NamedTuple):
    """Neighbouring factors of which the larger meets less often, and the chance of that by luck."""

    low: float
    high: float
    lost: int
    won: int
    p: float


def bounds(met: int, count: int) -> tuple[float, float]:
    """95 % interval of a chance (Clopper and Pearson 1934) from `met` of `count`."""
    tail = (1 - LEVEL) / 2
    low = float(special.betaincinv(met, count - met + 1, tail)) if met else 0.0
    high = float(special.betaincinv(met + 1, count - met, 1 - tail)) if met < count else 1.0
    return low, high


def smoothed(shares: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The closest shares that never fall (pooled neighbours)."""
    pools: list[list[float]] = []  # mean, weight, how many
    for share, weight in zip(shares, weights, strict=True):
        pools.append([share, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, heavy, count = pools.pop()
            before = pools[-1]
            total = before[1] + heavy
            pools[-1] = [(before[0] * before[1] + mean * heavy) / total, total, before[2] + count]
    return [mean for mean, _, count in pools for _ in range(int(count))]


def bracket(met: Met, sure: float) -> tuple[float | None, float | None]:
    """The last factor that fails and the first that does; None where there is none such."""
    factors = sorted(met)
    even = smoothed([float(met[one].mean()) for one in factors], [len(met[one]) for one in factors])
    does = [one for one, share in zip(factors, even, strict=True) if share >= sure - 1e-9]
    fails = [one for one in factors if one not in does]
    return (fails[-1] if fails else None), (does[0] if does else None)


def root(met: Met, sure: float) -> Root:
    """The root among the factors tried, and where it lies: what is told from `sure` bounds it."""
    below, first = bracket(met, sure)
    told_less = [one for one in met if bounds(int(met[one].sum()), len(met[one]))[1] < sure]
    told_more = [one for one in met if bounds(int(met[one].sum()), len(met[one]))[0] >= sure]
    return Root(first, below, max(told_less, default=None), min(told_more, default=None))


def between(low: float, high: float) -> float | None:
    """The factor in the middle, or None where it would tell nothing."""
    if high <= LEAST or (low > 0 and high <= NEAR * low):
        return None
    return math.sqrt(low * high) if low > 0 else high / 2


def wanted(met: Met, sure: float, seeds: int) -> dict[float, int]:
    """What to try next: the middle of the bracket and its ends, on so many seeds."""
    low, high = bracket(met, sure)
    ends = [one for one in (low, high) if one is not None]
    middle = between(low, high) if low is not None and high is not None else None
    return dict.fromkeys([*ends, *([] if middle is None else [middle])], seeds)


def falls(met: Met) -> list[Fall]:
    """Where the larger of two neighbouring factors does in fewer of the same counties.

    A fall is one that a sign test over the counties that differ finds (5 %, shared by all pairs).
    """
    found, pairs = [], list(pairwise(sorted(met)))
    for low, high in pairs:
        count = min(len(met[low]), len(met[high]))
        before, after = met[low][:count], met[high][:count]
        lost, won = int((before & ~after).sum()), int((after & ~before).sum())
        if lost > won:
            chance = float(special.bdtr(won, lost + won, 0.5))
            if chance < (1 - LEVEL) / len(pairs):
                found.append(Fall(low, high, lost, won, chance))
    return found


def within(money: Mapping[float, float], most: float) -> tuple[float | None, float | None]:
    """The largest factor that costs no more than `most`, and the next one, which costs more."""
    factors = sorted(money)
    inside = [one for one in factors if money[one] <= most]
    outside = [one for one in factors if money[one] > most and (not inside or one > inside[-1])]
    return (inside[-1] if inside else None), (outside[0] if outside else None)


class Offer(NamedTuple):
    """A mix at a factor: what it costs and what it reaches, a village and year."""

    mix: str
    factor: float
    money: float
    reached: float


def best(offers: Sequence[Offer], most: float) -> Offer | None:
    """The offer that reaches most for no more than `most`; of equals the cheapest; None where none is."""
    fit = [one for one in offers if one.money <= most]
    return max(fit, key=lambda one: (one.reached, -one.money), default=None)
