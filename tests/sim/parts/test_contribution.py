"""Common tasks and the common work; by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import small

import sim
from experiments.reproduce.models.contribution import done, mixed
from sim.parts import contribution
from sim.state.codes import CLOSED, ELDER, FREE, FULL, HELPER

HOUR = 60
STILL = {"demography.on": False, "horizon.spin_up": 0, "county.size_spread": 0.0}


def village(comes: Any, **more: Any) -> sim.MutualAidModel:
    """One open village of twelve elders and no helper, of whom the first so many come to tasks."""
    twelve = {**STILL, "contribution.on": True, "contribution.trial": 0.0, "county.elders": 12}
    model = small({**twelve, **{f"contribution.{word}": value for word, value in more.items()}}, villages=1)
    people = model.people
    people.kind[people.kind == HELPER] = FREE
    model.world.villages.level = FULL
    elders = np.flatnonzero(people.kind == ELDER)
    people.asked[:] = 1
    people.comes[elders] = np.arange(len(elders)) < comes
    return model


def test_a_task_is_done_and_had_by_all_where_one_of_all_comes() -> None:
    """A group of all twelve: benefit 3 to eleven, 3 - 1 to the one who came."""
    model = village(1, group=12, cost=1.0, benefit=3.0)
    contribution.run(model)
    had, flow = model.people.had[model.people.kind == ELDER], model.world.flow[0]
    assert sorted(had) == [2.0] + [3.0] * 11
    assert (flow.tasks, flow.tasks_done, flow.task_persons, flow.task_comers) == (1, 1, 12, 1)


def test_where_nobody_comes_nobody_has_anything() -> None:
    model = village(0, group=4)
    contribution.run(model)
    assert not model.people.had.any() and model.world.flow.tasks_done[0] == 0 == model.people.comes.sum()


def test_where_all_come_nobody_has_more_and_all_come_again() -> None:
    model = village(12, group=3)
    contribution.run(model)
    assert model.people.comes[model.people.kind == ELDER].all() and model.world.flow.tasks_done[0] == 4


def test_a_group_that_cannot_be_filled_is_not_asked() -> None:
    model = village(12, group=5)
    contribution.run(model)
    assert model.world.flow.tasks[0] == 2 and model.world.flow.task_persons[0] == 10


def test_one_copies_in_proportion_to_what_another_had_more() -> None:
    """One of twelve comes and is one short of the eleven; a third of the months they stop: 1 / 3.

    300 months: four standard errors are 0.11.
    """
    model, stopped = village(1, group=12, cost=1.0, benefit=3.0), 0
    elders = np.flatnonzero(model.people.kind == ELDER)
    for _ in range(300):
        model.people.comes[elders] = np.arange(12) < 1
        contribution.run(model)
        stopped += int(model.people.comes.sum() == 0)
        model.month += 1
    assert stopped / 300 == pytest.approx(1 / 3, abs=0.11)


@pytest.mark.parametrize(
    ("refund", "point", "pledged"), [(True, 0.4, 288), (False, 0.4, 0), (True, 5.0, None)]
)
def test_pledges_reach_the_point_and_stop_there(refund: bool, point: float, pledged: int | None) -> None:
    """Twelve persons, 24 minutes each: 288. Out of reach, all pledge what it is worth."""
    model = village(0, point=point, worth=1.0, refund=refund)
    contribution.run(model)
    flow, people = model.world.flow[0], model.people
    if pledged is None:
        assert 0 < flow.work_pledged <= 12 * 2 * HOUR and flow.work_done == 0
    else:
        assert flow.work_pledged == pledged and flow.work_done == int(pledged > 0)
    assert people.pledged_minutes.sum() == flow.work_pledged


def test_off_or_closed_nobody_is_asked() -> None:
    off = village(12, on=False)
    closed = village(12)
    closed.world.villages.level = CLOSED
    for model in (off, closed):
        contribution.run(model)
        assert not model.world.flow.tasks.any() and not model.people.pledged_minutes.any()


def test_the_mixed_equilibrium_by_hand() -> None:
    """c / b = 1/4, three persons: half of them come, and seven of eight tasks are done."""
    assert mixed(1.0, 4.0, 3) == pytest.approx(0.5) and done(1.0, 4.0, 3) == pytest.approx(0.875)
