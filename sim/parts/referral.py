"""M7 Referral and contracts: beds, day care and hours of the township centre, clinics under contract,
crowding of family care.

Beds: an elder who needs much care, is willing and whose family can pay applies; free beds of the township go
to whoever has waited longest. Day care: elders at home with a moderate disability or dementia, pro rata to
those who want it. Hours: after mutual aid a station refers what is specialised or risky; clinics supply
rehabilitation, prevention and escort under contract with the village, the centre the rest, shared out pro
rata over its villages.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import S11, Purpose, bits, uniform
from sim.engine.sorting import sort_places, wrap
from sim.state.codes import (
    ALONE,
    CLOSED,
    COMPANIONSHIP,
    ELDER,
    ESCORT,
    FAMILY,
    MEALS,
    MODERATE,
    PERSONAL,
    PREVENTION,
    PROFESSIONAL,
    REHABILITATION,
    SEVERE,
    TOWNSHIP,
)
from sim.state.fields import column, flow
from sim.state.ledger import posting, share_out
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents, start_row

IN_BED = -1


@section("referral")
class Referral:
    """The township centre, the clinics, and what they ask for."""

    on: bool = switch(False, doc="off: no centre, no contracts; paid care has no limit of capacity")
    pooled: bool = par(
        True,
        unit="switch",
        doc="villages of a township share its centre; else each has its part for itself",
        source="design choice; documents 000 (7), 001: township centres",
        monthly=False,
    )
    beds: float = par(
        14.0,
        unit="beds/1000 elders",
        low=0.0,
        high=60.0,
        doc="beds of the centre, for elders at the start",
        source=(
            "derived: 1.68 million beds in rural homes (Xinhua 2024-09-25) over about 120 million rural "
            "elders"
        ),
        grade="C",
    )
    bed_price: float = par(
        2600.0,
        unit="yuan/month",
        low=1500.0,
        high=3500.0,
        doc="price of a bed with care",
        source="rural home, disabled resident (Economic Observer 2024-06, secondary)",
        grade="B",
        stored="fen",
    )
    bed_subsidy: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="price of a bed that government pays; all of it for those on subsistence allowance",
    )
    afford: float = par(
        3.0,
        unit="ratio",
        low=0.5,
        high=8.0,
        doc="what a family can raise for a bed, over the elder's income and remittances",
        source="assumption: children add to it",
    )
    willing: float = par(
        0.4,
        unit="share",
        low=0.0,
        high=1.0,
        doc="elders in great need who would move to a centre",
        source="assumption; of all rural elders 1.1 % would choose an institution (CLASS 2014)",
    )
    apply: float = par(
        0.10, unit="share/month", low=0.0, high=1.0, doc="willing elders in great need who apply in a month"
    )
    unreferred: float = par(
        0.3, unit="ratio", low=0.0, high=1.0, doc="applications without a station that refers, over with one"
    )
    stay: float = par(
        24.0, unit="months", low=1.0, high=120.0, doc="mean stay of a resident who does not die or recover"
    )
    patience: int = par(
        12, unit="months", low=0, high=100, doc="longest wait for a bed; 0: who finds none gives up"
    )
    hours: float = par(
        15.0,
        unit="hours/month",
        low=0.0,
        high=300.0,
        doc="professional hours of the centre for 100 elders at the start",
        stored="minutes",
    )
    price: float = par(
        30.0,
        unit="yuan/hour",
        low=10.0,
        high=80.0,
        doc="price of an hour of the centre",
        source="assumption: paid care at home and the way",
        stored="fen",
    )
    subsidy: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="price of an hour that government pays; all of it for those on subsistence allowance",
    )
    income_share: float = par(
        0.05, unit="share", low=0.0, high=0.4, doc="income an elder can put into hours of the centre"
    )
    special: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="rehabilitation and personal care left over that a station refers",
    )
    other: float = par(
        0.10,
        unit="share",
        low=0.0,
        high=0.5,
        doc="other needs left over that a station refers",
        source="assumption (0.05-0.20): requests that need a professional",
    )
    contract: float = par(
        8.0,
        unit="hours/month",
        low=0.0,
        high=200.0,
        doc="hours of clinic and health centre under contract for 100 elders of a village",
        stored="minutes",
    )
    contract_price: float = par(
        25.0, unit="yuan/hour", low=5.0, high=80.0, doc="price of an hour under contract", stored="fen"
    )
    contract_public: float = par(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        doc="price under contract that government pays; the village pays the rest",
        source="assumption: basic public health service",
    )
    day_places: float = par(
        0.0,
        unit="places/1000 elders",
        low=0.0,
        high=40.0,
        doc="day-care places of the centre, for elders at the start",
        source="design choice; document 001: township centres with day care",
    )
    day_price: float = par(
        800.0,
        unit="yuan/month",
        low=200.0,
        high=2000.0,
        doc="price of a day-care place; government's part and the family's means as for a bed",
        source="assumption: a third of a bed",
        stored="fen",
    )
    day_need: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="need for meals, rehabilitation, prevention, company and personal care that is met at day care",
    )
    day_hours: float = par(
        80.0,
        unit="hours/month",
        low=10.0,
        high=200.0,
        doc="time that day care takes of an elder's month",
        source="assumption: ten days",
        stored="minutes",
    )
    crowding: float = par(
        0.2,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="family minutes that fall away for a formal minute, where there is family",
    )


column(
    "place",
    "i1",
    unit="months",
    label="0 at home, more: months on the centre's waiting list, -1: in a bed",
    written_by=("people",),
)
flow("beds_used", unit="persons", label="elders in a bed of the centre")
flow("beds_waiting", unit="persons", label="elders on the waiting list")
flow("beds_given_up", unit="persons", label="elders who gave up waiting")
flow("beds_admitted", unit="persons", label="elders who moved into the centre")
flow("referral_asked", unit="minutes", label="minutes referred to the centre, within the purse")
flow("referral_minutes", unit="minutes", label="minutes served by the centre at home")
flow("contract_minutes", unit="minutes", label="minutes served by clinics under contract")
flow("bed_minutes", unit="minutes", label="needs met in the centre's beds")
flow("day_asked", unit="persons", label="elders who want day care")
flow("day_users", unit="persons", label="elders in day care")
flow("day_minutes", unit="minutes", label="needs met in day care")
flow("crowded_out", unit="minutes", label="family care that formal hours crowded out")
posting(
    "referral_government",
    debit="centre",
    credit="government",
    label="government: part of the price of beds, day care, hours and contracts",
)
posting(
    "referral_families",
    debit="centre",
    credit="families",
    label="families: part of the price of beds, day care and hours",
)
posting("cost_contract", debit="expense", credit="payables", label="bill: clinics under contract")

WILLING = Purpose("referral.willing")
APPLY = Purpose("referral.apply")
LEAVE = Purpose("referral.leave")
LOT = Purpose("referral.lot")
TURN = Purpose("referral.turn")


@inner
def _share_paid(people, i, subsidy, government):
    """Share of a price that falls to the family."""
    if not government:
        return 1.0
    return 0.0 if people.dibao[i] == 1 else 1.0 - subsidy


@inner
def _can_pay(people, i, c, price, government, left):
    """Whether a family can raise its part of a monthly price."""
    return price * _share_paid(people, i, c.bed_subsidy, government) <= c.afford * (
        int(people.income[i]) + int(int(people.remit[i]) * left)
    )


@inner
def _fit(people, i, c, government, left):
    """Whether an elder needs a bed and the family can pay for it."""
    heavy = people.health[i] == SEVERE or (
        people.health[i] == MODERATE and (people.living[i] == ALONE or people.dementia[i] == 1)
    )
    return heavy and _can_pay(people, i, c, c.bed_price, government, left)


@kernel
def stay(people, world, values, beds, government, willing_keys, apply_keys, leave_keys):
    """Residents leave, the list moves, the willing apply where their pool has any bed.

    Nobody is admitted yet.
    """
    for v in range(len(world.used)):
        willing_key = willing_keys[world.county[v]]
        apply_key = apply_keys[world.county[v]]
        leave_key = leave_keys[world.county[v]]
        referral, village, flow = values.referral[v], world.villages[v], world.flow[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            identity = identity_of(village.number, people.serial[i])
            if people.place[i] < 0:
                if people.health[i] < MODERATE or uniform(leave_key, identity, 0) * referral.stay < 1.0:
                    people.place[i] = 0
                else:
                    flow.beds_used += 1
            elif beds[v] == 0 or not _fit(people, i, referral, government, village.remit_left):
                people.place[i] = 0
            elif people.place[i] > referral.patience:
                people.place[i] = 0
                flow.beds_given_up += 1
            elif people.place[i] > 0:
                people.place[i] += 1
            elif uniform(willing_key, identity, 0) < referral.willing:
                known = 1.0 if village.level > CLOSED and people.enrolled[i] == 1 else referral.unreferred
                if uniform(apply_key, identity, 0) < referral.apply * known:
                    people.place[i] = 1


@kernel
def _admit(people, world, scope, keys, work):
    """Fill free beds (`w.centre`) from those who wait, nobody where they are more than `work` (5, any) holds.

    Their number.
    """
    beds, free, pool, n = world.centre[0], world.tally[0], world.pools[scope], 0
    slot, village, waited, lot, order = work[0], work[1], work[2], work[3], work[4]
    for k in range(len(pool)):
        free[k] = beds[k]
    for v in range(len(pool)):
        free[pool[v]] -= world.flow[v].beds_used
    for v in range(len(pool)):
        for i in range(world.start[v], world.start[v + 1] if free[pool[v]] > 0 else 0):
            if people.place[i] > 0:
                if n < len(order):
                    slot[n], village[n], waited[n], order[n] = i, v, -int(people.place[i]), n
                    lot[n] = np.int64(
                        bits(
                            keys[world.county[v]], identity_of(world.villages[v].number, people.serial[i]), 0
                        )
                        >> S11
                    )
                n += 1
    if n > len(order):
        return n
    sort_places(order, n, waited, lot)  # those with the longest wait have the lowest
    for k in range(n):
        i, v = slot[order[k]], village[order[k]]
        if free[pool[v]] > 0:
            free[pool[v]] -= 1
            people.place[i] = IN_BED
            world.flow[v].beds_admitted += 1
            world.flow[v].beds_used += 1
    return n


def admit(model, scope, keys) -> None:
    """Free beds of each pool go to whoever has waited longest, ties by lot; `supply` has counted the beds."""
    waiting = _admit(model.people, model.world, scope, keys, model.world.work)
    if waiting > model.world.work.shape[1]:
        _admit(model.people, model.world, scope, keys, np.empty((5, waiting), np.int64))


@kernel
def reside(people, world, values, government):
    """Residents have all needs met in the centre; family and government pay the price of the bed."""
    for v in range(len(world.used)):
        referral, flow, post = values.referral[v], world.flow[v], world.posted[v]
        for i in residents(world, v):
            if people.kind[i] != ELDER or people.place[i] == 0:
                continue
            if people.place[i] > 0:
                flow.beds_waiting += 1
                continue
            own = np.int64(referral.bed_price * _share_paid(people, i, referral.bed_subsidy, government))
            post.referral_families += own
            post.referral_government += referral.bed_price - own
            people.free[i] = 0
            for k in range(9):
                flow.bed_minutes += int(people.need[i, k])
                world.hours[v, PROFESSIONAL, k] += people.need[i, k]
                people.need[i, k] = 0


@kernel
def day_care(people, world, values, places, serving, government, willing_keys, keys):
    """Count who wants day care (`serving` False), or serve within `places` of each village from a drawn
    place.
    """
    for v in range(len(world.used)):
        willing_key, key = willing_keys[world.county[v]], keys[world.county[v]]
        referral, village, flow, post, n = (
            values.referral[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
            world.used[v],
        )
        if places[v] == 0:
            continue
        turn = start_row(people, world, v, False, uniform(key, village.number, 2))
        for j in range(n):
            i = world.start[v] + wrap(j + turn, n)
            frail = (
                people.kind[i] == ELDER
                and people.place[i] >= 0
                and people.health[i] < SEVERE
                and (people.health[i] == MODERATE or people.dementia[i] == 1)
            )
            if not frail or not _can_pay(
                people, i, referral, referral.day_price, government, village.remit_left
            ):
                continue
            if uniform(willing_key, identity_of(village.number, people.serial[i]), 1) >= referral.willing:
                continue
            if not serving:
                flow.day_asked += 1
            elif flow.day_users < places[v]:
                flow.day_users += 1
                own = np.int64(referral.day_price * _share_paid(people, i, referral.bed_subsidy, government))
                post.referral_families += own
                post.referral_government += referral.day_price - own
                away = min(int(people.free[i]), referral.day_hours)  # no longer disposable
                people.free[i] -= away
                flow.time_budget -= away
                for k in range(9):
                    if (
                        k == MEALS
                        or k == REHABILITATION
                        or k == PREVENTION
                        or k == COMPANIONSHIP
                        or k == PERSONAL
                    ):
                        minutes = np.int64(int(people.need[i, k]) * referral.day_need)
                        flow.day_minutes += minutes
                        world.hours[v, PROFESSIONAL, k] += minutes
                        people.need[i, k] -= minutes


@inner
def _formal(people, world, v, i, k, minutes, crowding):
    """Formal minutes of kind k; where there is family, part of them only replaces its care."""
    out = 0
    if people.living[i] != ALONE or people.near[i] == 1:
        out = min(np.int64(minutes * crowding), world.hours[v, FAMILY, k])
    world.hours[v, PROFESSIONAL, k] += minutes
    world.hours[v, FAMILY, k] -= out
    people.need[i, k] -= minutes - out
    world.flow[v].crowded_out += out


@kernel
def under_contract(people, world, values, government, keys):
    """Clinics serve enrolled elders, the disabled first, from a drawn place.

    The village, public health and partner organisations pay.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        referral, village, flow, post = values.referral[v], world.villages[v], world.flow[v], world.posted[v]
        brought = np.int64(village.partner_clinic * village.elders / 100.0) if village.level > CLOSED else 0
        budget = (
            np.int64(referral.contract * village.elders / 100.0) + brought if village.level > CLOSED else 0
        )
        if budget == 0:
            continue
        n, left = world.used[v], budget
        turn = start_row(people, world, v, False, uniform(key, village.number, 0))
        for able in range(2):
            for j in range(n):
                if left == 0:
                    break
                i = world.start[v] + wrap(j + turn, n)
                if (
                    people.kind[i] != ELDER
                    or people.enrolled[i] == 0
                    or (people.health[i] < MODERATE) != (able == 1)
                ):
                    continue
                for k in range(9):
                    if k == ESCORT or k == REHABILITATION or k == PREVENTION:
                        minutes = min(int(people.need[i, k]), left)
                        left -= minutes
                        _formal(people, world, v, i, k, minutes, referral.crowding)
        flow.contract_minutes = budget - left
        given = min(brought, budget - left)  # a partner organisation's hours come first
        post.partner_clinic += given * referral.contract_price // 60
        price = (budget - left - given) * referral.contract_price // 60
        public = np.int64(price * referral.contract_public) if government else 0
        post.referral_government += public
        post.cost_contract += price - public


@kernel
def refer(people, world, values, budget, serving, government, keys):
    """Ask for minutes of the centre (`serving` False) or be served within `budget` of each village, the
    disabled first.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        referral, village, flow, post = values.referral[v], world.villages[v], world.flow[v], world.posted[v]
        if village.level == CLOSED or budget[v] == 0:
            continue
        n, left = world.used[v], budget[v] if serving else np.int64(1 << 60)
        short = serving and budget[v] < flow.referral_asked  # else nobody's turn matters
        turn = start_row(people, world, v, False, uniform(key, village.number, 1)) if short else 0
        for able in range(2 if short else 1):
            for j in range(n):
                if left == 0:
                    break
                i = world.start[v] + wrap(j + turn, n)
                if (
                    people.kind[i] != ELDER
                    or people.enrolled[i] == 0
                    or (short and (people.health[i] < MODERATE) != (able == 1))
                ):
                    continue
                own = _share_paid(people, i, referral.subsidy, government)
                purse = np.int64(1 << 60)
                if own > 0.0 and referral.price > 0:
                    purse = np.int64(
                        (int(people.income[i]) + int(int(people.remit[i]) * world.villages[v].remit_left))
                        * referral.income_share
                        * 60.0
                        / (referral.price * own)
                    )
                served = 0
                for q in range(9):
                    k = 8 - q  # personal care and the skilled kinds first
                    part = referral.special if k == PERSONAL or k == REHABILITATION else referral.other
                    minutes = min(np.int64(int(people.need[i, k]) * part), purse - served, left)
                    if minutes <= 0:
                        continue
                    served += minutes
                    left -= minutes
                    if serving:
                        _formal(people, world, v, i, k, minutes, referral.crowding)
                if serving:
                    price = served * referral.price // 60
                    family = np.int64(price * own)
                    flow.referral_minutes += served
                    post.referral_families += family
                    post.referral_government += price - family
                else:
                    flow.referral_asked += served


@kernel
def supply(world, values, scope):
    """Beds, day-care places and minutes of the centre, rounded down, as `World.centre`."""
    pool = world.pools[scope]
    for v in range(len(pool)):
        for k in range(3):
            world.means[k, v] = 0.0
    for v in range(len(pool)):
        referral, elders = values.referral[v], world.villages[v].elders_start
        world.means[0, pool[v]] += referral.beds * elders
        world.means[1, pool[v]] += referral.day_places * elders
        world.means[2, pool[v]] += referral.hours * elders
    for v in range(len(pool)):
        for k in range(3):
            world.centre[k, v] = np.int64(world.means[k, v] / (100.0 if k == 2 else 1000.0) + 1e-9)
    for v in range(len(pool)):
        for k in range(3):
            world.centre[3 + k, v] = world.centre[k, pool[v]]


@kernel
def allot(world, scope, day):
    """What a pool has of day-care places or else of minutes is shared out to its villages by what they
    ask, in `w.centre`.
    """
    k = 1 if day else 2
    has, claims, numbers = world.centre[k], world.centre[3 + k], world.tally[0]
    for v in range(len(world.used)):
        claims[v], numbers[v] = (
            world.flow[v].day_asked if day else world.flow[v].referral_asked,
            world.villages[v].number,
        )
    share_out(has, claims, world.pools[scope], numbers, world.tally[1:6])


def run_beds(model) -> None:
    """Leaving, applying, admission, and the needs of residents; then day care."""
    parameters, world = model.parameters, model.world
    if not parameters.referral.on:
        return
    scope, gov = TOWNSHIP if parameters.referral.pooled else 0, parameters.government.on
    supply(world, model.values.table, scope)
    stay(
        model.people,
        world,
        model.values.table,
        model.centre[3],
        gov,
        model.lasting_keys(WILLING),
        model.keys(APPLY),
        model.keys(LEAVE),
    )
    admit(model, scope, model.keys(LOT))
    reside(model.people, world, model.values.table, gov)
    if model.values.ever("referral.day_places"):
        day_care(
            model.people,
            world,
            model.values.table,
            model.centre[4],
            False,
            gov,
            model.lasting_keys(WILLING),
            model.keys(TURN),
        )
        allot(world, scope, True)
        day_care(
            model.people,
            world,
            model.values.table,
            model.centre[4],
            True,
            gov,
            model.lasting_keys(WILLING),
            model.keys(TURN),
        )


def run_hours(model) -> None:
    """Contracts of the village, then the centre's hours, pro rata to what the villages of the pool refer."""
    parameters, world = model.parameters, model.world
    if not parameters.referral.on:
        return
    scope, gov = TOWNSHIP if parameters.referral.pooled else 0, parameters.government.on
    under_contract(model.people, world, model.values.table, gov, model.keys(TURN))
    refer(model.people, world, model.values.table, model.centre[5], False, gov, model.keys(TURN))
    allot(world, scope, False)
    refer(model.people, world, model.values.table, model.centre[5], True, gov, model.keys(TURN))
