"""One picture of all patterns: found and observed values on their bands, all drawn to the same width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..report import style
from ..report.style import plt, tell
from ..study.findings import Picture
from .judging import HOLDS, MISSES, Judgement, short
from .pattern_file import Pattern

LEFT, RIGHT = -1.0, 2.0  # in widths of the band; what lies beyond stands at the edge as an arrow
COLOURS = {HOLDS: style.BLUE, MISSES: style.RED}


def _value(axis: Any, row: int, one: Judgement) -> None:
    """A dot with its interval, or an arrow at the edge, or the word that nothing was seen."""
    at, low, high = (one.place(value) for value in (one.value, one.low, one.high))
    colour = COLOURS.get(one.verdict, style.GREY)
    if np.isnan(at):
        axis.text(0.5, row, tell("nothing to see", "无可观察"), ha="center", va="center", fontsize=7)
        return
    if not np.isnan(low) and low < RIGHT and high > LEFT:
        ends = np.clip([low, high], LEFT, RIGHT)
        axis.plot(ends, [row, row], color=colour, lw=1.8, solid_capstyle="butt")
    marker = "<" if at < LEFT else ">" if at > RIGHT else "o"
    axis.plot(np.clip(at, LEFT, RIGHT), row, marker, color=colour, ms=5, clip_on=False)


def on_bands(axis: Any, names: list[str], numbers: list[str]) -> None:
    """A row a pattern, its name on the left and its numbers on the right, across its band of width one."""
    axis.axvspan(0, 1, color="#e8e8e8", zorder=0)
    axis.set_yticks(range(len(names)), [style.wrapped(name, 3.6, 8) for name in names], fontsize=8)
    right = axis.secondary_yaxis("right")
    right.set_yticks(range(len(names)), numbers, fontsize=8)
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlim(LEFT - 0.1, RIGHT + 0.1)
    axis.set_xticks([0, 1], (tell("lower edge", "下限"), tell("upper edge", "上限")))


def draw(rows: list[Judgement], title: str, folder: Path, name_of: Callable[[Pattern], str]) -> Picture:
    """One line a pattern: grey band, tick at the observed value, dot and interval of what was found."""
    figure, axis = plt.subplots(figsize=(11.0, 1.8 + 0.32 * len(rows)), layout="constrained")
    for row, one in enumerate(rows):
        observed = np.clip(one.place(one.pattern.observed), LEFT, RIGHT)
        axis.plot(observed, row, "|", color="black", ms=11, mew=1.2)
        _value(axis, row, one)
    found = [short(one.value) if np.isfinite(one.value) else "–" for one in rows]
    numbers = [
        f"{told}   ({one.pattern.low:g} – {one.pattern.high:g})"
        for one, told in zip(rows, found, strict=True)
    ]
    on_bands(axis, [f"{one.pattern.id}  {name_of(one.pattern)}" for one in rows], numbers)
    caption = tell(
        "Grey: the published band, whatever its width, with its numbers on the right behind the value "
        "found. Black tick: the observed value. Dot and bar: mean over seeds with 95 % interval; blue holds, "
        "red misses, grey cannot be told; an arrow lies beyond the picture.",
        "灰色：公布的区间（宽度统一，数值见右侧所得值之后）。黑色短线：观察值。"
        "点与线：各种子均值与 95% 区间；蓝色成立，红色不成立，灰色无法判断；箭头表示超出图外。",
    )
    return style.finish(figure, title, caption, folder, "patterns")
