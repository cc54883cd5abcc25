"""The person table: a row a person, village by village; `kind` tells an elder from a helper and a free slot.

Links (spouse, kin, neighbour) are slots inside the village: a neighbour link is a place, whoever lives there.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.engine.tables import copy_row
from sim.state.codes import (
    CRAFT,
    DAILY,
    EIGHTY,
    ELDER,
    FARM,
    FREE,
    HELPER,
    MODERATE,
    MONTH_BITS,
    OLDEST,
    PERSONAL,
    REHABILITATION,
    SERIAL_BITS,
    SEVENTY,
    SEVENTY_FIVE,
    STORY,
    TWICE_WEEKLY,
)
from sim.state.fields import column

column("kind", "i1", unit="code", label="0 free slot, 1 elder, 2 helper", written_by=("demography",))
column(
    "serial",
    "u4",
    unit="number",
    label="entry month << 12 | n-th entrant of that month",
    written_by=("by_hand",),
)
column("age", "i2", unit="months", label="age", written_by=("demography", "initial_population", "views"))
column("sex", "i1", unit="code", label="0 man, 1 woman")
column(
    "living",
    "i1",
    unit="code",
    label="0 with a child, 1 couple, 2 alone, 3 in the village home",
    written_by=("by_hand", "demography", "homes", "initial_population"),
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
    written_by=("by_hand", "demography", "initial_population"),
)
column(
    "income", "i4", unit="fen/month", label="own income: pension, land, odd jobs", written_by=("demography",)
)
column(
    "earned",
    "i4",
    unit="fen/month",
    label="of this, land and odd jobs, which end at 75",
    written_by=("demography",),
)
column("remit", "i4", unit="fen/month", label="money from children")
column("dibao", "i1", unit="flag", label="on subsistence allowance")
column("land", "i2", unit="0.1 mu", label="land held")
column("skills", "i1", unit="bits", label="1 story, 2 farm, 4 craft", written_by=("handicraft",))
column(
    "health",
    "i1",
    unit="code",
    label="0 robust, 1 mild, 2 moderate, 3 severe",
    written_by=("by_hand", "demography", "health", "initial_population"),
)
column("dementia", "i1", unit="flag", label="has dementia", written_by=("health", "initial_population"))


@kernel
def identity_of(number: int, serial: int) -> int:
    """Identity of a person: village number << 24 | serial."""
    return (np.int64(number) << SERIAL_BITS) | np.int64(serial)


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
def blank(people, world, i):
    """Row i as declared, from the blank person behind the last block; a neighbour is a place, and stays."""
    neighbour = people.neighbour[i]
    copy_row(people, i, world.start[len(world.used)])
    people.neighbour[i] = neighbour


@inner
def settle_in(people, world, v, i, kind, age, sex, month, zone_size):
    """Write a newcomer into free slot i: a neutral person, whom the parts then fill in.

    Returns the identity.
    """
    village = world.villages[v]
    serial = ((month + 1) << MONTH_BITS) | village.entered
    village.entered += 1
    blank(people, world, i)
    people.kind[i], people.serial[i], people.age[i], people.sex[i] = kind, serial, age, sex
    people.zone[i] = (i - world.start[v]) // zone_size
    if kind == ELDER:
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
def close_account(people, world, v, i):
    """A leaver's credit is handed on or forfeited, a debt excused."""
    if people.credit[i] > 0:
        lost = int(people.credit[i]) - hand_on(people, world, v, i)
        world.posted[v].credits_forfeited += lost
        world.flow[v].credit_dropped += lost
    else:
        world.posted[v].credits_excused -= people.credit[i]
    people.credit[i] = 0


@called  # a row of sixty columns, inside a walk over everybody, would slow each step of it
def vacate(people, world, v, i):
    """A person leaves the table: links let go, the account is settled, the row is as declared.

    Whatever must be known of a leaver is read before: no rule of the month finds anything of those who have
    gone.
    """
    village = world.villages[v]
    if people.spouse[i] >= 0:
        people.spouse[world.start[v] + people.spouse[i]] = -1
    if people.kin[i] >= 0:
        people.kin[world.start[v] + people.kin[i]] = -1
    if people.partner[i] >= 0:
        people.partner[world.start[v] + people.partner[i]] = -1
    close_account(people, world, v, i)
    if people.kind[i] == ELDER:
        village.elders -= 1
    else:
        village.helpers -= 1
    blank(people, world, i)
    village.hint = min(village.hint, i - world.start[v])


@inner
def _may_be_first(people, i, offers):
    """An elder; of `offers`, a person with an offer."""
    return people.offer[i] > 0 if offers else people.kind[i] == ELDER


@inner
def start_row(people, world, v, offers, drawn):
    """Place in the village of a drawn elder (or of a drawn person with an offer).

    Each is as likely to be the first: `drawn` is even in [0, 1).
    """
    heads, first = int(world.villages[v].elders), 0
    if offers:
        heads = 0
        for i in residents(world, v):
            heads += 1 if people.offer[i] > 0 else 0
    left = int(drawn * heads)
    for place in range(world.used[v]):
        if _may_be_first(people, world.start[v] + place, offers):
            if left == 0:
                first = place
                break
            left -= 1
    return first


@inner
def give(people, world, v, i, minutes):
    """Person i gives minutes of mutual aid: taken from the offer and from the month's budget, once."""
    people.offer[i] -= minutes
    people.free[i] -= minutes
    people.given[i] += minutes
    world.flow[v].time_aid += minutes


@inner
def up_to_twice(mean, key, identity, index):
    """Money between none and twice the mean, in whole percent of it, so that yuan stay exact."""
    return mean * np.int64(uniform(key, identity, index) * 201.0) // 100


@inner
def give_traits(people, i, identity, county, key, craft_village):
    """Income, land, skills, children of an elder; `county` holds the values of the village's county."""
    land = up_to_twice(county.land_income, key, identity, 21) if people.age[i] < SEVENTY_FIVE else 0
    spread = county.pension_spread
    percent = 100 - spread + np.int64(uniform(key, identity, 20) * (2.0 * spread + 1.0))
    people.income[i], people.earned[i] = county.pension * percent // 100 + land, land
    people.remit[i] = up_to_twice(county.remittances, key, identity, 22)
    people.dibao[i] = 1 if uniform(key, identity, 23) < county.dibao else 0
    people.land[i] = np.int64(county.land_mu * 20.0 * uniform(key, identity, 24))
    people.children[i] = np.int64(county.children * 2.0 * uniform(key, identity, 25) + 0.5)
    people.near[i] = 1 if uniform(key, identity, 26) < county.child_near and people.children[i] > 0 else 0
    story = STORY if uniform(key, identity, 27) < county.story_share else 0
    farm = FARM if uniform(key, identity, 28) < county.farm_share else 0
    craft = CRAFT if craft_village and uniform(key, identity, 29) < county.craft_share else 0
    people.skills[i] = story | farm | craft


TRAITS = Purpose("population.traits")


@inner
def served_without_credit(people, i, timebank):
    """The urgent tiers and the poor, where the bank's rules exempt them."""
    urgent = (people.tier[i] == DAILY) | (people.tier[i] == TWICE_WEEKLY)
    return timebank.exempt_special == 1 and urgent | (people.dibao[i] == 1)


@inner
def charge(credit, cost, overdraft):
    """What an account pays of `cost`: down to the overdraft limit, never more than the cost."""
    return max(min(cost, credit + overdraft), 0)


@inner
def income_of(people, i, remit_left):
    """Own income, allowances, what a business paid, what is left of the money from children, fen a month."""
    own = int(people.income[i]) + int(people.trade_income[i]) + int(people.allowance[i])
    return own + int(int(people.remit[i]) * remit_left)


@inner
def norm_now(acceptance, village, years):
    """Strength of the norm of family care after so many years, as conventions leave it."""
    return max(acceptance.norm - acceptance.norm_decline * years, 0.0) * village.norm_left


@inner
def relies_on_children(key, identity, norm):
    """Whether an elder holds with the norm that children care: a lasting draw against its strength."""
    return uniform(key, identity, 0) < norm


@inner
def age_band(age):
    """Age band of the price list: 0 for 60-69, 1 for 70-79, 2 for 80 and over."""
    return 0 if age < SEVENTY else (1 if age < EIGHTY else 2)


@inner
def need_left(people, i):
    """Minutes of need not met so far this month, personal care aside."""
    minutes = 0
    for kind in range(PERSONAL):
        minutes += int(people.need[i, kind])
    return minutes


@inner
def zones_of(people, world, v):
    """Number of zones of village v."""
    zones = 0
    for i in residents(world, v):
        zones = max(zones, int(people.zone[i]) + 1)
    return zones


@inner
def row_from(world, v, place, step):
    """The row `step` rows on from a place of village v, round its end: a walk begins at a drawn place."""
    return world.start[v] + wrap(step + place, world.used[v])


@inner
def years_of(people, i):
    """Age in whole years, as far as tables go."""
    return min(people.age[i] // 12, OLDEST)


@inner
def eligible_of(minutes, kind, needs):
    """Minutes of a kind that mutual aid may serve, from those left."""
    if kind == PERSONAL:
        return int(minutes * needs.personal_eligible)
    if kind == REHABILITATION:
        return int(minutes * needs.rehabilitation_eligible)
    return minutes


@inner
def needs_training(kind):
    """Kinds that only trained helpers may give."""
    return kind == REHABILITATION or kind == PERSONAL


@inner
def has_offer(people, i):
    """A volunteer with time on offer."""
    return people.volunteer[i] == 1 and people.offer[i] > 0


@inner
def put_up(people, i):
    """Minutes that a volunteer has put on offer this month, given ones among them."""
    return int(people.offer[i]) + int(people.given[i])


@inner
def has_ended(people, i, other):
    """Whether a pair no longer stands: both help, none does, or the elder of the two is not enrolled."""
    if people.volunteer[i] == people.volunteer[other]:
        return True
    return people.enrolled[i if people.volunteer[i] == 0 else other] == 0


@inner
def family_share(people, i, subsidy, government):
    """Share of a price that falls to the family: none of it for the poor, where government pays."""
    if not government:
        return 1.0
    return 0.0 if people.dibao[i] == 1 else 1.0 - subsidy


@inner
def is_enrolled(people, i):
    """Elders whom a station knows."""
    return people.kind[i] == ELDER and people.enrolled[i] == 1


@inner
def has_turn(people, i, able):
    """Enrolled elders in two turns: the disabled first (`able` 0), then the others (`able` 1)."""
    return is_enrolled(people, i) and (people.health[i] < MODERATE) == (able == 1)


# -- lists: who stands in one is foreseen badly, so that it is written without a branch and then gone through
@inner
def list_offers(people, world, v, row):
    """Rows of those with time on offer, in row `row` of the village's scratch; their number."""
    heads = 0
    for i in residents(world, v):
        world.work[row, heads] = i
        heads += people.offer[i] > 0
    return heads


@inner
def list_enrolled(people, world, v, first, row):
    """Rows of enrolled elders from place `first` on, in row `row` of the village's scratch; their number."""
    heads = 0
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        world.work[row, heads] = i
        heads += (people.kind[i] == ELDER) & (people.enrolled[i] == 1)
    return heads
