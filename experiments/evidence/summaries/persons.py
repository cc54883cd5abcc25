"""By person: how hours, credit and income are spread, who is active, how old helpers are."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.state.codes import ELDER

from .registry import (
    FEN,
    NOTHING,
    PERSONS,
    YEAR,
    Asked,
    Value,
    median,
    ratio,
    summary,
)

TENTH, FIFTH = 0.1, 0.2
AGE = Asked("age", "age in years", 50, 100)


def gini(values: np.ndarray) -> Value:
    """Mean difference of two persons over twice the mean, all pairs counted (0: all alike)."""
    size, total = len(values), float(values.sum())
    if size == 0 or total <= 0:
        return NOTHING
    rank = np.arange(1, size + 1)
    return float((2 * rank - size - 1) @ np.sort(values)) / (size * total), size


def share_of_top(values: np.ndarray, part: float) -> Value:
    """Share of the sum that falls to the top `part` of persons; a person on the edge counts in part."""
    if not len(values):
        return NOTHING
    sums = np.concatenate([[0.0], np.cumsum(np.sort(values)[::-1])])
    top = np.interp(part * len(values), np.arange(len(sums)), sums)
    return ratio(top, sums[-1], len(values))


@summary(PERSONS, unit="Gini, 0 to 1")
def gini_of_hours(persons: Any) -> Value:
    """Inequality of hours given in the last year, among those who gave."""
    return gini(persons.giver_minutes)


@summary(PERSONS)
def hours_of_top_tenth(persons: Any) -> Value:
    """Share of the hours of the last year that the tenth who gave most have given, of those who gave."""
    return share_of_top(persons.giver_minutes, TENTH)


@summary(PERSONS)
def active_account_holders(persons: Any) -> Value:
    """Persons with a balance at the end who gave or received hours in the last year."""
    held = persons.credit != 0
    active = held & ((persons.given > 0) | (persons.received > 0))
    return ratio(active, held, int(held.sum()))


@summary(PERSONS, unit="Gini, 0 to 1")
def gini_of_credit(persons: Any) -> Value:
    """Inequality of credit at the end, among those who hold some."""
    return gini(persons.credit[persons.credit > 0])


@summary(PERSONS, asks=(AGE,))
def helpers_of_age(persons: Any, age: int) -> Value:
    """Active volunteers of at least that age at the end."""
    ages = persons.age[persons.volunteer > 0]
    return ratio(ages >= age * YEAR, np.ones(len(ages)), len(ages))


@summary(PERSONS, unit="years")
def median_age_of_helpers(persons: Any) -> Value:
    """Median age of active volunteers at the end."""
    return median(persons.age[persons.volunteer > 0] / YEAR)


def incomes(persons: Any) -> np.ndarray:
    """Yuan a month of each elder at the end: own, allowances, business, children's money."""
    return np.asarray(persons.income[persons.kind == ELDER] / FEN)


@summary(PERSONS, unit="yuan/month")
def median_income(persons: Any) -> Value:
    """Median income of elders in the last month: own, allowances, business, children's money."""
    return median(incomes(persons))


@summary(PERSONS, unit="yuan/month")
def mean_income(persons: Any) -> Value:
    """Mean income of elders in the last month."""
    found = incomes(persons)
    return ratio(found, np.ones(len(found)), len(found))


@summary(PERSONS, unit="Gini, 0 to 1")
def gini_of_income(persons: Any) -> Value:
    """Inequality of income among elders in the last month."""
    return gini(incomes(persons))


@summary(PERSONS)
def income_of_top_fifth(persons: Any) -> Value:
    """Share of elders' income that falls to the fifth with most."""
    return share_of_top(incomes(persons), FIFTH)
