"""What a calibration holds on its way: targets as numbers, waves, emulators, draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .emulator import Emulator
from .measuring import Batch
from .pattern_file import Pattern
from .space import Space, Structure

FURTHEST = 10.0  # deviations; a run that shows less or more counts as this far
PROCESS = 12  # inputs of a Gaussian process, beside the flags of structures
ENOUGH = 500  # effective draws that are asked for


@dataclass(frozen=True)
class Target:
    """Patterns as numbers, on the scale that each is judged on."""

    patterns: tuple[Pattern, ...]

    @property
    def observed(self) -> np.ndarray:
        """(patterns,)"""
        return np.array([self._on_scale(one, np.array([one.observed]))[0] for one in self.patterns])

    @property
    def allowed(self) -> np.ndarray:
        """(patterns,): variance of observation and discrepancy."""
        return np.array([one.observation_sd**2 + one.discrepancy_sd**2 for one in self.patterns])

    def of(self, batch: Batch, pattern: Pattern) -> np.ndarray:
        """(points,) of one pattern on its scale."""
        return self._on_scale(pattern, batch.values[pattern.id])

    def distance(self, batch: Batch, pattern: Pattern) -> np.ndarray:
        """(points,): from what was observed, in deviations, cut at FURTHEST."""
        at = self.patterns.index(pattern)
        far = (self.of(batch, pattern) - self.observed[at]) / np.sqrt(self.allowed[at])
        return np.clip(far, -FURTHEST, FURTHEST)

    @staticmethod
    def _on_scale(pattern: Pattern, values: np.ndarray) -> np.ndarray:
        if pattern.scale == "linear":
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log(np.maximum(values, pattern.low / 100)), np.nan)


@dataclass(frozen=True)
class Wave:
    """After a wave: what is left of each structure's space, and the share of it that each pattern alone rules
    out, (patterns,).
    """

    left: dict[str, float]
    ruled_out: np.ndarray


@dataclass
class Calibration:
    """All that a calibration found."""

    target: Target
    structures: Sequence[Structure]
    everything: Space
    screened: dict[str, float] = field(default_factory=dict)  # dial -> largest effect over patterns
    effects: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))  # (dials, patterns)
    space: Space | None = None
    waves: list[Wave] = field(default_factory=list)
    emulators: list[Emulator] = field(default_factory=list)
    batch: Batch | None = None
    firsts: int = 0  # points of the first wave
    alone: np.ndarray = field(
        default_factory=lambda: np.zeros(0)
    )  # share that each pattern rules out, at the end
    left: dict[str, float] = field(default_factory=dict)  # of each structure's space, at the end
    draws: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))  # (rows, dials)
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0))
    of: np.ndarray = field(default_factory=lambda: np.zeros(0, int))  # (rows,): number of the structure
    effective: float = 0.0
    checked: Batch | None = None

    @property
    def seed(self) -> int:
        """Of everything that a calibration draws beside its runs."""
        return self.everything.line.settings.seed % 2**31

    def columns(self, pattern: int) -> list[int]:
        """Inputs of the process of a pattern: the dials that move it most, and the flags of structures."""
        assert self.space is not None
        names = self.space.names
        all_of = {name: self.effects[at, pattern] for at, name in enumerate(self.everything.names)}
        order = sorted(range(len(names)), key=lambda at: -all_of[names[at]])[:PROCESS]
        return [
            *sorted(order),
            *range(len(names), len(names) + sum(bool(one.inside) for one in self.structures)),
        ]

    def inputs(self, points: np.ndarray, structures: Sequence[Structure]) -> np.ndarray:
        """What an emulator reads: the point, and a flag for each structure that changes a set-up."""
        flags = [
            [float(one.name == other.name) for other in self.structures if other.inside] for one in structures
        ]
        return np.hstack([points, np.array(flags, float).reshape(len(points), -1)])
