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


column("trust", "f4", unit="share", label="trust that credits and service will be there", initial=0.5)
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
def _exempt(p, i, t):
    """Served without credit: the urgent tiers and the poor."""
    return t.exempt_special and (p.tier[i] == 1 or p.tier[i] == 2 or p.dibao[i] == 1)


@inner
def _calls(p, i, t, c, u):
    """Minutes that elder i calls this month.

    All credit, up to the limit, where trust is below the own threshold.
    """
    if p.kind[i] != 1 or p.credit[i] <= 0 or t.price_per_hour <= 0 or _exempt(p, i, t):
        return 0
    if np.float64(p.trust[i]) >= c.run_low + c.run_width * u:
        return 0
    return min(np.int64(int(p.credit[i]) / t.price_per_hour), c.call_hours)


@kernel
def act(p, w, values, key, turn_key):
    """Before help is matched: hours kept back, help not asked for, credit called."""
    for v in range(len(w.used)):
        t, c, r, f = values.timebank[v], values.trust[v], w.villages[v], w.flow[v]
        if r.level == 0:
            continue
        first, n = w.start[v], w.used[v]
        calls = w.work[0]
        offered, needs = 0, 0
        for j in range(n):
            i = first + j
            calls[j] = 0
            if p.kind[i] == 0:
                continue
            doubt = 1.0 - np.float64(p.trust[i])
            if c.moves == 1 and p.offer[i] > 0:
                back = np.int64(p.offer[i] * c.giving * doubt)
                p.offer[i] -= back
                f.offered -= back
            if p.volunteer[i] == 1:
                offered += p.offer[i]
            if p.kind[i] != 1:
                continue
            if c.moves == 1 and not _exempt(p, i, t):
                p.quota[i] -= np.int64(p.quota[i] * c.asking * doubt)
            if c.run == 1:
                if p.credit[i] > 0:
                    calls[j] = _calls(p, i, t, c, uniform(key, identity_of(r.number, p.serial[i]), 0))
                    f.called += calls[j]
                    f.callers += 1 if calls[j] > 0 else 0
                if p.enrolled[i] == 1:
                    need = 0
                    for k in range(8):
                        need += int(p.need[i, k])
                    needs += min(need, p.quota[i])
        if f.called > 0:
            _serve_calls(p, w, v, calls, call_share(offered, needs, f.called), uniform(turn_key, r.number, 0))


@inner
def _serve_calls(p, w, v, calls, share, u):
    """Every call is served in the same share, by helpers from a drawn place on."""
    f, first, n = w.flow[v], w.start[v], w.used[v]
    turn, at = start_row(p, w, v, True, u), 0
    for j in range(n):
        wanted = np.int64(calls[j] * share)
        while wanted > 0 and at < n:
            h = first + wrap(at + turn, n)
            take = min(np.int64(p.offer[h]), wanted) if p.volunteer[h] == 1 and h != first + j else 0
            if take > 0:
                give(p, w, v, h, take)
                p.received[first + j] += take
                f.called_got += take
                wanted -= take
            if wanted > 0:
                at += 1


@kernel
def learn(p, w, values, on, bank, key, rumour_key):
    """Own success of redemption, then what the zone tells: rumours of failure, an accident or a closure."""
    for v in range(len(w.used)):
        t, c, r, f = values.timebank[v], values.trust[v], w.villages[v], w.flow[v]
        first, n = w.start[v], w.used[v]
        talking, heads, asked_of, got_of, sums = (
            on and c.rumours == 1,
            w.work[0],
            w.work[1],
            w.work[2],
            w.sums,
        )
        if talking:
            for i in range(first, first + n):
                z = p.zone[i]
                heads[z], asked_of[z], got_of[z], sums[z] = 0, 0, 0, 0.0
        called = f.called_got / f.called if f.called > 0 else 0.0
        for i in range(first, first + n):
            if p.kind[i] != 1:
                continue
            asked, got = 0, 0
            if not on or not bank:
                pass
            elif (
                f.called > 0
                and p.credit[i] > 0
                and _calls(p, i, t, c, uniform(key, identity_of(r.number, p.serial[i]), 0)) > 0
            ):
                asked, got = 1_000, np.int64(called * 1_000.0)
            elif p.credit[i] > 0 and not _exempt(p, i, t) and (p.received[i] > 0 or p.enrolled[i] == 1):
                left = 0
                for k in range(8):
                    left += int(p.need[i, k])
                asked = min(int(p.received[i]) + left, max(int(p.credit[i]) + np.int64(p.received[i]), 0))
                got = min(int(p.received[i]), asked)
                f.redeem_asked += asked
                f.redeem_got += got
            if asked > 0:
                before = np.float64(p.trust[i])
                p.trust[i] = min(max(before + t.trust_speed * (got / asked - before), 0.0), 1.0)
                if talking:
                    asked_of[p.zone[i]] += asked
                    got_of[p.zone[i]] += got
            if not talking:
                f.trust_sum += np.float64(p.trust[i])
        if talking:
            _tell(p, w, v, c, f.closed_now + f.accidents, rumour_key)
            for i in range(first, first + n):
                if p.kind[i] == 1:
                    f.trust_sum += np.float64(p.trust[i])


@inner
def _tell(p, w, v, c, public, key):
    """Zones move to their mean; a rumour, or what everybody saw, takes its bite."""
    first, n, number = w.start[v], w.used[v], w.villages[v].number
    heads, asked_of, got_of, sums = w.work[0], w.work[1], w.work[2], w.sums
    for i in range(first, first + n):
        if p.kind[i] != 0:
            heads[p.zone[i]] += 1
            sums[p.zone[i]] += np.float64(p.trust[i])
    for i in range(first, first + n):
        z = p.zone[i]
        if heads[z] > 0:  # each zone once: its mean takes the place of the sum, and the heads turn negative
            failed = 1.0 - got_of[z] / asked_of[z] if asked_of[z] > 0 else 0.0
            told = uniform(key, number, z) < c.rumour * failed
            w.flow[v].rumours += 1 if told else 0
            sums[z] /= heads[z]
            heads[z] = -2 if told or public > 0 else -1
        if p.kind[i] != 0:
            x = np.float64(p.trust[i])
            x += c.talk * (sums[z] - x)
            p.trust[i] = x * (1.0 - c.bite) if heads[z] == -2 else x


def run_act(m) -> None:
    """What trust moves; nothing where neither giving nor calling is switched on."""
    p, v = m.parameters, m.values
    if p.trust.on and p.timebank.on and (v.ever("trust.moves") or v.ever("trust.run")):
        act(m.people, m.world, m.values.table, m.lasting_key(THRESHOLD), m.key(THRESHOLD))


def run_learn(m) -> None:
    """What moves trust; the sum over elders is counted in any case."""
    p = m.parameters
    learn(
        m.people, m.world, m.values.table, p.trust.on, p.timebank.on, m.lasting_key(THRESHOLD), m.key(RUMOUR)
    )
