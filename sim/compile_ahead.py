"""Compile kernels before anybody waits for them, on several processors, each function by one process.

Python compiles a kernel when it first calls it, one after the other. `signatures.csv` lists the kernels that
Python calls, what each takes in words that stay when a field is added, and about how many seconds it takes to
compile; a test compares it with what runs of all kinds ask for. What is not listed is compiled when called.

`python -m sim.compile_ahead` compiles all that is listed and not yet kept, for `hatch_build.py`.
"""

from __future__ import annotations

import csv
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
from tqdm import tqdm

from sim.engine.compile_cache import PACKAGE, OwnCache
from sim.engine.kernels import Kernel
from sim.engine.tables import plain
from sim.model import People
from sim.state.counties import Counties
from sim.state.fields import STATES, person_columns, record
from sim.state.ledger import Ledger
from sim.state.parameters import Parameters
from sim.state.values import Values
from sim.state.world import fresh_world

LIST = Path(__file__).with_name("signatures.csv")
MOST = 4  # processes: the longest function takes a sixth of all, so that more gain little
ALWAYS, SOMETIMES = "always", "sometimes"  # a kernel that each county runs, or one with certain parts on
ARRAY = re.compile(r"(?:(?P<times>\d+) x )?(?P<dtype>[a-z]+\d*)(?: (?P<ndim>\d)d)?")
DONE = "done"


@dataclass(frozen=True)
class Listed:
    """A version of a function that Python calls."""

    function: str  # its module and name
    takes: tuple[str, ...]  # a word for each argument
    when: str  # ALWAYS or SOMETIMES
    seconds: int  # to compile it, about


def listed(file: Path = LIST) -> list[Listed]:
    """The stored list."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [
            Listed(row["function"], tuple(row["takes"].split(", ")), row["when"], int(row["seconds"]))
            for row in csv.DictReader(rows)
        ]


# -- words for types ---------------------------------------------------------------------------------------
@cache
def named_types() -> dict[str, Any]:
    """Types of the tables, and of records in them that kernels take by themselves, by their names."""
    counties = Counties([Parameters()], [0], [1, 2])
    ledger, values = Ledger(2), Values([(Parameters(), ())], counties.numbers, counties.of_village)
    world = fresh_world(
        np.zeros(3, np.int64), record(STATES, 2), ledger.posted, ledger.balance, counties.of_village, True
    )
    records = {
        f"values.{name}{one}": numba.typeof(rows[0] if one else rows)
        for name, rows in values.sections.items()
        for one in ("", "[v]")
    }
    tables = {"people": People(*person_columns(1)), "world": world, "values": values.table}
    found = {name: numba.typeof(table) for name, table in {**tables, "books": ledger.books}.items()}
    return {**records, **found}


def type_of(word: str) -> Any:
    """The type that a word of the list stands for."""
    if word in named_types():
        return named_types()[word]
    if not (found := ARRAY.fullmatch(word)):
        raise ValueError(f"{word!r} names no type of an argument")
    kind: Any = numba.from_dtype(np.dtype(found["dtype"]))
    if found["ndim"]:
        kind = numba.types.Array(kind, int(found["ndim"]), "C")
    return numba.types.UniTuple(kind, int(found["times"])) if found["times"] else kind


def word_for(kind: Any) -> str:
    """The word of the list for a type; ValueError where there is none, as for an array that is strided."""
    words = {str(known): word for word, known in named_types().items()}
    name = str(kind).removeprefix("plain ")
    if name in words:
        return words[name]
    name = re.sub(r"UniTuple\((.*) x (\d+)\)", r"\2 x \1", name)
    name = re.sub(r"array\((\w+), (\d)d, C\)", r"\1 \2d", name)
    if str(type_of(name)) != str(kind).removeprefix("plain "):
        raise ValueError(f"{kind} has no word")
    return name


# -- which functions, and which of their versions are not kept ----------------------------------------------
def dispatcher_of(function: str) -> Any:
    """Numba's side of a function that is named by its module and name."""
    module, _, name = function.rpartition(".")
    found = getattr(import_module(module), name)
    return found.dispatcher if isinstance(found, Kernel) else found


def signature(version: Listed) -> tuple[Any, ...]:
    """Types of a version's arguments, as Python's call gives them."""
    module, _, name = version.function.rpartition(".")
    takes_plain = isinstance(getattr(import_module(module), name), Kernel)
    kinds = map(type_of, version.takes)
    return tuple(plain(kind) if takes_plain else kind for kind in kinds)


def missing(when: tuple[str, ...] = (ALWAYS, SOMETIMES)) -> Iterator[Listed]:
    """Versions that would be kept and are not."""
    for version in listed():
        dispatcher = dispatcher_of(version.function)
        cache, codegen = dispatcher._cache, dispatcher.targetctx.codegen()
        if version.when in when and isinstance(cache, OwnCache) and cache.cache_path:
            if not any(file.exists() for file in cache.files(signature(version), codegen)):
                yield version


def compile_function(function: str) -> None:
    """Compile every listed version of a function, or read it where it is kept."""
    for version in listed():
        if version.function == function:
            dispatcher_of(function).compile(signature(version))


# -- several processes ---------------------------------------------------------------------------------------
def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compile_missing(
    processes: int = 0, when: tuple[str, ...] = (ALWAYS, SOMETIMES), progress: bool = False
) -> None:
    """Compile what is listed and not kept, the longest first, each function in one of `processes` (0: one a
    processor). What fails is compiled, and says why, when it is called.
    """
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return
    seconds: Counter[str] = Counter()
    for version in missing(when):
        seconds[version.function] += version.seconds
    functions = [function for function, _ in seconds.most_common()]
    count = min(processes or MOST, cores(), MOST, len(functions))
    with tqdm(
        total=len(functions),
        desc="compiling",
        unit="kernel",
        disable=not (progress and functions),
        file=sys.stderr,
    ) as bar:
        if count > 1 and sys.executable:
            _share_out(functions, count, bar)
        else:
            for function in functions:
                with suppress(Exception):
                    compile_function(function)
                bar.update()


def _share_out(functions: list[str], count: int, bar: tqdm[Any]) -> None:
    """Hand functions to `count` processes, each the next one as soon as it is free."""
    left: queue.SimpleQueue[str] = queue.SimpleQueue()
    for function in functions:
        left.put(function)
    workers = [_worker() for _ in range(count)]
    threads = [threading.Thread(target=_serve, args=(worker, left, bar), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:  # Ctrl-C: what they are at is lost, and nobody should wait for it
        for worker in workers:
            worker.kill()
        for thread, worker in zip(threads, workers, strict=True):
            thread.join()
            worker.communicate()


def _worker() -> subprocess.Popen[str]:
    """A process that compiles the functions it reads; it ends with its input, so with its parent."""
    path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "sim.compile_ahead", "worker"],
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _serve(worker: subprocess.Popen[str], left: queue.SimpleQueue[str], bar: tqdm[Any]) -> None:
    """Give a worker functions until none is left or it is gone."""
    assert worker.stdin and worker.stdout
    with suppress(queue.Empty, OSError):
        while True:
            worker.stdin.write(left.get_nowait() + "\n")
            worker.stdin.flush()
            if worker.stdout.readline().strip() != DONE:
                return
            with bar.get_lock():
                bar.update()


def _work() -> None:
    for line in sys.stdin:
        with suppress(Exception):
            compile_function(line.strip())
        print(DONE, flush=True)


# -- from the command line -----------------------------------------------------------------------------------
def take_over() -> None:
    """Copy versions that an earlier install left, and that still agree, into the folder being filled."""
    for version in missing():
        dispatcher = dispatcher_of(version.function)
        cache, codegen = dispatcher._cache, dispatcher.targetctx.codegen()
        before = cache.carried_file(signature(version), codegen)
        if before and before.exists():
            with suppress(OSError):
                cache._impl.locator.ensure_cache_path()
                shutil.copyfile(before, cache.own_file(signature(version), codegen))


def main(words: list[str]) -> None:
    """A worker, or what every county runs: what only some do is compiled by who first asks for it, so that an
    install takes no longer than the first run without it would.
    """
    if words == ["worker"]:
        _work()
        return
    take_over()
    compile_missing(when=(ALWAYS,), progress=True)


if __name__ == "__main__":
    main(sys.argv[1:])
