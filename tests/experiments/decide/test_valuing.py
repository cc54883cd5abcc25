"""EVPPI against closed forms, its dummy, its line of chance, and what the numbers are made of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from experiments.decide import valuing
from experiments.decide.valuing import (
    PENALTIES,
    Payoffs,
    basis,
    bound,
    contrasts,
    estimate,
    flattered,
    folds,
    gains,
    penalties,
    standard_error,
    uncontrasted,
    valued,
)

pytest.importorskip("sklearn")


@pytest.fixture(autouse=True)
def one_thread():
    """Of small tables threads make slow work."""
    with pytest.importorskip("threadpoolctl").threadpool_limits(1):
        yield


def two_plans(utility: np.ndarray) -> Payoffs:
    """No station, and a plan that costs nothing."""
    added = np.stack([np.zeros(len(utility)), utility], axis=1)
    return Payoffs(("no station", "plan"), added, np.zeros_like(added), np.arange(len(utility)))


def linear(seed: int, draws: int, slope: float = 2.0, mean: float = -0.5, luck: float = 3.0):
    """Utility mean + slope x known + luck, both standard normal."""
    rng = np.random.default_rng(seed)
    known = rng.standard_normal((draws, 3))
    return known, two_plans(mean + slope * known[:, 0] + luck * rng.standard_normal(draws))


def closed_form(slope: float, mean: float) -> float:
    """E max(0, m + s x) - max(0, m) = m Phi(m / s) + s phi(m / s) - max(0, m) for a standard normal x."""
    return mean * norm.cdf(mean / slope) + slope * norm.pdf(mean / slope) - max(mean, 0.0)


@pytest.mark.parametrize("mean", [-0.5, 0.0, 1.0])
def test_a_linear_gaussian_choice_is_worth_what_the_closed_form_says(mean):
    """Forty studies of 400 draws: the mean of forty has the error of one over 6.3; three of them are allowed
    (0.3 %), and a tenth for what 320 draws cannot learn.
    """
    studies = [linear(seed, 400, mean=mean) for seed in range(40)]
    found = [gains(basis(known[:, :1]), plans, [1.0], 5).mean() for known, plans in studies]
    true, error = closed_form(2.0, mean), np.std(found) / np.sqrt(40)
    assert -3 * error - 0.1 * true < np.mean(found) - true < 3 * error
    assert true > 0.3  # so that an estimate of nothing would be seen


@pytest.mark.slow
def test_the_interval_holds_the_closed_form_as_often_as_it_says():
    """Of 100 intervals of two errors 95 are asked; fewer than 86 has a chance of 1 in 5,000."""
    true, inside = closed_form(2.0, -0.5), 0
    for seed in range(100):
        known, plans = linear(1_000 + seed, 300)
        mean, error = estimate(gains(basis(known[:, :1]), plans, [1.0], seed)[0], plans.groups)
        inside += abs(mean - true) < 2 * error
    assert inside >= 86


@pytest.mark.slow
def test_a_dummy_lies_within_two_standard_errors_of_zero():
    """A random column, in 100 studies of close plans.

    By chance 5 of 100 lie beyond, and more than 12 with a chance of 1 in 700; above 3 of 100, more than 8
    with a chance of 1 in 300.
    """
    beyond = above = 0
    for seed in range(100):
        known, plans = linear(2_000 + seed, 200, slope=1.0, mean=0.0)
        mean, error = estimate(gains(basis(known[:, 2:]), plans, [1.0], seed)[0], plans.groups)
        beyond += abs(mean) > 2 * error
        above += mean > 2 * error
    assert beyond <= 12 and above <= 8


def test_one_fit_on_all_draws_flatters_and_held_out_draws_do_not():
    """Twelve idle columns among 120 draws: the truth is nought."""
    naive, held = [], []
    for seed in range(20):
        rng = np.random.default_rng(3_000 + seed)
        known, plans = rng.random((120, 12)), two_plans(rng.standard_normal(120))
        naive.append(flattered(basis(known), plans, [1.0])[0])
        held.append(gains(basis(known), plans, [1.0], seed).mean())
    assert min(naive) > -1e-9 and np.mean(naive) > 0.005 > np.mean(held)


def test_a_plan_that_always_wins_leaves_nothing_to_learn():
    known, plans = linear(4, 200, mean=50.0)
    assert np.all(gains(basis(known), plans, [1.0], 4) == 0)
    assert bound(plans.utility(1.0)) == pytest.approx(0.0, abs=1e-9)


def test_the_bound_and_the_utility_by_hand():
    """Two draws: plan worth 4 - 6,000 / 3,000 = 2 and 1 - 2 = -1; best of each 2 and 0, best mean 0.5."""
    added, public = np.array([[0.0, 4.0], [0.0, 1.0]]), np.array([[0.0, 6000.0], [0.0, 6000.0]])
    plans = Payoffs(("no station", "plan"), added, public, np.arange(2))
    assert plans.utility(3000.0).tolist() == [[0.0, 2.0], [0.0, -1.0]]
    assert bound(plans.utility(3000.0)) == pytest.approx(1.0 - 0.5)


def test_the_standard_error_counts_draws_of_one_group_once():
    """Sums of deviations by group -2 and 2: the root of 8 over 4; apart the root of 4 over 4."""
    values = np.array([0.0, 0.0, 2.0, 2.0])
    assert standard_error(values, np.array([1, 1, 2, 2])) == pytest.approx(np.sqrt(8) / 4)
    assert standard_error(values, np.arange(4)) == pytest.approx(np.sqrt(4) / 4)


def test_draws_that_share_their_values_stay_in_one_fold():
    groups = np.repeat(np.arange(50), 3)
    fold = folds(groups, [1])
    assert all(len(set(fold[groups == one])) == 1 for one in range(50))
    assert set(fold) == set(range(valuing.FOLDS))


def test_contrasts_come_back_as_they_were():
    table = np.array([[0.0, 1.0, 5.0], [0.0, 2.0, -4.0]])
    assert contrasts(table).tolist() == [[3.0, -2.0, 2.0], [-1.0, 3.0, -3.0]]
    assert uncontrasted(contrasts(table)).tolist() == table.tolist()


def test_a_fit_that_is_hardly_better_than_the_mean_is_not_acted_on():
    """Squared errors of two draws, by target and penalty.

    Gains over the mean 4, 4 (sure) and 8, 0 (4 is no more than its standard error of 4).
    """
    errors = np.full((2, 2, len(PENALTIES)), 10.0)
    errors[:, 0, 3] = [6.0, 6.0]
    errors[:, 1, 3] = [2.0, 10.0]
    assert penalties(errors).tolist() == [PENALTIES[3], PENALTIES[-1]]


def test_what_decides_is_found_among_idle_groups_and_idle_groups_are_not():
    known, plans = linear(6, 300, slope=3.0, mean=-0.5)
    rng = np.random.default_rng(6)
    columns = {"idle": rng.random((300, 4)), "decides": known[:, :1], "other": known[:, 1:]}
    (found,) = valued(columns, plans, [1.0], 6, idle=5)
    assert [one.name for one in found.beyond] == ["decides"]
    assert found.values[0].name == "decides" and found.values[0].count == 1
    assert abs(found.dummy.mean) <= 2 * found.dummy.error
    assert found.bound > found.values[0].mean > found.line
    assert found.everything.count == 7


def test_where_nothing_decides_nothing_is_told():
    rng = np.random.default_rng(8)
    columns = {f"idle {place}": rng.random((200, 3)) for place in range(4)}
    (found,) = valued(columns, two_plans(rng.standard_normal(200)), [1.0], 8, idle=5)
    assert found.beyond == ()
