"""Three sentences on the pathways, what holds them up, and the findings as a whole."""

from __future__ import annotations

import numpy as np

from ...report.labels import drawn_from
from ...report.style import figures_in, tell
from ...study.findings import Findings
from . import picture
from .answer import HORIZONS, PathAnswer, best_signpost
from .design import AS_WRITTEN, LOT
from .tables import (
    contest_table,
    label,
    lead,
    percent,
    points,
    ranged,
    signpost_label,
    tip_text,
    tipping_table,
    verdict,
    warning_table,
    yuan,
)


def goal(answer: PathAnswer) -> str:
    """The target in words."""
    per, meals = percent(answer.runs.settings.target), answer.runs.settings.outcome == "table"
    return tell(
        f"{per} % of villages with {'meals' if meals else 'an open station'}",
        f"{per}% 的村{'供餐' if meals else '有开放站点'}",
    )


def lasting(answer: PathAnswer) -> list[str]:
    """Actions that are told to last longer than the course as written, on the same counties."""
    return [name for name, (low, _) in answer.later.items() if low > 0]


def course(answer: PathAnswer, name: str) -> str:
    """Until when an action is enough, as half a sentence."""
    one, said = answer.tips[name], tip_text(answer, answer.tips[name])
    if one.month == 0:
        return tell(f"is not enough ({said})", f"不足够（{said}）")
    if one.month >= one.never:
        return tell(f"is enough to the end of the horizon ({said})", f"期内足够（{said}）")
    return tell(f"is enough until {said}", f"足够至 {said}")


def first(answer: PathAnswer) -> str:
    """When the course as written stops being enough, and what lasts longer."""
    longer, others = lasting(answer), [name for name in answer.tips if name != AS_WRITTEN]
    sooner = [name for name, (_, high) in answer.later.items() if high < 0]
    comma = tell(", ", "、")
    names, fewer = (comma.join(map(label, some)) for some in (longer, sooner))
    last = tell(f"{names} last longer", f"{names}更持久")
    if not longer:
        last = tell(
            f"none of {len(others)} other actions is told to last longer",
            f"其余 {len(others)} 项措施均不能判定更持久",
        )
    end = tell(f"; told to end sooner: {fewer}", f"；可判定更早终止：{fewer}") if sooner else ""
    return tell(
        f"If these rules hold, for {goal(answer)} in {percent(answer.runs.settings.sure)} % of counties the "
        f"course as written {course(answer, AS_WRITTEN)}; {last}{end}.",
        f"若规则成立，要使 {percent(answer.runs.settings.sure)}% 的县保住“{goal(answer)}”，现行做法"
        f"{course(answer, AS_WRITTEN)}；{last}{end}。",
    )


def second(answer: PathAnswer) -> str:
    """The best signpost at each horizon."""
    said = []
    for horizon in HORIZONS:
        name = best_signpost(answer.judged, horizon)
        one = answer.judged[name, horizon] if name else None
        if name is None or one is None:
            continue
        useless = one.gain[0] <= 0
        said.append(
            tell(
                f"within {horizon} months by {signpost_label(name)} (below {one.threshold:.3g}) with "
                f"{ranged(one.whole.hit, one.hit)} % hits and {ranged(one.whole.false, one.false)} % false "
                f"alarms, {lead(one)} months ahead{', not told from chance' if useless else ''}",
                f"{horizon} 个月内为{signpost_label(name)}（低于 {one.threshold:.3g}），命中 "
                f"{ranged(one.whole.hit, one.hit)}%，误报 {ranged(one.whole.false, one.false)}%，提前 "
                f"{lead(one)} 个月{'，与随机不可分' if useless else ''}",
            )
        )
    if not said:
        return tell("No station closes, so that no signpost can be judged.", "没有站点关闭，无法评判路标。")
    return (
        tell("A closure is foretold best ", "最能预告关闭的路标：")
        + tell("; ", "；").join(said)
        + tell(".", "。")
    )


def third(answer: PathAnswer) -> str:
    """Whether waiting for a signpost beats the best fixed plan."""
    if answer.waits is None:
        return tell(
            "None of the actions waits for a signpost, so that no adaptive plan was compared.",
            "没有等待路标的措施，未比较适应性方案。",
        )
    duels = {one.other: one for one in answer.contests}
    duel, lot = duels[answer.fixed.name], duels[LOT]
    plan, fixed, what = label(answer.waits.name), label(answer.fixed.name), verdict(duel.verdict)
    return tell(
        f"Of the plans that wait for a signpost the best, {plan}, against the best fixed one of about its "
        f"cost or less, {fixed}: {what} ({points(duel.held)} points of villages held, "
        f"{yuan(duel.yuan, '+')} public yuan a village and year); against the same help by lot: "
        f"{verdict(lot.verdict)} ({points(lot.held)}).",
        f"等待路标的方案中最好的“{plan}”，与花费相当或更少的最好固定方案“{fixed}”相比：{what}（保住的村 "
        f"{points(duel.held)} 个百分点，每村每年公共支出 {yuan(duel.yuan, '+')} 元）；与抽签给予同样帮助相比"
        f"：{verdict(lot.verdict)}（{points(lot.held)}）。",
    )


def limits(answer: PathAnswer) -> list[str]:
    """What holds it up."""
    runs = answer.runs
    open_ = sum(one.low < one.high for one in answer.tips.values())
    wide = [one.high - one.low for one in answer.tips.values()]
    return [
        tell(
            f"Not settled by {runs.seeds} counties: the tipping month of {open_} of {len(answer.tips)} "
            f"actions (intervals of {np.median(wide):.0f} months in the middle).",
            f"{runs.seeds} 个县未能确定：{len(answer.tips)} 项措施中 {open_} 项的转折月份（区间中位数 "
            f"{np.median(wide):.0f} 个月）。",
        ),
        tell(
            f"{100 * runs.base.county.facility_share:.0f} % of villages have a room for a station at the "
            "start; actions begin on the dates in their files. A way from one action to another takes the "
            "other one's tipping month as if it had acted from its own start on. Sizes of policies are "
            "assumptions.",
            f"开始时 {100 * runs.base.county.facility_share:.0f}% 的村有站点用房；措施自其文件所写日期起。"
            "由一项转到另一项时，以后者自其本身开始日起的转折月份计。政策力度为假设。",
        ),
        tell(
            f"A what-if, no forecast. Simulated counties have {runs.base.county.villages} villages. "
            f"{drawn_from(runs.settings).capitalize()}.",
            f"假设推演，非预测。模拟县有 {runs.base.county.villages} 个村。{drawn_from(runs.settings)}。",
        ),
    ]


def findings(answer: PathAnswer) -> Findings:
    """What was found, in the language that is spoken."""
    tables = [tipping_table(answer), warning_table(answer), contest_table(answer)]
    return Findings(
        tell(
            f"When must we change course to keep {goal(answer)}, and what would tell us?",
            f"为保住“{goal(answer)}”，何时须改变做法，凭什么得知？",
        ),
        [first(answer), second(answer), third(answer)],
        [one for one in tables if one is not None],
        picture.draw(answer, lasting(answer), figures_in(answer.runs.work.folder)),
        limits(answer),
    )
