"""Runs of villages that plan, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sim
from sim.parts.station import ENDS
from sim.state import parameters

BITS = {name: 1 << place for place, name in enumerate(ENDS)}
COUNTY = {"county.villages": 24, "county.couplings": False, "horizon.spin_up": 6}


@lru_cache(maxsize=12)
def _run(changes: tuple[tuple[str, Any], ...], months: int, seed: int) -> sim.MutualAidModel:
    model = sim.MutualAidModel(sim.Parameters().replace({**COUNTY, **dict(changes)}), seed=seed)
    model.run(months)
    return model


def run(changes: Mapping[str, Any] | None = None, months: int = 84, seed: int = 3) -> sim.MutualAidModel:
    """A county of the default's villages, kept by its changes."""
    return _run(tuple(sorted((changes or {}).items())), months, seed)


@contextmanager
def unchecked() -> Iterator[None]:
    """Values outside what a user may set, for the limits of a rule."""
    kept = parameters.checked
    parameters.checked = lambda declared, value: declared.kind(value)  # type: ignore[assignment]
    yield
    parameters.checked = kept
