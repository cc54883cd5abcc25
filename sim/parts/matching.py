"""M6 Matching: requests by urgency meet offers by kin, neighbour, zone and village; skills where skills are
needed.

State: standing pairs (`partner`); else nothing is kept from month to month.
Month: enrolled elders ask, the most urgent first, emergencies and escorts before what can wait; never are
more minutes given than are on offer. In place of the one pool of volunteers there can be standing pairs
(paired assistance), or teams of a zone that go round together.
Off: no hours are matched.

O(requests + helpers x kinds): a counting sort by urgency, then pointers that only move forward; where lists
start is drawn, so that no tie is broken by list order.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.engine.sorting import wrap
from sim.state.codes import (
    ALL_KINDS,
    ASKED,
    CLOSED,
    COMPANIONSHIP,
    DAILY,
    ESCORT,
    MILD,
    MUTUAL,
    TWICE_WEEKLY,
)
from sim.state.fields import column, flow
from sim.state.parameters import choice, par, section, switch
from sim.state.people import (
    eligible_of,
    give,
    has_ended,
    list_enrolled,
    list_offers,
    needs_training,
    put_up,
    residents,
    zones_of,
)

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
        only=("form=pairs",),
    )
    pair_pleased: float = par(
        0.02,
        unit="share/month",
        low=0.0,
        high=0.1,
        doc="in pairs: further rise of satisfaction in a month in which the partner came",
        only=("form=pairs",),
    )
    team_minutes: int = par(
        10,
        unit="minutes",
        low=0,
        high=60,
        doc="in teams: coordination and travel that a request costs",
        only=("form=teams",),
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
        only=("form=teams",),
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

# Rows of the village's scratch, and places in the last: bounds of the levels of urgency, where the next elder
# of each goes, and the next helper of the whole village, untrained and trained
ORDER, HELPERS, ENDS, UNTRAINED, TRAINED, COUNTS = range(6)
ASKING, OFFERING = UNTRAINED, TRAINED  # before helpers stand by zone: elders who ask, persons with an offer
BOUNDS, FILL, ANYWHERE, LAST = 0, 5, 9, 11
LEVELS, URGENT_KINDS = 4, 2  # of urgency; escorts and emergencies
BEGIN_PAIRS, BEGIN_ZONE = 4, 100  # indices of draws; those below four belong to the levels of urgency
CAME, MET_IN_PART = 1.0, 2.0  # what a partner did: `world.sums` of the elder


@inner
def nth_kind(place):
    """Kinds in the order of service: escorts and emergencies, then what can wait."""
    if place < URGENT_KINDS:
        return ESCORT + place
    return place - URGENT_KINDS if place - URGENT_KINDS < ESCORT else place


@inner
def urgency(people, i):
    """0 most urgent .. 3: by tier of the book and health."""
    if people.tier[i] == DAILY:
        return 0
    if people.tier[i] == TWICE_WEEKLY and people.health[i] >= MILD:
        return 1
    return 2 if people.health[i] >= MILD else 3


@inner
def asks(people, i, lone):
    """Of the enrolled elders all; where `lone`, those who have no partner and are no volunteers."""
    return not lone or (people.partner[i] < 0 and people.volunteer[i] == 0)


@inner
def by_urgency(people, world, v, lone):
    """Sort elders who ask by urgency, with the bounds of its levels."""
    enrolled = list_enrolled(people, world, v, 0, ASKING)
    for place in range(enrolled):
        i = world.work[ASKING, place]
        world.work[COUNTS, BOUNDS + urgency(people, i) + 1] += 1 if asks(people, i, lone) else 0
    for level in range(LEVELS):
        world.work[COUNTS, FILL + level] = world.work[COUNTS, BOUNDS + level]
        world.work[COUNTS, BOUNDS + level + 1] += world.work[COUNTS, BOUNDS + level]
    for place in range(enrolled):
        i, fill = world.work[ASKING, place], FILL + urgency(people, world.work[ASKING, place])
        if asks(people, i, lone):
            world.work[ORDER, world.work[COUNTS, fill]] = i
            world.work[COUNTS, fill] += 1


@inner
def by_zone(people, world, v, zones, key):
    """Sort volunteers with an offer by zone, each zone's list begun at a drawn place; set both pointers."""
    world.work[ENDS, : zones + 1] = 0
    offering = list_offers(people, world, v, OFFERING)
    for place in range(offering):
        i = world.work[OFFERING, place]
        world.work[ENDS, people.zone[i] + 1] += people.volunteer[i]
    for zone in range(zones):
        world.work[ENDS, zone + 1] += world.work[ENDS, zone]
        world.work[UNTRAINED, zone] = 0
    for place in range(offering):
        i = world.work[OFFERING, place]
        if people.volunteer[i] == 1:
            zone = people.zone[i]
            begin, filled = world.work[ENDS, zone], world.work[UNTRAINED, zone]
            size = world.work[ENDS, zone + 1] - begin
            drawn = np.int64(uniform(key, world.villages[v].number, BEGIN_ZONE + zone) * size)
            world.work[HELPERS, begin + wrap(filled + drawn, size)] = i
            world.work[UNTRAINED, zone] += 1
    for zone in range(zones):
        world.work[UNTRAINED, zone] = world.work[ENDS, zone]
        world.work[TRAINED, zone] = world.work[ENDS, zone]


@inner
def serve(people, world, v, i, kind, helper, minutes, cost):
    """Elder i receives minutes of a kind, which cost the helper `cost` minutes."""
    give(people, world, v, helper, cost)
    people.need[i, kind] -= minutes
    people.received[i] += minutes
    people.quota[i] -= minutes
    world.hours[v, MUTUAL, kind] += minutes


@inner
def is_taught(people, world, kind, helper, form):
    """Whether a helper, or one of the team, has the training that a kind needs."""
    if not needs_training(kind) or people.trained[helper] == 1:
        return True
    return form == TEAMS and world.sums[people.zone[helper]] > 0.0


@inner
def take(people, world, v, i, kind, wanted, helper, pace, form, toll):
    """What a helper can give of `wanted` minutes at `pace` own minutes each after the team's `toll`.

    0 when the helper is off duty, untrained for the kind or the elder.
    """
    left = int(people.offer[helper]) - toll
    if left <= 0 or helper == i or not is_taught(people, world, kind, helper, form):
        return 0
    minutes = min(wanted, left if pace == 1.0 else int(left / pace))
    if minutes == 0:
        return 0
    cost = min(int(minutes * pace) + 1, left) if pace < 1.0 else minutes
    serve(people, world, v, i, kind, helper, minutes, toll + cost)
    if form == TEAMS:
        world.flow[v].team_minutes += toll
    return minutes


@inner
def not_self(world, at, end, i):
    """An elder who helps too is moved behind the next helper, so that nobody's minutes are passed over."""
    if world.work[HELPERS, at] == i and at + 1 < end:
        world.work[HELPERS, at], world.work[HELPERS, at + 1] = world.work[HELPERS, at + 1], i


@inner
def ask_linked(people, world, v, i, kind, wanted, pace, form, toll):
    """Minutes of `wanted` that kin, then the neighbour, give where they volunteer."""
    got = 0
    for link in range(2):
        slot = people.kin[i] if link == 0 else people.neighbour[i]
        if slot >= 0 and got < wanted and people.volunteer[world.start[v] + slot] == 1:
            helper, extra = world.start[v] + slot, toll if got == 0 else 0
            got += take(people, world, v, i, kind, wanted - got, helper, pace, form, extra)
    return got


@inner
def ask_along(people, world, v, i, kind, wanted, got, row, place, end, pace, form, toll):
    """Minutes got once the helpers of a list have been asked, from its pointer in the scratch on."""
    while got < wanted and world.work[row, place] < end:
        not_self(world, world.work[row, place], end, i)
        helper, extra = world.work[HELPERS, world.work[row, place]], toll if got == 0 else 0
        got += take(people, world, v, i, kind, wanted - got, helper, pace, form, extra)
        if got < wanted:
            world.work[row, place] += 1
    return got


@inner
def pace_of(people, i, kind, matching):
    """A helper's minutes for one of the elder's: less for company in a group at a central household."""
    if kind == COMPANIONSHIP and people.health[i] <= MILD:
        return 1.0 - matching.central * (1.0 - 1.0 / matching.group)
    return 1.0


@inner
def is_served_by_partner(world, v, i, kind, form):
    """Whether an elder's partner met this kind in part."""
    return form == PAIRS and world.sums[i - world.start[v]] == MET_IN_PART + kind


@inner
def request(people, world, v, i, kind, needs, matching, zones, form):
    """One elder's request of one kind: kin, neighbour, own zone, then anywhere in the village."""
    wanted = min(eligible_of(int(people.need[i, kind]), kind, needs), people.quota[i])
    if wanted <= 0:
        return
    flow = world.flow[v]
    flow.requests += 1
    flow.asked_minutes += wanted
    world.hours[v, ASKED, kind] += wanted
    got, skilled, toll = 0, needs_training(kind), matching.team_minutes if form == TEAMS else 0
    pace = pace_of(people, i, kind, matching)
    if matching.kin_first:
        got = ask_linked(people, world, v, i, kind, wanted, pace, form, toll)
    row, zone = TRAINED if skilled else UNTRAINED, people.zone[i]
    end = world.work[ENDS, zone + 1]
    got = ask_along(people, world, v, i, kind, wanted, got, row, zone, end, pace, form, toll)
    if matching.platform >= 1:
        place, end = ANYWHERE + (1 if skilled else 0), world.work[ENDS, zones]
        got = ask_along(people, world, v, i, kind, wanted, got, COUNTS, place, end, pace, form, toll)
    if got == 0 and not is_served_by_partner(world, v, i, kind, form):
        flow.refused += 1
        people.satisfaction[i] = max(np.float64(people.satisfaction[i]) - matching.let_down, 0.0)


@inner
def serve_elder(people, world, v, i, needs, matching, zones, urgent, form):
    """An elder's requests: the urgent kinds, or the rest; then who was helped is pleased."""
    before = people.received[i]
    first, end = (0, URGENT_KINDS) if urgent else (URGENT_KINDS, ALL_KINDS)
    for place in range(first, end):
        kind = nth_kind(place)
        if people.need[i, kind] > 0 and people.quota[i] > 0:
            request(people, world, v, i, kind, needs, matching, zones, form)
    if urgent:
        return
    world.flow[v].helped += 1 if people.received[i] > 0 else 0
    familiar = form == PAIRS and world.sums[i - world.start[v]] > 0.0
    if people.received[i] > before or familiar:
        more = np.float64(people.satisfaction[i]) + matching.pleased
        people.satisfaction[i] = min(more + (matching.pair_pleased if familiar else 0.0), 1.0)


@inner
def serve_levels(people, world, v, needs, matching, zones, urgent, form, key):
    """Elders of each level of urgency in turn, from a drawn place."""
    for level in range(LEVELS):
        begin = world.work[COUNTS, BOUNDS + level]
        size = world.work[COUNTS, BOUNDS + level + 1] - begin
        drawn = np.int64(uniform(key, world.villages[v].number, level) * size)
        for rank in range(size):
            i = world.work[ORDER, begin + wrap(rank + drawn, size)]
            serve_elder(people, world, v, i, needs, matching, zones, urgent, form)


@inner
def visit_partner(people, world, v, i, matching):
    """An elder of a pair is helped, untrained, out of what the partner keeps; what the partner did."""
    flow, came = world.flow[v], 0.0
    helper = world.start[v] + people.partner[i]
    kept = int(people.offer[helper] * matching.pair_share)
    for place in range(ALL_KINDS):
        kind = nth_kind(place)
        wanted = 0 if needs_training(kind) else min(int(people.need[i, kind]), int(people.quota[i]))
        got = take(people, world, v, i, kind, min(wanted, kept), helper, 1.0, PAIRS, 0)
        if got > 0:
            kept -= got
            flow.asked_minutes += got
            world.hours[v, ASKED, kind] += got
            flow.requests += 1 if got == wanted else 0
            came = max(came, CAME) if got == wanted else MET_IN_PART + kind
    return came


@inner
def partners_first(people, world, v, matching):
    """Elders of a pair are helped one to one.

    world.sums[slot]: 0 the partner did not come, 1 came, 2 + kind came and met a kind in part, which the
    village goes on with.
    """
    for i in residents(world, v):
        came = 0.0
        if people.partner[i] >= 0 and people.volunteer[i] == 0:
            came = visit_partner(people, world, v, i, matching)
        world.sums[i - world.start[v]] = came


@inner
def gather(people, world, v, zones, matching):
    """Each zone's team: those who came make up for the absent, in equal parts; where one of them is
    trained, world.sums[zone] is 1.
    """
    absent, there, offered = world.work[HELPERS], world.work[ENDS], world.work[UNTRAINED]
    absent[:zones] = 0
    there[:zones] = 0
    offered[:zones] = 0
    world.sums[:zones] = 0.0
    for i in residents(world, v):
        if people.volunteer[i] == 1:
            zone, minutes = people.zone[i], put_up(people, i)
            absent[zone] += 1 if minutes == 0 else 0
            there[zone] += 1 if minutes > 0 else 0
            offered[zone] += minutes
            if minutes > 0 and people.trained[i] == 1:
                world.sums[zone] = 1.0
    for i in residents(world, v):
        zone = people.zone[i]
        if people.volunteer[i] == 1 and put_up(people, i) > 0:
            part = int(matching.team_cover * absent[zone] * offered[zone] / (there[zone] * there[zone]))
            more = min(part, max(int(people.free[i]) - int(people.offer[i]), 0))
            people.offer[i] += more
            world.flow[v].offered += more


@kernel
def match(people, world, values, keys, form):
    """Serve enrolled elders, most urgent first; emergencies and escorts before what can wait."""
    for v in range(len(world.used)):
        key, matching, needs = keys[world.county[v]], values.matching[v], values.needs[v]
        if world.villages[v].level == CLOSED:
            continue
        world.work[COUNTS, :LAST] = 0
        zones = zones_of(people, world, v)
        by_urgency(people, world, v, False)
        if form == PAIRS:
            partners_first(people, world, v, matching)
        elif form == TEAMS:
            gather(people, world, v, zones, matching)
        by_zone(people, world, v, zones, key)
        serve_levels(people, world, v, needs, matching, zones, True, form, key)
        serve_levels(people, world, v, needs, matching, zones, False, form, key)


@inner
def review_pairs(people, world, v):
    """Let go of pairs that have ended and list the free volunteers; returns their number."""
    first, free = world.start[v], 0
    for i in residents(world, v):
        if people.partner[i] >= 0:
            other = first + people.partner[i]
            if has_ended(people, i, other):
                people.partner[i], people.partner[other] = -1, -1
            else:
                world.flow[v].paired += 1 - int(people.volunteer[i])
        world.work[HELPERS, free] = i
        free += (people.volunteer[i] == 1) & (people.partner[i] < 0)
    return free


@inner
def pair_level(people, world, v, level, free, begin, key):
    """Elders of a level of urgency, from a drawn place, each get the next free volunteer."""
    first, bound = world.start[v], world.work[COUNTS, BOUNDS + level]
    size = world.work[COUNTS, BOUNDS + level + 1] - bound
    drawn = np.int64(uniform(key, world.villages[v].number, level) * size)
    for rank in range(min(size, free - bound)):
        i = world.work[ORDER, bound + wrap(rank + drawn, size)]
        helper = world.work[HELPERS, wrap(bound + rank + begin, free)]
        people.partner[i], people.partner[helper] = helper - first, i - first
        world.flow[v].paired += 1


@kernel
def pair_up(people, world, values, keys):
    """Let go of ended pairs, then each free volunteer gets the free elder in most need."""
    for v in range(len(world.used)):
        key, village = keys[world.county[v]], world.villages[v]
        free = review_pairs(people, world, v)
        if free == 0 or village.level == CLOSED or values.matching[v].pair_share <= 0.0:
            continue
        world.work[COUNTS, :ANYWHERE] = 0
        by_urgency(people, world, v, True)
        begin = np.int64(uniform(key, village.number, BEGIN_PAIRS) * free)
        for level in range(LEVELS):
            pair_level(people, world, v, level, free, begin, key)


def run(model) -> None:
    """The month's hours, in the form chosen."""
    if not model.parameters.matching.on:
        return
    form = FORMS.index(model.parameters.matching.form)
    if form == PAIRS:
        pair_up(model.people, model.world, model.values.table, model.keys(PAIR))
    match(model.people, model.world, model.values.table, model.keys(TURN), form)
