"""M20 + Tourism: visitors with season and growth; elders as narrators, hosts and keepers; may lose, may
crash.

State   visitors of the month (`business.py` keeps the rest).
Month   `run` before help is asked for: elders' hours at work are gone from their free time.
Off     where no village has it; nothing before the first month.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.start import tables
from sim.state.codes import ELDER, MILD, NEAR_TOWN, RUNS_TOURISM, STORY
from sim.state.parameters import par, section
from sim.state.people import row_from, start_row

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
        12.0, unit="minutes/visit", low=2.0, high=60.0, doc="work of narrators, hosts and keepers a visit"
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
def host(people, world, v, wanted, work_share, drawn):
    """Minutes that elders host, from a drawn place on until enough are found."""
    found = 0
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        if can_host(people, i) and found < wanted:
            minutes = min(np.int64(people.free[i] * work_share), int(wanted - found) + 1, MOST_MINUTES)
            if minutes > 0:
                people.free[i] -= minutes
                found += minutes
    return found


@inner
def book(tourism, flow, post, visits, minutes):
    """Sales, wages and costs of the month."""
    sales = int(visits * tourism.spend)
    wages = minutes * tourism.wage // 60
    cost = int(sales * tourism.variable) + tourism.fixed // 12
    post.sales += sales
    post.wages += wages
    post.costs += cost
    flow.business_sales += sales
    flow.business_costs += cost + wages
    flow.business_wages += wages
    flow.business_minutes += minutes
    flow.time_business += minutes


@kernel
def trade(people, world, values, season, month, keys, turn_keys):
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
        wanted = base * tourism.minutes_per_visit
        found = host(people, world, v, wanted, business.work_share, uniform(turn_key, village.number, 0))
        held = found / wanted if wanted > 0.0 else 0.0
        visits = base * (1.0 - tourism.elder_pull * (1.0 - min(held, 1.0)))
        village.visitors = visits
        book(tourism, world.flow[v], world.posted[v], visits, found)


def run(model) -> None:
    """The month's visitors; a year's luck is fixed for the year."""
    if model.runs("tourism", "portfolio") and model.month >= 0:
        season = float(tables.seasons()[0, model.calendar_month - 1])
        keys = model.lasting_keys(VISITS), model.keys(TURN)
        trade(model.people, model.world, model.values.table, season, model.month, *keys)
