"""M13 Listening: acceptance moves to the weighted mean of those one listens to (DeGroot 1974).

State   none of its own: acceptance of the elders, and of the leader where the leader is a person.
Month   `run` after the acceptance of the month, all at once from what was held before: an elder listens to
        the elder next door, to the relative who is an elder and to the leader, each with a weight; the
        leader to the mean of all elders. The weight of one who is not there falls to the own view.
Off     nobody listens beyond the zone's mean of `acceptance.py`.
Closed form: where only the leader is listened to (a star) all come to one view, in which the first view of
the leader weighs (1 - s) / (1 - s + 1 - a), s and a being the own weights of an elder and of the leader.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import ELDER, HELPER
from sim.state.fields import flow
from sim.state.parameters import par, section, switch
from sim.state.people import residents

ON = ("on=true",)
NOBODY = -1


@section("listening")
class Listening:
    """Whose view counts how much."""

    on: bool = switch(False, doc="off: nobody listens to single persons")
    own: float = par(
        8.0, unit="ratio", low=0.1, high=100.0, doc="weight of an elder's own view, to those below", only=ON
    )
    neighbour: float = par(
        1.0, unit="ratio", low=0.0, high=10.0, doc="weight of the elder next door", only=ON
    )
    relative: float = par(
        1.0, unit="ratio", low=0.0, high=10.0, doc="weight of the relative in the village", only=ON
    )
    leader: float = par(1.0, unit="ratio", low=0.0, high=10.0, doc="weight of the leader", only=ON)
    leader_own: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of the leader's own view; the rest listens to the elders' mean",
        only=ON,
    )


flow("listeners", unit="persons", label="elders who listened to a person")


@inner
def leader_of(people, world, v):
    """Row of the leader who is a person, or nobody."""
    village = world.villages[v]
    if village.leader == 0 or village.leader_serial < 0:
        return NOBODY
    for i in residents(world, v):
        if people.kind[i] == HELPER and people.serial[i] == village.leader_serial:
            return i
    return NOBODY


@inner
def linked_elder(people, world, v, slot):
    """Row of the elder at a place of the village, or nobody."""
    if slot < 0 or people.kind[world.start[v] + slot] != ELDER:
        return NOBODY
    return world.start[v] + slot


@inner
def hears(people, world, v, i, leader):
    """Whether there is anybody for an elder to listen to."""
    neighbour = linked_elder(people, world, v, people.neighbour[i])
    return max(neighbour, linked_elder(people, world, v, people.kin[i]), leader) > NOBODY


@inner
def view_of(people, world, v, i, leader, listening):
    """What elder i comes to hold: the weighted mean of the own view and of those who are there."""
    weight, total = listening.own, listening.own * np.float64(people.acceptance[i])
    neighbour = linked_elder(people, world, v, people.neighbour[i])
    relative = linked_elder(people, world, v, people.kin[i])
    for other, counts in (
        (neighbour, listening.neighbour),
        (relative, listening.relative),
        (leader, listening.leader),
    ):
        heard = people.acceptance[i] if other == NOBODY else people.acceptance[other]
        weight += counts
        total += counts * np.float64(heard)
    return total / weight


@inner
def elders_mean(people, world, v):
    """Mean view of a village's elders."""
    total = 0.0
    for i in residents(world, v):
        total += np.float64(people.acceptance[i]) if people.kind[i] == ELDER else 0.0
    return total / max(world.villages[v].elders, 1)


@kernel
def listen(people, world, values):
    """Views of the month, from those before it; new ones wait in the village's scratch."""
    for v in range(len(world.used)):
        listening, leader = values.listening[v], leader_of(people, world, v)
        mean = elders_mean(people, world, v)
        for i in residents(world, v):
            if people.kind[i] == ELDER:
                world.sums[i - world.start[v]] = view_of(people, world, v, i, leader, listening)
                world.flow[v].listeners += 1 if hears(people, world, v, i, leader) else 0
        for i in residents(world, v):
            if people.kind[i] == ELDER:
                people.acceptance[i] = world.sums[i - world.start[v]]
        if leader != NOBODY:
            held = np.float64(people.acceptance[leader])
            people.acceptance[leader] = listening.leader_own * held + (1.0 - listening.leader_own) * mean


def run(model) -> None:
    """Listening to persons."""
    if model.parameters.listening.on:
        listen(model.people, model.world, model.values.table)
