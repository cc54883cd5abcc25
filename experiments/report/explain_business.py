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

from .explain_words import BUSINESSES as BUSINESS_WORDS
from .explain_words import CREDITORS, code, listed, said
from .style import tell
from .text import yuan

if TYPE_CHECKING:
    from .explain import Place

YEAR = 12
PAYERS = (("government", "政府"), ("the collective", "村集体"), ("society", "社会"))
ANSWERED = {
    NOT_ASKED: ("it has not been asked yet; a village answers in December", "尚未问到；村庄在每年 12 月答复"),
    NO_ENDOWMENT: ("it has nothing to make it of", "没有办这项产业的条件"),
    NOT_IN_SERVICE: (
        "no station of its own has stood for twelve months and was open last month",
        "没有满十二个月、上月仍开放的站点",
    ),
    NO_LEADER: ("nobody leads mutual aid there", "没有互助带头人"),
    NO_STAKE: ("its capital purse does not hold the money asked for", "资本账户里的钱不够入股"),
    NOT_THIS_YEAR: ("it could, and did not decide for it this year", "条件具备，但今年没有决定办"),
    TAKEN: ("it took it", "已经接受"),
}


def kinds(bits: int) -> str:
    """Businesses by name."""
    found = [code(name, BUSINESS_WORDS) for place, name in enumerate(BUSINESSES) if bits >> place & 1]
    return listed(found, " and ", "、", ("", ""))


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
    held = kinds(int(place.state("trade_held")))
    when = tell(f" in {since[0]}", f"{since[0]} ") if since else ""
    return tell(
        f"It took {held}{when}: {yuan(stake)} yuan were its stake, {yuan(rest)} came from {payer}.",
        f"本村{when}接受了{held}：自己入股 {yuan(stake)} 元，{payer}出资 {yuan(rest)} 元。",
    )


def ended(place: Place) -> str:
    """How it was wound up, and who lost what."""
    month = event(place, "business_wound_up")[0]
    lost = {tell(f"the {who}", CREDITORS[who]): posted_at(place, f"unpaid_{who}", month) for who in BILLED}
    lost[tell("the collective (its stake)", "村集体（股金）")] = posted_at(place, "stake_lost", month)
    lost[tell("the payer of the set-up money", "开办费出资方")] = posted_at(place, "setup_lost", month)
    losers = listed([f"{who} {yuan(fen)}" for who, fen in lost.items() if fen], none=("nothing", "无"))
    left, fetched = posted_at(place, "left_over", month), yuan(posted_at(place, "salvaged", month))
    when = place.result.months[month]
    return tell(
        f"It was wound up in {when}: its assets fetched {fetched} yuan. Lost, in yuan: {losers}.",
        f"{when} 清算：资产变卖得 {fetched} 元。损失（元）：{losers}。",
    ) + (
        tell(f" {yuan(left)} yuan were left for the capital purse.", f"余下 {yuan(left)} 元归入资本账户。")
        if left
        else ""
    )


def course(place: Place) -> list[str]:
    """How it goes, month by month where it changed."""
    months, stage = place.result.months, int(place.state("trade_stage"))
    dormant, woken = ("It went dormant in {}.", "{} 停业。"), ("It was woken in {}.", "{} 复业。")
    changes = [(month, dormant) for month in event(place, "business_dormant")]
    changes += [(month, woken) for month in event(place, "business_woken")]
    found = [said(what).format(months[month]) for month, what in sorted(changes)]
    if stage == WOUND_UP:
        return [*found, ended(place)]
    result = place.flow("business_sales", YEAR) - place.flow("business_costs", YEAR)
    if int(place.state("trade_held")) == HOLDS_DEPOSIT:
        return [tell("It lies at interest.", "存款生息。")]
    at_work = ("at work", "正在经营")
    asleep = (
        "dormant: no work, no wages, a part of the fixed cost",
        "停业：没有用工和工资，只付部分固定成本",
    )
    words = said({EARNING: at_work, DORMANT: asleep}[stage])
    owed = zip(BILLED, place.state("trade_owed"), strict=True)
    debts = [tell(f"{yuan(fen)} to {who}", f"欠{CREDITORS[who]} {yuan(fen)} 元") for who, fen in owed if fen]
    wages, leases, dividends, others, share = (
        yuan(place.posted(name, YEAR))
        for name in ("wages", "leases", "dividends", "dividends_others", "care_share")
    )
    purse = yuan(place.balance("business"))
    owing = tell("; owed " + ", ".join(debts), "；" + "，".join(debts)) if debts else ""
    return [
        *found,
        tell(
            f"It is {words}. Twelve months: sales less costs {yuan(result)} yuan, of the costs wages "
            f"{wages} and rent {leases}; profit to elders and helpers {dividends}, to others of the village "
            f"{others}, to the service {share}. Purse {purse}{owing}.",
            f"目前{words}。近 12 个月：销售减成本 {yuan(result)} 元，成本中工资 {wages} 元、地租 "
            f"{leases} 元；利润分给老人和帮手 {dividends} 元、其他村民 {others} 元、养老服务 {share} 元。"
            f"产业账户余额 {purse} 元{owing}。",
        ),
    ]


def told(place: Place) -> str:
    """The business of one village in one month; empty where none is offered, or none decides."""
    business = place.values["business"]
    kind, payer = int(business["kind"]), int(business["payer"])
    if kind == NO_BUSINESS or not business["decided"]:
        return ""
    name = code(CHOICES[kind], BUSINESS_WORDS)
    if place.month < int(business["start"]):
        start = int(business["start"])
        return tell(
            f"Business: {name} will be offered from month {start} on.",
            f"产业：自第 {start} 个月起向各村提供{name}。",
        )
    share = f"{100 * float(business['stake']):g}"
    part = tell(f"{share} % of the set-up money as stake", f"开办费的 {share}% 作为股金")
    asked = part if payer != BY_COLLECTIVE else tell("all set-up money", "全部开办费")
    head = tell(
        f"Business: {name} is offered, with {asked} from the capital purse.",
        f"产业：可办{name}，须从资本账户出{asked}。",
    )
    if int(place.state("trade_stage")) == NO_TRADE:
        purse = yuan(max(int(place.state("capital_left")), 0))
        answer = said(ANSWERED[int(place.state("trade_answer"))])
        return head + tell(
            f" The village has none: {answer} (capital purse {purse} yuan).",
            f"本村没有办：{answer}（资本账户 {purse} 元）。",
        )
    return tell(" ", "").join([head, taken(place, said(PAYERS[payer])), *course(place)])
