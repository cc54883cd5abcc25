"""M27 Sharing station: walking and visual aids for rent without profit; an aid lowers the need for mobility
help.

State   aids held, by kind. A station is set up where a building stands in service; a named payer buys the
        first stock; wear and upkeep are bills of the service.
Month   `run` once needs have arisen: a rental lasts a month; those worse off are served first, then from a
        drawn place. `run_bill` in the settlement.
Off     no station: nobody has aids of it.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.state.codes import CLOSED, ELDER, MILD, MOBILITY, MODERATE, NEED, PAYERS, WORKING
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import identity_of, row_from, start_row
from sim.state.world import takes_fees

WALKING, VISUAL = 0, 1
DISABLED = 0  # row of the village's scratch: persons short of health, from a drawn place
BUYERS = (PAYERS[0], PAYERS[1], PAYERS[3])  # who may buy the first stock: government, collective, society
BY_GOVERNMENT, BY_COLLECTIVE, BY_SOCIETY = 0, 1, 2


@section("sharing")
class Sharing:
    """Stock, rent, cost and use of the aids."""

    on: bool = switch(False, doc="off: no station, no aids")
    payer: str = choice(
        "government", choices=(PAYERS[0], PAYERS[1], PAYERS[3]), doc="who buys the first stock"
    )
    walking: float = par(
        4.0, unit="aids/100 elders", low=0.0, high=20.0, doc="walking aids held for 100 elders at the start"
    )
    visual: float = par(
        4.0, unit="aids/100 elders", low=0.0, high=20.0, doc="visual aids held for 100 elders at the start"
    )
    walking_price: float = par(
        300.0,
        unit="yuan/aid",
        low=50.0,
        high=1500.0,
        doc="price of a walking aid",
        source="assumption: walkers, rollators, simple wheelchairs",
        stored="fen",
    )
    visual_price: float = par(
        120.0,
        unit="yuan/aid",
        low=20.0,
        high=800.0,
        doc="price of a visual aid",
        source="assumption: magnifiers, glasses, lamps",
        stored="fen",
    )
    life: float = par(
        4.0,
        unit="years",
        low=1.0,
        high=10.0,
        doc="life of an aid that is rented out; worn aids are replaced by the service",
    )
    upkeep: float = par(
        2.0,
        unit="yuan/month",
        low=0.0,
        high=20.0,
        doc="cleaning and repair of an aid that is rented out",
        stored="fen",
    )
    fee: float = par(
        5.0,
        unit="yuan/month",
        low=0.0,
        high=60.0,
        doc="rent of an aid; none for those on subsistence allowance",
        source="assumption; document 000 (3): non-profit rental",
        stored="fen",
    )
    fee_limit: float = par(
        60.0,
        unit="yuan/month",
        low=10.0,
        high=200.0,
        doc="rent at which nobody takes an aid; demand falls on a line to there",
        stored="fen",
    )
    uptake: float = par(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        doc="elders with the difficulty who take an aid that costs nothing",
    )
    low_vision: float = par(
        0.2, unit="share", low=0.05, high=0.5, doc="elders with mobility needs whose sight a visual aid helps"
    )
    walking_relief: float = par(
        0.25, unit="share", low=0.0, high=0.6, doc="fall of mobility need with a walking aid"
    )
    visual_relief: float = par(
        0.10, unit="share", low=0.0, high=0.4, doc="fall of mobility need with a visual aid"
    )


state("aids", "i8", unit="units", label="aids held: walking, visual", shape=(2,))
flow("aids_rented", unit="persons", label="elders who rent an aid: walking, visual", shape=(2,))
flow(
    "aids_refused",
    unit="persons",
    label="elders who wanted an aid and found none: walking, visual",
    shape=(2,),
)
flow("aids_relief", unit="minutes", label="mobility need that aids took away")
flow("aid_fees", unit="fen", label="rent of aids")
for _payer in BUYERS:
    posting(f"aids_{_payer}", debit="aids", credit=_payer, label=f"{_payer}: first stock of aids")
posting("cost_aids", debit="expense", credit="payables", label="bill: upkeep and replacement of aids")

TAKE = Purpose("sharing.take")
SIGHT = Purpose("sharing.sight")
TURN = Purpose("sharing.turn")
WEAR = Purpose("sharing.wear")


@inner
def price_of(sharing, aid):
    """Price of an aid, fen."""
    return sharing.walking_price if aid == WALKING else sharing.visual_price


@inner
def walks_with_difficulty(people, i, health):
    """Elders at home in this state of health who need help with mobility."""
    if people.health[i] != health or people.kind[i] != ELDER:
        return False
    return people.need[i, MOBILITY] > 0 and people.place[i] >= 0


@inner
def takes(people, i, identity, aid, sharing, fees, take_key, sight_key):
    """Whether an elder takes an aid at its rent; the wish and the sight are fixed to the person."""
    if aid == VISUAL and uniform(sight_key, identity, 0) >= sharing.low_vision:
        return False
    chance = sharing.uptake
    if fees and people.dibao[i] == 0:
        chance *= max(1.0 - sharing.fee / max(sharing.fee_limit, 1), 0.0)
    return uniform(take_key, identity, aid) < chance


@inner
def buy_stock(sharing, village, post, aid, payer):
    """The station is brought to its size; `payer` a place in `BUYERS`."""
    aids = sharing.walking if aid == WALKING else sharing.visual
    more = max(np.int64(aids * village.elders_start / 100.0) - village.aids[aid], 0)
    bought = more * price_of(sharing, aid)
    village.aids[aid] += more
    if payer == BY_GOVERNMENT:
        post.aids_government += bought
    elif payer == BY_COLLECTIVE:
        post.aids_collective += bought
    else:
        post.aids_society += bought


@inner
def rent_out(people, world, v, i, sharing, aid, fees):
    """Elder i rents an aid, where one is left: less need for help, rent except from the poor."""
    flow = world.flow[v]
    if flow.aids_rented[aid] >= world.villages[v].aids[aid]:
        flow.aids_refused[aid] += 1
        return
    relief = sharing.walking_relief if aid == WALKING else sharing.visual_relief
    flow.aids_rented[aid] += 1
    less = np.int64(int(people.need[i, MOBILITY]) * relief)
    people.need[i, MOBILITY] -= less
    world.hours[v, NEED, MOBILITY] -= less
    flow.aids_relief += less
    flow.aid_fees += sharing.fee if fees and people.dibao[i] == 0 else 0


@inner
def list_disabled(people, world, v, first):
    """Persons who are mildly or moderately disabled, from a drawn place, in the village's scratch.

    Their number.
    """
    count = 0
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        world.work[DISABLED, count] = i
        count += (people.health[i] == MILD) | (people.health[i] == MODERATE)
    return count


@inner
def lend_aid(people, world, v, aid, sharing, fees, disabled, take_key, sight_key):
    """Rent one kind of aid out, to the moderately disabled before the mildly, `disabled` in all."""
    number = world.villages[v].number
    for worse in range(2):
        health = MODERATE if worse == 0 else MILD
        for place in range(disabled):
            i = world.work[DISABLED, place]
            if walks_with_difficulty(people, i, health):
                identity = identity_of(number, people.serial[i])
                if takes(people, i, identity, aid, sharing, fees, take_key, sight_key):
                    rent_out(people, world, v, i, sharing, aid, fees)


@kernel
def lend(people, world, values, payer, buys, take_keys, sight_keys, turn_keys):
    """Set up the stock of each aid where its payer `buys`, then rent it out."""
    for v in range(len(world.used)):
        sharing, village, county = values.sharing[v], world.villages[v], world.county[v]
        if village.level == CLOSED or village.facility != WORKING:
            continue
        fees = takes_fees(values, v, village)
        first = start_row(people, world, v, False, uniform(turn_keys[county], village.number, 0))
        disabled = list_disabled(people, world, v, first)
        for aid in range(2):
            if buys:
                buy_stock(sharing, village, world.posted[v], aid, payer)
            if village.aids[aid] > 0:
                take_key, sight_key = take_keys[county], sight_keys[county]
                lend_aid(people, world, v, aid, sharing, fees, disabled, take_key, sight_key)


@kernel
def bill(world, values, keys):
    """Rent falls due and worn aids are replaced, unless the service closed this month."""
    for v in range(len(world.used)):
        sharing, village, flow, post = values.sharing[v], world.villages[v], world.flow[v], world.posted[v]
        if village.level == CLOSED:
            flow.aid_fees = 0
            continue
        for aid in range(2):
            wear = flow.aids_rented[aid] / (12.0 * sharing.life)
            worn = rounded(wear, keys[world.county[v]], village.number, aid)
            post.cost_aids += worn * price_of(sharing, aid) + flow.aids_rented[aid] * sharing.upkeep
        post.due_families += flow.aid_fees


def run(model) -> None:
    """The month's rentals, from the first month on, so that the first stock is in the accounts."""
    parameters, world, values = model.parameters, model.world, model.values.table
    if parameters.sharing.on and model.month >= 0:
        name = parameters.sharing.payer
        keys = model.lasting_keys(TAKE), model.lasting_keys(SIGHT), model.keys(TURN)
        lend(model.people, world, values, BUYERS.index(name), getattr(parameters, name).on, *keys)


def run_bill(model) -> None:
    """Rent, upkeep and replacement."""
    if model.parameters.sharing.on and model.month >= 0:
        bill(model.world, model.values.table, model.keys(WEAR))
