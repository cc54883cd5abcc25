"""One run, or several side by side: from a task to the rows that the study keeps."""

from __future__ import annotations

import contextlib
import hashlib
import time
import traceback
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

import sim
from sim.state.counties import must_share
from sim.state.parameters import ParameterError, Parameters
from sim.state.values import Modifier

from .plan import Task
from .run_tables import heading
from .side_by_side import Rows, cut, rows_of, rows_side_by_side
from .store import RunRecord


def simulate(task: Task) -> RunRecord:
    """Run one model to its horizon; an exception becomes the row's `error` and `origin`."""
    began = time.process_time()
    try:
        rows = rows_of(play(task), task)
        return record(task, rows, time.process_time() - began)
    except Exception as error:  # any fault of one run is data; the others go on
        return failure(task, error, time.process_time() - began)


def play(task: Task) -> sim.Result:
    """The run itself, with all its records."""
    parameters, fork, modifiers = task.parameters, task.scenario.fork, task.scenario.modifiers
    if fork is None:
        return sim.MutualAidModel(parameters, seed=task.seed, modifiers=modifiers).run()
    return sim.MutualAidModel.restore(
        _trunk(parameters, modifiers, task.seed, fork.month),
        parameters.replace(dict(fork.changes)),
        modifiers,
    ).run()


def simulate_many(tasks: Sequence[Task]) -> list[RunRecord]:
    """Outcomes in the order of the tasks. Those that share what `must_share` asks for run side by side in
    one model, to the same bytes; where that fails, each runs alone, so that a fault stays with its own run.
    """
    found: dict[int, RunRecord] = {}
    for group in _groups(tasks):
        mine = [tasks[at] for at in group]
        try:
            found |= zip(group, _side_by_side(mine, list(group.values())), strict=True)
        except Exception:  # told apart below
            found |= {at: simulate(tasks[at]) for at in group}
    return [found[at] for at in range(len(tasks))]


def _groups(tasks: Sequence[Task]) -> list[dict[int, Parameters]]:
    """Places of the tasks that run side by side, with their parameters: alike, and no more than pays.

    A fork runs alone, and so does a task whose draw does not fit: `simulate` makes a row of it.
    """
    groups: dict[Any, dict[int, Parameters]] = {}
    for at, task in enumerate(tasks):
        try:
            parameters = task.parameters
            shared = at if task.scenario.fork else must_share(parameters)
        except ParameterError:
            parameters, shared = task.scenario.parameters, at
        groups.setdefault(shared, {})[at] = parameters
    cuts = [(group, list(group), span) for group in groups.values() for span in cut(list(group.values()))]
    return [{places[at]: group[places[at]] for at in span} for group, places, span in cuts]


def _side_by_side(tasks: list[Task], parameters: list[Parameters]) -> list[RunRecord]:
    if len(tasks) == 1:
        return [simulate(tasks[0])]
    began = time.process_time()
    rows = rows_side_by_side(_together(tasks, parameters), tasks)
    share = (time.process_time() - began) / len(tasks)
    return [record(task, mine, share) for task, mine in zip(tasks, rows, strict=True)]


def _together(tasks: list[Task], parameters: list[Parameters]) -> sim.MutualAidModel:
    """One model of several counties, run to its horizon."""
    model = sim.MutualAidModel(
        parameters,
        seed=[task.seed for task in tasks],
        modifiers=[task.scenario.modifiers for task in tasks],
    )
    model.run()
    return model


def results_of(tasks: Sequence[Task]) -> Iterator[tuple[int, sim.Result | Exception, float]]:
    """The place of each task, its result or what went wrong, and its processor seconds.

    Side by side where they may, as `simulate_many`; a model is let go before the next one is run.
    """
    for group in _groups(tasks):
        mine, began = [tasks[at] for at in group], time.process_time()
        found: Sequence[sim.Result | Exception] = []
        with contextlib.suppress(Exception):  # told apart below
            found = _together(mine, list(group.values())).results if len(mine) > 1 else []
        share = (time.process_time() - began) / len(mine)
        for place, task in enumerate(mine):
            began = time.process_time()
            result = found[place] if found else _alone(task)
            yield list(group)[place], result, share + time.process_time() - began


def _alone(task: Task) -> sim.Result | Exception:
    try:
        return play(task)
    except Exception as error:  # any fault of one run is data
        return error


def record(task: Task, rows: Rows, seconds: float) -> RunRecord:
    """What is kept of a finished run; `seconds` of processor time are its own."""
    villages, series = rows
    row = heading(task) | {"viable_villages": villages["judged"].to_pylist().count("viable")}
    row |= {"villages": villages.num_rows, "content": content(villages, series)}
    return RunRecord(row | {"cpu_seconds": seconds}, villages, series)


def failure(task: Task, error: BaseException, seconds: float = 0.0) -> RunRecord:
    """The row of a run that failed: what was said, and in which line of which file."""
    frames = traceback.extract_tb(error.__traceback__)
    origin = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "worker"
    return RunRecord(
        {
            **heading(task),
            "error": f"{type(error).__name__}: {error}",
            "origin": origin,
            "cpu_seconds": seconds,
        }
    )


@lru_cache(maxsize=1)
def _trunk(parameters: Parameters, modifiers: tuple[Modifier, ...], seed: int, month: int) -> dict[str, Any]:
    """Snapshot before `month`; the forks of one seed come one after the other."""
    model = sim.MutualAidModel(parameters, seed=seed, modifiers=modifiers)
    model.run(month)
    return model.snapshot()


def content(*tables: pa.Table | None) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of what a run found, column by column."""
    total = hashlib.sha256()
    for table in filter(None, tables):
        for declared, column in zip(table.schema, table.itercolumns(), strict=True):
            if pa.types.is_dictionary(declared.type):
                continue
            total.update(declared.name.encode())
            if pa.types.is_string(declared.type) or pa.types.is_large_string(declared.type):
                total.update("\0".join(column.to_pylist()).encode())
            else:
                total.update(column.to_numpy().tobytes())
    return total.hexdigest()[:16]
