"""What a village business pays to persons: wages, land rent and dividends, and their mean over twelve months.

A sum is cut between persons so that the parts add up to it, to the fen: each gets what the running total has
grown by, so that nobody is a fen off the exact share.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner
from sim.state.codes import ELDER, FREE, NEVER, POOL_MONTHS
from sim.state.fields import column, state
from sim.state.people import residents

YEAR = 12

column(
    "trade_months",
    "i4",
    unit="fen",
    label="wages, rent and dividends of the village business, last twelve months",
    shape=(YEAR,),
)
column("trade_income", "i4", unit="fen/month", label="their mean over twelve months, part of the income")
state("trade_paid", "i8", unit="month", label="month in which a business last paid a person", initial=NEVER)


@inner
def part_of(total, before, after, whole):
    """What of `total` falls to those between two places of a running sum of `whole`, to the unit."""
    return total * after // whole - total * before // whole


@inner
def earn(people, world, v, i, fen, month):
    """A person is paid by the business."""
    people.trade_months[i, month % YEAR] += fen
    world.villages[v].trade_paid = month


@inner
def earn_wage(people, world, v, i, before, minutes, wage, month):
    """Pay of minutes of work, `before` of which the village had paid already; `wage` fen an hour."""
    fen = (before + minutes) * wage // 60 - before * wage // 60
    earn(people, world, v, i, fen, month)


@called
def earn_rent(people, world, v, rent, month):
    """Land rent in proportion to the land that elders have."""
    land, before = 0, 0
    for i in residents(world, v):
        land += int(people.land[i]) if people.kind[i] == ELDER else 0
    for i in residents(world, v):
        if people.kind[i] == ELDER and people.land[i] > 0:
            after = before + int(people.land[i])
            earn(people, world, v, i, part_of(rent, before, after, land), month)
            before = after


@inner
def members(world, v):
    """Villagers who share a profit: elders, helpers, and the others of 40-59 who are no agents."""
    village, total = world.villages[v], 0
    for sex in range(2):
        for born in range(POOL_MONTHS):
            total += int(world.pool[v, sex, born])
    return total + int(village.elders) + int(village.helpers)


@called
def earn_dividends(people, world, v, profit, month):
    """A profit is shared equally by head; the fen that elders and helpers get, the rest goes to others."""
    whole, before = members(world, v), 0
    if whole == 0:
        return 0
    for i in residents(world, v):
        if people.kind[i] != FREE:
            earn(people, world, v, i, part_of(profit, before, before + 1, whole), month)
            before += 1
    return profit * before // whole


@inner
def earned_in_year(people, i):
    """What the business paid a person over the last twelve months, fen."""
    total = np.int64(0)
    for place in range(YEAR):
        total += people.trade_months[i, place]
    return total


@called
def lose_pay(people, world, v, lost, month):
    """Pay that is never made good is lost by those on the pay-roll, in proportion to their last year."""
    whole, before = np.int64(0), np.int64(0)
    for i in residents(world, v):
        whole += earned_in_year(people, i)
    if whole == 0:
        return
    for i in residents(world, v):
        after = before + earned_in_year(people, i)
        earn(people, world, v, i, -part_of(min(lost, whole), before, after, whole), month)
        before = after


@called
def close_month(people, world, v, month):
    """The mean of the last twelve months; the place of the month to come is cleared."""
    for i in residents(world, v):
        people.trade_income[i] = earned_in_year(people, i) // YEAR
        people.trade_months[i, (month + 1) % YEAR] = 0
