"""M4 Unasked help: an able person gives linked kin or neighbours an hour a month, whatever the village runs.

State   minutes that a person gave unasked this month.
Month   `run` when hours are on offer and before any is matched: company, errands, a meal brought; never
        personal care. No enrolment, no credit. A volunteer's hour is part of the offer, not on top.
Off     nobody helps unasked.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import COMPANIONSHIP, ELDER, HELPER, MEALS, MILD, MOBILITY
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import residents


@section("neighbours")
class Neighbours:
    """Help that nobody organises, and the duty of cadres."""

    on: bool = switch(True, doc="off: nobody helps unasked; duty is that of the service")
    minutes: float = par(
        1.0,
        unit="hours/month",
        low=0.0,
        high=4.0,
        doc="most that an able person gives linked kin or neighbours unasked",
        stored="minutes",
    )
    duty_2025: float = par(
        0.5, unit="share", low=0.1, high=1.0, doc="duty hours of cadres that reach the old in 2025"
    )
    duty_2030: float = par(
        0.9,
        unit="share",
        low=0.1,
        high=1.0,
        doc="the same from 2030 on, as policy wants (document 000, part I)",
    )
    duty_spread: float = par(
        0.2, unit="share", low=0.0, high=0.5, doc="spread of duty between townships, up and down"
    )


column("unasked", "i2", unit="minutes", label="help given unasked this month")
flow("unasked_minutes", unit="minutes", label="help that linked kin and neighbours gave unasked")


@inner
def is_able(people, i):
    """Helpers, and elders who are well enough to bring a meal."""
    well = (people.health[i] <= MILD) & (people.dementia[i] == 0)
    return (people.kind[i] == HELPER) | ((people.kind[i] == ELDER) & well)


@inner
def spare_minutes(people, helper, neighbours):
    """Minutes that a person has left for unasked help this month, what a convention promises among them."""
    left = neighbours.minutes + np.int64(people.promised[helper]) - np.int64(people.unasked[helper])
    return min(left, np.int64(people.free[helper])) * is_able(people, helper)


@inner
def take_over(people, i, spare):
    """Company, errands and meals of elder i that somebody takes over, within `spare` minutes."""
    given = np.int64(0)
    for kind in (COMPANIONSHIP, MOBILITY, MEALS):
        minutes = min(np.int64(people.need[i, kind]), spare - given)
        people.need[i, kind] -= minutes
        given += minutes
    return given


@inner
def wanted_of(people, i):
    """Company, errands and meals that elder i lacks, minutes."""
    minutes = np.int64(0)
    for kind in (COMPANIONSHIP, MOBILITY, MEALS):
        minutes += np.int64(people.need[i, kind])
    return minutes


@inner
def help_elder(people, world, v, i, slot, neighbours):
    """What one linked person gives elder i."""
    helper = world.start[v] + slot
    if slot < 0 or helper == i:
        return np.int64(0)
    spare = spare_minutes(people, helper, neighbours)
    if spare <= 0:
        return np.int64(0)
    given = take_over(people, i, spare)
    people.unasked[helper] += given
    people.free[helper] -= given
    people.offer[helper] -= min(given, np.int64(people.offer[helper]))
    return given


@kernel
def help_unasked(people, world, values):
    """Every elder's kin and next door, elder by elder."""
    for v in range(len(world.used)):
        neighbours, flow = values.neighbours[v], world.flow[v]
        for i in residents(world, v):
            people.unasked[i] = 0
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            wanted = wanted_of(people, i)
            for slot in (people.kin[i], people.neighbour[i]):
                if wanted > 0:
                    given = help_elder(people, world, v, i, slot, neighbours)
                    flow.unasked_minutes += given
                    wanted -= given


def run(model) -> None:
    """Unasked help of the month."""
    if model.parameters.neighbours.on:
        help_unasked(model.people, model.world, model.values.table)
