"""M26 Ways of operating: who runs the service, and what that changes in cost, quality and hours.

The village itself, a professional team, a chain, a public building in private hands, a property firm, or the village
guided by an institution. The six ways are a table (sim/data/ways_of_operating.csv), with one scale a kind of effect.
"""

from __future__ import annotations

import numpy as np

from sim import tables
from sim.ledger import posting
from sim.parameters import choice, par, section
from sim.population import PROFESSIONAL, flow, start_row, state, wrap
from sim.randomness import Purpose, kernel, uniform

WAYS = ("village", "professional_team", "chain", "public_private", "property_firm", "guiding_institution")


@section("operation")
class Operation:
    """The way of operating and the scales of its effects."""

    way: str = choice("village", WAYS, "who operates the service; village: nothing is added")
    cost_scale: float = par(1.0, "ratio", 0.0, 2.0, "assumption", "D", "fees, food and rent of a way, over the table's distance from the village's own")
    visits_share: float = par(0.5, "ratio", 0.0, 1.0, "assumption", "D", "operator's fee at visits only over full service")
    quality_scale: float = par(1.0, "ratio", 0.0, 2.0, "assumption", "D", "rise of satisfaction, over the table")
    hours_scale: float = par(1.0, "ratio", 0.0, 2.0, "assumption", "D", "hours of staff and volunteers, over the table's distance from the village's own")


state("operator_food", "f8", "ratio", "food cost under the way of operating over the village's own", 1.0)
state("operator_rent", "f8", "ratio", "rent under the way of operating over the village's own", 1.0)
state("operator_hours", "f8", "ratio", "hours offered under the way of operating over the village's own", 1.0)
flow("staff_minutes", "minutes", "minutes that an operator's paid staff served")
posting("cost_operator", "expense", "payables", "bill: the operator's fee")

TURN = Purpose("operation.turn")


@kernel
def take_over(w, operation, way):
    """The ratios of the month. `way` (7): fee, user fee (fen), food, rent, volunteers, staff (minutes), quality."""
    for v in range(len(w.used)):
        o, r = operation[v], w.villages[v]
        r.operator_food = 1.0 + o.cost_scale * (way[2] - 1.0)
        r.operator_rent = max(1.0 + o.cost_scale * (way[3] - 1.0), 0.0)
        r.operator_hours = 1.0 + o.hours_scale * (way[4] - 1.0)


@kernel
def staff(p, w, operation, way, key):
    """Paid staff serve enrolled elders, the disabled first, from a drawn place; satisfaction moves; the fee is billed."""
    for v in range(len(w.used)):
        o, r, f, post = operation[v], w.villages[v], w.flow[v], w.posted[v]
        if r.level == 0:
            continue
        n, first = w.used[v], w.start[v]
        left = np.int64(o.hours_scale * way[5] * f.enrolled / 100.0)
        budget = left
        turn = start_row(p, w, v, False, uniform(key, r.number, 0))
        for able in range(2):
            for j in range(n):
                i = first + wrap(j + turn, n)
                if p.kind[i] != 1 or p.enrolled[i] == 0 or (p.health[i] < 2) != (able == 1):
                    continue
                for q in range(9):
                    k = 8 - q  # personal care and the skilled kinds first
                    minutes = min(int(p.need[i, k]), left)
                    left -= minutes
                    p.need[i, k] -= minutes
                    w.hours[v, PROFESSIONAL, k] += minutes
                if p.received[i] > 0 or p.dines[i] > 0:
                    p.satisfaction[i] = min(np.float64(p.satisfaction[i]) + o.quality_scale * way[6], 1.0)
        f.staff_minutes = budget - left
        full = 1.0 if r.level >= 2 else o.visits_share
        post.cost_operator += np.int64(o.cost_scale * (way[0] * full + way[1] * f.diners) * r.wage_index)


def run_take_over(m) -> None:
    """Who operates this month."""
    if m.parameters.operation.way != "village":
        take_over(m.world, m.values.operation, tables.ways_of_operating()[WAYS.index(m.parameters.operation.way)])


def run_staff(m) -> None:
    """Paid staff and the operator's bill."""
    if m.parameters.operation.way != "village":
        way = tables.ways_of_operating()[WAYS.index(m.parameters.operation.way)]
        staff(m.people, m.world, m.values.operation, way, m.key(TURN))
