"""M28 Shocks, as far as the first answer needs them: budget cut, tourism crash, harvest failure, loss of a donor.

Each is drawn once a year per village; with probability `correlation` a village takes the county's draw instead of its
own, so that the chance stays the same and two villages share it with probability correlation squared.
"""

from __future__ import annotations

from sim.parameters import choice, par, section, switch
from sim.population import flow, state
from sim.randomness import Purpose, kernel, uniform

KINDS = ("budget_cut", "tourism_crash", "harvest_failure", "donor_loss")


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
    scheduled: str = choice("none", ("none", *KINDS), "a shock that strikes all villages on a given month", live=True)
    scheduled_month: int = par(60, "month", 0, 600, "design choice", "D", "months after the start on which the scheduled shock strikes")


state("subsidy_left", "f8", "share", "operating subsidies left this year", 1.0)
state("crash_until", "i8", "month", "visitors are few until", -1)
state("crash_level", "f8", "share", "visitors left", 1.0)
state("harvest_until", "i8", "month", "harvest fails until", -1)
state("harvest_level", "f8", "share", "yield left", 1.0)
state("donor_until", "i8", "month", "without main donor until", -1)
flow("shock_struck", "villages", "shocks that struck this month: budget, tourism, harvest, donor", shape=(4,))

STRIKE = Purpose("shocks.strike")


@kernel
def struck(key, number, index, chance, correlation):
    """Whether a yearly shock hits a village: own draw, or the county's."""
    shared = uniform(key, number, 100 + index) < correlation
    return uniform(key, 0 if shared else number, index) < chance


@kernel
def strike(w, shocks, month, calendar_month, key):
    """Draw the year's shocks each January and strike the scheduled one on its month."""
    for v in range(len(w.used)):
        s, r, f = shocks[v], w.villages[v], w.flow[v]
        chances = (s.budget_cut, s.tourism_crash, s.harvest_failure, s.donor_loss)
        if calendar_month == 1:
            r.subsidy_left = 1.0
        for k in range(4):
            hit = calendar_month == 1 and struck(key, r.number, k, chances[k], s.correlation)
            if s.scheduled == k + 1 and month == s.scheduled_month:
                hit = True
            if not hit:
                continue
            f.shock_struck[k] += 1
            if k == 0:
                r.subsidy_left = s.cut_to
            elif k == 1:
                r.crash_until, r.crash_level = month + s.crash_months, s.crash_to
            elif k == 2:
                r.harvest_until, r.harvest_level = month + 12, s.harvest_to
            else:
                r.donor_until = month + s.donor_months


def run(m) -> None:
    """Shocks of the month; none during spin-up."""
    if m.parameters.shocks.on and m.month >= 0:
        strike(m.world, m.values.shocks, m.month, m.calendar_month, m.key(STRIKE))
