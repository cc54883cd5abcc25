"""Two warm processes and a memory of finished runs, shared by all sessions of the dashboard."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any

from experiments.engines import cores, one_thread
from experiments.plan import Task
from experiments.runner import DEATHS, heading, simulate_many, warm
from experiments.store import Outcome
from sim.parameters import Parameters

KEPT = 800  # finished runs in memory: about 0.2 MB each for twelve villages
WORKERS = 2


def _begin(lock: Any) -> None:
    """A worker starts: it ends with its parent, and compiles before the first run asks for it (one worker at a time)."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True).start()
    with lock:
        warm(Parameters())


def _ready() -> bool:
    return True


class Engine:
    """`run` yields outcomes as they finish; what was run before comes from memory."""

    def __init__(self, workers: int = WORKERS) -> None:
        self.workers = max(1, min(workers, cores()))
        self._lock = threading.Lock()
        self._known: OrderedDict[int, Outcome] = OrderedDict()
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
        return any(f.done() for f in self._first)

    def known(self, task: Task) -> Outcome | None:
        """The outcome of a run made before."""
        with self._lock:
            return self._known.get(task.run)

    def _keep(self, task: Task, outcome: Outcome) -> None:
        with self._lock:
            self._known[task.run] = outcome
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def run(self, tasks: Sequence[Task]) -> Iterator[int]:
        """Run what is not known; yields the number finished so far, from what was known on. Closing it cancels the rest."""
        missing = [t for t in tasks if self.known(t) is None]
        done = len(tasks) - len(missing)
        yield done
        left: list[list[Task]] = []  # scenarios under one seed run side by side in half the time
        for seed in dict.fromkeys(t.seed for t in missing):
            left.append([t for t in missing if t.seed == seed])
        active: dict[Future[list[Outcome]], list[Task]] = {}
        deaths = 0
        try:
            while left or active:
                try:
                    pool = self.begin()
                    while left and len(active) < 2 * self.workers:
                        active[pool.submit(simulate_many, left[0])] = left[0]
                        left.pop(0)
                    finished, _ = wait(active, timeout=0.2, return_when=FIRST_COMPLETED)
                    for future in finished:
                        for task, outcome in zip(active[future], future.result(), strict=True):
                            self._keep(task, outcome)
                        done += len(active.pop(future))
                except BrokenProcessPool:
                    deaths += 1
                    self._pool = None
                    left = [*active.values(), *left]
                    active = {}
                    if deaths == DEATHS:
                        for task in [t for bundle in left for t in bundle]:
                            self._keep(task, Outcome({**heading(task), "error": f"worker died {DEATHS} times", "origin": "process"}))
                        done, left = len(tasks), []
                yield done  # a screen that asks in vain learns of a click on cancel
        finally:
            for future in active:
                future.cancel()

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
