"""The first inhabitants of the villages.

Ages, sexes, health, homes, neighbours and kin, dealt out from the tables.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import setup
from sim.engine.randomness import uniform
from sim.engine.sorting import sort_by
from sim.state.people import free_slot, give_traits, identity_of, settle_in


@setup
def _elders(p, w, v, n, c, ages, shares, prevalence, dementia, key):
    """Elders of village v: ages and sexes by systematic sampling of the table, health by the cross-section
    of their age.
    """
    r = w.villages[v]
    turn, turn2 = uniform(key, r.number, 1), uniform(key, r.number, 2)
    cumulative, health_sum, made = 0.0, np.full(4, turn2), 0
    for g in range(len(ages)):
        for sex in range(2):
            before = np.int64(cumulative * n + turn)
            cumulative += shares[g, sex]
            after = np.int64(cumulative * n + turn) if g < len(ages) - 1 or sex < 1 else n
            for _ in range(before, after):
                i = free_slot(p, w, v)
                ident = settle_in(p, w, v, i, 1, 0, sex, -1, c.zone_size)
                p.age[i] = (ages[g] + np.int64(uniform(key, ident, 3) * 5)) * 12 + np.int64(
                    uniform(key, ident, 4) * 12
                )
                years = p.age[i] // 12
                for s in range(3, 0, -1):  # a running sum deals the states out evenly
                    health_sum[s] += prevalence[sex, years, s]
                    if health_sum[s] >= 1.0:
                        health_sum[s] -= 1.0
                        p.health[i] = s
                        break
                p.dementia[i] = 1 if uniform(key, ident, 5) < dementia[years] else 0
                give_traits(p, i, ident, c, key, r.kind == 2)
                made += 1
    return made


@setup
def _homes(p, w, v, n, c, key):
    """Living arrangements: couples are matched in order of age, the rest live alone or with a child."""
    a = w.start[v]
    turn = uniform(key, w.villages[v].number, 6)
    alone = np.int64(n * c.empty_nest * c.alone_of_empty_nest + turn)
    couples = np.int64((n * c.empty_nest - n * c.empty_nest * c.alone_of_empty_nest) * 0.5 + turn)
    score = np.empty(n, np.float64)
    for j in range(n):
        ident = identity_of(w.villages[v].number, p.serial[a + j])
        score[j] = p.age[a + j] + 240.0 * uniform(key, ident, 7)
    order, men, women = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    sort_by(score, order)
    m, f = 0, 0
    for j in order:
        if p.sex[a + j] == 0:
            men[m] = j
            m += 1
        else:
            women[f] = j
            f += 1
    couples = min(couples, m, f)
    for k in range(couples):
        x, y = men[k], women[k]
        p.spouse[a + x], p.spouse[a + y] = y, x
        p.living[a + x], p.living[a + y] = 1, 1
    rest = n - 2 * couples
    left = min(alone, rest)
    for j in range(n):
        if p.spouse[a + j] < 0:
            ident = identity_of(w.villages[v].number, p.serial[a + j])
            if uniform(key, ident, 8) * rest < left:
                p.living[a + j] = 2
                left -= 1
            rest -= 1


@setup
def _helpers(p, w, v, n, c, shape, key):
    """Helpers under 60 and the count of the other people aged 40-59 by month of birth."""
    r = w.villages[v]
    helpers = np.int64(n * c.helpers_per_elder + 0.5)
    others = max(np.int64(n * c.pool_per_elder + 0.5) - helpers, 0)
    cumulative, turn, turn2 = 0.0, uniform(key, r.number, 9), uniform(key, r.number, 10)
    for years in range(20):
        for sex in range(2):
            share = shape[years, sex]
            h0, o0 = np.int64(cumulative * helpers + turn), cumulative * others
            cumulative += share
            h1 = np.int64(cumulative * helpers + turn)
            for month in range(12):  # the share of one month of birth
                lo = np.int64(o0 + share * others * month / 12 + turn2)
                hi = np.int64(o0 + share * others * (month + 1) / 12 + turn2)
                w.pool[v, sex, (239 - (years * 12 + month)) % 240] = hi - lo
            for _ in range(h0, min(h1, helpers) if (years, sex) != (19, 1) else helpers):
                i = free_slot(p, w, v)
                ident = settle_in(p, w, v, i, 2, 0, sex, -1, c.zone_size)
                p.age[i] = (40 + years) * 12 + np.int64(uniform(key, ident, 11) * 12)
                u = uniform(key, ident, 12)
                p.role[i] = (
                    1
                    if u < c.cadre_share
                    else (3 if u < c.cadre_share + c.returned_share else (0 if p.sex[i] == 1 else 2))
                )
                p.trained[i] = 1 if uniform(key, ident, 13) < c.trained_share else 0


@setup
def neighbourhood(p, w, v, zone_size, key):
    """Deal the first inhabitants to zones by a draw, a neighbour from the same zone to each, and kin
    pairs.
    """
    a, n = w.start[v], w.used[v]
    number = w.villages[v].number
    score, order = np.empty(n, np.float64), np.empty(n, np.int64)
    for j in range(n):
        score[j] = uniform(key, identity_of(number, p.serial[a + j]), 17)
    sort_by(score, order)
    for rank in range(n):
        j = order[rank]
        ident = identity_of(number, p.serial[a + j])
        first = rank - rank % zone_size
        size = min(zone_size, n - first)
        p.zone[a + j] = rank // zone_size
        if size > 1:
            step = 1 + np.int64(uniform(key, ident, 16) * (size - 1))
            p.neighbour[a + j] = order[first + (rank - first + step) % size]
        k = np.int64(uniform(key, ident, 15) * n)
        if (
            uniform(key, ident, 14) < 0.5
            and k != j
            and p.kin[a + j] < 0
            and p.kin[a + k] < 0
            and p.spouse[a + j] != k
        ):
            p.kin[a + j], p.kin[a + k] = k, j


@setup
def populate(p, w, sizes, county, ages, shares, prevalence, dementia, shape, key):
    """Fill every village with its first inhabitants.

    Depends on a village's number, never on its place in the list.
    """
    for v in range(len(sizes)):
        n = _elders(p, w, v, sizes[v], county[v], ages, shares, prevalence, dementia, key)
        _homes(p, w, v, n, county[v], key)
        _helpers(p, w, v, n, county[v], shape, key)
        neighbourhood(p, w, v, county[v].zone_size, key)
        w.villages[v].entered = 0
