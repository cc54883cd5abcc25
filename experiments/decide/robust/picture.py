"""The picture of robust plans: a row a plan, a column a metric, dark where the plan does well by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle

from ...report import style
from ...report.style import plt, tell, wrapped
from ...study.findings import Picture
from ..objectives import OBJECTIVES
from .design import Robust
from .judged import HOLDS, Lead
from .metrics import METRICS
from .tables import plan_label, shown

DARKEST = 0.62  # of a cell: its number stays readable in black
PALE = 0.2  # of a column in which most plans lead together


def order(done: Robust) -> list[int]:
    """Plans by their mean regret, the best first."""
    scores = done.judged.leads["regret_mean"].scores
    return [int(at) for at in np.argsort(-scores, kind="stable")]


def depths(lead: Lead) -> np.ndarray:
    """(plans,): how dark each is, 1 the best; alike where most lead together."""
    span = float(np.ptp(lead.scores)) or 1.0
    if lead.tied:
        return np.where(np.isin(np.arange(len(lead.scores)), lead.first), PALE, 0.0)
    return np.asarray((lead.scores - lead.scores.min()) / span)


def draw(done: Robust, title: str, folder: Path) -> Picture:
    """Leaders are framed: a full line where that holds, a dashed one where it is not settled."""
    rows, one = order(done), OBJECTIVES[done.headline]
    figure, axis = plt.subplots(figsize=(7.8, 1.5 + 0.42 * len(rows)), layout="constrained")
    for column, (metric, lead) in enumerate(zip(METRICS, done.judged.leads.values(), strict=True)):
        depth = depths(lead)
        for row, at in enumerate(rows):
            axis.add_patch(
                Rectangle((column, row), 1, 1, facecolor=style.BLUE, alpha=DARKEST * depth[at], linewidth=0)
            )
            axis.text(
                column + 0.5, row + 0.5, shown(metric, one, float(lead.scores[at])), ha="center", va="center"
            )
        for row, at in enumerate(rows):
            if at in lead.first and not lead.tied:
                dash = "-" if lead.verdict == HOLDS else (0, (3, 2))
                axis.add_patch(
                    Rectangle(
                        (column + 0.03, row + 0.06), 0.94, 0.88, fill=False, edgecolor="black", linewidth=1.8,
                        linestyle=dash,
                    )
                )  # fmt: skip
    tied = tell("\n(tied)", "\n（并列）")
    heads = [
        wrapped(metric.label, 1.1, 9) + tied * lead.tied
        for metric, lead in zip(METRICS, done.judged.leads.values(), strict=True)
    ]
    axis.set(xlim=(0, len(METRICS)), ylim=(len(rows), 0))
    axis.set_xticks(np.arange(len(METRICS)) + 0.5, heads)
    axis.set_yticks(np.arange(len(rows)) + 0.5, [plan_label(done.names[at]) for at in rows])
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    return style.finish(figure, title, _caption(done), folder, "robust")


def _caption(done: Robust) -> str:
    one, count = OBJECTIVES[done.headline], done.judged.gains.shape[1]
    return tell(
        f"{one.label}, {count} futures; dark is good in its column. Framed: leads by that metric (full: "
        "holds in 95 % of "
        "resamples and on fresh futures; dashed: not settled). Regret: how far behind the best of these "
        "plans.",
        f"{one.label}，{count} 个未来；颜色越深，在该列中越好。带框：该指标下居首（实线：在 95% 的重抽样与"
        "新抽的未来中成立；虚线：未能判定）。后悔值：落后于当时最优方案多少。",
    )
