"""The first day: spin-up warms people; its purses are emptied, so that no service begins with its debts.

State   bills, claims and cash of the time before are closed against the account `before`.
Month   `run` first of all in month 0: what the villages in service have in cash at the start.
Off     without a plan: the purses of spin-up are kept.
"""

from __future__ import annotations

from sim.engine.kernels import kernel
from sim.state.codes import NEIGHBOURS, PAYERS
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


@kernel
def clear(world, books, values):
    """Empty the purses of spin-up; a station that stands open begins with some months of cost in cash."""
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
        if village.step > NEIGHBOURS:
            post.start_cash += int(solvency.first_cost * solvency.start_cash)
    settle(books)


def run(model) -> None:
    """Once, when the first month begins."""
    if model.parameters.plan.on and model.month == 0:
        clear(model.world, model.ledger.books, model.values.table)
