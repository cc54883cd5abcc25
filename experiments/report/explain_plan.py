"""Why? of a village that plans: the plan in force, what it expected and refused, the door, credit and debts.

Read from the recorded states of `sim/parts/plan.py`, `station.py` and `credit.py`; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.parts.station import CLOSURE, ENDS
from sim.planning.raising import CALM
from sim.planning.sheet import NOT_TRIED, REASONS
from sim.state.codes import (
    CANTEEN,
    CREDITORS,
    FAMILIES,
    HOME_TABLES,
    LEAST_DAYS,
    NEVER,
    PAYERS,
    SELF_COOKED,
    STATION_DAYS,
    STEPS,
    WITH_GUESTS,
    WORKING,
)

from .explain_words import CAUSES, SHUT_BEFORE, code, listed, said, yes
from .explain_words import CREDITORS as OWED_TO
from .explain_words import ENDS as END
from .explain_words import PAYERS as PAYER_WORDS
from .explain_words import REASONS as REASON_WORDS
from .explain_words import STEPS as STEP_WORDS
from .given import shut_before
from .style import tell
from .text import layout, yuan

if TYPE_CHECKING:
    from .explain import Place

WORDS = tuple(STEP_WORDS[step] for step in STEPS)
OTHERS = (  # places 4 to 6 of `expected`
    ("guests", "外客"),
    ("share of businesses", "产业分成"),
    ("cash above the reserve", "储备以上的现金"),
)
YEAR = 12  # months
PLANNERS = {"leader": "带头人", "association": "老年协会"}
CHANGED = ("step", "open_week", "meals_a_day", "rota", "fee_level")  # what a plan moves


def tell_all(english: Sequence[str], chinese: Sequence[str]) -> list[str]:
    """Headings of a table in the language that is spoken."""
    return [tell(*pair) for pair in zip(english, chinese, strict=True)]


def causes(bits: int) -> str:
    """What stood against a door, in words."""
    found = [said(CAUSES[name]) for place, name in enumerate(ENDS) if bits >> place & 1]
    return listed(found, " and ", "、", ("nothing recorded", "没有记录"))


def ending(place: Place) -> str:
    """How it ends, by the funnel; a station that a table tells shut had opened before."""
    number = int(place.result.funnel.classes[place.v])
    told_shut = int(place.state("number")) in shut_before(place.result.parameters)
    return said(SHUT_BEFORE if number == 0 and told_shut else END[number])


def service(place: Place, back: int = 0) -> str:
    """The form of service of a month in words: step, days, meals, staff."""
    step = int(place.state("step", back))
    if step < STATION_DAYS:
        return said(WORDS[step])
    rota, meals = int(place.state("rota", back)), int(place.state("meals_a_day", back))
    days = int(place.state("open_week", back))
    words = [said(WORDS[step]), tell(f"{days} open days a week", f"每周开放 {days} 天")]
    if step >= HOME_TABLES:
        words.append(tell(f"{meals} meal{'s' * (meals != 1)} a day", f"每天 {meals} 餐"))
    if step >= CANTEEN:
        words.append(
            tell("a rota of helpers cooks", "帮手轮流做饭") if rota else tell("a paid cook", "雇人做饭")
        )
    elif step == STATION_DAYS:
        words.append(tell("a rota keeps the door", "轮流值守") if rota else tell("a keeper", "有专人值守"))
    return tell(", ", "，").join(words)


def steps(place: Place) -> str:
    """Every change of the form of service, month by month."""
    found, before = [], ""
    for month in range(len(place.result.months)):
        now = service(place, place.t - month)
        if now != before:
            found.append(f"{place.result.months[month]} {now}")
        before = now
    return tell("; ", "；").join(found)


def date(place: Place, month: int) -> str:
    """YYYY-MM of a month counted from the horizon's start; words where it lies before the record."""
    at = int(month) - place.month + place.t
    return (
        place.result.months[at]
        if 0 <= at < len(place.result.months)
        else tell("before the start", "起始之前")
    )


def planned(place: Place, back: int = 0) -> str:
    """The plan in force `back` months ago: what it says, who made it, what it expected and refused."""
    made = int(place.state("planned_in", back))
    ago = place.month - made
    if made < 0 or ago > place.t:
        return tell("Plan: none was made yet.", "方案：尚未制定。")
    level = float(place.state("fee_level", back))
    priced, form, when = "", service(place, back), date(place, made)
    if int(place.state("step", back)) >= SELF_COOKED:
        priced = tell(f"; prices at {level:.2f} of the list", f"；餐价为价目表的 {level:.2f} 倍")
    lines = [
        tell(f"Plan in force: {form}{priced}.", f"{'当时的方案' if back else '现行方案'}：{form}{priced}。")
    ]
    if place.flow_at("closed_now", ago):
        return lines[0] + tell(
            f" The last plan ended with the closure in {when}.", f"上一方案随 {when} 的关闭而终止。"
        )
    by, what = planner(place, ago), kept_or_new(place, ago)
    lines.append(tell(f"Made in {when} by {by}; {what}.", f"{when} 制定，制定者：{by}；{what}。"))
    if int(place.state("step", ago)) != int(place.state("step", back)):
        former = service(place, ago)
        lines.append(
            tell(
                f"Since then it came down from {former} without a plan.",
                f"此后未经新方案，由“{former}”降了下来。",
            )
        )
    if int(place.state("step", ago)) >= STATION_DAYS:
        lines += ["", receipts(place, ago)]
    return "\n".join([*lines, "", refused(place, ago)])


def planner(place: Place, ago: int) -> str:
    """Who could plan in that month."""
    able = [name for name in PLANNERS if place.state(name, ago)]
    if not able:
        return tell(
            "nobody of the village (neither leader nor association; a first plan, or renewed by township)",
            "村里无人（既无带头人也无老年协会；为首次方案，或由乡镇续订）",
        )
    return tell(" or ", "或").join(tell(f"the {name}", PLANNERS[name]) for name in able)


def kept_or_new(place: Place, ago: int) -> str:
    """What the plan changed against the month before it."""
    if ago >= place.t:
        return tell("the first of this record", "为本记录中的第一个方案")
    before, now = service(place, ago + 1), service(place, ago)
    moved = [name for name in CHANGED if place.state(name, ago) != place.state(name, ago + 1)]
    if not moved:
        return tell("it kept what there was", "照原样不变")
    if moved == ["fee_level"]:
        level = f"{float(place.state('fee_level', ago + 1)):.2f}"
        return tell(f"it moved prices from {level} of the list", f"餐价由价目表的 {level} 倍调整而来")
    return tell(f"it went from {before} to {now}", f"由“{before}”改为“{now}”")


def receipts(place: Place, ago: int) -> str:
    """Yuan a year: asked of each payer, its record, expected; cost and instalments; diners."""
    asked, expected, record = (place.state(name, ago) for name in ("planned", "expected", "pays_share"))
    heads = ("元/年", "拟请出资", "以往兑现", "预计到账")
    table = [tell_all(("yuan a year", "asked", "pays of what is due", "expected"), heads)]
    for number, payer in enumerate(PAYERS):
        name = code(payer, PAYER_WORDS) + (tell(" (fees)", "（餐费）") if number == FAMILIES else "")
        table.append([name, yuan(asked[number]), f"{100 * record[number]:.0f} %", yuan(expected[number])])
    table += [[said(name), "", "", yuan(expected[4 + number])] for number, name in enumerate(OTHERS)]
    cost, debt = int(place.state("planned_cost", ago)), int(place.state("planned_debt", ago))
    diners = int(place.state("expected_diners", ago))
    return "\n".join(
        [
            layout(table),
            tell(
                f"expected in all {yuan(expected.sum())} yuan against cost {yuan(cost)} and instalments "
                f"{yuan(debt)}; {diners} diners expected",
                f"预计共到账 {yuan(expected.sum())} 元，对应成本 {yuan(cost)} 元、旧账分期 {yuan(debt)} 元；"
                f"预计用餐老人 {diners} 人",
            ),
        ]
    )


def refused(place: Place, ago: int) -> str:
    """Fuller steps than the one taken, each with the reason that the last search noted."""
    step, codes = int(place.state("step", ago)), place.state("refused", ago)
    lines = [
        f"  {said(WORDS[fuller])}{tell(': ', '：')}{code(REASONS[int(codes[fuller])], REASON_WORDS)}"
        for fuller in range(WITH_GUESTS, step, -1)
        if int(codes[fuller]) != NOT_TRIED
    ]
    found = [tell("Fuller steps, as the last search found them:", "更高的服务形式，上次测算的结果："), *lines]
    if not lines:
        found = [tell("No fuller step was refused", "没有更高的服务形式被否定")]
        found[0] += (
            tell(": guests are the last lever.", "：只剩对外供餐一招。")
            if step == CANTEEN
            else tell(".", "。")
        )
    month = place.month - ago
    lowered = int(place.state("lowered_in", ago))
    if step >= STATION_DAYS and lowered != NEVER and month - lowered < CALM:
        when = date(place, lowered)
        found.append(
            tell(
                f"  after a step down in {when} none goes up for {CALM} months",
                f"  {when} 降低过服务形式，此后 {CALM} 个月内不再提高",
            )
        )
    return "\n".join(found)


def door(place: Place, back: int = 0) -> str:
    """Whether the door was open, and what stood against it."""
    days, against = int(place.state("door", back)), int(place.state("against", back))
    if days >= LEAST_DAYS:
        return tell(f"open on {days} days", f"当月开放 {days} 天")
    if days:
        return tell(
            f"open on {days} days, fewer than the {LEAST_DAYS} that count",
            f"当月只开放 {days} 天，不足计为开放的 {LEAST_DAYS} 天",
        )
    if place.flow_at("suspended", back):
        return tell(
            "shut by an epidemic, flood or seal (counts neither way)",
            "因疫情、洪水或查封停开（不计入开放或停开）",
        )
    if against:
        return tell(f"shut: {causes(against)} stood against it", f"本月未开，因为{causes(against)}")
    if int(place.state("step", back)) < STATION_DAYS:
        stands = int(place.state("facility", back)) == WORKING
        room = "" if stands else tell(", and no room stands", "，也没有可用的房屋")
        return tell(f"shut: no station is planned{room}", f"本月未开，方案中没有站点{room}") + waits(place)
    return tell("shut", "本月未开")


def waits(place: Place) -> str:
    """What a village without a station waits for once one of its own has closed."""
    closed = int(place.state("closed_month"))
    if closed == NEVER:
        return ""
    when = date(place, closed)
    return tell(
        f"; closed in {when}: whatever a search finds, a new start waits for a year and then for somebody to "
        "call for it (solvency.reopen)",
        f"；{when} 关闭：无论测算是否可行，一年后还须有人提出重开",
    )


def pledges(place: Place) -> str:
    """How the month's pledges came about: a twelfth of what the plan asks of each payer."""
    if place.flow("closed_now"):
        return tell(
            "pledges: the station closed in this month, so that they fell away",
            "承诺：站点在本月关闭，承诺随之取消",
        )
    basis = int(place.flow("pledge_basis"))
    if not basis and not place.flow("pledged").any():
        return tell("pledges: none, no plan asks for money", "承诺：无，方案不需要资金")
    asked, made = place.state("planned", 1), place.flow("pledged")
    short = [
        tell(
            f"{payer} pledges {yuan(made[number])} of {yuan(asked[number] / YEAR)}",
            f"{PAYER_WORDS[payer]}应为 {yuan(asked[number] / YEAR)} 元，只承诺 {yuan(made[number])} 元",
        )
        for number, payer in enumerate(PAYERS)
        if made[number] + 100 < asked[number] / YEAR
    ]
    kept = tell(f" ({'; '.join(short)})", f"（{'；'.join(short)}）") if short else ""
    return tell(
        f"pledges: a twelfth of what the year's plan asks of each payer, cost {yuan(basis)} a month{kept}",
        f"承诺：全年方案向各方所请求数额的十二分之一，每月成本 {yuan(basis)} 元{kept}",
    )


def people(place: Place) -> str:
    """Leader, association, keeper, cook, room."""
    parts = [
        tell("leader: ", "带头人：") + yes(place.state("leader")),
        tell("association: ", "老年协会：") + yes(place.state("association")),
    ]
    step = int(place.state("step"))
    if step >= STATION_DAYS:
        room, few = f"{float(place.state('condition')):.2f}", int(place.state("few_users"))
        parts.append(tell("keeper: ", "值守人：") + yes(place.state("has_keeper")))
        parts.append(tell(f"condition of the room {room}", f"房屋状况 {room}（1 为完好）"))
        parts.append(tell(f"months of too few users in a row: {few}", f"连续用户太少：{few} 个月"))
    if step >= CANTEEN and not place.state("rota"):
        parts.append(tell("cook: ", "厨师：") + yes(place.state("has_cook")))
    if place.state("rota"):
        filled = f"{100 * float(place.state('rota_filled')):.0f}"
        parts.append(tell(f"kitchen work done by the rota: {filled} %", f"轮值完成厨房工作的 {filled}%"))
    return tell("; ", "；").join(parts)


def credit(place: Place) -> str:
    """Whether suppliers wait, debts by creditor with their instalments, arrears."""
    until = int(place.state("no_credit_until"))
    lines = [
        tell("suppliers deliver for cash only", "供货商只收现钱")
        if place.state("cash_only")
        else tell("suppliers wait", "供货商允许赊欠")
    ]
    if until > place.month:
        more = until - place.month
        lines.append(
            tell(
                f"a missed instalment ended credit for {more} more months",
                f"因有一期旧账未还，还有 {more} 个月不能赊欠",
            )
        )
    owed, instalment = place.state("debt"), place.state("instalment")
    debts = [
        tell(
            f"{yuan(owed[number])} yuan to {creditor}, {yuan(instalment[number])} a month",
            f"欠{OWED_TO[creditor]} {yuan(owed[number])} 元，每月还 {yuan(instalment[number])} 元",
        )
        for number, creditor in enumerate(CREDITORS)
        if owed[number]
    ]
    lines.append(tell("old debts: ", "旧账：") + listed(debts, "; ", "；"))
    if place.state("arrears"):
        missed = yuan(place.state("arrears"))
        lines.append(tell(f"instalments missed so far {missed} yuan", f"至今未还的分期 {missed} 元"))
    if place.state("borrowed"):
        lent = yuan(place.state("borrowed"))
        lines.append(
            tell(
                f"advance of the collective still to be given back {lent} yuan",
                f"村集体垫付尚待归还 {lent} 元",
            )
        )
    return tell("Credit: ", "赊欠与旧账：") + tell("; ", "；").join(lines) + tell(".", "。")


def closure(place: Place) -> str:
    """How a door that was shut for good came to it, month by month, and the last plans."""
    if not place.flow("closed_now"):
        return ""
    back = CLOSURE
    while back < place.t and int(place.state("door", back)) < LEAST_DAYS:
        back += 1
    months = place.result.months
    first, cause = date(place, int(place.state("closed_month"))), causes(int(place.state("cause")))
    lines = [
        tell(
            f"The station closed: {CLOSURE} months in a row without an open door, from {first}; {cause}.",
            f"站点关闭：自 {first} 起连续 {CLOSURE} 个月没有开门；原因：{cause}。",
        )
    ]
    colon = tell(": ", "：")
    lines += [
        f"  {months[place.t - ago]}{colon}{door(place, ago)}" for ago in range(min(back, place.t), -1, -1)
    ]
    found = ["\n".join(lines)]
    ended = int(place.state("step", 1)) < STATION_DAYS and place.t > 0
    if ended:
        found.append(f"{tell('The plan that ended it.', '终止站点的方案。')}\n{planned(place, 1)}")
    ago = next((ago for ago in range(1, place.t) if int(place.state("step", ago)) >= STATION_DAYS), 0)
    if ago:
        found.append(
            f"{tell('The last plan with a station.', '最后一个设站点的方案。')}\n{planned(place, ago)}"
        )
    return "\n\n".join(found)


def told(place: Place) -> str:
    """All of it for one month."""
    stop = tell(". ", "。")
    doors = f"{tell('Door: ', '开门情况：')}{door(place)}{stop}{people(place)}{stop.rstrip()}"
    found = [planned(place), f"{doors}\n{credit(place)}", closure(place)]
    return "\n\n".join(part for part in found if part)


def closures(place: Place) -> list[str]:
    """Months in which its station was counted as closed."""
    flow = place.result.series.flow["closed_now"][:, place.v]
    return [place.result.months[month] for month in np.flatnonzero(flow)]
