"""The front: public money against added elder-years, a mark a plan, coloured by the worst villages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...report import style
from ...report.style import plt, tell
from ...study.findings import Picture
from ..objectives import OBJECTIVES
from .design import FALLS, Front


def axes_of(done: Front) -> tuple[str, str, str]:
    """Objectives across, up and in colour: money, added and worst where they were searched."""
    keys = done.tried.objectives
    across = "money" if "money" in keys else keys[0]
    up = next(key for key in ("added", *keys) if key in keys and key != across)
    colour = next((key for key in ("worst", *keys) if key in keys and key not in (across, up)), up)
    return across, up, colour


def draw(done: Front, title: str, folder: Path) -> Picture:
    """Filled: holds or open; hollow: falls out on fresh futures."""
    keys = axes_of(done)
    data = {key: [done.fresh_interval(at, key) for at in range(len(done.names))] for key in keys}
    values = {key: np.array([one.mean for one in found]) for key, found in data.items()}
    figure, axis = plt.subplots(figsize=(7.6, 4.8), layout="constrained")
    for at in (at for at, rival in enumerate(done.rivals) if rival.verdict != FALLS):
        one, other = (data[key][at] for key in keys[:2])
        axis.plot([one.mean] * 2, [other.low, other.high], color=style.GREY, linewidth=0.7, zorder=1)
        axis.plot([one.low, one.high], [other.mean] * 2, color=style.GREY, linewidth=0.7, zorder=1)
    marks = _plans(axis, done, *(values[key] for key in keys))
    for at, sign, label in (
        (done.written, "*", tell("as written", "现状")),
        (len(done.names) - 1, "X", tell("no stations", "无站点")),
    ):
        place = values[keys[0]][at], values[keys[1]][at]
        axis.plot(*place, sign, color=style.RED, ms=11, label=label, ls="none", zorder=5, mec="white")
    axis.set(xlabel=style.capital(OBJECTIVES[keys[0]].label), ylabel=style.capital(OBJECTIVES[keys[1]].label))
    axis.grid(color="#eeeeee")
    axis.set_axisbelow(True)
    axis.legend(fontsize=8, loc="lower right")
    bar = figure.colorbar(marks, ax=axis, shrink=0.85)
    bar.set_label(style.wrapped(style.capital(OBJECTIVES[keys[2]].label), 3.4, 9))
    bar.outline.set_visible(False)  # type: ignore[operator]
    return style.finish(figure, title, _caption(done), folder, "front")


def _plans(axis: plt.Axes, done: Front, across: np.ndarray, up: np.ndarray, colour: np.ndarray) -> Any:
    """A numbered mark a plan that was found; what the colour bar is made for."""
    found = list(range(done.found))
    falls = [at for at in found if done.rivals[at].verdict == FALLS]
    low, high = float(colour.min()), float(colour.max())
    shade = plt.Normalize(low, high if high > low else low + 1)
    marks = axis.scatter(
        across[found], up[found], c=colour[found], cmap="viridis", norm=shade, s=95, linewidths=0, zorder=3
    )
    axis.scatter(across[falls], up[falls], facecolors="white", s=38, zorder=4, linewidths=0)
    for at in found:
        axis.annotate(f"{at + 1}", (across[at], up[at]), (6, 5), textcoords="offset points", fontsize=8)
    return marks


def _caption(done: Front) -> str:
    """How to read it."""
    count = done.fresh.shape[1]
    return tell(
        f"Means over {count} fresh futures with 95 % lines; numbers as in the table. White centre, no lines: "
        "beaten by another plan there. Up and to the left is better. A what-if, no forecast.",
        f"{count} 个新未来的均值与 95% 线；编号同表。白心无线：其上被另一方案胜过。越靠左上越好。"
        "假设推演，非预测。",
    )


__all__ = ["axes_of", "draw"]
