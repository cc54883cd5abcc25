"""The shared table (M3 meals, M14 capacity, M17 price by age): who eats, what it costs, who cooks, who
delivers.

A meal = food + fuel; the cook, delivery and kitchen help are lines of their own, so that a small village
needs a minimum of users. Whoever eats has the need for meal help met; a delivered meal is a look-in too.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.state.codes import ASKED, ELDER, FULL, MEALS, MILD, MODERATE, MUTUAL, REDUCED, WORKING
from sim.state.fields import column, flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import give, identity_of, start_row


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


@kernel
def band(age):
    """Age band of the price list: 0 for 60-69, 1 for 70-79, 2 for 80 and over."""
    return 0 if age < 840 else (1 if age < 960 else 2)


@inner
def wants(people, i, ident, c, price, index, left, key):
    """Whether an elder eats at this price.

    Need, price, purse (incomes follow wages); taste is fixed to the person.
    """
    if people.enrolled[i] == 0 or people.place[i] < 0:
        return False
    chance = c.need_uptake if people.need[i, MEALS] >= c.short_hours else c.uptake
    if people.dibao[i] == 0:
        chance *= max(1.0 - c.elasticity * (price / max(c.reference_price * index, 1.0) - 1.0), 0.0)
        if price * c.meals_per_day * c.days > c.able_share * index * (
            int(people.income[i]) + int(int(people.remit[i]) * left)
        ):
            return False
    return uniform(key, ident, 0) < min(chance, 1.0) * (0.5 + np.float64(people.satisfaction[i]))


@kernel
def serve(people, world, values, keys, rota_keys):
    """Seat the diners, count meals and fees, post the canteen's bills, use kitchen help from the
    volunteers' offers.
    """
    for v in range(len(world.used)):
        key, rota_key = keys[world.county[v]], rota_keys[world.county[v]]
        canteen, village, flow = values.canteen[v], world.villages[v], world.flow[v]
        n = world.used[v]
        for i in range(world.start[v], world.start[v] + n):
            people.dines[i] = 0
        if village.level < REDUCED or village.facility != WORKING:
            continue
        per_person = np.int64(canteen.meals_per_day * canteen.days * (1.0 if village.level == FULL else 0.5))
        seats = min(canteen.seats, village.seats)
        turn = start_row(people, world, v, False, uniform(rota_key, village.number, 0))
        for want in range(2):  # those short of meal help first, then the others, from a drawn place
            for j in range(n):
                i = world.start[v] + wrap(j + turn, n)
                if (
                    people.kind[i] != ELDER
                    or people.dines[i] != 0
                    or (people.need[i, MEALS] >= canteen.short_hours) != (want == 0)
                ):
                    continue
                b = band(people.age[i])
                if not wants(
                    people,
                    i,
                    identity_of(village.number, people.serial[i]),
                    canteen,
                    village.price[b],
                    village.wage_index,
                    village.remit_left,
                    key,
                ):
                    continue
                if flow.diners >= seats:
                    flow.turned_away += 1
                    continue
                flow.diners += 1
                home = people.health[i] >= MODERATE or (people.health[i] == MILD and people.age[i] >= 960)
                people.dines[i] = 2 if home else 1
                flow.delivered += 1 if home else 0
                met = (
                    int(people.need[i, MEALS])
                    if village.level == FULL
                    else (int(people.need[i, MEALS]) + 1) // 2
                )
                world.hours[v, ASKED, MEALS] += met
                world.hours[v, MUTUAL, MEALS] += met
                people.need[i, MEALS] -= met
                if people.dibao[i] == 0:
                    flow.meal_fees += np.int64(village.price[b] * per_person)
                flow.diner_price_sum += np.int64(village.price[b])
                flow.fees_at_list += (
                    np.int64(village.list_price[b] * per_person) if people.dibao[i] == 0 else 0
                )
        flow.meals = flow.diners * per_person
        if flow.diners > 0:
            _bills(people, world, v, canteen, rota_key)


@inner
def _bills(people, world, v, c, rota_key):
    """Cost lines of the month; kitchen minutes come from offers, starting at a drawn volunteer."""
    village, flow, post = world.villages[v], world.flow[v], world.posted[v]
    wanted = flow.meals * c.kitchen_minutes
    n, found = world.used[v], 0
    turn = start_row(people, world, v, True, uniform(rota_key, village.number, 1))
    for j in range(n):
        i = world.start[v] + wrap(j + turn, n)
        if people.volunteer[i] == 1 and people.offer[i] > 0 and found < wanted:
            take = min(np.int64(people.offer[i] // 2), np.int64(wanted - found))
            give(people, world, v, i, take)
            found += take
    flow.kitchen_minutes = found
    full = 1.0 if village.level == FULL else c.reduced_staff
    cooks = -(-flow.diners // max(np.int64(c.diners_per_cook), 1))
    food = np.int64(
        flow.meals * c.food * (1.0 - village.garden_saving) * village.food_price * village.operator_food
    )
    fuel = flow.meals * c.fuel
    cook = np.int64(cooks * c.cook * full * village.wage_index)
    delivery = np.int64(c.delivery * min(flow.delivered / c.round_size, 1.0) * full * village.wage_index)
    hired = np.int64((wanted - found) * c.hired_help * village.wage_index / 60.0)
    post.cost_food += food
    post.cost_fuel += fuel
    post.cost_cook += cook
    post.cost_delivery += delivery
    post.cost_hired += hired
    flow.canteen_cost = food + fuel + cook + delivery + hired
    village.meal_cost = flow.canteen_cost // max(flow.meals, 1)
    post.due_families += flow.meal_fees


def run(model) -> None:
    """The month's meals."""
    if model.parameters.canteen.on:
        serve(model.people, model.world, model.values.table, model.lasting_keys(TASTE), model.keys(ROTA))
