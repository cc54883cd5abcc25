"""M13 Acceptance: the norm of relying on children, network, publicity, satisfied users; loneliness.

State: acceptance, satisfaction and loneliness of each elder, and who is enrolled.
Month: before help is asked for, elders enrol by a hazard with an own part and a part that grows with the
enrolled (Bass), and leave; a closed village lets its users go. At the month's end acceptance moves to the
mean of the own zone (DeGroot), pulled by publicity, leaders and good experience against the norm.
Off: acceptance and loneliness stay where they started; enrolling goes on.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import ALONE, AT_TABLE, CLOSED, ELDER, ROBUST
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, need_left, norm_now, residents, zones_of


@section("acceptance")
class Acceptance:
    """What makes elders say yes."""

    on: bool = switch(True, doc="off: acceptance stays where it started")
    start: float = par(
        0.38,
        unit="share",
        low=0.1,
        high=0.8,
        doc="mean acceptance at the start",
        source="assumption between 25.6 % ever in an activity (CLASS 2014) and 55 % willing",
        live=False,
    )
    norm: float = par(
        0.718,
        unit="share",
        low=0.57,
        high=0.80,
        doc="strength of the norm of family care",
        source="Yang Huajie 2024 (Pearl River Delta, n = 1,278 rural)",
        grade="A",
    )
    norm_decline: float = par(0.01, unit="share/year", low=0.003, high=0.02, doc="yearly fall of the norm")
    network_speed: float = par(
        0.10, unit="share/month", low=0.0, high=1.0, doc="step towards the mean of the own zone"
    )
    experience_speed: float = par(
        0.05, unit="share/month", low=0.0, high=0.3, doc="step towards own satisfaction after receiving"
    )
    publicity: float = par(
        0.010,
        unit="share/month",
        low=0.0,
        high=0.05,
        doc="pull of publicity and theme days at full norm-free reach",
    )
    enrol_own: float = par(
        0.0015, unit="share/month", low=0.0, high=0.02, doc="hazard of enrolling by oneself (Bass p)"
    )
    enrol_network: float = par(
        0.006,
        unit="share/month",
        low=0.0,
        high=0.1,
        doc="hazard of enrolling at full enrolment of others (Bass q)",
    )
    need_factor: float = par(
        12.0,
        unit="ratio",
        low=1.0,
        high=30.0,
        doc="enrolment hazard of elders with unmet need over the others",
    )
    need_hours: float = par(
        4.0,
        unit="hours/month",
        low=1.0,
        high=12.0,
        doc="unmet need at which the factor is full",
        stored="minutes",
    )
    leave_rate: float = par(
        0.10,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc="enrolled who leave in a year at middling satisfaction",
    )
    for_good: bool = par(
        False,
        unit="switch",
        doc="who has left does not enrol again",
        source="design choice; the removed of an epidemic (Kermack and McKendrick 1927)",
    )
    lonely_alone: float = par(
        0.55, unit="share", low=0.2, high=0.9, doc="loneliness an elder alone drifts to without visits"
    )
    lonely_other: float = par(0.25, unit="share", low=0.05, high=0.6, doc="loneliness other elders drift to")
    company_relief: float = par(
        0.30, unit="share", low=0.0, high=0.6, doc="fall of that level where visits and activity are had"
    )
    lonely_speed: float = par(
        0.2, unit="share/month", low=0.02, high=1.0, doc="step of loneliness towards its level"
    )


column("enrolled", "i1", unit="flag", label="enrolled in the village's mutual aid")
column("has_left", "i1", unit="flag", label="enrolled once, and left of oneself")
column(
    "acceptance",
    "f4",
    unit="share",
    label="acceptance of help from outside the family",
    initial=0.3,
    written_by=("listening",),
)
column(
    "satisfaction",
    "f4",
    unit="share",
    label="satisfaction with what was received",
    initial=0.5,
    written_by=("agreements", "matching", "operation", "organisation_disputes", "quality"),
)
column("loneliness", "f4", unit="share", label="loneliness", initial=0.3)
state(
    "would_enrol",
    "f8",
    unit="persons",
    label="elders of a closed village who would be expected to enrol of themselves in a year of service",
)
flow("enrolled", unit="persons", label="elders enrolled")
flow("joined_users", unit="persons", label="elders who enrolled this month")
flow("left_users", unit="persons", label="elders who left the service this month")
flow("acceptance_sum", unit="persons", label="sum of acceptance over elders", dtype="f8")
flow("loneliness_sum", unit="persons", label="sum of loneliness over elders", dtype="f8")

START = Purpose("acceptance.start")
ENROL = Purpose("acceptance.enrol")

MIDDLING = 2.0  # brings a share of one half to one
START_SPREAD = 0.5  # width of acceptance at the start
TRUST_LEAST, TRUST_SPREAD = 0.4, 0.3  # trust at the start
START_ENROLLED = 0.25  # of others, by which the first users are near balance
NEWCOMER = 0.5  # satisfaction of one who enrols
LEADING = 0.5  # publicity that a leader, or an association, is worth
NORM_PULL = 0.1  # of the norm over that of publicity


@inner
def clipped(share):
    """A share between none and one."""
    return min(max(share, 0.0), 1.0)


@inner
def lonely_level(people, i, acceptance):
    """Loneliness that an elder drifts to without company."""
    return acceptance.lonely_alone if people.living[i] == ALONE else acceptance.lonely_other


@inner
def starts_enrolled(people, i, acceptance, drawn):
    """Whether an elder uses a standing service at the start, when joining and leaving balance."""
    factor = acceptance.need_factor if people.health[i] > ROBUST else 1.0
    hazard = acceptance.enrol_own + START_ENROLLED * acceptance.enrol_network
    rate = hazard * factor * MIDDLING * np.float64(people.acceptance[i])
    return drawn * (rate + acceptance.leave_rate / 12.0) < rate


@inner
def enrolment_rate(people, i, acceptance, hazard):
    """An elder's hazard of enrolling from the village's: by need left after the family, and by acceptance."""
    need, full = need_left(people, i), acceptance.need_hours
    factor = acceptance.need_factor if need >= full else (1.0 + (acceptance.need_factor - 1.0) * need / full)
    return hazard * factor * MIDDLING * np.float64(people.acceptance[i])


@inner
def let_go(people, world, v, i, acceptance):
    """A closed village has no users; after a closure it is counted who would come in a year of service."""
    village = world.villages[v]
    world.flow[v].left_users += people.enrolled[i]
    people.enrolled[i] = 0
    if village.closures > 0:
        village.would_enrol += min(12.0 * enrolment_rate(people, i, acceptance, acceptance.enrol_own), 1.0)


@inner
def join(people, world, v, i):
    """An elder enrols, and gets the welcome credit where there is none yet."""
    village = world.villages[v]
    people.enrolled[i] = 1
    people.satisfaction[i] = NEWCOMER
    world.flow[v].joined_users += 1
    if people.credit[i] == 0 and village.welcome > 0:
        people.credit[i] = village.welcome
        world.posted[v].credits_welcome += village.welcome


@inner
def leaves(people, i, leaving, drawn):
    """Whether an enrolled elder leaves the service: the more often the less it satisfies."""
    return drawn < leaving * MIDDLING * (1.0 - np.float64(people.satisfaction[i]))


@inner
def comes(people, i, acceptance, hazard, drawn):
    """Whether an elder enrols: by the hazard or as enough others have, once only where it is for good."""
    if acceptance.for_good == 1 and people.has_left[i] == 1:
        return False
    return people.follows[i] == 1 or drawn < enrolment_rate(people, i, acceptance, hazard)


@inner
def count_zones(people, world, v):
    """Sum of acceptance and number of elders by zone, in the village's scratch."""
    zones = zones_of(people, world, v)
    total, heads = world.sums, world.work[0]
    total[:zones] = 0.0
    heads[:zones] = 0
    for i in residents(world, v):
        if people.kind[i] == ELDER:
            total[people.zone[i]] += np.float64(people.acceptance[i])
            heads[people.zone[i]] += 1


@inner
def reach_of(village, acceptance, norm):
    """Pull of publicity a month: where a service stands, by campaigns and those who lead."""
    if village.level == CLOSED:
        return 0.0
    told = village.publicity + LEADING * village.leader + LEADING * village.association
    return acceptance.publicity * told * (1.0 - norm)


@inner
def learn(people, i, acceptance, mean, reach, norm):
    """Acceptance moves to the zone's mean, by what is told, against the norm, and by own experience."""
    share = np.float64(people.acceptance[i])
    share += acceptance.network_speed * (mean - share)
    share += reach * (1.0 - share) - NORM_PULL * acceptance.publicity * norm * share
    if people.received[i] > 0 or people.dines[i] > 0:
        share += acceptance.experience_speed * (np.float64(people.satisfaction[i]) - share)
    people.acceptance[i] = clipped(share)


@inner
def feel(people, i, acceptance):
    """Loneliness moves to its level, which company lowers."""
    level = lonely_level(people, i, acceptance)
    if people.received[i] > 0 or people.given[i] > 0 or people.dines[i] == AT_TABLE:
        level = max(level - acceptance.company_relief, 0.0)
    lonely = np.float64(people.loneliness[i])
    people.loneliness[i] = lonely + acceptance.lonely_speed * (level - lonely)


@kernel
def begin(people, world, values, keys):
    """Acceptance, trust and loneliness of the first inhabitants; fixed to the person."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        acceptance, village = values.acceptance[v], world.villages[v]
        for i in residents(world, v):
            identity = identity_of(village.number, people.serial[i])
            start = acceptance.start + START_SPREAD * (uniform(key, identity, 0) - 0.5)
            people.acceptance[i] = clipped(start)
            people.trust[i] = TRUST_LEAST + TRUST_SPREAD * uniform(key, identity, 1)
            people.loneliness[i] = lonely_level(people, i, acceptance)
            if people.kind[i] == ELDER and village.level > CLOSED:
                enrolled = starts_enrolled(people, i, acceptance, uniform(key, identity, 2))
                people.enrolled[i] = 1 if enrolled else 0


@kernel
def enrol(people, world, values, keys):
    """Elders enrol and leave while the village is in service.

    A closed village's users are let go, and who would come is counted.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        acceptance, village, flow = values.acceptance[v], world.villages[v], world.flow[v]
        enrolled = 0
        for i in residents(world, v):
            enrolled += people.enrolled[i] if people.kind[i] == ELDER else 0
        share = enrolled / max(village.elders, 1)
        hazard = (acceptance.enrol_own + acceptance.enrol_network * share) * (1.0 + village.launching)
        leaving = acceptance.leave_rate / 12.0
        village.would_enrol = 0.0
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(village.number, people.serial[i])
            if village.level == CLOSED:
                let_go(people, world, v, i, acceptance)
            elif people.enrolled[i] == 1:
                if leaves(people, i, leaving, uniform(key, identity, 0)):
                    people.enrolled[i] = 0
                    people.has_left[i] = acceptance.for_good
                    flow.left_users += 1
            elif comes(people, i, acceptance, hazard, uniform(key, identity, 1)):
                join(people, world, v, i)
            flow.enrolled += people.enrolled[i]


@kernel
def spread(people, world, values, years, on):
    """Norms and loneliness at the month's end; one pass over zones, one over elders."""
    for v in range(len(world.used)):
        acceptance, village, flow = values.acceptance[v], world.villages[v], world.flow[v]
        norm = norm_now(acceptance, village, years)
        count_zones(people, world, v)
        total, heads = world.sums, world.work[0]
        reach = reach_of(village, acceptance, norm)
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            if on:
                mean = total[people.zone[i]] / heads[people.zone[i]]
                learn(people, i, acceptance, mean, reach, norm)
                feel(people, i, acceptance)
            flow.acceptance_sum += np.float64(people.acceptance[i])
            flow.loneliness_sum += np.float64(people.loneliness[i])


def run_begin(model) -> None:
    """Set the start."""
    begin(model.people, model.world, model.values.table, model.lasting_keys(START))


def run_enrol(model) -> None:
    """Joining and leaving as a user."""
    enrol(model.people, model.world, model.values.table, model.keys(ENROL))


def run_spread(model) -> None:
    """Acceptance and loneliness."""
    spread(
        model.people,
        model.world,
        model.values.table,
        max(model.month, 0) / 12,
        model.parameters.acceptance.on,
    )
