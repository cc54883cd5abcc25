"""Trust has two stable levels and a threshold between them; roll-out is Bass and logistic where all see all;
a village whose reserve walks up and down by the year closes as often as the gambler is ruined."""

from __future__ import annotations

import numpy as np
import pytest
from runs import FORMER, large, parameters

import sim
from sim.engine.randomness import Keys
from sim.parts import (
    funding,
    funding_bills,
    government,
    matching,
    organisation_bills,
    rollout,
    shocks,
    solvency,
    timebank,
    trust,
)
from sim.state.codes import ELDER, GOVERNMENT

# -- a run on the time bank
# --------------------------------------------------------------------------------------------
OFFER, NEED, CREDIT, LOW, WIDTH, SPEED = (
    60,
    30,
    270,
    0.3,
    0.3,
    0.5,
)  # minutes an elder and month; thresholds 0.3 to 0.6
RUN = {
    "trust.run": True,
    "trust.run_low": LOW,
    "trust.run_width": WIDTH,
    "trust.call_hours": CREDIT / 60,
    "trust.rumours": True,
    "trust.talk": 1.0,
    "trust.rumour": 0.0,
    "trust.bite": 0.0,
    "timebank.trust_speed": SPEED,
    "timebank.expiry": 0.01,
    "timebank.hour_fee": 0.0,
    "timebank.overdraft": 0.0,
    "matching.central": 0.0,
}


def success(t: float) -> float:
    """Share served of what is asked and called.

    S / (A + C r(T)), r the share of holders whose threshold lies over T.
    """
    callers = min(max((LOW + WIDTH - t) / WIDTH, 0.0), 1.0)
    return min(OFFER / (NEED + CREDIT * callers), 1.0)


def bank(t: float, seed: int = 2) -> sim.MutualAidModel:
    """One village of one zone: every elder holds the same credit, needs the same and trusts the same."""
    model = large(RUN, seed=seed)
    p, r = model.people, model.world.villages
    r.level, r.facility = 3, 2
    p.kin[:], p.neighbour[:], p.zone[:], p.tier[:], p.dibao[:], p.health[:], p.trust[:] = (
        -1,
        -1,
        0,
        4,
        0,
        1,
        t,
    )
    p.enrolled[:] = p.kind == ELDER
    return model


def month(model: sim.MutualAidModel) -> float:
    """One month of asking, calling, serving and learning; the mean trust at its end."""
    p = model.people
    old, helper = p.kind == ELDER, p.kind == 2
    p.credit[:], p.need[:], p.received[:], p.given[:], p.offer[:], p.free[:] = 0, 0, 0, 0, 0, 10_000
    p.credit[old], p.need[old, 1], p.volunteer[helper] = CREDIT, NEED, 1
    p.offer[helper] = OFFER * old.sum() // helper.sum()
    model.world.flow.view(np.uint8)[:] = 0
    timebank.run_quotas(model)
    trust.run_act(model)
    matching.run(model)
    timebank.run_book(model)
    trust.run_learn(model)
    model.month += 1
    return float(p.trust[old].mean())


@pytest.mark.parametrize("t", [0.1, 0.25, 0.35, 0.45, 0.5, 0.55, 0.7])
def test_a_month_moves_trust_towards_the_success_of_redemption(t: float) -> None:
    """Elders learn, helpers hear of it.

    1,500 own thresholds: four standard errors of the share that calls.
    """
    model = bank(t)
    moved = month(model)
    share = 1500 / (model.people.kind > 0).sum()
    wanted = t + share * SPEED * (success(t) - t)
    rough = 4 * np.sqrt(0.25 / 1500) * abs(success(t + 0.01) - success(t - 0.01)) / 0.02 * WIDTH
    assert abs(moved - wanted) <= share * SPEED * rough + 0.01


def test_a_bank_run_has_two_stable_levels_and_a_threshold_between_them() -> None:
    """All call: T = 60 / (30 + 270) = 0.2. Nobody calls: T = 1. Between: T (30 + 900 (0.6 - T)) = 60 has
    the root 0.5.
    """
    assert [success(x) for x in (0.2, 0.5, 1.0)] == pytest.approx([0.2, 0.5, 1.0])
    ends = {}
    for start in (0.2, 0.42, 0.58, 1.0):
        model = bank(start)
        for _ in range(24):
            ends[start] = month(model)
    assert ends[0.2] == pytest.approx(0.2, abs=0.02) and ends[0.42] == pytest.approx(0.2, abs=0.02)
    assert ends[0.58] == pytest.approx(1.0, abs=0.01) and ends[1.0] == pytest.approx(1.0, abs=1e-6)


def test_without_calls_low_trust_recovers_by_itself() -> None:
    """The low level is the run's: with nothing to call, help that is served restores trust."""
    model = bank(0.2)
    model.values.trust["call_hours"] = 0
    for _ in range(24):
        end = month(model)
    assert end == pytest.approx(1.0, abs=0.01)


def test_a_run_leaves_needs_unserved() -> None:
    left = []
    for start in (0.2, 1.0):
        model = bank(start)
        month(model)
        left.append(int(model.people.need[model.people.kind == ELDER, 1].sum()))
    assert left[1] == 0 and left[0] == pytest.approx(0.8 * 1500 * NEED, rel=0.02)


# -- learning among villages
# -------------------------------------------------------------------------------------------
def coverage(p: float, q: float, start: float, villages: int, seeds: range) -> np.ndarray:
    """(seeds, 121): share in service where a village that applies opens at once and all see the whole
    county.
    """
    made = parameters(
        {
            "county.villages": villages,
            "county.elders": 1,
            "county.size_spread": 0.0,
            "county.facility_share": 0.0,
            "horizon.spin_up": 0,
            "rollout.on": True,
            "rollout.innovate": p,
            "rollout.imitate": q,
            "rollout.local": 0.0,
            "rollout.target": 1.0,
        }
    )
    model, curves = sim.MutualAidModel(made), []
    r = model.world.villages
    for seed in seeds:
        model._keys, model.month = Keys((seed,)), 0
        r.applied, r.selected, r.facility, r.level = 0, 0, 0, 0
        r.facility[: round(start * villages)] = 2
        curve = []
        for _ in range(121):
            r.level = np.where(r.facility == 2, 3, 0)
            curve.append(float((r.level > 0).mean()))
            rollout.run(model)
            r.facility[r.applied == 1] = 2
            model.month += 1
        curves.append(curve)
    return np.array(curves)


@pytest.mark.parametrize(("p", "q", "start"), [(0.03, 0.38, 0.0), (0.0, 0.5, 0.1)], ids=["Bass", "logistic"])
def test_villages_that_all_see_each_other_come_up_on_the_bass_curve(p: float, q: float, start: float) -> None:
    """Six counties of 1,000 villages, four standard errors; months stand for moments: 0.01."""
    got = coverage(p, q, start, 1000, range(6))
    for months in (24, 60, 120):
        t = months / 12
        if start:
            wanted = 1 / (1 + (1 / start - 1) * np.exp(-q * t))
        else:
            wanted = (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))
        at = got[:, months]
        assert abs(at.mean() - wanted) <= 4 * at.std(ddof=1) / np.sqrt(len(at)) + 0.01


def test_villages_that_see_only_their_township_do_not_learn_from_another() -> None:
    """Villages 1 and 3 of one township, where nobody serves, never apply.

    Village 4 sees village 2 and is sure to.
    """
    model = large(
        {
            "county.elders": 20,
            "county.townships": 2,
            "county.facility_share": 0.0,
            "rollout.on": True,
            "rollout.innovate": 0.0,
            "rollout.local": 1.0,
        },
        villages=4,
    )
    model.values.rollout["imitate"], model.world.villages.level[1] = 24.0, 3
    rollout.run(model)
    assert model.state["applied"].tolist() == [0, 1, 0, 1]


def test_the_county_chooses_the_readiest_and_goes_by_number_where_they_are_alike() -> None:
    score, ready = np.array([0.2, 0.9, 0.9, 0.5, 0.7]), np.array([True, True, True, True, False])
    assert rollout.chosen(score, ready, np.array([1, 7, 3, 4, 5]), 3).tolist() == [2, 1, 3]
    assert rollout.chosen(score, ready, np.arange(5), -2).tolist() == []


# -- a reserve with correlated incomes
# ---------------------------------------------------------------------------------
CUT = (
    0.3  # chance of a year without subsidy; the cost is 9,600 yuan a year, the subsidy of a good year 19,200
)
RESERVE = {
    **FORMER,
    "county.elders": 1,
    "county.size_spread": 0.0,
    "county.facility_share": 1.0,
    "county.couplings": False,
    "horizon.spin_up": 0,
    "shocks.budget_cut": CUT,
    "shocks.cut_to": 0.0,
    "shocks.tourism_crash": 0.0,
    "shocks.harvest_failure": 0.0,
    "shocks.donor_loss": 0.0,
    "government.operating_envelope": 19_200.0,
    "government.growth": 0.0,
    "government.volatility": 0.0,
    "government.late": 0.0,
    "government.pays_every": 3,
    "organisation.coordinator": 800.0,
    "organisation.visits_share": 1.0,
    "organisation.publicity": 0.0,
    "organisation.insured": False,
    "organisation.training": False,
    "solvency.first_cost": 1_000.0,
    "solvency.stress": 0.25,
    "solvency.patience": 1,
    "solvency.closing": 2,
    "solvency.reopen": 0.0,
}


def closures(villages: int, correlation: float, reserve: int, years: int, seed: int) -> int:
    """Villages of a county that the ladder has closed after so many years, each begun with `reserve` years of
    cost in cash.

    The model's own rows: shocks, envelopes, ladder, the keeper's bill, dues, the county's payments, bills.
    The only hand is on the pledge, a twelfth of 19,200 yuan, and on users, helpers and leaders, of whom there
    are enough.
    """
    changes = {
        "county.villages": villages,
        "shocks.correlation": correlation,
        "solvency.start_cash": 9.6 * reserve,
    }
    model = sim.MutualAidModel(parameters({**RESERVE, **changes}), seed=seed)
    r, flow = model.world.villages, model.world.flow
    r.users, r.signed_up, r.active, r.leader = 100, 100, 100, 1
    for _ in range(12 * years):
        flow.view(np.uint8)[:] = 0
        shocks.run(model)
        government.run_envelopes(model)
        flow.pledged[:, GOVERNMENT] = np.where(r.level > 0, 1_600 * 100, 0)
        solvency.run(model)
        organisation_bills.run(model)
        funding.run_due(model)
        government.run_pay(model)
        funding_bills.run_bills(model)
        model.month += 1
        model.clock += 1
    model.audit()
    assert not (model.world.balance.cash[r.closures > 0] > 0).any()  # money closed them
    return int((r.closures > 0).sum())


def walk(reserve: int, years: int, correlation: float) -> tuple[float, float]:
    """Chance that a village, and that each of two, has met a bad year with nothing in reserve; by hand, year
    by year.

    A year adds one with 1 - CUT or takes one. Given the county's draw, a village's year is bad with c + (1 -
    c) CUT where that is bad and (1 - c) CUT where it is good, apart from the other's.
    """
    size = reserve + years + 2  # place 0: ruined
    joint = np.zeros((size, size))
    joint[reserve + 1, reserve + 1] = 1.0
    moves = []
    for bad in (correlation + (1 - correlation) * CUT, (1 - correlation) * CUT):
        move = np.zeros((size, size))
        move[0, 0] = move[-1, -1] = 1.0
        for k in range(1, size - 1):
            move[k, k - 1], move[k, k + 1] = bad, 1 - bad
        moves.append(move)
    for _ in range(years):
        joint = CUT * moves[0].T @ joint @ moves[0] + (1 - CUT) * moves[1].T @ joint @ moves[1]
    return float(joint[0].sum()), float(joint[0, 0])


@pytest.mark.parametrize("reserve", [0, 1])
def test_a_reserve_is_ruined_as_often_as_the_gambler(reserve: int) -> None:
    """Own shocks: closures of 1,200 villages after 25 years are binomial with (q/p)^(reserve + 1): .42857,
    .18367. Four standard errors: a true model fails one in 16,000 times."""
    n, years = 1_200, 25
    wanted = walk(reserve, years, 0.0)[0]
    assert wanted == pytest.approx(
        (CUT / (1 - CUT)) ** (reserve + 1), rel=0.015
    )  # what is left after 25 years
    got = closures(n, 0.0, reserve, years, seed=11)
    assert abs(got - n * wanted) <= 4 * np.sqrt(n * wanted * (1 - wanted))


@pytest.mark.parametrize("correlation", [0.0, 0.7, 1.0])
def test_a_reserve_fed_by_correlated_incomes_is_ruined_as_often_as_the_gambler(correlation: float) -> None:
    """Forty counties of 25 villages over six years: shared shocks close as many villages, and close them
    together.

    Chance that a village closes, whatever the correlation; that two of a county close; at correlation one all
    or none. Four standard errors over counties: a true model fails one in 16,000 times a bound.
    """
    n, years, counties = 25, 6, 40
    one, two = walk(1, years, correlation)
    assert one == pytest.approx(walk(1, years, 0.0)[0]) and (two > one**2 + 1e-12) == (correlation > 0)
    counts = np.array([closures(n, correlation, 1, years, seed) for seed in range(counties)])
    spread = n * one * (1 - one) + n * (n - 1) * (two - one**2)
    assert abs(counts.mean() - n * one) <= 4 * np.sqrt(spread / counties)
    pairs = counts * (counts - 1) / (n * (n - 1))
    assert abs(pairs.mean() - two) <= 4 * pairs.std(ddof=1) / np.sqrt(counties)
    if correlation == 1.0:
        assert set(counts.tolist()) == {0, n}
