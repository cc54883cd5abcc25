"""M13 Thresholds: an elder enrols once enough others of the village have (Granovetter 1978).

State   the share of enrolled elders from which on a person follows.
Month   `run` before enrolment marks who follows; `acceptance.py` enrols them beside those who come by its
        hazard. Whoever has no threshold yet draws one, for good; a threshold that was set is kept.
Off     nobody follows; thresholds are not drawn.
Assumption: thresholds are spread like a bell (a sum of twelve draws), and do not move with acceptance.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish
from sim.state.codes import CLOSED, ELDER
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, is_enrolled, residents

ON = ("on=true",)
NOT_DRAWN = -1.0


@section("thresholds")
class Thresholds:
    """How many others have to be there before one comes."""

    on: bool = switch(False, doc="off: nobody enrols because so many others have")
    middle: float = par(
        0.25,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of the village's elders who have enrolled at which an elder follows, in the mean",
        source="assumption; 25 of 100 is the example of Granovetter 1978 (AJS 83(6)), no measurement",
        only=ON,
    )
    spread: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=0.5,
        doc="standard deviation of that share between elders; below nought one comes first of all",
        source="assumption; Granovetter 1978 varies it",
        only=ON,
    )


column(
    "threshold",
    "f4",
    unit="share",
    label="share of enrolled elders from which on one follows; -1: not drawn yet",
    initial=NOT_DRAWN,
)
column("follows", "i1", unit="flag", label="enrols this month as enough others have")
flow("followers", unit="persons", label="elders whose threshold was reached this month")

DRAW = Purpose("thresholds.draw")


@inner
def drawn_threshold(key, identity, thresholds):
    """A person's own, none below nought."""
    return max(thresholds.middle + thresholds.spread * normalish(key, identity, 0), 0.0)


@inner
def enrolled_share(people, world, v):
    """Of the village's elders."""
    enrolled = 0
    for i in residents(world, v):
        enrolled += 1 if is_enrolled(people, i) else 0
    return enrolled / max(world.villages[v].elders, 1)


@kernel
def mark(people, world, values, keys):
    """Who follows this month: thresholds are compared in the precision in which they are held."""
    for v in range(len(world.used)):
        thresholds, village = values.thresholds[v], world.villages[v]
        share = np.float32(enrolled_share(people, world, v))
        for i in residents(world, v):
            people.follows[i] = 0
            if people.kind[i] != ELDER:
                continue
            if people.threshold[i] < 0.0:
                identity = identity_of(village.number, people.serial[i])
                people.threshold[i] = drawn_threshold(keys[world.county[v]], identity, thresholds)
            if village.level > CLOSED and people.enrolled[i] == 0 and people.threshold[i] <= share:
                people.follows[i] = 1
                world.flow[v].followers += 1


def run(model) -> None:
    """Those who follow, before enrolment."""
    if model.parameters.thresholds.on:
        mark(model.people, model.world, model.values.table, model.lasting_keys(DRAW))
