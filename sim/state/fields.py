"""Columns of the person table, states and monthly flows of a village; declared by who writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import own_folders


@dataclass(frozen=True)
class Column:
    """A column of the person table, a state of a village or a monthly flow of a village.

    `written_by` names the other files whose rules write it; the file that declares it always may. A test on
    the syntax tree holds both to what they say.
    """

    name: str
    dtype: str
    unit: str
    label: str
    initial: Any = 0
    shape: tuple[int, ...] = ()
    written_by: tuple[str, ...] = ()


COLUMNS: dict[str, Column] = {}
STATES: dict[str, Column] = {}
FLOWS: dict[str, Column] = {}


def _declare(registry: dict[str, Column], kind: str, field: Column) -> Column:
    if own_folders.is_reading():
        return _declare_own(registry, kind, field)
    if field.name in registry:
        raise ValueError(f"{field.name!r} is declared twice: one file declares a field")
    if hasattr(np.recarray, field.name):
        raise ValueError(f"{field.name!r} is an attribute of every array: choose another name")
    registry[field.name] = field
    return field


def _declare_own(registry: dict[str, Column], kind: str, field: Column) -> Column:
    """Of a part of an own folder: it stands in tables of its own and in no record of the product."""
    if hasattr(np.recarray, field.name):
        raise ValueError(f"{kind} {field.name!r} is an attribute of every array: choose another name")
    if kind != "column" and (np.dtype(field.dtype).itemsize != 8 or field.shape):
        raise ValueError(f"{kind} {field.name!r}: one number of type i8 or f8 is wanted, not {field.dtype!r}")
    made: Column = own_folders.declare(kind, field.name, field, registry)
    return made


def column(
    name: str,
    dtype: str,
    *,
    unit: str,
    label: str,
    initial: Any = 0,
    shape: tuple[int, ...] = (),
    written_by: tuple[str, ...] = (),
) -> Column:
    """Declare a column of the person table; a newcomer starts with `initial`."""
    return _declare(COLUMNS, "column", Column(name, dtype, unit, label, initial, shape, written_by))


def state(
    name: str,
    dtype: str,
    *,
    unit: str,
    label: str,
    initial: Any = 0,
    shape: tuple[int, ...] = (),
    written_by: tuple[str, ...] = (),
) -> Column:
    """Declare a village state that lasts from month to month."""
    return _declare(STATES, "state", Column(name, dtype, unit, label, initial, shape, written_by))


def flow(
    name: str,
    *,
    unit: str,
    label: str,
    dtype: str = "i8",
    shape: tuple[int, ...] = (),
    written_by: tuple[str, ...] = (),
) -> Column:
    """Declare a village indicator that starts each month at zero."""
    return _declare(FLOWS, "flow", Column(name, dtype, unit, label, 0, shape, written_by))


def record(registry: dict[str, Column], rows: int) -> np.recarray:
    """A record array of `rows` with the declared fields at their initial values."""
    dtype = np.dtype(
        [
            (field.name, field.dtype, field.shape) if field.shape else (field.name, field.dtype)
            for field in registry.values()
        ]
    )
    made = np.zeros(rows, dtype)
    for field in registry.values():
        made[field.name] = field.initial
    return made.view(np.recarray)


def person_columns(slots: int) -> list[np.ndarray]:
    """Fresh columns of `slots` free slots and, behind them, the blank person newcomers are copied from."""
    return [np.full((slots + 1, *field.shape), field.initial, field.dtype) for field in COLUMNS.values()]
