"""M4 Choice of care: what can wait goes to mutual aid or to paid care; who pays too much drops the dearest.

State   whether a child from another house is asked last; which of mutual and paid help gave more last month;
        months in a row in which care took too much of the purse; what was dropped for it.
Month   `run` before the table and the visits: elders whom a station knows and who are short of health settle
        each kind that can wait (not escorts, emergencies, personal care; rehabilitation as neighbours may
        give). Utility of paid over mutual help: price over income, quality, norm, habit; a lasting draw for
        each kind stands against the logistic share. Who chose paid care is served first, as far as purse and
        carers go; the rest is asked of mutual aid. `run_rest` at the end: what mutual aid could not serve
        falls to paid care (the income set aside for it), then to children who were not asked first.
        Who pays over `burden` of the purse for `patience` months in a row drops the dearest in a month with
        chance `drops`: bed, home, paid hours, meals. It is taken up again when the purse carries it. A bed is
        paid by the family, whose purse is that of admission: over what it can raise is over the limit.
Off     family first, then mutual aid, then paid care (M4); nobody drops anything.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.logistic import logistic
from sim.engine.randomness import Purpose, uniform
from sim.state.care import serve_by_child, serve_by_paid_care
from sim.state.codes import (
    ALL_KINDS,
    BED_DROPPED,
    CLOSED,
    ELDER,
    EMERGENCY,
    ESCORT,
    FAMILY,
    HOME_DROPPED,
    HOURS_DROPPED,
    IN_HOME,
    MEALS_DROPPED,
    MILD,
    PERSONAL,
    PROFESSIONAL,
    UNMET,
)
from sim.state.fields import column, flow
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import (
    age_band,
    eligible_of,
    family_share,
    identity_of,
    income_of,
    norm_now,
    relies_on_children,
    row_from,
)
from sim.state.purposes import RELIES
from sim.state.world import takes_fees

ON = ("on=true",)


@section("choice")
class Choice:
    """Mutual or paid care, and how much of a purse care may take."""

    on: bool = switch(True, doc="off: family first, then mutual aid, then paid care; nothing is dropped")
    price_weight: float = par(
        2.0,
        unit="ratio",
        low=0.5,
        high=5.0,
        doc="utility of a free hour of paid care over one at the price at which half choose it",
        only=ON,
    )
    half_price: float = par(
        8.0,
        unit="yuan/hour",
        low=3.0,
        high=15.0,
        doc="price at which half choose paid care, at the usual income",
        source="assumption: willingness to pay of rural families, 8 (3-15); no rural figure was found",
        stored="fen",
        only=ON,
    )
    usual_income: float = par(
        880.0,
        unit="yuan/month",
        low=500.0,
        high=1500.0,
        doc="income with money from children at which `half_price` holds; it moves in proportion",
        source="assumption: mean of the default county",
        stored="fen",
        only=ON,
    )
    paid_quality: float = par(
        0.5,
        unit="share",
        low=0.2,
        high=0.9,
        doc="quality of paid care at home, on the scale of satisfaction with mutual aid",
        only=ON,
    )
    quality_weight: float = par(
        2.0, unit="ratio", low=0.0, high=5.0, doc="utility of full quality over none", only=ON
    )
    norm_weight: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=3.0,
        doc="utility that paid care loses with those who rely on children, beside those who do not",
        only=ON,
    )
    habit_weight: float = par(
        1.0, unit="ratio", low=0.0, high=3.0, doc="utility of what gave more last month", only=ON
    )
    subsidy: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="price of paid care at home that government pays",
        source="design choice: none",
        only=ON,
    )
    carers: float = par(
        160.0,
        unit="hours/month",
        low=10.0,
        high=640.0,
        doc="hours of paid carers that 100 elders can hire at home",
        source="assumption: one carer in full work; no count of rural home carers was found",
        stored="minutes",
        only=ON,
    )
    burden: float = par(
        0.35,
        unit="share",
        low=0.2,
        high=0.6,
        doc="of the purse that care may take; more is too much",
        only=ON,
    )
    patience: int = par(
        2, unit="months", low=1, high=6, doc="months in a row of too much before anything is dropped", only=ON
    )
    drops: float = par(
        0.33,
        unit="share/month",
        low=0.1,
        high=1.0,
        doc="of those who pay too much, who drop the dearest in a month",
        only=ON,
    )


column(
    "child_last",
    "i1",
    unit="flag",
    label="a child from another house is asked after mutual and paid care",
    written_by=("needs",),
)
column("habit", "i1", unit="code", label="help that gave more last month: -1 mutual, 1 paid, 0 neither")
column("bought", "i2", unit="minutes", label="paid care at home bought this month")
column("strained", "i1", unit="months", label="months in a row in which care took too much of the purse")
column("dropped", "i1", unit="bits", label="given up for its price: 1 bed, 2 home, 4 paid hours, 8 meals")
flow("care_chosen", unit="minutes", label="paid care at home chosen before mutual aid")
flow("care_bought", unit="minutes", label="paid care at home bought in all")
flow("care_short", unit="minutes", label="paid care chosen for which no carer was left")
flow(
    "child_minutes",
    unit="minutes",
    label="care of each kind by children from other houses who were asked last",
    shape=(9,),
)
flow("strained", unit="persons", label="elders whose care took too much of the purse")
flow("drops", unit="persons", label="elders who dropped a bed, a home, paid hours, meals", shape=(4,))
posting("care_families", debit="carers", credit="families", label="families: paid care at home")
posting("care_government", debit="carers", credit="government", label="government: part of paid care at home")

TASTE = Purpose("choice.taste")
TURN = Purpose("choice.turn")
DROP = Purpose("choice.drop")

MUTUAL_HABIT, NO_HABIT, PAID_HABIT = -1, 0, 1
BED, HOME, HOURS, MEALS_EATEN = range(4)  # from the dearest
LONGEST = 100  # months that are counted
NO_LIMIT = 30_000  # minutes a month: more than anybody needs of what can wait


# -- which of the two ------------------------------------------------------------------------------------
@inner
def net_price(needs, choice, government):
    """What an hour of paid care costs the elder, whole fen."""
    return np.int64(needs.professional_price * (1.0 - choice.subsidy if government else 1.0))


@inner
def chance_of_paid(people, i, choice, price, income, relies, norm):
    """Share that turns to paid care: price over income, quality, norm and habit."""
    if income <= 0:
        return 0.0
    utility = choice.price_weight * (1.0 - price * choice.usual_income / (choice.half_price * income))
    utility += choice.quality_weight * (choice.paid_quality - np.float64(people.satisfaction[i]))
    utility -= choice.norm_weight * ((1.0 if relies else 0.0) - norm)
    return logistic(utility + choice.habit_weight * people.habit[i])


@inner
def can_wait(kind):
    """Kinds that are chosen for; personal care is mutual aid's by exception only."""
    return kind != ESCORT and kind != EMERGENCY and kind != PERSONAL


@inner
def has_choice(people, i, village):
    """Elders at home, short of health, whom an open station knows."""
    if village.level == CLOSED or people.enrolled[i] == 0:
        return False
    return people.health[i] >= MILD and people.place[i] >= 0


@inner
def choose_kinds(people, i, needs, chance, identity, key):
    """Bits of the kinds for which elder i turns to paid care, and the minutes of them."""
    kinds, minutes = 0, 0
    for kind in range(ALL_KINDS):
        if can_wait(kind) and people.need[i, kind] > 0 and uniform(key, identity, kind) < chance:
            kinds |= 1 << kind
            minutes += eligible_of(int(people.need[i, kind]), kind, needs)
    return kinds, minutes


# -- what it may cost ------------------------------------------------------------------------------------
@inner
def bed_due(people, i, referral, burden, government):
    """Fen that a bed takes of the purse: `burden` of it where it costs all that a family can raise."""
    if people.place[i] >= 0 or people.dropped[i] & BED_DROPPED != 0:
        return 0.0
    own = referral.bed_price * family_share(people, i, referral.bed_subsidy, government)
    return burden * own / max(referral.afford, 1e-9)


@inner
def home_due(people, i, homes, fees):
    """Fee of the village home, fen."""
    free = not fees or people.dibao[i] == 1
    if people.living[i] != IN_HOME or people.dropped[i] & HOME_DROPPED != 0 or free:
        return 0.0
    return np.float64(homes.fee)


@inner
def meals_due(people, i, village, eaten):
    """Fen for `eaten` meals at this month's price over wages, which incomes follow."""
    if people.dibao[i] == 1 or (people.dines[i] == 0 and people.dropped[i] == 0):
        return 0.0
    return village.price[age_band(people.age[i])] * eaten


@inner
def drop_dearest(people, i, bed, home, hours, flow):
    """Elder i gives up the dearest of what is still paid for."""
    if bed > 0.0:
        people.dropped[i] |= BED_DROPPED
        flow.drops[BED] += 1
    elif home > 0.0:
        people.dropped[i] |= HOME_DROPPED
        flow.drops[HOME] += 1
    elif hours > 0.0:
        people.dropped[i] |= HOURS_DROPPED
        flow.drops[HOURS] += 1
    else:
        people.dropped[i] |= MEALS_DROPPED
        flow.drops[MEALS_EATEN] += 1


@inner
def forget_places(people, i):
    """Who has left a bed or the home has nothing more to leave there."""
    if people.place[i] >= 0:
        people.dropped[i] &= ~BED_DROPPED
    if people.living[i] != IN_HOME:
        people.dropped[i] &= ~HOME_DROPPED


@inner
def has_dues(people, i):
    """Who paid for care last month, or has something to take up again."""
    if people.dines[i] > 0 or people.bought[i] > 0 or people.strained[i] + people.dropped[i] > 0:
        return True
    return people.place[i] < 0 or people.living[i] == IN_HOME


@inner
def look_into_purse(people, world, v, i, values, wanted, price, income, eaten, government, identity, key):
    """Count the months of too much, drop or take up again; fen left beside home and meals.

    `wanted` minutes of paid care are chosen this month at `price` fen an hour; `eaten` meals a diner.
    """
    choice, flow, limit = values.choice[v], world.flow[v], values.choice[v].burden * income
    forget_places(people, i)
    bed = bed_due(people, i, values.referral[v], choice.burden, government)
    home = home_due(people, i, values.homes[v], takes_fees(values, v, world.villages[v]))
    each = meals_due(people, i, world.villages[v], eaten)
    meals = each if people.dines[i] > 0 and people.dropped[i] & MEALS_DROPPED == 0 else 0.0
    hours = np.int64(people.bought[i]) * price / 60.0
    if bed + home + hours + meals > limit:
        flow.strained += 1
        people.strained[i] = min(int(people.strained[i]) + 1, LONGEST)
        if people.strained[i] >= choice.patience and uniform(key, identity, 0) < choice.drops:
            drop_dearest(people, i, bed, home, hours, flow)
    else:
        people.strained[i] = 0
        again = max(wanted * price / 60.0, income * values.needs[v].professional_income_share)
        if people.dropped[i] != 0 and again + home + each <= limit:
            people.dropped[i] = 0
    return np.int64(max(income - home - meals, 0.0))


# -- serve -----------------------------------------------------------------------------------------------
@inner
def affordable(money, price):
    """Minutes of paid care that whole fen buy; as much as anybody needs where it is free."""
    return min(money * 60 // price, NO_LIMIT) if price > 0 else np.int64(NO_LIMIT)


@inner
def pay_carers(world, v, minutes, price, full):
    """A village has bought minutes of paid care: families pay their price, government the rest."""
    post, family = world.posted[v], minutes * price // 60
    post.care_families += family
    post.care_government += minutes * full // 60 - family
    world.flow[v].care_bought += minutes


@inner
def serve_chosen(people, world, v, i, needs, kinds, most):
    """Paid care of the chosen kinds within `most` minutes; those served."""
    served = 0
    for kind in range(ALL_KINDS):
        if kinds >> kind & 1 == 1:
            minutes = min(eligible_of(int(people.need[i, kind]), kind, needs), most - served)
            people.need[i, kind] -= minutes
            world.hours[v, PROFESSIONAL, kind] += minutes
            served += minutes
    return served


@inner
def carers_of(choice, village):
    """Minutes of paid carers in a village this month."""
    return np.int64(choice.carers * village.elders / 100.0)


@inner
def turn_of(world, v, key):
    """A drawn place at which the month's round of carers begins."""
    return np.int64(uniform(key, world.villages[v].number, 0) * world.used[v])


@inner
def wish_of(people, v, i, values, price, income, norms, identity, keys):
    """Bits of the kinds for which elder i would pay, and their minutes; `norms`: at first and now."""
    relies = relies_on_children(keys[0], identity, norms[1])
    chance = chance_of_paid(people, i, values.choice[v], price, income, relies, norms[0])
    return choose_kinds(people, i, values.needs[v], chance, identity, keys[1])


@kernel
def choose(people, world, values, years, government, norm_keys, taste_keys, drop_keys, turn_keys):
    """Each elder of a village, from a drawn place: what is chosen, what the purse says, what carers do."""
    for v in range(len(world.used)):
        choice, needs, village, flow = values.choice[v], values.needs[v], world.villages[v], world.flow[v]
        county, full = world.county[v], needs.professional_price
        keys, drop_key = (norm_keys[county], taste_keys[county]), drop_keys[county]
        norms = values.acceptance[v].norm, norm_now(values.acceptance[v], village, years)
        price, carers = net_price(needs, choice, government), carers_of(choice, village)
        first, left = turn_of(world, v, turn_keys[county]), carers
        eaten = village.served_meals / (max(village.users, 1) * village.wage_index)
        for step in range(world.used[v]):
            i = row_from(world, v, first, step)
            if people.kind[i] != ELDER:
                continue
            may, pays = has_choice(people, i, village), has_dues(people, i)
            if not may and not pays:
                continue
            identity = identity_of(village.number, people.serial[i])
            income = income_of(people, i, village.remit_left)
            kinds, wanted, purse = 0, 0, np.int64(income)
            if may:
                kinds, wanted = wish_of(people, v, i, values, price, income, norms, identity, keys)
            if pays:
                purse = look_into_purse(
                    people, world, v, i, values, wanted, price, income, eaten, government, identity, drop_key
                )
            people.bought[i] = 0
            if wanted == 0 or people.dropped[i] & HOURS_DROPPED != 0:
                continue
            wanted = min(wanted, affordable(purse, price))
            flow.care_short += max(wanted - left, 0)
            served = serve_chosen(people, world, v, i, needs, kinds, min(wanted, left))
            people.bought[i] = served
            left -= served
        flow.care_chosen += carers - left
        pay_carers(world, v, carers - left, price, full)


@inner
def habit_of(people, i):
    """Which of mutual and paid help gave more this month; as before where neither gave any."""
    paid, mutual = int(people.bought[i]), int(people.received[i])
    if paid == mutual:
        return people.habit[i] if paid == 0 else NO_HABIT
    return PAID_HABIT if paid > mutual else MUTUAL_HABIT


@inner
def buy_more(people, world, v, i, values, price, left):
    """Paid care of what mutual aid left, within the share of income for it and `left` minutes; minutes."""
    if people.health[i] < MILD or people.dropped[i] & HOURS_DROPPED != 0:
        return 0
    income = income_of(people, i, world.villages[v].remit_left)
    fund = np.int64(income * values.needs[v].professional_income_share)
    minutes = min(affordable(fund, price) - np.int64(people.bought[i]), left)
    if minutes <= 0:
        return 0
    bought = minutes - serve_by_paid_care(people, world, v, i, minutes)
    people.bought[i] += bought
    return bought


@kernel
def serve_rest(people, world, values, government, turn_keys):
    """What mutual aid left: paid care within purse and carers, then children asked last; then unmet."""
    for v in range(len(world.used)):
        choice, needs, flow = values.choice[v], values.needs[v], world.flow[v]
        price, first = net_price(needs, choice, government), turn_of(world, v, turn_keys[world.county[v]])
        carers = carers_of(choice, world.villages[v]) - flow.care_bought
        left = carers
        for kind in range(ALL_KINDS):
            flow.child_minutes[kind] = -world.hours[v, FAMILY, kind]
        for step in range(world.used[v]):
            i = row_from(world, v, first, step)
            if people.kind[i] != ELDER:
                continue
            left -= buy_more(people, world, v, i, values, price, left)
            if people.health[i] >= MILD and people.enrolled[i] == 1:
                people.habit[i] = habit_of(people, i)
            if people.child_last[i] == 1:
                serve_by_child(people, world, v, i, needs)
            for kind in range(ALL_KINDS):
                world.hours[v, UNMET, kind] += people.need[i, kind]
        for kind in range(ALL_KINDS):
            flow.child_minutes[kind] += world.hours[v, FAMILY, kind]
        pay_carers(world, v, carers - left, price, needs.professional_price)


def run(model) -> None:
    """Choices of the month, before any mutual aid."""
    if model.parameters.choice.on:
        keys = model.lasting_keys(RELIES), model.lasting_keys(TASTE), model.keys(DROP), model.keys(TURN)
        years, government = max(model.month, 0) / 12, model.parameters.government.on
        choose(model.people, model.world, model.values.table, years, government, *keys)


def run_rest(model) -> None:
    """What mutual aid left, in place of M4's last rung."""
    if model.parameters.choice.on:
        government = model.parameters.government.on
        serve_rest(model.people, model.world, model.values.table, government, model.keys(TURN))
