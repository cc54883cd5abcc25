"""The first inhabitants of the villages.

Ages, sexes, health, homes, neighbours and kin, dealt out from the tables.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import setup
from sim.engine.randomness import uniform
from sim.engine.sorting import sort_by
from sim.state.codes import ALONE, COUPLE, CRAFT_HERITAGE
from sim.state.people import free_slot, give_traits, identity_of, settle_in


@setup
def _elders(people, world, v, n, c, ages, shares, prevalence, dementia, key):
    """Elders of village v: ages and sexes by systematic sampling of the table, health by the cross-section
    of their age.
    """
    village = world.villages[v]
    turn, turn2 = uniform(key, village.number, 1), uniform(key, village.number, 2)
    cumulative, health_sum, made = 0.0, np.full(4, turn2), 0
    for g in range(len(ages)):
        for sex in range(2):
            before = np.int64(cumulative * n + turn)
            cumulative += shares[g, sex]
            after = np.int64(cumulative * n + turn) if g < len(ages) - 1 or sex < 1 else n
            for _ in range(before, after):
                i = free_slot(people, world, v)
                ident = settle_in(people, world, v, i, 1, 0, sex, -1, c.zone_size)
                people.age[i] = (ages[g] + np.int64(uniform(key, ident, 3) * 5)) * 12 + np.int64(
                    uniform(key, ident, 4) * 12
                )
                years = people.age[i] // 12
                for s in range(3, 0, -1):  # a running sum deals the states out evenly
                    health_sum[s] += prevalence[world.county[v], sex, years, s]
                    if health_sum[s] >= 1.0:
                        health_sum[s] -= 1.0
                        people.health[i] = s
                        break
                people.dementia[i] = 1 if uniform(key, ident, 5) < dementia[years] else 0
                give_traits(people, i, ident, c, key, village.kind == CRAFT_HERITAGE)
                made += 1
    return made


@setup
def _homes(people, world, v, n, c, key):
    """Living arrangements: couples are matched in order of age, the rest live alone or with a child."""
    a = world.start[v]
    turn = uniform(key, world.villages[v].number, 6)
    alone = np.int64(n * c.empty_nest * c.alone_of_empty_nest + turn)
    couples = np.int64((n * c.empty_nest - n * c.empty_nest * c.alone_of_empty_nest) * 0.5 + turn)
    score = np.empty(n, np.float64)
    for j in range(n):
        identity = identity_of(world.villages[v].number, people.serial[a + j])
        score[j] = people.age[a + j] + 240.0 * uniform(key, identity, 7)
    order, men, women = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    sort_by(score, order)
    m, f = 0, 0
    for j in order:
        if people.sex[a + j] == 0:
            men[m] = j
            m += 1
        else:
            women[f] = j
            f += 1
    couples = min(couples, m, f)
    for k in range(couples):
        x, y = men[k], women[k]
        people.spouse[a + x], people.spouse[a + y] = y, x
        people.living[a + x], people.living[a + y] = COUPLE, COUPLE
    rest = n - 2 * couples
    left = min(alone, rest)
    for j in range(n):
        if people.spouse[a + j] < 0:
            identity = identity_of(world.villages[v].number, people.serial[a + j])
            if uniform(key, identity, 8) * rest < left:
                people.living[a + j] = ALONE
                left -= 1
            rest -= 1


@setup
def _helpers(people, world, v, n, c, shape, key):
    """Helpers under 60 and the count of the other people aged 40-59 by month of birth."""
    village = world.villages[v]
    helpers = np.int64(n * c.helpers_per_elder + 0.5)
    others = max(np.int64(n * c.pool_per_elder + 0.5) - helpers, 0)
    cumulative, turn, turn2 = 0.0, uniform(key, village.number, 9), uniform(key, village.number, 10)
    for years in range(20):
        for sex in range(2):
            share = shape[years, sex]
            h0, o0 = np.int64(cumulative * helpers + turn), cumulative * others
            cumulative += share
            h1 = np.int64(cumulative * helpers + turn)
            for month in range(12):  # the share of one month of birth
                lo = np.int64(o0 + share * others * month / 12 + turn2)
                hi = np.int64(o0 + share * others * (month + 1) / 12 + turn2)
                world.pool[v, sex, (239 - (years * 12 + month)) % 240] = hi - lo
            for _ in range(h0, min(h1, helpers) if (years, sex) != (19, 1) else helpers):
                i = free_slot(people, world, v)
                ident = settle_in(people, world, v, i, 2, 0, sex, -1, c.zone_size)
                people.age[i] = (40 + years) * 12 + np.int64(uniform(key, ident, 11) * 12)
                drawn = uniform(key, ident, 12)
                people.role[i] = (
                    1
                    if drawn < c.cadre_share
                    else (3 if drawn < c.cadre_share + c.returned_share else (0 if people.sex[i] == 1 else 2))
                )
                people.trained[i] = 1 if uniform(key, ident, 13) < c.trained_share else 0


@setup
def neighbourhood(people, world, v, zone_size, key):
    """Deal the first inhabitants to zones by a draw, a neighbour from the same zone to each, and kin
    pairs.
    """
    a, n = world.start[v], world.used[v]
    number = world.villages[v].number
    score, order = np.empty(n, np.float64), np.empty(n, np.int64)
    for j in range(n):
        score[j] = uniform(key, identity_of(number, people.serial[a + j]), 17)
    sort_by(score, order)
    for rank in range(n):
        j = order[rank]
        identity = identity_of(number, people.serial[a + j])
        first = rank - rank % zone_size
        size = min(zone_size, n - first)
        people.zone[a + j] = rank // zone_size
        if size > 1:
            step = 1 + np.int64(uniform(key, identity, 16) * (size - 1))
            people.neighbour[a + j] = order[first + (rank - first + step) % size]
        k = np.int64(uniform(key, identity, 15) * n)
        if (
            uniform(key, identity, 14) < 0.5
            and k != j
            and people.kin[a + j] < 0
            and people.kin[a + k] < 0
            and people.spouse[a + j] != k
        ):
            people.kin[a + j], people.kin[a + k] = k, j


@setup
def populate(people, world, sizes, county, ages, shares, prevalence, dementia, shape, keys):
    """Fill every village with its first inhabitants.

    Depends on a village's number, never on its place in the list.
    """
    for v in range(len(sizes)):
        key = keys[world.county[v]]
        n = _elders(people, world, v, sizes[v], county[v], ages, shares, prevalence, dementia, key)
        _homes(people, world, v, n, county[v], key)
        _helpers(people, world, v, n, county[v], shape, key)
        neighbourhood(people, world, v, county[v].zone_size, key)
        world.villages[v].entered = 0
