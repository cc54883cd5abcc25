"""Tasks -> an engine -> the study.

A failing run is a row, a killed worker is replaced, Ctrl-C keeps the rest.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import Protocol

from tqdm import tqdm

import sim
from sim.compile_ahead import ALWAYS, compile_missing
from sim.state.counties import must_share
from sim.state.parameters import Parameters

from ..command import busy
from ..command.scenario import Mistake
from .engines import Engine, Standing, one_thread
from .plan import Task
from .run_tables import heading
from .simulate import failure, simulate_many
from .store import RunRecord

DEATHS = 3  # a run whose worker died so often is given up
BUNDLE = 40  # runs that a worker takes at a time; results do not depend on it
SHORT = 0.25  # seconds: shorter bundles are not worth their way, nor the end of a study the waiting
SECONDS = 5.0  # and it is given no more than it does in so many, since only whole bundles are kept
ELDER_MONTH = 0.3 / (12 * 150 * 132)  # seconds of one core, about

Work = Callable[[Sequence[Task]], list[RunRecord]]


class Taker(Protocol):
    """Whatever takes finished runs."""

    def add(self, outcome: RunRecord) -> None:
        """Take one."""


def luck(task: Task) -> tuple[int, int, int]:
    """What its seed and draw hang on."""
    return task.root, task.replicate, task.draw


def _by_kind(tasks: Iterable[Task]) -> Iterator[tuple[Task, Hashable]]:
    """Each task with what it has in common with those that it may run with.

    Forks share what went before, so that those of one seed go together.
    """
    kinds: dict[int, Hashable] = {}  # of scenarios, some with thousands of runs
    for task in tasks:
        scenario = task.scenario
        if scenario.fork:
            yield task, luck(task)
            continue
        if id(scenario) not in kinds:
            kinds[id(scenario)] = must_share(scenario.parameters)
        yield task, kinds[id(scenario)]


def warm(parameters: Parameters, processes: int = 0, progress: bool = False) -> None:
    """Compile every kernel once, before workers start: in several processes what all counties run, then what
    two small villages ask for beside it.

    Reads the tables, so a bad one shows here.
    """
    compile_missing(processes, (ALWAYS,), progress)
    small = {
        "given.villages": "",
        "county.villages": 2,
        "county.elders": 12,
        "horizon.spin_up": 1,
        "business.start": 0,
    }
    wide = {"funding.identical_payers": True, "business.kind": "deposit", "funding.basis": "envelope"}
    for changes in (
        {"business.kind": "portfolio", "funding.identical_payers": False, "funding.basis": "cost"},
        wide,
    ):
        sim.MutualAidModel(parameters.replace({**small, **changes}), seed=1).run(1)


class Queue:
    """What is left, in bundles of runs that may stand side by side; the first seeds come first.

    Runs that were under way when a worker died come again one by one.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        groups: dict[Hashable, deque[tuple[int, Task]]] = {}
        for rank, (task, kind) in enumerate(_by_kind(sorted(tasks, key=luck))):
            groups.setdefault(kind, deque()).append((rank, task))
        self.groups = list(groups.values())
        self.total = self.left = len(tasks)
        self.suspects, self.deaths = deque[Task](), Counter[int]()
        self.runs, self.seconds = 0, 0.0  # done so far, and the processor time they took

    def __bool__(self) -> bool:
        return bool(self.groups or self.suspects)

    def take(self, active: list[list[Task]], window: int) -> list[Task]:
        """The next bundle while fewer than `window` are under way, or nothing while it is better to wait.

        A run that saw two deaths goes alone, so that only the guilty one sees the third.
        """
        worst = max(
            (self.deaths[task.run] for bundle in [list(self.suspects), *active] for task in bundle), default=0
        )
        if len(active) >= (1 if worst >= DEATHS - 1 else window):
            return []
        if self.suspects:
            at = max(range(len(self.suspects)), key=lambda i: self.deaths[self.suspects[i].run])
            task = self.suspects[at]
            del self.suspects[at]
            return [task]
        if not self.groups:
            return []
        group = min(self.groups, key=lambda group: group[0][0])
        first = group[0][1]
        size = BUNDLE if first.scenario.fork else self._size(first, window)
        bundle = [group.popleft()[1] for _ in range(min(size, len(group)))]
        if not group:
            self.groups.remove(group)
        self.left -= len(bundle)
        return bundle

    def took(self, record: RunRecord) -> None:
        """A run is done: how long those to come will take."""
        self.runs, self.seconds = self.runs + 1, self.seconds + record.row["cpu_seconds"]

    def _size(self, task: Task, window: int) -> int:
        """Runs of the next bundle: fewer as fewer are left, so that all workers end together."""
        fair, share = math.ceil(self.left / (2 * window)), math.ceil(self.total / window)
        return min(BUNDLE, max(fair, min(self.pace(task, SHORT), share)), self.pace(task, SECONDS))

    def pace(self, task: Task, seconds: float) -> int:
        """Runs that a worker does in so many seconds, by those done or else by the size of the county."""
        county, horizon = task.scenario.parameters.county, task.scenario.parameters.horizon
        one = ELDER_MONTH * county.villages * county.elders * horizon.months
        if self.runs:
            one = self.seconds / self.runs
        return max(1, int(seconds / max(one, 1e-3)))

    def died(self, bundle: list[Task]) -> Iterator[tuple[Task, RunRecord]]:
        """A worker died while these were under way.

        Give up what saw too many deaths, try the others again.
        """
        for task in bundle:
            self.deaths[task.run] += 1
            if self.deaths[task.run] < DEATHS:
                self.suspects.append(task)
            else:
                yield (
                    task,
                    RunRecord({**heading(task), "error": f"worker died {DEATHS} times", "origin": "process"}),
                )


def outcomes(
    tasks: Sequence[Task], engine: Engine | Standing, work: Work = simulate_many
) -> Generator[tuple[Task, RunRecord], None, None]:
    """Every task with what became of it, as they finish; at most two bundles a worker are under way."""
    queue = Queue(tasks)
    while queue:
        active: dict[Future[list[RunRecord]], list[Task]] = {}
        try:  # around the executor: whoever opened it must see that it broke
            with engine.open(len(tasks)) as (pool, window):
                while queue or active:
                    while bundle := queue.take(list(active.values()), window):
                        active[_submit(pool, work, bundle, queue)] = bundle
                    for future in wait(active, return_when=FIRST_COMPLETED).done:
                        yield from _collect(future, active[future], queue)
                        del active[future]
        except BrokenExecutor:
            for bundle in active.values():
                yield from queue.died(bundle)


def _submit(pool: Executor, work: Work, bundle: list[Task], queue: Queue) -> Future[list[RunRecord]]:
    try:
        return pool.submit(work, bundle)
    except BrokenExecutor:
        queue.suspects.extend(bundle)
        raise


def _collect(
    future: Future[list[RunRecord]], bundle: list[Task], queue: Queue
) -> Iterator[tuple[Task, RunRecord]]:
    """What a bundle gave; where the bundle as a whole failed, its runs are tried one by one."""
    try:
        found = future.result()
    except BrokenExecutor:
        raise
    except CancelledError as error:
        raise Mistake(
            "the scheduler was lost or gave the runs up; start it again and resume the study"
        ) from error
    except Exception as error:
        if len(bundle) == 1:
            yield bundle[0], failure(bundle[0], error)
        else:
            queue.suspects.extend(bundle)
    else:
        for record in found:
            queue.took(record)
        yield from zip(bundle, found, strict=True)


def execute(
    tasks: Sequence[Task],
    taker: Taker,
    engine: Engine | Standing,
    *,
    total: int = 0,
    progress: bool = False,
    label: str = "runs",
    work: Work = simulate_many,
) -> None:
    """Run all tasks and hand over each outcome as it finishes; shows rate and time left."""
    done = max(total - len(tasks), 0)
    bar = tqdm(
        total=done + len(tasks), initial=done, desc=label, unit="run", disable=not progress, file=sys.stderr
    )
    with busy.quiet(), one_thread(), bar, contextlib.closing(outcomes(tasks, engine, work)) as source:
        for _, outcome in source:
            taker.add(outcome)
            bar.update()
    busy.say("working out the answer", "正在整理答案")
