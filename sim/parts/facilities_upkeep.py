"""M14 Upkeep: what a building costs a month, how it wears, and how many seats are left.

State   condition and seats; they and the parameters of M14 stand in `facilities.py`.
Month   `run` with the bills of the month.
Off     with `facilities.on` nothing is billed and nothing wears.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.planning.menu import power_share
from sim.planning.rooms import ADD, BUILD, WORST, seats_by_way
from sim.state.codes import CLOSED, REDUCED, WORKING
from sim.state.ledger import posting
from sim.state.world import overdue_bills

posting("cost_power", debit="expense", credit="payables", label="bill: electricity, water, heating")
posting("cost_repairs", debit="expense", credit="payables", label="bill: repairs")
posting("cost_rent", debit="expense", credit="payables", label="bill: rent")


@inner
def bill(facilities, village, post, planned, power):
    """Power and repairs, less in a public room and on few days (or at visits only), and rent."""
    part = facilities.shared_cost if village.way == ADD else 1.0
    if not planned:
        part *= 1.0 if village.level >= REDUCED else facilities.visits_share
    post.cost_power += np.int64(facilities.power * part * (power if planned else 1.0))
    post.cost_repairs += np.int64(facilities.repairs * part)
    if village.rented == 1:
        post.cost_rent += np.int64(facilities.rent * village.operator_rent)


@inner
def wear(facilities, village):
    """Repairs that are not paid for, and age, wear a building.

    Repairs that are paid for catch up at the same pace; they do not undo age.
    """
    if overdue_bills(village) > 0:
        village.condition = max(village.condition - facilities.decay / 12.0, WORST)
    elif facilities.ageing == 0:
        village.condition = min(village.condition + facilities.decay / 12.0, 1.0)
    if facilities.ageing == 1:
        life = facilities.life_new if village.way == BUILD else facilities.life
        village.condition = max(village.condition - 1.0 / (12.0 * life), WORST)


@kernel
def upkeep(world, values, planned):
    """Bills of the building, its condition and its seats."""
    for v in range(len(world.used)):
        facilities, village, post = values.facilities[v], world.villages[v], world.posted[v]
        in_use = village.door > 0 if planned else village.level > CLOSED
        if village.facility != WORKING or not in_use:
            continue
        bill(facilities, village, post, planned, power_share(values.station[v], village.open_week))
        wear(facilities, village)
        damage = world.flow[v].flood_damage
        if damage > 0.0:
            post.cost_repairs += int(facilities.renovate * damage)
            village.condition = max(village.condition - damage, WORST)
        village.seats = int(seats_by_way(facilities, village) * village.condition)


def run(model) -> None:
    """Bills of the building."""
    if model.parameters.facilities.on:
        upkeep(model.world, model.values.table, model.parameters.plan.on)
