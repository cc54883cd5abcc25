"""M14 The village home: elders move in by choice; small remote groups may move together (documents 000 (2),
002).

State: who lives in the home is in the persons' living arrangement; beds are built in `facilities.py`.
Month: residents go back or stay, others move in while beds are free, a small remote group may move together;
bills, fees and county money follow at settlement. Who lives there is cared for as one living alone is, but
has company, needs no more help in the house than others, and is looked in on by the other residents.
Off, without beds, or closed: residents go back; held during spin-up.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import ALONE, CLOSED, COUPLE, ELDER, HOME_DROPPED, IN_HOME, NO_MONEY, SEVERE
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, income_of, residents
from sim.state.world import takes_fees


@section("homes")
class Homes:
    """A home of a few beds in the village."""

    on: bool = switch(False, doc="off: no village home; everybody stays where they live")
    openings: float = par(
        0.10,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="villages in service, in a building of their own, that come up for a home in a year",
    )
    beds: int = par(
        10,
        unit="persons",
        low=2,
        high=40,
        doc="beds of a home",
        source="Songcun 10 residents; Tongchuan 11.5, Qingdao 20 beds a home",
        grade="C",
    )
    bed_cost: float = par(
        14000.0,
        unit="yuan",
        low=5000.0,
        high=64000.0,
        doc="capital a bed",
        source="Tongchuan 160,000 for 11.5 beds; Songcun 40,000 a resident",
        grade="C",
        stored="fen",
    )
    running: float = par(
        150.0,
        unit="yuan/month",
        low=50.0,
        high=600.0,
        doc="bill a resident",
        source="assumption; Dongping pays 1,200 a year for water, power and heating",
        stored="fen",
    )
    fee: float = par(
        160.0,
        unit="yuan/month",
        low=0.0,
        high=300.0,
        doc="fee a resident; nothing from those on subsistence allowance",
        source="Dongping 2016: 160 (100-300)",
        grade="B",
        stored="fen",
    )
    subsidy: float = par(
        350.0,
        unit="yuan/year",
        low=0.0,
        high=1200.0,
        doc="county money a resident, nominal 2025",
        source="Feixiang 350-500, Dongping 1,200 a resident",
        grade="B",
        stored="fen",
    )
    move_in: float = par(
        0.04,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc=(
            "elders living alone, of middling acceptance, who move in in a year while a bed is free; "
            "couples half of it"
        ),
        source=(
            "assumption; 1.1 % of rural elders would choose an institution (CLASS 2014), a home in the "
            "village is nearer"
        ),
    )
    move_out: float = par(0.05, unit="share/year", low=0.0, high=0.5, doc="residents who go back in a year")
    together: bool = par(
        False,
        unit="switch",
        doc=(
            "small remote groups may move in together; none is small where zones hold county.zone_size = "
            "25 persons"
        ),
        source="design choice",
    )
    remote: float = par(0.10, unit="share", low=0.0, high=1.0, doc="zones that lie apart")
    group: int = par(
        8, unit="persons", low=2, high=30, doc="elders of a remote zone up to whom it counts as small"
    )
    group_moves: float = par(
        0.15,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="small remote groups, willing on average, that move in a year",
    )


state("residents", "i8", unit="persons", label="elders who live in the village home")
flow("moved_in", unit="persons", label="elders who moved into the home")
flow("moved_out", unit="persons", label="elders who went back from the home")
flow("groups_moved", unit="times", label="remote groups that moved together")
posting("cost_home", debit="expense", credit="payables", label="bill: village home")
posting(
    "grant_homes", debit="cash", credit="government", label="government: money a resident of a village home"
)

CHOOSE = Purpose("homes.choose")
GROUP = Purpose("homes.group")

MIDDLING = 2.0  # brings an acceptance of one half to one
COUPLES = 0.5  # rate of couples over that of elders living alone
HEADS, PLACES = 0, 1  # rows of the village's scratch: by zone elders, and beds that they would need
MOST_WILLING = 0.5  # mean acceptance over which a group moves


@inner
def is_resident(people, i):
    """An elder who lives in the home."""
    return people.kind[i] == ELDER and people.living[i] == IN_HOME


@inner
def lives_without_child(people, i):
    """Alone, or with the spouse only."""
    return people.living[i] == ALONE or people.living[i] == COUPLE


@inner
def may_move_in(people, i):
    """An elder who lives without children and whom a home of the village can care for."""
    if people.kind[i] != ELDER or not lives_without_child(people, i):
        return False
    return people.health[i] != SEVERE and people.dementia[i] == 0


@inner
def has_spouse_outside(people, world, v, i):
    """Whether elder i has a spouse of the table who does not live in the home."""
    return people.spouse[i] >= 0 and people.living[world.start[v] + people.spouse[i]] != IN_HOME


@inner
def pays_on(people, i):
    """Whether the purse still carries the fee."""
    return people.dropped[i] & HOME_DROPPED == 0


@inner
def carries_fee(people, i, values, v, village):
    """Whether the fee is no more of the purse than care may take."""
    fee = values.homes[v].fee if takes_fees(values, v, village) and people.dibao[i] == 0 else 0
    return values.choice[v].on == 0 or fee <= values.choice[v].burden * income_of(
        people, i, village.remit_left
    )


@inner
def move_in(people, world, v, i):
    """Elder i and a spouse of the table move in."""
    people.living[i] = IN_HOME
    world.villages[v].residents += 1
    world.flow[v].moved_in += 1
    if has_spouse_outside(people, world, v, i):
        people.living[world.start[v] + people.spouse[i]] = IN_HOME
        world.villages[v].residents += 1
        world.flow[v].moved_in += 1


@inner
def move_out(people, world, v, i):
    """A resident goes back."""
    people.living[i] = COUPLE if people.spouse[i] >= 0 else ALONE
    world.flow[v].moved_out += 1


@inner
def finds_bed(people, world, v, i):
    """Whether there are beds for elder i and a spouse."""
    needed = 2 if has_spouse_outside(people, world, v, i) else 1
    return world.villages[v].residents + needed <= world.villages[v].beds


@inner
def wants_in(people, i, homes, drawn):
    """Whether an elder would move in this month: by acceptance, couples half as often."""
    rate = homes.move_in * (1.0 if people.living[i] == ALONE else COUPLES)
    return drawn * 12.0 < rate * MIDDLING * np.float64(people.acceptance[i])


@inner
def count_zones(people, world, v):
    """Elders, their acceptance and the beds they would need by zone, in the village's scratch."""
    for i in residents(world, v):
        zone = people.zone[i]
        world.work[HEADS, zone], world.work[PLACES, zone], world.sums[zone] = 0, 0, 0.0
    for i in residents(world, v):
        if people.kind[i] == ELDER:
            zone = people.zone[i]
            world.work[HEADS, zone] += 1
            world.sums[zone] += np.float64(people.acceptance[i])
            world.work[PLACES, zone] += 1 if lives_without_child(people, i) else 0


@inner
def is_willing(world, v, zone, homes):
    """A zone of few elders, with beds for those who live without children, of high acceptance."""
    heads, places = world.work[HEADS, zone], world.work[PLACES, zone]
    village = world.villages[v]
    if heads > homes.group or village.residents + 2 * places > village.beds:
        return False
    return places > 0 and world.sums[zone] > MOST_WILLING * heads


@inner
def move_zone(people, world, v, zone):
    """All elders of a zone who live without children move in."""
    world.flow[v].groups_moved += 1
    for i in residents(world, v):
        if people.kind[i] == ELDER and people.zone[i] == zone and lives_without_child(people, i):
            move_in(people, world, v, i)


@inner
def move_together(people, world, v, homes, key, lasting):
    """Small remote zones that are willing move, each by a draw."""
    number = world.villages[v].number
    count_zones(people, world, v)
    for i in residents(world, v):
        zone = people.zone[i]
        if world.work[HEADS, zone] <= 0:
            continue
        remote = uniform(lasting, number, zone) < homes.remote
        if remote and is_willing(world, v, zone, homes):
            if uniform(key, number, zone) * 12.0 < homes.group_moves:
                move_zone(people, world, v, zone)
        world.work[HEADS, zone] = 0  # each zone is asked once


@kernel
def live(people, world, values, keys, group_keys, lasting_keys):
    """Count residents, let them out and in, move groups together."""
    for v in range(len(world.used)):
        key, group_key = keys[world.county[v]], group_keys[world.county[v]]
        homes, village = values.homes[v], world.villages[v]
        village.residents = 0
        standing = homes.on == 1 and village.beds > 0 and village.level > CLOSED
        for i in residents(world, v):
            if is_resident(people, i):
                drawn = uniform(key, identity_of(village.number, people.serial[i]), 0)
                if standing and drawn * 12.0 >= homes.move_out and pays_on(people, i):
                    village.residents += 1
                else:
                    move_out(people, world, v, i)
        if not standing:
            continue
        for i in residents(world, v):
            if may_move_in(people, i):
                drawn = uniform(key, identity_of(village.number, people.serial[i]), 1)
                willing = wants_in(people, i, homes, drawn)
                if willing and carries_fee(people, i, values, v, village):
                    if finds_bed(people, world, v, i):
                        move_in(people, world, v, i)
        if homes.together == 1:
            move_together(people, world, v, homes, group_key, lasting_keys[world.county[v]])


@kernel
def bills(people, world, values, public):
    """The home's bill, the residents' fees and the county's money for them."""
    for v in range(len(world.used)):
        homes, village, post = values.homes[v], world.villages[v], world.posted[v]
        if village.level == CLOSED:
            continue
        fees = takes_fees(values, v, village)
        grants = public and values.funding[v].rule != NO_MONEY
        for i in residents(world, v):
            if is_resident(people, i):
                post.cost_home += np.int64(homes.running * village.wage_index)
                post.due_families += homes.fee if fees and people.dibao[i] == 0 else 0
                post.grant_homes += np.int64(homes.subsidy * village.deflator / 12.0) if grants else 0


def run(model) -> None:
    """Who lives in the home; held during spin-up."""
    if model.month >= 0 and model.values.ever("homes.on"):
        live(
            model.people,
            model.world,
            model.values.table,
            model.keys(CHOOSE),
            model.keys(GROUP),
            model.lasting_keys(GROUP),
        )


def run_bills(model) -> None:
    """Bills of the home."""
    values = model.values
    if model.month >= 0 and values.ever("homes.on"):
        bills(model.people, model.world, model.values.table, model.parameters.government.on)
