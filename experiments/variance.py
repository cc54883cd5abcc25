"""How much of a spread three causes make: rows and columns that are crossed, and what differs within.

Two-way random effects, balanced (Searle, Casella and McCulloch 1992, Variance Components, chapter 4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .statistics import LEVEL

DRAWS = 4_000  # of an interval
SEED = 20_260_101


class Share(NamedTuple):
    """Of the variance of one run, with its interval."""

    share: float
    low: float
    high: float


class Shares(NamedTuple):
    """What each cause makes of the variance of one run; `together`: rows and columns jointly."""

    rows: Share
    columns: Share
    together: Share
    within: Share


def mean_squares(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean squares of rows, columns, both together and within, and their degrees of freedom.

    `values` (rows, columns, repeats).
    """
    rows, columns, repeats = values.shape
    whole, cells = values.mean(), values.mean(axis=2)
    by_row, by_column = cells.mean(axis=1), cells.mean(axis=0)
    joint = cells - by_row[:, None] - by_column[None, :] + whole
    sums = np.array(
        [
            columns * repeats * ((by_row - whole) ** 2).sum(),
            rows * repeats * ((by_column - whole) ** 2).sum(),
            repeats * (joint**2).sum(),
            ((values - cells[..., None]) ** 2).sum(),
        ]
    )
    free = np.array(
        [rows - 1, columns - 1, (rows - 1) * (columns - 1), rows * columns * (repeats - 1)], float
    )
    return sums / free, free


def components(squares: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Variances by expected mean squares (4, ...), none below nought."""
    rows, columns, repeats = shape
    row, column, joint, within = squares
    found = np.array(
        [
            (row - joint) / (columns * repeats),
            (column - joint) / (rows * repeats),
            (joint - within) / repeats,
            within,
        ]
    )
    return np.maximum(found, 0.0)


def shares(values: np.ndarray) -> Shares:
    """Parts of the variance of one run, from `values` (rows, columns, repeats), each two or more.

    Intervals are generalized ones (Weerahandi 1995, Exact Statistical Methods for Data Analysis): sums of
    squares over chi-square draws stand for what expected mean squares may be. Missing where nothing varies.
    """
    shape = values.shape
    if np.ptp(values) == 0:
        return Shares(*[Share(np.nan, np.nan, np.nan)] * 4)
    squares, free = mean_squares(values)
    rng = np.random.default_rng(SEED)
    may_be = (squares * free)[:, None] / rng.chisquare(free[:, None], (4, DRAWS))
    found, spread = components(squares, shape), components(may_be, shape)
    parts, drawn = found / found.sum(), spread / spread.sum(axis=0)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=1)
    return Shares(*(Share(*map(float, one)) for one in zip(parts, low, high, strict=True)))
