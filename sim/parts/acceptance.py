"""M13 Acceptance: the norm of relying on children, network, publicity, satisfied users; loneliness.

Acceptance moves to the mean of the own zone (DeGroot), pulled by publicity, leaders and good experience
against the norm. An elder enrols by a hazard with an own part and a part that grows with the enrolled (Bass).
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import ALONE, CLOSED, ELDER, ROBUST
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents


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


column("enrolled", "i1", unit="flag", label="enrolled in the village's mutual aid", written_by=("people",))
column(
    "acceptance",
    "f4",
    unit="share",
    label="acceptance of help from outside the family",
    initial=0.3,
    written_by=("people",),
)
column(
    "satisfaction",
    "f4",
    unit="share",
    label="satisfaction with what was received",
    initial=0.5,
    written_by=("matching", "operation", "organisation_disputes", "people", "quality"),
)
column("loneliness", "f4", unit="share", label="loneliness", initial=0.3, written_by=("people",))
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


@kernel
def begin(people, world, values, keys):
    """Acceptance, trust and loneliness of the first inhabitants; fixed to the person."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        acceptance = values.acceptance[v]
        for i in residents(world, v):
            identity = identity_of(world.villages[v].number, people.serial[i])
            people.acceptance[i] = min(
                max(acceptance.start + 0.5 * (uniform(key, identity, 0) - 0.5), 0.0), 1.0
            )
            people.trust[i] = 0.4 + 0.3 * uniform(key, identity, 1)
            people.loneliness[i] = (
                acceptance.lonely_alone if people.living[i] == ALONE else acceptance.lonely_other
            )
            if (
                people.kind[i] == ELDER and world.villages[v].level > CLOSED
            ):  # users near balance where a service stands
                factor = acceptance.need_factor if people.health[i] > ROBUST else 1.0
                rate = (
                    (acceptance.enrol_own + 0.25 * acceptance.enrol_network)
                    * factor
                    * 2.0
                    * np.float64(people.acceptance[i])
                )
                people.enrolled[i] = (
                    1 if uniform(key, identity, 2) * (rate + acceptance.leave_rate / 12.0) < rate else 0
                )


@inner
def _rate(people, i, a, hazard):
    """An elder's hazard of enrolling from the village's: by need left after the family, and by acceptance."""
    need = 0
    for k in range(8):
        need += int(people.need[i, k])
    factor = a.need_factor if need >= a.need_hours else (1.0 + (a.need_factor - 1.0) * need / a.need_hours)
    return hazard * factor * 2.0 * np.float64(people.acceptance[i])


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
                flow.left_users += people.enrolled[i]
                people.enrolled[i] = 0
                if village.closures > 0:
                    village.would_enrol += min(12.0 * _rate(people, i, acceptance, acceptance.enrol_own), 1.0)
            elif people.enrolled[i] == 1:
                if uniform(key, identity, 0) < leaving * 2.0 * (1.0 - np.float64(people.satisfaction[i])):
                    people.enrolled[i] = 0
                    flow.left_users += 1
            else:
                if uniform(key, identity, 1) < _rate(people, i, acceptance, hazard):
                    people.enrolled[i] = 1
                    people.satisfaction[i] = 0.5
                    flow.joined_users += 1
                    if people.credit[i] == 0 and village.welcome > 0:
                        people.credit[i] = village.welcome
                        world.posted[v].credits_welcome += village.welcome
            flow.enrolled += people.enrolled[i]


@kernel
def spread(people, world, values, years, on):
    """Norms and loneliness at the month's end; one pass over zones, one over elders."""
    for v in range(len(world.used)):
        acceptance, village, flow = values.acceptance[v], world.villages[v], world.flow[v]
        norm = max(acceptance.norm - acceptance.norm_decline * years, 0.0) * village.norm_left
        zones = 0
        for i in residents(world, v):
            zones = max(zones, int(people.zone[i]) + 1)
        total, heads = world.sums, world.work[0]
        total[:zones] = 0.0
        heads[:zones] = 0
        for i in residents(world, v):
            if people.kind[i] == ELDER:
                total[people.zone[i]] += np.float64(people.acceptance[i])
                heads[people.zone[i]] += 1
        reach = (
            acceptance.publicity
            * (village.publicity + 0.5 * village.leader + 0.5 * village.association)
            * (1.0 - norm)
            if village.level > CLOSED
            else 0.0
        )
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            x, s = np.float64(people.acceptance[i]), np.float64(people.satisfaction[i])
            if on:
                x += acceptance.network_speed * (total[people.zone[i]] / heads[people.zone[i]] - x)
                x += reach * (1.0 - x) - 0.1 * acceptance.publicity * norm * x
                if people.received[i] > 0 or people.dines[i] > 0:
                    x += acceptance.experience_speed * (s - x)
                level = acceptance.lonely_alone if people.living[i] == ALONE else acceptance.lonely_other
                if people.received[i] > 0 or people.given[i] > 0 or people.dines[i] == 1:
                    level = max(level - acceptance.company_relief, 0.0)
                lonely = np.float64(people.loneliness[i])
                people.loneliness[i] = lonely + acceptance.lonely_speed * (level - lonely)
                people.acceptance[i] = min(max(x, 0.0), 1.0)
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
