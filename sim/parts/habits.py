"""M29 Habits of asking and giving: some only ask, some only save, some give and ask no credit.

State   the habit of each inhabitant, a lasting trait.
Month   `run` before anybody joins: newcomers get their habit. Who only asks never volunteers; who hoards
        spends no credit. `run_give` once it is known what may be asked, before hours are matched: who is
        recognised as one who only asks gets nothing on credit; altruists give to whoever needs it, whatever
        the balances: it costs the receiver and earns the giver nothing.
Off     everybody is alike.

After Kash, Friedman and Halpern (arXiv 0705.4110): hoarders and altruists in a scrip system; opportunists
after Terna's students' time bank. All shares are assumptions: nobody has counted such persons in a village.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import (
    ALL_KINDS,
    ALTRUIST,
    ASKED,
    ELDER,
    FREE,
    HOARDER,
    MUTUAL,
    OPPORTUNIST,
    ORDINARY,
)
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import (
    eligible_of,
    give,
    has_turn,
    identity_of,
    needs_training,
    residents,
    row_from,
    served_without_credit,
    start_row,
)


@section("habits")
class Habits:
    """Shares of inhabitants with a habit; shares that together top one leave nobody ordinary."""

    on: bool = switch(False, doc="off: everybody asks and gives alike")
    opportunists: float = par(0.0, unit="share", low=0.0, high=1.0, doc="inhabitants who ask and never give")
    hoarders: float = par(0.0, unit="share", low=0.0, high=1.0, doc="inhabitants who never spend a credit")
    altruists: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="inhabitants who give whatever the balance and ask no credit",
    )
    recognised: float = par(
        0.0,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="those who only ask who are recognised in a month and get nothing on credit",
        source="assumption; reputation as in question 5",
    )


column(
    "leaning",
    "i1",
    unit="code",
    label="0 ordinary, 1 only asks, 2 never spends, 3 gives for nothing",
    written_by=("exchange",),
)
column("gift", "i4", unit="minutes", label="help had from altruists this month, which costs no credit")
flow("gift_minutes", unit="minutes", label="help given by altruists for no credit")
flow("recognised", unit="persons", label="elders who only ask, recognised and refused")

HABIT = Purpose("habits.habit")
RECOGNISE = Purpose("habits.recognise")
GIFT = Purpose("habits.gift")
OFFERING = 0  # row of the village's scratch: altruists with time on offer


@inner
def drawn_habit(habits, drawn):
    """The habit that an even draw falls on: shares one after the other."""
    if drawn < habits.opportunists:
        return OPPORTUNIST
    if drawn < habits.opportunists + habits.hoarders:
        return HOARDER
    return ALTRUIST if drawn < habits.opportunists + habits.hoarders + habits.altruists else ORDINARY


@kernel
def set_habits(people, world, values, keys):
    """Whoever has no habit yet: the lasting draw says the same every month, so that the ordinary stay so."""
    for v in range(len(world.used)):
        key, habits, number = keys[world.county[v]], values.habits[v], world.villages[v].number
        for i in residents(world, v):
            if people.kind[i] != FREE and people.leaning[i] == ORDINARY:
                people.leaning[i] = drawn_habit(
                    habits, uniform(key, identity_of(number, people.serial[i]), 0)
                )


@inner
def is_recognised(people, i, habits, identity, key):
    """Whether one who only asks is known for it this month."""
    only_asks = people.kind[i] == ELDER and people.leaning[i] == OPPORTUNIST
    return only_asks and uniform(key, identity, 0) < habits.recognised


@inner
def list_altruists(people, world, v):
    """Rows of altruists with time on offer, in the village's scratch; their number."""
    count = 0
    for i in residents(world, v):
        world.work[OFFERING, count] = i
        count += (people.offer[i] > 0) & (people.leaning[i] == ALTRUIST)
    return count


@inner
def have_gifts(people, world, v, i, needs, place, count):
    """Elder i's needs as far as altruists from `place` on can; the place of the next who has time left."""
    for kind in range(ALL_KINDS):
        wanted = eligible_of(int(people.need[i, kind]), kind, needs)
        while wanted > 0 and place < count:
            helper = world.work[OFFERING, place]
            taught = people.trained[helper] == 1 or not needs_training(kind)
            minutes = min(wanted, int(people.offer[helper])) if taught else 0
            if helper == i or minutes == 0:
                break
            wanted -= minutes
            give(people, world, v, helper, minutes)
            people.need[i, kind] -= minutes
            people.received[i] += minutes
            people.gift[i] += minutes
            world.hours[v, ASKED, kind] += minutes
            world.hours[v, MUTUAL, kind] += minutes
            world.flow[v].gift_minutes += minutes
            place += people.offer[helper] == 0
    return place


@kernel
def give_for_nothing(people, world, values, timebank_on, recognise_keys, gift_keys):
    """Refuse who is recognised; then altruists help, the disabled first, and are done for the month."""
    for v in range(len(world.used)):
        habits, village, flow = values.habits[v], world.villages[v], world.flow[v]
        recognise_key, gift_key = recognise_keys[world.county[v]], gift_keys[world.county[v]]
        for i in residents(world, v):
            people.gift[i] = 0
            known = is_recognised(
                people, i, habits, identity_of(village.number, people.serial[i]), recognise_key
            )
            if known and timebank_on and not served_without_credit(people, i, values.timebank[v]):
                people.quota[i] = 0
                flow.recognised += 1
        count, place = list_altruists(people, world, v), np.int64(0)
        first = start_row(people, world, v, False, uniform(gift_key, village.number, 0)) if count > 0 else 0
        for turn in range(2 if count > 0 else 0):
            for step in range(world.used[v]):
                i = row_from(world, v, first, step)
                if has_turn(people, i, turn):
                    place = have_gifts(people, world, v, i, values.needs[v], place, count)
        for rank in range(count):  # what is left was meant as a gift and is not put up for credit
            people.offer[world.work[OFFERING, rank]] = 0


def run(model) -> None:
    """Habits of those who have none yet."""
    if model.parameters.habits.on:
        set_habits(model.people, model.world, model.values.table, model.lasting_keys(HABIT))


def run_give(model) -> None:
    """Who is refused, and what altruists give."""
    if model.parameters.habits.on:
        give_for_nothing(
            model.people,
            model.world,
            model.values.table,
            model.parameters.timebank.on,
            model.keys(RECOGNISE),
            model.keys(GIFT),
        )
