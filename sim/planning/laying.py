"""The table of the month: meals a diner, seats, how much of the need they meet, and what draws diners."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner
from sim.planning.menu import FULL_WEEK, door_bill, list_price, seats_of
from sim.state.codes import CANTEEN, FULL, REDUCED, SELF_COOKED, WORKING
from sim.state.world import takes_fees

NO_LIMIT = 1e12  # meals
SERVED, USUAL, SEATS, PART, PULL = range(
    5
)  # of the table: meals a diner, as asked for, seats, need met, wish
REDUCED_MEALS = 0.5  # meals at reduced over full service


@inner
def lay_by_ladder(values, v, village, table):
    """The table as the former ladder has it; whether there is one."""
    canteen = values.canteen[v]
    if village.level < REDUCED or village.facility != WORKING:
        return False
    service = 1.0 if village.level == FULL else REDUCED_MEALS
    table[SERVED] = np.float64(np.int64(canteen.meals_per_day * canteen.days * service))
    table[USUAL] = canteen.meals_per_day * canteen.days
    table[SEATS] = min(canteen.seats, np.float64(village.seats))
    table[PART], table[PULL] = service, 1.0
    for group in range(len(village.price)):
        village.price_felt[group] = village.price[group]
    return True


@inner
def cash_of_a_meal(values, v, village):
    """What a meal takes from the purse in the month, fen: food and fuel less the fee, which buys the next."""
    canteen, fee = values.canteen[v], 0.0
    if takes_fees(values, v, village):
        fee = list_price(values.families[v], village) * village.fee_level * (1.0 - village.free_share)
        fee *= 1.0 - values.families[v].arrears
    food = canteen.food * (1.0 - village.garden_saving) * village.food_price * village.operator_food
    return max(food + canteen.fuel - fee, 0.0)


@inner
def for_cash(world, v, values, meals):
    """Meals a diner and meals in all that cash pays for, where suppliers no longer wait."""
    village, each = world.villages[v], cash_of_a_meal(values, v, world.villages[v])
    if each == 0.0:
        return meals, NO_LIMIT
    most = max(world.balance[v].cash - door_bill(values, v, village), 0) / max(each, 1.0)
    return min(meals, np.floor(most / max(village.diners_mean, 1.0))), most


@inner
def float_of(values, v, village, meals):
    """Cash that next month's deliveries take where no supplier waits, fen: the room, and so many meals."""
    return door_bill(values, v, village) + meals * cash_of_a_meal(values, v, village)


@inner
def feel(values, v, village):
    """Diners have come to feel price, taste and open days a third more than last month."""
    canteen = values.canteen[v]
    pull = canteen.rota_taste if village.rota == 1 else 1.0
    pull *= 1.0 - canteen.days_taste * (1.0 - village.open_week / FULL_WEEK)
    pull *= max(1.0 + canteen.food_taste * (canteen.food / max(canteen.usual_food, 1) - 1.0), 0.0)
    at_once = village.pull_felt < 0.0
    village.pull_felt = pull if at_once else village.pull_felt + canteen.inertia * (pull - village.pull_felt)
    for group in range(len(village.price)):
        felt, price = village.price_felt[group], np.float64(village.price[group])
        village.price_felt[group] = price if at_once else felt + canteen.inertia * (price - felt)


@inner
def is_cooked(village):
    """The door is open for meals, and who cooks them is there."""
    if village.door == 0 or village.meals_a_day == 0:
        return False
    needs_cook = village.step >= CANTEEN and village.rota == 0
    return not needs_cook or village.has_cook == 1


@inner
def lay_by_plan(world, v, values, table):
    """The table as planned: on the days the door is open, with a cook, within what suppliers deliver."""
    village, canteen = world.villages[v], values.canteen[v]
    if canteen.on == 0 or not is_cooked(village):
        return False
    feel(values, v, village)
    meals, most = np.float64(village.door * village.meals_a_day), NO_LIMIT
    table[USUAL] = meals
    if village.cash_only == 1 and village.step >= SELF_COOKED:
        meals, most = for_cash(world, v, values, meals)
    if meals < 1.0:
        return False
    table[SERVED] = meals
    table[SEATS] = min(seats_of(values, v, village, village.step), np.floor(most / meals))
    table[PART] = min(meals / (canteen.meals_per_day * canteen.days), 1.0)
    table[PULL] = village.pull_felt * village.habit
    return True
