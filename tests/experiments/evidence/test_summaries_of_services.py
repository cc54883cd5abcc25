"""Summaries of tables, stations, shocks and businesses on a county written by hand, values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import opens, run, shut, value

from sim.state.codes import EARNING, NEVER, REDUCED, WORKING, WOUND_UP


# -- tables
def test_prices_fall_with_age_and_wages_are_taken_out():
    """Wages doubled raise the list by half: 6 yuan then are 4 of today's."""
    seen = run(2, changes={"families.full_meal_cost": 10.0})
    seen.series.state["wage_index"], seen.series.state["price"] = 2.0, (600, 300, 150)
    assert value("price_of_60s", seen) == (pytest.approx(0.4), 2)
    assert value("fall_of_price_with_age", seen) == (pytest.approx(0.3), 2)


def test_a_canteen():
    """Fees of 2,400 yuan for 800 meals of 20 diners, cost 4,000, 8 helpers of 100 elders."""
    seen = run(3)
    flow = seen.series.flow
    flow["meal_fees"], flow["cost"], flow["diners"][0] = 240_000, 400_000, 12
    seen.series.state["level"][0] = REDUCED  # not at full service
    assert value("price_of_meal", seen) == (3.0, 2) and value("fees_of_diner", seen) == (120.0, 2)
    assert value("fees_over_cost", seen) == (0.6, 2) and value("unpaid_helpers", seen) == (0.08, 2)
    assert value("diners_of_canteens", seen) == (20.0, 2) and value("diners_of_tables", seen) == (20.0, 3)
    assert value("open_days", seen) == (pytest.approx(6.0), 3)


def test_prices_at_an_age():
    """10 yuan a meal, of which those of 60-69, 70-79, 80 and over pay 5, 3 and 1."""
    seen = run(2, changes={"families.full_meal_cost": 10.0})
    seen.series.state["price"] = (500, 300, 100)
    found = [value("price_at_age", seen, age=age) for age in ("60s", "70s", "80s")]
    assert found == [(pytest.approx(share), 2) for share in (0.5, 0.3, 0.1)]


def test_diners_among_elders_and_seats():
    """20 diners of 100 elders, 5 of them at home, and 30 seats; where no table is laid nobody counts."""
    seen = run(2, villages=2)
    seen.series.flow["delivered"], seen.series.state["seats"] = 5, 30
    seen.series.state["level"][:, 1], seen.series.state["elders"][:, 1] = REDUCED, 999
    assert value("diners_among_elders", seen) == (pytest.approx(0.2), 2)
    assert value("seats_taken", seen) == (pytest.approx(0.5), 2)


def test_canteen_years_at_a_loss():
    """A month costs 1,000 yuan. Village 0 has 700 of fees and guests; government adds 400 in the first year
    and 200 in the second. Village 1 pays its way, but has no canteen in a month of the second year.
    """
    seen = run(30, villages=2)
    seen.series.names = ["paid_families", "guest_money", "paid_government"]
    seen.series.posted = np.zeros((30, 2, 3), int)
    seen.series.posted[:, 0, :2], seen.series.flow["cost"] = (50_000, 20_000), 100_000
    seen.series.posted[:12, 0, 2], seen.series.posted[12:, 0, 2] = 40_000, 20_000
    seen.series.flow["care_share"][:, 1] = 100_000
    seen.series.state["level"][15, 1] = REDUCED
    assert value("canteen_years_at_a_loss", seen, money="all") == (pytest.approx(1 / 3), 3)
    assert value("canteen_years_at_a_loss", seen, money="own") == (pytest.approx(2 / 3), 3)


# -- rooms and stations
def test_years_to_nine_of_ten():
    seen = run(36, villages=10)
    seen.series.state["facility"][:18, :2] = 0
    seen.series.state["facility"][:, 0] = 0
    assert value("years_to_nine_of_ten", seen) == (1.5, 10)
    seen.series.state["facility"][:, 1] = 0
    assert value("years_to_nine_of_ten", seen)[0] == 3.0  # never


def test_shut_after_a_drive_counts_rooms_that_stand():
    """Both opened in month 0 and seen in months 36-60: one shuts from 51 on (10 of 25), the other loses its
    room in month 51: 10 of 25 + 15 station-months. One of the start is not seen.
    """
    seen = run(70, villages=3)
    state, flow = seen.series.state, seen.series.flow
    state["opened"][:, :2] = 0
    flow["open_days"][51:, :2] = 0
    state["facility"][51:, 1] = 0
    assert value("shut_after_drive", seen) == (pytest.approx(10 / 40), 2)
    state["pandemic_until"][51:, 0] = 56  # five of the ten months are suspended
    assert value("shut_after_drive", seen) == (pytest.approx(5 / 35), 2)


def test_survival_by_diners_is_by_terciles_from_the_first_year_on():
    """Six stations of the run: of the two with fewest diners one closes in its third year, of the two with
    most none.
    """
    seen = run(60, villages=6)
    state, flow = seen.series.state, seen.series.flow
    flow["open_days"][0], flow["meals"][0] = 0, 0
    for name in ("opened", "launched"):
        state[name], state[name][0] = 1, NEVER
    flow["diners"] = np.array([5, 6, 15, 16, 30, 31])
    flow["open_days"][30:, 0], flow["meals"][30:, 0] = 0, 0
    assert value("survival_by_diners", seen) == (0.5, 6)
    flow["open_days"][5:, 1] = 0  # gone within the year in which diners are counted: five are too few
    flow["meals"][5:, 1] = 0
    assert value("survival_by_diners", seen)[1] == 0


def test_facilities_come_and_are_used():
    """Four of ten villages at first, six from month 11 on, nine in the last; one of six has no open door."""
    seen = run(25, villages=10)
    state = seen.series.state
    state["facility"] = 0
    state["facility"][:, :4], state["facility"][11:, 4:6], state["facility"][24:, 6:9] = (
        WORKING,
        WORKING,
        WORKING,
    )
    shut(seen, slice(None), 5)
    assert value("facilities_after", seen, years=1) == (pytest.approx(0.6), 10)
    assert value("facilities_after", seen, years=2) == (pytest.approx(0.6), 10)
    assert value("facilities_after", seen, years=3)[1] == 0
    assert value("growth_of_facilities", seen) == (pytest.approx(0.25), 10)
    assert value("facilities_in_use", seen) == (pytest.approx(10 / 12), 12)  # two Decembers of six
    state["pandemic_until"][23, 5] = 30
    assert value("facilities_in_use", seen) == (pytest.approx(10 / 11), 11)


def lives():
    """Five villages over 60 months: one of the start; three that open in month 6, of which one stays, one
    shuts from month 20 to 29 and one for good in month 30; one that opens in month 50.
    """
    seen = run(60, villages=5)
    opens(seen, 6, [1, 2, 3])
    opens(seen, 50, 4)
    shut(seen, slice(20, 30), 2)
    shut(seen, slice(30, None), 3)
    return seen


def test_in_service_so_many_years_after():
    """Month 18: three of three; month 30: one is shut for good, one is open again; month 66 is not seen."""
    seen = lives()
    assert value("in_service_after", seen, years=1) == (1.0, 3)
    assert value("in_service_after", seen, years=2) == (pytest.approx(2 / 3), 3)
    assert value("in_service_after", seen, years=5)[1] == 0
    seen.series.state["by_drive"][:, [0, 3]] = 1
    assert value("in_service_after_drive", seen, years=1) == (1.0, 1)
    assert value("in_service_after_drive", seen, years=2) == (0.0, 1)


def test_an_epidemic_leaves_a_station_in_service():
    """Shut in month 18 alone, a year after it opened; under an epidemic it is seen where it last counted."""
    seen = lives()
    shut(seen, slice(18, 19), 1)
    assert value("in_service_after", seen, years=1)[0] == pytest.approx(2 / 3)
    seen.series.state["pandemic_until"][18, 1] = 19
    assert value("in_service_after", seen, years=1)[0] == 1.0


def test_survival_takes_the_first_closure():
    """At 14 months one of three is closed (that of month 50 is seen for 10 only), at 24 one of two."""
    seen = lives()
    assert value("survival", seen, years=1) == (1.0, 4)
    assert value("survival", seen, years=2) == (pytest.approx(2 / 3 * 1 / 2), 4)
    assert value("survival", seen, years=5)[1] == 0  # nobody has been seen so long


def test_closures_a_station_year():
    """60 of the start, 54, 14 and again 30, 24, 10 months: two closures in 192 months, both in the second
    year: 12 months of four (the one that came back among them) and 2 of the first time of village 2.
    """
    seen = lives()
    assert value("closure_hazard", seen) == (pytest.approx(2 / 16), 6)
    assert value("closure_hazard_in_year", seen, year=1) == (0.0, 6)
    assert value("closure_hazard_in_year", seen, year=2) == (pytest.approx(2 / (50 / 12)), 5)


# -- a shock
def test_visitors_in_a_crash():
    seen = run(36, changes=CRASH)
    seen.series.state["visitors"][12:24], seen.series.state["visitors"][24:36] = 100, 30
    assert value("visitors_in_crash", seen) == (pytest.approx(0.3), 1)


CRASH = {"shocks.scheduled": "tourism_crash", "shocks.scheduled_month": 24}


def test_leavers_after_a_shock():
    """Of 100 enrolled one a month leaves, and three from the shock on: 36 % a year less 12 %. Two of ten
    helpers stop in the year before, five in the year after.
    """
    seen = run(48, changes=CRASH)
    flow = seen.series.flow
    flow["enrolled"], flow["left_users"], flow["left_users"][24:36] = 100, 1, 3
    flow["volunteers_quit"][20:22], flow["volunteers_quit"][30:35], flow["volunteers_quit"][40] = 1, 1, 9
    assert value("leavers_after_shock", seen) == (pytest.approx(0.24), 1)
    assert value("helpers_lost_after_shock", seen) == (pytest.approx(0.3), 1)
    flow["enrolled"][:24] = 0
    assert value("leavers_after_shock", seen)[1] == 0


@pytest.mark.parametrize("name", ["visitors_in_crash", "leavers_after_shock", "helpers_lost_after_shock"])
@pytest.mark.parametrize(
    "changes",
    [{}, {"shocks.scheduled": "none"}, {"shocks.scheduled_month": 37}, {"shocks.scheduled_month": 11}],
)
def test_without_a_shock_and_a_year_on_both_sides_nothing_is_said(name, changes):
    """48 months: 36 is the last that has a whole year behind it."""
    seen = run(48, changes=CRASH | changes)
    seen.series.state["visitors"], seen.series.flow["enrolled"] = 100, 100
    assert (value(name, seen)[1] == 0) == bool(changes)


# -- businesses
def test_businesses_that_earn():
    """Taken in month 0, 0, 10 and never: three years on one earns, one is wound up, one is not seen."""
    seen = run(40, villages=4)
    state = seen.series.state
    state["begun"], state["trade_stage"] = (0, 0, 10, NEVER), EARNING
    state["trade_stage"][20:, 1] = WOUND_UP
    assert value("businesses_that_earn_after", seen, years=3) == (0.5, 2)
    assert value("businesses_that_earn_after", seen, years=1) == (1.0, 3)
    state["begun"] = NEVER
    assert value("businesses_that_earn_after", seen, years=1)[1] == 0
