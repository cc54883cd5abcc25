"""The picture of a comparison of typed values: dots for one key, a field for two, fields beside each other
for three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import comparison
from ..command.sweep import Swept
from ..comparison import Compared
from ..outcomes import OUTCOMES, RANKED
from ..study.findings import Picture
from . import style
from .labels import outcome_title
from .style import figures_in, phrase, plt, tell, words, wrapped

MOST_KEYS = 3
SHOWN = (RANKED, "lasting")  # of one key and two; of three the first
Called = Mapping[tuple[str, ...], str]


def draw(done: Compared, found: Sequence[Swept], called: Called) -> Picture:
    """By the number of keys."""
    figure = (_one, _two, _three)[len(found) - 1](done, found, called)
    top = comparison.best(done)
    best = next((values for values, name in called.items() if name == top.arm), ())
    named = [told(swept.key, value) for swept, value in zip(found, best, strict=False)]
    label, others = tell(", ", "，").join(named), len(called) - 1
    if top.level.low <= 0 or top.tied:
        title = tell(
            f"None is best: {top.tied} of {others} others cannot be told from {label}",
            f"没有最优者：其余 {others} 支中有 {top.tied} 支与“{label}”无法区分",
        )
    else:
        title = tell(f"{label} adds most", f"“{label}”新增最多")
    line = tell("; line: 95 % interval", "；线：95% 区间") if len(found) == 1 else ""
    caption = tell(
        f"Mean over {done.seeds} seeds{line}. All arms of a seed share luck and draw.",
        f"{done.seeds} 个种子的均值{line}。同一种子的各支运气与抽取相同。",
    )
    return style.finish(figure, title, caption, figures_in(done.runs.work.folder), "sweep")


def told(key: str, value: str) -> str:
    """A value in words; a number after its key, without which it says nothing."""
    number = value.replace(".", "", 1).replace("-", "", 1).isdigit()
    return f"{phrase(key)}={value}" if number else _shown(value)


def _shown(value: str) -> str:
    """A value in words; a set of policies by their names."""
    names = [words(name.strip()) for name in value.strip("[]").split(",")]
    return " + ".join(filter(None, names)) or words("none")


def _one(done: Compared, found: Sequence[Swept], called: Called) -> Any:
    """One line a value."""
    figure, axes = plt.subplots(
        1, len(SHOWN), figsize=(9.0, 1.6 + 0.34 * len(called)), layout="constrained", sharey=True
    )
    for axis, outcome in zip(axes, SHOWN, strict=True):
        scale = 100 if OUTCOMES[outcome].share else 1
        for row, arm in enumerate(called.values()):
            mean = done.mean(arm, outcome)
            axis.plot([scale * mean.low, scale * mean.high], [row, row], color=style.BLUE, lw=2.5)
            axis.plot(scale * mean.mean, row, "o", color=style.BLUE, ms=6)
        axis.set_xlabel(outcome_title(outcome))
        axis.grid(axis="x", color="#eeeeee")
    axes[0].set_yticks(range(len(called)), [_shown(value) for (value,) in called])
    axes[0].set_ylim(len(called) - 0.5, -0.5)
    axes[0].set_ylabel(phrase(found[0].key))
    return figure


def _field(
    axis: Any, done: Compared, down: Swept, across: Swept, named: Mapping[tuple[str, str], str], outcome: str
) -> None:
    """Means as a field of cells, each with its number."""
    scale = 100 if OUTCOMES[outcome].share else 1
    means = np.array(
        [
            [scale * done.mean(named[row, column], outcome).mean for column in across.values]
            for row in down.values
        ]
    )
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    top = high if high > low else low + 1  # where all are alike all are light
    axis.imshow(means, cmap="Blues", vmin=low - 0.4 * (top - low), vmax=top, aspect="auto")
    for row, line in enumerate(means):
        for column, value in enumerate(line):
            dark = high > low and value > low + 0.7 * (high - low)
            axis.text(
                column, row, f"{value:.0f}", ha="center", va="center", color="white" if dark else "black"
            )
    axis.set_xticks(range(len(across.values)), [_shown(value) for value in across.values])
    axis.set_yticks(range(len(down.values)), [_shown(value) for value in down.values])
    axis.set_xlabel(phrase(across.key))
    axis.set_ylabel(phrase(down.key))


def _two(done: Compared, found: Sequence[Swept], called: Called) -> Any:
    """Two fields: what is added, and what lasts."""
    down, across = found
    wide = max(8.0, 3.0 + 1.9 * len(across.values))
    size = (wide, 2.1 + 0.42 * len(down.values))
    figure, axes = plt.subplots(1, len(SHOWN), figsize=size, layout="constrained", sharey=True)
    for axis, outcome in zip(axes, SHOWN, strict=True):
        _field(
            axis, done, down, across, {(row, column): name for (row, column), name in called.items()}, outcome
        )
        axis.set_title(wrapped(outcome_title(outcome), 0.32 * wide, 9), fontsize=9)
    axes[1].set_ylabel("")
    return figure


def _three(done: Compared, found: Sequence[Swept], called: Called) -> Any:
    """A field of what is added for each value of the third key."""
    down, across, third = found
    many = len(third.values)
    size = (max(8.0, 1.0 + many * (1.2 + 0.8 * len(across.values))), 2.1 + 0.42 * len(down.values))
    figure, axes = plt.subplots(1, many, figsize=size, layout="constrained", squeeze=False, sharey=True)
    for axis, value in zip(axes[0], third.values, strict=True):
        named = {(row, column): name for (row, column, last), name in called.items() if last == value}
        _field(axis, done, down, across, named, SHOWN[0])
        axis.set_title(f"{phrase(third.key)}={_shown(value)}", fontsize=9)
    figure.supylabel(outcome_title(SHOWN[0]), fontsize=9)
    return figure
