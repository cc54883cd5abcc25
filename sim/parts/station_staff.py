"""M23 Who keeps the station and who cooks: they leave, sooner unpaid, and others are found by chance.

State   whether somebody keeps the station, and whether a paid cook is there.
Month   `run` before the door; a new start has both (`station.py`). Their parameters stand in section station.
Off     with the plan; without the keeper's end (`station.keeper_ends`) no keeper leaves.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import STATION_DAYS
from sim.state.fields import state

state("has_keeper", "i8", unit="flag", label="somebody keeps the station", initial=1, written_by=("station",))
state("has_cook", "i8", unit="flag", label="a paid cook is there", initial=1, written_by=("station",))

KEEPER = Purpose("station.keeper")
COOK = Purpose("station.cook")
QUITS, FINDS = 0, 1  # indices of the keeper's draws


@inner
def is_unpaid(village, months):
    """Wages of so many months and more are owed."""
    owed = 0
    for age in range(months, len(village.wages)):
        owed += village.wages[age]
    return owed > 0


@inner
def follow_keeper(village, station, stipend, key):
    """The keeper stops by chance, sooner without pay; another is found, seldom without leader."""
    if village.has_keeper == 1:
        unpaid = stipend == 0 or is_unpaid(village, station.cook_waits)
        rate = station.keeper_quits * (1.0 if unpaid else station.keeper_paid)
        village.has_keeper = 0 if uniform(key, village.number, QUITS) * 12.0 < rate else 1
    chance = station.keeper_found
    if village.leader == 0 and village.association == 0:
        chance = station.keeper_found_alone
    if village.has_keeper == 0 and uniform(key, village.number, FINDS) < chance:
        village.has_keeper = 1


@inner
def follow_cook(village, station, key):
    """A cook unpaid for two months leaves; another is found by chance once wages are paid."""
    unpaid = is_unpaid(village, station.cook_waits)
    if village.has_cook == 1 and unpaid:
        village.has_cook = 0
    elif village.has_cook == 0 and not unpaid and uniform(key, village.number, 0) < station.cook_found:
        village.has_cook = 1


@kernel
def follow(world, values, keeper_keys, cook_keys):
    """Keeper and cook of every station."""
    for v in range(len(world.used)):
        village, station, county = world.villages[v], values.station[v], world.county[v]
        if village.step < STATION_DAYS:
            continue
        organisation = values.organisation[v]
        if station.keeper_ends == 1:
            stipend = organisation.coordinator * organisation.on
            follow_keeper(village, station, stipend, keeper_keys[county])
        follow_cook(village, station, cook_keys[county])


def run(model) -> None:
    """Who keeps and who cooks; held before the first month."""
    if model.parameters.plan.on and model.month >= 0:
        follow(model.world, model.values.table, model.keys(KEEPER), model.keys(COOK))
