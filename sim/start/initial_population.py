"""The first inhabitants of the villages.

Ages, sexes, health, homes, neighbours and kin, dealt out from the tables.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, setup
from sim.engine.randomness import uniform
from sim.engine.sorting import sort_by
from sim.state.codes import (
    ALONE,
    CADRE,
    COUPLE,
    CRAFT_HERITAGE,
    ELDER,
    FEMALE,
    HELPER,
    MALE,
    POOL_MONTHS,
    RETURNER,
    ROBUST,
    SEVERE,
    UNDEREMPLOYED,
    WOMAN,
)
from sim.state.people import free_slot, give_traits, identity_of, settle_in

BEFORE = -1  # the month in which the first inhabitants enter
YOUNGEST, OLDEST = 40, 59  # years of age of helpers and of the others whom the pool counts
AGE_GROUP = 5  # years
AGE_SPREAD = 240.0  # months by which a draw moves persons in the order by age in which couples are matched
KIN = 0.5  # persons who look for one relative in the village


@inner
def deal_state(people, i, sums, chances):
    """Health of elder i by running sums over elders, which deal the states out evenly."""
    for state in range(SEVERE, ROBUST, -1):
        sums[state] += chances[state]
        if sums[state] >= 1.0:
            sums[state] -= 1.0
            people.health[i] = state
            break


@inner
def role_of(sex, drawn, county):
    """Role of a helper: cadres and returners by a draw, else women and under-employed men."""
    if drawn < county.cadre_share:
        return CADRE
    if drawn < county.cadre_share + county.returned_share:
        return RETURNER
    return WOMAN if sex == FEMALE else UNDEREMPLOYED


@setup
def _elders(people, world, v, elders, county, ages, shares, prevalence, dementia, key):
    """Elders of village v: ages and sexes by systematic sampling of the table, health by the cross-section
    of their age.
    """
    village = world.villages[v]
    turn, health_turn = uniform(key, village.number, 1), uniform(key, village.number, 2)
    cumulative, sums, made = 0.0, np.full(SEVERE + 1, health_turn), 0
    for group in range(len(ages)):
        for sex in range(2):
            last = group == len(ages) - 1 and sex == FEMALE
            before = np.int64(cumulative * elders + turn)
            cumulative += shares[group, sex]
            after = elders if last else np.int64(cumulative * elders + turn)
            for _ in range(before, after):
                i = free_slot(people, world, v)
                identity = settle_in(people, world, v, i, ELDER, 0, sex, BEFORE, county.zone_size)
                years = ages[group] + np.int64(uniform(key, identity, 3) * AGE_GROUP)
                people.age[i] = years * 12 + np.int64(uniform(key, identity, 4) * 12)
                years = people.age[i] // 12
                deal_state(people, i, sums, prevalence[world.county[v], sex, years])
                people.dementia[i] = 1 if uniform(key, identity, 5) < dementia[years] else 0
                give_traits(people, i, identity, county, key, village.kind == CRAFT_HERITAGE)
                made += 1
    return made


@setup
def _couple(people, world, v, elders, most, key):
    """Match at most so many men and women in order of age, moved by a draw; returns the number of couples."""
    first = world.start[v]
    score = np.empty(elders, np.float64)
    for place in range(elders):
        i = first + place
        identity = identity_of(world.villages[v].number, people.serial[i])
        score[place] = people.age[i] + AGE_SPREAD * uniform(key, identity, 7)
    order, men, women = np.empty(elders, np.int64), np.empty(elders, np.int64), np.empty(elders, np.int64)
    sort_by(score, order)
    males, females = 0, 0
    for place in order:
        if people.sex[first + place] == MALE:
            men[males] = place
            males += 1
        else:
            women[females] = place
            females += 1
    couples = min(most, males, females)
    for pair in range(couples):
        man, woman = first + men[pair], first + women[pair]
        people.spouse[man], people.spouse[woman] = women[pair], men[pair]
        people.living[man], people.living[woman] = COUPLE, COUPLE
    return couples


@setup
def _homes(people, world, v, elders, county, key):
    """Living arrangements: couples are matched in order of age, the rest live alone or with a child."""
    first, number = world.start[v], world.villages[v].number
    turn = uniform(key, number, 6)
    alone = np.int64(elders * county.empty_nest * county.alone_of_empty_nest + turn)
    in_couples = elders * county.empty_nest - elders * county.empty_nest * county.alone_of_empty_nest
    couples = _couple(people, world, v, elders, np.int64(in_couples * 0.5 + turn), key)
    rest = elders - 2 * couples
    left = min(alone, rest)
    for i in range(first, first + elders):
        if people.spouse[i] < 0:
            if uniform(key, identity_of(number, people.serial[i]), 8) * rest < left:
                people.living[i] = ALONE
                left -= 1
            rest -= 1


@setup
def _fill_pool(world, v, sex, years, begun, others, turn):
    """Count the others of one sex and year of age by month of birth: `begun` come before, `others` in all."""
    for month in range(12):
        before = np.int64(begun + others * month / 12 + turn)
        after = np.int64(begun + others * (month + 1) / 12 + turn)
        age = (years - YOUNGEST) * 12 + month
        world.pool[v, sex, (POOL_MONTHS - 1 - age) % POOL_MONTHS] = after - before


@setup
def _helpers(people, world, v, elders, helpers, county, shape, key):
    """Helpers under 60 and the count of the other people aged 40-59 by month of birth."""
    number = world.villages[v].number
    others = max(np.int64(elders * county.pool_per_elder + 0.5) - helpers, 0)
    cumulative, turn, pool_turn = 0.0, uniform(key, number, 9), uniform(key, number, 10)
    for years in range(YOUNGEST, OLDEST + 1):
        for sex in range(2):
            share = shape[years - YOUNGEST, sex]
            before, begun = np.int64(cumulative * helpers + turn), cumulative * others
            cumulative += share
            last = years == OLDEST and sex == FEMALE
            after = helpers if last else min(np.int64(cumulative * helpers + turn), helpers)
            _fill_pool(world, v, sex, years, begun, share * others, pool_turn)
            for _ in range(before, after):
                i = free_slot(people, world, v)
                identity = settle_in(people, world, v, i, HELPER, 0, sex, BEFORE, county.zone_size)
                people.age[i] = years * 12 + np.int64(uniform(key, identity, 11) * 12)
                people.role[i] = role_of(sex, uniform(key, identity, 12), county)
                people.trained[i] = 1 if uniform(key, identity, 13) < county.trained_share else 0


@inner
def find_kin(people, first, place, other):
    """Two persons become each other's kin where neither has any and they are no couple."""
    i, relative = first + place, first + other
    if people.kin[i] >= 0 or people.kin[relative] >= 0:
        return
    if other != place and people.spouse[i] != other:
        people.kin[i], people.kin[relative] = other, place


@setup
def neighbourhood(people, world, v, zone_size, key):
    """Deal the first inhabitants to zones by a draw, a neighbour from the same zone to each, and kin
    pairs.
    """
    first, persons, number = world.start[v], world.used[v], world.villages[v].number
    score, order = np.empty(persons, np.float64), np.empty(persons, np.int64)
    for place in range(persons):
        score[place] = uniform(key, identity_of(number, people.serial[first + place]), 17)
    sort_by(score, order)
    for rank in range(persons):
        place = order[rank]
        i = first + place
        identity = identity_of(number, people.serial[i])
        begin = rank - rank % zone_size
        size = min(zone_size, persons - begin)
        people.zone[i] = rank // zone_size
        if size > 1:
            step = 1 + np.int64(uniform(key, identity, 16) * (size - 1))
            people.neighbour[i] = order[begin + (rank - begin + step) % size]
        other = np.int64(uniform(key, identity, 15) * persons)
        if uniform(key, identity, 14) < KIN:
            find_kin(people, first, place, other)


@setup
def populate(people, world, sizes, helpers, counties, ages, shares, prevalence, dementia, shape, keys):
    """Fill every village with its first inhabitants.

    Depends on a village's number, never on its place in the list.
    """
    for v in range(len(sizes)):
        key, county = keys[world.county[v]], counties[v]
        elders = _elders(people, world, v, sizes[v], county, ages, shares[v], prevalence, dementia, key)
        _homes(people, world, v, elders, county, key)
        _helpers(people, world, v, elders, helpers[v], county, shape, key)
        neighbourhood(people, world, v, county.zone_size, key)
        world.villages[v].entered = 0
