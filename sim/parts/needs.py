"""M3 Needs and M4 Supply ladder: hours per kind by state and living arrangement, family first, the rest at
the end.

State: minutes of each kind that each elder lacks so far this month; every rung of the ladder takes from them.
Month: needs arise; family serves, and what it leaves and mutual aid may serve is *eligible* (personal care
only by exception); after mutual aid each elder buys paid care with a share of income; the rest is unmet.
Size zero: an escort or emergency of no length never comes; a family without hours leaves all to neighbours.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.care import serve_by_family, serve_by_paid_care
from sim.state.codes import (
    ALL_KINDS,
    ALONE,
    CLOSED,
    COUPLE,
    ELDER,
    ELIGIBLE,
    EMERGENCY,
    ESCORT,
    MILD,
    MOBILITY,
    NEED,
    UNMET,
    WITH_CHILD,
)
from sim.state.fields import column, flow
from sim.state.parameters import par, section
from sim.state.people import eligible_of, identity_of, income_of, norm_now, relies_on_children, residents
from sim.state.purposes import RELIES


@section("needs")
class Needs:
    """Hours come from data/need_hours_by_state.csv, times one scale a kind."""

    meals_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of meal help")
    cleaning_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of cleaning")
    mobility_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of mobility and errands")
    escort_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of medical escort")
    emergency_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of emergencies")
    rehabilitation_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of rehabilitation")
    prevention_scale: float = par(
        1.0, unit="ratio", low=0.5, high=2.0, doc="scale of prevention and publicity"
    )
    companionship_scale: float = par(
        1.0, unit="ratio", low=0.5, high=2.0, doc="scale of company and visiting"
    )
    personal_care_scale: float = par(1.0, unit="ratio", low=0.5, high=2.0, doc="scale of personal care")
    alone_factor: float = par(
        1.2, unit="ratio", low=1.0, high=2.0, doc="household help of an elder living alone over the table"
    )
    dementia_factor: float = par(
        1.3, unit="ratio", low=1.0, high=2.0, doc="need of an elder with dementia over the table"
    )
    own_spread: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="a person's own level of need is even between 1 - spread and 1 + spread",
    )
    escort_hours: float = par(
        4.0, unit="hours", low=1.0, high=8.0, doc="length of one medical escort", stored="minutes"
    )
    emergency_hours: float = par(
        2.0, unit="hours", low=0.5, high=8.0, doc="length of one emergency", stored="minutes"
    )
    rehabilitation_eligible: float = par(
        0.5, unit="share", low=0.0, high=1.0, doc="rehabilitation that trained neighbours may give"
    )
    personal_eligible: float = par(
        0.05,
        unit="share",
        low=0.0,
        high=0.2,
        doc="personal care that mutual aid may give",
        source="definition: personal care only by exception",
    )
    cover_child: float = par(
        0.90,
        unit="share",
        low=0.5,
        high=1.0,
        doc="need met by a child in the house",
        source="assumption; 95 % of dependent rural elders have a family carer (CLHLS)",
    )
    cover_spouse: float = par(0.75, unit="share", low=0.2, high=0.95, doc="need met by a spouse")
    cover_near: float = par(
        0.40, unit="share", low=0.0, high=0.7, doc="need met by a near child from another house"
    )
    child_hours: float = par(
        120.0,
        unit="hours/month",
        low=40.0,
        high=240.0,
        doc="most that a child in the house gives",
        stored="minutes",
    )
    spouse_hours: float = par(
        60.0,
        unit="hours/month",
        low=10.0,
        high=160.0,
        doc="most that a spouse outside the table gives",
        stored="minutes",
    )
    near_hours: float = par(
        30.0, unit="hours/month", low=0.0, high=60.0, doc="most that a near child gives", stored="minutes"
    )
    professional_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=40.0,
        doc="price of an hour of paid care at home",
        source="assumption; rural carer wage 3,500 yuan a month",
        stored="fen",
    )
    professional_income_share: float = par(
        0.10, unit="share", low=0.0, high=0.4, doc="income that goes to paid care when help is short"
    )


column(
    "need",
    "i2",
    unit="minutes",
    label="need of each kind not met so far this month",
    shape=(9,),
    written_by=(
        "canteen",
        "care",
        "choice",
        "clearing_platform",
        "clearing_redemption",
        "habits",
        "matching",
        "neighbours",
        "operation",
        "public_care",
        "referral",
        "referral_centre",
        "sharing",
        "visits",
    ),
)

FIXED = Purpose("needs.own_level")
EVENT = Purpose("needs.event")

column("needy", "i1", unit="flag", label="has so many eligible hours this month that it counts as in need")
flow("needy", unit="persons", label="elders in need: with `reported.needy_hours` eligible hours or more")
HOUR = 60.0  # minutes
LONGEST = 32_000  # minutes of one kind in a month that the column holds


@kernel  # Python calls it with a record too
def scales_of(needs):
    """The nine scales in the order of the kinds."""
    return (
        needs.meals_scale,
        needs.cleaning_scale,
        needs.mobility_scale,
        needs.escort_scale,
        needs.emergency_scale,
        needs.rehabilitation_scale,
        needs.prevention_scale,
        needs.companionship_scale,
        needs.personal_care_scale,
    )


@inner
def own_level(people, i, needs, identity, key):
    """An elder's own level of need over the table: fixed to the person, higher with dementia."""
    level = 1.0 - needs.own_spread + 2.0 * needs.own_spread * uniform(key, identity, 0)
    return level * needs.dementia_factor if people.dementia[i] == 1 else level


@inner
def arising(kind, expected, needs, identity, key):
    """Minutes of a kind this month: whole events of a given length by a draw, else what is expected."""
    if kind != ESCORT and kind != EMERGENCY:
        return int(expected)
    length = needs.escort_hours if kind == ESCORT else needs.emergency_hours
    return length if length > 0 and uniform(key, identity, kind) * length < expected else 0


@inner
def family_cover(people, world, v, i, needs, child_last):
    """What the family of elder i can do; without a child from another house where it is asked last.

    Share of the need, minutes at most, row of a spouse of the table (or -1), minutes that a spouse has.
    """
    if people.living[i] == WITH_CHILD:
        return needs.cover_child, needs.child_hours, np.int64(-1), np.int64(0)
    share, from_spouse, spouse = 0.0, np.int64(0), np.int64(-1)
    if people.living[i] == COUPLE:
        share, from_spouse = needs.cover_spouse, needs.spouse_hours
        if people.spouse[i] >= 0:
            spouse = world.start[v] + people.spouse[i]
            from_spouse = min(from_spouse, max(people.free[spouse], 0))
    near = (people.near[i] == 1) & (not child_last)  # as often as not: no branch
    share = min(share + needs.cover_near * near, 1.0)
    return share, from_spouse + needs.near_hours * near, spouse, from_spouse


@inner
def paid_minutes(people, i, needs, remit_left):
    """Minutes of paid care that an elder short of health buys with the share of income set aside for it."""
    if people.health[i] < MILD:
        return 0
    money = int(income_of(people, i, remit_left) * needs.professional_income_share)
    return money * 60 // max(needs.professional_price, 1)


@kernel
def arise(people, world, values, table, fixed_keys, event_keys):
    """Need in minutes per kind; escorts and emergencies come as events of a given length."""
    for v in range(len(world.used)):
        fixed_key, event_key = fixed_keys[world.county[v]], event_keys[world.county[v]]
        needs, number = values.needs[v], world.villages[v].number
        scales, alone_factor = scales_of(needs), needs.alone_factor
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(number, people.serial[i])
            own, health = own_level(people, i, needs, identity, fixed_key), people.health[i]
            house = alone_factor if people.living[i] == ALONE else 1.0
            for kind in range(ALL_KINDS):
                expected = table[health, kind] * scales[kind] * own
                if kind <= MOBILITY:
                    expected *= house
                minutes = min(arising(kind, expected, needs, identity, event_key), LONGEST)
                people.need[i, kind] = minutes
                world.hours[v, NEED, kind] += minutes


@inner
def asks_child_last(people, world, v, i, norm, key):
    """An elder known to an open station, with a child in another house, who does not rely on children."""
    village = world.villages[v]
    if village.level == CLOSED or people.enrolled[i] == 0 or people.near[i] == 0:
        return False
    identity = identity_of(village.number, people.serial[i])
    return people.living[i] != WITH_CHILD and not relies_on_children(key, identity, norm)


@kernel
def family(people, world, values, chosen, years, norm_keys):
    """Family serves each kind in the same share; a spouse of the table gives own free minutes.

    With a choice of care (`chosen`) a child from another house comes last where its parent wants it so.
    """
    for v in range(len(world.used)):
        needs, needy_minutes = values.needs[v], values.reported[v].needy_hours * HOUR
        norm, key = norm_now(values.acceptance[v], world.villages[v], years), norm_keys[world.county[v]]
        for i in residents(world, v):
            people.needy[i] = 0
            if people.kind[i] != ELDER:
                continue
            total = 0
            for kind in range(ALL_KINDS):
                total += int(people.need[i, kind])
            if total == 0:
                continue
            last = chosen and asks_child_last(people, world, v, i, norm, key)
            people.child_last[i] = 1 if last else 0
            share, capacity, spouse, from_spouse = family_cover(people, world, v, i, needs, last)
            given = min(int(total * share), capacity)
            if given > 0:
                serve_by_family(people, world, v, i, given, total)
            if spouse >= 0:
                own = min(given, from_spouse)
                people.free[spouse] -= own
                world.flow[v].time_family += own
            eligible = 0
            for kind in range(ALL_KINDS):
                minutes = eligible_of(int(people.need[i, kind]), kind, needs)
                world.hours[v, ELIGIBLE, kind] += minutes
                eligible += minutes
            people.needy[i] = 1 if eligible >= needy_minutes else 0
            world.flow[v].needy += people.needy[i]


@kernel
def professional(people, world, values):
    """After mutual aid: what an elder can pay for; the rest is unmet, per kind."""
    for v in range(len(world.used)):
        needs, village = values.needs[v], world.villages[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            minutes = paid_minutes(people, i, needs, village.remit_left)
            if minutes > 0:
                serve_by_paid_care(people, world, v, i, minutes)
            for kind in range(ALL_KINDS):
                world.hours[v, UNMET, kind] += people.need[i, kind]


def run_arise(model) -> None:
    """Needs of the month."""
    arise(
        model.people,
        model.world,
        model.values.table,
        tables.need_hours(),
        model.lasting_keys(FIXED),
        model.keys(EVENT),
    )


def run_family(model) -> None:
    """The first rung of the ladder."""
    years, keys = max(model.month, 0) / 12, model.lasting_keys(RELIES)
    family(model.people, model.world, model.values.table, model.parameters.choice.on, years, keys)


def run_professional(model) -> None:
    """The last rung of the ladder, where care is not chosen."""
    if not model.parameters.choice.on:
        professional(model.people, model.world, model.values.table)
