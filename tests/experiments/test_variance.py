"""Parts of a variance against planted ones, a case by hand, and how often intervals hold."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.variance import components, mean_squares, shares

SHAPE = (8, 6, 2)


def made(
    rng: np.random.Generator, shape: tuple[int, int, int], sds: tuple[float, float, float, float]
) -> np.ndarray:
    """Values of planted effects."""
    rows, columns, repeats = shape
    row, column, joint, within = sds
    return (
        row * rng.standard_normal((rows, 1, 1))
        + column * rng.standard_normal((1, columns, 1))
        + joint * rng.standard_normal((rows, columns, 1))
        + within * rng.standard_normal((rows, columns, repeats))
    )


def test_mean_squares_by_hand():
    """Rows 0 and 4 apart, columns alike, repeats 1 apart: means 2, 6; SS row 2 x 2 x (4 + 4) = 32 of 1;
    within each of four cells .5 of 1.
    """
    values = np.array([[[1.5, 2.5], [1.5, 2.5]], [[5.5, 6.5], [5.5, 6.5]]])
    squares, free = mean_squares(values)
    assert squares.tolist() == [32.0, 0.0, 0.0, 0.5] and free.tolist() == [1, 1, 1, 4]
    assert components(squares, (2, 2, 2)).tolist() == [8.0, 0.0, 0.0, 0.5]
    assert abs(shares(values).rows.share - 8 / 8.5) < 1e-12


def test_planted_parts_are_found():
    """Of many levels: variances 4, 1, .25 and 1 are 64, 16, 4 and 16 percent."""
    found = shares(made(np.random.default_rng(1), (300, 300, 2), (2.0, 1.0, 0.5, 1.0)))
    assert np.allclose([one.share for one in found], [0.64, 0.16, 0.04, 0.16], atol=0.05)


def test_intervals_hold_as_often_as_they_say():
    """95 % intervals of 200 planted sets hold each part in 88 % at least: below by chance in 1 of 10,000."""
    truth = np.array([4.0, 1.0, 0.25, 1.0]) / 6.25
    held = np.zeros(4)
    for seed in range(200):
        found = shares(made(np.random.default_rng(seed), SHAPE, (2.0, 1.0, 0.5, 1.0)))
        held += [one.low <= part <= one.high for one, part in zip(found, truth, strict=True)]
    assert (held >= 176).all(), held


@pytest.mark.parametrize("cause", [0, 1, 3])
def test_a_cause_that_is_alone_makes_nearly_all(cause):
    sds = tuple(3.0 if at == cause else 1e-6 for at in range(4))
    parts = shares(made(np.random.default_rng(2), SHAPE, sds))
    assert parts[cause].share > 0.9


def test_what_never_varies_has_no_parts():
    assert all(np.isnan(one.share) for one in shares(np.ones(SHAPE)))
