"""One picture a published model: its curve as a line, what this model shows as points with their error."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..report import style
from ..report.style import plt, tell
from ..study.findings import Picture
from .claims import ERRORS, REPRODUCED, Published, Reproduction

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
MARKS = "osD^vP"


def draw(published: Published, found: Reproduction, folder: Path) -> Picture:
    """Lines of a reproduction over their points."""
    figure, axes = plt.subplots(figsize=(7.2, 4.4), layout="constrained")
    for at, line in enumerate(found.lines):
        colour, mark = COLOURS[at % len(COLOURS)], MARKS[at % len(MARKS)]
        if len(line.published):
            join = ":" if found.discrete else "-"
            axes.plot(line.at, line.published, join, color=colour, linewidth=1.6)
        reach = ERRORS * np.asarray(line.errors)
        axes.errorbar(
            line.at,
            line.found,
            reach,
            fmt=mark if len(line.published) or found.discrete else f"-{mark}",
            color=colour,
            markersize=4,
            linewidth=1.0,
            label=tell(line.english, line.chinese),
        )
    axes.set_xlabel(tell(*found.across))
    axes.set_ylabel(tell(*found.upward))
    if found.ticks:
        axes.set_xticks(found.lines[0].at, [tell(*words) for words in found.ticks])
        axes.margins(x=0.15)
    elif all(float(point).is_integer() for line in found.lines for point in line.at):
        axes.locator_params(axis="x", integer=True)
    if len(found.lines) > 1:
        axes.legend(frameon=False, fontsize=8)
    met = sum(claim.verdict == REPRODUCED for claim in found.claims)
    title = tell(
        f"{published.title}: {met} of {len(found.claims)} claims reproduced",
        f"{published.chinese}：{len(found.claims)} 项论断中重现 {met} 项",
    )
    said = tell(
        f"Points: this model, with {ERRORS:g} standard errors. Lines: published or closed form. "
        f"{published.source}.",
        f"点：本模型，附 {ERRORS:g} 个标准误；线：已发表或封闭解。{published.source}。",
    )
    return style.finish(figure, title, said, folder, f"reproduced_{published.name}")
