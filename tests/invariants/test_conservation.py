"""To the fen and the minute, every month and village: money, needs, time and credits are conserved."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from runs import CARE, EVERYTHING, FORMER, SHORT_LEADS, small

from sim.parts.matching import FORMS
from sim.state.codes import (
    COMPANIONSHIP,
    CREDITORS,
    ELIGIBLE,
    FAMILY,
    KINDS,
    MEALS,
    MOBILITY,
    MUTUAL,
    NEED,
    PROFESSIONAL,
    UNMET,
)

MONTHS = 40
PAYERS = ("government", "collective", "families", "society")
POOR = {
    "solvency.patience": 1,
    "solvency.closing": 2,
    "solvency.reopen": 1.0,
    "solvency.start_cash": 0.5,
    "solvency.stress": 0.25,
}
WAGED = {
    "participation.stipend": 3.0,
    "participation.hours": 12.0,
    "timebank.levy": 0.02,
    "timebank.cap": 20.0,
}
CASES: dict[str, dict[str, Any]] = {
    "fixed shares, no business, poor": {
        "funding.rule": "fixed_shares",
        **POOR,
        "solvency.least_helpers": 30,
        "acceptance.enrol_own": 0.02,
    },
    "matching, tourism": {"funding.rule": "matching", "business.kind": "tourism"},
    "gap filler, agriculture, waged": {"funding.rule": "gap_filler", "business.kind": "agriculture", **WAGED},
    "per service, handicraft": {
        "funding.rule": "per_service",
        "business.kind": "handicraft",
        "business.payer": "collective",
    },
    "tapering, portfolio": {
        "funding.rule": "tapering",
        "funding.taper": 12,
        "business.kind": "portfolio",
        "business.payer": "society",
    },
    "provision point, deposit": {
        "funding.rule": "provision_point",
        "funding.point": 1.0,
        "business.kind": "deposit",
    },
    "no money, portfolio, poor": {"funding.rule": "none", "business.kind": "portfolio", **POOR},
    "envelope to the front": {
        "funding.basis": "envelope",
        "funding.profile": "front",
        "business.kind": "portfolio",
    },
    "care network, gap filler": {
        "funding.rule": "gap_filler",
        "county.townships": 2,
        "referral.beds": 60.0,
        **CARE,
        **WAGED,
    },
    "care network, chain, poor": {"clearing.scope": "county", **CARE, **POOR, "operation.way": "chain"},
    "care network, settled": {
        "clearing.scope": "county",
        **CARE,
        "clearing.cash_share": 1.0,
        "operation.choosing": True,
    },
    "every mechanism, portfolio": {
        **EVERYTHING,
        "business.kind": "portfolio",
        "county.facility_share": 0.4,
        "government.construction_envelope": 30_000.0,
    },
    "former ladder, no business, poor": {
        **FORMER,
        "funding.rule": "fixed_shares",
        **POOR,
        "solvency.least_helpers": 30,
        "acceptance.enrol_own": 0.02,
    },
    "former ladder, portfolio, poor": {
        **FORMER,
        "funding.rule": "none",
        "business.kind": "portfolio",
        **POOR,
    },
    "four identical payers": {"funding.identical_payers": True, "county.couplings": False},
}


class Trace(NamedTuple):
    """A run and what the series do not hold, (months, villages)."""

    series: Any
    free: np.ndarray
    least_free: np.ndarray
    least_offer: np.ndarray
    unused_offer: np.ndarray
    given: np.ndarray
    received: np.ndarray
    credit: np.ndarray
    before: np.ndarray  # balances before the first month
    planned: bool  # villages plan their service

    def amount(self, *names: str) -> np.ndarray:
        """Sum of postings."""
        return sum(self.series.amount(n) for n in names)

    def change(self, account: str) -> np.ndarray:
        """Change of a balance over each month."""
        return np.diff(self.series.balance[account], axis=0, prepend=self.before[account][None])


@pytest.fixture(scope="module", params=CASES, ids=lambda name: name.replace(", ", "-").replace(" ", "_"))
def trace(request: pytest.FixtureRequest) -> Trace:
    """Forty months, audited at the end of each."""
    model = small({**SHORT_LEADS, "county.stratified": True, **CASES[request.param]}, villages=4, seed=11)
    before = model.ledger.balance.copy()
    seen: list[list[list[int]]] = []
    for _ in range(MONTHS):
        model.step()
        model.audit()
        p, w, month = model.people, model.world, []
        for a, n in zip(w.start, w.used, strict=False):
            here = slice(a, a + n)
            free, offer = p.free[here][p.kind[here] > 0], p.offer[here][p.kind[here] > 0]
            alive = p.kind[here] > 0
            sums = [int(x[here][alive].sum()) for x in (p.free, p.offer, p.given, p.received, p.credit)]
            month.append([sums[0], int(free.min()), int(offer.min()), *sums[1:]])
        seen.append(month)
    found = np.moveaxis(np.array(seen, np.int64), 2, 0)
    return Trace(model.series, *found, before, model.parameters.plan.on)


def test_money_in_equals_cost_capital_and_change_of_cash_less_payables(trace: Trace) -> None:
    """paid in + capital given + business income + guests + advances got less given back = running cost +
    capital spent + change of cash - change of payables + paid to other villages less got from them, which is
    zero over the county + paid on debts - bills written off or turned into debts, which leave payables
    without cash. What spin-up left is cleared once: its cash goes, its bills go."""
    paid_in = trace.amount(*(f"paid_{k}" for k in PAYERS), "start_cash")
    capital = trace.amount(
        "capital_government",
        "capital_collective",
        "capital_society",
        "capital_project",
        *(n for n in trace.series.names if n.startswith("grant_")),
    )
    business = trace.amount("care_share", "interest", "points_money", "points_land", "points_project")
    cost = trace.amount(*(n for n in trace.series.names if n.startswith("cost_")))
    more = trace.amount("guest_money", "lent_collective") - trace.amount("returned_collective")
    dropped = trace.amount("bills_dropped_workers", "bills_dropped_suppliers")
    dropped = dropped + trace.amount("indebted_workers", "indebted_suppliers", "cleared_payables")
    debts = trace.amount("instalment_workers", "instalment_suppliers")
    payables = -trace.change("payables")  # a liability stands as a negative balance
    spent = trace.amount("capital_spent")
    between = trace.amount("settlement_paid") - trace.amount("settlement_got")
    held = trace.change("cash") + trace.amount("cleared_cash")
    assert np.array_equal(
        paid_in + capital + business + more, cost + spent + between + debts + held - payables - dropped
    )
    assert not trace.amount("cleared_cash", "cleared_payables")[1:].any()
    assert not between.sum(axis=1).any()
    assert cost.sum() > 0 and paid_in.sum() > 0


def test_the_cost_that_pledges_read_is_the_cost_posted(trace: Trace) -> None:
    cost = trace.amount(*(n for n in trace.series.names if n.startswith("cost_")))
    assert np.array_equal(cost, trace.series.flow["cost"])


def test_cash_is_never_lent(trace: Trace) -> None:
    assert (trace.series.balance["cash"] >= 0).all()


@pytest.mark.parametrize("payer", PAYERS)
def test_due_is_paid_owed_or_written_off(trace: Trace, payer: str) -> None:
    due, paid, forgiven = (trace.amount(f"{word}_{payer}") for word in ("due", "paid", "forgiven"))
    cleared = trace.amount(f"cleared_receivable_{payer}")  # of spin-up
    assert np.array_equal(due, paid + trace.change(f"receivable_{payer}") + forgiven + cleared)
    assert (trace.series.balance[f"receivable_{payer}"] >= 0).all()
    assert (due >= 0).all() and (paid >= 0).all() and (forgiven >= 0).all()


def test_bills_by_age_are_the_payables(trace: Trace) -> None:
    bills = trace.series.state["bills"]
    assert (bills >= 0).all()
    assert np.array_equal(bills.sum(axis=2), -trace.series.balance["payables"])


def test_no_posting_is_negative(trace: Trace) -> None:
    assert (trace.series.posted >= 0).all()


def test_what_a_closed_village_owed_is_lost_or_turned_into_a_debt(trace: Trace) -> None:
    """Creditors of the former ladder lose it; of a village that plans they have a claim, and lose nothing."""
    closed_now = trace.series.flow["closed_now"] == 1
    dropped = trace.amount("bills_dropped_workers", "bills_dropped_suppliers")
    gone = trace.amount("indebted_workers", "indebted_suppliers") if trace.planned else dropped
    owed_before = -np.vstack([trace.before["payables"][None], trace.series.balance["payables"][:-1]])
    assert np.array_equal(gone[closed_now], owed_before[closed_now])
    assert not (dropped if trace.planned else dropped[~closed_now]).any()
    if not trace.planned:
        assert (trace.series.balance["payables"][closed_now] == 0).all()


@pytest.mark.parametrize("creditor", CREDITORS)
def test_a_debt_is_what_became_one_less_what_was_paid_repaid_or_written_off(
    trace: Trace, creditor: str
) -> None:
    words = ("instalment", "repaid", "lost")
    gone = trace.amount(*(f"{word}_{creditor}" for word in words))
    owed = -trace.series.balance[f"debts_{creditor}"]
    assert np.array_equal(owed, (trace.amount(f"indebted_{creditor}") - gone).cumsum(axis=0))
    assert np.array_equal(owed, trace.series.state["debt"][:, :, CREDITORS.index(creditor)])
    assert (owed >= 0).all()


def test_an_advance_is_what_was_lent_less_what_came_back(trace: Trace) -> None:
    lent, back = (trace.amount(f"{word}_collective").cumsum(axis=0) for word in ("lent", "returned"))
    assert np.array_equal(lent - back, trace.series.state["borrowed"]) and (lent >= back).all()


def test_a_need_is_met_by_family_neighbours_mutual_aid_or_paid_care_or_not_at_all(trace: Trace) -> None:
    """Neighbours help unasked with company, errands and meals, and with nothing else."""
    hours = trace.series.hours
    assert (hours >= 0).all()
    unasked = hours[:, :, NEED] - hours[:, :, (FAMILY, MUTUAL, PROFESSIONAL, UNMET)].sum(axis=2)
    personal = [kind for kind in range(len(KINDS)) if kind not in (COMPANIONSHIP, MOBILITY, MEALS)]
    assert (unasked >= 0).all() and not unasked[:, :, personal].any()
    assert np.array_equal(unasked.sum(axis=2), trace.series.flow["unasked_minutes"])
    assert unasked.any() == trace.planned
    before = hours[:, :, FAMILY] - trace.series.flow["child_minutes"]  # children asked last come after it
    assert (hours[:, :, ELIGIBLE] <= hours[:, :, NEED] - before).all()
    assert hours[:, :, NEED].sum() > hours[:, :, FAMILY].sum() > 0


def test_no_hour_of_the_month_is_used_twice(trace: Trace) -> None:
    f = trace.series.flow
    used = (
        f["time_farm"]
        + f["time_grandchildren"]
        + f["time_family"]
        + f["time_business"]
        + f["time_aid"]
        + f["time_office"]
        + f["time_lessons"]
        + f["time_favours"]
        + f["unasked_minutes"]
    )
    assert np.array_equal(f["time_budget"], used + trace.free)
    assert (trace.least_free >= 0).all()


def test_nobody_gives_more_than_was_offered(trace: Trace) -> None:
    """What is neither given nor left on offer is duty of a cadre that found no visit."""
    f = trace.series.flow
    assert (trace.least_offer >= 0).all()
    assert (trace.given + trace.unused_offer <= f["offered"]).all()
    assert np.array_equal(trace.given, f["time_aid"])


def test_every_minute_given_is_received_or_spent_in_the_kitchen_or_on_a_visit(trace: Trace) -> None:
    """Company in a group is had by more people than it takes minutes.

    The platform brings minutes from elsewhere; calls are no need.
    """
    f, hours = trace.series.flow, trace.series.hours[:, :, MUTUAL].sum(axis=2)
    sent = f["platform_given"] - f["platform_got"]
    bought = f["care_redeemed"] + f["guarantee_minutes"]
    assert (trace.given <= trace.received - bought + sent + f["kitchen_minutes"] + f["visit_minutes"]).all()
    assert (trace.given >= f["kitchen_minutes"] + f["visit_minutes"]).all()
    assert (
        trace.received - bought - f["called_got"] <= hours
    ).all()  # the rest of the hours is met by meals and by the company of visits


@pytest.mark.parametrize("form", FORMS)
def test_one_to_one_every_minute_given_is_a_minute_received(form: str) -> None:
    model, total = small({"matching.central": 0.0, "matching.form": form}), 0
    for _ in range(12):
        model.step()
        living, f = model.people.kind > 0, model.world.flow
        received = int(model.people.received[living].sum())
        assert (
            model.people.given[living].sum()
            == received + f.kitchen_minutes.sum() + f.visit_minutes.sum() + f.team_minutes.sum()
        )
        assert (f.time_aid <= f.offered).all() and (f.team_minutes.sum() > 0) == (form == "teams")
        total += received
    assert total > 0


def test_without_meals_and_visits_mutual_hours_are_the_minutes_received() -> None:
    model, total = small({"canteen.on": False, "visits.on": False, "matching.central": 0.0}), 0
    for _ in range(12):
        model.step()
        living = model.people.kind > 0
        assert (
            model.people.received[living].sum()
            == model.world.hours[:, MUTUAL].sum()
            == model.world.flow.time_aid.sum()
        )
        total += int(model.people.received[living].sum())
    assert total > 0


def test_credits_outstanding_are_issued_less_retired_less_lapsed(trace: Trace) -> None:
    issued = trace.amount(
        "credits_earned", "credits_welcome", "credits_excused", "credits_points", "credits_deposited"
    )
    gone = trace.amount("credits_spent", "credits_goods", "credits_practice", "credits_carried")
    gone = gone + trace.amount("credits_expired", "credits_levied", "credits_forfeited")
    start = -trace.before["credits_held"]  # a liability
    assert np.array_equal(trace.credit, (issued - gone).cumsum(axis=0) + start)


def test_states_and_homes_of_elders_sum_to_the_living(trace: Trace) -> None:
    f, elders = trace.series.flow, trace.series.state["elders"]
    assert np.array_equal(f["state_persons"].sum(axis=2), elders)
    assert np.array_equal(f["living_persons"].sum(axis=2), elders)
    assert np.array_equal(f["in_book"].sum(axis=2), elders)


def test_elders_change_by_deaths_and_entrants_alone(trace: Trace) -> None:
    f, elders = trace.series.flow, trace.series.state["elders"]
    change = np.diff(elders, axis=0)
    assert np.array_equal(change, (f["entrants"] - f["deaths"])[1:])


def test_no_more_visits_are_made_than_due_and_no_more_diners_seated_than_seats(trace: Trace) -> None:
    f = trace.series.flow
    assert (f["visits_made"] <= f["visits_due"]).all() and (f["visits_on_time"] <= f["visits_made"]).all()
    assert (f["diners"] <= trace.series.state["seats"].max()).all()
    assert (f["delivered"] <= f["diners"]).all() and (f["diners"] <= f["enrolled"]).all()


def test_the_cases_reach_what_they_are_meant_to_reach() -> None:
    """Closures, reopening and sales occur, so that the identities above are not proved on nothing."""
    base = {"county.stratified": True, "station.canteen_begins": 4.0, **SHORT_LEADS}
    poor, paid, planned = (
        small({**base, **CASES[name]}, villages=4, seed=11).run(MONTHS).series
        for name in (
            "former ladder, portfolio, poor",
            "former ladder, no business, poor",
            "fixed shares, no business, poor",
        )
    )
    assert poor.flow["closed_now"].sum() > 0
    assert poor.amount("bills_dropped_workers").sum() > 0
    assert (poor.amount("sales").sum(axis=0) > 0).sum() >= 3
    assert paid.flow["opened_now"][paid.state["closures"] > 0].sum() > 0  # a village that had closed
    assert planned.flow["closed_now"].sum() > 0 and planned.amount("indebted_suppliers").sum() > 0
