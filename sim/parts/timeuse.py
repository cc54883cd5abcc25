"""The monthly time budget of everybody: no hour is used twice.

State: `free`, what is left of this month's budget; all later processes only take from it.
Month: each person's disposable minutes, less own farm work and minding grandchildren; what was offered, given
and received last month is cleared.
Size zero: without disposable hours nobody farms, minds, helps or works; who minds is fixed to the person.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import ELDER, FREE, HELPER, MILD, ROBUST, SEVENTY_FIVE, UNDEREMPLOYED, WITH_CHILD
from sim.state.fields import column, flow
from sim.state.parameters import par, section
from sim.state.people import identity_of, residents


@section("timeuse")
class TimeUse:
    """Hours that a person can dispose of after sleep, household and own care, and what is taken first."""

    elder_robust: float = par(
        150.0,
        unit="hours/month",
        low=60.0,
        high=240.0,
        doc="disposable hours of a robust elder under 75",
        stored="minutes",
    )
    elder_older: float = par(
        90.0,
        unit="hours/month",
        low=20.0,
        high=160.0,
        doc="disposable hours of a robust elder of 75 and over",
        stored="minutes",
    )
    elder_mild: float = par(
        60.0,
        unit="hours/month",
        low=10.0,
        high=120.0,
        doc="disposable hours in the mild state",
        stored="minutes",
    )
    helper: float = par(
        90.0,
        unit="hours/month",
        low=30.0,
        high=200.0,
        doc="disposable hours of a helper after own work",
        stored="minutes",
    )
    underemployed: float = par(
        140.0,
        unit="hours/month",
        low=40.0,
        high=240.0,
        doc="disposable hours of an under-employed helper",
        stored="minutes",
    )
    farm_per_mu: float = par(
        15.0,
        unit="hours/month",
        low=0.0,
        high=40.0,
        doc="own farm work a mu in a mean month",
        stored="minutes",
    )
    grandchildren: float = par(
        50.0,
        unit="hours/month",
        low=0.0,
        high=120.0,
        doc="hours with grandchildren where an elder lives with a child",
        stored="minutes",
    )
    grandchildren_share: float = par(
        0.5, unit="share", low=0.0, high=1.0, doc="elders living with a child who mind grandchildren"
    )


column(
    "free",
    "i4",
    unit="minutes",
    label="time left of this month's budget",
    written_by=(
        "agriculture",
        "committee",
        "exchange",
        "handicraft",
        "needs",
        "neighbours",
        "people",
        "points",
        "referral_centre",
        "tourism",
    ),
)
flow("time_budget", unit="minutes", label="disposable time of all persons", written_by=("referral_centre",))
flow("time_farm", unit="minutes", label="own farm work")
flow("time_grandchildren", unit="minutes", label="minding grandchildren")
flow(
    "time_family",
    unit="minutes",
    label="care for one's own family by persons of the table",
    written_by=("needs",),
)
flow(
    "time_business",
    unit="minutes",
    label="work in village businesses",
    written_by=("trades",),
)
flow("time_aid", unit="minutes", label="mutual aid: hours, visits and kitchen", written_by=("people",))

MINDS = Purpose("timeuse.grandchildren")

MU = 0.1  # mu in a unit of the column `land`


@inner
def disposable(people, i, timeuse):
    """Minutes a month after sleep, household and own care, by kind, age and health."""
    if people.kind[i] == HELPER:
        return timeuse.underemployed if people.role[i] == UNDEREMPLOYED else timeuse.helper
    if people.health[i] == ROBUST:
        return timeuse.elder_robust if people.age[i] < SEVENTY_FIVE else timeuse.elder_older
    return timeuse.elder_mild if people.health[i] == MILD else 0


@inner
def minds(people, i, timeuse, identity, key):
    """Whether an elder minds grandchildren: some of those who live with a child."""
    return people.living[i] == WITH_CHILD and uniform(key, identity, 0) < timeuse.grandchildren_share


@inner
def own_duties(people, i, timeuse, season, minutes, identity, key):
    """Minutes of farm work, then with grandchildren, of an elder in health who has `minutes`."""
    if people.kind[i] != ELDER or people.health[i] > MILD:
        return 0, 0
    farm = min(minutes, int(timeuse.farm_per_mu * people.land[i] * season * MU))
    if minds(people, i, timeuse, identity, key):
        return farm, min(minutes - farm, timeuse.grandchildren)
    return farm, 0


@kernel
def budget(people, world, values, season, keys):
    """Set `free` to the disposable minutes less farm and grandchildren."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        timeuse, flow = values.timeuse[v], world.flow[v]
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            minutes = disposable(people, i, timeuse)
            identity = identity_of(world.villages[v].number, people.serial[i])
            farm, minding = own_duties(people, i, timeuse, season, minutes, identity, key)
            flow.time_budget += minutes
            flow.time_farm += farm
            flow.time_grandchildren += minding
            people.free[i] = minutes - farm - minding
            people.offer[i], people.given[i], people.received[i] = 0, 0, 0


def run(model) -> None:
    """The month's budgets; who minds grandchildren is fixed for a person."""
    budget(
        model.people,
        model.world,
        model.values.table,
        tables.seasons()[1, model.calendar_month - 1],
        model.lasting_keys(MINDS),
    )
