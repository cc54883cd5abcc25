"""M8 Time bank: help given earns credit, help received costs it; balances lapse, are levied and are capped.

State: one balance a person, in minutes; a liability of the village, after closure too.
Month: what each elder may ask for is set before help is matched; accounts are settled after it was given,
where the village offers anything at all: without volunteers, zones and a book a good turn is no booking.
Without credit: elders of the two urgent tiers and on subsistence allowance are served all the same (the
village gives, `exempt_special`); the others overdraw, then pay cash (`hour_fee`), or go without.
Off: help is a gift, nobody's asking has a limit and no credit is booked.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded
from sim.state.codes import ALTRUIST, CLOSED, ELDER, FREE, HOARDER
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import charge, identity_of, income_of, residents, served_without_credit
from sim.state.world import takes_fees


@section("timebank")
class TimeBank:
    """Rules of the bank."""

    on: bool = switch(True, doc="off: help is a gift, no credit is booked")
    credit_per_hour: float = par(
        1.0,
        unit="hours/hour",
        low=0.0,
        high=2.0,
        doc="credit for an hour given",
        source="one hour for one hour",
        grade="B",
    )
    price_per_hour: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="credit asked for an hour received",
        source="one hour for one hour",
        grade="B",
    )
    trained_weight: float = par(
        1.2, unit="ratio", low=1.0, high=2.0, doc="credit of a trained helper over an untrained one"
    )
    welcome: float = par(
        2.0, unit="hours", low=0.0, high=20.0, doc="credits given on enrolment", stored="minutes"
    )
    overdraft: float = par(
        2.0, unit="hours", low=0.0, high=40.0, doc="debt an account may hold", stored="minutes"
    )
    cap: float = par(
        1500.0,
        unit="hours",
        low=10.0,
        high=1500.0,
        doc="most that an account may hold",
        source="Nanjing, Guangzhou: Xinhua 2019-08-30",
        grade="B",
        stored="minutes",
    )
    expiry: float = par(
        0.05, unit="share/year", low=0.01, high=0.15, doc="credits forgotten or expired in a year"
    )
    levy: float = par(
        0.0,
        unit="share/month",
        low=0.0,
        high=0.2,
        doc="levy on balances, not spent again",
        source="design choice",
    )
    exempt_special: bool = par(
        True,
        unit="switch",
        doc="the urgent tiers and the poor are served without credit",
        source="documents: care for special-difficulty elders",
    )
    hour_fee: float = par(
        5.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="cash price of an hour without credit",
        source="8 (3-15) assumed as willing to pay an hour",
        stored="fen",
    )
    cash_share: float = par(
        0.03, unit="share", low=0.0, high=0.2, doc="income an elder without credit can put into hours"
    )
    trust_speed: float = par(
        0.10, unit="share/month", low=0.0, high=0.5, doc="step of trust towards the success of redemption"
    )


column(
    "credit",
    "i4",
    unit="minutes",
    label="time credit, negative when overdrawn",
    written_by=("acceptance", "clearing", "clearing_redemption", "exchange", "people", "points"),
)
column(
    "quota",
    "i4",
    unit="minutes",
    label="minutes of help the elder may still ask for",
    written_by=("clearing_platform", "habits", "matching", "trust"),
)
state("welcome", "i8", unit="minutes", label="welcome credits in force")
flow("credits_earned", unit="minutes", label="credits earned")
flow("credits_spent", unit="minutes", label="credits spent")
flow("credits_lost", unit="minutes", label="credits expired, levied or over the cap")
flow("hour_fees", unit="fen", label="cash paid for hours")
flow("accounts", unit="persons", label="persons with a balance")
flow("overdrawn", unit="persons", label="persons in debt to the bank")
posting(
    "credits_earned",
    debit="credit_issue",
    credit="credits_held",
    label="credits earned by giving",
    unit="minutes",
)
posting(
    "credits_welcome", debit="credit_issue", credit="credits_held", label="welcome credits", unit="minutes"
)
posting(
    "credits_excused",
    debit="credit_issue",
    credit="credits_held",
    label="debts excused at death or departure",
    unit="minutes",
)
posting(
    "credits_spent",
    debit="credits_held",
    credit="credit_issue",
    label="credits spent on help",
    unit="minutes",
)
posting(
    "credits_expired",
    debit="credits_held",
    credit="credit_lapse",
    label="credits expired or over the cap",
    unit="minutes",
)
posting(
    "credits_levied", debit="credits_held", credit="credit_lapse", label="levy on balances", unit="minutes"
)
posting(
    "credits_forfeited",
    debit="credits_held",
    credit="credit_lapse",
    label="credits lost at death or departure",
    unit="minutes",
)

EXPIRE = Purpose("timebank.expire")

ACTIVE = 0  # row of the village's scratch: persons whose account may move
NO_LIMIT = 60_000  # minutes a month: more than anybody can ask for


@inner
def takes_cash(values, v, village):
    """Whether hours without credit may be paid for in cash."""
    return takes_fees(values, v, village) and values.timebank[v].hour_fee > 0


@inner
def affordable_minutes(people, i, timebank, remit_left):
    """Minutes that the share of income set aside for hours buys."""
    return np.int64(income_of(people, i, remit_left) * timebank.cash_share * 60.0 / timebank.hour_fee)


@inner
def earn(people, i, timebank, flow, post):
    """Credit for the minutes given this month: an hour earns `credit_per_hour` hours."""
    weight = timebank.trained_weight if people.trained[i] == 1 else 1.0
    earned = np.int64(int(people.given[i]) * timebank.credit_per_hour * weight)
    flow.credits_earned += earned
    post.credits_earned += earned
    return earned


@inner
def spend(people, i, timebank, credit, cash, flow, post):
    """Credit paid for the minutes received, down to the overdraft; the rest in cash where cash is taken."""
    cost = np.int64(int(people.received[i] - people.gift[i]) * timebank.price_per_hour)
    paid = charge(credit, cost, timebank.overdraft) if people.leaning[i] != HOARDER else 0
    flow.credits_spent += paid
    post.credits_spent += paid
    if cash and cost > paid:
        fee = (cost - paid) * timebank.hour_fee // 60
        flow.hour_fees += fee
        post.due_families += fee
    return paid


@inner
def lapse(credit, expiring, timebank, identity, key, flow, post):
    """Credit lost of a positive balance: `expiring` is forgotten (rounded by a draw), what tops the cap goes,
    the rest is levied.
    """
    expired = min(rounded(expiring, key, identity, 0), credit)
    over = max(credit - expired - timebank.cap, 0)
    levied = np.int64((credit - expired - over) * timebank.levy)
    post.credits_expired += expired + over
    post.credits_levied += levied
    flow.credits_lost += expired + over + levied
    return expired + over + levied


@inner
def list_active(people, world, v):
    """Rows of persons with a balance, or who gave or received, in the village's scratch; their number."""
    count = 0
    for i in residents(world, v):
        world.work[ACTIVE, count] = i
        moved = (people.given[i] != 0) | (people.received[i] != 0)
        count += (people.kind[i] != FREE) & (moved | (people.credit[i] != 0))
    return count


@kernel
def set_quotas(people, world, values, on):
    """Minutes each elder may ask for: by credit and overdraft, then by purse; without limit where no credit
    is asked.
    """
    for v in range(len(world.used)):
        timebank, village = values.timebank[v], world.villages[v]
        cash = takes_cash(values, v, village)
        village.welcome = timebank.welcome if on else 0
        free_of_charge = not on or timebank.price_per_hour <= 0
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            if free_of_charge or served_without_credit(people, i, timebank):
                people.quota[i] = NO_LIMIT
                continue
            spendable = 0 if people.leaning[i] == HOARDER else int(people.credit[i]) + timebank.overdraft
            credit = max(spendable, 0)
            people.quota[i] = np.int64(credit / timebank.price_per_hour)
            if cash:
                people.quota[i] += affordable_minutes(people, i, timebank, village.remit_left)
            people.quota[i] = min(people.quota[i], NO_LIMIT)


@kernel
def settle_accounts(people, world, values, keys):
    """Each account: earn for what was given, pay for what was received, then lapse.

    Where nothing is on offer nobody keeps the book: what cadres and neighbours do earns and costs nothing.
    """
    for v in range(len(world.used)):
        key, cash = keys[world.county[v]], takes_cash(values, v, world.villages[v])
        timebank, village, flow, post = values.timebank[v], world.villages[v], world.flow[v], world.posted[v]
        expiry, kept = timebank.expiry / 12.0, village.level > CLOSED
        active = list_active(people, world, v)
        for place in range(active):
            i = world.work[ACTIVE, place]
            credit = int(people.credit[i])
            if kept and people.given[i] > 0 and people.leaning[i] != ALTRUIST:
                credit += earn(people, i, timebank, flow, post)
            if kept and people.received[i] > 0 and not served_without_credit(people, i, timebank):
                credit -= spend(people, i, timebank, credit, cash, flow, post)
            if credit > 0:
                identity = identity_of(village.number, people.serial[i])
                credit -= lapse(credit, credit * expiry, timebank, identity, key, flow, post)
            people.credit[i] = credit
            flow.accounts += 1 if credit != 0 else 0
            flow.overdrawn += 1 if credit < 0 else 0


def run_quotas(model) -> None:
    """Who may ask for how much."""
    set_quotas(model.people, model.world, model.values.table, model.parameters.timebank.on)


def run_book(model) -> None:
    """The month's bookings."""
    if model.parameters.timebank.on:
        settle_accounts(model.people, model.world, model.values.table, model.keys(EXPIRE))
