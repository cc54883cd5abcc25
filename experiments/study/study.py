"""Writing a study: one process at a time, parts whole or not at all, what is finished is never run again.

The id of a study is the hash of what is asked (configuration, experiment) and of the model, so that the same
command finds its study again. A kill loses at most the batch in flight; a damaged part is set aside and its
runs are redone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.command.scenario import CONFIGS, HOW, Composed, Mistake, Settings, compose_line
from experiments.study import runner
from experiments.study.engines import Engine, Standing
from experiments.study.plan import Plan, Task
from experiments.study.simulate import simulate_many
from experiments.study.store import (
    SCHEMA,
    TABLES,
    Results,
    RunRecord,
    intact,
    lost,
    parts,
    replace,
    taken,
    write_part,
)

ROOT = CONFIGS.parent
LIBRARIES = ("mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "hydra-core", "omegaconf", "matplotlib")
REFUSED = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
)  # by the disk, not by a fault here
NAMED = ("scenario", "given.villages")  # words whose value is a file's path
BATCH, SECONDS = 120, 30.0  # a part is written after so many runs or seconds


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; the message says how to go on."""


# -- what made the results
# ---------------------------------------------------------------------------------------------
def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents, in order of name."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def model_digest() -> str:
    """Hash of the model's code and tables, on which every run depends."""
    return digest([*ROOT.glob("sim/**/*.py"), *ROOT.glob("sim/data/*.csv")])


def provenance(text: str) -> dict[str, Any]:
    """Versions and hashes that tie results to what made them; `text` is the resolved configuration."""
    code = [*ROOT.glob("sim/**/*.py"), *ROOT.glob("experiments/**/*.py"), ROOT / "run.py"]
    lock = ROOT / "requirements.lock"
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "sha256": {
            "configuration": hashlib.sha256(text.encode()).hexdigest(),
            "code": digest([path for path in code if path.exists()]),
            "model": model_digest(),
            "data": {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(ROOT.glob("sim/data/*.csv"))
            },
            "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        },
    }


def files(words: Iterable[str]) -> dict[str, str]:
    """Checksums of the files that words name: a study goes on only while they stay as they were."""
    named = {
        path
        for key, _, path in (word.partition("=") for word in words)
        if key in NAMED and Path(path).is_file()
    }
    return {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in sorted(named)}


# -- which study
# -------------------------------------------------------------------------------------------------------
def requested(words: Iterable[str]) -> list[str]:
    """The words that say what is asked, not how it is run; of two for one key the later."""
    last = {word.partition("=")[0]: word for word in words}
    return [word for key, word in last.items() if key.partition(".")[0] not in HOW]


def resolve(line: Composed, words: Sequence[str]) -> tuple[Composed, list[str]]:
    """The line with its study's folder, and its words; a study that was expanded goes on as expanded."""
    settings = line.settings
    identity = hashlib.sha256(f"{settings.name}\n{model_digest()}\n{line.text}".encode()).hexdigest()[:12]
    folder, words = Path(settings.out) / settings.name / identity, list(words)
    if (folder / "manifest.json").exists() and not settings.fresh:
        kept = Results(folder).manifest
        if kept["expanded"]:
            words = [
                *kept["overrides"],
                *kept["expanded"],
                *(word for word in words if word not in requested(words)),
            ]
            line = compose_line(list({word.partition("=")[0]: word for word in words}.values()))
    return dataclasses.replace(line, folder=folder), words


class Lock:
    """One writer a folder: held by the open file, so that it ends with its process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lock"
        self._file: IO[str] = self.path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise Mistake(
                f"another process is at work on {folder} (pid {holder}): wait for it or end it"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    @classmethod
    def holder(cls, folder: Path) -> str:
        """The pid at work on a folder, or the empty string."""
        try:
            with (folder / "lock").open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return file.read().strip()
        except FileNotFoundError:
            pass
        return ""

    def release(self) -> None:
        """Let the next one in."""
        self._file.close()


class Study:
    """A study being written; as a context manager it notes how it ended.

    `run` does what is not done yet of a list of tasks; `results` reads what there is; `text` keeps a file.
    """

    def __init__(
        self,
        folder: Path,
        experiment: str,
        text: str,
        words: Sequence[str],
        *,
        line: Composed | None = None,
        batch: int = BATCH,
    ) -> None:
        self.folder, self.batch, self.line = folder, batch, line
        self._rows: list[dict[str, Any]] = []
        self._tables: dict[str, list[pa.Table]] = {"villages": [], "series": []}
        self._written = time.monotonic()
        self._results: Results | None = None  # as it lies in the folder now
        self.done: dict[int, str] = {}  # run -> hash of its rows
        self.failed: dict[int, str] = {}
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(folder)
        try:
            if line is not None and line.settings.fresh and (folder / "manifest.json").exists():
                self._put_away()
            with self._writing():
                self._open(experiment, text, words)
        except BaseException:
            self._lock.release()
            raise

    def _writing(self) -> contextlib.AbstractContextManager[None]:
        return writing(self.folder)

    def _put_away(self) -> None:
        """Move an older study out of the way, under the next free name."""
        free = next(
            number
            for number in range(1, 10_000)
            if not self.folder.with_name(f"{self.folder.name}.{number}").exists()
        )
        self._lock.release()
        os.replace(self.folder, self.folder.with_name(f"{self.folder.name}.{free}"))
        self.folder.mkdir()
        self._lock = Lock(self.folder)

    def _open(self, experiment: str, text: str, words: Sequence[str]) -> None:
        for table in TABLES:
            (self.folder / table).mkdir(exist_ok=True)
        self.plan = Plan()
        if (self.folder / "manifest.json").exists():
            found = Results(self.folder)
            self.manifest = found.manifest
            if found.schema < SCHEMA:
                raise Mistake(
                    f"{self.folder} was written by an earlier version of this program (schema "
                    f"{found.schema}, now {SCHEMA}), old and new runs do not mix: it can still be read, "
                    f"reported and exported; fresh=true begins anew beside it"
                )
            if self.manifest["sha256"]["model"] != model_digest():
                raise Mistake(
                    f"the model has changed since {self.folder} was begun, old and new runs do not "
                    f"mix: give the first command again, which begins anew"
                )
            try:
                self.plan = found.plan
            except Mistake:
                if self.line is not None and self.line.expanding:
                    raise
                print(f"{self.folder / 'scenarios.json'} cannot be read and is written anew", file=sys.stderr)
            self._repair()
            return
        replace(self.folder / "resolved.yaml", text.encode())
        self.manifest = {
            "schema": SCHEMA,
            "experiment": experiment,
            "id": self.folder.name,
            "started": now(),
            "status": "running",
            "overrides": requested(words),
            "expanded": [],
            "files": files(words),
            **provenance(text),
        }
        self.note()

    def _repair(self) -> None:
        """Set damaged parts aside with those of the same number, drop parts whose runs were never written."""
        found = {table: parts(self.folder, table) for table in TABLES}
        series = {task.run for task in self.plan.tasks() if task.keep_series}
        for table in TABLES:
            for number in set(found[table]) - set(found["runs"]):
                found[table][number].unlink()
            for path in (self.folder / table).glob("*.tmp"):
                path.unlink()
        for number in found["runs"]:
            paths = [found[table][number] for table in TABLES if number in found[table]]
            try:
                rows = pq.read_table([pa.BufferReader(intact(path)) for path in paths][-1])
                if table := lost(rows, number, found, series):
                    raise ValueError(f"{paths[-1]} has lost its part of {table}")
            except ValueError as error:
                print(f"{error}: set aside as *.corrupt, its runs are done again", file=sys.stderr)
                for path in paths:
                    os.replace(path, path.with_name(path.name + ".corrupt"))
            else:
                self._count(rows.to_pylist())

    def _count(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            good = not row["error"]
            (self.done if good else self.failed)[row["run"]] = (
                row["content"] if good else f"{row['error']} at {row['origin']}"
            )
            if good:
                self.failed.pop(row["run"], None)

    # -- writing
    # -----------------------------------------------------------------------------------------------------
    def note(self, **changes: Any) -> None:
        """Bring the manifest up to date."""
        self.manifest.update(changes)
        replace(
            self.folder / "manifest.json", json.dumps(self.manifest, indent=1, ensure_ascii=False).encode()
        )

    def text(self, name: str, content: str) -> None:
        """A text file in the folder."""
        with self._writing():
            replace(self.folder / name, content.encode())

    def add(self, outcome: RunRecord) -> None:
        """Take one finished or failed run."""
        self._rows.append(outcome.row)
        for name, tables in self._tables.items():
            table = getattr(outcome, name)
            if table is not None:
                tables.append(table)
        if len(self._rows) >= self.batch or time.monotonic() - self._written > SECONDS:
            self.flush()

    def flush(self) -> None:
        """Series first, then villages, then the runs they belong to: one number."""
        rows, tables = self._rows, self._tables
        self._rows, self._tables, self._written = [], {"villages": [], "series": []}, time.monotonic()
        if not rows:
            return
        number = max(taken(self.folder), default=-1) + 1
        with self._writing():
            for name in ("series", "villages"):
                if tables[name]:
                    whole = pa.concat_tables(tables[name], promote_options="permissive").unify_dictionaries()
                    write_part(self.folder, name, number, whole)
            write_part(
                self.folder, "runs", number, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
            )
        self._count(rows)
        self._results = None

    # -- running
    # -----------------------------------------------------------------------------------------------------
    def run(self, tasks: Sequence[Task], label: str = "runs", work: runner.Work = simulate_many) -> None:
        """Do what is not done of `tasks`, a phase of the study.

        Interrupted on Ctrl-C, with everything finished kept.
        """
        self._expand(tasks, label)
        before = list(self.plan.phases)
        later = before[before.index(label) + 1 :] if label in before else []
        self.plan.phases = {phase: v for phase, v in self.plan.phases.items() if phase not in later}
        self.plan.put(label, tasks)
        with self._writing():
            replace(
                self.folder / "scenarios.json",
                json.dumps(self.plan.to_dict(), indent=1, ensure_ascii=False).encode(),
            )
            self.note(status="running")
        self._results = None
        left = list({task.run: task for task in tasks if task.run not in self.done}.values())
        if left:
            settings = self._settings
            if work is simulate_many:
                runner.warm(left[0].scenario.parameters)
            runner.execute(
                left, self, self.engine, total=len(tasks), progress=settings.progress, label=label, work=work
            )
            self.flush()

    @property
    def _settings(self) -> Settings:
        return self.line.settings if self.line else Settings(progress=False, workers=1)

    @cached_property
    def engine(self) -> Standing:
        """Where runs and pictures are worked out, until the end of the study."""
        settings = self._settings
        return Standing(Engine(settings.engine.kind, settings.workers, settings.engine.scheduler))

    def _expand(self, tasks: Sequence[Task], label: str) -> None:
        """Take the words of `expand` into the manifest once it is sure that they only add runs."""
        words = list(self.line.expanding) if self.line else []
        if not words or self.manifest["expanded"][-len(words) :] == words:
            return
        new = {task.run for task in tasks}
        before = Plan(self.plan.scenarios, {label: self.plan.phases.get(label, [])})
        lost = sum(task.run not in new for task in before.tasks())
        if lost:
            raise Mistake(
                f"expand only adds seeds and scenarios: with {' '.join(words)} {lost} runs would no "
                f"longer belong to {self.folder}"
            )
        self.manifest["expanded"] += words

    def results(self) -> Results:
        """What is finished so far, for reading; with partial=true gaps are allowed."""
        self.flush()
        if self._results is None:
            self._results = Results(self.folder, partial=self._settings.partial)
        return self._results

    # -- the end
    # -----------------------------------------------------------------------------------------------------
    def __enter__(self) -> Study:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, KeyboardInterrupt):
                self.flush()
                self._close("interrupted")
                total = sum(1 for _ in self.plan.tasks())
                raise Interrupted(
                    f"interrupted: {len(self.done)} of {total} planned runs are kept; go on with: "
                    f"python run.py resume study={self.folder}"
                ) from error
            if error is None:
                self.flush()
                self._close("incomplete" if self._gaps() else "finished")
            elif self.manifest["status"] == "running":
                with contextlib.suppress(OSError, Mistake):
                    self._close("incomplete" if isinstance(error, Mistake) and self._gaps() else "failed")
            if isinstance(error, OSError) and error.errno in REFUSED:
                with self._writing():
                    raise error
        finally:
            self.engine.close()
            self._lock.release()

    def _gaps(self) -> bool:
        return any(task.run not in self.done for task in self.plan.tasks())

    def _close(self, status: str) -> None:
        """Last word of the manifest, with the hash of all results.

        Of what was run, not of how it lies in parts.
        """
        wanted = sorted(task.run for task in self.plan.tasks())
        lines = "".join(f"{run} {self.done[run]}\n" for run in wanted if run in self.done)
        self.manifest["sha256"]["results"] = hashlib.sha256(lines.encode()).hexdigest()
        with self._writing():
            self.note(
                status=status,
                finished=now(),
                runs=len(wanted),
                done=lines.count("\n"),
                failed=sum(run in self.failed for run in wanted),
            )


def now() -> str:
    """The time, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextlib.contextmanager
def writing(folder: Path) -> Any:
    """What the system refuses becomes one sentence that names the folder."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Mistake(
            f"results cannot be written to {str(folder)!r}: {why}; parts written before are kept, "
            f"out=folder writes elsewhere"
        ) from error


def begin(line: Composed, words: Sequence[str], *, fresh: bool = False) -> Study:
    """The study of a command line (`resolve`), new or gone on with."""
    if line.folder is None:
        line, words = resolve(line, words)
    assert line.folder is not None
    folder = line.folder
    if fresh:
        line = dataclasses.replace(line, settings=dataclasses.replace(line.settings, fresh=True))
    return Study(folder, line.settings.name, line.text, words, line=line)
