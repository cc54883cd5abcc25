"""Viability, defined once: six classes that sum to all villages, from the monthly series.

A village is *in service* in a month in which the ladder is above closed and some mutual-aid hour, meal or
visit was delivered. It is *viable* at the end when (a) it came into service early enough, (b) was never
closed since nor long below reduced meals, (c) overdue bills stayed small after a grace, and (d) it delivered
enough of the eligible hours of all resident elders and of the visits due (made, or made on time). All
thresholds are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.state.codes import ASKED, ELIGIBLE, MUTUAL, NEVER, REDUCED
from sim.state.parameters import par, section
from sim.state.records import Series

if TYPE_CHECKING:
    from sim.state.parameters import Parameters

CLASSES = ("viable", "under_serving", "recovered", "closed", "too_young", "never_opened")
VIABLE, UNDER_SERVING, RECOVERED, SHUT, TOO_YOUNG, NEVER_OPENED = range(6)


@section("viability")
class Viability:
    """Thresholds of the definition; all of them assumptions, to be swept."""

    age: int = par(
        36,
        unit="months",
        low=0,
        high=120,
        doc="months in service before the end",
        source="definition",
        live=False,
    )
    low_months: int = par(
        6,
        unit="months",
        low=0,
        high=24,
        doc="most months below reduced meals in any window",
        source="definition",
        live=False,
    )
    low_window: int = par(
        24, unit="months", low=1, high=60, doc="length of that window", source="definition", live=False
    )
    overdue: float = par(
        3.0,
        unit="months",
        low=0.5,
        high=12.0,
        doc="most bills overdue by more than 90 days, in months of running cost",
        source="definition",
        live=False,
    )
    grace: int = par(
        12,
        unit="months",
        low=0,
        high=36,
        doc="months after opening in which overdue bills are not counted",
        source="definition",
        live=False,
    )
    hours: float = par(
        0.60,
        unit="share",
        low=0.1,
        high=1.0,
        doc="least share of eligible hours of all residents delivered in the last 12 months",
        source="definition",
        live=False,
    )
    visits: float = par(
        0.80,
        unit="share",
        low=0.1,
        high=1.0,
        doc="least share of visits due that were made in the last 12 months",
        source="definition",
        live=False,
    )
    on_time: bool = par(
        False,
        unit="switch",
        doc="(d) counts the visits on time instead of all that were made",
        source="design choice",
        live=False,
    )


@dataclass(frozen=True)
class Verdict:
    """Per village: class (index into CLASSES), first month of service, last closing month, causes, and the
    conditions.
    """

    classes: np.ndarray
    opened: np.ndarray
    closed: np.ndarray
    cause: np.ndarray
    solvency: np.ndarray
    service: np.ndarray
    visits: np.ndarray
    hours_share: np.ndarray
    visits_share: np.ndarray
    asked_share: np.ndarray


@dataclass(frozen=True)
class Evidence:
    """What the definition looks at, each (months, villages): taken from the series once for all ends."""

    level: np.ndarray
    serving: np.ndarray
    overdue: np.ndarray  # fen, over three months old
    running: np.ndarray  # fen a month, mean running cost
    mutual: np.ndarray
    eligible: np.ndarray
    asked: np.ndarray
    due: np.ndarray
    made: np.ndarray
    on_time: np.ndarray


def in_service(series: Series) -> np.ndarray:
    """(months, villages): the ladder is above closed and something was delivered."""
    delivered = (
        series.hours[:, :, MUTUAL, :].sum(axis=2)
        + series.flow["meals"]
        + series.flow["visits_made"].sum(axis=2)
    )
    return np.asarray((series.state["level"] > 0) & (delivered > 0))


def evidence(series: Series) -> Evidence:
    """Read it off the series."""
    state, flow = series.state, series.flow
    mutual, eligible, asked = (series.hours[:, :, stage].sum(axis=2) for stage in (MUTUAL, ELIGIBLE, ASKED))
    return Evidence(
        np.ascontiguousarray(state["level"]),
        in_service(series),
        state["bills"][:, :, 3:].sum(axis=2),
        np.ascontiguousarray(state["cost_average"]),
        mutual,
        eligible,
        asked,
        flow["visits_due"].sum(axis=2),
        flow["visits_made"].sum(axis=2),
        flow["visits_on_time"].sum(axis=2),
    )


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, 1 where there is nothing to deliver."""
    return np.where(whole > 0, part / np.maximum(whole, 1), 1.0)


def judge(
    series: Series, parameters: Parameters, end: int | None = None, seen: Evidence | None = None
) -> Verdict:
    """Classify every village at month `end` (default.

    The last); `seen` is `evidence(series)` where it is at hand.
    """
    rules, seen = parameters.viability, seen or evidence(series)
    stop = len(series.flow) if end is None else end + 1
    level, serving = seen.level[:stop], seen.serving[:stop]
    months, villages = serving.shape
    last = series.state[stop - 1]
    at_start = last["opened"] == -1
    ever = serving.any(axis=0) | at_start
    first = np.where(ever, serving.argmax(axis=0), NEVER)
    closures = last["closures"]
    shut = ever & (level[-1] == 0)
    old = at_start | (ever & (months - 1 - first >= rules.age))

    low = np.cumsum(
        np.vstack([np.zeros((1, villages), int), (level < REDUCED) & (np.arange(months)[:, None] >= first)]),
        axis=0,
    )
    width = min(rules.low_window, months)
    sagged = ((low[width:] - low[:-width]) > rules.low_months).any(axis=0)
    counted = np.arange(months)[:, None] >= np.where(at_start, 0, first + rules.grace)
    insolvent = (counted & (level > 0) & (seen.overdue[:stop] > rules.overdue * seen.running[:stop])).any(
        axis=0
    )

    year = slice(max(0, months - 12), months)
    mutual, eligible, asked, due, made = (
        record[year].sum(axis=0)
        for record in (
            seen.mutual,
            seen.eligible,
            seen.asked,
            seen.due,
            seen.on_time if rules.on_time else seen.made,
        )
    )
    hours_share, visits_share = share(mutual, eligible), share(made, due)
    good_hours, good_visits = hours_share >= rules.hours, visits_share >= rules.visits

    viable = old & (closures == 0) & ~shut & ~sagged & ~insolvent & good_hours & good_visits
    classes = np.select(
        [~ever, shut, closures > 0, viable, ~old],
        [NEVER_OPENED, SHUT, RECOVERED, VIABLE, TOO_YOUNG],
        UNDER_SERVING,
    )
    return Verdict(
        classes,
        first,
        last["closed_month"],
        last["cause"],
        ~insolvent & ~sagged,
        good_hours,
        good_visits,
        hours_share,
        visits_share,
        share(mutual, asked),
    )


def class_shares(series: Series, parameters: Parameters) -> np.ndarray:
    """(months / 12, 6): share of villages in each class at each year's end."""
    ends, seen = range(11, len(series.flow), 12), evidence(series)
    return np.array(
        [
            np.bincount(judge(series, parameters, end, seen).classes, minlength=6) / series.flow.shape[1]
            for end in ends
        ]
    )
