"""Numbers and tables of the pathways, in the language that is spoken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.signposts import SIGNPOSTS
from sim.state.horizon import month_number

from ...report.style import phrase, tell, words
from ...statistics import Interval
from ...study.findings import ShownTable
from .answer import CHANCE, HORIZONS, PathAnswer
from .design import ALWAYS, AS_WRITTEN, LOT
from .tipping import Tip
from .warning import Foretold

YEAR = 12


# -- words
# -------------------------------------------------------------------------------------------------------
def label(name: str) -> str:
    """An action in words."""
    if name == LOT:
        return tell("the same by lot (for comparison)", "抽签给予（对照）")
    if name == AS_WRITTEN:
        return tell("as written", "按现行做法")
    plain = words(name.removesuffix(ALWAYS))
    return plain + tell(", always", "（始终）") if name.endswith(ALWAYS) else plain


def signpost_label(name: str) -> str:
    """A signpost in words."""
    return tell("a lot (for comparison)", "抽签（对照）") if name == CHANCE else phrase(SIGNPOSTS[name].label)


def date(answer: PathAnswer, month: int) -> str:
    """YYYY-MM of a month of the run."""
    year, of_year = divmod(month_number(answer.runs.base.horizon.start) + month, YEAR)
    return f"{year:04d}-{of_year + 1:02d}"


def tip_text(answer: PathAnswer, one: Tip) -> str:
    """The tipping month with its interval."""
    if one.month == 0 and one.high == 0:
        return tell("never enough", "从未足够")
    if one.month >= one.never and one.low >= one.never:
        return tell("never within the horizon", "期内不会")
    ends = f"{_end(answer, one.low, one)} - {_end(answer, one.high, one)}"
    return f"{_end(answer, one.month, one)} ({ends})"


def _end(answer: PathAnswer, month: int, one: Tip) -> str:
    if month >= one.never:
        return tell("never", "期内不会")
    return tell("from the start", "从一开始") if month == 0 else date(answer, month)


def percent(share: float) -> str:
    """Whole percent, a dash where there is none."""
    return "-" if np.isnan(share) else f"{100 * share:.0f}"


def ranged(share: float, ends: tuple[float, float]) -> str:
    """Percent with its interval."""
    return f"{percent(share)} ({percent(ends[0])} - {percent(ends[1])})"


def points(one: Interval) -> str:
    """A difference of shares in points of percent."""
    return f"{100 * one.mean:+.1f} ({100 * one.low:+.1f} - {100 * one.high:+.1f})"


def yuan(one: Interval, sign: str = "") -> str:
    """Yuan with the interval."""
    return f"{one.mean:{sign},.0f} ({one.low:{sign},.0f} - {one.high:{sign},.0f})"


def verdict(name: str) -> str:
    """Of a contest."""
    return {
        "beats": tell("beats it", "优于"),
        "does_not": tell("does not beat it", "不优于"),
        "cannot_be_told": tell("cannot be told", "无法判定"),
        "more_for_more": tell("holds more, costs more", "保住更多，花费更多"),
        "less_for_less": tell("holds less, costs less", "保住更少，花费更少"),
        "cheaper": tell("costs less, holding cannot be told", "花费更少，成效无法判定"),
        "dearer": tell("costs more, holding cannot be told", "花费更多，成效无法判定"),
    }[name]


# -- tables
# ------------------------------------------------------------------------------------------------------
def tipping_table(answer: PathAnswer) -> ShownTable:
    """When each action stops being enough, the longest first."""
    order = sorted(answer.tips, key=lambda name: (-answer.tips[name].month, -answer.held[name].mean))
    rows = [
        [
            label(name),
            tip_text(answer, answer.tips[name]),
            _later(answer, name),
            f"{100 * answer.held[name].mean:.0f}",
            yuan(answer.yuan[name]),
            percent(answer.runs.fired_share(name)) if answer.runs.actions[name].waits else "",
        ]
        for name in order
    ]
    return ShownTable(
        tell("When each action stops being enough", "各项措施何时不再足够"),
        [
            tell("action", "措施"),
            tell("from (95 %)", "自（95%）"),
            tell("months later than as written", "比现行做法晚，月"),
            tell("villages held, mean of months, %", "保住的村，各月平均，%"),
            tell("public yuan a village and year", "每村每年公共支出，元"),
            tell("its trigger fires, % of villages", "触发的村，%"),
        ],
        rows,
        tell(
            f"From the month on in which fewer than {percent(answer.runs.settings.sure)} % of counties keep "
            f"the target ({percent(answer.runs.settings.target)} % of villages). A fall in the last twelve "
            "months is not told from a dip.",
            f"自该月起，保住目标（{percent(answer.runs.settings.target)}% 的村）的县不足 "
            f"{percent(answer.runs.settings.sure)}%。最后十二个月内的下降不能与短暂下滑区分。",
        ),
    )


def _later(answer: PathAnswer, name: str) -> str:
    """The interval of the difference, on the same counties."""
    low, high = answer.later[name]
    return "" if name == AS_WRITTEN else f"{low:+d} - {high:+d}"


def warning_table(answer: PathAnswer) -> ShownTable:
    """Hits, false alarms and lead time of each signpost."""
    rows = []
    for (name, horizon), one in answer.judged.items():
        if one is None:
            rows.append([signpost_label(name), horizon, "-", "-", "-", "-", "-"])
            continue
        unit = f" {phrase(SIGNPOSTS[name].unit)}" if name != CHANCE else ""
        rows.append(
            [
                signpost_label(name),
                horizon,
                f"{one.threshold:.3g}{unit}",
                ranged(one.whole.hit, one.hit),
                ranged(one.whole.false, one.false),
                lead(one),
                _useful(one),
            ]
        )
    return ShownTable(
        tell("How well signposts foretell a closure", "路标预告关闭的能力"),
        [
            tell("signpost", "路标"),
            tell("within, months", "在若干月内"),
            tell("alarm below", "低于即报警"),
            tell("hits, %", "命中，%"),
            tell("false alarms, %", "误报，%"),
            tell("warned months ahead", "提前若干月"),
            tell("told from chance", "与随机可分"),
        ],
        rows,
        tell(
            "Hits: of the months of open stations that close within the time, those with an alarm; false "
            "alarms: of the others. Thresholds were chosen on other counties than those that judge.",
            "命中：限期内关闭的开放站点的月份中有报警者；误报：其余月份中有报警者。门槛由另一批县选定。",
        ),
    )


def _useful(one: Foretold) -> str:
    return tell("yes", "是") if one.gain[0] > 0 else tell("no", "否")


def lead(one: Foretold) -> str:
    """Median months from the first alarm to the closure, and how many closures had one."""
    warned = [month for month in one.whole.late if month > 0]
    if not warned:
        return "-"
    return tell(
        f"{np.median(warned):.0f} ({len(warned)} of {len(one.whole.late)} closures)",
        f"{np.median(warned):.0f}（{len(one.whole.late)} 次关闭中 {len(warned)} 次）",
    )


def contest_table(answer: PathAnswer) -> ShownTable | None:
    """The plan that waits against others, on fresh seeds."""
    if answer.waits is None:
        return None
    rows = [
        [label(one.other), points(one.held), yuan(one.yuan, "+"), verdict(one.verdict)]
        for one in answer.contests
    ]
    return ShownTable(
        tell(f"{label(answer.waits.name)} against", f"“{label(answer.waits.name)}”与其他方案"),
        [
            tell("against", "对比"),
            tell("villages held, points", "保住的村，百分点"),
            tell("public yuan a village and year", "每村每年公共支出，元"),
            tell("verdict", "判定"),
        ],
        rows,
        tell(
            f"{answer.runs.fresh} fresh counties, the same for all; by lot: the same help in the same "
            "months, in villages with an open station that a lot chooses.",
            f"{answer.runs.fresh} 个新抽的县，各方案相同；抽签：同样的帮助、同样的月份，给予抽中的有开放站"
            "点的村。",
        ),
    )


def summary(answer: PathAnswer) -> pd.DataFrame:
    """Every number: a row an action, a signpost and horizon, a contest."""
    rows: list[dict[str, Any]] = []
    for name, one in answer.tips.items():
        held, money = answer.held[name], answer.yuan[name]
        rows.append(
            {
                "what": "action", "name": name, "tip": one.month, "tip_low": one.low, "tip_high": one.high,
                "never": one.never, "later_low": answer.later[name][0],
                "later_high": answer.later[name][1],
                "held": held.mean, "held_low": held.low, "held_high": held.high,
                "yuan": money.mean, "yuan_low": money.low, "yuan_high": money.high,
                "fired": answer.runs.fired_share(name),
            }
        )  # fmt: skip
    for (name, horizon), seen in answer.judged.items():
        rows.append({"what": "signpost", "name": name, "horizon": horizon} | _judged(seen))
    for duel in answer.contests:
        assert answer.waits is not None
        rows.append(
            {
                "what": "contest", "name": answer.waits.name, "against": duel.other, "verdict": duel.verdict,
                "held": duel.held.mean, "held_low": duel.held.low, "held_high": duel.held.high,
                "yuan": duel.yuan.mean, "yuan_low": duel.yuan.low, "yuan_high": duel.yuan.high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _judged(one: Foretold | None) -> dict[str, Any]:
    if one is None:
        return {}
    warned = [month for month in one.whole.late if month > 0]
    return {
        "threshold": one.threshold, "hit": one.whole.hit, "hit_low": one.hit[0], "hit_high": one.hit[1],
        "false": one.whole.false, "false_low": one.false[0], "false_high": one.false[1],
        "lead": float(np.median(warned)) if warned else float("nan"),
        "warned": len(warned), "closures": len(one.whole.late),
    }  # fmt: skip


__all__ = ["AS_WRITTEN", "HORIZONS", "label", "signpost_label", "summary"]
