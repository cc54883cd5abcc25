"""One method on one set of inputs: indices, which inputs are told from chance, whether they converged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sim.state.parameters import Parameters

from ..command.experiment_settings import Settings
from ..outcomes import OUTCOMES
from ..report.style import phrase
from .designs import FEWEST, MAIN, Design, Indices
from .inputs import DUMMY, Input
from .power import least_effect

Measured = dict[str, np.ndarray]  # outcome -> (points, replicates)


@dataclass(frozen=True)
class Measurement:
    """What one command line asks of a sensitivity analysis: inputs, points, replicates, the county."""

    settings: Settings
    inputs: list[Input]
    points: int
    replicates: int
    base: Parameters

    @property
    def by_section(self) -> bool:
        """Whether the inputs of a section move together."""
        sections = {one.group for one in self.inputs}
        return (
            self.settings.by == "section"
            and self.settings.method in ("morris", "sobol")
            and len(sections) > 2
        )

    def factor(self, one: Input) -> str:
        """The factor that an input belongs to."""
        return one.group if self.by_section else one.name

    def design(self, found: Sequence[Input], method: str, points: int, at: int) -> Design:
        """Points for these inputs; `at` numbers the analyses of a study, each with its own random numbers."""
        seed = int(np.random.SeedSequence(self.settings.seed, spawn_key=(7, at)).generate_state(1)[0]) | 1
        groups = tuple(self.factor(one) for one in found)
        return Design(method, tuple(one.name for one in found), groups, points, seed)


@dataclass
class Analysed:
    """One method on one set of inputs.

    (points, replicates) by outcome, indices, and indices along the way.
    """

    design: Design
    raw: dict[str, np.ndarray]
    indices: dict[str, Indices]
    path: dict[str, list[Indices]]
    labels: Mapping[str, str] = field(default_factory=dict)  # of outcomes from elsewhere

    @property
    def elsewhere(self) -> bool:
        """Whether the runs were made elsewhere, so that no more of them can be asked for here."""
        return bool(self.labels)

    def label(self, outcome: str) -> str:
        """An outcome for readers, in the language that is spoken."""
        return self.labels[outcome] if self.labels else phrase(OUTCOMES[outcome].label)

    @property
    def main(self) -> str:
        """Name of the index that ranks."""
        return MAIN[self.design.method]

    @cached_property
    def lines(self) -> dict[str, float]:
        """Outcome -> what the largest of as many factors without effect passes in 5 % of cases."""
        return {outcome: self.design.line(values) for outcome, values in self.raw.items()}

    @cached_property
    def least(self) -> dict[str, float]:
        """Outcome -> share of a single run's variance that an input needs to be told in half of studies."""
        return {outcome: least_effect(self.design, values) for outcome, values in self.raw.items()}

    def passed(self, outcome: str) -> list[str]:
        """Factors told from chance: their whole interval lies above the line. The largest first.

        Table, sentences, figures and what Sobol follows on all ask here. Where nothing has an effect, at most
        5 % of outcomes name a factor: the line alone sees to that, whatever the intervals are worth.
        """
        indices, line = self.indices[outcome], self.lines[outcome]
        return [
            indices.factors[place]
            for place in np.argsort(-indices.main, kind="stable")
            if min(indices.interval[place, 0], indices.main[place]) > line and indices.factors[place] != DUMMY
        ]


def analyse(design: Design, raw: dict[str, np.ndarray]) -> Analysed:
    """Indices of each outcome from replicates (points, r), and along halves of the base points down to a
    quarter.
    """
    sizes = [size for size in (design.n // 4, design.n // 2) if size >= FEWEST[design.method]]
    sizes = sizes[-1:] if design.method == "delta" else sizes
    whole = {name: design.analyse(values) for name, values in raw.items()}
    return Analysed(
        design,
        raw,
        whole,
        {
            name: [*(design.analyse(values, size) for size in sizes), whole[name]]
            for name, values in raw.items()
        },
    )


def summary(last: Analysed) -> pd.DataFrame:
    """(outcome, input) x index with its interval."""
    frames = {}
    for outcome, indices in last.indices.items():
        ends = {"low": indices.interval[:, 0], "high": indices.interval[:, 1]}
        frames[outcome] = pd.DataFrame(ends | indices.values, pd.Index(indices.factors, name="input"))
    return pd.concat(frames, names=["outcome"])
