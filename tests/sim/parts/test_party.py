"""Party-building and rural care: who is sent, what it adds to visits, who sends them."""

from __future__ import annotations

from typing import Any

import numpy as np
from runs import large

import sim
from sim.parts import party, visits
from sim.state.codes import CADRE, ELDER, HELPER, ROBUST, SEVERE, WOMAN

HOURS = 5.0
RULES: dict[str, Any] = {
    "organisation.party": True,
    "organisation.party_hours": HOURS,
    "visits.cadre_hours": 0.0,
    "party.members": 0.15,
}


def branch(leader: int = 1, cadres: int = 3) -> sim.MutualAidModel:
    """Elders are robust but for the first hundred; so many cadres; everybody has ten hours."""
    model = large(RULES)
    p, w = model.people, model.world
    helpers = np.flatnonzero(p.kind == HELPER)
    p.health[:], p.dementia[:], p.volunteer[:], p.offer[:], p.free[:] = ROBUST, 0, 0, 0, 600
    p.health[np.flatnonzero(p.kind == ELDER)[:100]] = SEVERE
    p.role[helpers] = WOMAN
    p.role[helpers[:cadres]] = CADRE
    w.villages.leader, w.villages.duty = leader, int(HOURS * 60)
    party.run(model)
    return model


def test_a_lasting_share_of_those_in_health_but_cadres_is_sent() -> None:
    model = branch()
    p = model.people
    fit = (p.kind > 0) & (p.health == ROBUST) & ~((p.kind == HELPER) & (p.role == CADRE))
    first = p.on_roster.copy()
    assert not first[~fit].any() and first.sum() == model.world.flow.members_sent[0]
    assert abs(first[fit].mean() - 0.15) < 4 * np.sqrt(0.15 * 0.85 / fit.sum())
    model.month += 1
    party.run(model)
    assert np.array_equal(first, p.on_roster)


def test_members_give_their_duty_hours_to_visits_and_no_cadre_twice() -> None:
    """Five hours each of members and of three cadres; what no visit needs is no offer of help."""
    model = branch()
    p, flow = model.people, model.world.flow
    members = int(p.on_roster.sum())
    visits.run(model)
    assert flow.duty_minutes[0] == (members + 3) * HOURS * 60
    assert 0 < flow.visit_minutes[0] <= flow.duty_minutes[0]
    assert not p.offer.any()


def test_nobody_is_sent_where_there_is_neither_leader_nor_cadre() -> None:
    assert branch(leader=0, cadres=0).people.on_roster.sum() == 0
    assert branch(leader=1, cadres=0).people.on_roster.any()
    assert branch(leader=0, cadres=1).people.on_roster.any()
