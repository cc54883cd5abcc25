"""M15 Credit: how long suppliers wait, how old bills become debt, how debt is paid back or written off.

State   debts by creditor, their instalments and arrears; whether suppliers deliver for cash only.
Month   `run_limit` before the door opens: whether suppliers still wait. `run_instalments` before bills are
        paid; what is older than suppliers and workers wait becomes a debt of the collective.
Off     suppliers wait for ever, and bills grow old.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.state.codes import CREDITORS, NEVER, STATION_DAYS, SUPPLIERS, WORKERS
from sim.state.fields import state
from sim.state.ledger import posting, settle
from sim.state.parameters import par, section, switch
from sim.state.world import old_bills, waits

OLDEST = 5  # place of bills of five months and more
YEAR = 12


@section("credit")
class Credit:
    """Suppliers' patience and the terms of old debts."""

    on: bool = switch(True, doc="off: suppliers wait for ever")
    months: int = par(2, unit="months", low=1, high=3, doc="months that a supplier waits for money")
    instalments: int = par(24, unit="months", low=12, high=36, doc="instalments of a debt")
    most: float = par(
        0.2, unit="share", low=0.05, high=0.5, doc="most of the month's receipts that instalments take"
    )
    distrust: int = par(
        6, unit="months", low=1, high=24, doc="months without credit after a missed instalment"
    )
    write_off: int = par(
        36, unit="months", low=12, high=60, doc="months without payment after which a debt is written off"
    )


state(
    "wages",
    "i8",
    unit="fen",
    label="unpaid bills owed to workers, by age in months",
    shape=(6,),
    written_by=("funding_bills", "station", "opening"),
)
state(
    "debt",
    "i8",
    unit="fen",
    label="debts: to suppliers, to workers",
    shape=(2,),
    written_by=("opening", "station"),
)
state("instalment", "i8", unit="fen/month", label="instalments of these debts", shape=(2,))
state("unpaid_months", "i8", unit="months", label="months since a debt was last paid on", shape=(2,))
state("arrears", "i8", unit="fen", label="instalments missed so far")
state("no_credit_until", "i8", unit="month", label="no supplier waits until", initial=NEVER)
state("cash_only", "i8", unit="flag", label="suppliers deliver for cash only this month")
for _creditor in CREDITORS:
    posting(
        f"indebted_{_creditor}",
        debit="payables",
        credit=f"debts_{_creditor}",
        label=f"old bills of {_creditor} that became debt",
    )
    posting(
        f"instalment_{_creditor}",
        debit=f"debts_{_creditor}",
        credit="cash",
        label=f"debt to {_creditor} paid back",
    )
    posting(
        f"repaid_{_creditor}",
        debit=f"debts_{_creditor}",
        credit="collective",
        label=f"debt to {_creditor} paid by the collective from its allowance",
    )
    posting(
        f"lost_{_creditor}",
        debit=f"debts_{_creditor}",
        credit=f"creditors_{_creditor}",
        label=f"debt written off against {_creditor}",
    )


@kernel
def limit(world, values, month):
    """Who delivers for cash only."""
    for v in range(len(world.used)):
        village, credit = world.villages[v], values.credit[v]
        tired = old_bills(village, waits(village, world.balance[v], credit) - 1) > 0
        village.cash_only = 1 if tired or month < village.no_credit_until else 0


@inner
def received(village):
    """Mean receipts of a month over the last year, fen."""
    total = 0
    for before in range(YEAR):
        total += village.receipts[before]
    return max(total, 0) // YEAR


@inner
def age_into_debt(world, v, credit):
    """Bills that are as old as they are counted become debt."""
    village, post = world.villages[v], world.posted[v]
    old, workers = village.bills[OLDEST], village.wages[OLDEST]
    if old == 0:
        return
    post.indebted_workers += workers
    post.indebted_suppliers += old - workers
    village.debt[WORKERS] += workers
    village.debt[SUPPLIERS] += old - workers
    village.bills[OLDEST], village.wages[OLDEST] = 0, 0
    for creditor in range(len(CREDITORS)):
        village.instalment[creditor] = -(-village.debt[creditor] // credit.instalments)


@inner
def enter(post, creditor, from_cash, from_allowance, lost):
    """Post what a debt fell by."""
    if creditor == SUPPLIERS:
        post.instalment_suppliers += from_cash
        post.repaid_suppliers += from_allowance
        post.lost_suppliers += lost
    else:
        post.instalment_workers += from_cash
        post.repaid_workers += from_allowance
        post.lost_workers += lost


@inner
def pay_debt(world, v, credit, creditor, month, most, cash):
    """One creditor's instalment, from cash in service, from the collective's allowance after a closure.

    Returns the cash left.
    """
    village = world.villages[v]
    if village.debt[creditor] == 0:
        village.unpaid_months[creditor], village.instalment[creditor] = 0, 0
        return cash
    if village.instalment[creditor] == 0:
        village.instalment[creditor] = -(-village.debt[creditor] // credit.instalments)
    serving = village.step >= STATION_DAYS
    due = min(village.instalment[creditor], village.debt[creditor])
    due = min(due, most) if serving else due
    paid = min(due, max(cash, 0) if serving else village.welfare_left)
    missed = due - paid
    village.unpaid_months[creditor] = 0 if paid > 0 else village.unpaid_months[creditor] + 1
    if missed > 0:
        village.arrears += missed
        village.no_credit_until = month + credit.distrust
    lost = np.int64(0)
    if village.unpaid_months[creditor] >= credit.write_off:
        lost = village.debt[creditor] - paid
        village.unpaid_months[creditor] = 0
    if serving:
        enter(world.posted[v], creditor, paid, 0, lost)
    else:
        enter(world.posted[v], creditor, 0, paid, lost)
        village.welfare_left -= paid
    village.debt[creditor] -= paid + lost
    if village.debt[SUPPLIERS] + village.debt[WORKERS] == 0:
        village.arrears = 0
    return cash - (paid if serving else 0)


@kernel
def pay_back(world, values, books, month):
    """Old bills become debts; instalments are paid, workers first."""
    settle(books)
    for v in range(len(world.used)):
        village, credit = world.villages[v], values.credit[v]
        age_into_debt(world, v, credit)
        most, cash = np.int64(received(village) * credit.most), world.balance[v].cash
        cash = pay_debt(world, v, credit, WORKERS, month, most, cash)
        most = max(most - village.instalment[WORKERS], 0)
        pay_debt(world, v, credit, SUPPLIERS, month, most, cash)
    settle(books)


def run_limit(model) -> None:
    """Which suppliers still wait."""
    if model.parameters.credit.on and model.parameters.plan.on and model.month >= 0:
        limit(model.world, model.values.table, model.month)


def run_instalments(model) -> None:
    """Debts of the month."""
    if model.parameters.credit.on and model.parameters.plan.on and model.month >= 0:
        pay_back(model.world, model.values.table, model.ledger.books, model.month)
