"""The course of a business that a village decides on: offered, taken with a stake, earning, dormant, wound
up with named losers; what it pays reaches persons.

State   its stage, what the village answered, the stake, results of twelve months, whom it owes.
Month   `run_decide` before the businesses work, each December from `business.start` on: a village with a
        station open and standing for a year, a leader and the stake in its capital purse takes the business
        by chance. `run_follow` in the settlement. A year without profit makes it dormant: no work, no
        wages, a part of the fixed cost. A leader may wake it. A loss beyond the limit, or too long a rest,
        ends it: salvage and purse pay workers, lessors, suppliers, in this order; what is left is the
        collective's. Assumption: nobody gets set-up money twice.
Off     `business.decided`: the former rule of `business.py`. Without an offer nothing is drawn or written.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.start.tables import grain
from sim.state.codes import (
    ANSWERS,
    BILLED,
    BY_LAND,
    BY_SUPPLY,
    BY_WORK,
    DORMANT,
    EARNING,
    HOLDS_DEPOSIT,
    LEAST_DAYS,
    NEVER,
    NO_ENDOWMENT,
    NO_LEADER,
    NO_STAKE,
    NO_TRADE,
    NOT_IN_SERVICE,
    NOT_THIS_YEAR,
    RUNS_FARM,
    RUNS_TOURISM,
    RUNS_WORKSHOP,
    TAKEN,
    TRADE_STAGES,
    WOUND_UP,
)
from sim.state.earnings import YEAR, close_month, earn_dividends, lose_pay
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.trades import BY_COLLECTIVE, DECEMBER, NO_BUSINESS, offered, pay_set_up

state("trade_stage", "i8", unit="code", label=f"business: {', '.join(TRADE_STAGES)}")
state("trade_answer", "i8", unit="code", label=f"answer to the offer: {', '.join(ANSWERS)}")
state("trade_held", "i8", unit="bits", label="businesses taken, at work or not")
state("trade_stake", "i8", unit="fen", label="of the set-up money, put in by the village")
state("trade_results", "i8", unit="fen", label="results of the last twelve months", shape=(YEAR,))
state("trade_judged", "i8", unit="month", label="month from which a year without profit counts")
state("trade_rests", "i8", unit="month", label="month in which the business went dormant", initial=NEVER)
state(
    "trade_owed",
    "i8",
    unit="fen",
    label="owed by the business: to workers, lessors, suppliers",
    shape=(len(BILLED),),
)
flow("business_taken", unit="villages", label="took the business on offer")
flow("business_dormant", unit="villages", label="business went dormant")
flow("business_woken", unit="villages", label="dormant business woken")
flow("business_wound_up", unit="villages", label="business wound up")
posting("stake", debit="business", credit="collective", label="collective: stake in a business")
posting(
    "dividends_others",
    debit="households",
    credit="business",
    label="business: profit paid to villagers who are neither elders nor helpers",
)
posting("salvaged", debit="business", credit="business_assets", label="assets of a business sold")
posting("stake_lost", debit="losses", credit="business_assets", label="collective: stake lost")
posting("setup_lost", debit="losses", credit="business_assets", label="payer: set-up money lost")
posting("unpaid_workers", debit="business", credit="households", label="workers: wages lost")
posting("unpaid_lessors", debit="business", credit="households", label="lessors: land rent lost")
posting("unpaid_suppliers", debit="business", credit="market", label="suppliers: bills lost")
posting("left_over", debit="collective", credit="business", label="left of a business, to the collective")

TAKE_UP = Purpose("business.take_up")
WAKE = Purpose("business.wake")


# -- the decision ----------------------------------------------------------------------------------------
@inner
def is_in_service(village, month):
    """A station that has stood for a year without a closure, and whose door was open last month."""
    has_stood = village.launched != NEVER and month - village.launched >= YEAR
    return has_stood and village.door >= LEAST_DAYS


@inner
def own_part(business, total):
    """Fen that come from the capital purse: the stake, and the rest where the collective is the payer."""
    return total if business.payer == BY_COLLECTIVE else np.int64(total * business.stake)


@inner
def answer(values, v, village, total, month, drawn):
    """What a village says to the offer, and why."""
    business = values.business[v]
    if total == 0:
        return NO_ENDOWMENT
    if not is_in_service(village, month):
        return NOT_IN_SERVICE
    if village.leader == 0:
        return NO_LEADER
    has_purse = values.collective[v].on == 1
    own = own_part(business, total)
    if own > (max(village.capital_left, 0) if has_purse else 0):
        return NO_STAKE
    return TAKEN if drawn < business.take_up else NOT_THIS_YEAR


@inner
def lead_of(values, v, bits):
    """Months until the last of the businesses sells."""
    lead = 0
    if bits & RUNS_TOURISM > 0:
        lead = max(lead, values.tourism[v].lead)
    if bits & RUNS_FARM > 0:
        lead = max(lead, values.agriculture[v].lead)
    if bits & RUNS_WORKSHOP > 0:
        lead = max(lead, values.handicraft[v].lead)
    return lead


@inner
def take(world, v, values, total, bits, month, level):
    """The village puts in its stake, the payer the rest; most is invested, the rest is the purse.

    `level`: present value of a yuan a month over the months that are left, 0 without an envelope.
    """
    business, village, post = values.business[v], world.villages[v], world.posted[v]
    stake = np.int64(total * business.stake)
    village.capital_left -= own_part(business, total)
    post.stake += stake
    pay_set_up(business, post, total - stake)
    if bits != HOLDS_DEPOSIT:
        post.invested += total - int(total * business.working_capital)
    village.plus, village.begun, village.setup = bits, month, total
    village.setup_annuity = (total - stake) / level if level > 0.0 else 0.0
    village.trade_held, village.trade_stake, village.trade_stage = bits, stake, EARNING
    village.trade_judged = month + lead_of(values, v, bits) + YEAR - 1
    world.flow[v].business_taken += 1


@kernel
def decide(world, values, costs, month, levels, keys):
    """Each December, villages that have none answer the offer.

    `costs` (villages, 4) fen; `levels` (counties).
    """
    for v in range(len(world.used)):
        business, village = values.business[v], world.villages[v]
        goes_out = business.kind != NO_BUSINESS and business.decided == 1 and month >= business.start
        if not goes_out or village.trade_stage != NO_TRADE:
            continue
        total, bits = offered(business, village, costs, v)
        drawn = uniform(keys[world.county[v]], village.number, 0)
        village.trade_answer = answer(values, v, village, total, month, drawn)
        if village.trade_answer == TAKEN:
            take(world, v, values, total, bits, month, levels[world.county[v]])


# -- its course ------------------------------------------------------------------------------------------
@inner
def fixed_cost(values, v, bits):
    """Fixed cost of a year of what a village has, fen."""
    cost = 0
    if bits & RUNS_TOURISM > 0:
        cost += values.tourism[v].fixed
    if bits & RUNS_FARM > 0:
        cost += values.agriculture[v].fixed
    if bits & RUNS_WORKSHOP > 0:
        cost += values.handicraft[v].fixed
    return cost


@inner
def pay_upkeep(values, v, village, flow, post):
    """What a dormant business still costs in a month."""
    cost = int(fixed_cost(values, v, village.trade_held) * values.business[v].upkeep) // YEAR
    post.costs += cost
    flow.business_costs += cost


@inner
def owe(village, flow, purse):
    """Who is owed what is lacking: suppliers wait first, then lessors; workers are paid off first."""
    owed = village.trade_owed
    rise = max(-purse, 0) - (owed[BY_WORK] + owed[BY_LAND] + owed[BY_SUPPLY])
    if rise > 0:
        supplies = flow.business_costs - flow.business_wages - flow.business_rent
        waiting = min(rise, supplies)
        leased = min(rise - waiting, flow.business_rent)
        owed[BY_SUPPLY] += waiting
        owed[BY_LAND] += leased
        owed[BY_WORK] += rise - waiting - leased
    for creditor in range(len(BILLED)):
        back = min(max(-rise, 0), owed[creditor])
        owed[creditor] -= back
        rise += back


@inner
def write_down(village, post, assets, salvage):
    """Assets become what they are sold for; the stake is lost first, then what the payer gave."""
    lost = assets - salvage
    stake = min(village.trade_stake, lost)
    post.salvaged += salvage
    post.stake_lost += stake
    post.setup_lost += lost - stake


@inner
def settle_debts(village, post, money):
    """Workers, lessors, suppliers are paid as far as money goes, the rest is their loss; what is left."""
    owed = village.trade_owed
    for creditor in range(len(BILLED)):
        paid = min(owed[creditor], money)
        money -= paid
        owed[creditor] -= paid
    post.unpaid_workers += owed[BY_WORK]
    post.unpaid_lessors += owed[BY_LAND]
    post.unpaid_suppliers += owed[BY_SUPPLY]
    for creditor in range(len(BILLED)):
        owed[creditor] = 0
    return money


@inner
def wind_up(people, world, v, business, purse, month):
    """The end: assets are sold, creditors paid as far as it goes, what is left is the collective's."""
    village, post, assets = world.villages[v], world.posted[v], world.balance[v].business_assets
    salvage = np.int64(assets * business.salvage)
    write_down(village, post, assets, salvage)
    left = settle_debts(village, post, max(purse, 0) + salvage)
    post.left_over += left
    village.capital_left = max(village.capital_left, 0) + left
    village.plus, village.trade_stage = 0, WOUND_UP
    world.flow[v].business_wound_up += 1
    lost = post.unpaid_workers + post.unpaid_lessors
    if lost > 0:
        lose_pay(people, world, v, lost, month)


@inner
def rest(village, flow, month):
    """A year without profit: the work stops."""
    village.plus, village.trade_stage, village.trade_rests = 0, DORMANT, month
    flow.business_dormant += 1


@inner
def wake(business, village, flow, month, drawn):
    """By chance it works again, and has a year to earn."""
    if drawn >= business.wake:
        return
    village.plus, village.trade_stage = village.trade_held, EARNING
    village.trade_judged = month + YEAR
    flow.business_woken += 1


@inner
def year_result(village):
    """Result of the last twelve months, fen."""
    total = np.int64(0)
    for place in range(YEAR):
        total += village.trade_results[place]
    return total


@inner
def share_profit(people, world, v, business, profit, month):
    """A share for the service, the rest by head: to elders and helpers, and to others of the village."""
    flow, post = world.flow[v], world.posted[v]
    care = int(profit * business.care_share)
    post.care_share += care
    flow.care_share += care
    known = earn_dividends(people, world, v, profit - care, month)
    post.dividends += known
    post.dividends_others += profit - care - known


@inner
def work_on(people, world, v, values, purse, month, december, judged):
    """A business at work: profit is shared in December, a year without any makes it dormant."""
    village, business = world.villages[v], values.business[v]
    kept = int(village.setup * business.working_capital)
    if december and purse > kept:
        share_profit(people, world, v, business, purse - kept, month)
    if judged and month >= village.trade_judged and year_result(village) <= 0:
        rest(village, world.flow[v], month)


@inner
def is_judged(village, month, december):
    """One with fields is judged by the year, from its first harvest on.

    A crop is paid for long before it is sold, and nobody leaves it standing.
    """
    after_harvest = december and month >= village.trade_judged
    return after_harvest or village.plus & RUNS_FARM == 0


@inner
def is_over(business, village, purse, month, judged):
    """Whether the loss tops its limit, or the rest has lasted too long."""
    too_long = village.trade_stage == DORMANT and month - village.trade_rests >= business.dormant_most
    return too_long or (judged and purse < -int(village.setup * business.loss_limit))


@inner
def go_on(people, world, v, values, month, december, drawn):
    """A month of a business, earning or dormant."""
    village, flow, post = world.villages[v], world.flow[v], world.posted[v]
    business, balance = values.business[v], world.balance[v]
    if village.trade_stage == DORMANT:
        pay_upkeep(values, v, village, flow, post)
    purse = balance.business + post.sales - post.costs - post.wages - post.leases
    purse += post.stake + post.setup_government + post.setup_collective + post.setup_society - post.invested
    village.trade_results[month % YEAR] = flow.business_sales - flow.business_costs
    owe(village, flow, purse)
    judged = is_judged(village, month, december)
    if is_over(business, village, purse, month, judged):
        wind_up(people, world, v, business, purse, month)
    elif village.trade_stage == EARNING:
        work_on(people, world, v, values, purse, month, december, judged)
    elif december and village.leader == 1 and purse >= 0:
        wake(business, village, flow, month, drawn)


@kernel
def follow(people, world, values, month, december, keys):
    """The course of every business taken, and what persons had from it over twelve months."""
    for v in range(len(world.used)):
        village = world.villages[v]
        lives = village.trade_stage == EARNING or village.trade_stage == DORMANT
        if lives and village.trade_held != HOLDS_DEPOSIT:
            drawn = uniform(keys[world.county[v]], village.number, 0)
            go_on(people, world, v, values, month, december, drawn)
        if month <= village.trade_paid + YEAR:
            close_month(people, world, v, month)


def level_sums(model) -> np.ndarray:
    """Present value of a yuan a month over the months that are left, by county; 0 without an envelope."""

    def level(county) -> float:
        if county.funding.basis != "envelope":
            return 0.0
        discount = 1 / (1 + county.economy.discount / 12)
        return sum(discount**month for month in range(model.horizon - model.month))

    return grain(np.array([level(county) for county in model.counties.parameters]))


def is_offered(model) -> bool:
    """Whether some county offers a business that its villages decide on."""
    each = model.counties.parameters
    return model.month >= 0 and any(
        county.business.decided and county.business.kind != "none" for county in each
    )


def run_decide(model) -> None:
    """Each December."""
    if model.calendar_month == DECEMBER and is_offered(model):
        costs, keys = model.setup_costs, model.keys(TAKE_UP)
        decide(model.world, model.values.table, costs, model.month, level_sums(model), keys)


def run_follow(model) -> None:
    """Results, rest, ends, and the purses of persons."""
    if is_offered(model):
        december = model.calendar_month == DECEMBER
        follow(model.people, model.world, model.values.table, model.month, december, model.keys(WAKE))
