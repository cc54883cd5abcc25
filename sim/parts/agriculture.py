"""M21 + Agriculture: land leased from elders, wages by season, shared gardens near towns, produce for the
canteen; all plant what paid last year; may lose.

State   what the garden saves the canteen, what land last year's price makes a village want (`business.py`
        keeps the rest). The herd: where a county's villages together plant more than in a normal year, their
        price falls; new villages find their own market (assumption). Both answers are lines through the
        normal year, so that an elasticity is that at the normal price and acreage.
Month   `run` before help is asked for: elders' hours in the fields are gone from their free time; rent is
        paid and the crop sold once a year.
Off     where no village has it; nothing before the first month.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.start import tables
from sim.state.codes import COUNTY, ELDER, FARM, NEAR_TOWN, PLAIN, ROBUST, RUNS_FARM
from sim.state.earnings import earn_rent, earn_wage
from sim.state.fields import state
from sim.state.parameters import par, section
from sim.state.people import residents, row_from, start_row
from sim.state.trades import book_month

MOST_MINUTES = 3000  # of one elder in a month
HARVEST, RENT_DUE = 10, 11  # calendar months
GARDEN_GROWS = 6  # months
LEAST_PRICE, LEAST_CROP = 0.2, 0.1  # of a normal year
MU = 0.1  # land is kept in tenths of a mu


@section("agriculture")
class Agriculture:
    """Characteristic agriculture on leased land."""

    ONLY: ClassVar[tuple[str, ...]] = ("business.kind=agriculture", "business.kind=portfolio")
    setup: float = par(
        150000.0,
        unit="yuan",
        low=50000.0,
        high=800000.0,
        doc="set-up money",
        source="assumption below the 500,000 of a support project (Hunan)",
        monthly=False,
        stored="fen",
    )
    land: float = par(60.0, unit="mu", low=10.0, high=300.0, doc="land that the business would lease")
    rent: float = par(
        600.0,
        unit="yuan/mu",
        low=250.0,
        high=1100.0,
        doc="rent a mu and year paid to elders",
        source="Sichuan 2020: dry 682, paddy 928; 30-50 % of transfers rent-free",
        grade="B",
        stored="fen",
    )
    lease_share: float = par(0.4, unit="share", low=0.05, high=0.9, doc="elders' land on offer for lease")
    sales: float = par(
        4500.0,
        unit="yuan/mu",
        low=1500.0,
        high=12000.0,
        doc="sales a mu in a normal year",
        source="assumption around a margin of 2,000 a mu",
        stored="fen",
    )
    inputs: float = par(
        1500.0, unit="yuan/mu", low=500.0, high=5000.0, doc="seed, fertiliser, services a mu", stored="fen"
    )
    fixed: float = par(
        20000.0, unit="yuan/year", low=0.0, high=100000.0, doc="manager, storage, marketing", stored="fen"
    )
    hours: float = par(
        100.0, unit="hours/mu", low=20.0, high=300.0, doc="work a mu and year", stored="minutes"
    )
    age_limit: float = par(
        78.0, unit="years", low=60.0, high=90.0, doc="age up to which elders work in the fields"
    )
    wage: float = par(
        8.5,
        unit="yuan/hour",
        low=3.0,
        high=15.0,
        doc="pay of elders for field work",
        source="60 yuan a day at 70 and over (20-100), three local reports",
        grade="C",
        stored="fen",
    )
    price_cv: float = par(
        0.25,
        unit="share",
        low=0.10,
        high=0.45,
        doc="standard deviation of a year's price",
        source="assumption; glut years -25 to -30 % (Tianjin 2011)",
    )
    yield_cv: float = par(0.15, unit="share", low=0.05, high=0.4, doc="standard deviation of a year's yield")
    acreage_elasticity: float = par(
        0.5,
        unit="ratio",
        low=0.0,
        high=1.5,
        doc="acreage over last harvest's price, around the normal year; 0: no herd",
    )
    price_elasticity: float = par(
        1.0,
        unit="ratio",
        low=0.0,
        high=2.0,
        doc="fall of the price over the county's acreage, around the normal year; 0: the price stands alone",
    )
    lead: int = par(
        12,
        unit="months",
        low=6,
        high=48,
        doc="months from money to first sales",
        source="1.5 years (0.5-4) assumed; orchards 3-5",
    )
    garden_saving: float = par(
        0.30,
        unit="share",
        low=0.10,
        high=0.30,
        doc="food cost that the garden's produce saves the canteen",
        source="Conghua, 2025",
        grade="B",
    )
    plots: float = par(
        15.0, unit="plots", low=0.0, high=100.0, doc="shared garden plots let to townspeople, near towns"
    )
    plot_rent: float = par(
        500.0, unit="yuan/year", low=100.0, high=2000.0, doc="rent of a shared plot", stored="fen"
    )


state(
    "herd",
    "f8",
    unit="ratio",
    label="land wanted after the last harvest's price, over a normal year's",
    initial=1.0,
)

YEAR = Purpose("agriculture.year")
TURN = Purpose("agriculture.turn")


@inner
def garden_saving(agriculture, village, month):
    """Food cost that the garden saves, less after a failed harvest."""
    if village.plus & RUNS_FARM == 0 or month < village.begun + GARDEN_GROWS:
        return 0.0
    return agriculture.garden_saving * (village.harvest_level if month < village.harvest_until else 1.0)


@inner
def tills(agriculture, village, month, calendar_month):
    """Whether fields are worked; nobody tills for an October too early to sell."""
    october = month + (HARVEST + 12 - calendar_month) % 12
    return village.plus & RUNS_FARM > 0 and october >= village.begun + agriculture.lead


@inner
def leased_land(people, world, v, agriculture, endowment):
    """Mu that the business leases, and in a normal year: what it wants, as far as elders offer it."""
    kind, offered = world.villages[v].kind, 0
    for i in residents(world, v):
        offered += int(people.land[i]) if people.kind[i] == ELDER else 0
    suited = kind == PLAIN or kind == NEAR_TOWN
    wanted, most = agriculture.land * (1.0 if suited else endowment), offered * MU * agriculture.lease_share
    return min(wanted * world.villages[v].herd, most), min(wanted, most)


@kernel
def plant(people, world, values, pool, month, calendar_month):
    """Mu planted by village, and by pool planted and usual: three rows of `World.means`."""
    planted, together, usual = world.means[0], world.means[1], world.means[2]
    for v in range(len(world.used)):
        planted[v], together[v], usual[v] = 0.0, 0.0, 0.0
    for v in range(len(world.used)):
        agriculture, village = values.agriculture[v], world.villages[v]
        if tills(agriculture, village, month, calendar_month):
            mu, normal = leased_land(people, world, v, agriculture, values.business[v].endowment)
            planted[v] = mu
            together[pool[v]] += mu
            usual[pool[v]] += normal


@inner
def glut(agriculture, together, usual):
    """What the county's acreage leaves of the price: 1 where as much is planted as in a normal year."""
    over = together / usual - 1.0 if usual > 0.0 else 0.0
    return max(1.0 - agriculture.price_elasticity * over, LEAST_PRICE)


@inner
def can_till(people, i, agriculture):
    """Robust elders below the age limit who know farming."""
    knows_farming = people.kind[i] == ELDER and people.skills[i] & FARM > 0
    able = people.health[i] == ROBUST and people.age[i] < agriculture.age_limit * 12.0
    return knows_farming and able


@inner
def till(people, world, v, values, wanted, month, drawn):
    """Minutes that elders work, from a drawn place on until enough are found; they are paid by the hour."""
    agriculture, business, found = values.agriculture[v], values.business[v], 0
    first = start_row(people, world, v, False, drawn)
    for step in range(world.used[v]):
        i = row_from(world, v, first, step)
        if can_till(people, i, agriculture) and found < wanted:
            free = np.int64(people.free[i] * business.work_share)
            minutes = min(free, int(wanted - found) + 1, MOST_MINUTES)
            if minutes > 0:
                people.free[i] -= minutes
                if business.decided == 1:
                    earn_wage(people, world, v, i, found, minutes, agriculture.wage, month)
                found += minutes
    return found


@inner
def crop_sales(agriculture, village, mu, work, month, key, level):
    """Sales of the year's crop: price and yield of the year, shocks, and how much of the work was done.

    `level`: what the county's acreage leaves of the price; next year's acreage follows the price.
    """
    years = month // 12
    price_luck, crop_luck = (
        normalish(key, village.number, 2 * years),
        normalish(key, village.number, 2 * years + 1),
    )
    price = max(1.0 + agriculture.price_cv * price_luck, LEAST_PRICE) * level
    crop = max(1.0 + agriculture.yield_cv * crop_luck, LEAST_CROP)
    if month < village.price_until:
        price *= village.price_level
    if month < village.harvest_until:
        crop *= village.harvest_level
    village.herd = max(1.0 + agriculture.acreage_elasticity * (price - 1.0), 0.0)
    return int(mu * agriculture.sales * price * crop * work)


@inner
def book(agriculture, flow, post, mu, sales, minutes, calendar_month):
    """Sales, wages, inputs and rent of the month; the rent."""
    wages = minutes * agriculture.wage // 60
    cost = int(mu * agriculture.inputs / 12.0) + agriculture.fixed // 12
    leases = int(mu * agriculture.rent) if calendar_month == RENT_DUE else 0
    book_month(flow, post, sales, wages, cost, minutes)
    post.leases += leases
    flow.business_rent += leases
    flow.business_costs += leases
    return leases


@inner
def harvest(world, v, values, pool, work, month, key):
    """Sales of the crop; by the former rule villages neither follow last year's price nor move it."""
    agriculture, village, mu = values.agriculture[v], world.villages[v], world.means[0, v]
    if values.business[v].decided == 0:
        sales = crop_sales(agriculture, village, mu, work, month, key, 1.0)
        village.herd = 1.0
        return sales
    level = glut(agriculture, world.means[1, pool[v]], world.means[2, pool[v]])
    return crop_sales(agriculture, village, mu, work, month, key, level)


@kernel
def farm(people, world, values, pool, season, month, calendar_month, keys, turn_keys):
    """Wages by season, rent and sales at harvest (October), the garden for the canteen."""
    for v in range(len(world.used)):
        agriculture, business, village = values.agriculture[v], values.business[v], world.villages[v]
        key, turn_key = keys[world.county[v]], turn_keys[world.county[v]]
        village.garden_saving = garden_saving(agriculture, village, month)
        if not tills(agriculture, village, month, calendar_month):
            continue
        mu = world.means[0, v]
        wanted = mu * agriculture.hours / 12.0 * season
        found = till(people, world, v, values, wanted, month, uniform(turn_key, village.number, 0))
        sales = int(agriculture.plots * agriculture.plot_rent / 12.0) if village.kind == NEAR_TOWN else 0
        if calendar_month == HARVEST:
            sales += harvest(world, v, values, pool, min(found / max(wanted, 1.0), 1.0), month, key)
        rent = book(agriculture, world.flow[v], world.posted[v], mu, sales, found, calendar_month)
        if rent > 0 and business.decided == 1:
            earn_rent(people, world, v, rent, month)


def run(model) -> None:
    """The month in the fields; a year's price and yield are fixed for the year."""
    if model.runs("agriculture", "portfolio") and model.month >= 0:
        season = float(tables.seasons()[1, model.calendar_month - 1])
        when = model.month, model.calendar_month
        keys = model.lasting_keys(YEAR), model.keys(TURN)
        pool, table = model.world.pools[COUNTY], model.values.table
        plant(model.people, model.world, table, pool, *when)
        farm(model.people, model.world, table, pool, season, *when, *keys)
