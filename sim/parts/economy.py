"""Prices: all money is constant yuan of January 2025; care wages follow real rural wages, nominal sums lose value."""

from __future__ import annotations

from sim.parameters import par, section
from sim.population import state
from sim.randomness import kernel


@section("economy")
class Economy:
    """The declared price path, discounting and shadow prices."""

    inflation: float = par(0.015, "share/year", 0.0, 0.05, "assumption", "D", "price path that deflates sums fixed in nominal terms")
    real_wages: float = par(0.035, "share/year", 0.0, 0.06, "derived: rural income +6.6 % nominal in 2024, prices below 2 %; slower growth assumed", "C", "growth of real rural wages; cooks, carers, coordinators follow")
    discount: float = par(0.03, "share/year", 0.0, 0.08, "assumption", "D", "real discount rate", live=False)
    shadow_wage: float = par(12.0, "yuan/hour", 0.0, 25.0, "assumption (12; The Nanjinger 2017: 10-20)", "D", "value of an unpaid hour in full cost", monthly=False)


state("wage_index", "f8", "ratio", "real wages over January 2025", 1.0)
state("deflator", "f8", "ratio", "constant yuan in one nominal yuan", 1.0)
state("food_price", "f8", "ratio", "real food price over January 2025", 1.0)


@kernel
def indices(w, values, years, part):
    """Straight lines inside a year keep the indices free of powers."""
    for v in range(len(w.used)):
        e, r = values.economy[v], w.villages[v]
        wage, deflator, shrink = 1.0, 1.0, 1.0 / (1.0 + e.inflation) - 1.0
        for _ in range(years):
            wage *= 1.0 + e.real_wages
            deflator *= 1.0 + shrink
        r.wage_index = wage * (1.0 + e.real_wages * part / 12.0)
        r.deflator = deflator * (1.0 + shrink * part / 12.0)


def run(m) -> None:
    """Indices of the month."""
    indices(m.world, m.values.table, *divmod(max(m.month, 0), 12))
