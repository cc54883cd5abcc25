"""The person table: a row a person, village by village; `kind` tells an elder from a helper and a free slot.

Links (spouse, kin, neighbour) are slots inside the village: a neighbour link is a place, whoever lives there.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.state.codes import (
    DAILY,
    ELDER,
    FREE,
    HELPER,
    NEVER,
    PERSONAL,
    ROBUST,
    TWICE_WEEKLY,
    UNLISTED,
    WITH_CHILD,
    WOMAN,
)
from sim.state.fields import column

column("kind", "i1", unit="code", label="0 free slot, 1 elder, 2 helper", written_by=("demography",))
column("serial", "u4", unit="number", label="entry month << 12 | n-th entrant of that month")
column("age", "i2", unit="months", label="age", written_by=("demography", "initial_population", "views"))
column("sex", "i1", unit="code", label="0 man, 1 woman")
column(
    "living",
    "i1",
    unit="code",
    label="0 with a child, 1 couple, 2 alone, 3 in the village home",
    written_by=("demography", "homes", "initial_population"),
)
column(
    "spouse",
    "i4",
    unit="slot",
    label="spouse in the village, or -1",
    initial=-1,
    written_by=("initial_population",),
)
column(
    "kin",
    "i4",
    unit="slot",
    label="one relative in the village, or -1",
    initial=-1,
    written_by=("initial_population",),
)
column(
    "neighbour",
    "i4",
    unit="slot",
    label="the place next door",
    initial=-1,
    written_by=("initial_population",),
)
column(
    "zone", "i2", unit="number", label="zone of neighbouring households", written_by=("initial_population",)
)
column("children", "i1", unit="persons", label="living children")
column("near", "i1", unit="flag", label="a child lives near", written_by=("demography",))
column(
    "role",
    "i1",
    unit="code",
    label="helper: 0 woman, 1 cadre, 2 under-employed, 3 returned",
    written_by=("demography", "initial_population"),
)
column("income", "i4", unit="fen/month", label="own income: pension, land, odd jobs")
column("remit", "i4", unit="fen/month", label="money from children")
column("dibao", "i1", unit="flag", label="on subsistence allowance")
column("land", "i2", unit="0.1 mu", label="land held")
column("skills", "i1", unit="bits", label="1 story, 2 farm, 4 craft", written_by=("handicraft",))
column(
    "health",
    "i1",
    unit="code",
    label="0 robust, 1 mild, 2 moderate, 3 severe",
    written_by=("demography", "health", "initial_population"),
)
column("dementia", "i1", unit="flag", label="has dementia", written_by=("health", "initial_population"))


@kernel
def identity_of(number: int, serial: int) -> int:
    """Identity of a person: village number << 24 | serial."""
    return (np.int64(number) << 24) | np.int64(serial)


@inner
def residents(world, v):
    """Rows of the person table that village v uses; free slots are among them."""
    return range(world.start[v], world.start[v] + world.used[v])


@inner
def free_slot(people, world, v):
    """The lowest free slot of village v (absolute); the caller has made sure that one exists."""
    i = world.start[v] + world.villages[v].hint
    while i < world.start[v] + world.used[v] and people.kind[i] != FREE:
        i += 1
    if i == world.start[v] + world.used[v]:
        world.used[v] += 1
    world.villages[v].hint = i - world.start[v] + 1
    return i


@inner
def settle_in(people, world, v, i, kind, age, sex, month, zone_size):
    """Write a newcomer into free slot i.

    A neutral person, whom the parts then fill in. Returns the identity.
    """
    village = world.villages[v]
    serial = ((month + 1) << 12) | village.entered
    village.entered += 1
    people.kind[i], people.serial[i], people.age[i], people.sex[i] = kind, serial, age, sex
    people.living[i], people.spouse[i], people.kin[i] = WITH_CHILD, -1, -1
    people.zone[i] = (i - world.start[v]) // zone_size
    people.children[i], people.near[i], people.role[i] = 0, 0, WOMAN
    people.income[i], people.remit[i], people.dibao[i], people.land[i], people.skills[i] = 0, 0, 0, 0, 0
    people.health[i], people.dementia[i] = ROBUST, 0
    people.enrolled[i], people.volunteer[i], people.trained[i] = 0, 0, 0
    people.credit[i], people.tier[i] = 0, UNLISTED
    people.motivation[i], people.fatigue[i], people.acceptance[i], people.trust[i], people.loneliness[i] = (
        0.5,
        0.0,
        0.3,
        0.5,
        0.3,
    )
    people.satisfaction[i], people.last_active[i] = 0.5, NEVER
    people.free[i], people.offer[i], people.given[i], people.received[i], people.quota[i] = 0, 0, 0, 0, 0
    people.need[i, :] = 0
    people.dines[i], people.place[i] = 0, 0
    if kind == 1:
        village.elders += 1
    else:
        village.helpers += 1
    return identity_of(village.number, serial)


@inner
def hand_on(people, world, v, i):
    """Minutes of a leaver's credit that stay in the family.

    The spouse's, a relative's, or an account outside the county.
    """
    village, flow = world.villages[v], world.flow[v]
    heir = people.spouse[i] if people.spouse[i] >= 0 else people.kin[i]
    kept = np.int64(int(people.credit[i]) * (village.heirs if people.kind[i] == ELDER else village.portable))
    if kept > 0 and people.kind[i] == ELDER and heir >= 0:
        people.credit[world.start[v] + heir] += kept
        flow.credits_inherited += kept
    elif kept > 0 and (people.kind[i] == HELPER or people.children[i] > 0):
        world.posted[v].credits_carried += kept
    else:
        kept = 0
    return kept


@inner
def vacate(people, world, v, i):
    """A person leaves the table: links let go, the account is settled, the slot is free for the next."""
    village = world.villages[v]
    if people.spouse[i] >= 0:
        people.spouse[world.start[v] + people.spouse[i]] = -1
    if people.kin[i] >= 0:
        people.kin[world.start[v] + people.kin[i]] = -1
    if people.partner[i] >= 0:
        people.partner[world.start[v] + people.partner[i]], people.partner[i] = -1, -1
    if people.credit[i] > 0:
        lost = int(people.credit[i]) - hand_on(people, world, v, i)
        world.posted[v].credits_forfeited += lost
        world.flow[v].credit_dropped += lost
    else:
        world.posted[v].credits_excused -= people.credit[i]
    people.credit[i] = 0
    if people.kind[i] == ELDER:
        village.elders -= 1
    else:
        village.helpers -= 1
    people.kind[i] = FREE
    people.volunteer[i], people.enrolled[i], people.place[i] = 0, 0, 0
    village.hint = min(village.hint, i - world.start[v])


@inner
def start_row(people, world, v, offers, u):
    """Place of a drawn elder (or of a drawn person with an offer) in the village.

    Each is as likely to be the first.
    """
    heads, place = int(world.villages[v].elders), 0
    if offers:
        heads = 0
        for i in residents(world, v):
            heads += 1 if people.offer[i] > 0 else 0
    left = int(u * heads)
    for j in range(world.used[v]):
        i = world.start[v] + j
        if (people.kind[i] == ELDER and not offers) or (people.offer[i] > 0 and offers):
            if left == 0:
                place = j
                break
            left -= 1
    return place


@inner
def give(people, world, v, i, minutes):
    """Person i gives minutes of mutual aid: taken from the offer and from the month's budget, once."""
    people.offer[i] -= minutes
    people.free[i] -= minutes
    people.given[i] += minutes
    world.flow[v].time_aid += minutes


@inner
def give_traits(people, i, ident, c, key, craft_village):
    """Income, land, skills, children of an elder; `c` is the village's county values."""
    # in whole percent of the mean, so that yuan stay exact
    land = c.land_income * np.int64(uniform(key, ident, 21) * 201.0) // 100 if people.age[i] < 900 else 0
    people.income[i] = (
        c.pension
        * (100 - c.pension_spread + np.int64(uniform(key, ident, 20) * (2.0 * c.pension_spread + 1.0)))
        // 100
        + land
    )
    people.remit[i] = c.remittances * np.int64(uniform(key, ident, 22) * 201.0) // 100
    people.dibao[i] = 1 if uniform(key, ident, 23) < c.dibao else 0
    people.land[i] = np.int64(c.land_mu * 20.0 * uniform(key, ident, 24))
    people.children[i] = np.int64(c.children * 2.0 * uniform(key, ident, 25) + 0.5)
    people.near[i] = 1 if uniform(key, ident, 26) < c.child_near and people.children[i] > 0 else 0
    story = 1 if uniform(key, ident, 27) < c.story_share else 0
    farm = 2 if uniform(key, ident, 28) < c.farm_share else 0
    craft = 4 if craft_village and uniform(key, ident, 29) < c.craft_share else 0
    people.skills[i] = story | farm | craft


TRAITS = Purpose("population.traits")


@inner
def served_without_credit(people, i, timebank):
    """The urgent tiers and the poor, where the bank's rules exempt them."""
    urgent = people.tier[i] == DAILY or people.tier[i] == TWICE_WEEKLY
    return timebank.exempt_special == 1 and (urgent or people.dibao[i] == 1)


@inner
def income_of(people, i, remit_left):
    """Own income and what is left of the money from children, fen a month."""
    return int(people.income[i]) + int(int(people.remit[i]) * remit_left)


@inner
def need_left(people, i):
    """Minutes of need not met so far this month, personal care aside."""
    minutes = 0
    for kind in range(PERSONAL):
        minutes += int(people.need[i, kind])
    return minutes


@inner
def row_from(world, v, place, step):
    """The row `step` rows on from a place of village v, round its end: a walk begins at a drawn place."""
    return world.start[v] + wrap(step + place, world.used[v])
