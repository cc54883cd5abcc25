"""Kernels are compiled before anybody waits for them: listed, by several processes, each by one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import signatures

import sim
from experiments.study import runner
from experiments.study.engines import Engine
from sim import compile_ahead
from sim.compile_ahead import LIST, listed, type_of, word_for
from sim.engine.tables import plain

compiles = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")  # type: ignore[attr-defined]
# A worker that compiles nothing: it notes what it was given, and dies of one name.
PRETENDED = """
import os, sys, time
for line in sys.stdin:
    with open(os.environ["NOTED"], "a") as noted:
        noted.write(f"{os.getpid()} {line}")
    if line.strip() == "deadly":
        sys.exit(1)
    time.sleep(0.02)
    print("done", flush=True)
"""


# -- the list ----------------------------------------------------------------------------------------------
def test_every_line_names_a_function_and_types() -> None:
    lines = listed()
    assert len({(line.function, line.takes) for line in lines}) == len(lines) > 100
    assert {line.when for line in lines} == {compile_ahead.ALWAYS, compile_ahead.SOMETIMES}
    for line in lines:
        kinds = compile_ahead.signature(line)
        assert tuple(map(word_for, kinds)) == line.takes, line.function


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (1, "int64"),
        (True, "bool"),
        (np.uint64(1), "uint64"),
        (np.zeros((2, 3)), "float64 2d"),
        ((True, False), "2 x bool"),
        ((np.zeros(2, np.uint64),) * 3, "3 x uint64 1d"),
    ],
)
def test_words_stand_for_what_numba_sees(value: Any, word: str) -> None:
    seen = numba.typeof(value)
    assert type_of(word) == seen
    assert word_for(seen) == word_for(plain(seen)) == word


def test_tables_of_the_list_are_those_of_a_model() -> None:
    """A list made from empty tables stands for the tables of counties of one village and of several."""
    for villages in (1, 3):
        model = signatures.small(villages=villages)
        tables = {"people": model.people, "world": model.world, "values": model.values.table}
        for word, table in {**tables, "books": model.ledger.books}.items():
            assert type_of(word) == numba.typeof(table), word
        assert type_of("values.county") == numba.typeof(model.values.county)


def test_an_array_with_gaps_has_no_word() -> None:
    """A field of records has gaps in a county of two villages and none in one of one: two versions."""
    with pytest.raises(ValueError, match="no word|names no type"):
        word_for(numba.typeof(np.zeros(4)[::2]))


def task() -> tuple[list[str], list[Any]]:
    """What a worker compiles for counties of one village and of more, and what it calls."""
    compiled = signatures.Compiled()
    for villages in (1, 3):
        signatures.small({"business.kind": "portfolio"}, villages=villages).run(2)
    return compiled.functions, sorted(signatures.used())


@compiles
def test_a_worker_compiles_nothing_after_warming() -> None:
    """What it calls is on the list."""
    runner.warm(sim.Parameters())
    with Engine("local", 2).open(2) as (pool, _):
        compiled, called = pool.submit(task).result()
    assert compiled == []
    assert len(called) > 50 and set(called) <= {(line.function, line.takes) for line in listed()}


@compiles
@pytest.mark.slow
def test_runs_of_all_kinds_call_what_is_listed_in_a_fresh_process() -> None:
    """`python tests/invariants/signatures.py` writes the list anew."""
    lines = listed()
    for when, versions in signatures.said().items():
        assert versions == {(line.function, line.takes) for line in lines if line.when == when}


# -- several processes -------------------------------------------------------------------------------------
@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[list[str]], list[list[str]]]:
    """A function that shares names out to two pretended workers and says what each was given, in order."""
    noted = tmp_path / "noted"

    def pretended() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PRETENDED],
            env=os.environ | {"NOTED": str(noted)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def given(functions: list[str]) -> list[list[str]]:
        with compile_ahead.tqdm(disable=True) as bar:
            compile_ahead._share_out(functions, 2, bar)
        return [line.split() for line in noted.read_text().splitlines()]

    monkeypatch.setattr(compile_ahead, "_worker", pretended)
    return given


def test_each_function_goes_to_one_process_and_both_have_work(shared: Callable[..., Any]) -> None:
    functions = [f"function_{place}" for place in range(30)]
    given = shared(functions)
    assert sorted(name for _, name in given) == sorted(functions)
    of_each = [[name for mine, name in given if mine == worker] for worker in {worker for worker, _ in given}]
    assert sorted(mine[0] for mine in of_each) == functions[:2]  # the longest are begun first
    assert all(mine == sorted(mine, key=functions.index) for mine in of_each)


def test_a_worker_that_dies_leaves_its_share_to_the_other(shared: Callable[..., Any]) -> None:
    """Only what it was at is not compiled, and that is compiled when it is called."""
    functions = ["deadly", *(f"function_{place}" for place in range(10))]
    assert sorted(name for _, name in shared(functions)) == sorted(functions)


SHORT = """
from pathlib import Path
from sim import compile_ahead
from sim.compile_ahead import compile_missing, listed, missing
few = [line for line in listed() if line.function in ("sim.state.ledger.settle", "sim.parts.health.count")]
compile_ahead.listed = lambda: few
assert len(list(missing())) == 2
compile_missing(1, progress=True)
assert not list(missing())
compile_missing(1, progress=True)
"""


@compiles
@pytest.mark.parametrize("progress", [True, False])
def test_what_is_missing_is_compiled_once_and_counted(progress: bool, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHORT.replace("progress=True", f"progress={progress}")],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(LIST.parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert ("compiling" in done.stderr, "1/2" in done.stderr, "2/2" in done.stderr) == (progress,) * 3
    assert done.stderr.count(" 0/") == progress  # the second time there is nothing to do, and no bar
