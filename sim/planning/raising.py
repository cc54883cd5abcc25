"""What a village does with a plan that holds: a fuller one, or a lower price."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner
from sim.planning.books import UP, weigh
from sim.planning.levers import DAYS, ROTA, best_of_step, levers_of, on_menu, usual_plan
from sim.planning.menu import charges_meals, serves_meals
from sim.planning.sheet import CARRIED, MEALS, SHEET, draft_of
from sim.state.codes import CANTEEN, HOME_TABLES, NEIGHBOURS, NO_MONEY, SELF_COOKED, STATION_DAYS

YEAR = 12  # months
CALM = 24  # months after a step down in which none goes up
LOWER, CUSHION, FEWER = 0.9, 3.0, 0.8  # prices fall so far, above so many months of cash, or so few diners
HALF = 0.5
LITTLE = 1e6  # a meal counts for more than any number of days


@inner
def top_of(values, v, village):
    """Fullest step that policy and money rule offer; without a room or leave to open, neighbours."""
    top = values.plan[v].menu_end
    if values.funding[v].rule == NO_MONEY or village.may_open == 0:
        return min(top, NEIGHBOURS)
    return top


@inner
def next_step(village, top):
    """The next fuller step that is offered; guests are no step up."""
    if village.step == STATION_DAYS:
        return min(SELF_COOKED, top)
    return min(village.step + 1, CANTEEN, max(top, village.step))


@called
def more_of_it(world, v, values, old, month, calendar):
    """The same step on more days or with more meals, paid from what is there; (whether, plan)."""
    sheet = world.sums[:SHEET]
    weigh(world, v, values, old, UP, month, calendar)
    before = sheet[MEALS] * LITTLE + np.float64(old.days)
    pulled = levers_of(values.plan[v], world.villages[v], month) & (DAYS | ROTA)
    days = max(old.days, world.villages[v].usual_days)
    meals = max(old.meals, most_meals(values, v, old.step))
    wish = draft_of(old.step, days, meals, old.rota, old.level, 0, 0)
    reason, draft = best_of_step(world, v, values, wish, pulled, UP, month, calendar)
    if reason != CARRIED:
        return False, old
    weigh(world, v, values, draft, UP, month, calendar)
    return sheet[MEALS] * LITTLE + np.float64(draft.days) > before, draft


@inner
def most_meals(values, v, step):
    """Meals a day that a step would serve."""
    if not serves_meals(step):
        return 0
    return np.int64(1) if step == HOME_TABLES else np.int64(values.canteen[v].meals_per_day + HALF)


@called
def fuller(world, v, values, old, month, calendar):
    """A fuller plan that expects well over its cost: one step up, or more days; else the old one."""
    village = world.villages[v]
    resting = month - village.lowered_in < CALM or month - village.raised_in < YEAR
    if resting or old.step < STATION_DAYS:
        return False, old
    top = top_of(values, v, village)
    step = next_step(village, top)
    if step > old.step and on_menu(world, v, values, step, top) == CARRIED:
        usual = usual_plan(world, v, values, step, month, calendar)
        pulled = levers_of(values.plan[v], village, month) & (DAYS | ROTA)
        reason, draft = best_of_step(world, v, values, usual, pulled, UP, month, calendar)
        if reason == CARRIED:
            return True, draft
    return more_of_it(world, v, values, old, month, calendar)


@called
def eased(world, v, values, old, month, calendar):
    """The old plan at a lower price, where cash is plenty or diners fell by a fifth and it stays carried."""
    village = world.villages[v]
    cushion = (values.plan[v].reserve + CUSHION) * village.planned_cost / 12.0
    fell = village.diners_mean < FEWER * village.expected_diners
    has_reason = fell or world.balance[v].cash > cushion
    may_move = charges_meals(old.step) and month - village.price_moved >= YEAR
    if has_reason and may_move and values.plan[v].price == 1:
        lower = draft_of(old.step, old.days, old.meals, old.rota, old.level * LOWER, 0, 0)
        if weigh(world, v, values, lower, 1.0, month, calendar) == CARRIED:
            return lower
    return old
