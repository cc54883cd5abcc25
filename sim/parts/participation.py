"""M12 Participation and retention: own motivation, peers, praise, credit value, stipend, fatigue, training,
insurance, leadership.

State: who volunteers, is trained, how motivated and how tired each person is.
Month: before help is matched persons join, are trained, quit, and put hours on offer within their free
minutes; at its end the hours given tire, stipends fall due, and who took part within a year is counted.
Saying yes (own motivation over a threshold) differs from doing (joining, then turning up). A stipend adds
hours and, in the regime with crowding-out, eats own motivation.
Off: nobody offers time and no stipend is paid; a stipend of zero changes nothing.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.logistic import odds
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, ELDER, FREE, HELPER, MODERATE, NEVER, OPPORTUNIST, ROBUST
from sim.state.fields import column, flow, state
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, residents, zones_of


@section("participation")
class Participation:
    """Who helps, how much, and who stops."""

    on: bool = switch(True, doc="off: nobody offers time")
    join: float = par(
        0.0012,
        unit="share/month",
        low=0.0002,
        high=0.01,
        doc="hazard that an able elder of middling motivation becomes a volunteer, no support",
    )
    join_helper: float = par(
        0.004, unit="share/month", low=0.0005, high=0.02, doc="the same for a helper under 60"
    )
    quit: float = par(
        0.20,
        unit="share/year",
        low=0.10,
        high=0.35,
        doc="volunteers who stop in a year without fatigue or support",
        source="assumption; rates not readable in the sources",
    )
    hours: float = par(
        8.0,
        unit="hours/month",
        low=1.0,
        high=20.0,
        doc="hours of an active volunteer of middling motivation",
        source="between 0.8 (Yaohua mean) and 20.9 (Yaohua top), People's Daily 2017-12-18",
        grade="C",
        stored="minutes",
    )
    response: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="rise of hours on offer where all that was asked last month went unmet",
    )
    show_up: float = par(0.8, unit="share", low=0.3, high=1.0, doc="volunteers who turn up in a month")
    willing: float = par(
        0.45,
        unit="share",
        low=0.2,
        high=0.8,
        doc="motivation over which a person says yes when asked",
        source="55 % willing (40-75) assumed between 30 % acting and 86.8 % willing online (Tang 2023)",
    )
    time_wanted: float = par(
        20.0,
        unit="hours/month",
        low=0.0,
        high=80.0,
        doc="free hours below which fields and grandchildren keep a person from joining, in proportion",
        stored="minutes",
    )
    age_limit: float = par(78.0, unit="years", low=65.0, high=90.0, doc="age up to which elders serve")
    mild_factor: float = par(
        0.4,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="hazard and hours of an elder in the mild state over a robust one",
    )
    peers: float = par(
        1.15,
        unit="odds ratio",
        low=1.0,
        high=1.4,
        doc="odds of joining per 10 points of the zone already active",
    )
    leader: float = par(
        1.5,
        unit="odds ratio",
        low=1.0,
        high=3.0,
        doc="odds of joining with a leader",
        source="assumption; sign from Comput Intell Neurosci 2022, 2366425",
    )
    association: float = par(
        1.3, unit="odds ratio", low=1.0, high=2.5, doc="odds of joining with an elderly association"
    )
    praise: float = par(
        1.2, unit="odds ratio", low=1.0, high=2.0, doc="odds of joining and of staying with honours"
    )
    credit: float = par(
        1.3, unit="odds ratio", low=1.0, high=2.5, doc="odds of joining where credits are fully trusted"
    )
    insured: float = par(
        1.15, unit="odds ratio", low=1.0, high=2.0, doc="odds of joining and of staying when insured"
    )
    trained: float = par(
        1.2,
        unit="odds ratio",
        low=1.0,
        high=2.0,
        doc="odds of staying when trained",
        source="assumption; training lengthens service (Tang F. 2010)",
    )
    stipend: float = par(
        0.0,
        unit="yuan/hour",
        low=0.0,
        high=20.0,
        doc="money paid an hour to volunteers",
        source="design choice",
        stored="fen",
    )
    stipend_hours: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.5,
        doc="rise of hours at a stipend equal to the reference wage",
        only=("stipend!=0",),
    )
    crowding_out: bool = par(
        False,
        unit="switch",
        doc="a stipend lowers own motivation",
        source="design choice: two regimes to compare",
    )
    crowding: float = par(
        0.4,
        unit="ratio",
        low=0.0,
        high=1.0,
        doc="fall of own motivation at a stipend equal to the reference wage",
        only=("crowding_out=true",),
    )
    wage: float = par(
        12.0,
        unit="yuan/hour",
        low=6.0,
        high=25.0,
        doc="reference wage; shadow price of volunteer time",
        source="The Nanjinger 2017 (10-20 an hour)",
        grade="B",
        stored="fen",
    )
    fatigue: float = par(0.02, unit="share/hour", low=0.0, high=0.1, doc="fatigue of an hour given")
    recovery: float = par(0.25, unit="share/month", low=0.05, high=0.8, doc="fatigue that passes in a month")
    tired_quit: float = par(
        3.0, unit="ratio", low=0.0, high=10.0, doc="rise of the quit rate at full fatigue"
    )
    training_rate: float = par(
        0.04,
        unit="share/month",
        low=0.0,
        high=0.3,
        doc="untrained volunteers trained in a month where training is paid for",
    )


state(
    "short",
    "f8",
    unit="share",
    label="minutes asked last month that went unmet",
    written_by=("funding_bills",),
)
column("volunteer", "i1", unit="flag", label="active volunteer", written_by=("injury",))
column(
    "trained",
    "i1",
    unit="flag",
    label="has training",
    written_by=("committee", "initial_population", "points"),
)
column(
    "motivation",
    "f4",
    unit="share",
    label="own motivation",
    initial=0.5,
    written_by=("organisation_disputes",),
)
column("fatigue", "f4", unit="share", label="fatigue")
column(
    "offer",
    "i4",
    unit="minutes",
    label="time on offer, not yet used",
    written_by=(
        "committee",
        "habits",
        "injury",
        "matching",
        "neighbours",
        "organisation_posts",
        "people",
        "timeuse",
        "trust",
        "visits",
    ),
)
column("given", "i4", unit="minutes", label="mutual aid given this month", written_by=("people", "timeuse"))
column(
    "received",
    "i4",
    unit="minutes",
    label="mutual aid received this month",
    written_by=("clearing_platform", "clearing_redemption", "habits", "matching", "timeuse", "trust"),
)
column(
    "last_active",
    "i2",
    unit="month",
    label="last month of giving or receiving",
    initial=NEVER,
)
flow("volunteers", unit="persons", label="active volunteers")
flow("volunteer_elders", unit="persons", label="active volunteers of 60 and over")
flow("volunteers_joined", unit="persons", label="volunteers who began this month")
flow("volunteers_quit", unit="persons", label="volunteers who stopped this month")
flow("volunteer_age_months", unit="months", label="sum of ages of volunteers")
flow("fatigue_sum", unit="persons", label="sum of fatigue of volunteers", dtype="f8")
flow(
    "offered",
    unit="minutes",
    label="time on offer",
    written_by=("committee", "injury", "matching", "organisation_posts", "trust", "visits"),
)
flow("newly_trained", unit="persons", label="volunteers trained this month")
flow("willing_elders", unit="persons", label="elders who would say yes")
flow("took_part", unit="persons", label="elders who gave or received within 12 months")

JOIN = Purpose("participation.join")
QUIT = Purpose("participation.quit")
TURN_UP = Purpose("participation.turn_up")
TRAIN = Purpose("participation.train")
MOTIVE = Purpose("participation.motive")

MIDDLING = 2.0  # brings a share of one half to one
MOST_JOIN = 0.5  # of a month's hazard of joining, before odds
MOTIVE_LEAST, MOTIVE_SPREAD = 0.1, 0.8  # motivation at the start
HOURS_LEAST, HOURS_BY_MOTIVE = 0.1, 0.8  # share of hours without motivation, and what motivation adds
STAY_BY_MOTIVE = 0.9  # fall of the quit rate at full motivation
TIRED_HOURS = 0.5  # fall of hours at full fatigue
TEN_POINTS = 10.0  # parts of ten points in a whole
ACTIVE, HEADS = 0, 1  # rows of the village's scratch: volunteers and persons by zone


@inner
def able(people, i, participation):
    """0 when a person cannot serve, else the factor on hazard and hours."""
    if people.leaning[i] == OPPORTUNIST:
        return 0.0
    if people.kind[i] == HELPER:
        return 1.0
    frail = people.dementia[i] == 1 or people.health[i] >= MODERATE
    if frail or people.age[i] >= participation.age_limit * 12.0:
        return 0.0
    return 1.0 if people.health[i] == ROBUST else participation.mild_factor


@inner
def support(village, participation):
    """Odds that village support adds to joining."""
    factor = village.pull
    if village.leader == 1:
        factor *= participation.leader
    if village.association == 1:
        factor *= participation.association
    if village.honours == 1:
        factor *= participation.praise
    if village.insured == 1:
        factor *= participation.insured
    return factor


@inner
def join_hazard(people, i, participation, fitness, motive):
    """Hazard that a person becomes a volunteer, by fitness and motive alone."""
    hazard = participation.join_helper if people.kind[i] == HELPER else participation.join
    return hazard * fitness * MIDDLING * motive


@inner
def count_zones(people, world, v):
    """Volunteers and persons by zone, in the village's scratch."""
    zones = zones_of(people, world, v)
    world.work[ACTIVE, :zones] = 0
    world.work[HEADS, :zones] = 0
    for i in residents(world, v):
        if people.kind[i] != FREE:
            world.work[HEADS, people.zone[i]] += 1
            world.work[ACTIVE, people.zone[i]] += people.volunteer[i]


@inner
def motive_of(people, i, participation, pay):
    """Own motivation, of which a stipend eats where it crowds out."""
    motive = np.float64(people.motivation[i])
    if participation.crowding_out == 1:
        motive *= 1.0 - min(participation.crowding * pay, 1.0)
    return motive


@inner
def join_chance(people, world, v, i, participation, fitness, motive, pay, base, bank):
    """Chance that a person becomes a volunteer this month; `base` are the odds of the village's support."""
    zone = people.zone[i]
    active, heads = world.work[ACTIVE, zone], world.work[HEADS, zone]
    peers = 1.0 + (participation.peers - 1.0) * TEN_POINTS * active / heads
    rate_of_time = min(people.free[i] / max(participation.time_wanted, 1), 1.0)
    worth = 1.0 + (participation.credit - 1.0) * np.float64(people.trust[i]) if bank else 1.0
    rate = join_hazard(people, i, participation, fitness, motive) * max(rate_of_time, 0.0)
    rate = rate * (1.0 + world.villages[v].launching) * (1.0 + pay * participation.stipend_hours)
    return odds(min(rate, MOST_JOIN), base * peers * worth)


@inner
def quit_chance(people, i, village, participation, leaving, motive, tired):
    """Chance that a volunteer stops this month: fatigue drives out; motive, praise and training hold.

    `leaving` without any of them, less where an agreement binds.
    """
    stay = (
        (participation.praise if village.honours == 1 else 1.0)
        * (participation.insured if village.insured == 1 else 1.0)
        * (participation.trained if people.trained[i] == 1 else 1.0)
    )
    tiring = 1.0 + participation.tired_quit * tired
    return leaving * tiring * MIDDLING * (1.0 - motive * STAY_BY_MOTIVE) / stay


@inner
def training_chance(village, participation):
    """Chance that an untrained volunteer is trained this month, by the village or a partner."""
    paid = participation.training_rate if village.training == 1 else 0.0
    return paid + village.partner_trains


@inner
def stop(people, i, flow):
    """A volunteer stops."""
    people.volunteer[i] = 0
    flow.volunteers_quit += 1


@inner
def count_volunteer(people, i, tired, flow):
    """Enter a volunteer in the month's counts."""
    flow.volunteers += 1
    flow.volunteer_elders += 1 if people.kind[i] == ELDER else 0
    flow.volunteer_age_months += int(people.age[i])
    flow.fatigue_sum += tired


@inner
def put_on_offer(people, i, village, participation, fitness, motive, tired, pay, flow):
    """Hours of a volunteer who turned up: by motive, fitness, fatigue, pay and what went unmet."""
    minutes = (
        participation.hours
        * MIDDLING
        * (HOURS_LEAST + HOURS_BY_MOTIVE * motive)
        * fitness
        * (1.0 - TIRED_HOURS * min(tired, 1.0))
        * (1.0 + pay * participation.stipend_hours)
        * (1.0 + participation.response * village.short)
        * village.operator_hours
    )
    people.offer[i] = min(int(minutes), max(people.free[i], 0))
    flow.offered += people.offer[i]


@kernel
def begin(people, world, values, keys):
    """Motivation of the first inhabitants, and volunteers near balance where a service stands."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        participation, village = values.participation[v], world.villages[v]
        base = support(village, participation)
        for i in residents(world, v):
            identity = identity_of(village.number, people.serial[i])
            people.motivation[i] = MOTIVE_LEAST + MOTIVE_SPREAD * uniform(key, identity, 0)
            if village.level > CLOSED:
                fitness, motive = able(people, i, participation), np.float64(people.motivation[i])
                rate = odds(join_hazard(people, i, participation, fitness, motive), base)
                drawn = uniform(key, identity, 1)
                people.volunteer[i] = 1 if drawn * (rate + participation.quit / 12.0) < rate else 0


@kernel
def take_part(people, world, values, bank, join_keys, quit_keys, turn_keys, train_keys):
    """Join, train, quit, and put hours on offer within the free minutes of the month."""
    for v in range(len(world.used)):
        county = world.county[v]
        join_key, quit_key = join_keys[county], quit_keys[county]
        turn_key, train_key = turn_keys[county], train_keys[county]
        participation, village, flow = values.participation[v], world.villages[v], world.flow[v]
        serving = village.level > CLOSED
        if serving:  # where nobody serves nobody looks at the neighbours
            count_zones(people, world, v)
        base = support(village, participation)
        pay = participation.stipend / max(participation.wage, 1) if serving else 0.0
        leaving, training = participation.quit / 12.0, training_chance(village, participation)
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            identity = identity_of(village.number, people.serial[i])
            fitness = able(people, i, participation) if serving else 0.0
            motive = motive_of(people, i, participation, pay)
            # no branch: half of the elders are willing, so that it would be foreseen badly
            flow.willing_elders += (people.kind[i] == ELDER) & (motive > participation.willing)
            tired = np.float64(people.fatigue[i]) * (1.0 - participation.recovery)
            people.fatigue[i] = tired
            if people.volunteer[i] == 0:
                if fitness == 0.0:
                    continue
                chance = join_chance(people, world, v, i, participation, fitness, motive, pay, base, bank)
                if uniform(join_key, identity, 0) < chance:
                    people.volunteer[i] = 1
                    flow.volunteers_joined += 1
            else:
                bond = values.agreements[v].quit_left if people.bound_to[i] >= 0 else 1.0
                chance = quit_chance(people, i, village, participation, leaving * bond, motive, tired)
                if fitness == 0.0 or uniform(quit_key, identity, 0) < chance:
                    stop(people, i, flow)
                elif people.trained[i] == 0 and uniform(train_key, identity, 0) < training:
                    people.trained[i] = 1
                    flow.newly_trained += 1
            if people.volunteer[i] == 1:
                count_volunteer(people, i, tired, flow)
                if uniform(turn_key, identity, 0) < participation.show_up * village.turn_out:
                    put_on_offer(people, i, village, participation, fitness, motive, tired, pay, flow)


@kernel
def close_month(people, world, values, month, on):
    """Fatigue of the hours given, stipends due, and who took part within a year."""
    for v in range(len(world.used)):
        participation, flow = values.participation[v], world.flow[v]
        given = 0
        for i in residents(world, v):
            if people.kind[i] == FREE:
                continue
            if people.given[i] > 0:
                given += people.given[i]
                more = participation.fatigue * people.given[i] / 60.0
                people.fatigue[i] = min(np.float64(people.fatigue[i]) + more, 1.0)
            if people.given[i] > 0 or people.received[i] > 0 or people.dines[i] > 0:
                people.last_active[i] = month
            last = people.last_active[i]
            flow.took_part += (people.kind[i] == ELDER) & (last > month - 12) & (last > NEVER)
        if on and participation.stipend > 0:
            world.posted[v].cost_stipend += given * participation.stipend // 60


def run_begin(model) -> None:
    """Motivation and first volunteers."""
    begin(model.people, model.world, model.values.table, model.lasting_keys(MOTIVE))


def run_take_part(model) -> None:
    """Volunteers of the month."""
    if model.parameters.participation.on:
        take_part(
            model.people,
            model.world,
            model.values.table,
            model.parameters.timebank.on,
            model.keys(JOIN),
            model.keys(QUIT),
            model.keys(TURN_UP),
            model.keys(TRAIN),
        )


def run_close(model) -> None:
    """After the month's help."""
    close_month(model.people, model.world, model.values.table, model.month, model.parameters.participation.on)
