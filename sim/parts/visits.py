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
from sim.state.codes import ASKED, COMPANIONSHIP, MUTUAL
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


column("tier", "i1", unit="code", label="account book: 0 none, 1 daily, 2 twice a week, 3 weekly, 4 monthly")
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
def by_link(p, w, v, i, wanted, minutes):
    """Visits by kin and neighbour who volunteer, as far as their offers go."""
    made = 0
    for k in range(2):
        slot = p.kin[i] if k == 0 else p.neighbour[i]
        if slot < 0:
            continue
        h = w.start[v] + slot
        if p.kind[h] != 0 and p.offer[h] >= minutes:
            count = min(wanted - made, p.offer[h] // minutes)
            give(p, w, v, h, count * minutes)
            made += count
    return made


@kernel
def slots_covered(made, carried, slots, rota, key, ident):
    """How many of a month's `slots` (at most 31) have a visit.

    Those that keep their day have one each, the others fall anywhere.
    """
    kept = carried + rounded((made - carried) * rota, key, ident, 0)
    covered, seen = kept, (np.int64(1) << np.int64(kept)) - np.int64(1)
    for k in range(made - kept):
        slot = np.int64(1) << np.int64(below(key, ident, k + 1, slots))
        covered += 1 if seen & slot == 0 else 0
        seen |= slot
    return covered


@kernel
def visit(p, w, values, days, key, rota_key):
    """Write the book and make the visits, most urgent tier first; within a tier from a drawn place."""
    for v in range(len(w.used)):
        c, r, f = values.visits[v], w.villages[v], w.flow[v]
        n = w.used[v]
        due = (0, c.daily, c.twice_weekly, c.weekly, c.monthly)
        minutes = max(np.int64(c.call_minutes + c.in_person * (c.person_minutes - c.call_minutes) + 0.5), 1)
        first = w.start[v]
        duty = c.cadre_hours + r.duty if r.level > 0 else np.int64(c.cadre_hours * c.duty_when_closed)
        order, ends = w.work[0], w.work[1]
        ends[:5] = 0
        for i in range(first, first + n):
            p.tier[i] = 0
            if p.kind[i] == 1:
                t = tier_of(p.health[i], p.living[i]) if p.place[i] >= 0 else 0
                p.tier[i] = t
                f.in_book[t] += 1
                ends[t] += 1
                f.visits_due[t] += due[t]
            elif p.kind[i] == 2 and p.role[i] == 1:
                extra = max(min(duty, np.int64(p.free[i] - p.offer[i])), 0)
                p.offer[i] += extra
                f.offered += extra
        turn = start_row(p, w, v, True, uniform(key, r.number, 0))
        pointer = 0
        for t in range(2, 5):  # the book sorted by tier
            ends[t] += ends[t - 1]
        for t in range(4, 0, -1):
            ends[t] = ends[t - 1] if t > 1 else 0
        for j in range(n):
            i = first + j
            if p.tier[i] > 0:
                order[ends[p.tier[i]]] = i
                ends[p.tier[i]] += 1
        begin = 0
        for tier in range(1, 5):
            size = ends[tier] - begin
            drawn = np.int64(uniform(key, r.number, tier) * size)
            for q in range(size):
                i = order[begin + wrap(q + drawn, size)]
                made = min(due[tier], np.int64(days[v])) if p.dines[i] == 2 else 0
                carried = made
                if made < due[tier]:
                    made += by_link(p, w, v, i, due[tier] - made, minutes)
                while made < due[tier] and pointer < n:
                    h = first + wrap(pointer + turn, n)
                    count = (
                        min(due[tier] - made, p.offer[h] // minutes)
                        if p.offer[h] >= minutes and p.kind[h] != 0 and h != i
                        else 0
                    )
                    if count > 0:
                        give(p, w, v, h, count * minutes)
                        made += count
                    if made < due[tier]:
                        pointer += 1
                f.visits_made[tier] += made
                on_time = (
                    made
                    if c.rota >= 1.0 or made == carried
                    else slots_covered(
                        made, carried, due[tier], c.rota, rota_key, identity_of(r.number, p.serial[i])
                    )
                )
                f.visits_on_time[tier] += on_time
                f.visit_minutes += (made - carried) * minutes
                company = min((made - carried) * minutes, np.int64(p.need[i, COMPANIONSHIP]))
                p.need[i, COMPANIONSHIP] -= company
                w.hours[v, ASKED, COMPANIONSHIP] += company
                w.hours[v, MUTUAL, COMPANIONSHIP] += company
            begin = ends[tier]
        for i in range(first, first + n):  # duty that is left over is no offer of hours
            if p.kind[i] == 2 and p.volunteer[i] == 0:
                p.offer[i] = 0


def run(m) -> None:
    """The month's visits."""
    if m.parameters.visits.on:
        visit(
            m.people,
            m.world,
            m.values.table,
            m.once(m.values.canteen.__getitem__, "days"),
            m.key(TURN),
            m.key(ROTA),
        )
