"""The funnel: from villages whose station opened to those where it lasts, pays and serves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..statistics import Interval
from ..study.findings import Picture
from . import style
from .style import plt, tell

HEADS = (  # of the steps, in the order of `experiments.outcomes.STEPS`
    ("opened", "开办过"),
    ("of age: opened\n3 years before the end", "满三年"),
    ("lasting: open at the end\nand in most of 3 years", "持续开放"),
    ("pays", "付得起"),
    ("serves\n= viable", "服务到位\n= 可持续"),
    ("viable\nwith meals", "可持续\n且供餐"),
)


class FunnelLine(NamedTuple):
    """One arm: its name, the interval of every step, and whether it stands beside the question."""

    name: str
    steps: tuple[Interval, ...]
    null: bool = False


def draw(rows: list[FunnelLine], year: str, folder: Path, note: str = "") -> Picture:
    """Shares of all villages by step, a line an arm, with 95 % intervals; nested, so they never rise."""
    size = (3.0 + 1.45 * len(HEADS), 1.9 + 0.34 * len(rows))
    figure, axes = plt.subplots(1, len(HEADS), figsize=size, layout="constrained", sharey=True, squeeze=False)
    for step, axis in enumerate(axes[0]):
        for place, row in enumerate(rows):
            one, colour = row.steps[step], style.BLUE if step < len(HEADS) - 1 else style.GREEN
            axis.barh(place, 100 * one.mean, color=colour, alpha=0.35, height=0.7)
            axis.plot([100 * one.low, 100 * one.high], [place, place], color=colour, lw=2)
            axis.plot(100 * one.mean, place, "o", color=colour, ms=4)
            axis.text(
                103, place, f"{100 * one.mean:.0f}", ha="left", va="center", fontsize=7.5, clip_on=False
            )
        axis.set_xlim(0, 118)
        axis.set_xticks([0, 50, 100])
        axis.set_title(tell(*HEADS[step]), fontsize=8)
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    axes[0][0].set_ylim(len(rows) - 0.5, -0.5)
    axes[0][0].set_xlabel(tell("% of all villages", "占全部村 %"))
    caption = tell(
        f"Nested shares of all villages with 95 % intervals, number: mean. {note}",
        f"嵌套的占比（占全部村）及 95% 区间，数字为均值。{note}",
    )
    return style.finish(figure, _said(rows, year), caption, folder, "funnel")


def _said(rows: list[FunnelLine], year: str) -> str:
    """Where most villages are lost, as a mean over the arms, null arms aside."""
    rows = [row for row in rows if not row.null] or rows
    means = [sum(row.steps[step].mean for row in rows) / len(rows) for step in range(len(HEADS) - 1)]
    lost = {
        step: before - after for step, (before, after) in enumerate(zip([1.0, *means], means, strict=False))
    }
    if means[0] == 0:
        return tell(f"No station opens to {year}", f"到 {year} 年没有站点开办")
    step = max(lost, key=lambda step: lost[step])
    why = (
        tell("never open a station", "从未开办"),
        tell("opened too late to be judged", "开办太晚而无从判断"),
        tell("do not stay open", "未能持续开放"),
        tell("last and do not pay", "持续开放而付不起"),
        tell("last, pay and do not serve enough", "持续、付得起而服务不到位"),
    )[step]
    return tell(
        f"Of 100 villages {100 * means[-1]:.0f} are viable to {year}; most are lost where they {why}, "
        f"{100 * lost[step]:.0f}",
        f"到 {year} 年每 100 村有 {100 * means[-1]:.0f} 个可持续；"
        f"流失最多的是{why}，{100 * lost[step]:.0f} 个",
    )


def of_summary(column: Mapping[str, float], names: tuple[str, ...], count: int) -> tuple[Interval, ...]:
    """The steps of one row of a summary that has `_low` and `_high` beside each."""
    return tuple(
        Interval(column[name], column[f"{name}_low"], column[f"{name}_high"], count) for name in names
    )
