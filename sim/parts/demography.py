"""M1 Demography: death, ageing, entrants at 60, helpers' migration and return, widowhood, children near or
away.

State: who stands in the person table, and the pool: the other people aged 40-59, counted by sex and month of
birth.
Month: everybody ages, some die, move or lose a spouse outside the table; then helpers who turn 60 become
elders, this month's cohort of the pool arrives, the pool is thinned and refilled at 40, and missing helpers
are found in it. Both are held during spin-up.
Off: nobody ages, dies, arrives or leaves.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.start import tables
from sim.state.codes import (
    ALONE,
    CADRE,
    COUPLE,
    CRAFT_HERITAGE,
    ELDER,
    FEMALE,
    FREE,
    HELPER,
    POOL_MONTHS,
    RETURNER,
    ROBUST,
    SEVENTY_FIVE,
    SEVERE,
    SIXTY,
    UNDEREMPLOYED,
    WITH_CHILD,
    WOMAN,
)
from sim.state.fields import flow
from sim.state.parameters import par, section, switch
from sim.state.people import free_slot, give_traits, identity_of, residents, settle_in, vacate, years_of


@section("demography")
class Demography:
    """Who lives in the village."""

    on: bool = switch(True, doc="off: nobody ages, dies, arrives or leaves")
    rural_mortality_ratio: float = par(
        1.15,
        unit="ratio",
        low=1.0,
        high=1.3,
        doc="rural over national death rates at 60+",
        source="assumption; direction from CLHLS, PMC6844588",
        live=False,
    )
    migration: float = par(
        0.02,
        unit="share/year",
        low=0.0,
        high=0.06,
        doc="people aged 40-59 who leave for good",
        source="derived: rural residents -2.3 % a year, rural employed -2.4 % a year (NBS 2020-24)",
        grade="C",
    )
    returns: float = par(
        0.5,
        unit="persons/year",
        low=0.0,
        high=5.0,
        doc="people who return to a village while a business pays wages",
        only=("business.kind!=none",),
    )
    helper_share: float = par(
        0.32,
        unit="share",
        low=0.05,
        high=0.8,
        doc="people aged 40-59 who are active helpers; the refill stops there",
    )
    refill: float = par(
        0.10, unit="share/month", low=0.0, high=1.0, doc="share of missing helpers found in a month"
    )
    child_leaves: float = par(0.015, unit="share/year", low=0.0, high=0.1, doc="near children who move away")
    widowed_to_child: float = par(
        0.50, unit="share", low=0.0, high=0.8, doc="widowed elders with a near child who move in with it"
    )
    empty_nest_trend: float = par(
        0.0095,
        unit="share/year",
        low=0.005,
        high=0.012,
        doc="rise of the share living without children",
        source="fifth sample survey: 10.4 points in 11 years",
        grade="C",
    )


flow("deaths", unit="persons", label="elders who died", written_by=("agents",))
flow("entrants", unit="persons", label="people who turned 60")
flow("helpers_left", unit="persons", label="helpers who left the village or died", written_by=("agents",))
flow("helpers_found", unit="persons", label="helpers found among the other people aged 40-59")
flow("returned", unit="persons", label="helpers who came back because a business pays")
flow("pool_persons", unit="persons", label="people aged 40-59 in the whole village, helpers among them")

DEATH = Purpose("demography.death")
MOVE = Purpose("demography.move")
HOME = Purpose("demography.home")
POOL = Purpose("demography.pool")
ENTER = Purpose("demography.enter")

WITH_CHILD_SHARE = 0.38  # elders who live with a child at the start, over whom the trend is spread
AT_SIXTY = 60  # place of the newly old in tables by age
LAST_YEAR = 24  # of the arrivals at 40 that tables know
MOST_FOUND, MOST_RETURNED = 12, 4  # helpers a village finds in a month
# Indices of draws of a village's pool: found helpers take those below a hundred
REFILL, THIN, MOST_OF_A_BIRTH_MONTH = 1000, 2000, 64


@inner
def widow(people, world, v, i, demography, key):
    """The survivor of a couple lives alone or moves in with a near child."""
    survivor = world.start[v] + people.spouse[i]
    if people.living[survivor] != COUPLE:
        return
    identity = identity_of(world.villages[v].number, people.serial[survivor])
    to_child = people.near[survivor] == 1 and uniform(key, identity, 0) < demography.widowed_to_child
    people.living[survivor] = WITH_CHILD if to_child else ALONE


@inner
def death_chance(people, world, v, i, death, demented, period, risk):
    """Chance that a person dies this month; `risk` is that with dementia over that without.

    `death` (counties, periods, sexes, ages, states), `demented` (ages) the share with dementia.
    """
    years = years_of(people, i)
    chance = death[world.county[v], period, people.sex[i], years, people.health[i]] / (
        1.0 + (risk - 1.0) * demented[years]
    )
    if people.dementia[i] == 1:
        chance *= risk
    if people.kind[i] == ELDER:
        chance *= world.villages[v].mortality
    return chance


@inner
def die(people, world, v, i, demography, key):
    """A person dies; the spouse stays behind."""
    if people.kind[i] == ELDER:
        world.flow[v].deaths += 1
        if people.spouse[i] >= 0:
            widow(people, world, v, i, demography, key)
    else:
        world.flow[v].helpers_left += 1
    vacate(people, world, v, i)


@inner
def loses_spouse_outside(people, world, v, i, death, period, drawn):
    """Whether an elder's spouse outside the table dies: at the elder's age, robust, of the other sex."""
    if people.living[i] != COUPLE or people.spouse[i] >= 0:
        return False
    return drawn > 1.0 - death[world.county[v], period, 1 - people.sex[i], years_of(people, i), ROBUST]


@inner
def move(people, world, v, i, rates, death, period, drawn):
    """Helpers leave for good, elders and children part, spouses outside the table die: one draw for all.

    `rates` a month: of helpers, of elders living with a child, of near children.
    """
    leaving, nest, away = rates
    if people.kind[i] == HELPER:
        if drawn < leaving:
            world.flow[v].helpers_left += 1
            vacate(people, world, v, i)
    elif people.living[i] == WITH_CHILD:
        if drawn < nest:
            people.living[i] = COUPLE if people.spouse[i] >= 0 else ALONE
    elif people.near[i] == 1 and drawn < away:
        people.near[i] = 0
    elif loses_spouse_outside(people, world, v, i, death, period, drawn):
        people.living[i] = ALONE


@inner
def draws_that_move(rates, death, county, period):
    """Draws below the first or above the second number may move somebody, those between nobody.

    Nearly all lie between: told apart first, they ask neither who lives with whom nor for a table.
    """
    risk = 0.0
    for sex in range(2):
        for years in range(death.shape[3]):
            risk = max(risk, death[county, period, sex, years, ROBUST])
    return max(rates[0], rates[1], rates[2]), 1.0 - risk


@kernel
def leave(people, world, values, death, demented, period, death_keys, move_keys, home_keys):
    """Deaths by sex, age and state.

    Helpers who migrate; couples whose spouse lives outside the table; children who go.
    """
    for v in range(len(world.used)):
        county = world.county[v]
        death_key, move_key, home_key = death_keys[county], move_keys[county], home_keys[county]
        demography, risk = values.demography[v], values.health[v].dementia_risk
        rates = (
            demography.migration / 12.0,
            demography.empty_nest_trend / WITH_CHILD_SHARE / 12.0,
            demography.child_leaves / 12.0,
        )
        low, high = draws_that_move(rates, death, county, period)
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            identity = identity_of(world.villages[v].number, people.serial[i])
            people.age[i] += 1
            if people.age[i] == SEVENTY_FIVE:
                stop_earning(people, i)
            chance = death_chance(people, world, v, i, death, demented, period, risk)
            if uniform(death_key, identity, 0) < chance:
                die(people, world, v, i, demography, home_key)
                continue
            drawn = uniform(move_key, identity, 0)
            if drawn < low or drawn > high:
                move(people, world, v, i, rates, death, period, drawn)


@inner
def stop_earning(people, i):
    """Land and odd jobs end with the age up to which they are had."""
    people.income[i] -= people.earned[i]
    people.earned[i] = 0


@inner
def drawn_state(chances, county, sex, drawn):
    """Health of a person who turns 60, from the cross-section of that age."""
    state = SEVERE
    while state > ROBUST and drawn >= chances[county, sex, AT_SIXTY, state]:
        drawn -= chances[county, sex, AT_SIXTY, state]
        state -= 1
    return state


@inner
def turn_sixty(people, world, v, i, identity, values, prevalence, key):
    """Living arrangement, health and traits of a person who turns 60 (links and account of a helper stay)."""
    county = values.county[v]
    drawn = uniform(key, identity, 1)
    single = county.empty_nest * county.alone_of_empty_nest * 0.5  # the newly old are less often alone
    people.living[i] = ALONE if drawn < single else (COUPLE if drawn < county.empty_nest else WITH_CHILD)
    people.health[i] = drawn_state(prevalence, world.county[v], people.sex[i], uniform(key, identity, 2))
    give_traits(people, i, identity, county, key, world.villages[v].kind == CRAFT_HERITAGE)
    world.flow[v].entrants += 1


@inner
def promote(people, world, v, values, prevalence, key):
    """Helpers who turn 60 become elders."""
    village = world.villages[v]
    for i in residents(world, v):
        if people.kind[i] == HELPER and people.age[i] >= SIXTY:
            people.kind[i] = ELDER
            village.helpers -= 1
            village.elders += 1
            identity = identity_of(village.number, people.serial[i])
            turn_sixty(people, world, v, i, identity, values, prevalence, key)


@inner
def arrive(people, world, v, sex, month, values, prevalence, key):
    """The month's cohort of the pool turns 60."""
    for _ in range(world.pool[v, sex, month % POOL_MONTHS]):
        i = free_slot(people, world, v)
        identity = settle_in(people, world, v, i, ELDER, SIXTY, sex, month, values.county[v].zone_size)
        turn_sixty(people, world, v, i, identity, values, prevalence, key)


@inner
def thin_pool(world, v, sex, month, migration, key):
    """Some of the pool leave for good; each month of birth is thinned once a year."""
    number = world.villages[v].number
    for cohort in range((month + 1) % 12, POOL_MONTHS, 12):
        first = (sex * POOL_MONTHS + cohort) * MOST_OF_A_BIRTH_MONTH + THIN
        kept = 0
        for person in range(world.pool[v, sex, cohort]):
            if uniform(key, number, first + person) >= migration:
                kept += 1
        world.pool[v, sex, cohort] = kept


@inner
def take_from_pool(world, v, sex, cohort):
    """Take one of the pool, from the next month of birth that still has somebody; which it is, or -1."""
    for _ in range(POOL_MONTHS):
        if world.pool[v, sex, cohort] > 0:
            break
        cohort = (cohort + 1) % POOL_MONTHS
    if world.pool[v, sex, cohort] == 0:
        return -1
    world.pool[v, sex, cohort] -= 1
    return cohort


@inner
def begin_helping(people, world, v, sex, cohort, month, returns, county, key):
    """A person of a month of birth enters the table as a helper."""
    to_sixty = (cohort - month - 1) % POOL_MONTHS
    i = free_slot(people, world, v)
    identity = settle_in(people, world, v, i, HELPER, SIXTY - 1 - to_sixty, sex, month, county.zone_size)
    if returns:
        people.role[i] = RETURNER
    elif uniform(key, identity, 4) < county.cadre_share:
        people.role[i] = CADRE
    else:
        people.role[i] = WOMAN if sex == FEMALE else UNDEREMPLOYED


@inner
def find_helpers(people, world, v, demography, county, month, pool, wages, key):
    """Missing helpers are found among the others aged 40-59.

    Some leavers' places go to returners while wages are paid.
    """
    village, flow = world.villages[v], world.flow[v]
    missing = demography.helper_share * (pool + village.helpers) - village.helpers
    found = min(rounded(max(missing, 0.0) * demography.refill, key, village.number, 0), MOST_FOUND)
    back = 0
    if wages > 0:
        back = min(rounded(demography.returns / 12.0, key, village.number, 1), MOST_RETURNED)
    for rank in range(found + back):
        sex = np.int64(uniform(key, village.number, 2 + 2 * rank) * 2)
        cohort = np.int64(uniform(key, village.number, 3 + 2 * rank) * POOL_MONTHS)
        if rank < found:
            cohort = take_from_pool(world, v, sex, cohort)
            if cohort < 0:
                continue
            flow.helpers_found += 1
        else:
            flow.returned += 1
        begin_helping(people, world, v, sex, cohort, month, rank >= found, county, key)


@kernel
def enter(people, world, values, prevalence, entry, month, base, pool_keys, enter_keys):
    """Helpers who turn 60 become elders; the month's cohort arrives; the pool shrinks, is refilled at 40,
    gives helpers.

    `entry` (2) is this year's arrivals at 40 a month per starting person of the pool; `base` the starting
    pool.
    """
    for v in range(len(world.used)):
        pool_key, enter_key = pool_keys[world.county[v]], enter_keys[world.county[v]]
        demography, village = values.demography[v], world.villages[v]
        village.entered = 0
        promote(people, world, v, values, prevalence, enter_key)
        pool = 0
        for sex in range(2):
            arrive(people, world, v, sex, month, values, prevalence, enter_key)
            came = rounded(entry[sex] * base[v], pool_key, village.number, REFILL + sex)
            world.pool[v, sex, month % POOL_MONTHS] = came
            thin_pool(world, v, sex, month, demography.migration, pool_key)
            for cohort in range(POOL_MONTHS):
                pool += world.pool[v, sex, cohort]
        find_helpers(
            people, world, v, demography, values.county[v], month, pool, village.wages_paid, pool_key
        )
        world.flow[v].pool_persons = pool + village.helpers


@kernel
def crowded(world, slot, more):
    """Whether a village may lack slots for those who turn 60 this month and `more` others."""
    for v in range(len(world.used)):
        village = world.villages[v]
        turning = world.pool[v, 0, slot] + world.pool[v, 1, slot]
        if village.elders + village.helpers + turning + more > world.start[v + 1] - world.start[v]:
            return True
    return False


def run_leave(model) -> None:
    """Deaths and departures."""
    if not model.parameters.demography.on or model.month < 0:
        return
    leave(
        model.people,
        model.world,
        model.values.table,
        model.chances.death,
        tables.dementia_tables()[0],
        model.period,
        model.keys(DEATH),
        model.keys(MOVE),
        model.keys(HOME),
    )


def run_enter(model) -> None:
    """Arrivals; blocks that lack slots are copied to larger ones first."""
    if not model.parameters.demography.on or model.month < 0:
        return
    slot, more = model.month % POOL_MONTHS, MOST_FOUND + MOST_RETURNED
    if crowded(model.world, slot, more):
        model.ensure_slots(model.world.pool[:, :, slot].sum(axis=1) + more)
    entry = model.cohorts[1][min(model.month // 12, LAST_YEAR)] / 12  # arrivals at 40 a month by sex
    enter(
        model.people,
        model.world,
        model.values.table,
        model.chances.prevalence,
        entry,
        model.month,
        model.pool_base,
        model.keys(POOL),
        model.keys(ENTER),
    )
    model.note_promotions()
