"""The figures of a comparison: what was expected against what came, the arms, and whether seeds suffice; a ternary plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments import estimate, style
from experiments.estimate import half
from experiments.findings import Picture
from experiments.outcomes import HEADLINE, OUTCOMES
from experiments.style import plt, words

if TYPE_CHECKING:
    from experiments.contrast import Done, Test

COLOURS = {"holds": style.GREEN, "open": style.ORANGE, "none": style.GREY, "against": style.RED}
SAYS = {"holds": "above zero", "open": "interval holds zero, or no room to tell", "none": "less than counts", "against": "below zero"}


def draw(done: Done, states: Mapping[str, list[str]], verdict: str) -> list[Picture]:
    """All that apply."""
    folder = done.campaign.folder / "figures"
    found = [effects(done, states, verdict, folder)] if done.question.tested else []
    return [*found, arms(done, folder), replications(done, folder)]


def effects(done: Done, states: Mapping[str, list[str]], verdict: str, folder: Path) -> Picture:
    """Every test under every condition with its interval."""
    tests = done.question.tested
    figure, axes = plt.subplots(len(tests), 1, figsize=(9, 1.3 + len(tests) * (0.7 + 0.34 * len(states))), layout="constrained", squeeze=False)
    seen: set[str] = set()
    for axis, (i, t) in zip(axes[:, 0], enumerate(tests), strict=True):
        scale = 100 if all(OUTCOMES[o].share for _, _, o, _ in t.terms) else 1
        for row, (condition, mine) in enumerate(states.items()):
            e = estimate.interval(done.effect(t, condition), bounded=False)
            label = SAYS[mine[i]] if mine[i] not in seen else None
            seen.add(mine[i])
            axis.plot([scale * e.low, scale * e.high], [row, row], color=COLOURS[mine[i]], lw=3, solid_capstyle="butt", label=label)
            axis.plot(scale * e.mean, row, "o", color=COLOURS[mine[i]], ms=6, mec="black", mew=0.5)
        axis.axvline(0, color="black", lw=0.8)
        axis.set_yticks(range(len(states)), list(states))
        axis.set_ylim(len(states) - 0.5, -0.5)
        axis.set_title(fill(t.text, 100), fontsize=9)
        axis.set_xlabel(fill(measured(t), 100))
    figure.legend(loc="outside lower right", ncols=4, title="95 % interval", fontsize=8)
    return style.finish(figure, f"{verdict.capitalize()}\nExpected: {done.question.hypothesis}", f"Paired differences over {done.seeds} seeds; dot: mean, bar: 95 % interval. {verdict.capitalize()}.", folder, "effects")


def measured(t: Test) -> str:
    """What the x axis of a test shows: a difference, of one outcome or of several that begin alike."""
    labels = {OUTCOMES[o].label for _, _, o, _ in t.terms}
    names = sorted(labels if len(labels) == 1 else {x.partition(",")[0] for x in labels})
    return f"difference in {' and '.join(names)}" + (", points" if all(OUTCOMES[o].share for _, _, o, _ in t.terms) else "")


def arms(done: Done, folder: Path) -> Picture:
    """Every arm's outcomes with intervals, side by side."""
    names, shown = list(done.question.available), done.question.shown
    height = 1.6 + 0.26 * len(names)
    figure, axes = plt.subplots(1, len(shown), figsize=(3.0 + 2.2 * len(shown), height), layout="constrained", squeeze=False, sharey=True)
    for axis, o in zip(axes[0], shown, strict=True):
        scale = 100 if OUTCOMES[o].share else 1
        for row, arm in enumerate(names):
            e = done.mean(arm, o)
            axis.plot([scale * e.low, scale * e.high], [row, row], color=style.BLUE, lw=2.5, solid_capstyle="butt")
            axis.plot(scale * e.mean, row, "o", color=style.BLUE, ms=5)
        axis.set_title(fill(OUTCOMES[o].label + (", %" if OUTCOMES[o].share else ""), 26), fontsize=8)
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].set_yticks(range(len(names)), [words(n) for n in names])
    axes[0][0].set_ylim(len(names) - 0.5, -0.5)
    first = shown[0]
    best = max(names, key=lambda a: done.mean(a, first).mean)
    top = done.mean(best, first)
    scale = 100 if OUTCOMES[first].share else 1
    where = f"most in '{words(best)}'" if any(done.mean(a, first).mean < top.mean for a in names) else "the same in every arm"
    said = f"{OUTCOMES[first].label}: {where}, {scale * top.mean:.3g} ({scale * top.low:.3g} to {scale * top.high:.3g}){' %' if scale == 100 else ''}"
    return style.finish(figure, said, f"Mean over {done.seeds} seeds with its 95 % interval; the arms share luck, so that differences are surer than the intervals look.", folder, "arms")


def replications(done: Done, folder: Path) -> Picture:
    """Half-width of the interval against the number of seeds, headline shares."""
    figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
    seeds = np.arange(3, done.seeds + 1)
    shares = [o for o in HEADLINE if OUTCOMES[o].share]
    last = 0.0
    for o, colour in zip(shares, (style.BLUE, style.RED, style.GREEN, style.ORANGE), strict=False):
        data = [done.of(arm, o, cell) for arm, cell in done.places]
        width = [max(half(estimate.interval(x[:n])) for x in data) for n in seeds]
        axis.plot(seeds, 100 * np.array(width), color=colour, lw=2, label=OUTCOMES[o].label)
        last = max(last, width[-1]) if len(width) else last
    goal = done.campaign.settings.precision
    if goal:
        axis.axhline(100 * goal, color="black", ls="--", lw=1, label=f"asked: ± {100 * goal:g} points")
    axis.set_xlabel("seeds")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_ylabel("half-width of the 95 % interval,\nwidest arm or cell, points")
    axis.set_ylim(bottom=0)
    axis.legend(fontsize=8)
    return style.finish(figure, f"With {done.seeds} seeds every headline share is known to ± {100 * last:.0f} points or better", "Wider side of the interval of the arm and kind of village that is known least, by outcome, as seeds come in.", folder, "replications")


def ternary(corners: tuple[str, str, str], panels: list[tuple[str, np.ndarray, np.ndarray]], ringed: Mapping[str, int], titles: tuple[list[str], list[str]], label: str, title: str, caption: str, folder: Path, name: str) -> Picture:
    """Panels (rows x columns of `titles`) of triangles: (key "row|column", shares (n, 3) summing to one, values in [0, 1]).

    `ringed`: key -> the point that stands out.
    """
    rows, columns = titles
    figure, axes = plt.subplots(len(rows), len(columns), figsize=(1.5 + 2.7 * len(columns), 1.4 + 2.4 * len(rows)), layout="constrained", squeeze=False)
    by = {key: (shares, values) for key, shares, values in panels}
    low, top = min(float(v.min()) for _, _, v in panels), max(float(v.max()) for _, _, v in panels)
    low, top = (low, top) if top - low >= 0.05 else (max(top - 0.05, 0.0), max(top, 0.05))
    image: Any = None
    corner = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
    for i, row in enumerate(rows):
        for k, column in enumerate(columns):
            axis = axes[i][k]
            axis.set_axis_off()
            axis.set_aspect("equal")
            axis.set_xlim(-0.25, 1.25)
            axis.set_ylim(-0.22, 1.08)
            if i == 0:
                axis.set_title(column, fontsize=9, loc="center")
            if k == 0:
                axis.text(-0.3, 0.45, row, rotation=90, va="center", ha="center", fontsize=9)
            if f"{row}|{column}" not in by:
                continue
            shares, values = by[f"{row}|{column}"]
            at = shares @ corner
            axis.fill(*corner.T, facecolor="none", edgecolor=style.GREY, lw=0.8)
            if len(at) >= 3:
                axis.tricontourf(*at.T, values, levels=np.linspace(low, top, 11), cmap="cividis", alpha=0.55)
            image = axis.scatter(*at.T, c=values, cmap="cividis", vmin=low, vmax=top, s=70, edgecolor="black", lw=0.5, zorder=3)
            if f"{row}|{column}" in ringed:
                axis.scatter(*at[ringed[f"{row}|{column}"]], s=190, facecolor="none", edgecolor=style.RED, lw=2, zorder=4)
            for place, text, (dx, dy), ha in zip(corner, corners, ((-0.03, -0.06), (0.03, -0.06), (0, 0.05)), ("center", "center", "center"), strict=True):
                axis.text(place[0] + dx, place[1] + dy, text, fontsize=7.5, ha=ha, va="bottom" if dy > 0 else "top")
    figure.colorbar(image, ax=axes, label=label, shrink=0.7, format=lambda x, _: f"{100 * x:.0f}")
    return style.finish(figure, title, caption, folder, name)
