"""Listening: the weighted mean of those who are there; by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import small

import sim
from experiments.reproduce.models.bass import final_size, first_views_weigh
from sim.parts import listening
from sim.state.codes import ELDER, HELPER

WEIGHTS = {
    "listening.own": 4.0,
    "listening.neighbour": 2.0,
    "listening.relative": 1.0,
    "listening.leader": 1.0,
    "listening.leader_own": 0.5,
}


def village(leader: bool = True, **more: Any) -> tuple[sim.MutualAidModel, np.ndarray, int]:
    """One village in which nobody has a link; its elders, and the helper who leads it."""
    ten = {**WEIGHTS, "listening.on": True, "county.elders": 10, "county.size_spread": 0.0, **more}
    ten["horizon.spin_up"] = 0
    model = small(ten, villages=1)
    people, state = model.people, model.world.villages
    people.neighbour[:] = people.kin[:] = -1
    head = int(np.flatnonzero(people.kind == HELPER)[0])
    state.leader = int(leader)
    state.leader_serial = people.serial[head] if leader else -1
    people.acceptance[:] = 0.0
    return model, np.flatnonzero(people.kind == ELDER), head


def test_each_hears_neighbour_relative_and_leader_by_their_weights() -> None:
    """0.1 own, 0.9 next door, 0.5 relative, 0.3 leader: (0.4 + 1.8 + 0.5 + 0.3) / 8 = 0.375."""
    model, elders, head = village()
    people = model.people
    one, next_door, relative = elders[:3]
    people.neighbour[one], people.kin[one] = next_door, relative
    people.acceptance[[one, next_door, relative, head]] = 0.1, 0.9, 0.5, 0.3
    listening.run(model)
    assert people.acceptance[one] == pytest.approx(0.375)
    assert people.acceptance[next_door] == pytest.approx((7 * 0.9 + 0.3) / 8)  # no links: own view
    assert people.acceptance[head] == pytest.approx(0.5 * 0.3 + 0.5 * 1.5 / 10)
    assert model.world.flow.listeners[0] == 10


def test_views_move_at_once_and_not_one_after_the_other() -> None:
    """Two who live next door to each other, without a leader: (4 + 1 + 1) / 8 and 2 / 8."""
    model, elders, _ = village(leader=False)
    people = model.people
    people.neighbour[elders[0]], people.neighbour[elders[1]] = elders[1], elders[0]
    people.acceptance[elders[0]] = 1.0
    listening.run(model)
    assert people.acceptance[elders[:2]] == pytest.approx([0.75, 0.25])
    assert model.world.flow.listeners[0] == 2


def test_a_helper_next_door_is_not_listened_to() -> None:
    model, elders, head = village(leader=False)
    model.people.neighbour[elders[0]], model.people.acceptance[head] = head, 1.0
    listening.run(model)
    assert model.people.acceptance[elders[0]] == 0.0


def test_off_views_stay() -> None:
    model, _, head = village(**{"listening.on": False})
    model.people.acceptance[head] = 1.0
    listening.run(model)
    assert not model.people.acceptance[model.people.kind == ELDER].any()


def test_first_views_of_two_weigh_by_who_listens_more() -> None:
    """One listens by 1/4, the other by 1/2: weights 2/3 and 1/3."""
    assert first_views_weigh(np.array([[0.75, 0.25], [0.5, 0.5]])) == pytest.approx([2 / 3, 1 / 3])


def test_final_size_of_a_rumour_told_to_two_each() -> None:
    """Published: 0.7968 where hardly anybody knew at first."""
    assert final_size(2.0, 1e-9) == pytest.approx(0.7968, abs=1e-4)
