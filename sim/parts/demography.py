"""M1 Demography: death, ageing, entrants at 60, helpers' migration and return, widowhood, children near or
away.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.start import tables
from sim.state.codes import ALONE, COUPLE, CRAFT_HERITAGE, ELDER, FREE, HELPER, WITH_CHILD
from sim.state.fields import flow
from sim.state.parameters import par, section, switch
from sim.state.people import free_slot, give_traits, identity_of, residents, settle_in, vacate


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


@inner
def _widow(people, world, v, i, d, key):
    """The survivor of a couple lives alone or moves in with a near child."""
    s = world.start[v] + people.spouse[i]
    identity = identity_of(world.villages[v].number, people.serial[s])
    if people.living[s] == COUPLE:
        people.living[s] = 0 if people.near[s] == 1 and uniform(key, identity, 0) < d.widowed_to_child else 2


@kernel
def leave(people, world, values, death, demented, period, death_keys, move_keys, home_keys):
    """Deaths by sex, age and state.

    Helpers who migrate; couples whose spouse lives outside the table; children who go.
    """
    for v in range(len(world.used)):
        county = world.county[v]
        death_key, move_key, home_key = death_keys[county], move_keys[county], home_keys[county]
        demography, flow = values.demography[v], world.flow[v]
        leaving = demography.migration / 12.0
        nest, away = demography.empty_nest_trend / 0.38 / 12.0, demography.child_leaves / 12.0
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            identity = identity_of(world.villages[v].number, people.serial[i])
            people.age[i] += 1
            years, risk = min(people.age[i] // 12, 111), values.health[v].dementia_risk
            q = death[county, period, people.sex[i], years, people.health[i]] / (
                1.0 + (risk - 1.0) * demented[years]
            )
            if people.dementia[i] == 1:
                q *= risk
            if people.kind[i] == ELDER:
                q *= world.villages[v].mortality
            if uniform(death_key, identity, 0) < q:
                if people.kind[i] == ELDER:
                    flow.deaths += 1
                    if people.spouse[i] >= 0:
                        _widow(people, world, v, i, demography, home_key)
                else:
                    flow.helpers_left += 1
                vacate(people, world, v, i)
                continue
            drawn = uniform(move_key, identity, 0)
            if people.kind[i] == HELPER:
                if drawn < leaving:
                    flow.helpers_left += 1
                    vacate(people, world, v, i)
            elif people.living[i] == WITH_CHILD:
                if drawn < nest:
                    people.living[i] = 1 if people.spouse[i] >= 0 else 2
            elif people.near[i] == 1 and drawn < away:
                people.near[i] = 0
            elif (
                people.living[i] == COUPLE
                and people.spouse[i] < 0
                and drawn > 1.0 - death[county, period, 1 - people.sex[i], min(people.age[i] // 12, 111), 0]
            ):
                people.living[i] = ALONE


@inner
def _new_elder(people, world, v, i, ident, values, prevalence, key):
    """Living arrangement, health and traits of a person who turns 60 (links and account of a helper stay)."""
    county = values.county[v]
    drawn = uniform(key, ident, 1)
    single = county.empty_nest * county.alone_of_empty_nest * 0.5  # the newly old are less often alone
    people.living[i] = 2 if drawn < single else (1 if drawn < county.empty_nest else 0)
    drawn, state = uniform(key, ident, 2), 3
    while state > 0 and drawn >= prevalence[world.county[v], people.sex[i], 60, state]:
        drawn -= prevalence[world.county[v], people.sex[i], 60, state]
        state -= 1
    people.health[i] = state
    give_traits(people, i, ident, county, key, world.villages[v].kind == CRAFT_HERITAGE)
    world.flow[v].entrants += 1


@kernel
def enter(people, world, values, prevalence, entry, month, base, wages, pool_keys, enter_keys):
    """Helpers who turn 60 become elders; the month's cohort arrives; the pool shrinks, is refilled at 40,
    gives helpers.

    `entry` (2) is this year's arrivals at 40 a month per starting person of the pool; `base` the starting
    pool.
    """
    slot = month % 240
    for v in range(len(world.used)):
        pool_key, enter_key = pool_keys[world.county[v]], enter_keys[world.county[v]]
        demography, village, flow = values.demography[v], world.villages[v], world.flow[v]
        village.entered = 0
        for i in residents(world, v):
            if people.kind[i] == HELPER and people.age[i] >= 720:
                people.kind[i] = ELDER
                village.helpers -= 1
                village.elders += 1
                _new_elder(
                    people,
                    world,
                    v,
                    i,
                    identity_of(village.number, people.serial[i]),
                    values,
                    prevalence,
                    enter_key,
                )
        pool = 0
        for sex in range(2):
            for _ in range(world.pool[v, sex, slot]):
                i = free_slot(people, world, v)
                ident = settle_in(people, world, v, i, 1, 720, sex, month, values.county[v].zone_size)
                _new_elder(people, world, v, i, ident, values, prevalence, enter_key)
            world.pool[v, sex, slot] = rounded(entry[sex] * base[v], pool_key, village.number, 1000 + sex)
            for cohort in range((month + 1) % 12, 240, 12):  # each month of birth is thinned once a year
                kept = 0
                for k in range(world.pool[v, sex, cohort]):
                    if (
                        uniform(pool_key, village.number, (sex * 240 + cohort) * 64 + k + 2000)
                        >= demography.migration
                    ):
                        kept += 1
                world.pool[v, sex, cohort] = kept
            for cohort in range(240):
                pool += world.pool[v, sex, cohort]
        _find_helpers(people, world, v, demography, values.county[v], month, pool, wages[v], pool_key)
        flow.pool_persons = pool + village.helpers


@inner
def _find_helpers(people, world, v, d, c, month, pool, wages, key):
    """Missing helpers are found among the others aged 40-59.

    Some leavers' places go to returners while wages are paid.
    """
    village, flow = world.villages[v], world.flow[v]
    missing = d.helper_share * (pool + village.helpers) - village.helpers
    found = min(rounded(max(missing, 0.0) * d.refill, key, village.number, 0), 12)
    back = min(rounded(d.returns / 12.0, key, village.number, 1), 4) if wages > 0 else 0
    for n in range(found + back):
        sex = np.int64(uniform(key, village.number, 2 + 2 * n) * 2)
        cohort = np.int64(uniform(key, village.number, 3 + 2 * n) * 240)
        if n < found:
            for _ in range(240):  # the next month of birth that still has somebody
                if world.pool[v, sex, cohort] > 0:
                    break
                cohort = (cohort + 1) % 240
            if world.pool[v, sex, cohort] == 0:
                continue
            world.pool[v, sex, cohort] -= 1
            flow.helpers_found += 1
        else:
            flow.returned += 1
        to_sixty = (cohort - month - 1) % 240
        i = free_slot(people, world, v)
        ident = settle_in(people, world, v, i, 2, 719 - to_sixty, sex, month, c.zone_size)
        drawn = uniform(key, ident, 4)
        people.role[i] = 3 if n >= found else (1 if drawn < c.cadre_share else (0 if sex == 1 else 2))


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


@kernel
def crowded(world, slot, more):
    """Whether a village may lack slots for those who turn 60 this month and `more` others."""
    for v in range(len(world.used)):
        village = world.villages[v]
        if (
            village.elders + village.helpers + world.pool[v, 0, slot] + world.pool[v, 1, slot] + more
            > world.start[v + 1] - world.start[v]
        ):
            return True
    return False


def _entry(year: int) -> np.ndarray:
    return np.asarray(tables.cohort_shape()[1][year] / 12)


def run_enter(model) -> None:
    """Arrivals; blocks that lack slots are copied to larger ones first."""
    if not model.parameters.demography.on or model.month < 0:
        return
    slot = model.month % 240
    if crowded(model.world, slot, 16):
        model.ensure_slots(model.world.pool[:, :, slot].sum(axis=1) + 16)
    entry = model.once(_entry, min(model.month // 12, 24))
    enter(
        model.people,
        model.world,
        model.values.table,
        model.chances.prevalence,
        entry,
        model.month,
        model.pool_base,
        model.state["wages_paid"],
        model.keys(POOL),
        model.keys(ENTER),
    )
    model.note_promotions()
