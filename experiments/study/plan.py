"""What a study is to run: tasks (scenario x arm x luck x parameter draw) and the plan that lists them in
scenarios.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from experiments.command.scenario import Scenario
from experiments.study import draws
from sim.state.parameters import Parameters

MAIN = "main"  # the arm of a run that is no rerun
SAME = "replicate"  # in the plan: the draw of a run has the number of its replicate


@dataclass(frozen=True)
class Task:
    """One run. Luck and parameter draw are numbered children of `root`; `draw` -1 means parameters as
    written.
    """

    scenario: Scenario
    replicate: int
    root: int
    draw: int = -1
    arm: str = MAIN
    keep_series: bool = True

    @property
    def seed(self) -> int:
        """The model's seed: a child of the root's SeedSequence, the same in all scenarios, arms and draws."""
        return draws.replicate_seed(self.root, self.replicate)

    @property
    def run(self) -> int:
        """63 bits that name this run by its content: what is skipped when a study goes on."""
        text = (
            f"{self.scenario.name} {self.scenario.digest} {self.arm} {self.root} {self.replicate} {self.draw}"
        )
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1

    @property
    def parameters(self) -> Parameters:
        """The scenario's parameters, under its draw; what the scenario holds is not drawn."""
        if self.draw < 0:
            return self.scenario.parameters
        held = self.scenario.held
        return draws.with_draw(
            self.scenario.parameters, {k: v for k, v in _drawn(self.root, self.draw).items() if k not in held}
        )


@lru_cache(maxsize=8)
def _drawn(root: int, index: int) -> dict[str, Any]:
    return draws.draw(root, index)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    """[first, after the last] of each unbroken run of numbers."""
    found: list[list[int]] = []
    for n in sorted(numbers):
        if found and found[-1][1] == n:
            found[-1][1] = n + 1
        else:
            found.append([n, n + 1])
    return found


@dataclass
class Plan:
    """All scenarios by digest and name and, phase by phase, which of their runs are wanted."""

    scenarios: dict[str, Scenario] = field(default_factory=dict)
    phases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, phase: str, tasks: Iterable[Task]) -> None:
        """Set a phase, replacing what it held."""
        groups: dict[tuple[Any, ...], tuple[list[int], list[int]]] = {}
        for t in tasks:
            named = f"{t.scenario.digest} {t.scenario.name}"
            self.scenarios[named] = t.scenario
            key = (named, t.arm, t.root, SAME if t.draw == t.replicate else t.draw)
            all_of, series = groups.setdefault(key, ([], []))
            all_of.append(t.replicate)
            if t.keep_series:
                series.append(t.replicate)
        names = ("scenario", "arm", "root", "draw")
        self.phases[phase] = [
            {**dict(zip(names, key, strict=True)), "replicates": _ranges(a), "series": _ranges(s)}
            for key, (a, s) in groups.items()
        ]

    def tasks(self) -> Iterator[Task]:
        """Every run that is wanted, each once."""
        seen: set[int] = set()
        for group in [g for phase in self.phases.values() for g in phase]:
            series = {n for low, high in group["series"] for n in range(low, high)}
            for n in (n for low, high in group["replicates"] for n in range(low, high)):
                draw = n if group["draw"] == SAME else int(group["draw"])
                task = Task(
                    self.scenarios[group["scenario"]], n, group["root"], draw, group["arm"], n in series
                )
                if task.run not in seen:
                    seen.add(task.run)
                    yield task

    def to_dict(self) -> dict[str, Any]:
        """Plain values for scenarios.json; only scenarios that a phase uses."""
        used = {g["scenario"] for phase in self.phases.values() for g in phase}
        return {
            "phases": self.phases,
            "scenarios": {k: s.to_dict() for k, s in self.scenarios.items() if k in used},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Plan:
        """What `to_dict` gave."""
        return cls(
            {k: Scenario.from_dict(v) for k, v in content["scenarios"].items()}, dict(content["phases"])
        )
