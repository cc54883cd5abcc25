"""Running an experiment from here, and the tables that it leaves: read as rows, compared cell by cell."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from unittest import mock

from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the code beside these tests is what is run

import run  # noqa: E402

Rows = list[dict[str, str]]
SAME = 5e-10  # numbers whose difference is no larger, in proportion, have the same nine significant digits


def study_of(words: Sequence[str], out: Path) -> Path:
    """Folder of the study that these words leave under `out`; nothing is printed and no picture written."""
    quiet, drawn = io.StringIO(), mock.patch.object(Figure, "savefig", lambda *_, **__: None)
    with contextlib.redirect_stdout(quiet), drawn:
        code = run.main([*words, f"out={out}", "progress=false"])
    if code != 0:
        raise RuntimeError(f"run.py {' '.join(words)} ended with exit code {code}")
    (manifest,) = out.glob("*/*/manifest.json")
    return manifest.parent


def table_of(study: Path) -> str:
    """summary.csv of a study; of an experiment that writes none, the tables of findings.json in its place."""
    summary = study / "summary.csv"
    if summary.exists():
        return summary.read_text(encoding="utf-8")
    found = io.StringIO()
    writer = csv.writer(found, lineterminator="\n")
    tables = json.loads((study / "findings.json").read_text(encoding="utf-8"))["tables"]
    width = max(len(table["columns"]) for table in tables)
    writer.writerow(["table", *(f"column {i}" for i in range(width))])
    for table in tables:
        for cells in (table["columns"], *table["rows"]):
            writer.writerow([table["title"], *cells, *[""] * (width - len(cells))])
    return found.getvalue()


def rows_of(text: str) -> Rows:
    """Rows of a CSV table by the names of their columns; a column without a name is called by its place."""
    names, *lines = csv.reader(io.StringIO(text))
    names = [name or f"column {i}" for i, name in enumerate(names)]
    return [dict(zip(names, line, strict=True)) for line in lines]


def number(text: str) -> float | None:
    """The number that a cell holds, if it holds one."""
    try:
        return float(text)
    except ValueError:
        return None


def rounded(text: str) -> str:
    """A CSV table with every number at nine significant digits."""
    found = io.StringIO()
    writer = csv.writer(found, lineterminator="\n")
    for line in csv.reader(io.StringIO(text)):
        numbers = [number(cell) for cell in line]
        writer.writerow([cell if x is None else f"{x:.9g}" for cell, x in zip(line, numbers, strict=True)])
    return found.getvalue()


def alike(before: str, now: str) -> bool:
    """Whether two cells hold the same text, or numbers with the same nine significant digits."""
    first, second = number(before), number(now)
    if before == now or first is None or second is None:
        return before == now
    return math.isclose(first, second, rel_tol=SAME, abs_tol=0.0)


def misses(before: Rows, now: Rows, renamed: Mapping[str, str]) -> Iterator[str]:
    """Cells of `before` that `now` lacks or holds otherwise; `renamed`: column -> its name now."""
    if len(before) != len(now):
        yield f"{len(before)} rows stored, {len(now)} now"
    if not before or not now:
        return
    gone = [name for name in before[0] if renamed.get(name, name) not in now[0]]
    yield from (f"column {renamed.get(name, name)} is gone" for name in gone)
    for i, (old, new) in enumerate(zip(before, now, strict=False)):
        for name in (name for name in old if name not in gone):
            value = new[renamed.get(name, name)]
            if not alike(old[name], value):
                yield f"row {i} ({next(iter(old.values()))}), column {name}: stored {old[name]}, now {value}"


def added(before: Rows, now: Rows, renamed: Mapping[str, str]) -> list[str]:
    """Columns that were not stored."""
    stored = {renamed.get(name, name) for name in before[0]} if before else set()
    return [name for name in now[0] if name not in stored] if now else []
