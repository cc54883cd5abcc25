"""M11 Trust: redemption moves it, rumours spread its loss, it moves giving and asking, and a run on the bank
is possible.

State: each elder's trust that credits and service will be there.
Month: before help is matched volunteers keep hours back, elders ask for less and, in a run, holders call
their credit; at its end trust moves to the success of redemption, then to what the zone tells.
Off: trust stays where it started; without a time bank nothing is redeemed and only talk moves it.

A run: a holder of credit whose trust lies below an own threshold calls the credit at once, ahead of any need.
Calls share the hours on offer with the needs, pro rata; the worse they are served the less trust is left, and
the more call. With hours S, needs A, credit C on call and thresholds even between two levels the success of
redemption is min(1, S / (A + C r(T))), r(T) the share below threshold: two stable levels of trust and a
threshold between them.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, ELDER, FREE
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import (
    give,
    identity_of,
    need_left,
    residents,
    row_from,
    served_without_credit,
    start_row,
    zones_of,
)


@section("trust")
class Trust:
    """What trust moves, and what moves it beside the success of redemption (`timebank.trust_speed`)."""

    on: bool = switch(True, doc="off: trust stays where it started")
    moves: bool = par(
        False,
        unit="switch",
        doc="trust moves how much volunteers give and what elders ask on credit",
        source="design choice",
    )
    giving: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="hours that a volunteer without any trust keeps back",
        only=("moves=true",),
    )
    asking: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="help on credit that an elder without any trust does not ask for",
        only=("moves=true",),
    )
    rumours: bool = par(
        False,
        unit="switch",
        doc="failed redemption, accidents and closures are talked about",
        source="design choice",
    )
    talk: float = par(
        0.10,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="step of trust towards the mean of the own zone",
        only=("rumours=true",),
    )
    rumour: float = par(
        0.20,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="chance that a zone talks, where nothing that was asked on credit was served",
        only=("rumours=true",),
    )
    bite: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=0.6,
        doc="trust lost by a rumour, an accident or a closure",
        source="assumption (0.1-0.6): loss of participation after a publicised default",
        only=("rumours=true",),
    )
    run: bool = par(
        False, unit="switch", doc="holders without trust call their credit at once", source="design choice"
    )
    run_low: float = par(
        0.10, unit="share", low=0.0, high=0.6, doc="trust below which every holder calls", only=("run=true",)
    )
    run_width: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=0.4,
        doc="trust over run_low from which on no holder calls; own thresholds are even in between",
        only=("run=true",),
    )
    call_hours: float = par(
        10.0,
        unit="hours/month",
        low=0.0,
        high=40.0,
        doc="most that one holder calls in a month",
        stored="minutes",
        only=("run=true",),
    )


column(
    "trust",
    "f4",
    unit="share",
    label="trust that credits and service will be there",
    initial=0.5,
    written_by=("acceptance", "clearing_redemption"),
)
flow("trust_sum", unit="persons", label="sum of trust over elders", dtype="f8")
flow("redeem_asked", unit="minutes", label="minutes asked for by elders who hold credit")
flow("redeem_got", unit="minutes", label="of these, minutes served")
flow("callers", unit="persons", label="holders who called their credit without a need")
flow("called", unit="minutes", label="credit called without a need")
flow("called_got", unit="minutes", label="of this, minutes served")
flow("rumours", unit="times", label="zones in which a rumour went round")

THRESHOLD = Purpose("trust.threshold")
RUMOUR = Purpose("trust.rumour")

CALLS = 0  # row of the village's scratch: minutes that each elder calls
HEADS, ASKED_OF, GOT_OF = 0, 1, 2  # the same, by zone: persons, and minutes asked of the bank and got
CALM, BITTEN = -1, -2  # what the heads of a zone become once it has talked
WEIGHT = 1_000  # minutes by which a call counts in the zone's talk, whatever its size


@inner
def call_share(offered, needs, calls):
    """Share of calls and needs that the hours on offer serve, at most one."""
    return min(offered / (needs + calls), 1.0) if needs + calls > 0 else 1.0


@inner
def redeems(people, i, timebank):
    """Whether an elder holds credit and pays with it."""
    return people.credit[i] > 0 and not served_without_credit(people, i, timebank)


@inner
def credit_called(people, world, v, i, timebank, trust, key):
    """Minutes that a holder of credit calls this month: all, up to the limit, where trust is below the own
    threshold.
    """
    if timebank.price_per_hour <= 0:
        return 0
    drawn = uniform(key, identity_of(world.villages[v].number, people.serial[i]), 0)
    if np.float64(people.trust[i]) >= trust.run_low + trust.run_width * drawn:
        return 0
    return min(np.int64(int(people.credit[i]) / timebank.price_per_hour), trust.call_hours)


@inner
def keep_back(people, i, trust, doubt, flow):
    """A volunteer without trust keeps hours back."""
    back = np.int64(people.offer[i] * trust.giving * doubt)
    people.offer[i] -= back
    flow.offered -= back


@inner
def ask_less(people, i, timebank, trust, doubt):
    """An elder without trust does not ask for all help on credit."""
    if not served_without_credit(people, i, timebank):
        people.quota[i] -= np.int64(people.quota[i] * trust.asking * doubt)


@inner
def asked_by(people, i):
    """Minutes that an elder asks for this month."""
    return min(need_left(people, i), people.quota[i]) if people.enrolled[i] == 1 else 0


@inner
def call(people, world, v, i, timebank, trust, key):
    """A holder of credit calls it; returns minutes."""
    minutes = credit_called(people, world, v, i, timebank, trust, key)
    world.flow[v].called += minutes
    world.flow[v].callers += 1 if minutes > 0 else 0
    return minutes


@inner
def serve_call(people, world, v, i, wanted, step, turn):
    """Helpers from step `step` of their round on serve a call; returns where the round stands."""
    while wanted > 0 and step < world.used[v]:
        helper = row_from(world, v, turn, step)
        minutes = 0
        if people.volunteer[helper] == 1 and helper != i:
            minutes = min(np.int64(people.offer[helper]), wanted)
        if minutes > 0:
            give(people, world, v, helper, minutes)
            people.received[i] += minutes
            world.flow[v].called_got += minutes
            wanted -= minutes
        if wanted > 0:
            step += 1
    return step


@inner
def serve_calls(people, world, v, share, drawn):
    """Every call is served in the same share, by helpers from a drawn place on."""
    turn, step = start_row(people, world, v, True, drawn), 0
    for i in residents(world, v):
        wanted = np.int64(world.work[CALLS, i - world.start[v]] * share)
        step = serve_call(people, world, v, i, wanted, step, turn)


@kernel
def act(people, world, values, keys, turn_keys):
    """Before help is matched: hours kept back, help not asked for, credit called."""
    for v in range(len(world.used)):
        key, turn_key = keys[world.county[v]], turn_keys[world.county[v]]
        timebank, trust, village, flow = values.timebank[v], values.trust[v], world.villages[v], world.flow[v]
        if village.level == CLOSED:
            continue
        offered, needs = 0, 0
        for i in residents(world, v):
            world.work[CALLS, i - world.start[v]] = 0
            if people.kind[i] == FREE:
                continue
            doubt = 1.0 - np.float64(people.trust[i])
            if trust.moves == 1 and people.offer[i] > 0:
                keep_back(people, i, trust, doubt, flow)
            if people.volunteer[i] == 1:
                offered += people.offer[i]
            if people.kind[i] != ELDER:
                continue
            if trust.moves == 1:
                ask_less(people, i, timebank, trust, doubt)
            if trust.run == 1:
                if redeems(people, i, timebank):
                    minutes = call(people, world, v, i, timebank, trust, key)
                    world.work[CALLS, i - world.start[v]] = minutes
                needs += asked_by(people, i)
        if flow.called > 0:
            share = call_share(offered, needs, flow.called)
            serve_calls(people, world, v, share, uniform(turn_key, village.number, 0))


@inner
def redemption(people, world, v, i, timebank, trust, called, key):
    """Minutes that a holder of credit asked of the bank this month, and got.

    Of a run, in which the share `called` of calls was served, all calls count alike.
    """
    flow = world.flow[v]
    if flow.called > 0 and credit_called(people, world, v, i, timebank, trust, key) > 0:
        return WEIGHT, np.int64(called * WEIGHT)
    received = int(people.received[i])
    if received <= 0 and people.enrolled[i] == 0:
        return 0, 0
    asked = min(received + need_left(people, i), max(int(people.credit[i]) + received, 0))
    got = min(received, asked)
    flow.redeem_asked += asked
    flow.redeem_got += got
    return asked, got


@inner
def clear_zones(people, world, v):
    """Begin the count by zone in the village's scratch."""
    zones = zones_of(people, world, v)
    world.work[HEADS, :zones] = 0
    world.work[ASKED_OF, :zones] = 0
    world.work[GOT_OF, :zones] = 0
    world.sums[:zones] = 0.0


@inner
def talk(world, v, zone, trust, public, key):
    """A zone comes to its mean, and to a rumour where redemption failed.

    Its mean takes the place of the sum, and the heads turn negative.
    """
    asked = world.work[ASKED_OF, zone]
    failed = 1.0 - world.work[GOT_OF, zone] / asked if asked > 0 else 0.0
    told = uniform(key, world.villages[v].number, zone) < trust.rumour * failed
    world.flow[v].rumours += 1 if told else 0
    world.sums[zone] /= world.work[HEADS, zone]
    world.work[HEADS, zone] = BITTEN if told or public > 0 else CALM


@inner
def hear(people, world, i, trust):
    """A person moves to the mean of the zone; what went round takes its bite."""
    zone, share = people.zone[i], np.float64(people.trust[i])
    share += trust.talk * (world.sums[zone] - share)
    people.trust[i] = share * (1.0 - trust.bite) if world.work[HEADS, zone] == BITTEN else share


@inner
def tell(people, world, v, trust, key):
    """Zones move to their mean; a rumour, or what everybody saw, takes its bite.

    The trust of elders is added up after the talk.
    """
    public = world.flow[v].closed_now + world.flow[v].accidents
    for i in residents(world, v):
        if people.kind[i] != FREE:
            world.work[HEADS, people.zone[i]] += 1
            world.sums[people.zone[i]] += np.float64(people.trust[i])
    for i in residents(world, v):
        if world.work[HEADS, people.zone[i]] > 0:  # each zone once
            talk(world, v, people.zone[i], trust, public, key)
        if people.kind[i] != FREE:
            hear(people, world, i, trust)
        if people.kind[i] == ELDER:
            world.flow[v].trust_sum += np.float64(people.trust[i])


@kernel
def learn(people, world, values, on, bank, keys, rumour_keys):
    """Own success of redemption, then what the zone tells: rumours of failure, an accident or a closure."""
    for v in range(len(world.used)):
        key, rumour_key = keys[world.county[v]], rumour_keys[world.county[v]]
        timebank, trust, flow = values.timebank[v], values.trust[v], world.flow[v]
        talking = on and trust.rumours == 1
        if talking:
            clear_zones(people, world, v)
        called = flow.called_got / flow.called if flow.called > 0 else 0.0
        for i in residents(world, v):
            if people.kind[i] != ELDER:
                continue
            asked, got = 0, 0
            if on and bank and redeems(people, i, timebank):
                asked, got = redemption(people, world, v, i, timebank, trust, called, key)
            if asked > 0:
                before = np.float64(people.trust[i])
                after = before + timebank.trust_speed * (got / asked - before)
                people.trust[i] = min(max(after, 0.0), 1.0)
                if talking:
                    world.work[ASKED_OF, people.zone[i]] += asked
                    world.work[GOT_OF, people.zone[i]] += got
            if not talking:
                flow.trust_sum += np.float64(people.trust[i])
        if talking:
            tell(people, world, v, trust, rumour_key)


def run_act(model) -> None:
    """What trust moves; nothing where neither giving nor calling is switched on."""
    parameters, values = model.parameters, model.values
    switched_on = values.ever("trust.moves") or values.ever("trust.run")
    if parameters.trust.on and parameters.timebank.on and switched_on:
        act(model.people, model.world, values.table, model.lasting_keys(THRESHOLD), model.keys(THRESHOLD))


def run_learn(model) -> None:
    """What moves trust; the sum over elders is counted in any case."""
    parameters = model.parameters
    learn(
        model.people,
        model.world,
        model.values.table,
        parameters.trust.on,
        parameters.timebank.on,
        model.lasting_keys(THRESHOLD),
        model.keys(RUMOUR),
    )
