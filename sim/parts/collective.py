"""M19 Collective economy: skewed village income with good and bad years, rents apart, and a cap on what
may go to welfare.

State   the year's income, of this rents, its news, what may still go to the service.
Month   `run_year` each January, `run_pay` on the collective's dates in the settlement.
Off     the collective pledges and pays nothing; its income is still drawn.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish
from sim.start.county import collective_incomes
from sim.state.fields import state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.world import pays_alike

QUANTILES = 256  # steps of the table of incomes
JANUARY = 1
MONTHS = 12
MOST_SAVED = 3.0  # years that the capital purse saves up
SAVED_AT_START = 0.5  # years of savings there are before the first


@section("collective")
class Collective:
    """Income of the village collective and what of it may reach the service."""

    on: bool = switch(True, doc="off: the collective pledges and pays nothing")
    income_year: str = choice(
        "2023",
        choices=("2019", "2023"),
        doc=(
            "bracket table that incomes are drawn from: 2019 (57.7 % below 50,000 yuan, grade B) or 2023 "
            "(assumption)"
        ),
    )
    income_scale: float = par(
        1.0, unit="ratio", low=0.5, high=2.0, doc="collective incomes over the bracket table"
    )
    welfare_cap: float = par(
        0.12,
        unit="share",
        low=0.03,
        high=0.30,
        doc="most of a year's income that may go to the service",
        source="7 % (3-20) derived from WS village; cap assumed above the typical",
        grade="C",
    )
    residual_cap: float = par(
        0.20,
        unit="share",
        low=0.03,
        high=0.30,
        doc="most of a year's income for the service where the collective carries what others do not",
        source="3-20 % derived from WS village",
        grade="C",
    )
    growth: float = par(0.02, unit="share/year", low=-0.03, high=0.08, doc="real growth of collective income")
    persistence: float = par(
        0.5, unit="ratio", low=0.0, high=0.9, doc="share of a good or bad year that stays for the next"
    )
    rent_share: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=0.9,
        doc=(
            "trend income that is rent of collective property (land, houses, pools): fixed by contract, "
            "without good and bad years"
        ),
        source="design choice; no source",
    )
    volatility: float = par(
        0.20, unit="share", low=0.0, high=0.6, doc="standard deviation of a year's news on income"
    )
    pays_in: int = par(
        12,
        unit="month",
        low=1,
        high=12,
        doc="month of the year in which the collective pays what is due",
        source="assumption: calendar, dividends yearly",
    )
    pays_twice: bool = par(True, unit="switch", doc="an advance is paid half a year before")
    build_share: float = par(
        0.25,
        unit="share",
        low=0.0,
        high=1.0,
        doc="of a year's income that goes to the capital purse, for buildings and stakes",
    )
    project: float = par(
        30000.0,
        unit="yuan",
        low=0.0,
        high=200000.0,
        doc=(
            "most that any collective puts into a building beyond its income (labour, rooms, village "
            "projects)"
        ),
        stored="fen",
    )


state("income", "i8", unit="fen/year", label="collective income of the year")
state("rents", "i8", unit="fen/year", label="of this, rent of collective property")
state("income_news", "f8", unit="share", label="good or bad years, AR(1)")
state(
    "welfare_left",
    "i8",
    unit="fen",
    label="what may still go to the service this year",
    written_by=("credit",),
)
state(
    "capital_left",
    "i8",
    unit="fen",
    label="capital purse: savings for buildings and stakes",
    initial=-1,
    written_by=("business_course", "facilities"),
)
posting("lent_collective", debit="cash", credit="loans", label="collective: advance of its allowance")
posting("returned_collective", debit="loans", credit="cash", label="collective: advance given back")
posting("due_collective", debit="receivable_collective", credit="collective", label="collective: fallen due")
posting("paid_collective", debit="cash", credit="receivable_collective", label="collective: paid")
posting(
    "forgiven_collective", debit="collective", credit="receivable_collective", label="collective: written off"
)
posting("capital_collective", debit="cash", credit="collective", label="collective: money for the building")

NEWS = Purpose("collective.news")


@kernel
def next_news(news, persistence, volatility, key, number):
    """One year of the AR(1) around trend."""
    return persistence * news + volatility * normalish(key, number, 0)


@inner
def hear_news(collective, village, key):
    """The year is better or worse than the trend: by own news, or by the county's where payers share them."""
    persistence, volatility, news = collective.persistence, collective.volatility, village.income_news
    if village.shares_news == 1:
        village.income_news = persistence * news + volatility * village.common_news
    else:
        village.income_news = next_news(news, persistence, volatility, key, village.number)


@inner
def at_rank(table, rank):
    """Income at a rank: a line between the quantiles around it."""
    at = rank * float(QUANTILES)
    low = min(int(at), QUANTILES - 1)
    return table[low] + (at - low) * (table[low + 1] - table[low])


@kernel
def set_year(world, values, quantiles, years, held, planned, keys):
    """The year's income: quantile of the village's rank, trend, news on all but rents; and the cap on
    welfare.
    """
    for v in range(len(world.used)):
        collective, village, county = values.collective[v], world.villages[v], world.county[v]
        if not held:
            hear_news(collective, village, keys[county])
        base, trend = at_rank(quantiles[county], village.income_rank), 1.0
        for _ in range(years):
            trend *= 1.0 + collective.growth
        usual = collective.income_scale * base * trend
        village.rents = int(usual * collective.rent_share)
        own = max(usual * (1.0 + village.income_news) * (1.0 - collective.rent_share), 0.0)
        village.income = int(own) + village.rents
        carries = max(collective.welfare_cap, collective.residual_cap) if planned else collective.welfare_cap
        village.welfare_left = int(village.income * carries)
        saved = np.int64(village.income * collective.build_share)
        first = SAVED_AT_START if village.capital_left < 0 else 0.0
        before = np.int64(saved * first) if village.capital_left < 0 else village.capital_left
        village.capital_left = min(before + saved, np.int64(MOST_SAVED * saved))


@inner
def is_date(collective, calendar_month):
    """Whether the collective pays this month: once, or twice a year."""
    again = (calendar_month + 6 - collective.pays_in) % 12 == 0
    return calendar_month == collective.pays_in or (collective.pays_twice == 1 and again)


@kernel
def pay(world, values, calendar_month):
    """On its dates the collective pays what is due, as far as the cap on welfare allows."""
    for v in range(len(world.used)):
        collective, village, post = values.collective[v], world.villages[v], world.posted[v]
        if not pays_alike(values, v, village) and is_date(collective, calendar_month):
            amount = min(world.balance[v].receivable_collective + post.due_collective, village.welfare_left)
            if amount > 0:
                post.paid_collective += amount
                village.welfare_left -= amount


@kernel
def take_back(world):
    """An advance is given back from the purse, a twelfth a month or what is there."""
    for v in range(len(world.used)):
        village, post = world.villages[v], world.posted[v]
        if village.borrowed > 0:
            back = min(-(-village.lent // MONTHS), village.borrowed, max(world.balance[v].cash, 0))
            post.returned_collective += back
            village.borrowed -= back


def run_year(model) -> None:
    """Each January, and in the first month."""
    if model.calendar_month == JANUARY or model.clock == 0:
        incomes, years = model.counties.table(collective_incomes), max(model.month, 0) // 12
        held, planned = model.month < 0, model.parameters.plan.on
        set_year(model.world, model.values.table, incomes, years, held, planned, model.keys(NEWS))


def run_pay(model) -> None:
    """The collective's dates."""
    if model.parameters.collective.on:
        pay(model.world, model.values.table, model.calendar_month)
        if model.parameters.plan.on:
            take_back(model.world)
