"""Of one village in one month: what the parts of a researcher's own folder declare and recorded there."""

from __future__ import annotations

from typing import Any

from sim.engine.own_folders import DECLARED

from .style import chinese_names, phrase, tell
from .text import layout


def told(place: Any) -> str:
    """A line a state, flow and kind of posting; nothing without an own folder. `place`: of `explain.py`."""
    rows = [_row(place, name, kind) for kind in ("state", "flow", "posting") for name in DECLARED.by[kind]]
    if not rows:
        return ""
    heads = ["", tell("unit", "单位"), tell("month", "当月"), tell("last 12", "近 12 个月")]
    return "\n".join([tell("Own parts", "自有部分"), layout([heads, *rows])])


def _row(place: Any, name: str, kind: str) -> list[Any]:
    """Fen are told in yuan; a state has its value at the month's end and none over a year."""
    declared, values = DECLARED.by[kind][name], place.result.own[name][:, place.v]
    money = declared.unit.startswith("fen")
    unit = declared.unit.replace("fen", "yuan", 1) if money else declared.unit
    last = values[max(place.t - 11, 0) : place.t + 1].sum()
    unit = tell(unit, chinese_names()["units"].get(unit, unit))
    return [phrase(declared.label), unit, *(_number(one, money) for one in (values[place.t], last))][
        : 3 if kind == "state" else 4
    ] + ([""] if kind == "state" else [])


def _number(value: Any, money: bool) -> str:
    return f"{value / 100:,.2f}" if money else f"{value:,.6g}"
