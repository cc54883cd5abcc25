"""The start of a county: blocks of the person table, the world, the first inhabitants."""

from __future__ import annotations

import numpy as np

from sim.start import county, tables
from sim.state.counties import Counties
from sim.state.parameters import Parameters


def blocks(first: np.ndarray, capacity: float) -> np.ndarray:
    """First slot of each village's block (villages + 1): its first inhabitants times `capacity`."""
    rooms = np.maximum(first, np.ceil(first * capacity)).astype(np.int64)
    return np.concatenate([[0], np.cumsum(rooms)]).astype(np.int64)


def health_tables(counties: Counties) -> tables.HealthTables:
    """Monthly chances of health and death, with the county as first axis."""

    def of(name: str) -> np.ndarray:
        return np.stack(
            [getattr(county.health_chances(parameters), name) for parameters in counties.parameters]
        )

    return tables.HealthTables(*map(of, tables.HealthTables._fields))


def served_at_start(counties: Counties) -> np.ndarray:
    """(villages) whether a village has a facility and a spun-up service at the start."""
    return counties.by_village(county.served_at_start)


def seats(parameters: Parameters, seed: int, numbers: np.ndarray) -> np.ndarray:
    """Seats of a standing facility."""
    return np.full(len(numbers), parameters.facilities.seats)
