"""`python run.py experiment=benchmark`: how fast the engine is, in one interleaved run, in CPU time.

What is compared takes turns (A B A B ...), so that a busy machine slows both; a ratio is taken within each
turn and shown as min, median, max. `quick` is for a look, `full` takes more turns and seeds.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import sim
from sim.state.codes import MUTUAL
from sim.state.fields import COLUMNS
from sim.state.parameters import nearest

from ..command.scenario import Composed
from ..study import study
from ..study.engines import end_with_parent
from . import side_by_side
from .against_mesa import against_mesa, docking, persons
from .all_on import ALL_ON
from .installing import installs
from .overhead import overheads
from .readings import (
    GROWTH_MONTHS,
    SIZES,
    Reading,
    Scale,
    figure,
    in_turns,
    kept,
    pace,
    ratios,
    slope,
    table,
    timed,
    within,
)
from .studies import MANY, RUNS, calls, draws, peak
from .waiting import waits

ROOT = Path(__file__).resolve().parents[2]


def growth(size: Scale) -> list[Reading]:
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
            figure(f"month of {villages} villages{where}", [1e3 * value for value in values], "ms")
            for villages, values in seen.items()
        ]
        found.append(
            figure(
                f"help a village, {size.growth[0]} over {size.growth[-1]} villages{where}", [work], "ratio"
            )
        )
        found.append(
            figure(f"growth over {size.growth[0]} .. {size.growth[-1]} villages{where}", slopes, "exponent")
        )
    at = next(number for number, figure in enumerate(found) if figure.unit == "exponent")
    found[at] = replace(found[at], asked="0.97 .. 1.05", ok=0.97 <= found[at].middle <= 1.05)
    return found


def grown(size: Scale, coupled: bool) -> tuple[dict[int, list[float]], float]:
    """Seconds of a month by number of villages and turn; minutes of mutual help in the smallest counties over
    the largest.

    The sizes take turns after each small part of the work, as the machine's speed moves within seconds.
    """
    parameters, whole = (
        sim.Parameters().replace(ALL_ON | {"county.couplings": coupled, "county.villages": size.growth[-1]}),
        size.growth[-1],
    )
    models = {
        villages: [
            sim.MutualAidModel(parameters, seed=1, villages=range(start + 1, start + villages + 1))
            for start in range(0, whole - villages + 1, villages)
        ]
        for villages in size.growth
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
        {str(villages): piece(mine) for villages, mine in models.items()},
        min(max(2, size.turns // 4), 4) * GROWTH_MONTHS,
    )
    seen = {
        int(villages): np.reshape(seconds, (-1, GROWTH_MONTHS)).mean(axis=1).tolist()
        for villages, seconds in parts.items()
    }
    helped = [
        sum(int(model.series.hours[:, :, MUTUAL].sum()) for model in models[villages])
        for villages in (size.growth[0], whole)
    ]
    return seen, helped[0] / max(helped[1], 1)


def child(code: str, **environment: str) -> tuple[str, float, float]:
    """Output, CPU seconds and wall seconds of a Python process of its own."""
    path = os.pathsep.join(path for path in (str(ROOT), os.environ.get("PYTHONPATH", "")) if path)
    return timed([sys.executable, "-c", code], **{"PYTHONPATH": path, **environment})


def starts(size: Scale) -> list[Reading]:
    """Process start to the first month, with compiled kernels on disk and without any (compiled first, on
    all processors).

    The pace is that of this minute.
    """
    slower = pace(in_turns({"keyed draw": draws, "call of a compiled function": calls}, 5))
    code = (
        "import sim, time; m = sim.MutualAidModel(sim.Parameters(), seed=1); m.step(); "
        "print(time.process_time()); from experiments.benchmark.engine import digest; print(digest(m))"
    )
    warm = [child(code)[0].split() for _ in range(min(size.turns, 3))]
    found = within(
        "process start to first month, warm", [float(seconds) for seconds, _ in warm], "s CPU", 2, slower
    )
    if size.cold:
        with tempfile.TemporaryDirectory() as folder:
            nowhere = {"NUMBA_CACHE_DIR": folder, "NUMBA_CPU_NAME": "generic"}
            compiled = (
                "from sim.compile_ahead import ALWAYS, compile_missing; compile_missing(0, (ALWAYS,)); "
            )
            said, processors, wall = child(compiled + code, **nowhere)
            word = said.split()[1]
        quiet = processors > 1.5 * wall  # two processors had nothing else to do
        judged = within("process start to first month, nothing compiled", [wall], "s wall", 30, slower)
        found += judged if quiet else [replace(reading, ok=None) for reading in judged]
        found.append(figure("the same, all processes", [processors], "s CPU"))
        found.append(
            figure(
                "same bytes: generic processor",
                [float(word == warm[0][1])],
                "yes = 1",
                "1",
                lambda value: value == 1,
            )
        )
    return found


def fill_county(villages: int, months: int) -> str:
    """What a large county takes, as JSON.

    Bytes of the person table a person, and peak memory of this process in GiB.
    """
    parameters = sim.Parameters().replace(ALL_ON | {"county.villages": villages})
    model = sim.MutualAidModel(parameters, seed=1, spin_up=False, keep="county")
    for _ in range(months):
        model.step()
    table = sum(getattr(model.people, name).nbytes for name in COLUMNS)
    return json.dumps({"persons": persons(model), "bytes": table / persons(model), "gib": peak()})


def large_county(size: Scale) -> list[Reading]:
    """10,000 villages, 12 months, series kept as county sums, in a process of its own."""
    if not size.county:
        return []
    got = json.loads(
        child(f"from experiments.benchmark import engine as b; print(b.fill_county({size.county}, 12))")[0]
    )
    return [
        figure(f"{size.county:,} villages: persons", [got["persons"]], "persons"),
        figure(
            f"{size.county:,} villages: peak memory", [got["gib"]], "GiB", "<= 1", lambda value: value <= 1
        ),
        figure(
            f"{size.county:,} villages: person table",
            [got["bytes"]],
            "bytes/person",
            "<= 128",
            lambda value: value <= 128,
        ),
    ]


def digest(*models: sim.MutualAidModel) -> str:
    """A hash of the series of all villages, in order of their numbers."""
    series = [model.series for model in models]
    whole = [
        np.concatenate(value, axis=1)
        for value in zip(
            *((series.flow, series.state, series.hours, series.posted, series.balance) for series in series),
            strict=True,
        )
    ]
    order = np.argsort(whole[1]["number"][0])
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(value[:, order]).tobytes() for value in whole)
    ).hexdigest()


def short_run(
    seed: int,
    months: int = 36,
    elders: int = 300,
    villages: Sequence[Sequence[int]] = ((1, 2, 3, 4),),
    **how: Any,
) -> str:
    """The digest of a small county, in one piece or in several."""
    parameters = sim.Parameters().replace(
        {"county.villages": 4, "county.elders": elders, "county.couplings": False}
    )
    models = [sim.MutualAidModel(parameters, seed=seed, villages=mine, **how) for mine in villages]
    for model in models:
        model.run(months)
    return digest(*models)


def bare() -> str:
    """The digest of two small villages over three months."""
    return short_run(3, 3, 20, ((1, 2),), spin_up=False)


def spin(rounds: int) -> int:
    """A loop that needs a core and nothing else."""
    total: int = 0
    for i in range(rounds):
        total ^= i
    return total


def workers(size: Scale) -> list[Reading]:
    """Many runs on two processes against one, judged only where two bare loops show that two cores are
    free.
    """
    if not size.worker_runs:
        return []
    context = multiprocessing.get_context("spawn")  # a fork after Mesa or Numba threads may hang
    with context.Pool(1, end_with_parent) as one, context.Pool(2, end_with_parent) as two:
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

        expected = [short_run(seed) for seed in tasks]
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
        lambda value: value >= 1.8,
    )
    if not free:
        gain = Reading(**asdict(gain) | {"ok": None})
    loops = figure(
        "two bare loops against one (1.95: cores are free)",
        ratios(seen["loop, one worker"], seen["loop, two"]),
        "times",
    )
    return [
        loops,
        gain,
        figure(
            "same bytes: one and two workers", [float(all(same))], "yes = 1", "1", lambda value: value == 1
        ),
    ]


def study_costs(size: Scale) -> list[Reading]:
    """What counties side by side save; processor time and memory of a study beside its runs."""
    if not size.worker_runs:
        return []
    code = "from experiments.benchmark import studies as b; print(b.memory())"
    first, last = json.loads(child(code)[0])
    return [
        *side_by_side.gains(size),
        *side_by_side.memory(child),
        *overheads(size),
        figure(
            f"memory of the parent, {MANY:,} runs over {RUNS:,}",
            [last - first],
            "MiB",
            "<= 50",
            lambda value: value <= 50,
        ),
    ]


def same_bytes(seed: int = 5) -> list[Reading]:
    """A short list; the tests hold the long one."""
    first = short_run(seed)
    tries = {
        "rerun": short_run(seed),
        "capacity 1.0": short_run(seed, capacity=1.0),
        "capacity 3.0": short_run(seed, capacity=3.0),
        "permuted villages": short_run(seed, villages=((3, 1, 4, 2),)),
        "split county": short_run(seed, villages=((1, 3), (2, 4))),
    }
    found = {name: other == first for name, other in tries.items()}
    code = "from experiments.benchmark.engine import bare; print(bare())"
    found["without the compiler"] = child(code, NUMBA_DISABLE_JIT="1")[0].strip() == bare()
    return [
        figure(f"same bytes: {name}", [float(same)], "yes = 1", "1", lambda value: value == 1)
        for name, same in found.items()
    ]


def measure(size: Scale) -> list[Reading]:
    """Everything, the parts one after the other."""
    parts: tuple[Callable[[Scale], list[Reading]], ...] = (
        against_mesa,
        docking,
        growth,
        large_county,
        workers,
        study_costs,
        starts,
        installs,
        waits,
    )
    return [*(figure for part in parts for figure in part(size)), *same_bytes()]


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
        text = json.dumps([asdict(figure) for figure in figures], indent=1)
        Path(folder, "benchmark.json").write_text(text + "\n", encoding="utf-8")
        kept(figures).save(Path(folder))
    return 0
