"""Comparisons with the best: how often an equal arm is told from it, how often a better one is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special

from experiments.ranking import largest_t, rank


def seeds_by_arms(count: int, arms: int, shared: float, study: int, better: float = 0.0) -> pd.DataFrame:
    """Normal values around 100 with a part of the variance shared by a seed; the first arm is better."""
    random = np.random.default_rng([study, count, arms])
    own, seed = random.standard_normal((count, arms)), random.standard_normal((count, 1))
    values = 100.0 + np.sqrt(1 - shared) * own + np.sqrt(shared) * seed
    values[:, 0] += better
    return pd.DataFrame(values)


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0.0, 0.7])
def test_of_35_equal_arms_one_is_excluded_in_seven_studies_of_a_hundred_at_most(
    shared: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 studies of 20 seeds at a rate of 5 %: more than 14 come up once in twelve such tests of 200."""
    monkeypatch.setattr("experiments.ranking.PART", 0.0)
    excluded = sum(rank(seeds_by_arms(20, 35, shared, study), False).tied < 34 for study in range(200))
    assert excluded <= 14


def test_a_much_better_arm_is_found_and_told_from_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """By 2.8 standard deviations of a paired difference, over 20 seeds: t = 12.5 against a bound near 5."""
    monkeypatch.setattr("experiments.ranking.PART", 0.0)
    for study in range(10):
        found = rank(seeds_by_arms(20, 35, 0.0, study, better=4.0), False)
        assert (found.best, found.tied) == (0, 0) and (found.upper.drop(0) < 0).all()


def test_two_arms_are_a_paired_t_test() -> None:
    """The largest of one |t| has the quantile of Student's t, known to a twentieth by 999 sign changes."""
    bounds = [largest_t(seeds_by_arms(20, 2, 0.5, study).to_numpy()) for study in range(20)]
    assert np.mean(bounds) == pytest.approx(special.stdtrit(19, 0.975), rel=0.05)


def test_a_difference_within_the_zone_is_none_however_sure() -> None:
    """Five points of a share, 5 % of the best mean otherwise; what lies beyond is told apart."""
    noise = np.random.default_rng(1).normal(0, 1e-4, (12, 3))
    shares = pd.DataFrame(noise + np.array([0.50, 0.46, 0.44]), columns=["a", "b", "c"])
    assert [name for name, high in rank(shares, True).upper.items() if high < 0] == ["c"]
    years = pd.DataFrame(100 * noise + np.array([200.0, 191.0, 189.0]), columns=["a", "b", "c"])
    assert [name for name, high in rank(years, False).upper.items() if high < 0] == ["c"]


def test_two_seeds_tell_nothing_apart_and_lost_runs_leave_their_seed_out() -> None:
    wide = pd.DataFrame({"a": [9.0, 9.1, 9.0, 9.2], "b": [1.0, 1.1, 1.2, np.nan]})
    assert rank(wide.head(2), False).tied == 1
    assert rank(wide, False).tied == 0


def test_the_order_of_arms_does_not_move_the_bound() -> None:
    values = seeds_by_arms(20, 7, 0.3, 5).to_numpy()
    assert largest_t(values) == pytest.approx(largest_t(values[:, ::-1].copy()), rel=1e-9)
