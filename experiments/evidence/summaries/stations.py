"""Rooms and stations that come and go: how many stand, stay open, close."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import service
from sim.state.codes import WORKING

from .registry import NOTHING, YEAR, Asked, Value, ratio, summary

MOST_AGE = 1_200  # months that a station may have stood before the run
YOUNG, OLD = 36, 60  # months after its opening at which a station is looked at (C14)
LANDMARK, LATER = 12, 48  # months after opening: diners are counted up to the first, survival from it on
AFTER_OPENING = Asked("years", "years after the opening", 1, 30)
AFTER_START = Asked("years", "years after the start", 1, 30)
OF_AGE = Asked("year", "year of its life: 1 is the first", 1, 30)


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


@summary(asks=(AFTER_START,))
def facilities_after(run: Any, years: int) -> Value:
    """Share of villages with a facility so many years after the start."""
    standing, month = run.series.state["facility"] == WORKING, years * YEAR - 1
    if month >= len(standing):
        return NOTHING
    return ratio(standing[month], np.ones(standing.shape[1]), standing.shape[1])


@summary(unit="share/year")
def growth_of_facilities(run: Any) -> Value:
    """Mean rise a year of the share of villages with a facility, from the first month to the last."""
    share = (run.series.state["facility"] == WORKING).mean(axis=1)
    years = (len(share) - 1) / YEAR
    if years <= 0:
        return NOTHING
    return float(share[-1] - share[0]) / years, run.series.flow.shape[1]


@summary()
def facilities_in_use(run: Any) -> Value:
    """Standing facilities with an open station, each December; those suspended are left out."""
    december = (np.arange(len(run.series.flow)) % YEAR == YEAR - 1)[:, None]
    seen = (run.series.state["facility"] == WORKING) & ~run.doors.suspended & december
    return ratio(seen & run.doors.open, seen, int(seen.sum()))


def of_the_run(run: Any) -> service.Spells:
    """The first time of each station that opened in the run, not before it."""
    found = service.spells(run.doors, service.ages_at_start(run.series))
    mine = found.first & ~found.at_start
    return service.Spells(*(getattr(found, name)[mine] for name in service.Spells.__dataclass_fields__))


def open_later(run: Any, village: np.ndarray, opened: np.ndarray, years: int) -> Value:
    """Share of these stations that are open so many years after their opening, as far as the run goes."""
    then = opened + years * YEAR
    seen = then < len(run.doors.open)
    ends = zip(village[seen], then[seen], strict=True)
    return ratio([service.open_at(run.doors, month)[v] for v, month in ends], np.ones(seen.sum()), seen.sum())


@summary(asks=(AFTER_OPENING,))
def in_service_after(run: Any, years: int) -> Value:
    """Stations opened in the run that are open so many years later, whether or not they closed meanwhile."""
    found = of_the_run(run)
    return open_later(run, found.village, found.month, years)


@summary(asks=(AFTER_OPENING,))
def in_service_after_drive(run: Any, years: int) -> Value:
    """The same of stations that a drive put up in villages which had not asked for one."""
    found = of_the_run(run)
    driven = run.series.state["by_drive"][found.month, found.village] == 1
    return open_later(run, found.village[driven], found.month[driven], years)


@summary(asks=(AFTER_OPENING,))
def survival(run: Any, years: int) -> Value:
    """Stations opened in the run that are not closed before that age (product limit)."""
    found = of_the_run(run)
    curve = service.product_limit(found.entry, found.exit, found.closed, np.array([years * YEAR]))
    count = len(found.village)
    return (float(curve[0]), count) if count and np.isfinite(curve[0]) else NOTHING


def hazard(run: Any, first: int, last: int) -> Value:
    """Closures a station-year between two ages in months; the number is that of times a station ran."""
    found = service.spells(run.doors, service.ages_at_start(run.series))
    months = np.clip(found.exit, first, last) - np.clip(found.entry, first, last)
    closed = found.closed & (first < found.exit) & (found.exit <= last)
    return ratio(closed, months / YEAR, int((months > 0).sum()))


@summary(unit="closures/year")
def closure_hazard(run: Any) -> Value:
    """Closures a year that a station runs."""
    return hazard(run, 0, len(run.series.flow) + MOST_AGE)


@summary(unit="closures/year", asks=(OF_AGE,))
def closure_hazard_in_year(run: Any, year: int) -> Value:
    """Closures a year that a station runs, in one year of its life."""
    return hazard(run, (year - 1) * YEAR, year * YEAR)
