"""The figures of a comparison: what was expected against what came, the arms, and whether seeds suffice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import comparison, statistics
from ..comparison import Compared, Expectation
from ..outcomes import HEADLINE, OUTCOMES, STEPS
from ..study.findings import Picture
from . import figures_funnel, style
from .labels import arm_label, condition_label, fresh_text, outcome_title
from .style import figures_in, phrase, plt, tell, words, wrapped

TELLING = 3  # seeds of which the figure of seeds is drawn: fewer do not tell how far seeds differ
COLOURS = {"holds": style.GREEN, "open": style.ORANGE, "none": style.GREY, "against": style.RED}
STATES = {
    "holds": ("as much as was written, or more", "达到所写的最小效应"),
    "open": ("less is possible, or no room to tell", "可能更小，或无从判断"),
    "none": ("less than counts", "小于算作效应的值"),
    "against": ("below zero", "小于零"),
}


def draw(done: Compared, states: Mapping[str, list[str]], verdict: str) -> list[Picture]:
    """All that apply."""
    folder = figures_in(done.runs.work.folder)
    found = [effects(done, states, verdict, folder)] if done.question.tested else []
    year = done.runs.base.horizon.end[:4]
    rows = [
        figures_funnel.FunnelLine(_name(arm), tuple(done.mean(arm, step) for step in STEPS))
        for arm in done.question.available
    ]
    seeds = tell(f"{done.counted} seeds.", f"{done.counted} 个种子。")
    found += [arms(done, folder), figures_funnel.draw(rows, year, folder, seeds)]
    return [*found, *([replications(done, folder)] if done.seeds >= TELLING else [])]


def effects(done: Compared, states: Mapping[str, list[str]], verdict: str, folder: Path) -> Picture:
    """Every expectation under every condition with its interval."""
    expected = done.question.tested
    size = (9, 1.3 + len(expected) * (0.7 + 0.34 * len(states)))
    ratios = [*[len(states)] * len(expected), 0.8]
    figure, axes = plt.subplots(
        len(ratios), 1, figsize=size, layout="constrained", squeeze=False, height_ratios=ratios
    )
    seen: set[str] = set()
    for i, (axis, one) in enumerate(zip(axes[:-1, 0], expected, strict=True)):
        mine = {condition: found[i] for condition, found in states.items()}
        _expectation(axis, done, one, mine, seen)
    marks = [one for axis in axes[:-1, 0] for one in axis.get_legend_handles_labels()[0]]
    axes[-1, 0].set_axis_off()  # a place of its own: at the edge of the figure the caption would lie on it
    axes[-1, 0].legend(handles=marks, loc="center right", ncols=4, fontsize=8, borderaxespad=0)
    said, stop = words(verdict).capitalize(), tell(".", "。")
    hypothesis = tell("Expected: ", "预期：") + phrase(done.question.hypothesis)
    caption = tell(
        f"Paired differences over {done.counted} seeds; dot: mean, bar: 95 % interval. ",
        f"{done.counted} 个种子的配对差别；点：均值，线：95% 区间。",
    )
    return style.finish(figure, f"{said}\n{hypothesis}", f"{caption}{said}{stop}", folder, "effects")


def _expectation(
    axis: Any, done: Compared, one: Expectation, states: Mapping[str, str], seen: set[str]
) -> None:
    """One expectation, a line a condition; `seen` holds the states that have their entry in the legend."""
    scale = 100 if one.share else 1
    for row, (condition, state) in enumerate(states.items()):
        effect = statistics.interval(done.effect(one, condition), bounded=False)
        label, colour = tell(*STATES[state]) if state not in seen else None, COLOURS[state]
        seen.add(state)
        ends = [scale * effect.low, scale * effect.high]
        axis.plot(ends, [row, row], color=colour, lw=3, solid_capstyle="butt", label=label)
        axis.plot(scale * effect.mean, row, "o", color=colour, ms=6, mec="black", mew=0.5)
    axis.axvline(0, color="black", lw=0.8)
    axis.set_yticks(range(len(states)), [wrapped(condition_label(one), 2.3, 9) for one in states])
    axis.set_ylim(len(states) - 0.5, -0.5)
    axis.set_title(wrapped(phrase(one.text), 6.4, 9), fontsize=9)
    axis.set_xlabel(wrapped(measured(one), 6.4, 9))


def measured(one: Expectation) -> str:
    """What the x axis of an expectation shows: a difference of one outcome, or of several alike."""
    labels = {OUTCOMES[outcome].label for outcome in one.outcomes}
    short = labels if len(labels) == 1 else {label.partition(",")[0] for label in labels}
    names = sorted(map(phrase, short))
    points = tell(", points", "，百分点") if one.share else ""
    return tell(f"difference in {' and '.join(names)}{points}", f"差别：{'、'.join(names)}{points}")


def _name(arm: str) -> str:
    return tell(words(arm), arm_label(arm))


def arms(done: Compared, folder: Path) -> Picture:
    """Every arm's outcomes with intervals, side by side."""
    names, shown = list(done.question.available), done.question.shown
    figure, plots = style.small_multiples(len(shown), 0.26 * len(names))
    for axis, outcome in zip(plots, shown, strict=True):
        scale = 100 if OUTCOMES[outcome].share else 1
        for row, arm in enumerate(names):
            mean = done.mean(arm, outcome)
            ends = [scale * mean.low, scale * mean.high]
            axis.plot(ends, [row, row], color=style.BLUE, lw=2.5, solid_capstyle="butt")
            axis.plot(scale * mean.mean, row, "o", color=style.BLUE, ms=5)
        axis.set_title(wrapped(outcome_title(outcome), 1.65, 8), fontsize=8)
        axis.grid(axis="x", alpha=0.3)
    plots[0].set_yticks(range(len(names)), [_name(arm) for arm in names])
    plots[0].set_ylim(len(names) - 0.5, -0.5)
    caption = tell(
        f"Mean over {done.counted} seeds with its 95 % interval; the arms share luck, so that "
        f"differences are surer than the intervals look.",
        f"{done.counted} 个种子的均值及 95% 区间；各支运气相同，差别比区间看上去更可靠。",
    )
    return style.finish(figure, _most(done, names, shown[0]), caption, folder, "arms")


def _most(done: Compared, names: list[str], outcome: str) -> str:
    """The arm with most of an outcome, and how much; none where others cannot be told from it."""
    found = comparison.ranked(done, outcome, names)
    top_arm, tied = str(found.best), found.tied
    (top, fresh), share = done.level(top_arm, outcome), OUTCOMES[outcome].share
    scale, unit = (100, " %") if share else (1, "")
    shown = tell(
        f"{scale * top.mean:.3g} ({scale * top.low:.3g} to {scale * top.high:.3g}){unit}",
        f"{scale * top.mean:.3g}{unit}（{scale * top.low:.3g} 至 {scale * top.high:.3g}）",
    )
    others, shown = [arm for arm in names if arm != top_arm], shown + fresh_text(fresh)
    if len({done.mean(arm, outcome).mean for arm in names}) == 1:
        where = tell("the same in every arm", "各支相同")
    elif tied:
        where = tell(
            f"highest mean in '{_name(top_arm)}', {tied} of {len(others)} others not told from it",
            f"“{_name(top_arm)}”均值最高，其余 {len(others)} 支中 {tied} 支无法与之区分",
        )
    else:
        where = tell(f"most in '{_name(top_arm)}'", f"“{_name(top_arm)}”最多")
    return phrase(OUTCOMES[outcome].label) + tell(f": {where}, {shown}", f"：{where}，{shown}")


def replications(done: Compared, folder: Path) -> Picture:
    """Half-width of the interval against the number of seeds, headline shares."""
    figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
    seeds = np.arange(TELLING, done.seeds + 1)
    shares = [outcome for outcome in HEADLINE if OUTCOMES[outcome].share]
    last, alone = 0.0, "o" if len(seeds) == 1 else ""
    for outcome, colour in zip(shares, (style.BLUE, style.RED, style.GREEN, style.ORANGE), strict=False):
        data = [done.of(arm, outcome, cell) for arm, cell in done.places]
        width = [max(statistics.half(statistics.interval(some[:count])) for some in data) for count in seeds]
        name = phrase(OUTCOMES[outcome].label)
        axis.plot(seeds, 100 * np.array(width), color=colour, lw=2, marker=alone, label=name)
        last = max(last, width[-1])
    goal = done.runs.settings.precision
    if goal:
        label = tell(f"asked: ± {100 * goal:g} points", f"要求：± {100 * goal:g} 个百分点")
        axis.axhline(100 * goal, color="black", ls="--", lw=1, label=label)
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
        f"With {done.counted} seeds every headline share is known to ± {100 * last:.0f} points or better",
        f"{done.counted} 个种子时，每个主要占比的误差不超过 ± {100 * last:.0f} 个百分点",
    )
    caption = tell(
        (
            "Wider side of the interval of the arm and kind of village that is known least, by outcome, "
            "as seeds come in."
        ),
        "随种子增加，各结果中最不确定的一支与村类的区间较宽一侧。",
    )
    return style.finish(figure, title, caption, folder, "replications")
