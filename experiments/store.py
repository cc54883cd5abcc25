"""Reading a study: results/<experiment>/<id>/ with runs, villages and monthly series in Parquet parts that belong together.

A run counts once its row stands in runs/part-*.parquet; the parts of villages and series with the same number were
written before it. `Results` joins the parts in an order that depends on what was run only, and refuses gaps.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.plan import Plan, Task
from experiments.scenario import Mistake

TABLES = ("series", "villages", "runs")  # the order in which they are written
ORDER = ["scenario", "arm", "digest", "replicate", "draw"]


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
    return {int(p.stem[5:10]): p for p in sorted((folder / table).glob("part-*.parquet"))}


@dataclass
class Outcome:
    """A run's row, its villages and its monthly series; the last two are None where it failed."""

    row: dict[str, Any]
    villages: pa.Table | None = None
    series: pa.Table | None = None

    def __reduce__(self) -> Any:
        return _unpacked, (self.row, _packed(self.villages), _packed(self.series))


def _packed(table: pa.Table | None) -> pa.Buffer | None:
    """A table as one buffer: from worker to parent in a tenth of the time that its hundred columns take one by one."""
    if table is None:
        return None
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _unpacked(row: dict[str, Any], *packed: pa.Buffer | None) -> Outcome:
    return Outcome(row, *(None if x is None else pa.ipc.open_stream(x).read_all() for x in packed))


class Results:
    """A study as it lies in its folder, for reading; Mistake in one sentence where it is none or a part is damaged.

    Readers refuse a design with gaps unless `partial` (or their own `allow_partial`) is set.
    """

    def __init__(self, folder: Path | str, partial: bool = False) -> None:
        self.folder, self.partial = Path(folder), partial
        try:
            self.manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            self.experiment, self.id = self.manifest["experiment"], self.manifest["id"]
        except (OSError, ValueError, KeyError) as e:
            raise Mistake(f"{str(folder)!r} is no study: it has no manifest.json that can be read") from e

    @cached_property
    def plan(self) -> Plan:
        """Scenarios and the runs that are wanted."""
        try:
            return Plan.from_dict(json.loads((self.folder / "scenarios.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Plan()

    @cached_property
    def wanted(self) -> dict[int, Task]:
        """Every planned run by its number."""
        return {task.run: task for task in self.plan.tasks()}

    def parts(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Part by part, so that a large study need not stand in memory; order as written, planned runs and others."""
        mine, whole = parts(self.folder, table), parts(self.folder, "runs")
        for path in (mine[number] for number in whole if number in mine):
            try:
                yield read_part(path, columns)
            except ValueError as e:
                raise Mistake(f"{e}: python run.py resume study={self.folder} sets it aside and does its runs again") from e

    @cached_property
    def _index(self) -> pd.DataFrame:
        """Planned runs, failed ones too, in their order; a run that was done again counts as it went last."""
        tables = list(self.parts("runs"))
        if not tables:
            return pd.DataFrame({name: [] for name in ("run", "error", *ORDER)})
        rows = pa.concat_tables(tables, promote_options="permissive").to_pandas()
        rows = rows[rows["run"].isin(self.wanted)].drop_duplicates("run", keep="last")
        return rows.sort_values(ORDER, kind="stable", ignore_index=True)

    def missing(self) -> list[Task]:
        """Planned runs that have not been done, or failed."""
        good = set(self._index.loc[self._index["error"] == "", "run"])
        return [task for run, task in self.wanted.items() if run not in good]

    def _check(self, allow_partial: bool) -> None:
        gaps = self.missing()
        if gaps and not ((allow_partial or self.partial) and len(gaps) < len(self.wanted)):
            first = ", ".join(f"{t.scenario.name} {t.arm} replicate {t.replicate}" for t in gaps[:3])
            failed = self._index[self._index["error"] != ""]
            why = f"; {len(failed)} failed, first: {failed['error'].iloc[0]} at {failed['origin'].iloc[0]}" if len(failed) else ""
            raise Mistake(
                f"{len(gaps)} of {len(self.wanted)} runs are missing ({first}{', ...' if len(gaps) > 3 else ''}{why}): "
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
        whole = whole.take(pa.array(np.argsort(whole["_rank"].to_numpy(), kind="stable"))).drop_columns(["_rank"])
        rows = (whole if columns is None else whole.select(list(columns))).to_pandas()
        for name in rows.columns[rows.dtypes == "category"]:  # grouping villages by categories would show empty ones
            words = rows[name].astype(str)
            rows[name] = words if table == "villages" else words.astype(pd.CategoricalDtype(sorted(words.unique())))
        return rows

    def runs(self, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run; with `allow_partial` failed ones too (`error` and `origin` say what happened)."""
        self._check(allow_partial)
        return self._index.copy()

    def villages(self, columns: Sequence[str] | None = None, allow_partial: bool = False) -> pd.DataFrame:
        """One row a run and village."""
        self._check(allow_partial)
        return self._villages.copy() if columns is None else self._read("villages", columns)

    def series(self, columns: Sequence[str] | None = None, allow_partial: bool = False, scenario: str = "") -> pd.DataFrame:
        """One row a run, month and village, of the runs whose series are kept; `month` 0 is the first of the horizon.

        `scenario` leaves its main arm only.
        """
        self._check(allow_partial)
        return self._read("series", columns, scenario)
