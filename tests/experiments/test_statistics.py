"""Intervals of shares: by hand, by their properties, by simulated coverage; whether there are enough
replications.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.statistics import half, interval, luck_share, replications, stable_from

SHARE = st.floats(0.0, 1.0, allow_nan=False)
SAMPLE = st.lists(st.tuples(SHARE, SHARE), min_size=2, max_size=40)


# -- by hand
# -----------------------------------------------------------------------------------------------------------
def test_one_success_never_makes_a_share_surer_than_none() -> None:
    """20 seeds without a hit: 1 - 0.025 ** (1 / 20) = 16.8 %; one village in twenty of one seed leaves
    that bound where it is.
    """
    never, once = interval(np.zeros(20)), interval(np.array([0.05] + [0.0] * 19))
    assert never.low == once.low == 0.0
    assert math.isclose(never.high, 1 - 0.025 ** (1 / 20)) and once.high == never.high


def test_shares_of_nought_and_one_hold_what_clopper_and_pearson_hold() -> None:
    """Published 95 % limits: 1 of 20 is 0.1 to 24.9 %, 5 of 20 is 8.7 to 49.1 %, 10 of 10 is 69.2 to 100
    %.
    """
    for hits, n, low, high in ((1, 20, 0.0013, 0.2487), (5, 20, 0.0866, 0.4910), (10, 10, 0.6915, 1.0)):
        e = interval(np.array([1.0] * hits + [0.0] * (n - hits)))
        assert e.low <= low + 1e-4 and e.high >= high - 1e-4


def test_in_the_middle_the_interval_is_little_wider_than_students_t() -> None:
    """0.45, 0.55 ten times each: sd 0.0513, t(19) / sqrt 20 = 0.4680, half 0.0240. With one 0.45 at nought:
    mean 9.55 / 20,
    sum of squares 4.8475, sd 0.12299, upper end 0.4775 + 0.0576 = 0.5351, which is the highest."""
    x = np.array([0.45, 0.55] * 10)
    e = interval(x)
    assert math.isclose(e.high, 0.5351, abs_tol=1e-4) and math.isclose(e.low, 0.4649, abs_tol=1e-4)
    assert math.isclose(interval(x, bounded=False).high, 0.5240, abs_tol=1e-4)


def test_differences_keep_students_t() -> None:
    """-0.1, 0, 0.1: sd 0.1, t(2) 4.302653; a difference that is nought in all seeds has no width."""
    assert math.isclose(
        interval(np.array([-0.1, 0.0, 0.1]), bounded=False).high, 4.302653 * 0.1 / math.sqrt(3), abs_tol=1e-6
    )
    assert interval(np.zeros(5), bounded=False)[:3] == (0.0, 0.0, 0.0)


def test_a_single_seed_tells_nothing_and_none_still_less() -> None:
    assert interval(np.array([0.3]))[:3] == (0.3, 0.0, 1.0)
    assert interval(np.array([np.nan])).n == 0 and math.isnan(interval(np.array([])).mean)


# -- properties
# --------------------------------------------------------------------------------------------------------
@given(SAMPLE)
@settings(max_examples=300, deadline=None)
def test_more_or_larger_hits_never_lower_a_bound(pairs: list[tuple[float, float]]) -> None:
    less, more = (interval(np.array([f(p) for p in pairs])) for f in (min, max))
    assert more.high >= less.high - 1e-9 and more.low >= less.low - 1e-9


@given(st.lists(SHARE, min_size=2, max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_share_lies_in_its_interval_which_lies_in_the_scale_and_mirrors(values: list[float]) -> None:
    x = np.array(values)
    e, mirrored = interval(x), interval(1 - x)
    assert 0 <= e.low <= e.mean <= e.high <= 1
    assert e.low == pytest.approx(1 - mirrored.high, abs=1e-9) and e.high == pytest.approx(
        1 - mirrored.low, abs=1e-9
    )
    assert e.high - e.low >= 1 - 0.025 ** (1 / len(x)) - 1e-9 or (
        e.high < 1 and e.low > 0
    )  # never narrow at an end


# -- coverage
# ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("n", [5, 8, 20])
@pytest.mark.parametrize("p", [0.02, 0.1, 0.3])
def test_coverage_of_hits_is_at_least_what_is_stated(n: int, p: float) -> None:
    """3,000 samples of hits or none.

    Misses at most 5 % and four standard errors (0.4 points), so that a right method fails 1 time in 30,000.
    """
    rng = np.random.default_rng(7)
    found = [interval((rng.random(n) < p).astype(float)) for _ in range(3_000)]
    assert np.mean([not e.low <= p <= e.high for e in found]) < 0.05 + 4 * 0.004


@pytest.mark.parametrize("p", [0.02, 0.1, 0.5])
def test_coverage_of_counties_whose_villages_share_luck(p: float) -> None:
    """12 villages a seed, their chance Beta(2p, 2 - 2p): rare and clustered. Student's t alone misses 18 % at
    p = 0.1; here at most 6 % (5 % nominal; t misses 5.3 % in the middle) and four standard errors, so that
    a right method fails 1 time in 30,000."""
    rng = np.random.default_rng(8)
    found = [interval(rng.binomial(12, rng.beta(2 * p, 2 - 2 * p, 8)) / 12) for _ in range(3_000)]
    assert np.mean([not e.low <= p <= e.high for e in found]) < 0.06 + 4 * 0.0043


# -- replications
# ------------------------------------------------------------------------------------------------------
def test_the_half_width_is_the_wider_side() -> None:
    e = interval(np.zeros(20))
    assert half(e) == e.high and math.isclose(
        half(e), 0.16843, abs_tol=1e-5
    )  # not half of it: the truth may be as far as that


def test_replications_by_hand() -> None:
    """1, 2, 3: sd 1 over mean 2; a constant has c_v 0; nought has no c_v."""
    r = replications(np.array([1.0, 2.0, 3.0]), bounded=False)
    assert (r.seeds, r.cv) == (3, 0.5) and math.isclose(r.half, 4.302653 / math.sqrt(3), abs_tol=1e-5)
    assert replications(np.full(9, 0.5)).cv == 0.0 and math.isnan(replications(np.zeros(9)).cv)
    assert replications(np.array([0.5, np.nan, 0.5])).seeds == 2


def test_the_coefficient_of_variation_settles_where_more_seeds_change_little() -> None:
    assert (
        stable_from(np.array([1.0, 2.0] * 30)) == 4
    )  # c_v is 0.471, 0.433, 0.385, 0.391 ... 0.336: within 0.05 from four on
    assert stable_from(np.array([1.0] * 20 + [9.0])) == 0  # the last seed upsets it
    assert stable_from(np.zeros(10)) == 0  # no mean, no c_v


# -- luck against parameters
# ------------------------------------------------------------------------------------------------------------
def test_the_share_of_luck_by_hand() -> None:
    """Means 2, 12, 22 and 2 lucks: between 2 x 100 = 200, within 2, F = 100, luck 2 / (100 + 1).

    F of 2 and 3 degrees: 2.5 % lies at 1 / 39.1655 (the 97.5 % of 3 and 2, printed in tables), 97.5 % at
    16.0441. So from 2 / (3916.55 + 1) to 2 / (6.2328 + 1).
    """
    found = luck_share(np.array([[1.0, 3.0], [11.0, 13.0], [21.0, 23.0]]))
    assert math.isclose(found.share, 2 / 101)
    assert math.isclose(found.low, 2 / 3917.55, rel_tol=1e-4)
    assert math.isclose(found.high, 2 / 7.2328, rel_tol=1e-4)
    assert found[3:] == (3, 2)


def test_luck_is_no_more_than_all_and_no_less_than_nothing() -> None:
    alike = luck_share(np.array([[1.0, 3.0], [3.0, 1.0], [1.0, 3.0]]))  # draws do not differ at all
    assert alike.share == alike.high == 1.0
    assert luck_share(np.array([[1.0, 1.0], [2.0, 2.0], [5.0, 5.0]]))[:3] == (0.0, 0.0, 0.0)
    for nothing in (np.ones((4, 3)), np.ones((1, 3)), np.ones((4, 1)), np.ones((0, 0))):
        assert math.isnan(luck_share(nothing).share)


@pytest.mark.parametrize("luck", [0.2, 0.5, 0.9])
def test_intervals_of_the_share_of_luck_cover_it(luck: float) -> None:
    """15 draws x 4 lucks, normal: 95 % of 2,000 studies, +- 4.5 errors of 0.5 % (7 in a million)."""
    rng, hit = np.random.default_rng(3), 0
    for _ in range(2000):
        effect = math.sqrt(1 - luck) * rng.standard_normal((15, 1))
        found = luck_share(effect + math.sqrt(luck) * rng.standard_normal((15, 4)))
        hit += found.low <= luck <= found.high
    assert abs(hit / 2000 - 0.95) < 4.5 * math.sqrt(0.95 * 0.05 / 2000)
