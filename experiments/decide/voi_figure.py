"""The picture: what measuring each group is worth, with intervals, a dummy and the line of chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..report import style
from ..report.style import plt, tell
from ..study.findings import Picture
from .voi_answer import WorthKnowing
from .voi_text import amount, label, shown

ROW = 0.29  # inches


def draw(answer: WorthKnowing, folder: Path) -> Picture:
    """Bars from the most valuable down; full where beyond chance."""
    main = answer.main
    values = shown(main)[:-1]  # all together is of another kind
    heights = np.arange(len(values))[::-1].astype(float)
    heights[-1] -= 0.4  # the dummy stands apart
    figure, axis = plt.subplots(figsize=(7.6, 1.9 + ROW * len(values)), layout="constrained")
    for at, value in zip(heights, values, strict=True):
        counts = value is not main.dummy and main.counts(value)
        axis.barh(at, value.mean, height=0.66, color=style.BLUE if counts else "#bbbbbb", zorder=2)
        axis.plot([value.low, value.high], [at, at], color="black", lw=1.1, zorder=3)
        axis.annotate(
            amount(value.mean), (max(value.high, value.mean, 0.0), at), (4, 0), va="center", fontsize=7.5,
            textcoords="offset points", color=style.DARK,
        )  # fmt: skip
    axis.axvspan(0.0, main.line, color=style.ORANGE, alpha=0.15, lw=0, zorder=0)
    axis.axvline(
        main.line, color=style.ORANGE, ls="--", lw=1.3, label=tell("line of chance", "偶然线"),
    )  # fmt: skip
    axis.axvline(0.0, color="black", lw=0.8)
    axis.set_yticks(heights, [style.capital(label(value.name)) for value in values], fontsize=8.5)
    axis.set_xlabel(tell("worth of knowing it, elder-years a village", "知道它的价值，每村老人年"))
    axis.legend(fontsize=8, loc="lower right")
    return style.finish(figure, _title(answer), _caption(answer), folder, "worth")


def _title(answer: WorthKnowing) -> str:
    main = answer.main
    if not main.beyond:
        return tell(
            "Nothing is worth measuring beyond chance before a pilot",
            "试点前没有值得测量而可与偶然区分的未知",
        )
    first = main.beyond[0]
    return tell(
        f"Measure first “{label(first.name)}”: worth at most {amount(first.high)} elder-years a village",
        f"先测量“{label(first.name)}”：每村至多值 {amount(first.high)} 老人年",
    )


def _caption(answer: WorthKnowing) -> str:
    main, draws = answer.main, len(answer.payoffs.added)
    return tell(
        f"How much better a plan would be chosen, were a group of unknowns known; lines: 95 % ({draws} "
        f"draws, judged on draws that fitted nothing). Blue: beyond chance. An elder-year may cost "
        f"{main.worth:,.0f} public yuan (assumption). A what-if, no forecast.",
        f"若已知某组未知，方案能选得好多少；线：95% 区间（{draws} 次抽取，由未参与拟合者判定）。"
        f"蓝色：可与偶然区分。每老人年可花公共资金 {main.worth:,.0f} 元（假设）。假设推演，非预测。",
    )
