"""Written agreements of standing pairs: who signs, what it costs, what a breach does, who stops less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import large, small

import sim
from sim.parts import agreements, organisation_bills, participation
from sim.state.codes import ELDER, HELPER

RULES: dict[str, Any] = {
    "organisation.agreements": True,
    "organisation.agreement_cost": 5.0,
    "matching.form": "pairs",
    "agreements.term": 3,
    "agreements.quit_left": 0.5,
    "agreements.breach": 0.3,
}
YUAN = 100  # fen


def pair(changes: dict[str, Any] | None = None) -> tuple[sim.MutualAidModel, int, int]:
    """A village with one pair; the rows of elder and helper."""
    model = large({**RULES, **(changes or {})})
    p, w = model.people, model.world
    elder, helper = int(np.flatnonzero(p.kind == ELDER)[0]), int(np.flatnonzero(p.kind == HELPER)[0])
    p.partner[:], p.volunteer[:], p.enrolled[:], p.satisfaction[:] = -1, 0, 1, 0.8
    p.volunteer[helper] = 1
    p.partner[elder], p.partner[helper] = helper - w.start[0], elder - w.start[0]
    w.villages.level = 3
    return model, elder, helper


def test_a_pair_signs_once_for_the_term_and_pays_once() -> None:
    """Signed in the first and, after three months, in the fourth month: two agreements in six."""
    model, elder, helper = pair()
    p, w, signed = model.people, model.world, []
    for _ in range(6):
        w.flow.agreements_signed = 0
        agreements.run(model)
        signed.append(int(w.flow.agreements_signed[0]))
        organisation_bills.run(model)
        model.month += 1
    assert signed == [1, 0, 0, 1, 0, 0]
    assert w.posted.cost_agreements[0] == 2 * 5 * YUAN
    assert p.bound_to[elder] == p.partner[elder] and p.bound_to[helper] == p.partner[helper]
    assert p.satisfaction[elder] == pytest.approx(0.8)


def part(model: sim.MutualAidModel, elder: int, helper: int) -> None:
    model.people.partner[elder] = model.people.partner[helper] = -1
    model.month += 1
    agreements.run(model)


def test_a_helper_who_stops_before_the_end_leaves_an_elder_less_satisfied() -> None:
    model, elder, helper = pair()
    agreements.run(model)
    model.people.volunteer[helper] = 0
    part(model, elder, helper)
    p = model.people
    assert model.world.flow.agreements_broken[0] == 1
    assert p.satisfaction[elder] == pytest.approx(0.8 * 0.7)
    assert (p.satisfaction[p.kind == ELDER] < 0.79).sum() == 1
    assert p.bound_to[elder] == p.bound_to[helper] == -1


def test_an_elder_who_leaves_the_service_breaks_nothing_nor_does_the_end_of_the_term() -> None:
    model, elder, helper = pair()
    agreements.run(model)
    model.people.enrolled[elder] = 0
    part(model, elder, helper)
    assert model.world.flow.agreements_broken[0] == 0
    model, elder, helper = pair()
    agreements.run(model)
    model.month += 2
    part(model, elder, helper)  # the fourth month: the term is over
    assert model.world.flow.agreements_broken[0] == 0


def test_a_bound_volunteer_stops_half_as_often() -> None:
    """All of a large village volunteer, robust and rested, motive .5: a year's chance of .2 x 2 x (1 - .45).

    Over 60 months, the stopped back each month; four standard errors of the difference.
    """
    stopped = []
    for bound in (-1, 0):
        model = large({**RULES, "organisation.honours": False, "organisation.insured": False})
        p, w = model.people, model.world
        w.villages.level, p.trained[:] = 3, 0
        helpers = p.kind == HELPER
        quits = 0
        for _ in range(60):
            p.volunteer[:], p.motivation[:], p.fatigue[:] = helpers, 0.5, 0.0
            p.bound_to[:], p.free[:] = bound, 0  # without free time nobody new joins
            p.trained[:] = 0
            w.flow.volunteers_quit = 0
            participation.run_take_part(model)
            model.month += 1
            quits += int(w.flow.volunteers_quit[0])
        stopped.append((quits, 60 * int(helpers.sum())))
    for (quits, heads), chance in zip(stopped, (0.2 / 12 * 1.1, 0.2 / 12 * 1.1 / 2), strict=True):
        assert abs(quits - heads * chance) < 4 * np.sqrt(heads * chance)


def test_where_help_comes_from_a_pool_nobody_is_bound() -> None:
    model = small({"organisation.agreements": True}, seed=3)
    model.run(6)
    assert set(model.people.bound_to) == {-1} and not model.series.flow["agreements_signed"].any()
    assert model.series.amount("cost_agreements").any()
