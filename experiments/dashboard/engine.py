"""Two warm processes and a memory of finished runs, shared by all sessions of the dashboard."""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sim.state.parameters import Parameters

from ..study.engines import cores, end_with_parent, one_thread
from ..study.plan import Task
from ..study.run_tables import heading
from ..study.runner import DEATHS, Queue, warm
from ..study.simulate import simulate_many
from ..study.store import RunRecord
from .pace import Pace, size

Answer = TypeVar("Answer")
KEPT = 800  # finished runs in memory: about 0.2 MB each for twelve villages
WORKERS = 2
LOOKS = (1, 4)  # seeds after which an answer is shown before all have run


def _begin(lock: Any) -> None:
    """A worker starts: it ends with its parent, and compiles before the first run asks for it (one worker
    at a time).
    """
    end_with_parent()
    with lock:
        warm(Parameters())


def _ready() -> bool:
    return True


def looks(tasks: Sequence[Task]) -> list[list[Task]]:
    """Runs in the order in which they are wanted: those of the first seed, of the first four, the rest."""
    parts: list[list[Task]] = [[] for _ in range(len(LOOKS) + 1)]
    for task in tasks:
        parts[sum(task.replicate >= look for look in LOOKS)].append(task)
    return [part for part in parts if part]


class BackgroundRuns:
    """`run` yields outcomes as they finish; what was run before comes from memory."""

    def __init__(self, workers: int = WORKERS, pace: Pace | None = None) -> None:
        self.workers = max(1, min(workers, cores()))
        self.pace = pace or Pace()
        self._lock = threading.Lock()
        self._known: OrderedDict[int, RunRecord] = OrderedDict()
        self._flying: dict[int, Future[list[RunRecord]]] = {}  # run -> the bundle it is in
        self._early: set[int] = set()  # runs that nobody has asked for yet
        self._pool: ProcessPoolExecutor | None = None
        self._first: list[Future[bool]] = []
        self.begin()

    def begin(self) -> ProcessPoolExecutor:
        """The pool, started when there is none."""
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                with one_thread():
                    self._pool = ProcessPoolExecutor(self.workers, context, _begin, (context.Lock(),))
                    self._first = [self._pool.submit(_ready) for _ in range(self.workers)]
            return self._pool

    @property
    def ready(self) -> bool:
        """Whether the workers have compiled the model."""
        return any(future.done() for future in self._first)

    def known(self, task: Task) -> RunRecord | None:
        """The outcome of a run made before."""
        with self._lock:
            return self._known.get(task.run)

    def _keep(self, task: Task, outcome: RunRecord) -> None:
        with self._lock:
            if task.run not in self._known and not outcome.row.get("error"):
                self.pace.learn(outcome.row.get("cpu_seconds", 0.0), size(task.scenario.parameters))
            self._known[task.run] = outcome
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def _kept(self, bundle: list[Task], future: Future[list[RunRecord]]) -> None:
        """A bundle came back, in a thread of the pool."""
        if not future.cancelled() and future.exception() is None:
            for task, outcome in zip(bundle, future.result(), strict=True):
                self._keep(task, outcome)
        for task in bundle:
            self._flying.pop(task.run, None)

    def _send(self, tasks: Sequence[Task]) -> set[Future[list[RunRecord]]]:
        """Give the workers what is neither known nor under way; the bundles that these tasks are in."""
        missing = [task for task in tasks if task.run not in self._flying and self.known(task) is None]
        for look in looks(missing):
            queue = Queue(look)
            while bundle := queue.take([], 2 * self.workers):
                future = self.begin().submit(simulate_many, bundle)
                self._flying |= {task.run: future for task in bundle}
                future.add_done_callback(partial(self._kept, bundle))
        return {flying for task in tasks if (flying := self._flying.get(task.run))}

    def _drop(self, runs: set[int]) -> None:
        for run in runs:
            if future := self._flying.get(run):
                future.cancel()

    def ahead(self, tasks: Sequence[Task]) -> None:
        """Begin on what the screen shows and return at once, so that most of it is there when Run is pressed.

        What was begun so before, waits for a worker and is not shown any more is dropped.
        """
        before, self._early = self._early, {task.run for task in tasks}
        self._drop(before - self._early)
        with suppress(BrokenProcessPool):  # `run` starts the workers again
            self._send(tasks)

    def run(self, tasks: Sequence[Task]) -> Iterator[int]:
        """Run what is not known; yields the number finished so far, from what was known on. Closing it
        cancels the rest.
        """
        mine, deaths = {task.run for task in tasks}, 0
        self._early -= mine
        try:
            while (done := sum(self.known(task) is not None for task in tasks)) < len(tasks):
                yield done  # a screen that asks in vain learns of a click on cancel
                try:
                    for future in wait(self._send(tasks), timeout=0.2, return_when=FIRST_COMPLETED).done:
                        _ = future.cancelled() or future.result()
                except BrokenProcessPool:
                    deaths, self._pool = deaths + 1, None
                    self._flying.clear()
                    if deaths == DEATHS:
                        for task in (task for task in tasks if self.known(task) is None):
                            self._keep(
                                task,
                                RunRecord(
                                    {
                                        **heading(task),
                                        "error": f"worker died {DEATHS} times",
                                        "origin": "process",
                                    }
                                ),
                            )
            yield done
        finally:
            self._drop(mine)
            self.pace.keep()

    def ask(self, work: Callable[..., Answer], *given: object) -> Answer:
        """What a worker makes of it; a worker that died is replaced once."""
        try:
            return self.begin().submit(work, *given).result()
        except BrokenProcessPool:
            self._pool = None
            self._flying.clear()
            return self.begin().submit(work, *given).result()

    def ask_each(self, work: Callable[..., Answer], given: Sequence[object]) -> Iterator[Answer]:
        """What the workers make of each, in their order; closing it cancels the rest."""
        waiting = [self.begin().submit(work, one) for one in given]
        try:
            for one in waiting:
                yield one.result()
        finally:
            for one in waiting:
                one.cancel()

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
