"""Runs of a calibration: each set-up at each point, read off by the functions of its patterns."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

import sim
from sim.parts.station import ENDS

from ..study.plan import Task
from ..study.run_tables import heading
from ..study.simulate import failure, results_of
from ..study.store import RunRecord
from ..study.study import Study
from .pattern_file import Pattern, Setup
from .space import Space, Structure, setups_of

MONEY, PEOPLE, OTHERS = "ends by money", "ends by people", "other ends"
BY_PEOPLE = ("leader", "keeper")
YEAR = 12
STAGE = 100_000  # numbers of runs that a stage may use


def ends_of(result: sim.Result) -> dict[str, float]:
    """Closures a station-year, by money, by people and by the rest, in a run."""
    found = sim.service.causes(result.series, result.doors)
    named = dict.fromkeys((MONEY, PEOPLE, OTHERS), 0)
    for bits, count in found.items():
        first = next((end for place, end in enumerate(ENDS) if bits >> place & 1), "")
        named[MONEY if first == "money" else PEOPLE if first in BY_PEOPLE else OTHERS] += count
    years = float(result.doors.open.sum()) / YEAR
    return {name: count / years if years else float("nan") for name, count in named.items()}


def measured(patterns: Sequence[Pattern], ends_in: str, tasks: Sequence[Task]) -> list[RunRecord]:
    """Rows of runs with a column a pattern (nan for those of other set-ups) and the ends in one set-up."""
    found = {
        at: _measured(patterns, ends_in, tasks[at], result, seconds)
        for at, result, seconds in results_of(tasks)
    }
    return [found[at] for at in range(len(tasks))]


def _measured(
    patterns: Sequence[Pattern], ends_in: str, task: Task, result: sim.Result | Exception, seconds: float
) -> RunRecord:
    """The row of a run that took so many `seconds` of processor time."""
    began = time.process_time()
    found = dict.fromkeys([*(pattern.id for pattern in patterns), MONEY, PEOPLE, OTHERS], float("nan"))
    try:
        if isinstance(result, Exception):
            raise result
        found |= {
            pattern.id: float(pattern.summary.of(result)[0])
            for pattern in patterns
            if pattern.setup.name == task.arm
        }
        if task.arm == ends_in:
            found |= ends_of(result)
    except Exception as error:  # a fault of one run is data
        record = failure(task, error, seconds + time.process_time() - began)
        return RunRecord(record.row | found)
    content = hashlib.sha256(np.array(list(found.values())).tobytes()).hexdigest()[:16]
    seconds += time.process_time() - began
    return RunRecord(heading(task) | {"content": content, "cpu_seconds": seconds} | found)


@dataclass(frozen=True)
class Batch:
    """Points of a stage with what one run found there: pattern or kind of end -> (points,)."""

    points: np.ndarray
    structures: list[Structure]
    values: dict[str, np.ndarray]

    def joined(self, other: Batch) -> Batch:
        """These points and others."""
        return Batch(
            np.concatenate([self.points, other.points]),
            [*self.structures, *other.structures],
            {name: np.concatenate([mine, other.values[name]]) for name, mine in self.values.items()},
        )


@dataclass(frozen=True)
class Measuring:
    """How points are run: once under each set-up of the patterns, `villages` in one that has its own."""

    patterns: Sequence[Pattern]
    villages: int

    @property
    def ends_in(self) -> str:
        """The set-up whose closures are counted by cause: that with stations opened in the run."""
        own = [name for name, setup in setups_of(self.patterns).items() if "county.villages" in setup.changes]
        return own[0] if own else next(iter(setups_of(self.patterns)))

    def run(
        self,
        work: Study,
        stage: int,
        points: np.ndarray,
        structures: Sequence[Structure],
        space: Space,
        luck: Sequence[int] | None = None,
    ) -> Batch:
        """Run every set-up at every point; what the point does not move is drawn for it.

        Luck and draw have the number of the point, or `luck`; `stage` keeps those of stages apart.
        """
        points = np.array(
            [space.placed(row[None], one)[0] for row, one in zip(points, structures, strict=True)]
        )
        numbers = [STAGE * stage + place for place in (range(len(points)) if luck is None else luck)]
        tasks = {
            (place, name): self._task(
                space, setup, stage, place, points[place], structures[place], numbers[place]
            )
            for place in range(len(points))
            for name, setup in setups_of(self.patterns).items()
        }
        label = f"stage {stage}"
        work.run(list(tasks.values()), label, partial(measured, self.patterns, self.ends_in))
        rows = work.results().rows().set_index("run")
        wanted = {pattern.id: pattern.setup.name for pattern in self.patterns}
        wanted |= dict.fromkeys((MONEY, PEOPLE, OTHERS), self.ends_in)
        runs = {
            name: [tasks[place, setup].run for place in range(len(points))] for name, setup in wanted.items()
        }
        found = {name: rows[name].reindex(mine).to_numpy(float) for name, mine in runs.items()}
        return Batch(points, list(structures), found)

    def _task(
        self, space: Space, setup: Setup, stage: int, place: int, row: np.ndarray, one: Structure, number: int
    ) -> Task:
        title = f"{stage}.{place} {one.name}, {setup.name}"
        scenario = space.scenario(title, row, one, setup, self.villages)
        return Task(scenario, number, space.line.settings.seed, number, setup.name, keep_series=False)
