"""Why? of a village's money in one month: pledges by payer and rule, payments, bills, the cash account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.parts.funding import RULES as FUNDING_RULES
from sim.state.codes import FAMILIES, PAYERS
from sim.state.ledger import POSTINGS

from . import explain_plan
from .explain_plan import tell_all
from .explain_words import GOVERNMENT_BY_RULE, RULES, bill, code, listed, said
from .explain_words import PAYERS as PAYER_WORDS
from .style import phrase, tell
from .text import layout, yuan

if TYPE_CHECKING:
    from .explain import Place

BILLS = (
    ("bills and business income, yuan", "month", "last 12"),
    ("账单与产业收入，元", "当月", "近 12 个月"),
)


def money(place: Place) -> str:
    """Pledged, due, paid, written off by payer; cost lines; the cash account."""
    heads = ("yuan, this month (last 12)", "pledged", "fell due", "paid", "written off", "still owed")
    table = [tell_all(heads, ("元，当月（近 12 个月）", "承诺", "到期", "已付", "核销", "仍欠"))]
    pledged, year = place.flow("pledged"), place.flow("pledged", 12)
    for number, payer in enumerate(PAYERS):
        cells = [f"{yuan(pledged[number])} ({yuan(year[number])})"]
        cells += [
            f"{yuan(place.posted(f'{verb}_{payer}'))} ({yuan(place.posted(f'{verb}_{payer}', 12))})"
            for verb in ("due", "paid", "forgiven")
        ]
        table.append([code(payer, PAYER_WORDS), *cells, yuan(place.balance(f"receivable_{payer}"))])
    funding = place.values["funding"]
    name = FUNDING_RULES[int(funding["rule"])]
    english, called, chinese = RULES[name]
    rule = (
        tell(f"rule {name}: {english}", f"规则“{called}”：{chinese}")
        if funding["basis"] == 0
        else tell("basis envelope: the pledge is fixed beforehand", "承诺总额事先固定")
    )
    income = [
        [phrase(POSTINGS[name].label), yuan(place.posted(name)), yuan(place.posted(name, 12))]
        for name in ("care_share", "interest")
    ]
    costs = [
        [bill(name, POSTINGS[name].label), yuan(place.posted(name)), yuan(place.posted(name, 12))]
        for name in place.result.series.names
        if name.startswith("cost_") and place.posted(name, 12)
    ]
    return "\n".join(
        [
            tell(f"Money ({rule})", f"资金（{rule}）"),
            pledges(place),
            "",
            layout(table),
            "",
            layout([tell_all(*BILLS), *costs, *income]),
            cash(place),
        ]
    )


def pledges(place: Place) -> str:
    """How the month's pledges came about, as the rule recorded it.

    Basis, each payer's share of it, ceiling and pledge.
    """
    if place.plans:
        return explain_plan.pledges(place)
    rule = FUNDING_RULES[int(place.values["funding"]["rule"])]
    if not place.flow("pledge_basis"):
        nobody = tell("nobody pledges under rule none", "规则为无人出资，无人承诺")
        nothing = tell(
            "no service at the start of the month, or nothing to pay", "月初没有服务，或没有要付的费用"
        )
        return tell("basis of the pledges: ", "承诺依据：") + (nobody if rule == "none" else nothing)
    whole, basis = yuan(place.flow("pledge_basis")), _basis(place)
    return "\n".join(
        [
            tell(f"basis of the pledges, {whole} yuan: {basis}", f"承诺依据 {whole} 元：{basis}"),
            layout(_by_payer(place)),
            *_by_rule(place, rule),
            *_lowered(place),
        ]
    )


def _basis(place: Place) -> str:
    """What the pledges are shares of."""
    funding = place.values["funding"]
    if funding["basis"] == 1:
        whole, elders = yuan(funding["envelope"]), int(place.state("elders_start"))
        return tell(
            f"an envelope of {whole} yuan a year for each of "
            f"{elders} elders at the start, set-up money inside it",
            f"按起始时 {elders} 位老人每人每年 {whole} 元的定额，开办费包括在内",
        )
    if place.t:
        old, top = yuan(int(place.state("bills", 1)[3:].sum())), f"{funding['reserve']:g}"
        cost, held = yuan(place.state("cost_average", 1)), yuan(place.balance("cash", 1))
        return tell(
            f"smoothed cost {cost}, a twelfth of {old} overdue by 3 "
            f"months and more; halved where cash, {held}, tops {top} months of that cost",
            f"平均成本 {cost} 元，加逾期三个月以上账单 {old} 元的十二分之一；现金（{held} 元）超过 {top} "
            "个月成本时减半",
        )
    return tell("from the month before the first, which is not recorded", "取自首月之前，没有记录")


def _by_payer(place: Place) -> list[list[str]]:
    """A row a payer: share, asked, ceiling, whether it binds, pledged."""
    funding = place.values["funding"]
    asked, tops, made = place.flow("pledge_asked"), place.flow("pledge_ceiling"), place.flow("pledged")
    heads = ("yuan a month", "share", "asked by share", "ceiling", "", "pledged")
    rows = [tell_all(heads, ("元/月", "比例", "按比例请求", "上限", "", "承诺"))]
    for number, payer in enumerate(PAYERS):
        over = tell("binds", "受限") if asked[number] > tops[number] else tell("does not bind", "不受限")
        binds = "" if tops[number] < 0 else over
        rows.append(
            [
                code(payer, PAYER_WORDS),
                f"{100 * funding[f'share_{payer}']:.4g} %",
                yuan(asked[number]),
                tell("none", "无") if tops[number] < 0 else yuan(tops[number]),
                binds,
                yuan(made[number]),
            ]
        )
    return rows


def _by_rule(place: Place, rule: str) -> list[str]:
    """Notes on what the rule made of the shares."""
    funding, notes = place.values["funding"], list[str]()
    asked, tops = place.flow("pledge_asked"), place.flow("pledge_ceiling")
    if int(place.state("level", 1)) == 1 and place.t and not asked[FAMILIES]:
        notes.append(
            tell(
                "visits only, nothing to charge for: the families' share is asked of the others "
                "in proportion",
                "仅有探访，无可收费：家庭的份额按比例由其他各方分担",
            )
        )
    if rule in GOVERNMENT_BY_RULE and tops[0] >= 0:
        served = {
            "meals": int(place.state("served_meals", 1)),
            "hours": int(place.state("served_minutes", 1)) / 60,
            "visits": int(place.state("served_visits", 1)),
        }
        how = said(GOVERNMENT_BY_RULE[rule]).format(match=funding["match"], taper=funding["taper"], **served)
        by_rule = yuan(place.flow("pledge_by_rule"))
        notes.append(
            tell(
                f"government by rule {rule}: {how} = {by_rule} yuan before its ceiling",
                f"政府按规则“{RULES[rule][1]}”：{how}，计 {by_rule} 元（未计上限）",
            )
        )
    if rule == "provision_point":
        back, point = yuan(place.flow("refunded")), f"{100 * funding['point']:.4g}"
        reached = (
            tell(f"missed, {back} yuan taken back by all but families", f"未达到，家庭以外各方收回 {back} 元")
            if place.flow("refunded")
            else tell("reached", "已达到")
        )
        notes.append(
            tell(
                f"provision point, {point} % of the basis: {reached}", f"最低要求为依据的 {point}%：{reached}"
            )
        )
    return notes


def _lowered(place: Place) -> list[str]:
    """Notes on what made pledges smaller, or nothing."""
    funding, notes = place.values["funding"], list[str]()
    if funding["crowding"] and place.state("last_paid_gifts", 1) and place.flow("pledge_ceiling")[0] >= 0:
        gifts, crowding = yuan(place.state("last_paid_gifts", 1)), f"{funding['crowding']:g}"
        notes.append(
            tell(
                f"gifts of {gifts} yuan last month lower the pledges of the other three "
                f"(crowding {crowding})",
                f"上月捐赠 {gifts} 元，使其他三方的承诺减少（挤出系数 {crowding}）",
            )
        )
    notes += [
        tell(f"{payer}: switched off, pledges nothing", f"{PAYER_WORDS[payer]}：已停用，不作承诺")
        for payer in PAYERS
        if not place.values[payer]["on"]
    ]
    if place.flow("closed_now"):
        notes.append(
            tell(
                "the service closed in this month, so that the pledges fell away",
                "服务在本月关闭，承诺随之取消",
            )
        )
    return notes


def cash(place: Place) -> str:
    """Every posting that moved the cash account this month, and the balance before and after."""
    moves, moved = [], 0
    for name in place.result.series.names:
        posting, amount = POSTINGS[name], place.posted(name)
        if amount and "cash" in (posting.debit, posting.credit):
            sign = "+" if posting.debit == "cash" else "-"
            moves.append(f"{sign}{yuan(amount)} {phrase(posting.label)}")
            moved += amount if posting.debit == "cash" else -amount
    before = place.balance("cash") - moved  # the first month has none before it in the records
    moved_text = listed(moves, none=("no movement", "没有收支"))
    end, unpaid = yuan(place.balance("cash")), yuan(-place.balance("payables"))
    return tell(
        f"cash: {yuan(before)} at the start, {moved_text}, {end} at the end; unpaid bills {unpaid}",
        f"现金（元）：月初 {yuan(before)}；{moved_text}；月末 {end}。未付账单 {unpaid}。",
    )
