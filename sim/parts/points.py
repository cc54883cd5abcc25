"""M10 Points for assets (document 004, Shandong): money, land, technique and projects put in are valued as
points.

Once a year enrolled elders who trust the bank put in what they have. A point is a time credit: it is
redeemed, expires and is owed like any other. Money, rent of idle land and dividends of projects reach the
village's cash; technique trains volunteers. Points over what an asset earns are promises without cover.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, CRAFT, ELDER, MILD, STORY
from sim.state.fields import flow, state
from sim.state.ledger import posting
from sim.state.parameters import par, section, switch
from sim.state.people import identity_of

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
        for i in range(world.start[v], end):
            if people.kind[i] != ELDER or people.enrolled[i] == 0:
                continue
            identity = identity_of(village.number, people.serial[i])
            if uniform(key, identity, 0) >= points.join * 2.0 * np.float64(people.trust[i]):
                continue
            money = min(
                points.money,
                np.int64(
                    (int(people.income[i]) + int(int(people.remit[i]) * world.villages[v].remit_left))
                    * 12
                    * points.money_share
                ),
            )
            land = np.int64(int(people.land[i]) * 0.1 * points.idle_land * points.rent)
            minutes = (
                min(points.lesson, int(people.free[i]))
                if people.skills[i] & (CRAFT | STORY) and people.health[i] <= MILD
                else 0
            )
            technique = minutes * points.lesson_value // 60
            project = points.project if uniform(key, identity, 1) < points.project_share else 0
            if minutes > 0:
                people.free[i] -= minutes
                flow.time_lessons += minutes
                while pupil < end and (people.volunteer[pupil] == 0 or people.trained[pupil] == 1):
                    pupil += 1
                if pupil < end:
                    people.trained[pupil] = 1
            value = money + land + technique + project
            given = np.int64(value * points.valuation * 60.0 / points.hour_value)
            people.credit[i] += given
            post.credits_points += given
            post.points_money += money
            post.points_land += np.int64(land * points.let)
            village.points_capital += project
            flow.points_value[0] += money
            flow.points_value[1] += land
            flow.points_value[2] += technique
            flow.points_value[3] += project
            flow.points_given += given
            flow.points_persons += 1 if value > 0 else 0


def run(model) -> None:
    """Once a year; points need a bank."""
    parameters = model.parameters
    if parameters.points.on and parameters.timebank.on:
        put_in(model.people, model.world, model.values.table, model.calendar_month, model.keys(PUT_IN))
