"""Reading a study: results/<experiment>/<id>/ with runs, villages and monthly series in Parquet parts that
belong together.

A run counts once its row stands in runs/part-*.parquet; its villages and series were written before it.
`Results` joins the parts in an order that depends on what was run only, counts no run twice, and refuses
gaps.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.state.parameters import ParameterError, nearest
from sim.state.yaml12 import load

from ..command import own_folder
from ..command.paths import command
from ..command.scenario import Mistake
from .manifest import BEGIN, altered, anew, manifest_of, schema_of, stored
from .parts import (
    TABLES,
    Counts,
    disagreeing,
    held,
    lost,
    numbered,
    once,
    parts,
    read_part,
    replace,
    write_part,
)
from .plan import Plan, Task

ORDER = ["scenario", "arm", "digest", "replicate", "draw"]
SCHEMA = 2  # of what is written now; studies of version 0.1.0 say none, which is 1
PLACE = "_part"  # column: the number of the part that a row stands in
RENAMED_COLUMNS: dict[int, dict[str, str]] = {}  # schema -> old name of a column -> its name from there on
T = TypeVar("T")


def _summary(text: str) -> pd.DataFrame:
    rows = pd.read_csv(io.StringIO(text))
    if rows.empty:
        raise ValueError
    return rows


def _configuration(text: str) -> dict[str, Any]:
    try:
        return dict(load(text).items())
    except ParameterError as error:
        raise ValueError(str(error)) from error


def read_plan(path: Path, folder: Path) -> Plan:
    """The plan of a study's scenarios.json; Mistake where it is damaged or gone."""
    return stored(path, lambda text: Plan.from_dict(json.loads(text)), anew(folder))


def new_names(schema: int) -> dict[str, str]:
    """Name of a column in a study of this schema -> its name now, where that is another."""
    found: dict[str, str] = {}
    for later in sorted(number for number in RENAMED_COLUMNS if number > schema):
        step = RENAMED_COLUMNS[later]
        found = step | {old: step.get(new, new) for old, new in found.items()}
    return found


@dataclass
class RunRecord:
    """A run's row, its villages and its monthly series; the last two are None where it failed."""

    row: dict[str, Any]
    villages: pa.Table | None = None
    series: pa.Table | None = None

    def __reduce__(self) -> Any:
        return _unpacked, (self.row, _packed(self.villages), _packed(self.series))


def _packed(table: pa.Table | None) -> pa.Buffer | None:
    """A table as one buffer: from worker to parent in a tenth of the time that its hundred columns take
    one by one.
    """
    if table is None:
        return None
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _unpacked(row: dict[str, Any], *packed: pa.Buffer | None) -> RunRecord:
    return RunRecord(
        row,
        *(
            None if packed_table is None else pa.ipc.open_stream(packed_table).read_all()
            for packed_table in packed
        ),
    )


class Moved(Mistake):
    """A part went while it was read, since the writer at work put several into one."""


def patient(method: Callable[..., T]) -> Callable[..., T]:
    """Read again where parts were put together meanwhile."""

    @wraps(method)
    def read(self: Results, *args: Any, **kwargs: Any) -> T:
        for _ in range(5):
            with contextlib.suppress(Moved):
                return method(self, *args, **kwargs)
            for name in ("_stored_rows", "_index", "_villages"):
                self.__dict__.pop(name, None)
        return method(self, *args, **kwargs)

    return read


class Results:
    """A study as it lies in its folder, for reading; Mistake in one sentence where it is none or a part is
    damaged.

    Readers refuse a design with gaps unless `partial` (or their own `allow_partial`) is set.
    """

    def __init__(self, folder: Path | str, partial: bool = False) -> None:
        self.folder, self.partial = Path(folder), partial
        if not os.path.lexists(self.folder / "manifest.json"):
            rest = any(numbered(self.folder, table) for table in TABLES)
            raise Mistake(
                f"{str(folder)!r} is no study: it has no manifest.json; "
                + (BEGIN if rest else "give a folder results/<experiment>/<id>")
            )
        self.manifest = manifest_of(self.folder)
        self.experiment, self.id = self.manifest["experiment"], self.manifest["id"]
        self.schema = schema_of(self.manifest)
        if self.schema > SCHEMA:
            raise Mistake(
                f"{self.folder} was written by a later version of this program (schema {self.schema}, this "
                f"one reads up to {SCHEMA}): read it with that version"
            )
        self._new_names = new_names(self.schema)

    @cached_property
    def plan(self) -> Plan:
        """Scenarios and the runs that are wanted."""
        path = self.folder / "scenarios.json"
        if not path.exists() and not parts(self.folder, "runs"):  # begun, or an experiment without runs
            return Plan()
        own_folder.take_again(self.manifest, self.folder)
        return read_plan(path, self.folder)

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """resolved.yaml: every value used."""
        return stored(self.folder / "resolved.yaml", _configuration, anew(self.folder))

    def damaged(self) -> list[str]:
        """A sentence on each text that is not as the study left it; they are made from the runs."""
        names = self.manifest.get("texts", {}) if self.manifest["status"] != "running" else {}
        paths = [self.folder / name for name in (*names, "resolved.yaml")]
        gone = [path for path in paths if not path.is_file()]
        other = [path for path in paths if path not in gone and altered(path, path.read_bytes())]
        return [f"{path} is not there: {anew(self.folder)}" for path in gone] + [
            f"{path} is damaged: {anew(self.folder)}" for path in other
        ]

    @property
    def summary(self) -> pd.DataFrame:
        """summary.csv; empty where the experiment wrote none."""
        path = self.folder / "summary.csv"
        wrote = path.exists() or path.name in self.manifest.get("texts", {})
        rows = stored(path, _summary, anew(self.folder)) if wrote else pd.DataFrame()
        return rows.rename(columns=self._new_names)

    def _known(self, table: str, columns: Sequence[str] | None) -> list[str] | None:
        """Columns that are asked for; Mistake where the table has no such column."""
        if columns is None:
            return None
        asked = [columns] if isinstance(columns, str) else list(columns)
        first = next(iter(numbered(self.folder, table)), None)
        if first is None:
            return asked
        with self._reading(first[1]):
            there = [self._new_names.get(name, name) for name in pq.read_schema(first[1]).names]
        for name in asked:
            if name not in there:
                raise Mistake(
                    f"{table} of {self.folder} has no column {name!r}{nearest(str(name), there)}; it has "
                    f"{', '.join(there)}"
                )
        return asked

    @cached_property
    def wanted(self) -> dict[int, Task]:
        """Every planned run by its number."""
        return {task.run: task for task in self.plan.tasks()}

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Part by part, so that a large study need not stand in memory.

        Order as written, planned runs and others, each once.
        """
        if table == "runs":
            rows = self._stored_rows.drop(columns=PLACE)
            whole = [pa.Table.from_pandas(rows, preserve_index=False)] if len(rows) else []
            return (content if columns is None else content.select(list(columns)) for content in whole)
        good = pa.array(self._stored_rows.loc[self._stored_rows["error"] == "", "run"].to_numpy(np.int64))
        wanted = None if columns is None else list(dict.fromkeys(["run", *columns]))
        contents = once(content for _, content in self._numbered(table, wanted))
        return (content.filter(pc.is_in(content["run"], value_set=good)) for content in contents)

    def _numbered(self, table: str, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        old_names = {new: old for old, new in self._new_names.items()}
        stored_columns = None if columns is None else [old_names.get(name, name) for name in columns]
        for number, path in numbered(self.folder, table):
            with self._reading(path):
                content = read_part(path, stored_columns)
            yield (
                number,
                content.rename_columns([self._new_names.get(name, name) for name in content.column_names]),
            )

    @contextlib.contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise Moved(f"{path} went while it was read: give the command again") from error
        except (OSError, ValueError, LookupError) as error:
            raise Mistake(
                f"{path} is damaged: {command('resume', f'study={self.folder}')} sets it aside and does its "
                f"runs again"
            ) from error

    def _there(self, table: str) -> Counts:
        """Rows that a table holds of each run, in the first part that holds it; every byte is looked at."""
        found: Counts = {}
        for _, path in numbered(self.folder, table):
            with self._reading(path):
                found = held(path) | found
        return found

    @cached_property
    def _stored_rows(self) -> pd.DataFrame:
        """Rows of all runs, planned or not, with their part; one that went well tops a failure."""
        found = [
            content.append_column(PLACE, pa.array(np.full(content.num_rows, number)))
            for number, content in self._numbered("runs")
        ]
        if not found:
            return pd.DataFrame({name: [] for name in ("run", "error", PLACE, *ORDER)})
        rows = pa.concat_tables(found, promote_options="permissive").to_pandas()
        good = rows["error"] == ""
        if apart := disagreeing(rows[good]):
            raise Mistake(
                f"{self.folder / 'runs'} holds different values of one run in parts "
                f"{' and '.join(f'{number:05d}' for number in apart)}: "
                f"{command('resume', f'study={self.folder}')} sets them aside and does their runs again"
            )
        return pd.concat([rows[~good], rows[good]]).drop_duplicates("run", keep="last").sort_index()

    @cached_property
    def _index(self) -> pd.DataFrame:
        """Planned runs, failed ones too, in their order."""
        rows = self._stored_rows
        rows = rows[rows["run"].isin(self.wanted)]
        self._refuse_losses(rows)
        return rows.drop(columns=PLACE).sort_values(ORDER, kind="stable", ignore_index=True)

    def _refuse_losses(self, rows: pd.DataFrame) -> None:
        """Mistake where runs stand without the villages or series that were written before them."""
        if rows.empty:
            return
        there = {table: self._there(table) for table in ("villages", "series")}
        good = rows[rows["error"] == ""]
        series = {run for run, task in self.wanted.items() if task.keep_series}
        gone = lost(dict(zip(good["run"], good["villages"], strict=True)), there, series)
        if gone:
            run, table = next(iter(gone.items()))
            number = int(rows.loc[rows["run"] == run, PLACE].iloc[0])
            raise Mistake(
                f"{self.folder / table} has lost part {number:05d}, and so {len(gone)} runs are not whole: "
                f"{command('resume', f'study={self.folder}')} does them again"
            )

    @patient
    def missing(self) -> list[Task]:
        """Planned runs that have not been done, or failed."""
        good = set(self._index.loc[self._index["error"] == "", "run"])
        return [task for run, task in self.wanted.items() if run not in good]

    def _check(self, allow_partial: bool) -> None:
        gaps = self.missing()
        if gaps and not ((allow_partial or self.partial) and len(gaps) < len(self.wanted)):
            first = ", ".join(
                f"{task.scenario.name} {task.arm} replicate {task.replicate}" for task in gaps[:3]
            )
            failed = self._index[self._index["error"] != ""]
            why = (
                f"; {len(failed)} failed, first: {failed['error'].iloc[0]} at {failed['origin'].iloc[0]}"
                if len(failed)
                else ""
            )
            raise Mistake(
                f"{len(gaps)} of {len(self.wanted)} runs are missing "
                f"({first}{', ...' if len(gaps) > 3 else ''}{why}): "
                f"{command('resume', f'study={self.folder}')}"
            )

    @cached_property
    def _villages(self) -> pd.DataFrame:
        return self._read("villages", None)

    def _read(self, table: str, columns: Sequence[str] | None, scenario: str = "") -> pd.DataFrame:
        """The rows of all planned runs, or of those of one scenario's main arm."""
        index = self._index
        if scenario and len(index) and scenario not in set(index["scenario"]):
            names = list(dict.fromkeys(index["scenario"]))
            raise Mistake(
                f"{self.folder} has no scenario {scenario!r}{nearest(scenario, names)}; it has "
                f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
            )
        index = index[(index["scenario"] == scenario) & (index["arm"] == "main")] if scenario else index
        run, rank = index["run"].to_numpy(), np.arange(len(index))
        rank = rank[np.argsort(run, kind="stable")]
        run, found = np.sort(run), []
        for content in self.parts(table, columns):
            mine = content["run"].to_numpy()
            at = np.minimum(np.searchsorted(run, mine), max(len(run) - 1, 0))
            keep = run[at] == mine if len(run) else np.zeros(len(mine), bool)
            found.append(content.filter(pa.array(keep)).append_column("_rank", pa.array(rank[at[keep]])))
        if not found:
            return pd.DataFrame({name: [] for name in columns or ("scenario", "arm", "replicate")})
        whole = pa.concat_tables(found, promote_options="permissive").unify_dictionaries()
        whole = whole.take(pa.array(np.argsort(whole["_rank"].to_numpy(), kind="stable"))).drop_columns(
            ["_rank"]
        )
        rows = (whole if columns is None else whole.select(list(columns))).to_pandas()
        for name in rows.columns[
            rows.dtypes == "category"
        ]:  # grouping villages by categories would show empty ones
            words = rows[name].astype(str)
            rows[name] = (
                words if table == "villages" else words.astype(pd.CategoricalDtype(sorted(words.unique())))
            )
        return rows

    @patient
    def rows(self) -> pd.DataFrame:
        """One row a planned run that was done or failed, however many are missing."""
        return self._index.copy()

    @patient
    def runs(self, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run; with `allow_partial` failed ones too (`error` and `origin` say what happened)."""
        self._check(allow_partial)
        return self._index.copy()

    @patient
    def villages(self, columns: Sequence[str] | None = None, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run and village."""
        self._check(allow_partial)
        columns = self._known("villages", columns)
        return self._villages.copy() if columns is None else self._read("villages", columns)

    @patient
    def series(
        self, columns: Sequence[str] | None = None, allow_partial: bool = False, scenario: str = ""
    ) -> pd.DataFrame:
        """One row a run, month and village, of the runs whose series are kept; `month` 0 is the first of the
        horizon.

        `scenario` leaves its main arm only.
        """
        self._check(allow_partial)
        return self._read("series", self._known("series", columns), scenario)


__all__ = [
    "BEGIN",
    "SCHEMA",
    "TABLES",
    "Results",
    "RunRecord",
    "anew",
    "new_names",
    "parts",
    "read_part",
    "replace",
    "stored",
    "write_part",
]
