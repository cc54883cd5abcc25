"""The definition of viability on histories written by hand: six classes and each boundary of (a) to (d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from runs import empty_series

import sim
from sim.state.codes import ASKED, ELIGIBLE, FULL, MUTUAL, NEVER, REDUCED, VISITS_ONLY
from sim.viability import CLASSES, class_shares, judge

MONTHS = 60
P = sim.Parameters()


def history(villages: int = 1, months: int = MONTHS) -> Any:
    """Villages in full service from the start, every eligible hour and visit delivered, no debts."""
    s = empty_series(months, villages)
    s.state["level"], s.state["opened"], s.state["cost_average"] = FULL, -1, 1_000
    s.hours[:, :, (ELIGIBLE, ASKED, MUTUAL), 3] = 100
    s.flow["visits_due"][:, :, 2] = s.flow["visits_made"][:, :, 2] = 100
    return s


def open_in(s: Any, month: int, v: int = 0) -> None:
    """Nothing before `month`, full service from then on."""
    s.state["level"][:month, v] = 0
    s.state["opened"][:, v] = NEVER
    s.state["opened"][month:, v] = month
    s.hours[:month, v] = 0
    s.flow["visits_made"][:month, v] = 0


def shut(s: Any, first: int, last: int, v: int = 0) -> None:
    """Closed from `first` to before `last`."""
    s.state["level"][first:last, v] = 0
    s.state["closures"][first:, v] += 1
    s.state["closed_month"][first:, v] = first
    s.hours[first:last, v, MUTUAL] = 0


def verdict(s: Any, parameters: sim.Parameters = P) -> str:
    return CLASSES[judge(s, parameters).classes[0]]


def test_a_village_that_served_all_along_is_viable() -> None:
    assert verdict(history()) == "viable"


def test_a_village_that_never_opened() -> None:
    s = history()
    open_in(s, MONTHS)
    assert verdict(s) == "never_opened"
    s.state["level"][:] = FULL  # an open door without any help is no service
    assert verdict(s) == "never_opened"


@pytest.mark.parametrize("months_in_service, found", [(35, "too_young"), (36, "viable"), (37, "viable")])
def test_a_came_into_service_36_months_earlier(months_in_service: int, found: str) -> None:
    s = history()
    open_in(s, MONTHS - 1 - months_in_service)
    assert verdict(s) == found


def test_a_counts_service_from_the_start_whatever_the_length() -> None:
    assert verdict(history(months=14)) == "viable"


def test_b_closed_and_reopened_is_recovered_not_viable() -> None:
    s = history()
    shut(s, 10, 20)
    assert verdict(s) == "recovered"


def test_b_closed_at_the_end_is_closed() -> None:
    s = history()
    shut(s, MONTHS - 1, MONTHS)
    assert verdict(s) == "closed"


@pytest.mark.parametrize(
    "low, found",
    [
        (range(20, 26), "viable"),
        (range(20, 27), "under_serving"),
        ([20, 22, 24, 30, 35, 40, 43], "under_serving"),  # seven in the 24 months 20 .. 43
        ([20, 22, 24, 30, 35, 40, 44], "viable"),  # the seventh falls out of the window
    ],
)
def test_b_at_most_six_months_below_reduced_meals_in_any_24(low: Any, found: str) -> None:
    s = history()
    s.state["level"][list(low), 0] = VISITS_ONLY
    assert verdict(s) == found


def test_b_reduced_meals_are_not_below_reduced_meals() -> None:
    s = history()
    s.state["level"][:] = REDUCED
    assert verdict(s) == "viable"


@pytest.mark.parametrize("overdue, found", [(3_000, "viable"), (3_001, "under_serving")])
def test_c_overdue_bills_never_exceed_three_months_of_cost(overdue: int, found: str) -> None:
    s = history()
    s.state["bills"][30, 0, 3:] = overdue - 200, 100, 100
    assert verdict(s) == found


def test_c_bills_of_up_to_90_days_do_not_count() -> None:
    s = history()
    s.state["bills"][30, 0, :3] = 1_000_000
    assert verdict(s) == "viable"


@pytest.mark.parametrize("month, found", [(15 + 11, "viable"), (15 + 12, "under_serving")])
def test_c_counts_after_a_grace_of_twelve_months(month: int, found: str) -> None:
    s = history()
    open_in(s, 15)
    s.state["bills"][month, 0, 5] = 10_000
    assert verdict(s) == found


@pytest.mark.parametrize("mutual, found", [(60, "viable"), (59, "under_serving")])
def test_d_delivers_60_percent_of_eligible_hours(mutual: int, found: str) -> None:
    s = history()
    s.hours[-12:, 0, MUTUAL, 3] = mutual
    assert verdict(s) == found


@pytest.mark.parametrize("made, found", [(80, "viable"), (79, "under_serving")])
def test_d_makes_80_percent_of_visits_due(made: int, found: str) -> None:
    s = history()
    s.flow["visits_made"][-12:, 0, 2] = made
    assert verdict(s) == found


@pytest.mark.parametrize(
    "on_time, counted, found", [(80, True, "viable"), (79, True, "under_serving"), (79, False, "viable")]
)
def test_d_may_count_visits_on_time(on_time: int, counted: bool, found: str) -> None:
    """All visits are made; of these so many had their slot of the month."""
    s = history()
    s.flow["visits_on_time"][-12:, 0, 2] = on_time
    p = P.replace({"viability.on_time": counted})
    assert verdict(s, p) == found
    assert judge(s, p).visits_share[0] == (on_time / 100 if counted else 1.0)


def test_d_looks_at_the_last_twelve_months_only() -> None:
    s = history()
    s.hours[:-12, 0, MUTUAL, 3] = 1
    s.flow["visits_made"][:-12] = 0
    assert verdict(s) == "viable"


def test_d_takes_eligible_hours_of_all_residents_not_those_asked() -> None:
    s = history()
    s.hours[-12:, 0, ELIGIBLE, 3] = 200
    v = judge(s, P)
    assert CLASSES[v.classes[0]] == "under_serving"
    assert v.hours_share[0] == 0.5 and v.asked_share[0] == 1.0


def test_nothing_eligible_and_no_visit_due_is_no_failure() -> None:
    s = history()
    s.hours[-12:, 0, (ELIGIBLE, MUTUAL)] = 0
    s.flow["visits_due"][-12:] = s.flow["visits_made"][-12:] = 0
    s.flow["meals"] = 1
    assert verdict(s) == "viable"


@pytest.mark.parametrize(
    "change, path, strict, loose",
    [
        (lambda s: open_in(s, MONTHS - 31), "viability.age", 31, 30),
        (
            lambda s: s.state["level"].__setitem__((slice(20, 24), 0), VISITS_ONLY),
            "viability.low_months",
            3,
            4,
        ),
        (lambda s: s.state["bills"].__setitem__((30, 0, 4), 2_000), "viability.overdue", 1.5, 2.0),
        (lambda s: s.hours.__setitem__((slice(-12, None), 0, MUTUAL, 3), 70), "viability.hours", 0.8, 0.7),
        (
            lambda s: s.flow["visits_made"].__setitem__((slice(-12, None), 0, 2), 90),
            "viability.visits",
            1.0,
            0.9,
        ),
    ],
)
def test_every_threshold_is_a_parameter(change: Callable, path: str, strict: float, loose: float) -> None:
    s = history()
    change(s)
    assert verdict(s, P.replace({path: loose})) == "viable"
    assert verdict(s, P.replace({path: strict})) != "viable"


def mixed() -> Any:
    """One village of each class, in the order of CLASSES."""
    s = history(6)
    s.hours[-12:, 1, MUTUAL] = 0
    s.flow["meals"][:, 1] = 1
    shut(s, 10, 20, 2)
    shut(s, 10, MONTHS, 3)
    open_in(s, MONTHS - 20, 4)
    open_in(s, MONTHS, 5)
    return s


def test_the_six_classes_sum_to_all_villages() -> None:
    assert judge(mixed(), P).classes.tolist() == [0, 1, 2, 3, 4, 5]
    shares = class_shares(mixed(), P)
    assert shares.shape == (MONTHS // 12, 6)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-12)
    assert np.allclose(shares[-1], 1 / 6)


def test_any_history_falls_into_exactly_one_class() -> None:
    rng = np.random.default_rng(1)
    s = history(400)
    s.state["level"][:] = rng.integers(0, 4, s.state["level"].shape)
    s.state["closures"][:] = np.cumsum((np.diff(s.state["level"] > 0, axis=0, prepend=False) < 0), axis=0)
    s.state["bills"][:] = rng.integers(0, 600, s.state["bills"].shape)
    s.hours[:, :, MUTUAL, 3] = rng.integers(0, 100, s.hours.shape[:2])
    s.state["opened"][:] = rng.choice([-1, 3, 50], 400)
    for end in (0, 11, 40, MONTHS - 1):
        assert np.bincount(judge(s, P, end).classes, minlength=6).sum() == 400


def test_an_earlier_end_sees_no_later_month() -> None:
    s = history()
    shut(s, 40, MONTHS)
    assert CLASSES[judge(s, P, 39).classes[0]] == "viable"
    assert CLASSES[judge(s, P, 40).classes[0]] == "closed"
