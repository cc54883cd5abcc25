"""Of one village in one month: what waits for a signpost, its reading, and whether it has fired."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim import signposts
from sim.state.codes import NEVER
from sim.state.values import Modifier, Values


def as_fired(values: Values, result: sim.Result, v: int) -> None:
    """Let the triggers of one village's own `values` have fired when those of the run did."""
    for (county, trigger, start), one in result.model.values.watched.items():
        mine = values.watched.get((0, trigger, start))
        if mine is not None and county == result.model.world.county[result.places[0]]:
            mine.fired[:] = one.fired[one.places == result.places[v]]


def told(place: Any) -> str:
    """A line a modifier that waits; nothing where none does. `place`: of `explain.py`."""
    lines = [_line(place, one) for one in place.modifiers if one.when and _acts_on(place, one)]
    return "\n".join(["What waits for a signpost", *lines]) if lines else ""


def _acts_on(place: Any, modifier: Modifier) -> bool:
    return not modifier.villages or int(place.state("number")) in modifier.villages


def _line(place: Any, modifier: Modifier) -> str:
    trigger = modifier.when
    assert trigger is not None
    values = signposts.over(place.result.series, place.result.parameters)[trigger.signpost][place.t]
    value = values[place.v]
    if trigger.scope == "county":
        value = np.nanmedian(values) if (~np.isnan(values)).any() else np.nan
    reading = "no number" if np.isnan(value) else f"{value:.3g}"
    return (
        f"  {modifier.path}, {modifier.op} {modifier.value:g}, when {trigger} (now {reading}): "
        f"{_fired(place, modifier)}"
    )


def _fired(place: Any, modifier: Modifier) -> str:
    """Since when, or not yet."""
    home = place.result.places[place.v]
    fired = next(
        int(one.fired[one.places == home][0])
        for (_, trigger, start), one in place.result.model.values.watched.items()
        if (trigger, start) == (modifier.when, modifier.start) and home in one.places
    )
    if fired == NEVER or fired > place.month:
        return "not fired so far"
    if fired == place.month:
        return "fires in this month"
    return f"fired in {place.result.months[fired - place.month + place.t]}"
