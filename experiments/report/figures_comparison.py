"""The figures of a comparison: what was expected against what came, the arms, and whether seeds suffice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments import statistics
from experiments.outcomes import HEADLINE, OUTCOMES
from experiments.report import style
from experiments.report.findings import Picture
from experiments.report.style import figures_in, phrase, plt, tell, words, wrapped
from experiments.statistics import half

if TYPE_CHECKING:
    from experiments.comparison import Done, Test

COLOURS = {"holds": style.GREEN, "open": style.ORANGE, "none": style.GREY, "against": style.RED}
SAYS = {
    "holds": ("above zero", "大于零"),
    "open": ("interval holds zero, or no room to tell", "区间含零，或无从判断"),
    "none": ("less than counts", "小于算作效应的值"),
    "against": ("below zero", "小于零"),
}


def draw(done: Done, states: Mapping[str, list[str]], verdict: str) -> list[Picture]:
    """All that apply."""
    folder = figures_in(done.campaign.folder)
    found = [effects(done, states, verdict, folder)] if done.question.tested else []
    return [*found, arms(done, folder), replications(done, folder)]


def effects(done: Done, states: Mapping[str, list[str]], verdict: str, folder: Path) -> Picture:
    """Every test under every condition with its interval."""
    tests = done.question.tested
    figure, axes = plt.subplots(
        len(tests),
        1,
        figsize=(9, 1.3 + len(tests) * (0.7 + 0.34 * len(states))),
        layout="constrained",
        squeeze=False,
    )
    seen: set[str] = set()
    for axis, (i, t) in zip(axes[:, 0], enumerate(tests), strict=True):
        scale = 100 if all(OUTCOMES[o].share for _, _, o, _ in t.terms) else 1
        for row, (condition, mine) in enumerate(states.items()):
            e = statistics.interval(done.effect(t, condition), bounded=False)
            label = tell(*SAYS[mine[i]]) if mine[i] not in seen else None
            seen.add(mine[i])
            axis.plot(
                [scale * e.low, scale * e.high],
                [row, row],
                color=COLOURS[mine[i]],
                lw=3,
                solid_capstyle="butt",
                label=label,
            )
            axis.plot(scale * e.mean, row, "o", color=COLOURS[mine[i]], ms=6, mec="black", mew=0.5)
        axis.axvline(0, color="black", lw=0.8)
        axis.set_yticks(range(len(states)), [phrase(c) for c in states])
        axis.set_ylim(len(states) - 0.5, -0.5)
        axis.set_title(wrapped(phrase(t.text), 7.0, 9), fontsize=9)
        axis.set_xlabel(wrapped(measured(t), 7.0, 9))
    figure.legend(loc="outside lower right", ncols=4, title=tell("95 % interval", "95% 区间"), fontsize=8)
    said, stop, expected = (
        words(verdict).capitalize(),
        tell(".", "。"),
        tell("Expected: ", "预期：") + phrase(done.question.hypothesis),
    )
    caption = tell(
        f"Paired differences over {done.seeds} seeds; dot: mean, bar: 95 % interval. ",
        f"{done.seeds} 个种子的配对差别；点：均值，线：95% 区间。",
    )
    return style.finish(figure, f"{said}\n{expected}", f"{caption}{said}{stop}", folder, "effects")


def measured(t: Test) -> str:
    """What the x axis of a test shows: a difference, of one outcome or of several that begin alike."""
    labels = {OUTCOMES[o].label for _, _, o, _ in t.terms}
    names = sorted(map(phrase, labels if len(labels) == 1 else {x.partition(",")[0] for x in labels}))
    points = tell(", points", "，百分点") if all(OUTCOMES[o].share for _, _, o, _ in t.terms) else ""
    return tell(f"difference in {' and '.join(names)}{points}", f"差别：{'、'.join(names)}{points}")


def arms(done: Done, folder: Path) -> Picture:
    """Every arm's outcomes with intervals, side by side."""
    from experiments.comparison import called, titled

    names, shown = list(done.question.available), done.question.shown

    def label(arm):
        return tell(words(arm), called(arm))

    height = 1.6 + 0.26 * len(names)
    figure, axes = plt.subplots(
        1,
        len(shown),
        figsize=(3.0 + 2.2 * len(shown), height),
        layout="constrained",
        squeeze=False,
        sharey=True,
    )
    for axis, o in zip(axes[0], shown, strict=True):
        scale = 100 if OUTCOMES[o].share else 1
        for row, arm in enumerate(names):
            e = done.mean(arm, o)
            axis.plot(
                [scale * e.low, scale * e.high], [row, row], color=style.BLUE, lw=2.5, solid_capstyle="butt"
            )
            axis.plot(scale * e.mean, row, "o", color=style.BLUE, ms=5)
        axis.set_title(wrapped(titled(o), 1.65, 8), fontsize=8)
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].set_yticks(range(len(names)), [label(n) for n in names])
    axes[0][0].set_ylim(len(names) - 0.5, -0.5)
    first = shown[0]
    best = max(names, key=lambda a: done.mean(a, first).mean)
    top = done.mean(best, first)
    scale = 100 if OUTCOMES[first].share else 1
    unit = " %" * (scale == 100)
    range_ = tell(
        f"{scale * top.mean:.3g} ({scale * top.low:.3g} to {scale * top.high:.3g}){unit}",
        f"{scale * top.mean:.3g}{unit}（{scale * top.low:.3g} 至 {scale * top.high:.3g}）",
    )
    apart = any(done.mean(a, first).mean < top.mean for a in names)
    where = (
        tell(f"most in '{label(best)}'", f"“{label(best)}”最多")
        if apart
        else tell("the same in every arm", "各支相同")
    )
    said = phrase(OUTCOMES[first].label) + tell(f": {where}, {range_}", f"：{where}，{range_}")
    caption = tell(
        (
            f"Mean over {done.seeds} seeds with its 95 % interval; the arms share luck, so that "
            f"differences are surer than the intervals look."
        ),
        f"{done.seeds} 个种子的均值及 95% 区间；各支运气相同，差别比区间看上去更可靠。",
    )
    return style.finish(figure, said, caption, folder, "arms")


def replications(done: Done, folder: Path) -> Picture:
    """Half-width of the interval against the number of seeds, headline shares."""
    figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
    seeds = np.arange(3, done.seeds + 1)
    shares = [o for o in HEADLINE if OUTCOMES[o].share]
    last = 0.0
    for o, colour in zip(shares, (style.BLUE, style.RED, style.GREEN, style.ORANGE), strict=False):
        data = [done.of(arm, o, cell) for arm, cell in done.places]
        width = [max(half(statistics.interval(x[:n])) for x in data) for n in seeds]
        axis.plot(seeds, 100 * np.array(width), color=colour, lw=2, label=phrase(OUTCOMES[o].label))
        last = max(last, width[-1]) if len(width) else last
    goal = done.campaign.settings.precision
    if goal:
        axis.axhline(
            100 * goal,
            color="black",
            ls="--",
            lw=1,
            label=tell(f"asked: ± {100 * goal:g} points", f"要求：± {100 * goal:g} 个百分点"),
        )
    axis.set_xlabel(phrase("seeds"))
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_ylabel(
        tell(
            "half-width of the 95 % interval,\nwidest arm or cell, points",
            "95% 区间半宽（最宽的一支），百分点",
        )
    )
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=8)
    title = tell(
        f"With {done.seeds} seeds every headline share is known to ± {100 * last:.0f} points or better",
        f"{done.seeds} 个种子时，每个主要占比的误差不超过 ± {100 * last:.0f} 个百分点",
    )
    caption = tell(
        (
            "Wider side of the interval of the arm and kind of village that is known least, by outcome, "
            "as seeds come in."
        ),
        "随种子增加，各结果中最不确定的一支与村类的区间较宽一侧。",
    )
    return style.finish(figure, title, caption, folder, "replications")
