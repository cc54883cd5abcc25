"""M14 Facilities: built, renovated, rented, or added to a public room; capacity, upkeep, wear, renewal, a
home for residents.

State   the building, its seats, condition and way; the beds of a home.
Month   `run_build`: a village without a facility comes up by a hazard (county rate, leader, neighbours seen
        in service), or when the roll-out selects it; it opens when grant, collective and gifts cover the
        cost of the way that is cheapest over the life of the building. `run_upkeep` in the settlement;
        `run_begin` once at the start. Who moves into a home is decided in `homes.py`, who is selected in
        `rollout.py`.
Off     no building opens, ages or costs; those at the start stay.
"""

from __future__ import annotations

from typing import ClassVar

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import sort_by
from sim.planning.rooms import ADD, RENOVATE, RENT, SIMPLE, cheapest, seats_by_way, with_labour
from sim.state.codes import CLOSED, NEVER, NO_MONEY, NONE, PLANNED, WORKING
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch

SEEN_ALONE = 0.3  # share in service that a village takes for given where villages do not meet
BY_NUMBER = 1e-9  # of equal scores the lower number comes first


@section("facilities")
class Facilities:
    """Buildings: cost, lead time, capacity, upkeep, decay."""

    WHEN: ClassVar[dict[str, str]] = {  # conditions (one is enough): what is read under them
        "ageing=true": "renew_at renewal",
        "build_new=true": "build life_new",
        "add_function=true": "add add_seats shared_cost",
        "add_function=true rollout.on=true": "public_rooms",
        "ageing=true simple_rooms=false build_new=true add_function=true": "life",
    }

    on: bool = switch(True, doc="off: no building opens, ages or costs; those at the start stay")
    openings: float = par(
        0.11,
        unit="share/year",
        low=0.0,
        high=0.6,
        doc="villages without a facility that come up in a year, before leader and learning",
        source=(
            "assumption; 70 % by 2030 needs about 13 % of the rest a year; Feixiang opened all 249 in "
            "four years"
        ),
    )
    leader_factor: float = par(1.5, unit="ratio", low=1.0, high=3.0, doc="hazard with a leader over without")
    learning: float = par(
        1.0, unit="ratio", low=0.0, high=4.0, doc="rise of the hazard when all others are in service"
    )
    renovate: float = par(
        120000.0,
        unit="yuan",
        low=30000.0,
        high=300000.0,
        doc="renovating an idle building",
        source="Liquan 90,000; Xiantao 132,000; Tongchuan 160,000",
        grade="C",
        stored="fen",
    )
    simple_rooms: bool = par(
        True,
        unit="switch",
        doc="simple rooms may be opened in an idle building, and the rest renovated later",
        source="design choice after Gansu",
    )
    simple: float = par(
        30000.0,
        unit="yuan",
        low=12000.0,
        high=50000.0,
        doc="simple rooms in an idle building, without a canteen's kitchen",
        source="Tianshui, Gansu 2016: 30,000 a home, the village gives the rooms",
        grade="B",
        stored="fen",
    )
    simple_seats: int = par(20, unit="persons", low=8, high=40, doc="seats of simple rooms", live=False)
    labour: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=0.3,
        doc="of the cost of a renovation that villagers' labour stands for, where somebody calls on them",
    )
    fit_out: float = par(
        60000.0,
        unit="yuan",
        low=12000.0,
        high=150000.0,
        doc="fitting out a rented building",
        source="Small Dongshan 12,000; Jingdezhen 50,000 a meal point",
        grade="C",
        stored="fen",
    )
    rent: float = par(
        400.0, unit="yuan/month", low=0.0, high=1500.0, doc="rent where no idle building stands", stored="fen"
    )
    start_money: float = par(
        20000.0,
        unit="yuan",
        low=0.0,
        high=60000.0,
        doc="working money raised with the building's",
        source="assumption: about three months of running cost",
        stored="fen",
    )
    gift_share: float = par(0.15, unit="share", low=0.0, high=0.5, doc="building cost that society gives")
    lead: int = par(9, unit="months", low=1, high=24, doc="months from money to opening")
    seats: int = par(
        40,
        unit="persons",
        low=10,
        high=100,
        doc="seats of a new facility",
        source="assumption above the 12-35 diners of a working canteen",
        live=False,
    )
    power: float = par(
        170.0,
        unit="yuan/month",
        low=100.0,
        high=800.0,
        doc="electricity, water, heating",
        source="Qiantun 2,000 a year in 2014; station open all year 20,000-40,000 with staff",
        grade="C",
        stored="fen",
    )
    repairs: float = par(
        100.0, unit="yuan/month", low=30.0, high=600.0, doc="repairs that keep the condition", stored="fen"
    )
    visits_share: float = par(
        0.25,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="power and repairs at visits only over full service",
        only=("plan.on=false",),
    )
    decay: float = par(
        0.05,
        unit="share/year",
        low=0.01,
        high=0.15,
        doc="loss of condition where bills are overdue",
        source="assumption: life of 20 years",
    )
    build_new: bool = par(
        False, unit="switch", doc="a village may put up a new building", source="design choice"
    )
    build: float = par(
        200000.0,
        unit="yuan",
        low=80000.0,
        high=640000.0,
        doc="a new building",
        source="Hebei pays 200,000 for a new home; nine project costs 90,000-640,000",
        grade="C",
        stored="fen",
    )
    add_function: bool = par(
        False,
        unit="switch",
        doc="the function may be added to a public room (shop, clinic, school, service complex)",
        source="design choice",
    )
    public_rooms: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages with a public room to which the function can be added",
        live=False,
    )
    add: float = par(
        20000.0,
        unit="yuan",
        low=5000.0,
        high=60000.0,
        doc="adding the function to a public room",
        source="Small Dongshan 12,000; Jingdezhen 50,000 a meal point",
        grade="C",
        stored="fen",
    )
    add_seats: int = par(
        24,
        unit="persons",
        low=8,
        high=60,
        doc="seats in a public room",
        source="assumption: a shared room is smaller",
        live=False,
    )
    shared_cost: float = par(
        0.6,
        unit="ratio",
        low=0.2,
        high=1.0,
        doc="power and repairs where a shop, clinic or school shares the room, over a room of one's own",
    )
    ageing: bool = par(False, unit="switch", doc="buildings wear out and are renewed", source="design choice")
    life: int = par(
        10,
        unit="years",
        low=5,
        high=30,
        doc="years after which a building is worn out",
        source="assumption: 10 years renovated, fitted out or added",
    )
    life_new: int = par(
        20,
        unit="years",
        low=10,
        high=50,
        doc="the same for a new building; both spread capital over time when ways are compared",
        source="assumption: 20 years new",
    )
    renew_at: float = par(
        0.5, unit="share", low=0.1, high=0.9, doc="condition at which a worn building is renewed"
    )
    renewal: float = par(
        30000.0,
        unit="yuan",
        low=5000.0,
        high=150000.0,
        doc="cost of a renewal, paid as the building was",
        stored="fen",
    )
    least_elders: int = par(
        0,
        unit="persons",
        low=0,
        high=500,
        doc="elders below which a village gets no facility of its own",
        source="design choice: no minimum",
    )


posting(
    "capital_project", debit="cash", credit="government", label="government: village project for a building"
)
state("facility", "i8", unit="code", label="0 none, 1 being built, 2 standing", written_by=("model",))
state("rented", "i8", unit="flag", label="the building is rented", written_by=("model",))
state("seats", "i8", unit="persons", label="seats", written_by=("facilities_upkeep", "model"))
state(
    "condition",
    "f8",
    unit="share",
    label="condition of the building",
    initial=1.0,
    written_by=("facilities_upkeep",),
)
state("ready", "i8", unit="month", label="month in which a building is ready", initial=NEVER)
state("public_room", "i8", unit="flag", label="a public room stands to which the function can be added")
state(
    "way",
    "i8",
    unit="code",
    label=(
        "how the facility came: 0 at the start, 1 renovated, 2 rented, 3 built, 4 in a public room, "
        "5 simple rooms"
    ),
)
state("beds", "i8", unit="persons", label="beds of the village home")
flow("renewed", unit="villages", label="buildings renewed this month")

COME_UP = Purpose("facilities.come_up")
HOME = Purpose("facilities.home")
ROOM = Purpose("facilities.room")


# -- money -----------------------------------------------------------------------------------------------
@inner
def raise_money(world, v, values, purse, cost, spent, payers):
    """Grant, a pilot's extra money, collective and gifts, posted where they cover `cost`.

    The grant, or -1. `payers`: whether government, collective and society pay.
    """
    village, post, facilities = world.villages[v], world.posted[v], values.facilities[v]
    public, collective, society = payers
    grant = min(values.government[v].build_grant, purse, cost) if public else 0
    extra = min(village.pilot_left, cost - grant) if public else 0
    own = min(max(village.capital_left, 0), cost - grant - extra) if collective else 0
    project = min(values.collective[v].project, cost - grant - extra - own) if public else 0
    rest = cost - grant - extra - own - project
    gift = min(int(cost * facilities.gift_share), rest) if society else 0
    if gift < rest:
        return -1
    post.capital_government += grant
    post.capital_project += project
    village.capital_left -= own
    post.capital_collective += own
    post.capital_society += gift
    post.grant_pilots += extra
    village.pilot_left -= extra
    post.capital_spent += spent
    return grant


# -- buildings -------------------------------------------------------------------------------------------
@inner
def begin(world, v, values, purse, month, payers):
    """The cheapest way over a building's life that can be paid for; the grant it took."""
    village, facilities, tried = world.villages[v], values.facilities[v], 0.0
    prices = (facilities.renovate, facilities.fit_out, facilities.build, facilities.add, facilities.simple)
    for _ in range(len(prices)):
        way, tried = cheapest(facilities, village, tried)
        if way == 0:
            break
        spent = with_labour(facilities, village, way, prices[way - 1])
        grant = raise_money(world, v, values, purse, spent + facilities.start_money, spent, payers)
        if grant >= 0:
            village.facility, village.ready, village.way = PLANNED, month + facilities.lead, way
            village.rented = 1 if way == RENT else 0
            village.by_drive = 1 if village.selected == 1 and village.association == 0 else 0
            return grant
    village.may_open = 1  # no room can be paid for: tables at home may still be
    return 0


@inner
def finish(facilities, village):
    """A building is ready for use."""
    village.facility, village.may_open = WORKING, 1
    village.seats = seats_by_way(facilities, village)
    village.shares_room = 1 if village.way == ADD else 0
    village.condition = 1.0


@inner
def enlarge(world, v, values, purse, payers):
    """Simple rooms in service become a whole renovation when the money is there; the grant it took."""
    village, facilities = world.villages[v], values.facilities[v]
    if village.way != SIMPLE or village.door == 0:
        return 0
    cost = with_labour(facilities, village, SIMPLE, facilities.renovate - facilities.simple)
    grant = raise_money(world, v, values, purse, cost, cost, payers)
    if grant < 0:
        return 0
    village.way, village.condition = RENOVATE, 1.0
    return grant


@inner
def renew(world, v, values, purse, payers):
    """A worn building in service is renewed when the money is there; the grant it took."""
    village, facilities = world.villages[v], values.facilities[v]
    is_worn = facilities.ageing == 1 and village.condition < facilities.renew_at
    if village.level == CLOSED or not is_worn:
        return 0
    grant = raise_money(world, v, values, purse, facilities.renewal, facilities.renewal, payers)
    if grant < 0:
        return 0
    village.condition = 1.0
    world.flow[v].renewed += 1
    return grant


@inner
def may_have_home(village):
    """A service in an own building that has no home yet."""
    own_building = village.rented == 0 and village.way != ADD
    return own_building and village.level > CLOSED and village.beds == 0


@inner
def add_home(world, v, values, purse, drawn, payers):
    """A home comes up by chance and opens when the money is there; the grant it took."""
    village, homes = world.villages[v], values.homes[v]
    if homes.on == 0 or not may_have_home(village) or drawn * 12.0 >= homes.openings:
        return 0
    cost = homes.beds * homes.bed_cost
    grant = raise_money(world, v, values, purse, cost, cost, payers)
    village.beds = homes.beds if grant >= 0 else 0
    return max(grant, 0)


@inner
def comes_up(facilities, village, planned, in_service, drawn):
    """Whether a village is about to build: selected by the roll-out, or by its hazard."""
    if planned:
        return village.selected == 1
    leading = facilities.leader_factor if village.leader == 1 else 1.0
    hazard = facilities.openings / 12.0 * leading * (1.0 + facilities.learning * in_service)
    return drawn < hazard


@inner
def order_villages(world, construction, planned, keys):
    """Villages in an order drawn anew each month (the roll-out's: by score), and figures of their counties.

    Row 0 of the tally is the order; rows 1 to 3 are construction money, villages, and those in service.
    """
    score, total, here, serving = world.means[0], world.tally[1], world.tally[2], world.tally[3]
    for v in range(len(world.used)):
        total[v], here[v], serving[v] = 0, 0, 0
    for v in range(len(world.used)):
        village, county = world.villages[v], world.county[v]
        drawn = uniform(keys[county], village.number, 1)
        score[v] = village.number * BY_NUMBER - village.score if planned else drawn
        total[county] += construction[v]
        here[county] += 1
        serving[county] += 1 if village.door > 0 else 0
    sort_by(score, world.tally[0])


@inner
def build_one(world, v, values, purse, in_service, planned, month, key, home_key, payers):
    """What one village begins, renews or adds; the grant it took."""
    facilities, village = values.facilities[v], world.villages[v]
    if village.facility == PLANNED and month >= village.ready:
        finish(facilities, village)
    if village.facility == WORKING:
        grant = renew(world, v, values, purse, payers)
        grant += enlarge(world, v, values, purse - grant, payers)
        drawn = uniform(home_key, village.number, 0)
        return grant + add_home(world, v, values, purse - grant, drawn, payers)
    if village.facility == NONE and village.elders >= facilities.least_elders:
        if comes_up(facilities, village, planned, in_service, uniform(key, village.number, 0)):
            return begin(world, v, values, purse, month, payers)
    return 0


@kernel
def build(world, values, construction, coupled, planned, month, keys, home_keys, payers):
    """Villages come up and build when the money is there."""
    order_villages(world, construction, planned, keys)
    order, total, here, serving = world.tally[0], world.tally[1], world.tally[2], world.tally[3]
    for v in order:
        county, money = world.county[v], values.funding[v].rule != NO_MONEY
        purse = total[county] if coupled else construction[v]
        in_service = serving[county] / here[county] if coupled else SEEN_ALONE
        paying = (payers[0] and money, payers[1] and money, payers[2] and money)
        key, home_key = keys[county], home_keys[county]
        grant = build_one(world, v, values, purse, in_service, planned, month, key, home_key, paying)
        total[county] -= grant
        construction[v] -= grant  # where villages meet, only the sum is ever read


@kernel
def mark_public_rooms(world, values, keys):
    """A shop, clinic or school of the village may have room for the service."""
    for v in range(len(world.used)):
        village = world.villages[v]
        drawn = uniform(keys[world.county[v]], village.number, 0)
        village.public_room = 1 if drawn < values.facilities[v].public_rooms else 0


def run_begin(model) -> None:
    """Which villages have a public room; a trait of the village."""
    mark_public_rooms(model.world, model.values.table, model.lasting_keys(ROOM))


def run_build(model) -> None:
    """Openings; held during spin-up."""
    parameters = model.parameters
    if not parameters.facilities.on or model.month < 0:
        return
    payers = parameters.government.on, parameters.collective.on, parameters.society.on
    when = model.coupled, parameters.rollout.on, model.month
    keys = model.keys(COME_UP), model.keys(HOME)
    build(model.world, model.values.table, model.county.construction, *when, *keys, payers)
