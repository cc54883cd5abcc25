"""M9 Clearing between villages: a platform brings hours left over in one to credit holders of another.

State   none: what one village's people gave to another's is a claim on the platform in the ledger, and all
        claims of a county sum to zero. Parameters, flows and postings of M9 stand in `clearing.py`.
Month   `run` after matching; `run_settle` each December, when bills are paid: villages may pay each other.
Off     with the section, with `clearing.scope` "village", and where villages do not meet.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import uniform
from sim.engine.sorting import wrap
from sim.state.codes import ALL_KINDS, ASKED, CLOSED, ELDER, MUTUAL, SCOPES
from sim.state.ledger import share_out
from sim.state.people import give, has_offer, list_offers, needs_training, residents, row_from, start_row
from sim.state.purposes import CLEARING_TURN

DECEMBER = 12
OFFERING, ASKING = 0, 1  # rows of the village's scratch: persons with an offer, elders who may ask


@inner
def wish(people, i, kind, most):
    """Minutes of a kind that an elder would still take from an untrained helper."""
    if needs_training(kind):
        return 0
    return max(min(int(people.need[i, kind]), most), 0)


@inner
def may_ask(people, i):
    """Elders at home who are enrolled or hold credit."""
    at_home = (people.kind[i] == ELDER) & (people.place[i] >= 0)
    return at_home & ((people.enrolled[i] == 1) | (people.credit[i] > 0))


@inner
def limit(people, i):
    """Minutes an elder may have through the platform.

    The rest of the quota, on credit alone without a station.
    """
    if not may_ask(people, i):
        return 0
    quota = int(people.quota[i])
    return quota if people.enrolled[i] == 1 else min(quota, int(people.credit[i]))


@kernel
def look(people, world, values, wanted, offered):
    """What each village wants of the platform and can offer to it, minutes."""
    for v in range(len(world.used)):
        offers, asking = 0, 0
        for i in residents(world, v):
            offers += int(people.offer[i]) * (people.volunteer[i] == 1)
            world.work[ASKING, asking] = i
            asking += may_ask(people, i)
        for place in range(asking):
            i = world.work[ASKING, place]
            left = limit(people, i)
            for kind in range(ALL_KINDS if left > 0 else 0):
                minutes = wish(people, i, kind, left)
                left -= minutes
                wanted[v] += minutes
        offered[v] = np.int64(offers * values.clearing[v].reach)


@kernel
def meet(world, scope):
    """The tally's minutes wanted and offered become minutes got and given, pro rata on both sides.

    Whether there are any.
    """
    pools, wanted, offered, numbers = world.pools[scope], world.tally[0], world.tally[1], world.tally[2]
    served, other, some = world.tally[3], world.tally[4], False
    for v in range(len(pools)):
        served[v], other[v], numbers[v] = 0, 0, world.villages[v].number
    for v in range(len(pools)):
        served[pools[v]] += wanted[v]
        other[pools[v]] += offered[v]
    for pool in range(len(pools)):
        served[pool] = min(served[pool], other[pool])
        some = some or served[pool] > 0
    share_out(served, wanted, pools, numbers, world.tally[4:9])
    share_out(served, offered, pools, numbers, world.tally[4:9])
    return some


@inner
def take_offers(people, world, v, left, drawn):
    """Volunteers give `left` minutes of what they still offer, from a drawn place on."""
    if left == 0:
        return
    heads = list_offers(people, world, v, OFFERING)
    first = int(drawn * heads)
    for step in range(heads):
        i = world.work[OFFERING, wrap(step + first, heads)]
        if has_offer(people, i) and left > 0:
            minutes = min(int(people.offer[i]), left)
            give(people, world, v, i, minutes)
            left -= minutes


@inner
def receive(people, world, v, i, most, was_asked):
    """Elder i takes up to `most` minutes; their number. What no station had asked for is asked now."""
    left = most
    for kind in range(ALL_KINDS):
        minutes = wish(people, i, kind, left)
        left -= minutes
        people.need[i, kind] -= minutes
        people.received[i] += minutes
        people.quota[i] -= minutes
        world.hours[v, MUTUAL, kind] += minutes
        world.hours[v, ASKED, kind] += 0 if was_asked else minutes
    return most - left


@inner
def bring_hours(people, world, v, left, asked_before, drawn):
    """Elders receive `left` minutes, from a drawn place on."""
    if left == 0:
        return
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        if left == 0:
            break
        i = row_from(world, v, first, step)
        most = min(limit(people, i), left)
        if most > 0:
            was_asked = asked_before and world.villages[v].level > CLOSED and people.enrolled[i] == 1
            left -= receive(people, world, v, i, most, was_asked)


@kernel
def exchange(people, world, got, given, asked_before, keys):
    """Take the minutes from volunteers, bring them to elders, and book claims on the platform."""
    for v in range(len(world.used)):
        key, number = keys[world.county[v]], world.villages[v].number
        flow, post = world.flow[v], world.posted[v]
        take_offers(people, world, v, given[v], uniform(key, number, 0))
        bring_hours(people, world, v, got[v], asked_before, uniform(key, number, 1))
        flow.platform_got += got[v]
        flow.platform_given += given[v]
        post.credits_cleared_out += max(given[v] - got[v], 0)
        post.credits_cleared_in += max(got[v] - given[v], 0)


@inner
def pay_debt(clearing, village, balance, post):
    """What a village in service pays for, of what it owes the platform: minutes and fen."""
    price = clearing.settle_price
    purse = np.int64(max(balance.cash, 0) * clearing.cash_share) if village.level > CLOSED else 0
    owed = max(-balance.credit_platform, 0)
    settled = min(owed, purse * 60 // max(price, 1)) if price > 0 else 0
    paid = settled * price // 60
    post.credits_settled_out += settled
    post.settlement_paid += paid
    return settled, paid


@kernel
def settle(world, values, scope):
    """What villages in service owe the platform, as far as `cash_share` of their cash goes, to those of
    the pool that hold claims.
    """
    pool, minutes, money = world.pools[scope], world.tally[0], world.tally[1]
    claims, numbers, highest = world.tally[2], world.tally[3], 0
    for v in range(len(world.used)):
        minutes[v], money[v], numbers[v] = 0, 0, world.villages[v].number
        claims[v] = max(world.balance[v].credit_platform, 0)
        highest = max(highest, values.clearing[v].settle_price)
    for v in range(len(world.used)):
        settled, paid = pay_debt(values.clearing[v], world.villages[v], world.balance[v], world.posted[v])
        minutes[pool[v]] += settled
        money[pool[v]] += paid
    share_out(minutes, claims, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        world.posted[v].credits_settled_in += claims[v]
        # weights that the money never tops
        claims[v] = max(world.balance[v].credit_platform, 0) * (highest // 60 + 1)
    share_out(money, claims, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        world.posted[v].settlement_got += claims[v]


def _meets(model) -> bool:
    """Whether the platform reaches beyond the village."""
    parameters = model.parameters
    on = parameters.clearing.on and parameters.timebank.on
    return on and parameters.clearing.scope != "village" and model.coupled


def run(model) -> None:
    """Hours left over meet credit holders of the other villages of the pool, pro rata on both sides."""
    if not _meets(model):
        return
    wanted, offered = model.tally[:2]
    wanted.fill(0)
    look(model.people, model.world, model.values.table, wanted, offered)
    if meet(model.world, SCOPES.index(model.parameters.clearing.scope)):
        keys = model.keys(CLEARING_TURN)
        exchange(model.people, model.world, wanted, offered, model.parameters.matching.on, keys)


def run_settle(model) -> None:
    """Each December, when bills are paid, villages in service pay for what they owe the platform, out of
    `cash_share` of what is left.

    It goes to the villages of the pool that hold claims, closed ones too, pro rata to the fen and the minute.
    """
    december = model.calendar_month == DECEMBER
    if not (december and _meets(model) and model.values.ever("clearing.settle_price")):
        return
    settle(model.world, model.values.table, SCOPES.index(model.parameters.clearing.scope))
    model.ledger.settle()
