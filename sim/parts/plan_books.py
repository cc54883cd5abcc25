"""M29 The books that a plan looks back on: users, helpers, prices, what payers paid of what fell due.

State   means of the last quarter, receipts and shares of businesses of a year, records of payers.
Month   `run` last of all.
Off     with the plan: nothing is noted.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.planning.laying import is_cooked
from sim.state.codes import NEIGHBOURS, PAYERS, POOL_MONTHS
from sim.state.fields import state

YEAR = 12  # months

state(
    "pays_share",
    "f8",
    unit="share",
    label="what a payer is expected to pay of what falls due",
    shape=(4,),
    written_by=("plan",),
)
state(
    "due_seen",
    "i8",
    unit="fen",
    label="fallen due since the record was last looked at",
    shape=(4,),
    written_by=("plan",),
)
state("paid_seen", "i8", unit="fen", label="paid since then", shape=(4,), written_by=("plan",))
state("months_seen", "i8", unit="months", label="months since then", written_by=("plan",))
state("care_last_year", "i8", unit="fen", label="share of businesses over the last twelve months")
state("care_months", "i8", unit="fen", label="share of businesses, last twelve months", shape=(12,))
state("receipts", "i8", unit="fen", label="money in, less instalments, last twelve months", shape=(12,))
state("diners_mean", "f8", unit="persons", label="diners, mean of the last quarter", written_by=("station",))
state(
    "attendance_mean",
    "f8",
    unit="persons",
    label="visitors of an open day, mean of the last quarter",
    written_by=("station",),
)
state("helpers_mean", "f8", unit="persons", label="active helpers, mean of the last quarter")
state("offered_mean", "f8", unit="minutes", label="minutes offered a month, mean of the last quarter")
state("other_average", "f8", unit="fen/month", label="cost of what stands behind helpers, smoothed")
state("list_mean", "f8", unit="fen/meal", label="mean price of a meal at level one")
state("delivered_share", "f8", unit="share", label="diners who are served at home", initial=0.15)
state("free_share", "f8", unit="share", label="diners who pay nothing", initial=0.07)
state("adults", "i8", unit="persons", label="residents of 40-59")


@inner
def third(mean, new):
    """A mean over about a quarter; the first figure is taken as it is."""
    return new if mean == 0.0 else mean + (new - mean) / 3.0


@inner
def note_people(village, flow):
    """Users, helpers and prices of the last quarter."""
    village.helpers_mean = third(village.helpers_mean, np.float64(flow.volunteers))
    village.offered_mean = third(village.offered_mean, np.float64(flow.offered))
    if village.door > 0:
        village.attendance_mean = third(village.attendance_mean, np.float64(flow.attendance))
    for_lack_of_cash = village.cash_only == 1 and flow.meals == 0  # no table was laid: that tells nothing
    if is_cooked(village) and not for_lack_of_cash:
        village.diners_mean = third(village.diners_mean, np.float64(flow.diners))
    if flow.diners > 0:
        village.delivered_share += (flow.delivered / flow.diners - village.delivered_share) / 3.0
        if flow.fees_at_list > 0 and flow.meals > 0:
            paying = 1.0 - village.free_share
            village.list_mean = third(village.list_mean, flow.fees_at_list / flow.meals / paying)


@inner
def note_money(village, flow, post, month):
    """What fell due and was paid, by payer; the shares of businesses and the receipts of a year."""
    due = (post.due_government, post.due_collective, post.due_families, post.due_society)
    paid = (post.paid_government, post.paid_collective, post.paid_families, post.paid_society)
    came = flow.care_share + post.guest_money - post.instalment_suppliers - post.instalment_workers
    for payer in range(len(PAYERS)):
        village.due_seen[payer] += due[payer]
        village.paid_seen[payer] += paid[payer]
        came += paid[payer]
    village.months_seen += 1
    place = month % YEAR
    village.care_last_year += flow.care_share - village.care_months[place]
    village.care_months[place], village.receipts[place] = flow.care_share, came


@inner
def note_other_cost(village, flow, post):
    """What stands behind helpers: cost less the lines that a plan works out for itself."""
    station = post.cost_power + post.cost_repairs + post.cost_rent + post.cost_coordinator
    kitchen = post.cost_food + post.cost_fuel + post.cost_cook + post.cost_delivery + post.cost_hired
    other = np.float64(flow.cost - station - kitchen)
    if village.step >= NEIGHBOURS:
        before = village.other_average
        village.other_average = other if before == 0.0 else before + (other - before) / 6.0


@kernel
def note(world, books, month):
    """The month joins what a plan looks back on; before the first month people alone, no money."""
    for v in range(len(world.used)):
        village, flow, post = world.villages[v], world.flow[v], books.named[v]
        note_people(village, flow)
        if month >= 0:
            note_money(village, flow, post, month)
            note_other_cost(village, flow, post)
        adults = np.int64(village.helpers)
        for sex in range(2):
            for age in range(POOL_MONTHS):
                adults += world.pool[v, sex, age]
        village.adults = adults


def run(model) -> None:
    """The month is entered in the village's books."""
    if model.parameters.plan.on:
        note(model.world, model.ledger.books, model.month)
