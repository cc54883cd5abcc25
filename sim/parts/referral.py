"""M7 Referral and contracts: clinics under contract, hours of the township centre, crowding of family care.

State   none here. Parameters, fields and postings of all of M7 stand here; beds and day care of the centre
        are `referral_centre.py`.
Month   `run` after mutual aid: clinics supply rehabilitation, prevention and escort under contract with the
        village; then a station refers what is specialised or risky to the centre, whose hours are shared
        out pro rata over its villages.
Off     no centre, no contracts; paid care has no limit of capacity.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import uniform
from sim.state.codes import (
    ALL_KINDS,
    ALONE,
    CLOSED,
    ESCORT,
    FAMILY,
    PREVENTION,
    PROFESSIONAL,
    REHABILITATION,
    TOWNSHIP,
)
from sim.state.fields import column, flow
from sim.state.ledger import posting, share_out
from sim.state.parameters import par, section, switch
from sim.state.people import (
    family_share,
    has_turn,
    income_of,
    list_enrolled,
    needs_training,
    start_row,
)
from sim.state.purposes import REFERRAL_TURN

CONTRACT_KINDS = (ESCORT, REHABILITATION, PREVENTION)
MINUTES_BY_POOL, MINUTES_BY_VILLAGE = 2, 5  # rows of `World.centre`
NO_LIMIT = 1 << 60  # minutes
LISTED = 0  # row of the village's scratch: enrolled elders


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
    written_by=("referral_centre",),
)
flow("beds_used", unit="persons", label="elders in a bed of the centre", written_by=("referral_centre",))
flow(
    "beds_standing",
    unit="persons",
    label="the village's part of the beds of its centre",
    dtype="f8",
    written_by=("referral_centre",),
)
flow(
    "beds_left",
    unit="persons",
    label="elders whose family could no longer pay a bed",
    written_by=("referral_centre",),
)
flow("beds_waiting", unit="persons", label="elders on the waiting list", written_by=("referral_centre",))
flow("beds_given_up", unit="persons", label="elders who gave up waiting", written_by=("referral_centre",))
flow(
    "beds_admitted", unit="persons", label="elders who moved into the centre", written_by=("referral_centre",)
)
flow("referral_asked", unit="minutes", label="minutes referred to the centre, within the purse")
flow("referral_minutes", unit="minutes", label="minutes served by the centre at home")
flow("contract_minutes", unit="minutes", label="minutes served by clinics under contract")
flow("bed_minutes", unit="minutes", label="needs met in the centre's beds", written_by=("referral_centre",))
flow("day_asked", unit="persons", label="elders who want day care", written_by=("referral_centre",))
flow("day_users", unit="persons", label="elders in day care", written_by=("referral_centre",))
flow("day_minutes", unit="minutes", label="needs met in day care", written_by=("referral_centre",))
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


@inner
def serve_formally(people, world, v, i, kind, minutes, crowding):
    """Formal minutes of a kind; where there is family, part of them only replaces its care."""
    replaced = 0
    if people.living[i] != ALONE or people.near[i] == 1:
        replaced = min(np.int64(minutes * crowding), world.hours[v, FAMILY, kind])
    world.hours[v, PROFESSIONAL, kind] += minutes
    world.hours[v, FAMILY, kind] -= replaced
    people.need[i, kind] -= minutes - replaced
    world.flow[v].crowded_out += replaced


@inner
def serve_under_contract(people, world, v, i, left, crowding):
    """A clinic serves elder i within `left` minutes; their number."""
    served = 0
    for kind in CONTRACT_KINDS:
        minutes = min(int(people.need[i, kind]), left - served)
        served += minutes
        serve_formally(people, world, v, i, kind, minutes, crowding)
    return served


@inner
def bill_contract(referral, served, given, government, post):
    """A partner pays its own minutes, public health its share of the others, the village the rest."""
    post.partner_clinic += given * referral.contract_price // 60
    price = (served - given) * referral.contract_price // 60
    public = np.int64(price * referral.contract_public) if government else 0
    post.referral_government += public
    post.cost_contract += price - public


@kernel
def under_contract(people, world, values, government, keys):
    """Clinics serve enrolled elders of villages in service, the disabled first, from a drawn place."""
    for v in range(len(world.used)):
        referral, village = values.referral[v], world.villages[v]
        if village.level == CLOSED:
            continue
        brought = np.int64(village.partner_clinic * village.elders / 100.0)
        budget = np.int64(referral.contract * village.elders / 100.0) + brought
        if budget == 0:
            continue
        left = budget
        first = start_row(people, world, v, False, uniform(keys[world.county[v]], village.number, 0))
        enrolled = list_enrolled(people, world, v, first, LISTED)
        for able in range(2):
            for place in range(enrolled):
                if left == 0:
                    break
                i = world.work[LISTED, place]
                if has_turn(people, i, able):
                    left -= serve_under_contract(people, world, v, i, left, referral.crowding)
        served = budget - left
        world.flow[v].contract_minutes = served
        # a partner organisation's hours come first
        bill_contract(referral, served, min(brought, served), government, world.posted[v])


@inner
def affordable_minutes(people, i, referral, own, remit_left):
    """Minutes of the centre that an elder can put money into; without limit where they are free."""
    if own <= 0.0 or referral.price <= 0:
        return np.int64(NO_LIMIT)
    income = income_of(people, i, remit_left)
    return np.int64(income * referral.income_share * 60.0 / (referral.price * own))


@inner
def refer_elder(people, world, v, i, referral, most, serving):
    """Minutes of elder i that go to the centre, the skilled kinds first; they are served or only counted."""
    referred = 0
    for place in range(ALL_KINDS):
        kind = ALL_KINDS - 1 - place
        part = referral.special if needs_training(kind) else referral.other
        minutes = min(np.int64(int(people.need[i, kind]) * part), most - referred)
        if minutes > 0:
            referred += minutes
            if serving:
                serve_formally(people, world, v, i, kind, minutes, referral.crowding)
    return referred


@inner
def bill_hours(referral, served, own, post):
    """The family pays its share of the price, government the rest."""
    price = served * referral.price // 60
    family = np.int64(price * own)
    post.referral_families += family
    post.referral_government += price - family


@inner
def refer_village(people, world, v, referral, budget, serving, government, drawn):
    """Ask for minutes or be served within the budget.

    Where it is short the disabled come first, from a drawn place; else nobody's turn matters.
    """
    village, flow = world.villages[v], world.flow[v]
    left = budget if serving else np.int64(NO_LIMIT)
    short = serving and budget < flow.referral_asked
    first = start_row(people, world, v, False, drawn) if short else 0
    enrolled = list_enrolled(people, world, v, first, LISTED)
    for able in range(2 if short else 1):
        for place in range(enrolled):
            if left == 0:
                break
            i = world.work[LISTED, place]
            if short and not has_turn(people, i, able):
                continue
            own = family_share(people, i, referral.subsidy, government)
            most = min(affordable_minutes(people, i, referral, own, village.remit_left), left)
            minutes = refer_elder(people, world, v, i, referral, most, serving)
            left -= minutes
            if serving:
                flow.referral_minutes += minutes
                bill_hours(referral, minutes, own, world.posted[v])
            else:
                flow.referral_asked += minutes


@kernel
def refer(people, world, values, budget, serving, government, keys):
    """Ask for minutes of the centre (`serving` False) or be served within `budget` of each village."""
    for v in range(len(world.used)):
        if world.villages[v].level > CLOSED and budget[v] > 0:
            drawn = uniform(keys[world.county[v]], world.villages[v].number, 1)
            refer_village(people, world, v, values.referral[v], budget[v], serving, government, drawn)


@kernel
def share_minutes(world, scope):
    """What a pool has of minutes is shared out to its villages by what they ask, in `World.centre`."""
    claims, numbers = world.centre[MINUTES_BY_VILLAGE], world.tally[0]
    for v in range(len(world.used)):
        claims[v], numbers[v] = world.flow[v].referral_asked, world.villages[v].number
    share_out(world.centre[MINUTES_BY_POOL], claims, world.pools[scope], numbers, world.tally[1:6])


def run(model) -> None:
    """Contracts of the village, then the centre's hours, pro rata to what the villages of the pool refer."""
    parameters, world, values = model.parameters, model.world, model.values.table
    if not parameters.referral.on:
        return
    scope, government = TOWNSHIP if parameters.referral.pooled else 0, parameters.government.on
    minutes, keys = model.centre[MINUTES_BY_VILLAGE], model.keys(REFERRAL_TURN)
    under_contract(model.people, world, values, government, keys)
    refer(model.people, world, values, minutes, False, government, keys)
    share_minutes(world, scope)
    refer(model.people, world, values, minutes, True, government, keys)
