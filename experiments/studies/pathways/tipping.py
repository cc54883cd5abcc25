"""When an action stops being enough: the month from which too many counties stay below the target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SETTLED = 12  # months below the target before the end without which a fall is not told from a dip
BOOTSTRAPS = 2_000
CLOSE = 1e-9  # shares of whole villages are exact to so much


class Tip(NamedTuple):
    """Month (0 is the first) from which an action is no longer enough, and its interval; `never`: the months
    of the horizon, beyond which nothing is known.
    """

    month: int
    low: int
    high: int
    never: int


def left(shares: np.ndarray, target: float) -> np.ndarray:
    """(counties,): first month from which each of (counties, months) `shares` stays below `target`.

    0 where it never reaches it; the number of months where it does in the last `SETTLED` of them.
    """
    months = shares.shape[1]
    reached = shares >= target - CLOSE
    after = np.where(reached.any(axis=1), months - reached[:, ::-1].argmax(axis=1), 0)
    return np.where((after > months - SETTLED) & (after > 0), months, after)


def first_too_few(tips: np.ndarray, sure: float) -> np.ndarray:
    """First month in which fewer than `sure` of counties have not tipped, over the last axis of `tips`.

    Counties that have not tipped become fewer each time one does: it is the month of the one after which too
    few are left.
    """
    count = tips.shape[-1]
    may_tip = int(np.floor((1.0 - sure) * count + CLOSE))
    return np.asarray(np.sort(tips, axis=-1)[..., min(may_tip, count - 1)])


def later(one: np.ndarray, other: np.ndarray, target: float, sure: float, seed: int) -> tuple[int, int]:
    """95 % interval of the months by which one action tips later than another, on the same counties.

    Both are (counties, months); an action that never tips counts as tipping where the horizon ends.
    """
    tips = np.array([left(one, target), left(other, target)])
    picked = np.random.default_rng(seed).integers(tips.shape[1], size=(BOOTSTRAPS, tips.shape[1]))
    differences = np.subtract(*first_too_few(tips[:, picked], sure))
    low, high = np.quantile(differences, (0.025, 0.975), method="inverted_cdf")
    return int(low), int(high)


def tip(shares: np.ndarray, target: float, sure: float, seed: int) -> Tip:
    """Of an action with (counties, months) `shares`; 95 % interval over whole counties (percentiles)."""
    tips = left(shares, target)
    random = np.random.default_rng(seed)
    picked = tips[random.integers(len(tips), size=(BOOTSTRAPS, len(tips)))]
    low, high = np.quantile(first_too_few(picked, sure), (0.025, 0.975), method="inverted_cdf")
    return Tip(int(first_too_few(tips, sure)), int(low), int(high), shares.shape[1])


def carried(is_open: np.ndarray, suspended: np.ndarray) -> np.ndarray:
    """(months, villages): open, or as in the last month that counts where epidemic or flood shut the door."""
    found = is_open.copy()
    for month in range(1, len(found)):
        found[month] = np.where(suspended[month], found[month - 1], is_open[month])
    return found
