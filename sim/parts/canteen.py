"""The shared table (M3 meals, M14 capacity, M17 price by age): who eats, what it costs, who cooks, who delivers.

A meal = food + fuel; the cook, delivery and kitchen help are lines of their own, so that a small village needs a
minimum of users. Whoever eats has the need for meal help met; a delivered meal is a look-in too.
"""

from __future__ import annotations

import numpy as np

from sim.ledger import posting
from sim.parameters import par, section, switch
from sim.population import ASKED, MEALS, MUTUAL, column, flow, give, identity_of, start_row, state, wrap
from sim.randomness import Purpose, inner, kernel, uniform


@section("canteen")
class Canteen:
    """A village canteen."""

    on: bool = switch(True, "off: no shared meals")
    meals_per_day: float = par(2.0, "meals/day", 1.0, 3.0, "Dakeng, Tuanjie, Gengjia: two or three", "C", "meals a day at full service; reduced service halves them")
    days: float = par(26.0, "days/month", 15.0, 31.0, "assumption", "D", "days open in a month")
    food: float = par(2.5, "yuan/meal", 1.5, 5.0, "derived: 332 yuan an elder-month for three meals, labour in it (Tuanjie), is 3.7 a meal; Mizhi 2013 10 yuan a day", "C", "food of one meal")
    fuel: float = par(0.3, "yuan/meal", 0.1, 0.8, "assumption", "D", "fuel of one meal")
    cook: float = par(1800.0, "yuan/month", 1000.0, 2000.0, "two field studies: Jianghan Plain, K county (2024-25)", "B", "one cook for up to 40 diners")
    diners_per_cook: float = par(40.0, "persons", 15.0, 60.0, "K county: two cooks for 35-40 diners; assumption", "D", "diners one cook serves")
    delivery: float = par(1250.0, "yuan/month", 0.0, 1500.0, "field studies Hubei, Zhejiang (2024)", "B", "delivery worker, paid per share of a full round")
    round_size: float = par(15.0, "persons", 5.0, 40.0, "assumption", "D", "elders of a full delivery round")
    reduced_staff: float = par(0.6, "ratio", 0.3, 1.0, "assumption", "D", "cook and delivery at reduced meals over full service")
    kitchen_minutes: float = par(2.5, "minutes/meal", 0.0, 8.0, "assumption; rota of 20 for 80 diners in Mahewan", "D", "unpaid kitchen help a meal")
    hired_help: float = par(10.0, "yuan/hour", 5.0, 20.0, "assumption", "D", "wage of hired help where the rota falls short")
    seats: float = par(40.0, "persons", 10.0, 80.0, "12-35 regular diners in eleven cases", "C", "diners a canteen can serve")
    uptake: float = par(0.30, "share", 0.05, 0.6, "13 % of 60+ in WS village, 55-70 % in success cases", "C", "enrolled elders without difficulty who eat at the reference price")
    need_uptake: float = par(0.62, "share", 0.2, 0.95, "assumption", "D", "enrolled elders short of meal help who eat at the reference price")
    short_hours: float = par(2.0, "hours/month", 0.5, 10.0, "assumption", "D", "unmet meal help from which an elder counts as short of it")
    reference_price: float = par(3.0, "yuan/meal", 1.0, 5.0, "median of nine village price lists", "C", "price at which uptake is measured")
    elasticity: float = par(0.5, "ratio", 0.0, 1.5, "assumption", "D", "fall of uptake per relative rise of price")
    able_share: float = par(0.35, "share", 0.1, 0.6, "assumption", "D", "income an elder can put into meals")


column("dines", "i1", "code", "0 no, 1 at the table, 2 delivered at home")
state("meal_cost", "i8", "fen/meal", "cash cost of one meal, last month", 550)
state("price", "f8", "fen/meal", "price for those of 60-69, 70-79, 80 and over", shape=(3,))
flow("diners", "persons", "elders who eat regularly")
flow("delivered", "persons", "of these, served at home")
flow("meals", "meals", "meals served")
flow("turned_away", "persons", "elders who wanted to eat and found no seat")
flow("fees_at_list", "fen", "what fees would be at level one of the price list")
flow("meal_fees", "fen", "fees for meals")
flow("canteen_cost", "fen", "cost of the canteen's own lines")
flow("kitchen_minutes", "minutes", "unpaid kitchen help")
flow("diner_price_sum", "fen", "sum over diners of the price of a meal")
for _line, _label in (("food", "food"), ("fuel", "fuel"), ("cook", "cooks"), ("delivery", "delivery workers"), ("hired", "hired kitchen help")):
    posting(f"cost_{_line}", "expense", "payables", f"bill: {_label}")

TASTE = Purpose("canteen.taste")
ROTA = Purpose("canteen.rota")


@kernel
def band(age):
    """Age band of the price list: 0 for 60-69, 1 for 70-79, 2 for 80 and over."""
    return 0 if age < 840 else (1 if age < 960 else 2)


@inner
def wants(p, i, ident, c, price, index, left, key):
    """Whether an elder eats at this price: need, price, purse (incomes follow wages); taste is fixed to the person."""
    if p.enrolled[i] == 0 or p.place[i] < 0:
        return False
    chance = c.need_uptake if p.need[i, MEALS] >= c.short_hours else c.uptake
    if p.dibao[i] == 0:
        chance *= max(1.0 - c.elasticity * (price / max(c.reference_price * index, 1.0) - 1.0), 0.0)
        if price * c.meals_per_day * c.days > c.able_share * index * (int(p.income[i]) + int(int(p.remit[i]) * left)):
            return False
    return uniform(key, ident, 0) < min(chance, 1.0) * (0.5 + np.float64(p.satisfaction[i]))


@kernel
def serve(p, w, values, key, rota_key):
    """Seat the diners, count meals and fees, post the canteen's bills, use kitchen help from the volunteers' offers."""
    for v in range(len(w.used)):
        c, r, f = values.canteen[v], w.villages[v], w.flow[v]
        n = w.used[v]
        for i in range(w.start[v], w.start[v] + n):
            p.dines[i] = 0
        if r.level < 2 or r.facility != 2:
            continue
        per_person = np.int64(c.meals_per_day * c.days * (1.0 if r.level == 3 else 0.5))
        seats = min(c.seats, r.seats)
        turn = start_row(p, w, v, False, uniform(rota_key, r.number, 0))
        for want in range(2):  # those short of meal help first, then the others, from a drawn place
            for j in range(n):
                i = w.start[v] + wrap(j + turn, n)
                if p.kind[i] != 1 or p.dines[i] != 0 or (p.need[i, MEALS] >= c.short_hours) != (want == 0):
                    continue
                b = band(p.age[i])
                if not wants(p, i, identity_of(r.number, p.serial[i]), c, r.price[b], r.wage_index, r.remit_left, key):
                    continue
                if f.diners >= seats:
                    f.turned_away += 1
                    continue
                f.diners += 1
                home = p.health[i] >= 2 or (p.health[i] == 1 and p.age[i] >= 960)
                p.dines[i] = 2 if home else 1
                f.delivered += 1 if home else 0
                met = int(p.need[i, MEALS]) if r.level == 3 else (int(p.need[i, MEALS]) + 1) // 2
                w.hours[v, ASKED, MEALS] += met
                w.hours[v, MUTUAL, MEALS] += met
                p.need[i, MEALS] -= met
                if p.dibao[i] == 0:
                    f.meal_fees += np.int64(r.price[b] * per_person)
                f.diner_price_sum += np.int64(r.price[b])
                f.fees_at_list += np.int64(r.list_price[b] * per_person) if p.dibao[i] == 0 else 0
        f.meals = f.diners * per_person
        if f.diners > 0:
            _bills(p, w, v, c, rota_key)


@inner
def _bills(p, w, v, c, rota_key):
    """Cost lines of the month; kitchen minutes come from offers, starting at a drawn volunteer."""
    r, f, post = w.villages[v], w.flow[v], w.posted[v]
    wanted = f.meals * c.kitchen_minutes
    n, found = w.used[v], 0
    turn = start_row(p, w, v, True, uniform(rota_key, r.number, 1))
    for j in range(n):
        i = w.start[v] + wrap(j + turn, n)
        if p.volunteer[i] == 1 and p.offer[i] > 0 and found < wanted:
            take = min(np.int64(p.offer[i] // 2), np.int64(wanted - found))
            give(p, w, v, i, take)
            found += take
    f.kitchen_minutes = found
    full = 1.0 if r.level == 3 else c.reduced_staff
    cooks = -(-f.diners // max(np.int64(c.diners_per_cook), 1))
    food = np.int64(f.meals * c.food * (1.0 - r.garden_saving) * r.food_price * r.operator_food)
    fuel = f.meals * c.fuel
    cook = np.int64(cooks * c.cook * full * r.wage_index)
    delivery = np.int64(c.delivery * min(f.delivered / c.round_size, 1.0) * full * r.wage_index)
    hired = np.int64((wanted - found) * c.hired_help * r.wage_index / 60.0)
    post.cost_food += food
    post.cost_fuel += fuel
    post.cost_cook += cook
    post.cost_delivery += delivery
    post.cost_hired += hired
    f.canteen_cost = food + fuel + cook + delivery + hired
    r.meal_cost = f.canteen_cost // max(f.meals, 1)
    post.due_families += f.meal_fees


def run(m) -> None:
    """The month's meals."""
    if m.parameters.canteen.on:
        serve(m.people, m.world, m.values.table, m.lasting_key(TASTE), m.key(ROTA))
