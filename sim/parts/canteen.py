"""The shared table (M3 meals, M14 capacity, M17 price by age): who eats, what it costs, who cooks, who
delivers.

State: the cash cost of a meal last month; who dines is written anew each month.
Month: where the table is open and the building stands, those short of meal help are seated first, from a
drawn place; kitchen help comes from the volunteers' offers, the rest is hired. A meal = food + fuel; the
cook, delivery and kitchen help are lines of their own, so that a small village needs a minimum of users.
Whoever eats has the need for meal help met; a delivered meal is a look-in too.
Off, or without a building: nobody eats.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import (
    ASKED,
    AT_TABLE,
    DELIVERED,
    EIGHTY,
    ELDER,
    FULL,
    MEALS,
    MILD,
    MODERATE,
    MUTUAL,
    REDUCED,
    SEVENTY,
    WORKING,
)
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import give, has_offer, identity_of, income_of, residents, row_from, start_row


@section("canteen")
class Canteen:
    """A village canteen."""

    on: bool = switch(True, doc="off: no shared meals")
    meals_per_day: float = par(
        2.0,
        unit="meals/day",
        low=1.0,
        high=3.0,
        doc="meals a day at full service; reduced service halves them",
        source="Dakeng, Tuanjie, Gengjia: two or three",
        grade="C",
    )
    days: float = par(26.0, unit="days/month", low=15.0, high=31.0, doc="days open in a month")
    food: float = par(
        2.5,
        unit="yuan/meal",
        low=1.5,
        high=5.0,
        doc="food of one meal",
        source=(
            "derived: 332 yuan an elder-month for three meals, labour in it (Tuanjie), is 3.7 a meal; "
            "Mizhi 2013 10 yuan a day"
        ),
        grade="C",
        stored="fen",
    )
    fuel: float = par(0.3, unit="yuan/meal", low=0.1, high=0.8, doc="fuel of one meal", stored="fen")
    cook: float = par(
        1800.0,
        unit="yuan/month",
        low=1000.0,
        high=2000.0,
        doc="one cook for up to 40 diners",
        source="two field studies: Jianghan Plain, K county (2024-25)",
        grade="B",
        stored="fen",
    )
    diners_per_cook: float = par(
        40.0,
        unit="persons",
        low=15.0,
        high=60.0,
        doc="diners one cook serves",
        source="K county: two cooks for 35-40 diners; assumption",
    )
    delivery: float = par(
        1250.0,
        unit="yuan/month",
        low=0.0,
        high=1500.0,
        doc="delivery worker, paid per share of a full round",
        source="field studies Hubei, Zhejiang (2024)",
        grade="B",
        stored="fen",
    )
    round_size: float = par(15.0, unit="persons", low=5.0, high=40.0, doc="elders of a full delivery round")
    reduced_staff: float = par(
        0.6, unit="ratio", low=0.3, high=1.0, doc="cook and delivery at reduced meals over full service"
    )
    kitchen_minutes: float = par(
        2.5,
        unit="minutes/meal",
        low=0.0,
        high=8.0,
        doc="unpaid kitchen help a meal",
        source="assumption; rota of 20 for 80 diners in Mahewan",
    )
    hired_help: float = par(
        10.0,
        unit="yuan/hour",
        low=5.0,
        high=20.0,
        doc="wage of hired help where the rota falls short",
        stored="fen",
    )
    seats: float = par(
        40.0,
        unit="persons",
        low=10.0,
        high=80.0,
        doc="diners a canteen can serve",
        source="12-35 regular diners in eleven cases",
        grade="C",
    )
    uptake: float = par(
        0.30,
        unit="share",
        low=0.05,
        high=0.6,
        doc="enrolled elders without difficulty who eat at the reference price",
        source="13 % of 60+ in WS village, 55-70 % in success cases",
        grade="C",
    )
    need_uptake: float = par(
        0.62,
        unit="share",
        low=0.2,
        high=0.95,
        doc="enrolled elders short of meal help who eat at the reference price",
    )
    short_hours: float = par(
        2.0,
        unit="hours/month",
        low=0.5,
        high=10.0,
        doc="unmet meal help from which an elder counts as short of it",
        stored="minutes",
    )
    reference_price: float = par(
        3.0,
        unit="yuan/meal",
        low=1.0,
        high=5.0,
        doc="price at which uptake is measured",
        source="median of nine village price lists",
        grade="C",
        stored="fen",
    )
    elasticity: float = par(
        0.5, unit="ratio", low=0.0, high=1.5, doc="fall of uptake per relative rise of price"
    )
    able_share: float = par(0.35, unit="share", low=0.1, high=0.6, doc="income an elder can put into meals")


column("dines", "i1", unit="code", label="0 no, 1 at the table, 2 delivered at home")
state("meal_cost", "i8", unit="fen/meal", label="cash cost of one meal, last month", initial=550)
state(
    "price",
    "f8",
    unit="fen/meal",
    label="price for those of 60-69, 70-79, 80 and over",
    shape=(3,),
    written_by=("families",),
)
flow("diners", unit="persons", label="elders who eat regularly")
flow("delivered", unit="persons", label="of these, served at home")
flow("meals", unit="meals", label="meals served")
flow("turned_away", unit="persons", label="elders who wanted to eat and found no seat")
flow("fees_at_list", unit="fen", label="what fees would be at level one of the price list")
flow("meal_fees", unit="fen", label="fees for meals")
flow("canteen_cost", unit="fen", label="cost of the canteen's own lines")
flow("kitchen_minutes", unit="minutes", label="unpaid kitchen help")
flow("diner_price_sum", unit="fen", label="sum over diners of the price of a meal")
for _line, _label in (
    ("food", "food"),
    ("fuel", "fuel"),
    ("cook", "cooks"),
    ("delivery", "delivery workers"),
    ("hired", "hired kitchen help"),
):
    posting(f"cost_{_line}", debit="expense", credit="payables", label=f"bill: {_label}")

TASTE = Purpose("canteen.taste")
ROTA = Purpose("canteen.rota")

REDUCED_MEALS = 0.5  # meals at reduced over full service
LEAST_TASTE = 0.5  # chance of eating without satisfaction over that at middling satisfaction
PLACE_OF_DINERS, PLACE_OF_COOKS = 0, 1  # indices of the rota's draws


@inner
def band(age):
    """Age band of the price list: 0 for 60-69, 1 for 70-79, 2 for 80 and over."""
    return 0 if age < SEVENTY else (1 if age < EIGHTY else 2)


@inner
def is_short(people, i, canteen):
    """Whether an elder counts as short of meal help."""
    return people.need[i, MEALS] >= canteen.short_hours


@inner
def wants(people, i, identity, canteen, price, wage_index, remit_left, key):
    """Whether an elder eats at this price.

    Need, price, purse (incomes follow wages); taste is fixed to the person.
    """
    if people.enrolled[i] == 0 or people.place[i] < 0:
        return False
    chance = canteen.need_uptake if is_short(people, i, canteen) else canteen.uptake
    if people.dibao[i] == 0:
        dearer = price / max(canteen.reference_price * wage_index, 1.0) - 1.0
        chance *= max(1.0 - canteen.elasticity * dearer, 0.0)
        purse = canteen.able_share * wage_index * income_of(people, i, remit_left)
        if price * canteen.meals_per_day * canteen.days > purse:
            return False
    taste = LEAST_TASTE + np.float64(people.satisfaction[i])
    return uniform(key, identity, 0) < min(chance, 1.0) * taste


@inner
def eats_at_home(people, i):
    """Whether meals are delivered: to the moderately ill, and to the very old who are mildly so."""
    frail = people.health[i] == MILD and people.age[i] >= EIGHTY
    return people.health[i] >= MODERATE or frail


@inner
def seat(people, world, v, i, price, list_price, meals):
    """An elder eats `meals` this month: need met, fees, counts."""
    village, flow = world.villages[v], world.flow[v]
    home = eats_at_home(people, i)
    flow.diners += 1
    people.dines[i] = DELIVERED if home else AT_TABLE
    flow.delivered += 1 if home else 0
    need = int(people.need[i, MEALS])
    met = need if village.level == FULL else (need + 1) // 2
    world.hours[v, ASKED, MEALS] += met
    world.hours[v, MUTUAL, MEALS] += met
    people.need[i, MEALS] -= met
    flow.diner_price_sum += np.int64(price)
    if people.dibao[i] == 0:
        flow.meal_fees += np.int64(price * meals)
        flow.fees_at_list += np.int64(list_price * meals)


@inner
def come_to_table(people, world, v, i, canteen, seats, meals, key):
    """An elder who wants to eat is seated or turned away."""
    village, flow = world.villages[v], world.flow[v]
    identity, group = identity_of(village.number, people.serial[i]), band(people.age[i])
    price = village.price[group]
    if not wants(people, i, identity, canteen, price, village.wage_index, village.remit_left, key):
        return
    if flow.diners >= seats:
        flow.turned_away += 1
    else:
        seat(people, world, v, i, price, village.list_price[group], meals)


@inner
def cook_unpaid(people, world, v, wanted, drawn):
    """Kitchen minutes of `wanted` that volunteers give, half an offer at most, from a drawn one on."""
    found = 0
    turn = start_row(people, world, v, True, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, turn, step)
        if has_offer(people, i) and found < wanted:
            minutes = min(np.int64(people.offer[i] // 2), np.int64(wanted - found))
            give(people, world, v, i, minutes)
            found += minutes
    return found


@inner
def bill(world, v, canteen, hired_minutes):
    """Cost lines of the month and the families' fees."""
    village, flow, post = world.villages[v], world.flow[v], world.posted[v]
    staff = 1.0 if village.level == FULL else canteen.reduced_staff
    cooks = -(-flow.diners // max(np.int64(canteen.diners_per_cook), 1))
    garden = 1.0 - village.garden_saving
    food = np.int64(flow.meals * canteen.food * garden * village.food_price * village.operator_food)
    fuel = flow.meals * canteen.fuel
    cook = np.int64(cooks * canteen.cook * staff * village.wage_index)
    rounds = min(flow.delivered / canteen.round_size, 1.0)
    delivery = np.int64(canteen.delivery * rounds * staff * village.wage_index)
    hired = np.int64(hired_minutes * canteen.hired_help * village.wage_index / 60.0)
    post.cost_food += food
    post.cost_fuel += fuel
    post.cost_cook += cook
    post.cost_delivery += delivery
    post.cost_hired += hired
    flow.canteen_cost = food + fuel + cook + delivery + hired
    village.meal_cost = flow.canteen_cost // max(flow.meals, 1)
    post.due_families += flow.meal_fees


@kernel
def serve(people, world, values, keys, rota_keys):
    """Seat the diners, count meals and fees, post the canteen's bills, use kitchen help from the
    volunteers' offers.
    """
    for v in range(len(world.used)):
        key, rota_key = keys[world.county[v]], rota_keys[world.county[v]]
        canteen, village, flow = values.canteen[v], world.villages[v], world.flow[v]
        for i in residents(world, v):
            people.dines[i] = 0
        if village.level < REDUCED or village.facility != WORKING:
            continue
        service = 1.0 if village.level == FULL else REDUCED_MEALS
        meals = np.int64(canteen.meals_per_day * canteen.days * service)
        seats = min(canteen.seats, village.seats)
        turn = start_row(people, world, v, False, uniform(rota_key, village.number, PLACE_OF_DINERS))
        for group in range(2):  # those short of meal help first, then the others, from a drawn place
            for step in range(world.used[v]):
                i = row_from(world, v, turn, step)
                if people.kind[i] != ELDER or people.dines[i] != 0:
                    continue
                if is_short(people, i, canteen) == (group == 0):
                    come_to_table(people, world, v, i, canteen, seats, meals, key)
        flow.meals = flow.diners * meals
        if flow.diners > 0:
            wanted = flow.meals * canteen.kitchen_minutes
            drawn = uniform(rota_key, village.number, PLACE_OF_COOKS)
            flow.kitchen_minutes = cook_unpaid(people, world, v, wanted, drawn)
            bill(world, v, canteen, wanted - flow.kitchen_minutes)


def run(model) -> None:
    """The month's meals."""
    if model.parameters.canteen.on:
        serve(model.people, model.world, model.values.table, model.lasting_keys(TASTE), model.keys(ROTA))
