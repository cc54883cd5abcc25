"""The monthly time budget of everybody: no hour is used twice. Later rows only take from `free`."""

from __future__ import annotations

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import MILD, ROBUST, UNDEREMPLOYED, WITH_CHILD
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
    written_by=("agriculture", "handicraft", "needs", "people", "points", "referral_centre", "tourism"),
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
    written_by=("agriculture", "handicraft", "tourism"),
)
flow("time_aid", unit="minutes", label="mutual aid: hours, visits and kitchen", written_by=("people",))

MINDS = Purpose("timeuse.grandchildren")


@kernel
def budget(people, world, values, season, keys):
    """Set `free` to the disposable minutes less farm and grandchildren."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        timeuse, flow = values.timeuse[v], world.flow[v]
        for i in residents(world, v):
            kind = people.kind[i]
            if kind == 0:
                continue
            if kind == 2:
                minutes = timeuse.underemployed if people.role[i] == UNDEREMPLOYED else timeuse.helper
            elif people.health[i] == ROBUST:
                minutes = timeuse.elder_robust if people.age[i] < 900 else timeuse.elder_older
            else:
                minutes = timeuse.elder_mild if people.health[i] == MILD else 0
            flow.time_budget += minutes
            farm, minding = 0, 0
            if kind == 1 and people.health[i] <= MILD:
                farm = min(minutes, int(timeuse.farm_per_mu * people.land[i] * season * 0.1))
                identity = identity_of(world.villages[v].number, people.serial[i])
                if people.living[i] == WITH_CHILD and uniform(key, identity, 0) < timeuse.grandchildren_share:
                    minding = min(minutes - farm, timeuse.grandchildren)
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
