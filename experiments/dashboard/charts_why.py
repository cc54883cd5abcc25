"""Pictures of one village: its course as a band with marks, and its money as a waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..report import marks, style
from .account import VillageEvent
from .charts_map import service_label
from .story_money import Bar
from .tips import tips
from .words import said

EVENTS: dict[str, tuple[str, str]] = {  # kind -> shape, colour; from above
    "opened": ("triangle-up", style.GREEN),
    "reopened": ("triangle-up", style.SKY),
    "plan": ("diamond", style.BLUE),
    "lowered": ("triangle-down", style.ORANGE),
    "unpaid": ("square", style.PINK),
    "closed": ("cross", style.RED),
}
BAR_COLOURS = dict(total=style.SKY, less=style.RED, more=style.GREEN)


def _spans(values: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Where values begin and end to be the same."""
    starts = np.flatnonzero(np.diff(values, prepend=-1))
    return starts, [*starts[1:].tolist(), len(values)]


def _band(months: pd.DataFrame, labels: Mapping[int, str], language: str) -> pd.DataFrame:
    """From when to when the service was what."""
    level = months["level"].to_numpy()
    codes = marks.service_codes(level, np.maximum.accumulate(level) > 0)
    starts, ends = _spans(codes)
    when = _ends(months)
    return pd.DataFrame(
        {
            "from": [when[start] for start in starts],
            "to": [when[end] for end in ends],
            "what": [labels[int(codes[start])] for start in starts],
            "row": said("event_service", language),
        }
    )


def _ends(months: pd.DataFrame) -> list[Any]:
    """Beginnings of the months, and the end of the last."""
    return [*months["month"], months["month"].iloc[-1] + pd.DateOffset(months=1)]


def _doors(months: pd.DataFrame, is_open: np.ndarray, language: str) -> pd.DataFrame:
    """From when to when the station was open."""
    when, (first, last) = _ends(months), _spans(is_open.astype(np.int64))
    return pd.DataFrame(
        [(when[start], when[end]) for start, end in zip(first, last, strict=True) if is_open[start]],
        columns=["from", "to"],
    ).assign(row=said("event_open", language))


def _dots(events: Sequence[VillageEvent], kinds: Sequence[str], across: Any, down: Any, language: str) -> Any:
    """A layer a kind of event."""
    points = pd.DataFrame(
        {
            "from": [pd.Timestamp(one.month) for one in events],
            "row": [said(f"event_{one.kind}", language) for one in events],
            "kind": [one.kind for one in events],
        }
    )
    return [
        alt.Chart(points[points["kind"] == kind])
        .mark_point(shape=EVENTS[kind][0], color=EVENTS[kind][1], filled=True, size=130, opacity=1)
        .encode(
            x=across,
            y=down,
            tooltip=tips("row", when=["from"]),
        )
        for kind in kinds
    ]


def timeline(months: pd.DataFrame, is_open: np.ndarray, events: Sequence[VillageEvent], language: str) -> Any:
    """`months`: month, level. The service as a band, then when the station was open, then a row a kind of
    event.
    """
    labels = {code: service_label(code, language) for code in range(len(marks.SERVICE))}
    band, doors = _band(months, labels, language), _doors(months, is_open, language)
    kinds = [kind for kind in EVENTS if any(one.kind == kind for one in events)]
    rows = [said(f"event_{kind}", language) for kind in ("service", "open", *kinds)]
    across = alt.X("from:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap=True))
    down = alt.Y("row:N", title=None, sort=rows, scale=alt.Scale(domain=rows), axis=alt.Axis(labelLimit=120))
    colours = alt.Scale(domain=list(labels.values()), range=[one.colour for one in marks.SERVICE])
    legend = alt.Legend(
        orient="bottom",
        title=None,
        columns=1,
        labelLimit=300,
        symbolType="square",
        symbolStrokeWidth=0.8,
        values=list(dict.fromkeys(band["what"])),
    )
    bars = (
        alt.Chart(band)
        .mark_bar(stroke=marks.RIM, strokeWidth=0.8, height=20)
        .encode(
            x=across,
            x2="to:T",
            y=down,
            color=alt.Color("what:N", scale=colours, legend=legend),
            tooltip=tips("what", when=["from", "to"]),
        )
    )
    opens = (
        alt.Chart(doors)
        .mark_bar(color=style.GREEN, height=12)
        .encode(x=across, x2="to:T", y=down, tooltip=tips("row", when=["from", "to"]))
    )
    dots = _dots(events, kinds, across, down, language)
    return alt.layer(bars, *([opens] if len(doors) else []), *dots).properties(
        height=110 + 30 * len(rows) + 18 * band["what"].nunique()
    )


def waterfall(bars: Sequence[Bar], language: str) -> Any:
    """Cost, what is lost on the way, and the gap; yuan."""
    frame = pd.DataFrame(
        {
            "what": [said(f"bar_{one.key}", language) for one in bars],
            "low": [min(one.start, one.end) for one in bars],
            "high": [max(one.start, one.end) for one in bars],
            "sort": [one.sort for one in bars],
            "text": [f"{one.amount:,.0f}" for one in bars],
        }
    )
    rows = frame["what"].tolist()
    across = alt.X("low:Q", title=said("yuan_stock", language), axis=alt.Axis(tickCount=4))
    down = alt.Y("what:N", sort=rows, title=None, axis=alt.Axis(labelLimit=150))
    colour = alt.Color(
        "sort:N", legend=None, scale=alt.Scale(domain=list(BAR_COLOURS), range=list(BAR_COLOURS.values()))
    )
    base = alt.Chart(frame)
    drawn = base.mark_bar(height=20).encode(
        x=across,
        x2="high:Q",
        y=down,
        color=colour,
        tooltip=[*tips("what"), alt.Tooltip("text:N", title=said("yuan_stock", language))],
    )
    texts = base.mark_text(align="left", dx=4, fontSize=13).encode(x=alt.X("high:Q"), y=down, text="text:N")
    return alt.layer(drawn, texts).properties(height=60 + 34 * len(rows), padding={"right": 40})
