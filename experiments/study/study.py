"""Writing a study: one process at a time, parts whole or not at all, what is finished is never run again.

The id of a study is the hash of what is asked (configuration, experiment) and of the model, so that the same
command finds its study again. A kill loses what was finished in the last five seconds at most; a damaged part
is set aside and its runs are redone (repair.py).
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
import pyarrow as pa

from ..command import busy
from ..command.paths import command
from ..command.scenario import Composed, Mistake, Settings
from . import runner
from .engines import Engine, Standing
from .lock import Lock
from .manifest import sealed, sums_of
from .parts import (
    TABLES,
    joined,
    make_folder,
    make_room,
    merge,
    replace,
    say,
    taken,
    write_part,
)
from .plan import Plan, Task
from .provenance import ROOT, files, model_digest, provenance
from .repair import Repair
from .simulate import simulate_many
from .store import SCHEMA, Results, RunRecord, read_plan
from .which import known_manifest, requested, resolve

# by the disk or what lies on it, not by a fault here
REFUSED = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.EEXIST, errno.EISDIR, errno.ENOTDIR),
)
BATCH, SECONDS = 480, 5.0  # a part is written after so many runs or seconds
SMALL = 120  # runs that a part should hold; those of fewer become one when they are many
MOST_SMALL = 24  # parts of fewer runs; one more, and they become one


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; the message says how to go on."""


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
        batch: int | None = None,
    ) -> None:
        self.folder, self.batch, self.line = folder, batch or BATCH, line
        self._enough = min(self.batch, SMALL)
        self._rows: list[dict[str, Any]] = []
        self._tables: dict[str, list[pa.Table]] = {"villages": [], "series": []}
        self._late: threading.Timer | None = None  # writes what waits for its batch
        self._writer = threading.RLock()
        self._refused: Exception | None = None  # why it could not
        self._looked: set[int] = set()  # runs whose series are known to be there
        self._small: list[int] = []  # parts of fewer runs than a batch
        self._results: Results | None = None  # as it lies in the folder now
        self._raced: dict[str, list[dict[str, Any]]] = {}  # phase -> its runs before it was raced again
        self.done: dict[int, str] = {}  # run -> hash of its rows
        self.failed: dict[int, str] = {}
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            make_room(folder / "lock")
            self._lock = Lock(folder)
        try:
            fresh = line is not None and line.settings.fresh
            if fresh and any(path.name != "lock" for path in folder.iterdir()):
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
            make_folder(self.folder / table)
        path = self.folder / "manifest.json"
        there = os.path.lexists(path)
        kept = known_manifest(self.folder) if there else None
        if kept is not None:
            self._go_on(Results(self.folder), experiment, text)
        else:
            if there:
                say(f"{path} is damaged and is written anew from the command")
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
            self._put("resolved.yaml", text)
        self.plan = self._stored_plan()
        self._repair()
        if kept is None:
            self.note()

    def _go_on(self, found: Results, experiment: str, text: str) -> None:
        """Take up a study; Mistake where its runs and those to come do not mix."""
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
        if self.manifest["experiment"] != experiment:
            raise Mistake(
                f"{self.folder} is a study of experiment={self.manifest['experiment']}, not of {experiment}: "
                f"begin anew beside it with fresh=true"
            )
        path = self.folder / "resolved.yaml"
        sums = self.manifest["sha256"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sums["configuration"]:
            say(f"{path} is damaged or gone and is written anew")
            self._put("resolved.yaml", text)
            sums["configuration"] = hashlib.sha256(text.encode()).hexdigest()
            self.note()

    def _stored_plan(self) -> Plan:
        """The plan as it lies in the folder; an empty one where it cannot be read, it is made again."""
        path = self.folder / "scenarios.json"
        if not os.path.lexists(path) and not taken(self.folder):
            return Plan()
        try:
            return read_plan(path, self.folder)
        except Mistake:
            if self.line is not None and self.line.expanding:
                raise
            say(f"{path} cannot be read and is written anew")
            return Plan()

    def _put(self, name: str, content: str) -> None:
        """Write a text file into the folder, whole or not at all."""
        replace(self.folder / name, content.encode())

    def _repair(self) -> None:
        """Count what is whole, set aside what is damaged."""
        self._looked = {task.run for task in self.plan.tasks() if task.keep_series}
        rows = Repair(self.folder, self._looked).whole()
        self.done.clear()
        self._count(rows.to_dict("records"))
        sizes = rows["_part"].value_counts()
        self._small = sorted(int(number) for number, count in sizes.items() if count < self._enough)

    def _count(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            if not row["error"]:
                self.done[row["run"]] = row["content"]
                self.failed.pop(row["run"], None)
            elif row["run"] not in self.done:
                self.failed[row["run"]] = f"{row['error']} at {row['origin']}"

    # -- writing
    # -----------------------------------------------------------------------------------------------------
    def note(self, **changes: Any) -> None:
        """Bring the manifest up to date."""
        self.manifest.update(changes)
        self._put("manifest.json", sealed(self.manifest))

    def text(self, name: str, content: str) -> None:
        """A text file in the folder."""
        with self._writing():
            self._put(name, content)

    def add(self, outcome: RunRecord) -> None:
        """Take one finished or failed run; it is written with its batch, or after SECONDS without."""
        with self._writer:
            self._rows.append(outcome.row)
            for name, tables in self._tables.items():
                table = getattr(outcome, name)
                if table is not None:
                    tables.append(table)
            if len(self._rows) >= self.batch or self._refused is not None:
                self.flush()
            elif self._late is None:
                self._late = threading.Timer(SECONDS, self._flush_late)
                self._late.daemon = True
                self._late.start()

    def _flush_late(self) -> None:
        """Called by the clock, beside the runs: what goes wrong is said by the next run that is added."""
        try:
            self.flush()
        except Exception as error:
            self._refused = error

    def flush(self) -> None:
        """Series first, then villages, then the runs they belong to: one number."""
        with self._writer:
            if self._late is not None:
                self._late.cancel()
                self._late = None
            if self._refused is not None:
                raise self._refused
            rows, tables = self._rows, self._tables
            self._rows, self._tables = [], {"villages": [], "series": []}
            if not rows:
                return
            if not self._lock.held():
                raise Mistake(
                    f"{self.folder} was moved, or another process took it over, while it was written: what "
                    f"was finished before is kept where it is now; give the first command again"
                )
            number = max(taken(self.folder), default=-1) + 1
            with self._writing():
                for name in ("series", "villages"):
                    if tables[name]:
                        write_part(self.folder, name, number, joined(tables[name]))
                write_part(
                    self.folder,
                    "runs",
                    number,
                    pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False),
                )
                self._count(rows)
                self._looked |= {row["run"] for row in rows}
                self._results = None
                self._merge(number, len(rows))

    def _merge(self, number: int, count: int) -> None:
        """Put small parts together once there are many, so that their number stays bounded."""
        self._small += [number] if count < self._enough else []
        if len(self._small) > MOST_SMALL:
            small, self._small = self._small, []
            with contextlib.suppress(ValueError):  # one is damaged: left to the next repair
                self._small = [merge(self.folder, small)]

    def stage(self, what: str) -> None:
        """Say what is being done now, beside the progress of runs."""
        if self._settings.progress:
            print(what, file=sys.stderr, flush=True)
            busy.say(what, what)

    def declare(self, said: str, race: dict[str, Any]) -> None:
        """Keep and say by which rule runs are chosen, before the first of them."""
        self.stage(said)
        with self._writing():
            self.note(race=race)

    # -- running
    # -----------------------------------------------------------------------------------------------------
    def run(
        self,
        tasks: Sequence[Task],
        label: str = "runs",
        work: runner.Work = simulate_many,
        more: bool = False,
    ) -> None:
        """Do what is not done of `tasks`, a phase of the study.

        `more`: the phase is given again with these and others, once they are looked at. Interrupted on
        Ctrl-C, with everything finished kept.
        """
        if more:
            self._raced.setdefault(label, self.plan.phases.get(label, []))
        else:
            self._expand(tasks, label)
        before = list(self.plan.phases)
        later = before[before.index(label) + 1 :] if label in before else []
        self.plan.phases = {phase: v for phase, v in self.plan.phases.items() if phase not in later}
        self.plan.put(label, tasks)
        with self._writing():
            self._put("scenarios.json", json.dumps(self.plan.to_dict(), indent=1, ensure_ascii=False))
            self.note(status="running")
            series = {task.run for task in self.plan.tasks() if task.keep_series}
            if (
                series - self._looked
            ) & self.done.keys():  # the plan was not known when the folder was opened
                self._repair()
        self._results = None
        left = list({task.run: task for task in tasks if task.run not in self.done}.values())
        if left:
            settings = self._settings
            if work is simulate_many:
                self.stage("compiling")
                runner.warm(left[0].scenario.parameters, self.engine.engine.count, settings.progress)
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
        asked = self._raced.pop(label, self.plan.phases.get(label, []))
        before = Plan(self.plan.scenarios, {label: asked})
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
                    f"{command('resume', f'study={self.folder}')}"
                ) from error
            if error is None or isinstance(error, BrokenPipeError):  # who read the answer stopped
                self.flush()
                self._close("incomplete" if self._gaps() else "finished")
            elif self.manifest["status"] == "running":
                with contextlib.suppress(OSError, Mistake):
                    self.flush()
                with contextlib.suppress(OSError, Mistake):
                    self._close("incomplete" if isinstance(error, Mistake) and self._gaps() else "failed")
            if isinstance(error, OSError) and error.errno in REFUSED:
                with self._writing():
                    raise error
        finally:
            if self._late is not None:
                self._late.cancel()
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
                texts=sums_of(self.folder),
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
        where = f" ({error.filename})" if error.errno in (errno.EEXIST, errno.EISDIR, errno.ENOTDIR) else ""
        raise Mistake(
            f"results cannot be written to {str(folder)!r}: {why}{where}; parts written before are kept, "
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


__all__ = [
    "ROOT",
    "Interrupted",
    "Lock",
    "Study",
    "begin",
    "files",
    "model_digest",
    "now",
    "provenance",
    "requested",
    "resolve",
    "writing",
]
