"""Villages in which nothing happens but favours: what the reproductions of time banks have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import sim
from sim.state.codes import FREE
from sim.state.parameters import Parameters

from .claims import Claim
from .months import batch_error, month

HOUR = 60  # minutes of a favour here
PLENTY = 40_000  # free minutes of a month in which nobody is short of time


def village(parameters: Parameters, seed: int) -> sim.MutualAidModel:
    """A model with nobody's account moved yet; inhabitants of all villages take part."""
    model = sim.MutualAidModel(parameters, seed=seed)
    people: Any = model.people
    inhabitants(model)
    people.free[:] = PLENTY
    month(model, ["habits"])
    return model


def inhabitants(model: sim.MutualAidModel) -> np.ndarray:
    """(slots) whether somebody lives there."""
    people: Any = model.people
    return np.asarray(people.kind != FREE)


def heads(model: sim.MutualAidModel) -> np.ndarray:
    """(villages) inhabitants."""
    return np.add.reduceat(inhabitants(model).astype(int), model.world.start[:-1])


def issue(model: sim.MutualAidModel, units: float) -> None:
    """So many favours a head, by lot to a unit, as welcome credits of the bank."""
    people: Any = model.people
    for v, (first, used) in enumerate(zip(model.world.start, model.world.used, strict=False)):
        rows = first + np.flatnonzero(inhabitants(model)[first : first + used])
        whole = round(units * len(rows))
        more = HOUR * (whole // len(rows) + (np.arange(len(rows)) < whole % len(rows)))
        people.credit[rows] += more
        model.ledger.posted.credits_welcome[v] += int(more.sum())
    model.ledger.settle()


def endow(model: sim.MutualAidModel, units: float) -> None:
    """So many favours a head in the first common account."""
    villages: Any = model.world.villages
    more = HOUR * np.round(units * heads(model)).astype(np.int64)
    villages.pooled[:, 0] += more
    model.ledger.posted.credits_pooled += more
    model.ledger.settle()


def favours(
    model: sim.MutualAidModel, free: np.ndarray | int = PLENTY, names: Sequence[str] = ("favours",)
) -> None:
    """A month of favours, with other processes that are named; everybody has `free` minutes for them."""
    people: Any = model.people
    people.free[:] = free
    month(model, names)
    model.ledger.settle()


def monthly(
    model: sim.MutualAidModel,
    months: int,
    look: Callable[[sim.MutualAidModel], Any],
    free: np.ndarray | int = PLENTY,
    names: Sequence[str] = ("favours",),
) -> np.ndarray:
    """What is looked at, month by month; the books hold at the end."""
    rows = []
    for _ in range(months):
        favours(model, free, names)
        rows.append(look(model))
    model.audit()
    return np.array(rows)


def seen(
    model: sim.MutualAidModel,
    months: int,
    look: Callable[[sim.MutualAidModel], np.ndarray],
    before: int = 0,
    free: np.ndarray | int = PLENTY,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of what is looked at over months, and its standard error by batches."""
    series = monthly(model, before + months, look, free)[before:]
    return series.mean(axis=0), batch_error(series)


def by_village(model: sim.MutualAidModel, name: str) -> np.ndarray:
    """(villages) this month's favours of one sort."""
    return np.asarray(model.flow[name]).astype(float)


def flows(model: sim.MutualAidModel, name: str) -> float:
    """This month's favours of one sort in all villages."""
    return float(by_village(model, name).sum())


def service(model: sim.MutualAidModel) -> float:
    """Share of favours asked that were given."""
    asked = flows(model, "favours_asked")
    given = flows(model, "favours_paid") + flows(model, "favours_gift")
    return given / asked if asked else 0.0


def balances(model: sim.MutualAidModel, states: int, lowest: int = 0) -> np.ndarray:
    """(states) share of inhabitants with a balance of lowest, lowest + 1 .. favours."""
    people: Any = model.people
    held = people.credit[inhabitants(model)] // HOUR - lowest
    return np.bincount(held, minlength=states)[:states] / len(held)


def mean_of(each: np.ndarray) -> tuple[float, float]:
    """Of villages, with the standard error."""
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def more(english: str, chinese: str, high: tuple[float, float], low: tuple[float, float]) -> Claim:
    """That the first, a value with its error, is larger."""
    return Claim(english, chinese, high[0] - low[0], math.hypot(high[1], low[1]))
