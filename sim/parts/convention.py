"""M24 Village conventions: villagers vote mutual aid into their rules and look in on each other (000 (10)).

State   since when the convention stands, and months in which nobody reminded of it; minutes that each person
        has promised.
Month   `run` after leaders have proposed one (`organisation_leaders.py`). An assembly of elders and helpers
        votes: who accepts mutual aid, or helps, is for it; it needs the share `vote`. In force, the share
        `keeps` of persons (lasting) give `minutes` more to linked kin and neighbours in need, out of their
        own time (`neighbours.py`). It costs only that time. It is a dead letter after `forgotten`
        months with neither leader nor association to remind of it, and may be proposed again.
Off     with `organisation.conventions`: none is proposed. Where neighbours are off nobody looks in.
"""

from __future__ import annotations

from typing import ClassVar

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import ELDER, FREE, NEVER
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section
from sim.state.people import identity_of, residents

IN_FAVOUR = 0.5  # acceptance over which an elder votes for it


@section("convention")
class Convention:
    """The vote, the promise, and who keeps it."""

    ONLY: ClassVar[tuple[str, ...]] = ("organisation.conventions=true",)

    vote: float = par(
        0.5,
        unit="share",
        low=0.3,
        high=0.8,
        doc="elders and helpers in favour with whom an assembly adopts a convention",
        source="assumption: the majority",
    )
    minutes: float = par(
        0.5,
        unit="hours/month",
        low=0.0,
        high=4.0,
        doc="time that villagers promise to linked kin and neighbours beside what they give unasked",
        stored="minutes",
    )
    keeps: float = par(0.4, unit="share", low=0.05, high=1.0, doc="persons who keep the promise")
    forgotten: int = par(
        12,
        unit="months",
        low=3,
        high=60,
        doc="months without leader and association after which a convention is a dead letter",
    )


column("promised", "i2", unit="minutes", label="time promised by the village convention")
state("convened", "i8", unit="month", label="month in which the convention was adopted", initial=NEVER)
state("unminded", "i8", unit="months", label="months in which nobody reminded of the convention")
flow("voted_down", unit="villages", label="conventions that an assembly voted down")

KEEP = Purpose("convention.keep")


@inner
def is_in_favour(people, i):
    """An elder who accepts mutual aid, or anybody who helps."""
    accepts = people.kind[i] == ELDER and people.acceptance[i] > IN_FAVOUR
    return accepts or people.volunteer[i] == 1


@inner
def carries(people, world, v, vote):
    """Whether enough of a village's elders and helpers are in favour."""
    heads, ayes = 0, 0
    for i in residents(world, v):
        if people.kind[i] != FREE:
            heads += 1
            ayes += 1 if is_in_favour(people, i) else 0
    return ayes >= vote * heads


@inner
def decide(people, world, v, convention, month):
    """The assembly votes on what is proposed."""
    village = world.villages[v]
    if carries(people, world, v, convention.vote):
        village.convened = month
    else:
        village.convention = 0
        world.flow[v].voted_down += 1


@inner
def remind_or_forget(village, convention):
    """A convention lives while a leader or an association reminds of it."""
    minded = village.leader == 1 or village.association == 1
    village.unminded = 0 if minded else village.unminded + 1
    if village.unminded >= convention.forgotten:
        village.convention, village.convened, village.unminded = 0, NEVER, 0


@inner
def promise(people, world, v, convention, in_force, key):
    """Who keeps the promise has so many minutes for the linked; nobody without a convention."""
    for i in residents(world, v):
        people.promised[i] = 0
        if in_force and people.kind[i] != FREE:
            drawn = uniform(key, identity_of(world.villages[v].number, people.serial[i]), 0)
            people.promised[i] = convention.minutes if drawn < convention.keeps else 0


@kernel
def convene(people, world, values, month, keys):
    """Assemblies, reminders and promises."""
    for v in range(len(world.used)):
        convention, village = values.convention[v], world.villages[v]
        proposed = village.convention == 1 and values.organisation[v].conventions == 1
        if proposed:
            if village.convened == NEVER:
                decide(people, world, v, convention, month)
            else:
                remind_or_forget(village, convention)
        in_force = proposed and village.convention == 1
        promise(people, world, v, convention, in_force, keys[world.county[v]])


def run(model) -> None:
    """Conventions of the month."""
    if model.parameters.organisation.on and model.values.ever("organisation.conventions"):
        convene(model.people, model.world, model.values.table, model.month, model.lasting_keys(KEEP))
