"""Plans under the same futures: runs of each, the county without stations beside them, and what they gave.

A future is a seed: a luck and a draw of what is uncertain, the same for all plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from sim.policies import Intervention
from sim.state.parameters import Parameters

from .. import reference, statistics
from ..command.scenario import Composed, Scenario, compose_policies, patched
from ..study.plan import FRESH, FRESH_FROM, MAIN, Task
from ..study.store import Results
from ..study.study import Study
from . import objectives

NOTHING = reference.REFERENCE  # the plan without stations


@dataclass(frozen=True)
class Candidate:
    """A plan: what it sets, which is then not drawn, and policies of its own."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[Intervention, ...] = ()


class CandidateRuns:
    """Runs of candidates in the county `base` of a command line; `policies` act in all of them."""

    work: Study

    def __init__(self, line: Composed, base: Parameters, policies: tuple[Intervention, ...] = ()) -> None:
        self.line = replace(line.starting(base), parameters=base)
        self.base, self.settings, self.policies = base, line.settings, policies
        self.touched = frozenset(line.touched())
        self._scenarios: dict[str, Scenario] = {}

    @property
    def years(self) -> float:
        """Of the horizon."""
        return float(self.base.horizon.months) / objectives.YEAR

    def scenario(self, one: Candidate) -> Scenario:
        """What a plan sets, the same for all futures; ParameterError where its values do not fit."""
        if one.name not in self._scenarios:
            changes = dict(one.changes)
            parameters = patched(self.base, changes)
            held = self.touched | set(changes) if self.settings.drawn else frozenset[str]()
            modifiers = compose_policies((*self.policies, *one.policies), parameters)
            self._scenarios[one.name] = Scenario(
                one.name, parameters, held, modifiers=modifiers, table=self.settings.table
            )
        return self._scenarios[one.name]

    def task(self, one: Candidate, replicate: int, kind: str = MAIN) -> Task:
        """One future of a plan."""
        draw = replicate if self.settings.drawn else -1
        return Task(self.scenario(one), replicate, self.settings.seed, draw, kind, keep_series=False)

    def run(self, plans: Iterable[Candidate], count: int, label: str, kind: str = MAIN) -> None:
        """So many futures of each plan, and of the county without stations."""
        first = FRESH_FROM if kind == FRESH else 0
        asked = [nothing(), *plans]
        self.work.run([self.task(one, first + at, kind) for at in range(count) for one in asked], label)

    def measured(self) -> pd.DataFrame:
        """Index (scenario, arm, replicate) x objective, of every run that there is."""
        self.work.flush()
        rows = Results(self.work.folder).villages(objectives.COLUMNS)
        rows = statistics.with_weights(objectives.with_nothing(rows), self.base)
        return objectives.by_run(rows, self.years)


def nothing() -> Candidate:
    """The county without stations and their money."""
    return Candidate(NOTHING, reference.CHANGES)


def drawn_of(work: Study, name: str, kind: str) -> list[Task]:
    """The runs of a plan that drew parameters, by replicate."""
    found = (one for one in Results(work.folder).wanted.values() if one.arm == kind and one.draw >= 0)
    return sorted((one for one in found if one.scenario.name == name), key=lambda one: one.replicate)
