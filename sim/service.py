"""Service as people meet it, from the monthly series: open stations, closures, elders served, money.

A station is the service's room or tables. It is *open* in a month with door or meals on at least
`reported.open_days` days. A *stop* is a month not open; under an epidemic, flood or seal it is *suspended*
and counts neither way. `reported.stops` stops in a row are one *closure*, dated at the first. Source: the
definitions of this file; every threshold is a parameter, to be swept.

What a model records by itself (`served_persons`, `open_days`, `launched`, `planned_cost`, `arrears`, `debt`)
is read where a series has it; otherwise each function says what it reads instead. All
arrays are (months, villages) unless said; money is in fen, time in months or minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.state.codes import ELIGIBLE, MEALS, MUTUAL, NEVER, UNMET, WORKING
from sim.state.parameters import choice, par, section
from sim.state.records import Series

if TYPE_CHECKING:
    from sim.state.parameters import Parameters

YEAR = 12  # months
FLOOD = 6  # place among the shocks of `shock_struck`
ROOM = 0  # cause of a closure that no rule recorded: the room or its tables stood still
OWN = ("paid_families", "referral_families")  # postings that elders and their families pay
WRITTEN_OFF = ("bills_dropped_workers", "bills_dropped_suppliers", "lost_workers", "lost_suppliers")


@section("reported")
class Reported:
    """Thresholds of what is reported; all of them assumptions, to be swept."""

    viability: str = choice(
        "funnel", choices=("funnel", "strict"),
        doc="viable: at the end of the funnel, or by the former definition (no bad month in eleven years)",
    )  # fmt: skip
    open_days: float = par(
        6.0, unit="days/month", low=1.0, high=26.0, doc="days with door or meals that make it open",
        source="definition", live=False,
    )  # fmt: skip
    stops: int = par(
        3, unit="months", low=1, high=12, doc="months in a row not open that are a closure",
        source="definition", live=False,
    )  # fmt: skip
    age: int = par(
        36, unit="months", low=1, high=120, doc="months before the end by which a station opened",
        source="definition", live=False,
    )  # fmt: skip
    steady: float = par(
        30 / 36, unit="share", low=0.3, high=1.0, doc="least share of these months in which it was open",
        source="definition", live=False,
    )  # fmt: skip
    unpaid_age: int = par(
        2, unit="months", low=0, high=5, doc="age from which an unpaid bill is in arrears",
        source="definition", live=False,
    )  # fmt: skip
    arrears: float = par(
        3.0, unit="months", low=0.5, high=12.0, doc="most arrears, in months of planned cost",
        source="definition", live=False,
    )  # fmt: skip
    debt: float = par(
        12.0, unit="months", low=1.0, high=48.0, doc="most debt of all kinds, in months of planned cost",
        source="definition", live=False,
    )  # fmt: skip
    paying: float = par(
        0.9, unit="share", low=0.5, high=1.0, doc="least share of months with so small arrears and debt",
        source="definition", live=False,
    )  # fmt: skip
    hours: float = par(
        0.6, unit="share", low=0.1, high=1.0, doc="least share of hours asked that were given in a year",
        source="definition", live=False,
    )  # fmt: skip
    needy_hours: float = par(
        4.0, unit="hours/month", low=1.0, high=30.0, doc="eligible hours that make an elder one in need",
        source="definition", live=False,
    )  # fmt: skip
    reached: float = par(
        0.3, unit="share", low=0.05, high=1.0, doc="least share of elders in need with help or meals",
        source="definition", live=False,
    )  # fmt: skip
    visits: float = par(
        0.8, unit="share", low=0.1, high=1.0, doc="least share of visits due that were made, last 12 months",
        source="definition", live=False,
    )  # fmt: skip
    full_meals: float = par(
        8.0, unit="meals/month", low=1.0, high=60.0, doc="meals of a month that make an elder served",
        source="definition", live=False,
    )  # fmt: skip
    full_hours: float = par(
        2.0, unit="hours/month", low=0.5, high=20.0, doc="hours of organised help that make an elder served",
        source="definition", live=False, stored="minutes",
    )  # fmt: skip


def recorded(series: Series, name: str) -> np.ndarray | None:
    """A flow or state of this name where the series has it."""
    for records in (series.flow, series.state):
        if name in (records.dtype.names or ()):
            return np.asarray(records[name])
    return None


# -- doors
def station_open(series: Series, open_days: float = 6.0) -> np.ndarray:
    """Whether a station is open: by the recorded `open_days`, where there are such.

    Otherwise: the ladder is above closed, and a facility stands or meals were served. A room whose ladder
    stands at visits only is read as a room with its door open.
    """
    days = recorded(series, "open_days")
    if days is not None:
        return days >= open_days
    standing = (series.state["facility"] == WORKING) | (series.flow["meals"] > 0)
    return np.asarray((series.state["level"] > 0) & standing)


def suspending(series: Series) -> np.ndarray:
    """Months under an epidemic or a seal, and the month of a flood."""
    month = np.arange(len(series.flow))[:, None]
    until = np.maximum(series.state["pandemic_until"], series.state["sealed_until"])
    return np.asarray((month < until) | (series.flow["shock_struck"][:, :, FLOOD] > 0))


@dataclass(frozen=True)
class Doors:
    """Months in which a station was open, stopped, suspended; first months of its times; dates of closures.

    Each (months, villages), bool. Before its first opening and after a closure a station does not stop.
    `known`: month in which the closure dated here was one, with the last of its stops; 0 where none is.
    """

    open: np.ndarray
    stopped: np.ndarray
    suspended: np.ndarray
    began: np.ndarray
    closed: np.ndarray
    known: np.ndarray

    def until(self, month: int) -> Doors:
        """The doors had the record ended with `month`: without closures that were not known by then."""
        so_far = slice(month + 1)
        known = self.known[so_far]
        return Doors(
            self.open[so_far],
            self.stopped[so_far],
            self.suspended[so_far],
            self.began[so_far],
            self.closed[so_far] & (known <= month),
            known,
        )


def doors(is_open: np.ndarray, suspending: np.ndarray, stops: int = 3) -> Doors:
    """Walk through the months: `stops` stops in a row, suspended months left out, are one closure."""
    suspended = ~is_open & suspending
    began, closed, stopped = (np.zeros_like(is_open) for _ in range(3))
    villages, known = is_open.shape[1], np.zeros(is_open.shape, int)
    running, row, first = np.zeros(villages, bool), np.zeros(villages, int), np.zeros(villages, int)
    for month, here in enumerate(is_open):
        began[month] = here & ~running
        running |= here
        stop = running & ~here & ~suspended[month]
        stopped[month] = stop
        first = np.where(stop & (row == 0), month, first)
        row = np.where(here, 0, row + stop)
        shut = np.flatnonzero(stop & (row >= stops))
        closed[first[shut], shut], known[first[shut], shut] = True, month
        running[shut], row[shut] = False, 0
    return Doors(is_open, stopped, suspended, began, closed, known)


def doors_of(series: Series, parameters: Parameters) -> Doors:
    """The doors of a run."""
    rules = parameters.reported
    return doors(station_open(series, rules.open_days), suspending(series), rules.stops)


def open_at(found: Doors, month: int) -> np.ndarray:
    """(villages,): open in `month`, or in the last month before it that counts where it was suspended."""
    counted = ~found.suspended[: month + 1]
    last = month - counted[::-1].argmax(axis=0)
    return np.asarray(found.open[last, np.arange(found.open.shape[1])])


# -- survival
def ages_at_start(series: Series) -> np.ndarray:
    """(villages,): months a station had stood when the record begins, -1 where none did.

    From the month of its last opening, `launched`, -1 where it opened on the eve of the first month;
    otherwise 0: the start cohort enters as if it were new, which understates its age.
    """
    launched = recorded(series, "launched")
    first = series.state["opened"][0] if launched is None else launched[0]
    standing = (first < 0) & (first != NEVER)
    return np.where(standing, 0 if launched is None else -1 - first, -1)


@dataclass(frozen=True)
class Spells:
    """From an opening to a closure or the end: village (place), month it began, ages (months) from which and
    to which it was seen, whether it ended in a closure, whether it is the village's first and stood at the
    start.
    """

    village: np.ndarray
    month: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    closed: np.ndarray
    first: np.ndarray
    at_start: np.ndarray


def spells(found: Doors, ages: np.ndarray) -> Spells:
    """Every time a station ran; `ages` (villages,) as `ages_at_start` gives them.

    A station of the start enters late, at its age (left truncation); one that opens in the run at 0.
    """
    villages, began = np.nonzero(found.began.T)  # by village, then by month
    end = np.full(len(began), len(found.open))
    closed = np.zeros(len(began), bool)
    first = np.ones(len(began), bool)
    first[1:] = villages[1:] != villages[:-1]
    for place, (v, month) in enumerate(zip(villages, began, strict=True)):
        after = np.flatnonzero(found.closed[month:, v])
        if len(after):
            end[place], closed[place] = month + after[0], True
    at_start = first & (ages[villages] >= 0)
    entry = np.where(at_start, ages[villages] + began, 0)
    return Spells(villages, began, entry, entry + end - began, closed, first, at_start)


def first_spells(found: Doors, ages: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each village's first station: age when first seen, when last seen (months), whether it closed then.

    NEVER, NEVER and False where none opened; each (villages,).
    """
    seen, villages = spells(found, ages), found.open.shape[1]
    entry, leave, ended = (np.full(villages, value) for value in (NEVER, NEVER, False))
    mine = seen.village[seen.first]
    entry[mine], leave[mine], ended[mine] = (
        column[seen.first] for column in (seen.entry, seen.exit, seen.closed)
    )
    return entry, leave, ended


def product_limit(entry: np.ndarray, leave: np.ndarray, ended: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share that survives to each age of `at`; all ages in one unit, `entry` 0 where seen from the beginning.

    Kaplan and Meier (1958) with late entry: at risk at t is who entered before t and left at t or later.
    Missing (nan) beyond the last age that was seen, unless all had ended.
    """
    times = np.unique(leave[ended])
    risk = ((entry[None] < times[:, None]) & (times[:, None] <= leave[None])).sum(axis=1)
    ends = ((leave[None] == times[:, None]) & ended[None]).sum(axis=1)
    curve = np.concatenate([[1.0], np.cumprod(1.0 - ends / np.maximum(risk, 1))])
    found = curve[np.searchsorted(times, at, side="right")]
    seen = leave.max(initial=0)
    return np.where((np.asarray(at) <= seen) | (found == 0), found, np.nan)


def causes(series: Series, found: Doors, stops: int = 3) -> dict[int, int]:
    """Bits of what stood behind a closure as recorded -> closures of stations that they stand behind.

    Known when the last of its `stops` has come; `ROOM` (0) where no closure was recorded by then.
    """
    months, villages = np.nonzero(found.closed)
    known = np.minimum(months + stops - 1, len(series.state) - 1)
    dated, bits = (series.state[name][known, villages] for name in ("closed_month", "cause"))
    codes, counts = np.unique(np.where(dated >= months - stops, bits, ROOM), return_counts=True)
    return dict(zip(codes.tolist(), counts.tolist(), strict=True))


# -- elders
def organised_minutes(series: Series) -> np.ndarray:
    """Minutes of mutual aid but for the needs that meals meet; the company of visits is in them."""
    mutual = series.hours[:, :, MUTUAL]
    return np.asarray(mutual.sum(axis=2) - mutual[:, :, MEALS])


def served_months(series: Series, parameters: Parameters) -> np.ndarray:
    """Elder-months served: the sum over elders of min(1, meals / 8 + hours of organised help / 2).

    From the recorded `served_persons`, which is made by person (`sim/parts/served.py`). Otherwise an estimate
    by village that lies above it: meals go to diners alike, and hours to those who received some, alike too,
    as if none of them dined.
    """
    counted = recorded(series, "served_persons")
    if counted is not None:
        return counted
    rules, diners = parameters.reported, series.flow["diners"]
    fed = np.minimum(series.flow["meals"] / rules.full_meals, diners)
    helped = np.minimum(organised_minutes(series) / (60.0 * rules.full_hours), series.flow["helped"])
    return np.minimum(fed + helped, series.state["elders"])


def unmet_minutes(series: Series) -> np.ndarray:
    """(villages,): eligible minutes of all elders less mutual aid, kind by kind, at most what stays unmet.

    Paid care goes to what is eligible last.
    """
    eligible, mutual, unmet = (series.hours[:, :, stage] for stage in (ELIGIBLE, MUTUAL, UNMET))
    return np.asarray(np.minimum(np.maximum(eligible - mutual, 0), unmet).sum(axis=(0, 2)))


def on_time(series: Series) -> np.ndarray:
    """(tiers,): share of the visits due that came in their time, by tier of the book; nan where none was."""
    due, made = (
        series.flow[name].sum(axis=(0, 1)).astype(float) for name in ("visits_due", "visits_on_time")
    )
    return np.asarray(np.divide(made, due, out=np.full(len(due), np.nan), where=due > 0))


# -- money
def planned_cost(series: Series) -> np.ndarray:
    """Fen a month that the plan costs: recorded `planned_cost`, or the smoothed running cost."""
    planned, seen = recorded(series, "planned_cost"), series.state["cost_average"]
    return np.asarray(seen if planned is None else np.where(planned > 0, planned / YEAR, seen))


def arrears(series: Series, unpaid_age: int = 2) -> np.ndarray:
    """Fen in arrears: bills of `unpaid_age` months on, and missed instalments as recorded in `arrears`."""
    missed, old = recorded(series, "arrears"), series.state["bills"][:, :, unpaid_age:].sum(axis=2)
    return np.asarray(old if missed is None else old + missed)


def debt(series: Series) -> np.ndarray:
    """Fen owed in all: unpaid bills, and old ones that became debts as recorded in `debt`."""
    found, bills = recorded(series, "debt"), series.state["bills"].sum(axis=2)
    return np.asarray(bills if found is None else bills + found.sum(axis=2))


def unpaid(series: Series) -> np.ndarray:
    """(villages,): fen of bills written off, and at the end of bills over 12 months old.

    Today's record tells ages up to five months: what is that old at the end stands for the latter.
    """
    dropped = sum(series.amount(name).sum(axis=0) for name in WRITTEN_OFF if name in series.names)
    owed, oldest = recorded(series, "debt"), series.state["bills"][-1, :, -1]
    return np.asarray(dropped + oldest + (0 if owed is None else owed[-1].sum(axis=1)))


def own_money(series: Series) -> np.ndarray:
    """(villages,): fen that elders and their families paid for meals, hours and the centre."""
    return np.asarray(sum(series.amount(name).sum(axis=0) for name in OWN if name in series.names))


def per_added(money: float, served: float, money_without: float, served_without: float) -> float:
    """Yuan an added elder-year: money (fen) and elder-years served of a run against its reference.

    The reference is the same county and luck without station money, rooms and stations. nan where none is
    added.
    """
    added = served - served_without
    return (money - money_without) / 100.0 / added if added > 0 else float("nan")
