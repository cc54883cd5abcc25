"""Why? of a village's care and people in one month: needs and who met them, visits, volunteers, credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.state.codes import KINDS, STAGES

from .explain_words import STAGES as STAGE_WORDS
from .explain_words import TIERS, code, listed, need
from .given import told_helpers
from .style import tell
from .text import layout

if TYPE_CHECKING:
    from .explain import Place

DROPPED = (("a bed", "床位"), ("the home", "养老院"), ("paid hours", "付费服务"), ("meals", "助餐"))


def care(place: Place) -> str:
    """Needs by kind and who met them; visits by tier."""
    hours = place.result.series.hours[place.t, place.v]
    table = [[tell("hours this month", "本月时数"), *(code(stage, STAGE_WORDS) for stage in STAGES)]]
    for kind_at, kind in enumerate(KINDS):
        if hours[0, kind_at]:
            table.append([need(kind), *(f"{minutes / 60:.0f}" for minutes in hours[:, kind_at])])
    table.append([tell("all", "合计"), *(f"{minutes / 60:.0f}" for minutes in hours.sum(axis=1))])
    due, made, kept = place.flow("visits_due"), place.flow("visits_made"), place.flow("visits_on_time")

    def late(tier_at):
        on_time = int(kept[tier_at])
        return "" if on_time == made[tier_at] else tell(f" ({on_time} on time)", f"（按时 {on_time} 次）")

    visits = tell(", ", "；").join(
        tell(
            f"{tier} {int(made[number + 1])} of {int(due[number + 1])}{late(number + 1)}",
            f"{TIERS[tier]}的应 {int(due[number + 1])} 次，实 {int(made[number + 1])} 次{late(number + 1)}",
        )
        for number, tier in enumerate(TIERS)
        if due[number + 1]
    )
    unasked = place.flow("unasked_minutes") / 60
    meals, diners = int(place.flow("meals")), int(place.flow("diners"))
    unmet = tell(
        f"of the rest of the need linked kin and neighbours met {unasked:.0f} hours unasked",
        f"其余需要中，亲友邻居主动承担 {unasked:.0f} 小时",
    )
    made_text = tell(
        f"visits made of those due: {visits or 'none due'}; {meals} meals for {diners} diners",
        f"探访：{visits or '本月无应探访者'}；供餐 {meals} 份，用餐老人 {diners} 人",
    )
    return f"{layout(table)}\n{unmet}\n{choices(place)}{made_text}"


def choices(place: Place) -> str:
    """Which care was chosen and what was dropped for its price; nothing where nobody chooses."""
    if not place.result.parameters.choice.on:
        return ""
    hours = {
        name: place.flow(name).sum() / 60
        for name in ("care_chosen", "care_bought", "care_short", "child_minutes")
    }
    counts = [int(count) for count in place.flow("drops", 12)]
    dropped = listed(
        [
            tell(f"{count} {english}", f"{chinese} {count} 人次")
            for (english, chinese), count in zip(DROPPED, counts, strict=True)
            if count
        ],
        none=("nothing", "无"),
    )
    strained = int(place.flow("strained"))
    return tell(
        f"paid care at home {hours['care_bought']:.0f} hours, {hours['care_chosen']:.0f} of them chosen "
        f"before mutual aid ({hours['care_short']:.0f} more found no carer); children asked last gave "
        f"{hours['child_minutes']:.0f} of the family's; care took too much of the purse of "
        f"{strained} elders; dropped for its price in the last 12 months: "
        f"{dropped}\n",
        f"居家付费照护 {hours['care_bought']:.0f} 小时，其中 {hours['care_chosen']:.0f} 小时是先于互助选择的"
        f"（另有 {hours['care_short']:.0f} 小时找不到照护人员）；最后才请的子女承担了家人时数中的 "
        f"{hours['child_minutes']:.0f} 小时；{strained} 位老人的照护费用超出承受；近 12 个月因价格放弃的："
        f"{dropped}\n",
    )


def people(place: Place) -> str:
    """Users, volunteers, credits, trust, acceptance."""
    elders = max(int(place.state("elders")), 1)

    def mean(name):
        return float(place.flow(name)) / elders

    asked, got = place.flow("redeem_asked", 12), place.flow("redeem_got", 12)
    success = (
        tell(
            f"{100 * got / asked:.0f} % of {asked / 60:.0f} hours asked with credit",
            f"持积分者请求 {asked / 60:.0f} 小时，得到 {100 * got / asked:.0f}%",
        )
        if asked
        else tell("nobody who holds credit asked", "没有持积分的人提出请求")
    )
    enrolled, active = int(place.flow("enrolled")), int(place.flow("volunteers"))
    joined, quit_ = int(place.flow("volunteers_joined", 12)), int(place.flow("volunteers_quit", 12))
    accepts, trusts, lonely = (f"{mean(f'{one}_sum'):.2f}" for one in ("acceptance", "trust", "loneliness"))
    earned, spent = (f"{place.posted(f'credits_{one}') / 60:.0f}" for one in ("earned", "spent"))
    left = f"{(0 - place.balance('credits_held')) / 60:.0f}"
    return "\n".join(
        [
            tell(
                f"{elders} elders, {enrolled} enrolled, {active} "
                f"volunteers{of_all_ages(place)} ({joined} joined and {quit_} stopped in 12 months)",
                f"老人 {elders} 人，登记 {enrolled} 人，活跃志愿者 {active} 人（含各年龄"
                f"{of_all_ages(place)}；近 12 个月加入 {joined} 人、退出 {quit_} 人）",
            ),
            tell(
                f"mean acceptance {accepts}, trust {trusts}, loneliness {lonely} (0 to 1)",
                f"平均接受程度 {accepts}，信任 {trusts}，孤独感 {lonely}（均为 0 至 1）",
            ),
            tell(
                f"credits: {earned} h earned, {spent} h spent, {left} "
                f"h outstanding; redeemed in 12 months: {success}",
                f"积分：本月挣得 {earned} 小时，用去 {spent} 小时，尚未兑现 {left} 小时；"
                f"近 12 个月兑现：{success}",
            ),
        ]
    )


def of_all_ages(place: Place) -> str:
    """Where a table tells how many helpers under 60 there were, that volunteers here are of all ages."""
    number = told_helpers(place.result.parameters, int(place.state("number")))
    if number is None:
        return ""
    return tell(
        f" of all ages ({number} helpers under 60 were told at the start)",
        f"，您的村表填写的是起始时 60 岁以下的 {number} 人",
    )
