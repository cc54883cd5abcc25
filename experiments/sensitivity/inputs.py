"""The inputs of a sensitivity analysis: what is uncertain, and what a point of the unit cube means.

Numbers of grade C or D with a range, switches and choices that are not the question's own, the four shares on
the simplex, and a dummy that nothing reads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arms import SHARES
from experiments.command.scenario import Composed
from experiments.command.settings import Mistake, known
from experiments.study import draws
from sim.state.parameters import SECTIONS, Declaration, nearest, switched_off

DUMMY, SIMPLEX = "dummy", "funding shares"
CHOICES = ("business.kind", "collective.income_year")  # that the question asks about; others are structure
EDGE = 1e-3  # shares of a mix stay this far from the corner's logarithm


@dataclass(frozen=True)
class Input:
    """One coordinate of the unit cube.

    A parameter's declaration, a share of the simplex, or nothing (the dummy).
    """

    name: str
    group: str
    declared: Declaration | None = None


def inputs(line: Composed) -> list[Input]:
    """All uncertain inputs of a command line, the dummy last.

    What the line sets or switches off is left out.
    """
    held, base = line.touched(), line.parameters
    flat = base.flat()
    off = {name for name in SECTIONS if switched_off(name, flat)}
    drawn = {declared.path for declared in draws.drawn(held)}
    found = []
    for path, one in known().items():
        section = path.partition(".")[0]
        word = path in CHOICES and path not in held
        flag = (
            one.kind is bool
            and path not in held
            and not path.startswith(draws.CHOSEN)
            and not one.source.startswith(draws.NO_UNKNOWN)
        )
        if section not in off and (path in drawn or word or flag):
            found.append(Input(path, section, one))
    if not any(path.startswith("funding.") for path in held):
        found += [Input(share, SIMPLEX) for share in SHARES]
    return [*chosen(found, line.settings.inputs), Input(DUMMY, DUMMY)]


def chosen(found: Sequence[Input], names: Sequence[str]) -> list[Input]:
    """Inputs whose section or path is named; all where nothing is."""
    allowed = {one.group for one in found} | {one.name for one in found}
    for name in names:
        if name not in allowed:
            raise Mistake(
                f"inputs: unknown {name!r}; a section or an uncertain parameter is "
                f"wanted{nearest(name, allowed)}"
            )
    return [one for one in found if not names or one.name in names or one.group in names]


def value(declared: Declaration, quantile: float, distribution: str) -> Any:
    """Quantile `u` of a declared parameter.

    Triangle or uniform on its range, whole numbers, words and switches in equal parts.
    """
    if declared.kind is bool:
        return quantile >= 0.5
    if declared.choices:
        return declared.choices[min(int(quantile * len(declared.choices)), len(declared.choices) - 1)]
    assert declared.low is not None and declared.high is not None
    step = 0.5 if declared.kind is int else 0.0
    low, high = declared.low - step, declared.high + step
    number = (
        draws.triangle(quantile, low, float(declared.default), high)
        if distribution == "triangular"
        else low + quantile * (high - low)
    )
    return declared.kind(min(max(math.floor(number + 0.5) if step else number, declared.low), declared.high))


def changes(row: np.ndarray, found: Sequence[Input], distribution: str) -> dict[str, Any]:
    """A point of the unit cube as path -> value.

    Logarithms of uniform numbers, over their sum, are even on the simplex.
    """
    made = {
        one.name: value(one.declared, float(quantile), distribution)
        for one, quantile in zip(found, row, strict=True)
        if one.declared
    }
    at = {
        one.name: -math.log(min(max(float(quantile), EDGE), 1 - EDGE))
        for one, quantile in zip(found, row, strict=True)
        if one.group == SIMPLEX
    }
    if at:
        for share in SHARES:  # a share that is not varied keeps its place in the middle
            at.setdefault(share, 1.0)
        total = math.fsum(at.values())
        made |= {name: share / total for name, share in at.items()}
    return made
