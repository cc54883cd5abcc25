"""M11 Trust: redemption moves it, rumours spread its loss, it moves giving and asking, and a run on the bank
is possible.

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
from sim.engine.sorting import wrap
from sim.state.codes import CLOSED, DAILY, ELDER, FREE, TWICE_WEEKLY
from sim.state.fields import column, flow
from sim.state.parameters import par, section, switch
from sim.state.people import give, identity_of, start_row


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
        0.3, unit="share", low=0.0, high=1.0, doc="hours that a volunteer without any trust keeps back"
    )
    asking: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="help on credit that an elder without any trust does not ask for",
    )
    rumours: bool = par(
        False,
        unit="switch",
        doc="failed redemption, accidents and closures are talked about",
        source="design choice",
    )
    talk: float = par(
        0.10, unit="share/month", low=0.0, high=1.0, doc="step of trust towards the mean of the own zone"
    )
    rumour: float = par(
        0.20,
        unit="share/month",
        low=0.0,
        high=1.0,
        doc="chance that a zone talks, where nothing that was asked on credit was served",
    )
    bite: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=0.6,
        doc="trust lost by a rumour, an accident or a closure",
        source="assumption (0.1-0.6): loss of participation after a publicised default",
    )
    run: bool = par(
        False, unit="switch", doc="holders without trust call their credit at once", source="design choice"
    )
    run_low: float = par(0.10, unit="share", low=0.0, high=0.6, doc="trust below which every holder calls")
    run_width: float = par(
        0.30,
        unit="share",
        low=0.0,
        high=0.4,
        doc="trust over run_low from which on no holder calls; own thresholds are even in between",
    )
    call_hours: float = par(
        10.0,
        unit="hours/month",
        low=0.0,
        high=40.0,
        doc="most that one holder calls in a month",
        stored="minutes",
    )


column(
    "trust",
    "f4",
    unit="share",
    label="trust that credits and service will be there",
    initial=0.5,
    written_by=("acceptance", "clearing_redemption", "people"),
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


@kernel
def call_share(offered, needs, calls):
    """Share of calls and needs that the hours on offer serve, at most one."""
    return min(offered / (needs + calls), 1.0) if needs + calls > 0 else 1.0


@inner
def _exempt(people, i, t):
    """Served without credit: the urgent tiers and the poor."""
    return t.exempt_special and (
        people.tier[i] == DAILY or people.tier[i] == TWICE_WEEKLY or people.dibao[i] == 1
    )


@inner
def _calls(people, i, t, c, u):
    """Minutes that elder i calls this month.

    All credit, up to the limit, where trust is below the own threshold.
    """
    if people.kind[i] != ELDER or people.credit[i] <= 0 or t.price_per_hour <= 0 or _exempt(people, i, t):
        return 0
    if np.float64(people.trust[i]) >= c.run_low + c.run_width * u:
        return 0
    return min(np.int64(int(people.credit[i]) / t.price_per_hour), c.call_hours)


@kernel
def act(people, world, values, keys, turn_keys):
    """Before help is matched: hours kept back, help not asked for, credit called."""
    for v in range(len(world.used)):
        key, turn_key = keys[world.county[v]], turn_keys[world.county[v]]
        timebank, trust, village, flow = values.timebank[v], values.trust[v], world.villages[v], world.flow[v]
        if village.level == CLOSED:
            continue
        first, n = world.start[v], world.used[v]
        calls = world.work[0]
        offered, needs = 0, 0
        for j in range(n):
            i = first + j
            calls[j] = 0
            if people.kind[i] == FREE:
                continue
            doubt = 1.0 - np.float64(people.trust[i])
            if trust.moves == 1 and people.offer[i] > 0:
                back = np.int64(people.offer[i] * trust.giving * doubt)
                people.offer[i] -= back
                flow.offered -= back
            if people.volunteer[i] == 1:
                offered += people.offer[i]
            if people.kind[i] != ELDER:
                continue
            if trust.moves == 1 and not _exempt(people, i, timebank):
                people.quota[i] -= np.int64(people.quota[i] * trust.asking * doubt)
            if trust.run == 1:
                if people.credit[i] > 0:
                    calls[j] = _calls(
                        people,
                        i,
                        timebank,
                        trust,
                        uniform(key, identity_of(village.number, people.serial[i]), 0),
                    )
                    flow.called += calls[j]
                    flow.callers += 1 if calls[j] > 0 else 0
                if people.enrolled[i] == 1:
                    need = 0
                    for k in range(8):
                        need += int(people.need[i, k])
                    needs += min(need, people.quota[i])
        if flow.called > 0:
            _serve_calls(
                people,
                world,
                v,
                calls,
                call_share(offered, needs, flow.called),
                uniform(turn_key, village.number, 0),
            )


@inner
def _serve_calls(people, world, v, calls, share, u):
    """Every call is served in the same share, by helpers from a drawn place on."""
    flow, first, n = world.flow[v], world.start[v], world.used[v]
    turn, at = start_row(people, world, v, True, u), 0
    for j in range(n):
        wanted = np.int64(calls[j] * share)
        while wanted > 0 and at < n:
            h = first + wrap(at + turn, n)
            take = (
                min(np.int64(people.offer[h]), wanted) if people.volunteer[h] == 1 and h != first + j else 0
            )
            if take > 0:
                give(people, world, v, h, take)
                people.received[first + j] += take
                flow.called_got += take
                wanted -= take
            if wanted > 0:
                at += 1


@kernel
def learn(people, world, values, on, bank, keys, rumour_keys):
    """Own success of redemption, then what the zone tells: rumours of failure, an accident or a closure."""
    for v in range(len(world.used)):
        key, rumour_key = keys[world.county[v]], rumour_keys[world.county[v]]
        timebank, trust, village, flow = values.timebank[v], values.trust[v], world.villages[v], world.flow[v]
        first, n = world.start[v], world.used[v]
        talking, heads, asked_of, got_of, sums = (
            on and trust.rumours == 1,
            world.work[0],
            world.work[1],
            world.work[2],
            world.sums,
        )
        if talking:
            for i in range(first, first + n):
                z = people.zone[i]
                heads[z], asked_of[z], got_of[z], sums[z] = 0, 0, 0, 0.0
        called = flow.called_got / flow.called if flow.called > 0 else 0.0
        for i in range(first, first + n):
            if people.kind[i] != ELDER:
                continue
            asked, got = 0, 0
            if not on or not bank:
                pass
            elif (
                flow.called > 0
                and people.credit[i] > 0
                and _calls(
                    people, i, timebank, trust, uniform(key, identity_of(village.number, people.serial[i]), 0)
                )
                > 0
            ):
                asked, got = 1_000, np.int64(called * 1_000.0)
            elif (
                people.credit[i] > 0
                and not _exempt(people, i, timebank)
                and (people.received[i] > 0 or people.enrolled[i] == 1)
            ):
                left = 0
                for k in range(8):
                    left += int(people.need[i, k])
                asked = min(
                    int(people.received[i]) + left,
                    max(int(people.credit[i]) + np.int64(people.received[i]), 0),
                )
                got = min(int(people.received[i]), asked)
                flow.redeem_asked += asked
                flow.redeem_got += got
            if asked > 0:
                before = np.float64(people.trust[i])
                people.trust[i] = min(max(before + timebank.trust_speed * (got / asked - before), 0.0), 1.0)
                if talking:
                    asked_of[people.zone[i]] += asked
                    got_of[people.zone[i]] += got
            if not talking:
                flow.trust_sum += np.float64(people.trust[i])
        if talking:
            _tell(people, world, v, trust, flow.closed_now + flow.accidents, rumour_key)
            for i in range(first, first + n):
                if people.kind[i] == ELDER:
                    flow.trust_sum += np.float64(people.trust[i])


@inner
def _tell(people, world, v, c, public, key):
    """Zones move to their mean; a rumour, or what everybody saw, takes its bite."""
    first, n, number = world.start[v], world.used[v], world.villages[v].number
    heads, asked_of, got_of, sums = world.work[0], world.work[1], world.work[2], world.sums
    for i in range(first, first + n):
        if people.kind[i] != FREE:
            heads[people.zone[i]] += 1
            sums[people.zone[i]] += np.float64(people.trust[i])
    for i in range(first, first + n):
        z = people.zone[i]
        if heads[z] > 0:  # each zone once: its mean takes the place of the sum, and the heads turn negative
            failed = 1.0 - got_of[z] / asked_of[z] if asked_of[z] > 0 else 0.0
            told = uniform(key, number, z) < c.rumour * failed
            world.flow[v].rumours += 1 if told else 0
            sums[z] /= heads[z]
            heads[z] = -2 if told or public > 0 else -1
        if people.kind[i] != FREE:
            x = np.float64(people.trust[i])
            x += c.talk * (sums[z] - x)
            people.trust[i] = x * (1.0 - c.bite) if heads[z] == -2 else x


def run_act(model) -> None:
    """What trust moves; nothing where neither giving nor calling is switched on."""
    parameters, values = model.parameters, model.values
    if (
        parameters.trust.on
        and parameters.timebank.on
        and (values.ever("trust.moves") or values.ever("trust.run"))
    ):
        act(
            model.people,
            model.world,
            model.values.table,
            model.lasting_keys(THRESHOLD),
            model.keys(THRESHOLD),
        )


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
