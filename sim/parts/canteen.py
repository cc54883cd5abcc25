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

from sim.engine.kernels import called, inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.planning.laying import PART, PULL, SEATS, SERVED, USUAL, lay_by_ladder, lay_by_plan
from sim.planning.menu import cook_pay, delivery_pay, guests_at, kitchen_minutes
from sim.planning.sheet import draft_of
from sim.state.codes import (
    ASKED,
    AT_TABLE,
    CANTEEN,
    DELIVERED,
    EIGHTY,
    FULL,
    HOME_TABLES,
    MEALS,
    MEALS_DROPPED,
    MILD,
    MODERATE,
    MUTUAL,
)
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import (
    age_band,
    give,
    has_offer,
    identity_of,
    income_of,
    list_enrolled,
    list_offers,
    residents,
    start_row,
)


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
        only=("plan.on=false",),
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
        0.6,
        unit="ratio",
        low=0.3,
        high=1.0,
        doc="cook and delivery at reduced meals over full service",
        only=("plan.on=false",),
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
    inertia: float = par(
        0.33,
        unit="share/month",
        low=0.1,
        high=1.0,
        doc="how far diners move in a month to what price, taste and open days ask for",
    )
    rota_taste: float = par(
        0.9, unit="ratio", low=0.6, high=1.1, doc="wish to eat what a rota cooks over what a cook does"
    )
    days_taste: float = par(
        0.3, unit="share", low=0.0, high=0.8, doc="wish to eat that is lost where a table is seldom laid"
    )
    usual_food: float = par(
        2.5,
        unit="yuan/meal",
        low=1.5,
        high=5.0,
        doc="food money of a meal on which taste stands",
        source="definition: the default of canteen.food",
        stored="fen",
    )
    food_taste: float = par(
        0.2, unit="ratio", low=0.0, high=1.0, doc="relative rise of the wish to eat per rise of food money"
    )


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
state(
    "price_felt",
    "f8",
    unit="fen/meal",
    label="price as diners have come to feel it",
    shape=(3,),
    initial=-1.0,
    written_by=("laying",),
)
state(
    "pull_felt",
    "f8",
    unit="ratio",
    label="wish to eat by taste and open days, as it has come to be felt",
    initial=-1.0,
    written_by=("laying", "station"),
)
flow("guest_meals", unit="meals", label="meals of guests")
flow("rota_wanted", unit="minutes", label="kitchen work and door-keeping asked of helpers")
posting("guest_money", debit="cash", credit="guests", label="guests: paid for meals")
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
WILLING = Purpose("canteen.willing")

HALF = 0.5
LEAST_TASTE = 0.5  # chance of eating without satisfaction over that at middling satisfaction
PLACE_OF_DINERS, PLACE_OF_COOKS = 0, 1  # indices of the rota's draws
LISTED = 0  # row of the village's scratch: who may come to table, then who may help in the kitchen


@inner
def is_short(people, i, canteen):
    """Whether an elder counts as short of meal help."""
    return people.need[i, MEALS] >= canteen.short_hours


@inner
def wants(people, i, identity, canteen, price, pull, meals, wage_index, remit_left, key):
    """Whether an elder eats `meals` a month at this price.

    Need, price, purse (incomes follow wages); taste is fixed to the person. `pull`: the table's own.
    """
    if people.enrolled[i] == 0 or people.place[i] < 0 or people.dropped[i] & MEALS_DROPPED != 0:
        return False
    chance = canteen.need_uptake if is_short(people, i, canteen) else canteen.uptake
    if people.dibao[i] == 0:
        dearer = price / max(canteen.reference_price * wage_index, 1.0) - 1.0
        chance *= max(1.0 - canteen.elasticity * dearer, 0.0)
        purse = canteen.able_share * wage_index * income_of(people, i, remit_left)
        if price * meals > purse:
            return False
    taste = LEAST_TASTE + np.float64(people.satisfaction[i])
    return uniform(key, identity, 0) < min(chance, 1.0) * taste * pull


@inner
def eats_at_home(people, i):
    """Whether meals are delivered: to the moderately ill, and to the very old who are mildly so."""
    frail = people.health[i] == MILD and people.age[i] >= EIGHTY
    return people.health[i] >= MODERATE or frail


@inner
def seat(people, world, v, i, price, list_price, meals, part):
    """An elder eats `meals` this month, which meet `part` of the need: fees, counts."""
    flow = world.flow[v]
    home = eats_at_home(people, i)
    flow.diners += 1
    people.dines[i] = DELIVERED if home else AT_TABLE
    flow.delivered += 1 if home else 0
    need = int(people.need[i, MEALS])
    met = min(np.int64(need * part + HALF), need)
    world.hours[v, ASKED, MEALS] += met
    world.hours[v, MUTUAL, MEALS] += met
    people.need[i, MEALS] -= met
    flow.diner_price_sum += np.int64(price)
    if people.dibao[i] == 0:
        flow.meal_fees += np.int64(price * meals)
        flow.fees_at_list += np.int64(list_price * meals)


@inner
def come_to_table(people, world, v, i, canteen, table, key):
    """An elder who wants to eat is seated or turned away."""
    village, flow = world.villages[v], world.flow[v]
    identity, group = identity_of(village.number, people.serial[i]), age_band(people.age[i])
    felt, usual, pull = village.price_felt[group], table[USUAL], table[PULL]
    wage, remit_left = village.wage_index, village.remit_left
    if not wants(people, i, identity, canteen, felt, pull, usual, wage, remit_left, key):
        return
    if flow.diners >= table[SEATS]:
        flow.turned_away += 1
    else:
        price, at_list = village.price[group], village.list_price[group]
        seat(people, world, v, i, price, at_list, np.int64(table[SERVED]), table[PART])


@inner
def cook_unpaid(people, world, v, wanted, drawn):
    """Kitchen minutes of `wanted` that volunteers give, half an offer at most, from a drawn one on."""
    found, heads = 0, list_offers(people, world, v, LISTED)
    for step in range(heads):
        i = world.work[LISTED, wrap(step + int(drawn * heads), heads)]
        if has_offer(people, i) and found < wanted:
            minutes = min(np.int64(people.offer[i] // 2), np.int64(wanted - found))
            give(people, world, v, i, minutes)
            found += minutes
    return found


@called
def do_kitchen_work(people, world, v, wanted, station, key, drawn):
    """Minutes of `wanted` that helpers willing to do kitchen work give, each within its limit."""
    found, number, heads = 0, world.villages[v].number, list_offers(people, world, v, LISTED)
    for step in range(heads):
        i = world.work[LISTED, wrap(step + int(drawn * heads), heads)]
        asked = found < wanted and has_offer(people, i)
        if asked and uniform(key, identity_of(number, people.serial[i]), 0) < station.kitchen_willing:
            minutes = min(np.int64(people.offer[i]), np.int64(wanted - found), np.int64(station.kitchen_most))
            give(people, world, v, i, minutes)
            found += minutes
    return found


# -- bills -----------------------------------------------------------------------------------------------
@inner
def staff_by_ladder(world, v, canteen):
    """Cook and delivery of the former ladder, fen: whole cooks, less at reduced meals."""
    village, flow = world.villages[v], world.flow[v]
    staff = 1.0 if village.level == FULL else canteen.reduced_staff
    cooks = -(-flow.diners // max(np.int64(canteen.diners_per_cook), 1))
    rounds = min(flow.delivered / canteen.round_size, 1.0)
    cook = np.int64(cooks * canteen.cook * staff * village.wage_index)
    return cook, np.int64(canteen.delivery * rounds * staff * village.wage_index)


@inner
def staff_by_plan(world, v, values, guests):
    """Cook and delivery by the hours of the month, fen; none where a rota or hosts cook."""
    village, flow, canteen = world.villages[v], world.flow[v], values.canteen[v]
    if village.step < CANTEEN:
        return np.int64(0), np.int64(0)
    diners, cook = np.float64(flow.diners + guests), 0.0
    if village.rota == 0:
        days, meals, wage = np.float64(village.door), village.meals_a_day, village.wage_index
        cook = cook_pay(values.station[v], canteen, wage, days, meals, diners)
    carried = np.float64(flow.delivered)
    paid = delivery_pay(canteen, village.wage_index, village.open_week, village.meals_a_day, carried)
    return np.int64(cook), np.int64(paid)


@inner
def bill(world, v, canteen, staff, hired_minutes):
    """Cost lines of the month and the families' fees; `staff`: pay of cook and delivery worker."""
    village, flow, post = world.villages[v], world.flow[v], world.posted[v]
    garden, meals = 1.0 - village.garden_saving, flow.meals + flow.guest_meals
    food = np.int64(meals * canteen.food * garden * village.food_price * village.operator_food)
    fuel = meals * canteen.fuel
    cook, delivery = staff
    hired = np.int64(hired_minutes * canteen.hired_help * village.wage_index / 60.0)
    post.cost_food += food
    post.cost_fuel += fuel
    post.cost_cook += cook
    post.cost_delivery += delivery
    post.cost_hired += hired
    flow.canteen_cost = food + fuel + cook + delivery + hired
    village.meal_cost = flow.canteen_cost // max(meals, 1)
    post.due_families += flow.meal_fees


@called
def settle_meals(people, world, v, values, table, willing_key, drawn):
    """Kitchen work and bills of a planned table; at home the hosts buy the food and are thanked for it."""
    village, flow, station = world.villages[v], world.flow[v], values.station[v]
    draft = draft_of(village.step, village.open_week, village.meals_a_day, village.rota, 1.0, 0, 0)
    guests = np.floor(guests_at(values, v, village, draft, np.float64(flow.diners), village.adults))
    flow.guest_meals = np.int64(guests * table[SERVED])
    world.posted[v].guest_money += flow.guest_meals * station.guest_price
    days = table[SERVED] / max(village.meals_a_day, 1)
    wanted = np.int64(kitchen_minutes(station, values.canteen[v], draft, flow.diners + guests, days))
    work(people, world, v, station, wanted, willing_key, drawn)
    if village.step == HOME_TABLES:
        flow.meal_fees, flow.fees_at_list = 0, 0
        return
    short = wanted - flow.kitchen_minutes if village.rota == 0 and village.step >= CANTEEN else 0
    bill(world, v, values.canteen[v], staff_by_plan(world, v, values, guests), short)


@inner
def work(people, world, v, station, wanted, willing_key, drawn):
    """Helpers do the kitchen work asked for, as far as they do; how much of it is remembered."""
    village, flow = world.villages[v], world.flow[v]
    flow.rota_wanted = wanted
    flow.kitchen_minutes = do_kitchen_work(people, world, v, wanted, station, willing_key, drawn)
    village.rota_filled = flow.kitchen_minutes / wanted if wanted > 0 else 1.0


@inner
def keep_door(people, world, v, values, willing_key, drawn):
    """Station days kept by a rota take helpers' hours."""
    village, station = world.villages[v], values.station[v]
    if village.door > 0 and village.meals_a_day == 0 and village.rota == 1:
        wanted = np.int64(station.keeper_minutes * village.door)
        work(people, world, v, station, wanted, willing_key, drawn)


@inner
def seat_all(people, world, v, canteen, table, turn, key):
    """Those short of meal help first, then the others, from a drawn place."""
    enrolled = list_enrolled(people, world, v, turn, LISTED)
    for group in range(2):
        for place in range(enrolled):
            i = world.work[LISTED, place]
            if people.dines[i] == 0 and is_short(people, i, canteen) == (group == 0):
                come_to_table(people, world, v, i, canteen, table, key)
    world.flow[v].meals = world.flow[v].diners * np.int64(table[SERVED])


@inner
def count_attendance(people, world, v, station, key):
    """Who looks in on an open day: those at table, and of the other enrolled whoever is used to."""
    village, flow = world.villages[v], world.flow[v]
    if village.door == 0:
        return
    for place in range(list_enrolled(people, world, v, 0, LISTED)):
        i = world.work[LISTED, place]
        if people.health[i] < MODERATE:
            looks_in = uniform(key, identity_of(village.number, people.serial[i]), 1) < station.drop_in
            flow.attendance += 1 if people.dines[i] == AT_TABLE or looks_in else 0


@kernel
def serve(people, world, values, planned, keys, rota_keys, willing_keys):
    """Seat the diners, count meals and fees, post the canteen's bills, use kitchen help from the
    volunteers' offers.
    """
    for v in range(len(world.used)):
        county = world.county[v]
        key, rota_key, willing_key = keys[county], rota_keys[county], willing_keys[county]
        canteen, village, flow, table = values.canteen[v], world.villages[v], world.flow[v], world.sums[0:8]
        for i in residents(world, v):
            people.dines[i] = 0
        drawn = uniform(rota_key, village.number, PLACE_OF_COOKS)
        laid = lay_by_plan(world, v, values, table) if planned else lay_by_ladder(values, v, village, table)
        if laid:
            turn = start_row(people, world, v, False, uniform(rota_key, village.number, PLACE_OF_DINERS))
            seat_all(people, world, v, canteen, table, turn, key)
        if planned:
            count_attendance(people, world, v, values.station[v], key)
            keep_door(people, world, v, values, willing_key, drawn)
            if flow.diners > 0:
                settle_meals(people, world, v, values, table, willing_key, drawn)
        elif flow.diners > 0:
            wanted = flow.meals * canteen.kitchen_minutes
            flow.kitchen_minutes = cook_unpaid(people, world, v, wanted, drawn)
            bill(world, v, canteen, staff_by_ladder(world, v, canteen), wanted - flow.kitchen_minutes)


def run(model) -> None:
    """The month's meals, and who looks in at the station."""
    if model.parameters.canteen.on or model.parameters.plan.on:
        keys = model.lasting_keys(TASTE), model.keys(ROTA), model.lasting_keys(WILLING)
        serve(model.people, model.world, model.values.table, model.parameters.plan.on, *keys)
