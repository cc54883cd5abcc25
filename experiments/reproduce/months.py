"""Months of which only named processes run: the model's own, in their own order, through its public front."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

import sim
from sim.schedule import MONTH, Process
from sim.state.parameters import nearest

BATCHES = 40


@cache
def processes(names: tuple[str, ...]) -> tuple[Process, ...]:
    """Those of the month that are named, in its order; KeyError with the nearest name."""
    known = {process.name: process for process in MONTH}
    for name in names:
        if name not in known:
            raise KeyError(f"no process of the month is called {name!r}{nearest(name, known)}")
    return tuple(process for process in MONTH if process.name in names)


def month(model: sim.MutualAidModel, names: Iterable[str]) -> None:
    """One month in which nothing else happens."""
    model.world.flow.view(np.ndarray).reshape(-1).view(np.uint8).fill(0)
    model.world.hours.fill(0)
    for process in processes(tuple(names)):
        process.run(model)
    model.month += 1


def batch_error(series: np.ndarray, batches: int = BATCHES) -> np.ndarray:
    """Standard error of the mean of a dependent series (time first), by means of batches."""
    length = len(series) // batches
    means = series[: length * batches].reshape(batches, length, *series.shape[1:]).mean(axis=1)
    return means.std(axis=0, ddof=1) / np.sqrt(batches)
