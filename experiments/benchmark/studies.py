"""Runs of a study that is measured, memory of its parent; yardsticks of a machine."""

from __future__ import annotations

import json
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa

from sim.engine.randomness import fill
from sim.state.parameters import Parameters

from ..command.scenario import Scenario
from ..study import simulate
from ..study.plan import Task
from ..study.run_tables import heading
from ..study.store import RunRecord
from ..study.study import Study

DRAWS, CALLS = 1_000_000, 20_000
RUNS, MANY = 2_000, 20_000
SHORT = {"given.villages": "", "county.villages": 5, "county.elders": 60}


@numba.njit
def _first(records, kind):  # type: ignore[no-untyped-def]
    return records[kind].a


def calls() -> float:
    """A yardstick: calls of a compiled function with an array of records; how many."""
    records = np.zeros(3, [("a", "f8"), ("b", "i8")])
    for _ in range(CALLS):
        _first(records, 1)
    return float(CALLS)


def draws() -> float:
    """A yardstick: keyed draws of many identities, in a loop that the compiler turns into vectors; how
    many.
    """
    identities, room = np.arange(4096), np.empty(4096, np.uint64)
    for _ in range(DRAWS // len(identities)):
        fill(room, np.uint64(1), identities, 0)
    return float(DRAWS // len(identities) * len(identities))


def tasks(count: int, **changes: object) -> list[Task]:
    """Runs of one scenario that differ in their luck."""
    scenario = Scenario("benchmark", Parameters().replace(SHORT | changes))
    return [Task(scenario, at, 1, keep_series=False) for at in range(count)]


def peak() -> float:
    """Most memory that this process has held, GiB.

    What getrusage tells begins with what the parent held when it started the process.
    """
    status = Path("/proc/self/status")
    kept = (
        [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        if status.exists()
        else []
    )
    return float(kept[0] if kept else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 2**20


def memory() -> str:
    """Peak memory of this process in MiB after 2,000 and after 20,000 runs with rows of twelve villages,
    as JSON.
    """
    rows = simulate.simulate(
        tasks(1, **{"county.villages": 12, "county.elders": 12, "horizon.end": "2025-12"})[0]
    ).villages
    assert rows is not None
    seen: list[float] = []

    def given(bundle: Sequence[Task]) -> list[RunRecord]:
        found = []
        for task in bundle:
            mine = rows.set_column(0, "run", pa.array([task.run] * rows.num_rows))
            found.append(RunRecord(heading(task) | {"content": "0" * 16, "villages": 12}, mine))
            if task.replicate in (RUNS - 1, MANY - 1):
                seen.append(peak() * 1024)
        return found

    with tempfile.TemporaryDirectory() as home, Study(Path(home, "study"), "benchmark", "", []) as study:
        study.run(tasks(MANY), work=given)
    return json.dumps(seen)
