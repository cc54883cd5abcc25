"""Rules that a plan keeps: hands, users, prices, who may plan; lateness; the help of a new start."""

from __future__ import annotations

import numpy as np
import pytest
from runs import small
from village_runs import run

from sim.parts import government
from sim.planning.sheet import OUT_OF_CREDIT, TOO_DEAR
from sim.state.codes import CANTEEN, HOME_TABLES, NEVER, SELF_COOKED, STATION_DAYS, WITH_GUESTS

YUAN, YEAR = 100, 12
WEEKS = 52 / 12  # of a month
GRACE = 6  # months
FEWEST = {HOME_TABLES: 3, SELF_COOKED: 6, CANTEEN: 8, WITH_GUESTS: 8}
SCARCE = {"participation.hours": 2.0, "plan.menu_end": "self_cooked"}  # hands bind, and a rota is the form


def taken(changes: dict | None = None) -> list[tuple[np.void, np.void]]:
    """State before and after each plan of a station that was taken but for the last resort of two days."""
    found, s = [], run(changes).series.state
    for month, v in np.argwhere(s["planned_in"] == np.arange(len(s))[:, None]):
        now = s[month, v]
        two_days = (now["step"], now["open_week"], now["rota"]) == (STATION_DAYS, 2, 1)
        last_resort = two_days and now["refused"][STATION_DAYS] in (TOO_DEAR, OUT_OF_CREDIT)
        if month > 0 and now["step"] >= STATION_DAYS and not last_resort:
            found.append((s[month - 1, v], now))
    return found


def test_a_rota_is_planned_within_the_hours_that_helpers_lately_offered() -> None:
    """Half of the helpers, twelve hours each, and of the hours offered four fifths.

    Two hours a day keep a door; a meal takes two hours, three minutes a diner to cook and 2.5 to help.
    """
    planned = 0
    for before, now in taken(SCARCE) + taken():
        unpaid = now["step"] <= SELF_COOKED or now["rota"] == 1
        hoped = before["launched"] == NEVER or now["planned_in"] - before["launched"] <= GRACE
        if not unpaid or hoped or now["step"] == HOME_TABLES:
            continue
        hands = min(0.8 * before["offered_mean"], 12 * 60 * before["helpers_mean"]) / 2
        days, diners = now["open_week"] * WEEKS, now["expected_diners"]
        wanted = 120 * days if now["rota"] == 1 else 0
        if now["step"] > STATION_DAYS:
            wanted = days * now["meals_a_day"] * (120 + 5.5 * diners)
        assert wanted <= hands
        planned += now["rota"]
    assert planned > 10


def test_a_table_is_planned_for_the_fewest_diners_of_its_form_or_more() -> None:
    tables = [now for _, now in taken() if now["step"] > STATION_DAYS]
    assert len(tables) > 10
    for now in tables:
        assert now["expected_diners"] >= FEWEST[int(now["step"])]


def test_prices_rise_a_fifth_a_year_at_most_and_never_over_twice_the_list() -> None:
    """But for the first price, which is set."""
    changes = {"funding.residual": "families", "government.ceiling": 1000.0, "solvency.start_cash": 0.0}
    s = run(changes).series.state
    level, set_before = s["fee_level"], s["priced"][:-1] == 1
    rise = level[1:] / level[:-1]
    assert (rise[set_before] <= 1.2 + 1e-9).all() and (level <= 2.0).all()
    up = (rise > 1) & set_before
    assert up.any()
    for v in range(level.shape[1]):
        assert (np.diff(np.flatnonzero(up[:, v])) >= YEAR).all()


def test_without_leader_and_association_nobody_plans_anew() -> None:
    """The township renews nothing here: of stations that ran, only those with somebody changed their plan."""
    bare = {"plan.renewal": 0.0, "organisation.leader_found": 0.1, "organisation.leader_leaves": 0.25}
    s = run({**bare, "organisation.associations": False}).series.state
    month = np.arange(1, len(s))[:, None]
    again = (s["planned_in"][1:] == month) & (s["step"][:-1] >= STATION_DAYS) & (s["planned_in"][:-1] >= 0)
    somebody = (s["leader"][1:] == 1) | (s["association"][1:] == 1)
    shut = (s["step"][1:] < STATION_DAYS) & (s["against"][1:] > 0)  # closed, not planned
    assert again.sum() > 3 and (somebody | shut)[again].all()
    assert ((~somebody) & (s["step"][1:] >= STATION_DAYS)).any()


@pytest.mark.parametrize("late, paid", [(0.0, 1_000), (1.0, 0)])
def test_late_money_waits_a_quarter(late: float, paid: int) -> None:
    model = small({"government.late": min(late, 0.5), "government.volatility": 0.0})
    model.values.government["late"][:] = late
    model.month = 2
    model.world.posted.view(np.uint8)[:] = 0
    model.world.balance.receivable_government[:] = 1_000 * YUAN
    model.county.operating[:] = 100_000 * YUAN
    government.run_pay(model)
    assert model.world.posted.paid_government.tolist() == [paid * YUAN] * 3


def test_a_new_start_has_keeper_cook_and_launch_of_a_first_opening() -> None:
    """Villages that were shut at the start try again soon, with the extra pull of a first opening."""
    model = run({"solvency.reopen": 1.0, "county.facility_share": 0.8, "county.shut_share": 0.5})
    s, boost = model.series, model.parameters.organisation.launch_boost
    assert boost > 0
    opened = np.argwhere(s.flow["opened_now"] == 1)
    again = [(month, v) for month, v in opened if s.state["closures"][month, v] > 0]
    assert len(again) > 3
    closed = s.flow["closed_now"] == 1
    assert closed.any() and not s.state["priced"][closed].any()  # the next price is set anew
    for month, v in again:
        now = s.state[month, v]
        assert now["launched"] == month and now["has_keeper"] == now["has_cook"] == 1
        after = s.state[min(month + 1, len(s.state) - 1), v]
        if after["step"] >= STATION_DAYS and month + 1 < len(s.state):
            assert after["launching"] == pytest.approx(boost)
    assert (s.state["launched"] != NEVER).any()
