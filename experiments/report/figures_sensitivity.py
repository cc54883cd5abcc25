"""Figures of a sensitivity study: tornado, indices with intervals. Each takes a tidy frame.

A caption says scenario, seeds and n; a title left out says the finding read off the frame.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from ..study.findings import Picture
from . import style
from .style import input_name, plt, tell

MEASURES = {  # measure -> label, colour
    "S1": (("alone (first order, S1)", "单独作用（S1）"), style.SKY),
    "ST": (("with its interactions (total, ST)", "含交互作用（ST）"), style.BLUE),
    "mu_star": (("mean absolute effect (Morris mu*)", "平均绝对效应（Morris mu*）"), style.BLUE),
    "PAWN": (("distance of distributions (PAWN)", "分布距离（PAWN）"), style.GREEN),
    "delta": (("whole distribution (delta)", "整体分布（delta）"), style.GREEN),
}
AXES = {  # main measure -> what its axis shows, before the outcome
    "ST": ("share of what inputs explain, 0 to 1; outcome: ", "占输入所解释方差的份额（0–1）；结果："),
    "S1": ("share of what inputs explain, 0 to 1; outcome: ", "占输入所解释方差的份额（0–1）；结果："),
    "mu_star": ("mu* over the whole range of an input, in units of: ", "mu*（输入全范围），单位同："),
    "PAWN": ("KS distance, 0 to 1, of: ", "KS 距离（0–1）："),
    "delta": ("delta, 0 to 1, of: ", "delta（0–1）："),
}


def tornado(
    frame: pd.DataFrame,
    base: float,
    outcome: str,
    folder: Path,
    caption: str,
    *,
    passed: Collection[str],
    name: str = "tornado",
    title: str = "",
    top: int = 12,
) -> Picture:
    """Bars from the mean outcome to the mean outcome in the lowest and in the highest quarter of each input's
    range.

    `frame`: a row an input with `parameter`, `low`, `high` (ends of its range), `at_low`, `at_high` (mean
    outcome in the quarter at that end) and their 95 % intervals `at_low_low`, `at_low_high`, `at_high_low`,
    `at_high_high`. `base` is the mean of all points, `outcome` its label with unit. The `top` widest are
    drawn; none is drawn twice. An input is named in the title where it is among the `passed`, those told from
    chance, and the intervals of its ends lie apart; other names are grey.
    """
    swing = (frame["at_high"] - frame["at_low"]).abs()
    mine = frame.loc[swing.sort_values(ascending=False, kind="stable").index[:top]]
    figure, axis = plt.subplots(figsize=(8.5, 1.9 + 0.3 * len(mine)), layout="constrained")
    for at, shift, colour, label in (
        ("at_low", -0.19, style.SKY, tell("lowest quarter of the range", "范围最低四分之一")),
        ("at_high", 0.19, style.ORANGE, tell("highest quarter", "最高四分之一")),
    ):
        place = np.arange(len(mine)) + shift
        error = [(mine[at] - mine[f"{at}_low"]).clip(0), (mine[f"{at}_high"] - mine[at]).clip(0)]
        axis.barh(place, mine[at] - base, 0.38, left=base, color=colour, label=label)
        axis.errorbar(mine[at], place, xerr=error, fmt="none", ecolor="black", elinewidth=0.8, capsize=1.5)
    axis.axvline(base, color="black", lw=1, label=tell("mean of all points", "所有点的均值"))
    axis.set_yticks(
        range(len(mine)),
        [f"{input_name(row.parameter)}  ({row.low:g} – {row.high:g})" for row in mine.itertuples()],
    )
    axis.invert_yaxis()
    axis.set_xlabel(outcome)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    clear = mine[["at_low_low", "at_high_low"]].max(axis=1) > mine[["at_low_high", "at_high_high"]].min(
        axis=1
    )
    sure = mine[clear & mine["parameter"].isin(passed)]
    for text, parameter in zip(axis.get_yticklabels(), mine["parameter"], strict=True):
        text.set_color("black" if parameter in set(sure["parameter"]) else style.GREY)
    one = sure.iloc[0] if len(sure) else None
    widest = one is not None and one["parameter"] == mine["parameter"].iloc[0]
    told_apart = "" if widest else " that is told from chance"
    said = (
        tell(
            (
                f"{one['parameter']} goes with the widest "
                f"swing{told_apart}: "
                f"{one['at_low']:.3g} at the low end of its range, {one['at_high']:.3g} at the high "
                f"end, {base:.3g} on average"
            ),
            (
                f"{input_name(one['parameter'])} 带来可辨别的最大变化：范围低端 {one['at_low']:.3g}，高端 "
                f"{one['at_high']:.3g}，平均 {base:.3g}"
            ),
        )
        if one is not None
        else tell("No parameter's two ends can be told apart", "没有参数的两端可以区分")
    )
    return style.finish(figure, title or said, caption, folder, name)


def indices(
    frame: pd.DataFrame,
    outcome: str,
    folder: Path,
    caption: str,
    *,
    measures: tuple[str, ...] = ("S1", "ST"),
    noise: float | None = None,
    line: float,
    dummy: str = "dummy",
    name: str = "sobol",
    title: str = "",
    top: int = 15,
) -> Picture:
    """Sensitivity indices with intervals and the line that inputs without effect do not pass.

    `frame`: a row an input with `parameter` and for each measure m (S1, ST, mu_star, delta) the columns m,
    `m_low`, `m_high`. `line`: what the largest of all inputs without effect passes in 5 % of cases; an input
    counts where its interval of the last measure, which gives the order, lies above it. The row `dummy` is
    left out. `noise`: share of the variance of what was analysed that is chance and was taken off, for the
    title.
    """
    key = measures[-1]
    inputs = frame[frame["parameter"] != dummy].sort_values(key, ascending=False, kind="stable").head(top)
    count = len(inputs)
    figure, axis = plt.subplots(figsize=(8.5, 2.0 + 0.34 * count), layout="constrained")
    height = 0.8 / len(measures)
    for number, index in enumerate(measures):
        label, colour = MEASURES[index]
        place = np.arange(len(inputs)) + (number - (len(measures) - 1) / 2) * height
        error = [
            (inputs[index] - inputs[f"{index}_low"]).clip(0),
            (inputs[f"{index}_high"] - inputs[index]).clip(0),
        ]
        axis.barh(
            place,
            inputs[index],
            height,
            xerr=error,
            color=colour,
            error_kw={"elinewidth": 0.8, "capsize": 1.5},
            label=tell(*label),
        )
    labels = list(map(input_name, inputs["parameter"]))
    axis.axvline(
        line,
        color=style.RED,
        ls="--",
        lw=1.2,
        label=tell("reached by an input without effect", "无作用输入的上界"),
    )
    axis.set_yticks(range(count), labels)
    axis.invert_yaxis()
    axis.set_xlim(left=min(0.0, float(inputs[[f"{measure}_low" for measure in measures]].min().min())))
    axis.set_xlabel(tell(*AXES[key]) + outcome)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    said = _leaders(inputs, key, line, noise)
    return style.finish(figure, title or said, caption, folder, name)


def _leaders(inputs: pd.DataFrame, key: str, line: float, noise: float | None) -> str:
    """Which inputs stand clear of the line, and how much luck was taken off."""
    sure = inputs[inputs[[f"{key}_low", key]].min(axis=1) > line]["parameter"]
    shown = tell(", ", "、").join(map(input_name, sure.head(3)))
    luck = (
        tell(
            f"; luck, {100 * noise:.0f} % of the variance analysed, is taken off",
            f"；运气占所分析方差的 {100 * noise:.0f} %，已扣除",
        )
        if noise is not None
        else ""
    )
    if not shown:
        return tell("No input stands clear of one without effect", "没有输入明显超过无作用输入") + luck
    more = tell(f" and {len(sure) - 3} more", f"等 {len(sure)} 项") if len(sure) > 3 else ""
    verb = "stand" if len(sure) > 1 else "stands"
    return (
        tell(f"{shown}{more} {verb} clear of an input without effect", f"{shown}{more}明显超过无作用输入")
        + luck
    )
