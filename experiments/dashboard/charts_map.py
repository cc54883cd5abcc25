"""The map of a county: shape and colour by `report/marks.py`, borders below, the picked village ringed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from sim.funnel import FUNNEL
from sim.viability import CLASSES

from ..report import marks, style
from .county_map import frame
from .tips import spoken
from .words import said, word

PICKED = "picked"  # name of the selection
MOST_NAMES = 40


def service_label(code: int, language: str) -> str:
    """What a village's service is, in words."""
    one = marks.SERVICE[code]
    return one.chinese if language == "zh" else one.english


def coloured(
    villages: pd.DataFrame,
    services: pd.Series | None,
    judged: pd.Series,
    doors: Mapping[int, bool] | None,
    language: str,
) -> Any:
    """The rows with words: `what` (the colour's), `sort`, `means`, `often`; and the colour's scale.

    `services`: village -> place in SERVICE; None colours by class at the end. `doors`: whether each one's
    station is open, where that is known: the others are pale.
    """
    if services is not None:
        what = [service_label(int(services[number]), language) for number in villages["village"]]
        keys = [service_label(code, language) for code in range(len(marks.SERVICE))]
        colours = [one.colour for one in marks.SERVICE]
    else:
        what = [word(str(judged[number]), language) for number in villages["village"]]
        names = FUNNEL[::-1] if set(judged) <= set(FUNNEL) else CLASSES
        keys = [word(name, language) for name in names]
        colours = [style.CLASS_COLOURS[name] for name in names]
    rows = villages.assign(
        what=what,
        sort=[word(kind, language) for kind in villages["kind"]],
        means=[word(strength, language) for strength in villages["strength"]],
        often=(100 * villages["viable"]).round(),
        solid=[float(doors is None or doors.get(int(number), False)) for number in villages["village"]],
    )
    told = zip(rows["name"], what, rows["sort"], rows["means"], rows["often"], strict=True)
    rows["spoken"] = [
        spoken(
            f"{said('village', language)} {name}",
            [now, sort, means, f"{said('often', language)} {often:.0f}"],
            language,
        )
        for name, now, sort, means, often in told
    ]
    return rows, alt.Scale(domain=keys, range=colours)


def told(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """The words of the hover texts, a row a village."""
    columns = {tip.shorthand.partition(":")[0]: str(tip.title) for tip in _tips(rows, language)}
    return rows[list(columns)].round().rename(columns=columns)


def _tips(rows: pd.DataFrame, language: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=said("village", language)),
        *([alt.Tooltip("code:N", title=word("code", language))] if rows["code"].any() else []),
        alt.Tooltip("what:N", title=said("service_now", language)),
        alt.Tooltip("sort:N", title=said("kind", language)),
        alt.Tooltip("means:N", title=said("strength", language)),
        alt.Tooltip("elders:Q", title=said("elders", language), format=",.0f"),
        alt.Tooltip("often:Q", title=said("often", language)),
    ]


def county(
    coloured_rows: Any, borders: pd.DataFrame, picked: int, language: str, side: int, title: str
) -> Any:
    """A square map, `side` pixels wide; `title` stands inside, so that a year is never mistaken."""
    rows, colours = coloured_rows
    both = pd.concat([rows[["east", "north"]], borders[["east", "north"]]])
    ends = frame(both["east"].to_numpy(float), both["north"].to_numpy(float))
    east, north = (
        alt.X("east:Q", title=said("km_east", language), scale=alt.Scale(domain=ends[0], nice=False)),
        alt.Y("north:Q", title=said("km_north", language), scale=alt.Scale(domain=ends[1], nice=False)),
    )
    wide = side > 400
    shapes = {word(kind, language): one.altair for kind, one in marks.KIND_SHAPES.items()}
    legend: dict[str, Any] = dict(
        title=None,
        labelLimit=170,
        symbolStrokeColor=marks.RIM,
        symbolStrokeWidth=1,
        symbolSize=130,
        symbolOpacity=1,
    )
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, stroke=marks.RIM, strokeWidth=1.2)
        .encode(
            x=east,
            y=north,
            tooltip=_tips(rows, language),
            description="spoken:N",
            color=alt.Color(
                "what:N",
                scale=colours,
                legend=alt.Legend(orient="bottom", columns=3 if wide else 1, symbolType="circle", **legend),
            ),
            shape=alt.Shape(
                "sort:N",
                scale=alt.Scale(domain=list(shapes), range=list(shapes.values())),
                legend=alt.Legend(
                    orient="top", columns=4 if wide else 2, symbolFillColor="#dddddd", **legend
                ),
            ),
            size=alt.Size("elders:Q", legend=None, scale=alt.Scale(range=[150, 520])),
            opacity=alt.Opacity("solid:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.35, 1])),
        )
        .add_params(alt.selection_point(name=PICKED, fields=["village"], on="click", empty=False))
    )
    layers = [dots]
    if len(borders):
        edges = alt.Chart(borders).mark_line(color="#888888", strokeWidth=1)
        layers.insert(0, edges.encode(x=east, y=north, detail="ring:N", order="order:O"))
    mine = rows[rows["village"] == picked]
    ring = alt.Chart(mine).mark_point(shape="circle", size=1300, filled=False, color="#888888", strokeWidth=2)
    layers.insert(len(layers) - 1, ring.encode(x=east, y=north))
    if len(rows) <= MOST_NAMES:
        names = alt.Chart(rows).mark_text(dy=-21, fontSize=12, fontWeight="bold")
        layers.append(names.encode(x=east, y=north, text="name:N"))
    fixed = alt.AutoSizeParams(type="pad", contains="content")  # the plot itself is square
    return alt.layer(*layers).properties(width=side, height=side, title=title, autosize=fixed)
