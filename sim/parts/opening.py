"""The first day: spin-up warms people; its purses are emptied, so that no service begins with its debts.

State   bills, claims and cash of the time before are closed against the account `before`.
Month   `run` first of all in month 0: what the villages in service have in cash at the start, or what a
        table of given villages says that they have and owe.
Off     without a plan: the purses of spin-up are kept.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.start.given import telling
from sim.state.codes import NEIGHBOURS, PAYERS, SUPPLIERS
from sim.state.ledger import posting, settle

for _account in (
    "cash",
    "receivable_government",
    "receivable_collective",
    "receivable_families",
    "receivable_society",
):
    posting(
        f"cleared_{_account}",
        debit="before",
        credit=_account,
        label=f"{_account} of the time before the start",
    )
posting("cleared_payables", debit="payables", credit="before", label="bills of the time before the start")
posting("brought_cash", debit="cash", credit="before", label="cash in hand at the start, as told")
posting("brought_debt", debit="before", credit="debts_suppliers", label="debt at the start, as told")
FEN = 100  # of a yuan


@kernel
def clear(world, books, values, cash, debts):
    """Empty the purses of spin-up; a station that stands open begins with some months of cost in cash.

    `cash` and `debts` (villages, fen) are what a table of villages tells, below zero where it is silent.
    """
    settle(books)
    for v in range(len(world.used)):
        village, balance, post = world.villages[v], world.balance[v], world.posted[v]
        post.cleared_cash += balance.cash
        post.cleared_payables += -balance.payables
        post.cleared_receivable_government += balance.receivable_government
        post.cleared_receivable_collective += balance.receivable_collective
        post.cleared_receivable_families += balance.receivable_families
        post.cleared_receivable_society += balance.receivable_society
        for age in range(len(village.bills)):
            village.bills[age], village.wages[age] = 0, 0
        for payer in range(len(PAYERS)):
            village.old_receivable[payer] = 0
        village.township_owes = 0
        solvency = values.solvency[v]
        if debts[v] > 0:
            village.debt[SUPPLIERS] += debts[v]
            post.brought_debt += debts[v]
        if cash[v] >= 0:
            post.brought_cash += cash[v]
        elif village.step > NEIGHBOURS:
            post.start_cash += int(solvency.first_cost * solvency.start_cash)
    settle(books)


def fen_told(model, name: str) -> np.ndarray:
    """(villages) what the tables of villages tell in yuan, as fen; -1 where they are silent."""
    yuan = model.counties.by_village(telling(name))
    return np.where(np.isnan(yuan), -1, np.round(yuan * FEN)).astype(np.int64)


def run(model) -> None:
    """Once, when the first month begins."""
    if model.parameters.plan.on and model.month == 0:
        cash, debts = fen_told(model, "cash"), fen_told(model, "debt")
        clear(model.world, model.ledger.books, model.values.table, cash, debts)
