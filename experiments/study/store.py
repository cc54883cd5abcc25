"""Reading a study: results/<experiment>/<id>/ with runs, villages and monthly series in Parquet parts that
belong together.

A run counts once its row stands in runs/part-*.parquet; the parts of villages and series with the same number
were written before it. `Results` joins the parts in an order that depends on what was run only, and refuses
gaps.
"""

from __future__ import annotations

import io
import json
import os
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from experiments.command.scenario import Mistake
from experiments.study.plan import Plan, Task
from sim.state.parameters import ParameterError

TABLES = ("series", "villages", "runs")  # the order in which they are written
ORDER = ["scenario", "arm", "digest", "replicate", "draw"]
SCHEMA = 2  # of what is written now; studies of version 0.1.0 say none, which is 1
RENAMED_COLUMNS: dict[int, dict[str, str]] = {}  # schema -> old name of a column -> its name from there on
PART = re.compile(
    r"part-(\d{5})-[0-9a-f]{8}\.parquet(\.corrupt)?"
)  # what is named otherwise is not the store's
MANIFEST = {
    "experiment": str,
    "id": str,
    "started": str,
    "status": str,
    "overrides": list,
    "expanded": list,
    "versions": dict,
    "sha256": dict,
}
HASHES = {"configuration", "code", "model", "data", "lock"}
BEGIN = (
    "give the first command of the study again with fresh=true, which begins anew and keeps this "
    "folder beside it"
)
T = TypeVar("T")


def stored(path: Path, read: Callable[[str], T], then: str) -> T:
    """What `read` makes of a study's text file.

    Where that cannot be, Mistake names the file and says what to do (`then`).
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Mistake(f"{path} is not there: {then}") from error
    except (Mistake, ParameterError):
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise Mistake(f"{path} is damaged: {then}") from error


def anew(folder: Path) -> str:
    """What brings a file back that is made from the runs."""
    return f"python run.py resume study={folder} writes it anew"


def _manifest(text: str) -> dict[str, Any]:
    content = json.loads(text)
    if (
        not all(isinstance(content[key], kind) for key, kind in MANIFEST.items())
        or not set(content["sha256"]) >= HASHES
    ):
        raise ValueError
    return dict(content)


def _summary(text: str) -> pd.DataFrame:
    rows = pd.read_csv(io.StringIO(text))
    if rows.empty:
        raise ValueError
    return rows


def schema_of(manifest: Mapping[str, Any]) -> int:
    """The schema of a study by its manifest."""
    return int(manifest.get("schema", 1))


def new_names(schema: int) -> dict[str, str]:
    """Name of a column in a study of this schema -> its name now, where that is another."""
    found: dict[str, str] = {}
    for later in sorted(number for number in RENAMED_COLUMNS if number > schema):
        step = RENAMED_COLUMNS[later]
        found = step | {old: step.get(new, new) for old, new in found.items()}
    return found


def replace(path: Path, content: bytes) -> None:
    """Write whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_part(folder: Path, table: str, number: int, content: pa.Table) -> None:
    """One Parquet part, whole or not at all; its name carries the checksum of its bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(content, sink, compression="zstd", compression_level=1)
    written = sink.getvalue().to_pybytes()
    replace(folder / table / f"part-{number:05d}-{zlib.crc32(written):08x}.parquet", written)


def intact(path: Path) -> bytes:
    """A part's bytes; ValueError when they are not those that were written."""
    content = path.read_bytes()
    if f"{zlib.crc32(content):08x}" != path.stem[-8:]:
        raise ValueError(f"{path} is damaged")
    return content


def read_part(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A part; ValueError when its bytes are not those that were written."""
    return pq.read_table(pa.BufferReader(intact(path)), columns=columns)


def parts(folder: Path, table: str) -> dict[int, Path]:
    """Number -> part of a table, in order."""
    return {
        int(path.name[5:10]): path
        for path in sorted((folder / table).glob("part-*.parquet"))
        if PART.fullmatch(path.name)
    }


def taken(folder: Path) -> list[int]:
    """Numbers that parts have or, before they were set aside, had."""
    return [
        int(named[1])
        for table in TABLES
        for path in (folder / table).glob("part-*")
        if (named := PART.fullmatch(path.name))
    ]


def lost(rows: pa.Table, number: int, there: Mapping[str, Collection[int]], series: Collection[int]) -> str:
    """The table whose part of this number is gone though `rows` of runs were written with it, or nothing.

    `there`: numbers of the parts of each table; `series`: the runs whose series are kept.
    """
    whole = [
        run
        for run, villages in zip(rows["run"].to_pylist(), rows["villages"].to_pylist(), strict=True)
        if villages
    ]
    if whole and number not in there["villages"]:
        return "villages"
    return "series" if number not in there["series"] and any(run in series for run in whole) else ""


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


class Results:
    """A study as it lies in its folder, for reading; Mistake in one sentence where it is none or a part is
    damaged.

    Readers refuse a design with gaps unless `partial` (or their own `allow_partial`) is set.
    """

    def __init__(self, folder: Path | str, partial: bool = False) -> None:
        self.folder, self.partial = Path(folder), partial
        if not (self.folder / "manifest.json").exists():
            raise Mistake(
                f"{str(folder)!r} is no study: it has no manifest.json; give a folder results/"
                f"<experiment>/<id>"
            )
        self.manifest = stored(self.folder / "manifest.json", _manifest, BEGIN)
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
        return stored(path, lambda text: Plan.from_dict(json.loads(text)), anew(self.folder))

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """resolved.yaml: every value used."""
        return stored(self.folder / "resolved.yaml", lambda text: dict(yaml.safe_load(text).items()), BEGIN)

    @property
    def summary(self) -> pd.DataFrame:
        """summary.csv; empty where the experiment wrote none."""
        path = self.folder / "summary.csv"
        rows = stored(path, _summary, anew(self.folder)) if path.exists() else pd.DataFrame()
        return rows.rename(columns=self._new_names)

    @cached_property
    def wanted(self) -> dict[int, Task]:
        """Every planned run by its number."""
        return {task.run: task for task in self.plan.tasks()}

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Part by part, so that a large study need not stand in memory.

        Order as written, planned runs and others.
        """
        return (content for _, content in self._numbered(table, columns))

    def _numbered(self, table: str, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        mine, whole = parts(self.folder, table), parts(self.folder, "runs")
        old_names = {new: old for old, new in self._new_names.items()}
        stored_columns = None if columns is None else [old_names.get(name, name) for name in columns]
        for number in (number for number in whole if number in mine):
            try:
                content = read_part(mine[number], stored_columns)
            except (OSError, ValueError) as error:
                raise Mistake(
                    f"{mine[number]} is damaged: python run.py resume study={self.folder} sets it "
                    f"aside and does its runs again"
                ) from error
            yield (
                number,
                content.rename_columns([self._new_names.get(name, name) for name in content.column_names]),
            )

    @cached_property
    def _index(self) -> pd.DataFrame:
        """Planned runs, failed ones too, in their order; a run that was done again counts as it went last."""
        found = dict(self._numbered("runs"))
        if not found:
            return pd.DataFrame({name: [] for name in ("run", "error", *ORDER)})
        self._refuse_losses(found)
        tables = list(found.values())
        rows = pa.concat_tables(tables, promote_options="permissive").to_pandas()
        rows = rows[rows["run"].isin(self.wanted)].drop_duplicates("run", keep="last")
        return rows.sort_values(ORDER, kind="stable", ignore_index=True)

    def _refuse_losses(self, found: dict[int, pa.Table]) -> None:
        """Mistake where runs stand without the villages or series that were written before them."""
        there = {
            table: parts(self.folder, table) for table in TABLES
        }  # after the runs: a writer at work puts them last
        series = {run for run, task in self.wanted.items() if task.keep_series}
        gone = {
            number: table for number, rows in found.items() if (table := lost(rows, number, there, series))
        }
        if gone:
            number, table = next(iter(gone.items()))
            runs = sum(found[number].num_rows for number in gone)
            raise Mistake(
                f"{self.folder / table} has lost part {number:05d}, and so {runs} runs are not whole: "
                f"python run.py resume study={self.folder} does them again"
            )

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
                f"python run.py resume study={self.folder}"
            )

    @cached_property
    def _villages(self) -> pd.DataFrame:
        return self._read("villages", None)

    def _read(self, table: str, columns: Sequence[str] | None, scenario: str = "") -> pd.DataFrame:
        """The rows of all planned runs, or of those of one scenario's main arm."""
        index = self._index
        index = index[(index["scenario"] == scenario) & (index["arm"] == "main")] if scenario else index
        run, rank = index["run"].to_numpy(), np.arange(len(index))
        rank = rank[np.argsort(run, kind="stable")]
        run, found = np.sort(run), []
        for content in self.parts(table, None if columns is None else list(dict.fromkeys(["run", *columns]))):
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

    def runs(self, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run; with `allow_partial` failed ones too (`error` and `origin` say what happened)."""
        self._check(allow_partial)
        return self._index.copy()

    def villages(self, columns: Sequence[str] | None = None, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run and village."""
        self._check(allow_partial)
        return self._villages.copy() if columns is None else self._read("villages", columns)

    def series(
        self, columns: Sequence[str] | None = None, allow_partial: bool = False, scenario: str = ""
    ) -> pd.DataFrame:
        """One row a run, month and village, of the runs whose series are kept; `month` 0 is the first of the
        horizon.

        `scenario` leaves its main arm only.
        """
        self._check(allow_partial)
        return self._read("series", columns, scenario)
