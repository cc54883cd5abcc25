"""What a calibration may move: dials, rival structures, and what a point of the cube means in a set-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from sim.policies import compose
from sim.state import yaml12
from sim.state.parameters import Declaration, Parameters

from ..command.catalogue import CONFIGS
from ..command.scenario import Composed, Scenario, policy
from ..study import draws
from .pattern_file import Pattern, Setup
from .patterns import months_of

READY = CONFIGS / "calibration.yaml"


@dataclass(frozen=True)
class Structure:
    """A rival account of why stations end: dials at fixed quantiles, changes inside a set-up."""

    name: str
    chinese: str
    held: Mapping[str, float]
    inside: Mapping[str, Mapping[str, Any]]


ANY = Structure("any", "任意", {}, {})  # nothing held: where the screen looks


@dataclass(frozen=True)
class Fitted:
    """What configs/calibration.yaml says."""

    villages: int
    checked: int
    structures: tuple[Structure, ...]


@lru_cache(maxsize=1)
def asked() -> Fitted:
    """The calibration of the project."""
    content = yaml12.load(READY.read_text(encoding="utf-8"), str(READY))
    structures = tuple(
        Structure(name, one["chinese"], one.get("held", {}), one.get("inside", {}))
        for name, one in content["structures"].items()
    )
    return Fitted(content["villages"], content["checked"], structures)


@dataclass(frozen=True)
class Space:
    """The dials that are moved, in order: the columns of every array of points."""

    line: Composed
    base: Parameters
    dials: Mapping[str, Sequence[Declaration]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Dials by name."""
        return list(self.dials)

    def only(self, names: Sequence[str]) -> Space:
        """The same with fewer dials, in the order of declaration."""
        return Space(
            self.line, self.base, {name: members for name, members in self.dials.items() if name in names}
        )

    def placed(self, points: np.ndarray, structure: Structure) -> np.ndarray:
        """The points with the dials of a structure where it holds them."""
        points = np.array(points, float)
        for name, quantile in structure.held.items():
            if name in self.dials:
                points[:, self.names.index(name)] = quantile
        return points

    def values(self, row: np.ndarray) -> dict[str, Any]:
        """A point as path -> value."""
        return {
            one.path: draws.placed(one, float(quantile))
            for members, quantile in zip(self.dials.values(), row, strict=True)
            for one in members
        }

    def scenario(self, name: str, row: np.ndarray, structure: Structure, setup: Setup, size: int) -> Scenario:
        """A set-up at a point, under a structure; what the point does not move is drawn by whoever runs it.

        `size`: villages of a set-up that has villages of its own.
        """
        changes = {**setup.changes, **structure.inside.get(setup.name, {})}
        if "county.villages" in changes and setup.gives == "run":
            changes["county.villages"] = size
        if setup.months:
            changes["horizon.end"] = months_of(self.base, setup.months)
        values = {path: value for path, value in self.values(row).items() if path not in changes}
        parameters = draws.with_draw(self.base, values).replace(changes)
        own = tuple(policy(one, parameters) for one in setup.policy)
        modifiers = compose((*self.line.policies, *own), parameters)
        moved = {one.path for members in self.dials.values() for one in members}
        held = frozenset(self.line.touched() | moved | set(changes))
        return Scenario(name, parameters, held, modifiers=modifiers)


def space_of(line: Composed, base: Parameters) -> Space:
    """All dials of a command line: what it does not set, and what some rule reads."""
    found = draws.drawn(base, line.touched(), frozenset())
    return Space(line, base, draws.dials(found))


def setups_of(patterns: Sequence[Pattern]) -> dict[str, Setup]:
    """Set-up by name, each once."""
    return {pattern.setup.name: pattern.setup for pattern in patterns}
