"""M23 The station: whose door is open this month, and what ends it.

State   open days of the month, months in a row without, months of too few diners or hands, what stood
        against the door; the last closure and its causes.
Month   `run` once plans are made and it is known who keeps and cooks (`station_staff.py`): three months in a
        row without an open day are a closure, dated at the first. After a year a closed village may try
        again. Stations of the start are in `station_start.py`.
Off     with the plan: the ladder of `solvency.py` says which door is open. Each end has a switch or rate.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.planning.books import cannot_pay_room, carried_two_days
from sim.planning.menu import fewest, needs_room, serves_meals
from sim.planning.sheet import WEEKS
from sim.state.codes import (
    HOME_TABLES,
    LEAST_DAYS,
    NEIGHBOURS,
    NEVER,
    PAYERS,
    STATION_DAYS,
    SUPPLIERS,
    VISITS_ONLY,
    WORKERS,
    WORKING,
)
from sim.state.fields import flow, state
from sim.state.ledger import settle
from sim.state.parameters import par, section, switch

ENDS = ("money", "users", "helpers", "leader", "keeper", "accident", "room", "unfit_plan")
BY_MONEY, BY_USERS, BY_HELPERS, BY_LEADER, BY_KEEPER, BY_ACCIDENT, BY_ROOM, BY_PLAN = (
    1 << place for place in range(len(ENDS))
)
CLOSURE = 3  # months in a row without an open day
LEAST_WEEK = 2  # days a week that are kept up while money for the room is late
YEAR = 12
HABIT_LEFT = 0.5  # diners who come back after a stop of over a month


@section("station")
class Station:
    """The door, the kitchen and the people who keep them."""

    WHEN: ClassVar[dict[str, str]] = {  # conditions (one is enough): what is read under them
        "rollout.on=true": "drive_built",
        "business.kind=tourism business.kind=handicraft business.kind=portfolio": "guest_visitors",
        # paid repairs undo decay, a shut room does not wear: only age or a flood brings a room so low
        "facilities.ageing=true shocks.flood!=0 shocks.scheduled=flood": "unfit",
    }

    self_cooked_seats: float = par(
        24.0, unit="persons", low=8.0, high=40.0, doc="most who cook for each other at a time"
    )
    table_seats: float = par(
        4.0,
        unit="persons",
        low=4.0,
        high=5.0,
        doc="diners of a table at home",
        source="group size at which benefit levels off: 4-5 (Frontiers in Public Health 2024, 1196411)",
        grade="A",
    )
    hosts: float = par(0.1, unit="share", low=0.0, high=0.3, doc="helpers who would host a table at home")
    table_minutes: float = par(
        60.0, unit="minutes/meal", low=30.0, high=120.0, doc="a host's time for a table and meal"
    )
    host_thanks: float = par(
        1.0, unit="yuan/meal", low=0.0, high=3.0, doc="what a diner gives the host beyond food", stored="fen"
    )
    sittings: float = par(2.0, unit="ratio", low=1.0, high=2.0, doc="sittings of a meal time in a canteen")
    cook_base: float = par(120.0, unit="minutes", low=60.0, high=180.0, doc="cooking time of a meal time")
    cook_each: float = par(3.0, unit="minutes", low=1.0, high=6.0, doc="cooking time of each diner more")
    cook_month: float = par(
        208.0,
        unit="hours/month",
        low=160.0,
        high=260.0,
        doc="hours for which a cook gets a full month's pay",
        source="definition: eight hours on 26 days",
        stored="minutes",
    )
    cook_scale: float = par(
        1.0,
        unit="ratio",
        low=0.7,
        high=1.7,
        doc="paid kitchen labour over the hours worked out",
        source="WS village pays about 1.7 times that (55,200 yuan a year for 35 diners)",
        grade="C",
    )
    keeper_minutes: float = par(
        120.0, unit="minutes/day", low=30.0, high=480.0, doc="unpaid hours that keep a door open for a day"
    )
    power_fixed: float = par(
        0.4, unit="share", low=0.1, high=0.9, doc="power that is paid however few days a room is open"
    )
    kitchen_willing: float = par(
        0.5, unit="share", low=0.1, high=0.9, doc="helpers willing to do kitchen work", live=False
    )
    kitchen_most: float = par(
        12.0,
        unit="hours/month",
        low=4.0,
        high=30.0,
        doc="most kitchen hours of a helper",
        stored="minutes",
    )
    drop_in: float = par(
        0.15, unit="share", low=0.03, high=0.4, doc="enrolled elders in health who look in on an open day"
    )
    fewest_attending: float = par(
        5.0, unit="persons", low=1.0, high=15.0, doc="visitors an open day below which a door is not kept"
    )
    fewest_at_home: float = par(3.0, unit="persons", low=1.0, high=8.0, doc="fewest diners of tables at home")
    fewest_self_cooked: float = par(
        6.0, unit="persons", low=2.0, high=15.0, doc="diners below which nobody cooks for each other"
    )
    canteen_begins: float = par(
        12.0,
        unit="persons",
        low=4.0,
        high=20.0,
        doc="diners hoped for below which nobody begins a canteen",
        source="Derived from eleven cases; programme means from 12 (Xinyu) to 35 (Qufu)",
        grade="C",
    )
    grace: int = par(
        6,
        unit="months",
        low=0,
        high=12,
        doc="months after an opening in which users and helpers are waited for",
    )
    patience: int = par(3, unit="months", low=1, high=12, doc="months of too few users that end a form")
    guest_price: float = par(
        9.0,
        unit="yuan/meal",
        low=6.0,
        high=13.0,
        doc="price of a guest's meal",
        source="bracketed by 10-12 yuan market prices (Ningxia, Conghua)",
        grade="C",
        stored="fen",
    )
    guest_residents: float = par(
        0.02, unit="share", low=0.0, high=0.1, doc="residents of 40-59 who would eat at a meal time"
    )
    guest_visitors: float = par(
        0.05, unit="share", low=0.0, high=0.5, doc="visitors of a village who would eat in its canteen"
    )
    keeper_quits: float = par(
        0.2,
        unit="share/year",
        low=0.1,
        high=0.35,
        doc="keepers without pay who stop in a year",
        source="drop-out of rural volunteers, expert assumption",
        grade="D",
    )
    keeper_paid: float = par(
        0.5, unit="ratio", low=0.0, high=1.0, doc="keepers who are paid that stop, over those without pay"
    )
    keeper_found: float = par(
        0.3, unit="share/month", low=0.05, high=0.9, doc="chance that a keeper is found"
    )
    keeper_found_alone: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=0.5,
        doc="chance that a keeper is found without leader and association",
    )
    cook_waits: int = par(
        2, unit="months", low=1, high=4, doc="months without pay after which a cook or keeper leaves"
    )
    cook_found: float = par(0.3, unit="share/month", low=0.05, high=0.9, doc="chance that a cook is found")
    leaderless: int = par(
        12,
        unit="months",
        low=3,
        high=60,
        doc="months without leader and association after which a door stays shut",
    )
    accidents: float = par(
        0.01, unit="share/year", low=0.0, high=0.05, doc="stations that an accident shuts in a year"
    )
    accident_months: int = par(
        6, unit="months", low=1, high=24, doc="months that an accident shuts a station"
    )
    unfit: float = par(
        0.3, unit="share", low=0.0, high=0.6, doc="condition of the room below which the door stays shut"
    )
    diners_end: bool = switch(True, doc="too few diners end a form of meals", live=True)
    hands_end: bool = switch(True, doc="too few hands end a form cooked by a rota", live=True)
    keeper_ends: bool = switch(True, doc="without a keeper the door stays shut", live=True)
    leader_ends: bool = switch(
        True, doc="without leader and association the door stays shut in time", live=True
    )
    money_ends: bool = switch(True, doc="a door shuts where bills of its room cannot be paid", live=True)
    room_ends: bool = switch(True, doc="an unfit room shuts the door", live=True)
    drive_built: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="launch of a station that a drive put up where nobody asked, over that of another",
    )


state(
    "door", "i8", unit="days/month", label="open days of this month", written_by=("solvency", "station_start")
)
state("stops", "i8", unit="months", label="months in a row without an open day")
state("against", "i8", unit="bits", label="what stood against the door this month")
state("stopped_by", "i8", unit="bits", label="what stood against it since it shut")
state("few_users", "i8", unit="months", label="months in a row of too few users")
state("rota_short", "i8", unit="months", label="months in a row in which the rota filled under four fifths")
state("rota_gone", "i8", unit="months", label="months in a row in which it filled under half")
state(
    "rota_filled",
    "f8",
    unit="share",
    label="kitchen work that the rota did last month",
    initial=1.0,
    written_by=("canteen",),
)
state("habit", "f8", unit="share", label="diners left of those before a stop", initial=1.0)
state("struck_until", "i8", unit="month", label="an accident shuts the station until", initial=NEVER)
state(
    "launched",
    "i8",
    unit="month",
    label="month of the last opening",
    initial=NEVER,
    written_by=("solvency", "station_start"),
)
state("by_drive", "i8", unit="flag", label="a drive put the station up", written_by=("facilities",))
state(
    "shares_room",
    "i8",
    unit="flag",
    label="shop, clinic or school share the room",
    written_by=("facilities",),
)
flow("open_days", unit="days", label="open days of the station, door or meals", written_by=("solvency",))
flow("suspended", unit="villages", label="a plan stands, and epidemic, flood or seal shut the door")
flow("attendance", unit="persons", label="visitors of the station on an open day", written_by=("canteen",))

ACCIDENT = Purpose("station.accident")
REOPEN = Purpose("station.reopen")


# -- users and hands --------------------------------------------------------------------------------------
@inner
def count_months(values, v, village, month):
    """Months in a row of too few users or hands, by last month's figures; a new station is given time."""
    station = values.station[v]
    users = village.attendance_mean if village.step == STATION_DAYS else village.diners_mean
    grown_up = village.launched != NEVER and month - village.launched > station.grace
    few = grown_up and users < fewest(values, v, village.step)
    few = few and village.stops == 0 and station.diners_end == 1
    village.few_users = village.few_users + 1 if few else 0
    unpaid = village.rota == 1 and village.door > 0
    short, gone = unpaid and village.rota_filled < 0.8, unpaid and village.rota_filled < 0.5
    village.rota_short = village.rota_short + 1 if short and station.hands_end == 1 else 0
    village.rota_gone = village.rota_gone + 1 if gone and station.hands_end == 1 else 0


@inner
def cut_to_hands(village):
    """A rota that fell short for two months opens on the days it fills."""
    if village.rota_short >= 2 and village.open_week > 2:
        filled = np.int64(village.open_week * village.rota_filled)
        village.open_week = max(5 if filled >= 5 else (3 if filled >= 3 else 2), 2)
        village.rota_short = 0


@inner
def end_form(village, station, month):
    """Too few diners or hands end the meals: the door stays open for station days, where there is a room."""
    few = village.few_users >= station.patience
    gone = village.rota_gone >= 3
    if not (few or gone) or not serves_meals(village.step):
        return 0
    against = BY_USERS if few else BY_HELPERS
    village.step = STATION_DAYS if needs_room(village.step) else NEIGHBOURS
    village.lowered_in = month
    village.level, village.meals_a_day, village.planned_in = VISITS_ONLY, 0, max(village.planned_in, 0)
    village.priced = 0
    village.few_users, village.rota_gone, village.rota_short = 0, 0, 0
    village.rota = 0
    if village.step == NEIGHBOURS:
        village.open_week = 0
    return against


# -- the door --------------------------------------------------------------------------------------------
@inner
def is_suspended(village, month):
    """An epidemic, a flood or a seal shuts the door; such months count neither way."""
    return month < max(village.pandemic_until, village.sealed_until)


@inner
def stands_against(world, v, values, month):
    """Bits of what stands against the door this month."""
    village, station, bits = world.villages[v], values.station[v], 0
    if not needs_room(village.step):
        return bits
    keeps_itself = village.rota == 1  # who cooks or keeps by rota holds the key
    if village.has_keeper == 0 and not keeps_itself:
        bits |= BY_KEEPER
    nobody = village.leader == 0 and village.association == 0
    if station.leader_ends == 1 and nobody and village.leaderless > station.leaderless:
        bits |= BY_LEADER
    if village.step == STATION_DAYS and village.few_users >= station.patience:
        bits |= BY_USERS
    if month < village.struck_until:
        bits |= BY_ACCIDENT
    if station.room_ends == 1 and village.condition < station.unfit:
        bits |= BY_ROOM
    if cannot_pay_room(world, v, values) and not carried_two_days(world, v, values):
        bits |= BY_MONEY
    return bits


@inner
def open_door(world, v, values, month):
    """Open days of the month; what stands against them is noted."""
    village, flow = world.villages[v], world.flow[v]
    village.against, village.door = 0, 0
    if village.step < STATION_DAYS:
        return
    if is_suspended(village, month):
        flow.suspended += 1
        return
    if needs_room(village.step) and village.facility != WORKING:
        village.against = BY_ROOM
        return
    village.against = stands_against(world, v, values, month)
    if village.against == 0:
        short = needs_room(village.step) and cannot_pay_room(world, v, values)
        week = min(village.open_week, LEAST_WEEK) if short else village.open_week
        village.door = np.int64(week * WEEKS + 0.5)
        flow.open_days = village.door
        village.last_open = month


# -- closures and new starts -----------------------------------------------------------------------------
@inner
def close(world, v, credit, month):
    """Three months in a row without an open day: the service has ended; neighbours may go on.

    Unpaid bills become debts; where suppliers wait for ever they stay as they are.
    """
    village, balance, post, flow = world.villages[v], world.balance[v], world.posted[v], world.flow[v]
    village.cause, village.closed_month = village.stopped_by, month - CLOSURE + 1
    village.closures += 1
    village.lowered_in = month
    for age in range(len(village.bills) if credit.on == 1 else 0):
        workers = village.wages[age]
        post.indebted_workers += workers
        post.indebted_suppliers += village.bills[age] - workers
        village.debt[WORKERS] += workers
        village.debt[SUPPLIERS] += village.bills[age] - workers
        village.bills[age], village.wages[age] = 0, 0
    post.forgiven_government += balance.receivable_government
    post.forgiven_collective += balance.receivable_collective
    post.forgiven_families += balance.receivable_families
    post.forgiven_society += balance.receivable_society
    for payer in range(len(PAYERS)):
        village.old_receivable[payer], village.planned[payer] = 0, 0
        flow.pledged[payer] = 0
    village.township_owes = 0
    village.stops, village.stopped_by, village.may_open, village.planned_in = 0, 0, 0, month
    village.diners_mean, village.attendance_mean, village.launched = 0.0, 0.0, NEVER
    village.priced, village.pull_felt = 0, -1.0  # a new start sets its prices anew, and they are felt at once
    flow.closed_now += 1


@inner
def count_stops(world, v, values, month):
    """Months in a row without an open day; a suspended month counts neither way."""
    village = world.villages[v]
    if village.door >= LEAST_DAYS:
        if village.stops > 1:
            village.habit = HABIT_LEFT
        village.stops, village.stopped_by = 0, 0
        return
    had_station = village.launched != NEVER
    if not had_station or world.flow[v].suspended > 0:
        return
    village.stops += 1
    village.stopped_by |= village.against
    if village.step < STATION_DAYS:
        village.stopped_by |= refusal(village)
    if village.stops >= CLOSURE:
        close(world, v, values.credit[v], month)
        if village.step >= STATION_DAYS:
            village.step, village.level, village.open_week = NEIGHBOURS, VISITS_ONLY, 0
            village.meals_a_day, village.rota = 0, 0


@inner
def refusal(village):
    """What the plan found against station days, or without a room against tables at home, as a cause."""
    reason = village.refused[STATION_DAYS if village.facility == WORKING else HOME_TABLES]
    return (BY_PLAN, BY_PLAN, BY_ROOM, BY_HELPERS, BY_USERS, BY_MONEY, BY_PLAN, BY_MONEY)[reason]


@inner
def begin_service(world, v, month):
    """The first open month of a station, or of a new start."""
    village, flow = world.villages[v], world.flow[v]
    if village.opened == NEVER:
        village.opened = month
    village.launched = month
    village.has_keeper, village.has_cook, village.habit = 1, 1, 1.0
    village.few_users, village.rota_short, village.rota_gone, village.rota_filled = 0, 0, 0, 1.0
    flow.opened_now += 1


@inner
def try_again(world, v, values, month, drawn):
    """A year after its closure a village with a leader may try again, as it carries."""
    village, solvency = world.villages[v], values.solvency[v]
    closed = village.closures > 0 and village.may_open == 0 and village.launched == NEVER
    if closed and month - village.closed_month >= YEAR and village.leader == 1:
        if drawn < solvency.reopen / 12.0:
            village.may_open = 1


@kernel
def keep(world, values, books, month, accident_keys, reopen_keys):
    """Door, closures and new starts of every village."""
    for v in range(len(world.used)):
        village, station, county = world.villages[v], values.station[v], world.county[v]
        village.habit += (1.0 - village.habit) / 3.0
        form_ended = 0
        if village.step >= STATION_DAYS:
            count_months(values, v, village, month)
            cut_to_hands(village)
            form_ended = end_form(village, station, month)
            if uniform(accident_keys[county], village.number, 0) * 12.0 < station.accidents:
                village.struck_until = month + station.accident_months
        open_door(world, v, values, month)
        if form_ended != 0 and village.door == 0:
            village.against |= form_ended
        if village.door > 0 and village.launched == NEVER:
            begin_service(world, v, month)
        count_stops(world, v, values, month)
        try_again(world, v, values, month, uniform(reopen_keys[county], village.number, 0))
        world.flow[v].idle = 1 if village.facility == WORKING and village.door == 0 else 0
    settle(books)


def run(model) -> None:
    """The door of every village; held before the first month."""
    if model.parameters.plan.on and model.month >= 0:
        keys = [model.keys(purpose) for purpose in (ACCIDENT, REOPEN)]
        keep(model.world, model.values.table, model.ledger.books, model.month, *keys)
