"""M19 Collective economy: skewed village income with good and bad years, rents apart, and a cap on what may go to welfare."""

from __future__ import annotations

from sim.ledger import posting
from sim.parameters import choice, par, section, switch
from sim.population import state
from sim.randomness import Purpose, kernel, normalish
from sim.tables import income_quantiles


@section("collective")
class Collective:
    """Income of the village collective and what of it may reach the service."""

    on: bool = switch(True, "off: the collective pledges and pays nothing")
    income_year: str = choice("2023", ("2019", "2023"), "bracket table that incomes are drawn from: 2019 (57.7 % below 50,000 yuan, grade B) or 2023 (assumption)")
    income_scale: float = par(1.0, "ratio", 0.5, 2.0, "assumption", "D", "collective incomes over the bracket table")
    welfare_cap: float = par(0.12, "share", 0.03, 0.30, "7 % (3-20) derived from WS village; cap assumed above the typical", "C", "most of a year's income that may go to the service")
    growth: float = par(0.02, "share/year", -0.03, 0.08, "assumption", "D", "real growth of collective income")
    persistence: float = par(0.5, "ratio", 0.0, 0.9, "assumption", "D", "share of a good or bad year that stays for the next")
    rent_share: float = par(0.0, "share", 0.0, 0.9, "design choice; no source", "D", "trend income that is rent of collective property (land, houses, pools): fixed by contract, without good and bad years")
    volatility: float = par(0.20, "share", 0.0, 0.6, "assumption", "D", "standard deviation of a year's news on income")
    pays_in: int = par(12, "month", 1, 12, "assumption: calendar, dividends yearly", "D", "month of the year in which the collective pays what is due")
    pays_twice: bool = par(True, "switch", None, None, "assumption", "D", "an advance is paid half a year before")
    build_share: float = par(0.5, "share", 0.0, 1.0, "assumption", "D", "most of a year's income that may go into a building")
    project: float = par(30000.0, "yuan", 0.0, 200000.0, "assumption", "D", "most that any collective puts into a building beyond its income (labour, rooms, village projects)")


state("income", "i8", "fen/year", "collective income of the year")
state("rents", "i8", "fen/year", "of this, rent of collective property")
state("income_news", "f8", "share", "good or bad years, AR(1)")
state("welfare_left", "i8", "fen", "what may still go to the service this year")
posting("due_collective", "receivable_collective", "collective", "collective: fallen due")
posting("paid_collective", "cash", "receivable_collective", "collective: paid")
posting("forgiven_collective", "collective", "receivable_collective", "collective: written off")
posting("capital_collective", "cash", "collective", "collective: money for the building")

NEWS = Purpose("collective.news")


@kernel
def next_news(news, persistence, volatility, key, number):
    """One year of the AR(1) around trend."""
    return persistence * news + volatility * normalish(key, number, 0)


@kernel
def year(w, values, quantiles, years, held, key):
    """The year's income: quantile of the village's rank, trend, news on all but rents; and the cap on welfare."""
    for v in range(len(w.used)):
        c, r = values.collective[v], w.villages[v]
        if not held:
            own = next_news(r.income_news, c.persistence, c.volatility, key, r.number)
            r.income_news = c.persistence * r.income_news + c.volatility * r.common_news if r.shares_news == 1 else own
        at = r.income_rank * 256.0
        low = min(int(at), 255)
        base = quantiles[low] + (at - low) * (quantiles[low + 1] - quantiles[low])
        trend = 1.0
        for _ in range(years):
            trend *= 1.0 + c.growth
        r.rents = int(c.income_scale * base * trend * c.rent_share)
        r.income = int(max(c.income_scale * base * trend * (1.0 + r.income_news) * (1.0 - c.rent_share), 0.0)) + r.rents
        r.welfare_left = int(r.income * c.welfare_cap)


@kernel
def pay(w, values, month):
    """On its dates the collective pays what is due, as far as the cap on welfare allows."""
    for v in range(len(w.used)):
        c, r, post = values.collective[v], w.villages[v], w.posted[v]
        if values.funding[v].identical_payers == 0 and (month == c.pays_in or (c.pays_twice == 1 and (month + 6 - c.pays_in) % 12 == 0)):
            amount = min(w.balance[v].receivable_collective + post.due_collective, r.welfare_left)
            if amount > 0:
                post.paid_collective += amount
                r.welfare_left -= amount


def run_year(m) -> None:
    """Each January, and in the first month."""
    if m.calendar_month == 1 or m.clock == 0:
        c = m.parameters.collective
        year(m.world, m.values.table, m.once(income_quantiles, int(c.income_year)), max(m.month, 0) // 12, m.month < 0, m.key(NEWS))


def run_pay(m) -> None:
    """The collective's dates."""
    if m.parameters.collective.on:
        pay(m.world, m.values.table, m.calendar_month)


