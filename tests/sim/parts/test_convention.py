"""Village conventions: who votes for one, who keeps it, when it is forgotten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import large

import sim
from sim.parts import convention, neighbours
from sim.state.codes import COMPANIONSHIP, ELDER, HELPER, NEVER, ROBUST

RULES: dict[str, Any] = {
    "organisation.conventions": True,
    "convention.vote": 0.5,
    "convention.minutes": 0.5,
    "convention.keeps": 0.4,
    "convention.forgotten": 12,
}


def assembly(share: float, changes: dict[str, Any] | None = None) -> sim.MutualAidModel:
    """A village to which a leader has proposed a convention, so many of whose persons accept mutual aid.

    1,500 elders and 300 helpers, of whom nobody helps: only elders accept.
    """
    model = large({**RULES, **(changes or {})})
    p, w = model.people, model.world
    persons, elders = int((p.kind > 0).sum()), np.flatnonzero(p.kind == ELDER)
    p.acceptance[:], p.volunteer[:] = 0.4, 0
    p.acceptance[elders[: round(share * persons)]] = 0.6
    w.villages.leader, w.villages.convention, w.villages.association = 1, 1, 0
    convention.run(model)
    return model


@pytest.mark.parametrize(("share", "adopted"), [(0.49, 0), (0.51, 1)])
def test_an_assembly_adopts_with_half_in_favour_and_not_with_fewer(share: float, adopted: int) -> None:
    model = assembly(share)
    w = model.world
    assert w.villages.convention[0] == adopted and w.flow.voted_down[0] == 1 - adopted
    assert w.villages.convened[0] == (model.month if adopted else NEVER)
    assert model.people.promised.any() == adopted


def test_whoever_helps_votes_for_it() -> None:
    """Under two fifths of elders in favour carry it together with the helpers, a sixth of all."""
    model = large(RULES)
    p, w = model.people, model.world
    persons, elders = int((p.kind > 0).sum()), np.flatnonzero(p.kind == ELDER)
    p.acceptance[:], p.volunteer[:] = 0.4, p.kind == HELPER
    helpers = int((p.kind == HELPER).sum())
    p.acceptance[elders[: persons // 2 + 1 - helpers]] = 0.6
    w.villages.convention = 1
    convention.run(model)
    assert w.villages.convention[0] == 1


def test_two_in_five_keep_it_for_good() -> None:
    model = assembly(0.6)
    p, persons = model.people, model.people.kind > 0
    first = p.promised.copy()
    assert set(first[persons]) == {0, 30}
    assert abs((first[persons] == 30).mean() - 0.4) < 4 * np.sqrt(0.4 * 0.6 / persons.sum())
    model.month += 1
    convention.run(model)
    assert np.array_equal(first, p.promised)


@pytest.mark.parametrize(("keeps", "minutes"), [(1.0, 60 + 30), (0.05, 60)])
def test_who_keeps_it_gives_half_an_hour_on_top_of_the_hour_unasked(keeps: float, minutes: int) -> None:
    """One elder in need, whose next door is a robust elder with time."""
    model = assembly(0.6, {"convention.keeps": keeps, "neighbours.minutes": 1.0})
    p, w = model.people, model.world
    elders = np.flatnonzero(p.kind == ELDER)
    giver = next(int(i) for i in elders if (p.promised[i] == 30) == (keeps == 1.0))
    needy = next(int(i) for i in elders if i != giver)
    p.need[:], p.kin[:], p.neighbour[:], p.free[:] = 0, -1, -1, 600
    p.health[giver], p.dementia[giver] = ROBUST, 0
    p.need[needy, COMPANIONSHIP], p.neighbour[needy] = 300, giver - w.start[0]
    neighbours.run(model)
    assert w.flow.unasked_minutes[0] == minutes
    assert p.need[needy, COMPANIONSHIP] == 300 - minutes and p.free[giver] == 600 - minutes


def test_a_convention_nobody_reminds_of_is_a_dead_letter_after_a_year() -> None:
    model = assembly(0.6)
    w = model.world
    w.villages.leader = 0
    for month in range(12):
        assert w.villages.convention[0] == 1, month
        model.month += 1
        convention.run(model)
    assert w.villages.convention[0] == 0 and w.villages.convened[0] == NEVER
    assert not model.people.promised.any()


def test_an_association_reminds_where_the_leader_is_gone() -> None:
    model = assembly(0.6)
    model.world.villages.leader, model.world.villages.association = 0, 1
    for _ in range(24):
        model.month += 1
        convention.run(model)
    assert model.world.villages.convention[0] == 1
