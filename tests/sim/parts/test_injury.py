"""Accidents of helpers: who pays, who comes back, who hears of it."""

from __future__ import annotations

import numpy as np
import pytest
from runs import large, small

import sim
from sim.parts import injury, organisation
from sim.state.codes import ELDER, HELPER

YUAN = 100  # fen
SURE = 20_000 * 60  # minutes given after which a helper is hurt at 0.5 in 10,000 hours
HOURS = {"injury.on": True, "injury.rate": 0.5, "injury.months": 2, "injury.cost": 3000.0}


def after_accident(covered: int, hurt: int = 1) -> sim.MutualAidModel:
    """A village in which so many volunteers gave so much that they are surely hurt."""
    model = large({**HOURS, "injury.heard": 0.3, "injury.forgotten": 0.1})
    p, w = model.people, model.world
    w.villages.level, w.villages.covered, p.volunteer[:], p.given[:] = 3, covered, p.kind == HELPER, 0
    p.given[np.flatnonzero(p.kind == HELPER)[:hurt]] = SURE
    injury.run(model)
    return model


def test_an_insured_helper_is_paid_for_rests_two_months_and_comes_back() -> None:
    model = after_accident(covered=1)
    p, w = model.people, model.world
    hurt = int(np.flatnonzero(p.kind == HELPER)[0])
    assert w.flow.helpers_hurt[0] == 1 and w.flow.hurt_uninsured[0] == 0
    assert w.posted.insured_injuries[0] == 3000 * YUAN and w.villages.fear[0] == 0.0
    rested = []
    for _ in range(4):
        p.offer[:] = 60
        w.flow.offered = 60 * int(p.volunteer.sum())
        injury.run_rest(model)
        rested.append(int(p.offer[hurt]))
        assert w.flow.offered[0] == p.offer[p.volunteer == 1].sum()
        model.month += 1
    assert rested == [0, 0, 0, 60]  # the month of the accident and two more
    assert p.volunteer[hurt] == 1


def test_an_uninsured_helper_pays_and_stops_and_the_village_is_afraid_until_it_forgets() -> None:
    """0.3 after one, 0.6 after two, 0.9 at most; then 0.9 of it a month later."""
    for hurt, fear in ((1, 0.3), (2, 0.6), (5, 0.9)):
        model = after_accident(covered=0, hurt=hurt)
        p, w = model.people, model.world
        assert w.flow.hurt_uninsured[0] == hurt and w.posted.insured_injuries[0] == 0
        assert w.flow.treatment_fen[0] == hurt * 3000 * YUAN
        assert p.volunteer.sum() == (p.kind == HELPER).sum() - hurt
        assert w.villages.fear[0] == pytest.approx(fear)
        p.given[:] = 0
        injury.run(model)
        assert w.villages.fear[0] == pytest.approx(0.9 * fear)
        organisation.run_support(model)
        assert w.villages.pull[0] == pytest.approx(1.0 - 0.9 * fear)


def test_as_many_are_hurt_as_the_hours_say() -> None:
    """1,500 elders give 40 hours each at 5 in 10,000 hours: 30 a month; four standard errors over 12."""
    model = large({**HOURS, "injury.rate": 5.0})
    p, total = model.people, 0
    elders = p.kind == ELDER
    for _ in range(12):
        p.given[:] = np.where(elders, 2400, 0)
        model.world.flow.helpers_hurt = 0
        injury.run(model)
        model.month += 1
        total += int(model.world.flow.helpers_hurt[0])
    expected = 12 * elders.sum() * 40 * 5 / 10_000
    assert abs(total - expected) < 4 * np.sqrt(expected)


def test_where_accidents_are_told_of_insurance_moves_nobody_by_odds() -> None:
    """At a rate of nothing the premium buys nothing but the claim."""
    changes = {"injury.on": True, "injury.rate": 0.0, "organisation.insurance": 17.0}
    models = [small({**changes, "organisation.insured": on}, seed=3) for on in (True, False)]
    for model in models:
        for _ in range(8):
            model.step()
            assert not model.state["insured"].any()
    covered = [model.series.state["covered"].any() for model in models]
    bills = [model.series.amount("cost_insurance").any() for model in models]
    assert covered == bills == [True, False]
