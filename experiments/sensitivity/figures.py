"""Figures of a sensitivity analysis.

Bars with intervals and the line of chance, ends of ranges, mu*-sigma, noise share, convergence.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator
from scipy import stats

from experiments.command.settings import known
from experiments.outcomes import OUTCOMES
from experiments.report import figures_sensitivity, style
from experiments.report.style import phrase, plt, tell, wrapped
from experiments.sensitivity.analysis import Analysed
from experiments.sensitivity.designs import noise
from experiments.study.findings import Picture

SHOWN = 12  # inputs in a figure
NAMES = {
    "mu_star": ("mu*", "mu*"),
    "ST": ("total index ST", "总效应指数 ST"),
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
    for k, a in enumerate(stages):
        tail = "" if k == len(stages) - 1 else "_screen"
        found.append(bars(a, folder, f"inputs{tail}"))
        if a.design.method == "morris" and not a.design.grouped:
            found.append(plane(a, folder, f"morris{tail}"))
        if k == len(stages) - 1:
            found += [*_one(a, folder), chance(a, folder), convergence(a, folder)]
    return found


def _one(a: Analysed, folder: Path) -> list[Picture]:
    """The outcome that most inputs move.

    Indices with noise share and the line of chance, and which way each parameter moves it.
    """
    outcome = max(a.indices, key=lambda o: len(a.passed(o)))  # the first of equals
    if not np.any(a.indices[outcome].main):
        return []
    some = tell(
        "shown is the outcome in which most inputs are told from chance", "所示为可与偶然区分的输入最多的结果"
    )
    why = (
        some
        if a.passed(outcome)
        else tell(
            "no outcome has an input told from chance: shown is the first",
            "没有结果有可与偶然区分的输入：所示为第一个",
        )
    )
    i, label, runs = a.indices[outcome], phrase(OUTCOMES[outcome].label), a.raw[outcome].shape[1]
    note = tell(
        (
            f"{a.design.method}, {a.design.n} base points, {runs} replicates a point averaged; lines: 95 "
            f"% intervals; {why}"
        ),
        f"{a.design.method}，{a.design.n} 个基点，每点 {runs} 次重复取平均；线：95% 区间；{why}",
    )
    frame = pd.DataFrame(
        {
            "parameter": i.factors,
            a.main: i.main,
            f"{a.main}_low": i.interval[:, 0],
            f"{a.main}_high": i.interval[:, 1],
        }
    )
    both = ("S1", a.main) if "S1" in i.values else (a.main,)
    frame = frame.assign(**{name: i.values[name] for name in ("S1", "S1_low", "S1_high") if name in i.values})
    chance = noise(a.raw[outcome])[1] if a.design.method == "sobol" else float("nan")
    found = [
        figures_sensitivity.indices(
            frame,
            label,
            folder,
            note,
            measures=both,
            noise=None if math.isnan(chance) else chance,
            line=a.lines[outcome],
            name="indices",
            top=SHOWN,
        )
    ]
    ends = quarters(a, outcome)
    return (
        [
            *found,
            figures_sensitivity.tornado(
                ends,
                float(a.raw[outcome].mean()),
                label,
                folder,
                note + tell("; grey names: the ends are not told apart", "；灰色名称：两端无法区分"),
                passed=a.passed(outcome),
                top=SHOWN,
            ),
        ]
        if len(ends)
        else found
    )


def quarters(a: Analysed, outcome: str) -> pd.DataFrame:
    """A row a numeric parameter: mean outcome, with interval, at the points in the lowest and the highest
    quarter of its range.

    Rows of a base point are copies of one another but for one step: each counts once, by the mean of its rows
    in the quarter, and Student's t goes over base points. Empty where inputs move in groups: the ends of one
    would be those of its group.
    """
    if a.design.grouped:
        return pd.DataFrame()
    y, rows, declared = a.raw[outcome].mean(axis=1), [], known()
    block = np.arange(len(y)) // a.design.block
    for k, name in enumerate(a.design.inputs):
        d, x = declared.get(name), a.design.points[:, k]
        parts = [pd.Series(y[at]).groupby(block[at]).mean().to_numpy() for at in (x <= 0.25, x >= 0.75)]
        if d is None or d.low is None or d.high is None or min(map(len, parts)) < 2:
            continue
        row: dict[str, object] = {"parameter": name, "low": d.low, "high": d.high}
        for at, part in zip(("at_low", "at_high"), parts, strict=True):
            reach = stats.t.ppf(0.975, len(part) - 1) * part.std(ddof=1) / math.sqrt(len(part))
            row |= {at: part.mean(), f"{at}_low": part.mean() - reach, f"{at}_high": part.mean() + reach}
        rows.append(row)
    return pd.DataFrame(rows)


def _leaders(a: Analysed, outcome: str) -> list[int]:
    """Places of the largest inputs, the dummy always among them."""
    i = a.indices[outcome]
    order = [int(k) for k in np.argsort(-i.main, kind="stable")]
    dummy = i.factors.index("dummy")
    return [*[k for k in order if k != dummy][: SHOWN - 1], dummy]


def bars(a: Analysed, folder: Path, name: str) -> Picture:
    """One panel an outcome: index with interval, grey where it is not told from chance."""
    panels = list(a.indices)
    rows = min(len(a.design.factors), SHOWN)
    columns = 3
    figure, axes = plt.subplots(
        math.ceil(len(panels) / columns),
        columns,
        figsize=(13, (1.2 + 0.24 * rows) * math.ceil(len(panels) / columns)),
        layout="constrained",
        squeeze=False,
    )
    for axis in axes.ravel()[len(panels) :]:
        axis.set_axis_off()
    for axis, outcome in zip(axes.ravel(), panels, strict=False):
        if not np.any(a.indices[outcome].main):
            axis.text(
                0.5,
                0.5,
                tell("did not vary", "没有变化"),
                transform=axis.transAxes,
                ha="center",
                color=style.GREY,
            )
        i, places, passed = a.indices[outcome], _leaders(a, outcome), set(a.passed(outcome))
        for row, k in enumerate(places):
            colour = style.BLUE if i.factors[k] in passed else style.GREY
            axis.barh(row, i.main[k], color=colour, height=0.7, alpha=0.85)
            axis.plot(i.interval[k], [row, row], color="black", lw=1)
        axis.axvline(a.lines[outcome], color=style.RED, ls="--", lw=1)
        axis.set_yticks(range(len(places)), [phrase(i.factors[k]) for k in places], fontsize=7.5)
        axis.invert_yaxis()
        axis.set_xlim(left=0)
        axis.set_title(wrapped(phrase(OUTCOMES[outcome].label), 2.9, 9), fontsize=9)
        axis.set_xlabel(tell(*NAMES[a.main]))
        axis.xaxis.set_major_locator(MaxNLocator(4))
    first = panels[0]
    lead = a.passed(first)
    label, colon = phrase(OUTCOMES[first].label), tell(": ", "：")
    said = (
        tell("moved most by ", "作用最大者为 ") + ", ".join(map(phrase, lead[:3]))
        if lead
        else tell("no input can be told from chance", "没有输入可与偶然区分")
    )
    caption = tell(
        (
            f"Bar: {NAMES[a.main][0]} with its 95 % interval, {a.design.n} base points; dashed: {LINE[0]};"
            f" grey: the interval does not lie above it. The dummy enters no equation."
        ),
        (
            f"条：{NAMES[a.main][1]} 及其 95% 区间，{a.design.n} 个基点；虚线：{LINE[1]}；灰色："
            f"区间未高于该线。虚设输入不进入任何方程。"
        ),
    )
    return style.finish(figure, f"{label}{colon}{said}", caption, folder, name)


def plane(a: Analysed, folder: Path, name: str) -> Picture:
    """mu* against sigma, one panel an outcome."""
    panels = list(a.indices)
    figure, axes = plt.subplots(
        1, len(panels), figsize=(2.9 * len(panels), 3.4), layout="constrained", squeeze=False
    )
    for axis, outcome in zip(axes[0], panels, strict=True):
        i = a.indices[outcome]
        sigma = i.values["sigma"] if "sigma" in i.values else np.zeros_like(i.main)
        axis.scatter(i.main, sigma, s=14, color=style.GREY)
        reach = max(float(i.main.max()), 1e-12)
        axis.plot([0, reach], [0, reach], color="black", lw=0.6, ls=":")
        for k in _leaders(a, outcome)[:5]:
            axis.scatter(i.main[k], sigma[k], s=26, color=style.BLUE)
            axis.annotate(
                i.factors[k].partition(".")[2] or i.factors[k],
                (i.main[k], sigma[k]),
                fontsize=6.5,
                xytext=(2, 3),
                textcoords="offset points",
            )
        axis.axvline(a.lines[outcome], color=style.RED, ls="--", lw=1)
        axis.set_title(wrapped(phrase(OUTCOMES[outcome].label), 1.95, 8.5), fontsize=8.5)
        axis.set_xlabel(tell("mu*: mean size of effects", "mu*：效应平均大小"))
    axes[0][0].set_ylabel(tell("sigma: spread of effects", "sigma：效应的离散"))
    first = panels[0]
    i, lead = a.indices[first], a.passed(first)
    bent = [
        f
        for f in lead
        if i.values.get("sigma", np.zeros_like(i.main))[i.factors.index(f)] > i.main[i.factors.index(f)]
    ]
    label, named = phrase(OUTCOMES[first].label), ", ".join(bent[:3])
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


def chance(a: Analysed, folder: Path) -> Picture:
    """Share of a single run's variance, and of the averaged outputs', that is chance."""
    names = list(a.indices)
    both = np.nan_to_num(np.array([noise(a.raw[n]) for n in names]))
    figure, axis = plt.subplots(figsize=(8, 1.4 + 0.45 * len(names)), layout="constrained")
    at = np.arange(len(names))
    axis.barh(at - 0.18, 100 * both[:, 0], height=0.34, color=style.GREY, label=tell("one run", "单次运行"))
    axis.barh(
        at + 0.18,
        100 * both[:, 1],
        height=0.34,
        color=style.BLUE,
        label=tell(
            f"mean of {a.raw[names[0]].shape[1]} replicates", f"{a.raw[names[0]].shape[1]} 次重复的均值"
        ),
    )
    axis.set_yticks(at, [phrase(OUTCOMES[n].label) for n in names])
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    axis.set_xlabel(tell("share of variance that is chance, %", "偶然占方差的份额，%"))
    axis.legend(fontsize=8)
    k = int(both[:, 1].argmax())
    label, share = phrase(OUTCOMES[names[k]].label), f"{100 * both[k, 1]:.0f} %"
    title = tell(
        f"Up to {share} of what was analysed is chance ({label})", f"所分析者至多 {share} 为偶然（{label}）"
    )
    caption = tell(
        "E[Var(Y|x)] / Var(Y): what replicates at the same point differ by, over all variance.",
        "E[Var(Y|x)] / Var(Y)：同一点各次重复的差异占全部方差之比。",
    )
    return style.finish(figure, title, caption, folder, "noise")


def convergence(a: Analysed, folder: Path) -> Picture:
    """Index of the leading inputs along the base points, with intervals."""
    panels = list(a.indices)
    figure, axes = plt.subplots(
        1, len(panels), figsize=(2.9 * len(panels), 3.3), layout="constrained", squeeze=False
    )
    for axis, outcome in zip(axes[0], panels, strict=True):
        leaders, dummy = _leaders(a, outcome)[:-1], a.design.factors.index("dummy")
        for k, colour in [*zip(leaders[:4], COLOURS, strict=False), (dummy, style.GREY)]:
            n = [i.n for i in a.path[outcome]]
            low, high = (np.array([i.interval[k, side] for i in a.path[outcome]]) for side in (0, 1))
            axis.fill_between(n, low, high, color=colour, alpha=0.15, lw=0)
            axis.plot(
                n,
                [i.main[k] for i in a.path[outcome]],
                color=colour,
                marker="o",
                ms=3,
                label=a.design.factors[k].partition(".")[2] or phrase(a.design.factors[k]),
            )
        axis.set_title(wrapped(phrase(OUTCOMES[outcome].label), 1.95, 8.5), fontsize=8.5)
        axis.set_xlabel(
            tell("trajectories", "轨迹数")
            if a.design.method == "morris"
            else tell("base points N", "基点数 N")
        )
        axis.set_xscale("log", base=2)
        axis.set_xticks([i.n for i in a.path[outcome]], [str(i.n) for i in a.path[outcome]])
        axis.minorticks_off()
        axis.set_ylim(bottom=0)
        axis.legend(fontsize=6.5)
    axes[0][0].set_ylabel(tell(*NAMES[a.main]))
    wide = max(float(i.width.max()) for i in a.indices.values())
    of = tell(" of the largest mu*", "（相对于最大的 mu*）") if a.design.method == "morris" else ""
    title = tell(
        f"At {a.design.n} base points the widest interval is {wide:.2f} wide{of}; 0.05 counts as converged",
        f"{a.design.n} 个基点时最宽的区间为 {wide:.2f}{of}；0.05 视为收敛",
    )
    caption = tell(
        (
            "Main index of the leading inputs and the dummy from a quarter of the points to all; band: 95 "
            "% interval."
        ),
        "主要输入与虚设输入的主指数，从四分之一的点到全部；带：95% 区间。",
    )
    return style.finish(figure, title, caption, folder, "convergence")
