"""Seeds and parameter draws. Luck and uncertainty come from different children of one root, so that either
can be held.

Each parameter of grade C or D is drawn from the triangle (low, default, high): the default is the best guess,
the ends are what is accepted. (Decision: a uniform draw would put most of its weight where no source points;
the triangle keeps the ends possible.) A draw is keyed by the parameter's name, so that adding a parameter
changes no other draw, and by the seed's place only, so that every arm of an experiment meets the same draw.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from experiments.command.scenario import known, patched
from sim.state.parameters import Declaration, ParameterError, Parameters

NOISE, DRAWS = 0, 1  # children of the root seed: replicate noise, draws of parameters
STRUCTURE = {  # the county that is asked about, not what is unknown of it
    "county.villages",
    "county.townships",
    "county.elders",
    "county.size_spread",
    "county.facility_share",
    "county.share_scenic",
    "county.share_craft",
    "county.share_near_town",
    "county.zone_size",
    "business.start",
    "solvency.start_cash",
}
CHOSEN = ("funding.", "horizon.", "viability.")  # set by an arm, or part of the question
NO_UNKNOWN = (
    "design choice",
    "definition",
    "default of the account book",
)  # sources that name a choice, not a fact


def replicate_seed(root: int, index: int) -> int:
    """The model's seed of replicate `index`: a child of the root's SeedSequence."""
    return int(
        np.random.SeedSequence(root, spawn_key=(NOISE, index)).generate_state(1, np.uint64)[0] >> np.uint64(1)
    )


def drawn(fixed: Iterable[str] = ()) -> list[Declaration]:
    """Declarations that are drawn.

    Grade C or D with a range, not structure, choice or definition, not in `fixed`.
    """
    held = STRUCTURE | set(fixed)
    return [
        declared
        for declared in known().values()
        if declared.varied
        and declared.path not in held
        and not declared.path.startswith(CHOSEN)
        and not declared.source.startswith(NO_UNKNOWN)
    ]


def triangle(quantile: float, low: float, mode: float, high: float) -> float:
    """Quantile `u` of the triangular distribution."""
    at = (mode - low) / (high - low)
    if quantile < at:
        return low + math.sqrt(quantile * (high - low) * (mode - low))
    return high - math.sqrt((1 - quantile) * (high - low) * (high - mode))


def draw(root: int, index: int, fixed: Iterable[str] = ()) -> dict[str, Any]:
    """Path -> value of every drawn parameter for replicate `index`."""
    values: dict[str, Any] = {}
    for declared in drawn(fixed):
        child = np.random.SeedSequence(root, spawn_key=(DRAWS, index, zlib.crc32(declared.path.encode())))
        quantile = float(np.random.Generator(np.random.PCG64(child)).random())
        assert declared.low is not None and declared.high is not None
        value = triangle(quantile, declared.low, float(declared.default), declared.high)
        if declared.kind is int:  # whole numbers keep the triangle's weight at both ends
            value = math.floor(
                triangle(quantile, declared.low - 0.5, float(declared.default), declared.high + 0.5) + 0.5
            )
        values[declared.path] = declared.kind(min(max(value, declared.low), declared.high))
    return values


def with_draw(parameters: Parameters, values: dict[str, Any]) -> Parameters:
    """`parameters` with a draw; a draw that does not fit together with them is an error that names its
    path.
    """
    try:
        return patched(parameters, values)
    except ParameterError as error:
        raise ParameterError(f"a parameter draw does not fit the configuration ({error})") from error
