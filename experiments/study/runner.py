"""Tasks -> an engine -> the study.

A failing run is a row, a killed worker is replaced, Ctrl-C keeps the rest.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from tqdm import tqdm

import sim
from experiments.command.scenario import Mistake
from experiments.study.engines import Engine, Standing, one_thread
from experiments.study.plan import Task
from experiments.study.store import Outcome
from sim.state.codes import (
    ELIGIBLE,
    FAMILY,
    KINDS,
    MUTUAL,
    NEED,
    NEVER,
    PAYERS,
    PROFESSIONAL,
    STRENGTHS,
    UNMET,
    VILLAGE_KINDS,
)
from sim.state.counties import must_share
from sim.state.ledger import POSTINGS
from sim.state.parameters import ParameterError, Parameters
from sim.state.values import Modifier
from sim.viability import CLASSES, Series, judge

DEATHS = 3  # a run whose worker died so often is given up
BUNDLE = 40  # runs of one seed that a worker takes at a time; results do not depend on it
YEARS = 12
PUBLIC = (
    "paid_government",
    "capital_government",
    "setup_government",
    "referral_government",
    "guarantee_called",
    "aids_government",
    *(name for name in POSTINGS if name.startswith("grant_")),
)
TARGET = 2030  # the year of the 70 % target (document 000); the end where the horizon is shorter
MET = {"family": FAMILY, "mutual": MUTUAL, "professional": PROFESSIONAL, "unmet": UNMET}  # who met a need
AGES = (0, 60, 70, 80, 200)  # bands of holders of credit, years

Work = Callable[[Sequence[Task]], list[Outcome]]


class Taker(Protocol):
    """Whatever takes finished runs."""

    def add(self, outcome: Outcome) -> None:
        """Take one."""


def heading(task: Task) -> dict[str, Any]:
    """The columns that name a run, and those every run has."""
    return {
        "run": task.run,
        "scenario": task.scenario.name,
        "arm": task.arm,
        "digest": task.scenario.digest,
        "replicate": task.replicate,
        "root": task.root,
        "draw": task.draw,
        "seed": task.seed,
        "villages": 0,
        "viable_villages": 0,
        "cpu_seconds": 0.0,
        "content": "",
        "error": "",
        "origin": "",
    }


def simulate(task: Task) -> Outcome:
    """Run one model to its horizon; an exception becomes the row's `error` and `origin`."""
    began = time.process_time()
    try:
        return outcome(task, play(task), began)
    except Exception as e:  # any fault of one run is data; the others go on
        return failure(task, e, time.process_time() - began)


def play(task: Task) -> sim.Result:
    """The run itself, with all its records."""
    p, fork, modifiers = task.parameters, task.scenario.fork, task.scenario.modifiers
    if fork is None:
        return sim.MutualAidModel(p, seed=task.seed, modifiers=modifiers).run()
    return sim.MutualAidModel.restore(
        _trunk(p, modifiers, task.seed, fork.month), p.replace(dict(fork.changes)), modifiers
    ).run()


def simulate_many(tasks: Sequence[Task]) -> list[Outcome]:
    """Outcomes in the order of the tasks. Those that share a seed and what `must_share` asks for run
    side by side in one model, to the same bytes; where that fails, each runs alone, so that a fault stays
    with its own run.
    """
    groups: dict[Any, list[int]] = {}
    for at, task in enumerate(tasks):
        alone = at if task.scenario.fork else None
        groups.setdefault((task.seed, alone, _shared(task)), []).append(at)
    found: dict[int, Outcome] = {}
    for places in groups.values():
        mine = [tasks[at] for at in places]
        try:
            found |= zip(places, _side_by_side(mine), strict=True)
        except Exception:  # told apart below
            found |= {at: simulate(tasks[at]) for at in places}
    return [found[at] for at in range(len(tasks))]


def _shared(task: Task) -> Any:
    try:
        return must_share(task.parameters)
    except ParameterError:  # its draw does not fit, `simulate` makes a row of it
        return task


def _side_by_side(tasks: list[Task]) -> list[Outcome]:
    if len(tasks) == 1:
        return [simulate(tasks[0])]
    began = time.process_time()
    sets = [t.scenario.modifiers for t in tasks]
    model = sim.MutualAidModel(
        [t.parameters for t in tasks], seed=tasks[0].seed, modifiers=sets if len(sets) > 1 else sets[0]
    )
    model.run()
    share = (time.process_time() - began) / len(tasks)
    return [outcome(t, r, time.process_time() - share) for t, r in zip(tasks, model.results, strict=True)]


def outcome(task: Task, result: sim.Result, began: float) -> Outcome:
    """The rows of a finished run; `began` is the processor time at which it began."""
    villages, series = village_rows(result, task), monthly(result, task) if task.keep_series else None
    row = heading(task) | {"viable_villages": int((result.verdict.classes == CLASSES.index("viable")).sum())}
    row |= {"villages": villages.num_rows, "content": content(villages, series)}
    return Outcome(row | {"cpu_seconds": time.process_time() - began}, villages, series)


def failure(task: Task, error: BaseException, seconds: float = 0.0) -> Outcome:
    """The row of a run that failed: what was said, and in which line of which file."""
    frames = traceback.extract_tb(error.__traceback__)
    origin = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "worker"
    return Outcome(
        {
            **heading(task),
            "error": f"{type(error).__name__}: {error}",
            "origin": origin,
            "cpu_seconds": seconds,
        }
    )


@lru_cache(maxsize=1)
def _trunk(p: Parameters, modifiers: tuple[Modifier, ...], seed: int, month: int) -> dict[str, Any]:
    """Snapshot before `month`; the forks of one seed come one after the other."""
    model = sim.MutualAidModel(p, seed=seed, modifiers=modifiers)
    model.run(month)
    return model.snapshot()


def village_rows(result: sim.Result, task: Task) -> pa.Table:
    """One row a village: class each year, causes, conditions, money by payer (fen), elder-years, minutes
    of need by stage.
    """
    s, v, p = result.series, result.verdict, result.parameters
    states = result.states
    table = {
        "village": np.array(states.number),
        "kind": np.array(VILLAGE_KINDS)[states.kind],
        "strength": np.array(STRENGTHS)[states.strength],
        "verdict": np.array(CLASSES)[v.classes],
        "east_km": np.array(states.east),
        "north_km": np.array(states.north),
        "first_closed": first_closed(s.state["level"], v.opened),
        "opened": v.opened,
        "closed": v.closed,
        "cause": v.cause,
        "closures": np.array(s.state["closures"][-1]),
        "solvent": v.solvency,
        "hours_met": v.service,
        "visits_met": v.visits,
        "hours_share": v.hours_share,
        "visits_share": v.visits_share,
        "plus": np.array(s.state["plus"][-1]),
    }
    first = int(p.horizon.start[:4])
    for end in range(YEARS - 1, len(s.flow), YEARS):
        table[f"class_{first + end // YEARS}"] = judge(s, p, end, result.evidence).classes.astype(np.int8)
    posted, minutes = (
        s.posted.sum(axis=0),
        s.hours.sum(axis=0),
    )  # (villages, kinds of posting), (villages, stages, kinds of need)

    def total(name):
        return posted[:, s.names.index(name)]

    for payer in PAYERS:
        table[f"paid_{payer}_fen"] = total(f"paid_{payer}")
    table["business_income_fen"] = total("care_share") + total("interest")
    table["cost_fen"] = s.flow["cost"].sum(axis=0)
    table["public_fen"] = sum(total(name) for name in PUBLIC)
    table["visits_due"], table["visits_made"] = (
        s.flow[n].sum(axis=(0, 2)) for n in ("visits_due", "visits_made")
    )
    table["elder_months"], table["loneliness_sum"] = (
        s.state["elders"].sum(axis=0),
        s.flow["loneliness_sum"].sum(axis=0),
    )
    table["elder_years_helped"] = np.maximum(s.flow["enrolled"], s.flow["diners"]).sum(axis=0) / YEARS
    for name, stage in (
        ("need", NEED),
        ("family", FAMILY),
        ("eligible", ELIGIBLE),
        ("mutual", MUTUAL),
        ("professional", PROFESSIONAL),
        ("unmet", UNMET),
    ):
        table[f"{name}_minutes"] = minutes[:, stage].sum(axis=1)
    for name, stage in MET.items():
        for k, kind in enumerate(KINDS):
            table[f"{name}_{kind}_minutes"] = minutes[:, stage, k]
    return labelled(task, table | more_columns(s, first) | held_by_age(result))


def more_columns(s: Series, first: int) -> dict[str, np.ndarray]:
    """What contrasts and sensitivity read beside the answer's columns; sums from start to end, minutes,
    persons x months.

    Paid care goes to what is eligible last, so that `eligible_unmet_minutes` is eligible less mutual aid,
    kind by kind, at most what stays unmet.
    """
    eligible, mutual, unmet = (s.hours[:, :, k] for k in (ELIGIBLE, MUTUAL, UNMET))
    year, two = slice(-YEARS, None), 2 * YEARS
    levels, facilities = s.state["level"], s.state["facility"]
    target = min((TARGET - first + 1) * YEARS, len(levels)) - 1
    found = {
        "eligible_unmet_minutes": np.minimum(np.maximum(eligible - mutual, 0), unmet).sum(axis=(0, 2)),
        "last_year_minutes": mutual[year].sum(axis=(0, 2)),
        "credits_minutes": -np.array(s.balance["credits_held"][-1]),
        "level_end": np.array(levels[-1]),
        "facility_end": np.array(facilities[-1]),
        f"level_{TARGET}": np.array(levels[target]),
        f"facility_{TARGET}": np.array(facilities[target]),
        "volunteer_months": s.flow["volunteers"].sum(axis=0),
        "enrolled_months": s.flow["enrolled"].sum(axis=0),
        "elder_months": s.state["elders"].sum(axis=0),
        "redeem_asked_minutes": s.flow["redeem_asked"].sum(axis=0),
        "redeem_got_minutes": s.flow["redeem_got"].sum(axis=0),
        "offered_first": s.flow["offered"][:two].sum(axis=0),
        "offered_last": s.flow["offered"][-two:].sum(axis=0),
        "eligible_first": eligible[:two].sum(axis=(0, 2)),
        "eligible_last": eligible[-two:].sum(axis=(0, 2)),
    }
    return found


def first_closed(level: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Month in which each village first closed after it had opened, NEVER where it did not.

    `level` is (months, villages).
    """
    shut = (level == 0) & (np.arange(len(level))[:, None] > opened) & (opened != NEVER)
    return np.where(shut.any(axis=0), shut.argmax(axis=0), NEVER)


def held_by_age(result: sim.Result) -> dict[str, np.ndarray]:
    """Minutes of credit above zero at the end, by age of the holder, and what is overdrawn.

    One number a village each.
    """
    people: Any = result.model.people
    world = result.model.world
    first, last = result.places[0], result.places[-1] + 1  # a county's villages lie side by side
    home = np.repeat(np.arange(last - first), np.diff(world.start[first : last + 1]))
    own = slice(world.start[first], world.start[last])
    credit, age, there = people.credit[own], people.age[own], people.kind[own] != 0

    def count(rows):
        return np.bincount(home[rows], credit[rows], last - first).astype(np.int64)

    held = {"overdrawn_minutes": count(there & (credit < 0))}
    for low, high in pairwise(AGES):
        of_age = there & (credit > 0) & (age >= 12 * low) & (age < 12 * high)
        held[f"held_{low}_minutes"] = count(of_age)
    return held


def monthly(result: sim.Result, task: Task) -> pa.Table:
    """month x village, about 30 columns: int32 persons, visits, minutes and fen."""
    s = result.series
    months, villages = s.flow.shape

    def moved(wanted):
        return sum(
            (s.amount(n) for n in s.names if wanted(POSTINGS[n].debit, POSTINGS[n].credit)),
            np.zeros((months, villages), np.int64),
        )

    stages = {
        f"{n}_minutes": s.hours[:, :, k].sum(axis=2)
        for n, k in (
            ("need", NEED),
            ("family", FAMILY),
            ("eligible", ELIGIBLE),
            ("mutual", MUTUAL),
            ("professional", PROFESSIONAL),
            ("unmet", UNMET),
        )
    }
    columns = {
        "level": s.state["level"],
        "facility": s.state["facility"],
        "elders": s.state["elders"],
        **stages,
        **{name: s.flow[name] for name in ("enrolled", "diners", "volunteers", "meals")},
        "visits_due": s.flow["visits_due"].sum(axis=2),
        "visits_made": s.flow["visits_made"].sum(axis=2),
        "cost_fen": s.flow["cost"],
        "cash_fen": s.balance["cash"],
        "payables_fen": -s.balance["payables"],
        "pledged_fen": s.flow["pledged"].sum(axis=2),
        **{f"paid_{x}_fen": s.amount(f"paid_{x}") for x in PAYERS},
        "business_income_fen": s.amount("care_share") + s.amount("interest"),
        "public_capital_fen": s.amount("capital_government")
        + s.amount("setup_government")
        + s.amount("aids_government"),
        "public_care_fen": s.amount("referral_government") + s.amount("guarantee_called"),
        "credits_minutes": -s.balance["credits_held"],
        "credits_issued_minutes": moved(lambda debit, credit: credit == "credits_held"),
        "credits_spent_minutes": moved(
            lambda debit, credit: debit == "credits_held" and credit != "credit_lapse"
        ),
        "credits_lapsed_minutes": moved(
            lambda debit, credit: (debit, credit) == ("credits_held", "credit_lapse")
        ),
        "redeem_asked_minutes": s.flow["redeem_asked"],
        "redeem_got_minutes": s.flow["redeem_got"],
    }
    table = {"month": np.repeat(np.arange(months, dtype=np.int32), villages)}
    table["village"] = np.tile(np.asarray(result.states.number, np.int32), months)
    for name, values in columns.items():
        flat = np.asarray(values).reshape(-1)
        if flat.min() < -(2**31) or flat.max() >= 2**31:
            raise OverflowError(f"{name} does not fit into 32 bits")
        table[name] = flat.astype(np.int32)
    return labelled(task, table)


def labelled(task: Task, columns: dict[str, np.ndarray]) -> pa.Table:
    """Columns of one run as a table, its names before them."""
    count = len(next(iter(columns.values())))
    zero = pa.array(np.zeros(count, np.int32))  # a study may have more than 127 scenarios
    words = {"scenario": task.scenario.name, "arm": task.arm}
    table: dict[str, Any] = {"run": pa.array(np.full(count, task.run))}
    table |= {name: pa.DictionaryArray.from_arrays(zero, pa.array([word])) for name, word in words.items()}
    table["replicate"] = pa.array(np.full(count, task.replicate, np.int32))
    return pa.table(table | {name: pa.array(x) for name, x in columns.items()})


def content(*tables: pa.Table | None) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of what a run found, column by column."""
    total = hashlib.sha256()
    for table in filter(None, tables):
        for name in table.column_names:
            column = table[name]
            if not pa.types.is_dictionary(column.type):
                text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
                total.update(
                    name.encode()
                    + ("\0".join(column.to_pylist()).encode() if text else column.to_numpy().tobytes())
                )
    return total.hexdigest()[:16]


# -- many runs
# ---------------------------------------------------------------------------------------------------------
def warm(parameters: Parameters) -> None:
    """Compile every kernel once, on one small village, before workers start.

    Reads the tables, so a bad one shows here.
    """
    small = {
        "given.villages": "",
        "county.villages": 1,
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
    """What is left, in bundles of one seed.

    Runs that were under way when a worker died come again one by one.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        def one_seed(task):
            return (task.root, task.replicate, task.draw)

        self.groups = deque(list(group) for _, group in groupby(sorted(tasks, key=one_seed), one_seed))
        self.left, self.suspects, self.deaths = len(tasks), deque[Task](), Counter[int]()

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
        size = min(BUNDLE, max(1, math.ceil(self.left / (2 * window))))
        if self.groups[0][0].scenario.fork:
            size = BUNDLE  # they share what went before
        bundle, self.groups[0] = self.groups[0][:size], self.groups[0][size:]
        if not self.groups[0]:
            self.groups.popleft()
        self.left -= len(bundle)
        return bundle

    def died(self, bundle: list[Task]) -> Iterator[tuple[Task, Outcome]]:
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
                    Outcome({**heading(task), "error": f"worker died {DEATHS} times", "origin": "process"}),
                )


def outcomes(
    tasks: Sequence[Task], engine: Engine | Standing, work: Work = simulate_many
) -> Generator[tuple[Task, Outcome], None, None]:
    """Every task with what became of it, as they finish; at most two bundles a worker are under way."""
    queue = Queue(tasks)
    while queue:
        active: dict[Future[list[Outcome]], list[Task]] = {}
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


def _submit(pool: Executor, work: Work, bundle: list[Task], queue: Queue) -> Future[list[Outcome]]:
    try:
        return pool.submit(work, bundle)
    except BrokenExecutor:
        queue.suspects.extend(bundle)
        raise


def _collect(
    future: Future[list[Outcome]], bundle: list[Task], queue: Queue
) -> Iterator[tuple[Task, Outcome]]:
    """What a bundle gave; where the bundle as a whole failed, its runs are tried one by one."""
    try:
        found = future.result()
    except BrokenExecutor:
        raise
    except CancelledError as e:
        raise Mistake(
            "the scheduler was lost or gave the runs up; start it again and resume the study"
        ) from e
    except Exception as e:
        if len(bundle) == 1:
            yield bundle[0], failure(bundle[0], e)
        else:
            queue.suspects.extend(bundle)
    else:
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
    with one_thread(), bar, contextlib.closing(outcomes(tasks, engine, work)) as source:
        for _, outcome in source:
            taker.add(outcome)
            bar.update()
