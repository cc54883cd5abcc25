"""The verb `to_ema`: a study in the form of the EMA workbench, for its PRIM, CART and feature scoring.

`results.tar.gz` is what `ema_workbench.load_results` reads (form 0.1 of its `save_results`): experiments.csv,
one CSV an outcome, metadata.json. Beside it the same as plain tables, and inputs.csv says what each input is.
An experiment is a run: columns of what was drawn, of what scenarios set differently, then `scenario`
(replicate), `policy` (scenario of the study) and `model`.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .. import outcomes, reference, statistics
from ..report.cells import neutral_frame
from ..study.drawn import Drawn, drawn, drawn_tasks
from ..study.parts import replace
from ..study.plan import MAIN, Task
from ..study.store import Results
from ..study.study import writing
from . import asked, busy
from .scenario import Mistake, known

FORM = 0.1  # of the archive
MODEL = "mutual_aid_sim"
ARCHIVE = "results.tar.gz"
OFFERED = tuple(name for name in outcomes.OUTCOMES if name not in outcomes.ONLY_AGAINST_BASELINE)


def scenarios(results: Results) -> dict[str, list[Task]]:
    """Scenario -> its main runs by replicate; those without stations stand in the added outcomes only."""
    found: dict[str, list[Task]] = {}
    for task in results.wanted.values():
        name = task.scenario.name
        if task.arm == MAIN and name.partition(" ")[0] != reference.REFERENCE:
            found.setdefault(name, []).append(task)
    return {name: sorted(tasks, key=lambda task: task.replicate) for name, tasks in found.items()}


def set_differently(tasks: Mapping[str, Sequence[Task]]) -> list[str]:
    """Paths that scenarios set to different values."""
    flats = [mine[0].scenario.parameters.flat() for mine in tasks.values()]
    return [path for path in flats[0] if any(flat[path] != flats[0][path] for flat in flats)]


def plain(value: Any) -> Any:
    """A number as a float, so that no column of whole numbers is taken for categories; a word otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return float(value)


def rows_of(name: str, tasks: Sequence[Task], table: Drawn, columns: Sequence[str]) -> pd.DataFrame:
    """The experiments of one scenario."""
    flat, at = tasks[0].scenario.parameters.flat(), {path: place for place, path in enumerate(table.names)}
    made: dict[str, Any] = {
        path: table.values[:, at[path]] if path in at else [plain(flat[path])] * len(tasks)
        for path in columns
    }
    replicates = [task.replicate for task in tasks]
    return pd.DataFrame({**made, "scenario": replicates, "policy": name, "model": MODEL})


def experiments(results: Results) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row a run, and a row an input: what it is."""
    tasks = scenarios(results)
    if not tasks:
        raise Mistake(f"{results.folder} has no runs of its own: there is nothing to hand over")
    tables = {name: drawn(drawn_tasks(results, name)) for name in tasks}
    beside: dict[str, Sequence[str]] = {}
    for table in tables.values():
        beside |= table.beside
    levers = [path for path in set_differently(tasks) if path not in beside]
    rows = [rows_of(name, tasks[name], tables[name], [*beside, *levers]) for name in tasks]
    about = [
        {
            "input": path,
            "kind": "uncertainty" if path in beside else "lever",
            "unit": known()[path].unit,
            "moves_with_it": " ".join(beside.get(path, ())),
            "what": known()[path].doc,
        }
        for path in (*beside, *levers)
    ]
    return pd.concat(rows, ignore_index=True), pd.DataFrame(
        about, columns=["input", "kind", "unit", "moves_with_it", "what"]
    )


def measured(results: Results) -> pd.DataFrame:
    """A row a run in the order of `experiments`; outcomes that the study cannot tell are left out."""
    rows = reference.split(results.villages())
    rows, found = rows[rows["arm"].astype(str) == MAIN], []
    for name, tasks in scenarios(results).items():
        parameters = tasks[0].scenario.parameters
        mine = statistics.with_weights(rows[rows["scenario"].astype(str) == name], parameters)
        columns = {}
        for outcome in OFFERED:
            try:
                columns[outcome] = outcomes.by_run(mine, [outcome], parameters)[outcome]
            except KeyError:  # a column that studies of its time or kind lack
                continue
        made = pd.DataFrame(columns).droplevel("scenario")
        found.append(made.loc[[task.replicate for task in tasks]])
    whole = pd.concat(found, ignore_index=True)
    return whole.loc[:, whole.notna().all()]


def csv_of(frame: pd.DataFrame, header: bool = True) -> bytes:
    """A table as CSV, every digit kept."""
    return bytes(frame.to_csv(index=False, header=header, lineterminator="\n").encode())


def archive(rows: pd.DataFrame, values: pd.DataFrame) -> bytes:
    """The archive; the same bytes each time."""
    files = {"experiments.csv": csv_of(rows)}
    files |= {f"{name}.csv": csv_of(values[[name]], header=False) for name in values}
    words = pd.api.types.is_numeric_dtype
    metadata = {
        "version": FORM,
        "outcomes": [["ScalarOutcome", name, f"{name}.csv"] for name in values],
        "experiments": {name: rows[name].dtype.name if words(rows[name]) else "object" for name in rows},
    }
    files["metadata.json"] = json.dumps(metadata).encode()
    whole = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=whole, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as into,  # type: ignore[arg-type]
    ):
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            into.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


def main(words: list[str]) -> int:
    """`python run.py to_ema study=<folder> [out=<folder>]`; exit code."""
    folder, others = asked.study("to_ema", words)
    busy.say(f"reading {folder}", f"正在读取 {folder}")
    results = Results(folder)
    results.runs()
    into = Path(asked.out_of(others) or Path(folder) / "ema")
    rows, about = experiments(results)
    values = measured(results)
    with writing(into):
        into.mkdir(parents=True, exist_ok=True)
        replace(into / ARCHIVE, archive(neutral_frame(rows), values))
        for name, frame in (("experiments", rows), ("outcomes", values), ("inputs", about)):
            replace(into / f"{name}.csv", csv_of(neutral_frame(frame)))
    count = f"{len(rows)} experiments, {len(about)} inputs, {len(values.columns)} outcomes"
    print(f"{into}/: {ARCHIVE}, experiments.csv, outcomes.csv, inputs.csv: {count}")
    print(f"in Python: from ema_workbench import load_results; load_results({str(into / ARCHIVE)!r})")
    return 0
