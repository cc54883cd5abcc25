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
    COMPANIONSHIP,
    ESCORT,
    FAMILY,
    MEALS,
    PERSONAL,
    PREVENTION,
    PROFESSIONAL,
    REHABILITATION,
    TOWNSHIP,
)
from sim.state.fields import column, flow
from sim.state.ledger import posting, share_out
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, start_row

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
    "place", "i1", unit="months", label="0 at home, more: months on the centre's waiting list, -1: in a bed"
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
def _share_paid(p, i, subsidy, government):
    """Share of a price that falls to the family."""
    if not government:
        return 1.0
    return 0.0 if p.dibao[i] == 1 else 1.0 - subsidy


@inner
def _can_pay(p, i, c, price, government, left):
    """Whether a family can raise its part of a monthly price."""
    return price * _share_paid(p, i, c.bed_subsidy, government) <= c.afford * (
        int(p.income[i]) + int(int(p.remit[i]) * left)
    )


@inner
def _fit(p, i, c, government, left):
    """Whether an elder needs a bed and the family can pay for it."""
    heavy = p.health[i] == 3 or (p.health[i] == 2 and (p.living[i] == 2 or p.dementia[i] == 1))
    return heavy and _can_pay(p, i, c, c.bed_price, government, left)


@kernel
def stay(p, w, values, beds, government, willing_key, apply_key, leave_key):
    """Residents leave, the list moves, the willing apply where their pool has any bed.

    Nobody is admitted yet.
    """
    for v in range(len(w.used)):
        c, r, f = values.referral[v], w.villages[v], w.flow[v]
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1:
                continue
            ident = identity_of(r.number, p.serial[i])
            if p.place[i] < 0:
                if p.health[i] < 2 or uniform(leave_key, ident, 0) * c.stay < 1.0:
                    p.place[i] = 0
                else:
                    f.beds_used += 1
            elif beds[v] == 0 or not _fit(p, i, c, government, r.remit_left):
                p.place[i] = 0
            elif p.place[i] > c.patience:
                p.place[i] = 0
                f.beds_given_up += 1
            elif p.place[i] > 0:
                p.place[i] += 1
            elif uniform(willing_key, ident, 0) < c.willing:
                known = 1.0 if r.level > 0 and p.enrolled[i] == 1 else c.unreferred
                if uniform(apply_key, ident, 0) < c.apply * known:
                    p.place[i] = 1


@kernel
def _admit(p, w, scope, key, work):
    """Fill free beds (`w.centre`) from those who wait, nobody where they are more than `work` (5, any) holds.

    Their number.
    """
    beds, free, pool, n = w.centre[0], w.tally[0], w.pools[scope], 0
    slot, village, waited, lot, order = work[0], work[1], work[2], work[3], work[4]
    for k in range(len(pool)):
        free[k] = beds[k]
    for v in range(len(pool)):
        free[pool[v]] -= w.flow[v].beds_used
    for v in range(len(pool)):
        for i in range(w.start[v], w.start[v + 1] if free[pool[v]] > 0 else 0):
            if p.place[i] > 0:
                if n < len(order):
                    slot[n], village[n], waited[n], order[n] = i, v, -int(p.place[i]), n
                    lot[n] = np.int64(bits(key, identity_of(w.villages[v].number, p.serial[i]), 0) >> S11)
                n += 1
    if n > len(order):
        return n
    sort_places(order, n, waited, lot)  # those with the longest wait have the lowest
    for k in range(n):
        i, v = slot[order[k]], village[order[k]]
        if free[pool[v]] > 0:
            free[pool[v]] -= 1
            p.place[i] = IN_BED
            w.flow[v].beds_admitted += 1
            w.flow[v].beds_used += 1
    return n


def admit(m, scope, key) -> None:
    """Free beds of each pool go to whoever has waited longest, ties by lot; `supply` has counted the beds."""
    waiting = _admit(m.people, m.world, scope, key, m.world.work)
    if waiting > m.world.work.shape[1]:
        _admit(m.people, m.world, scope, key, np.empty((5, waiting), np.int64))


@kernel
def reside(p, w, values, government):
    """Residents have all needs met in the centre; family and government pay the price of the bed."""
    for v in range(len(w.used)):
        c, f, post = values.referral[v], w.flow[v], w.posted[v]
        for i in range(w.start[v], w.start[v] + w.used[v]):
            if p.kind[i] != 1 or p.place[i] == 0:
                continue
            if p.place[i] > 0:
                f.beds_waiting += 1
                continue
            own = np.int64(c.bed_price * _share_paid(p, i, c.bed_subsidy, government))
            post.referral_families += own
            post.referral_government += c.bed_price - own
            p.free[i] = 0
            for k in range(9):
                f.bed_minutes += int(p.need[i, k])
                w.hours[v, PROFESSIONAL, k] += p.need[i, k]
                p.need[i, k] = 0


@kernel
def day_care(p, w, values, places, serving, government, willing_key, key):
    """Count who wants day care (`serving` False), or serve within `places` of each village from a drawn
    place.
    """
    for v in range(len(w.used)):
        c, r, f, post, n = values.referral[v], w.villages[v], w.flow[v], w.posted[v], w.used[v]
        if places[v] == 0:
            continue
        turn = start_row(p, w, v, False, uniform(key, r.number, 2))
        for j in range(n):
            i = w.start[v] + wrap(j + turn, n)
            frail = (
                p.kind[i] == 1
                and p.place[i] >= 0
                and p.health[i] < 3
                and (p.health[i] == 2 or p.dementia[i] == 1)
            )
            if not frail or not _can_pay(p, i, c, c.day_price, government, r.remit_left):
                continue
            if uniform(willing_key, identity_of(r.number, p.serial[i]), 1) >= c.willing:
                continue
            if not serving:
                f.day_asked += 1
            elif f.day_users < places[v]:
                f.day_users += 1
                own = np.int64(c.day_price * _share_paid(p, i, c.bed_subsidy, government))
                post.referral_families += own
                post.referral_government += c.day_price - own
                away = min(int(p.free[i]), c.day_hours)  # no longer disposable
                p.free[i] -= away
                f.time_budget -= away
                for k in range(9):
                    if (
                        k == MEALS
                        or k == REHABILITATION
                        or k == PREVENTION
                        or k == COMPANIONSHIP
                        or k == PERSONAL
                    ):
                        minutes = np.int64(int(p.need[i, k]) * c.day_need)
                        f.day_minutes += minutes
                        w.hours[v, PROFESSIONAL, k] += minutes
                        p.need[i, k] -= minutes


@inner
def _formal(p, w, v, i, k, minutes, crowding):
    """Formal minutes of kind k; where there is family, part of them only replaces its care."""
    out = 0
    if p.living[i] != 2 or p.near[i] == 1:
        out = min(np.int64(minutes * crowding), w.hours[v, FAMILY, k])
    w.hours[v, PROFESSIONAL, k] += minutes
    w.hours[v, FAMILY, k] -= out
    p.need[i, k] -= minutes - out
    w.flow[v].crowded_out += out


@kernel
def under_contract(p, w, values, government, key):
    """Clinics serve enrolled elders, the disabled first, from a drawn place.

    The village, public health and partner organisations pay.
    """
    for v in range(len(w.used)):
        c, r, f, post = values.referral[v], w.villages[v], w.flow[v], w.posted[v]
        brought = np.int64(r.partner_clinic * r.elders / 100.0) if r.level > 0 else 0
        budget = np.int64(c.contract * r.elders / 100.0) + brought if r.level > 0 else 0
        if budget == 0:
            continue
        n, left = w.used[v], budget
        turn = start_row(p, w, v, False, uniform(key, r.number, 0))
        for able in range(2):
            for j in range(n):
                if left == 0:
                    break
                i = w.start[v] + wrap(j + turn, n)
                if p.kind[i] != 1 or p.enrolled[i] == 0 or (p.health[i] < 2) != (able == 1):
                    continue
                for k in range(9):
                    if k == ESCORT or k == REHABILITATION or k == PREVENTION:
                        minutes = min(int(p.need[i, k]), left)
                        left -= minutes
                        _formal(p, w, v, i, k, minutes, c.crowding)
        f.contract_minutes = budget - left
        given = min(brought, budget - left)  # a partner organisation's hours come first
        post.partner_clinic += given * c.contract_price // 60
        price = (budget - left - given) * c.contract_price // 60
        public = np.int64(price * c.contract_public) if government else 0
        post.referral_government += public
        post.cost_contract += price - public


@kernel
def refer(p, w, values, budget, serving, government, key):
    """Ask for minutes of the centre (`serving` False) or be served within `budget` of each village, the
    disabled first.
    """
    for v in range(len(w.used)):
        c, r, f, post = values.referral[v], w.villages[v], w.flow[v], w.posted[v]
        if r.level == 0 or budget[v] == 0:
            continue
        n, left = w.used[v], budget[v] if serving else np.int64(1 << 60)
        short = serving and budget[v] < f.referral_asked  # else nobody's turn matters
        turn = start_row(p, w, v, False, uniform(key, r.number, 1)) if short else 0
        for able in range(2 if short else 1):
            for j in range(n):
                if left == 0:
                    break
                i = w.start[v] + wrap(j + turn, n)
                if p.kind[i] != 1 or p.enrolled[i] == 0 or (short and (p.health[i] < 2) != (able == 1)):
                    continue
                own = _share_paid(p, i, c.subsidy, government)
                purse = np.int64(1 << 60)
                if own > 0.0 and c.price > 0:
                    purse = np.int64(
                        (int(p.income[i]) + int(int(p.remit[i]) * w.villages[v].remit_left))
                        * c.income_share
                        * 60.0
                        / (c.price * own)
                    )
                served = 0
                for q in range(9):
                    k = 8 - q  # personal care and the skilled kinds first
                    part = c.special if k == PERSONAL or k == REHABILITATION else c.other
                    minutes = min(np.int64(int(p.need[i, k]) * part), purse - served, left)
                    if minutes <= 0:
                        continue
                    served += minutes
                    left -= minutes
                    if serving:
                        _formal(p, w, v, i, k, minutes, c.crowding)
                if serving:
                    price = served * c.price // 60
                    family = np.int64(price * own)
                    f.referral_minutes += served
                    post.referral_families += family
                    post.referral_government += price - family
                else:
                    f.referral_asked += served


@kernel
def supply(w, values, scope):
    """Beds, day-care places and minutes of the centre, rounded down, as `World.centre`."""
    pool = w.pools[scope]
    for v in range(len(pool)):
        for k in range(3):
            w.means[k, v] = 0.0
    for v in range(len(pool)):
        c, elders = values.referral[v], w.villages[v].elders_start
        w.means[0, pool[v]] += c.beds * elders
        w.means[1, pool[v]] += c.day_places * elders
        w.means[2, pool[v]] += c.hours * elders
    for v in range(len(pool)):
        for k in range(3):
            w.centre[k, v] = np.int64(w.means[k, v] / (100.0 if k == 2 else 1000.0) + 1e-9)
    for v in range(len(pool)):
        for k in range(3):
            w.centre[3 + k, v] = w.centre[k, pool[v]]


@kernel
def allot(w, scope, day):
    """What a pool has of day-care places or else of minutes is shared out to its villages by what they
    ask, in `w.centre`.
    """
    k = 1 if day else 2
    has, claims, numbers = w.centre[k], w.centre[3 + k], w.tally[0]
    for v in range(len(w.used)):
        claims[v], numbers[v] = w.flow[v].day_asked if day else w.flow[v].referral_asked, w.villages[v].number
    share_out(has, claims, w.pools[scope], numbers, w.tally[1:6])


def run_beds(m) -> None:
    """Leaving, applying, admission, and the needs of residents; then day care."""
    p, w = m.parameters, m.world
    if not p.referral.on:
        return
    scope, gov = TOWNSHIP if p.referral.pooled else 0, p.government.on
    supply(w, m.values.table, scope)
    stay(m.people, w, m.values.table, m.centre[3], gov, m.lasting_key(WILLING), m.key(APPLY), m.key(LEAVE))
    admit(m, scope, m.key(LOT))
    reside(m.people, w, m.values.table, gov)
    if m.values.ever("referral.day_places"):
        day_care(m.people, w, m.values.table, m.centre[4], False, gov, m.lasting_key(WILLING), m.key(TURN))
        allot(w, scope, True)
        day_care(m.people, w, m.values.table, m.centre[4], True, gov, m.lasting_key(WILLING), m.key(TURN))


def run_hours(m) -> None:
    """Contracts of the village, then the centre's hours, pro rata to what the villages of the pool refer."""
    p, w = m.parameters, m.world
    if not p.referral.on:
        return
    scope, gov = TOWNSHIP if p.referral.pooled else 0, p.government.on
    under_contract(m.people, w, m.values.table, gov, m.key(TURN))
    refer(m.people, w, m.values.table, m.centre[5], False, gov, m.key(TURN))
    allot(w, scope, False)
    refer(m.people, w, m.values.table, m.centre[5], True, gov, m.key(TURN))
