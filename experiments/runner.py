"""Scenarios x seeds -> processes -> the store. A failing run is a row, a killed worker is replaced, Ctrl-C keeps the rest.

Workers are spawned (own context: importing Mesa sets the start method of the whole process), one thread each; kernels
are compiled once in the parent before they start.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

import sim
from experiments.scenario import Scenario
from experiments.store import Outcome, Store
from sim.model import beside
from sim.parameters import SECTIONS, Parameters
from sim.population import ELIGIBLE, FAMILY, MUTUAL, NEED, PAYERS, PROFESSIONAL, STRENGTHS, UNMET, VILLAGE_KINDS
from sim.viability import CLASSES, judge

DEATHS = 3  # a run whose worker died so often is given up
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
YEARS = 12
PUBLIC = ("paid_government", "capital_government", "setup_government", "referral_government", "guarantee_called", "aids_government")


@dataclass(frozen=True)
class Task:
    """One run: which scenario and arm, which replicate, which luck, and what to keep."""

    scenario: Scenario
    arm: str  # main, luck, or relief:<cause>
    replicate: int
    seed: int
    keep_series: bool = True

    def __reduce__(self) -> Any:
        sections = {name: getattr(self.scenario.parameters, name) for name in SECTIONS}
        return _task, (self.scenario.name, sections, self.arm, self.replicate, self.seed, self.keep_series)


def _task(name: str, sections: dict[str, Any], arm: str, replicate: int, seed: int, keep: bool) -> Task:
    """Rebuild a task in a worker; its values were checked when it was made."""
    return Task(Scenario(name, Parameters(**sections)), arm, replicate, seed, keep)


def heading(task: Task) -> dict[str, Any]:
    """The columns that name a run."""
    return {
        "scenario": task.scenario.name, "arm": task.arm, "replicate": task.replicate, "seed": task.seed,
        "digest": task.scenario.digest, "cpu_seconds": 0.0, "error": "", "origin": "",
    }  # fmt: skip


def simulate(task: Task) -> Outcome:
    """Run one model to its horizon; an exception becomes the row's `error` and `origin`."""
    began = time.process_time()
    try:
        return outcome(task, sim.MutualAidModel(task.scenario.parameters, seed=task.seed).run(), began)
    except Exception as e:  # any fault of one run is data; the others go on
        last = traceback.extract_tb(e.__traceback__)[-1]
        said = {"error": f"{type(e).__name__}: {e}", "origin": f"{Path(last.filename).name}:{last.lineno}"}
        return Outcome(heading(task) | said | {"cpu_seconds": time.process_time() - began})


def simulate_many(tasks: Sequence[Task]) -> list[Outcome]:
    """Outcomes in the order of the tasks. Those that share a seed and what `sim.model.beside` asks for run side by side
    in one model, to the same bytes; where that fails, each runs alone, so that a fault stays with its own run.
    """
    groups: dict[Any, list[int]] = {}
    for at, task in enumerate(tasks):
        groups.setdefault((task.seed, beside(task.scenario.parameters)), []).append(at)
    found: dict[int, Outcome] = {}
    for places in groups.values():
        mine = [tasks[at] for at in places]
        try:
            found |= zip(places, _side_by_side(mine), strict=True)
        except Exception:  # told apart below
            found |= {at: simulate(tasks[at]) for at in places}
    return [found[at] for at in range(len(tasks))]


def _side_by_side(tasks: list[Task]) -> list[Outcome]:
    began = time.process_time()
    model = sim.MutualAidModel([t.scenario.parameters for t in tasks], seed=tasks[0].seed)
    model.run()
    share = (time.process_time() - began) / len(tasks)
    return [outcome(t, r, time.process_time() - share) for t, r in zip(tasks, model.results, strict=True)]


def outcome(task: Task, result: sim.Result, began: float) -> Outcome:
    """The rows of a finished run; `began` is the processor time at which it began."""
    villages = village_rows(result, task)
    row = heading(task) | {"viable_villages": int((villages["verdict"] == "viable").sum()), "villages": len(villages)}
    series = monthly(result, task) if task.keep_series else None
    return Outcome(row | {"cpu_seconds": time.process_time() - began}, villages, series)


def village_rows(result: sim.Result, task: Task) -> pd.DataFrame:
    """One row a village: class each year, causes, conditions, money by payer (fen), elder-years, minutes of need by stage."""
    s, v, p = result.series, result.verdict, result.parameters
    states = result.states
    table = {
        "scenario": task.scenario.name, "arm": task.arm, "replicate": task.replicate,
        "village": np.array(states.number), "kind": np.array(VILLAGE_KINDS)[states.kind],
        "strength": np.array(STRENGTHS)[states.strength], "verdict": np.array(CLASSES)[v.classes],
        "opened": v.opened, "closed": v.closed, "cause": v.cause, "closures": np.array(s.state["closures"][-1]),
        "solvent": v.solvency, "hours_met": v.service, "visits_met": v.visits,
        "hours_share": v.hours_share, "visits_share": v.visits_share, "plus": np.array(s.state["plus"][-1]),
    }  # fmt: skip
    first = int(p.horizon.start[:4])
    for end in range(YEARS - 1, len(s.flow), YEARS):
        table[f"class_{first + end // YEARS}"] = judge(s, p, end).classes.astype(np.int8)
    total = lambda name: s.amount(name).sum(axis=0)  # noqa: E731
    for payer in PAYERS:
        table[f"paid_{payer}_fen"] = total(f"paid_{payer}")
    table["business_income_fen"] = total("care_share") + total("interest")
    table["cost_fen"] = s.flow["cost"].sum(axis=0)
    table["public_fen"] = sum(total(name) for name in PUBLIC)
    table["elder_years_helped"] = np.maximum(s.flow["enrolled"], s.flow["diners"]).sum(axis=0) / YEARS
    for name, stage in (("need", NEED), ("family", FAMILY), ("eligible", ELIGIBLE), ("mutual", MUTUAL), ("professional", PROFESSIONAL), ("unmet", UNMET)):
        table[f"{name}_minutes"] = s.hours[:, :, stage].sum(axis=(0, 2))
    return pd.DataFrame(table)


def monthly(result: sim.Result, task: Task) -> pa.Table:
    """month x village, about 25 columns: int32 persons, visits, minutes and fen."""
    s = result.series
    months, villages = s.flow.shape
    stages = {f"{n}_minutes": s.hours[:, :, k].sum(axis=2) for n, k in (("need", NEED), ("family", FAMILY), ("eligible", ELIGIBLE), ("mutual", MUTUAL), ("professional", PROFESSIONAL), ("unmet", UNMET))}
    columns = {
        "level": s.state["level"], "facility": s.state["facility"], "elders": s.state["elders"], **stages,
        **{name: s.flow[name] for name in ("enrolled", "diners", "volunteers", "meals")},
        "visits_due": s.flow["visits_due"].sum(axis=2), "visits_made": s.flow["visits_made"].sum(axis=2),
        "cost_fen": s.flow["cost"], "cash_fen": s.balance["cash"], "payables_fen": -s.balance["payables"],
        "pledged_fen": s.flow["pledged"].sum(axis=2), **{f"paid_{x}_fen": s.amount(f"paid_{x}") for x in PAYERS},
        "business_income_fen": s.amount("care_share") + s.amount("interest"),
        "public_capital_fen": s.amount("capital_government") + s.amount("setup_government") + s.amount("aids_government"),
        "public_care_fen": s.amount("referral_government") + s.amount("guarantee_called"),
        "credits_minutes": s.balance["credits_held"],
    }  # fmt: skip
    rows = months * villages
    labels = {"scenario": task.scenario.name, "arm": task.arm}
    table = {k: pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array([v])) for k, v in labels.items()}
    table["replicate"] = pa.array(np.full(rows, task.replicate, np.int32))
    table["month"] = pa.array(np.repeat(np.arange(months, dtype=np.int32), villages))
    table["village"] = pa.array(np.tile(np.asarray(result.states.number, np.int32), months))
    for name, values in columns.items():
        flat = np.asarray(values).reshape(-1)
        if flat.min() < -(2**31) or flat.max() >= 2**31:
            raise OverflowError(f"{name} does not fit into 32 bits")
        table[name] = pa.array(flat.astype(np.int32))
    return pa.table(table)


# -- processes ---------------------------------------------------------------------------------------------------------
def prepare(store: Store, parameters: Parameters) -> None:
    """`warm`; what stops it is noted in the manifest and passed on."""
    try:
        warm(parameters)
    except BaseException:
        store.note(status="failed")
        raise


def warm(parameters: Parameters) -> None:
    """Compile every kernel once, on one small village, before workers start; reads the tables, so a bad one shows here."""
    small = {"given.villages": "", "county.villages": 1, "county.elders": 12, "horizon.spin_up": 1, "business.start": 0}
    wide = {"funding.identical_payers": True, "business.kind": "deposit", "funding.basis": "envelope"}
    for changes in ({"business.kind": "portfolio", "funding.identical_payers": False, "funding.basis": "cost"}, wide):
        sim.MutualAidModel(parameters.replace({**small, **changes}), seed=1).run(1)


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


def _worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle


def given_up(task: Task) -> Outcome:
    """The row of a run whose worker died again and again."""
    return Outcome({**heading(task), "error": f"worker died {DEATHS} times", "origin": "process"})


def _serial(tasks: Sequence[Task], run: Callable[[Task], Outcome]) -> Iterator[tuple[int, Outcome]]:
    for at, task in enumerate(tasks):
        yield at, run(task)


def _parallel(tasks: Sequence[Task], workers: int, run: Callable[[Task], Outcome]) -> Iterator[tuple[int, Outcome]]:
    """Places and outcomes as they finish; at most three runs a worker wait; after a death the pool is rebuilt."""
    context = multiprocessing.get_context("spawn")
    left, deaths = list(reversed(range(len(tasks)))), [0] * len(tasks)
    while left:
        pool = ProcessPoolExecutor(workers, context, _worker)
        active: dict[Future[Outcome], int] = {}
        try:
            while left or active:
                while left and len(active) < 3 * workers:
                    at = left[-1]
                    active[pool.submit(run, tasks[at])] = left.pop()
                done, _ = wait(active, return_when=FIRST_COMPLETED)
                for future in done:
                    outcome = future.result()
                    yield active.pop(future), outcome
        except BrokenProcessPool:
            lost = sorted(active.values(), reverse=True)
            for at in lost:
                deaths[at] += 1
            for at in [at for at in lost if deaths[at] >= DEATHS]:
                yield at, given_up(tasks[at])
            left += [at for at in lost if deaths[at] < DEATHS]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def execute(tasks: Sequence[Task], store: Store, workers: int, progress: bool = True, run: Callable[[Task], Outcome] = simulate, label: str = "runs") -> bool:
    """Run all tasks into the store in their order, whatever `workers`; False when Ctrl-C ended it early."""
    count = min(workers or cores(), max(len(tasks), 1))
    waiting: dict[int, Outcome] = {}
    following = 0
    with one_thread(), tqdm(total=len(tasks), desc=label, unit="run", disable=not progress, file=sys.stderr) as bar:
        source = _serial(tasks, run) if count == 1 else _parallel(tasks, count, run)
        try:
            for at, outcome in source:
                waiting[at] = outcome
                bar.update()
                while following in waiting:
                    store.add(waiting.pop(following))
                    following += 1
        except KeyboardInterrupt:
            for at in sorted(waiting):
                store.add(waiting[at])
            return False
    return True
