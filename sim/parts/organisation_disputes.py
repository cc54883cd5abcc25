"""M24 Disputes over help, and what prevents and settles them.

State   none: a dispute that is not settled stays as lost motivation and satisfaction. Parameters of M24
        stand in `organisation.py`.
Month   `run` after help was given; agreements and conventions prevent disputes, a leader or an association
        settles some.
Off     with `organisation.disputes`: help leads to no disputes.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.state.codes import CLOSED
from sim.state.fields import flow
from sim.state.people import residents

MINUTES_OF_RATE = 60_000.0  # the rate is for a thousand hours
MOST_DISPUTES = 20  # in a village and month
DRAWS = 3  # of one dispute: settled, helper, elder

flow("disputes", unit="times", label="disputes over help")
flow("disputes_left", unit="times", label="of these, not settled")

DISPUTE = Purpose("organisation.dispute")


@inner
def expected_disputes(organisation, village, minutes):
    """Mean number of disputes over the month's minutes of mutual aid."""
    expected = (
        organisation.dispute_rate
        * minutes
        / MINUTES_OF_RATE
        * (1.0 - organisation.agreement_effect if organisation.agreements == 1 else 1.0)
    )
    if village.convention == 1 and organisation.conventions == 1:
        expected *= 1.0 - organisation.convention_calms
    return expected


@inner
def took_part(people, i, gave):
    """Whether a person gave (or received) help this month."""
    return (people.given[i] if gave else people.received[i]) > 0


@inner
def drawn_party(people, world, v, gave, drawn):
    """Row of a drawn person who gave (or received) this month, -1 where nobody did."""
    heads = 0
    for i in residents(world, v):
        heads += 1 if took_part(people, i, gave) else 0
    left = np.int64(drawn * heads)
    for i in residents(world, v):
        if took_part(people, i, gave):
            if left == 0:
                return i
            left -= 1
    return -1


@inner
def is_settled(organisation, village, key, index):
    """Whether a leader or an association settles the dispute."""
    if village.leader == 0 and village.association == 0:
        return False
    return uniform(key, village.number, index) < organisation.settled


@inner
def leave_harm(people, world, v, harm, key, index):
    """One helper loses motivation and one elder satisfaction."""
    number, kept = world.villages[v].number, 1.0 - harm
    helper = drawn_party(people, world, v, True, uniform(key, number, index))
    elder = drawn_party(people, world, v, False, uniform(key, number, index + 1))
    if helper >= 0:
        people.motivation[helper] = np.float64(people.motivation[helper]) * kept
    if elder >= 0:
        people.satisfaction[elder] = np.float64(people.satisfaction[elder]) * kept


@kernel
def quarrel(people, world, values, keys):
    """Disputes over the month's hours."""
    for v in range(len(world.used)):
        organisation, village, flow = values.organisation[v], world.villages[v], world.flow[v]
        if organisation.disputes == 0 or village.level == CLOSED:
            continue
        key = keys[world.county[v]]
        expected = expected_disputes(organisation, village, flow.time_aid)
        for dispute in range(min(rounded(expected, key, village.number, 0), MOST_DISPUTES)):
            flow.disputes += 1
            if not is_settled(organisation, village, key, DRAWS * dispute + 1):
                flow.disputes_left += 1
                leave_harm(people, world, v, organisation.dispute_harm, key, DRAWS * dispute + 2)


def run(model) -> None:
    """Disputes of the month."""
    if model.parameters.organisation.on and model.values.ever("organisation.disputes"):
        quarrel(model.people, model.world, model.values.table, model.keys(DISPUTE))
