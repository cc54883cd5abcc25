"""M1 Demography: death, ageing, entrants at 60, helpers' migration and return, widowhood, children near or
away.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.start import tables
from sim.state.fields import flow
from sim.state.parameters import par, section, switch
from sim.state.people import free_slot, give_traits, identity_of, settle_in, vacate


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


flow("deaths", unit="persons", label="elders who died")
flow("entrants", unit="persons", label="people who turned 60")
flow("helpers_left", unit="persons", label="helpers who left the village or died")
flow("helpers_found", unit="persons", label="helpers found among the other people aged 40-59")
flow("returned", unit="persons", label="helpers who came back because a business pays")
flow("pool_persons", unit="persons", label="people aged 40-59 in the whole village, helpers among them")

DEATH = Purpose("demography.death")
MOVE = Purpose("demography.move")
HOME = Purpose("demography.home")
POOL = Purpose("demography.pool")
ENTER = Purpose("demography.enter")


@inner
def _widow(p, w, v, i, d, key):
    """The survivor of a couple lives alone or moves in with a near child."""
    s = w.start[v] + p.spouse[i]
    ident = identity_of(w.villages[v].number, p.serial[s])
    if p.living[s] == 1:
        p.living[s] = 0 if p.near[s] == 1 and uniform(key, ident, 0) < d.widowed_to_child else 2


@kernel
def leave(p, w, values, death, demented, period, death_key, move_key, home_key):
    """Deaths by sex, age and state.

    Helpers who migrate; couples whose spouse lives outside the table; children who go.
    """
    for v in range(len(w.used)):
        d, f = values.demography[v], w.flow[v]
        leaving = d.migration / 12.0
        nest, away = d.empty_nest_trend / 0.38 / 12.0, d.child_leaves / 12.0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] == 0:
                continue
            ident = identity_of(w.villages[v].number, p.serial[i])
            p.age[i] += 1
            years, risk = min(p.age[i] // 12, 111), values.health[v].dementia_risk
            q = death[period, p.sex[i], years, p.health[i]] / (1.0 + (risk - 1.0) * demented[years])
            if p.dementia[i] == 1:
                q *= risk
            if p.kind[i] == 1:
                q *= w.villages[v].mortality
            if uniform(death_key, ident, 0) < q:
                if p.kind[i] == 1:
                    f.deaths += 1
                    if p.spouse[i] >= 0:
                        _widow(p, w, v, i, d, home_key)
                else:
                    f.helpers_left += 1
                vacate(p, w, v, i)
                continue
            u = uniform(move_key, ident, 0)
            if p.kind[i] == 2:
                if u < leaving:
                    f.helpers_left += 1
                    vacate(p, w, v, i)
            elif p.living[i] == 0:
                if u < nest:
                    p.living[i] = 1 if p.spouse[i] >= 0 else 2
            elif p.near[i] == 1 and u < away:
                p.near[i] = 0
            elif (
                p.living[i] == 1
                and p.spouse[i] < 0
                and u > 1.0 - death[period, 1 - p.sex[i], min(p.age[i] // 12, 111), 0]
            ):
                p.living[i] = 2


@inner
def _new_elder(p, w, v, i, ident, values, prevalence, key):
    """Living arrangement, health and traits of a person who turns 60 (links and account of a helper stay)."""
    c = values.county[v]
    u = uniform(key, ident, 1)
    single = c.empty_nest * c.alone_of_empty_nest * 0.5  # the newly old are less often alone
    p.living[i] = 2 if u < single else (1 if u < c.empty_nest else 0)
    u, state = uniform(key, ident, 2), 3
    while state > 0 and u >= prevalence[p.sex[i], 60, state]:
        u -= prevalence[p.sex[i], 60, state]
        state -= 1
    p.health[i] = state
    give_traits(p, i, ident, c, key, w.villages[v].kind == 2)
    w.flow[v].entrants += 1


@kernel
def enter(p, w, values, prevalence, entry, month, base, wages, pool_key, enter_key):
    """Helpers who turn 60 become elders; the month's cohort arrives; the pool shrinks, is refilled at 40,
    gives helpers.

    `entry` (2) is this year's arrivals at 40 a month per starting person of the pool; `base` the starting
    pool.
    """
    slot = month % 240
    for v in range(len(w.used)):
        d, r, f = values.demography[v], w.villages[v], w.flow[v]
        r.entered = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] == 2 and p.age[i] >= 720:
                p.kind[i] = 1
                r.helpers -= 1
                r.elders += 1
                _new_elder(p, w, v, i, identity_of(r.number, p.serial[i]), values, prevalence, enter_key)
        pool = 0
        for sex in range(2):
            for _ in range(w.pool[v, sex, slot]):
                i = free_slot(p, w, v)
                ident = settle_in(p, w, v, i, 1, 720, sex, month, values.county[v].zone_size)
                _new_elder(p, w, v, i, ident, values, prevalence, enter_key)
            w.pool[v, sex, slot] = rounded(entry[sex] * base[v], pool_key, r.number, 1000 + sex)
            for cohort in range((month + 1) % 12, 240, 12):  # each month of birth is thinned once a year
                kept = 0
                for k in range(w.pool[v, sex, cohort]):
                    if uniform(pool_key, r.number, (sex * 240 + cohort) * 64 + k + 2000) >= d.migration:
                        kept += 1
                w.pool[v, sex, cohort] = kept
            for cohort in range(240):
                pool += w.pool[v, sex, cohort]
        _find_helpers(p, w, v, d, values.county[v], month, pool, wages[v], pool_key)
        f.pool_persons = pool + r.helpers


@inner
def _find_helpers(p, w, v, d, c, month, pool, wages, key):
    """Missing helpers are found among the others aged 40-59.

    Some leavers' places go to returners while wages are paid.
    """
    r, f = w.villages[v], w.flow[v]
    missing = d.helper_share * (pool + r.helpers) - r.helpers
    found = min(rounded(max(missing, 0.0) * d.refill, key, r.number, 0), 12)
    back = min(rounded(d.returns / 12.0, key, r.number, 1), 4) if wages > 0 else 0
    for n in range(found + back):
        sex = np.int64(uniform(key, r.number, 2 + 2 * n) * 2)
        cohort = np.int64(uniform(key, r.number, 3 + 2 * n) * 240)
        if n < found:
            for _ in range(240):  # the next month of birth that still has somebody
                if w.pool[v, sex, cohort] > 0:
                    break
                cohort = (cohort + 1) % 240
            if w.pool[v, sex, cohort] == 0:
                continue
            w.pool[v, sex, cohort] -= 1
            f.helpers_found += 1
        else:
            f.returned += 1
        to_sixty = (cohort - month - 1) % 240
        i = free_slot(p, w, v)
        ident = settle_in(p, w, v, i, 2, 719 - to_sixty, sex, month, c.zone_size)
        u = uniform(key, ident, 4)
        p.role[i] = 3 if n >= found else (1 if u < c.cadre_share else (0 if sex == 1 else 2))


def run_leave(m) -> None:
    """Deaths and departures."""
    if not m.parameters.demography.on or m.month < 0:
        return
    leave(
        m.people,
        m.world,
        m.values.table,
        m.chances.death,
        tables.dementia_tables()[0],
        m.period,
        m.key(DEATH),
        m.key(MOVE),
        m.key(HOME),
    )


@kernel
def crowded(w, slot, more):
    """Whether a village may lack slots for those who turn 60 this month and `more` others."""
    for v in range(len(w.used)):
        r = w.villages[v]
        if (
            r.elders + r.helpers + w.pool[v, 0, slot] + w.pool[v, 1, slot] + more
            > w.start[v + 1] - w.start[v]
        ):
            return True
    return False


def _entry(year: int) -> np.ndarray:
    return np.asarray(tables.cohort_shape()[1][year] / 12)


def run_enter(m) -> None:
    """Arrivals; blocks that lack slots are copied to larger ones first."""
    if not m.parameters.demography.on or m.month < 0:
        return
    slot = m.month % 240
    if crowded(m.world, slot, 16):
        m.ensure_slots(m.world.pool[:, :, slot].sum(axis=1) + 16)
    entry = m.once(_entry, min(m.month // 12, 24))
    enter(
        m.people,
        m.world,
        m.values.table,
        m.chances.prevalence,
        entry,
        m.month,
        m.pool_base,
        m.state["wages_paid"],
        m.key(POOL),
        m.key(ENTER),
    )
    m.note_promotions()
