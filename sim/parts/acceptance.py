"""M13 Acceptance: the norm of relying on children, network, publicity, satisfied users; loneliness.

Acceptance moves to the mean of the own zone (DeGroot), pulled by publicity, leaders and good experience
against the norm. An elder enrols by a hazard with an own part and a part that grows with the enrolled (Bass).
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of


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


column("enrolled", "i1", unit="flag", label="enrolled in the village's mutual aid")
column("acceptance", "f4", unit="share", label="acceptance of help from outside the family", initial=0.3)
column("satisfaction", "f4", unit="share", label="satisfaction with what was received", initial=0.5)
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


@kernel
def begin(p, w, values, key):
    """Acceptance, trust and loneliness of the first inhabitants; fixed to the person."""
    for v in range(len(w.used)):
        a = values.acceptance[v]
        for i in range(w.start[v], w.start[v] + w.used[v]):
            ident = identity_of(w.villages[v].number, p.serial[i])
            p.acceptance[i] = min(max(a.start + 0.5 * (uniform(key, ident, 0) - 0.5), 0.0), 1.0)
            p.trust[i] = 0.4 + 0.3 * uniform(key, ident, 1)
            p.loneliness[i] = a.lonely_alone if p.living[i] == 2 else a.lonely_other
            if p.kind[i] == 1 and w.villages[v].level > 0:  # users near balance where a service stands
                factor = a.need_factor if p.health[i] > 0 else 1.0
                rate = (a.enrol_own + 0.25 * a.enrol_network) * factor * 2.0 * np.float64(p.acceptance[i])
                p.enrolled[i] = 1 if uniform(key, ident, 2) * (rate + a.leave_rate / 12.0) < rate else 0


@inner
def _rate(p, i, a, hazard):
    """An elder's hazard of enrolling from the village's: by need left after the family, and by acceptance."""
    need = 0
    for k in range(8):
        need += int(p.need[i, k])
    factor = a.need_factor if need >= a.need_hours else (1.0 + (a.need_factor - 1.0) * need / a.need_hours)
    return hazard * factor * 2.0 * np.float64(p.acceptance[i])


@kernel
def enrol(p, w, values, key):
    """Elders enrol and leave while the village is in service.

    A closed village's users are let go, and who would come is counted.
    """
    for v in range(len(w.used)):
        a, r, f = values.acceptance[v], w.villages[v], w.flow[v]
        enrolled = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            enrolled += p.enrolled[i] if p.kind[i] == 1 else 0
        share = enrolled / max(r.elders, 1)
        hazard = (a.enrol_own + a.enrol_network * share) * (1.0 + r.launching)
        leaving = a.leave_rate / 12.0
        r.would_enrol = 0.0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            ident = identity_of(r.number, p.serial[i])
            if r.level == 0:
                f.left_users += p.enrolled[i]
                p.enrolled[i] = 0
                if r.closures > 0:
                    r.would_enrol += min(12.0 * _rate(p, i, a, a.enrol_own), 1.0)
            elif p.enrolled[i] == 1:
                if uniform(key, ident, 0) < leaving * 2.0 * (1.0 - np.float64(p.satisfaction[i])):
                    p.enrolled[i] = 0
                    f.left_users += 1
            else:
                if uniform(key, ident, 1) < _rate(p, i, a, hazard):
                    p.enrolled[i] = 1
                    p.satisfaction[i] = 0.5
                    f.joined_users += 1
                    if p.credit[i] == 0 and r.welcome > 0:
                        p.credit[i] = r.welcome
                        w.posted[v].credits_welcome += r.welcome
            f.enrolled += p.enrolled[i]


@kernel
def spread(p, w, values, years, on):
    """Norms and loneliness at the month's end; one pass over zones, one over elders."""
    for v in range(len(w.used)):
        a, r, f = values.acceptance[v], w.villages[v], w.flow[v]
        norm = max(a.norm - a.norm_decline * years, 0.0) * r.norm_left
        zones = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            zones = max(zones, int(p.zone[i]) + 1)
        total, heads = w.sums, w.work[0]
        total[:zones] = 0.0
        heads[:zones] = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] == 1:
                total[p.zone[i]] += np.float64(p.acceptance[i])
                heads[p.zone[i]] += 1
        reach = (
            a.publicity * (r.publicity + 0.5 * r.leader + 0.5 * r.association) * (1.0 - norm)
            if r.level > 0
            else 0.0
        )
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            x, s = np.float64(p.acceptance[i]), np.float64(p.satisfaction[i])
            if on:
                x += a.network_speed * (total[p.zone[i]] / heads[p.zone[i]] - x)
                x += reach * (1.0 - x) - 0.1 * a.publicity * norm * x
                if p.received[i] > 0 or p.dines[i] > 0:
                    x += a.experience_speed * (s - x)
                level = a.lonely_alone if p.living[i] == 2 else a.lonely_other
                if p.received[i] > 0 or p.given[i] > 0 or p.dines[i] == 1:
                    level = max(level - a.company_relief, 0.0)
                lonely = np.float64(p.loneliness[i])
                p.loneliness[i] = lonely + a.lonely_speed * (level - lonely)
                p.acceptance[i] = min(max(x, 0.0), 1.0)
            f.acceptance_sum += np.float64(p.acceptance[i])
            f.loneliness_sum += np.float64(p.loneliness[i])


def run_begin(m) -> None:
    """Set the start."""
    begin(m.people, m.world, m.values.table, m.lasting_key(START))


def run_enrol(m) -> None:
    """Joining and leaving as a user."""
    enrol(m.people, m.world, m.values.table, m.key(ENROL))


def run_spread(m) -> None:
    """Acceptance and loneliness."""
    spread(m.people, m.world, m.values.table, max(m.month, 0) / 12, m.parameters.acceptance.on)
