"""The stored list of what is compiled ahead, against what runs of all kinds ask for.

    python tests/invariants/signatures.py          write sim/signatures.csv anew

A process that finds everything compiled compiles nothing inside, so that what its functions hold is what
Python called.
"""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from numba.core import event
from runs import small, warm

import sim
from experiments.study import runner
from sim import compile_ahead
from sim.compile_ahead import ALWAYS, SOMETIMES, compile_function, word_for
from sim.engine.kernels import Kernel

PROJECT = Path(compile_ahead.LIST).parents[1]
Version = tuple[str, tuple[str, ...]]  # a function, and what it takes


class Compiled(event.Listener):
    """Counts what Numba compiles from now on."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        event.register("numba:compile", self)

    def on_start(self, event: Any) -> None:
        """One more."""
        self.functions.append(event.data["dispatcher"].py_func.__qualname__)

    def on_end(self, event: Any) -> None:
        """Nothing."""


def used() -> set[Version]:
    """Versions of functions of `sim` that this process has loaded, but for those of one fixed signature."""
    found = set()
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("sim.")]
    for module in modules:
        for name, value in vars(module).items():
            dispatcher = value.dispatcher if isinstance(value, Kernel) else value
            ours = getattr(getattr(dispatcher, "py_func", None), "__module__", "") == module.__name__
            if ours and dispatcher._can_compile:
                found |= {
                    (f"{module.__name__}.{name}", tuple(map(word_for, kinds)))
                    for kinds in dispatcher.overloads
                }
    return found


def by_hand() -> None:
    """Somebody comes and goes between two months."""
    model = small(villages=2)
    model.end_person(model.add_person(1, 70, "woman"), "death")


def say() -> None:
    """What each county asks for, what some ask for, and what had to be compiled, as JSON."""
    compiled = Compiled()
    for villages in (1, 2):
        runner.warm(sim.Parameters().replace({"county.villages": villages}))
    always = used()
    warm()
    by_hand()
    groups = {ALWAYS: always, SOMETIMES: used() - always}
    print(
        json.dumps(
            {"compiled": compiled.functions, "used": {when: sorted(found) for when, found in groups.items()}}
        )
    )


def said() -> dict[str, set[Version]]:
    """What fresh processes ask for, by ALWAYS and SOMETIMES, once one of them finds everything compiled."""
    for _ in range(2):
        heard = json.loads(fresh_process("say"))
        if not heard["compiled"]:
            return {
                when: {(function, tuple(takes)) for function, takes in found}
                for when, found in heard["used"].items()
            }
    raise RuntimeError(f"compiled again and again: {heard['compiled']}")


def fresh_process(word: str, **environment: str) -> str:
    """What this script says in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, word],
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def seconds(functions: list[str]) -> dict[str, float]:
    """Processor time of compiling each, one after the other."""
    taken = {}
    for function in functions:
        before = time.process_time()
        compile_function(function)
        taken[function] = time.process_time() - before
    return taken


def write(found: dict[str, set[Version]], taken: dict[str, float]) -> None:
    """The list, by function; seconds are rounded to a power of two, so that a refresh changes few."""
    with compile_ahead.LIST.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["function", "takes", "when", "seconds"])
        rows = sorted((*version, when) for when, versions in found.items() for version in versions)
        for function, takes, group in rows:
            rounded = 2 ** max(0, round(math.log2(max(taken.get(function, 1.0), 0.1))))
            out.writerow([function, ", ".join(takes), group, rounded])


def main(words: list[str]) -> None:
    """Write the list anew."""
    if words == ["say"]:
        say()
    elif words == ["seconds"]:
        print(json.dumps(seconds(sorted({version.function for version in compile_ahead.listed()}))))
    else:
        found = said()
        write(found, {})
        with tempfile.TemporaryDirectory() as folder:
            write(found, json.loads(fresh_process("seconds", NUMBA_CACHE_DIR=folder)))


if __name__ == "__main__":
    main(sys.argv[1:])
