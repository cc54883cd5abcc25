"""M24 Party-building + rural care: members of the village branch go from door to door (document 001).

State   who is a member, by a lasting draw.
Month   `run` before visits: where the village has a leader or a cadre to send them, members are on the duty
        roster beside cadres, `organisation.party_hours` each, out of their own free time: they look in on
        those in the account book (`visits.py`). The branch costs `organisation.party_cost`. With neither
        leader nor cadre nobody sends them, and they stay at home.
Off     with `organisation.party`: nobody is sent; cadres alone are on duty.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CADRE, ELDER, FREE, HELPER, MILD
from sim.state.fields import column, flow
from sim.state.parameters import par, section
from sim.state.people import identity_of, residents


@section("party")
class Party:
    """How many members a village branch has."""

    ONLY: ClassVar[tuple[str, ...]] = ("organisation.party=true",)

    members: float = par(
        0.06,
        unit="share",
        low=0.02,
        high=0.15,
        doc="helpers other than cadres, and elders in health, who are members of the branch",
    )


column("on_roster", "i1", unit="flag", label="Party member on the duty roster this month")
flow("members_sent", unit="persons", label="Party members on the duty roster")

MEMBER = Purpose("party.member")


@inner
def can_go(people, i):
    """Helpers but cadres, who have their own duty, and elders in health."""
    if people.kind[i] == HELPER:
        return people.role[i] != CADRE
    return people.kind[i] == ELDER and people.health[i] <= MILD and people.dementia[i] == 0


@inner
def has_sender(people, world, v):
    """Whether a leader or a cadre sends the members of village v."""
    found = world.villages[v].leader == 1
    for i in residents(world, v):
        found = found or (people.kind[i] == HELPER and people.role[i] == CADRE)
    return found


@kernel
def send(people, world, values, keys):
    """Members on the month's roster."""
    for v in range(len(world.used)):
        party, village, key = values.party[v], world.villages[v], keys[world.county[v]]
        sent = values.organisation[v].party == 1 and has_sender(people, world, v)
        for i in residents(world, v):
            people.on_roster[i] = 0
            if sent and people.kind[i] != FREE and can_go(people, i):
                drawn = uniform(key, identity_of(village.number, people.serial[i]), 0)
                people.on_roster[i] = 1 if drawn < party.members else 0
                world.flow[v].members_sent += np.int64(people.on_roster[i])


def run(model) -> None:
    """Members of the month."""
    if model.parameters.organisation.on and model.values.ever("organisation.party"):
        send(model.people, model.world, model.values.table, model.lasting_keys(MEMBER))
