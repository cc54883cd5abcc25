"""M24 Supervision: a quality and safety state, accidents, inspection and safety closure (documents 000
(11)(13), 001).

Quality follows what a service is made of: trained volunteers, the state of the building, work that is not
overdone. It is felt by users and sets the chance of an accident. A serious accident or a bad inspection shuts
the tables for a time.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
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


@kernel
def made_of(q, trained, condition, short):
    """Quality that a service tends to."""
    return min(
        max(q.basic + q.trained * trained - q.building * (1.0 - condition) - q.overload * short, 0.0), 1.0
    )


@kernel
def watch(people, world, values, month, accident_keys, inspect_keys):
    """Quality moves, is felt, lets accidents happen and is inspected."""
    for v in range(len(world.used)):
        accident_key, inspect_key = accident_keys[world.county[v]], inspect_keys[world.county[v]]
        quality, village, flow, post = values.quality[v], world.villages[v], world.flow[v], world.posted[v]
        if village.level == CLOSED:
            continue
        active, trained = 0, 0
        for i in residents(world, v):
            active += people.volunteer[i]
            trained += people.volunteer[i] * people.trained[i]
            if (
                people.kind[i] == ELDER
                and (people.received[i] > 0 or people.dines[i] > 0)
                and quality.felt > 0.0
            ):
                x = np.float64(people.satisfaction[i])
                people.satisfaction[i] = x + quality.felt * (village.quality - x)
        village.quality += quality.speed * (
            made_of(quality, trained / max(active, 1), village.condition, village.short) - village.quality
        )
        expected = quality.accidents * flow.time_aid / 600_000.0 * 2.0 * (1.0 - village.quality)
        shut = False
        for n in range(min(rounded(expected, accident_key, village.number, 0), 20)):
            flow.accidents += 1
            if village.insured == 1:
                post.insured_loss += quality.accident_cost
            else:
                post.cost_accidents += quality.accident_cost
            shut = shut or uniform(accident_key, village.number, 1 + n) < quality.serious
        if uniform(inspect_key, village.number, 0) * 12.0 < quality.inspections:
            flow.inspected += 1
            shut = shut or village.quality < quality.least
            if village.quality < quality.standard:
                post.cost_mending += quality.mend_cost
                village.quality = min(village.quality + quality.mend, 1.0)
        if shut and month >= 0:
            village.sealed_until = month + 1 + quality.closure
            flow.sealed += 1


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
