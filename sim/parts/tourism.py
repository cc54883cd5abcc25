"""M20 + Tourism: visitors with season and growth; elders as narrators and hosts, others keep order; visitors
come by word of mouth; may lose, may crash.

State   visitors of the month, how well the village is spoken of (`business.py` keeps the rest).
Month   `run` before help is asked for: elders' hours at work are gone from their free time.
Off     where no village has it; nothing before the first month.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.start import tables
from sim.state.codes import ELDER, MILD, NEAR_TOWN, ROBUST, RUNS_TOURISM, STORY
from sim.state.earnings import earn_wage
from sim.state.fields import state
from sim.state.parameters import par, section
from sim.state.people import row_from, start_row
from sim.state.trades import DECEMBER, LEAST_RENOWN, MOST_RENOWN, book_month

MOST_MINUTES = 2400  # of one elder in a month
LEAST_YEAR = 0.1  # of the usual visitors


@section("tourism")
class Tourism:
    """A village tourism product in a village that has a tourism base."""

    ONLY: ClassVar[tuple[str, ...]] = ("business.kind=tourism", "business.kind=portfolio")
    setup: float = par(
        300000.0,
        unit="yuan",
        low=100000.0,
        high=3000000.0,
        doc="set-up money",
        source="500,000 a support project (Hunan 2018-21); smaller product assumed",
        grade="C",
        monthly=False,
        stored="fen",
    )
    visitors: float = par(
        6000.0,
        unit="visits/year",
        low=500.0,
        high=60000.0,
        doc="visits a year in a fully endowed village at the start",
    )
    spend: float = par(
        40.0,
        unit="yuan/visit",
        low=10.0,
        high=150.0,
        doc="sales of the village product a visit",
        source="200 yuan a visit (2016); share that a village product keeps assumed a fifth",
        stored="fen",
    )
    growth: float = par(
        0.05,
        unit="share/year",
        low=-0.05,
        high=0.15,
        doc="growth of visits",
        source="14.2 % 2016-19; slower growth assumed",
    )
    volatility: float = par(
        0.2, unit="share", low=0.05, high=0.5, doc="standard deviation of a year's visits"
    )
    variable: float = par(0.35, unit="share", low=0.1, high=0.7, doc="materials and services over sales")
    fixed: float = par(
        60000.0, unit="yuan/year", low=10000.0, high=200000.0, doc="upkeep, marketing, manager", stored="fen"
    )
    minutes_per_visit: float = par(
        12.0, unit="minutes/visit", low=2.0, high=60.0, doc="work of narrators and hosts a visit"
    )
    order_minutes: float = par(
        2.0,
        unit="minutes/visit",
        low=0.0,
        high=20.0,
        doc=(
            "work of robust elders who keep order a visit: waste sorting, paths, water (document 004, 4.1); "
            "the former rule has none"
        ),
    )
    word_of_mouth: float = par(
        0.05,
        unit="share/year",
        low=0.0,
        high=0.2,
        doc=(
            "rise of next year's visits where all visitors were looked after, and fall where none was "
            "(document 004, 4.3); the former rule has none"
        ),
    )
    wage: float = par(
        8.0,
        unit="yuan/hour",
        low=4.0,
        high=15.0,
        doc="pay of elders",
        source="1,000 yuan a month for a homestay helper over 70 (Chetian 2022)",
        grade="C",
        stored="fen",
    )
    elder_pull: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=0.6,
        doc="visits that come only where elders have the time to tell and host",
    )
    lead: int = par(
        12,
        unit="months",
        low=3,
        high=36,
        doc="months from money to first visitors",
        source="1.5 years (0.5-4) assumed",
    )


state(
    "renown",
    "f8",
    unit="ratio",
    label="visitors by word of mouth over those without",
    initial=1.0,
    written_by=("handicraft",),
)
state("visits_year", "f8", unit="visits", label="visits of this year so far")
state("hosted_year", "f8", unit="visits", label="of these, looked after")

VISITS = Purpose("tourism.visits")
TURN = Purpose("tourism.turn")


@inner
def usual_visits(tourism, village, endowment, season, years, key):
    """Visits of the month by base, season, growth and the year's luck."""
    base = tourism.visitors * (endowment if village.kind == NEAR_TOWN else 1.0) / 12.0 * season
    for _ in range(years):
        base *= 1.0 + tourism.growth
    return base * max(1.0 + tourism.volatility * normalish(key, village.number, years), LEAST_YEAR)


@inner
def can_host(people, i):
    """Elders in good health who have a story to tell."""
    has_story = people.kind[i] == ELDER and people.skills[i] & STORY > 0
    return has_story and people.health[i] <= MILD


@inner
def can_keep_order(people, i):
    """Robust elders, with or without a story."""
    return people.kind[i] == ELDER and people.health[i] == ROBUST


@inner
def host(people, world, v, values, wanted, month, drawn):
    """Minutes that elders host, from a drawn place on until enough are found; they are paid by the hour."""
    business, wage, found = values.business[v], values.tourism[v].wage, 0
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        if can_host(people, i) and found < wanted:
            free = np.int64(people.free[i] * business.work_share)
            minutes = min(free, int(wanted - found) + 1, MOST_MINUTES)
            if minutes > 0:
                people.free[i] -= minutes
                if business.decided == 1:
                    earn_wage(people, world, v, i, found, minutes, wage, month)
                found += minutes
    return found


@inner
def keep_order(people, world, v, values, wanted, hosted, month, drawn):
    """Minutes in which robust elders keep order, `hosted` of which the village had paid before."""
    business, wage, found = values.business[v], values.tourism[v].wage, 0
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        if can_keep_order(people, i) and found < wanted:
            free = np.int64(people.free[i] * business.work_share)
            minutes = min(free, int(wanted - found) + 1, MOST_MINUTES)
            if minutes > 0:
                people.free[i] -= minutes
                earn_wage(people, world, v, i, hosted + found, minutes, wage, month)
                found += minutes
    return found


@inner
def spread_word(village, tourism, visits, looked_after, december):
    """Who was looked after tells others well, who was not tells them ill: next year's visitors."""
    village.visits_year += visits
    village.hosted_year += visits * looked_after
    if december and village.visits_year > 0.0:
        told = 2.0 * village.hosted_year / village.visits_year - 1.0
        renown = village.renown * (1.0 + tourism.word_of_mouth * told)
        village.renown = min(max(renown, LEAST_RENOWN), MOST_RENOWN)
        village.visits_year, village.hosted_year = 0.0, 0.0


@inner
def book(tourism, flow, post, visits, minutes):
    """Sales, wages and costs of the month."""
    sales = int(visits * tourism.spend)
    wages = minutes * tourism.wage // 60
    cost = int(sales * tourism.variable) + tourism.fixed // 12
    book_month(flow, post, sales, wages, cost, minutes)


@inner
def receive(people, world, v, values, base, month, december, drawn):
    """A month's visitors are hosted, order is kept, and the word goes round; sales, wages and costs."""
    tourism, village = values.tourism[v], world.villages[v]
    wanted = base * tourism.minutes_per_visit
    found = host(people, world, v, values, wanted, month, drawn)
    held = found / wanted if wanted > 0.0 else 0.0
    visits = base * (1.0 - tourism.elder_pull * (1.0 - min(held, 1.0)))
    village.visitors = visits
    if values.business[v].decided == 1:
        order = base * tourism.order_minutes
        if order > 0.0:
            found += keep_order(people, world, v, values, order, found, month, drawn)
        asked = wanted + order
        looked_after = min(found / asked, 1.0) if asked > 0.0 else 0.0
        spread_word(village, tourism, visits, looked_after, december)
    book(tourism, world.flow[v], world.posted[v], visits, found)


@kernel
def trade(people, world, values, season, month, december, keys, turn_keys):
    """Visitors, the hours of elders who can tell a story, wages, costs."""
    for v in range(len(world.used)):
        tourism, business, village = values.tourism[v], values.business[v], world.villages[v]
        key, turn_key = keys[world.county[v]], turn_keys[world.county[v]]
        village.visitors = 0.0
        if village.plus & RUNS_TOURISM == 0 or month < village.begun + tourism.lead:
            continue
        years = (month - village.begun - tourism.lead) // 12
        base = usual_visits(tourism, village, business.endowment, season, years, key)
        if month < village.crash_until:
            base *= village.crash_level
        base *= village.renown
        drawn = uniform(turn_key, village.number, 0)
        receive(people, world, v, values, base, month, december, drawn)


def run(model) -> None:
    """The month's visitors; a year's luck is fixed for the year."""
    if model.runs("tourism", "portfolio") and model.month >= 0:
        season = float(tables.seasons()[0, model.calendar_month - 1])
        keys = model.lasting_keys(VISITS), model.keys(TURN)
        when = model.month, model.calendar_month == DECEMBER
        trade(model.people, model.world, model.values.table, season, *when, *keys)
