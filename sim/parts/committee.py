"""M24 The committee of an elderly association: it calls the roll and gives lessons (document 000 (9)).

State   months in which nobody stood for the committee.
Month   `run` when hours are on offer. In a village in service with an association the members elect
        `officers` of the elders who volunteer. The committee spends up to `hours` each of their own offer: it
        rings volunteers who did not turn up, some of whom come after all; and where an officer is trained,
        the elder consultant teaches untrained volunteers in the hours left. An association for whose
        committee nobody stood for `lapses` months is dissolved.
Off     an association plans where there is no leader and settles disputes, and has no committee.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, ELDER
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents

ON = ("on=true",)
ELECT, ANSWER = 0, 1  # indices of a person's draws: standing for office (lasting), answering the call
STANDING = 0  # row of the village's scratch: elders who stand for office


@section("committee")
class Committee:
    """Officers, their hours and what they do with them."""

    on: bool = switch(False, doc="off: an elderly association has no committee")
    officers: int = par(
        3, unit="persons", low=1, high=9, doc="officers whom the members elect, if so many stand", only=ON
    )
    hours: float = par(
        4.0,
        unit="hours/month",
        low=1.0,
        high=20.0,
        doc="most that an officer gives to the office, out of the own offer",
        only=ON,
        stored="minutes",
    )
    call_minutes: float = par(
        10.0, unit="minutes", low=3.0, high=30.0, doc="minutes to ring a volunteer who did not come", only=ON
    )
    comes: float = par(
        0.4, unit="share", low=0.0, high=0.9, doc="absent volunteers who come when rung", only=ON
    )
    lesson: float = par(
        6.0,
        unit="hours",
        low=1.0,
        high=30.0,
        doc="office hours in which a trained officer teaches one volunteer",
        only=ON,
        stored="minutes",
    )
    lapses: int = par(
        12,
        unit="months",
        low=3,
        high=60,
        doc="months without anybody to elect after which an association is dissolved",
        only=ON,
    )


column("officer", "i1", unit="flag", label="officer of the elderly association this month")
state("unled", "i8", unit="months", label="months in which nobody stood for the committee")
flow("officers", unit="persons", label="officers of the elderly association")
flow("rung", unit="persons", label="absent volunteers whom the committee rang")
flow("came_after_all", unit="persons", label="of these, who came")
flow("taught", unit="persons", label="volunteers whom an elder consultant taught")
flow("time_office", unit="minutes", label="work of the committee")

OFFICE = Purpose("committee.office")
CALL = Purpose("committee.call")


@inner
def may_stand(people, i):
    """Elders who volunteer and turned up."""
    return (people.kind[i] == ELDER) & (people.volunteer[i] == 1) & (people.offer[i] > 0)


@inner
def list_standing(people, world, v, key):
    """Elders who stand and their lasting draws, in the village's scratch; their number.

    Nobody is an officer any longer.
    """
    standing = 0
    for i in residents(world, v):
        people.officer[i] = 0
        world.work[STANDING, standing] = i
        standing += may_stand(people, i)
    for place in range(standing):
        serial = people.serial[world.work[STANDING, place]]
        world.sums[place] = uniform(key, identity_of(world.villages[v].number, serial), ELECT)
    return standing


@inner
def next_officer(world, standing, last):
    """The elder with the lowest draw above `last` of those who stand, and the draw; -1 where none is left."""
    lowest, officer = 2.0, -1
    for place in range(standing):
        if last < world.sums[place] < lowest:
            lowest, officer = world.sums[place], world.work[STANDING, place]
    return officer, lowest


@inner
def elect(people, world, v, committee, key):
    """Officers elected, office minutes that they have, and whether one of them is trained."""
    last, minutes, trained, elected = -1.0, 0, 0, 0
    standing = list_standing(people, world, v, key)
    for _ in range(committee.officers):
        officer, last = next_officer(world, standing, last)
        if officer < 0:
            break
        elected += 1
        people.officer[officer] = 1
        minutes += min(int(people.offer[officer]), int(committee.hours))
        trained = max(trained, int(people.trained[officer]))
    return elected, minutes, trained


@inner
def mean_offer(people, world, v):
    """Mean minutes of the volunteers who turned up."""
    heads, minutes = 0, 0
    for i in residents(world, v):
        if people.volunteer[i] == 1 and people.offer[i] > 0:
            heads += 1
            minutes += int(people.offer[i])
    return minutes // max(heads, 1)


@inner
def is_absent(people, i, month):
    """A volunteer in health who did not turn up though there was time."""
    away = people.volunteer[i] == 1 and people.offer[i] == 0
    return away and people.free[i] > 0 and people.laid_up[i] < month


@inner
def ring(people, world, v, committee, minutes, month, key):
    """Call the roll of the absent as far as office minutes go; the minutes left."""
    flow, usual = world.flow[v], mean_offer(people, world, v)
    for i in residents(world, v):
        if minutes < committee.call_minutes or not is_absent(people, i, month):
            continue
        minutes -= int(committee.call_minutes)
        flow.rung += 1
        identity = identity_of(world.villages[v].number, people.serial[i])
        if uniform(key, identity, ANSWER) < committee.comes:
            people.offer[i] = min(usual, int(people.free[i]))
            flow.offered += people.offer[i]
            flow.came_after_all += 1
    return minutes


@inner
def teach(people, world, v, committee, minutes):
    """The consultant teaches untrained volunteers one by one; the minutes left."""
    for i in residents(world, v):
        untaught = people.volunteer[i] == 1 and people.trained[i] == 0
        if minutes >= committee.lesson and untaught:
            people.trained[i] = 1
            minutes -= int(committee.lesson)
            world.flow[v].taught += 1
    return minutes


@inner
def charge(people, world, v, committee, used):
    """The work is the officers' own: it goes off their offer and their time."""
    flow = world.flow[v]
    flow.time_office += used
    flow.offered -= used
    for i in residents(world, v):
        minutes = min(used, int(people.offer[i]), int(committee.hours)) if people.officer[i] == 1 else 0
        people.offer[i] -= minutes
        people.free[i] -= minutes
        used -= minutes


@inner
def dissolve_or_go_on(village, committee, elected):
    """An association for whose committee nobody stands for long is dissolved."""
    village.unled = 0 if elected > 0 else village.unled + 1
    if village.unled >= committee.lapses:
        village.association, village.unled = 0, 0


@kernel
def work(people, world, values, month, office_keys, call_keys):
    """The month of every committee."""
    for v in range(len(world.used)):
        committee, village, county = values.committee[v], world.villages[v], world.county[v]
        if village.association == 0 or village.level == CLOSED:
            continue
        elected, minutes, trained = elect(people, world, v, committee, office_keys[county])
        world.flow[v].officers = elected
        dissolve_or_go_on(village, committee, elected)
        left = ring(people, world, v, committee, minutes, month, call_keys[county])
        if trained == 1:
            left = teach(people, world, v, committee, left)
        charge(people, world, v, committee, minutes - left)


def run(model) -> None:
    """Work of the committees, while anybody volunteers."""
    if model.parameters.committee.on and model.parameters.participation.on:
        work(
            model.people,
            model.world,
            model.values.table,
            model.month,
            model.lasting_keys(OFFICE),
            model.keys(CALL),
        )
