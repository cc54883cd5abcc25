"""Seeds and parameter draws. Luck and uncertainty come from different children of one root, so that either
can be held.

Each parameter of grade C or D is drawn from what its declaration says is possible (`distributions.py`).
Parameters that act as one are drawn as one (`dials.py`). A draw is
keyed by the name of its dial, so that adding a parameter changes no other draw, and by the seed's place only,
so that every arm of an experiment meets the same draw. What is off in a configuration is not drawn there.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from sim.state.parameters import (
    Declaration,
    ParameterError,
    Parameters,
    condition,
    switched_off,
    unmet,
)

from ..command import draw_table
from ..command.scenario import known, patched
from .dials import dial_of, is_against
from .distributions import value_at

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
    "government.township",  # a county that has a second purse says so
}
VALUED = {"economy.shadow_wage"}  # read after the runs, from the parameters as written
ROW = "row of a table"  # the key of the draw that takes a row
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


def rests(path: str, flat: Mapping[str, Any], moving: Collection[str] = ()) -> bool:
    """Whether no rule reads a parameter: its section is off, or none of its conditions holds.

    `moving`: paths that policies or a fork change, so that what hangs on them may be read later.
    """
    if switched_off(path.partition(".")[0], flat):
        return True
    wanted = unmet(path, flat)
    return bool(wanted) and not {condition(one)[0] for one in wanted} & set(moving)


def uncertain(fixed: Iterable[str] = ()) -> list[Declaration]:
    """Declarations that may be drawn in some configuration.

    Grade C or D with a range, not structure, choice or definition, not in `fixed`.
    """
    held = STRUCTURE | VALUED | set(fixed)
    return [
        declared
        for declared in known().values()
        if declared.varied
        and declared.path not in held
        and not declared.path.startswith(CHOSEN)
        and not declared.source.startswith(NO_UNKNOWN)
    ]


def drawn(
    parameters: Parameters, fixed: Iterable[str] = (), moving: Collection[str] = ()
) -> list[Declaration]:
    """Declarations that are drawn in a configuration: uncertain, and read by some rule there."""
    flat = parameters.flat()
    return [declared for declared in uncertain(fixed) if not rests(declared.path, flat, moving)]


def dials(declared: Iterable[Declaration]) -> dict[str, list[Declaration]]:
    """Dial -> the declarations that it moves: so many draws are made."""
    found: dict[str, list[Declaration]] = {}
    for one in declared:
        found.setdefault(dial_of(one.path), []).append(one)
    return found


def quantile_of(root: int, index: int, dial: str) -> float:
    """Where a dial stands in replicate `index`, between 0 and 1."""
    child = np.random.SeedSequence(root, spawn_key=(DRAWS, index, zlib.crc32(dial.encode())))
    return float(np.random.Generator(np.random.PCG64(child)).random())


def placed(declared: Declaration, quantile: float) -> Any:
    """The value of a parameter where its dial stands at `quantile`."""
    return value_at(declared, 1.0 - quantile if is_against(declared.path) else quantile)


def draw(root: int, index: int, fixed: Iterable[str] = (), table: str = "") -> dict[str, Any]:
    """Path -> value of every uncertain parameter for replicate `index`, read or not.

    As declared, but for what a row of `table` says; the row too is keyed by the seed's place.
    """
    values = {
        declared.path: placed(declared, quantile_of(root, index, dial))
        for dial, members in dials(uncertain(fixed)).items()
        for declared in members
    }
    if table:
        row = draw_table.read(draw_table.named(table)).at(quantile_of(root, index, ROW))
        values |= {path: value for path, value in row.items() if path not in set(fixed)}
    return values


def structure(root: int, index: int, table: str) -> str:
    """Which rival structure the row of a draw belongs to; empty without a table."""
    if not table:
        return ""
    rows = draw_table.read(draw_table.named(table))
    return rows.structures[rows.place(quantile_of(root, index, ROW))]


def acting(
    parameters: Parameters, values: Mapping[str, Any], fixed: Collection[str], moving: Collection[str] = ()
) -> dict[str, Any]:
    """Of a draw what counts in a configuration: neither held nor off there."""
    flat = parameters.flat()
    return {
        path: value for path, value in values.items() if path not in fixed and not rests(path, flat, moving)
    }


def with_draw(parameters: Parameters, values: dict[str, Any]) -> Parameters:
    """`parameters` with a draw; a draw that does not fit together with them is an error that names its
    path.
    """
    try:
        return patched(parameters, values)
    except ParameterError as error:
        raise ParameterError(f"a parameter draw does not fit the configuration ({error})") from error
