"""M22 + Handicraft: skilled elders, a skill that dies unless passed on, workshops, sales, visits;
complements tourism; may lose.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.engine.sorting import wrap
from sim.state.codes import CRAFT, FREE, MILD
from sim.state.fields import flow
from sim.state.parameters import par, section
from sim.state.people import identity_of, start_row


@section("handicraft")
class Handicraft:
    """A workshop of the village's craft."""

    setup: float = par(
        120000.0, unit="yuan", low=30000.0, high=600000.0, doc="set-up money", monthly=False, stored="fen"
    )
    places: float = par(20.0, unit="persons", low=5.0, high=100.0, doc="places in the workshop")
    sales: float = par(
        1270.0,
        unit="yuan/month",
        low=111.0,
        high=2500.0,
        doc="sales a full worker and month (60 hours)",
        source="Xiji 15,267 a worker and year; Zhonghe 111 a month in a weak market",
        grade="C",
        stored="fen",
    )
    materials: float = par(0.30, unit="share", low=0.1, high=0.6, doc="materials over sales")
    wage: float = par(
        10.0,
        unit="yuan/hour",
        low=5.0,
        high=20.0,
        doc="pay of a worker",
        source="833-1,500 yuan a month at piece rates",
        grade="C",
        stored="fen",
    )
    fixed: float = par(
        12000.0, unit="yuan/year", low=0.0, high=80000.0, doc="workshop upkeep and sales", stored="fen"
    )
    volatility: float = par(
        0.25, unit="share", low=0.05, high=0.6, doc="standard deviation of a year's market"
    )
    visits: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=0.5,
        doc=(
            "rise of sales at 1,000 visitors a month, who come for explanation and experience (document "
            "004, 4.3)"
        ),
    )
    guests: float = par(
        20.0,
        unit="visits/month",
        low=0.0,
        high=300.0,
        doc="visitors whom ten masters bring by their own circles",
    )
    network: float = par(
        0.10, unit="share", low=0.0, high=0.4, doc="rise of sales when ten masters use their own circles"
    )
    pass_on: float = par(
        0.01,
        unit="share/month",
        low=0.0,
        high=0.05,
        doc="chance a month that a master passes the craft to one person",
        source="40 % of trained women then work for the workshop (Hunan 2020); pace assumed",
    )
    lead: int = par(6, unit="months", low=2, high=24, doc="months from money to first sales")


flow("masters", unit="persons", label="persons with the craft")
flow("apprentices", unit="persons", label="persons who learned the craft this month")

MARKET = Purpose("handicraft.market")
PASS_ON = Purpose("handicraft.pass_on")
TURN = Purpose("handicraft.turn")


@kernel
def work(people, world, values, month, keys, pass_keys, turn_keys):
    """Masters and learners work in their free hours; the craft passes to a neighbour by chance."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        pass_key = pass_keys[world.county[v]]
        turn_key = turn_keys[world.county[v]]
        handicraft, village, flow, post = (
            values.handicraft[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
        )
        if village.plus & 1 == 0:  # without tourism nobody else counts the month's visitors
            village.visitors = 0.0
        if village.plus & 4 == 0 or month < village.begun + handicraft.lead:
            continue
        n, hours, learners, learning = world.used[v], 0, world.work[1], 0
        turn = start_row(people, world, v, False, uniform(turn_key, village.number, 0))
        limit = int(handicraft.places * 3600.0)
        for j in range(n):
            i = world.start[v] + wrap(j + turn, n)
            if people.kind[i] == FREE or people.skills[i] & CRAFT == 0 or people.health[i] > MILD:
                continue
            flow.masters += 1
            take = min(np.int64(people.free[i] * values.business[v].work_share), 3600, limit - hours)
            if take > 0:
                people.free[i] -= take
                hours += take
            identity = identity_of(village.number, people.serial[i])
            if uniform(pass_key, identity, 0) < handicraft.pass_on and people.neighbour[i] >= 0:
                learners[learning] = world.start[v] + people.neighbour[i]
                learning += 1
        for k in range(learning):  # they are masters from next month on
            s = learners[k]
            if people.kind[s] != FREE and people.skills[s] & CRAFT == 0:
                people.skills[s] = people.skills[s] | CRAFT
                flow.apprentices += 1
        market = max(
            1.0 + handicraft.volatility * normalish(key, village.number, (month - village.begun) // 12), 0.1
        )
        village.visitors += handicraft.guests * min(flow.masters / 10.0, 1.0)
        market *= (
            1.0
            + handicraft.visits * min(village.visitors / 1000.0, 2.0)
            + handicraft.network * min(flow.masters / 10.0, 1.0)
        )
        sales = int(hours / 3600.0 * handicraft.sales * market)
        wages = hours * handicraft.wage // 60
        cost = int(sales * handicraft.materials) + handicraft.fixed // 12
        post.sales += sales
        post.wages += wages
        post.costs += cost
        flow.business_sales += sales
        flow.business_costs += cost + wages
        flow.business_wages += wages
        flow.business_minutes += hours
        flow.time_business += hours


def run(model) -> None:
    """The month in the workshop."""
    if model.runs("handicraft", "portfolio") and model.month >= 0:
        work(
            model.people,
            model.world,
            model.values.table,
            model.month,
            model.lasting_keys(MARKET),
            model.keys(PASS_ON),
            model.keys(TURN),
        )
