"""Figures of a sensitivity analysis.

Bars with intervals and the line of chance, ends of ranges, mu*-sigma, noise share, convergence.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy import stats

from ..command.settings import known
from ..report import figures_sensitivity, style
from ..report.style import plt, tell, wrapped
from ..study.findings import Picture
from .analysis import Analysed
from .designs import noise

SHOWN = 12  # inputs in a figure
NAMES = {
    "mu_star": ("mu*", "mu*"),
    "ST": ("total index ST, net of chance", "总效应指数 ST（已扣除偶然）"),
    "PAWN": ("PAWN", "PAWN"),
    "delta": ("delta", "delta"),
}
LINE = (
    "what the largest of all inputs without effect passes in 5 % of cases",
    "所有无作用输入中最大者在 5% 情况下才超过的界线",
)
COLOURS = (style.BLUE, style.RED, style.GREEN, style.ORANGE, style.PINK)


def draw(stages: list[Analysed], folder: Path) -> list[Picture]:
    """Figures of every stage; the last stage's names are plain."""
    found = []
    for number, stage in enumerate(stages):
        tail = "" if number == len(stages) - 1 else "_screen"
        found.append(bars(stage, folder, f"inputs{tail}"))
        if stage.design.method == "morris" and not stage.design.grouped:
            found.append(plane(stage, folder, f"morris{tail}"))
        if number == len(stages) - 1:
            found += _one(stage, folder)
            if stage.raw[next(iter(stage.raw))].shape[1] > 1:  # one replicate tells no chance
                found.append(chance(stage, folder))
            found.append(convergence(stage, folder))
    return found


def _note(analysed: Analysed, outcome: str) -> str:
    """Method, points, replicates, and why this outcome is shown."""
    design, runs = analysed.design, analysed.raw[outcome].shape[1]
    why = (
        tell(
            "shown is the outcome in which most inputs are told from chance",
            "所示为可与偶然区分的输入最多的结果",
        )
        if analysed.passed(outcome)
        else tell(
            "no outcome has an input told from chance: shown is the first",
            "没有结果有可与偶然区分的输入：所示为第一个",
        )
    )
    return tell(
        f"{design.method}, {design.n} base points, {runs} replicates a point averaged; lines: 95 % "
        f"intervals; {why}",
        f"{design.method}，{design.n} 个基点，每点 {runs} 次重复取平均；线：95% 区间；{why}",
    )


def _one(analysed: Analysed, folder: Path) -> list[Picture]:
    """The outcome that most inputs move.

    Indices with noise share and the line of chance, and which way each parameter moves it.
    """
    outcome = max(analysed.indices, key=lambda name: len(analysed.passed(name)))  # the first of equals
    if not np.any(analysed.indices[outcome].main):
        return []
    indices, label = analysed.indices[outcome], analysed.label(outcome)
    note = _note(analysed, outcome)
    frame = pd.DataFrame(
        {
            "parameter": indices.factors,
            analysed.main: indices.main,
            f"{analysed.main}_low": indices.interval[:, 0],
            f"{analysed.main}_high": indices.interval[:, 1],
        }
    )
    both = ("S1", analysed.main) if "S1" in indices.values else (analysed.main,)
    frame = frame.assign(
        **{name: indices.values[name] for name in ("S1", "S1_low", "S1_high") if name in indices.values}
    )
    chance = noise(analysed.raw[outcome])[1] if analysed.design.method == "sobol" else float("nan")
    found = [
        figures_sensitivity.indices(
            frame,
            label,
            folder,
            note,
            measures=both,
            noise=None if math.isnan(chance) else chance,
            line=analysed.lines[outcome],
            name="indices",
            top=SHOWN,
        )
    ]
    ends = quarters(analysed, outcome)
    return (
        [
            *found,
            figures_sensitivity.tornado(
                ends,
                float(analysed.raw[outcome].mean()),
                label,
                folder,
                note + tell("; grey names: the ends are not told apart", "；灰色名称：两端无法区分"),
                passed=analysed.passed(outcome),
                top=SHOWN,
            ),
        ]
        if len(ends)
        else found
    )


def quarters(found: Analysed, outcome: str) -> pd.DataFrame:
    """A row a numeric parameter: mean outcome, with interval, at the points in the lowest and the highest
    quarter of its range.

    Rows of a base point are copies of one another but for one step: each counts once, by the mean of its rows
    in the quarter, and Student's t goes over base points. Empty where inputs move in groups: the ends of one
    would be those of its group; and for a table from elsewhere, whose ranges are not known.
    """
    if found.design.grouped or found.elsewhere:
        return pd.DataFrame()
    outputs, rows, declared = found.raw[outcome].mean(axis=1), [], known()
    block = np.arange(len(outputs)) // found.design.block
    for column, name in enumerate(found.design.inputs):
        one, values = declared.get(name), found.design.points[:, column]
        parts = [
            pd.Series(outputs[at]).groupby(block[at]).mean().to_numpy()
            for at in (values <= 0.25, values >= 0.75)
        ]
        if one is None or one.low is None or one.high is None or min(map(len, parts)) < 2:
            continue
        row: dict[str, object] = {"parameter": name, "low": one.low, "high": one.high}
        for at, part in zip(("at_low", "at_high"), parts, strict=True):
            reach = stats.t.ppf(0.975, len(part) - 1) * part.std(ddof=1) / math.sqrt(len(part))
            row |= {at: part.mean(), f"{at}_low": part.mean() - reach, f"{at}_high": part.mean() + reach}
        rows.append(row)
    return pd.DataFrame(rows)


def _leaders(found: Analysed, outcome: str) -> list[int]:
    """Places of the largest inputs, the dummy always among them."""
    indices = found.indices[outcome]
    order = [int(place) for place in np.argsort(-indices.main, kind="stable")]
    dummy = indices.factors.index("dummy")
    return [*[place for place in order if place != dummy][: SHOWN - 1], dummy]


def _panels(count: int, wide: float, tall: float) -> tuple[Figure, list[Any]]:
    """A plot an outcome, three beside each other; inches of the figure and of a row."""
    across = 3
    down = math.ceil(count / across)
    figure, axes = plt.subplots(
        down, across, figsize=(wide, tall * down), layout="constrained", squeeze=False
    )
    for axis in axes.flat[count:]:
        axis.set_axis_off()
    return figure, list(axes.flat[:count])


def bars(found: Analysed, folder: Path, name: str) -> Picture:
    """One panel an outcome: index with interval, grey where it is not told from chance."""
    panels = list(found.indices)
    rows = min(len(found.design.factors), SHOWN)
    figure, axes = _panels(len(panels), 13.0, 1.2 + 0.24 * rows)
    for axis, outcome in zip(axes, panels, strict=True):
        if not np.any(found.indices[outcome].main):
            drowned = found.indices[outcome].drowned
            axis.text(
                0.5,
                0.5,
                tell("chance alone", "只有偶然") if drowned else tell("did not vary", "没有变化"),
                transform=axis.transAxes,
                ha="center",
                color=style.GREY,
            )
        indices, places, passed = found.indices[outcome], _leaders(found, outcome), set(found.passed(outcome))
        for row, factor_at in enumerate(places):
            colour = style.BLUE if indices.factors[factor_at] in passed else style.GREY
            axis.barh(row, indices.main[factor_at], color=colour, height=0.7, alpha=0.85)
            axis.plot(indices.interval[factor_at], [row, row], color="black", lw=1)
        axis.axvline(found.lines[outcome], color=style.RED, ls="--", lw=1)
        axis.set_yticks(
            range(len(places)),
            [wrapped(style.input_name(indices.factors[place]), 1.5, 7.5) for place in places],
            fontsize=7.5,
        )
        axis.invert_yaxis()
        axis.set_xlim(left=0)
        axis.set_title(wrapped(found.label(outcome), 2.9, 9), fontsize=9)
        axis.set_xlabel(tell(*NAMES[found.main]))
        axis.xaxis.set_major_locator(MaxNLocator(4))
    first = panels[0]
    lead = found.passed(first)
    label, colon = found.label(first), tell(": ", "：")
    said = (
        tell("moved most by ", "作用最大者为 ") + tell(", ", "、").join(map(style.input_name, lead[:3]))
        if lead
        else tell("no input can be told from chance", "没有输入可与偶然区分")
    )
    caption = tell(
        (
            f"Bar: {NAMES[found.main][0]} with its 95 % interval, {found.design.n} base points; dashed: "
            f"{LINE[0]};"
            f" grey: the interval does not lie above it. The dummy enters no equation."
        ),
        (
            f"条：{NAMES[found.main][1]} 及其 95% 区间，{found.design.n} 个基点；虚线：{LINE[1]}；灰色："
            f"区间未高于该线。虚设输入不进入任何方程。"
        ),
    )
    return style.finish(figure, f"{label}{colon}{said}", caption, folder, name)


def _brief(factor: str) -> str:
    """An input within a narrow plot: a parameter without its section, in Chinese by its name."""
    path = tell(factor.partition(".")[2], "")
    return path or wrapped(style.input_name(factor), 1.4, 6.5)


def plane(found: Analysed, folder: Path, name: str) -> Picture:
    """mu* against sigma, one panel an outcome."""
    panels = list(found.indices)
    figure, axes = _panels(len(panels), 10.2, 3.4)
    for axis, outcome in zip(axes, panels, strict=True):
        indices = found.indices[outcome]
        sigma = indices.values["sigma"] if "sigma" in indices.values else np.zeros_like(indices.main)
        axis.scatter(indices.main, sigma, s=14, color=style.GREY)
        reach = max(float(indices.main.max()), 1e-12)
        axis.plot([0, reach], [0, reach], color="black", lw=0.6, ls=":")
        for place in _leaders(found, outcome)[:5]:
            axis.scatter(indices.main[place], sigma[place], s=26, color=style.BLUE)
            axis.annotate(
                _brief(indices.factors[place]),
                (indices.main[place], sigma[place]),
                fontsize=6.5,
                xytext=(2, 3),
                textcoords="offset points",
            )
        axis.axvline(found.lines[outcome], color=style.RED, ls="--", lw=1)
        axis.set_title(wrapped(found.label(outcome), 1.95, 8.5), fontsize=8.5)
        axis.set_xlabel(tell("mu*: mean size of effects", "mu*：效应平均大小"))
    axes[0].set_ylabel(tell("sigma: spread of effects", "sigma：效应的离散"))
    first = panels[0]
    indices, lead = found.indices[first], found.passed(first)
    bent = [
        factor
        for factor in lead
        if indices.values.get("sigma", np.zeros_like(indices.main))[indices.factors.index(factor)]
        > indices.main[indices.factors.index(factor)]
    ]
    label, named = found.label(first), tell(", ", "、").join(map(style.input_name, bent[:3]))
    some = tell(
        f"{label}: effects of {named} change with the other inputs", f"{label}：{named} 的效应随其他输入而变"
    )
    none = tell(
        f"{label}: no effect told from chance changes with the other inputs by more than its own size",
        f"{label}：可与偶然区分的效应中，没有一个随其他输入的变化超过自身大小",
    )
    caption = tell(
        (
            f"Above the dotted line effects change with the other inputs by more than their size "
            f"(interaction, curvature or chance); dashed: {LINE[0]}. Inputs to the right matter; "
            f"those high up matter in combination."
        ),
        (
            f"点线以上，效应随其他输入的变化超过自身大小（交互、弯曲或偶然）；虚线：{LINE[1]}。"
            f"靠右的输入有作用；靠上的在组合中有作用。"
        ),
    )
    return style.finish(figure, some if bent else none, caption, folder, name)


def chance(found: Analysed, folder: Path) -> Picture:
    """Share of a single run's variance, and of the averaged outputs', that is chance."""
    names = list(found.indices)
    both = np.nan_to_num(np.array([noise(found.raw[outcome]) for outcome in names]))
    figure, axis = plt.subplots(figsize=(8, 1.4 + 0.45 * len(names)), layout="constrained")
    at = np.arange(len(names))
    axis.barh(at - 0.18, 100 * both[:, 0], height=0.34, color=style.GREY, label=tell("one run", "单次运行"))
    axis.barh(
        at + 0.18,
        100 * both[:, 1],
        height=0.34,
        color=style.BLUE,
        label=tell(
            f"mean of {found.raw[names[0]].shape[1]} replicates",
            f"{found.raw[names[0]].shape[1]} 次重复的均值",
        ),
    )
    axis.set_yticks(at, [found.label(outcome) for outcome in names])
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    axis.set_xlabel(tell("share of variance that is chance, %", "偶然占方差的份额，%"))
    axis.legend(fontsize=8)
    place = int(both[:, 1].argmax())
    label, share = found.label(names[place]), f"{100 * both[place, 1]:.0f} %"
    title = tell(
        f"Up to {share} of what was analysed is chance ({label})", f"所分析者至多 {share} 为偶然（{label}）"
    )
    caption = tell(
        "E[Var(Y|x)] / Var(Y): what replicates at the same point differ by, over all variance.",
        "E[Var(Y|x)] / Var(Y)：同一点各次重复的差异占全部方差之比。",
    )
    return style.finish(figure, title, caption, folder, "noise")


def convergence(found: Analysed, folder: Path) -> Picture:
    """Index of the leading inputs along the base points, with intervals."""
    panels = list(found.indices)
    figure, axes = _panels(len(panels), 10.2, 3.1)
    for axis, outcome in zip(axes, panels, strict=True):
        leaders, dummy = _leaders(found, outcome)[:-1], found.design.factors.index("dummy")
        for factor_at, colour in [*zip(leaders[:4], COLOURS, strict=False), (dummy, style.GREY)]:
            sizes = [indices.n for indices in found.path[outcome]]
            low, high = (
                np.array([indices.interval[factor_at, side] for indices in found.path[outcome]])
                for side in (0, 1)
            )
            axis.fill_between(sizes, low, high, color=colour, alpha=0.15, lw=0)
            axis.plot(
                sizes,
                [indices.main[factor_at] for indices in found.path[outcome]],
                color=colour,
                marker="o",
                ms=3,
                label=_brief(found.design.factors[factor_at]),
            )
        axis.set_title(wrapped(found.label(outcome), 1.95, 8.5), fontsize=8.5)
        axis.set_xlabel(
            tell("trajectories", "轨迹数")
            if found.design.method == "morris"
            else tell("base points N", "基点数 N")
        )
        axis.set_xscale("log", base=2)
        axis.set_xticks(
            [indices.n for indices in found.path[outcome]],
            [str(indices.n) for indices in found.path[outcome]],
        )
        axis.minorticks_off()
        axis.set_ylim(bottom=0)
        axis.legend(fontsize=6.5)
    axes[0].set_ylabel(tell(*NAMES[found.main]))
    wide = max(indices.widest for indices in found.indices.values())
    of = tell(" of the largest mu*", "（相对于最大的 mu*）") if found.design.method == "morris" else ""
    title = tell(
        (
            f"At {found.design.n} base points the widest interval is {wide:.2f} wide{of}; 0.05 counts as "
            "converged"
        ),
        f"{found.design.n} 个基点时最宽的区间为 {wide:.2f}{of}；0.05 视为收敛",
    )
    if math.isinf(wide):
        title = tell(
            f"{found.design.n} base points are too few to tell how wide the intervals are",
            f"{found.design.n} 个基点过少，无法得知区间有多宽",
        )
    caption = tell(
        (
            "Main index of the leading inputs and the dummy from a quarter of the points to all; band: 95 "
            "% interval."
        ),
        "主要输入与虚设输入的主指数，从四分之一的点到全部；带：95% 区间。",
    )
    return style.finish(figure, title, caption, folder, "convergence")
