"""M24 Written agreements between the two of a standing pair (document 000 (11)).

State   with whom a person is bound, and until when.
Month   `run` after pairs have been made and served (`matching.form` pairs): whoever has a partner and no
        agreement signs one for `term` months, which costs the village `organisation.agreement_cost`. Bound
        helpers stop less often (`quit_left` of the chance, `participation.py`). At the end of the term they
        sign anew while the pair stands. A pair that parts before is a breach: the elder who is left by a
        helper, for whatever reason, is less satisfied.
Off     with `organisation.agreements`, and without standing pairs: nobody is bound.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import ELDER, NEVER
from sim.state.fields import column, flow
from sim.state.parameters import par, section
from sim.state.people import residents


@section("agreements")
class Agreements:
    """The term, what binds, and what a breach costs."""

    ONLY: ClassVar[tuple[str, ...]] = ("organisation.agreements=true",)

    term: int = par(12, unit="months", low=3, high=36, doc="months for which helper and helped are bound")
    quit_left: float = par(
        0.6, unit="ratio", low=0.2, high=1.0, doc="chance that a bound volunteer stops, over one unbound"
    )
    breach: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="satisfaction that an elder loses when a bound helper leaves",
    )


column("bound_to", "i2", unit="slot", label="the other of a written agreement, or -1", initial=-1)
column("bound_until", "i2", unit="month", label="last month of the agreement", initial=NEVER)
flow("agreements_signed", unit="times", label="agreements that pairs signed")
flow("agreements_broken", unit="times", label="elders whom a bound helper left")


@inner
def is_left(people, i):
    """An elder in the service, who does not help, whose partner is no longer the one of the agreement."""
    stays = people.kind[i] == ELDER and people.enrolled[i] == 1 and people.volunteer[i] == 0
    return stays and people.bound_to[i] != people.partner[i]


@inner
def unbind(people, i):
    """The agreement is over."""
    people.bound_to[i], people.bound_until[i] = -1, NEVER


@inner
def expire(people, i, agreements, month, flow):
    """Agreements end with their term; one that ends before leaves an elder less satisfied."""
    if people.bound_to[i] < 0:
        return
    if people.bound_until[i] < month:
        unbind(people, i)
    elif people.bound_to[i] != people.partner[i]:
        if is_left(people, i):
            flow.agreements_broken += 1
            people.satisfaction[i] = np.float64(people.satisfaction[i]) * (1.0 - agreements.breach)
        unbind(people, i)


@inner
def sign(people, i, agreements, month, flow):
    """One of a pair signs; the agreement is counted with the one who is helped."""
    if people.partner[i] < 0 or people.bound_to[i] >= 0:
        return
    people.bound_to[i], people.bound_until[i] = people.partner[i], month + agreements.term - 1
    flow.agreements_signed += 1 if people.volunteer[i] == 0 else 0


@kernel
def settle(people, world, values, month):
    """Agreements run out or are broken, and pairs without one sign."""
    for v in range(len(world.used)):
        agreements, flow = values.agreements[v], world.flow[v]
        for i in residents(world, v):
            if (people.bound_to[i] < 0) & (people.partner[i] < 0):
                continue  # most people, and free slots
            expire(people, i, agreements, month, flow)
            if values.organisation[v].agreements == 1:
                sign(people, i, agreements, month, flow)


def has_pairs(model) -> bool:
    """Whether volunteers have standing partners who may sign."""
    return model.parameters.matching.on and model.parameters.matching.form == "pairs"


def run(model) -> None:
    """Agreements of the month."""
    on = model.parameters.organisation.on and model.values.ever("organisation.agreements")
    if on and has_pairs(model):
        settle(model.people, model.world, model.values.table, model.month)
