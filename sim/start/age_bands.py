"""Elders of a village by age and sex, as counted in bands: shares of the groups that the model starts from.

A band is a column such as `men_60_69`, `women_80` (80 and over) or `all_70_79`. What is counted is met by
proportional fitting of the county's shares; what is not keeps their proportions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

NAME = re.compile(r"(all|men|women)_([0-9]{2,3})(?:_([0-9]{2,3}))?")
SEXES = {"all": (0, 1), "men": (0,), "women": (1,)}  # columns of the shares
FIRST, GROUP, GROUPS = 60, 5, 9  # years of the youngest group, of a group, groups (the last is 100 and over)
STEPS = 60  # of fitting
ALLOWED = "ages in groups of five years from 60 on, such as 60_64, 60_69 or 80 (and over)"


class Band(NamedTuple):
    """Whom a column counts: places of age groups from `low` up to before `high`, sexes."""

    name: str
    low: int
    high: int
    sexes: tuple[int, ...]


def band_of(name: str) -> Band | None:
    """The band that a column names, or None where it names none."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    first, last = int(found[2]), int(found[3]) if found[3] else FIRST + GROUP * GROUPS - 1
    low, high = (first - FIRST) // GROUP, (last + 1 - FIRST) // GROUP
    whole = (first - FIRST) % GROUP == 0 and (last + 1 - FIRST) % GROUP == 0
    return Band(name, low, high, SEXES[found[1]]) if whole and 0 <= low < high <= GROUPS else None


def fitted(shares: np.ndarray, counts: Mapping[Band, float]) -> tuple[np.ndarray, np.ndarray]:
    """Elders whom bands count (9 groups x 2 sexes, zero elsewhere), and where they count.

    `shares` (9 x 2) are the county's, whose proportions are kept inside a band; `counts` band -> persons, NaN
    where unknown. Bands that contradict each other end between.
    """
    known = {band: count for band, count in counts.items() if not np.isnan(count)}
    counted = np.zeros(shares.shape, bool)
    for band in known:
        counted[band.low : band.high, band.sexes] = True
    found = np.where(counted, shares, 0.0)
    for _ in range(STEPS):
        for band, count in known.items():
            cells = found[band.low : band.high, band.sexes]
            found[band.low : band.high, band.sexes] = cells * (count / max(cells.sum(), 1e-12))
    return found, counted


def completed(shares: np.ndarray, counts: Mapping[Band, float], elders: float) -> np.ndarray:
    """Elders (9 x 2) of a village of so many, of whom bands count some.

    The rest of `elders` is spread over those whom no band counts by `shares`.
    """
    found, counted = fitted(shares, counts)
    rest = np.where(counted, 0.0, shares)
    left = max(elders - found.sum(), 0.0)
    return found + rest * (left / rest.sum()) if rest.sum() > 0 else found


def covered(counts: Mapping[Band, np.ndarray]) -> np.ndarray:
    """(villages) whether bands count every elder of a village."""
    villages = len(next(iter(counts.values())))
    seen = np.zeros((villages, GROUPS, 2), bool)
    for band, column in counts.items():
        known = ~np.isnan(column)
        for sex in band.sexes:
            seen[known, band.low : band.high, sex] = True
    return np.asarray(seen.all(axis=(1, 2)))
