"""M5 Visiting duty and account book: one tier for every special-difficulty elder, a look-in by whoever is
near.

State: the tier of each elder, written anew each month. Daily: severe, or alone and moderate. Twice a week:
alone, moderate, or of a special family (`allowances.py`). Weekly: mild. Monthly: healthy couple of an empty
nest.
Month: the most urgent tier is visited first. A delivered meal counts for its day; then kin, neighbour,
leaders and volunteers use offered minutes, which are company as well. The visits due are slots of the month;
a slot that has a visit is a visit on time.
Off: nobody is in the book.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, below, rounded, uniform
from sim.engine.sorting import wrap
from sim.state.codes import (
    ALONE,
    ASKED,
    CADRE,
    CLOSED,
    COMPANIONSHIP,
    COUPLE,
    DAILY,
    DELIVERED,
    ELDER,
    FREE,
    HELPER,
    MILD,
    MODERATE,
    MONTHLY,
    MUTUAL,
    SEVERE,
    TWICE_WEEKLY,
    UNLISTED,
    WEEKLY,
)
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import give, identity_of, list_offers, residents


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
        0.1,
        unit="share",
        low=0.0,
        high=1.0,
        doc="duty hours that go on where no service is open",
        only=("neighbours.on=false",),
    )


column(
    "tier",
    "i1",
    unit="code",
    label="account book: 0 none, 1 daily, 2 twice a week, 3 weekly, 4 monthly",
)
flow("in_book", unit="persons", label="elders in the account book by tier", shape=(5,))
flow("visits_due", unit="visits", label="visits due by tier", shape=(5,))
flow("visits_made", unit="visits", label="visits made by tier", shape=(5,))
flow("visits_on_time", unit="visits", label="slots of the month that had their visit, by tier", shape=(5,))
flow("duty_minutes", unit="minutes", label="duty of group leaders and cadres put on offer for visits")
flow("visit_minutes", unit="minutes", label="minutes used for visits")

TURN = Purpose("visits.turn")
ROTA = Purpose("visits.rota")
TOWNSHIP = Purpose("visits.township")
FIRST_YEAR = 2025.0

# Rows of the village's scratch: elders by tier, where each tier ends, and whoever has an offer
ORDER, ENDS, ROUND = 0, 1, 2


@inner
def tier_of(health, living):
    """The one tier of an elder."""
    if health == SEVERE or (living == ALONE and health == MODERATE):
        return DAILY
    if living == ALONE or health == MODERATE:
        return TWICE_WEEKLY
    if health == MILD:
        return WEEKLY
    return MONTHLY if living == COUPLE else UNLISTED


@inner
def visit_minutes(visits):
    """Minutes of a visit in the mean of calls and visits in person."""
    mean = visits.call_minutes + visits.in_person * (visits.person_minutes - visits.call_minutes)
    return max(np.int64(mean + 0.5), 1)


@inner
def duty_of(visits, village):
    """Duty minutes of each cadre this month, where duty is the service's."""
    if village.level > CLOSED:
        return visits.cadre_hours + village.duty
    return np.int64(visits.cadre_hours * visits.duty_when_closed)


@inner
def duty_of_township(visits, neighbours, village, years, drawn):
    """Duty minutes of each cadre this month, service or not: more as policy grows, by township."""
    grown = min(max(years / 5.0, 0.0), 1.0)
    share = neighbours.duty_2025 + grown * (neighbours.duty_2030 - neighbours.duty_2025)
    share *= 1.0 + neighbours.duty_spread * (2.0 * drawn - 1.0)
    return np.int64(visits.cadre_hours * min(share, 1.0)) + village.duty


@inner
def enter_in_book(people, world, v, i):
    """Write and count the tier of elder i; who lives in an institution is not in the book."""
    tier = tier_of(people.health[i], people.living[i]) if people.place[i] >= 0 else UNLISTED
    if people.special[i] == 1 and people.place[i] >= 0:
        tier = DAILY if tier == DAILY else TWICE_WEEKLY
    people.tier[i] = tier
    world.work[ENDS, tier] += 1


@inner
def count_book(world, v, due):
    """Elders of each tier, and the visits due to them."""
    flow = world.flow[v]
    for tier in range(UNLISTED, MONTHLY + 1):
        flow.in_book[tier] += world.work[ENDS, tier]
        flow.visits_due[tier] += world.work[ENDS, tier] * due[tier]


@inner
def go_on_duty(people, i, duty, flow):
    """Duty minutes of a cadre, or of a member on the roster, are on offer, within the free ones."""
    extra = max(min(duty, np.int64(people.free[i] - people.offer[i])), 0)
    people.offer[i] += extra
    flow.offered += extra
    flow.duty_minutes += extra


@inner
def sort_book(people, world, v):
    """Sort the elders in the book by tier, from the counts of each."""
    for tier in range(TWICE_WEEKLY, MONTHLY + 1):
        world.work[ENDS, tier] += world.work[ENDS, tier - 1]
    for tier in range(MONTHLY, DAILY, -1):
        world.work[ENDS, tier] = world.work[ENDS, tier - 1]
    world.work[ENDS, DAILY] = 0
    for i in residents(world, v):
        if people.tier[i] > UNLISTED:
            world.work[ORDER, world.work[ENDS, people.tier[i]]] = i
            world.work[ENDS, people.tier[i]] += 1


@inner
def by_link(people, world, v, i, wanted, minutes):
    """Visits by kin and neighbour who volunteer, as far as their offers go."""
    made = 0
    for link in range(2):
        slot = people.kin[i] if link == 0 else people.neighbour[i]
        if slot < 0:
            continue
        helper = world.start[v] + slot
        if people.kind[helper] != FREE and people.offer[helper] >= minutes:
            count = min(wanted - made, people.offer[helper] // minutes)
            give(people, world, v, helper, count * minutes)
            made += count
    return made


@inner
def can_visit(people, i, helper, minutes):
    """Whether somebody else has time for a visit on offer."""
    return people.offer[helper] >= minutes and people.kind[helper] != FREE and helper != i


@inner
def on_round(people, world, v, i, made, due, minutes, step, turn, heads):
    """Visits to elder i by whoever has an offer, from a step of the village's round on.

    Returns the visits made in all and where the round stands.
    """
    while made < due and step < heads:
        helper, count = world.work[ROUND, wrap(step + turn, heads)], 0
        if can_visit(people, i, helper, minutes):
            count = min(due - made, people.offer[helper] // minutes)
        if count > 0:
            give(people, world, v, helper, count * minutes)
            made += count
        if made < due:
            step += 1
    return made, step


@inner
def slots_covered(made, carried, slots, rota, key, identity):
    """How many of a month's `slots` (at most 31) have a visit.

    Those that keep their day have one each, the others fall anywhere.
    """
    kept = carried + rounded((made - carried) * rota, key, identity, 0)
    covered, seen = kept, (np.int64(1) << np.int64(kept)) - np.int64(1)
    for rank in range(made - kept):
        slot = np.int64(1) << np.int64(below(key, identity, rank + 1, slots))
        covered += 1 if seen & slot == 0 else 0
        seen |= slot
    return covered


@inner
def book_visits(people, world, v, i, made, carried, on_time, minutes):
    """Count the visits of elder i; those that no meal carried are company as well."""
    flow, tier = world.flow[v], people.tier[i]
    flow.visits_made[tier] += made
    flow.visits_on_time[tier] += on_time
    flow.visit_minutes += (made - carried) * minutes
    company = min((made - carried) * minutes, np.int64(people.need[i, COMPANIONSHIP]))
    people.need[i, COMPANIONSHIP] -= company
    world.hours[v, ASKED, COMPANIONSHIP] += company
    world.hours[v, MUTUAL, COMPANIONSHIP] += company


@inner
def visit_elder(people, world, v, i, visits, due, days, minutes, step, turn, heads, key):
    """The month's visits of one elder; returns where the village's round stands."""
    made = int(min(due, days)) if people.dines[i] == DELIVERED else 0  # `days` may have a fraction
    carried = made
    if made < due:
        made += by_link(people, world, v, i, due - made, minutes)
    if made < due:
        made, step = on_round(people, world, v, i, made, due, minutes, step, turn, heads)
    if made == 0:
        return step
    on_time = made
    if visits.rota < 1.0 and made != carried:
        identity = identity_of(world.villages[v].number, people.serial[i])
        on_time = slots_covered(made, carried, due, visits.rota, key, identity)
    book_visits(people, world, v, i, made, carried, on_time, minutes)
    return step


@inner
def end_duty(people, world, v):
    """Duty that is left over is no offer of hours."""
    for i in residents(world, v):
        on_duty = people.kind[i] == HELPER or people.on_roster[i] == 1
        if on_duty and people.volunteer[i] == 0:
            people.offer[i] = 0


@kernel
def visit(people, world, values, by_township, years, township_keys, keys, rota_keys):
    """Write the book and make the visits, most urgent tier first; within a tier from a drawn place."""
    for v in range(len(world.used)):
        key, rota_key = keys[world.county[v]], rota_keys[world.county[v]]
        visits, village, days = values.visits[v], world.villages[v], np.int64(values.canteen[v].days)
        due = (0, visits.daily, visits.twice_weekly, visits.weekly, visits.monthly)
        minutes, duty = visit_minutes(visits), duty_of(visits, village)
        if by_township:
            drawn = uniform(township_keys[world.county[v]], village.township, 0)
            duty = duty_of_township(visits, values.neighbours[v], village, years, drawn)
        for tier in range(UNLISTED, MONTHLY + 1):
            world.work[ENDS, tier] = 0
        for i in residents(world, v):
            people.tier[i] = UNLISTED
            if people.kind[i] == ELDER:
                enter_in_book(people, world, v, i)
            elif people.kind[i] == HELPER and people.role[i] == CADRE:
                go_on_duty(people, i, duty, world.flow[v])
            if people.on_roster[i] == 1:
                go_on_duty(people, i, village.duty, world.flow[v])
        count_book(world, v, due)
        heads = list_offers(people, world, v, ROUND)
        turn = np.int64(uniform(key, village.number, 0) * heads)
        sort_book(people, world, v)
        begin, step = 0, 0
        for tier in range(DAILY, MONTHLY + 1):
            size = world.work[ENDS, tier] - begin
            drawn = np.int64(uniform(key, village.number, tier) * size)
            for rank in range(size):
                i = world.work[ORDER, begin + wrap(rank + drawn, size)]
                step = visit_elder(
                    people, world, v, i, visits, due[tier], days, minutes, step, turn, heads, rota_key
                )
            begin = world.work[ENDS, tier]
        end_duty(people, world, v)


def run(model) -> None:
    """The month's visits."""
    if model.parameters.visits.on:
        visit(
            model.people,
            model.world,
            model.values.table,
            model.parameters.neighbours.on,
            (model.start_month + model.month) / 12.0 - FIRST_YEAR,
            model.lasting_keys(TOWNSHIP),
            model.keys(TURN),
            model.keys(ROTA),
        )
