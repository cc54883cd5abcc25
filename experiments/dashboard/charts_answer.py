"""Pictures of answers: a hundred villages, the ladder of steps, differences on one scale a unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from sim.funnel import FUNNEL

from ..report import style
from .compare import MARKS
from .tips import spoken, tips
from .words import said

WIDE = 20  # squares a row
VERDICT_COLOURS = dict(better=style.BLUE, worse=style.RED, unsure=style.GREY, same=style.GREY)
VERDICT_SHAPES = dict(better="triangle-up", worse="triangle-down", unsure="circle", same="square")


def hundred(counts: Mapping[str, int], language: str) -> Any:
    """A hundred squares, one a village, the best class first; the legend counts them."""
    names = [name for name in reversed(FUNNEL) if counts[name]]
    labels = {name: f"{counts[name]}  {said(f'is_{name}', language)}" for name in names}
    drawn = [name for name in names for _ in range(counts[name])]
    frame = pd.DataFrame(
        {
            "what": [labels[name] for name in drawn],
            "column": [place % WIDE for place in range(len(drawn))],
            "row": [place // WIDE for place in range(len(drawn))],
        }
    )
    scale = alt.Scale(
        domain=[labels[name] for name in names], range=[style.CLASS_COLOURS[name] for name in names]
    )
    legend = alt.Legend(
        orient="bottom",
        title=None,
        columns=1,
        symbolType="square",
        symbolSize=140,
        labelLimit=320,
        labelFontSize=13,
    )
    return (
        alt.Chart(frame)
        .mark_rect(stroke="white", strokeWidth=2, cornerRadius=3)
        .encode(
            x=alt.X("column:O", axis=None, scale=alt.Scale(paddingInner=0.08)),
            y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.08)),
            color=alt.Color("what:N", scale=scale, legend=legend),
            tooltip=tips("what"),
            description="what:N",
        )
        .properties(height=160 + 32 * len(names))
    )


def ladder_rows(rungs: Mapping[str, float], language: str) -> pd.DataFrame:
    """The steps of the ladder with their words; `more`: than with the steps before, in what is shown."""
    frame = pd.DataFrame(
        {
            "step": [said(f"rung_{key}", language) for key in rungs],
            "open": list(rungs.values()),
            "text": [f"{value:.0f}" for value in rungs.values()],
        }
    )
    gains = frame["text"].astype(int).diff()
    frame["more"] = [f"{gain:+.0f}" if gain == gain else "–" for gain in gains]
    frame["spoken"] = [
        spoken(
            str(row.step),
            [f"{said('unit_villages', language)} {row.text}", f"{said('tip_more', language)} {row.more}"],
            language,
        )
        for row in frame.itertuples()
    ]
    return frame


def ladder_told(rungs: Mapping[str, float], language: str) -> pd.DataFrame:
    """The words of the ladder, a row a step."""
    heads = {"step": "tip_step", "text": "unit_villages", "more": "tip_more"}
    found = ladder_rows(rungs, language)[list(heads)]
    return found.rename(columns={name: said(key, language) for name, key in heads.items()})


def ladder(rungs: Mapping[str, float], target: float, language: str) -> Any:
    """Villages of 100 that stay open after each step, its name above, and the target as a line."""
    frame = ladder_rows(rungs, language)
    width = alt.X("open:Q", title=said("unit_villages", language), scale=alt.Scale(domain=[0, 100]))
    tip = [
        *tips("step"),
        alt.Tooltip("text:N", title=said("unit_villages", language)),
        alt.Tooltip("more:N", title=said("tip_more", language)),
    ]
    base = alt.Chart(frame).encode(y=alt.Y("step:N", sort=None, axis=None), tooltip=tip)
    named = base.mark_text(align="left", dy=-15, fontSize=13).encode(x=alt.value(0), text="step:N")
    bars = base.mark_bar(color=style.GREEN, height=15, yOffset=4).encode(x=width, description="spoken:N")
    counts = base.mark_text(align="left", dx=5, dy=4, fontSize=13, fontWeight="bold")
    line = alt.Chart(pd.DataFrame({"x": [target]})).mark_rule(strokeDash=[5, 4], color=style.GREY)
    return alt.layer(line.encode(x="x:Q"), bars, named, counts.encode(x=width, text="text:N")).properties(
        height=60 + 42 * len(frame)
    )


def gaps(frame: pd.DataFrame, axis: str, language: str) -> Any:
    """Differences in one unit on one scale: a row a measure and scenario; mark and colour say the verdict."""
    frame = frame.assign(
        row=frame["measure"] + ("" if frame["scenario"].nunique() == 1 else " · " + frame["scenario"]),
        told=[f"{MARKS[one]} {said(one, language)}" for one in frame["verdict"]],
    )
    keys = list(dict.fromkeys(frame["verdict"]))
    words = [f"{MARKS[one]} {said(one, language)}" for one in keys]
    colour = alt.Color(
        "told:N", legend=None, scale=alt.Scale(domain=words, range=[VERDICT_COLOURS[one] for one in keys])
    )
    shape = alt.Shape(
        "told:N", legend=None, scale=alt.Scale(domain=words, range=[VERDICT_SHAPES[one] for one in keys])
    )
    across = alt.X("low:Q", title=axis, scale=alt.Scale(padding=24), axis=alt.Axis(tickCount=6))
    row = alt.Y("row:N", title=None, sort=None, axis=alt.Axis(labelLimit=230))
    tip = [
        *tips("row", "told"),
        *(
            alt.Tooltip(f"{column}:Q", format="+,.1f", title=said(f"tip_gap_{column}", language))
            for column in ("mean", "low", "high")
        ),
    ]
    bar = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=3)
        .encode(
            x=across,
            x2="high:Q",
            y=row,
            color=colour,
        )
    )
    dot = (
        alt.Chart(frame)
        .mark_point(filled=True, size=130, opacity=1)
        .encode(x="mean:Q", y=row, color=colour, shape=shape, tooltip=tip)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color="#555", strokeDash=[4, 3]).encode(x="x:Q")
    return alt.layer(zero, bar, dot).properties(height=60 + 30 * len(frame))
