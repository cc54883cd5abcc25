"""Persons of a run: watched from outside, month by month, in its last year; the run's record stays as it is.

The monthly series holds sums over villages. What is asked of persons (how hours are spread, who is active) is
read off the person table between two months, which changes no byte of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from sim.state.codes import ELDER, FREE, SERIAL_BITS

WATCHED = 12  # months at the end
STATES = 4  # of health


@dataclass(frozen=True)
class Persons:
    """Who lives in the county at the end, and what the last year (or all of a shorter run) gave to whom.

    (persons,): age in months, kind, health, volunteer as in the person table; credit in minutes; income in
    fen of the last month; `given` and `received` in minutes over the year. `giver_minutes` (givers,): minutes
    of each who gave in the year, those who have died or left among them. `unmet` and `elder_months` (4,):
    minutes of need that nobody met and elders, summed over the months, by state of health.
    """

    age: np.ndarray
    kind: np.ndarray
    health: np.ndarray
    volunteer: np.ndarray
    credit: np.ndarray
    income: np.ndarray
    given: np.ndarray
    received: np.ndarray
    giver_minutes: np.ndarray
    unmet: np.ndarray
    elder_months: np.ndarray


def living(model: sim.MutualAidModel) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the person table in use, and the village (place) of each."""
    world = model.world
    village = np.repeat(np.arange(len(world.used)), np.diff(world.start))
    people: Any = model.people
    rows = np.flatnonzero(people.kind[: len(village)] != FREE)
    return rows, village[rows]


def identities(model: sim.MutualAidModel, rows: np.ndarray, village: np.ndarray) -> np.ndarray:
    """Identity of each person, as `sim.state.people.identity_of` makes it: never given twice."""
    people: Any = model.people
    number = np.asarray(model.world.villages.number)[village].astype(np.int64)
    return (number << SERIAL_BITS) | people.serial[rows].astype(np.int64)


def incomes(model: sim.MutualAidModel, rows: np.ndarray, village: np.ndarray) -> np.ndarray:
    """Fen of this month as `sim.state.people.income_of` counts it."""
    people: Any = model.people
    own = sum(
        column[rows].astype(np.int64) for column in (people.income, people.trade_income, people.allowance)
    )
    left = np.asarray(model.world.villages.remit_left)[village]
    return np.asarray(own + (people.remit[rows] * left).astype(np.int64))


class Watch:
    """Adds up months of a model."""

    def __init__(self) -> None:
        self.who: list[np.ndarray] = []
        self.given: list[np.ndarray] = []
        self.received: list[np.ndarray] = []
        self.unmet, self.elder_months = np.zeros(STATES, np.int64), np.zeros(STATES, np.int64)

    def month(self, model: sim.MutualAidModel) -> None:
        """What the month that has just ended left in the person table."""
        people: Any = model.people
        rows, village = living(model)
        self.who.append(identities(model, rows, village))
        self.given.append(people.given[rows].astype(np.int64))
        self.received.append(people.received[rows].astype(np.int64))
        elders = rows[people.kind[rows] == ELDER]
        np.add.at(self.unmet, people.health[elders], people.need[elders].sum(axis=1, dtype=np.int64))
        np.add.at(self.elder_months, people.health[elders], 1)

    def persons(self, model: sim.MutualAidModel) -> Persons:
        """The end of the year."""
        everybody, places = np.unique(np.concatenate(self.who), return_inverse=True)
        given, received = (np.zeros(len(everybody), np.int64) for _ in range(2))
        np.add.at(given, places, np.concatenate(self.given))
        np.add.at(received, places, np.concatenate(self.received))
        people: Any = model.people
        rows, village = living(model)
        here = np.searchsorted(everybody, identities(model, rows, village))
        return Persons(
            age=people.age[rows], kind=people.kind[rows], health=people.health[rows],
            volunteer=people.volunteer[rows], credit=people.credit[rows],
            income=incomes(model, rows, village), given=given[here], received=received[here],
            giver_minutes=given[given > 0], unmet=self.unmet, elder_months=self.elder_months,
        )  # fmt: skip


def watched(model: sim.MutualAidModel) -> tuple[sim.Result, Persons]:
    """The result of `model.run()`, the same bytes, and its persons."""
    watch, before = Watch(), max(model.horizon - model.month - WATCHED, 0)
    model.run(before)
    while model.month < model.horizon:
        model.step()
        watch.month(model)
    return model.run(0), watch.persons(model)
