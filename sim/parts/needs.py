"""M3 Needs and M4 Supply ladder: hours per kind by state and living arrangement, family first, the rest at
the end.

*Eligible* minutes are left after family, of kinds that mutual aid may serve; personal care only by exception.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import (
    ALONE,
    COUPLE,
    ELDER,
    ELIGIBLE,
    ESCORT,
    FAMILY,
    MILD,
    NEED,
    PERSONAL,
    PROFESSIONAL,
    REHABILITATION,
    UNMET,
    WITH_CHILD,
)
from sim.state.fields import column
from sim.state.parameters import par, section
from sim.state.people import identity_of, residents


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
        "clearing_platform",
        "clearing_redemption",
        "matching",
        "operation",
        "people",
        "referral",
        "referral_centre",
        "sharing",
        "visits",
    ),
)

FIXED = Purpose("needs.own_level")
EVENT = Purpose("needs.event")


@kernel
def scales_of(n):
    """The nine scales in the order of the kinds."""
    return (
        n.meals_scale,
        n.cleaning_scale,
        n.mobility_scale,
        n.escort_scale,
        n.emergency_scale,
        n.rehabilitation_scale,
        n.prevention_scale,
        n.companionship_scale,
        n.personal_care_scale,
    )


@kernel
def eligible_of(minutes, kind, n):
    """Minutes of a kind that mutual aid may serve, from those left."""
    if kind == PERSONAL:
        return int(minutes * n.personal_eligible)
    if kind == REHABILITATION:
        return int(minutes * n.rehabilitation_eligible)
    return minutes


@kernel
def arise(people, world, values, table, fixed_keys, event_keys):
    """Need in minutes per kind; escorts and emergencies come as events of a given length."""
    for v in range(len(world.used)):
        fixed_key, event_key = fixed_keys[world.county[v]], event_keys[world.county[v]]
        needs, number = values.needs[v], world.villages[v].number
        scales = scales_of(needs)
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(number, people.serial[i])
            own = 1.0 - needs.own_spread + 2.0 * needs.own_spread * uniform(fixed_key, identity, 0)
            if people.dementia[i] == 1:
                own *= needs.dementia_factor
            house = needs.alone_factor if people.living[i] == ALONE else 1.0
            for k in range(9):
                expected = table[people.health[i], k] * scales[k] * own
                if k <= 2:
                    expected *= house
                if k == ESCORT or k == ESCORT + 1:
                    length = needs.escort_hours if k == ESCORT else needs.emergency_hours
                    minutes = (
                        length if length > 0 and uniform(event_key, identity, k) * length < expected else 0
                    )
                else:
                    minutes = int(expected)
                minutes = min(minutes, 32000)
                people.need[i, k] = minutes
                world.hours[v, NEED, k] += minutes


@kernel
def family(people, world, values):
    """Family serves each kind in the same share; a spouse of the table gives own free minutes."""
    for v in range(len(world.used)):
        needs = values.needs[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            total = 0
            for k in range(9):
                total += int(people.need[i, k])
            if total == 0:
                continue
            share, capacity, spouse, from_spouse = 0.0, 0, -1, 0
            if people.living[i] == WITH_CHILD:
                share, capacity = needs.cover_child, needs.child_hours
            else:
                if people.living[i] == COUPLE:
                    share, from_spouse = needs.cover_spouse, needs.spouse_hours
                    if people.spouse[i] >= 0:
                        spouse = world.start[v] + people.spouse[i]
                        from_spouse = min(from_spouse, max(people.free[spouse], 0))
                    capacity = from_spouse
                if people.near[i] == 1:
                    share, capacity = min(share + needs.cover_near, 1.0), capacity + needs.near_hours
            given = min(int(total * share), capacity)
            if given > 0:
                _serve_family(people, world, v, i, given, total)
            if spouse >= 0:
                own = min(given, from_spouse)
                people.free[spouse] -= own
                world.flow[v].time_family += own
            for k in range(9):
                world.hours[v, ELIGIBLE, k] += eligible_of(int(people.need[i, k]), k, needs)


@inner
def _serve_family(people, world, v, i, given, total):
    """Take `given` minutes from the needs in proportion, the rounding from the largest first by order of
    kind.
    """
    left, share = given, given / total
    for k in range(9):
        part = int(people.need[i, k] * share)
        people.need[i, k] -= part
        world.hours[v, FAMILY, k] += part
        left -= part
    for k in range(9):
        if left == 0:
            break
        take = min(left, int(people.need[i, k]))
        people.need[i, k] -= take
        world.hours[v, FAMILY, k] += take
        left -= take


@kernel
def professional(people, world, values):
    """After mutual aid: what an elder can pay for; the rest is unmet, per kind."""
    for v in range(len(world.used)):
        needs = values.needs[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            money = (
                int(
                    (int(people.income[i]) + int(int(people.remit[i]) * world.villages[v].remit_left))
                    * needs.professional_income_share
                )
                if people.health[i] >= MILD
                else 0
            )
            minutes = money * 60 // max(needs.professional_price, 1)
            for j in range(9 if minutes > 0 else 0):
                k = 8 - j  # personal care and the skilled kinds first
                take = min(minutes, int(people.need[i, k]))
                people.need[i, k] -= take
                minutes -= take
                world.hours[v, PROFESSIONAL, k] += take
            for k in range(9):
                world.hours[v, UNMET, k] += people.need[i, k]


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
    family(model.people, model.world, model.values.table)


def run_professional(model) -> None:
    """The last rung of the ladder."""
    professional(model.people, model.world, model.values.table)
