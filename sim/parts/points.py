"""M10 Points for assets (document 004, Shandong): money, land, technique and projects put in are valued as
points.

State: the value of projects put in; points themselves are time credits of the persons.
Month: once a year, in `points.month`, enrolled elders who trust the bank put in what they have. A point is a
time credit: it is redeemed, expires and is owed like any other. Money, rent of idle land and dividends of
projects reach the village's cash; technique trains volunteers. Points over what an asset earns are promises
without cover.
Off, or without a time bank: nobody puts in assets.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, CRAFT, ELDER, MILD, STORY
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of, income_of, residents

ASSETS = ("money", "land", "technique", "project")


@section("points")
class Points:
    """Who puts in what, and what it counts."""

    on: bool = switch(False, doc="off: nobody puts in assets")
    month: int = par(
        1,
        unit="month",
        low=1,
        high=12,
        doc="month of the year in which assets are put in",
        source="design choice",
        monthly=False,
    )
    join: float = par(
        0.08,
        unit="share/year",
        low=0.0,
        high=1.0,
        doc="enrolled elders of middling trust who put in something in a year",
    )
    hour_value: float = par(
        12.0,
        unit="yuan/hour",
        low=5.0,
        high=40.0,
        doc="value that counts as one hour of credit",
        source="The Nanjinger 2017: an hour of a time bank is worth 12 (10-20)",
        grade="B",
        stored="fen",
    )
    valuation: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=3.0,
        doc="points given over the value of an asset",
        source="design choice",
    )
    money: float = par(500.0, unit="yuan/year", low=0.0, high=5000.0, doc="money put in", stored="fen")
    money_share: float = par(
        0.05, unit="share", low=0.0, high=0.3, doc="most of a year's income and remittances that is put in"
    )
    idle_land: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="land of an elder that is not worked and can be put in for the year",
    )
    rent: float = par(
        400.0,
        unit="yuan/mu",
        low=0.0,
        high=1100.0,
        doc="value of a mu and year",
        source="assumption below the 600 of good land: idle plots are small and remote",
        stored="fen",
    )
    let: float = par(0.7, unit="share", low=0.0, high=1.0, doc="land put in that finds a tenant")
    lesson: float = par(
        6.0,
        unit="hours",
        low=0.0,
        high=60.0,
        doc="hours that an elder with a craft or stories teaches; trains one volunteer",
        stored="minutes",
    )
    lesson_value: float = par(
        20.0, unit="yuan/hour", low=0.0, high=80.0, doc="value of an hour of technique", stored="fen"
    )
    project_share: float = par(
        0.05, unit="share", low=0.0, high=0.5, doc="of those who put in, how many have a share of a project"
    )
    project: float = par(
        3000.0, unit="yuan", low=0.0, high=30000.0, doc="value of such a share, put in for good", stored="fen"
    )
    dividend: float = par(
        0.04, unit="share/year", low=0.0, high=0.15, doc="yearly income of projects for the service"
    )


state("points_capital", "i8", unit="fen", label="value of projects put in")
flow("points_value", unit="fen", label="value put in: money, land, technique, projects", shape=(4,))
flow("time_lessons", unit="minutes", label="lessons given for points")
flow("points_given", unit="minutes", label="points given for assets")
flow("points_persons", unit="persons", label="elders who put in something")
posting("points_money", debit="cash", credit="households", label="money put in for points")
posting("points_land", debit="cash", credit="market", label="rent of land put in for points")
posting("points_project", debit="cash", credit="market", label="dividends of projects put in for points")
posting(
    "credits_points",
    debit="credit_issue",
    credit="credits_held",
    label="points given for assets",
    unit="minutes",
)

PUT_IN = Purpose("points.put_in")

MONEY, LAND, TECHNIQUE, PROJECT = range(4)  # places in the order of `ASSETS`
MIDDLING = 2.0  # brings a trust of one half to one
MU = 0.1  # mu in a unit of the column `land`


@inner
def puts_in(people, i, points, identity, key):
    """Whether an enrolled elder puts in something this year: by trust in the bank."""
    if people.kind[i] != ELDER or people.enrolled[i] == 0:
        return False
    return uniform(key, identity, 0) < points.join * MIDDLING * np.float64(people.trust[i])


@inner
def money_of(people, i, points, remit_left):
    """Money put in, fen: at most a share of a year's income."""
    most = np.int64(income_of(people, i, remit_left) * 12 * points.money_share)
    return min(points.money, most)


@inner
def land_of(people, i, points):
    """Rent that the idle land of an elder is worth for the year, fen."""
    return np.int64(int(people.land[i]) * MU * points.idle_land * points.rent)


@inner
def lesson_of(people, i, points):
    """Minutes of technique that an elder in health with a craft or stories teaches."""
    if people.skills[i] & (CRAFT | STORY) and people.health[i] <= MILD:
        return min(points.lesson, int(people.free[i]))
    return 0


@inner
def next_pupil(people, row, end):
    """The next untrained volunteer from a row on, or `end`."""
    while row < end and (people.volunteer[row] == 0 or people.trained[row] == 1):
        row += 1
    return row


@inner
def give_points(people, i, points, value, flow, post):
    """Time credits for a value put in."""
    given = np.int64(value * points.valuation * 60.0 / points.hour_value)
    people.credit[i] += given
    post.credits_points += given
    flow.points_given += given
    flow.points_persons += 1 if value > 0 else 0


@kernel
def put_in(people, world, values, calendar_month, keys):
    """A year's assets: value them, give points, book what reaches the purse."""
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        points, village, flow, post = values.points[v], world.villages[v], world.flow[v], world.posted[v]
        if points.month != calendar_month:
            continue
        post.points_project += np.int64(village.points_capital * points.dividend)
        if village.level == CLOSED:
            continue
        pupil, end = world.start[v], world.start[v] + world.used[v]
        for i in residents(world, v):
            identity = identity_of(village.number, people.serial[i])
            if not puts_in(people, i, points, identity, key):
                continue
            money, land = money_of(people, i, points, village.remit_left), land_of(people, i, points)
            minutes = lesson_of(people, i, points)
            technique = minutes * points.lesson_value // 60
            project = points.project if uniform(key, identity, 1) < points.project_share else 0
            if minutes > 0:
                people.free[i] -= minutes
                flow.time_lessons += minutes
                pupil = next_pupil(people, pupil, end)
                if pupil < end:
                    people.trained[pupil] = 1
            give_points(people, i, points, money + land + technique + project, flow, post)
            post.points_money += money
            post.points_land += np.int64(land * points.let)
            village.points_capital += project
            flow.points_value[MONEY] += money
            flow.points_value[LAND] += land
            flow.points_value[TECHNIQUE] += technique
            flow.points_value[PROJECT] += project


def run(model) -> None:
    """Once a year; points need a bank."""
    parameters = model.parameters
    if parameters.points.on and parameters.timebank.on:
        put_in(model.people, model.world, model.values.table, model.calendar_month, model.keys(PUT_IN))
