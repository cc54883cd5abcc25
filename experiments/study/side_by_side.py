"""Rows of counties that stood side by side in one model: read once for all of them, cut county by county."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

import sim
from experiments.study.plan import Task
from experiments.study.run_tables import (
    by_month,
    labelled,
    month_columns,
    monthly,
    village_columns,
    village_rows,
)

Rows = tuple[pa.Table, pa.Table | None]  # of the villages, and of months and villages where they are kept


def rows_of(result: sim.Result, task: Task) -> Rows:
    """What is kept of one county."""
    return village_rows(result, task), monthly(result, task) if task.keep_series else None


def rows_side_by_side(model: sim.MutualAidModel, tasks: Sequence[Task]) -> list[Rows]:
    """What `rows_of` gives of each county of a model, to the same bytes.

    Reading costs nearly the same for one county as for many, but all must be judged by the same thresholds.
    """
    if len({(one.viability, one.reported) for one in model.counties.parameters}) > 1:
        return [rows_of(result, task) for result, task in zip(model.results, tasks, strict=True)]
    whole = sim.Result(model, None)
    columns = {name: pa.array(values) for name, values in village_columns(whole).items()}
    months = month_columns(whole) if any(task.keep_series for task in tasks) else {}
    ends = np.cumsum([0, *np.bincount(model.counties.of_village)]).tolist()
    found: list[Rows] = []
    for task, (first, end) in zip(tasks, pairwise(ends), strict=True):
        villages = {name: values.slice(first, end - first) for name, values in columns.items()}
        own = {name: values[:, first:end] for name, values in months.items()}
        series = by_month(task, own, whole.states.number[first:end]) if task.keep_series else None
        found.append((labelled(task, villages), series))
    return found
