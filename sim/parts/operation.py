"""M26 Ways of operating: who runs the service, and what that changes in cost, quality and hours.

The village itself, a professional team, a chain, a public building in private hands, a property firm, or the
village guided by an institution. The six ways are a table (sim/data/ways_of_operating.csv), with one scale a
kind of effect.

State   the way, since when, what the village looks back on, and ratios of food, rent and hours to the
        village's own.
Month   `run_take_over` before the service runs; `run_staff` after mutual aid; `run_choose` at the month's
        end.
Off     with `operation.way` "village" and without `choosing` nothing is added. All villages have the way
        that the scenario sets, or (`choosing`) each takes what it expects to cost least for an hour.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start import tables
from sim.state.codes import ALL_KINDS, CLOSED, NEVER, PROFESSIONAL, REDUCED
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import has_turn, list_enrolled, start_row

WAYS = ("village", "professional_team", "chain", "public_private", "property_firm", "guiding_institution")

OWN = 0  # the village itself
FEE, USER_FEE, FOOD, RENT, VOLUNTEERS, STAFF, QUALITY = range(7)  # columns of the table
MONTHS, MONEY, OTHER_COST, OWN_FOOD, DINERS, ENROLLED, OWN_OFFERS = range(7)  # places of `operator_seen`
DECEMBER = 12


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
        only=("choosing=true",),
    )
    cost_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="fees, food and rent of a way, over the table's distance from the village's own",
        only=("way!=village", "choosing=true"),
    )
    visits_share: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="operator's fee at visits only over full service",
        only=("way!=village", "choosing=true"),
    )
    quality_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="rise of satisfaction, over the table",
        only=("way!=village", "choosing=true"),
    )
    hours_scale: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="hours of staff and volunteers, over the table's distance from the village's own",
        only=("way!=village", "choosing=true"),
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
LISTED = 0  # row of the village's scratch: enrolled elders


# -- what a way adds -------------------------------------------------------------------------------------
@inner
def ratio(scale, value):
    """A ratio of the table, `scale` times as far from the village's own."""
    return 1.0 + scale * (value - 1.0)


@inner
def fee(way, operation, level, diners, wage):
    """The operator's fee of a month, fen: a fixed part, less at visits only, and one a diner."""
    full = 1.0 if level >= REDUCED else operation.visits_share
    return operation.cost_scale * (way[FEE] * full + way[USER_FEE] * diners) * wage


@kernel
def take_over(world, values, ways):
    """The ratios of the month. `ways` (6 x 7) as the table, in fen and minutes."""
    for v in range(len(world.used)):
        operation, village, way = values.operation[v], world.villages[v], ways[world.villages[v].operator]
        village.operator_food = ratio(operation.cost_scale, way[FOOD])
        village.operator_rent = max(ratio(operation.cost_scale, way[RENT]), 0.0)
        village.operator_hours = ratio(operation.hours_scale, way[VOLUNTEERS])


@inner
def serve(people, world, v, i, left):
    """Staff meet needs of elder i within `left` minutes, the skilled kinds first; minutes served."""
    served = 0
    for place in range(ALL_KINDS):
        kind = ALL_KINDS - 1 - place
        minutes = min(int(people.need[i, kind]), left - served)
        served += minutes
        people.need[i, kind] -= minutes
        world.hours[v, PROFESSIONAL, kind] += minutes
    return served


@inner
def please(people, i, rise):
    """Whoever had help or meals is more satisfied."""
    if people.received[i] > 0 or people.dines[i] > 0:
        people.satisfaction[i] = min(np.float64(people.satisfaction[i]) + rise, 1.0)


@kernel
def send_staff(people, world, values, ways, keys):
    """Paid staff serve enrolled elders, the disabled first, from a drawn place.

    Satisfaction moves; the fee is billed.
    """
    for v in range(len(world.used)):
        operation, village, flow = values.operation[v], world.villages[v], world.flow[v]
        if village.level == CLOSED or village.operator == OWN:
            continue
        way = ways[village.operator]
        budget = np.int64(operation.hours_scale * way[STAFF] * flow.enrolled / 100.0)
        left = budget
        first = start_row(people, world, v, False, uniform(keys[world.county[v]], village.number, 0))
        enrolled = list_enrolled(people, world, v, first, LISTED)
        for able in range(2):
            for place in range(enrolled):
                i = world.work[LISTED, place]
                if has_turn(people, i, able):
                    left -= serve(people, world, v, i, left)
                    please(people, i, operation.quality_scale * way[QUALITY])
        flow.staff_minutes = budget - left
        world.posted[v].cost_operator += np.int64(
            fee(way, operation, village.level, flow.diners, village.wage_index)
        )


# -- the choice ------------------------------------------------------------------------------------------
@inner
def expected(way, operation, level, wage, rent, seen):
    """What a month under a way would cost (fen) and offer (minutes), by its row in the table.

    `seen` (7) as the state; `rent` and `wage` index as they stand. Users, other cost and own offers go on as
    they were.
    """
    months = max(seen[MONTHS], 1.0)
    charged = fee(way, operation, level, seen[DINERS] / months, wage)
    food = seen[OWN_FOOD] / months * ratio(operation.cost_scale, way[FOOD])
    rented = rent * max(ratio(operation.cost_scale, way[RENT]), 0.0)
    offered = seen[OWN_OFFERS] / months * ratio(operation.hours_scale, way[VOLUNTEERS])
    staffed = operation.hours_scale * way[STAFF] * (seen[ENROLLED] / months) / 100.0
    return seen[OTHER_COST] / months + charged + food + rented, offered + staffed


@inner
def chosen(ways, operation, level, wage, rent, seen, money, now):
    """The way of least cost for an hour among those whose bill the money got in covers; where nothing is
    better, `now`.

    Where it covers none, those stand open whose bill is not above that of the way the village has.
    """
    limit, covers = expected(ways[now], operation, level, wage, rent, seen)[0], False
    for place in range(len(ways)):
        covers = covers or expected(ways[place], operation, level, wage, rent, seen)[0] <= money
    limit = money if covers else limit
    best, least = now, np.inf
    for turn in range(len(ways) + 1):  # the present way before the others
        place = now if turn == 0 else turn - 1
        bill, minutes = expected(ways[place], operation, level, wage, rent, seen)
        if bill <= limit and minutes > 0.0 and bill / minutes < least:
            best, least = place, bill / minutes
    return best


@inner
def money_in(books, v):
    """What the month's postings brought into the purse of village v."""
    money = 0
    for place in range(len(books.purse)):
        money += books.month[v, books.purse[place, 0]] * books.purse[place, 1]
    return money


@inner
def look_back(village, flow, post, money):
    """The month joins what a village looks back on; its cost and users count in service."""
    serving = 1.0 if village.level > CLOSED else 0.0
    seen = village.operator_seen
    seen[MONTHS] += serving
    seen[MONEY] += money + post.bills_paid
    seen[OTHER_COST] += (flow.cost - post.cost_operator - post.cost_food - post.cost_rent) * serving
    seen[OWN_FOOD] += post.cost_food / village.operator_food * serving
    seen[DINERS] += flow.diners * serving
    seen[ENROLLED] += flow.enrolled * serving
    seen[OWN_OFFERS] += flow.offered / village.operator_hours * serving


@inner
def take_best(village, ways, operation, rent, month):
    """Take the best way where the contract is over, and begin to look anew."""
    seen, level, wage = village.operator_seen, village.level, village.wage_index
    got = seen[MONEY] / max(seen[MONTHS], 1.0)
    way = chosen(ways, operation, level, wage, rent, seen, got, village.operator)
    if way != village.operator and month - village.operator_since >= 12 * operation.contract:
        village.operator, village.operator_since = way, month
    for place in range(len(seen)):
        seen[place] = 0.0


@kernel
def choose(world, books, values, ways, leases, month, december):
    """Each village looks back; at the end of a year and of its first month it chooses."""
    for v in range(len(world.used)):
        village, flow = world.villages[v], world.flow[v]
        look_back(village, flow, books.named[v], money_in(books, v))
        if village.level > CLOSED and (december or flow.opened_now > 0):
            rent = values.facilities[v].rent * village.rented if leases else 0
            take_best(village, ways, values.operation[v], rent, month)


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
        ways = tables.ways_of_operating()
        send_staff(model.people, model.world, model.values.table, ways, model.keys(TURN))


def run_choose(model) -> None:
    """At the end of each December and of its first month a village in service chooses, where its contract
    is over. Held during spin-up.
    """
    parameters, world, values = model.parameters, model.world, model.values.table
    if parameters.operation.choosing and model.month >= 0:
        ways, december = tables.ways_of_operating(), model.calendar_month == DECEMBER
        choose(world, model.ledger.books, values, ways, parameters.facilities.on, model.month, december)
