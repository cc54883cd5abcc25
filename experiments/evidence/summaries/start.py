"""At the start: who lives in the county and what stands there, as it is built."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.start import tables
from sim.state.codes import COUPLE, ELDER, SEVERE, WITH_CHILD, WORKING

from .registry import FEN, NOTHING, START, YEAR, Value, ratio, summary


def elders(model: Any, column: str) -> np.ndarray:
    """A column of the person table, elders only."""
    people = model.people
    return np.asarray(getattr(people, column)[people.kind == ELDER])


@summary(START)
def age_gap(model: Any) -> Value:
    """Largest gap of a five-year age and sex share of elders from the census table."""
    _, shares = tables.age_shares()
    found = np.zeros_like(shares)
    age, sex = elders(model, "age"), elders(model, "sex")
    np.add.at(found, (np.clip(age // YEAR - 60, 0, 40) // 5, sex), 1)
    return (float(np.abs(found / len(age) - shares).max()), len(age)) if len(age) else NOTHING


@summary(START)
def empty_nest(model: Any) -> Value:
    """Share of elders who live alone or with a spouse only."""
    living = elders(model, "living")
    return ratio(living != WITH_CHILD, np.ones(len(living)), len(living))


@summary(START)
def couples(model: Any) -> Value:
    """Share of couples among the elders who live alone or with a spouse only."""
    living = elders(model, "living")
    return ratio(living == COUPLE, living != WITH_CHILD, int((living != WITH_CHILD).sum()))


@summary(START)
def disabled(model: Any) -> Value:
    """Share of elders with any disability."""
    health = elders(model, "health")
    return ratio(health > 0, np.ones(len(health)), len(health))


@summary(START)
def severely_disabled(model: Any) -> Value:
    """Share of elders with severe disability."""
    health = elders(model, "health")
    return ratio(health == SEVERE, np.ones(len(health)), len(health))


@summary(START)
def facilities_at_start(model: Any) -> Value:
    """Share of villages with a facility at the start."""
    standing = np.asarray(model.world.villages.facility) == WORKING
    return ratio(standing, np.ones(len(standing)), len(standing))


@summary(START)
def poor_collectives(model: Any) -> Value:
    """Share of collectives below 50,000 yuan a year, by the quantiles of 2019."""
    rank, quantiles = np.asarray(model.world.villages.income_rank), tables.income_quantiles(2019)
    low = np.minimum((rank * 256).astype(int), 255)
    income = quantiles[low] + (rank * 256 - low) * (quantiles[low + 1] - quantiles[low])
    return ratio(income < 5_000_000, np.ones(len(rank)), len(rank))


@summary(START, unit="yuan/month")
def mean_income_at_start(model: Any) -> Value:
    """Mean income of elders: pension, land, odd jobs and children's money, without allowances."""
    income = elders(model, "income").astype(float) + elders(model, "remit")
    return ratio(income / FEN, np.ones(len(income)), len(income))


@summary(START, unit="yuan/month")
def wage_of_cook(model: Any) -> Value:
    """Wage of a cook: a parameter."""
    return model.parameters.canteen.cook, 1
