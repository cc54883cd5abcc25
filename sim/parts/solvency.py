"""M23 Solvency ladder: full service, reduced meals, visits only, closed; what closes a village, and what
reopens it.

State   the step, since when, good and bad months in a row, conditions breached.
Month   `run` before buildings are opened and help is given; `run_begin` once at the start.
Off     nothing steps down or closes; a building that stands ready opens.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, FULL, NEVER, NO_MONEY, PAYERS, REDUCED, VISITS_ONLY, WORKING
from sim.state.fields import flow, state
from sim.state.ledger import settle
from sim.state.parameters import choice, par, section, switch
from sim.state.world import overdue_bills

CAUSES = ("money", "users", "helpers", "leader")
MONEY, USERS, HELPERS, LEADER = 1, 2, 4, 8
RELIEVE_MONEY, RELIEVE_USERS, RELIEVE_HELPERS, RELIEVE_LEADER = 1, 2, 3, 4  # choices of `relief`
YEAR = 12  # months
START_OF_GOOD = -6  # a new service earns its first step up later


@section("solvency")
class Solvency:
    """When a service steps down, closes and reopens."""

    on: bool = switch(True, doc="off: nothing steps down or closes", only=("plan.on=false",))
    stress: float = par(
        2.0,
        unit="months",
        low=0.25,
        high=6.0,
        doc="bills overdue by more than 90 days, in months of cost, that count as bad",
        only=("plan.on=false",),
    )
    patience: int = par(
        3,
        unit="months",
        low=1,
        high=12,
        doc="bad months in a row before a step down",
        only=("plan.on=false",),
    )
    closing: int = par(
        6,
        unit="months",
        low=2,
        high=24,
        doc="bad months in a row at the lowest step before closure",
        source="assumption, above the payment gap of three months",
        only=("plan.on=false",),
    )
    recovery: int = par(
        6, unit="months", low=1, high=24, doc="good months in a row before a step up", only=("plan.on=false",)
    )
    least_users: int = par(
        8,
        unit="persons",
        low=1,
        high=30,
        doc="diners below which meals are not kept up",
        source="assumption between 3 and 15; programme means 12-35",
    )
    least_enrolled: int = par(
        5,
        unit="persons",
        low=1,
        high=30,
        doc=(
            "enrolled elders below which visits are not kept up; a closed village reopens with as many in "
            "sight"
        ),
    )
    least_helpers: int = par(
        4, unit="persons", low=1, high=30, doc="active volunteers below which a service is not kept up"
    )
    leaderless: int = par(
        18,
        unit="months",
        low=3,
        high=60,
        doc="months without leader and association that count as bad",
        only=("plan.on=false",),
    )
    reopen: float = par(
        0.25,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="chance a year that a closed village with leader, users and money in sight reopens",
        source="assumption; close and reopen seen in Tongzhou 2025",
    )
    workers_share: float = par(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        doc="bills written off at closure that were owed to cooks, carers and helpers",
        only=("plan.on=false",),
    )
    first_cost: float = par(
        6500.0,
        unit="yuan/month",
        low=1000.0,
        high=20000.0,
        doc="running cost on which the first pledges stand, until one is seen",
        live=False,
        stored="fen",
    )
    start_cash: float = par(
        4.0,
        unit="months",
        low=0.0,
        high=12.0,
        doc="months of cost in cash where service stands at the start",
        live=False,
    )
    relief: str = choice(
        "none",
        choices=("none", "money", "users", "helpers", "leader"),
        doc="a paired run with one condition relieved, to confirm a cause",
        live=True,
        only=("plan.on=false",),
    )


state(
    "level",
    "i8",
    unit="step",
    label="0 closed or never opened, 1 visits only, 2 reduced meals, 3 full service",
    written_by=("plan", "station", "station_start"),
)
state(
    "opened",
    "i8",
    unit="month",
    label="first month of service; -1 at the start",
    initial=NEVER,
    written_by=("station", "station_start"),
)
state(
    "closed_month",
    "i8",
    unit="month",
    label="month of the last closure",
    initial=NEVER,
    written_by=("station", "station_start"),
)
state("closures", "i8", unit="times", label="closures so far", written_by=("station", "station_start"))
state("bad", "i8", unit="months", label="bad months in a row")
state("good", "i8", unit="months", label="good months in a row")
state(
    "cause",
    "i8",
    unit="bits",
    label="conditions breached in the 12 months before the last closure",
    written_by=("station",),
)
state("breaches", "i8", unit="bits", label="conditions breached, last 12 months", shape=(12,))
state("users", "i8", unit="persons", label="diners last month", written_by=("funding_bills",))
state("signed_up", "i8", unit="persons", label="enrolled last month", written_by=("funding_bills",))
state("active", "i8", unit="persons", label="volunteers last month", written_by=("funding_bills",))
flow("closed_now", unit="villages", label="closed this month", written_by=("station",))
flow("opened_now", unit="villages", label="opened this month", written_by=("station",))
flow("idle", unit="villages", label="facility stands, no service", written_by=("station",))

REOPEN = Purpose("solvency.reopen")


@inner
def lacks_users(village, solvency, canteen):
    """Too few diners where meals are served, else too few enrolled."""
    if village.level >= REDUCED and canteen:
        return village.users < solvency.least_users
    return village.signed_up < solvency.least_enrolled


@inner
def lacks_leader(village, solvency):
    """Neither leader nor association, for too long."""
    nobody = village.leader == 0 and village.association == 0
    return nobody and village.leaderless > solvency.leaderless


@inner
def breached(village, solvency, canteen):
    """Bits of the conditions that are bad this month; a relieved condition never is."""
    bits, relief = 0, solvency.relief
    most = solvency.stress * max(village.cost_average, village.cost_full)
    if overdue_bills(village) > most and relief != RELIEVE_MONEY:
        bits |= MONEY
    if lacks_users(village, solvency, canteen) and relief != RELIEVE_USERS:
        bits |= USERS
    if village.active < solvency.least_helpers and relief != RELIEVE_HELPERS:
        bits |= HELPERS
    if lacks_leader(village, solvency) and relief != RELIEVE_LEADER:
        bits |= LEADER
    return bits


@inner
def close(world, v, month, solvency):
    """Service ends: bills are written off against named creditors, promises are forgiven, cash stays for a
    new start.
    """
    village, balance, post = world.villages[v], world.balance[v], world.posted[v]
    village.cause = 0
    for before in range(YEAR):
        village.cause |= village.breaches[before]
    owed = 0
    for age in range(len(village.bills)):
        owed += village.bills[age]
        village.bills[age] = 0
    workers = np.int64(owed * solvency.workers_share)
    post.bills_dropped_workers += workers
    post.bills_dropped_suppliers += owed - workers
    post.forgiven_government += balance.receivable_government
    post.forgiven_collective += balance.receivable_collective
    post.forgiven_families += balance.receivable_families
    post.forgiven_society += balance.receivable_society
    for payer in range(len(PAYERS)):
        village.old_receivable[payer] = 0
        world.flow[v].pledged[payer] = 0  # this month's promises were for a service that has ended
    village.level, village.closed_month = CLOSED, month
    village.closures += 1
    village.bad, village.good = 0, 0
    world.flow[v].closed_now += 1


@inner
def open_service(world, v, month):
    """Service begins at the full step."""
    village = world.villages[v]
    village.level, village.launched = FULL, month
    if village.opened == NEVER:
        village.opened = month
    village.bad, village.good = 0, START_OF_GOOD
    world.flow[v].opened_now += 1
    for before in range(YEAR):
        village.breaches[before] = 0


@inner
def can_reopen(village, solvency, cash, month, money_on):
    """A closed village may try again after a year, with a leader, money and users in sight."""
    too_soon = month - village.closed_month < YEAR
    if village.leader == 0 or village.would_enrol < solvency.least_enrolled or too_soon:
        return False
    return money_on and village.welfare_left + cash > 0


@inner
def opens(world, v, values, month, drawn):
    """Whether service begins where a building stands ready: at once, or by chance after a closure."""
    village, solvency = world.villages[v], values.solvency[v]
    if village.closures == 0:
        return True
    money_on = values.funding[v].rule != NO_MONEY
    if not can_reopen(village, solvency, world.balance[v].cash, month, money_on):
        return False
    return drawn < solvency.reopen / 12.0


@inner
def note_breaches(village, solvency, month, canteen):
    """The month's breaches, and good or bad months in a row.

    A new service is given a year to find users and helpers. What went before the first month closes nothing
    by itself.
    """
    bits = breached(village, solvency, canteen)
    if village.opened >= 0 and month - village.opened < YEAR:
        bits &= MONEY
    village.breaches[(month + 100 * YEAR) % YEAR] = bits if month >= 0 else 0
    if bits:
        village.bad += 1
        village.good = min(village.good, 0)
    else:
        village.good += 1
        village.bad = 0
    if month < 0:
        village.bad = min(village.bad, solvency.patience)


@inner
def step(world, v, solvency, month):
    """One step down or up, or the end; tables wait for the end of an epidemic or for the inspector."""
    village = world.villages[v]
    shut = month < max(village.pandemic_until, village.sealed_until)
    has_recovered = village.good >= solvency.recovery and village.facility == WORKING
    if village.level > VISITS_ONLY and shut:
        village.level = VISITS_ONLY
    elif village.level > VISITS_ONLY and village.bad >= solvency.patience:
        village.level -= 1
        village.bad = 0
    elif village.level == VISITS_ONLY and village.bad >= solvency.closing and month >= 0:
        close(world, v, month, solvency)
    elif village.level < FULL and has_recovered and not shut:
        village.level += 1
        village.good = 0


@kernel
def climb(world, values, books, month, keys, canteen):
    """One step of the ladder for every village.

    Openings where a building stands ready. Before month 0 nothing closes.
    """
    for v in range(len(world.used)):
        solvency, village, flow = values.solvency[v], world.villages[v], world.flow[v]
        if village.level > CLOSED:
            note_breaches(village, solvency, month, canteen)
            step(world, v, solvency, month)
            continue
        if village.facility == WORKING and month >= 0:
            if opens(world, v, values, month, uniform(keys[world.county[v]], village.number, 0)):
                open_service(world, v, month)
        flow.idle = 1 if village.facility == WORKING and village.level == CLOSED else 0
    settle(books)  # what a closure writes off is gone before anybody pays


@kernel
def open_only(world, month):
    """Where nothing closes, service begins as soon as a building stands."""
    for v in range(len(world.used)):
        village = world.villages[v]
        if village.level == CLOSED and village.facility == WORKING and village.closures == 0:
            open_service(world, v, month)


@kernel
def start(world, values):
    """Villages in service at the start: a standing facility, working money, first month -1."""
    for v in range(len(world.used)):
        village = world.villages[v]
        if village.facility == WORKING:
            village.level, village.good = FULL, 0
            village.opened, village.launched = -1, -1
            village.cost_average = values.solvency[v].first_cost
            world.posted[v].start_cash += int(values.solvency[v].first_cost * values.solvency[v].start_cash)


def run_begin(model) -> None:
    """Villages in service at the start."""
    start(model.world, model.values.table)


@kernel
def count_days(world, values):
    """Days on which the former ladder has the door open."""
    for v in range(len(world.used)):
        village = world.villages[v]
        is_open = village.level > CLOSED and village.facility == WORKING
        village.door = np.int64(values.canteen[v].days) if is_open else 0
        world.flow[v].open_days = village.door


def run(model) -> None:
    """The ladder, where nobody plans; closures are off during spin-up."""
    if model.parameters.plan.on:
        return
    count_days(model.world, model.values.table)
    if model.parameters.solvency.on:
        canteen, keys = model.parameters.canteen.on, model.keys(REOPEN)
        climb(model.world, model.values.table, model.ledger.books, model.month, keys, canteen)
    else:
        open_only(model.world, model.month)
