"""What is measured, in turns, against a limit; as text and as findings."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from tqdm import tqdm

from ..study.findings import Findings, ShownTable


@dataclass(frozen=True)
class Scale:
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
    "quick": Scale(5, 3, 6, 2, (5, 15, 50), 0, 0, False),
    "default": Scale(20, 12, 6, 4, (10, 30, 100, 300, 1000), 8, 10_000, True),
    "full": Scale(20, 24, 6, 12, (10, 30, 100, 300, 1000), 12, 10_000, True),
}


@dataclass(frozen=True)
class Reading:
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
) -> Reading:
    """Min, median and max of what was measured; the median is judged."""
    middle = median(values)
    return Reading(
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


def timed(command: Sequence[str | Path], **environment: str) -> tuple[str, float, float]:
    """Output, CPU seconds with those of its own children, and wall seconds of a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"a measuring process failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Turn by turn."""
    return [first / second for first, second in zip(above, below, strict=True)]


def pace(seen: dict[str, list[float]]) -> float:
    """How many times slower than there this machine is, by the yardstick on which it does best.

    Never below one.
    """
    return max(1.0, min(median(seen[name]) / there for name, there in YARDSTICKS.items() if name in seen))


def within(name: str, values: Sequence[float], unit: str, limit: float, slower: float) -> list[Reading]:
    """A lone figure as measured, and at the pace of the machine for which its limit was set."""
    return [
        figure(name, values, unit),
        figure(
            f"{name}, at that pace",
            [value / slower for value in values],
            unit,
            f"<= {limit:g}",
            lambda value: value <= limit,
        ),
    ]


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent of growth: least squares of log seconds on log size."""
    return float(np.polyfit([math.log(size) for size in sizes], [math.log(value) for value in seconds], 1)[0])


def table(figures: Sequence[Reading]) -> str:
    """Text, one line a figure."""
    words = {True: "ok", False: "NOT", None: "-"}
    lines = [f"{'figure':<56}{'min':>11}{'median':>11}{'max':>11}  {'unit':<16}{'asked':<14}"]
    for figure in figures:
        numbers = "".join(
            f"{value:>11,.4g}" if abs(value) < 1e4 else f"{value:>11,.0f}"
            for value in (figure.low, figure.middle, figure.high)
        )
        lines.append(
            f"{figure.name:<56}{numbers}  "
            f"{figure.unit:<16}{figure.asked:<14}{words[figure.ok] if figure.asked else ''}"
        )
    return "\n".join(lines)


def kept(figures: Sequence[Reading]) -> Findings:
    """The same as findings.json."""
    words = {True: "ok", False: "missed", None: "not judged"}
    lines = [
        [
            figure.name,
            *(float(f"{value:.4g}") for value in (figure.low, figure.middle, figure.high)),
            figure.unit,
            figure.asked,
            words[figure.ok] if figure.asked else "",
        ]
        for figure in figures
    ]
    asked = [figure for figure in figures if figure.asked]
    met, against = (
        sum(figure.ok is True for figure in asked),
        next((figure for figure in figures if figure.unit == "times" and figure.asked), figures[0]),
    )
    said = [
        (
            f"{met} of {len(asked)} figures that are asked for were met, "
            f"{sum(figure.ok is None for figure in asked)} could not be judged."
        ),
        (
            f"First among the ratios, {against.name}: {against.middle:.3g} {against.unit} (lowest "
            f"{against.low:.3g}, highest {against.high:.3g} of the interleaved turns)."
        ),
        "Ratios of turns that were run alternately hold on a busy machine; lone times do not.",
    ]
    table = ShownTable("Figures", ["figure", "min", "median", "max", "unit", "asked", "verdict"], lines)
    return Findings(
        "How fast is the model, and how much memory does it take?",
        said,
        [table],
        limits=["Measured on the machine and at the time of the manifest."],
    )
