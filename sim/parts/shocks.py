"""M28 Shocks: budget cut, tourism crash, harvest failure, loss of a donor; pandemic, price crash, flood, loss of a leader,
job losses of children.

Each is drawn once a year per village; with probability `correlation` a village takes the county's draw instead of its
own, so that the chance stays the same and two villages share it with probability correlation squared. A shock writes
what it changes; the part that is hit reads it.
"""

from __future__ import annotations

from sim.parameters import choice, par, section, switch
from sim.population import NEVER, flow, state
from sim.randomness import Purpose, kernel, uniform

KINDS = ("budget_cut", "tourism_crash", "harvest_failure", "donor_loss", "pandemic", "price_crash", "flood", "leader_loss", "job_loss")
BUDGET, TOURISM, HARVEST, DONOR, PANDEMIC, PRICE, FLOOD, LEADER, JOBS = range(9)


@section("shocks")
class Shocks:
    """Chances a year, depth, length, and how far villages share them."""

    on: bool = switch(True, "off: no shocks")
    correlation: float = par(0.5, "ratio", 0.0, 1.0, "assumption", "D", "chance that a village takes the county's draw")
    budget_cut: float = par(0.05, "share/year", 0.0, 0.30, "assumption; lottery money fell by 20 % or more in two of nine years", "D", "chance that operating subsidies are cut")
    cut_to: float = par(0.5, "share", 0.0, 1.0, "assumption: a cut by half", "D", "what is left of subsidies in a year of a cut")
    tourism_crash: float = par(0.03, "share/year", 0.0, 0.15, "assumption (0.01-0.06) for a major epidemic closure", "D", "chance of a tourism crash")
    crash_to: float = par(0.30, "share", 0.23, 0.48, "People's Daily Online 2020-05-15: spring 2020 about 30 % of the year before", "B", "visitors left in a crash")
    crash_months: int = par(12, "months", 3, 36, "assumption", "D", "length of a crash")
    harvest_failure: float = par(0.075, "share/year", 0.0, 0.25, "derived: residents affected by disasters over population, 2019-24", "C", "chance of a failed harvest")
    harvest_to: float = par(0.5, "share", 0.1, 0.9, "assumption", "D", "yield left in a failed harvest")
    donor_loss: float = par(0.08, "share/year", 0.0, 0.3, "assumption", "D", "chance that the main donor of a village stops")
    donor_months: int = par(24, "months", 6, 60, "assumption", "D", "months until another donor is found")
    pandemic: float = par(0.0, "share/year", 0.0, 0.15, "design choice: off; 0.03 (0.01-0.06) assumed for a major epidemic closure", "D", "chance of a pandemic: no tables, fewer helpers, no visitors, more deaths")
    pandemic_months: int = par(6, "months", 1, 36, "assumption", "D", "length of a pandemic")
    pandemic_helpers: float = par(0.5, "share", 0.0, 1.0, "assumption", "D", "helpers who still turn up in a pandemic")
    pandemic_deaths: float = par(1.15, "ratio", 1.0, 3.0, "assumption", "D", "deaths of elders in a pandemic over other months")
    price_crash: float = par(0.0, "share/year", 0.0, 0.5, "design choice: off; prices vary by agriculture.price_cv beside it", "D", "chance that the price of the village's crop crashes")
    price_to: float = par(0.73, "share", 0.5, 0.9, "Tianjin 2011: glut fruit -25 to -30 %", "B", "price left in a crash")
    flood: float = par(0.0, "share/year", 0.0, 0.25, "design choice: off; 0.075 (0.06-0.092) of residents are affected by a disaster in a year", "D", "chance of a flood: building damaged, harvest lost")
    flood_damage: float = par(0.3, "share", 0.0, 0.8, "assumption", "D", "condition that a flood takes from a building")
    leader_loss: float = par(0.0, "share/year", 0.0, 0.3, "design choice: off; leaders leave by organisation.leader_leaves beside it", "D", "chance that leaders are taken away")
    job_loss: float = par(0.0, "share/year", 0.0, 0.3, "design choice: off", "D", "chance that children lose their jobs")
    remit_to: float = par(0.5, "share", 0.0, 1.0, "assumption", "D", "money from children that is left")
    job_months: int = par(12, "months", 1, 36, "assumption", "D", "months until children have jobs again")
    scheduled: str = choice("none", ("none", *KINDS), "a shock that strikes all villages on a given month", live=True)
    scheduled_month: int = par(60, "month", 0, 600, "design choice", "D", "months after the start on which the scheduled shock strikes")


state("subsidy_left", "f8", "share", "operating subsidies left this year", 1.0)
state("crash_until", "i8", "month", "visitors are few until", -1)
state("crash_level", "f8", "share", "visitors left", 1.0)
state("harvest_until", "i8", "month", "harvest fails until", -1)
state("harvest_level", "f8", "share", "yield left", 1.0)
state("donor_until", "i8", "month", "without main donor until", -1)
state("pandemic_until", "i8", "month", "pandemic until", NEVER)
state("turn_out", "f8", "share", "helpers who turn up, over other months", 1.0)
state("mortality", "f8", "ratio", "deaths of elders over the schedule", 1.0)
state("price_until", "i8", "month", "the crop is cheap until", -1)
state("price_level", "f8", "share", "price of the crop left", 1.0)
state("jobs_until", "i8", "month", "children are without jobs until", -1)
state("remit_left", "f8", "share", "money from children that is left", 1.0)
flow("shock_struck", "villages", "shocks that struck this month: budget, tourism, harvest, donor, pandemic, price, flood, leader, jobs", shape=(9,))
flow("flood_damage", "share", "condition that a flood took from the building", "f8")

STRIKE = Purpose("shocks.strike")


@kernel
def struck(key, number, index, chance, correlation):
    """Whether a yearly shock hits a village: own draw, or the county's."""
    shared = uniform(key, number, 100 + index) < correlation
    return uniform(key, 0 if shared else number, index) < chance


@kernel
def strike(w, values, month, calendar_month, key):
    """Draw the year's shocks each January and strike the scheduled one on its month."""
    for v in range(len(w.used)):
        s, r, f = values.shocks[v], w.villages[v], w.flow[v]
        chances = (s.budget_cut, s.tourism_crash, s.harvest_failure, s.donor_loss, s.pandemic, s.price_crash, s.flood, s.leader_loss, s.job_loss)
        if calendar_month == 1:
            r.subsidy_left = 1.0
        for k in range(9):
            hit = calendar_month == 1 and struck(key, r.number, k, chances[k], s.correlation)
            if s.scheduled == k + 1 and month == s.scheduled_month:
                hit = True
            if not hit:
                continue
            f.shock_struck[k] += 1
            if k == BUDGET:
                r.subsidy_left = s.cut_to
            elif k == TOURISM:
                r.crash_until, r.crash_level = month + s.crash_months, s.crash_to
            elif k == HARVEST:
                r.harvest_until, r.harvest_level = month + 12, s.harvest_to
            elif k == DONOR:
                r.donor_until = month + s.donor_months
            elif k == PANDEMIC:
                r.pandemic_until = month + s.pandemic_months
                r.crash_until, r.crash_level = max(r.crash_until, r.pandemic_until), s.crash_to
            elif k == PRICE:
                r.price_until, r.price_level = month + 12, s.price_to
            elif k == FLOOD:
                r.harvest_until, r.harvest_level = month + 12, s.harvest_to
            elif k == JOBS:
                r.jobs_until = month + s.job_months
        ill = month < r.pandemic_until
        r.turn_out = s.pandemic_helpers if ill else 1.0
        r.mortality = s.pandemic_deaths if ill else 1.0
        r.remit_left = s.remit_to if month < r.jobs_until else 1.0
        f.flood_damage = s.flood_damage if f.shock_struck[FLOOD] > 0 else 0.0


def run(m) -> None:
    """Shocks of the month; none during spin-up."""
    if m.parameters.shocks.on and m.month >= 0:
        strike(m.world, m.values.table, m.month, m.calendar_month, m.key(STRIKE))
