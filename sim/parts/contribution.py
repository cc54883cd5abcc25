"""M12 Common tasks: who comes where one is enough, and what is pledged where a sum is needed.

State   whether a person comes to common tasks; minutes that a person pledges for the common work.
Month   `run` when volunteers have come forward, in villages in service; elders and helpers alike.
        One is enough (Diekmann 1985): all meet in groups drawn anew; a task is done, and is worth `benefit`
        to each, if one comes; who comes bears `cost`. Afterwards each looks at another person of the village
        and does as they do, with a chance in proportion to what they had more.
        Common work (Bagnoli and Lipman 1989): it takes place where pledges reach `point` minutes a person;
        one after the other pledges what is missing for it if it is worth so much to the person, and else,
        where nothing is lost if it fails (`refund`), all that it is worth; without refund nothing.
Off     nobody is asked.
Assumption: hours of common tasks are counted beside the month's budget; they are few.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, below, uniform
from sim.engine.sorting import wrap
from sim.state.codes import CLOSED, FREE
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents

ON = ("on=true",)


@section("contribution")
class Contribution:
    """Groups, what a task costs and is worth, what a common work needs."""

    on: bool = switch(False, doc="off: nobody is asked to common tasks")
    group: int = par(
        4, unit="persons", low=2, high=30, doc="persons of whom one is enough for a task", only=ON
    )
    cost: float = par(
        1.0, unit="hours", low=0.1, high=10.0, doc="what a task costs the one who comes", only=ON
    )
    benefit: float = par(
        3.0, unit="hours", low=0.1, high=30.0, doc="what a done task is worth to each of the group", only=ON
    )
    start: float = par(
        0.5, unit="share", low=0.05, high=0.95, doc="persons who come to tasks when first asked", only=ON
    )
    trial: float = par(
        0.01, unit="share/month", low=0.0, high=0.1, doc="persons who try the other way unprompted", only=ON
    )
    point: float = par(
        0.5,
        unit="hours/person",
        low=0.0,
        high=5.0,
        doc="hours a person that have to be pledged for a common work to take place",
        only=ON,
        stored="minutes",
    )
    worth: float = par(
        1.0,
        unit="hours/person",
        low=0.0,
        high=5.0,
        doc="what a common work is worth to a person in the mean; persons lie evenly between none and twice",
        only=ON,
        stored="minutes",
    )
    refund: bool = par(
        True,
        unit="switch",
        doc="pledges are let go where they do not reach the point",
        source="design choice; Bagnoli and Lipman 1989 (Review of Economic Studies 56(4))",
        only=ON,
    )


column("asked", "i1", unit="flag", label="has been asked to a common task before")
column("comes", "i1", unit="flag", label="comes to common tasks")
column("had", "f4", unit="hours", label="what the last common task was worth, less what it cost")
column("pledged_minutes", "i2", unit="minutes", label="pledged for the common work")
flow("tasks", unit="times", label="common tasks for which one is enough")
flow("tasks_done", unit="times", label="of these, those to which somebody came")
flow("task_persons", unit="persons", label="persons asked to these tasks")
flow("task_comers", unit="persons", label="of these, those who came")
flow("work_pledged", unit="minutes", label="pledged for the common work")
flow("work_done", unit="times", label="common works that took place")

GROUPS = Purpose("contribution.groups")
LASTING = Purpose("contribution.traits")
OTHER, COPIES, TRIES = range(3)  # indices of a person's draws; a village's are its places
FIRST, WORTH = range(2)  # of those that last
LINE = 0  # row of the scratch in which those who are asked stand in a row


@inner
def line_up(people, world, v, contribution, lasting):
    """All persons of a village in a row of the scratch; newcomers come or not by a draw. Returns how many."""
    asked = 0
    for i in residents(world, v):
        if people.kind[i] == FREE:
            continue
        world.work[LINE, asked] = i
        asked += 1
        if people.asked[i] == 0:
            drawn = uniform(lasting, identity_of(world.villages[v].number, people.serial[i]), FIRST)
            people.asked[i], people.comes[i] = 1, 1 if drawn < contribution.start else 0
    return asked


@inner
def shuffle(world, asked, key, number):
    """The row in an order in which each is as likely (Fisher and Yates)."""
    for place in range(asked - 1, 0, -1):
        other = below(key, number, place, place + 1)
        kept = world.work[LINE, place]
        world.work[LINE, place] = world.work[LINE, other]
        world.work[LINE, other] = kept


@inner
def hold_task(people, world, v, begin, contribution):
    """One group of the row from `begin` on: done if one comes, and what each had of it."""
    flow, comers = world.flow[v], 0
    for place in range(begin, begin + contribution.group):
        comers += people.comes[world.work[LINE, place]]
    for place in range(begin, begin + contribution.group):
        i = world.work[LINE, place]
        worth = contribution.benefit if comers > 0 else 0.0
        people.had[i] = worth - contribution.cost * people.comes[i]
    flow.tasks += 1
    flow.tasks_done += 1 if comers > 0 else 0
    flow.task_persons += contribution.group
    flow.task_comers += comers


@inner
def copies(people, i, other, contribution, drawn):
    """Whether one does as the other does: in proportion to what they had more, never more than surely."""
    more = np.float64(people.had[other]) - np.float64(people.had[i])
    return drawn * max(contribution.benefit, contribution.cost) < more


@inner
def learn(people, world, v, met, contribution, key):
    """Each of those who met looks at another; what they do next waits until all have looked."""
    number = world.villages[v].number
    for place in range(met):
        i = world.work[LINE, place]
        identity = identity_of(number, people.serial[i])
        other = world.work[LINE, wrap(place + 1 + below(key, identity, OTHER, met - 1), met)]
        copied = copies(people, i, other, contribution, uniform(key, identity, COPIES))
        does = people.comes[other] if copied else people.comes[i]
        tries = uniform(key, identity, TRIES) < contribution.trial
        world.sums[place] = 1.0 - does if tries else np.float64(does)
    for place in range(met):
        people.comes[world.work[LINE, place]] = np.int64(world.sums[place])


@inner
def worth_of(people, world, v, i, contribution, lasting):
    """Minutes that a common work is worth to a person."""
    identity = identity_of(world.villages[v].number, people.serial[i])
    return np.int64(2.0 * contribution.worth * uniform(lasting, identity, WORTH))


@inner
def pledge(people, world, v, asked, contribution, lasting):
    """Each in the row's order, knowing what the others pledge; the work takes place where it is enough."""
    needed, pledged, flow = contribution.point * asked, 0, world.flow[v]
    for place in range(asked):
        pledged += people.pledged_minutes[world.work[LINE, place]]
    for place in range(asked):
        i = world.work[LINE, place]
        pledged -= people.pledged_minutes[i]
        missing, worth = max(needed - pledged, 0), worth_of(people, world, v, i, contribution, lasting)
        gives_all = worth if contribution.refund == 1 else 0
        people.pledged_minutes[i] = missing if missing <= worth else gives_all
        pledged += people.pledged_minutes[i]
    flow.work_pledged += pledged
    flow.work_done += 1 if pledged >= needed else 0


@kernel
def hold(people, world, values, keys, lasting):
    """Common tasks and the common work of every village in service."""
    for v in range(len(world.used)):
        contribution, village, key = values.contribution[v], world.villages[v], keys[world.county[v]]
        if village.level == CLOSED:
            continue
        traits = lasting[world.county[v]]
        asked = line_up(people, world, v, contribution, traits)
        shuffle(world, asked, key, village.number)
        groups = asked // contribution.group
        for task in range(groups):
            hold_task(people, world, v, task * contribution.group, contribution)
        if groups > 0:
            learn(people, world, v, groups * contribution.group, contribution, key)
        pledge(people, world, v, asked, contribution, traits)


def run(model) -> None:
    """Common tasks of the month."""
    if model.parameters.contribution.on:
        hold(
            model.people,
            model.world,
            model.values.table,
            model.keys(GROUPS),
            model.lasting_keys(LASTING),
        )
