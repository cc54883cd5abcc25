"""M23 Stations that stand at the start: how old they are, on how many days they open, which are shut.

State   those of `station.py`, and the skill of a leader.
Month   `run` once, before the first month.
Off     with the plan: all standing services are new and open.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.planning.sheet import WEEKS
from sim.state.codes import CANTEEN, NEIGHBOURS, NEVER, VISITS_ONLY, WORKING

YEAR = 12  # months
SKILL = Purpose("station.skill")
DAYS = Purpose("station.days")
AGE = Purpose("station.age")
SHUT_BEFORE = Purpose("station.shut_before")


@inner
def days_drawn(drawn):
    """Open days a week that the village's elders ask for: 3.7 in the mean.

    Korean senior halls serve meals on 3.5 days (2.5 to 5.3 by region), pattern C16; their spread is an
    assumption.
    """
    if drawn < 0.20:
        return 2
    if drawn < 0.65:
        return 3
    return 5 if drawn < 0.85 else 6


@kernel
def begin(world, values, skill_keys, days_keys, age_keys, shut_keys):
    """Stations that stand at the start: their age, habits, and which of them are shut."""
    for v in range(len(world.used)):
        village, county, number = world.villages[v], world.county[v], world.villages[v].number
        village.skill = uniform(skill_keys[county], number, 0)
        village.usual_days = days_drawn(uniform(days_keys[county], number, 0))
        if village.facility != WORKING:
            continue
        village.opened = -1 - np.int64(uniform(age_keys[county], number, 0) * values.county[v].oldest_station)
        village.launched = village.opened
        village.step, village.open_week, village.meals_a_day = CANTEEN, village.usual_days, 1
        village.door, village.last_open = np.int64(village.open_week * WEEKS + 0.5), -1
        village.may_open = 1
        if uniform(shut_keys[county], number, 0) < values.county[v].shut_share:
            village.step, village.level, village.door, village.may_open = NEIGHBOURS, VISITS_ONLY, 0, 0
            village.open_week, village.meals_a_day, village.launched = 0, 0, NEVER
            village.closures = 1
            village.closed_month = -1 - np.int64(uniform(shut_keys[county], number, 1) * 3 * YEAR)


def run(model) -> None:
    """Habits and ages of standing stations."""
    if model.parameters.plan.on:
        keys = [model.lasting_keys(purpose) for purpose in (SKILL, DAYS, AGE, SHUT_BEFORE)]
        begin(model.world, model.values.table, *keys)
