"""M15 Bills: cash pays the oldest first, what stays unpaid for a year is written off, cost is smoothed.

State   unpaid bills by age, smoothed cost, receivables a year ago, what the month served; they and the
        parameters of M15 stand in `funding.py`.
Month   `run_bills` when all payers have paid; `run_remember` last of all.
Off     never: a service that runs has bills.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.planning.laying import float_of
from sim.state.codes import (
    ALL_KINDS,
    ASKED,
    CLOSED,
    COLLECTIVE,
    FAMILIES,
    FULL,
    GOVERNMENT,
    MEALS,
    MUTUAL,
    SOCIETY,
)
from sim.state.ledger import settle
from sim.state.world import old_bills, waits

OLDEST_BILLS = 5  # place of bills of five months and more
DECEMBER = 12


@inner
def add_bills(village, new, wages):
    """All bills grow a month older; new ones are the youngest, wages among them."""
    village.bills[OLDEST_BILLS] += village.bills[OLDEST_BILLS - 1]
    village.wages[OLDEST_BILLS] += village.wages[OLDEST_BILLS - 1]
    for age in range(OLDEST_BILLS - 1, 0, -1):
        village.bills[age] = village.bills[age - 1]
        village.wages[age] = village.wages[age - 1]
    village.bills[0], village.wages[0] = new, wages


@inner
def wages_of(post):
    """Of the month's bills, what is owed to cooks, carers, keepers and helpers, fen."""
    kitchen = post.cost_cook + post.cost_delivery + post.cost_hired
    return kitchen + post.cost_coordinator + post.cost_stipend + post.cost_posts


@inner
def pay_bill(village, post, age, amount):
    """Pay so much of the bills of an age, wages first."""
    village.wages[age] -= min(amount, village.wages[age])
    village.bills[age] -= amount
    post.bills_paid += amount


@inner
def pay_oldest(village, post, cash, kept, tired):
    """Cash pays the oldest bills first.

    Where suppliers no longer wait, what they deliver is paid before all; where they will not next month
    since cash falls short of bills as old as `tired` months, `kept` fen for its deliveries stay in the purse.
    """
    if village.cash_only == 1:
        goods = min(cash, village.bills[0] - village.wages[0])
        village.bills[0] -= goods
        post.bills_paid += goods
        cash -= goods
    if village.cash_only == 1 or cash < old_bills(village, tired):
        cash = max(cash - kept, 0)
    for age in range(OLDEST_BILLS, -1, -1):
        paid = min(cash, village.bills[age])
        cash -= paid
        pay_bill(village, post, age, paid)


@inner
def smooth_cost(village, funding, new):
    """Smoothed cost steps towards the month's bills; the first ones are taken as they are."""
    step = new
    if village.cost_average > 0:
        step = np.int64(np.floor((new - village.cost_average) * funding.cost_speed))
    village.cost_average += step
    if village.level == FULL:
        village.cost_full = village.cost_average


@inner
def write_off(village, balance, post):
    """What was receivable a year ago and still is, is written off."""
    government = min(balance.receivable_government, village.old_receivable[GOVERNMENT])
    collective = min(balance.receivable_collective, village.old_receivable[COLLECTIVE])
    families = min(balance.receivable_families, village.old_receivable[FAMILIES])
    society = min(balance.receivable_society, village.old_receivable[SOCIETY])
    post.forgiven_government += government
    post.forgiven_collective += collective
    post.forgiven_families += families
    post.forgiven_society += society
    village.old_receivable[GOVERNMENT] = balance.receivable_government - government
    village.old_receivable[COLLECTIVE] = balance.receivable_collective - collective
    village.old_receivable[FAMILIES] = balance.receivable_families - families
    village.old_receivable[SOCIETY] = balance.receivable_society - society


@kernel
def pay_bills(world, values, books, calendar_month):
    """New bills join the youngest.

    Cash pays the oldest first; each December what is unpaid for a year is written off.
    """
    settle(books)
    for v in range(len(world.used)):
        funding, village, post, balance = (
            values.funding[v],
            world.villages[v],
            world.posted[v],
            world.balance[v],
        )
        owed = 0
        for age in range(OLDEST_BILLS + 1):
            owed += village.bills[age]
        new = -balance.payables - owed
        world.flow[v].cost = new
        wages = min(wages_of(books.named[v]), max(new, 0))
        add_bills(village, new, wages)
        kept, tired = np.int64(0), np.int64(OLDEST_BILLS)
        if village.door > 0 and values.credit[v].on == 1:
            kept = np.int64(float_of(values, v, village, world.flow[v].meals))
            tired = np.int64(waits(village, balance, values.credit[v]) - 1)
        pay_oldest(village, post, max(balance.cash, 0), kept, tired)
        if village.level > CLOSED:
            smooth_cost(village, funding, new)
        if calendar_month == DECEMBER and funding.forgive == 1:
            write_off(village, balance, post)
    settle(books)


@kernel
def remember(world, books):
    """What next month's pledges look back on."""
    for v in range(len(world.used)):
        village, flow, asked, met = world.villages[v], world.flow[v], 0, 0
        village.served_meals, village.list_fees, village.users = flow.meals, flow.fees_at_list, flow.diners
        village.signed_up, village.active = flow.enrolled, flow.volunteers
        for kind in range(ALL_KINDS):
            asked += world.hours[v, ASKED, kind]
            met += world.hours[v, MUTUAL, kind]
        village.served_minutes = met - world.hours[v, MUTUAL, MEALS]
        village.served_visits = 0
        for tier in range(len(flow.visits_made)):
            village.served_visits += flow.visits_made[tier]
        village.last_paid_gifts = books.named[v].paid_society
        village.short = (asked - met) / max(asked, 1)


def run_bills(model) -> None:
    """Move the balances, pay bills, move them again."""
    pay_bills(model.world, model.values.table, model.ledger.books, model.calendar_month)


def run_remember(model) -> None:
    """The month as it is remembered."""
    remember(model.world, model.ledger.books)
