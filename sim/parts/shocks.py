"""M28 Shocks: budget cut, tourism crash, harvest failure, loss of a donor; pandemic, price crash, flood, loss
of a leader, job losses of children.

State   until when and how deep each lasts. A shock writes what it changes; the part that is hit reads it.
Month   `run` first of all. Each is drawn once a year per village, in January; with probability
        `correlation` a village takes the county's draw instead of its own, so that the chance stays the
        same and two villages share it with probability correlation squared. One may be scheduled.
Off     no shocks; none before the first month.
"""

from __future__ import annotations

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import NEVER
from sim.state.fields import flow, state
from sim.state.parameters import choice, par, section, switch

JANUARY = 1
KINDS = (
    "budget_cut",
    "tourism_crash",
    "harvest_failure",
    "donor_loss",
    "pandemic",
    "price_crash",
    "flood",
    "leader_loss",
    "job_loss",
)
BUDGET, TOURISM, HARVEST, DONOR, PANDEMIC, PRICE, FLOOD, LEADER, JOBS = range(9)
WHOSE = 100  # index of the draw that says whose draw counts, before the kind of shock


@section("shocks")
class Shocks:
    """Chances a year, depth, length, and how far villages share them."""

    on: bool = switch(True, doc="off: no shocks")
    correlation: float = par(
        0.5, unit="ratio", low=0.0, high=1.0, doc="chance that a village takes the county's draw"
    )
    budget_cut: float = par(
        0.05,
        unit="share/year",
        low=0.0,
        high=0.30,
        doc="chance that operating subsidies are cut",
        source="assumption; lottery money fell by 20 % or more in two of nine years",
    )
    cut_to: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="what is left of subsidies in a year of a cut",
        source="assumption: a cut by half",
    )
    tourism_crash: float = par(
        0.03,
        unit="share/year",
        low=0.0,
        high=0.15,
        doc="chance of a tourism crash",
        source="assumption (0.01-0.06) for a major epidemic closure",
        only=("business.kind=tourism", "business.kind=portfolio"),
    )
    crash_to: float = par(
        0.30,
        unit="share",
        low=0.23,
        high=0.48,
        doc="visitors left in a crash",
        source="People's Daily Online 2020-05-15: spring 2020 about 30 % of the year before",
        grade="B",
    )
    crash_months: int = par(
        12,
        unit="months",
        low=3,
        high=36,
        doc="length of a crash",
        only=("business.kind=tourism", "business.kind=portfolio"),
    )
    harvest_failure: float = par(
        0.075,
        unit="share/year",
        low=0.0,
        high=0.25,
        doc="chance of a failed harvest",
        source="derived: residents affected by disasters over population, 2019-24",
        grade="C",
        only=("business.kind=agriculture", "business.kind=portfolio"),
    )
    harvest_to: float = par(
        0.5,
        unit="share",
        low=0.1,
        high=0.9,
        doc="yield left in a failed harvest",
        only=("business.kind=agriculture", "business.kind=portfolio"),
    )
    donor_loss: float = par(
        0.08, unit="share/year", low=0.0, high=0.3, doc="chance that the main donor of a village stops"
    )
    donor_months: int = par(24, unit="months", low=6, high=60, doc="months until another donor is found")
    pandemic: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.15,
        doc="chance of a pandemic: no tables, fewer helpers, no visitors, more deaths",
        source="design choice: off; 0.03 (0.01-0.06) assumed for a major epidemic closure",
    )
    pandemic_months: int = par(
        6,
        unit="months",
        low=1,
        high=36,
        doc="length of a pandemic",
        only=("pandemic!=0", "scheduled=pandemic"),
    )
    pandemic_helpers: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="helpers who still turn up in a pandemic",
        only=("pandemic!=0", "scheduled=pandemic"),
    )
    pandemic_deaths: float = par(
        1.15,
        unit="ratio",
        low=1.0,
        high=3.0,
        doc="deaths of elders in a pandemic over other months",
        only=("pandemic!=0", "scheduled=pandemic"),
    )
    price_crash: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc="chance that the price of the village's crop crashes",
        source="design choice: off; prices vary by agriculture.price_cv beside it",
    )
    price_to: float = par(
        0.73,
        unit="share",
        low=0.5,
        high=0.9,
        doc="price left in a crash",
        source="Tianjin 2011: glut fruit -25 to -30 %",
        grade="B",
        only=("price_crash!=0", "scheduled=price_crash"),
    )
    flood: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.25,
        doc="chance of a flood: building damaged, harvest lost",
        source="design choice: off; 0.075 (0.06-0.092) of residents are affected by a disaster in a year",
    )
    flood_damage: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=0.8,
        doc="condition that a flood takes from a building",
        only=("flood!=0", "scheduled=flood"),
    )
    leader_loss: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.3,
        doc="chance that leaders are taken away",
        source="design choice: off; leaders leave by organisation.leader_leaves beside it",
    )
    job_loss: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.3,
        doc="chance that children lose their jobs",
        source="design choice: off",
    )
    remit_to: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="money from children that is left",
        only=("job_loss!=0", "scheduled=job_loss"),
    )
    job_months: int = par(
        12,
        unit="months",
        low=1,
        high=36,
        doc="months until children have jobs again",
        only=("job_loss!=0", "scheduled=job_loss"),
    )
    scheduled: str = choice(
        "none", choices=("none", *KINDS), doc="a shock that strikes all villages on a given month", live=True
    )
    scheduled_month: int = par(
        60,
        unit="month",
        low=0,
        high=600,
        doc="months after the start on which the scheduled shock strikes",
        source="design choice",
        only=("scheduled!=none",),
    )


state("subsidy_left", "f8", unit="share", label="operating subsidies left this year", initial=1.0)
state("crash_until", "i8", unit="month", label="visitors are few until", initial=-1)
state("crash_level", "f8", unit="share", label="visitors left", initial=1.0)
state("harvest_until", "i8", unit="month", label="harvest fails until", initial=-1)
state("harvest_level", "f8", unit="share", label="yield left", initial=1.0)
state("donor_until", "i8", unit="month", label="without main donor until", initial=-1)
state("pandemic_until", "i8", unit="month", label="pandemic until", initial=NEVER)
state("turn_out", "f8", unit="share", label="helpers who turn up, over other months", initial=1.0)
state("mortality", "f8", unit="ratio", label="deaths of elders over the schedule", initial=1.0)
state("price_until", "i8", unit="month", label="the crop is cheap until", initial=-1)
state("price_level", "f8", unit="share", label="price of the crop left", initial=1.0)
state("jobs_until", "i8", unit="month", label="children are without jobs until", initial=-1)
state("remit_left", "f8", unit="share", label="money from children that is left", initial=1.0)
flow(
    "shock_struck",
    unit="villages",
    label=(
        "shocks that struck this month: budget, tourism, harvest, donor, pandemic, price, flood, leader, jobs"
    ),
    shape=(9,),
)
flow("flood_damage", unit="share", label="condition that a flood took from the building", dtype="f8")

STRIKE = Purpose("shocks.strike")


@kernel
def struck(key, number, index, chance, correlation):
    """Whether a yearly shock hits a village: own draw, or the county's."""
    shared = uniform(key, number, WHOSE + index) < correlation
    return uniform(key, 0 if shared else number, index) < chance


@inner
def chances_of(shocks):
    """Chance a year of each kind, in their order."""
    return (
        shocks.budget_cut,
        shocks.tourism_crash,
        shocks.harvest_failure,
        shocks.donor_loss,
        shocks.pandemic,
        shocks.price_crash,
        shocks.flood,
        shocks.leader_loss,
        shocks.job_loss,
    )


@inner
def hit_trade(shocks, village, kind, month):
    """Visitors, harvest, price of the crop."""
    if kind == TOURISM:
        village.crash_until, village.crash_level = month + shocks.crash_months, shocks.crash_to
    elif kind == PANDEMIC:
        village.crash_until = max(village.crash_until, village.pandemic_until)
        village.crash_level = shocks.crash_to
    elif kind == HARVEST or kind == FLOOD:
        village.harvest_until, village.harvest_level = month + 12, shocks.harvest_to
    elif kind == PRICE:
        village.price_until, village.price_level = month + 12, shocks.price_to


@inner
def hit(shocks, village, kind, month):
    """What a shock of this kind changes; a leader is taken away by M24, which reads that it struck."""
    if kind == BUDGET:
        village.subsidy_left = shocks.cut_to
    elif kind == DONOR:
        village.donor_until = month + shocks.donor_months
    elif kind == JOBS:
        village.jobs_until = month + shocks.job_months
    elif kind == PANDEMIC:
        village.pandemic_until = month + shocks.pandemic_months
    hit_trade(shocks, village, kind, month)


@inner
def last(shocks, village, flow, month):
    """What shocks that go on do this month."""
    ill = month < village.pandemic_until
    village.turn_out = shocks.pandemic_helpers if ill else 1.0
    village.mortality = shocks.pandemic_deaths if ill else 1.0
    village.remit_left = shocks.remit_to if month < village.jobs_until else 1.0
    flow.flood_damage = shocks.flood_damage if flow.shock_struck[FLOOD] > 0 else 0.0


@kernel
def strike(world, values, month, calendar_month, keys):
    """Draw the year's shocks each January and strike the scheduled one on its month."""
    for v in range(len(world.used)):
        shocks, village, flow = values.shocks[v], world.villages[v], world.flow[v]
        key, chances, january = keys[world.county[v]], chances_of(shocks), calendar_month == JANUARY
        if january:
            village.subsidy_left = 1.0
        for kind in range(len(KINDS)):
            drawn = january and struck(key, village.number, kind, chances[kind], shocks.correlation)
            # the choices of `scheduled` are "none" and the kinds
            if drawn or (shocks.scheduled == kind + 1 and month == shocks.scheduled_month):
                flow.shock_struck[kind] += 1
                hit(shocks, village, kind, month)
        last(shocks, village, flow, month)


def run(model) -> None:
    """Shocks of the month; none during spin-up."""
    if model.parameters.shocks.on and model.month >= 0:
        strike(model.world, model.values.table, model.month, model.calendar_month, model.keys(STRIKE))
