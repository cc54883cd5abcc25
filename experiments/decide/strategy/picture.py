"""The plans of a strategy: public money against added elder-years, each with its interval over futures."""

from __future__ import annotations

from pathlib import Path

from ...report import style
from ...report.style import plt, tell
from ...study.findings import Picture
from ..objectives import OBJECTIVES
from ..robust.tables import plan_label
from .chosen import levels
from .text import Strategy, span

CHOSEN, OTHER = "#d55e00", "#0072b2"


def draw(done: Strategy, folder: Path) -> Picture:
    """The recommended plan stands out."""
    figure, axes = plt.subplots(figsize=(7.4, 4.6), layout="constrained")
    for plan in done.plans:
        found, mine = levels(done.measured, plan), plan == done.choice.plan
        money, added = found["money"], found["added"]
        axes.errorbar(
            money.mean,
            added.mean,
            yerr=[[added.mean - added.low], [added.high - added.mean]],
            fmt="*" if mine else "o",
            color=CHOSEN if mine else OTHER,
            markersize=13 if mine else 6,
            linewidth=1.0,
            zorder=3 if mine else 2,
        )
        axes.annotate(
            plan_label(plan),
            (money.mean, added.mean),
            xytext=(7, 4),
            textcoords="offset points",
            fontsize=8,
            fontweight="bold" if mine else "normal",
        )
    axes.margins(x=0.18)
    axes.set_xlabel(OBJECTIVES["money"].label)
    axes.set_ylabel(OBJECTIVES["added"].label)
    best = levels(done.measured, done.choice.plan)
    plan = plan_label(done.choice.plan)
    title = tell(
        f"{style.capital(plan)}: {span(best['added'], 'added')} added elder-years a village "
        f"for {OBJECTIVES['money'].text(best['money'].mean)} public yuan a year",
        f"{plan}：每村新增 {span(best['added'], 'added')} 老人年，每年公共支出 "
        f"{OBJECTIVES['money'].text(best['money'].mean)} 元",
    )
    caption = tell(
        "Star: recommended. Bars: 95 % interval over futures, which are the same for all plans, so that "
        "differences are told more surely than bars suggest.",
        "星：推荐方案。竖线：各未来的 95% 区间；各方案面对相同的未来，差异比竖线所示更为确定。",
    )
    return style.finish(figure, title, caption, folder, "plans")
