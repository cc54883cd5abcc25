"""Of one village in one month: what waits for a signpost, its reading, and whether it has fired."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim import signposts
from sim.state.codes import NEVER
from sim.state.triggers import Trigger
from sim.state.values import Modifier, Values

from .style import chinese_names, phrase, tell

OPERATIONS = {"set": "设为", "scale": "乘以", "add": "加上"}


def as_fired(values: Values, result: sim.Result, v: int) -> None:
    """Let the triggers of one village's own `values` have fired when those of the run did."""
    for (county, trigger, start), one in result.model.values.watched.items():
        mine = values.watched.get((0, trigger, start))
        if mine is not None and county == result.model.world.county[result.places[0]]:
            mine.fired[:] = one.fired[one.places == result.places[v]]


def told(place: Any) -> str:
    """A line a modifier that waits; nothing where none does. `place`: of `explain.py`."""
    lines = [_line(place, one) for one in place.modifiers if one.when and _acts_on(place, one)]
    return "\n".join([tell("What waits for a signpost", "等待信号的措施"), *lines]) if lines else ""


def _acts_on(place: Any, modifier: Modifier) -> bool:
    return not modifier.villages or int(place.state("number")) in modifier.villages


def _line(place: Any, modifier: Modifier) -> str:
    trigger = modifier.when
    assert trigger is not None
    values = signposts.over(place.result.series, place.result.parameters)[trigger.signpost][place.t]
    value = values[place.v]
    if trigger.scope == "county":
        value = np.nanmedian(values) if (~np.isnan(values)).any() else np.nan
    reading = tell("no number", "无数值") if np.isnan(value) else f"{value:.3g}"
    name = chinese_names()["parameters"].get(modifier.path, modifier.path)
    done = tell(f"{modifier.op} {modifier.value:g}", f"{OPERATIONS[modifier.op]} {modifier.value:g}")
    return tell(
        f"  {modifier.path}, {done}, when {trigger} (now {reading}): {_fired(place, modifier)}",
        f"  {name}，{done}：条件为{_condition(trigger)}（目前 {reading}）；{_fired(place, modifier)}",
    )


def _condition(trigger: Trigger) -> str:
    """What it waits for, in Chinese."""
    side = "低于" if trigger.side == "below" else "高于"
    of = "（全县中位数）" if trigger.scope == "county" else ""
    label = signposts.SIGNPOSTS[trigger.signpost].label
    return f"“{phrase(label)}”{of}连续 {trigger.months} 个月{side} {trigger.bound:g}"


def _fired(place: Any, modifier: Modifier) -> str:
    """Since when, or not yet."""
    home = place.result.places[place.v]
    fired = next(
        int(one.fired[one.places == home][0])
        for (_, trigger, start), one in place.result.model.values.watched.items()
        if (trigger, start) == (modifier.when, modifier.start) and home in one.places
    )
    if fired == NEVER or fired > place.month:
        return tell("not fired so far", "至今未启动")
    if fired == place.month:
        return tell("fires in this month", "本月启动")
    when = place.result.months[fired - place.month + place.t]
    return tell(f"fired in {when}", f"已于 {when} 启动")
