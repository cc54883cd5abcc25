"""M7 Township centre: beds and day care, for its villages together or each by itself.

State   `place` of an elder: at home, months on the waiting list, or in a bed. Parameters, fields and
        postings of M7 stand in `referral.py`.
Month   `run` after needs have arisen. An elder who needs much care, is willing and whose family can pay
        applies; free beds of the pool go to whoever has waited longest; residents have all needs met. Then
        day care: elders at home with a moderate disability or dementia, pro rata to those who want it.
Off     with the section; day care with `referral.day_places` 0.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import S11, Purpose, bits, uniform
from sim.engine.sorting import sort_places
from sim.state.codes import (
    ALL_KINDS,
    ALONE,
    BED_DROPPED,
    CLOSED,
    COMPANIONSHIP,
    ELDER,
    MEALS,
    MODERATE,
    PERSONAL,
    PREVENTION,
    PROFESSIONAL,
    REHABILITATION,
    SEVERE,
    TOWNSHIP,
)
from sim.state.ledger import share_out
from sim.state.people import family_share, identity_of, income_of, residents, row_from, start_row
from sim.state.purposes import REFERRAL_TURN

AT_HOME, APPLIED, IN_BED = 0, 1, -1  # places; from APPLIED on months on the waiting list
BEDS, DAY_PLACES, MINUTES = 0, 1, 2  # rows of `World.centre` by pool
BY_VILLAGE = 3  # rows by village come so much later
DAY_KINDS = (MEALS, REHABILITATION, PREVENTION, COMPANIONSHIP, PERSONAL)
TINY = 1e-9  # so that a whole number stays one when it is rounded down

WILLING = Purpose("referral.willing")
APPLY = Purpose("referral.apply")
LEAVE = Purpose("referral.leave")
LOT = Purpose("referral.lot")


# -- what the centre has ---------------------------------------------------------------------------------
@kernel
def supply(world, values, scope):
    """Beds, day-care places and minutes of the centre, rounded down, as `World.centre`."""
    pool, means = world.pools[scope], world.means
    for v in range(len(pool)):
        means[BEDS, v], means[DAY_PLACES, v], means[MINUTES, v] = 0.0, 0.0, 0.0
    for v in range(len(pool)):
        referral, elders = values.referral[v], world.villages[v].elders_start
        means[BEDS, pool[v]] += referral.beds * elders
        world.flow[v].beds_standing = referral.beds * elders / 1000.0
        means[DAY_PLACES, pool[v]] += referral.day_places * elders
        means[MINUTES, pool[v]] += referral.hours * elders
    for v in range(len(pool)):
        for what in range(3):
            elders = 100.0 if what == MINUTES else 1000.0
            world.centre[what, v] = np.int64(means[what, v] / elders + TINY)
    for v in range(len(pool)):
        for what in range(3):
            world.centre[BY_VILLAGE + what, v] = world.centre[what, pool[v]]


# -- prices ----------------------------------------------------------------------------------------------
@inner
def can_pay(people, i, referral, price, government, remit_left):
    """Whether a family can raise its part of a monthly price."""
    own = price * family_share(people, i, referral.bed_subsidy, government)
    return own <= referral.afford * income_of(people, i, remit_left)


@inner
def bill(people, i, referral, price, government, post):
    """Family and government pay the price of a bed or of a place in day care."""
    own = np.int64(price * family_share(people, i, referral.bed_subsidy, government))
    post.referral_families += own
    post.referral_government += price - own


# -- beds ------------------------------------------------------------------------------------------------
@inner
def needs_much_care(people, i):
    """Severe disability, or a moderate one of somebody who is alone or has dementia."""
    if people.health[i] != MODERATE:
        return people.health[i] == SEVERE
    return people.living[i] == ALONE or people.dementia[i] == 1


@inner
def needs_bed(people, i, referral, government, remit_left):
    """Whether an elder needs a bed and the family can pay for it."""
    if not needs_much_care(people, i):
        return False
    return can_pay(people, i, referral, referral.bed_price, government, remit_left)


@inner
def leave_or_stay(people, i, referral, identity, key, flow):
    """A resident recovers, leaves by chance or since the family can no longer pay, or keeps the bed."""
    if people.dropped[i] & BED_DROPPED != 0:
        people.place[i] = AT_HOME
        flow.beds_left += 1
    elif people.health[i] < MODERATE or uniform(key, identity, 0) * referral.stay < 1.0:
        people.place[i] = AT_HOME
    else:
        flow.beds_used += 1


@inner
def wait_on(people, i, referral, flow):
    """One month more on the list, or no longer."""
    if people.place[i] > referral.patience:
        people.place[i] = AT_HOME
        flow.beds_given_up += 1
    else:
        people.place[i] += 1


@inner
def apply(people, i, referral, village, identity, willing_key, apply_key):
    """The willing apply; fewer where no station refers them."""
    if uniform(willing_key, identity, 0) < referral.willing:
        known = 1.0 if village.level > CLOSED and people.enrolled[i] == 1 else referral.unreferred
        if uniform(apply_key, identity, 0) < referral.apply * known:
            people.place[i] = APPLIED


@kernel
def move_list(people, world, values, beds, government, willing_keys, apply_keys, leave_keys):
    """Residents leave, the list moves, the willing apply where their pool has any bed.

    Nobody is admitted yet.
    """
    for v in range(len(world.used)):
        referral, village, flow, county = (
            values.referral[v],
            world.villages[v],
            world.flow[v],
            world.county[v],
        )
        willing_key, apply_key, leave_key = willing_keys[county], apply_keys[county], leave_keys[county]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(village.number, people.serial[i])
            if people.place[i] == IN_BED:
                leave_or_stay(people, i, referral, identity, leave_key, flow)
            elif beds[v] == 0 or not needs_bed(people, i, referral, government, village.remit_left):
                people.place[i] = AT_HOME
            elif people.place[i] >= APPLIED:
                wait_on(people, i, referral, flow)
            else:
                apply(people, i, referral, village, identity, willing_key, apply_key)


@inner
def count_free(world, free, pool):
    """Beds of each pool less those in use."""
    for place in range(len(pool)):
        free[place] = world.centre[BEDS, place]
    for v in range(len(pool)):
        free[pool[v]] -= world.flow[v].beds_used


@inner
def list_waiting(people, world, free, pool, keys, work):
    """Rows, villages, months waited (negative) and lots of those who wait where a bed is free; their number.

    Those whom `work` has no room for are counted only.
    """
    slot, village, waited, lot, order, count = work[0], work[1], work[2], work[3], work[4], 0
    for v in range(len(pool)):
        key, number = keys[world.county[v]], world.villages[v].number
        for i in range(world.start[v], world.start[v + 1] if free[pool[v]] > 0 else 0):
            if people.place[i] >= APPLIED:
                if count < len(order):
                    slot[count], village[count], order[count] = i, v, count
                    waited[count] = -int(people.place[i])
                    lot[count] = np.int64(bits(key, identity_of(number, people.serial[i]), 0) >> S11)
                count += 1
    return count


@kernel
def fill_beds(people, world, scope, keys, work):
    """Fill free beds from those who wait, nobody where they are more than `work` (5, any) holds.

    Their number.
    """
    pool, free = world.pools[scope], world.tally[0]
    count_free(world, free, pool)
    slot, village, waited, lot, order = work[0], work[1], work[2], work[3], work[4]
    count = list_waiting(people, world, free, pool, keys, work)
    if count > len(order):
        return count
    sort_places(order, count, waited, lot)  # those with the longest wait have the lowest
    for rank in range(count):
        i, v = slot[order[rank]], village[order[rank]]
        if free[pool[v]] > 0:
            free[pool[v]] -= 1
            people.place[i] = IN_BED
            world.flow[v].beds_admitted += 1
            world.flow[v].beds_used += 1
    return count


def admit(model, scope, keys) -> None:
    """Free beds of each pool go to whoever has waited longest, ties by lot; `supply` has counted the beds."""
    waiting = fill_beds(model.people, model.world, scope, keys, model.world.work)
    if waiting > model.world.work.shape[1]:
        fill_beds(model.people, model.world, scope, keys, np.empty((5, waiting), np.int64))


@kernel
def reside(people, world, values, government):
    """Residents have all needs met in the centre; the others wait."""
    for v in range(len(world.used)):
        referral, flow = values.referral[v], world.flow[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER or people.place[i] == AT_HOME:
                continue
            if people.place[i] >= APPLIED:
                flow.beds_waiting += 1
                continue
            bill(people, i, referral, referral.bed_price, government, world.posted[v])
            people.free[i] = 0
            for kind in range(ALL_KINDS):
                flow.bed_minutes += int(people.need[i, kind])
                world.hours[v, PROFESSIONAL, kind] += people.need[i, kind]
                people.need[i, kind] = 0


# -- day care --------------------------------------------------------------------------------------------
@inner
def is_frail_at_home(people, i):
    """Elders at home with a moderate disability, or with dementia short of a severe one."""
    if people.kind[i] != ELDER or people.place[i] == IN_BED or people.health[i] >= SEVERE:
        return False
    return people.health[i] == MODERATE or people.dementia[i] == 1


@inner
def wants_day_care(people, i, referral, village, government, willing_key):
    """Whether the family of a frail elder can pay, and the elder is willing, which lasts."""
    if not can_pay(people, i, referral, referral.day_price, government, village.remit_left):
        return False
    identity = identity_of(village.number, people.serial[i])
    return uniform(willing_key, identity, 1) < referral.willing


@inner
def attend(people, world, v, i, referral):
    """A month in day care: time away is no longer disposable, part of some needs is met."""
    flow = world.flow[v]
    away = min(int(people.free[i]), referral.day_hours)
    people.free[i] -= away
    flow.time_budget -= away
    for kind in DAY_KINDS:
        minutes = np.int64(int(people.need[i, kind]) * referral.day_need)
        flow.day_minutes += minutes
        world.hours[v, PROFESSIONAL, kind] += minutes
        people.need[i, kind] -= minutes


@kernel
def day_care(people, world, values, places, serving, government, willing_keys, keys):
    """Count who wants day care (`serving` False), or serve within `places` of each village.

    From a drawn place.
    """
    for v in range(len(world.used)):
        referral, village, flow, county = (
            values.referral[v],
            world.villages[v],
            world.flow[v],
            world.county[v],
        )
        if places[v] == 0:
            continue
        willing_key = willing_keys[county]
        first = start_row(people, world, v, False, uniform(keys[county], village.number, 2))
        for step in range(world.used[v]):
            i = row_from(world, v, first, step)
            if not is_frail_at_home(people, i):
                continue
            if not wants_day_care(people, i, referral, village, government, willing_key):
                continue
            if not serving:
                flow.day_asked += 1
            elif flow.day_users < places[v]:
                flow.day_users += 1
                bill(people, i, referral, referral.day_price, government, world.posted[v])
                attend(people, world, v, i, referral)


@kernel
def share_places(world, scope):
    """Day-care places of a pool are shared out to its villages by what they ask, in `World.centre`."""
    claims, numbers = world.centre[BY_VILLAGE + DAY_PLACES], world.tally[0]
    for v in range(len(world.used)):
        claims[v], numbers[v] = world.flow[v].day_asked, world.villages[v].number
    share_out(world.centre[DAY_PLACES], claims, world.pools[scope], numbers, world.tally[1:6])


# -- processes -------------------------------------------------------------------------------------------
def give_day_care(model, scope, government) -> None:
    """Count those who want it, share out the places, serve."""
    people, world, values = model.people, model.world, model.values.table
    places, keys = model.centre[BY_VILLAGE + DAY_PLACES], model.keys(REFERRAL_TURN)
    willing_keys = model.lasting_keys(WILLING)
    day_care(people, world, values, places, False, government, willing_keys, keys)
    share_places(world, scope)
    day_care(people, world, values, places, True, government, willing_keys, keys)


def run(model) -> None:
    """Leaving, applying, admission, and the needs of residents; then day care."""
    parameters, world, values = model.parameters, model.world, model.values.table
    if not parameters.referral.on:
        return
    scope, government = TOWNSHIP if parameters.referral.pooled else 0, parameters.government.on
    supply(world, values, scope)
    beds, willing_keys = model.centre[BY_VILLAGE + BEDS], model.lasting_keys(WILLING)
    keys = willing_keys, model.keys(APPLY), model.keys(LEAVE)
    move_list(model.people, world, values, beds, government, *keys)
    admit(model, scope, model.keys(LOT))
    reside(model.people, world, values, government)
    if model.values.ever("referral.day_places"):
        give_day_care(model, scope, government)
