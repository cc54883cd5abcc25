"""M17 Families: fees by age band, falling with age; the price follows the families' share of cost;
arrears.

State   the price list at level one and the level.
Month   `run_prices` after pledges, `run_pay` in the settlement.
Off     users pay nothing.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.state.codes import FAMILIES, HOME_TABLES
from sim.state.fields import state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.world import takes_fees

LABOUR = 0.5  # share of a meal's full cost that follows wages (assumption)


@section("families")
class Families:
    """The families of a village as one payer: what users pay for meals and hours."""

    on: bool = switch(True, doc="off: users pay nothing")
    full_meal_cost: float = par(
        9.0,
        unit="yuan/meal",
        low=6.0,
        high=13.0,
        doc="full cost of a meal on which the price list stands",
        source="bracketed by 10-12 yuan market prices (Ningxia, Conghua)",
        grade="C",
        stored="fen",
    )
    share_60s: float = par(
        0.42,
        unit="share",
        low=0.2,
        high=0.6,
        doc="list price at 60-69 over full cost",
        source="Conghua: 5 of 12 yuan",
        grade="C",
    )
    share_70s: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=0.5,
        doc="list price at 70-79 over full cost",
        source="between Conghua (3 of 12 yuan) and village lists of 3 yuan for all",
        grade="C",
    )
    share_80s: float = par(
        0.20,
        unit="share",
        low=0.0,
        high=0.4,
        doc="list price at 80 and over (zero allowed)",
        source="between Conghua (1 of 12 yuan) and village lists of 3 yuan for all",
        grade="C",
    )
    highest_level: float = par(
        2.0, unit="ratio", low=0.5, high=4.0, doc="most that prices may stand over the list"
    )
    price_speed: float = par(
        0.3,
        unit="share/month",
        low=0.05,
        high=1.0,
        doc="step of the price level towards what the pledge asks for",
    )
    arrears: float = par(0.02, unit="share", low=0.0, high=0.2, doc="fees that are never paid")


state("list_price", "f8", unit="fen/meal", label="price list at level one, by age band", shape=(3,))
state("fee_level", "f8", unit="ratio", label="prices over the list", initial=1.0, written_by=("plan",))
state("list_fees", "i8", unit="fen", label="fees of last month at level one", written_by=("funding_bills",))
posting("due_families", debit="receivable_families", credit="families", label="families: fees fallen due")
posting("paid_families", debit="cash", credit="receivable_families", label="families: paid")
posting("forgiven_families", debit="families", credit="receivable_families", label="families: written off")


@inner
def move_level(families, village, pledged):
    """The level steps towards what would have met the families' pledge from last month's fees."""
    if village.list_fees > 0:
        wanted = min(max(pledged / village.list_fees, 0.0), families.highest_level)
        village.fee_level += families.price_speed * (wanted - village.fee_level)


@kernel
def set_prices(world, values, planned):
    """Price by age band: list times level, which the plan sets or last month's fees move."""
    for v in range(len(world.used)):
        families, village = values.families[v], world.villages[v]
        shares = (families.share_60s, families.share_70s, families.share_80s)
        if not planned:
            move_level(families, village, world.flow[v].pledged[FAMILIES])
        full = families.full_meal_cost * ((1.0 - LABOUR) + LABOUR * village.wage_index)
        level = village.fee_level if takes_fees(values, v, village) else 0.0
        for band in range(len(shares)):
            village.list_price[band] = full * shares[band]
            village.price[band] = full * shares[band] * level
        if planned and village.step == HOME_TABLES:
            host = values.canteen[v].food * village.food_price + values.station[v].host_thanks
            for band in range(len(shares)):
                village.price[band] = host


@kernel
def pay(world, values):
    """Fees are paid in the month but for arrears."""
    for v in range(len(world.used)):
        due = world.posted[v].due_families if takes_fees(values, v, world.villages[v]) else 0
        world.posted[v].paid_families += due - int(due * values.families[v].arrears)


def run_prices(model) -> None:
    """The month's price list."""
    planned = model.parameters.plan.on and model.month >= 0
    set_prices(model.world, model.values.table, planned)


def run_pay(model) -> None:
    """Fees of the month."""
    pay(model.world, model.values.table)
