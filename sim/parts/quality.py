"""M24 Supervision: a quality and safety state, accidents, inspection and safety closure (documents 000
(11)(13), 001).

State: quality of each village's service, and until when its tables are shut.
Month: after help was given quality moves towards what a service is made of: trained volunteers, the state of
the building, work that is not overdone. Users feel it, and it sets the chance of an accident. A serious
accident or a bad inspection shuts the tables for a time.
Off: quality is not looked at, nobody has an accident, nobody inspects.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.state.codes import CLOSED, ELDER, NEVER
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import residents


@section("quality")
class Quality:
    """What quality is made of, what it does, and who watches it."""

    on: bool = switch(False, doc="off: quality is not looked at, nobody has an accident, nobody inspects")
    basic: float = par(
        0.55, unit="share", low=0.2, high=0.9, doc="quality of an untrained service in a sound building"
    )
    trained: float = par(0.35, unit="share", low=0.0, high=0.5, doc="rise where all volunteers are trained")
    building: float = par(
        0.3, unit="share", low=0.0, high=0.5, doc="fall where the building's condition is nil"
    )
    overload: float = par(
        0.2, unit="share", low=0.0, high=0.5, doc="fall where all that was asked last month went unmet"
    )
    speed: float = par(
        0.15, unit="share/month", low=0.01, high=1.0, doc="step of quality towards what it is made of"
    )
    felt: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=0.5,
        doc="step of satisfaction towards quality in a month with help or meals",
    )
    accidents: float = par(
        0.5,
        unit="accidents/10000 h",
        low=0.0,
        high=10.0,
        doc="accidents in ten thousand hours of mutual aid at quality one half; none at quality one",
    )
    accident_cost: float = par(
        5000.0,
        unit="yuan",
        low=500.0,
        high=50000.0,
        doc="what an accident costs: the insurer pays where volunteers are insured, else the village",
        stored="fen",
    )
    serious: float = par(
        0.1, unit="share", low=0.0, high=1.0, doc="accidents after which the tables are shut"
    )
    inspections: float = par(
        1.0,
        unit="visits/year",
        low=0.0,
        high=12.0,
        doc="inspections of a station in a year",
        source="assumption: yearly",
    )
    standard: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="quality below which an inspection orders repairs and instruction",
    )
    least: float = par(
        0.35, unit="share", low=0.0, high=1.0, doc="quality below which an inspection shuts the tables"
    )
    mend_cost: float = par(
        2000.0, unit="yuan", low=0.0, high=20000.0, doc="bill of what an inspection orders", stored="fen"
    )
    mend: float = par(
        0.15, unit="share", low=0.0, high=0.5, doc="rise of quality by what an inspection orders"
    )
    closure: int = par(3, unit="months", low=1, high=12, doc="months that tables are shut for safety")


state("quality", "f8", unit="share", label="quality of the service", initial=0.6)
state("sealed_until", "i8", unit="month", label="tables are shut for safety until", initial=NEVER)
flow("accidents", unit="times", label="accidents in mutual aid")
flow("inspected", unit="visits", label="inspections")
flow("sealed", unit="villages", label="safety closures ordered this month")
posting("cost_accidents", debit="expense", credit="payables", label="bill: accidents without insurance")
posting("cost_mending", debit="expense", credit="payables", label="bill: what an inspection ordered")
posting(
    "insured_loss", debit="households", credit="insurers", label="insurer: accidents of insured volunteers"
)

ACCIDENT = Purpose("quality.accident")
INSPECT = Purpose("quality.inspect")

TEN_THOUSAND_HOURS = 600_000.0  # minutes
AT_ONE_HALF = 2.0  # brings what is missing of quality to one at quality one half
MOST_ACCIDENTS = 20  # of a village in a month


@kernel  # Python calls it with a record too
def made_of(quality, trained, condition, short):
    """Quality that a service tends to."""
    tended = (
        quality.basic
        + quality.trained * trained
        - quality.building * (1.0 - condition)
        - quality.overload * short
    )
    return min(max(tended, 0.0), 1.0)


@inner
def feel(people, i, quality, level):
    """An elder who had help or meals this month is satisfied as the service deserves."""
    if people.received[i] > 0 or people.dines[i] > 0:
        satisfied = np.float64(people.satisfaction[i])
        people.satisfaction[i] = satisfied + quality.felt * (level - satisfied)


@inner
def have_accidents(world, v, quality, key):
    """Accidents of the month in hours of mutual aid; whether one of them is serious."""
    village, flow, post = world.villages[v], world.flow[v], world.posted[v]
    expected = quality.accidents * flow.time_aid / TEN_THOUSAND_HOURS * AT_ONE_HALF * (1.0 - village.quality)
    serious = False
    for rank in range(min(rounded(expected, key, village.number, 0), MOST_ACCIDENTS)):
        flow.accidents += 1
        if village.covered == 1:
            post.insured_loss += quality.accident_cost
        else:
            post.cost_accidents += quality.accident_cost
        serious = serious or uniform(key, village.number, 1 + rank) < quality.serious
    return serious


@inner
def inspect(world, v, quality):
    """An inspection orders repairs where quality is below standard; whether it shuts the tables."""
    village = world.villages[v]
    world.flow[v].inspected += 1
    too_bad = village.quality < quality.least
    if village.quality < quality.standard:
        world.posted[v].cost_mending += quality.mend_cost
        village.quality = min(village.quality + quality.mend, 1.0)
    return too_bad


@kernel
def watch(people, world, values, month, accident_keys, inspect_keys):
    """Quality moves, is felt, lets accidents happen and is inspected."""
    for v in range(len(world.used)):
        accident_key, inspect_key = accident_keys[world.county[v]], inspect_keys[world.county[v]]
        quality, village = values.quality[v], world.villages[v]
        if village.level == CLOSED:
            continue
        active, trained = 0, 0
        for i in residents(world, v):
            active += people.volunteer[i]
            trained += people.volunteer[i] * people.trained[i]
            if people.kind[i] == ELDER and quality.felt > 0.0:
                feel(people, i, quality, village.quality)
        tended = made_of(quality, trained / max(active, 1), village.condition, village.short)
        village.quality += quality.speed * (tended - village.quality)
        shut = have_accidents(world, v, quality, accident_key)
        if uniform(inspect_key, village.number, 0) * 12.0 < quality.inspections:
            shut = inspect(world, v, quality) or shut
        if shut and month >= 0:
            village.sealed_until = month + 1 + quality.closure
            world.flow[v].sealed += 1


def run(model) -> None:
    """Quality and supervision of the month."""
    if model.parameters.quality.on:
        watch(
            model.people,
            model.world,
            model.values.table,
            model.month,
            model.keys(ACCIDENT),
            model.keys(INSPECT),
        )
