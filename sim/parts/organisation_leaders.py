"""M24 Leaders, elderly associations and village conventions: who stands behind mutual aid.

State   leader (where the leader is a person, of whom), months without one, association, convention;
        parameters and states of M24 stand in `organisation.py`.
Month   `run` before the levels of support are set; once at the start, when nothing moves.
Off     with the section: all stay as they were. Associations and conventions have switches of their own.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CADRE, HELPER
from sim.state.people import identity_of, residents

LEADER_LOSS = 7  # its place among the shocks
LEADER = Purpose("organisation.leader")
ASSOCIATION = Purpose("organisation.association")
CONVENTION = Purpose("organisation.convention")


@inner
def chance_of_leader(organisation, village):
    """Chance a month that a village finds a leader."""
    chance = (
        organisation.leader_found
        / 12.0
        * (organisation.association_finds if village.association == 1 else 1.0)
    )
    return chance * organisation.party_finds if organisation.party == 1 else chance


@inner
def is_cadre(people, i):
    """Helpers who hold an office of the village."""
    return people.kind[i] == HELPER and people.role[i] == CADRE


@inner
def still_serves(people, world, v, serial):
    """Whether the cadre of this serial is still one of the village's."""
    serves = False
    for i in residents(world, v):
        serves = serves or (is_cadre(people, i) and people.serial[i] == serial)
    return serves


@inner
def next_leader(people, world, v, key):
    """Row of the cadre with the lowest draw; -1 where there is none."""
    lowest, leader = 2.0, -1
    for i in residents(world, v):
        if is_cadre(people, i):
            drawn = uniform(key, identity_of(world.villages[v].number, people.serial[i]), 1)
            if drawn < lowest:
                lowest, leader = drawn, i
    return leader


@inner
def lose_leader(village, flow):
    """The village has no leader any more."""
    village.leader, village.leader_serial = 0, -1
    flow.leader_lost += 1


@inner
def follow_person(people, world, v, organisation, key):
    """The leader is a cadre: gone with death, departure, the sixtieth birthday or a resignation.

    Another is found by chance; a leader of the start gets a name, or is lost where there is no cadre.
    """
    village, drawn = world.villages[v], uniform(key, world.villages[v].number, 0)
    if village.leader == 1 and village.leader_serial >= 0:
        resigns = drawn < organisation.leader_resigns / 12.0
        if resigns or not still_serves(people, world, v, village.leader_serial):
            lose_leader(village, world.flow[v])
    elif village.leader == 1 or drawn < chance_of_leader(organisation, village):
        i = next_leader(people, world, v, key)
        if i >= 0:
            village.leader, village.leader_serial = 1, np.int64(people.serial[i])
        elif village.leader == 1:
            lose_leader(village, world.flow[v])


@kernel
def follow(people, world, values, keys):
    """Leaders who are persons."""
    for v in range(len(world.used)):
        organisation = values.organisation[v]
        if organisation.leader_person == 1:
            follow_person(people, world, v, organisation, keys[world.county[v]])


@inner
def leave_or_find(organisation, village, flow, drawn):
    """A leader who is nobody's row leaves, or another is found."""
    if village.leader == 1:
        if drawn < organisation.leader_leaves / 12.0:
            village.leader = 0
            flow.leader_lost += 1
    elif drawn < chance_of_leader(organisation, village):
        village.leader = 1


@inner
def found_or_lapse(organisation, village, drawn):
    """An association is founded, twice as often with a leader; or lapses, twice as often without."""
    if village.association == 0:
        founded = drawn * 12.0 < organisation.association_founded * (1 + village.leader)
        village.association = 1 if founded else 0
    elif drawn * 12.0 < organisation.association_lapses * (2 - village.leader):
        village.association = 0


@inner
def come_and_go(organisation, village, flow, leader_key, association_key, convention_key):
    """A leader is taken away, leaves or is found; an association comes or goes; a convention is adopted."""
    if flow.shock_struck[LEADER_LOSS] > 0 and village.leader == 1:
        lose_leader(village, flow)
    if organisation.leader_person == 0:
        leave_or_find(organisation, village, flow, uniform(leader_key, village.number, 0))
    if organisation.associations == 1:
        found_or_lapse(organisation, village, uniform(association_key, village.number, 0))
    may_adopt = village.leader == 1 and village.convention == 0
    if organisation.conventions == 1 and may_adopt:
        drawn = uniform(convention_key, village.number, 0)
        village.convention = 1 if drawn * 12.0 < organisation.convention_adopts else 0


@kernel
def move(world, values, held, leader_keys, association_keys, convention_keys):
    """Leaders, associations and conventions come and go, unless `held`; count months without a leader."""
    for v in range(len(world.used)):
        village, county = world.villages[v], world.county[v]
        if not held:
            keys = leader_keys[county], association_keys[county], convention_keys[county]
            come_and_go(values.organisation[v], village, world.flow[v], *keys)
        village.leaderless = 0 if village.leader == 1 else village.leaderless + 1


def run(model) -> None:
    """Leaders, associations, conventions; held before the first month."""
    if not model.parameters.organisation.on:
        return
    held = model.month < 0
    if not held and model.values.ever("organisation.leader_person"):
        follow(model.people, model.world, model.values.table, model.keys(LEADER))
    keys = model.keys(LEADER), model.keys(ASSOCIATION), model.keys(CONVENTION)
    move(model.world, model.values.table, held, *keys)
