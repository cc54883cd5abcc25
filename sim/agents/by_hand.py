"""Kernels that settle or end one person between two months."""

from __future__ import annotations

from sim.engine.kernels import setup
from sim.state.codes import ALONE, COUPLE, CRAFT_HERITAGE
from sim.state.people import free_slot, give_traits, settle_in, vacate


@setup
def add_one(people, world, v, kind, age, sex, living, health, month, county, key):
    """Settle one person in village v; returns the slot, or -1 when the month's 4,096 serials are used up."""
    village = world.villages[v]
    count = 0
    for i in range(world.start[v], world.start[v] + world.used[v]):
        if int(people.serial[i]) >> 12 == month + 1:
            count = max(count, (int(people.serial[i]) & 4095) + 1)
    if count > 4095:
        return -1
    entered = village.entered
    village.entered = count
    i = free_slot(people, world, v)
    ident = settle_in(people, world, v, i, kind, age, sex, month, county[v].zone_size)
    village.entered = entered
    if kind == 1:
        people.living[i], people.health[i] = living, health
        give_traits(people, i, ident, county[v], key, village.kind == CRAFT_HERITAGE)
    else:
        people.role[i] = 0 if sex == 1 else 2
    return i - world.start[v]


@setup
def end_one(people, world, v, slot):
    """Free one person's slot; a spouse left behind lives alone.

    The serial stays until the slot is taken, so that `add_one` gives nobody the same in this month.
    """
    i = world.start[v] + slot
    serial = people.serial[i]
    if people.spouse[i] >= 0 and people.living[world.start[v] + people.spouse[i]] == COUPLE:
        people.living[world.start[v] + people.spouse[i]] = ALONE
    vacate(people, world, v, i)
    people.serial[i] = serial
