"""The picture of a box: runs that fail and runs that hold in its two strongest conditions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from ..command.settings import known
from ..outcomes import OUTCOMES
from ..report import style
from ..report.labels import outcome_title
from ..report.style import chinese_names, plt, tell, wrapped
from ..study.findings import Picture
from .discover_text import failing, name_of, reach
from .discovered import Discovered

ROOM = 0.03  # of an axis beyond the outermost runs


def draw(done: Discovered, folder: Path) -> Picture:
    """Two conditions against each other, one against the outcome, or the outcome alone."""
    columns = done.strongest()[:2]
    figure, axis = plt.subplots(figsize=(7.6, 5.2), layout="constrained")
    if columns:
        _scatter(axis, done, columns)
    else:
        _spread(axis, done)
    return style.finish(figure, _title(done, len(columns)), _caption(done, len(columns)), folder, "box")


def _title(done: Discovered, shown: int) -> str:
    if not shown:
        return tell(
            "No box: no condition says where the plan fails", "没有条件箱：没有条件能说明方案在何处失败"
        )
    if done.found.accepted:
        return tell(f"Inside the box {reach(done.found)}", f"箱内：{reach(done.found)}")
    return tell(
        f"No box is accepted; of the nearest {reach(done.found)}",
        f"没有被接受的条件箱；最接近者：{reach(done.found)}",
    )


def _caption(done: Discovered, shown: int) -> str:
    more = len(done.found.box.ends) - shown
    said = tell(
        f"Failed: {failing(done)}. {len(done.values)} runs. ",
        f"失败：{failing(done)}。{len(done.values)} 次运行。",
    )
    if more > 0:
        said += tell(
            f"Pale: outside of the box in its other {'condition' if more == 1 else f'{more} conditions'}. ",
            f"浅色：不满足其余 {more} 个条件。",
        )
    if shown:
        said += tell(
            "Shares in the title are of runs that chose nothing.", "标题中的比例取自未参与挑选的运行。"
        )
    return said


def _label(path: str, inches: float = 5.5) -> str:
    unit = known()[path].unit
    shown = tell(unit, chinese_names()["units"].get(unit, unit))
    return wrapped(style.capital(name_of(path)) + tell(f", {shown}", f"，{shown}"), inches, 9)


def percent(done: Discovered) -> float:
    """What an outcome is shown times: shares in percent."""
    return 100.0 if OUTCOMES[done.outcome].share else 1.0


def _extent(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return low - ROOM * (high - low), high + ROOM * (high - low)


def _scatter(axis: Any, done: Discovered, columns: list[int]) -> None:
    names, box = [done.table.names[column] for column in columns], done.found.box
    data = [done.table.values[:, column] for column in columns]
    ends = [box.ends[column] for column in columns]
    if len(columns) == 1:
        scale = percent(done)
        data, ends = [*data, scale * done.values], [*ends, (-np.inf, np.inf)]
        axis.axhline(scale * done.below, color=style.DARK, linewidth=0.9, linestyle=":", zorder=0)
    others = box
    for column in columns:
        others = others.without(column)
    near = others.holds(done.table.values)
    for failed, colour, sign, label in (
        (False, style.BLUE, "o", tell("holds", "成功")),
        (True, style.RED, "x", tell("fails", "失败")),
    ):
        for mine, alpha in ((near, 0.8), (~near, 0.15)):
            at = (done.failed == failed) & mine
            marks: dict[str, Any] = (
                {"facecolors": "none", "edgecolors": colour} if sign == "o" else {"color": colour}
            )
            shown = f"{label} ({int((done.failed == failed).sum())})" if mine is near else None
            axis.scatter(
                data[0][at], data[1][at], marker=sign, s=16, alpha=alpha, linewidths=0.9, label=shown, **marks
            )
    spans = [_extent(values) for values in data]
    low = [max(one[0], span[0]) for one, span in zip(ends, spans, strict=True)]
    high = [min(one[1], span[1]) for one, span in zip(ends, spans, strict=True)]
    style_of = "-" if done.found.accepted else "--"
    axis.add_patch(
        Rectangle(
            (low[0], low[1]), high[0] - low[0], high[1] - low[1], fill=True, facecolor=(0.9, 0.6, 0, 0.10),
            edgecolor="black", linewidth=1.6, linestyle=style_of, zorder=3,
        )
    )  # fmt: skip
    axis.set(xlim=spans[0], ylim=spans[1], xlabel=_label(names[0]))
    axis.set_ylabel(_label(names[1], 3.6) if len(names) > 1 else outcome_title(done.outcome))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=2, fontsize=8)


def _spread(axis: Any, done: Discovered) -> None:
    scale = percent(done)
    axis.hist(scale * done.values, bins=30, color=style.SKY, edgecolor="white")
    axis.axvline(
        scale * done.below, color=style.RED, linestyle="--", label=tell("less is failed", "低于此为失败")
    )
    axis.set(xlabel=outcome_title(done.outcome), ylabel=tell("runs", "运行次数"))
    axis.legend(fontsize=8)
