"""Arms against one baseline: the table of effects and its figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..against_baseline import ordered
from ..arms import BaselineRuns
from ..outcomes import AGAINST_BASELINE, Outcome
from ..study.findings import Picture
from . import style
from .labels import drawn_from, unit_label
from .style import phrase, tell

WIDE = 1.45  # inches that a title may take over its plot


def size_text(runs: BaselineRuns) -> str:
    """Seeds, villages, elders, horizon, and what differs between seeds."""
    county, horizon = runs.base.county, runs.base.horizon
    drawn = drawn_from(runs.settings)
    return tell(
        f"{runs.seeds} seeds × {county.villages} villages of about {county.elders} elders, {horizon.start} "
        f"to {horizon.end}; {drawn}",
        f"{runs.seeds} 个种子 × {county.villages} 个村，每村约 {county.elders} 位老人，{horizon.start} 至 "
        f"{horizon.end}；{drawn}",
    )


def cell(row: Any) -> str:
    """Effect and interval of a row of the effects as text; * where clear; - where it cannot be had."""
    if not np.isfinite(row.effect):
        return "-"
    digits, to = AGAINST_BASELINE[row.measure].digits, tell("to", "至")
    band = f" ({row.low:+.{digits}f} {to} {row.high:+.{digits}f})" if np.isfinite(row.low) else ""
    return f"{row.effect:+.{digits}f}{band}{'*' if row.clear else ''}"


def lines(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Column heads and rows of the table, arms by size of effect."""
    cells: dict[str, list[str]] = {arm: [] for arm in ordered(table)}
    for row in table.itertuples():  # outcome by outcome within an arm
        cells[str(row.arm)] = [*(cells[str(row.arm)] or [phrase(str(row.label))]), cell(row)]
    base = table.drop_duplicates("measure").set_index("measure")["baseline"]
    comma = tell(", ", "，")
    heads = [f"{phrase(outcome.brief)}{comma}{unit_label(outcome)}" for outcome in AGAINST_BASELINE.values()]
    plain = [f"{base[key]:.{outcome.digits}f}" for key, outcome in AGAINST_BASELINE.items()]
    return ["", *heads], [[phrase("baseline"), *plain], *cells.values()]


def draw(table: pd.DataFrame, title: str, note: str, folder: Path, name: str) -> Picture:
    """Small multiples: one plot an outcome, one dot with its interval an arm; grey where the effect is not
    clear.
    """
    order = ordered(table)
    labels = table.drop_duplicates("arm").set_index("arm")["label"]
    figure, axes = style.small_multiples(len(AGAINST_BASELINE), 0.21 * len(order))
    for axis, (key, outcome) in zip(axes, AGAINST_BASELINE.items(), strict=True):
        _effects(axis, table[table["measure"] == key].set_index("arm").reindex(order), outcome)
    axes[0].set_yticks(range(len(order)), [phrase(labels[arm]) for arm in order])
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    for axis in axes:
        axis.tick_params(labelsize=8)
    marks = tell(
        "Dot: effect against the baseline under the same luck; bar: 95 % interval; blue better, red "
        "worse, grey not clear at a false discovery rate of 5 % over all of them. ",
        "点：相同运气下与基准相比的效应；线：95% 区间；蓝色为好，红色为坏，灰色不明确（错误发现率 5%）。",
    )
    return style.finish(figure, title, marks + note, folder, name)


def _effects(axis: Any, mine: pd.DataFrame, outcome: Outcome) -> None:
    """One outcome: a dot with its interval for each arm, from top to bottom."""
    axis.axvline(0, color="black", lw=0.8)
    for place, row in enumerate(mine.itertuples()):
        if not np.isfinite(row.effect):
            axis.text(0, place, " " + phrase("not defined"), va="center", fontsize=8, color=style.GREY)
            continue
        better = style.BLUE if row.effect * outcome.better > 0 else style.RED
        colour = better if row.clear else style.GREY
        if np.isfinite(row.low):
            axis.plot([row.low, row.high], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axis.plot(row.effect, place, "o", color=colour, ms=4)
    level = mine["baseline"].iloc[0]
    base = f"{phrase('baseline')} {f'{level:.{outcome.digits}f}' if np.isfinite(level) else '–'}"
    axis.set_title(f"{style.wrapped(phrase(outcome.brief), WIDE, 9)}\n{base}", fontsize=9)
    axis.set_xlabel(style.wrapped(unit_label(outcome), WIDE, 8), fontsize=8)
    axis.grid(axis="y", color="#eeeeee", lw=0.6)
    axis.set_axisbelow(True)
    axis.margins(x=0.12)
    axis.locator_params(axis="x", nbins=4)
