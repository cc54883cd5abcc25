"""Counties written by hand, for summaries whose values are worked on paper."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from runs import empty_series

import sim
from experiments.evidence.persons import Persons
from experiments.evidence.summaries import SUMMARIES
from sim import service
from sim.state.codes import ELDER, FULL, HELPER, NEVER, WORKING

P = sim.Parameters()


def run(months: int = 36, villages: int = 1, changes: dict[str, Any] | None = None) -> Any:
    """A run of stations of the start at full service: 100 elders, 20 diners of 40 meals, 10 volunteers."""
    s = empty_series(months, villages)
    s.state["level"], s.state["opened"], s.state["facility"], s.state["elders"] = FULL, -1, WORKING, 100
    s.state["wage_index"], s.state["launched"], s.flow["open_days"] = 1.0, -1, 26
    s.flow["diners"], s.flow["meals"], s.flow["volunteers"], s.flow["volunteer_elders"] = 20, 800, 10, 8
    return SimpleNamespace(series=s, parameters=P.replace(changes or {}))


def opens(seen: Any, month: int, villages: Any = slice(None)) -> None:
    """These villages have no station before that month."""
    state = seen.series.state
    for name in ("opened", "launched"):
        state[name][:, villages] = month
        state[name][:month, villages] = NEVER
    shut(seen, slice(0, month), villages)


def shut(seen: Any, months: slice, villages: Any = slice(None)) -> None:
    """No door and no meals in these months."""
    seen.series.flow["open_days"][months, villages] = 0
    seen.series.flow["meals"][months, villages] = 0


def value(name: str, seen: Any, **told: Any) -> tuple[float, int]:
    """A summary, after the doors of the run are made."""
    if hasattr(seen, "series"):
        seen.doors = service.doors_of(seen.series, seen.parameters)
    return SUMMARIES[name].given(told).of(seen)


def start(**columns: Any) -> Any:
    """A start with these columns of persons; a helper comes last."""
    size = len(next(iter(columns.values())))
    plain = {name: np.zeros(size + 1, int) for name in ("age", "sex", "living", "health")}
    people = plain | {name: np.array([*values, 3]) for name, values in columns.items()}
    people["kind"] = np.array([ELDER] * size + [HELPER])
    return SimpleNamespace(people=SimpleNamespace(**people), parameters=P)


def persons(size: int, **columns: Any) -> Persons:
    """Persons, elders unless said, with zeros in what is not given."""
    plain: dict[str, Any] = {name: np.zeros(size, int) for name in Persons.__dataclass_fields__}
    plain |= {
        "kind": np.full(size, ELDER), "unmet": np.zeros(4, int), "elder_months": np.zeros(4, int),
        "giver_minutes": np.zeros(0, int),
    }  # fmt: skip
    return Persons(**plain | {name: np.array(values) for name, values in columns.items()})
