"""Which businesses there are, which of them a village has something for, and who pays for one.

A business that sells is a trade.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.state.codes import CRAFT_HERITAGE, HOLDS_DEPOSIT, NEAR_TOWN, PLAIN, SCENIC

CHOICES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
NO_BUSINESS, TOURISM, AGRICULTURE, HANDICRAFT, PORTFOLIO, DEPOSIT = range(6)
TRADES = 3  # businesses that sell: their places in `costs` and in the bits of `plus`, one below their codes
BY_DEPOSIT = 3  # place of the deposit in `costs`
BY_GOVERNMENT, BY_COLLECTIVE = 0, 1  # payers; else society
DECEMBER = 12
LEAST_RENOWN, MOST_RENOWN = 0.5, 2.0  # visitors by word of mouth over those without


@kernel
def endowment(kind, business, half):
    """1 where the village has what the business needs, `half` where in part, 0 where not (an empty cell)."""
    if business == TOURISM:
        return 1.0 if kind == SCENIC else (half if kind == NEAR_TOWN else 0.0)
    if business == AGRICULTURE:
        return 1.0 if kind == PLAIN or kind == NEAR_TOWN else half
    if business == HANDICRAFT:
        return 1.0 if kind == CRAFT_HERITAGE else 0.0
    return 1.0


@kernel
def wanted(chosen, business, kind, half):
    """Whether the choice means this business in a village of this kind."""
    return (chosen == business or chosen == PORTFOLIO) and endowment(kind, business, half) > 0.0


@inner
def pay_set_up(business, post, total):
    """The named payer pays the set-up money."""
    if business.payer == BY_GOVERNMENT:
        post.setup_government += total
    elif business.payer == BY_COLLECTIVE:
        post.setup_collective += total
    else:
        post.setup_society += total


@inner
def offered(business, village, costs, v):
    """Set-up money of what a village is offered, and its bits; 0 where it has nothing for it."""
    total, plus = 0, 0
    for trade in range(TRADES):
        if wanted(business.kind, trade + 1, village.kind, business.endowment):
            total += costs[v, trade]
            plus |= 1 << trade
    if business.kind == DEPOSIT:
        total, plus = costs[v, BY_DEPOSIT], HOLDS_DEPOSIT
    return total, plus


@inner
def book_month(flow, post, sales, wages, cost, minutes):
    """What every trade books of a month: sales, wages, other costs (fen) and hours (minutes)."""
    post.sales += sales
    post.wages += wages
    post.costs += cost
    flow.business_sales += sales
    flow.business_costs += cost + wages
    flow.business_wages += wages
    flow.business_minutes += minutes
    flow.time_business += minutes
