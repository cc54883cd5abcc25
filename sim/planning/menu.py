"""The menu: who would come to a step, which hands it needs, what it costs in cash."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner
from sim.planning.sheet import ATTENDING, COST, GUEST_MEALS, HANDS, KITCHEN, MEALS, USERS, WEEKS
from sim.state.codes import (
    CANTEEN,
    HOME_TABLES,
    NEIGHBOURS,
    NEVER,
    NO_STEP,
    SELF_COOKED,
    STATION_DAYS,
    WITH_GUESTS,
)
from sim.state.world import takes_fees

FULL_WEEK = 6.0  # days
LEAST_EAGER, MOST_MOVED = 0.05, 2.0  # bounds of what a price is believed to do
FULL_TABLE = 2.0  # meals a day, on which delivery's full round stands


# -- what a step is ------------------------------------------------------------------------------------
@inner
def needs_room(step):
    """Whether the step needs a room; tables at home do not."""
    return step >= STATION_DAYS and step != HOME_TABLES


@inner
def serves_meals(step):
    """Whether elders eat together."""
    return step >= HOME_TABLES


@inner
def charges_meals(step):
    """Whether the village takes fees; at home the host is paid."""
    return step >= SELF_COOKED


# -- prices and users ------------------------------------------------------------------------------------
@inner
def list_price(families, village):
    """Mean price of a meal at level one, fen: as it was seen, else that of those in their seventies."""
    if village.list_mean > 0.0:
        return village.list_mean
    return families.full_meal_cost * families.share_70s


@inner
def eagerness(canteen, village, price):
    """Share of those who would eat at the reference price that eats at this one."""
    dearer = price / max(canteen.reference_price * village.wage_index, 1.0) - 1.0
    return max(1.0 - canteen.elasticity * dearer, 0.0)


@inner
def price_of(values, v, village, step, level):
    """What an elder pays a meal: the list times the level, or the host's food and thanks."""
    if step == HOME_TABLES:
        station = values.station[v]
        return values.canteen[v].food * village.food_price + station.host_thanks
    return list_price(values.families[v], village) * level if takes_fees(values, v, village) else 0.0


@inner
def hosts_of(values, v, village):
    """Helpers among whom hosts are found: as lately active, else as hoped for."""
    if village.helpers_mean > 0.0:
        return village.helpers_mean
    return values.plan[v].first_helpers * village.elders


@inner
def seats_of(values, v, village, step):
    """Elders who find a place at a meal time."""
    station = values.station[v]
    if step == HOME_TABLES:
        return np.floor(station.hosts * hosts_of(values, v, village)) * station.table_seats
    if step == SELF_COOKED:
        return min(station.self_cooked_seats, np.float64(village.seats))
    seats = min(values.canteen[v].seats, np.float64(village.seats))
    return seats * station.sittings if step >= CANTEEN else 0.0


@inner
def is_young(values, v, village, month):
    """Whether a station is so new that users and helpers are still waited for."""
    return village.launched == NEVER or month - village.launched <= values.station[v].grace


@inner
def moved_diners(values, v, village, price):
    """Last quarter's diners moved by the believed elasticity; a table never set before has none."""
    if village.diners_mean == 0.0:
        return 0.0
    canteen = values.canteen[v]
    before = price_of(values, v, village, village.step, village.fee_level)
    moved = eagerness(canteen, village, price) / max(eagerness(canteen, village, before), LEAST_EAGER)
    return village.diners_mean * min(moved, MOST_MOVED)


@inner
def expected_diners(values, v, village, step, level, young):
    """Last quarter's diners at another price; where none ate, or the station is young, uptake as reported."""
    if not serves_meals(step):
        return 0.0
    plan, price = values.plan[v], price_of(values, v, village, step, level)
    diners = moved_diners(values, v, village, price)
    if young or diners == 0.0:
        hoped = plan.uptake * village.elders * plan.optimism
        diners = max(diners, hoped * eagerness(values.canteen[v], village, price))
    return min(diners, seats_of(values, v, village, step))


@inner
def expected_users(values, v, village):
    """Enrolled elders, as last month, or as expected of a first plan."""
    first = 2.0 * values.plan[v].uptake * village.elders * values.plan[v].optimism
    return max(np.float64(village.signed_up), first if village.closures == 0 else 0.0)


@inner
def expected_helpers(values, v, village, young):
    """Active helpers, and the minutes a month they offer; at first a share of the elders is hoped for."""
    helpers, offered = village.helpers_mean, village.offered_mean
    if young or helpers == 0.0:
        hoped = values.plan[v].first_helpers * village.elders
        helpers, offered = max(helpers, hoped), max(offered, hoped * values.participation[v].hours)
    return helpers, offered


@inner
def fewest(values, v, step):
    """Fewest users of a step: enrolled, visitors an open day, or diners."""
    station = values.station[v]
    if step == NEIGHBOURS:
        return np.float64(values.solvency[v].least_enrolled)
    if step == STATION_DAYS:
        return np.float64(station.fewest_attending)
    if step == HOME_TABLES:
        return np.float64(station.fewest_at_home)
    return np.float64(station.fewest_self_cooked if step == SELF_COOKED else values.solvency[v].least_users)


# -- hands -----------------------------------------------------------------------------------------------
@inner
def kitchen_minutes(station, canteen, draft, diners, open_days):
    """Unpaid minutes a month: keeping the door or cooking by rota, and kitchen help."""
    times = open_days * draft.meals
    if draft.step == STATION_DAYS:
        return station.keeper_minutes * open_days if draft.rota == 1 else 0.0
    if draft.step == HOME_TABLES:
        tables = np.ceil(diners / max(station.table_seats, 1.0))
        return times * tables * station.table_minutes
    cooking = times * (station.cook_base + station.cook_each * diners)
    helping = times * diners * canteen.kitchen_minutes
    return helping + (cooking if draft.rota == 1 else 0.0)


@inner
def hands_of(values, v, helpers, offered):
    """Minutes a month that those willing to do kitchen work would give."""
    plan, station = values.plan[v], values.station[v]
    willing = station.kitchen_willing
    return min(plan.offers_used * offered * willing, helpers * willing * station.kitchen_most)


# -- cost lines, fen a month -------------------------------------------------------------------------------
@inner
def cook_pay(station, canteen, wage, days, meals, diners):
    """A cook's pay a month: hours at a time and a diner, at the rate of a full month.

    `days` open days of the month, `meals` a day.
    """
    minutes = days * meals * (station.cook_base + station.cook_each * diners)
    return canteen.cook / max(station.cook_month, 1) * minutes * wage * station.cook_scale


@inner
def delivery_pay(canteen, wage, week, meals, delivered):
    """A delivery worker's pay a month, by round, open days a week and meals a day."""
    rounds = min(delivered / canteen.round_size, 1.0)
    return canteen.delivery * rounds * (week / FULL_WEEK) * (meals / FULL_TABLE) * wage


@inner
def power_share(station, week):
    """Power of a room that is open some days over that of one open all week."""
    return station.power_fixed + (1.0 - station.power_fixed) * week / FULL_WEEK


@inner
def door_bill(values, v, village):
    """What the room costs in a month whoever comes, fen: power, repairs and rent."""
    facilities = values.facilities[v]
    power = facilities.power * power_share(values.station[v], village.open_week)
    return power + facilities.repairs + (facilities.rent if village.rented == 1 else 0)


@inner
def room_cost(values, v, village, draft):
    """Power, repairs, rent and the keeper."""
    if not needs_room(draft.step):
        return 0.0
    facilities, organisation = values.facilities[v], values.organisation[v]
    shared = facilities.shared_cost if village.shares_room == 1 else 1.0
    cost = shared * (facilities.power * power_share(values.station[v], draft.days) + facilities.repairs)
    if village.rented == 1:
        cost += facilities.rent * village.operator_rent
    kept_for_pay = draft.rota == 0 or draft.step > STATION_DAYS
    if organisation.on == 1 and kept_for_pay:
        cost += organisation.coordinator * draft.days / FULL_WEEK * village.wage_index
    return cost


@inner
def meal_cost(values, v, village, draft, diners, meals, short_minutes):
    """Food, fuel, cook, delivery, and hired help where hands are short."""
    if draft.step < SELF_COOKED:
        return 0.0
    canteen, station = values.canteen[v], values.station[v]
    food = canteen.food * (1.0 - village.garden_saving) * village.food_price * village.operator_food
    cost = meals * (food + canteen.fuel)
    if draft.step >= CANTEEN:
        open_days = draft.days * WEEKS
        if draft.rota == 0:
            cost += cook_pay(station, canteen, village.wage_index, open_days, draft.meals, diners)
            cost += short_minutes / 60.0 * canteen.hired_help * village.wage_index
        carried = diners * village.delivered_share
        cost += delivery_pay(canteen, village.wage_index, draft.days, draft.meals, carried)
    return cost


@inner
def support_cost(values, v, village, draft, helpers):
    """What stands behind helpers at every step: as last seen, else their insurance and publicity."""
    if draft.step == NO_STEP or values.organisation[v].on == 0:
        return 0.0
    if village.other_average > 0.0 and village.unfunded == 0:
        return village.other_average
    organisation = values.organisation[v]
    premium = helpers * organisation.insurance / 12.0 if organisation.insured == 1 else 0.0
    return premium + organisation.publicity


@inner
def guests_at(values, v, village, draft, diners, adults):
    """Guests of a meal time: residents of 40-59 and visitors of the village, on the seats left over."""
    if draft.step != WITH_GUESTS:
        return 0.0
    station, canteen = values.station[v], values.canteen[v]
    dearer = station.guest_price / max(values.families[v].full_meal_cost, 1) - 1.0
    eager = max(1.0 - canteen.elasticity * dearer, 0.0)
    tourists = station.guest_visitors * village.visitors / (FULL_WEEK * WEEKS)
    wanted = (station.guest_residents * adults + tourists) * eager
    return max(min(wanted, seats_of(values, v, village, draft.step) - diners), 0.0)


@called
def work_out(world, v, values, draft, month, sheet):
    """Users, hands and cost of a plan, onto the sheet."""
    village, canteen, station = world.villages[v], values.canteen[v], values.station[v]
    open_days = draft.days * WEEKS
    young = is_young(values, v, village, month)
    diners = expected_diners(values, v, village, draft.step, draft.level, young)
    guests = guests_at(values, v, village, draft, diners, village.adults)
    helpers, offered = expected_helpers(values, v, village, young)
    sheet[USERS], sheet[MEALS] = diners, diners * open_days * draft.meals
    sheet[ATTENDING] = village.attendance_mean
    if young or village.attendance_mean == 0.0:
        hoped = station.drop_in * expected_users(values, v, village)
        sheet[ATTENDING] = max(village.attendance_mean, hoped)
    sheet[GUEST_MEALS] = guests * open_days * draft.meals
    sheet[KITCHEN] = kitchen_minutes(station, canteen, draft, diners + guests, open_days)
    sheet[HANDS] = hands_of(values, v, helpers, offered)
    short = max(sheet[KITCHEN] - sheet[HANDS], 0.0)
    meals = sheet[MEALS] + sheet[GUEST_MEALS]
    monthly = room_cost(values, v, village, draft) + support_cost(values, v, village, draft, helpers)
    monthly += meal_cost(values, v, village, draft, diners + guests, meals, short)
    sheet[COST] = 12.0 * monthly
