"""History matching against numbers worked by hand."""

import math

import numpy as np
import pytest

from experiments.evidence import history

OBSERVED, ALLOWED = np.array([0.2, 3.0]), np.array([0.01, 1.0])


def test_implausibility_by_hand():
    """.5 from .2 with variances .08 and .01: .3 / .3 = 1; 3 from 3: nothing; 7 with 3 + 1: 4 / 2."""
    mean, variance = np.array([[0.5, 3.0], [0.2, 7.0]]), np.array([[0.08, 0.0], [0.0, 3.0]])
    assert history.implausibility(mean, variance, OBSERVED, ALLOWED) == pytest.approx(
        np.array([[1.0, 0.0], [0.0, 2.0]])
    )


def test_a_point_goes_by_its_second_largest_implausibility():
    far = np.array([[9.0, 1.0, 2.0], [3.5, 3.1, 0.0], [9.0, 9.0, 9.0], [0.0, 0.0, 3.0]])
    assert history.second_largest(far).tolist() == [2.0, 3.1, 9.0, 0.0]
    assert history.kept(far).tolist() == [True, False, False, True]
    assert history.second_largest(np.array([[4.0], [2.0]])).tolist() == [4.0, 2.0]  # one pattern: its own


def test_log_likelihood_is_that_of_normal_errors():
    """Differences of two points: -(d1^2 - d2^2) / 2 at the same variance; ln of the variance otherwise."""
    zero = np.zeros((2, 1))
    at = history.log_likelihood(np.array([[1.0], [3.0]]), zero, np.array([1.0]), np.array([4.0]))
    assert at[0] - at[1] == pytest.approx(0.5)
    wide = history.log_likelihood(
        np.array([[1.0], [1.0]]), np.array([[0.0], [12.0]]), np.array([1.0]), np.array([4.0])
    )
    assert wide[0] - wide[1] == pytest.approx(0.5 * math.log(4))


def test_weights_and_what_they_are_worth_by_hand():
    found = history.weights(np.log([1.0, 3.0]) + 700.0)  # no overflow
    assert found == pytest.approx([0.25, 0.75])
    assert history.effective(found) == pytest.approx(1 / (0.0625 + 0.5625))
    assert history.effective(np.full(8, 0.125)) == pytest.approx(8.0)
    assert history.weights(np.full(3, -np.inf)).tolist() == [0, 0, 0] and history.effective(np.zeros(3)) == 0


def test_a_systematic_sample_takes_each_as_often_as_its_weight():
    taken = history.resampled(np.array([0.5, 0.25, 0.25, 0.0]), 400, 1)
    assert taken.tolist() == [200, 100, 100, 0]
    assert history.resampled(np.array([0.1, 0.9]), 3, 5).sum() == 3


def test_filling_points_are_even_and_repeat():
    points = history.filling(3, 100, 4)
    assert points.shape == (128, 3) and np.array_equal(points, history.filling(3, 100, 4))
    halves = (points < 0.5).sum(axis=0)
    assert halves.tolist() == [64, 64, 64]  # a net of base 2
    assert not np.array_equal(points, history.filling(3, 100, 5))


def test_points_are_spread_out():
    line = np.array([[0.0], [0.1], [0.5], [0.9], [1.0]])
    chosen = history.spread_out(line, 3, among=np.array([[0.0]]))
    assert sorted(line[chosen, 0].tolist()) == [0.0, 0.5, 1.0] or sorted(line[chosen, 0].tolist()) == [
        0.1,
        0.5,
        1.0,
    ]
    assert history.spread_out(line, 9).tolist() == [0, 1, 2, 3, 4]  # all, where there are no more


def test_points_around_others_stay_in_the_cube():
    near = history.around(np.array([[0.01, 0.99], [0.02, 0.98]]), 500, 3)
    assert near.min() >= 0 and near.max() <= 1
    assert abs(near[:, 0].mean() - 0.015) < 0.01 and abs(near[:, 1].mean() - 0.985) < 0.01
