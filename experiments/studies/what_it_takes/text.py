"""Three sentences on what it would take, what holds them up, and the findings as a whole."""

from __future__ import annotations

from ... import statistics
from ...outcomes import ALL, CELLS
from ...report.labels import drawn_from
from ...report.style import figures_in, tell
from ...study.findings import Findings
from ...study.plan import FRESH
from . import bracket
from .design import MOST, counties
from .picture import draw
from .search import Answer, a_village, fresh_seeds, met_of
from .tables import (
    Beside,
    along,
    at,
    beside,
    budgeted,
    by_name,
    cell_label,
    chance,
    cheapest,
    chosen_point,
    fresh,
    frontier,
    gained,
    goal_label,
    least,
    lever_label,
    mix_label,
    others,
    percent,
    tried,
    untold,
    verdict,
    yuan,
)


def first(answer: Answer) -> str:
    """The least money for all villages, or that no amount does."""
    sure, goal, top = answer.runs.settings.sure, goal_label(answer), cheapest(answer, ALL)
    if top is None:
        return _none(answer, goal, percent(sure))
    mix, one = top
    held, per = verdict(one, sure, answer.roots[mix, ALL]), percent(sure)
    million, share = f"{one.county.mean / 1e6:.2f}", chance(one.share, one.low, one.high)
    return tell(
        f"If these rules hold, {goal} in {per} % of counties takes least with {mix_label(mix)}: "
        f"{yuan(one.public)} public yuan a village and year, {million} million a county; of fresh counties "
        f"{share} % meet it ({held}).",
        f"若规则成立，使 {per}% 的县达到“{goal}”，以{mix_label(mix)}花费最少：每村每年公共支出 "
        f"{yuan(one.public)} 元，每县 {million} 百万元；新抽的县中 {share}% 达标（{held}）。",
    )


def _none(answer: Answer, goal: str, per: str) -> str:
    """No amount does, or none was found and the seeds are too few to say that there is none."""
    seen = {
        mix: fresh(answer, at(mix, root), ALL) for (mix, cell), root in answer.roots.items() if cell == ALL
    }
    mix = max(seen, key=lambda one: (seen[one].share, seen[one].reached))
    one, open_ = seen[mix], any(each.high >= answer.runs.settings.sure for each in seen.values())
    share, reached = chance(one.share, one.low, one.high), percent(one.reached)
    begins = tell(
        f"No amount up to {MOST:g} times the government's money as written "
        f"{'was found to give' if open_ else 'gives'} {goal} in {per} % of counties, if these rules hold",
        f"若规则成立，政府资金增至现有的 {MOST:g} 倍{'尚未见' if open_ else '也不能'}使 "
        f"{per}% 的县达到“{goal}”",
    )
    return begins + tell(
        f": at best {share} % of fresh counties meet it ({mix_label(mix)}), and {per} % of them reach "
        f"{reached} %.",
        f"：新抽的县中至多 {share}% 达标（{mix_label(mix)}），{per}% 的县至少达到 {reached}%。",
    )


def second(answer: Answer) -> str:
    """Where it can be had, by strength and kind."""
    can, cannot = [], []
    for cell in CELLS[1:]:
        if not any(here == cell for _, here in answer.roots):
            continue
        top = cheapest(answer, cell)
        if top is None:
            cannot.append(cell_label(cell))
        else:
            held = verdict(top[1], answer.runs.settings.sure, answer.roots[top[0], cell])
            can.append(f"{cell_label(cell)} {top[1].public.mean:,.0f} ({held})")
    comma = tell(", ", "、")
    had = (
        tell(
            f"public yuan a village and year: {comma.join(can)}", f"每村每年公共支出（元）：{comma.join(can)}"
        )
        if can
        else ""
    )
    not_had = (
        tell(f"no amount is found for {comma.join(cannot)}", f"未找到足够的金额：{comma.join(cannot)}")
        if cannot
        else ""
    )
    return (
        tell("Taken alone, ", "分别来看，")
        + tell("; ", "；").join(one for one in (had, not_had) if one)
        + tell(".", "。")
    )


def third(answer: Answer, found: list[Beside]) -> str:
    """What a budget buys, or what other levers do."""
    if answer.runs.settings.budget is not None:
        return _bought(answer)
    sure = answer.runs.settings.sure
    levers = [one for one in found if one.lever]
    short = {one.mix for one in found if not one.lever and one.share < sure}  # as written they do not
    meet = [one for one in levers if one.mix in short and one.meets(sure)]
    if meet:
        top = max(meet, key=lambda one: one.added.mean)
        return tell(
            "Without more public money it seems met, where it is not as written, by "
            f"{_listed(answer, meet)}; "
            f"most is added by {lever_label(answer, top.lever)} ({mix_label(top.mix)}).",
            f"现状未达标而不增加公共资金似可达标：{_listed(answer, meet)}；增量最大者为"
            f"{lever_label(answer, top.lever)}（{mix_label(top.mix)}）。",
        )
    free = [one for one in levers if one.public.low <= 0 and one.added.low > 0]
    most = max(free, key=lambda one: one.added.mean, default=None)
    if most is None:
        return tell(
            "No other lever meets it or adds service without more public money.",
            "资金以外的手段均不能在不增加公共资金时达标或增加服务。",
        )
    return tell(
        "No other lever alone meets it without more public money; most is added by "
        f"{lever_label(answer, most.lever)}: "
        f"{yuan(most.added, 1)} elder-years a village and year ({mix_label(most.mix)}).",
        f"资金以外无单一手段能在不增加公共资金时达标；增量最大者为{lever_label(answer, most.lever)}：每村"
        f"每年 {yuan(most.added, 1)} 老人年"
        f"（{mix_label(most.mix)}）。",
    )


def _listed(answer: Answer, meet: list[Beside]) -> str:
    return tell(", ", "、").join(dict.fromkeys(lever_label(answer, one.lever) for one in meet))


def _bought(answer: Answer) -> str:
    """The best within the budget."""
    budget = f"{answer.runs.settings.budget:,.0f}"
    if answer.chosen is None:
        return tell(
            f"No mix costs as little as {budget} yuan a county and year.",
            f"没有方案的花费低至每县每年 {budget} 元。",
        )
    point = chosen_point(answer)
    seen, (same, rest) = fresh(answer, point, ALL), untold(answer)
    opened = statistics.interval(counties(answer.table, point, ALL, FRESH)["open"].to_numpy())
    return tell(
        f"With {budget} yuan a county and year ({a_village(answer.runs):,.0f} a village) most is reached "
        f"by {mix_label(point)} at "
        f"{point.factor:.3g} times the money as written: {chance(*opened[:3])} % of villages are open at "
        f"the end, for {yuan(seen.county)} yuan; {same} of {rest} other mixes are not told from it.",
        f"每县每年 {budget} 元（每村 {a_village(answer.runs):,.0f} 元），以{mix_label(point)}、现有资金的 "
        f"{point.factor:.3g} 倍成效最大：期末 "
        f"{chance(*opened[:3])}% 的村有开放站点，花费 {yuan(seen.county)} 元；其余 {rest} 种中 {same} 种无"
        "法与之区分。",
    )


def unsettled(answer: Answer) -> str:
    """Roots whose place, or whose chance, the seeds could not settle."""
    sure, count = answer.runs.settings.sure, 0
    for (mix, cell), root in answer.roots.items():
        seen = fresh(answer, at(mix, root), cell)
        count += seen.low < sure <= seen.high if root.factor is not None else seen.high >= sure
    return tell(
        f"Not settled by {fresh_seeds(answer.runs)} fresh seeds: {count} of {len(answer.roots)} rows of "
        "least public money.",
        f"{fresh_seeds(answer.runs)} 个新种子未能判定：最少公共资金 {len(answer.roots)} 行中的 {count} 行。",
    )


def monotone(answer: Answer) -> str:
    """Where more money meets the target less often."""
    found, pairs = [], 0
    for mix, cell in answer.roots:
        met = met_of(answer.table, mix, tried(answer, mix), cell, answer.runs.settings.target)
        pairs += len(met) - 1
        found += [(mix, cell, fall) for fall in bracket.falls(met)]
    if not found:
        return tell(
            f"More money nowhere meets the target less often ({pairs} pairs of neighbouring factors, sign "
            "tests).",
            f"资金增加从未使达标的县减少（{pairs} 对相邻倍数，符号检验）。",
        )
    said = [
        f"{mix_label(mix)}, {cell_label(cell)}: {fall.low:.3g} - {fall.high:.3g} (-{fall.lost} +{fall.won})"
        for mix, cell, fall in found
    ]
    return tell(
        f"More money meets the target less often in {len(found)} of {pairs} pairs of neighbouring "
        f"factors: {'; '.join(said[:5])}.",
        f"资金增加反而使达标的县减少（{pairs} 对相邻倍数中的 {len(found)} 对）：{'；'.join(said[:5])}。",
    )


def limits(answer: Answer) -> list[str]:
    """What holds it up."""
    base = answer.runs.base
    return [
        monotone(answer),
        unsettled(answer),
        tell(
            "A what-if, no forecast. The government's money is its ceiling for a village and both "
            "envelopes of the county, from the first "
            "month on; it is asked first for what nobody gives. Above three times the ceiling leaves its "
            "declared range.",
            "假设推演，非预测。政府资金指每村上限与县级两项预算，自首月起按倍数变动；缺口先由政府承担。三"
            "倍以上，上限超出所声明的范围。",
        ),
        tell(
            f"Simulated counties have {base.county.villages} villages: the share of a strength or kind "
            "moves in large steps. "
            f"{drawn_from(answer.runs.settings).capitalize()}.",
            f"模拟县有 {base.county.villages} 个村：按实力或类型分的比例以大步变动。"
            f"{drawn_from(answer.runs.settings)}。",
        ),
    ]


def findings(answer: Answer) -> Findings:
    """What was found, in the language that is spoken."""
    points, levers = frontier(answer), others(answer)
    goal, sure = goal_label(answer), percent(answer.runs.settings.sure)
    tables = [
        least(answer, (ALL,), tell(f"The least public money: {goal}", f"最少公共资金：{goal}")),
        budgeted(answer),
        by_name(answer),
        least(answer, CELLS[1:], tell("By strength and kind of village", "按集体强弱与村庄类型")),
        beside(answer, levers),
        along(answer, points),
    ]
    picture = draw(points, gained(answer), answer.runs.settings.sure, figures_in(answer.runs.work.folder))
    return Findings(
        tell(
            f"What would it take: {goal}, in {sure} % of counties?",
            f"需要什么才能使 {sure}% 的县达到“{goal}”？",
        ),
        [first(answer), second(answer), third(answer, levers)],
        [one for one in tables if one is not None],
        [picture],
        limits(answer),
    )
