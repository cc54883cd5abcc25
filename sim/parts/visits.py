"""M5 Visiting duty and account book: one tier for every special-difficulty elder, a look-in by whoever is
near.

Daily: severe, or alone and moderate. Twice a week: alone, or moderate. Weekly: mild. Monthly: healthy couple
of an empty nest. A delivered meal counts for its day; then kin, neighbour, leaders and volunteers use offered
minutes, which are company as well. The visits due are slots of the month; a slot that has a visit is a visit
on time.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, below, rounded, uniform
from sim.engine.sorting import wrap
from sim.state.codes import ASKED, CADRE, CLOSED, COMPANIONSHIP, ELDER, FREE, HELPER, MUTUAL, UNLISTED
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import give, identity_of, start_row


@section("visits")
class Visits:
    """The book and the minutes a visit takes."""

    on: bool = switch(True, doc="off: nobody is in the book")
    daily: int = par(
        30,
        unit="visits/month",
        low=20,
        high=31,
        doc="visits due in the daily tier",
        source="definition of the tier",
    )
    twice_weekly: int = par(
        9,
        unit="visits/month",
        low=8,
        high=9,
        doc="visits due in the twice-a-week tier",
        source="definition of the tier",
    )
    weekly: int = par(
        4,
        unit="visits/month",
        low=4,
        high=5,
        doc="visits due in the weekly tier",
        source="definition of the tier",
    )
    monthly: int = par(
        1,
        unit="visits/month",
        low=1,
        high=1,
        doc="visits due in the monthly tier",
        source="definition of the tier",
    )
    call_minutes: float = par(
        5.0,
        unit="minutes",
        low=2.0,
        high=10.0,
        doc="minutes of a call or look-in",
        source="definition of the account book",
    )
    person_minutes: float = par(
        15.0,
        unit="minutes",
        low=8.0,
        high=40.0,
        doc="minutes of a visit in person",
        source="definition of the account book",
    )
    in_person: float = par(0.2, unit="share", low=0.0, high=1.0, doc="visits made in person")
    rota: float = par(
        1.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "visits that keep their day in the book; the others fall on any slot, so that some get two "
            "and others none"
        ),
        source="design choice: the book is kept; below 1 an assumption",
    )
    cadre_hours: float = par(
        10.0,
        unit="hours/month",
        low=0.0,
        high=40.0,
        doc="duty hours of each group leader or cadre, while mutual aid is in service",
        stored="minutes",
    )
    duty_when_closed: float = par(
        0.1, unit="share", low=0.0, high=1.0, doc="duty hours that go on where no service is open"
    )


column(
    "tier",
    "i1",
    unit="code",
    label="account book: 0 none, 1 daily, 2 twice a week, 3 weekly, 4 monthly",
    written_by=("people",),
)
flow("in_book", unit="persons", label="elders in the account book by tier", shape=(5,))
flow("visits_due", unit="visits", label="visits due by tier", shape=(5,))
flow("visits_made", unit="visits", label="visits made by tier", shape=(5,))
flow("visits_on_time", unit="visits", label="slots of the month that had their visit, by tier", shape=(5,))
flow("visit_minutes", unit="minutes", label="minutes used for visits")

TURN = Purpose("visits.turn")
ROTA = Purpose("visits.rota")


@kernel
def tier_of(health, living):
    """The one tier of an elder."""
    if health == 3 or (living == 2 and health == 2):
        return 1
    if living == 2 or health == 2:
        return 2
    if health == 1:
        return 3
    return 4 if living == 1 else 0


@inner
def by_link(people, world, v, i, wanted, minutes):
    """Visits by kin and neighbour who volunteer, as far as their offers go."""
    made = 0
    for k in range(2):
        slot = people.kin[i] if k == 0 else people.neighbour[i]
        if slot < 0:
            continue
        h = world.start[v] + slot
        if people.kind[h] != FREE and people.offer[h] >= minutes:
            count = min(wanted - made, people.offer[h] // minutes)
            give(people, world, v, h, count * minutes)
            made += count
    return made


@kernel
def slots_covered(made, carried, slots, rota, key, ident):
    """How many of a month's `slots` (at most 31) have a visit.

    Those that keep their day have one each, the others fall anywhere.
    """
    kept = carried + rounded((made - carried) * rota, key, ident, 0)
    covered, seen = kept, (np.int64(1) << np.int64(kept)) - np.int64(1)
    for k in range(int(made - kept)):
        slot = np.int64(1) << np.int64(below(key, ident, k + 1, slots))
        covered += 1 if seen & slot == 0 else 0
        seen |= slot
    return covered


@kernel
def visit(people, world, values, keys, rota_keys):
    """Write the book and make the visits, most urgent tier first; within a tier from a drawn place."""
    for v in range(len(world.used)):
        key, rota_key = keys[world.county[v]], rota_keys[world.county[v]]
        visits, village, flow = values.visits[v], world.villages[v], world.flow[v]
        n = world.used[v]
        due = (0, visits.daily, visits.twice_weekly, visits.weekly, visits.monthly)
        minutes = max(
            np.int64(
                visits.call_minutes + visits.in_person * (visits.person_minutes - visits.call_minutes) + 0.5
            ),
            1,
        )
        first = world.start[v]
        duty = (
            visits.cadre_hours + village.duty
            if village.level > CLOSED
            else np.int64(visits.cadre_hours * visits.duty_when_closed)
        )
        order, ends = world.work[0], world.work[1]
        ends[:5] = 0
        for i in range(first, first + n):
            people.tier[i] = UNLISTED
            if people.kind[i] == ELDER:
                t = tier_of(people.health[i], people.living[i]) if people.place[i] >= 0 else 0
                people.tier[i] = t
                flow.in_book[t] += 1
                ends[t] += 1
                flow.visits_due[t] += due[t]
            elif people.kind[i] == HELPER and people.role[i] == CADRE:
                extra = max(min(duty, np.int64(people.free[i] - people.offer[i])), 0)
                people.offer[i] += extra
                flow.offered += extra
        turn = start_row(people, world, v, True, uniform(key, village.number, 0))
        pointer = 0
        for t in range(2, 5):  # the book sorted by tier
            ends[t] += ends[t - 1]
        for t in range(4, 0, -1):
            ends[t] = ends[t - 1] if t > 1 else 0
        for j in range(n):
            i = first + j
            if people.tier[i] > UNLISTED:
                order[ends[people.tier[i]]] = i
                ends[people.tier[i]] += 1
        begin = 0
        for tier in range(1, 5):
            size = ends[tier] - begin
            drawn = np.int64(uniform(key, village.number, tier) * size)
            for q in range(size):
                i = order[begin + wrap(q + drawn, size)]
                made = min(due[tier], np.int64(values.canteen[v].days)) if people.dines[i] == 2 else 0
                carried = made
                if made < due[tier]:
                    made += by_link(people, world, v, i, due[tier] - made, minutes)
                while made < due[tier] and pointer < n:
                    h = first + wrap(pointer + turn, n)
                    count = (
                        min(due[tier] - made, people.offer[h] // minutes)
                        if people.offer[h] >= minutes and people.kind[h] != FREE and h != i
                        else 0
                    )
                    if count > 0:
                        give(people, world, v, h, count * minutes)
                        made += count
                    if made < due[tier]:
                        pointer += 1
                flow.visits_made[tier] += made
                on_time = (
                    made
                    if visits.rota >= 1.0 or made == carried
                    else slots_covered(
                        made,
                        carried,
                        due[tier],
                        visits.rota,
                        rota_key,
                        identity_of(village.number, people.serial[i]),
                    )
                )
                flow.visits_on_time[tier] += on_time
                flow.visit_minutes += (made - carried) * minutes
                company = min((made - carried) * minutes, np.int64(people.need[i, COMPANIONSHIP]))
                people.need[i, COMPANIONSHIP] -= company
                world.hours[v, ASKED, COMPANIONSHIP] += company
                world.hours[v, MUTUAL, COMPANIONSHIP] += company
            begin = ends[tier]
        for i in range(first, first + n):  # duty that is left over is no offer of hours
            if people.kind[i] == HELPER and people.volunteer[i] == 0:
                people.offer[i] = 0


def run(model) -> None:
    """The month's visits."""
    if model.parameters.visits.on:
        visit(
            model.people,
            model.world,
            model.values.table,
            model.keys(TURN),
            model.keys(ROTA),
        )
