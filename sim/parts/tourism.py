"""M20 + Tourism: visitors with season and growth; elders as narrators, hosts and keepers; may lose, may crash."""

from __future__ import annotations

import numpy as np

from sim import tables
from sim.parameters import par, section
from sim.population import NEAR_TOWN, STORY, start_row, wrap
from sim.randomness import Purpose, kernel, normalish, uniform


@section("tourism")
class Tourism:
    """A village tourism product in a village that has a tourism base."""

    setup: float = par(300000.0, "yuan", 100000.0, 3000000.0, "500,000 a support project (Hunan 2018-21); smaller product assumed", "C", "set-up money", monthly=False)
    visitors: float = par(6000.0, "visits/year", 500.0, 60000.0, "assumption", "D", "visits a year in a fully endowed village at the start")
    spend: float = par(40.0, "yuan/visit", 10.0, 150.0, "200 yuan a visit (2016); share that a village product keeps assumed a fifth", "D", "sales of the village product a visit")
    growth: float = par(0.05, "share/year", -0.05, 0.15, "14.2 % 2016-19; slower growth assumed", "D", "growth of visits")
    volatility: float = par(0.2, "share", 0.05, 0.5, "assumption", "D", "standard deviation of a year's visits")
    variable: float = par(0.35, "share", 0.1, 0.7, "assumption", "D", "materials and services over sales")
    fixed: float = par(60000.0, "yuan/year", 10000.0, 200000.0, "assumption", "D", "upkeep, marketing, manager")
    minutes_per_visit: float = par(12.0, "minutes/visit", 2.0, 60.0, "assumption", "D", "work of narrators, hosts and keepers a visit")
    wage: float = par(8.0, "yuan/hour", 4.0, 15.0, "1,000 yuan a month for a homestay helper over 70 (Chetian 2022)", "C", "pay of elders")
    elder_pull: float = par(0.3, "share", 0.0, 0.6, "assumption", "D", "visits that come only where elders have the time to tell and host")
    lead: int = par(12, "months", 3, 36, "1.5 years (0.5-4) assumed", "D", "months from money to first visitors")


VISITS = Purpose("tourism.visits")
TURN = Purpose("tourism.turn")


@kernel
def trade(p, w, values, season, month, key, turn_key):
    """Visitors, the hours of elders who can tell a story, wages, costs."""
    for v in range(len(w.used)):
        t, r, f, post = values.tourism[v], w.villages[v], w.flow[v], w.posted[v]
        r.visitors = 0.0
        if r.plus & 1 == 0 or month < r.begun + t.lead:
            continue
        years = (month - r.begun - t.lead) // 12
        base = t.visitors * (values.business[v].endowment if r.kind == NEAR_TOWN else 1.0) / 12.0 * season
        for _ in range(years):
            base *= 1.0 + t.growth
        base *= max(1.0 + t.volatility * normalish(key, r.number, years), 0.1)
        if month < r.crash_until:
            base *= r.crash_level
        wanted = base * t.minutes_per_visit
        found, n = 0, w.used[v]
        turn = start_row(p, w, v, False, uniform(turn_key, r.number, 0))
        for j in range(n):
            i = w.start[v] + wrap(j + turn, n)
            if p.kind[i] == 1 and p.skills[i] & STORY and p.health[i] <= 1 and found < wanted:
                take = min(np.int64(p.free[i] * values.business[v].work_share), int(wanted - found) + 1, 2400)
                if take > 0:
                    p.free[i] -= take
                    found += take
        held = found / wanted if wanted > 0.0 else 0.0
        visits = base * (1.0 - t.elder_pull * (1.0 - min(held, 1.0)))
        sales = int(visits * t.spend)
        wages = found * t.wage // 60
        cost = int(sales * t.variable) + t.fixed // 12
        post.sales += sales
        post.wages += wages
        post.costs += cost
        r.visitors = visits
        f.business_sales += sales
        f.business_costs += cost + wages
        f.business_wages += wages
        f.business_minutes += found
        f.time_business += found


def run(m) -> None:
    """The month's visitors; a year's luck is fixed for the year."""
    if m.runs("tourism", "portfolio") and m.month >= 0:
        season = float(tables.seasons()[0, m.calendar_month - 1])
        trade(m.people, m.world, m.values.table, season, m.month, m.lasting_key(VISITS), m.key(TURN))


