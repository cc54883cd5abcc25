"""The frontier: public money against added elder-years, a line a mix, a point a factor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ...report import style
from ...report.style import plt, tell, words
from ...statistics import Interval
from ...study.findings import Picture
from .design import MOST, Point


def draw(points: pd.DataFrame, gain: tuple[Point, Interval, Interval], sure: float, folder: Path) -> Picture:
    """One field a business; filled where so many counties meet the target."""
    businesses = list(dict.fromkeys(points["business"]))
    mixes = list(dict.fromkeys(points["funding"]))
    figure, axes = plt.subplots(
        1, len(businesses), figsize=(4.6 + 3.2 * (len(businesses) - 1), 4.2), sharex=True, sharey=True,
        layout="constrained", squeeze=False,
    )  # fmt: skip
    for axis, business in zip(axes[0], businesses, strict=True):
        for place, funding in enumerate(mixes):
            mine = points[(points["business"] == business) & (points["funding"] == funding)]
            _line(axis, mine, place, sure)
        axis.plot(0, 0, "x", color="black", ms=7, clip_on=False, label=tell("no stations", "无站点"))
        axis.set_title(words(business))
        axis.set_xlabel(tell("public yuan a village and year, thousand", "每村每年公共支出，千元"))
        axis.grid(color="#eeeeee")
    axes[0][0].set_ylabel(tell("added elder-years a village and year", "每村每年新增老人年"))
    axes[0][-1].legend(fontsize=8, loc="lower right")
    return style.finish(figure, _title(*gain), _caption(sure), folder, "frontier")


def _line(axis: plt.Axes, mine: pd.DataFrame, place: int, sure: float) -> None:
    """One mix: points in the order of their factor."""
    colour, dash = style.LINES[place], style.DASHES[place]
    money, gain = mine["public"] / 1e3, mine["added"]
    sides = [
        np.nan_to_num(np.abs(np.array([mine[f"{name}_low"], mine[f"{name}_high"]]) - np.array(mine[name])))
        for name in ("public", "added")
    ]
    axis.errorbar(
        money, gain, xerr=sides[0] / 1e3, yerr=sides[1], color=colour, ls="none", lw=0.6, alpha=0.35
    )
    axis.plot(money, gain, color=colour, ls=dash, lw=1.4, label=words(mine["funding"].iloc[0]))
    for met, fill in ((mine["met"] >= sure, colour), (mine["met"] < sure, "white")):
        axis.plot(money[met], gain[met], "o", ms=5, mfc=fill, mec=colour, ls="none")
    for one in mine.itertuples():
        if one.factor in (0.0, 1.0) or one.factor == mine["factor"].max():
            axis.annotate(
                f"{one.factor:g}x", (one.public / 1e3, one.added), (3, -9), textcoords="offset points",
                fontsize=7, color=colour,
            )  # fmt: skip


def _title(mix: Point, gain: Interval, money: Interval) -> str:
    """What the most money adds over none, where it adds most."""
    years = f"{gain.mean:.1f} ({gain.low:.1f} - {gain.high:.1f})"
    name, more = f"{words(mix.funding)}{tell(', ', '，')}{words(mix.business)}", f"{money.mean:,.0f}"
    if gain.low <= 0:
        return tell(
            f"No mix is told to add service with more money: at most {years} elder-years a village and year",
            f"没有方案能判定为因资金增加而增加服务：至多每村每年 {years} 老人年",
        )
    return tell(
        f"From none to {MOST:g} times the money, {name} adds most: {years} elder-years a village and year "
        "for "
        f"{more} public yuan",
        f"资金自零增至 {MOST:g} 倍，{name}增量最大：每村每年以 {more} 元公共支出增加 {years} 老人年",
    )


def _caption(sure: float) -> str:
    """How to read it."""
    return tell(
        "Points: times the government's money as written (95 % of the mean over seeds); filled where "
        f"{100 * sure:.0f} % of counties meet the "
        "target. Cross: the same county without stations. A what-if, no forecast.",
        f"点：政府资金为现有的若干倍（均值的 95% 区间）；实心：{100 * sure:.0f}% 的县达标。叉：同一县无站"
        "点。假设推演，非预测。",
    )
