"""The person table: a row a person, village by village; `kind` tells an elder from a helper and a free slot.

Links (spouse, kin, neighbour) are slots inside the village: a neighbour link is a place, whoever lives there.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import NEVER
from sim.state.fields import column

column("kind", "i1", unit="code", label="0 free slot, 1 elder, 2 helper")
column("serial", "u4", unit="number", label="entry month << 12 | n-th entrant of that month")
column("age", "i2", unit="months", label="age")
column("sex", "i1", unit="code", label="0 man, 1 woman")
column("living", "i1", unit="code", label="0 with a child, 1 couple, 2 alone, 3 in the village home")
column("spouse", "i4", unit="slot", label="spouse in the village, or -1", initial=-1)
column("kin", "i4", unit="slot", label="one relative in the village, or -1", initial=-1)
column("neighbour", "i4", unit="slot", label="the place next door", initial=-1)
column("zone", "i2", unit="number", label="zone of neighbouring households")
column("children", "i1", unit="persons", label="living children")
column("near", "i1", unit="flag", label="a child lives near")
column("role", "i1", unit="code", label="helper: 0 woman, 1 cadre, 2 under-employed, 3 returned")
column("income", "i4", unit="fen/month", label="own income: pension, land, odd jobs")
column("remit", "i4", unit="fen/month", label="money from children")
column("dibao", "i1", unit="flag", label="on subsistence allowance")
column("land", "i2", unit="0.1 mu", label="land held")
column("skills", "i1", unit="bits", label="1 story, 2 farm, 4 craft")
column("health", "i1", unit="code", label="0 robust, 1 mild, 2 moderate, 3 severe")
column("dementia", "i1", unit="flag", label="has dementia")


@kernel
def identity_of(number: int, serial: int) -> int:
    """Identity of a person: village number << 24 | serial."""
    return (np.int64(number) << 24) | np.int64(serial)


@inner
def free_slot(p, w, v):
    """The lowest free slot of village v (absolute); the caller has made sure that one exists."""
    i = w.start[v] + w.villages[v].hint
    while i < w.start[v] + w.used[v] and p.kind[i] != 0:
        i += 1
    if i == w.start[v] + w.used[v]:
        w.used[v] += 1
    w.villages[v].hint = i - w.start[v] + 1
    return i


@inner
def settle_in(p, w, v, i, kind, age, sex, month, zone_size):
    """Write a newcomer into free slot i.

    A neutral person, whom the parts then fill in. Returns the identity.
    """
    r = w.villages[v]
    serial = ((month + 1) << 12) | r.entered
    r.entered += 1
    p.kind[i], p.serial[i], p.age[i], p.sex[i] = kind, serial, age, sex
    p.living[i], p.spouse[i], p.kin[i] = 0, -1, -1
    p.zone[i] = (i - w.start[v]) // zone_size
    p.children[i], p.near[i], p.role[i] = 0, 0, 0
    p.income[i], p.remit[i], p.dibao[i], p.land[i], p.skills[i] = 0, 0, 0, 0, 0
    p.health[i], p.dementia[i] = 0, 0
    p.enrolled[i], p.volunteer[i], p.trained[i] = 0, 0, 0
    p.credit[i], p.tier[i] = 0, 0
    p.motivation[i], p.fatigue[i], p.acceptance[i], p.trust[i], p.loneliness[i] = 0.5, 0.0, 0.3, 0.5, 0.3
    p.satisfaction[i], p.last_active[i] = 0.5, NEVER
    p.free[i], p.offer[i], p.given[i], p.received[i], p.quota[i] = 0, 0, 0, 0, 0
    p.need[i, :] = 0
    p.dines[i], p.place[i] = 0, 0
    if kind == 1:
        r.elders += 1
    else:
        r.helpers += 1
    return identity_of(r.number, serial)


@inner
def hand_on(p, w, v, i):
    """Minutes of a leaver's credit that stay in the family.

    The spouse's, a relative's, or an account outside the county.
    """
    r, f = w.villages[v], w.flow[v]
    heir = p.spouse[i] if p.spouse[i] >= 0 else p.kin[i]
    kept = np.int64(int(p.credit[i]) * (r.heirs if p.kind[i] == 1 else r.portable))
    if kept > 0 and p.kind[i] == 1 and heir >= 0:
        p.credit[w.start[v] + heir] += kept
        f.credits_inherited += kept
    elif kept > 0 and (p.kind[i] == 2 or p.children[i] > 0):
        w.posted[v].credits_carried += kept
    else:
        kept = 0
    return kept


@inner
def vacate(p, w, v, i):
    """A person leaves the table: links let go, the account is settled, the slot is free for the next."""
    r = w.villages[v]
    if p.spouse[i] >= 0:
        p.spouse[w.start[v] + p.spouse[i]] = -1
    if p.kin[i] >= 0:
        p.kin[w.start[v] + p.kin[i]] = -1
    if p.partner[i] >= 0:
        p.partner[w.start[v] + p.partner[i]], p.partner[i] = -1, -1
    if p.credit[i] > 0:
        lost = int(p.credit[i]) - hand_on(p, w, v, i)
        w.posted[v].credits_forfeited += lost
        w.flow[v].credit_dropped += lost
    else:
        w.posted[v].credits_excused -= p.credit[i]
    p.credit[i] = 0
    if p.kind[i] == 1:
        r.elders -= 1
    else:
        r.helpers -= 1
    p.kind[i] = 0
    p.volunteer[i], p.enrolled[i], p.place[i] = 0, 0, 0
    r.hint = min(r.hint, i - w.start[v])


@inner
def start_row(p, w, v, offers, u):
    """Place of a drawn elder (or of a drawn person with an offer) in the village.

    Each is as likely to be the first.
    """
    heads, place = int(w.villages[v].elders), 0
    if offers:
        heads = 0
        for i in range(w.start[v], w.start[v] + w.used[v]):
            heads += 1 if p.offer[i] > 0 else 0
    left = int(u * heads)
    for j in range(w.used[v]):
        i = w.start[v] + j
        if (p.kind[i] == 1 and not offers) or (p.offer[i] > 0 and offers):
            if left == 0:
                place = j
                break
            left -= 1
    return place


@inner
def give(p, w, v, i, minutes):
    """Person i gives minutes of mutual aid: taken from the offer and from the month's budget, once."""
    p.offer[i] -= minutes
    p.free[i] -= minutes
    p.given[i] += minutes
    w.flow[v].time_aid += minutes


@inner
def give_traits(p, i, ident, c, key, craft_village):
    """Income, land, skills, children of an elder; `c` is the village's county values."""
    # in whole percent of the mean, so that yuan stay exact
    land = c.land_income * np.int64(uniform(key, ident, 21) * 201.0) // 100 if p.age[i] < 900 else 0
    p.income[i] = (
        c.pension
        * (100 - c.pension_spread + np.int64(uniform(key, ident, 20) * (2.0 * c.pension_spread + 1.0)))
        // 100
        + land
    )
    p.remit[i] = c.remittances * np.int64(uniform(key, ident, 22) * 201.0) // 100
    p.dibao[i] = 1 if uniform(key, ident, 23) < c.dibao else 0
    p.land[i] = np.int64(c.land_mu * 20.0 * uniform(key, ident, 24))
    p.children[i] = np.int64(c.children * 2.0 * uniform(key, ident, 25) + 0.5)
    p.near[i] = 1 if uniform(key, ident, 26) < c.child_near and p.children[i] > 0 else 0
    story = 1 if uniform(key, ident, 27) < c.story_share else 0
    farm = 2 if uniform(key, ident, 28) < c.farm_share else 0
    craft = 4 if craft_village and uniform(key, ident, 29) < c.craft_share else 0
    p.skills[i] = story | farm | craft


TRAITS = Purpose("population.traits")
