"""Emulators on functions that are known: mean, noise, honest errors."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from experiments.command.settings import Mistake
from experiments.evidence import emulator, history

NOISE = 0.1


def truth(points):
    """A trend in the first input, a wave in the second; the third does nothing."""
    return 2 * points[:, 0] + np.sin(3 * points[:, 1])


@pytest.fixture(scope="module")
def fitted():
    points = history.filling(3, 256, 1)
    values = truth(points) + NOISE * np.random.default_rng(2).standard_normal(len(points))
    values[:5] = np.nan  # runs that showed nothing
    return emulator.fit(points, values, [0, 1], 3)


def test_the_mean_is_near_the_truth(fitted):
    """256 runs with deviation .1 leave an error of some hundredths where ten numbers are learnt of them."""
    new = history.filling(3, 512, 9)
    mean, variance = fitted.at(new)
    assert np.sqrt(np.mean((mean - truth(new)) ** 2)) < 0.05
    assert (variance > 0).all() and np.sqrt(variance.mean()) < 0.06


def test_the_noise_of_a_run_is_told_from_the_rest(fitted):
    """Its deviation is .1; of 250 runs a variance is known within 9 %: five of these deviations."""
    assert 0.55 * NOISE**2 < fitted.noise < 1.45 * NOISE**2


def test_errors_are_as_large_as_they_say(fitted):
    """Nine tenths of new runs lie within 1.645 deviations of emulator and luck; of 512, 423 to 497."""
    new = history.filling(3, 512, 11)
    runs = truth(new) + NOISE * np.random.default_rng(5).standard_normal(len(new))
    mean, variance = fitted.at(new)
    inside = np.abs(runs - mean) < 1.645 * np.sqrt(variance + fitted.noise)
    assert 423 <= inside.sum() <= 497


def test_the_same_points_give_the_same_bytes(fitted):
    points = history.filling(3, 64, 7)
    values = truth(points)
    one, two = (emulator.fit(points, values, [0, 1], 3).at(points) for _ in range(2))
    assert np.array_equal(one[0], two[0]) and np.array_equal(one[1], two[1])


def test_a_pattern_that_hardly_a_run_showed_is_refused():
    values = np.full(64, np.nan)
    values[:19] = 1.0
    with pytest.raises(Mistake, match="seen in 19 runs only"):
        emulator.fit(history.filling(2, 64, 1), values, [0], 1)
