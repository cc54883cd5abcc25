"""Exact forks: everything a model needs to go on, as plain arrays and a plain dictionary, never pickled
objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import own_folders
from sim.state.fields import COLUMNS
from sim.state.parameters import ParameterError, Parameters, declarations
from sim.state.values import Modifier
from sim.state.world import scratch

if TYPE_CHECKING:
    from sim.model import MutualAidModel

SERIES = ("flow", "state", "hours", "posted", "balance")


def _in_place(model: MutualAidModel) -> dict[str, np.ndarray]:
    """Arrays whose shape depends on the number of villages only.

    What is written here is what decisions read.
    """
    world, ledger, county = model.world, model.ledger, model.county
    return {
        "used": world.used,
        "villages": world.villages,
        "hours": world.hours,
        "pool": world.pool,
        "balance": world.balance,
        "total": ledger.total,
        "operating": county.operating,
        "construction": county.construction,
        "factor": county.factor,
    }


def take(model: MutualAidModel) -> dict[str, Any]:
    """A copy of the model between two months: `meta` (plain values) and `arrays`."""
    meta = {
        "parameters": model.parameters.to_dict(),
        "seed": model.seed_number,
        "month": model.month,
        "clock": model.clock,
        "steps": model.steps,
        "numbers": model.world.villages.number.tolist(),
        "modifiers": [modifier.to_dict() for modifier in model._modifiers[0]],
        "keep": model._kept,
    } | ({"own": own_folders.digest()} if model.own else {})
    arrays = {name: np.array(values) for name, values in _in_place(model).items()}
    columns: list[np.ndarray] = list(model.people)
    arrays |= {f"person_{name}": np.array(values) for name, values in zip(COLUMNS, columns, strict=True)}
    arrays["start"] = np.array(model.world.start)
    if len(model._recorder):
        arrays |= {
            f"series_{name}": np.array(values)
            for name, values in zip(SERIES, model._recorder.whole(), strict=True)
        }
    arrays |= model.own.taken() if model.own else {}
    if model.lookout.watched:
        meta["triggers"], seen = model.lookout.taken()
        arrays |= seen
    return {"meta": meta, "arrays": arrays}


def modifiers_of(meta: dict[str, Any]) -> tuple[Modifier, ...]:
    """Those that acted on the model of a snapshot."""
    return tuple(map(Modifier.from_dict, meta.get("modifiers", ())))


def only_live(before: Parameters, after: Parameters) -> None:
    """Raise ParameterError when a fork changes a parameter that shaped the start."""
    known, old = declarations(), before.flat()
    fixed = [path for path, value in after.flat().items() if value != old[path] and not known[path].live]
    if fixed:
        raise ParameterError(f"a fork cannot change {', '.join(fixed)}: it shaped the start")


def put(model: MutualAidModel, snapshot: dict[str, Any]) -> None:
    """Write a snapshot over a freshly built model of the same villages."""
    meta, arrays = snapshot["meta"], snapshot["arrays"]
    for name, array in _in_place(model).items():
        array[...] = arrays[name]
    work, sums = scratch(arrays["start"])
    model.people = type(model.people)(*(arrays[f"person_{name}"].copy() for name in COLUMNS))
    model.world = model.world._replace(start=arrays["start"].copy(), work=work, sums=sums)
    model.month, model.clock, model.steps = meta["month"], meta["clock"], meta["steps"]
    model.own.put(arrays)
    model.lookout.put(meta.get("triggers", ()), arrays)
    if "series_flow" in arrays:
        for month in zip(*(arrays[f"series_{name}"] for name in SERIES), strict=True):
            model._recorder.append(month)
