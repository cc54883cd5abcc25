"""Tables and canteens: diners, prices by age, fees, days, seats, losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import service
from sim.state.codes import FULL

from .registry import (
    FEN,
    NOTHING,
    YEAR,
    Asked,
    Value,
    median,
    ratio,
    summary,
)

WEEKS = 52 / YEAR  # of a month
PRICE_FROM_WAGES = 0.5  # share of a price list that follows wages
BANDS = ("60s", "70s", "80s")
AGE = Asked("age", "band of age on the price list", words=BANDS)
OWN, ALL = "own", "all"
MONEY = Asked("money", "own: fees, guests, businesses; all: payers and gifts beside", words=(ALL, OWN))
FROM_GUESTS = ("paid_families", "guest_money")  # postings, beside what businesses give
FROM_PAYERS = ("paid_government", "paid_collective", "paid_society")


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
    return np.asarray((state["price"][here] / wages[:, None]).mean(axis=0) / FEN) / (
        run.parameters.families.full_meal_cost
    )


@summary()
def price_of_60s(run: Any) -> Value:
    """Price of a meal over its full cost at 60-69, where a canteen works."""
    count = int(cooking(run).sum())
    return (float(price_shares(run)[0]), count) if count else NOTHING


@summary(asks=(AGE,))
def price_at_age(run: Any, age: str) -> Value:
    """Price of a meal over its full cost at an age, where a canteen works."""
    count = int(cooking(run).sum())
    return (float(price_shares(run)[BANDS.index(age)]), count) if count else NOTHING


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
    return value / FEN, count


@summary(unit="yuan/month")
def fees_of_diner(run: Any) -> Value:
    """Fees of a diner a month where a canteen works."""
    value, count = over_canteens(run, "meal_fees", "diners")
    return value / FEN, count


@summary()
def unpaid_helpers(run: Any) -> Value:
    """Active volunteers of 60 and over among elders where a canteen works."""
    here = cooking(run)
    helpers = run.series.flow["volunteer_elders"] * here
    return ratio(helpers, run.series.state["elders"] * here, int(here.sum()))


@summary()
def diners_among_elders(run: Any) -> Value:
    """Regular diners among elders where a canteen works."""
    here = cooking(run)
    return ratio(run.series.flow["diners"] * here, run.series.state["elders"] * here, int(here.sum()))


@summary()
def seats_taken(run: Any) -> Value:
    """Diners at the table over seats where a canteen works; more than one where they eat in turns."""
    here, flow = cooking(run), run.series.flow
    at_table = (flow["diners"] - flow["delivered"]) * here
    return ratio(at_table, run.series.state["seats"] * here, int(here.sum()))


def money_in(run: Any, money: str) -> np.ndarray:
    """(months, villages): fen paid in for the service."""
    kinds = FROM_GUESTS if money == OWN else (*FROM_GUESTS, *FROM_PAYERS)
    posted = sum(run.series.amount(name) for name in kinds if name in run.series.names)
    return np.asarray(run.series.flow["care_share"] + posted)


@summary(asks=(MONEY,))
def canteen_years_at_a_loss(run: Any, money: str) -> Value:
    """Calendar years of full service, with diners in every month, in which less was paid in than it cost."""
    years = len(run.series.flow) // YEAR

    def by_year(values: np.ndarray) -> np.ndarray:
        return values[: years * YEAR].reshape(years, YEAR, values.shape[1])

    whole = by_year(cooking(run)).all(axis=1)
    short = by_year(money_in(run, money)).sum(axis=1) < by_year(run.series.flow["cost"]).sum(axis=1)
    return ratio(short & whole, whole, int(whole.sum()))
