"""M9 Transfer and clearing of time credits: family, other villages, an account outside the county, goods,
guarantee.

Credit passes to a spouse or relative in need, to an heir at death, and goes along with a helper who moves
away. A platform brings hours left over in one village to credit holders of another: what one village's people
gave to another's is a claim on the platform, and all claims of a county sum to zero; each December villages
may pay each other for them. Credit is also redeemed for care services and goods (both need the village's
cash) and for practice credits. Government may guarantee what nobody served: it buys the hours, which is
public cost.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.state.codes import (
    ASKED,
    CLOSED,
    DAILY,
    ELDER,
    FREE,
    HELPER,
    MUTUAL,
    PERSONAL,
    PROFESSIONAL,
    REHABILITATION,
    SCOPES,
    TWICE_WEEKLY,
    UNDEREMPLOYED,
    WITH_CHILD,
)
from sim.state.fields import flow, state
from sim.state.ledger import posting, share_out
from sim.state.parameters import choice, par, section, switch
from sim.state.people import give, identity_of, residents, start_row


@section("clearing")
class Clearing:
    """What may be done with credit beside asking the own village; all of it needs the time bank."""

    on: bool = switch(False, doc="off: credit is spent in the own village or lost")
    keep: float = par(
        10.0,
        unit="hours",
        low=0.0,
        high=200.0,
        doc="credit that a person keeps before giving away or redeeming",
        stored="minutes",
    )
    transfer: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="credit over that which goes to a spouse or relative short of credit, in a month",
    )
    heirs: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="an elder's credit that passes to direct family at death or departure",
        source="design choice",
    )
    portable: float = par(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        doc="a helper's credit that goes along when the helper moves away or dies (to the family)",
        source="design choice",
    )
    away_givers: float = par(
        0.02,
        unit="share",
        low=0.0,
        high=0.5,
        doc="elders whose children live away and give time there for a parent's account",
    )
    away_hours: float = par(
        4.0,
        unit="hours/month",
        low=0.0,
        high=20.0,
        doc="hours such a child deposits",
        source="assumption; an active volunteer gives 4 (1-20)",
        stored="minutes",
    )
    scope: str = choice(
        "township",
        choices=("village", "township", "county"),
        doc="how far the platform reaches; village: no further than the village",
    )
    reach: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="hours left over that can serve another village",
        source="assumption: the rest is lost to distance",
    )
    care: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="rehabilitation and personal care left over that is redeemed as a care service",
    )
    care_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=40.0,
        doc="what the village pays for such an hour",
        source="assumption: paid care at home",
        stored="fen",
    )
    goods: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="credit over the kept that is redeemed for goods in a month",
        source="assumption; 20 goods to 70 services (The Nanjinger 2017)",
    )
    goods_price: float = par(
        8.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="goods that the village gives for an hour",
        source="assumption below the 12 of an hour (The Nanjinger 2017)",
        stored="fen",
    )
    cash_share: float = par(
        0.1,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "most of the village's cash that goes into goods and into care services in a month, and into "
            "settlement in December, each"
        ),
    )
    settle_price: float = par(
        0.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc=(
            "what a village in service pays each December for an hour that it owes the platform; 0: "
            "claims stand"
        ),
        source="design choice: claims stand; where they are paid, about goods_price (assumption)",
        stored="fen",
    )
    practice: float = par(
        0.05,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="credit over the kept that under-employed and returned helpers turn into practice credits",
    )
    guarantee: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="hours asked on credit and served by nobody that government buys",
        source="design choice",
    )
    guarantee_price: float = par(
        20.0,
        unit="yuan/hour",
        low=8.0,
        high=60.0,
        doc="price of such an hour",
        source="assumption: paid care at home",
        stored="fen",
    )
    guarantee_ceiling: float = par(
        3000.0,
        unit="yuan/year",
        low=0.0,
        high=50000.0,
        doc="most that government pays for one village, a twelfth each month",
        stored="fen",
    )


state("heirs", "f8", unit="share", label="an elder's credit that passes to direct family")
state("portable", "f8", unit="share", label="a helper's credit that goes along on moving away or dying")
flow(
    "credits_inherited",
    unit="minutes",
    label="credit that passed to a spouse or relative in the village at death or departure",
    written_by=("people",),
)
flow("credits_transferred", unit="minutes", label="credit given to a spouse or relative")
flow("platform_got", unit="minutes", label="minutes received through the platform")
flow("platform_given", unit="minutes", label="minutes given through the platform")
flow("care_redeemed", unit="minutes", label="care services had for credit")
flow("goods_asked", unit="minutes", label="credit brought for goods")
flow("goods_minutes", unit="minutes", label="credit redeemed for goods")
flow("guarantee_minutes", unit="minutes", label="minutes that the guarantee bought")
posting(
    "credits_carried",
    debit="credits_held",
    credit="credit_abroad",
    label="credits taken to an account outside the county",
    unit="minutes",
)
posting(
    "credits_deposited",
    debit="credit_abroad",
    credit="credits_held",
    label="credits deposited from outside the county",
    unit="minutes",
)
posting(
    "credits_cleared_out",
    debit="credit_platform",
    credit="credit_issue",
    label="hours given to other villages: a claim on the platform",
    unit="minutes",
)
posting(
    "credits_cleared_in",
    debit="credit_issue",
    credit="credit_platform",
    label="hours received from other villages: owed to the platform",
    unit="minutes",
)
posting(
    "credits_settled_out",
    debit="credit_platform",
    credit="credit_issue",
    label="hours owed to the platform that were paid in money",
    unit="minutes",
)
posting(
    "credits_settled_in",
    debit="credit_issue",
    credit="credit_platform",
    label="claims on the platform that were paid in money",
    unit="minutes",
)
posting(
    "settlement_paid", debit="settlement", credit="cash", label="paid to other villages for hours received"
)
posting("settlement_got", debit="cash", credit="settlement", label="got from other villages for hours given")
posting(
    "credits_goods",
    debit="credits_held",
    credit="credit_issue",
    label="credits redeemed for goods",
    unit="minutes",
)
posting(
    "credits_practice",
    debit="credits_held",
    credit="credit_issue",
    label="credits turned into practice credits",
    unit="minutes",
)
posting("cost_goods", debit="expense", credit="payables", label="bill: goods for credits")
posting("cost_care_service", debit="expense", credit="payables", label="bill: care services for credits")
posting(
    "guarantee_called",
    debit="guaranteed_care",
    credit="government",
    label="government: hours bought under the guarantee",
)

AWAY = Purpose("clearing.away")
TURN = Purpose("clearing.turn")


@inner
def exempt(people, i, t):
    """Served without credit."""
    return t.exempt_special and (
        people.tier[i] == DAILY or people.tier[i] == TWICE_WEEKLY or people.dibao[i] == 1
    )


@kernel
def to_family(people, world, values, keys):
    """Deposits of children who live away.

    Then spare credit goes to a spouse or relative whose need tops its credit.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        clearing, flow, post = values.clearing[v], world.flow[v], world.posted[v]
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            identity = identity_of(world.villages[v].number, people.serial[i])
            if (
                people.kind[i] == ELDER
                and people.children[i] > 0
                and people.near[i] == 0
                and people.living[i] != WITH_CHILD
                and uniform(key, identity, 0) < clearing.away_givers
            ):
                people.credit[i] += clearing.away_hours
                post.credits_deposited += clearing.away_hours
            spare = np.int64((int(people.credit[i]) - clearing.keep) * clearing.transfer)
            slot = people.spouse[i] if people.spouse[i] >= 0 else people.kin[i]
            if spare <= 0 or slot < 0:
                continue
            to = world.start[v] + slot
            if people.kind[to] != ELDER or exempt(people, to, values.timebank[v]):
                continue
            lack = -max(int(people.credit[to]), 0)
            for k in range(8):
                lack += int(people.need[to, k])
            moved = min(spare, lack)
            if moved > 0:
                people.credit[i] -= moved
                people.credit[to] += moved
                flow.credits_transferred += moved


@inner
def _wish(people, i, k, quota):
    """Minutes of kind k that an elder would still take from an untrained helper."""
    if k == REHABILITATION or k == PERSONAL:
        return 0
    return max(min(int(people.need[i, k]), quota), 0)


@inner
def _limit(people, i):
    """Minutes an elder may have through the platform.

    The rest of the quota, on credit alone without a station.
    """
    if people.kind[i] != ELDER or people.place[i] < 0 or (people.enrolled[i] == 0 and people.credit[i] <= 0):
        return 0
    return (
        int(people.quota[i]) if people.enrolled[i] == 1 else min(int(people.quota[i]), int(people.credit[i]))
    )


@kernel
def look(people, world, values, wanted, offered):
    """What each village wants of the platform and can offer to it, minutes."""
    for v in range(len(world.used)):
        offers = 0
        for i in residents(world, v):
            offers += int(people.offer[i]) if people.volunteer[i] == 1 else 0
            quota = _limit(people, i)
            for k in range(9 if quota > 0 else 0):
                minutes = _wish(people, i, k, quota)
                quota -= minutes
                wanted[v] += minutes
        offered[v] = np.int64(offers * values.clearing[v].reach)


@kernel
def meet(world, scope):
    """The tally's minutes wanted and offered become minutes got and given, pro rata on both sides.

    Whether there are any.
    """
    pool, wanted, offered, numbers = world.pools[scope], world.tally[0], world.tally[1], world.tally[2]
    served, other, some = world.tally[3], world.tally[4], False
    for v in range(len(pool)):
        served[v], other[v], numbers[v] = 0, 0, world.villages[v].number
    for v in range(len(pool)):
        served[pool[v]] += wanted[v]
        other[pool[v]] += offered[v]
    for k in range(len(pool)):
        served[k] = min(served[k], other[k])
        some = some or served[k] > 0
    share_out(served, wanted, pool, numbers, world.tally[4:9])
    share_out(served, offered, pool, numbers, world.tally[4:9])
    return some


@kernel
def exchange(people, world, got, given, asked_before, keys):
    """Take the minutes from volunteers and bring them to elders, each from a drawn place.

    Book claims on the platform.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        village, flow, post, n, first = (
            world.villages[v],
            world.flow[v],
            world.posted[v],
            world.used[v],
            world.start[v],
        )
        left = given[v]
        turn = start_row(people, world, v, True, uniform(key, village.number, 0)) if left > 0 else 0
        for j in range(n if left > 0 else 0):
            i = first + wrap(j + turn, n)
            if people.volunteer[i] == 1 and people.offer[i] > 0 and left > 0:
                take = min(int(people.offer[i]), left)
                give(people, world, v, i, take)
                left -= take
        left = got[v]
        turn = start_row(people, world, v, False, uniform(key, village.number, 1)) if left > 0 else 0
        for j in range(n):
            if left == 0:
                break
            i = first + wrap(j + turn, n)
            quota = min(_limit(people, i), left)
            new = not asked_before or village.level == CLOSED or people.enrolled[i] == 0
            for k in range(9):
                minutes = _wish(people, i, k, quota)
                quota -= minutes
                left -= minutes
                people.need[i, k] -= minutes
                people.received[i] += minutes
                people.quota[i] -= minutes
                world.hours[v, MUTUAL, k] += minutes
                world.hours[v, ASKED, k] += minutes if new else 0
        flow.platform_got += got[v]
        flow.platform_given += given[v]
        post.credits_cleared_out += max(given[v] - got[v], 0)
        post.credits_cleared_in += max(got[v] - given[v], 0)


@kernel
def buy(people, world, values, government, keys):
    """Credit that still waits buys care services while the village has cash, then calls the guarantee
    under its ceiling.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        clearing, timebank, village, flow, post, n = (
            values.clearing[v],
            values.timebank[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
            world.used[v],
        )
        if timebank.price_per_hour <= 0.0:
            continue
        purse = np.int64(max(world.balance[v].cash, 0) * clearing.cash_share) if village.level > CLOSED else 0
        care, calls = purse * 60 // clearing.care_price, 0
        if government:
            calls = clearing.guarantee_ceiling * 5 // clearing.guarantee_price
        if care + calls == 0:
            continue
        turn = start_row(people, world, v, False, uniform(key, village.number, 2))
        for j in range(n):
            i = world.start[v] + wrap(j + turn, n)
            if (
                people.kind[i] != ELDER
                or people.credit[i] <= 0
                or people.place[i] < 0
                or exempt(people, i, timebank)
            ):
                continue
            left = np.int64(int(people.credit[i]) / timebank.price_per_hour) - int(people.received[i])
            for q in range(9):
                k = 8 - q
                skilled = k == REHABILITATION or k == PERSONAL
                minutes = np.int64(
                    int(people.need[i, k]) * (clearing.care if skilled else clearing.guarantee)
                )
                minutes = max(min(minutes, left, care if skilled else calls), 0)
                left -= minutes
                people.need[i, k] -= minutes
                people.received[i] += minutes
                world.hours[v, PROFESSIONAL, k] += minutes
                if skilled:
                    care -= minutes
                    flow.care_redeemed += minutes
                else:
                    calls -= minutes
                    flow.guarantee_minutes += minutes
        post.cost_care_service += flow.care_redeemed * clearing.care_price // 60
        post.guarantee_called += flow.guarantee_minutes * clearing.guarantee_price // 60


@kernel
def redeem(people, world, values, keys):
    """Spare credit for goods while the village has cash (trust follows), and for practice credits, which
    cost nothing.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        clearing, timebank, village, flow, post, n = (
            values.clearing[v],
            values.timebank[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
            world.used[v],
        )
        stock = np.int64(1 << 60)
        if clearing.goods_price > 0 or village.level == CLOSED:
            stock = (
                np.int64(max(world.balance[v].cash, 0) * clearing.cash_share)
                * 60
                // max(clearing.goods_price, 1)
                if village.level > CLOSED
                else 0
            )
        turn = start_row(people, world, v, False, uniform(key, village.number, 3))
        for j in range(n):
            i = world.start[v] + wrap(j + turn, n)
            spare = int(people.credit[i]) - clearing.keep
            if people.kind[i] == FREE or spare <= 0:
                continue
            asked = np.int64(spare * clearing.goods)
            if asked > 0:
                got = min(asked, stock)
                stock -= got
                people.credit[i] -= got
                flow.goods_asked += asked
                flow.goods_minutes += got
                trust = np.float64(people.trust[i])
                people.trust[i] = min(max(trust + timebank.trust_speed * (got / asked - trust), 0.0), 1.0)
            turned = (
                np.int64(spare * clearing.practice)
                if people.kind[i] == HELPER and people.role[i] >= UNDEREMPLOYED
                else 0
            )
            turned = min(turned, int(people.credit[i]))
            people.credit[i] -= turned
            post.credits_practice += turned
        post.credits_goods += flow.goods_minutes
        post.cost_goods += flow.goods_minutes * clearing.goods_price // 60


@kernel
def inherit(world, values):
    """What heirs get, and whether accounts can be taken along, as it stands this month."""
    for v in range(len(world.used)):
        world.villages[v].heirs, world.villages[v].portable = (
            values.clearing[v].heirs,
            values.clearing[v].portable,
        )


@kernel
def settle(world, values, scope):
    """What villages in service owe the platform, as far as `cash_share` of their cash goes, to those of
    the pool that hold claims.
    """
    pool, minutes, money, claims, numbers, top = (
        world.pools[scope],
        world.tally[0],
        world.tally[1],
        world.tally[2],
        world.tally[3],
        0,
    )
    for v in range(len(world.used)):
        minutes[v], money[v] = 0, 0
    for v in range(len(world.used)):
        clearing, balance, post, numbers[v] = (
            values.clearing[v],
            world.balance[v],
            world.posted[v],
            world.villages[v].number,
        )
        price, top, claims[v] = (
            clearing.settle_price,
            max(top, clearing.settle_price),
            max(balance.credit_platform, 0),
        )
        purse = (
            np.int64(max(balance.cash, 0) * clearing.cash_share) if world.villages[v].level > CLOSED else 0
        )
        settled = min(max(-balance.credit_platform, 0), purse * 60 // max(price, 1)) if price > 0 else 0
        paid = settled * price // 60
        post.credits_settled_out += settled
        post.settlement_paid += paid
        minutes[pool[v]] += settled
        money[pool[v]] += paid
    share_out(minutes, claims, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        world.posted[v].credits_settled_in += claims[v]
        claims[v] = max(world.balance[v].credit_platform, 0) * (
            top // 60 + 1
        )  # weights that the money never tops
    share_out(money, claims, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        world.posted[v].settlement_got += claims[v]


def _on(model) -> bool:
    return model.parameters.clearing.on and model.parameters.timebank.on


def _meets(model) -> bool:
    """Whether the platform reaches beyond the village."""
    return _on(model) and model.parameters.clearing.scope != "village" and model.coupled


def run_heirs(model) -> None:
    """What of the accounts of those who leave stays in the family."""
    if _on(model):
        inherit(model.world, model.values.table)


def run_family(model) -> None:
    """Deposits from outside and gifts of credit."""
    if _on(model):
        to_family(model.people, model.world, model.values.table, model.lasting_keys(AWAY))


def run_platform(model) -> None:
    """Hours left over meet credit holders of the other villages of the pool, pro rata on both sides."""
    if not _meets(model):
        return
    wanted, offered = model.tally[:2]
    wanted.fill(0)
    look(model.people, model.world, model.values.table, wanted, offered)
    if meet(model.world, SCOPES.index(model.parameters.clearing.scope)):
        exchange(model.people, model.world, wanted, offered, model.parameters.matching.on, model.keys(TURN))


def run_buy(model) -> None:
    """Care services and the guarantee."""
    if _on(model):
        buy(model.people, model.world, model.values.table, model.parameters.government.on, model.keys(TURN))


def run_redeem(model) -> None:
    """Goods and practice credits."""
    if _on(model):
        redeem(model.people, model.world, model.values.table, model.keys(TURN))


def run_settle(model) -> None:
    """Each December, when bills are paid, villages in service pay for what they owe the platform, out of
    `cash_share` of what is left.

    It goes to the villages of the pool that hold claims, closed ones too, pro rata to the fen and the minute.
    """
    if not _meets(model) or model.calendar_month != 12 or not model.values.ever("clearing.settle_price"):
        return
    settle(model.world, model.values.table, SCOPES.index(model.parameters.clearing.scope))
    model.ledger.settle()
