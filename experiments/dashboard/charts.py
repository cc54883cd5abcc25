"""Charts of the dashboard: drawn in the browser from small frames, one colour a class or payer, no request
to any host.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from sim.funnel import FUNNEL
from sim.viability import CLASSES

from ..report import style
from .tips import tips
from .words import said, word

SOURCES = tuple(style.PAYER_COLOURS)
SCENARIOS = [style.BLUE, style.ORANGE, style.GREEN, style.PINK]


def _scale(keys: tuple[str, ...], colours: dict[str, str], language: str) -> alt.Scale:
    return alt.Scale(domain=[word(key, language) for key in keys], range=[colours[key] for key in keys])


def names_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """The classes that the column `class` is of, the best first: those of the funnel, or the former ones."""
    return FUNNEL[::-1] if set(frame["class"]) <= set(FUNNEL) else CLASSES


def stacked(frame: pd.DataFrame, key: str, axis: str, language: str) -> Any:
    """Shares as one horizontal bar a scenario; `key` is class or source."""
    keys, colours = (
        (names_of(frame), style.CLASS_COLOURS) if key == "class" else (SOURCES, style.PAYER_COLOURS)
    )
    frame = frame.assign(
        percent=100 * frame["share"],
        what=[word(key, language) for key in frame[key]],
        order=[keys.index(key) for key in frame[key]],
    )
    return (
        alt.Chart(frame)
        .mark_bar(stroke="white")
        .encode(
            x=alt.X(
                "percent:Q",
                stack="zero",
                scale=alt.Scale(domain=[0, 100]),
                title=axis,
                axis=alt.Axis(tickCount=5),
            ),
            y=alt.Y("scenario:N", title=None, sort=None, axis=alt.Axis(labelLimit=110)),
            color=alt.Color(
                "what:N",
                scale=_scale(keys, colours, language),
                legend=alt.Legend(orient="bottom", title=None, columns=3),
            ),
            order="order:Q",
            tooltip=[*tips("scenario", "what"), alt.Tooltip("percent:Q", format=".1f", title="%")],
        )
        .properties(height=185 + 34 * frame["scenario"].nunique())
    )


def reasons(frame: pd.DataFrame, axis: str) -> Any:
    """Bars of what failed: columns what, percent."""
    return (
        alt.Chart(frame)
        .mark_bar(color=style.RED)
        .encode(
            x=alt.X("percent:Q", title=axis),
            y=alt.Y("what:N", sort="-x", title=None, axis=alt.Axis(labelLimit=160)),
            tooltip=[*tips("what"), alt.Tooltip("percent:Q", format=".0f", title=axis)],
        )
        .properties(height=70 + 28 * len(frame))
    )


def years(frame: pd.DataFrame, language: str) -> Any:
    """Stacked columns by class at each year's end."""
    names = names_of(frame)
    frame = frame.assign(
        percent=100 * frame["share"],
        what=[word(key, language) for key in frame["class"]],
        order=[names.index(key) for key in frame["class"]],
    )
    return (
        alt.Chart(frame)
        .mark_bar(stroke="white")
        .encode(
            x=alt.X("year:O", title=None),
            y=alt.Y("percent:Q", stack="zero", scale=alt.Scale(domain=[0, 100]), title="%"),
            color=alt.Color(
                "what:N",
                scale=_scale(names, style.CLASS_COLOURS, language),
                legend=alt.Legend(orient="bottom", title=None, columns=3),
            ),
            order="order:Q",
            tooltip=[*tips("year", "what"), alt.Tooltip("percent:Q", format=".1f", title="%")],
        )
        .properties(height=320)
    )


def fans(frames: dict[str, pd.DataFrame], axis: str) -> Any:
    """A median with bands for each scenario."""
    frame = pd.concat([frame.assign(scenario=name) for name, frame in frames.items()])
    colour = alt.Color(
        "scenario:N",
        scale=alt.Scale(domain=list(frames), range=SCENARIOS),
        legend=alt.Legend(orient="bottom", title=None, symbolOpacity=1),
    )
    base = alt.Chart(frame).encode(x=alt.X("month:T", title=None), color=colour)
    bands = [
        base.mark_area(opacity=opacity).encode(y=alt.Y(f"low{percent}:Q", title=axis), y2=f"high{percent}:Q")
        for percent, opacity in ((90, 0.12), (50, 0.22))
    ]
    line = base.mark_line().encode(
        y="median:Q",
        tooltip=[
            *tips("scenario", when=["month"]),
            alt.Tooltip("median:Q", format=".1f", title=axis),
        ],
    )
    return alt.layer(*bands, line).properties(height=300)


def purse(frame: pd.DataFrame, language: str) -> Any:
    """Money by source as columns, running cost as a line: month, source columns and cost in yuan."""
    long = frame.melt("month", list(SOURCES), "source", "yuan")
    long["what"] = [word(key, language) for key in long["source"]]
    axis = alt.Y("yuan:Q", title=said("yuan", language))
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=alt.X("month:T", title=None),
            y=axis,
            tooltip=[
                *tips("what", when=["month"]),
                alt.Tooltip("yuan:Q", format=",.0f", title=said("yuan", language)),
            ],
            color=alt.Color(
                "what:N",
                scale=_scale(SOURCES, style.PAYER_COLOURS, language),
                legend=alt.Legend(orient="bottom", title=None, columns=3),
            ),
        )
    )
    line = (
        alt.Chart(frame)
        .mark_line(color="black", interpolate="step")
        .encode(
            x="month:T",
            y=alt.Y("cost:Q", title=said("yuan", language)),
            tooltip=[
                *tips(when=["month"]),
                alt.Tooltip("cost:Q", format=",.0f", title=said("cost", language)),
            ],
        )
    )
    return alt.layer(bars, line).properties(height=260)


def stock(frame: pd.DataFrame, language: str) -> Any:
    """Cash and unpaid bills in yuan."""
    long = frame.melt("month", ["cash", "payables"], "which", "yuan")
    long["what"] = [said(key, language) for key in long["which"]]
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(
            domain=[said("cash", language), said("payables", language)], range=[style.GREEN, style.RED]
        ),
        legend=alt.Legend(orient="bottom", title=None),
    )
    return (
        alt.Chart(long)
        .mark_line(interpolate="step")
        .encode(
            x=alt.X("month:T", title=None),
            y=alt.Y("yuan:Q", title=said("yuan_stock", language)),
            tooltip=[
                *tips("what", when=["month"]),
                alt.Tooltip("yuan:Q", format=",.0f", title=said("yuan_stock", language)),
            ],
            color=colour,
        )
        .properties(height=200)
    )
