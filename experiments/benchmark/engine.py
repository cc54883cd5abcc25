"""`python run.py experiment=benchmark`: how fast the engine is, in one interleaved run, in CPU time.

What is compared takes turns (A B A B ...), so that a busy machine slows both; a ratio is taken within each
turn and shown as min, median, max. `quick` is for a look, `full` takes more turns and seeds.
"""

from __future__ import annotations

import hashlib
import json
import math
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import mesa
import numpy as np
from tqdm import tqdm

import sim
from experiments.benchmark.mesa_reference import SIMPLIFIED, TOTALS, MesaReference, engine_totals
from experiments.benchmark.studies import calls, draws, overhead, peak
from experiments.command.scenario import Composed
from experiments.study import study
from experiments.study.findings import Findings, Table
from sim.state.codes import MUTUAL
from sim.state.fields import COLUMNS
from sim.state.parameters import nearest

ROOT = Path(__file__).resolve().parents[2]
ALL_ON: dict[str, Any] = {
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
    "business.kind": "portfolio",
    "trust.moves": True,
    "trust.rumours": True,
    "trust.run": True,
    "homes.on": True,
    "homes.together": True,
    "quality.on": True,
    "rollout.on": True,
    "facilities.build_new": True,
    "facilities.add_function": True,
    "facilities.ageing": True,
    "government.pilots": 0.1,
    "organisation.leader_person": True,
    "organisation.associations": True,
    "organisation.disputes": True,
    "organisation.agreements": True,
    "organisation.conventions": True,
    "organisation.posts": 1,
    "organisation.drives": 2,
    "organisation.party": True,
    "referral.on": True,
    "clearing.on": True,
    "clearing.settle_price": 8.0,
    "points.on": True,
    "sharing.on": True,
    "operation.way": "professional_team",
    "operation.choosing": True,
    "participation.stipend": 2.0,
    "matching.form": "pairs",
    "visits.rota": 0.8,
    "shocks.pandemic": 0.02,
    "shocks.price_crash": 0.05,
    "shocks.flood": 0.03,
    "shocks.leader_loss": 0.05,
    "shocks.job_loss": 0.05,
}


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    villages: int
    turns: int
    months: int  # of the engine in one turn; plain Mesa runs one
    docked: int  # seeds over which totals are compared
    growth: tuple[int, ...]
    worker_runs: int
    county: int  # villages of the largest county, 0: left out
    cold: bool


# Seconds on the machine for which limits in seconds were set: the upper end of 0.1 to 0.3 ns, a call with
# record arrays, objects of twenty villages.
YARDSTICKS = {"keyed draw": 0.3e-9, "call of a compiled function": 0.2e-6, "plain Mesa": 4.4e-6}
# in one turn: whole years, as money moves by the calendar; a model that has waited begins cold, and a run is
# eleven years long
GROWTH_MONTHS = 24
SIZES = {
    "quick": Size(5, 3, 6, 2, (5, 15, 50), 0, 0, False),
    "default": Size(20, 12, 6, 4, (10, 30, 100, 300, 1000), 8, 10_000, True),
    "full": Size(20, 24, 6, 12, (10, 30, 100, 300, 1000), 12, 10_000, True),
}


@dataclass(frozen=True)
class Figure:
    """One line of the table; `ok` is None where nothing is asked or the machine was too busy to tell."""

    name: str
    low: float
    middle: float
    high: float
    unit: str
    asked: str = ""
    ok: bool | None = None


def figure(
    name: str,
    values: Sequence[float],
    unit: str,
    asked: str = "",
    test: Callable[[float], bool] | None = None,
) -> Figure:
    """Min, median and max of what was measured; the median is judged."""
    middle = median(values)
    return Figure(
        name, min(values), middle, max(values), unit, asked, None if test is None else bool(test(middle))
    )


def in_turns(
    jobs: dict[str, Callable[[], float]], turns: int, *, wall: bool = False
) -> dict[str, list[float]]:
    """Seconds per unit of each job in every turn.

    CPU time (or wall time); a job returns how many units it did.
    """
    clock = time.perf_counter if wall else time.process_time
    seen: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in tqdm(range(turns), desc=", ".join(jobs), leave=False, disable=None):
        for name, job in jobs.items():
            began = clock()
            units = job()
            seen[name].append((clock() - began) / units)
    return seen


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Turn by turn."""
    return [a / b for a, b in zip(above, below, strict=True)]


def persons(model: sim.MutualAidModel) -> int:
    """Living elders and helpers."""
    return int((model.world.villages.elders + model.world.villages.helpers).sum())


def months_of(
    model: sim.MutualAidModel, months: int, collector: mesa.DataCollector | None = None
) -> Callable[[], float]:
    """A job: some months of the engine, in agent-months."""

    def job() -> float:
        units = 0
        for _ in range(months):
            model.step()
            if collector is not None:
                collector.collect(model)
            units += persons(model)
        return float(units)

    return job


def collector() -> mesa.DataCollector:
    """Five model reporters."""
    return mesa.DataCollector(
        model_reporters={
            "enrolled": lambda m: int(m.world.flow.enrolled.sum()),
            "volunteers": lambda m: int(m.world.flow.volunteers.sum()),
            "mutual_minutes": lambda m: int(m.world.hours[:, 4].sum()),
            "cash_fen": lambda m: int(m.world.balance.cash.sum()),
            "in_service": lambda m: int((m.world.villages.level > 0).sum()),
        }
    )


def pace(seen: dict[str, list[float]]) -> float:
    """How many times slower than there this machine is, by the yardstick on which it does best.

    Never below one.
    """
    return max(1.0, min(median(seen[name]) / there for name, there in YARDSTICKS.items() if name in seen))


def within(name: str, values: Sequence[float], unit: str, limit: float, slower: float) -> list[Figure]:
    """A lone figure as measured, and at the pace of the machine for which its limit was set."""
    return [
        figure(name, values, unit),
        figure(
            f"{name}, at that pace", [x / slower for x in values], unit, f"<= {limit:g}", lambda x: x <= limit
        ),
    ]


def against_mesa(size: Size, seed: int = 1) -> list[Figure]:
    """The simplified month here and in plain Mesa.

    All parts on, DataCollector on; wall ns per row of the latter; yardsticks.
    """
    p = sim.Parameters()
    simple = sim.MutualAidModel(p.replace(SIMPLIFIED | {"county.villages": size.villages}), seed=seed)
    whole = sim.MutualAidModel(p.replace(ALL_ON | {"county.villages": size.villages}), seed=seed)
    objects = MesaReference(simple, seed)
    agents = persons(simple)
    for model in (simple, whole):
        model.step()
    for first in (objects.step, draws, calls):
        first()
    whole.row_seconds, before = {}, len(whole.series.state)

    def month() -> float:
        objects.step()
        return float(agents)

    jobs = {
        "plain Mesa": month,
        "simplified month": months_of(simple, size.months),
        "all parts": months_of(whole, size.months, collector()),
    }
    seen = in_turns(jobs | {"keyed draw": draws, "call of a compiled function": calls}, size.turns)
    ns, slower = {name: [1e9 * x for x in values] for name, values in seen.items()}, pace(seen)
    found = [
        figure(f"yardstick: {name} ({1e9 * there:g} there)", ns[name], "ns")
        for name, there in YARDSTICKS.items()
    ]
    found.append(figure("pace: slower than there at least", [slower], "times"))
    found.append(figure("simplified month", ns["simplified month"], "ns/agent-month"))
    found += within("all parts, Mesa layer on", ns["all parts"], "ns/agent-month", 250, slower)
    found.append(
        figure(
            "like for like: plain Mesa / engine",
            ratios(ns["plain Mesa"], ns["simplified month"]),
            "times",
            ">= 40",
            lambda x: x >= 40,
        )
    )
    found.append(
        figure(
            "all parts: plain Mesa / engine",
            ratios(ns["plain Mesa"], ns["all parts"]),
            "times",
            ">= 20, aim 25",
            lambda x: x >= 20,
        )
    )
    states = whole.series.state[before:]
    units = int(states["elders"].sum() + states["helpers"].sum())
    rows = sorted(whole.row_seconds.items(), key=lambda r: -r[1])
    return found + [figure(f"row: {name}", [1e9 * s / units], "ns/agent-month") for name, s in rows]


def dock(
    villages: int, seeds: Sequence[int], months: int, changes: dict[str, Any] | None = None
) -> dict[str, np.ndarray]:
    """Totals by name, (engine, plain Mesa) by seed, after the same months from the same start."""
    p = sim.Parameters().replace(SIMPLIFIED | {"county.villages": villages} | (changes or {}))
    pairs = []
    for seed in seeds:
        model = sim.MutualAidModel(p, seed=seed)
        objects = MesaReference(model, seed)
        for _ in range(months):
            model.step()
            objects.step()
        pairs.append((engine_totals(model), objects.totals()))
    return {name: np.array([[side[name] for side in pair] for pair in pairs]).T for name in TOTALS}


def docking(size: Size) -> list[Figure]:
    """Totals of plain Mesa over those of the engine, with the month as it is timed and with health held; by
    seed.

    With health free a handful of severe cases carries the hours, and few accounts pay much: where the mean
    over seeds is not known to 2.5 % (one standard error), 5 % cannot be told and is not judged.
    """
    found = []
    for label, on in (("docking", True), ("docking, health held", False)):
        for name, (engine, objects) in dock(size.villages, range(size.docked), 24, {"health.on": on}).items():
            each = objects / max(engine.mean(), 1)
            known = len(each) > 1 and each.std(ddof=1) / math.sqrt(len(each)) <= 0.025
            ratio = float(objects.sum() / max(engine.sum(), 1))
            ok = bool(abs(ratio - 1) <= 0.05) if known else None
            found.append(
                Figure(
                    f"{label}: {name}",
                    float(each.min()),
                    ratio,
                    float(each.max()),
                    "ratio",
                    "0.95 .. 1.05",
                    ok,
                )
            )
    return found


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent of growth: least squares of log seconds on log size."""
    return float(np.polyfit([math.log(n) for n in sizes], [math.log(x) for x in seconds], 1)[0])


def growth(size: Size) -> list[Figure]:
    """CPU time of a month by number of villages, and its exponent in each turn.

    Every size works on the same villages under the same seed: the largest county as one, the others as
    several counties one after the other. Without couplings a village lives the same life in a county of any
    size, so that the exponent is that of cost. Where villages meet, those of small counties help more; that
    exponent is shown and not judged.
    """
    found = []
    for coupled, where in ((False, ""), (True, ", villages meet")):
        seen, work = grown(size, coupled)
        slopes = [slope(size.growth, turn) for turn in zip(*seen.values(), strict=True)]
        found += [
            figure(f"month of {n} villages{where}", [1e3 * x for x in values], "ms")
            for n, values in seen.items()
        ]
        found.append(
            figure(
                f"help a village, {size.growth[0]} over {size.growth[-1]} villages{where}", [work], "ratio"
            )
        )
        found.append(
            figure(f"growth over {size.growth[0]} .. {size.growth[-1]} villages{where}", slopes, "exponent")
        )
    at = next(k for k, f in enumerate(found) if f.unit == "exponent")
    found[at] = replace(found[at], asked="0.97 .. 1.05", ok=0.97 <= found[at].middle <= 1.05)
    return found


def grown(size: Size, coupled: bool) -> tuple[dict[int, list[float]], float]:
    """Seconds of a month by number of villages and turn; minutes of mutual help in the smallest counties over
    the largest.

    The sizes take turns after each small part of the work, as the machine's speed moves within seconds.
    """
    p, whole = (
        sim.Parameters().replace(ALL_ON | {"county.couplings": coupled, "county.villages": size.growth[-1]}),
        size.growth[-1],
    )
    models = {
        n: [
            sim.MutualAidModel(p, seed=1, villages=range(k + 1, k + n + 1))
            for k in range(0, whole - n + 1, n)
        ]
        for n in size.growth
    }

    def piece(mine: list[sim.MutualAidModel]) -> Callable[[], float]:
        for model in mine:
            model.step()  # rows that rest during spin-up come from disk
        months = cycle(model for model in mine for _ in range(GROWTH_MONTHS))

        def job() -> float:
            for model in islice(months, len(mine)):
                model.step()
            return float(len(mine))

        return job

    parts = in_turns(
        {str(n): piece(mine) for n, mine in models.items()}, min(max(2, size.turns // 4), 4) * GROWTH_MONTHS
    )
    seen = {int(n): np.reshape(x, (-1, GROWTH_MONTHS)).mean(axis=1).tolist() for n, x in parts.items()}
    helped = [
        sum(int(model.series.hours[:, :, MUTUAL].sum()) for model in models[n])
        for n in (size.growth[0], whole)
    ]
    return seen, helped[0] / max(helped[1], 1)


def child(code: str, **environment: str) -> tuple[str, float, float]:
    """Output, CPU seconds and wall seconds of a Python process of its own."""
    path = os.pathsep.join(x for x in (str(ROOT), os.environ.get("PYTHONPATH", "")) if x)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"a measuring process failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def starts(size: Size) -> list[Figure]:
    """Process start to the first month, with compiled kernels on disk and without any.

    The pace is that of this minute.
    """
    slower = pace(in_turns({"keyed draw": draws, "call of a compiled function": calls}, 5))
    code = (
        "import sim, time; m = sim.MutualAidModel(sim.Parameters(), seed=1); m.step(); "
        "print(time.process_time()); from experiments.benchmark.engine import digest; print(digest(m))"
    )
    warm = [child(code)[0].split() for _ in range(min(size.turns, 3))]
    found = within("process start to first month, warm", [float(t) for t, _ in warm], "s CPU", 2, slower)
    if size.cold:
        with tempfile.TemporaryDirectory() as folder:
            cold, word = child(code, NUMBA_CACHE_DIR=folder, NUMBA_CPU_NAME="generic")[0].split()
        found += within("process start to first month, cold compile", [float(cold)], "s CPU", 30, slower)
        found.append(
            figure(
                "same bytes: generic processor", [float(word == warm[0][1])], "yes = 1", "1", lambda x: x == 1
            )
        )
    return found


def fill_county(villages: int, months: int) -> str:
    """What a large county takes, as JSON.

    Bytes of the person table a person, and peak memory of this process in GiB.
    """
    p = sim.Parameters().replace(ALL_ON | {"county.villages": villages})
    model = sim.MutualAidModel(p, seed=1, spin_up=False, keep="county")
    for _ in range(months):
        model.step()
    table = sum(getattr(model.people, name).nbytes for name in COLUMNS)
    return json.dumps({"persons": persons(model), "bytes": table / persons(model), "gib": peak()})


def large_county(size: Size) -> list[Figure]:
    """10,000 villages, 12 months, series kept as county sums, in a process of its own."""
    if not size.county:
        return []
    got = json.loads(
        child(f"from experiments.benchmark import engine as b; print(b.fill_county({size.county}, 12))")[0]
    )
    return [
        figure(f"{size.county:,} villages: persons", [got["persons"]], "persons"),
        figure(f"{size.county:,} villages: peak memory", [got["gib"]], "GiB", "<= 1", lambda x: x <= 1),
        figure(
            f"{size.county:,} villages: person table",
            [got["bytes"]],
            "bytes/person",
            "<= 128",
            lambda x: x <= 128,
        ),
    ]


def digest(*models: sim.MutualAidModel) -> str:
    """A hash of the series of all villages, in order of their numbers."""
    series = [m.series for m in models]
    whole = [
        np.concatenate(x, axis=1)
        for x in zip(*((s.flow, s.state, s.hours, s.posted, s.balance) for s in series), strict=True)
    ]
    order = np.argsort(whole[1]["number"][0])
    return hashlib.sha256(b"".join(np.ascontiguousarray(x[:, order]).tobytes() for x in whole)).hexdigest()


def short_run(
    seed: int,
    months: int = 36,
    elders: int = 300,
    villages: Sequence[Sequence[int]] = ((1, 2, 3, 4),),
    **how: Any,
) -> str:
    """The digest of a small county, in one piece or in several."""
    p = sim.Parameters().replace({"county.villages": 4, "county.elders": elders, "county.couplings": False})
    models = [sim.MutualAidModel(p, seed=seed, villages=mine, **how) for mine in villages]
    for model in models:
        model.run(months)
    return digest(*models)


def bare() -> str:
    """The digest of two small villages over three months."""
    return short_run(3, 3, 20, ((1, 2),), spin_up=False)


def spin(rounds: int) -> int:
    """A loop that needs a core and nothing else."""
    x: int = 0
    for i in range(rounds):
        x ^= i
    return x


def workers(size: Size) -> list[Figure]:
    """Many runs on two processes against one, judged only where two bare loops show that two cores are
    free.
    """
    if not size.worker_runs:
        return []
    context = multiprocessing.get_context("spawn")  # a fork after Mesa or Numba threads may hang
    with context.Pool(1) as one, context.Pool(2) as two:
        tasks = range(size.worker_runs)
        for pool in (one, two):
            pool.map(short_run, tasks, chunksize=1)  # warm
        rounds = [3_000_000] * size.worker_runs
        same: list[bool] = []

        def runs(pool: Any) -> Callable[[], float]:
            def job() -> float:
                same.append(pool.map(short_run, tasks, chunksize=1) == expected)
                return 1.0

            return job

        expected = [short_run(s) for s in tasks]
        jobs = {
            "loop, one worker": lambda: len(one.map(spin, rounds, chunksize=1)),
            "loop, two": lambda: len(two.map(spin, rounds, chunksize=1)),
            "runs, one worker": runs(one),
            "runs, two": runs(two),
        }
        seen = in_turns(jobs, 5, wall=True)
    free = median(ratios(seen["loop, one worker"], seen["loop, two"])) >= 1.95
    gain = figure(
        "two workers against one, many runs",
        ratios(seen["runs, one worker"], seen["runs, two"]),
        "times",
        ">= 1.8",
        lambda x: x >= 1.8,
    )
    if not free:
        gain = Figure(**asdict(gain) | {"ok": None})
    loops = figure(
        "two bare loops against one (1.95: cores are free)",
        ratios(seen["loop, one worker"], seen["loop, two"]),
        "times",
    )
    return [
        loops,
        gain,
        figure("same bytes: one and two workers", [float(all(same))], "yes = 1", "1", lambda x: x == 1),
    ]


def study_costs(size: Size) -> list[Figure]:
    """Processor time and memory of a study beside its runs."""
    if not size.worker_runs:
        return []
    seen = [overhead(4 * size.worker_runs) for _ in range(3)]
    first, last = json.loads(child("from experiments.benchmark import studies as b; print(b.memory())")[0])
    return [
        figure("a run of the study that is timed", [seconds for _, seconds in seen], "s"),
        figure("study beside its runs", [100 * share for share, _ in seen], "%", "<= 5", lambda x: x <= 5),
        figure(
            "memory of the parent, 20,000 runs / 1,000", [last / first], "times", "<= 1.1", lambda x: x <= 1.1
        ),
    ]


def same_bytes(seed: int = 5) -> list[Figure]:
    """A short list; the tests hold the long one."""
    first = short_run(seed)
    tries = {
        "rerun": short_run(seed),
        "capacity 1.0": short_run(seed, capacity=1.0),
        "capacity 3.0": short_run(seed, capacity=3.0),
        "permuted villages": short_run(seed, villages=((3, 1, 4, 2),)),
        "split county": short_run(seed, villages=((1, 3), (2, 4))),
    }
    found = {name: d == first for name, d in tries.items()}
    code = "from experiments.benchmark.engine import bare; print(bare())"
    found["without the compiler"] = child(code, NUMBA_DISABLE_JIT="1")[0].strip() == bare()
    return [
        figure(f"same bytes: {name}", [float(same)], "yes = 1", "1", lambda x: x == 1)
        for name, same in found.items()
    ]


def table(figures: Sequence[Figure]) -> str:
    """Text, one line a figure."""
    words = {True: "ok", False: "NOT", None: "-"}
    lines = [f"{'figure':<56}{'min':>11}{'median':>11}{'max':>11}  {'unit':<16}{'asked':<14}"]
    for f in figures:
        numbers = "".join(
            f"{x:>11,.4g}" if abs(x) < 1e4 else f"{x:>11,.0f}" for x in (f.low, f.middle, f.high)
        )
        lines.append(f"{f.name:<56}{numbers}  {f.unit:<16}{f.asked:<14}{words[f.ok] if f.asked else ''}")
    return "\n".join(lines)


def measure(size: Size) -> list[Figure]:
    """Everything, the parts one after the other."""
    parts: tuple[Callable[[Size], list[Figure]], ...] = (
        against_mesa,
        docking,
        growth,
        large_county,
        workers,
        study_costs,
        starts,
    )
    return [*(f for part in parts for f in part(size)), *same_bytes()]


def kept(figures: Sequence[Figure]) -> Findings:
    """The same as findings.json."""
    words = {True: "ok", False: "missed", None: "not judged"}
    lines = [
        [
            f.name,
            *(float(f"{x:.4g}") for x in (f.low, f.middle, f.high)),
            f.unit,
            f.asked,
            words[f.ok] if f.asked else "",
        ]
        for f in figures
    ]
    asked = [f for f in figures if f.asked]
    met, against = (
        sum(f.ok is True for f in asked),
        next((f for f in figures if f.unit == "times" and f.asked), figures[0]),
    )
    said = [
        (
            f"{met} of {len(asked)} figures that are asked for were met, "
            f"{sum(f.ok is None for f in asked)} could not be judged."
        ),
        (
            f"First among the ratios, {against.name}: {against.middle:.3g} {against.unit} (lowest "
            f"{against.low:.3g}, highest {against.high:.3g} of the interleaved turns)."
        ),
        "Ratios of turns that were run alternately hold on a busy machine; lone times do not.",
    ]
    table = Table("Figures", ["figure", "min", "median", "max", "unit", "asked", "verdict"], lines)
    return Findings(
        "How fast is the model, and how much memory does it take?",
        said,
        [table],
        limits=["Measured on the machine and at the time of the manifest."],
    )


def run(line: Composed, words: list[str]) -> int:
    """Measure, always anew."""
    with study.begin(line, words, fresh=True) as work:
        return main(line.settings.size, work.folder)


def main(size: str = "default", folder: Path | str | None = None) -> int:
    """Measure and print; with a folder, write benchmark.json there too. ParameterError on an unknown size."""
    if size not in SIZES:
        raise sim.ParameterError(f"size = {size!r}: allowed are {', '.join(SIZES)}{nearest(size, SIZES)}")
    figures = measure(SIZES[size])
    print(table(figures))
    print(
        "CPU time but for two workers (wall time). '-': two bare loops did not reach 1.95, the "
        "machine was busy, or the sample was too small."
    )
    print(
        "At that pace: divided by how many times slower this machine is than the one for which limits "
        "in seconds were set, as lone times tell of the machine."
    )
    if folder is not None:
        text = json.dumps([asdict(f) for f in figures], indent=1)
        Path(folder, "benchmark.json").write_text(text + "\n", encoding="utf-8")
        kept(figures).save(Path(folder))
    return 0
