"""Where runs are worked out.

This process, local processes, or Dask, behind one `concurrent.futures.Executor`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import sys
import threading
import tokenize
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, TypeVar

from sim.engine.own_folders import digest

from ..command.scenario import Mistake
from .own_workers import same_folders, to_dask

T = TypeVar("T")
ADDRESS = "127.0.0.1"
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Processes started inside inherit a limit of one thread each."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class Serial(Executor):
    """Works in this process, at once; Ctrl-C passes through."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def _worker(own: str) -> None:
    """A worker leaves Ctrl-C to its parent, and ends with it; `own`: what the own folders say there."""
    same_folders(own)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def check_main() -> None:
    """Raise Mistake where a script would run again in each worker, which imports it."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if getattr(main, "__spec__", None) is not None or file is None or not os.path.isfile(file):
        return
    with tokenize.open(file) as text:
        guarded = re.search(r"^if\b.*\b__name__\b", text.read(), re.MULTILINE)
    if guarded is None:
        raise Mistake(
            f'{file} would run again in each worker, as it has no line `if __name__ == "__main__":` above '
            f"what it runs: write one, or take engine=serial"
        )


def end_with_parent() -> None:
    """From now on this process ends when its parent does, however that ends; a kill tells no child."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    connection.wait([sentinel])  # readable once the parent is gone
    os._exit(1)


@dataclass(frozen=True)
class Engine:
    """How to open the executor; after a worker's death it is opened again."""

    kind: str = "local"
    workers: int = 0
    scheduler: str = ""

    @property
    def count(self) -> int:
        """Workers asked for; all cores when 0."""
        return 1 if self.kind == "serial" else self.workers or cores()

    @contextlib.contextmanager
    def open(self, needed: int) -> Iterator[tuple[Executor, int]]:
        """The executor and how many bundles may be under way.

        Two a worker, so that none waits for the parent.
        """
        count = min(self.count, max(needed, 1))
        if self.kind == "dask":
            with _dask(self.scheduler, count) as pair:
                yield pair
        elif self.kind == "serial" or count == 1:
            yield Serial(), 1
        else:
            check_main()
            # spawned, in a context of their own: importing Mesa sets the start method of the whole process
            pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _worker, (digest(),))
            try:
                yield pool, 2 * count
            except BaseException:
                for process in list((getattr(pool, "_processes", None) or {}).values()):
                    process.terminate()  # what they work on is lost anyway; nobody should wait for it
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            # idle workers end at once; a pool still closing when Python ends may write a traceback
            pool.shutdown()


class Standing:
    """An engine whose executor stays open from one use to the next until `close`.

    After a failure it is opened again.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self._stack = engine, contextlib.ExitStack()
        self._pair: tuple[Executor, int] | None = None

    @contextlib.contextmanager
    def open(self, needed: int) -> Iterator[tuple[Executor, int]]:
        """As `Engine.open`; a single run does not start workers."""
        if self._pair is None and needed < 2 and self.engine.kind != "dask":
            yield Serial(), 1
            return
        self._pair = self._pair or self._stack.enter_context(self.engine.open(max(needed, self.engine.count)))
        try:
            yield self._pair
        except BaseException as error:
            self._pair = None
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise

    def each(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """What each job gives: from worker processes of this machine where they are up (starting them
        takes longer than a few pictures), else from here.
        """
        if self._pair is not None and self.engine.kind == "local" and len(jobs) > 1:
            with contextlib.suppress(BrokenExecutor), one_thread(), self.open(len(jobs)) as (pool, _):
                return [future.result() for future in [pool.submit(job) for job in jobs]]
        return [job() for job in jobs]

    def close(self) -> None:
        """End the workers."""
        self._pair = None
        self._stack.close()


@contextlib.contextmanager
def _dask(scheduler: str, count: int) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
    except ImportError as error:
        raise Mistake("engine=dask needs Dask: pip install -e '.[cluster]'") from error
    with contextlib.ExitStack() as stack:
        scheduler = scheduler or stack.enter_context(_cluster(count))
        try:
            client = stack.enter_context(Client(scheduler, timeout="20s", set_as_default=False))
        except (OSError, ValueError) as error:
            raise Mistake(f"engine.scheduler={scheduler}: no scheduler answers there ({error})") from error
        to_dask(client)
        executor = client.get_executor(pure=False)
        stack.callback(executor.shutdown, wait=False)
        yield executor, 2 * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)


@contextlib.contextmanager
def _cluster(count: int) -> Iterator[str]:
    """The address of workers of our own: on this computer only, without pages.

    Where no address of a page is given, Dask serves its pages, a proxy among them, all the same: so the pages
    themselves are taken away.
    """
    import dask
    from distributed import LocalCluster

    pages: dict[str, list[str]] = {f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker")}
    here = {"dashboard": False, "dashboard_address": f"{ADDRESS}:0"}
    with (
        dask.config.set(pages),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host=ADDRESS,
            dashboard_address=None,
            scheduler_kwargs=here,
            memory_limit=0,
        ) as cluster,
    ):
        yield cluster.scheduler_address
