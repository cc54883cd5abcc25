"""The account of one village in one run, as `explain` reads it, in plain values: worked out by a worker.

Events in their order, the last plan with what it expected, the fuller forms of service that the last search
refused, and whether the village's station would have stayed open under the same luck with other settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from sim.funnel import FUNNEL
from sim.parts.station import ENDS
from sim.planning.sheet import NOT_TRIED, REASONS
from sim.state.codes import PAYERS, STATION_DAYS, STEPS, WITH_GUESTS

from ..report.explain import chain, find
from ..study.plan import Task
from ..study.simulate import play
from .village_rows import OPEN

FEN, LATE = 100, 1  # months after which a bill counts as unpaid
CARRIED = REASONS.index("carried")
GUESTS, BUSINESS, CASH = 4, 5, 6  # places of `expected` behind the payers
MORE = {"guests": GUESTS, "business": BUSINESS, "cash": CASH}


@dataclass(frozen=True)
class VillageEvent:
    """Something that happened in a month (YYYY-MM): `opened`, `unpaid`, `plan`, `lowered` (without a plan),
    `closed` or `reopened`.

    `was` and `now`: forms of service (names in STEPS) of a plan; `reasons`: causes of a closure, or why the
    form before was not carried on.
    """

    month: str
    kind: str
    was: str = ""
    now: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class LastPlan:
    """The last plan with a station; yuan a year. `pays`: what each payer paid of what was due, 0 to 1."""

    month: str
    step: str
    days: int
    meals: int
    asked: Mapping[str, float]
    pays: Mapping[str, float]
    expected: Mapping[str, float]
    cost: float


@dataclass(frozen=True)
class Account:
    """All of it; `refused`: fuller forms of service with the reason, the fullest first. `kept`: setting ->
    whether the station would be open to the end; `spared`: cause -> whether it would never have closed.
    """

    events: tuple[VillageEvent, ...]
    is_open: np.ndarray  # (months,): whether its station was open
    kept_plans: int
    plan: LastPlan | None
    refused: tuple[tuple[str, str], ...]
    searched: str  # month of that search, empty where there was none
    end: str  # class of the funnel
    kept: Mapping[str, bool]
    spared: Mapping[str, bool]

    @property
    def closures(self) -> list[VillageEvent]:
        """All closures."""
        return [one for one in self.events if one.kind == "closed"]


def account(task: Task, village: int, steps: Mapping[str, Task], relieved: Mapping[str, Task]) -> Account:
    """Of village number `village`; `steps` and `relieved` are the same run under other settings."""
    result = play(task)
    v = result.states.number.tolist().index(village)
    end = FUNNEL[int(result.funnel.classes[v])]
    plans = bool(result.parameters.plan.on)
    kept: dict[str, bool] = {}
    for name, other in steps.items() if end not in OPEN else ():
        kept[name] = stays(play(other), v)
        if kept[name]:
            break
    shut = bool(result.series.flow["closed_now"][:, v].any())
    spared = {cause: never_closes(play(other), v) for cause, other in relieved.items() if shut}
    events = [*doors(result, v), *bills(result, v), *(changes(result, v) if plans else ())]
    refused, searched = last_search(result, v) if plans else ((), "")
    return Account(
        tuple(sorted(events, key=lambda one: one.month)),
        opened_months(result)[:, v],
        kept_plans(result, v) if plans else 0,
        last_plan(result, v) if plans else None,
        refused,
        searched,
        end,
        kept,
        spared,
    )


def open_stations(task: Task) -> tuple[list[int], np.ndarray]:
    """Village numbers of a run, and (months, villages): whether each one's station was open."""
    result = play(task)
    return result.states.number.tolist(), opened_months(result)


def opened_months(result: sim.Result) -> np.ndarray:
    """(months, villages): whether a station counts as open."""
    return np.asarray(result.doors.open)


def told(task: Task, village: int, month: str) -> str:
    """The chain that `run.py explain` prints of one month."""
    result = play(task)
    find(result, village, month, task)
    return chain(result, village, month, task)


def stays(result: sim.Result, v: int) -> bool:
    """Whether the station is open to the end, and was most of the time before."""
    return FUNNEL[int(result.funnel.classes[v])] in OPEN


def never_closes(result: sim.Result, v: int) -> bool:
    """Whether the station never closes."""
    return not result.series.flow["closed_now"][:, v].any()


# -- events
# ----------------------------------------------------------------------------------------------------------
def doors(result: sim.Result, v: int) -> list[VillageEvent]:
    """Openings and closures; a closure counts from the first of the months without an open door."""
    state, months, found = result.series.state, result.months, []
    first_month = result.first - result.model.start_month
    closed = np.flatnonzero(result.series.flow["closed_now"][:, v])
    for month in closed:
        bits = int(state["cause"][month, v])
        causes = tuple(name for place, name in enumerate(ENDS) if bits >> place & 1)
        since = max(int(state["closed_month"][month, v]) - first_month, 0)
        found.append(VillageEvent(months[since], "closed", reasons=causes))
    is_open = opened_months(result)[:, v]
    if is_open.any():
        first = int(is_open.argmax())
        found.append(VillageEvent(months[first], "opened"))
        for month in closed[closed > first]:
            again = np.flatnonzero(is_open[month:])
            following = closed[closed > month]
            if len(again) and not (len(following) and month + again[0] > following[0]):
                found.append(VillageEvent(months[int(month + again[0])], "reopened"))
    return found


def bills(result: sim.Result, v: int) -> list[VillageEvent]:
    """The first bill that was still unpaid a month later."""
    late = result.series.state["bills"][:, v, LATE:].sum(axis=1) > 0
    return [VillageEvent(result.months[int(late.argmax())], "unpaid")] if late.any() else []


def _made(result: sim.Result, v: int) -> np.ndarray:
    """Places of the months in which a plan was made."""
    planned = result.series.state["planned_in"][:, v]
    first = result.first - result.model.start_month
    return np.flatnonzero(planned == np.arange(len(planned)) + first)


def changes(result: sim.Result, v: int) -> list[VillageEvent]:
    """Every change of the form of service: by a plan, and why the former was not carried on, or without."""
    state, found, made = result.series.state, [], set(_made(result, v).tolist())
    step = state["step"][:, v]
    for month in (np.flatnonzero(np.diff(step)) + 1).tolist():
        forms = STEPS[int(step[month - 1])], STEPS[int(step[month])]
        if month not in made:
            found.append(VillageEvent(result.months[month], "lowered", *forms))
            continue
        code = int(state["refused"][month, v][int(step[month - 1])])
        told = step[month] < step[month - 1] and code not in (NOT_TRIED, CARRIED)
        found.append(VillageEvent(result.months[month], "plan", *forms, (REASONS[code],) if told else ()))
    return found


def kept_plans(result: sim.Result, v: int) -> int:
    """Plans that kept the form of service."""
    step = result.series.state["step"][:, v]
    return sum(bool(month) and bool(step[month] == step[month - 1]) for month in _made(result, v))


# -- plans
# ----------------------------------------------------------------------------------------------------------
def last_plan(result: sim.Result, v: int) -> LastPlan | None:
    """None where no plan ever had a station."""
    state = result.series.state
    made = [int(month) for month in _made(result, v) if state["step"][month, v] >= STATION_DAYS]
    if not made:
        return None
    month = made[-1]
    asked, pays, expected = (state[name][month, v] for name in ("planned", "pays_share", "expected"))
    more = {name: float(expected[place]) / FEN for name, place in MORE.items() if expected[place]}
    return LastPlan(
        result.months[month],
        STEPS[int(state["step"][month, v])],
        int(state["open_week"][month, v]),
        int(state["meals_a_day"][month, v]),
        {payer: float(asked[place]) / FEN for place, payer in enumerate(PAYERS)},
        {payer: float(pays[place]) for place, payer in enumerate(PAYERS)},
        {payer: float(expected[place]) / FEN for place, payer in enumerate(PAYERS)} | more,
        float(state["planned_cost"][month, v]) / FEN,
    )


def last_search(result: sim.Result, v: int) -> tuple[tuple[tuple[str, str], ...], str]:
    """Fuller forms that the last plan refused, and the month of that plan."""
    made = _made(result, v)
    if not len(made):
        return (), ""
    month, state = int(made[-1]), result.series.state
    step, codes = int(state["step"][month, v]), state["refused"][month, v]
    refused: Any = (
        (STEPS[fuller], REASONS[int(codes[fuller])])
        for fuller in range(WITH_GUESTS, step, -1)
        if int(codes[fuller]) not in (NOT_TRIED, CARRIED)
    )
    return tuple(refused), result.months[month]
