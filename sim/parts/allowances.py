"""M17 Allowances of the state to persons: old age, loss of function, poor and disabled, a family-planning
family that lost its only child (documents 003 I, II; 000 (13)).

State   money a month from allowances, and who is of a special family-planning family: an elder without a
        living child, by a lasting draw.
Month   `run` before needs: whoever meets the condition this month is paid, with a service or without; the
        money is part of the income from which fees and care are paid. It ends with the condition. A special
        family is in the account book with at least two visits a week (`visits.py`).
Off     nobody is paid, nobody is special. The money is the state's to a person, like the pension, and
        stands in no book of the village; what it costs is counted.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import EIGHTY, ELDER, MODERATE, SEVERE
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents

ON = ("on=true",)
OLD, DISABLED, POOR, SPECIAL = range(4)  # places of the counts, and indices of the lasting draws


@section("allowances")
class Allowances:
    """Who is paid, and how much; the sums differ between provinces."""

    on: bool = switch(False, doc="off: pension, land and family are all that elders have")
    old: float = par(
        50.0,
        unit="yuan/month",
        low=20.0,
        high=150.0,
        doc="old-age allowance from 80 on",
        only=ON,
        stored="fen",
    )
    old_reached: float = par(
        0.85,
        unit="share",
        low=0.5,
        high=1.0,
        doc="elders of 80 and over who draw the old-age allowance",
        source="assumption; 30.6 million drew one in 2020 (white paper, State Council Information Office)",
        only=ON,
    )
    disabled: float = par(
        80.0,
        unit="yuan/month",
        low=30.0,
        high=300.0,
        doc="care subsidy of the severely disabled",
        only=ON,
        stored="fen",
    )
    poor: float = par(
        80.0,
        unit="yuan/month",
        low=30.0,
        high=300.0,
        doc="living subsidy of the moderately or severely disabled on subsistence allowance",
        only=ON,
        stored="fen",
    )
    claimed: float = par(
        0.7,
        unit="share",
        low=0.3,
        high=1.0,
        doc="disabled elders who are certified and so draw the subsidies",
        only=ON,
    )
    special: float = par(
        500.0,
        unit="yuan/month",
        low=0.0,
        high=1_500.0,
        doc="assistance to an elder of a special family-planning family",
        only=ON,
        stored="fen",
    )
    special_share: float = par(
        0.1,
        unit="share",
        low=0.0,
        high=0.5,
        doc="elders without a living child who are of a special family-planning family",
        only=ON,
    )


column("allowance", "i4", unit="fen/month", label="allowances of the state, part of the income")
column("special", "i1", unit="flag", label="of a family-planning family that lost its only child")
flow(
    "allowance_persons",
    unit="persons",
    label="elders paid: from 80 on, severely disabled, poor and disabled, special family",
    shape=(4,),
)
flow("allowance_fen", unit="fen", label="allowances of the state to elders")

CLAIM = Purpose("allowances.claim")


@inner
def is_special(people, i, allowances, key, identity):
    """Whether an elder has lost the only child of a family-planning family."""
    return people.children[i] == 0 and uniform(key, identity, SPECIAL) < allowances.special_share


@inner
def pay(people, i, fen, place, flow):
    """An allowance is paid to elder i."""
    people.allowance[i] += fen
    flow.allowance_persons[place] += 1
    flow.allowance_fen += fen


@inner
def pay_elder(people, i, allowances, flow, key, identity):
    """What elder i draws this month."""
    people.allowance[i] = 0
    people.special[i] = 1 if is_special(people, i, allowances, key, identity) else 0
    if people.age[i] >= EIGHTY and uniform(key, identity, OLD) < allowances.old_reached:
        pay(people, i, allowances.old, OLD, flow)
    if people.health[i] >= MODERATE and uniform(key, identity, DISABLED) < allowances.claimed:
        if people.health[i] == SEVERE:
            pay(people, i, allowances.disabled, DISABLED, flow)
        if people.dibao[i] == 1:
            pay(people, i, allowances.poor, POOR, flow)
    if people.special[i] == 1:
        pay(people, i, allowances.special, SPECIAL, flow)


@kernel
def pay_all(people, world, values, keys):
    """The month's allowances of every elder."""
    for v in range(len(world.used)):
        allowances, village = values.allowances[v], world.villages[v]
        for i in residents(world, v):
            if people.kind[i] == ELDER:
                identity = identity_of(village.number, np.int64(people.serial[i]))
                pay_elder(people, i, allowances, world.flow[v], keys[world.county[v]], identity)


def run(model) -> None:
    """Allowances of the month."""
    if model.parameters.allowances.on:
        pay_all(model.people, model.world, model.values.table, model.lasting_keys(CLAIM))
