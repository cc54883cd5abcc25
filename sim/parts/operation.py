"""M26 Ways of operating: who runs the service, and what that changes in cost, quality and hours.

The village itself, a professional team, a chain, a public building in private hands, a property firm, or the
village guided by an institution. The six ways are a table (sim/data/ways_of_operating.csv), with one scale a
kind of effect. All villages have the way that the scenario sets, or (`choosing`) each takes what it expects
to cost least for an hour.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.start import tables
from sim.state.codes import CLOSED, ELDER, MODERATE, NEVER, PROFESSIONAL, REDUCED
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import start_row

WAYS = ("village", "professional_team", "chain", "public_private", "property_firm", "guiding_institution")


@section("operation")
class Operation:
    """The way of operating and the scales of its effects."""

    way: str = choice("village", choices=WAYS, doc="who operates the service; village: nothing is added")
    choosing: bool = switch(False, doc="villages choose the way themselves, from `way` on; off: all keep it")
    contract: int = par(
        3,
        unit="years",
        low=1,
        high=10,
        doc="years for which a village keeps a way that it chose",
        monthly=False,
    )
    cost_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="fees, food and rent of a way, over the table's distance from the village's own",
    )
    visits_share: float = par(
        0.5, unit="ratio", low=0.0, high=1.0, doc="operator's fee at visits only over full service"
    )
    quality_scale: float = par(
        1.0, unit="ratio", low=0.0, high=2.0, doc="rise of satisfaction, over the table"
    )
    hours_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="hours of staff and volunteers, over the table's distance from the village's own",
    )


state(
    "operator",
    "i8",
    unit="code",
    label="way of operating, by its row in ways_of_operating.csv: 0 the village itself",
)
state("operator_since", "i8", unit="month", label="month in which the village chose its way", initial=NEVER)
state(
    "operator_seen",
    "f8",
    unit="mixed",
    label="sums since it last looked: months, fen in, other cost, own food, diners, enrolled, own offers",
    shape=(7,),
)
state(
    "operator_food",
    "f8",
    unit="ratio",
    label="food cost under the way of operating over the village's own",
    initial=1.0,
)
state(
    "operator_rent",
    "f8",
    unit="ratio",
    label="rent under the way of operating over the village's own",
    initial=1.0,
)
state(
    "operator_hours",
    "f8",
    unit="ratio",
    label="hours offered under the way of operating over the village's own",
    initial=1.0,
)
flow("staff_minutes", unit="minutes", label="minutes that an operator's paid staff served")
posting("cost_operator", debit="expense", credit="payables", label="bill: the operator's fee")

TURN = Purpose("operation.turn")


@kernel
def take_over(world, values, ways):
    """The ratios of the month. `ways` (6 x 7): fee, user fee (fen), food, rent, volunteers, staff
    (minutes), quality.
    """
    for v in range(len(world.used)):
        operation, village, way = values.operation[v], world.villages[v], ways[world.villages[v].operator]
        village.operator_food = 1.0 + operation.cost_scale * (way[2] - 1.0)
        village.operator_rent = max(1.0 + operation.cost_scale * (way[3] - 1.0), 0.0)
        village.operator_hours = 1.0 + operation.hours_scale * (way[4] - 1.0)


@kernel
def staff(people, world, values, ways, keys):
    """Paid staff serve enrolled elders, the disabled first, from a drawn place.

    Satisfaction moves; the fee is billed.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        operation, village, flow, post = (
            values.operation[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
        )
        if village.level == CLOSED or village.operator == 0:
            continue
        way = ways[village.operator]
        n, first = world.used[v], world.start[v]
        left = np.int64(operation.hours_scale * way[5] * flow.enrolled / 100.0)
        budget = left
        turn = start_row(people, world, v, False, uniform(key, village.number, 0))
        for able in range(2):
            for j in range(n):
                i = first + wrap(j + turn, n)
                if (
                    people.kind[i] != ELDER
                    or people.enrolled[i] == 0
                    or (people.health[i] < MODERATE) != (able == 1)
                ):
                    continue
                for q in range(9):
                    k = 8 - q  # personal care and the skilled kinds first
                    minutes = min(int(people.need[i, k]), left)
                    left -= minutes
                    people.need[i, k] -= minutes
                    world.hours[v, PROFESSIONAL, k] += minutes
                if people.received[i] > 0 or people.dines[i] > 0:
                    people.satisfaction[i] = min(
                        np.float64(people.satisfaction[i]) + operation.quality_scale * way[6], 1.0
                    )
        flow.staff_minutes = budget - left
        full = 1.0 if village.level >= REDUCED else operation.visits_share
        post.cost_operator += np.int64(
            operation.cost_scale * (way[0] * full + way[1] * flow.diners) * village.wage_index
        )


@inner
def expected(way, o, level, wage, rent, seen):
    """What a month under a way would cost (fen) and offer (minutes), by its row in the table.

    `seen` (7) as the state; `rent` and `wage` index as they stand. Users, other cost and own offers go on as
    they were.
    """
    months = max(seen[0], 1.0)
    fee = (
        o.cost_scale * (way[0] * (1.0 if level >= 2 else o.visits_share) + way[1] * (seen[4] / months)) * wage
    )
    food = seen[3] / months * (1.0 + o.cost_scale * (way[2] - 1.0))
    rented = rent * max(1.0 + o.cost_scale * (way[3] - 1.0), 0.0)
    minutes = (
        seen[6] / months * (1.0 + o.hours_scale * (way[4] - 1.0))
        + o.hours_scale * way[5] * (seen[5] / months) / 100.0
    )
    return seen[2] / months + fee + food + rented, minutes


@inner
def chosen(ways, o, level, wage, rent, seen, money, now):
    """The way of least cost for an hour among those whose bill the money got in covers; where nothing is
    better, `now`.

    Where it covers none, those stand open whose bill is not above that of the way the village has.
    """
    limit, covers = expected(ways[now], o, level, wage, rent, seen)[0], False
    for k in range(len(ways)):
        covers = covers or expected(ways[k], o, level, wage, rent, seen)[0] <= money
    limit = money if covers else limit
    best, least = now, np.inf
    for first in range(len(ways) + 1):  # the present way before the others
        k = now if first == 0 else first - 1
        bill, minutes = expected(ways[k], o, level, wage, rent, seen)
        if bill <= limit and minutes > 0.0 and bill / minutes < least:
            best, least = k, bill / minutes
    return best


@kernel
def choose(world, books, values, ways, leases, month, december):
    """Add the month to what a village looks back on.

    At the end of a year and of its first month it looks and chooses.
    """
    for v in range(len(world.used)):
        operation, village, flow, post, money = (
            values.operation[v],
            world.villages[v],
            world.flow[v],
            books.named[v],
            0,
        )
        serving = 1.0 if village.level > CLOSED else 0.0
        for k in range(len(books.purse)):
            money += books.month[v, books.purse[k, 0]] * books.purse[k, 1]
        seen = village.operator_seen
        seen[0] += serving
        seen[1] += money + post.bills_paid
        seen[2] += (flow.cost - post.cost_operator - post.cost_food - post.cost_rent) * serving
        seen[3] += post.cost_food / village.operator_food * serving
        seen[4] += flow.diners * serving
        seen[5] += flow.enrolled * serving
        seen[6] += flow.offered / village.operator_hours * serving
        if village.level == CLOSED or not (december or flow.opened_now > 0):
            continue
        rent = values.facilities[v].rent * village.rented if leases else 0
        way = chosen(
            ways,
            operation,
            village.level,
            village.wage_index,
            rent,
            seen,
            seen[1] / max(seen[0], 1.0),
            village.operator,
        )
        if way != village.operator and month - village.operator_since >= 12 * operation.contract:
            village.operator, village.operator_since = way, month
        for k in range(len(seen)):
            seen[k] = 0.0


def _adds(model) -> bool:
    return model.parameters.operation.choosing or model.parameters.operation.way != "village"


def run_take_over(model) -> None:
    """Who operates this month; a village that chooses begins as the scenario has it."""
    if _adds(model):
        if not model.parameters.operation.choosing or model.clock == 0:
            model.state["operator"][:] = model.values.operation["way"]
        take_over(model.world, model.values.table, tables.ways_of_operating())


def run_staff(model) -> None:
    """Paid staff and the operator's bill."""
    if _adds(model):
        staff(model.people, model.world, model.values.table, tables.ways_of_operating(), model.keys(TURN))


def run_choose(model) -> None:
    """At the end of each December and of its first month a village in service chooses, where its contract
    is over. Held during spin-up.
    """
    parameters = model.parameters
    if parameters.operation.choosing and model.month >= 0:
        ways = tables.ways_of_operating()
        choose(
            model.world,
            model.ledger.books,
            model.values.table,
            ways,
            parameters.facilities.on,
            model.month,
            model.calendar_month == 12,
        )
