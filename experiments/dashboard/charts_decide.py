"""Pictures of the pages that help to decide: a lever's curve, where it fails, when to change."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from sim.state.codes import STRENGTHS, VILLAGE_KINDS

from ..command.scenario import known
from ..report import style
from .stories import TARGET
from .tips import spoken, tips
from .watching import SignpostCourse
from .words import label, said, word

ALARMS = dict(hit=(style.GREEN, "circle"), false=(style.RED, "triangle-down"))


def curve(frame: pd.DataFrame, path: str, now: float, language: str) -> Any:
    """Stations that stay open over a lever's values with their band; below it what the public pays."""
    scale = alt.Scale(domain=[float(frame["value"].min()), float(frame["value"].max())], nice=False)
    few = alt.Axis(tickCount=6)
    across = alt.X("value:Q", title=label(known()[path], language), scale=scale, axis=few)
    plain = alt.X("value:Q", title=None, scale=scale, axis=few)
    up = alt.Scale(domain=[0, 100])
    base = alt.Chart(frame)
    tip = [
        alt.Tooltip("value:Q", title=label(known()[path], language), format=",.4~r"),
        *(
            alt.Tooltip(f"{name}:Q", title=said(f"tip_{name}", language), format=",.0f")
            for name in ("lasting", "low", "high", "yuan")
        ),
    ]
    band = base.mark_area(opacity=0.22, color=style.BLUE).encode(
        x=plain, y=alt.Y("low:Q", scale=up, title=said("unit_villages", language)), y2="high:Q"
    )
    line = base.mark_line(color=style.BLUE, strokeWidth=2.5).encode(x=plain, y="lasting:Q")
    dots = base.mark_point(color=style.BLUE, filled=True, size=70, opacity=1).encode(
        x=plain, y="lasting:Q", tooltip=tip
    )
    half = alt.Chart(pd.DataFrame({"y": [TARGET]})).mark_rule(strokeDash=[5, 4], color=style.GREY)
    here = alt.Chart(pd.DataFrame({"x": [now]})).mark_rule(color=style.GREY, strokeWidth=2)
    top = alt.layer(band, half.encode(y="y:Q"), here.encode(x="x:Q"), line, dots).properties(height=300)
    cost = (
        base.mark_line(color=style.ORANGE, strokeWidth=2.5, point={"color": style.ORANGE, "filled": True})
        .encode(x=across, y=alt.Y("yuan:Q", title=said("yuan_stock", language)), tooltip=tip)
        .properties(height=230)
    )
    return top, cost


def named_cells(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """The cells of a heat map with their words, and `spoken`: all of them in a line."""
    rows = frame.assign(
        sort=[word(kind, language) for kind in frame["kind"]],
        means=[word(strength, language) for strength in frame["strength"]],
        why=[word(reason, language) if reason else "–" for reason in frame["reason"]],
        text=[f"{value:.0f}" for value in frame["fails"]],
    )
    rows["spoken"] = [
        spoken(
            str(row.sort),
            [
                f"{said('strength', language)} {row.means}",
                f"{said('fails_axis', language)} {row.text}",
                str(row.why),
            ],
            language,
        )
        for row in rows.itertuples()
    ]
    return rows


def cells_told(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """The words of the heat map, a row a cell."""
    heads = {
        "sort": "kind",
        "means": "strength",
        "text": "fails_axis",
        "why": "v_reason",
        "runs": "fails_runs",
    }
    found = named_cells(frame, language)[list(heads)]
    return found.rename(columns={name: said(key, language) for name, key in heads.items()})


def cells(frame: pd.DataFrame, language: str) -> Any:
    """A square a kind and strength, darker where more fail, with the number in it."""
    rows = named_cells(frame, language)
    across = alt.X(
        "means:N",
        title=said("strength", language),
        sort=[word(name, language) for name in STRENGTHS],
        axis=alt.Axis(labelAngle=0, orient="top"),
    )
    down = alt.Y("sort:N", title=None, sort=[word(name, language) for name in VILLAGE_KINDS])
    base = alt.Chart(rows).encode(
        x=across,
        y=down,
        tooltip=[
            alt.Tooltip("sort:N", title=said("kind", language)),
            alt.Tooltip("means:N", title=said("strength", language)),
            alt.Tooltip("fails:Q", title=said("fails_axis", language), format=".0f"),
            alt.Tooltip("why:N", title=said("v_reason", language)),
            alt.Tooltip("runs:Q", title=said("fails_runs", language)),
        ],
    )
    squares = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "fails:Q",
            scale=alt.Scale(domain=[0, 100], scheme="oranges"),
            legend=alt.Legend(orient="bottom", title=said("fails_axis", language)),
        ),
        description="spoken:N",
    )
    dark = alt.condition(alt.datum.fails > 80, alt.value("#fff"), alt.value("#000"))
    numbers = base.mark_text(dy=-8, fontSize=16, fontWeight="bold").encode(text="text:N", color=dark)
    whys = base.mark_text(dy=11, fontSize=11, limit=120).encode(text="why:N", color=dark)
    return alt.layer(squares, numbers, whys).properties(height=90 + 72 * frame["kind"].nunique())


def futures(points: pd.DataFrame, ends: list[tuple[str, float, float]], language: str) -> Any:
    """Futures along one or two conditions, and the box in which the plan fails."""
    told = points.assign(told=[said("failed" if one else "holds", language) for one in points["failed"]])
    names = [said(key, language) for key in ("holds", "failed")]
    titles = [label(known()[path], language) for path, _, _ in ends]
    second = titles[1] if len(titles) > 1 else said("open_share", language)
    across = alt.X("x:Q", title=titles[0], scale=alt.Scale(zero=False))
    up = alt.Y("y:Q", title=second, scale=alt.Scale(zero=False))
    box = {"x": ends[0][1], "x2": ends[0][2]}
    box |= (
        {"y": ends[1][1], "y2": ends[1][2]}
        if len(ends) > 1
        else {"y": float(points["y"].min()), "y2": float(points["y"].max())}
    )
    shade = (
        alt.Chart(pd.DataFrame([box]))
        .mark_rect(color=style.RED, opacity=0.12, stroke=style.RED)
        .encode(x=across, x2="x2:Q", y=up, y2="y2:Q")
    )
    legend = alt.Legend(orient="bottom", title=None)
    dots = (
        alt.Chart(told)
        .mark_point(filled=True, size=60, opacity=0.85)
        .encode(
            x=across,
            y=up,
            color=alt.Color(
                "told:N", scale=alt.Scale(domain=names, range=[style.BLUE, style.RED]), legend=legend
            ),
            shape=alt.Shape(
                "told:N", scale=alt.Scale(domain=names, range=["circle", "cross"]), legend=legend
            ),
            tooltip=[
                *tips("told"),
                alt.Tooltip("x:Q", title=titles[0], format=",.4~r"),
                alt.Tooltip("y:Q", title=second, format=",.4~r"),
            ],
        )
    )
    return alt.layer(shade, dots).properties(height=320)


def course(found: SignpostCourse, start: str, language: str) -> Any:
    """Villages with an open station, month by month."""
    months = pd.period_range(start, periods=len(found.median), freq="M").to_timestamp()
    frame = pd.DataFrame({"month": months, **found._asdict()})
    base = alt.Chart(frame).encode(x=alt.X("month:T", title=None))
    axis = alt.Y("low:Q", title=said("course_chart", language), scale=alt.Scale(domain=[0, 100]))
    band = base.mark_area(opacity=0.22, color=style.GREEN).encode(y=axis, y2="high:Q")
    tip = [
        *tips(when=["month"]),
        *(
            alt.Tooltip(f"{name}:Q", format=".0f", title=said(f"tip_{name}", language))
            for name in found._fields
        ),
    ]
    line = base.mark_line(color=style.GREEN, strokeWidth=2.5).encode(y="median:Q", tooltip=tip)
    return alt.layer(band, line).properties(height=280)


def alarms(frame: pd.DataFrame, language: str) -> Any:
    """A row a signpost: how often it warns before a closure, and how often for nothing."""
    words = {sort: said(f"watch_{sort}", language) for sort in ALARMS}
    rows = frame.assign(told=[words[sort] for sort in frame["sort"]])
    domain = list(words.values())
    legend = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300, symbolOpacity=1)
    across = alt.X("low:Q", title=said("watch_chart", language), scale=alt.Scale(domain=[0, 100]))
    down = alt.Y("what:N", title=None, sort=None, axis=None)
    colour = alt.Color(
        "told:N",
        legend=legend,
        scale=alt.Scale(domain=domain, range=[colour for colour, _ in ALARMS.values()]),
    )
    shape = alt.Shape(
        "told:N",
        legend=legend,
        scale=alt.Scale(domain=domain, range=[shape for _, shape in ALARMS.values()]),
    )
    base = alt.Chart(rows).encode(y=down, color=colour)
    tip = [
        *tips("what", "told"),
        alt.Tooltip("percent:Q", format=".0f", title="%"),
        *(
            alt.Tooltip(f"{end}:Q", format=".0f", title=said(f"tip_gap_{end}", language))
            for end in ("low", "high")
        ),
    ]
    bars = base.mark_rule(strokeWidth=3, opacity=0.6).encode(x=across, x2="high:Q", tooltip=tip)
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(
        x="percent:Q",
        shape=shape,
        tooltip=tip,
    )
    names = (
        alt.Chart(rows.drop_duplicates("what"))
        .mark_text(align="left", dy=-15, fontSize=13)
        .encode(x=alt.value(0), y=down, text="what:N")
    )
    return alt.layer(bars, dots, names).properties(height=130 + 48 * frame["what"].nunique())
