"""Who waits for money, what a plan may expect, and what each payer's purses hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import small
from village_runs import BITS, run, unchecked

import sim
from sim.parts import funding, government
from sim.planning.sheet import OUT_OF_CREDIT, TOO_DEAR
from sim.state.codes import COLLECTIVE, FAMILIES, GOVERNMENT, HOME_TABLES, SOCIETY, STATION_DAYS

YUAN, YEAR = 100, 12
ROOM = ("cost_power", "cost_repairs", "cost_rent")


def tired(s: Any, wait: int = 2) -> np.ndarray:
    """Months at whose start a supplier had waited as long as it does.

    Bills of age a at the end of a month are a + 1 months old at the start of the next; one month more where
    the county owes as much as all suppliers are owed.
    """
    bills = s.state["bills"] - s.state["wages"]
    owed = bills.sum(axis=2)
    more = (owed > 0) & (s.balance["receivable_government"] >= owed)
    youngest_old = wait - 1 + more
    ages = np.arange(bills.shape[2])
    old = (bills * (ages >= youngest_old[:, :, None])).sum(axis=2) > 0
    return np.vstack([np.zeros((1, old.shape[1]), bool), old[:-1]])


@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_tired_suppliers_deliver_nothing_on_credit_but_the_room(seed: int) -> None:
    """Food, fuel, insurance, training and publicity are paid in the month, or not had.

    A room that last year's receipts carry is not shut for a month without cash: its bill waits.
    """
    s = run(seed=seed).series
    unpaid = s.state["bills"][:, :, 0] - s.state["wages"][:, :, 0]
    room = sum(s.amount(name) for name in ROOM)
    late = tired(s)
    assert (unpaid[late] <= room[late]).all() and late.sum() > 20
    assert (unpaid[late] > 0).mean() < 0.2 and (s.balance["cash"][late & (unpaid > 0)] == 0).all()


def test_no_bill_grows_older_than_five_months_and_old_ones_are_debts() -> None:
    s = run().series
    oldest, closed = s.state["bills"][:-1, :, -1], s.flow["closed_now"][1:] == 1
    indebted = (s.amount("indebted_suppliers") + s.amount("indebted_workers"))[1:]
    assert np.array_equal(indebted[~closed], oldest[~closed]) and indebted[~closed].any()


def test_instalments_take_a_fifth_of_the_year_s_mean_receipts_at_most() -> None:
    """Of both creditors together. What a closed village pays comes from the collective's allowance."""
    s = run().series
    receipts = np.maximum(s.state["receipts"][:-1].sum(axis=2), 0) // YEAR
    paid = s.amount("instalment_workers") + s.amount("instalment_suppliers")
    assert (paid[1:] <= (receipts * 0.2).astype(np.int64) + 1).all() and paid.sum() > 0


# -- what a plan expects
def plans(s: Any) -> Any:
    """(month, village, whether the plan in force was kept) of every plan of a station that was taken."""
    names = ("step", "open_week", "meals_a_day", "rota")
    for month, v in np.argwhere(s.state["planned_in"] == np.arange(len(s.state))[:, None]):
        now, before = s.state[month, v], s.state[max(month - 1, 0), v]
        if now["step"] >= STATION_DAYS:
            yield month, v, month > 0 and all(now[name] == before[name] for name in names)


def is_last_resort(now: Any) -> bool:
    """Two days kept by a rota, which last year's money carries though the plan does not."""
    two_days = (now["step"], now["open_week"], now["rota"]) == (STATION_DAYS, 2, 1)
    return two_days and now["refused"][STATION_DAYS] in (TOO_DEAR, OUT_OF_CREDIT)


@pytest.mark.parametrize("seed", [3, 4])
def test_a_plan_expects_what_it_costs_and_a_kept_one_ninety_five_hundredths(seed: int) -> None:
    """Fen are cut a payer at a time, so that a yuan may be missing."""
    s, found = run(seed=seed).series, 0
    for month, v, kept in plans(s):
        now = s.state[month, v]
        if is_last_resort(now) or now["step"] == HOME_TABLES:  # the village pays nothing for these
            continue
        appeal = s.amount("paid_society")[month, v] if now["appealed"] == month else 0
        cost = now["planned_cost"] + now["planned_debt"]
        assert now["expected"].sum() + appeal >= (0.95 if kept else 1.0) * cost - YUAN, (month, v, kept)
        found += 1
    assert found > 40


TWO_DAYS = 12 * (170 * (0.4 + 0.6 * 2 / 6) + 100)  # yuan a year: power on two days of six, and repairs


def test_no_station_closes_for_money_whose_receipts_carried_two_open_days() -> None:
    s = run().series
    for month, v in np.argwhere((s.flow["closed_now"] == 1) & (s.state["cause"] & BITS["money"] > 0)):
        rent = 12 * 400 * s.state["rented"][month, v]
        before = month - 3  # a closure is dated at the first of three stops
        assert s.state["receipts"][before, v].sum() < (TWO_DAYS + rent) * YUAN, (month, v + 1)


def test_where_the_residual_payer_has_no_ceiling_and_pays_nothing_closes_for_money() -> None:
    """The county carries every gap, from a purse without end, on the day."""
    with unchecked():
        rich = {
            "funding.residual": "government",
            "government.ceiling": 1e6,
            "government.ceiling_by_step": False,
            "government.operating_envelope": 1e7,
            "government.late": 0.0,
            "government.pays_every": 1,
            "government.volatility": 0.0,
            "plan.first_record": 1.0,
        }
        closed = run(rich).series
    poor = {f"{payer}.on": False for payer in ("government", "collective", "society")}
    plain = run({**poor, "funding.residual": "none", "plan.appeal": False}).series

    def for_money(s: Any) -> int:
        return int(((s.flow["closed_now"] == 1) & (s.state["cause"] & BITS["money"] > 0)).sum())

    assert for_money(closed) == 0 < for_money(plain)


# -- purses
def test_a_plan_s_asking_falls_due_by_twelfths_and_stops_with_a_shut_door() -> None:
    model = small(villages=2)
    r = model.world.villages
    r.level, r.planned, r.planned_cost, r.planned_debt = 3, [12_000, 2_400, 0, 600], 15_000, 0
    r.last_open, model.month = np.array([20, 2]), 20
    funding.run_pledge(model)
    assert model.world.flow.pledged.tolist() == [[1_000, 200, 0, 50], [0, 200, 0, 50]]
    assert (GOVERNMENT, COLLECTIVE, FAMILIES, SOCIETY) == (0, 1, 2, 3)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_county_and_township_pay_what_was_due_to_the_village_and_no_yuan_twice(share: float) -> None:
    """1,000 yuan owed, of which the township's half; a month of 200 falls due in December.

    The township pays half of 1,200 in a year as budgeted, the county what is its own of the 1,000.
    """
    model = small({"government.township": share, "government.volatility": 0.0, "government.late": 0.0})
    model.month = 11
    model.world.flow.view(np.uint8)[:] = 0
    model.world.posted.view(np.uint8)[:] = 0
    model.world.balance.receivable_government[:] = 1_000 * YUAN
    model.state["township_owes"][:] = int(1_000 * share) * YUAN
    model.world.posted.due_government[:] = 200 * YUAN
    model.county.operating[:] = 100_000 * YUAN
    government.run_pay(model)
    flow, paid = model.world.flow, model.world.posted.paid_government
    assert flow.township_paid.tolist() == [int(1_200 * share) * YUAN] * 3
    assert (paid - flow.township_paid).tolist() == [int(1_000 * (1 - share)) * YUAN] * 3


def test_township_and_county_never_pay_more_than_is_due() -> None:
    s = run({"government.township": 0.5}).series
    due, paid = s.amount("due_government").cumsum(axis=0), s.amount("paid_government").cumsum(axis=0)
    assert (paid <= due).all() and (s.balance["receivable_government"] >= 0).all()
    december = np.arange(len(due)) % YEAR == YEAR - 1
    assert s.flow["township_paid"][december].any() and not s.flow["township_paid"][~december].any()


def test_a_collective_spends_no_yuan_of_its_allowance_twice() -> None:
    """Paid to the service, paid on debts of a closed one: a fifth of the year's income at most."""
    s = run().series
    spent = s.amount("paid_collective") + s.amount("repaid_suppliers") + s.amount("repaid_workers")
    for year in range(len(spent) // YEAR):
        months = slice(year * YEAR, (year + 1) * YEAR)
        allowance = (s.state["income"][year * YEAR] * 0.2).astype(np.int64)
        assert (spent[months].sum(axis=0) <= allowance).all()
        left = s.state["welfare_left"][months]
        assert np.array_equal(left, allowance - spent[months].cumsum(axis=0))
    assert spent.sum() > 0


def test_the_capital_purse_saves_a_quarter_a_year_for_three_years_and_pays_rooms_alone() -> None:
    s = run().series
    purse, spent = s.state["capital_left"], s.amount("capital_collective")
    for month in range(1, len(purse)):
        before = purse[month - 1]
        if month % YEAR == 0:
            saved = (s.state["income"][month] * 0.25).astype(np.int64)
            before = np.minimum(before + saved, 3 * saved)
        assert np.array_equal(purse[month], before - spent[month])
    assert spent.sum() > 0 and (purse >= 0).all()


def test_what_a_collective_is_asked_beyond_its_share_ends_at_a_fifth_of_its_income() -> None:
    s = run().series
    asked = s.state["planned"][:, :, COLLECTIVE]
    december = s.state["planned_in"] == np.arange(len(asked))[:, None]
    # a plan of December is made on the income of the year that ends
    assert (asked[december] <= 0.2 * s.state["income"][december] + YEAR).all() and asked.any()
    alone = run({"funding.residual": "none"}).series.state
    assert (alone["planned"][:, :, COLLECTIVE] <= 0.12 * alone["income"].max(axis=0) + YEAR).all()
    assert isinstance(run(), sim.MutualAidModel)
