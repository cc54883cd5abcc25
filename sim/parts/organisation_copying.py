"""M24 Copying: villages take over the levels of support of a neighbour that serves more.

State   `copied` and `levels`, declared with the parameters of M24 in `organisation.py`.
Month   `run` in December, when all have served.
Off     with `organisation.copies` 0, and where villages do not meet: each keeps its own levels.
"""

from __future__ import annotations

import numpy as np

from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, ELIGIBLE, MUTUAL, TOWNSHIP

DECEMBER = 12
COPY = Purpose("organisation.copy")


def copies(model) -> bool:
    """Whether villages copy each other this month."""
    december = model.calendar_month == DECEMBER and model.month >= 0
    return december and model.coupled and model.values.ever("organisation.copies")


def run(model) -> None:
    """Each December a village may take over the levels of the village of its township with the best hours
    share of the month.

    The hours share is mutual-aid hours over eligible hours; of equals the lower number is copied. Levels are
    read before anybody copies. Where villages do not meet, nobody copies.
    """
    if not model.parameters.organisation.on or not copies(model):
        return
    organisation, state = model.values.organisation, model.state
    levels = [organisation["training"], organisation["insured"], organisation["publicity"]]
    own = np.stack(levels, axis=1).astype(np.int64) * (1 - state["bare"])[:, None]
    in_force = np.where(state["copied"][:, None] == 1, state["levels"], own)
    hours = model.world.hours.sum(axis=2)
    share = hours[:, MUTUAL] / np.maximum(hours[:, ELIGIBLE], 1)
    pool, keys = model.world.pools[TOWNSHIP], model.keys(COPY)
    best: dict[int, int] = {}
    for place in np.lexsort((state["number"], -share, pool)):
        v = int(place)
        if state["level"][v] == CLOSED:
            continue
        first = best.setdefault(int(pool[v]), v)
        drawn = uniform(keys[model.world.county[v]], int(state["number"][v]), 0)
        if share[first] > share[v] and drawn < organisation["copies"][v]:
            state["copied"][v], state["levels"][v] = 1, in_force[first]
