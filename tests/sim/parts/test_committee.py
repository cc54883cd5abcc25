"""The committee of an elderly association: who is elected, what it does, what it costs, when it ends."""

from __future__ import annotations

from typing import Any

import numpy as np
from runs import large

import sim
from sim.parts import committee
from sim.state.codes import ELDER, HELPER

RULES: dict[str, Any] = {
    "committee.on": True,
    "committee.officers": 3,
    "committee.hours": 4.0,
    "committee.call_minutes": 10.0,
    "committee.comes": 0.4,
    "committee.lesson": 6.0,
    "committee.lapses": 12,
}


def village(absent: int, changes: dict[str, Any] | None = None, trained: int = 0) -> sim.MutualAidModel:
    """Ten elders and all helpers volunteer, `absent` of the helpers did not come; the rest offer 480 minutes.

    The elders are `trained` or not, the helpers are; all have 1,000 minutes free.
    """
    model = large({**RULES, **(changes or {})})
    p, w = model.people, model.world
    elders, helpers = np.flatnonzero(p.kind == ELDER)[:10], np.flatnonzero(p.kind == HELPER)
    p.volunteer[:], p.offer[:], p.free[:], p.trained[:] = 0, 0, 1000, 1
    p.volunteer[elders], p.volunteer[helpers] = 1, 1
    p.offer[elders], p.offer[helpers] = 480, 480
    p.offer[helpers[:absent]] = 0
    p.trained[elders] = trained
    w.villages.level, w.villages.association = 3, 1
    w.flow.offered = int(p.offer.sum())
    committee.run(model)
    return model


def test_three_elders_are_elected_and_are_the_same_next_month() -> None:
    model = village(0)
    p = model.people
    first = np.flatnonzero(p.officer)
    assert len(first) == 3 and set(p.kind[first]) == {ELDER} and model.world.flow.officers[0] == 3
    model.month += 1
    committee.run(model)
    assert np.array_equal(first, np.flatnonzero(p.officer))


def test_a_roll_call_takes_ten_minutes_a_head_from_the_officers_and_no_more_than_they_have() -> None:
    """3 x 240 minutes ring 72; untrained officers teach nobody."""
    for absent, rung in ((0, 0), (5, 5), (200, 72)):
        model = village(absent)
        p, flow = model.people, model.world.flow
        assert flow.rung[0] == rung and flow.time_office[0] == 10 * rung and flow.taught[0] == 0
        officers = p.officer == 1
        assert (480 - p.offer[officers]).sum() == (1000 - p.free[officers]).sum() == 10 * rung
        assert flow.offered[0] == p.offer.sum()


def test_two_in_five_of_those_rung_come_with_the_mean_offer() -> None:
    """Over 40 months of 72 calls: 0.4, within four standard errors."""
    model, came, rung = village(200), 0, 0
    p, w = model.people, model.world
    helpers = np.flatnonzero(p.kind == HELPER)
    for _ in range(40):
        model.month += 1
        p.offer[p.volunteer == 1], p.free[:] = 480, 1000
        p.offer[helpers[:200]] = 0
        w.flow.rung, w.flow.came_after_all = 0, 0
        committee.run(model)
        came, rung = came + int(w.flow.came_after_all[0]), rung + int(w.flow.rung[0])
        assert set(p.offer[helpers[:200]]) <= {0, 480}
    assert rung == 40 * 72
    assert abs(came / rung - 0.4) < 4 * np.sqrt(0.4 * 0.6 / rung)


def test_a_trained_officer_teaches_in_the_hours_left() -> None:
    """720 minutes less 12 calls leave 600: one lesson of six hours. Without anybody untrained, none."""
    model = village(12, trained=1)
    p = model.people
    p.trained[p.kind == HELPER] = 0
    model.month += 1
    p.offer[p.volunteer == 1], p.free[:] = 480, 1000
    p.offer[np.flatnonzero(p.kind == HELPER)[:12]] = 0
    model.world.flow.rung = model.world.flow.time_office = model.world.flow.taught = 0
    committee.run(model)
    flow = model.world.flow
    assert flow.rung[0] == 12 and flow.taught[0] == 1 and flow.time_office[0] == 120 + 360
    assert p.trained[(p.kind == HELPER)].sum() == 1
    assert village(12, trained=1).world.flow.taught[0] == 0


def test_an_association_for_whom_nobody_stands_for_a_year_is_dissolved() -> None:
    model = village(0)
    p, w = model.people, model.world
    p.volunteer[p.kind == ELDER] = 0
    for month in range(12):
        assert w.villages.association[0] == 1, month
        committee.run(model)
    assert w.villages.association[0] == 0


def test_without_an_association_or_a_service_there_is_no_committee() -> None:
    for name in ("association", "level"):
        model = village(5)
        model.world.villages[name] = 0
        model.world.flow.rung = 0
        committee.run(model)
        assert model.world.flow.rung[0] == 0
