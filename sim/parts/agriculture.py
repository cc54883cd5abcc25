"""M21 + Agriculture: land leased from elders, wages by season, shared gardens near towns, produce for the
canteen; may lose.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, normalish, uniform
from sim.engine.sorting import wrap
from sim.start import tables
from sim.state.codes import ELDER, FARM, NEAR_TOWN, PLAIN, ROBUST
from sim.state.parameters import par, section
from sim.state.people import start_row


@section("agriculture")
class Agriculture:
    """Characteristic agriculture on leased land."""

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


YEAR = Purpose("agriculture.year")
TURN = Purpose("agriculture.turn")


@kernel
def farm(people, world, values, season, month, calendar_month, keys, turn_keys):
    """Wages by season, rent and sales at harvest (October), the garden for the canteen."""
    for v in range(len(world.used)):
        key, turn_key = keys[world.county[v]], turn_keys[world.county[v]]
        agriculture, village, flow, post = (
            values.agriculture[v],
            world.villages[v],
            world.flow[v],
            world.posted[v],
        )
        at_work = village.plus & 2 > 0
        village.garden_saving = (
            agriculture.garden_saving * (village.harvest_level if month < village.harvest_until else 1.0)
            if at_work and month >= village.begun + 6
            else 0.0
        )
        if (
            not at_work or month + (22 - calendar_month) % 12 < village.begun + agriculture.lead
        ):  # nobody tills for an October too early to sell
            continue
        full = village.kind == PLAIN or village.kind == NEAR_TOWN
        offered, n = 0, world.used[v]
        for i in range(world.start[v], world.start[v] + n):
            offered += int(people.land[i]) if people.kind[i] == ELDER else 0
        mu = min(
            agriculture.land * (1.0 if full else values.business[v].endowment),
            offered * 0.1 * agriculture.lease_share,
        )
        wanted = mu * agriculture.hours / 12.0 * season
        found = 0
        turn = start_row(people, world, v, False, uniform(turn_key, village.number, 0))
        for j in range(n):
            i = world.start[v] + wrap(j + turn, n)
            if (
                people.kind[i] == ELDER
                and people.skills[i] & FARM
                and people.health[i] == ROBUST
                and people.age[i] < agriculture.age_limit * 12.0
                and found < wanted
            ):
                take = min(
                    np.int64(people.free[i] * values.business[v].work_share), int(wanted - found) + 1, 3000
                )
                if take > 0:
                    people.free[i] -= take
                    found += take
        wages = found * agriculture.wage // 60
        cost = int(mu * agriculture.inputs / 12.0) + agriculture.fixed // 12
        leases = int(mu * agriculture.rent) if calendar_month == 11 else 0
        sales = int(agriculture.plots * agriculture.plot_rent / 12.0) if village.kind == NEAR_TOWN else 0
        if calendar_month == 10:
            years = month // 12
            price = max(1.0 + agriculture.price_cv * normalish(key, village.number, 2 * years), 0.2)
            crop = max(1.0 + agriculture.yield_cv * normalish(key, village.number, 2 * years + 1), 0.1)
            if month < village.price_until:
                price *= village.price_level
            if month < village.harvest_until:
                crop *= village.harvest_level
            work = min(found / max(wanted, 1.0), 1.0)
            sales += int(mu * agriculture.sales * price * crop * work)
        post.wages += wages
        post.costs += cost
        post.leases += leases
        post.sales += sales
        flow.business_sales += sales
        flow.business_costs += cost + wages + leases
        flow.business_wages += wages
        flow.business_minutes += found
        flow.time_business += found


def run(model) -> None:
    """The month in the fields; a year's price and yield are fixed for the year."""
    if model.runs("agriculture", "portfolio") and model.month >= 0:
        season = float(tables.seasons()[1, model.calendar_month - 1])
        farm(
            model.people,
            model.world,
            model.values.table,
            season,
            model.month,
            model.calendar_month,
            model.lasting_keys(YEAR),
            model.keys(TURN),
        )
