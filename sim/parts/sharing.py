"""M27 Sharing station: walking and visual aids for rent without profit; an aid lowers the need for mobility
help.

A station is set up where a building stands in service. A named payer buys the first stock; wear and upkeep
are bills of the service. A rental lasts a month; those worse off are served first, then from a drawn place.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, rounded, uniform
from sim.engine.sorting import wrap
from sim.state.codes import CLOSED, ELDER, MILD, MOBILITY, MODERATE, NEED, PAYERS, WORKING
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import choice, par, section, switch
from sim.state.people import identity_of, start_row

AIDS = ("walking", "visual")
WALKING, VISUAL = range(2)


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
for _payer in (PAYERS[0], PAYERS[1], PAYERS[3]):
    posting(f"aids_{_payer}", debit="aids", credit=_payer, label=f"{_payer}: first stock of aids")
posting("cost_aids", debit="expense", credit="payables", label="bill: upkeep and replacement of aids")

TAKE = Purpose("sharing.take")
SIGHT = Purpose("sharing.sight")
TURN = Purpose("sharing.turn")
WEAR = Purpose("sharing.wear")


@inner
def wants(people, i, ident, aid, s, fees, take_key, sight_key):
    """Whether an elder who walks with difficulty takes an aid.

    The wish and the sight are fixed to the person.
    """
    if (
        people.kind[i] != ELDER
        or people.need[i, MOBILITY] <= 0
        or people.health[i] < MILD
        or people.health[i] > MODERATE
        or people.place[i] < 0
    ):
        return False
    if aid == VISUAL and uniform(sight_key, ident, 0) >= s.low_vision:
        return False
    chance = s.uptake
    if fees and people.dibao[i] == 0:
        chance *= max(1.0 - s.fee / max(s.fee_limit, 1), 0.0)
    return uniform(take_key, ident, aid) < chance


@kernel
def lend(people, world, values, payer, buys, take_keys, sight_keys, turn_keys):
    """Set up the stock, rent it out, lower needs, count rent.

    `payer` 0 government, 1 collective, 2 society.
    """
    for v in range(len(world.used)):
        take_key = take_keys[world.county[v]]
        sight_key = sight_keys[world.county[v]]
        turn_key = turn_keys[world.county[v]]
        sharing, village, flow, post = values.sharing[v], world.villages[v], world.flow[v], world.posted[v]
        if village.level == CLOSED or village.facility != WORKING:
            continue
        n, first, fees = (
            world.used[v],
            world.start[v],
            values.families[v].on and values.funding[v].identical_payers == 0,
        )
        turn = start_row(people, world, v, False, uniform(turn_key, village.number, 0))
        for aid in range(2):
            price = sharing.walking_price if aid == WALKING else sharing.visual_price
            relief = sharing.walking_relief if aid == WALKING else sharing.visual_relief
            wanted = np.int64(
                (sharing.walking if aid == WALKING else sharing.visual) * village.elders_start / 100.0
            )
            more = max(wanted - village.aids[aid], 0) if buys else 0
            bought = more * price
            village.aids[aid] += more
            if payer == 0:
                post.aids_government += bought
            elif payer == 1:
                post.aids_collective += bought
            else:
                post.aids_society += bought
            if village.aids[aid] == 0:
                continue
            for worse in range(2):  # the moderate before the mild
                for j in range(n):
                    i = first + wrap(j + turn, n)
                    if people.health[i] != 2 - worse or not wants(
                        people,
                        i,
                        identity_of(village.number, people.serial[i]),
                        aid,
                        sharing,
                        fees,
                        take_key,
                        sight_key,
                    ):
                        continue
                    if flow.aids_rented[aid] >= village.aids[aid]:
                        flow.aids_refused[aid] += 1
                        continue
                    flow.aids_rented[aid] += 1
                    less = np.int64(int(people.need[i, MOBILITY]) * relief)
                    people.need[i, MOBILITY] -= less
                    world.hours[v, NEED, MOBILITY] -= less
                    flow.aids_relief += less
                    flow.aid_fees += sharing.fee if fees and people.dibao[i] == 0 else 0


@kernel
def bill(world, values, keys):
    """Rent falls due and worn aids are replaced, unless the service closed this month."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        sharing, village, flow, post = values.sharing[v], world.villages[v], world.flow[v], world.posted[v]
        if village.level == CLOSED:
            flow.aid_fees = 0
            continue
        for aid in range(2):
            worn = rounded(flow.aids_rented[aid] / (12.0 * sharing.life), key, village.number, aid)
            post.cost_aids += (
                worn * (sharing.walking_price if aid == WALKING else sharing.visual_price)
                + flow.aids_rented[aid] * sharing.upkeep
            )
        post.due_families += flow.aid_fees


def run(model) -> None:
    """The month's rentals, from the first month on, so that the first stock is in the accounts."""
    parameters = model.parameters
    if parameters.sharing.on and model.month >= 0:
        payer, buys = (
            (PAYERS[0], PAYERS[1], PAYERS[3]).index(parameters.sharing.payer),
            getattr(parameters, parameters.sharing.payer).on,
        )
        lend(
            model.people,
            model.world,
            model.values.table,
            payer,
            buys,
            model.lasting_keys(TAKE),
            model.lasting_keys(SIGHT),
            model.keys(TURN),
        )


def run_bill(model) -> None:
    """Rent, upkeep and replacement."""
    if model.parameters.sharing.on and model.month >= 0:
        bill(model.world, model.values.table, model.keys(WEAR))
