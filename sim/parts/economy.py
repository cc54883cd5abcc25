"""Prices: all money is constant yuan of January 2025; care wages follow real rural wages, nominal sums
lose value.

State   indices of wages, of what a nominal yuan is worth, and of food.
Month   `run` first of all, and once at the start.
Off     with rates of zero all indices stay at one.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.state.fields import state
from sim.state.parameters import par, section


@section("economy")
class Economy:
    """The declared price path, discounting and shadow prices."""

    inflation: float = par(
        0.015,
        unit="share/year",
        low=0.0,
        high=0.05,
        doc="price path that deflates sums fixed in nominal terms",
    )
    real_wages: float = par(
        0.035,
        unit="share/year",
        low=0.0,
        high=0.06,
        doc="growth of real rural wages; cooks, carers, coordinators follow",
        source="derived: rural income +6.6 % nominal in 2024, prices below 2 %; slower growth assumed",
        grade="C",
    )
    discount: float = par(
        0.03,
        unit="share/year",
        low=0.0,
        high=0.08,
        doc="real discount rate",
        live=False,
        only=("funding.basis=envelope",),
    )
    shadow_wage: float = par(
        12.0,
        unit="yuan/hour",
        low=0.0,
        high=25.0,
        doc="value of an unpaid hour in full cost",
        source="assumption (12; The Nanjinger 2017: 10-20)",
        monthly=False,
        stored="fen",
    )


state("wage_index", "f8", unit="ratio", label="real wages over January 2025", initial=1.0)
state("deflator", "f8", unit="ratio", label="constant yuan in one nominal yuan", initial=1.0)
state("food_price", "f8", unit="ratio", label="real food price over January 2025", initial=1.0)


@inner
def grown(rate, years, months):
    """An index after whole years and some months: straight inside a year, so that it needs no powers."""
    index = 1.0
    for _ in range(years):
        index *= 1.0 + rate
    return index * (1.0 + rate * months / 12.0)


@kernel
def set_indices(world, values, years, months):
    """Wages grow; what a nominal yuan is worth shrinks with inflation."""
    for v in range(len(world.used)):
        economy, village = values.economy[v], world.villages[v]
        village.wage_index = grown(economy.real_wages, years, months)
        village.deflator = grown(1.0 / (1.0 + economy.inflation) - 1.0, years, months)


def run(model) -> None:
    """Indices of the month."""
    years, months = divmod(max(model.month, 0), 12)
    set_indices(model.world, model.values.table, years, months)
