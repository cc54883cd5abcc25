"""M6 Matching: requests by urgency meet offers by kin, neighbour, zone and village; skills where skills are
needed.

O(requests + helpers x kinds): a counting sort by urgency, then pointers that only move forward; where lists
start is drawn, so that no tie is broken by list order. Never more minutes than on offer. In place of the one
pool of volunteers there can be standing pairs (paired assistance), or teams of a zone that go round together.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.state.codes import (
    ASKED,
    CLOSED,
    COMPANIONSHIP,
    DAILY,
    ELDER,
    ESCORT,
    FREE,
    MILD,
    MUTUAL,
    PERSONAL,
    REHABILITATION,
    TWICE_WEEKLY,
)
from sim.state.fields import column, flow
from sim.state.parameters import choice, par, section, switch
from sim.state.people import give, residents

FORMS = ("pool", "pairs", "teams")
PAIRS, TEAMS = 1, 2


@section("matching")
class Matching:
    """How requests find helpers."""

    on: bool = switch(True, doc="off: no hours are matched")
    platform: int = par(
        1,
        unit="level",
        low=0,
        high=1,
        doc=(
            "what the matcher sees: 0 the own zone, 1 the village; beyond the village hours are matched "
            "by clearing.scope"
        ),
        source="design choice",
    )
    kin_first: bool = par(
        True, unit="switch", doc="kin and neighbours who volunteer are asked first", source="design choice"
    )

    central: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="company of elders who can walk that is had in a group at a central household",
        source="assumption; documents: central household + mutual aid workers",
    )
    group: int = par(
        4,
        unit="persons",
        low=1,
        high=10,
        doc="elders one helper keeps company at a central household",
        source="groups of 4-5 saturate (OLG model 2024, Front. Public Health 1196411)",
        grade="A",
    )
    pleased: float = par(
        0.05, unit="share/month", low=0.0, high=0.2, doc="rise of satisfaction in a month with help"
    )
    let_down: float = par(
        0.03, unit="share", low=0.0, high=0.2, doc="fall of satisfaction for each request that got nothing"
    )

    form: str = choice(
        "pool",
        choices=FORMS,
        doc=(
            "how volunteers help; pool: nothing is added; pairs: each has a standing partner, who is "
            "served first; teams: those of a zone go round together"
        ),
        source="design choice; documents: volunteer team, paired assistance",
    )
    pair_share: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="in pairs: part of a volunteer's offer kept for the partner; 0: no pairs",
    )
    pair_pleased: float = par(
        0.02,
        unit="share/month",
        low=0.0,
        high=0.1,
        doc="in pairs: further rise of satisfaction in a month in which the partner came",
    )
    team_minutes: int = par(
        10, unit="minutes", low=0, high=60, doc="in teams: coordination and travel that a request costs"
    )
    team_cover: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc=(
            "in teams: part of what absent members would have offered that those who came make up, within "
            "their free time"
        ),
    )


flow("requests", unit="requests", label="requests made")
flow("refused", unit="requests", label="requests that got nothing")
flow("asked_minutes", unit="minutes", label="minutes asked for, within what the elder may ask")
flow("helped", unit="persons", label="elders who received hours")
flow("paired", unit="persons", label="elders with a standing partner")
flow("team_minutes", unit="minutes", label="coordination and travel of teams")
column(
    "partner",
    "i2",
    unit="slot",
    label="the other of a standing pair, or -1",
    initial=-1,
    written_by=("people",),
)

TURN = Purpose("matching.turn")
PAIR = Purpose("matching.pair")


@kernel
def needs_training(kind):
    """Kinds that only trained helpers may give."""
    return kind == REHABILITATION or kind == PERSONAL


@inner
def askable(people, i, k, n):
    """Minutes of kind k that may be asked of neighbours now."""
    left = int(people.need[i, k])
    if k == PERSONAL:
        return int(left * n.personal_eligible)
    if k == REHABILITATION:
        return int(left * n.rehabilitation_eligible)
    return left


@inner
def serve(people, world, v, i, k, h, minutes, cost):
    """Elder i receives minutes of kind k, which cost helper h `cost` minutes."""
    give(people, world, v, h, cost)
    people.need[i, k] -= minutes
    people.received[i] += minutes
    people.quota[i] -= minutes
    world.hours[v, MUTUAL, k] += minutes


@inner
def take(people, world, v, i, k, wanted, h, skilled, pace, form, toll):
    """What helper h can give of `wanted` minutes at `pace` own minutes each after the team's `toll`.

    0 when h is off duty, unskilled or the elder.
    """
    left = int(people.offer[h]) - toll
    taught = not skilled or people.trained[h] == 1 or (form == TEAMS and world.sums[people.zone[h]] > 0.0)
    if left <= 0 or h == i or not taught:
        return 0
    minutes = min(wanted, left if pace == 1.0 else int(left / pace))
    if minutes == 0:
        return 0
    serve(
        people,
        world,
        v,
        i,
        k,
        h,
        minutes,
        toll + (min(int(minutes * pace) + 1, left) if pace < 1.0 else minutes),
    )
    if form == TEAMS:
        world.flow[v].team_minutes += toll
    return minutes


@inner
def _not_self(helpers, at, end, i):
    """An elder who helps too is moved behind the next helper, so that nobody's minutes are passed over."""
    if helpers[at] == i and at + 1 < end:
        helpers[at], helpers[at + 1] = helpers[at + 1], helpers[at]


@inner
def urgency(people, i):
    """0 most urgent .. 3: by tier of the book and health."""
    if people.tier[i] == DAILY:
        return 0
    if people.tier[i] == TWICE_WEEKLY and people.health[i] >= MILD:
        return 1
    return 2 if people.health[i] >= MILD else 3


@kernel
def match(people, world, values, keys, form):
    """Serve enrolled elders, most urgent first; emergencies and escorts before what can wait."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        village, flow, matching = world.villages[v], world.flow[v], values.matching[v]
        if village.level == CLOSED:
            continue
        first = world.start[v]
        order, helpers, ends, untrained, trained = (
            world.work[0],
            world.work[1],
            world.work[2],
            world.work[3],
            world.work[4],
        )
        bounds, fill, everywhere = world.work[5, 0:5], world.work[5, 5:9], world.work[5, 9:11]
        world.work[5, :11] = 0
        zones = _by_urgency(people, world, v, order, bounds, fill, False)
        if form == PAIRS:
            _partners_first(people, world, v, matching)
        elif form == TEAMS:
            _gather(people, world, v, zones, matching)
        _by_zone(people, world, v, zones, helpers, ends, untrained, key)
        for z in range(zones):
            untrained[z] = ends[z]
            trained[z] = ends[z]
        for phase in range(2):  # urgent kinds of everybody, then the rest
            for u in range(4):
                size = bounds[u + 1] - bounds[u]
                drawn = np.int64(uniform(key, village.number, u) * size)
                for q in range(size):
                    i = order[bounds[u] + wrap(q + drawn, size)]
                    before = people.received[i]
                    for place in range(2 if phase == 0 else 7):
                        k = ESCORT + place if phase == 0 else (place if place < ESCORT else place + 2)
                        if people.need[i, k] > 0 and people.quota[i] > 0:
                            _request(
                                people,
                                world,
                                v,
                                i,
                                k,
                                values.needs[v],
                                matching,
                                helpers,
                                ends,
                                zones,
                                untrained,
                                trained,
                                everywhere,
                                form,
                            )
                    flow.helped += 1 if phase == 1 and people.received[i] > 0 else 0
                    familiar = form == PAIRS and world.sums[i - first] > 0.0
                    if phase == 1 and (people.received[i] > before or familiar):
                        people.satisfaction[i] = min(
                            np.float64(people.satisfaction[i])
                            + matching.pleased
                            + (matching.pair_pleased if familiar else 0.0),
                            1.0,
                        )


@inner
def _asks(people, i, lone):
    """An enrolled elder; where `lone`, one who has no partner and is no volunteer."""
    return (
        people.kind[i] == ELDER
        and people.enrolled[i] == 1
        and (not lone or (people.partner[i] < 0 and people.volunteer[i] == 0))
    )


@inner
def _by_urgency(people, world, v, order, bounds, fill, lone):
    """Elders who ask, sorted by urgency, and the bounds of its four levels; returns the number of zones."""
    first, n, zones = world.start[v], world.used[v], 0
    for i in range(first, first + n):
        if people.kind[i] != FREE:
            zones = max(zones, int(people.zone[i]) + 1)
            if _asks(people, i, lone):
                bounds[urgency(people, i) + 1] += 1
    for u in range(4):
        bounds[u + 1] += bounds[u]
    for u in range(4):
        fill[u] = bounds[u]
    for i in range(first, first + n):
        if _asks(people, i, lone):
            u = urgency(people, i)
            order[fill[u]] = i
            fill[u] += 1
    return zones


@inner
def _by_zone(people, world, v, zones, helpers, ends, fill, key):
    """Volunteers with an offer, sorted by zone, each zone's list begun at a drawn place.

    And the zones' bounds.
    """
    n, first = world.used[v], world.start[v]
    ends[: zones + 1] = 0
    for i in range(first, first + n):
        if people.volunteer[i] == 1 and people.offer[i] > 0:
            ends[people.zone[i] + 1] += 1
    for z in range(zones):
        ends[z + 1] += ends[z]
    for z in range(zones):
        fill[z] = 0
    for j in range(n):
        i = first + j
        if people.volunteer[i] == 1 and people.offer[i] > 0:
            z = people.zone[i]
            size = ends[z + 1] - ends[z]
            drawn = np.int64(uniform(key, world.villages[v].number, 100 + z) * size)
            helpers[ends[z] + wrap(fill[z] + drawn, size)] = i
            fill[z] += 1


@inner
def _request(people, world, v, i, k, n, c, helpers, ends, zones, untrained, trained, everywhere, form):
    """One elder's request of one kind: kin, neighbour, own zone, then anywhere in the village."""
    wanted = min(askable(people, i, k, n), people.quota[i])
    if wanted <= 0:
        return
    flow = world.flow[v]
    flow.requests += 1
    flow.asked_minutes += wanted
    world.hours[v, ASKED, k] += wanted
    got, skilled, toll = 0, needs_training(k), c.team_minutes if form == TEAMS else 0
    pace = 1.0 - c.central * (1.0 - 1.0 / c.group) if k == COMPANIONSHIP and people.health[i] <= MILD else 1.0
    if c.kin_first:
        for link in range(2):
            slot = people.kin[i] if link == 0 else people.neighbour[i]
            if slot >= 0 and got < wanted and people.volunteer[world.start[v] + slot] == 1:
                got += take(
                    people,
                    world,
                    v,
                    i,
                    k,
                    wanted - got,
                    world.start[v] + slot,
                    skilled,
                    pace,
                    form,
                    toll if got == 0 else 0,
                )
    z = people.zone[i]
    pointer = trained if skilled else untrained
    while got < wanted and pointer[z] < ends[z + 1]:
        _not_self(helpers, pointer[z], ends[z + 1], i)
        got += take(
            people,
            world,
            v,
            i,
            k,
            wanted - got,
            helpers[pointer[z]],
            skilled,
            pace,
            form,
            toll if got == 0 else 0,
        )
        if got < wanted:
            pointer[z] += 1
    if c.platform >= 1:
        s = 1 if skilled else 0
        while got < wanted and everywhere[s] < ends[zones]:
            _not_self(helpers, everywhere[s], ends[zones], i)
            got += take(
                people,
                world,
                v,
                i,
                k,
                wanted - got,
                helpers[everywhere[s]],
                skilled,
                pace,
                form,
                toll if got == 0 else 0,
            )
            if got < wanted:
                everywhere[s] += 1
    if got == 0 and not (form == PAIRS and world.sums[i - world.start[v]] == 2.0 + k):
        flow.refused += 1
        people.satisfaction[i] = max(np.float64(people.satisfaction[i]) - c.let_down, 0.0)


@inner
def _partners_first(people, world, v, c):
    """Elders of a pair are helped, one to one and untrained, out of what their partner keeps for them.

    w.sums[slot]: 0 the partner did not come, 1 came, 2 + k came and met kind k in part, which the village
    goes on with.
    """
    first, flow = world.start[v], world.flow[v]
    for i in range(first, first + world.used[v]):
        came = 0.0
        if people.partner[i] >= 0 and people.volunteer[i] == 0:
            h = first + people.partner[i]
            kept = int(people.offer[h] * c.pair_share)
            for place in range(9):
                k = ESCORT + place if place < 2 else (place - 2 if place - 2 < ESCORT else place)
                wanted = 0 if needs_training(k) else min(int(people.need[i, k]), int(people.quota[i]))
                got = take(people, world, v, i, k, min(wanted, kept), h, False, 1.0, PAIRS, 0)
                if got > 0:
                    kept -= got
                    flow.asked_minutes += got
                    world.hours[v, ASKED, k] += got
                    flow.requests += 1 if got == wanted else 0
                    came = max(came, 1.0) if got == wanted else 2.0 + k
        world.sums[i - first] = came


@inner
def _gather(people, world, v, zones, c):
    """Each zone's team: those who came make up for the absent, in equal parts; where one of them is
    trained, w.sums[zone] is 1.
    """
    absent, there, offered = world.work[1], world.work[2], world.work[3]
    absent[:zones] = 0
    there[:zones] = 0
    offered[:zones] = 0
    world.sums[:zones] = 0.0
    members = residents(world, v)
    for i in members:
        if people.volunteer[i] == 1:
            z, minutes = people.zone[i], int(people.offer[i]) + int(people.given[i])
            absent[z] += 1 if minutes == 0 else 0
            there[z] += 1 if minutes > 0 else 0
            offered[z] += minutes
            if minutes > 0 and people.trained[i] == 1:
                world.sums[z] = 1.0
    for i in members:
        z = people.zone[i]
        if people.volunteer[i] == 1 and int(people.offer[i]) + int(people.given[i]) > 0:
            more = min(
                int(c.team_cover * absent[z] * offered[z] / (there[z] * there[z])),
                max(int(people.free[i]) - int(people.offer[i]), 0),
            )
            people.offer[i] += more
            world.flow[v].offered += more


@kernel
def pair_up(people, world, values, keys):
    """Let go of pairs of which one has stopped.

    Then each free volunteer gets the free elder in most need, both from drawn places.
    """
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        village, n, first = world.villages[v], world.used[v], world.start[v]
        order, helpers, bounds, fill = world.work[0], world.work[1], world.work[5, 0:5], world.work[5, 5:9]
        world.work[5, :9] = 0
        free = 0
        for i in range(first, first + n):
            if people.partner[i] >= 0:
                j = first + people.partner[i]
                if (
                    people.volunteer[i] == people.volunteer[j]
                    or people.enrolled[i if people.volunteer[i] == 0 else j] == 0
                ):
                    people.partner[i], people.partner[j] = -1, -1
                else:
                    world.flow[v].paired += 1 - int(people.volunteer[i])
            if people.volunteer[i] == 1 and people.partner[i] < 0:
                helpers[free] = i
                free += 1
        _by_urgency(people, world, v, order, bounds, fill, True)
        begin = np.int64(uniform(key, village.number, 4) * free)
        for u in range(4 if village.level > CLOSED and values.matching[v].pair_share > 0.0 else 0):
            size = bounds[u + 1] - bounds[u]
            drawn = np.int64(uniform(key, village.number, u) * size)
            for q in range(min(size, free - bounds[u])):
                i, h = order[bounds[u] + wrap(q + drawn, size)], helpers[wrap(bounds[u] + q + begin, free)]
                people.partner[i], people.partner[h] = h - first, i - first
                world.flow[v].paired += 1


def run(model) -> None:
    """The month's hours, in the form chosen."""
    if not model.parameters.matching.on:
        return
    form = FORMS.index(model.parameters.matching.form)
    if form == PAIRS:
        pair_up(model.people, model.world, model.values.table, model.keys(PAIR))
    match(model.people, model.world, model.values.table, model.keys(TURN), form)
