"""M15 Four-payer co-funding: what each payer pledges by the rule, what falls due, what is written off, how
bills are paid.

Pledged, due, paid and written off are kept apart. To the fen, per village and month: paid in + business
income = running cost accrued + capital spending + change of cash - change of payables + what other villages
were paid, net (M9; zero over a county); due = paid + change of receivables + written off.

State   smoothed cost, unpaid bills by age, receivables a year ago, what the month served. Parameters and
        fields of all of M15 stand here; bills are paid in `funding_bills.py`.
Month   `run_begin` before the first; `run_pledge` once budgets are known; `run_due` before the payers' own
        rows in the settlement.
Off     with the rule "none" nobody pledges; a payer who is off pledges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.planning.asking import (
    apply_rule,
    crowd_out,
    envelope_month,
    front_load,
    set_ceilings,
    want_shares,
)
from sim.planning.books import ALIKE_PAYERS, RESIDUALS
from sim.state.codes import (
    CLOSED,
    COLLECTIVE,
    FAMILIES,
    GOVERNMENT,
    NEVER,
    NO_MONEY,
    PAYERS,
    POINT,
    RULES,
    SOCIETY,
    VISITS_ONLY,
)
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import Parameters, choice, par, section
from sim.state.world import overdue_bills, pays_alike

ENVELOPE = 1  # basis of pledges: an envelope fixed beforehand
QUARTER, HALF_YEAR, MONTHS = 3, 6.0, 12
LONG_SHUT = 6  # months without an open door after which county money stops


@section("funding")
class Funding:
    """The rule and the four shares (they sum to one)."""

    SUM_TO_ONE: ClassVar[tuple[str, ...]] = (
        "share_government",
        "share_collective",
        "share_families",
        "share_society",
    )
    rule: str = choice("fixed_shares", choices=RULES, doc="how pledges are made")
    basis: str = choice(
        "cost",
        choices=("cost", "envelope"),
        doc="pledges follow last months' cost, or an envelope fixed beforehand",
        only=("rule!=none",),
    )
    share_government: float = par(
        0.25,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost pledged by government",
        source="design choice around Tuanjie: elders 60, collective 21, government 18 %",
        only=("rule!=none",),
    )
    share_collective: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost pledged by the collective",
        source="design choice around Tuanjie",
        only=("rule!=none",),
    )
    share_families: float = par(
        0.50,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost asked of families",
        source="design choice around Tuanjie; fees are 50-70 % of cash cost",
        only=("rule!=none",),
    )
    share_society: float = par(
        0.10,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost pledged by society",
        source="design choice",
        only=("rule!=none",),
    )
    residual: str = choice(
        "collective_families",
        choices=RESIDUALS,
        doc="who is asked, in order, for what no payer gives under its ceiling (families: by the price)",
        source="design choice: a collective covers its canteen's yearly loss (Tongjiang 2025)",
        live=True,
    )
    envelope: float = par(
        200.0,
        unit="yuan/year",
        low=0.0,
        high=2000.0,
        doc="pledges an elder and year where the basis is an envelope",
        source="assumption: what plans of the default county ask for, 60,000 yuan a station of 300 elders",
        live=False,
        stored="fen",
        only=("basis=envelope",),
    )
    match: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=3.0,
        doc="government's yuan per yuan of the others, under matching",
        source="design choice",
        only=("rule=matching",),
    )
    per_meal: float = par(
        2.0,
        unit="yuan/meal",
        low=0.0,
        high=6.0,
        doc="government's payment a meal, per service",
        source="assumption; 2-7 yuan a day for low-income elders",
        stored="fen",
        only=("rule=per_service",),
    )
    per_hour: float = par(
        3.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="government's payment an hour, per service",
        stored="fen",
        only=("rule=per_service",),
    )
    per_visit: float = par(
        0.5,
        unit="yuan/visit",
        low=0.0,
        high=5.0,
        doc="government's payment a visit, per service",
        stored="fen",
        only=("rule=per_service",),
    )
    taper: int = par(
        60,
        unit="months",
        low=1,
        high=240,
        doc="months over which seed money tapers to nothing",
        source="design choice",
        only=("rule=tapering", "profile=front"),
    )
    point: float = par(
        0.9,
        unit="share",
        low=0.1,
        high=1.0,
        doc="share of cost that all pledges must reach, else they are refunded",
        source="design choice",
        only=("rule=provision_point",),
    )
    crowding: float = par(
        0.0,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="fall of the others' pledges per yuan of gifts over cost",
        source="design choice: default 0; swept",
    )
    payer_correlation: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "correlation of payers' yearly luck: chance that a village's collective and gifts share the "
            "news of the county's budget in a year"
        ),
        source="design choice: default 0; swept by experiment=null_arms",
    )
    reserve: float = par(
        3.0,
        unit="months",
        low=0.0,
        high=24.0,
        doc="months of cost in cash above which payers pledge nothing more",
        source="design choice",
        only=("basis=cost",),
    )
    cost_speed: float = par(
        0.25,
        unit="share/month",
        low=0.05,
        high=1.0,
        doc="step of the smoothed running cost towards the month's bills",
    )
    forgive: bool = par(
        True, unit="switch", doc="what is unpaid after a year is written off", source="definition"
    )
    identical_payers: bool = par(
        False,
        unit="switch",
        doc="all four pay the same way: quarterly, in full, no fees, in all what the first plan asked",
        source="design choice: for comparison",
        live=False,
    )
    alike_payer: str = choice(
        "all",
        choices=ALIKE_PAYERS,
        doc="who pays the sum where payers are alike: a quarter each, or one all of it",
        source="design choice: for comparison, where it must make no difference",
        live=False,
        only=("identical_payers=true",),
    )
    profile: str = choice(
        "level",
        choices=("level", "front"),
        doc="envelope in time: level, or front-loaded over the taper at the same present value",
        only=("basis=envelope",),
    )

    def problems(self, parameters: Parameters) -> Iterator[str]:
        """The four shares sum to one."""
        total = sum(getattr(self, name) for name in self.SUM_TO_ONE)
        if abs(total - 1) > 1e-9:
            yield f"the four shares sum to {total:g}; they must sum to 1"


flow(
    "pledged",
    unit="fen",
    label="pledged by payer: government, collective, families, society",
    shape=(4,),
    written_by=("solvency", "station"),
)
flow(
    "pledge_basis",
    unit="fen",
    label=(
        "what pledges are shares of: smoothed cost with old bills, halved over a full purse, or the "
        "month's envelope"
    ),
)
flow("pledge_asked", unit="fen", label="share of the basis by payer, before ceiling and rule", shape=(4,))
flow("pledge_ceiling", unit="fen", label="most a payer pledges; -1: no ceiling", shape=(4,))
flow("pledge_by_rule", unit="fen", label="what the rule makes of government's pledge, before its ceiling")
flow("cost", unit="fen", label="running cost accrued", written_by=("funding_bills",))
flow("refunded", unit="fen", label="pledges refunded because the provision point was missed")
state(
    "cost_average",
    "i8",
    unit="fen/month",
    label="running cost, smoothed over about four months",
    written_by=("funding_bills", "solvency"),
)
state(
    "cost_full",
    "i8",
    unit="fen/month",
    label="running cost when last at full service",
    written_by=("funding_bills",),
)
state(
    "bills",
    "i8",
    unit="fen",
    label="unpaid bills by age in months, the last five and over",
    shape=(6,),
    written_by=("credit", "funding_bills", "opening", "solvency", "station"),
)
state("last_paid_gifts", "i8", unit="fen", label="gifts of last month", written_by=("funding_bills",))
state("served_meals", "i8", unit="meals", label="meals of last month", written_by=("funding_bills",))
state(
    "served_minutes",
    "i8",
    unit="minutes",
    label="hours of last month, in minutes",
    written_by=("funding_bills",),
)
state("served_visits", "i8", unit="visits", label="visits of last month", written_by=("funding_bills",))
state(
    "alike_sum",
    "i8",
    unit="fen/month",
    label="for comparison: what payers that are alike pay together, from the first plan; -1 before",
    initial=-1,
    written_by=("plan",),
)
state("front_load", "f8", unit="ratio", label="first month of a tapering envelope over a level one's")
state("elders_start", "i8", unit="persons", label="elders at the start", written_by=("model",))
state(
    "old_receivable",
    "i8",
    unit="fen",
    label="receivables a year ago: government, collective, families, society",
    shape=(4,),
    written_by=("funding_bills", "opening", "solvency", "station"),
)
posting("bills_paid", debit="payables", credit="cash", label="bills paid")
posting(
    "bills_dropped_workers",
    debit="payables",
    credit="creditors_workers",
    label="bills of a closed village written off against cooks, carers and helpers",
)
posting(
    "bills_dropped_suppliers",
    debit="payables",
    credit="creditors_suppliers",
    label="bills of a closed village written off against suppliers",
)
posting(
    "start_cash", debit="cash", credit="government", label="working money of villages in service at the start"
)
posting("capital_spent", debit="assets", credit="cash", label="spent on buildings")


# -- pledges ---------------------------------------------------------------------------------------------
@inner
def total_of(four):
    """Sum of the four payers' figures."""
    return four[GOVERNMENT] + four[COLLECTIVE] + four[FAMILIES] + four[SOCIETY]


@inner
def basis_of(village, funding, cash, month, horizon, discount):
    """What pledges are shares of: the month's envelope, or smoothed cost with old bills over a year.

    A full purse halves what is asked of everybody.
    """
    if funding.basis == ENVELOPE:
        return envelope_month(village, funding, month, horizon, discount)
    basis = village.cost_average + overdue_bills(village) / 12.0
    if cash > village.cost_average * funding.reserve:
        basis *= 0.5
    return basis


@inner
def ask(village, funding, flow, basis, limited, want, ceiling):
    """Each payer is asked for its share of the basis, up to the ceiling where pledges are `limited`."""
    want_shares(funding, basis, village.level != VISITS_ONLY, want)
    for payer in range(len(PAYERS)):
        flow.pledge_asked[payer] = int(want[payer])
        flow.pledge_ceiling[payer] = int(ceiling[payer]) if limited and payer != FAMILIES else -1
        want[payer] = min(want[payer], ceiling[payer]) if limited else want[payer]


@inner
def promise(funding, flow, basis, want):
    """Pledges in whole fen; an envelope is whole, and all are refunded under the provision point."""
    for payer in range(len(PAYERS)):
        flow.pledged[payer] = int(want[payer])
    if funding.basis == ENVELOPE:
        flow.pledged[GOVERNMENT] += int(basis) - total_of(flow.pledged)
    if funding.rule == POINT and total_of(flow.pledged) < funding.point * basis:
        for payer in (GOVERNMENT, COLLECTIVE, SOCIETY):
            flow.refunded += flow.pledged[payer]
            flow.pledged[payer] = 0


@inner
def leave_out(values, v, flow):
    """A payer who is off pledges nothing and is asked for nothing."""
    on = (values.government[v].on, values.collective[v].on, values.families[v].on, values.society[v].on)
    flow.pledge_by_rule *= on[GOVERNMENT]
    for payer in range(len(PAYERS)):
        if on[payer] == 0:
            flow.pledged[payer], flow.pledge_asked[payer], flow.pledge_ceiling[payer] = 0, 0, 0


@inner
def pledge_by_cost(world, v, values, month, horizon):
    """Each payer's pledge by the rule on the month's basis, each under a ceiling."""
    funding, village, flow = values.funding[v], world.villages[v], world.flow[v]
    cash, want, ceiling = world.balance[v].cash, world.sums[4:8], world.sums[0:4]
    limited = funding.basis != ENVELOPE and not pays_alike(values, v, village)
    basis = basis_of(village, funding, cash, month, horizon, values.economy[0].discount)
    flow.pledge_basis = np.int64(basis)
    set_ceilings(values, v, village, village.users, ceiling)
    ask(village, funding, flow, basis, limited, want, ceiling)
    if limited:
        served = (village.served_meals, village.served_minutes, village.served_visits)
        others = want[COLLECTIVE] + want[FAMILIES] + want[SOCIETY]
        missing = basis - others - max(cash - village.cost_average, 0.0) / HALF_YEAR
        flow.pledge_by_rule = apply_rule(funding, village, want, ceiling, basis, missing, month, served)
        crowd_out(village, funding, basis, want)
    promise(funding, flow, basis, want)
    leave_out(values, v, flow)


@inner
def pledge_by_plan(village, flow, month, alike):
    """A twelfth of what the year's plan asked for; the county's stops where a door stays shut.

    So does everybody's where all are `alike`.
    """
    flow.pledge_basis = (village.planned_cost + village.planned_debt) // MONTHS
    for payer in range(len(PAYERS)):
        flow.pledged[payer] = village.planned[payer] // MONTHS
        flow.pledge_ceiling[payer] = -1
    if village.last_open != NEVER and month - village.last_open > LONG_SHUT:
        for payer in range(len(PAYERS)):
            flow.pledged[payer] *= 0 if payer == GOVERNMENT or alike else 1
    for payer in range(len(PAYERS)):
        flow.pledge_asked[payer] = flow.pledged[payer]


@kernel
def pledge(world, values, month, horizon, planned):
    """Each payer's pledge: a part of the plan, or by the rule on last months' cost."""
    for v in range(len(world.used)):
        village = world.villages[v]
        if village.level == CLOSED or values.funding[v].rule == NO_MONEY:
            continue
        if planned:
            pledge_by_plan(village, world.flow[v], month, pays_alike(values, v, village))
        else:
            pledge_by_cost(world, v, values, month, horizon)


# -- what falls due --------------------------------------------------------------------------------------
@inner
def months_due(values, v, village, calendar_month):
    """Months of pledges that fall due: one, but payers that are alike owe nothing inside a quarter."""
    if values.plan[v].on == 0 or not pays_alike(values, v, village):
        return 1
    return QUARTER if calendar_month % QUARTER == 0 else 0


@kernel
def fall_due(world, values, calendar_month):
    """Pledges of government, collective and society fall due; fees fell due as they were earned."""
    for v in range(len(world.used)):
        post, flow = world.posted[v], world.flow[v]
        months = months_due(values, v, world.villages[v], calendar_month)
        post.due_government += months * flow.pledged[GOVERNMENT]
        post.due_collective += months * flow.pledged[COLLECTIVE]
        post.due_society += months * flow.pledged[SOCIETY]


@kernel
def pay_alike(world, values, calendar_month):
    """Null arm: every payer pays all that is due each quarter; the families' share is no fee."""
    for v in range(len(world.used)):
        post, balance, village = world.posted[v], world.balance[v], world.villages[v]
        if not pays_alike(values, v, village):
            continue
        months = months_due(values, v, village, calendar_month)
        post.due_families += months * world.flow[v].pledged[FAMILIES]
        if calendar_month % QUARTER == 0:
            post.paid_government += balance.receivable_government + post.due_government
            post.paid_collective += balance.receivable_collective + post.due_collective
            post.paid_families += balance.receivable_families + post.due_families
            post.paid_society += balance.receivable_society + post.due_society


def run_begin(model) -> None:
    """How much of an envelope that is paid to the front comes in its first month."""
    for parameters, group in zip(model.counties.parameters, model.counties.groups, strict=True):
        funding, discount = parameters.funding, parameters.economy.discount
        if funding.basis == "envelope" and funding.profile == "front":
            model.state["front_load"][group] = front_load(funding, parameters.horizon.months, discount)


def run_pledge(model) -> None:
    """Pledges of the month, from last month's cost and the year's envelope."""
    planned = model.parameters.plan.on and model.month >= 0
    pledge(model.world, model.values.table, model.month, model.parameters.horizon.months, planned)


def run_due(model) -> None:
    """Pledges fall due; with identical payers they are paid here."""
    fall_due(model.world, model.values.table, model.calendar_month)
    if model.values.ever("funding.identical_payers"):
        pay_alike(model.world, model.values.table, model.calendar_month)
