"""Columns of the person table, states and monthly flows of a village; declared by who writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Column:
    """A column of the person table, a state of a village or a monthly flow of a village."""

    name: str
    dtype: str
    unit: str
    label: str
    initial: Any = 0
    shape: tuple[int, ...] = ()


COLUMNS: dict[str, Column] = {}
STATES: dict[str, Column] = {}
FLOWS: dict[str, Column] = {}


def _declare(registry: dict[str, Column], c: Column) -> Column:
    if c.name in registry:
        raise ValueError(f"{c.name!r} is declared twice: one writer each")
    if hasattr(np.recarray, c.name):
        raise ValueError(f"{c.name!r} is an attribute of every array: choose another name")
    registry[c.name] = c
    return c


def column(
    name: str, dtype: str, *, unit: str, label: str, initial: Any = 0, shape: tuple[int, ...] = ()
) -> Column:
    """Declare a column of the person table."""
    return _declare(COLUMNS, Column(name, dtype, unit, label, initial, shape))


def state(
    name: str, dtype: str, *, unit: str, label: str, initial: Any = 0, shape: tuple[int, ...] = ()
) -> Column:
    """Declare a village state that lasts from month to month."""
    return _declare(STATES, Column(name, dtype, unit, label, initial, shape))


def flow(name: str, *, unit: str, label: str, dtype: str = "i8", shape: tuple[int, ...] = ()) -> Column:
    """Declare a village indicator that starts each month at zero."""
    return _declare(FLOWS, Column(name, dtype, unit, label, 0, shape))


def record(registry: dict[str, Column], rows: int) -> np.recarray:
    """A record array of `rows` with the declared fields at their initial values."""
    dtype = np.dtype(
        [(c.name, c.dtype, c.shape) if c.shape else (c.name, c.dtype) for c in registry.values()]
    )
    made = np.zeros(rows, dtype)
    for c in registry.values():
        made[c.name] = c.initial
    return made.view(np.recarray)


def person_columns(slots: int) -> list[np.ndarray]:
    """Fresh columns of `slots` free slots, in order of declaration."""
    return [np.full((slots, *c.shape), c.initial, c.dtype) for c in COLUMNS.values()]
