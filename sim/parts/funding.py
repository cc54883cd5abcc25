"""M15 Four-payer co-funding: what each payer pledges by the rule, what falls due, what is written off, how
bills are paid.

Pledged, due, paid and written off are kept apart. To the fen, per village and month: paid in + business
income = running cost accrued + capital spending + change of cash - change of payables + what other villages
were paid, net (M9; zero over a county); due = paid + change of receivables + written off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import (
    ASKED,
    CLOSED,
    COLLECTIVE,
    FAMILIES,
    FULL,
    GOVERNMENT,
    MEALS,
    MUTUAL,
    NO_MONEY,
    SOCIETY,
    VISITS_ONLY,
)
from sim.state.fields import flow, state
from sim.state.ledger import posting, settle
from sim.state.parameters import Parameters, choice, par, section

RULES = ("fixed_shares", "matching", "gap_filler", "per_service", "tapering", "provision_point", "none")
FIXED, MATCHING, GAP, SERVICE, TAPER, POINT = range(6)


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
    )
    share_government: float = par(
        0.25,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost pledged by government",
        source="design choice around Tuanjie: elders 60, collective 21, government 18 %",
    )
    share_collective: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost pledged by the collective",
        source="design choice around Tuanjie",
    )
    share_families: float = par(
        0.50,
        unit="share",
        low=0.0,
        high=1.0,
        doc="share of cost asked of families",
        source="design choice around Tuanjie; fees are 50-70 % of cash cost",
    )
    share_society: float = par(
        0.10, unit="share", low=0.0, high=1.0, doc="share of cost pledged by society", source="design choice"
    )
    envelope: float = par(
        400.0,
        unit="yuan/year",
        low=0.0,
        high=2000.0,
        doc="pledges an elder and year where the basis is an envelope",
        source="assumption: running cost of a canteen and station in a village of 150-200 elders",
        live=False,
        stored="fen",
    )
    match: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=3.0,
        doc="government's yuan per yuan of the others, under matching",
        source="design choice",
    )
    per_meal: float = par(
        2.0,
        unit="yuan/meal",
        low=0.0,
        high=6.0,
        doc="government's payment a meal, per service",
        source="assumption; 2-7 yuan a day for low-income elders",
        stored="fen",
    )
    per_hour: float = par(
        3.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="government's payment an hour, per service",
        stored="fen",
    )
    per_visit: float = par(
        0.5,
        unit="yuan/visit",
        low=0.0,
        high=5.0,
        doc="government's payment a visit, per service",
        stored="fen",
    )
    taper: int = par(
        60,
        unit="months",
        low=1,
        high=240,
        doc="months over which seed money tapers to nothing",
        source="design choice",
    )
    point: float = par(
        0.9,
        unit="share",
        low=0.1,
        high=1.0,
        doc="share of cost that all pledges must reach, else they are refunded",
        source="design choice",
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
        source="design choice: default 0; swept by the null arms",
    )
    reserve: float = par(
        3.0,
        unit="months",
        low=0.0,
        high=24.0,
        doc="months of cost in cash above which payers pledge nothing more",
        source="design choice",
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
        doc="all four pay the same way: quarterly, in full, no fees",
        source="design choice: null arm",
        live=False,
    )
    profile: str = choice(
        "level",
        choices=("level", "front"),
        doc="envelope in time: level, or front-loaded over the taper at the same present value",
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
    written_by=("solvency",),
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
flow("cost", unit="fen", label="running cost accrued")
flow("refunded", unit="fen", label="pledges refunded because the provision point was missed")
state(
    "cost_average",
    "i8",
    unit="fen/month",
    label="running cost, smoothed over about four months",
    written_by=("solvency",),
)
state("cost_full", "i8", unit="fen/month", label="running cost when last at full service")
state(
    "bills",
    "i8",
    unit="fen",
    label="unpaid bills by age in months, the last five and over",
    shape=(6,),
    written_by=("solvency",),
)
state("last_paid_gifts", "i8", unit="fen", label="gifts of last month")
state("served_meals", "i8", unit="meals", label="meals of last month")
state("served_minutes", "i8", unit="minutes", label="hours of last month, in minutes")
state("served_visits", "i8", unit="visits", label="visits of last month")
state("elders_start", "i8", unit="persons", label="elders at the start", written_by=("model",))
state(
    "old_receivable",
    "i8",
    unit="fen",
    label="receivables a year ago: government, collective, families, society",
    shape=(4,),
    written_by=("solvency",),
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


@kernel
def shares_of(f):
    """The four shares in the fixed order of payers."""
    return (f.share_government, f.share_collective, f.share_families, f.share_society)


@kernel
def months_in(month, opened):
    """Months since the village came into service or since the run began, whichever is later."""
    return max(month - max(opened, 0), 0)


@inner
def envelope_month(r, f, month, horizon, discount):
    """This month's envelope: level, or front-loaded with the same present value; set-up capital inside it."""
    level = f.envelope * r.elders_start / 12.0 - (
        r.setup_annuity if month >= 0 else 0.0
    )  # spread over the horizon, not over the spin-up
    if f.profile == 0 or level <= 0.0:
        return max(level, 0.0)
    pv_level, pv_front, d = 0.0, 0.0, 1.0
    for t in range(horizon):
        pv_level += d
        pv_front += d * max(1.0 - t / f.taper, 0.0)
        d /= 1.0 + discount / 12.0
    return level * pv_level / max(pv_front, 1e-9) * max(1.0 - max(month, 0) / f.taper, 0.0)


@inner
def _sum(four):
    """Sum of the four payers' figures."""
    return four[0] + four[1] + four[2] + four[3]


@kernel
def pledge(world, values, month, horizon):
    """Each payer's pledge by the rule, each under a ceiling; none by a payer who is off."""
    for v in range(len(world.used)):
        funding, village, flow = values.funding[v], world.villages[v], world.flow[v]
        if village.level == CLOSED or funding.rule == NO_MONEY:
            continue
        envelope = funding.basis == 1
        arrears = (
            village.bills[3] + village.bills[4] + village.bills[5]
        ) / 12.0  # old bills are asked for over a year
        basis = (
            envelope_month(village, funding, month, horizon, values.economy[0].discount)
            if envelope
            else village.cost_average + arrears
        )
        if not envelope and world.balance[v].cash > village.cost_average * funding.reserve:
            basis *= 0.5  # a full purse halves what is asked of everybody
        ceiling, want, limited = (
            world.sums[0:4],
            world.sums[4:8],
            not envelope and funding.identical_payers == 0,
        )
        ceiling[0] = (
            (values.government[v].ceiling + values.government[v].per_elder * village.users)
            / 12.0
            * village.deflator
        )
        ceiling[1] = village.income * values.collective[v].welfare_cap / 12.0
        ceiling[2] = 1e15
        ceiling[3] = values.society[v].ceiling / 12.0 * (0.5 + 0.5 * village.visibility)
        flow.pledge_basis = np.int64(basis)
        shares = shares_of(funding)
        # without a canteen there is nothing to charge users for: their share is asked of the others, in
        # proportion
        scale = (
            1.0 / (1.0 - shares[FAMILIES]) if village.level == VISITS_ONLY and shares[FAMILIES] < 1.0 else 1.0
        )
        for k in range(4):
            want[k] = 0.0 if k == FAMILIES and scale > 1.0 else scale * basis * shares[k]
            flow.pledge_asked[k] = int(want[k])
            flow.pledge_ceiling[k] = int(ceiling[k]) if limited and k != FAMILIES else -1
            want[k] = min(want[k], ceiling[k]) if limited else want[k]
        if limited:
            flow.pledge_by_rule = _apply_rule(
                funding, village, want, ceiling, basis, world.balance[v].cash, month
            )
            gifts = min(village.last_paid_gifts / max(basis, 1.0), 1.0)
            for k in range(3):
                want[k] *= 1.0 - funding.crowding * gifts
        for k in range(4):
            flow.pledged[k] = int(want[k])
        if envelope:
            flow.pledged[GOVERNMENT] += int(basis) - _sum(flow.pledged)
        if funding.rule == POINT and _sum(flow.pledged) < funding.point * basis:
            for k in (GOVERNMENT, COLLECTIVE, SOCIETY):
                flow.refunded += flow.pledged[k]
                flow.pledged[k] = 0
        on = (values.government[v].on, values.collective[v].on, values.families[v].on, values.society[v].on)
        flow.pledge_by_rule *= on[GOVERNMENT]
        for k in range(4):
            if on[k] == 0:
                flow.pledged[k], flow.pledge_asked[k], flow.pledge_ceiling[k] = 0, 0, 0


@inner
def _apply_rule(f, r, want, ceiling, basis, cash, month):
    """What the rule makes of government's pledge, in fen before its ceiling."""
    others = want[1] + want[2] + want[3]
    g = want[0]
    if f.rule == MATCHING:
        g = f.match * others
    elif f.rule == GAP:
        g = max(basis - others - max(cash - r.cost_average, 0.0) / 6.0, 0.0)
    elif f.rule == SERVICE:
        g = (
            r.served_meals * f.per_meal + r.served_minutes * f.per_hour / 60.0 + r.served_visits * f.per_visit
        ) * r.deflator
    elif f.rule == TAPER:
        left = max(1.0 - months_in(month, r.opened) / f.taper, 0.0)
        g = min(basis * left, ceiling[0] * 2.0 * left)
    want[0] = min(g, ceiling[0] * (2.0 if f.rule == TAPER else 1.0))
    return np.int64(g)


@kernel
def fall_due(world):
    """Pledges of government, collective and society fall due; fees fell due as they were earned."""
    for v in range(len(world.used)):
        post, flow = world.posted[v], world.flow[v]
        post.due_government += flow.pledged[GOVERNMENT]
        post.due_collective += flow.pledged[COLLECTIVE]
        post.due_society += flow.pledged[SOCIETY]


@kernel
def pay_alike(world, values, calendar_month):
    """Null arm: every payer pays all that is due each quarter; the families' share is no fee."""
    for v in range(len(world.used)):
        post, balance = world.posted[v], world.balance[v]
        if values.funding[v].identical_payers == 0:
            continue
        post.due_families += world.flow[v].pledged[FAMILIES]
        if calendar_month % 3 == 0:
            post.paid_government += balance.receivable_government + post.due_government
            post.paid_collective += balance.receivable_collective + post.due_collective
            post.paid_families += balance.receivable_families + post.due_families
            post.paid_society += balance.receivable_society + post.due_society


@kernel
def pay_bills(world, values, books, calendar_month):
    """New bills join the youngest.

    Cash pays the oldest first; each December what is unpaid for a year is written off.
    """
    settle(books)
    for v in range(len(world.used)):
        village, post, balance, flow = world.villages[v], world.posted[v], world.balance[v], world.flow[v]
        owed = 0
        for a in range(6):
            owed += village.bills[a]
        new = -balance.payables - owed
        flow.cost = new
        village.bills[5] += village.bills[4]
        for a in range(4, 0, -1):
            village.bills[a] = village.bills[a - 1]
        village.bills[0] = new
        cash = max(balance.cash, 0)
        for a in range(5, -1, -1):
            paid = min(cash, village.bills[a])
            village.bills[a] -= paid
            cash -= paid
            post.bills_paid += paid
        if village.level > CLOSED:
            village.cost_average += (
                np.int64(np.floor((new - village.cost_average) * values.funding[v].cost_speed))
                if village.cost_average > 0
                else new
            )
            if village.level == FULL:
                village.cost_full = village.cost_average
        if calendar_month == 12 and values.funding[v].forgive == 1:
            g = min(balance.receivable_government, village.old_receivable[0])
            c = min(balance.receivable_collective, village.old_receivable[1])
            f = min(balance.receivable_families, village.old_receivable[2])
            s = min(balance.receivable_society, village.old_receivable[3])
            post.forgiven_government += g
            post.forgiven_collective += c
            post.forgiven_families += f
            post.forgiven_society += s
            village.old_receivable[0] = balance.receivable_government - g
            village.old_receivable[1] = balance.receivable_collective - c
            village.old_receivable[2] = balance.receivable_families - f
            village.old_receivable[3] = balance.receivable_society - s
    settle(books)


def run_pledge(model) -> None:
    """Pledges of the month, from last month's cost and the year's envelope."""
    pledge(model.world, model.values.table, model.month, model.parameters.horizon.months)


def run_due(model) -> None:
    """Pledges fall due; with identical payers they are paid here."""
    fall_due(model.world)
    if model.values.ever("funding.identical_payers"):
        pay_alike(model.world, model.values.table, model.calendar_month)


def run_bills(model) -> None:
    """Move the balances, pay bills, move them again."""
    pay_bills(model.world, model.values.table, model.ledger.books, model.calendar_month)


@kernel
def remember(world, books):
    """What next month's pledges look back on."""
    for v in range(len(world.used)):
        village, flow, asked, met = world.villages[v], world.flow[v], 0, 0
        village.served_meals, village.list_fees, village.users, village.signed_up, village.active = (
            flow.meals,
            flow.fees_at_list,
            flow.diners,
            flow.enrolled,
            flow.volunteers,
        )
        for k in range(9):
            asked += world.hours[v, ASKED, k]
            met += world.hours[v, MUTUAL, k]
        village.served_minutes = met - world.hours[v, MUTUAL, MEALS]
        village.served_visits = 0
        for tier in range(len(flow.visits_made)):
            village.served_visits += flow.visits_made[tier]
        village.last_paid_gifts = books.named[v].paid_society
        village.short = (asked - met) / max(asked, 1)


def run_remember(model) -> None:
    """The month as it is remembered."""
    remember(model.world, model.ledger.books)
