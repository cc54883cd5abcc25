"""The values that runs of a study drew, as a table: a row a run, a column for what moves by itself.

Parameters of one dial lie at one quantile, so that they would be one column many times: the first of them
stands for all, unless a table of draws parted them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..command import draw_table
from . import draws
from .dials import dial_of
from .plan import MAIN, Task
from .store import Results

SAME = 0.98  # rank correlation from which two members of a dial say the same (whole numbers have ties)


@dataclass(frozen=True)
class Drawn:
    """`values` (runs, names); `beside`: what moves with each name, with a minus where against it.

    `groups` (runs,): runs of one row of a table of draws have one number.
    """

    names: tuple[str, ...]
    values: np.ndarray
    beside: Mapping[str, tuple[str, ...]]
    groups: np.ndarray


def drawn_tasks(results: Results, scenario: str) -> list[Task]:
    """The runs of a scenario that drew parameters, in the order of their replicates."""
    found = (one for one in results.wanted.values() if one.arm == MAIN and one.draw >= 0)
    return sorted((one for one in found if one.scenario.name == scenario), key=lambda one: one.replicate)


def values_of(tasks: Sequence[Task]) -> Iterator[dict[str, float]]:
    """Path -> value of what each run drew; what rests in its configuration is not drawn."""
    acting: dict[str, Collection[str]] = {}
    for task in tasks:
        scenario = task.scenario
        values = draws.draw(task.root, task.draw, table=scenario.table)
        if scenario.digest not in acting:
            acting[scenario.digest] = draws.acting(
                scenario.parameters, values, scenario.held, scenario.moving
            ).keys()
        yield {path: values[path] for path in values if path in acting[scenario.digest]}


def values_in_any(plans: Sequence[Sequence[Task]]) -> list[dict[str, float]]:
    """Path -> value of each draw, of what acts in any of several scenarios that share their draws."""
    acting: set[str] = set()
    for tasks in plans:
        acting |= next(values_of(tasks[:1])).keys()
    first = plans[0]
    drawn_values = (draws.draw(task.root, task.draw, table=task.scenario.table) for task in first)
    return [{path: values[path] for path in values if path in acting} for values in drawn_values]


def group_of(task: Task) -> int:
    """The row of the table that a run took, or its draw where there is no table."""
    table = task.scenario.table
    if not table:
        return task.draw
    rows = draw_table.read(draw_table.named(table))
    return rows.place(draws.quantile_of(task.root, task.draw, draws.ROW))


def drawn(tasks: Sequence[Task]) -> Drawn:
    """The table of runs of one scenario; columns that never move are left out."""
    return table_of(list(values_of(tasks)), [group_of(task) for task in tasks])


def table_of(rows: Sequence[Mapping[str, float]], groups: Sequence[int]) -> Drawn:
    """The table of runs that drew `rows`, path -> value each, of the same paths."""
    columns = {path: np.array([row[path] for row in rows], float) for path in (rows[0] if rows else ())}
    moving = {path: values for path, values in columns.items() if np.ptp(values) > 0}
    dials: dict[str, list[str]] = {}
    for path in moving:
        dials.setdefault(dial_of(path), []).append(path)
    beside = {name: others for paths in dials.values() for name, others in _told(paths, moving).items()}
    table = np.stack([moving[name] for name in beside], axis=1) if beside else np.empty((len(rows), 0))
    return Drawn(tuple(beside), table, beside, np.array(groups, int))


def _told(paths: Sequence[str], values: Mapping[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Of the members of a dial those that say something of their own, each with those that it stands for."""
    ordered = sorted(paths, key=lambda path: -len(np.unique(values[path])))  # stable: as declared
    found: dict[str, list[str]] = {}
    for path in ordered:
        for name, others in found.items():
            together = float(stats.spearmanr(values[name], values[path]).statistic)
            if abs(together) >= SAME:
                others.append(path if together > 0 else f"-{path}")
                break
        else:
            found[path] = []
    return {name: tuple(others) for name, others in found.items()}
