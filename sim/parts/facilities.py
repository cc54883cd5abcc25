"""M14 Facilities and M25 Roll-out, as far as the first answer needs them: opened by money and county rate, aged, kept up.

A village without a facility comes up by a hazard (county rate, leader, neighbours seen in service); it opens when
grant, collective and gifts cover the cost of renovating an idle building or fitting out a rented one.
"""

from __future__ import annotations

import numpy as np

from sim.ledger import posting
from sim.parameters import par, section, switch
from sim.population import NEVER, NO_MONEY, county_mean, state
from sim.randomness import Purpose, kernel, setup, uniform


@section("facilities")
class Facilities:
    """Buildings: cost, lead time, capacity, upkeep, decay."""

    on: bool = switch(True, "off: no building opens, ages or costs; those at the start stay")
    openings: float = par(0.11, "share/year", 0.0, 0.6, "assumption; 70 % by 2030 needs about 13 % of the rest a year; Feixiang opened all 249 in four years", "D", "villages without a facility that come up in a year, before leader and learning")
    leader_factor: float = par(1.5, "ratio", 1.0, 3.0, "assumption", "D", "hazard with a leader over without")
    learning: float = par(1.0, "ratio", 0.0, 4.0, "assumption", "D", "rise of the hazard when all others are in service")
    renovate: float = par(120000.0, "yuan", 30000.0, 300000.0, "Liquan 90,000; Xiantao 132,000; Tongchuan 160,000", "C", "renovating an idle building")
    fit_out: float = par(60000.0, "yuan", 12000.0, 150000.0, "Small Dongshan 12,000; Jingdezhen 50,000 a meal point", "C", "fitting out a rented building")
    rent: float = par(400.0, "yuan/month", 0.0, 1500.0, "assumption", "D", "rent where no idle building stands")
    start_money: float = par(20000.0, "yuan", 0.0, 60000.0, "assumption: about three months of running cost", "D", "working money raised with the building's")
    gift_share: float = par(0.15, "share", 0.0, 0.5, "assumption", "D", "building cost that society gives")
    lead: int = par(9, "months", 1, 24, "assumption", "D", "months from money to opening")
    seats: int = par(40, "persons", 10, 100, "assumption above the 12-35 diners of a working canteen", "D", "seats of a new facility", live=False)
    power: float = par(170.0, "yuan/month", 100.0, 800.0, "Qiantun 2,000 a year in 2014; station open all year 20,000-40,000 with staff", "C", "electricity, water, heating")
    repairs: float = par(100.0, "yuan/month", 30.0, 600.0, "assumption", "D", "repairs that keep the condition")
    visits_share: float = par(0.25, "ratio", 0.0, 1.0, "assumption", "D", "power and repairs at visits only over full service")
    decay: float = par(0.05, "share/year", 0.01, 0.15, "assumption: life of 20 years", "D", "loss of condition where bills are overdue")


state("facility", "i8", "code", "0 none, 1 being built, 2 standing")
state("rented", "i8", "flag", "the building is rented")
state("seats", "i8", "persons", "seats")
state("condition", "f8", "share", "condition of the building", 1.0)
state("ready", "i8", "month", "month in which a building is ready", NEVER)
posting("cost_power", "expense", "payables", "bill: electricity, water, heating")
posting("cost_repairs", "expense", "payables", "bill: repairs")
posting("cost_rent", "expense", "payables", "bill: rent")

COME_UP = Purpose("facilities.come_up")


@setup
def build(w, facilities, government, collective, funding, construction, coupled, in_service, month, key, gov_on, col_on, soc_on):
    """Villages come up, in an order drawn anew each month, and build when the money is there; ready buildings open."""
    n = len(w.used)
    order = np.empty(n, np.float64)
    for v in range(n):
        order[v] = uniform(key, w.villages[v].number, 1)
    total = np.zeros(n, np.int64)  # by county; there are no more counties than villages
    for v in range(n):
        total[w.county[v]] += construction[v]
    for v in np.argsort(order):
        c, r, post = facilities[v], w.villages[v], w.posted[v]
        if r.facility == 1 and month >= r.ready:
            r.facility = 2
            r.seats = c.seats
            r.condition = 1.0
        if r.facility != 0:
            continue
        hazard = c.openings / 12.0 * (c.leader_factor if r.leader == 1 else 1.0) * (1.0 + c.learning * in_service[v])
        if uniform(key, r.number, 0) >= hazard:
            continue
        spent = c.renovate if r.idle_building == 1 else c.fit_out
        cost = spent + c.start_money
        purse = total[w.county[v]] if coupled else construction[v]
        money = funding[v].rule != NO_MONEY
        grant = min(government[v].build_grant, purse, cost) if gov_on and money else 0
        own = min(int(r.income * collective[v].build_share) + collective[v].project, cost - grant) if col_on and money else 0
        gift = min(int(cost * c.gift_share), cost - grant - own) if soc_on and money else 0
        if grant + own + gift < cost:
            continue
        post.capital_government += grant
        post.capital_collective += own
        post.capital_society += gift
        post.capital_spent += spent
        total[w.county[v]] -= grant
        construction[v] -= grant  # where villages meet, only the sum is ever read
        r.facility, r.ready, r.rented = 1, month + c.lead, 1 - r.idle_building


@kernel
def upkeep(w, facilities):
    """Bills of the building and its condition."""
    for v in range(len(w.used)):
        c, r, post = facilities[v], w.villages[v], w.posted[v]
        if r.facility != 2 or r.level == 0:
            continue
        post.cost_power += c.power if r.level >= 2 else np.int64(c.power * c.visits_share)
        post.cost_repairs += c.repairs if r.level >= 2 else np.int64(c.repairs * c.visits_share)
        if r.rented == 1:
            post.cost_rent += np.int64(c.rent * r.operator_rent)
        if r.bills[3] + r.bills[4] + r.bills[5] > 0:
            r.condition = max(r.condition - c.decay / 12.0, 0.2)
        else:  # repairs are paid for and catch up at the same pace
            r.condition = min(r.condition + c.decay / 12.0, 1.0)
        r.seats = int(c.seats * r.condition)


def run_build(m) -> None:
    """Openings; held during spin-up."""
    p, v = m.parameters, m.values
    if not p.facilities.on or m.month < 0:
        return
    serving = m.state["level"] > 0
    share = county_mean(m.world.county, serving) if m.coupled else np.full(len(serving), 0.3)
    build(
        m.world, v.facilities, v.government, v.collective, v.funding, m.county.construction, m.coupled, share, m.month,
        m.key(COME_UP), p.government.on, p.collective.on, p.society.on,
    )


def run_upkeep(m) -> None:
    """Bills of the building."""
    if m.parameters.facilities.on:
        upkeep(m.world, m.values.facilities)
