"""Acceptance reduces to DeGroot and Bass, the matcher to fair rationing, and joining answers to what is
argued.
"""

from __future__ import annotations

import numpy as np
import pytest
from runs import large, rows, small

import sim
from sim.engine.randomness import key_of
from sim.parts import acceptance, canteen, matching, participation, shocks
from sim.state.codes import CANTEEN, ELDER, MUTUAL

SILENT = {"acceptance.publicity": 0.0, "acceptance.experience_speed": 0.0}


def in_service(model: sim.MutualAidModel) -> sim.MutualAidModel:
    """Full service without launch, leader, association or honours."""
    r = model.world.villages
    r.level, r.facility, r.opened, r.launching, r.seats = 3, 2, -1, 0.0, 10_000
    r.step, r.open_week, r.door, r.meals_a_day = CANTEEN, 6, 26, 2
    r.leader = r.association = r.honours = r.insured = r.training = 0
    r.publicity = 0.0
    return model


def test_with_nothing_else_acceptance_settles_at_the_mean_of_the_zone() -> None:
    """DeGroot: equal weights within a zone, so the limit is the zone's mean and the way there is
    geometric.
    """
    model = in_service(large({**SILENT, "acceptance.network_speed": 0.5}, seed=4))
    p = model.people
    old = p.kind == ELDER
    start, zone = p.acceptance[old].astype(float), p.zone[old]
    mean = np.bincount(zone, start) / np.bincount(zone)
    p.received[:], p.dines[:] = 0, 0
    for t in range(1, 31):
        model.world.flow.acceptance_sum[:] = 0
        acceptance.run_spread(model)
        wanted = mean[zone] + 0.5**t * (start - mean[zone])
        assert np.allclose(p.acceptance[old], wanted, atol=2e-6)  # float32
    assert np.ptp(mean) > 0.05


def test_zones_do_not_hear_of_each_other() -> None:
    model = in_service(large({**SILENT, "acceptance.network_speed": 1.0}, seed=4))
    p = model.people
    old = p.kind == ELDER
    p.acceptance[:] = 0.2
    p.acceptance[old & (p.zone == 3)] = 0.8
    acceptance.run_spread(model)
    assert np.allclose(p.acceptance[old & (p.zone != 3)], 0.2) and np.allclose(
        p.acceptance[old & (p.zone == 3)], 0.8
    )


def test_enrolment_follows_the_bass_curve() -> None:
    """p = .03 and q = .38 a year.

    Acceptance one half and no need make every factor one. Months stand for moments: 0.005.
    """
    p, q, villages = 0.03, 0.38, 16
    model = in_service(
        large(
            {
                "acceptance.enrol_own": p / 12,
                "acceptance.enrol_network": q / 12,
                "acceptance.leave_rate": 0.0,
                "demography.on": False,
            },
            villages=villages,
            seed=9,
        )
    )
    people, old = model.people, model.people.kind == ELDER
    people.acceptance[:], people.need[:], people.enrolled[:] = 0.5, 0, 0
    curve = []
    for _ in range(120):
        acceptance.run_enrol(model)
        model.month += 1
        curve.append([rows(model, v)["enrolled"].sum() / 1500 for v in range(villages)])
    assert old.sum() == 1500 * villages
    for months in (24, 74, 120):
        t = months / 12
        wanted = (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))
        got = np.array(curve[months - 1])
        assert abs(got.mean() - wanted) <= 4 * got.std(ddof=1) / np.sqrt(villages) + 0.005
    share = np.array(curve).mean(axis=1)
    steepest = np.diff(np.convolve(share, np.ones(13) / 13, "valid")).argmax() + 7
    assert abs(steepest / 12 - 6.1926) < 1.0  # Bass: the peak at ln(q/p)/(p+q) years
    assert abs((1 - np.exp(-4.1)) / (1 + q / p * np.exp(-4.1)) - 0.81280) < 1e-5


def test_nobody_enrols_where_nothing_is_open() -> None:
    model = in_service(large(seed=9))
    model.world.villages.level = 0
    model.people.enrolled[:] = 1
    acceptance.run_enrol(model)
    assert not model.people.enrolled[model.people.kind == ELDER].any()


@pytest.mark.parametrize("chance, correlation", [(0.05, 0.5), (0.3, 0.8), (0.2, 0.0), (0.2, 1.0)])
def test_two_villages_share_a_shock_with_the_declared_correlation(chance: float, correlation: float) -> None:
    """Marginally q; both with q^2 + c^2 q (1-q), since each takes the county's draw with probability c."""
    years = 20_000
    keys = [key_of(3, shocks.STRIKE, t) for t in range(years)]
    hits = np.array([[shocks.struck(k, v, 1, chance, correlation) for v in (4, 5)] for k in keys], float)
    assert (np.abs(hits.mean(axis=0) - chance) <= 4 * np.sqrt(chance * (1 - chance) / years)).all()
    both = chance**2 + correlation**2 * chance * (1 - chance)
    assert abs(hits.all(axis=1).mean() - both) <= 4 * np.sqrt(both * (1 - both) / years)


# -- matching
# ----------------------------------------------------------------------------------------------------------
def equal_elders(model: sim.MutualAidModel, helpers: float, need: int, offer: int) -> sim.MutualAidModel:
    """One zone, no links, every elder alike; a share of the others offers the same minutes."""
    p = model.people
    old = p.kind == ELDER
    p.kin[:], p.neighbour[:], p.zone[:], p.tier[:], p.health[:], p.need[:] = -1, -1, 0, 3, 1, 0
    p.enrolled[:], p.quota[:], p.received[:], p.given[:] = old, 60_000, 0, 0
    p.need[old, 1] = need
    p.volunteer[:] = p.offer[:] = 0
    others = np.flatnonzero(p.kind == 2)
    chosen = others[: int(len(others) * helpers)]
    p.volunteer[chosen], p.offer[chosen], p.free[chosen] = 1, offer, offer
    model.world.hours[:] = 0
    return model


@pytest.mark.parametrize("offer, need", [(120, 300), (3_000, 60)])
def test_all_on_offer_is_used_when_help_is_short_and_all_need_is_met_when_it_is_not(
    offer: int, need: int
) -> None:
    model = equal_elders(in_service(large(seed=3)), 0.5, need, offer)
    offered, wanted = int(model.people.offer.sum()), int(model.people.need.sum())
    matching.run(model)
    given = int(model.people.given.sum())
    assert (
        given
        == min(offered, wanted)
        == int(model.people.received.sum())
        == int(model.world.hours[0, MUTUAL].sum())
    )
    assert offered - given == int(model.people.offer.sum()) and (model.people.offer >= 0).all()


def shares_of_help(order: str, keys: int = 1_200) -> np.ndarray:
    """Minutes received by ten blocks of rows over many months, when help reaches a tenth of the elders."""
    model = in_service(large({"county.elders": 100, "county.helpers_per_elder": 0.4}, seed=3))
    p, received = model.people, np.zeros(100)
    for _ in range(keys):
        equal_elders(model, 0.25, 60, 60)
        if order == "mixed":  # helpers stand among the elders: the same people in other rows
            p.kind[:140], p.enrolled[:140] = 1, 1
            p.kind[3:140:7] = p.kind[5:140:7] = 2
            old = p.kind[:140] == 1
            p.enrolled[:140], p.need[:140], p.volunteer[:140], p.offer[:140] = old, 0, 0, 0
            p.need[:140][old, 1] = 60
            chosen = np.flatnonzero(~old)[:10]
            p.volunteer[chosen], p.offer[chosen], p.free[chosen] = 1, 60, 60
        matching.run(model)
        model.month += 1
        received += p.received[:140][p.kind[:140] == 1]
    return received.reshape(10, 10).sum(axis=1) / received.sum()


@pytest.mark.parametrize("order", ["elders first", "mixed"])
def test_help_that_is_short_does_not_go_by_the_order_of_the_list(order: str) -> None:
    """Elders alike in all get a tenth a block. A month helps one run of ten of a hundred: the standard error
    of a block's share over m months is at most sqrt(.1 * .9 / m)."""
    shares = shares_of_help(order)
    assert (np.abs(shares - 0.1) <= 4 * np.sqrt(0.09 / 1_200)).all(), shares.round(3)


def test_relabelling_persons_changes_no_total() -> None:
    totals = []
    for turn in (0, 1):
        model = equal_elders(in_service(large(seed=3)), 0.5, 90, 200)
        p, n = model.people, int(model.world.used[0])
        if turn:
            p.serial[:n] = p.serial[:n][::-1].copy()
        matching.run(model)
        totals.append((int(p.given.sum()), int(p.received.sum()), int((p.received > 0).sum())))
    assert totals[0] == totals[1]


# -- directions
# --------------------------------------------------------------------------------------------------------
def joiners(changes: dict, **states: int) -> set[int]:
    """Slots of those who volunteer this month, nobody having done so before; the same luck each time."""
    model = in_service(large({"participation.show_up": 1.0, **changes}, seed=2))
    for name, value in states.items():
        model.world.villages[name] = value
    model.people.volunteer[:], model.people.free[:] = 0, 10_000
    participation.run_take_part(model)
    return set(np.flatnonzero(model.people.volunteer))


@pytest.mark.parametrize(
    "changes, states",
    [
        ({"participation.stipend": 12.0}, {}),
        ({}, {"leader": 1}),
        ({}, {"association": 1}),
        ({}, {"honours": 1}),
        ({}, {"insured": 1}),
        ({"participation.join": 0.01, "participation.join_helper": 0.02}, {}),
    ],
    ids=["stipend", "leader", "association", "praise", "insurance", "hazard"],
)
def test_support_brings_everybody_who_would_join_anyway_and_more(changes: dict, states: dict) -> None:
    base = {"participation.join": 0.005, "participation.join_helper": 0.01}
    assert joiners(base) < joiners({**base, **changes}, **states)


def test_pay_crowds_out_own_motivation_only_in_that_regime() -> None:
    base = {"participation.join": 0.005, "participation.join_helper": 0.01, "participation.stipend": 12.0}
    crowd = {"participation.stipend_hours": 0.0, "participation.crowding": 1.0}
    paid, crowded = joiners({**base, **crowd}), joiners({**base, **crowd, "participation.crowding_out": True})
    assert crowded < paid


@pytest.mark.parametrize("factor", [1.5, 3.0])
def test_a_higher_price_keeps_diners_away(factor: float) -> None:
    found = []
    for f in (1.0, factor):
        model = in_service(large({"canteen.seats": 80.0, "canteen.elasticity": 0.5}, seed=2))
        model.people.enrolled[:] = model.people.kind == ELDER
        model.people.dibao[:] = 0
        model.world.villages.price = int(300 * f)
        model.world.flow[:] = 0
        canteen.run(model)
        found.append(int(model.world.flow.diners[0] + model.world.flow.turned_away[0]))
    assert found[1] < found[0]


def test_more_time_on_offer_never_leaves_more_need_unmet() -> None:
    unmet = [
        small({"participation.hours": h}, villages=4).run(18).series.hours[:, :, 6].sum()
        for h in (1.0, 6.0, 20.0)
    ]
    assert unmet[0] >= unmet[1] >= unmet[2] and unmet[0] > unmet[2]
