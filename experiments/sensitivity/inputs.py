"""The inputs of a sensitivity analysis: what is uncertain, and what a point of the unit cube means.

Numbers of grade C or D with a range, one input for those that act as one (`study/dials.py`), switches and
choices that are not the question's own, the four shares on the simplex, and a dummy that nothing reads.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.state.parameters import Declaration, nearest

from ..arms import SHARES
from ..command.scenario import Composed
from ..command.settings import Mistake, known
from ..study import draws
from ..study.dials import is_against
from ..study.distributions import even_at, value_at

DUMMY, SIMPLEX = "dummy", "funding shares"
CHOICES = ("business.kind", "collective.income_year")  # that the question asks about; others are structure
EDGE = 1e-3  # shares of a mix stay this far from the corner's logarithm


@dataclass(frozen=True)
class Input:
    """One coordinate of the unit cube.

    The declarations that it moves; none for a share of the simplex and the dummy.
    """

    name: str
    group: str
    members: tuple[Declaration, ...] = ()

    def is_called(self, names: Collection[str]) -> bool:
        """Whether it, its group or one of its members is named."""
        return bool({self.name, self.group, *(one.path for one in self.members)} & set(names))


def inputs(line: Composed) -> list[Input]:
    """All uncertain inputs of a command line, the dummy last.

    What the line sets or switches off is left out.
    """
    held = line.touched()
    flat = line.parameters.flat()
    words = {
        path: one
        for path, one in known().items()
        if path not in held and (path in CHOICES or is_open(one)) and not draws.rests(path, flat)
    }
    drawn = {one.path: one for one in draws.drawn(line.parameters, held, words)}
    paths = [path for path in known() if path in words or path in drawn]
    made = [Input(path, section_of(path), (words[path],)) for path in words]
    for dial, members in draws.dials(drawn.values()).items():
        made.append(Input(dial, section_of(members[0].path), tuple(members)))
    found = sorted(made, key=lambda one: paths.index(one.members[0].path))
    if not any(path.startswith("funding.") for path in held):
        found += [Input(share, SIMPLEX) for share in SHARES]
    return [*chosen(found, line.settings.inputs), Input(DUMMY, DUMMY)]


def section_of(path: str) -> str:
    """The first word of a path."""
    return path.partition(".")[0]


def is_open(declared: Declaration) -> bool:
    """A switch that is neither chosen by an arm nor a design choice or definition."""
    chosen_so = declared.path.startswith(draws.CHOSEN) or declared.source.startswith(draws.NO_UNKNOWN)
    return declared.kind is bool and not chosen_so


def chosen(found: Sequence[Input], names: Sequence[str]) -> list[Input]:
    """Inputs whose section, dial or path is named; all where nothing is."""
    allowed = {
        word for one in found for word in (one.group, one.name, *(member.path for member in one.members))
    }
    for name in names:
        if name not in allowed:
            raise Mistake(
                f"inputs: unknown {name!r}; a section or an uncertain parameter is "
                f"wanted{nearest(name, allowed)}"
            )
    return [one for one in found if not names or one.is_called(names)]


def value(declared: Declaration, quantile: float, distribution: str) -> Any:
    """Quantile `u` of a declared parameter.

    As it is declared, or evenly over its range; words and switches in equal parts.
    """
    if declared.kind is bool:
        return quantile >= 0.5
    if declared.choices:
        return declared.choices[min(int(quantile * len(declared.choices)), len(declared.choices) - 1)]
    return (value_at if distribution == "declared" else even_at)(declared, quantile)


def changes(row: np.ndarray, found: Sequence[Input], distribution: str) -> dict[str, Any]:
    """A point of the unit cube as path -> value.

    Logarithms of uniform numbers, over their sum, are even on the simplex.
    """
    made = {
        declared.path: value(
            declared, 1.0 - quantile if is_against(declared.path) else quantile, distribution
        )
        for one, quantile in zip(found, row.tolist(), strict=True)
        for declared in one.members
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
