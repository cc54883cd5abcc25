"""`experiment=interval`: what the interval of an answer is made of.

Draws of parameters are crossed with draws of what no table tells of the villages; each pair is run under
several lucks. More knowledge of the largest part narrows the interval most; luck stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .. import outcomes, reference, statistics
from ..arms import Size
from ..command.scenario import Composed, Mistake, Scenario, compose_policies, patched
from ..outcomes import OUTCOMES
from ..report import style
from ..report.answer import give
from ..report.given import told_and_drawn
from ..report.labels import drawn_from, outcome_title
from ..report.style import figures_in, phrase, plt, tell
from ..study.findings import Findings, Picture, ShownTable
from ..study.plan import Task
from ..study.study import begin
from ..variance import Share, Shares, shares

SHOWN = ("added", "table_years", "lasting", "unmet")
LED_BY = "added"
VILLAGES = "county.villages_drawn_by"
PLAN = "plan"
COLOURS = {"rows": style.BLUE, "columns": style.ORANGE, "together": style.GREY, "within": "black"}


@dataclass(frozen=True)
class Crossed:
    """Draws of parameters, draws of villages, lucks of each pair."""

    draws: int
    villages: int
    lucks: int


SIZES = {
    "quick": (Size(12, 100, None), Crossed(5, 5, 2)),
    "default": (Size(20, 300, None), Crossed(8, 8, 2)),
    "full": (Size(20, 300, None), Crossed(20, 20, 3)),
}
PARTS = {
    "rows": ("what is not known of rules and parameters", "规则与参数的未知"),
    "columns": ("what is not known of the villages", "村庄情况的未知"),
    "together": ("both of these only together", "两者的交互"),
    "within": ("luck", "运气"),
}


def part(name: str) -> str:
    """A cause, in the language that is spoken."""
    return tell(*PARTS[name])


def tasks(line: Composed, crossed: Crossed) -> list[Task]:
    """Each pair of draws under each luck, with the same county without stations beside it."""
    base, settings, found = SIZES[line.settings.size][0].base_of(line), line.settings, list[Task]()
    for village in range(crossed.villages):
        for name, changes in ((PLAN, {}), (reference.REFERENCE, reference.CHANGES)):
            parameters = patched(base, {**changes, VILLAGES: village})
            held = frozenset(line.touched() | set(changes) | {VILLAGES})
            modifiers = compose_policies(line.policies, parameters)
            scenario = Scenario(
                f"{name} {village}", parameters, held, modifiers=modifiers, table=settings.table
            )
            found += [
                Task(scenario, at * crossed.lucks + luck, settings.seed, at, keep_series=False)
                for at in range(crossed.draws)
                for luck in range(crossed.lucks)
            ]
    return found


def measured(rows: pd.DataFrame, crossed: Crossed) -> dict[str, np.ndarray]:
    """Outcome -> (draws, villages, lucks)."""
    found = {name: np.full((crossed.draws, crossed.villages, crossed.lucks), np.nan) for name in SHOWN}
    for village in range(crossed.villages):
        pair = rows[rows["scenario"].isin([f"{PLAN} {village}", f"{reference.REFERENCE} {village}"])].copy()
        pair["scenario"] = pair["scenario"].str.replace(f" {village}", "", regex=False)
        table = outcomes.by_run(reference.split(pair), SHOWN)
        for (_, replicate), row in table.iterrows():
            draw, luck = divmod(int(replicate), crossed.lucks)
            for name in SHOWN:
                found[name][draw, village, luck] = row[name]
    return found


def shown(one: Share) -> str:
    """Percent with its interval."""
    return "" if np.isnan(one.share) else f"{100 * one.share:.0f} ({100 * one.low:.0f}-{100 * one.high:.0f})"


def table(found: dict[str, Shares]) -> ShownTable:
    """Parts of the variance by outcome."""
    heads = [tell("of the variance of one run, %", "占单次运行方差的 %"), *map(part, PARTS)]
    rows = [
        [outcome_title(name), *(shown(getattr(parts, key)) for key in PARTS)] for name, parts in found.items()
    ]
    note = tell(
        "In brackets the 95 % interval of each part. Parameters and villages are crossed.",
        "括号内为各部分的 95% 区间。参数与村庄交叉抽取，运气在每组内变化。",
    )
    return ShownTable(tell("What the interval is made of", "区间由什么构成"), heads, rows, note)


def sentences(found: dict[str, Shares]) -> list[str]:
    """The largest part, whether it is told from the next, and what would narrow the interval."""
    parts = found[LED_BY]
    if np.isnan(parts.rows.share):
        return [tell("Nothing varies: no part can be told.", "没有变化，无法区分。")]
    order = sorted(PARTS, key=lambda key: -getattr(parts, key).share)
    first, second = (getattr(parts, key) for key in order[:2])
    sure = first.low > second.high
    label = phrase(OUTCOMES[LED_BY].label)
    lead = tell(
        f"Of the variance of {label} between single runs, {shown(first)} % is {part(order[0])}; next is "
        f"{part(order[1])}, {shown(second)} %" + ("." if sure else ": which is larger is not told."),
        f"单次运行之间“{label}”的方差中，{shown(first)} % 来自{part(order[0])}；其次是{part(order[1])}，"
        f"{shown(second)} %" + ("。" if sure else "：孰大孰小无法判断。"),
    )
    villages = parts.columns
    ask = tell(
        f"A table that told everything of the villages would take away at most {shown(villages)} % of it; "
        "more seeds narrow the mean's interval, not this spread.",
        f"即使村表填写齐全，最多消除其中的 {shown(villages)} %；增加种子只缩小均值的区间，不缩小这一离散。",
    )
    return [lead, ask]


def draw(found: dict[str, Shares], folder: Path) -> Picture:
    """A bar an outcome, in parts."""
    figure, axis = plt.subplots(figsize=(9.0, 2.2 + 0.55 * len(found)), layout="constrained")
    for row, parts in enumerate(found.values()):
        left = 0.0
        for key in PARTS:
            width = 100 * np.nan_to_num(getattr(parts, key).share)
            label = part(key) if row == 0 else None
            axis.barh(row, width, left=left, color=COLOURS[key], alpha=0.85, label=label)
            if width >= 8:
                axis.text(left + width / 2, row, f"{width:.0f}", ha="center", va="center", color="white")
            left += width
    axis.set_yticks(range(len(found)), [outcome_title(name) for name in found])
    axis.set_ylim(len(found) - 0.4, -0.6)
    axis.set_xlim(0, 100)
    axis.set_xlabel(tell("of the variance of one run, %", "占单次运行方差的 %"))
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, fontsize=8, frameon=False)
    title = tell("What the interval is made of", "区间由什么构成")
    caption = tell(
        "Between single runs of a county. More knowledge takes parts away; luck stays.",
        "同一县单次运行之间的差异。了解更多可消除相应部分；运气始终存在。",
    )
    return style.finish(figure, title, caption, folder, "interval")


def run(line: Composed, typed: list[str]) -> int:
    """Exit code."""
    if not line.settings.drawn:
        raise Mistake("draws = none: an interval is taken apart where parameters are drawn: leave draws out")
    size, crossed = SIZES[line.settings.size]
    base = size.base_of(line)
    with begin(line.starting(base), typed) as work:
        work.run(tasks(line, crossed))
        rows = statistics.with_weights(work.results().villages(), base)
        found = {name: shares(values) for name, values in measured(rows, crossed).items()}

        def findings() -> Findings:
            given = told_and_drawn(base)
            return Findings(
                tell("What is the interval made of?", "区间由什么构成？"),
                sentences(found),
                [table(found), *([given] if given else [])],
                [draw(found, figures_in(work.folder))],
                [
                    drawn_from(line.settings),
                    tell("What-if, not a forecast.", "假设推演，不是预测。"),
                ],
            )

        give(work, findings, summary(found))
    return 0


def summary(found: dict[str, Shares]) -> pd.DataFrame:
    """A row an outcome and part."""
    return pd.DataFrame(
        [(name, key, *getattr(parts, key)) for name, parts in found.items() for key in PARTS],
        columns=["outcome", "part", "share", "low", "high"],
    )
