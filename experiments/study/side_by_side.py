"""Counties side by side in one model: how many at a time, and their rows, read once for all of them.

What a month costs whatever its villages (0.25 ms) is shared, and so is the reading. It stops paying where a
county's own months take many times that, or where records fill more memory than the allocator gives again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa

import sim
from sim.state.codes import KINDS, STAGES
from sim.state.fields import FLOWS, STATES, record
from sim.state.ledger import POSTINGS
from sim.state.parameters import Parameters

from .plan import Task
from .run_tables import (
    by_month,
    labelled,
    month_columns,
    monthly,
    village_columns,
    village_rows,
)

RECORDS = 48_000_000  # bytes of the records of counties side by side: from there on fresh memory costs more
ELDERS = 12_000  # of counties side by side: their months take twenty times what is shared
EXACT = 1e-9  # sums of weights are exact to so much
WORD = 8  # bytes of a number in a record
Rows = tuple[pa.Table, pa.Table | None]  # of the villages, and of months and villages where they are kept


def weight(parameters: Parameters) -> float:
    """What a county takes of the room of one model, by its records and its elders."""
    county, months = parameters.county, parameters.horizon.months
    records = county.villages * months * month_bytes()
    return max(records / RECORDS, county.villages * county.elders / ELDERS)


@cache
def month_bytes() -> int:
    """Bytes that one month of one village takes in the record."""
    accounts = {account for kind in POSTINGS.values() for account in (kind.debit, kind.credit)}
    declared = sum(record(fields, 0).dtype.itemsize for fields in (FLOWS, STATES))
    return int(declared + WORD * (len(STAGES) * len(KINDS) + len(POSTINGS) + len(accounts)))


def cut(parameters: Sequence[Parameters]) -> list[range]:
    """Places of those that stand in one model each time: as few models as their room allows, filled alike."""
    ends = np.cumsum([weight(one) for one in parameters])
    models = max(int(np.ceil(ends[-1] - EXACT)), 1)
    each = ends[-1] / models
    model = np.minimum(np.ceil(ends / each - EXACT), models).astype(int)
    firsts = np.flatnonzero(np.diff(model, prepend=0))
    return [range(*span) for span in pairwise([*firsts.tolist(), len(parameters)])]


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
