"""Which parameters change no byte: each that is drawn is moved to both ends of its range in a small county.

All variants of a parameter set stand side by side in one model, so that many cost little more than one. What
changes something in a short run is done with; the rest runs longer, in more villages, under other luck.
"No byte in these runs" is no proof: what acts once in a thousand years may rest in all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sim
from experiments.command.scenario import Composed, Scenario, known, patched
from experiments.study.plan import Task
from experiments.study.run_tables import village_rows
from experiments.study.simulate import content
from sim.state.parameters import ParameterError, Parameters
from sim.state.values import Modifier

SIDE_BY_SIDE = 60  # counties in one model: what fits into a small memory
Change = tuple[str, float]  # a path and the value it is moved to


@dataclass(frozen=True)
class Stage:
    """Runs in which what is still without effect is tried."""

    villages: int
    months: int
    seeds: tuple[int, ...]


STAGES = (
    Stage(villages=6, months=24, seeds=(1,)),
    Stage(villages=12, months=72, seeds=(2,)),
    Stage(villages=24, months=132, seeds=(3, 4)),
    Stage(villages=40, months=132, seeds=(5, 6, 7, 8)),
)


def ends(path: str, parameters: Parameters) -> list[Change]:
    """Both ends of a parameter's range, but for its value now and for what does not fit the others."""
    declared, now = known()[path], parameters.flat()[path]
    found: list[Change] = []
    for end in (declared.low, declared.high):
        assert end is not None
        value = declared.kind(end)
        if value == now:
            continue
        try:
            patched(parameters, {path: value})
        except ParameterError:
            continue
        found.append((path, value))
    return found


def fingerprint(result: sim.Result) -> str:
    """One word for all that a run recorded month by month."""
    series, total = result.series, hashlib.sha256()
    for records in (series.flow, series.state, series.hours, series.posted, series.balance):
        total.update(records.tobytes())
    return total.hexdigest()


def told(result: sim.Result, task: Task) -> str:
    """One word for what a study keeps of a run: values that are worked out after the last month are there."""
    return content(village_rows(result, task))


def batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """So many at a time as stand side by side."""
    for first in range(0, len(changes), SIDE_BY_SIDE):
        yield changes[first : first + SIDE_BY_SIDE]


def acting(
    base: Parameters, changes: Sequence[Change], seed: int, modifiers: tuple[Modifier, ...]
) -> set[str]:
    """Paths of which some change alters a byte under this seed."""
    found: set[str] = set()
    task = Task(Scenario("idle", base), 0, seed)
    for batch in batches(changes):
        counties = [base, *(patched(base, {path: value}) for path, value in batch)]
        sets = [modifiers] * len(counties)
        model = sim.MutualAidModel(counties, seed=seed, modifiers=sets)
        model.run()
        first, *others = model.results
        same, kept = fingerprint(first), told(first, task)
        for (path, _), result in zip(batch, others, strict=True):
            if path not in found and (fingerprint(result) != same or told(result, task) != kept):
                found.add(path)
    return found


def small(line: Composed, stage: Stage) -> Parameters:
    """The configuration in the size of a stage; what the line itself sets stays."""
    start = int(line.parameters.horizon.start[:4])
    length = min(stage.months, 12 * (int(line.parameters.horizon.end[:4]) - start + 1))
    sizes: Mapping[str, Any] = {
        "county.villages": stage.villages,
        "horizon.end": f"{start + (length - 1) // 12}-12",
    }
    return line.sized(sizes)


def idle(line: Composed, paths: Sequence[str], stages: Sequence[Stage] = STAGES) -> list[str]:
    """Paths that change no byte in any of the stages, in their order."""
    modifiers = line.scenario("idle", line.parameters).modifiers
    left = list(paths)
    for stage in stages:
        base = small(line, stage)
        for seed in stage.seeds:
            changes = [change for path in left for change in ends(path, base)]
            moved = acting(base, changes, seed, modifiers)
            left = [path for path in left if path not in moved]
            if not left:
                return []
    return left
