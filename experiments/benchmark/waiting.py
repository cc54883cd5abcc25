"""What a user waits for the first answer, stretch by stretch.

Processor time of all processes, those still at work included, shared over the cores that are used: what a
quiet machine would take, beside the wall time of this one. Linux tells it in /proc; elsewhere nothing is
measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .installing import ROOT
from .readings import Reading, Scale, figure

CORES = 2  # workers of the measured command
STRETCHES = {"first whole table": "PRELIMINARY", "text": "drawing figures"}  # -> what is said at its end
TABLE, TEXT, FIGURES = "first whole table", "text", "figures"
ASKED: Mapping[
    str, Mapping[str, float]
] = {  # seconds, kernels made at install; 90 for the first table without
    "default, installed": {TABLE: 60.0, TEXT: 150.0},
    "default, cold": {TABLE: 90.0},
    "default, warm": {TABLE: 35.0, TEXT: 120.0},
    "quick, installed": {TEXT: 40.0},
    "quick, warm": {TEXT: 15.0},
}
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def _own(pid: int) -> tuple[int, float]:
    """Parent of a process, and processor seconds of it and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS


def processor_seconds(root: int) -> float:
    """Of a process, of those it started, of those they started: ended or at work."""
    found: dict[int, tuple[int, float]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found[int(name)] = _own(int(name))
            except (OSError, IndexError):  # ended meanwhile
                continue
    mine, total = {root}, 0.0
    for pid in sorted(found):  # a child has the higher number, but for rare wraps
        if pid in mine or found[pid][0] in mine:
            mine.add(pid)
            total += found[pid][1]
    return total


def watched(words: Sequence[str], folder: Path, **environment: str) -> dict[str, tuple[float, float]]:
    """Stretch -> processor seconds over the cores, and wall seconds, from the start to its end."""
    command = [sys.executable, "-u", str(ROOT / "run.py"), *words, f"workers={CORES}", f"out={folder}"]
    began, found = time.perf_counter(), dict[str, tuple[float, float]]()
    with subprocess.Popen(
        command,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        left = dict(STRETCHES)
        for line in process.stdout:
            for name, mark in list(left.items()):
                if mark in line:
                    del left[name]
                    seconds = processor_seconds(process.pid) / CORES
                    found[name] = (seconds, time.perf_counter() - began)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"a measuring process failed: {' '.join(words)}")
    found[FIGURES] = ((used.ru_utime + used.ru_stime) / CORES, time.perf_counter() - began)
    return found


def waits(size: Scale) -> list[Reading]:
    """The default answer and the quick one: as installed, without kernels, and once more."""
    if not size.cold or not Path("/proc/self/stat").exists():
        return []
    readings: list[Reading] = []
    with tempfile.TemporaryDirectory(prefix=".wait-", dir=Path.home()) as room:
        cold = {"XDG_CACHE_HOME": str(Path(room, "cold")), "MUTUAL_AID_NO_KERNELS": "1"}
        installed = {"XDG_CACHE_HOME": str(Path(room, "installed"))}
        jobs: tuple[tuple[str, list[str], dict[str, str]], ...] = (
            ("default, installed", [], installed),
            ("default, cold", [], cold),
            ("default, warm", [], cold),
            ("quick, installed", ["size=quick"], installed | {"XDG_CACHE_HOME": str(Path(room, "quick"))}),
            ("quick, warm", ["size=quick"], cold),
        )
        for number, (name, words, environment) in enumerate(jobs):
            found = watched(words, Path(room, str(number)), **environment)
            for stretch, (seconds, wall) in found.items():
                readings += _lines(f"{name}: {stretch}", seconds, wall, ASKED[name].get(stretch))
    return readings


def _lines(name: str, seconds: float, wall: float, limit: float | None) -> list[Reading]:
    asked = f"<= {limit:g}" if limit else ""
    test = None if limit is None else (lambda value, most=limit: value <= most)
    return [
        figure(name, [seconds], "s CPU / 2", asked, test),
        figure(f"{name}, by the clock", [wall], "s wall"),
    ]
