"""M22 + Handicraft: skilled elders, a skill that dies unless passed on, workshops in months when the fields
rest, sales, visits by word of mouth; complements tourism; may lose.

State   who has the craft is a bit of `skills` (`business.py` keeps the rest).
Month   `run` before help is asked for: hours in the workshop are gone from free time; masters pass the
        craft on.
Off     where no village has it; nothing before the first month.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.start import tables
from sim.state.codes import CRAFT, FREE, MILD, RUNS_TOURISM, RUNS_WORKSHOP
from sim.state.earnings import earn_wage
from sim.state.fields import flow
from sim.state.parameters import par, section
from sim.state.people import identity_of, row_from, start_row
from sim.state.trades import DECEMBER, LEAST_RENOWN, MOST_RENOWN, book_month

FULL_MONTH = 3600  # minutes of a full worker
TEN_MASTERS = 10.0  # who use their own circles in full
FULL_VISITORS, MOST_VISITORS = 1000.0, 2.0  # a month, and how often that counts
LEAST_MARKET = 0.1  # of a normal year


@section("handicraft")
class Handicraft:
    """A workshop of the village's craft."""

    ONLY: ClassVar[tuple[str, ...]] = ("business.kind=handicraft", "business.kind=portfolio")
    setup: float = par(
        120000.0, unit="yuan", low=30000.0, high=600000.0, doc="set-up money", monthly=False, stored="fen"
    )
    places: float = par(20.0, unit="persons", low=5.0, high=100.0, doc="places in the workshop")
    sales: float = par(
        1270.0,
        unit="yuan/month",
        low=111.0,
        high=2500.0,
        doc="sales a full worker and month (60 hours)",
        source="Xiji 15,267 a worker and year; Zhonghe 111 a month in a weak market",
        grade="C",
        stored="fen",
    )
    materials: float = par(0.30, unit="share", low=0.1, high=0.6, doc="materials over sales")
    wage: float = par(
        10.0,
        unit="yuan/hour",
        low=5.0,
        high=20.0,
        doc="pay of a worker",
        source="833-1,500 yuan a month at piece rates",
        grade="C",
        stored="fen",
    )
    fixed: float = par(
        12000.0, unit="yuan/year", low=0.0, high=80000.0, doc="workshop upkeep and sales", stored="fen"
    )
    volatility: float = par(
        0.25, unit="share", low=0.05, high=0.6, doc="standard deviation of a year's market"
    )
    visits: float = par(
        0.15,
        unit="share",
        low=0.0,
        high=0.5,
        doc=(
            "rise of sales at 1,000 visitors a month, who come for explanation and experience (document "
            "004, 4.3)"
        ),
    )
    guests: float = par(
        20.0,
        unit="visits/month",
        low=0.0,
        high=300.0,
        doc="visitors whom ten masters bring by their own circles",
    )
    network: float = par(
        0.10, unit="share", low=0.0, high=0.4, doc="rise of sales when ten masters use their own circles"
    )
    pass_on: float = par(
        0.01,
        unit="share/month",
        low=0.0,
        high=0.05,
        doc="chance a month that a master passes the craft to one person",
        source="40 % of trained women then work for the workshop (Hunan 2020); pace assumed",
    )
    season: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="how far hours in the workshop give way to the fields' season; the former rule has none",
    )
    word_of_mouth: float = par(
        0.05,
        unit="share/year",
        low=0.0,
        high=0.2,
        doc=(
            "rise of next year's visitors where ten masters explain the craft, and fall where none does "
            "(document 004, 4.3); the former rule has none"
        ),
    )
    online: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=2.0,
        doc=(
            "rise of the masters' visitors where all elders of the house pass the word on, on-line among "
            "other ways (document 004, 4.3); the former rule has none"
        ),
    )
    lead: int = par(6, unit="months", low=2, high=24, doc="months from money to first sales")


flow("masters", unit="persons", label="persons with the craft")
flow("apprentices", unit="persons", label="persons who learned the craft this month")

MARKET = Purpose("handicraft.market")
PASS_ON = Purpose("handicraft.pass_on")
TURN = Purpose("handicraft.turn")


@inner
def is_master(people, i):
    """Persons in good health who have the craft."""
    has_craft = people.kind[i] != FREE and people.skills[i] & CRAFT > 0
    return has_craft and people.health[i] <= MILD


@inner
def work_free_hours(people, i, work_share, left):
    """Minutes that a master works, within a full month and the places left in the workshop."""
    minutes = min(np.int64(people.free[i] * work_share), FULL_MONTH, left)
    if minutes <= 0:
        return 0
    people.free[i] -= minutes
    return minutes


@inner
def share_of_hours(business, handicraft, season):
    """Most of the free hours that the workshop uses: less in months when the fields call."""
    if business.decided == 0:
        return business.work_share
    return business.work_share * min(max(1.0 - handicraft.season * (season - 1.0), 0.0), 1.0)


@inner
def work_and_teach(people, world, v, values, work_share, pass_key, month, drawn):
    """Masters work from a drawn place on, and some teach a neighbour.

    Minutes of work, and how many learn; their rows stand in `World.work[1]`.
    """
    handicraft, decided = values.handicraft[v], values.business[v].decided
    number, flow, learners = world.villages[v].number, world.flow[v], world.work[1]
    minutes, learning = 0, 0
    limit = int(handicraft.places * float(FULL_MONTH))
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        if not is_master(people, i):
            continue
        flow.masters += 1
        worked = work_free_hours(people, i, work_share, limit - minutes)
        if worked > 0 and decided == 1:
            earn_wage(people, world, v, i, minutes, worked, handicraft.wage, month)
        minutes += worked
        teaches = uniform(pass_key, identity_of(number, people.serial[i]), 0) < handicraft.pass_on
        if teaches and people.neighbour[i] >= 0:
            learners[learning] = world.start[v] + people.neighbour[i]
            learning += 1
    return minutes, learning


@inner
def graduate(people, world, v, learning):
    """Learners are masters from next month on."""
    for place in range(learning):
        learner = world.work[1][place]
        if people.kind[learner] != FREE and people.skills[learner] & CRAFT == 0:
            people.skills[learner] = people.skills[learner] | CRAFT
            world.flow[v].apprentices += 1


@inner
def word_of_house(handicraft, village):
    """What elders of the house add to the visitors of the masters' own circles, each an entrance to them."""
    told = village.signed_up / max(village.elders, 1)
    return village.renown * (1.0 + handicraft.online * min(told, 1.0))


@inner
def spread_word(handicraft, village, masters):
    """Visitors to whom masters explained the craft tell others well: next year's visitors.

    Where there is tourism, its hosts are what visitors talk of.
    """
    if village.plus & RUNS_TOURISM == 0:
        known = min(masters / TEN_MASTERS, 1.0)
        renown = village.renown * (1.0 + handicraft.word_of_mouth * (2.0 * known - 1.0))
        village.renown = min(max(renown, LEAST_RENOWN), MOST_RENOWN)


@inner
def market_of(handicraft, village, masters, month, key, word):
    """The year's market, more with visitors, whom masters' own circles bring, and by their network.

    `word`: what the house's word adds to these visitors.
    """
    years = (month - village.begun) // 12
    market = max(1.0 + handicraft.volatility * normalish(key, village.number, years), LEAST_MARKET)
    known = min(masters / TEN_MASTERS, 1.0)
    village.visitors += handicraft.guests * known * word
    seen = min(village.visitors / FULL_VISITORS, MOST_VISITORS)
    return market * (1.0 + handicraft.visits * seen + handicraft.network * known)


@inner
def book(handicraft, flow, post, minutes, market):
    """Sales, wages and costs of the month."""
    sales = int(minutes / float(FULL_MONTH) * handicraft.sales * market)
    wages = minutes * handicraft.wage // 60
    cost = int(sales * handicraft.materials) + handicraft.fixed // 12
    book_month(flow, post, sales, wages, cost, minutes)


@inner
def keep_workshop(people, world, v, values, season, month, december, keys):
    """A month's work, teaching and sales. `keys`: of the market, of passing on, of the walk's beginning."""
    handicraft, business, village = values.handicraft[v], values.business[v], world.villages[v]
    share, drawn = share_of_hours(business, handicraft, season), uniform(keys[2], village.number, 0)
    minutes, learning = work_and_teach(people, world, v, values, share, keys[1], month, drawn)
    graduate(people, world, v, learning)
    masters = world.flow[v].masters
    word = word_of_house(handicraft, village) if business.decided == 1 else 1.0
    market = market_of(handicraft, village, masters, month, keys[0], word)
    book(handicraft, world.flow[v], world.posted[v], minutes, market)
    if december and business.decided == 1:
        spread_word(handicraft, village, masters)


@kernel
def work(people, world, values, season, month, december, keys, pass_keys, turn_keys):
    """Masters and learners work in their free hours; the craft passes to a neighbour by chance."""
    for v in range(len(world.used)):
        handicraft, village, county = values.handicraft[v], world.villages[v], world.county[v]
        if village.plus & RUNS_TOURISM == 0:  # without tourism nobody else counts the month's visitors
            village.visitors = 0.0
        if village.plus & RUNS_WORKSHOP == 0 or month < village.begun + handicraft.lead:
            continue
        mine = keys[county], pass_keys[county], turn_keys[county]
        keep_workshop(people, world, v, values, season, month, december, mine)


def run(model) -> None:
    """The month in the workshop."""
    if model.runs("handicraft", "portfolio") and model.month >= 0:
        keys = model.lasting_keys(MARKET), model.keys(PASS_ON), model.keys(TURN)
        season = float(tables.seasons()[1, model.calendar_month - 1])
        when = model.month, model.calendar_month == DECEMBER
        work(model.people, model.world, model.values.table, season, *when, *keys)
