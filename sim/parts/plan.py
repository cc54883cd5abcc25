"""M23 The plan: once a year, and in trouble, a village chooses what service it can carry from its own books.

State   the plan in force (step of the menu, open days a week, meals a day, staff), what it asks of each
        payer, what it expected, why fuller steps were refused. Its books stand in `plan_books.py`.
Month   `run` at heading 7 after leaders have come and gone: at the first month or an opening, each December,
        and in March, June and September where bills pile up.
Off     nobody plans: the ladder of `solvency.py` moves services.

The menu, what a step costs and who carries the gap stand in `sim/planning`. The leader plans, or the
association; without both the old plan runs on, but for the township, which may renew it. No foresight: a
plan looks at the village's own books to the month before.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.planning.books import ENVELOPE, carried_two_days, costs_nothing, lendable, weigh
from sim.planning.levers import search, usual_plan
from sim.planning.menu import charges_meals
from sim.planning.raising import eased, fuller, top_of
from sim.planning.sheet import (
    ASKED,
    CARE,
    CARRIED,
    CASH,
    COST,
    DEBT,
    FEES,
    GUESTS,
    OUT_OF_CREDIT,
    RECEIPTS,
    SHEET,
    TOO_DEAR,
    USERS,
    WANTS,
    draft_of,
)
from sim.state.codes import (
    CANTEEN,
    CLOSED,
    FAMILIES,
    FULL,
    GOVERNMENT,
    NEIGHBOURS,
    NEVER,
    PAYERS,
    REDUCED,
    SOCIETY,
    STATION_DAYS,
    STEPS,
    VISITS_ONLY,
)
from sim.state.fields import state
from sim.state.parameters import choice, par, section, switch

DECEMBER, YEAR, QUARTER = 12, 12, 3
HELD = 0.95  # of its cost that an old plan must still expect
UNASKED = 0.5  # weight of a leader where a drive put the station up


@section("plan")
class YearPlan:
    """Who plans, how carefully, and with which levers."""

    on: bool = switch(True, doc="off: nobody plans; a ladder of bad months moves services")
    menu_end: str = choice("canteen_with_guests", choices=STEPS, doc="fullest step that the policy offers")
    prudence: float = par(
        1.1, unit="ratio", low=1.0, high=1.5, doc="budget that payers are asked for over expected cost"
    )
    optimism: float = par(
        1.2, unit="ratio", low=0.8, high=1.6, doc="expected over reported uptake where none ate before"
    )
    uptake: float = par(
        0.13,
        unit="share",
        low=0.10,
        high=0.20,
        doc="elders who are expected at a table never set before",
        source="WS village, K county, Zhejiang 2024: 35 of 263",
        grade="B",
    )
    first_helpers: float = par(
        0.06, unit="share", low=0.02, high=0.14, doc="helpers an elder expected of a first plan"
    )
    offers_used: float = par(
        0.8, unit="share", low=0.5, high=1.0, doc="most of the hours lately offered that a plan counts on"
    )
    reserve: float = par(
        2.0, unit="months", low=0.0, high=12.0, doc="months of cost in cash that a plan does not spend"
    )
    care_counted: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="last year's share of businesses that is counted on",
        only=("business.kind!=none",),
    )
    memory: float = par(
        0.5, unit="share", low=0.1, high=1.0, doc="weight of the last year in what a payer is expected to pay"
    )
    first_record: float = par(
        0.95,
        unit="share",
        low=0.7,
        high=1.0,
        doc="what payers are expected to pay of what falls due, at first",
    )
    notice: float = par(
        0.5, unit="share", low=0.1, high=1.0, doc="chance that trouble is noticed, without skill or leader"
    )
    renewal: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="chance that the township renews a plan where neither leader nor association is",
    )
    price: bool = par(True, unit="switch", doc="lever: the price rises", source="design choice")
    rota: bool = par(
        True, unit="switch", doc="lever: a rota cooks or keeps in place of paid hands", source="design choice"
    )
    days: bool = par(True, unit="switch", doc="lever: fewer open days and meals", source="design choice")
    appeal: bool = par(True, unit="switch", doc="lever: an appeal for gifts", source="design choice")
    advance: bool = par(
        True, unit="switch", doc="lever: the collective lends its allowance", source="design choice"
    )
    guests: bool = par(True, unit="switch", doc="lever: guests eat for a price", source="design choice")
    appeal_money: float = par(
        5000.0,
        unit="yuan",
        low=500.0,
        high=20000.0,
        doc="gifts of a first appeal; each repeat within five years brings half",
        stored="fen",
    )
    appeal_every: int = par(24, unit="months", low=6, high=60, doc="months between two appeals")


state("step", "i8", unit="step", label="step of the menu", written_by=("station", "station_start"))
state(
    "open_week",
    "i8",
    unit="days/week",
    label="open days a week as planned",
    written_by=("station", "station_start"),
)
state(
    "meals_a_day",
    "i8",
    unit="meals/day",
    label="meals a day as planned",
    written_by=("station", "station_start"),
)
state("rota", "i8", unit="flag", label="helpers cook or keep in place of paid hands", written_by=("station",))
state(
    "usual_days",
    "i8",
    unit="days/week",
    label="open days that the village would like",
    written_by=("station_start",),
)
state(
    "planned",
    "i8",
    unit="fen/year",
    label="asked of each payer in the year's plan",
    shape=(4,),
    written_by=("station",),
)
state("planned_cost", "i8", unit="fen/year", label="expected running cost of the plan")
state("planned_debt", "i8", unit="fen/year", label="instalments in the plan")
state(
    "expected",
    "i8",
    unit="fen/year",
    label="receipts the plan expected: government, collective, fees, society, guests, businesses, cash",
    shape=(7,),
)
state("expected_diners", "i8", unit="persons", label="diners the plan expected")
state(
    "refused",
    "i8",
    unit="code",
    label="why each step was refused at the last plan",
    shape=(7,),
    written_by=("levers",),
)
state(
    "planned_in", "i8", unit="month", label="month of the last plan", initial=NEVER, written_by=("station",)
)
state("raised_in", "i8", unit="month", label="month of the last step up", initial=NEVER)
state(
    "lowered_in",
    "i8",
    unit="month",
    label="month of the last step down",
    initial=NEVER,
    written_by=("station",),
)
state("price_moved", "i8", unit="month", label="month in which the plan last moved prices", initial=NEVER)
state("priced", "i8", unit="flag", label="a plan has set the price", written_by=("station",))
state("appealed", "i8", unit="month", label="month of the last appeal", initial=NEVER)
state("appeals", "i8", unit="times", label="appeals of the last five years")
state("appealing", "i8", unit="fen", label="gifts that an appeal is about to bring", written_by=("society",))
state(
    "borrowed",
    "i8",
    unit="fen",
    label="advance of the collective still to be given back",
    written_by=("collective",),
)
state("lent", "i8", unit="fen", label="the advance as it was lent")
state(
    "unfunded",
    "i8",
    unit="flag",
    label="nobody pays for insurance, training and publicity of the neighbours",
)
state(
    "may_open",
    "i8",
    unit="flag",
    label="a station may be planned",
    written_by=("facilities", "station", "station_start"),
)
state(
    "last_open",
    "i8",
    unit="month",
    label="last month with an open door",
    initial=NEVER,
    written_by=("station", "station_start"),
)
state(
    "skill",
    "f8",
    unit="share",
    label="skill of the leader in noticing trouble",
    written_by=("station_start",),
)
NOTICE = Purpose("plan.notice")
RENEW = Purpose("plan.renew")


# -- who plans, and when ---------------------------------------------------------------------------------
@inner
def has_planner(village):
    """A leader or an association."""
    return village.leader == 1 or village.association == 1


@inner
def overdue(village, balance):
    """Bills over a month old less what payers owe and by record pay within the quarter, fen."""
    old = 0
    for age in range(1, len(village.bills)):
        old += village.bills[age]
    coming = village.pays_share[GOVERNMENT] * balance.receivable_government
    coming += village.pays_share[SOCIETY] * balance.receivable_society
    return old - coming


@inner
def notices(plan, village, drawn):
    """Whether somebody notices trouble: a leader by skill, an association by half."""
    part = UNASKED if village.by_drive == 1 else 1.0  # a leader of a village that did not ask counts as half
    if village.leader == 1:
        return drawn < part * (plan.notice + (1.0 - plan.notice) * village.skill)
    return village.association == 1 and drawn < plan.notice


@inner
def in_trouble(village, balance, plan, drawn):
    """Bills pile up, and somebody notices."""
    if village.step < STATION_DAYS:
        return False
    return overdue(village, balance) > village.planned_cost / 12.0 and notices(plan, village, drawn)


# -- taking a plan ---------------------------------------------------------------------------------------
@inner
def level_of(step):
    """The coarse level of a step, as the former ladder counted."""
    if step >= CANTEEN:
        return FULL
    if step > STATION_DAYS:
        return REDUCED
    return VISITS_ONLY if step >= NEIGHBOURS else CLOSED


@inner
def enter_money(village, sheet, want):
    """What the plan asks, costs and expects, from the sheet."""
    record = village.pays_share
    for payer in range(len(PAYERS)):
        village.planned[payer] = np.int64(12.0 * want[payer])
        village.expected[payer] = np.int64(12.0 * want[payer] * record[payer])
    families = sheet[FEES] + 12.0 * want[FAMILIES]
    village.planned[FAMILIES] = np.int64(families)
    village.expected[FAMILIES] = np.int64(families * record[FAMILIES])
    village.expected[4], village.expected[5] = np.int64(sheet[GUESTS]), np.int64(sheet[CARE])
    village.expected[6] = np.int64(sheet[CASH])
    village.planned_cost, village.planned_debt = np.int64(sheet[COST]), np.int64(sheet[DEBT])
    village.expected_diners = np.int64(sheet[USERS])


@inner
def is_less(village, draft):
    """The same step on fewer days or with fewer meals."""
    fewer = draft.days < village.open_week or draft.meals < village.meals_a_day
    return draft.step == village.step and fewer


@inner
def note_step(village, draft, month):
    """Steps up and down, and what the plan says of days, meals, staff and price."""
    if draft.step > village.step and village.planned_in >= 0:
        village.raised_in = month
    elif draft.step < village.step or is_less(village, draft):
        village.lowered_in = month
    elif draft.days * draft.meals > village.open_week * village.meals_a_day:
        village.raised_in = month
    village.step, village.level = draft.step, level_of(draft.step)
    if draft.step >= STATION_DAYS:
        village.open_week, village.meals_a_day, village.rota = draft.days, draft.meals, draft.rota
    else:
        village.open_week, village.meals_a_day, village.rota = 0, 0, 0
    if draft.level != village.fee_level:
        village.price_moved = month
    village.fee_level = draft.level
    if charges_meals(draft.step):
        village.priced = 1


@inner
def pull(world, v, values, draft, month):
    """An appeal goes out; the collective lends what is left of its allowance, a loan to be given back."""
    village, plan = world.villages[v], values.plan[v]
    if draft.appeal == 1:
        worth = plan.appeal_money
        for _ in range(village.appeals):
            worth //= 2
        village.appealing, village.appealed = worth, month
        village.appeals += 1
    lent = lendable(world, v) if draft.advance == 1 else 0
    if lent > 0:
        village.borrowed, village.lent = lent, lent
        world.posted[v].lent_collective += lent


@inner
def sheet_lacks(sheet):
    """Whether the receipts on the sheet do not carry its cost."""
    return sheet[RECEIPTS] < sheet[COST] + sheet[DEBT]


@called
def take(world, v, values, draft, margin, month, calendar):
    """The plan is taken: weighed once more for its figures, then in force."""
    village = world.villages[v]
    weigh(world, v, values, draft, margin, month, calendar)
    enter_money(village, world.sums[:SHEET], world.sums[SHEET:WANTS])
    note_step(village, draft, month)
    village.unfunded = 1 if costs_nothing(draft.step) and sheet_lacks(world.sums[:SHEET]) else 0
    pull(world, v, values, draft, month)
    village.planned_in = month


@inner
def for_money(reason):
    """Whether a step was refused for money."""
    return reason == TOO_DEAR or reason == OUT_OF_CREDIT


@called
def two_days(world, v, values, draft):
    """Two open days kept by a rota, where the search found less and last year's money carries them."""
    village = world.villages[v]
    ends_for_money = village.step >= STATION_DAYS > draft.step and for_money(village.refused[STATION_DAYS])
    if not ends_for_money or not carried_two_days(world, v, values):
        return draft
    return draft_of(STATION_DAYS, 2, 0, 1, village.fee_level, 0, 0)


@called
def tell_sum(world, v, values, draft, month, calendar):
    """Null arm: what payers would give for a first plan, or the envelope, is from now on paid alike."""
    village, sheet, want = world.villages[v], world.sums[:SHEET], world.sums[SHEET:WANTS]
    weigh(world, v, values, draft, 1.0, month, calendar)
    given = sheet[FEES] / 12.0
    for payer in range(len(PAYERS)):
        given += want[payer]
    if values.funding[v].basis == ENVELOPE:
        given = sheet[ASKED] / 12.0
    village.alike_sum = np.int64(given) // len(PAYERS) * len(PAYERS)  # in four equal parts


@called
def first(world, v, values, month, calendar):
    """A first plan, or that of a new start: from the fullest step down."""
    village = world.villages[v]
    top = top_of(values, v, village)
    if values.funding[v].identical_payers == 1 and village.alike_sum < 0:
        _, draft = search(world, v, values, top, NEIGHBOURS, 1.0, month, calendar)
        if draft.step >= STATION_DAYS:
            tell_sum(world, v, values, draft, month, calendar)
    _, draft = search(world, v, values, top, NEIGHBOURS, 1.0, month, calendar)
    take(world, v, values, draft, 1.0, month, calendar)


@called
def down(world, v, values, month, calendar):
    """The same step by its levers, or a lower one."""
    village = world.villages[v]
    _, draft = search(world, v, values, village.step, NEIGHBOURS, 1.0, month, calendar)
    take(world, v, values, two_days(world, v, values, draft), 1.0, month, calendar)


@called
def yearly(world, v, values, month, calendar):
    """December: the old plan while it holds, a fuller one where there is room, else what can be carried."""
    village = world.villages[v]
    if village.step < STATION_DAYS:
        first(world, v, values, month, calendar)
        return
    old = usual_plan(world, v, values, village.step, month, calendar)
    if weigh(world, v, values, old, HELD, month, calendar) != CARRIED:
        down(world, v, values, month, calendar)
        return
    found, draft = fuller(world, v, values, old, month, calendar)
    if not found:
        draft = eased(world, v, values, old, month, calendar)
    take(world, v, values, draft, HELD, month, calendar)


@inner
def awaits_first(village):
    """A station that may open and has no plan yet, or none that opened it."""
    waits = village.launched == NEVER and village.step < STATION_DAYS
    return village.may_open == 1 and (waits or village.planned_in < 0)


@inner
def review(world, v, values, month, calendar, notice_key, renew_key):
    """Whether, and how, the village plans this month."""
    village, plan = world.villages[v], values.plan[v]
    number = village.number
    if awaits_first(village):
        first(world, v, values, month, calendar)
    elif calendar == DECEMBER and village.planned_in >= 0:
        look_at_records(village, plan)
        if has_planner(village) or uniform(renew_key, number, 0) < plan.renewal:
            yearly(world, v, values, month, calendar)
    elif calendar % QUARTER == 0 and has_planner(village):
        drawn = uniform(notice_key, number, 0)
        if in_trouble(village, world.balance[v], plan, drawn):
            down(world, v, values, month, calendar)


@inner
def look_at_records(village, plan):
    """What each payer paid of what fell due over a year joins its record; appeals are forgotten."""
    if village.months_seen < YEAR:
        return
    for payer in range(len(PAYERS)):
        if village.due_seen[payer] > 0:
            paid = min(village.paid_seen[payer] / village.due_seen[payer], 1.0)
            village.pays_share[payer] += plan.memory * (max(paid, 0.0) - village.pays_share[payer])
        village.due_seen[payer], village.paid_seen[payer] = 0, 0
    village.months_seen = 0


@kernel
def plan_all(world, values, month, calendar, notice_keys, renew_keys):
    """Every village that plans this month."""
    for v in range(len(world.used)):
        village, plan, county = world.villages[v], values.plan[v], world.county[v]
        if month == 0:
            for payer in range(len(PAYERS)):
                village.pays_share[payer] = plan.first_record
        if month - village.appealed >= 5 * YEAR:
            village.appeals = 0
        review(world, v, values, month, calendar, notice_keys[county], renew_keys[county])


def run(model) -> None:
    """Plans of the month; none before the first month."""
    if model.parameters.plan.on and model.month >= 0:
        keys = model.keys(NOTICE), model.keys(RENEW)
        plan_all(model.world, model.values.table, model.month, model.calendar_month, *keys)
