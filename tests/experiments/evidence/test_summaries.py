"""Each summary on a county written by hand, with values worked by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from runs import empty_series

import sim
from experiments.evidence import summaries
from experiments.evidence.summaries import SUMMARIES
from sim import service
from sim.start import tables
from sim.state.codes import ALONE, COUPLE, ELDER, FULL, HELPER, NEVER, REDUCED, WITH_CHILD, WORKING

P = sim.Parameters()


def run(months: int = 36, villages: int = 1, changes: dict[str, Any] | None = None) -> Any:
    """A run of stations of the start at full service: 100 elders, 20 diners of 40 meals, 10 volunteers."""
    s = empty_series(months, villages)
    s.state["level"], s.state["opened"], s.state["facility"], s.state["elders"] = FULL, -1, WORKING, 100
    s.state["wage_index"], s.state["launched"], s.flow["open_days"] = 1.0, -1, 26
    s.flow["diners"], s.flow["meals"], s.flow["volunteers"], s.flow["volunteer_elders"] = 20, 800, 10, 8
    return SimpleNamespace(series=s, parameters=P.replace(changes or {}))


def value(name: str, seen: Any) -> tuple[float, int]:
    """A summary, after the doors of the run are made."""
    if hasattr(seen, "series"):
        seen.doors = service.doors_of(seen.series, seen.parameters)
    return SUMMARIES[name].of(seen)


def start(**columns: Any) -> Any:
    """A start with these columns of persons; a helper comes last."""
    size = len(next(iter(columns.values())))
    plain = {name: np.zeros(size + 1, int) for name in ("age", "sex", "living", "health")}
    people = plain | {name: np.array([*values, 3]) for name, values in columns.items()}
    people["kind"] = np.array([ELDER] * size + [HELPER])
    return SimpleNamespace(people=SimpleNamespace(**people), parameters=P)


def test_every_summary_says_what_it_is_and_wants():
    for one in SUMMARIES.values():
        assert one.needs in ("start", "run") and one.about.endswith(".") and one.unit


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="summary 'willing' is declared twice"):
        summaries.summary()(summaries.willing)


def test_living_and_health_of_elders_at_the_start():
    living = start(living=[WITH_CHILD, COUPLE, COUPLE, ALONE])
    assert value("empty_nest", living) == (0.75, 4) and value("couples", living) == (pytest.approx(2 / 3), 3)
    health = start(health=[0, 0, 1, 3])
    assert value("disabled", health) == (0.5, 4) and value("severely_disabled", health) == (0.25, 4)


def test_age_gap_is_the_largest_distance_from_the_table():
    """All elders are men of 60-64: one minus the share of these is the largest gap."""
    _, shares = tables.age_shares()
    seen = start(age=[61 * 12] * 5)
    assert value("age_gap", seen) == (pytest.approx(max(1 - shares[0, 0], shares.max())), 5)


def test_villages_at_the_start():
    world = SimpleNamespace(
        villages=SimpleNamespace(facility=[2, 1, 0, 2], income_rank=np.array([0.0, 0.999]))
    )
    seen = SimpleNamespace(world=world, parameters=P)
    assert value("facilities_at_start", seen) == (0.5, 4)
    assert value("poor_collectives", seen) == (0.5, 2)  # the poorest and the richest
    assert value("wage_of_cook", seen) == (1_800, 1)


def test_elders_grow_and_fall_ill():
    """100 to 121 in 24 months are 10 % a year; 30 of 120 are disabled at the end."""
    seen = run(25)
    seen.series.state["elders"][-1], seen.series.flow["state_persons"][-1] = 121, (90, 20, 8, 2)
    assert value("growth_of_elders", seen) == (pytest.approx(0.1), 100)
    assert value("disabled_at_end", seen) == (0.25, 120)


def test_participation_is_of_december_in_villages_two_years_in_service():
    """The one of the start counts in three Decembers, the one that opens in month 5 in the third only."""
    seen = run(36, villages=2)
    seen.series.state["opened"][:, 1] = 5
    seen.series.flow["took_part"][11::12, 0], seen.series.flow["took_part"][:, 1] = 30, 50
    assert value("participation", seen) == (pytest.approx((3 * 30 + 50) / 400), 4)
    seen.series.flow["willing_elders"][:12] = 60
    assert value("willing", seen) == (0.6, 2)


def test_active_members_of_the_first_year():
    """Enrolled 40 and 2 helpers who are no elders; 19 elders took part: 21 of 42."""
    seen = run(24)
    seen.series.state["opened"], seen.series.flow["enrolled"], seen.series.flow["took_part"] = 3, 40, 19
    assert value("active_in_first_year", seen) == (0.5, 1)
    seen.series.state["opened"] = -1
    assert value("active_in_first_year", seen)[1] == 0


def test_hours_of_a_helper():
    """3,000 minutes of ten."""
    seen = run(2)
    seen.series.flow["time_aid"] = 3_000
    assert value("hours_of_a_helper", seen) == (5.0, 20)


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


@pytest.mark.parametrize("name", [name for name, one in SUMMARIES.items() if one.needs == "run"])
def test_where_there_is_nothing_to_see_nothing_is_said(name):
    """No village ever opened, nobody lives there."""
    seen = run(1)
    seen.series.state["level"], seen.series.state["opened"], seen.series.state["facility"] = 0, NEVER, 0
    seen.series.flow[:] = np.zeros(1, seen.series.flow.dtype)
    seen.series.state["elders"] = 0
    found = value(name, seen)
    assert (found[1] == 0 and np.isnan(found[0])) or name == "years_to_nine_of_ten"


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


def test_visitors_in_a_crash():
    seen = run(36, changes={"shocks.scheduled_month": 24})
    seen.series.state["visitors"][12:24], seen.series.state["visitors"][24:36] = 100, 30
    assert value("visitors_in_crash", seen) == (pytest.approx(0.3), 1)
