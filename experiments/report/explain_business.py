"""Why? of a village's business: what was offered, what it answered and why, stake, course and losers.

Read from the states, flows and postings of `sim/parts/business_course.py`; nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.state.codes import (
    BILLED,
    BUSINESSES,
    DORMANT,
    EARNING,
    HOLDS_DEPOSIT,
    NO_ENDOWMENT,
    NO_LEADER,
    NO_STAKE,
    NO_TRADE,
    NOT_ASKED,
    NOT_IN_SERVICE,
    NOT_THIS_YEAR,
    TAKEN,
    WOUND_UP,
)
from sim.state.trades import BY_COLLECTIVE, CHOICES, NO_BUSINESS

from .text import yuan

if TYPE_CHECKING:
    from .explain import Place

YEAR = 12
PAYERS = ("government", "the collective", "society")
ANSWERED = {
    NOT_ASKED: "it has not been asked yet; a village answers in December",
    NO_ENDOWMENT: "it has nothing to make it of",
    NOT_IN_SERVICE: "no station of its own has stood for twelve months and was open last month",
    NO_LEADER: "nobody leads mutual aid there",
    NO_STAKE: "its capital purse does not hold the money asked for",
    NOT_THIS_YEAR: "it could, and did not decide for it this year",
    TAKEN: "it took it",
}


def kinds(bits: int) -> str:
    """Businesses by name."""
    return " and ".join(name for place, name in enumerate(BUSINESSES) if bits >> place & 1)


def event(place: Place, name: str) -> list[int]:
    """Places in the series of the months, up to this one, in which a flow was counted."""
    flow = place.result.series.flow[name][: place.t + 1, place.v]
    return [int(month) for month in np.flatnonzero(flow)]


def posted_at(place: Place, name: str, month: int) -> int:
    """Fen posted in a month of the series."""
    return int(place.result.series.amount(name)[month, place.v])


def taken(place: Place, payer: str) -> str:
    """Since when, and who put in what."""
    months, stake = place.result.months, int(place.state("trade_stake"))
    rest = int(place.state("setup")) - stake
    since = [months[month] for month in event(place, "business_taken")]
    when = f" in {since[0]}" if since else ""
    return (
        f"It took {kinds(int(place.state('trade_held')))}{when}: {yuan(stake)} yuan were its stake, "
        f"{yuan(rest)} came from {payer}."
    )


def ended(place: Place) -> str:
    """How it was wound up, and who lost what."""
    month = event(place, "business_wound_up")[0]
    lost = {f"the {who}": posted_at(place, f"unpaid_{who}", month) for who in BILLED}
    lost["the collective (its stake)"] = posted_at(place, "stake_lost", month)
    lost["the payer of the set-up money"] = posted_at(place, "setup_lost", month)
    losers = ", ".join(f"{who} {yuan(fen)}" for who, fen in lost.items() if fen)
    left = posted_at(place, "left_over", month)
    return (
        f"It was wound up in {place.result.months[month]}: its assets fetched "
        f"{yuan(posted_at(place, 'salvaged', month))} yuan. Lost, in yuan: {losers or 'nothing'}."
        + (f" {yuan(left)} yuan were left for the capital purse." if left else "")
    )


def course(place: Place) -> list[str]:
    """How it goes, month by month where it changed."""
    months, stage = place.result.months, int(place.state("trade_stage"))
    changes = [(month, "went dormant") for month in event(place, "business_dormant")]
    changes += [(month, "was woken") for month in event(place, "business_woken")]
    found = [f"It {what} in {months[month]}." for month, what in sorted(changes)]
    if stage == WOUND_UP:
        return [*found, ended(place)]
    result = place.flow("business_sales", YEAR) - place.flow("business_costs", YEAR)
    if int(place.state("trade_held")) == HOLDS_DEPOSIT:
        return ["It lies at interest."]
    words = {EARNING: "at work", DORMANT: "dormant: no work, no wages, a part of the fixed cost"}[stage]
    owed = place.state("trade_owed")
    debts = [f"{yuan(fen)} to {who}" for who, fen in zip(BILLED, owed, strict=True) if fen]
    return [
        *found,
        (
            f"It is {words}. Twelve months: sales less costs {yuan(result)} yuan, of the costs wages "
            f"{yuan(place.posted('wages', YEAR))} and rent {yuan(place.posted('leases', YEAR))}; profit to "
            f"elders and helpers {yuan(place.posted('dividends', YEAR))}, to others of the village "
            f"{yuan(place.posted('dividends_others', YEAR))}, to the service "
            f"{yuan(place.posted('care_share', YEAR))}. Purse {yuan(place.balance('business'))}"
            f"{'; owed ' + ', '.join(debts) if debts else ''}."
        ),
    ]


def told(place: Place) -> str:
    """The business of one village in one month; empty where none is offered, or none decides."""
    business = place.values["business"]
    kind, payer = int(business["kind"]), int(business["payer"])
    if kind == NO_BUSINESS or not business["decided"]:
        return ""
    if place.month < int(business["start"]):
        return f"Business: {CHOICES[kind]} will be offered from month {int(business['start'])} on."
    share = 100 * float(business["stake"])
    asked = f"{share:g} % of the set-up money as stake" if payer != BY_COLLECTIVE else "all set-up money"
    head = f"Business: {CHOICES[kind]} is offered, with {asked} from the capital purse."
    if int(place.state("trade_stage")) == NO_TRADE:
        purse = max(int(place.state("capital_left")), 0)
        answer = ANSWERED[int(place.state("trade_answer"))]
        return f"{head} The village has none: {answer} (capital purse {yuan(purse)} yuan)."
    return " ".join([head, taken(place, PAYERS[payer]), *course(place)])
