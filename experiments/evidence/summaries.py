"""What a pattern is held against: one pure function each, from a county to (value, units behind it).

A function that needs a `start` gets a model as it was built, before its first month and without spin-up; one
that needs a `run` gets the result of a finished run. Where there is nothing to see the value is nan and the
number 0. Money is in yuan. The functions are found by name from a file of patterns (`pattern_file.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import service
from sim.start import tables
from sim.state.codes import COUPLE, ELDER, FULL, NEVER, SEVERE, WITH_CHILD, WORKING

Value = tuple[float, int]
Function = Callable[[Any], Value]
YEAR = 12  # months
NOTHING: Value = (math.nan, 0)
YOUNG, OLD = 36, 60  # months after its opening at which a station is looked at (C14)
LANDMARK, LATER = 12, 48  # months after opening: diners are counted up to the first, survival from it on
WEEKS = 52 / YEAR  # of a month
PRICE_FROM_WAGES = 0.5  # share of a price list that follows wages


@dataclass(frozen=True)
class Summary:
    """A function by name, what it wants (`start` or `run`), and its unit."""

    name: str
    needs: str
    unit: str
    of: Function

    @property
    def about(self) -> str:
        """The first line of its description."""
        return (self.of.__doc__ or "").splitlines()[0]


SUMMARIES: dict[str, Summary] = {}


def summary(needs: str = "run", unit: str = "share") -> Callable[[Function], Function]:
    """Register a function under its own name; ValueError where the name is taken."""

    def register(function: Function) -> Function:
        name = function.__name__
        if name in SUMMARIES:
            raise ValueError(f"summary {name!r} is declared twice")
        SUMMARIES[name] = Summary(name, needs, unit, function)
        return function

    return register


def ratio(part: Any, whole: Any, count: int) -> Value:
    """Sum over sum; nothing where there is nothing to divide by."""
    total = float(np.sum(whole))
    return (float(np.sum(part)) / total, count) if total > 0 else NOTHING


def median(values: np.ndarray) -> Value:
    """The median and how many stand behind it."""
    return (float(np.median(values)), len(values)) if len(values) else NOTHING


# -- at the start
def elders(model: Any, column: str) -> np.ndarray:
    """A column of the person table, elders only."""
    people = model.people
    return np.asarray(getattr(people, column)[people.kind == ELDER])


@summary("start")
def age_gap(model: Any) -> Value:
    """Largest gap of a five-year age and sex share of elders from the census table."""
    _, shares = tables.age_shares()
    found = np.zeros_like(shares)
    age, sex = elders(model, "age"), elders(model, "sex")
    np.add.at(found, (np.clip(age // YEAR - 60, 0, 40) // 5, sex), 1)
    return (float(np.abs(found / len(age) - shares).max()), len(age)) if len(age) else NOTHING


@summary("start")
def empty_nest(model: Any) -> Value:
    """Share of elders who live alone or with a spouse only."""
    living = elders(model, "living")
    return ratio(living != WITH_CHILD, np.ones(len(living)), len(living))


@summary("start")
def couples(model: Any) -> Value:
    """Share of couples among the elders who live alone or with a spouse only."""
    living = elders(model, "living")
    return ratio(living == COUPLE, living != WITH_CHILD, int((living != WITH_CHILD).sum()))


@summary("start")
def disabled(model: Any) -> Value:
    """Share of elders with any disability."""
    health = elders(model, "health")
    return ratio(health > 0, np.ones(len(health)), len(health))


@summary("start")
def severely_disabled(model: Any) -> Value:
    """Share of elders with severe disability."""
    health = elders(model, "health")
    return ratio(health == SEVERE, np.ones(len(health)), len(health))


@summary("start")
def facilities_at_start(model: Any) -> Value:
    """Share of villages with a facility at the start."""
    standing = np.asarray(model.world.villages.facility) == WORKING
    return ratio(standing, np.ones(len(standing)), len(standing))


@summary("start")
def poor_collectives(model: Any) -> Value:
    """Share of collectives below 50,000 yuan a year, by the quantiles of 2019."""
    rank, quantiles = np.asarray(model.world.villages.income_rank), tables.income_quantiles(2019)
    low = np.minimum((rank * 256).astype(int), 255)
    income = quantiles[low] + (rank * 256 - low) * (quantiles[low + 1] - quantiles[low])
    return ratio(income < 5_000_000, np.ones(len(rank)), len(rank))


@summary("start", unit="yuan/month")
def wage_of_cook(model: Any) -> Value:
    """Wage of a cook: a parameter."""
    return model.parameters.canteen.cook, 1


# -- a run: people
@summary()
def disabled_at_end(run: Any) -> Value:
    """Share of elders with any disability at the end."""
    persons = run.series.flow["state_persons"][-1]
    return ratio(persons[:, 1:], persons, int(persons.sum()))


@summary(unit="share/year")
def growth_of_elders(run: Any) -> Value:
    """Mean growth of elders a year from the first month to the last."""
    count = run.series.state["elders"].sum(axis=1)
    years = (len(count) - 1) / YEAR
    return (float((count[-1] / count[0]) ** (1 / years) - 1), int(count[0])) if years > 0 else NOTHING


def served_for(run: Any, months: int) -> np.ndarray:
    """(months, villages): in service, and opened so many months before, or at the start."""
    state = run.series.state
    month = np.arange(len(state))[:, None]
    old = (state["opened"] < 0) & (state["opened"] != NEVER) | (
        (state["opened"] >= 0) & (month - state["opened"] >= months)
    )
    return np.asarray((state["level"] > 0) & old)


@summary()
def participation(run: Any) -> Value:
    """Elders who gave or received within 12 months, in villages in service for 24 months, each December."""
    old = served_for(run, 2 * YEAR) & (np.arange(len(run.series.flow)) % YEAR == YEAR - 1)[:, None]
    return ratio(run.series.flow["took_part"] * old, run.series.state["elders"] * old, int(old.sum()))


@summary()
def willing(run: Any) -> Value:
    """Elders who say yes when they are asked, first year."""
    said, asked = run.series.flow["willing_elders"][:YEAR], run.series.state["elders"][:YEAR]
    return ratio(said, asked, asked.shape[1])


@summary()
def active_in_first_year(run: Any) -> Value:
    """Registered members who gave or received help in the first year after an opening in the run.

    Registered are those enrolled and the helpers who volunteer; active are elders and helpers alike.
    """
    state, flow = run.series.state, run.series.flow
    months, villages = np.nonzero(np.arange(len(state))[:, None] - state["opened"] == YEAR - 1)
    open_then = (state["opened"][months, villages] >= 0) & (state["level"][months, villages] > 0)
    months, villages = months[open_then], villages[open_then]
    helpers = (flow["volunteers"] - flow["volunteer_elders"])[months, villages]
    active = flow["took_part"][months, villages] + helpers
    return ratio(
        np.minimum(active, flow["enrolled"][months, villages] + helpers),
        flow["enrolled"][months, villages] + helpers,
        len(months),
    )


@summary(unit="hours/month")
def hours_of_a_helper(run: Any) -> Value:
    """Hours that an active volunteer gives in a month, where service runs."""
    flow, serving = run.series.flow, run.series.state["level"] > 0
    hours, people = flow["time_aid"] * serving / 60.0, flow["volunteers"] * serving
    return ratio(hours, people, int(people.sum()))


# -- a run: tables
def cooking(run: Any) -> np.ndarray:
    """(months, villages): full service with diners."""
    return np.asarray((run.series.state["level"] == FULL) & (run.series.flow["diners"] > 0))


def tables_laid(run: Any) -> np.ndarray:
    """(months, villages): an open station with meals of any kind."""
    return np.asarray(run.doors.open & (run.series.flow["meals"] > 0))


def price_shares(run: Any) -> np.ndarray:
    """(3,): mean price over the full cost of a meal at 60-69, 70-79, 80 and over, wages taken out."""
    state, here = run.series.state, cooking(run)
    wages = 1 - PRICE_FROM_WAGES + PRICE_FROM_WAGES * state["wage_index"][here]
    return np.asarray((state["price"][here] / wages[:, None]).mean(axis=0) / 100) / (
        run.parameters.families.full_meal_cost
    )


@summary()
def price_of_60s(run: Any) -> Value:
    """Price of a meal over its full cost at 60-69, where a canteen works."""
    count = int(cooking(run).sum())
    return (float(price_shares(run)[0]), count) if count else NOTHING


@summary()
def fall_of_price_with_age(run: Any) -> Value:
    """By how much of the full cost the oldest pay less than those of 60-69."""
    count = int(cooking(run).sum())
    return (float(price_shares(run)[0] - price_shares(run)[2]), count) if count else NOTHING


@summary(unit="persons")
def diners_of_canteens(run: Any) -> Value:
    """Median number of regular diners in months of full service."""
    return median(run.series.flow["diners"][cooking(run)])


@summary(unit="persons")
def diners_of_tables(run: Any) -> Value:
    """Median number of regular diners where a station is open with meals of any kind."""
    return median(run.series.flow["diners"][tables_laid(run)])


@summary(unit="days/week")
def open_days(run: Any) -> Value:
    """Median days a week with meals: recorded open days, or the days on which a canteen opens."""
    here = tables_laid(run)
    days = service.recorded(run.series, "open_days")
    if not here.any():
        return NOTHING
    month = run.parameters.canteen.days if days is None else float(np.median(days[here]))
    return month / WEEKS, int(here.sum())


def over_canteens(run: Any, part: str, whole: str) -> Value:
    """A flow over another in months of full service."""
    here, flow = cooking(run), run.series.flow
    return ratio(flow[part] * here, flow[whole] * here, int(here.sum()))


@summary()
def fees_over_cost(run: Any) -> Value:
    """Elders' fees over the cash cost of a village with a canteen."""
    return over_canteens(run, "meal_fees", "cost")


@summary(unit="yuan/meal")
def price_of_meal(run: Any) -> Value:
    """Fees over meals where a canteen works."""
    value, count = over_canteens(run, "meal_fees", "meals")
    return value / 100, count


@summary(unit="yuan/month")
def fees_of_diner(run: Any) -> Value:
    """Fees of a diner a month where a canteen works."""
    value, count = over_canteens(run, "meal_fees", "diners")
    return value / 100, count


@summary()
def unpaid_helpers(run: Any) -> Value:
    """Active volunteers of 60 and over among elders where a canteen works."""
    here = cooking(run)
    helpers = run.series.flow["volunteer_elders"] * here
    return ratio(helpers, run.series.state["elders"] * here, int(here.sum()))


# -- a run: stations that come and go
@summary(unit="years")
def years_to_nine_of_ten(run: Any) -> Value:
    """Years until 90 % of villages have a facility; the length of the run where they never do."""
    share = (run.series.state["facility"] == WORKING).mean(axis=1)
    month = int((share >= 0.9).argmax()) if (share >= 0.9).any() else len(share)
    return month / YEAR, run.series.flow.shape[1]


@summary()
def shut_after_drive(run: Any) -> Value:
    """Rooms standing 36-60 months after the station opened in the run whose door is not open.

    A share of station-months, those suspended left out; the number is that of stations.
    """
    state, doors = run.series.state, run.doors
    age = np.arange(len(state))[:, None] - state["opened"]
    seen = (state["opened"] >= 0) & (age >= YOUNG) & (age <= OLD)
    seen &= (state["facility"] == WORKING) & ~doors.suspended
    return ratio(seen & ~doors.open, seen, int(seen.any(axis=0).sum()))


@summary(unit="difference of shares")
def survival_by_diners(run: Any) -> Value:
    """Survival to four years of stations with many diners less that of stations with few, within a run.

    Terciles of mean diners in the first year; product limit from its end on, so that a station that lasts is
    not one that had time to find diners.
    """
    found = service.spells(run.doors, service.ages_at_start(run.series))
    alive = found.first & (found.entry == 0) & (found.exit > LANDMARK)
    village, begun = found.village[alive], found.month[alive]
    if len(village) < 6:
        return NOTHING
    flow = run.series.flow["diners"]
    diners = np.array(
        [flow[month : month + LANDMARK, v].mean() for v, month in zip(village, begun, strict=True)]
    )
    order = np.argsort(np.argsort(diners, kind="stable"), kind="stable")
    third = len(order) // 3
    exits, closed = found.exit[alive], found.closed[alive]
    few, many = (
        service.product_limit(np.full(rows.sum(), LANDMARK), exits[rows], closed[rows], np.array([LATER]))[0]
        for rows in (order < third, order >= len(order) - third)
    )
    return float(many - few), len(village)


@summary()
def visitors_in_crash(run: Any) -> Value:
    """Visitors in the year of a scheduled crash over the same months of the year before."""
    visitors, at = run.series.state["visitors"], run.parameters.shocks.scheduled_month
    now, before = visitors[at : at + YEAR], visitors[max(at - YEAR, 0) : at]
    return ratio(now, before, visitors.shape[1])
