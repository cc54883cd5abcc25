"""From villages that opened a station to those whose station lasts, pays and serves: nested steps that sum.

opened -> opened `reported.age` months before the end -> open at the end and in enough of those months -> pays
(no closure in them; arrears and debt small in most of them) -> serves (hours asked, elders in need, visits
due; last 12 months) = viable. Source: the definitions of this file and of `sim/service.py`; thresholds are
parameters of the section `reported`, to be swept. The former definition stands in `sim/viability.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim import service
from sim.service import YEAR, Doors
from sim.state.codes import ASKED, ELIGIBLE, MUTUAL
from sim.state.records import Series

if TYPE_CHECKING:
    from sim.state.parameters import Parameters

STEPS = ("opened", "old", "lasting", "paying", "viable")
FUNNEL = ("never_opened", "too_young", "not_open", "does_not_pay", "does_not_serve", "viable")


@dataclass(frozen=True)
class Funnel:
    """Per village: class (index into FUNNEL), the nested steps, and viable with meals; each (villages,)."""

    classes: np.ndarray
    opened: np.ndarray
    old: np.ndarray
    lasting: np.ndarray
    paying: np.ndarray
    viable: np.ndarray
    with_meals: np.ndarray


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, 1 where there is nothing to divide by."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)


def lasting(found: Doors, window: int, steady: float) -> np.ndarray:
    """(villages,): open at the end and in the share `steady` of the last `window` months.

    Suspended months are left out; a station that was suspended all that time is not open.
    """
    here, counted = found.open[-window:], ~found.suspended[-window:]
    last = len(here) - 1 - counted[::-1].argmax(axis=0)  # of the months that count
    at_end = here[last, np.arange(here.shape[1])]
    return np.asarray(at_end & (here.sum(axis=0) >= steady * counted.sum(axis=0) - 1e-9))


def paying(series: Series, found: Doors, parameters: Parameters) -> np.ndarray:
    """(villages,): no closure, and arrears and debt small in most of the last months."""
    rules = parameters.reported
    window = slice(-rules.age, None)
    recent = series.during(window)
    cost = service.planned_cost(recent)
    small = service.arrears(recent, rules.unpaid_age) <= rules.arrears * cost
    small &= service.debt(recent) <= rules.debt * cost
    return np.asarray(~found.closed[window].any(axis=0) & (small.mean(axis=0) >= rules.paying - 1e-9))


def reached(series: Series, parameters: Parameters) -> np.ndarray:
    """(villages,): share of elders in need who got help or meals in the last 12 months.

    From the recorded `needy` and `needy_reached` (persons). Otherwise a proxy by village: those who got hours
    or those who dine, whichever are more, over the most elders who can have had `reported.needy_hours`.
    """
    year = slice(-YEAR, None)
    needy, got = service.recorded(series, "needy"), service.recorded(series, "needy_reached")
    if needy is None or got is None:
        eligible = series.hours[:, :, ELIGIBLE].sum(axis=2) / (60.0 * parameters.reported.needy_hours)
        needy = np.minimum(series.state["elders"], eligible)
        got = np.maximum(series.flow["helped"], series.flow["diners"])
    return np.minimum(share(got[year].sum(axis=0), needy[year].sum(axis=0)), 1.0)


def serving(series: Series, parameters: Parameters) -> np.ndarray:
    """(villages,): hours asked, elders in need and visits due were served enough in the last 12 months."""
    rules, year = parameters.reported, slice(-YEAR, None)
    mutual, asked = (series.hours[year, :, stage].sum(axis=(0, 2)) for stage in (MUTUAL, ASKED))
    due, made = (series.flow[name][year].sum(axis=(0, 2)) for name in ("visits_due", "visits_made"))
    enough = (share(mutual, asked) >= rules.hours) & (share(made, due) >= rules.visits)
    return np.asarray(enough & (reached(series, parameters) >= rules.reached))


def funnel(series: Series, parameters: Parameters, found: Doors | None = None) -> Funnel:
    """Steps and class of every village at the end of the series; `found` are its doors where at hand."""
    rules, found = parameters.reported, found or service.doors_of(series, parameters)
    months = len(found.open)
    at_start = service.ages_at_start(series) >= 0
    opened = at_start | found.open.any(axis=0)
    first = np.where(at_start, -1, found.open.argmax(axis=0))
    old = opened & (at_start | (first <= months - rules.age))
    lasts = old & lasting(found, rules.age, rules.steady)
    pays = lasts & paying(series, found, parameters)
    viable = pays & serving(series, parameters)
    meals = (series.flow["meals"][-YEAR:] > 0).sum(axis=0) > YEAR // 2
    steps = (opened, old, lasts, pays, viable)
    classes = np.sum(steps, axis=0)
    return Funnel(classes, *steps, viable & meals)


def at_end_of(series: Series, parameters: Parameters, month: int, found: Doors | None = None) -> np.ndarray:
    """(villages,): class of every village had the record ended with `month` (its place in the series).

    `found` are the doors of the whole record where at hand.
    """
    so_far = series.during(slice(month + 1))
    return funnel(so_far, parameters, None if found is None else found.until(month)).classes


def shares(found: Funnel) -> np.ndarray:
    """(6,): share of villages in each class of FUNNEL; they sum to one."""
    return np.asarray(np.bincount(found.classes, minlength=len(FUNNEL)) / len(found.classes))
