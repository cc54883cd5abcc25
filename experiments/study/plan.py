"""What a study is to run: tasks (scenario x arm x luck x parameter draw) and the plan that lists them in
scenarios.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sim.state.parameters import Parameters

from ..command.scenario import Scenario
from . import draws

MAIN = "main"  # the arm of a run that is no rerun
FRESH = "fresh"  # of runs whose seeds chose nothing, so that they may say how good the best is
LUCK = "luck"  # of runs of a draw under other luck than its own
FRESH_FROM = 5_000_000  # fresh seeds have replicates of their own, from here on
LUCK_FROM = 1_000_000  # the further lucks of a draw stand so far from it, each as far from the one before
MOST_REPLICATES = 10_000_000  # of a scenario; what says more is no plan
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
    def structure(self) -> str:
        """The rival structure of its draw; empty where the draw is as declared, or nothing is drawn."""
        return draws.structure(self.root, self.draw, self.scenario.table) if self.draw >= 0 else ""

    @property
    def parameters(self) -> Parameters:
        """The scenario's parameters, under its draw; what the scenario holds or has off is not drawn."""
        scenario = self.scenario
        if self.draw < 0:
            return scenario.parameters
        values = _drawn(self.root, self.draw, scenario.table)
        mine = draws.acting(scenario.parameters, values, scenario.held, scenario.moving)
        return draws.with_draw(scenario.parameters, mine)


@lru_cache(maxsize=8)
def _drawn(root: int, index: int, table: str) -> dict[str, Any]:
    return draws.draw(root, index, table=table)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    """[first, after the last] of each unbroken run of numbers."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number:
            found[-1][1] = number + 1
        else:
            found.append([number, number + 1])
    return found


def _check(group: Mapping[str, Any], scenarios: Mapping[str, Any]) -> None:
    """Raise ValueError, LookupError or TypeError where a group of runs is none."""
    scenarios[group["scenario"]]
    spans = [(int(low), int(high)) for low, high in (*group["replicates"], *group["series"])]
    wrong = not isinstance(group["arm"], str) or int(group["root"]) < 0
    if wrong or any(not 0 <= low < high <= MOST_REPLICATES for low, high in spans):
        raise ValueError(group)
    if group["draw"] != SAME:
        int(group["draw"])


@dataclass
class Plan:
    """All scenarios by digest and name and, phase by phase, which of their runs are wanted."""

    scenarios: dict[str, Scenario] = field(default_factory=dict)
    phases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, phase: str, tasks: Iterable[Task]) -> None:
        """Set a phase, replacing what it held."""
        groups: dict[tuple[Any, ...], tuple[list[int], list[int]]] = {}
        for task in tasks:
            named = f"{task.scenario.digest} {task.scenario.name}"
            self.scenarios[named] = task.scenario
            key = (named, task.arm, task.root, SAME if task.draw == task.replicate else task.draw)
            all_of, series = groups.setdefault(key, ([], []))
            all_of.append(task.replicate)
            if task.keep_series:
                series.append(task.replicate)
        names = ("scenario", "arm", "root", "draw")
        self.phases[phase] = [
            {
                **dict(zip(names, key, strict=True)),
                "replicates": _ranges(replicates),
                "series": _ranges(series),
            }
            for key, (replicates, series) in groups.items()
        ]

    def tasks(self) -> Iterator[Task]:
        """Every run that is wanted, each once."""
        seen: set[int] = set()
        for group in [group for phase in self.phases.values() for group in phase]:
            series = {count for low, high in group["series"] for count in range(low, high)}
            for replicate in (count for low, high in group["replicates"] for count in range(low, high)):
                draw = replicate if group["draw"] == SAME else int(group["draw"])
                task = Task(
                    self.scenarios[group["scenario"]],
                    replicate,
                    group["root"],
                    draw,
                    group["arm"],
                    replicate in series,
                )
                if task.run not in seen:
                    seen.add(task.run)
                    yield task

    def to_dict(self) -> dict[str, Any]:
        """Plain values for scenarios.json; only scenarios that a phase uses."""
        used = {group["scenario"] for phase in self.phases.values() for group in phase}
        return {
            "phases": self.phases,
            "scenarios": {
                name: scenario.to_dict() for name, scenario in self.scenarios.items() if name in used
            },
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Plan:
        """What `to_dict` gave; ValueError, LookupError or TypeError where it is something else."""
        for group in [group for phase in content["phases"].values() for group in phase]:
            _check(group, content["scenarios"])
        return cls(
            {name: Scenario.from_dict(v) for name, v in content["scenarios"].items()}, dict(content["phases"])
        )
