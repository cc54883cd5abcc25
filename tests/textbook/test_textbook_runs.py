"""Trust has two stable levels and a threshold between them; roll-out is Bass and logistic where all see all; a reserve
fed by correlated incomes is ruined as often as the gambler."""

from __future__ import annotations

import numpy as np
import pytest
from runs import large, parameters

import sim
from sim.parts import matching, rollout, shocks, timebank, trust
from sim.population import ELDER
from sim.randomness import key_of

# -- a run on the time bank --------------------------------------------------------------------------------------------
OFFER, NEED, CREDIT, LOW, WIDTH, SPEED = 60, 30, 270, 0.3, 0.3, 0.5  # minutes an elder and month; thresholds 0.3 to 0.6
RUN = {
    "trust.run": True, "trust.run_low": LOW, "trust.run_width": WIDTH, "trust.call_hours": CREDIT / 60, "trust.rumours": True,
    "trust.talk": 1.0, "trust.rumour": 0.0, "trust.bite": 0.0, "timebank.trust_speed": SPEED, "timebank.expiry": 0.01,
    "timebank.hour_fee": 0.0, "timebank.overdraft": 0.0, "matching.central": 0.0,
}  # fmt: skip


def success(t: float) -> float:
    """Share served of what is asked and called: S / (A + C r(T)), r the share of holders whose threshold lies over T."""
    callers = min(max((LOW + WIDTH - t) / WIDTH, 0.0), 1.0)
    return min(OFFER / (NEED + CREDIT * callers), 1.0)


def bank(t: float, seed: int = 2) -> sim.MutualAidModel:
    """One village of one zone: every elder holds the same credit, needs the same and trusts the same."""
    model = large(RUN, seed=seed)
    p, r = model.people, model.world.villages
    r.level, r.facility = 3, 2
    p.kin[:], p.neighbour[:], p.zone[:], p.tier[:], p.dibao[:], p.health[:], p.trust[:] = -1, -1, 0, 4, 0, 1, t
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
    """Elders learn, helpers hear of it; 1,500 own thresholds: four standard errors of the share that calls."""
    model = bank(t)
    moved = month(model)
    share = 1500 / (model.people.kind > 0).sum()
    wanted = t + share * SPEED * (success(t) - t)
    rough = 4 * np.sqrt(0.25 / 1500) * abs(success(t + 0.01) - success(t - 0.01)) / 0.02 * WIDTH
    assert abs(moved - wanted) <= share * SPEED * rough + 0.01


def test_a_bank_run_has_two_stable_levels_and_a_threshold_between_them() -> None:
    """All call: T = 60 / (30 + 270) = 0.2. Nobody calls: T = 1. Between: T (30 + 900 (0.6 - T)) = 60 has the root 0.5."""
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


# -- learning among villages -------------------------------------------------------------------------------------------
def coverage(p: float, q: float, start: float, villages: int, seeds: range) -> np.ndarray:
    """(seeds, 121): share in service where a village that applies opens at once and all see the whole county."""
    made = parameters({
        "county.villages": villages, "county.elders": 1, "county.size_spread": 0.0, "county.facility_share": 0.0, "horizon.spin_up": 0,
        "rollout.on": True, "rollout.innovate": p, "rollout.imitate": q, "rollout.local": 0.0, "rollout.target": 1.0,
    })  # fmt: skip
    model, curves = sim.MutualAidModel(made), []
    r = model.world.villages
    for seed in seeds:
        model.seed_number, model.month = seed, 0
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


@pytest.mark.parametrize(
    ("p", "q", "start"), [(0.03, 0.38, 0.0), (0.0, 0.5, 0.1)], ids=["Bass", "logistic"]
)
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
    values, group = np.array([1.0, 0.0, 1.0, 1.0]), np.array([5, 5, 9, 9])
    assert rollout.mean_by(values, group).tolist() == [0.5, 0.5, 1.0, 1.0]


def test_the_county_chooses_the_readiest_and_goes_by_number_where_they_are_alike() -> None:
    score, ready = np.array([0.2, 0.9, 0.9, 0.5, 0.7]), np.array([True, True, True, True, False])
    assert rollout.chosen(score, ready, np.array([1, 7, 3, 4, 5]), 3).tolist() == [2, 1, 3]
    assert rollout.chosen(score, ready, np.arange(5), -2).tolist() == []


# -- a reserve with correlated incomes ---------------------------------------------------------------------------------
def ruined(villages: int, correlation: float, reserve: int, top: int, games: int, loss: float = 0.48) -> float:
    """Share of common purses of `villages` villages that are empty before they are full.

    A village's year brings one, or takes one where the model's own draw strikes it; a purse starts at `reserve` a
    village and is paid out at `top` a village.
    """
    lost = 0
    for game in range(games):
        purse, year = villages * reserve, 0
        while 0 < purse < villages * top:
            key = key_of(game, shocks.STRIKE, year)
            purse += sum(-1 if shocks.struck(key, v + 1, 0, loss, correlation) else 1 for v in range(villages))
            year += 1
        lost += purse <= 0
    return lost / games


@pytest.mark.parametrize(("villages", "correlation"), [(1, 0.5), (2, 0.0), (2, 0.7), (2, 1.0)])
def test_a_reserve_fed_by_correlated_incomes_is_ruined_as_often_as_the_gambler(villages: int, correlation: float) -> None:
    """One village: ((q/p)^i - (q/p)^N) / (1 - (q/p)^N). Two: steps of two, up and down as both gain or both lose, which
    happens with probability c^2 p + (1 - c^2) p^2 and likewise for q. Four standard errors of 1,500 games."""
    q, reserve, top, games = 0.48, 3, 6, 1500
    p, c2 = 1 - q, correlation**2
    odds = q / p if villages == 1 else (c2 * q + (1 - c2) * q * q) / (c2 * p + (1 - c2) * p * p)
    wanted = (odds**reserve - odds**top) / (1 - odds**top)
    got = ruined(villages, correlation, reserve, top, games, q)
    assert abs(got - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / games)
