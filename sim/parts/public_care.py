"""Public care at home by level of need: government meets a share of the needs of whoever is badly enough off.

State   none.
Month   `run` once needs have arisen, before the family: of each kind the share is met and paid for by the
        hour; what is left falls to the family and the later rungs. So a family that meets a share of what it
        sees gives less, and one that already gives all its hours gives as much as before.
Off     `level` none: government sends nobody to a home but for what other parts say.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.state.codes import ALL_KINDS, ELDER, HEALTH_STATES, PROFESSIONAL
from sim.state.parameters import choice, par, section
from sim.state.people import residents

NOBODY = "none"
FROM = tuple(f"level={level}" for level in HEALTH_STATES[1:])


@section("public_care")
class PublicCare:
    """Care at home that government gives from a level of need on."""

    level: str = choice(
        NOBODY,
        choices=(NOBODY, *HEALTH_STATES[1:]),
        doc="state of health from which government meets needs at home; none: of nobody",
        source="design choice; Gostoli and Silverman 2020, doi 10.1371/journal.pone.0242779",
    )
    share: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="need of each kind that government meets from that state on",
        only=FROM,
    )


@kernel
def serve(people, world, values, least):
    """Government meets its share of each kind for elders whose health is `least` or worse."""
    for v in range(len(world.used)):
        share, minutes = values.public_care[v].share, 0
        price = np.int64(values.needs[v].professional_price)
        for i in residents(world, v):
            if people.kind[i] != ELDER or people.health[i] < least:
                continue
            for kind in range(ALL_KINDS):
                part = int(people.need[i, kind] * share)
                people.need[i, kind] -= part
                world.hours[v, PROFESSIONAL, kind] += part
                minutes += part
        world.posted[v].care_government += minutes * price // 60


def run(model) -> None:
    """Public care of the month."""
    level = model.parameters.public_care.level
    if level != NOBODY:
        serve(model.people, model.world, model.values.table, HEALTH_STATES.index(level))
