"""What a study costs beside its models, by kind: storing, safety, pickling, and the parent's own work."""

from __future__ import annotations

import contextlib
import pickle
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..study import runner, simulate
from ..study.engines import Engine
from ..study.plan import Task
from ..study.store import RunRecord
from ..study.study import Study
from .readings import Reading, Scale, figure
from .studies import tasks

MODELS, PARENT, STORE, SAFETY, PICKLING = "models", "parent", "store", "safety", "pickling"
STUDIES = (  # villages, elders, series kept, runs: of small counties many, as a part is written for many
    (4, 60, True, 480),
    (12, 160, False, 60),
)


class Clock:
    """Processor seconds by kind; what is done inside something else is counted once, as what it is."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._kinds, self._since = [PARENT], time.process_time()

    def _turn(self) -> None:
        now = time.process_time()
        self.seconds[self._kinds[-1]] += now - self._since
        self._since = now

    @contextlib.contextmanager
    def of(self, kind: str) -> Iterator[None]:
        """Inside, time is of this kind."""
        self._turn()
        self._kinds.append(kind)
        try:
            yield
        finally:
            self._turn()
            self._kinds.pop()

    def stop(self) -> None:
        """Count what has gone by since the last turn."""
        self._turn()


class TimedStudy(Study):
    """A study that keeps its time; parts are written by their number only, as a clock has its own thread."""

    clock: Clock

    def add(self, outcome: RunRecord) -> None:
        """Take one."""
        self._late = self._late or contextlib.nullcontext()  # type: ignore[assignment]
        super().add(outcome)

    def flush(self) -> None:
        """Write what there is."""
        self._late = None
        with self.clock.of(STORE):
            super().flush()

    def _open(self, *given: Any) -> None:
        with self.clock.of(SAFETY):
            super()._open(*given)

    def _put(self, *given: Any) -> None:
        with self.clock.of(SAFETY):
            super()._put(*given)

    def _close(self, status: str) -> None:
        with self.clock.of(SAFETY):
            super()._close(status)


def shares(mine: Sequence[Task]) -> dict[str, float]:
    """Processor seconds of a study by kind, in this process; bundles are pickled as to a worker and back."""
    clock = Clock()

    def timed(bundle: Sequence[Task]) -> list[RunRecord]:
        with clock.of(PICKLING):
            bundle = pickle.loads(pickle.dumps(bundle))
        with clock.of(MODELS):
            found = simulate.simulate_many(bundle)
        with clock.of(PICKLING):
            return list(pickle.loads(pickle.dumps(found)))

    TimedStudy.clock = clock
    with tempfile.TemporaryDirectory() as home, TimedStudy(Path(home, "study"), "benchmark", "", []) as work:
        work.engine.engine = Engine("serial")
        work.run(mine, work=timed)
    clock.stop()
    return dict(clock.seconds)


def overheads(size: Scale) -> list[Reading]:
    """Shares beside the models: of many runs of small counties with series, of few usual ones without."""
    if not size.worker_runs:
        return []
    found = []
    for villages, elders, kept, runs in STUDIES:
        counties = {"county.villages": villages, "county.elders": elders}
        mine = [replace(task, keep_series=kept) for task in tasks(runs, **counties)]
        runner.warm(mine[0].parameters)
        shares(mine[:2])
        seen = [shares(mine) for _ in range(3)]
        where = f"{villages} villages of {elders}, {'series' if kept else 'no series'}"
        sums = [100 * (sum(one.values()) / one[MODELS] - 1) for one in seen]
        found.append(figure(f"beside the models: {where}", sums, "%", "<= 8", lambda value: value <= 8))
        safe = [100 * (one[STORE] + one[SAFETY]) / one[MODELS] for one in seen]
        found.append(figure(f"  store and safety: {where}", safe, "%", "<= 3", lambda value: value <= 3))
        for kind in (STORE, SAFETY, PICKLING, PARENT):
            values = [1e3 * one[kind] / runs for one in seen]
            found.append(figure(f"  {kind}: {where}", values, "ms/run"))
        found.append(figure(f"  models: {where}", [1e3 * one[MODELS] / runs for one in seen], "ms/run"))
    return found
