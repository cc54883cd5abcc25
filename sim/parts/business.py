"""What M20, M21 and M22 share: which one is offered, set-up money from a named payer, lead time, a common
purse, the share for care.

State   businesses at work, since when, their set-up money; what an annuity of it would cost.
Month   `run_share_out` in the settlement; `run_begin` once at the start. `run_set_up` is the former rule, by
        which the payer sets up every endowed village on one month; `business_course.py` has the decision.
Off     with the choice "none". A deposit stands for comparison: the same set-up money lies at interest.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.start.tables import grain
from sim.state.codes import HOLDS_DEPOSIT, NEVER, RUNS_FARM
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section
from sim.state.trades import (
    BY_DEPOSIT,
    CHOICES,
    DECEMBER,
    DEPOSIT,
    NO_BUSINESS,
    TRADES,
    endowment,
    offered,
    pay_set_up,
    wanted,
)


@section("business")
class Business:
    """The "mutual aid +" business of a village."""

    kind: str = choice(
        "none",
        choices=CHOICES,
        doc="which business is offered; portfolio is all that the village has an endowment for",
    )
    decided: bool = par(
        True,
        unit="switch",
        doc=(
            "a village that is offered a business decides in December; off, the former rule: every endowed "
            "village is set up on the starting month, and no person is paid"
        ),
        source="design choice",
        live=False,
        only=("kind!=none",),
    )
    payer: str = choice(
        "government",
        choices=("government", "collective", "society"),
        doc="who pays the set-up money",
        only=("kind!=none",),
    )
    start: int = par(
        6,
        unit="month",
        low=0,
        high=120,
        doc="month from which the business is offered",
        source="design choice",
        monthly=False,
        only=("kind!=none",),
    )
    care_share: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of profit that goes to the service",
        source=(
            "10 % (5-20) of a village company's profit, Conghua; 30-40 % not paid to households, Azheke "
            "and Chetian"
        ),
        grade="C",
        only=("kind!=none",),
    )
    working_capital: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=0.5,
        doc="set-up money kept as working capital",
        only=("kind!=none",),
    )
    loss_limit: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=1.0,
        doc="loss, as a share of set-up money, at which a business is wound up",
        only=("kind!=none",),
    )
    take_up: float = par(
        0.2,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="chance that a village which could take a business does so in December",
        only=("kind!=none",),
    )
    stake: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=0.5,
        doc="set-up money that the village puts in from its capital purse",
        only=("kind!=none",),
    )
    salvage: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=1.0,
        doc="what was invested that a business wound up is sold for",
        only=("kind!=none",),
    )
    upkeep: float = par(
        0.1,
        unit="share",
        low=0.0,
        high=0.5,
        doc="yearly fixed cost that a dormant business still has",
        only=("kind!=none",),
    )
    wake: float = par(
        0.2,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="chance in December that a leader wakes a dormant business without debts",
        only=("kind!=none",),
    )
    dormant_most: int = par(
        36,
        unit="months",
        low=12,
        high=120,
        doc="months after which a dormant business is wound up",
        only=("kind!=none",),
    )
    work_share: float = par(
        0.5,
        unit="share",
        low=0.1,
        high=1.0,
        doc="most of a person's free hours that a business uses",
        only=("kind!=none",),
    )
    interest: float = par(
        0.015,
        unit="share/year",
        low=0.0,
        high=0.05,
        doc="real interest of the deposit, all of it for the service",
        only=("kind=deposit",),
    )
    endowment: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="market of a half-endowed village over a fully endowed one",
        only=("kind!=none",),
    )


state(
    "plus",
    "i8",
    unit="bits",
    label="businesses at work: 1 tourism, 2 agriculture, 4 handicraft, 8 deposit",
    written_by=("business_course",),
)
state(
    "begun",
    "i8",
    unit="month",
    label="month in which set-up money was paid",
    initial=NEVER,
    written_by=("business_course",),
)
state("setup", "i8", unit="fen", label="set-up money paid", written_by=("business_course",))
state(
    "setup_annuity",
    "f8",
    unit="fen/month",
    label="set-up money as a level sum over the horizon",
    written_by=("business_course",),
)
state("wages_paid", "i8", unit="fen", label="wages of businesses last month")
state("visitors", "f8", unit="visits", label="visitors last month", written_by=("handicraft", "tourism"))
state(
    "garden_saving",
    "f8",
    unit="share",
    label="food cost saved by a village garden",
    written_by=("agriculture",),
)
flow(
    "business_sales",
    unit="fen",
    label="sales of businesses",
    written_by=("trades",),
)
flow(
    "business_costs",
    unit="fen",
    label="costs of businesses, wages and leases among them",
    written_by=("agriculture", "business_course", "trades"),
)
flow(
    "business_wages",
    unit="fen",
    label="wages paid to villagers",
    written_by=("trades",),
)
flow(
    "business_minutes",
    unit="minutes",
    label="work of elders and helpers in businesses",
    written_by=("trades",),
)
flow("business_rent", unit="fen", label="land rent paid to elders", written_by=("agriculture",))
flow("care_share", unit="fen", label="business income of the service", written_by=("business_course",))
posting(
    "setup_government", debit="business", credit="government", label="government: set-up money of a business"
)
posting(
    "setup_collective", debit="business", credit="collective", label="collective: set-up money of a business"
)
posting("setup_society", debit="business", credit="society", label="society: set-up money of a business")
posting("invested", debit="business_assets", credit="business", label="invested in a business")
posting("sales", debit="business", credit="market", label="sales of a business")
posting("costs", debit="market", credit="business", label="materials, services and upkeep of a business")
posting("wages", debit="households", credit="business", label="wages paid by a business")
posting("leases", debit="households", credit="business", label="land rent paid by a business")
posting("care_share", debit="cash", credit="business", label="business: share of profit for the service")
posting("dividends", debit="households", credit="business", label="business: profit paid to villagers")
posting(
    "made_good",
    debit="business",
    credit="collective",
    label="collective: losses of a stopped business made good",
)
posting("interest", debit="cash", credit="market", label="interest of the deposit")


@kernel
def set_up(world, values, costs, month):
    """The former rule: on the starting month the named payer pays.

    Most is invested, the rest is the purse. `costs` (villages, 4) fen.
    """
    for v in range(len(world.used)):
        business, village, post = values.business[v], world.villages[v], world.posted[v]
        if business.kind == NO_BUSINESS or business.decided == 1 or month != business.start:
            continue
        total, plus = offered(business, village, costs, v)
        if total == 0:
            continue
        pay_set_up(business, post, total)
        if plus != HOLDS_DEPOSIT:
            post.invested += total - int(total * business.working_capital)
        village.plus, village.begun, village.setup = plus, month, total


@inner
def pay_interest(business, village, flow, post):
    """What a deposit yields in a year."""
    gain = int(village.setup * business.interest)
    post.interest += gain
    flow.care_share += gain


@inner
def is_judged(village, lead, month, december):
    """One with fields is judged by the year, from its first harvest on.

    A crop is paid for long before it is sold.
    """
    after_harvest = december and month >= village.begun + lead
    return after_harvest or village.plus & RUNS_FARM == 0


@inner
def share_profit(business, flow, post, profit):
    """A share for the service, the rest for the villagers."""
    care = int(profit * business.care_share)
    post.care_share += care
    post.dividends += profit - care
    flow.care_share += care


@kernel
def share_out(world, values, month, calendar_month):
    """Each December a deposit yields interest.

    By the former rule profit over the working capital is shared, and a business beyond its loss limit stops.
    """
    december = calendar_month == DECEMBER
    for v in range(len(world.used)):
        business, village, post, flow = values.business[v], world.villages[v], world.posted[v], world.flow[v]
        village.wages_paid = flow.business_wages
        if village.plus == 0:
            continue
        if village.plus == HOLDS_DEPOSIT:
            if december:
                pay_interest(business, village, flow, post)
            continue
        if business.decided == 1:
            continue
        purse = world.balance[v].business + post.sales - post.costs - post.wages - post.leases
        kept = int(village.setup * business.working_capital)
        judged = is_judged(village, values.agriculture[v].lead, month, december)
        if judged and purse < -int(village.setup * business.loss_limit):
            post.made_good -= min(purse, 0)
            village.plus = 0
        elif december and purse > kept:
            share_profit(business, flow, post, purse - kept)


def setup_costs(model):
    """Set-up money by village and business (villages x 4) in fen.

    The deposit is the portfolio's sum for that village.
    """
    values = model.values
    first = [values.tourism["setup"], values.agriculture["setup"], values.handicraft["setup"]]
    costs = np.stack([*first, 0 * first[0]], axis=1)
    for v, row in enumerate(model.world.villages):
        half = float(values.business[v]["endowment"])
        full = [endowment(int(row.kind), trade + 1, half) == 1.0 for trade in range(TRADES)]
        costs[v, BY_DEPOSIT] = max(
            int(cost) if has else 0 for cost, has in zip(costs[v, :TRADES], full, strict=True)
        )
    return costs


def annuity(model, parameters, group) -> np.ndarray:
    """Set-up money of the chosen business as a level monthly sum of the same present value.

    Fen, a figure a village of `group`.
    """
    business, discount = parameters.business, 1 / (1 + parameters.economy.discount / 12)
    total = np.zeros(len(group))
    chosen = CHOICES.index(business.kind)
    for place, v in enumerate(group):
        if chosen == DEPOSIT:
            total[place] = model.setup_costs[v, BY_DEPOSIT]
        for trade in range(TRADES):
            if wanted(chosen, trade + 1, int(model.world.villages.kind[v]), business.endowment):
                total[place] += model.setup_costs[v, trade]
    return grain(total * discount**business.start / sum(discount**month for month in range(model.horizon)))


def run_begin(model) -> None:
    """What set-up would cost; under an equal envelope a part of what each county pledges, once it is paid."""
    model.setup_costs = setup_costs(model)
    for parameters, group in zip(model.counties.parameters, model.counties.groups, strict=True):
        if parameters.funding.basis == "envelope" and not parameters.business.decided:
            model.state["setup_annuity"][group] = annuity(model, parameters, group)


def run_set_up(model) -> None:
    """Set-up money on its month."""
    if model.month >= 0 and model.runs("tourism", "agriculture", "handicraft", "portfolio", "deposit"):
        set_up(model.world, model.values.table, model.setup_costs, model.month)


def run_share_out(model) -> None:
    """Profit, losses, interest."""
    if model.runs("tourism", "agriculture", "handicraft", "portfolio", "deposit"):
        share_out(model.world, model.values.table, model.month, model.calendar_month)
