"""M9 Redemption of time credits: for care services, goods and practice credits; the guarantee.

State   none. Parameters, flows and postings of M9 stand in `clearing.py`.
Month   `run_buy` after help was given: credit that still waits buys care services, which need the village's
        cash, then calls government's guarantee, which is public cost. `run_redeem` after the time bank has
        booked: spare credit becomes goods, which need cash and move trust, and practice credits, which cost
        nothing.
Off     with the section, and with each size at zero.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import uniform
from sim.state.codes import ALL_KINDS, CLOSED, ELDER, FREE, HELPER, PROFESSIONAL, UNDEREMPLOYED
from sim.state.people import needs_training, row_from, served_without_credit, start_row
from sim.state.purposes import CLEARING_TURN

LISTED = 0  # row of the village's scratch: who has credit to spare
NO_LIMIT = 1 << 60  # minutes
MONTH_OF_CEILING = 5  # minutes of a yuan a year: 60 minutes over 12 months


@inner
def purse_of(clearing, village, cash):
    """Cash that a village in service puts into one kind of redemption, fen."""
    return np.int64(max(cash, 0) * clearing.cash_share) if village.level > CLOSED else 0


@inner
def may_call(people, i, timebank):
    """Elders at home with credit, who are not served without it."""
    if people.kind[i] != ELDER or people.credit[i] <= 0 or people.place[i] < 0:
        return False
    return not served_without_credit(people, i, timebank)


@inner
def buy_for(people, world, v, i, clearing, timebank, care, calls):
    """Minutes bought for elder i within the credit left: skilled as a care service, others guaranteed.

    Of `care` and `calls`, the minutes that are left for the others.
    """
    left = np.int64(int(people.credit[i]) / timebank.price_per_hour) - int(people.received[i])
    for place in range(ALL_KINDS):
        kind = ALL_KINDS - 1 - place  # personal care and the skilled kinds first
        skilled = needs_training(kind)
        share = clearing.care if skilled else clearing.guarantee
        minutes = np.int64(int(people.need[i, kind]) * share)
        minutes = max(min(minutes, left, care if skilled else calls), 0)
        left -= minutes
        people.need[i, kind] -= minutes
        people.received[i] += minutes
        world.hours[v, PROFESSIONAL, kind] += minutes
        if skilled:
            care -= minutes
            world.flow[v].care_redeemed += minutes
        else:
            calls -= minutes
            world.flow[v].guarantee_minutes += minutes
    return care, calls


@kernel
def buy(people, world, values, government, keys):
    """Care services while the village has cash and the guarantee under its ceiling, from a drawn place."""
    for v in range(len(world.used)):
        clearing, timebank, village = values.clearing[v], values.timebank[v], world.villages[v]
        flow, post = world.flow[v], world.posted[v]
        if timebank.price_per_hour <= 0.0:
            continue
        care, calls = purse_of(clearing, village, world.balance[v].cash) * 60 // clearing.care_price, 0
        if government:
            calls = clearing.guarantee_ceiling * MONTH_OF_CEILING // clearing.guarantee_price
        if care + calls == 0:
            continue
        first = start_row(people, world, v, False, uniform(keys[world.county[v]], village.number, 2))
        for step in range(world.used[v]):
            i = row_from(world, v, first, step)
            if may_call(people, i, timebank):
                care, calls = buy_for(people, world, v, i, clearing, timebank, care, calls)
        post.cost_care_service += flow.care_redeemed * clearing.care_price // 60
        post.guarantee_called += flow.guarantee_minutes * clearing.guarantee_price // 60


@inner
def stock_of(clearing, village, cash):
    """Minutes of credit for which a village has goods: without limit where they cost nothing."""
    if clearing.goods_price > 0 or village.level == CLOSED:
        return purse_of(clearing, village, cash) * 60 // max(clearing.goods_price, 1)
    return np.int64(NO_LIMIT)


@inner
def take_goods(people, i, asked, stock, timebank, flow):
    """Credit turns into goods as far as the stock goes, and trust follows; minutes that were got."""
    got = min(asked, stock)
    people.credit[i] -= got
    flow.goods_asked += asked
    flow.goods_minutes += got
    trust = np.float64(people.trust[i])
    people.trust[i] = min(max(trust + timebank.trust_speed * (got / asked - trust), 0.0), 1.0)
    return got


@inner
def take_practice(people, i, wanted, post):
    """Under-employed and returned helpers turn credit into practice credits."""
    if people.kind[i] == HELPER and people.role[i] >= UNDEREMPLOYED:
        turned = min(wanted, int(people.credit[i]))
        people.credit[i] -= turned
        post.credits_practice += turned


@inner
def list_holders(people, world, v, first, clearing):
    """Rows of persons with spare credit, from a drawn place; their number."""
    count = 0
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        world.work[LISTED, count] = i
        count += (people.kind[i] != FREE) & (people.credit[i] > clearing.keep)
    return count


@kernel
def redeem(people, world, values, keys):
    """Spare credit for goods while the village has cash, and for practice credits, from a drawn place."""
    for v in range(len(world.used)):
        clearing, timebank, village = values.clearing[v], values.timebank[v], world.villages[v]
        flow, post = world.flow[v], world.posted[v]
        stock = stock_of(clearing, village, world.balance[v].cash)
        first = start_row(people, world, v, False, uniform(keys[world.county[v]], village.number, 3))
        holders = list_holders(people, world, v, first, clearing)
        for place in range(holders):
            i = world.work[LISTED, place]
            spare = int(people.credit[i]) - clearing.keep
            asked = np.int64(spare * clearing.goods)
            if asked > 0:
                stock -= take_goods(people, i, asked, stock, timebank, flow)
            take_practice(people, i, np.int64(spare * clearing.practice), post)
        post.credits_goods += flow.goods_minutes
        post.cost_goods += flow.goods_minutes * clearing.goods_price // 60


def _on(model) -> bool:
    return model.parameters.clearing.on and model.parameters.timebank.on


def run_buy(model) -> None:
    """Care services and the guarantee."""
    if _on(model):
        government, keys = model.parameters.government.on, model.keys(CLEARING_TURN)
        buy(model.people, model.world, model.values.table, government, keys)


def run_redeem(model) -> None:
    """Goods and practice credits."""
    if _on(model):
        redeem(model.people, model.world, model.values.table, model.keys(CLEARING_TURN))
