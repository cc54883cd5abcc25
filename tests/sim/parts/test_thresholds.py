"""Thresholds: who follows once enough others have enrolled; by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import small

import sim
from sim.parts import acceptance, thresholds
from sim.state.codes import CLOSED, ELDER, FULL

STILL = {
    "acceptance.enrol_own": 0.0,
    "acceptance.enrol_network": 0.0,
    "acceptance.leave_rate": 0.0,
    "demography.on": False,
}


def village(own: Any, enrolled: Any, **more: Any) -> sim.MutualAidModel:
    """One open village of ten elders with these thresholds, of whom these are enrolled."""
    ten = {**STILL, "thresholds.on": True, "county.elders": 10, "county.size_spread": 0.0, **more}
    model = small(ten, villages=1)
    people = model.people
    model.world.villages.level = FULL
    elders = np.flatnonzero(people.kind == ELDER)
    assert len(elders) == 10
    people.enrolled[:] = 0
    people.threshold[elders], people.enrolled[elders] = own, enrolled
    return model


def months(model: sim.MutualAidModel, count: int) -> list[int]:
    """Enrolled elders after each month of enrolment alone."""
    found = []
    for _ in range(count):
        thresholds.run(model)
        acceptance.run_enrol(model)
        model.month += 1
        found.append(int(model.people.enrolled.sum()))
    return found


def test_a_row_of_thresholds_falls_one_after_the_other() -> None:
    """Thresholds 0, .1, .2 ...: one a month, since the share of last month counts."""
    assert months(village(np.arange(10) / 10, 0), 11) == [*range(1, 11), 10]


def test_one_who_waits_for_two_stops_the_row() -> None:
    own = np.arange(10) / 10
    own[1] = 0.2
    assert months(village(own, 0), 4) == [1, 1, 1, 1]


def test_a_threshold_is_reached_at_the_share_itself_and_not_below() -> None:
    three = np.arange(10) < 3
    assert months(village(np.where(three, 0.0, 0.3), three), 1) == [10]
    assert months(village(np.where(three, 0.0, 0.31), three), 1) == [3]


def test_nobody_follows_into_a_closed_village() -> None:
    model = village(0.0, 0)
    model.world.villages.level = CLOSED
    assert months(model, 2) == [0, 0]


def test_off_nobody_follows_and_nothing_is_drawn() -> None:
    model = village(0.0, 0, **{"thresholds.on": False})
    assert months(model, 2) == [0, 0]
    fresh = small({"county.elders": 10}, villages=1)
    fresh.run(3)
    assert (fresh.people.threshold == thresholds.NOT_DRAWN).all() and not fresh.people.follows.any()


def test_drawn_thresholds_have_the_declared_mean_and_spread() -> None:
    """800 draws: within four standard errors of the mean and 10 % of the spread, no draw at nought."""
    many = {
        **STILL,
        "thresholds.on": True,
        "county.elders": 400,
        "thresholds.middle": 0.5,
        "thresholds.spread": 0.08,
    }
    model = small({**many, "county.size_spread": 0.0}, villages=2)
    thresholds.run(model)
    drawn = model.people.threshold[model.people.kind == ELDER].astype(float)
    assert len(drawn) == 800
    assert drawn.mean() == pytest.approx(0.5, abs=4 * 0.08 / np.sqrt(800))
    assert drawn.std() == pytest.approx(0.08, rel=0.1)
    thresholds.run(model)
    assert (model.people.threshold[model.people.kind == ELDER] == drawn.astype(np.float32)).all()


def test_who_has_left_for_good_does_not_follow_again() -> None:
    model = village(0.0, 1, **{"acceptance.for_good": True, "acceptance.leave_rate": 0.5})
    people = model.people
    people.satisfaction[:] = 0.5
    months(model, 60)  # .5 a year: a month's chance is .042, so that all have left by .078 each
    gone = people.has_left[people.kind == ELDER] == 1
    assert gone.any() and not people.enrolled[people.kind == ELDER][gone].any()
