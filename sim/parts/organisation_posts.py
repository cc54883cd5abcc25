"""M24 Paid posts: rural posts for help to the old, held by volunteers.

State   none that lasts: whoever has the lowest lasting draws holds them, so holders stay. Parameters and
        bills of M24 stand in `organisation.py`.
Month   `run` after volunteers have made their offers.
Off     with `organisation.posts` 0: nobody is paid.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED
from sim.state.fields import flow
from sim.state.people import identity_of, residents

flow("posts_held", unit="persons", label="volunteers who hold a paid post")

POST = Purpose("organisation.post")
VOLUNTEERS = 0  # row of the village's scratch


@inner
def list_volunteers(people, world, v, key):
    """Volunteers and their lasting draws, in the village's scratch; their number."""
    volunteers = 0
    for i in residents(world, v):
        world.work[VOLUNTEERS, volunteers] = i
        volunteers += people.volunteer[i] == 1
    for place in range(volunteers):
        serial = people.serial[world.work[VOLUNTEERS, place]]
        world.sums[place] = uniform(key, identity_of(world.villages[v].number, serial), 0)
    return volunteers


@inner
def next_holder(world, volunteers, last):
    """The volunteer with the lowest draw above `last`, and the draw; row -1 where none is left."""
    lowest, holder = 2.0, -1
    for place in range(volunteers):
        if last < world.sums[place] < lowest:
            lowest, holder = world.sums[place], world.work[VOLUNTEERS, place]
    return holder, lowest


@inner
def take_post(people, i, minutes, flow):
    """The holder offers the hours of the post, as far as free time goes."""
    more = max(min(minutes, np.int64(people.free[i] - people.offer[i])), 0)
    people.offer[i] += more
    flow.offered += more
    flow.posts_held += 1


@kernel
def hold_posts(people, world, values, keys):
    """Posts go to the volunteers with the lowest lasting draws."""
    for v in range(len(world.used)):
        organisation, flow, key = values.organisation[v], world.flow[v], keys[world.county[v]]
        if world.villages[v].level == CLOSED:
            continue
        last, volunteers = -1.0, list_volunteers(people, world, v, key)
        for _ in range(organisation.posts):
            holder, last = next_holder(world, volunteers, last)
            if holder < 0:
                break
            take_post(people, holder, organisation.post_hours, flow)


def run(model) -> None:
    """Holders of paid posts."""
    if model.parameters.organisation.on and model.values.ever("organisation.posts"):
        hold_posts(model.people, model.world, model.values.table, model.lasting_keys(POST))
