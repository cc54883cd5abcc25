"""Where results go: results/<experiment>/<id>/ with runs, villages, monthly series, configuration and manifest.

Parquet parts are written to a temporary name, synced and renamed, series before runs, so that a kill leaves whole parts.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.scenario import CONFIGS, Mistake

ROOT = CONFIGS.parent
LIBRARIES = ("mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "hydra-core", "omegaconf", "matplotlib")


def digest(files: list[Path]) -> str:
    """SHA-256 over names and contents, in order of name."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def provenance(text: str) -> dict[str, Any]:
    """Versions and hashes that tie results to what made them; `text` is the resolved configuration."""
    code = [*ROOT.glob("sim/**/*.py"), *ROOT.glob("experiments/**/*.py"), ROOT / "run.py"]
    lock = ROOT / "requirements.lock"
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "sha256": {
            "configuration": hashlib.sha256(text.encode()).hexdigest(),
            "code": digest([p for p in code if p.exists()]),
            "data": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.glob("sim/data/*.csv"))},
            "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        },
    }


def replace(path: Path, content: bytes) -> None:
    """Write whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def parquet(path: Path, table: pa.Table) -> None:
    """A Parquet file, whole or not at all."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    replace(path, sink.getvalue().to_pybytes())


@dataclass
class Outcome:
    """A run's row, its villages and its monthly series; the last two are None where it failed."""

    row: dict[str, Any]
    villages: pd.DataFrame | None = None
    series: pa.Table | None = None


class Store:
    """One experiment's folder; batches of finished runs become parts, `close` joins the small tables."""

    def __init__(self, out: str, experiment: str, text: str, words: list[str], batch: int = 120) -> None:
        now = datetime.now(UTC)
        self.folder = Path(out) / experiment / now.strftime("%Y%m%d-%H%M%S-%f")
        try:
            (self.folder / "series").mkdir(parents=True)
            (self.folder / "resolved.yaml").write_text(text, encoding="utf-8")
        except OSError as e:
            raise Mistake(f"results cannot be written to {out!r}: {(e.strerror or str(e)).lower()}; set out=folder") from e
        self.batch = batch
        self.manifest = {
            "experiment": experiment, "id": self.folder.name, "started": now.isoformat(timespec="seconds"), "status": "running",
            "overrides": [w for w in words if not w.startswith("out=")], **provenance(text),
        }  # fmt: skip
        self._rows: list[dict[str, Any]] = []
        self._villages: list[pd.DataFrame] = []
        self._series: list[pa.Table] = []
        self._waiting, self._parts = 0, 0
        self.note()

    def note(self, **changes: Any) -> None:
        """Bring the manifest up to date."""
        self.manifest.update(changes)
        replace(self.folder / "manifest.json", json.dumps(self.manifest, indent=1, ensure_ascii=False).encode())

    def add(self, outcome: Outcome) -> None:
        """Take one finished or failed run."""
        self._rows.append(outcome.row)
        if outcome.villages is not None:
            self._villages.append(outcome.villages)
        if outcome.series is not None:
            self._series.append(outcome.series)
        self._waiting += 1
        if self._waiting >= self.batch:
            self.flush()

    def flush(self) -> None:
        """Series first, then the runs they belong to."""
        if self._series:
            parquet(self.folder / "series" / f"part-{self._parts:05d}.parquet", pa.concat_tables(self._series))
            self._series, self._parts = [], self._parts + 1
        parquet(self.folder / "runs.parquet", pa.Table.from_pandas(self.runs(), preserve_index=False))
        self._waiting = 0

    def runs(self) -> pd.DataFrame:
        """One row a run, failed ones too."""
        return pd.DataFrame(self._rows)

    def first_error(self) -> str:
        """What the first failed run said."""
        return next((f"{r['error']} at {r['origin']}" for r in self._rows if r["error"]), "interrupted before the first had finished")

    def villages(self) -> pd.DataFrame:
        """One row a run and village."""
        return pd.concat(self._villages, ignore_index=True) if self._villages else pd.DataFrame()

    def close(self, status: str = "finished") -> None:
        """Write what waits, the village table and the last word of the manifest."""
        self.flush()
        villages = self.villages()
        if len(villages):
            parquet(self.folder / "villages.parquet", pa.Table.from_pandas(villages, preserve_index=False))
        failed = sum(bool(row["error"]) for row in self._rows)
        self.note(
            status=status, finished=datetime.now(UTC).isoformat(timespec="seconds"), runs=len(self._rows), failed=failed
        )  # fmt: skip

    def text(self, name: str, content: str) -> None:
        """A text file in the folder."""
        replace(self.folder / name, content.encode())
