"""What is reported of service, on histories written by hand with figures worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import empty_series

import sim
from sim import service
from sim.funnel import FUNNEL, funnel, lasting, reached, shares
from sim.service import Doors, doors
from sim.state.codes import ASKED, CLEANING, ELIGIBLE, FULL, MEALS, MUTUAL, NEVER, UNMET, VISITS_ONLY, WORKING

P = sim.Parameters()
MONTHS = 60


def marks(text: str) -> Doors:
    """Doors of one village: `o` open, `.` not, `e` an epidemic with the door shut, `E` with it open."""
    is_open = np.array([[sign in "oE"] for sign in text])
    return doors(is_open, np.array([[sign in "eE"] for sign in text]))


def months_of(array: np.ndarray, v: int = 0) -> list[int]:
    return np.flatnonzero(array[:, v]).tolist()


def history(villages: int = 1, months: int = MONTHS) -> Any:
    """Villages that stood at the start: 100 elders, 20 diners, 50 minutes asked and given, no debts."""
    s = empty_series(months, villages)
    s.state["level"], s.state["opened"], s.state["facility"] = FULL, -1, WORKING
    s.state["elders"], s.state["cost_average"] = 100, 1_000
    s.flow["diners"], s.flow["meals"] = 20, 20 * 52
    s.hours[:, :, (ELIGIBLE, ASKED, MUTUAL), CLEANING] = 50
    s.flow["visits_due"][:, :, 2] = s.flow["visits_made"][:, :, 2] = 10
    s.state["launched"] = -1
    return without(without(s, "open_days"), "needy")


def shut(s: Any, first: int, last: int, v: int = 0) -> None:
    """No service from `first` to before `last`."""
    for records, names in ((s.state, ("level",)), (s.flow, ("diners", "meals"))):
        for name in names:
            records[name][first:last, v] = 0


def open_in(s: Any, month: int, v: int = 0) -> None:
    """No service before `month`, which is its first."""
    shut(s, 0, month, v)
    for name in ("opened", "launched"):
        s.state[name][:month, v], s.state[name][month:, v] = NEVER, month


def without(s: Any, name: str) -> Any:
    """A series as it was recorded before this flow was."""
    s.flow = s.flow[[one for one in s.flow.dtype.names if one != name]].copy()
    return s


# -- doors
def test_a_station_is_open_with_a_room_or_meals_above_the_closed_step():
    s = history(months=4)
    s.state["level"][:, 0] = (0, VISITS_ONLY, FULL, VISITS_ONLY)
    s.state["facility"][3], s.flow["meals"][:] = 1, 0
    assert service.station_open(s)[:, 0].tolist() == [False, True, True, False]
    s.flow["meals"][3] = 1  # tables at home
    assert service.station_open(s)[3, 0]


def test_recorded_open_days_stand_before_that_reading():
    s = history(months=3)
    state = np.zeros(
        s.state.shape, [*((n, s.state.dtype[n]) for n in s.state.dtype.names), ("open_days", "i8")]
    )
    for name in s.state.dtype.names:
        state[name] = s.state[name]
    state["open_days"][:, 0] = (5, 6, 26)
    s.state = state
    assert service.station_open(s)[:, 0].tolist() == [False, True, True]
    assert service.station_open(s, open_days=10)[:, 0].tolist() == [False, False, True]


@pytest.mark.parametrize(
    "text, closed, began",
    [
        ("ooooo", [], [0]),
        ("oo..oo", [], [0]),  # two stops are none
        ("oo...o", [2], [0, 5]),  # three are one, at the first; it begins anew
        ("oo.....", [2], [0]),  # six stops are one closure too
        ("...oo", [], [3]),  # what has not opened does not stop
        ("o..o..o", [], [0]),  # not in a row
        ("o.eee..", [1], [0]),  # suspended months count neither way: neither as stops ...
        ("oeeeeeo", [], [0]),
        ("o.eoe..", [], [0]),  # ... nor as an opening
        ("oEEE", [], [0]),  # a door open in an epidemic is open
        ("o...o...", [1, 5], [0, 4]),
    ],
)
def test_three_stops_in_a_row_are_one_closure_dated_at_the_first(text, closed, began):
    found = marks(text)
    assert (months_of(found.closed), months_of(found.began)) == (closed, began)


@pytest.mark.parametrize("text", ["oo...o", "o.eee..", "o...o...", "..o.e..oo....", "oo.oo...E.o..."])
def test_doors_until_a_month_are_those_of_a_record_that_ends_there(text):
    """A closure is dated at its first stop, and is none before its third has come."""
    whole = marks(text)
    for month in range(len(text)):
        short, cut = marks(text[: month + 1]), whole.until(month)
        for name in ("open", "stopped", "suspended", "began", "closed"):
            assert np.array_equal(getattr(short, name), getattr(cut, name)), (month, name)
    assert months_of(marks("oo...o").until(3).closed) == [] and months_of(whole.until(0).closed) == []


def test_an_epidemic_a_seal_and_a_flood_suspend():
    s = history(months=6)
    s.state["pandemic_until"], s.state["sealed_until"] = NEVER, NEVER
    s.state["pandemic_until"][:2], s.state["sealed_until"][3] = 2, 4
    s.flow["shock_struck"][5, 0, service.FLOOD] = 1
    assert months_of(service.suspending(s)) == [0, 1, 3, 5]


# -- survival
def test_product_limit_by_hand_with_late_entry():
    """Ends at 3 (of four at risk: 3/4) and 6 (the late one, in from 4, among three: 2/3); 5 and 8 censored.

    In at 0: left at 3 (end), 5, 6 (end), 8. In at 4: left at 7. At 6: 6, 8 and 7 are at risk.
    """
    entry, leave = np.array([0, 0, 0, 0, 4]), np.array([3, 5, 6, 8, 7])
    ended = np.array([True, False, True, False, False])
    found = service.product_limit(entry, leave, ended, np.array([0, 2, 3, 5, 6, 8, 9]))
    assert found[:6] == pytest.approx([1, 1, 3 / 4, 3 / 4, 1 / 2, 1 / 2]) and np.isnan(found[6])


def test_product_limit_of_a_published_table():
    """Remission under 6-mercaptopurine (Freireich 1963): 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 ...

    S = .857 at 6, .807 at 7, .753 at 10, .690 at 13, .627 at 16, .538 at 22, .448 at 23.
    """
    leave = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
    ended = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    found = service.product_limit(np.zeros(21), leave, ended, np.array([6, 7, 10, 13, 16, 22, 23, 35]))
    assert found == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, 0.448], abs=6e-4)


def test_an_entrant_at_the_age_of_an_end_is_not_at_risk_then():
    found = service.product_limit(np.array([0, 5]), np.array([5, 9]), np.array([True, False]), np.array([5]))
    assert found == pytest.approx([0.0])


def test_spells_start_late_at_their_age_and_end_at_a_closure_or_the_end():
    """A station of the start, 24 months old, shuts in month 1 and runs again from 5 to the end at 7."""
    found = service.spells(marks("o....oo"), np.array([24]))
    assert found.entry.tolist() == [24, 0] and found.exit.tolist() == [25, 2]
    assert found.closed.tolist() == [True, False] and found.at_start.tolist() == [True, False]
    assert found.first.tolist() == [True, False] and found.month.tolist() == [0, 5]


def test_a_suspended_end_is_read_from_the_month_before_that_counts():
    """Open, stopped and suspended: at the last month the one before counts."""
    assert service.open_at(marks("ooe"), 2).tolist() == [True]
    assert service.open_at(marks("o.e"), 2).tolist() == [False]
    assert service.open_at(marks("o.eo"), 0).tolist() == [True]


def test_ages_of_first_stations_by_hand():
    """Opened in month 1, closed from 4: ages 0 to 3; stood at the start for 5 months, seen for 8; never."""
    first, never = marks(".ooo...."), marks("........")
    entry, leave, ended = service.first_spells(first, np.array([-1]))
    assert (entry[0], leave[0], ended[0]) == (0, 3, True)
    entry, leave, ended = service.first_spells(marks("oooooooo"), np.array([5]))
    assert (entry[0], leave[0], ended[0]) == (5, 13, False)
    assert service.first_spells(never, np.array([-1]))[0].tolist() == [NEVER]


def test_causes_are_those_of_the_ladder_or_the_room():
    s = history(villages=2, months=10)
    shut(s, 4, 10)
    s.state["cause"][4:, 0], s.state["closed_month"][6:, 0] = 5, 4  # recorded with the third stop
    s.state["facility"][6:, 1], s.flow["meals"][6:, 1] = (
        0,
        0,
    )  # the ladder says full service, the room is gone
    assert service.causes(s, service.doors_of(s, P)) == {5: 1, service.ROOM: 1}


# -- elders and money
def test_elder_months_are_bounded_by_meals_hours_and_elders():
    """20 diners of 4 meals each are 10 elder-months; 600 minutes by 2 hours are 5, for 3 who got them 3; 12
    elders are the most.
    """
    s = without(history(months=1), "served_persons")
    s.flow["helped"] = 9
    s.flow["meals"], s.hours[:, :, MUTUAL, CLEANING], s.hours[:, :, MUTUAL, MEALS] = 80, 600, 5_000
    assert service.served_months(s, P)[0, 0] == pytest.approx(15)
    s.flow["helped"] = 3
    assert service.served_months(s, P)[0, 0] == pytest.approx(13)
    s.state["elders"] = 12
    assert service.served_months(s, P)[0, 0] == 12
    s.flow["meals"] = 20 * 52
    s.state["elders"], s.hours[:] = 100, 0
    assert service.served_months(s, P)[0, 0] == 20  # no diner counts for more than one


def test_recorded_elder_months_stand_before_that_estimate():
    s = history(months=1)
    s.flow["served_persons"] = 12.5
    assert service.served_months(s, P)[0, 0] == 12.5


def test_unmet_hours_are_what_neither_neighbours_nor_paid_care_gave():
    s = history(months=2)
    s.hours[:, :, ELIGIBLE, CLEANING], s.hours[:, :, MUTUAL, CLEANING] = 100, 30
    s.hours[:, :, UNMET, CLEANING] = (60,)  # ten of the seventy left went to paid care
    assert service.unmet_minutes(s).tolist() == [120]


def test_visits_on_time_by_tier():
    s = history(months=2)
    s.flow["visits_on_time"][:, :, 2] = 4
    assert service.on_time(s)[2] == pytest.approx(0.4) and np.isnan(service.on_time(s)[1])


def test_unpaid_is_what_was_written_off_and_what_is_oldest_at_the_end():
    s = history(months=2)
    s.names, s.posted = ["bills_dropped_workers", "paid_families"], np.array([[[7, 1]], [[5, 2]]])
    s.state["bills"][-1, 0] = (1, 1, 1, 1, 1, 30)
    assert service.unpaid(s).tolist() == [42] and service.own_money(s).tolist() == [3]


def test_yuan_an_added_elder_year():
    """30,000 yuan more for 15 elder-years more."""
    assert service.per_added(5_000_000, 20, 2_000_000, 5) == 2_000
    assert np.isnan(service.per_added(5_000_000, 5, 2_000_000, 5))


# -- funnel
def found_class(s: Any, parameters: sim.Parameters = P) -> str:
    return FUNNEL[funnel(s, parameters).classes[0]]


def test_a_village_that_served_all_along_is_viable_with_meals():
    s = history()
    assert found_class(s) == "viable" and funnel(s, P).with_meals[0]
    s.flow["meals"], s.flow["diners"], s.flow["helped"] = 0, 0, 1
    assert found_class(s) == "viable" and not funnel(s, P).with_meals[0]


def test_never_opened():
    s = history()
    open_in(s, MONTHS)
    assert found_class(s) == "never_opened"


@pytest.mark.parametrize("month, found", [(MONTHS - 36, "viable"), (MONTHS - 35, "too_young")])
def test_opened_36_months_before_the_end(month, found):
    s = history()
    open_in(s, month)
    assert found_class(s) == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("o" * 36, True),
        ("." * 6 + "o" * 30, True),
        ("." * 7 + "o" * 29, False),
        ("o" * 35 + ".", False),  # not at the end
        ("o" * 34 + "ee", True),  # the last month that counts is open
        ("." * 6 + "e" * 6 + "o" * 24, False),  # 24 of 30 months that count: 25 are wanted
        ("." * 5 + "e" * 6 + "o" * 25, True),
        ("e" * 36, False),
    ],
)
def test_open_at_the_end_and_in_30_of_36_months(text, found):
    assert lasting(marks("o" + text), 36, 30 / 36)[0] == found  # open before the window


@pytest.mark.parametrize(
    "bills, months, found",
    [
        ((0, 0, 3_000, 0, 0, 0), 36, "viable"),  # three months of cost
        ((0, 0, 3_001, 0, 0, 0), 3, "viable"),  # 3 of 36 months above it are under a tenth
        ((0, 0, 3_001, 0, 0, 0), 4, "does_not_pay"),
        ((0, 9_000, 3_000, 0, 0, 0), 36, "viable"),  # twelve months in all
        ((1, 9_000, 3_000, 0, 0, 0), 36, "does_not_pay"),
    ],
)
def test_pays_with_small_arrears_and_debt_in_nine_months_of_ten(bills, months, found):
    s = history()
    s.state["bills"][-months:, 0] = bills
    assert found_class(s) == found


def test_a_closure_in_the_last_36_months_does_not_pay():
    s = history()
    shut(s, 30, 33)
    assert found_class(s) == "does_not_pay"
    assert found_class(s, P.replace({"reported.stops": 4})) == "viable"


def test_serves_by_hours_elders_and_visits():
    for spoil in (
        lambda s: s.hours[:, :, MUTUAL].__imul__(0),
        lambda s: s.flow["visits_made"].__imul__(0),
        lambda s: s.hours.__setitem__((slice(None), slice(None), ELIGIBLE, CLEANING), 240 * 80),
    ):
        s = history()
        spoil(s)
        assert found_class(s) == "does_not_serve"


def test_elders_in_need_are_at_most_so_many_as_hours_allow():
    """240 x 80 minutes are 80 elders of four hours; 20 diners are a quarter of them."""
    s = history()
    s.hours[:, :, ELIGIBLE, CLEANING] = 240 * 80
    assert reached(s, P)[0] == pytest.approx(0.25)
    s.flow["helped"] = 40
    assert reached(s, P)[0] == pytest.approx(0.5)


def test_classes_are_nested_and_sum_to_all_villages():
    s = history(villages=4)
    open_in(s, MONTHS, 0)
    open_in(s, 50, 1)
    shut(s, 50, MONTHS, 2)
    found = funnel(s, P)
    assert [FUNNEL[code] for code in found.classes] == ["never_opened", "too_young", "not_open", "viable"]
    assert shares(found).sum() == 1 and found.opened.sum() == 3 and found.old.sum() == 2
    assert (found.viable <= found.paying).all() and (found.paying <= found.lasting).all()
