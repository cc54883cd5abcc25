"""M6 Matching: requests by urgency meet offers by kin, neighbour, zone and village; skills where skills are needed.

O(requests + helpers x kinds): a counting sort by urgency, then pointers that only move forward; where lists start is
drawn, so that no tie is broken by list order. Never more minutes than on offer.
"""

from __future__ import annotations

import numpy as np

from sim.parameters import par, section, switch
from sim.population import ASKED, COMPANIONSHIP, ESCORT, MUTUAL, PERSONAL, REHABILITATION, flow, give, wrap
from sim.randomness import Purpose, inner, kernel, uniform


@section("matching")
class Matching:
    """How requests find helpers."""

    on: bool = switch(True, "off: no hours are matched")
    platform: int = par(1, "level", 0, 1, "design choice", "D", "what the matcher sees: 0 the own zone, 1 the village; beyond the village hours are matched by clearing.scope")
    kin_first: bool = par(True, "switch", None, None, "design choice", "D", "kin and neighbours who volunteer are asked first")

    central: float = par(0.3, "share", 0.0, 1.0, "assumption; documents: central household + mutual aid workers", "D", "company of elders who can walk that is had in a group at a central household")
    group: int = par(4, "persons", 1, 10, "groups of 4-5 saturate (OLG model 2024, Front. Public Health 1196411)", "A", "elders one helper keeps company at a central household")
    pleased: float = par(0.05, "share/month", 0.0, 0.2, "assumption", "D", "rise of satisfaction in a month with help")
    let_down: float = par(0.03, "share", 0.0, 0.2, "assumption", "D", "fall of satisfaction for each request that got nothing")


flow("requests", "requests", "requests made")
flow("refused", "requests", "requests that got nothing")
flow("asked_minutes", "minutes", "minutes asked for, within what the elder may ask")
flow("helped", "persons", "elders who received hours")

TURN = Purpose("matching.turn")


@kernel
def needs_training(kind):
    """Kinds that only trained helpers may give."""
    return kind == REHABILITATION or kind == PERSONAL


@inner
def askable(p, i, k, n):
    """Minutes of kind k that may be asked of neighbours now."""
    left = int(p.need[i, k])
    if k == PERSONAL:
        return int(left * n.personal_eligible)
    if k == REHABILITATION:
        return int(left * n.rehabilitation_eligible)
    return left


@inner
def serve(p, w, v, i, k, h, minutes, cost):
    """Elder i receives minutes of kind k, which cost helper h `cost` minutes."""
    give(p, w, v, h, cost)
    p.need[i, k] -= minutes
    p.received[i] += minutes
    p.quota[i] -= minutes
    w.hours[v, MUTUAL, k] += minutes


@inner
def take(p, w, v, i, k, wanted, h, skilled, pace):
    """What helper h can give of `wanted` minutes at `pace` own minutes each; 0 when h is off duty, unskilled or the elder."""
    if p.offer[h] <= 0 or h == i or (skilled and p.trained[h] == 0):
        return 0
    minutes = min(wanted, int(p.offer[h]) if pace == 1.0 else int(p.offer[h] / pace))
    if minutes == 0:
        return 0
    serve(p, w, v, i, k, h, minutes, min(int(minutes * pace) + 1, int(p.offer[h])) if pace < 1.0 else minutes)
    return minutes


@inner
def _not_self(helpers, at, end, i):
    """An elder who helps too is moved behind the next helper, so that nobody's minutes are passed over."""
    if helpers[at] == i and at + 1 < end:
        helpers[at], helpers[at + 1] = helpers[at + 1], helpers[at]


@inner
def urgency(p, i):
    """0 most urgent .. 3: by tier of the book and health."""
    if p.tier[i] == 1:
        return 0
    if p.tier[i] == 2 and p.health[i] >= 1:
        return 1
    return 2 if p.health[i] >= 1 else 3


@kernel
def match(p, w, needs, matching, key):
    """Serve enrolled elders, most urgent first; emergencies and escorts before what can wait."""
    for v in range(len(w.used)):
        r, f, n, c = w.villages[v], w.flow[v], w.used[v], matching[v]
        if r.level == 0:
            continue
        first = w.start[v]
        order, helpers, ends, untrained, trained = w.work[0], w.work[1], w.work[2], w.work[3], w.work[4]
        bounds, fill, everywhere = w.work[5, 0:5], w.work[5, 5:9], w.work[5, 9:11]
        w.work[5, :11] = 0
        zones = 0
        for i in range(first, first + n):
            if p.kind[i] != 0:
                zones = max(zones, int(p.zone[i]) + 1)
                if p.kind[i] == 1 and p.enrolled[i] == 1:
                    bounds[urgency(p, i) + 1] += 1
        for u in range(4):
            bounds[u + 1] += bounds[u]
        for u in range(4):
            fill[u] = bounds[u]
        for j in range(n):
            i = first + j
            if p.kind[i] == 1 and p.enrolled[i] == 1:
                u = urgency(p, i)
                order[fill[u]] = i
                fill[u] += 1
        _by_zone(p, w, v, zones, helpers, ends, untrained, key)
        for z in range(zones):
            untrained[z] = ends[z]
            trained[z] = ends[z]
        for phase in range(2):  # urgent kinds of everybody, then the rest
            for u in range(4):
                size = bounds[u + 1] - bounds[u]
                drawn = np.int64(uniform(key, r.number, u) * size)
                for q in range(size):
                    i = order[bounds[u] + wrap(q + drawn, size)]
                    before = p.received[i]
                    for place in range(2 if phase == 0 else 7):
                        k = ESCORT + place if phase == 0 else (place if place < ESCORT else place + 2)
                        if p.need[i, k] > 0 and p.quota[i] > 0:
                            _request(p, w, v, i, k, needs[v], c, helpers, ends, zones, untrained, trained, everywhere)
                    f.helped += 1 if phase == 1 and p.received[i] > 0 else 0
                    if phase == 1 and p.received[i] > before:
                        p.satisfaction[i] = min(np.float64(p.satisfaction[i]) + c.pleased, 1.0)


@inner
def _by_zone(p, w, v, zones, helpers, ends, fill, key):
    """Volunteers with an offer, sorted by zone, each zone's list begun at a drawn place; and the zones' bounds."""
    n, first = w.used[v], w.start[v]
    ends[: zones + 1] = 0
    for i in range(first, first + n):
        if p.volunteer[i] == 1 and p.offer[i] > 0:
            ends[p.zone[i] + 1] += 1
    for z in range(zones):
        ends[z + 1] += ends[z]
    for z in range(zones):
        fill[z] = 0
    for j in range(n):
        i = first + j
        if p.volunteer[i] == 1 and p.offer[i] > 0:
            z = p.zone[i]
            size = ends[z + 1] - ends[z]
            drawn = np.int64(uniform(key, w.villages[v].number, 100 + z) * size)
            helpers[ends[z] + wrap(fill[z] + drawn, size)] = i
            fill[z] += 1


@inner
def _request(p, w, v, i, k, n, c, helpers, ends, zones, untrained, trained, everywhere):
    """One elder's request of one kind: kin, neighbour, own zone, then anywhere in the village."""
    wanted = min(askable(p, i, k, n), p.quota[i])
    if wanted <= 0:
        return
    f = w.flow[v]
    f.requests += 1
    f.asked_minutes += wanted
    w.hours[v, ASKED, k] += wanted
    got, skilled = 0, needs_training(k)
    pace = 1.0 - c.central * (1.0 - 1.0 / c.group) if k == COMPANIONSHIP and p.health[i] <= 1 else 1.0
    if c.kin_first:
        for link in range(2):
            slot = p.kin[i] if link == 0 else p.neighbour[i]
            if slot >= 0 and got < wanted and p.volunteer[w.start[v] + slot] == 1:
                got += take(p, w, v, i, k, wanted - got, w.start[v] + slot, skilled, pace)
    z = p.zone[i]
    pointer = trained if skilled else untrained
    while got < wanted and pointer[z] < ends[z + 1]:
        _not_self(helpers, pointer[z], ends[z + 1], i)
        got += take(p, w, v, i, k, wanted - got, helpers[pointer[z]], skilled, pace)
        if got < wanted:
            pointer[z] += 1
    if c.platform >= 1:
        s = 1 if skilled else 0
        while got < wanted and everywhere[s] < ends[zones]:
            _not_self(helpers, everywhere[s], ends[zones], i)
            got += take(p, w, v, i, k, wanted - got, helpers[everywhere[s]], skilled, pace)
            if got < wanted:
                everywhere[s] += 1
    if got == 0:
        f.refused += 1
        p.satisfaction[i] = max(np.float64(p.satisfaction[i]) - c.let_down, 0.0)


def run(m) -> None:
    """The month's hours."""
    if m.parameters.matching.on:
        match(m.people, m.world, m.values.needs, m.values.matching, m.key(TURN))
