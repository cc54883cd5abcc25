"""M24 Accidents of helpers: who is hurt while helping, who comes back, who hears of it (document 000 (8)).

State   until when a person is laid up; how much a village fears to help.
Month   `run_rest` when hours are on offer: who is laid up offers none. `run` when help was given: a helper is
        hurt by the hours given. Where volunteers are insured the insurer pays and the helper comes back;
        where not, the helper pays and stops, and the village hears of it: fewer join until it is forgotten.
Off     nobody is hurt; insurance moves joining and staying by the odds of M12 instead.
Accidents of those who are helped are those of supervision (`quality.py`).
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import FREE, NEVER
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents

ON = ("on=true",)
TEN_THOUSAND_HOURS = 600_000.0  # minutes
MOST_FEAR = 0.9  # of the odds of joining


@section("injury")
class Injury:
    """How often helpers are hurt, for how long, at what cost, and what a village makes of it."""

    on: bool = switch(False, doc="off: nobody is hurt; insurance moves joining and staying by odds")
    rate: float = par(
        0.5,
        unit="accidents/10000 h",
        low=0.0,
        high=5.0,
        doc="helpers hurt in ten thousand hours of help that they give",
        only=ON,
    )
    months: int = par(
        2, unit="months", low=1, high=12, doc="months for which a hurt helper is laid up", only=ON
    )
    cost: float = par(
        3000.0,
        unit="yuan",
        low=500.0,
        high=50000.0,
        doc="treatment of a hurt helper",
        source="assumption; insured up to 200,000 (Shanghai 2011)",
        only=ON,
        stored="fen",
    )
    heard: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=0.8,
        doc="odds of joining lost in a village when a helper was hurt and had to pay",
        only=ON,
    )
    forgotten: float = par(
        0.1, unit="share/month", low=0.02, high=0.5, doc="of that fear, what passes in a month", only=ON
    )


column("laid_up", "i2", unit="month", label="month until which a hurt helper rests", initial=NEVER)
state("fear", "f8", unit="share", label="odds of joining lost since helpers were hurt and had to pay")
flow("helpers_hurt", unit="persons", label="helpers hurt while helping")
flow("hurt_uninsured", unit="persons", label="of these, without insurance, who stopped")
flow("treatment_fen", unit="fen", label="treatment that uninsured helpers paid themselves")
flow("laid_up_persons", unit="persons", label="volunteers who rest after an accident")
posting("insured_injuries", debit="households", credit="insurers", label="insurer: treatment of hurt helpers")

HURT = Purpose("injury.hurt")


@inner
def chance_of_hurt(injury, minutes):
    """Chance that a helper is hurt in the minutes given this month."""
    return injury.rate * minutes / TEN_THOUSAND_HOURS


@inner
def claim(village, post, injury):
    """The insurer pays, and nobody has anything to fear."""
    if village.covered == 0:
        return False
    post.insured_injuries += injury.cost
    return True


@inner
def give_up(people, i, village, flow, injury):
    """A helper without insurance pays and stops; the village hears of it."""
    people.volunteer[i] = 0
    flow.hurt_uninsured += 1
    flow.treatment_fen += injury.cost
    village.fear = min(village.fear + injury.heard, MOST_FEAR)


@kernel
def hurt(people, world, values, month, keys):
    """Fear fades; helpers are hurt, each by the hours given."""
    for v in range(len(world.used)):
        injury, village, flow = values.injury[v], world.villages[v], world.flow[v]
        village.fear *= 1.0 - injury.forgotten
        for i in residents(world, v):
            if people.kind[i] == FREE or people.given[i] == 0:
                continue
            drawn = uniform(keys[world.county[v]], identity_of(village.number, people.serial[i]), 0)
            if drawn < chance_of_hurt(injury, people.given[i]):
                flow.helpers_hurt += 1
                people.laid_up[i] = month + injury.months
                if not claim(village, world.posted[v], injury):
                    give_up(people, i, village, flow, injury)


@kernel
def rest(people, world, month):
    """Who is laid up offers nothing."""
    for v in range(len(world.used)):
        flow = world.flow[v]
        for i in residents(world, v):
            if people.kind[i] != FREE and people.laid_up[i] >= month and people.volunteer[i] == 1:
                flow.laid_up_persons += 1
                flow.offered -= people.offer[i]
                people.offer[i] = 0


def run_rest(model) -> None:
    """Those who are laid up, before any hour is matched."""
    if model.parameters.injury.on:
        rest(model.people, model.world, model.month)


def run(model) -> None:
    """Accidents of the month; spin-up has none."""
    if model.parameters.injury.on and model.month >= 0:
        hurt(model.people, model.world, model.values.table, model.month, model.keys(HURT))
