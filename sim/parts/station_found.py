"""M23 Stations as a table of given villages finds them: since when they stand, on which step, on which days.

State   those of `station.py`.
Month   `run` once, after `station_start.py` has drawn what no table tells.
Off     with the plan, and where villages are not given.
"""

from __future__ import annotations

import numpy as np

from sim.planning.sheet import WEEKS
from sim.start.given import telling
from sim.state.codes import CANTEEN, HOME_TABLES, NEIGHBOURS, NEVER, STATION_DAYS, VISITS_ONLY, WORKING

EVE = -1  # month before the first


def set_open(state, here: np.ndarray, step: np.ndarray, days: np.ndarray) -> None:
    """The door of these stations stands open; `step` and `days` (villages), NaN where a table is silent."""
    week = np.where(np.isnan(days), state["usual_days"], days).astype(np.int64)
    on = np.where(np.isnan(step), np.maximum(state["step"], CANTEEN), step).astype(np.int64)
    state["step"][here] = on[here]
    state["open_week"][here], state["usual_days"][here] = week[here], week[here]
    state["meals_a_day"][here] = on[here] >= HOME_TABLES
    state["door"][here] = (week[here] * WEEKS + 0.5).astype(np.int64)
    state["may_open"][here], state["closures"][here], state["closed_month"][here] = 1, 0, NEVER
    state["launched"][here] = state["opened"][here]


def set_shut(state, here: np.ndarray) -> None:
    """The door of these stations is shut; one that has been drawn as shut keeps its month of closure."""
    was_open = here & (state["may_open"] == 1)
    state["step"][here], state["level"][here], state["door"][here] = NEIGHBOURS, VISITS_ONLY, 0
    state["may_open"][here], state["open_week"][here], state["meals_a_day"][here] = 0, 0, 0
    state["launched"][here], state["closures"][here] = NEVER, 1
    state["closed_month"][was_open] = EVE


def run(model) -> None:
    """What the table tells takes the place of what was drawn."""
    if not model.parameters.plan.on or not any(one.given.villages for one in model.counties.parameters):
        return
    state = model.state
    opened, door, step, days = (
        model.counties.by_village(telling(name)) for name in ("opened", "door", "step", "days")
    )
    stands = state["facility"] == WORKING
    dated = stands & ~np.isnan(opened)
    state["opened"][dated] = opened[dated].astype(np.int64) - model.start_month
    idle = ~np.isnan(step) & (step < STATION_DAYS)
    shut = stands & ((door == 0) | (np.isnan(door) & idle))
    set_shut(state, shut)
    told_open = (door == 1) | ~np.isnan(days) | (step >= STATION_DAYS)
    was_open = state["may_open"] == 1
    set_open(state, stands & ~shut & (told_open | (dated & was_open)), np.where(idle, np.nan, step), days)
