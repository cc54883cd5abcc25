"""What can be done with a study that exists.

`python run.py status|resume|expand|verify|export study=<folder>`.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ..report import reading, reading_files, style
from ..report.cells import neutral_frame, neutral_table
from ..study import runner
from ..study.engines import Engine
from ..study.plan import Task
from ..study.store import TABLES, Results, RunRecord, anew, stored
from ..study.study import Lock, Study, files, provenance, requested, writing
from . import asked, busy, own_folder
from .paths import command
from .scenario import Composed, Mistake, compose_line
from .settings import check_read

ROWS = 1_048_575  # of an xlsx sheet, below its heading
VOLATILE = ("cpu_seconds",)


def take(verb: str, words: list[str]) -> tuple[Results, list[str]]:
    """The study that `study=` names, and the other words; Mistake where one does not belong to the verb."""
    folder, others = asked.study(verb, words)
    return Results(folder), others


def line_of(found: Results, more: list[str], expanding: list[str]) -> tuple[Composed, list[str]]:
    """The command line that made a study, with `more` words on how to run it and those that expand it."""
    own_folder.take_again(found.manifest, found.folder)
    words, now = (
        [*requested([*found.manifest["overrides"], *found.manifest["expanded"]]), *expanding, *more],
        files(found.manifest["overrides"]),
    )
    for path, kept in found.manifest.get("files", {}).items():
        if now.get(path) != kept:
            raise Mistake(
                f"{path} is {'not what it was' if path in now else 'not there any more'}, and "
                f"{found.folder} was begun with it: put it back as it was, or give the first "
                f"command again, which begins anew"
            )
    last = list({word.partition("=")[0]: word for word in words}.values())
    return replace(compose_line(last), folder=found.folder, expanding=tuple(expanding)), last


def status(words: list[str]) -> int:
    """What is done, what failed, what is missing, and how to go on."""
    found, _ = take("status", words)
    runs = found.rows() if found.wanted else pd.DataFrame({"error": []})
    minutes = runs["cpu_seconds"].sum() / 60 if len(runs) else 0.0
    failed, missing, holder = runs[runs["error"] != ""], found.missing(), Lock.holder(found.folder)
    state = (
        f"running (pid {holder})"
        if holder
        else {"running": "stopped"}.get(found.manifest["status"], found.manifest["status"])
    )
    print(
        f"{found.folder}: {found.experiment}, {state}; "
        f"{' '.join(found.manifest['overrides'] + found.manifest['expanded'])}"
    )
    print(
        f"{len(found.wanted) - len(missing)} of {len(found.wanted)} runs done, "
        f"{minutes:.1f} minutes of processor time"
    )
    for text, count in failed.groupby(["error", "origin"]).size().head(5).items() if len(failed) else ():
        print(f"failed {count} times: {text[0]} at {text[1]}")
    for text in [] if holder else found.damaged():
        print(text)
    for path in sorted(found.folder.glob("*/*.corrupt*")):
        print(f"set aside: {path}")
    if (missing and not holder) or state in ("stopped", "interrupted"):
        print(f"go on with: {command('resume', f'study={found.folder}')}")
    return 0


def verify(words: list[str]) -> int:
    """Run some (sample=5) or all (all=true) runs again and compare every value.

    1, naming what differs, when one does.
    """
    found, others = take("verify", words)
    options = dict(word.partition("=")[::2] for word in others)
    settings = compose_line(
        [word for word in others if word.partition("=")[0] not in ("sample", "all")]
    ).settings
    good = found.runs(allow_partial=True)
    good = good[good["error"] == ""]
    if not options.get("sample", "5").isdigit() or options.get("all", "false") not in ("true", "false"):
        raise Mistake("verify takes sample=<a whole number> or all=true")
    if int(options.get("sample", 5)) == 0 and options.get("all") != "true":
        raise Mistake(
            "sample = 0: nothing would be verified; a whole number from 1 on is wanted, or all=true"
        )
    count = len(good) if options.get("all") == "true" else min(int(options.get("sample", 5)), len(good))
    changed = changes(found)
    chosen = [found.wanted[run] for run in random.Random().sample(sorted(good["run"]), count)]
    differing = []
    taker = Verifier(found, good, chosen)
    runner.execute(
        chosen,
        taker,
        Engine(settings.engine.kind, settings.workers, settings.engine.scheduler),
        progress=settings.progress,
        label="verify",
    )
    differing = taker.found
    damaged = found.damaged()
    for text in [*changed, *damaged, *differing]:
        print(text)
    print(
        f"{count} of {len(good)} runs done again: "
        + (f"{len(differing)} differ" if differing else "every byte the same")
    )
    return 1 if differing or damaged else 0


def changes(found: Results) -> list[str]:
    """Sentences on what has changed since the study was made."""
    now = provenance(stored(found.folder / "resolved.yaml", str, anew(found.folder)))
    said = [
        f"{name} has changed since the study was made"
        for name in ("code", "model", "lock", "configuration")
        if now["sha256"][name] != found.manifest["sha256"].get(name)
    ]
    said += [
        f"sim/data/{key} has changed since"
        for key, v in now["sha256"]["data"].items()
        if found.manifest["sha256"]["data"].get(key) != v
    ]
    before = found.manifest["versions"]
    return said + [
        f"{key} is {v}, was {before.get(key)}" for key, v in now["versions"].items() if before.get(key) != v
    ]


class Verifier:
    """Takes runs that were done again and holds them against the stored ones."""

    def __init__(self, results: Results, rows: pd.DataFrame, chosen: list[Task]) -> None:
        self.rows, self.found = rows.set_index("run"), list[str]()
        wanted = pa.array([task.run for task in chosen], pa.int64())
        self.stored: dict[str, pa.Table] = {}
        for table in ("villages", "series"):
            parts = [part.filter(pc.is_in(part["run"], value_set=wanted)) for part in results.parts(table)]
            if parts:
                self.stored[table] = pa.concat_tables(parts, promote_options="permissive")

    def add(self, outcome: RunRecord) -> None:
        """Compare one."""
        row = outcome.row
        name = f"{row['scenario']} {row['arm']} replicate {row['replicate']}"
        old = self.rows.loc[row["run"]]
        for key in (column for column in row if column in old.index and column not in VOLATILE):
            if old[key] != row[key] and key != "content":
                self.found.append(f"{name}: runs.{key} is stored as {old[key]!r}, now {row[key]!r}")
        for table in ("villages", "series"):
            new = getattr(outcome, table)
            if new is not None:
                stored = self.stored.get(table)
                mine = (
                    stored.filter(pc.equal(stored["run"], row["run"]))
                    if stored is not None
                    else new.slice(0, 0)
                )
                self.found += [f"{name}: {table}{text}" for text in difference(mine, new)]
        if old["content"] != row["content"] and not any(text.startswith(name) for text in self.found):
            self.found.append(f"{name}: runs.content is stored as {old['content']!r}, now {row['content']!r}")


def difference(old: pa.Table, new: pa.Table) -> Iterator[str]:
    """Columns in which two tables of one run differ, with the first place."""
    if old.num_rows != new.num_rows:
        yield f" has {old.num_rows} rows stored, now {new.num_rows}"
        return
    for name in new.column_names:
        if name not in old.column_names:
            yield f".{name} is not stored"
            continue
        stored, now = old[name].to_numpy(), new[name].to_numpy()
        at = np.flatnonzero((stored != now) & ~((stored != stored) & (now != now)))
        if len(at):
            row = int(at[0])
            where = ", ".join(
                f"{column} {new[column][row].as_py()}"
                for column in ("month", "village")
                if column in new.column_names
            )
            yield f".{name} differs in {len(at)} rows, first at {where}: stored {stored[row]}, now {now[row]}"


def export(words: list[str]) -> int:
    """Into export/ of the study: all tables as stored and a workbook without the monthly series.

    These are for programs; below, in a folder of the language, stands the same for people.
    """
    found, others = take("export", words)
    code = asked.spoken(others)
    busy.say("writing the tables", "正在写出表格")
    found.runs()
    folder = found.folder / "export"
    with writing(folder):
        folder.mkdir(exist_ok=True)
        names = [f"{table}.csv" for table in TABLES if _to_csv(found, table, folder / f"{table}.csv")]
        left_out = _to_xlsx(found, folder / "study.xlsx")
        with style.speaking(code):
            read = reading_files.write(found, folder / code)
    print(
        f"{folder}/{code}/: {', '.join(read)}, in words, yuan and hours; "
        f"as stored, in {folder}/: {', '.join([*names, 'study.xlsx'])}"
    )
    for text in left_out:
        print(text)
    return 0


def _to_csv(found: Results, table: str, path: Path) -> bool:
    """Part by part: a series may be larger than the memory. False where the table has no part, and no file
    is left.
    """
    path.unlink(missing_ok=True)
    wanted, writer = pa.array(sorted(found.wanted), pa.int64()), None
    schema = pa.unify_schemas(
        [_plain(part).schema for part in found.parts(table)] or [pa.schema([])], promote_options="permissive"
    )
    with contextlib.ExitStack() as stack:
        for content in found.parts(table):
            rows = neutral_table(_plain(content.filter(pc.is_in(content["run"], value_set=wanted))))
            rows = pa.concat_tables([schema.empty_table(), rows], promote_options="permissive")
            writer = writer or _marked(stack, path, schema)
            writer.write_table(rows)
    return writer is not None


def _marked(stack: contextlib.ExitStack, path: Path, schema: pa.Schema) -> csv.CSVWriter:
    """A writer below the mark by which a spreadsheet knows UTF-8."""
    file = stack.enter_context(path.open("wb"))
    file.write(reading.MARK.encode())
    return stack.enter_context(csv.CSVWriter(file, schema))


def _plain(table: pa.Table) -> pa.Table:
    """Words in place of dictionaries."""
    return table.cast(
        pa.schema(
            [
                (column.name, pa.string() if pa.types.is_dictionary(column.type) else column.type)
                for column in table.schema
            ]
        )
    )


def _to_xlsx(found: Results, path: Path) -> list[str]:
    """Sheets summary, runs, villages, about; sentences on what did not fit."""
    sheets: dict[str, pd.DataFrame] = {}
    if (found.folder / "summary.csv").exists():
        sheets["summary"] = found.summary
    sheets |= {"runs": found.runs(), "villages": found.villages()}
    flat: dict[str, Any] = pd.json_normalize(found.manifest).iloc[0].to_dict()
    sheets["about"] = pd.DataFrame({"what": list(flat), "value": [str(v) for v in flat.values()]})
    fits = {name: sheet for name, sheet in sheets.items() if len(sheet) <= ROWS}
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for name, sheet in fits.items():
            whole = {column: str for column in ("run", "seed") if column in sheet}  # a sheet keeps 15 digits
            neutral_frame(sheet.astype(whole)).to_excel(book, sheet_name=name, index=False)
    return [
        f"{name} has more than {ROWS:,} rows and stands in {name}.csv only"
        for name in sheets
        if name not in fits
    ]


def again(verb: str, words: list[str]) -> tuple[Composed, list[str]]:
    """The command line of `resume` or `expand`."""
    found, others = take(verb, words)
    expanding = requested(others) if verb == "expand" else []
    if verb == "expand" and not expanding:
        raise Mistake("expand wants what to add, such as seeds=40")
    line, last = line_of(found, [word for word in others if word not in expanding], expanding)
    check_read(line.settings, expanding)
    return line, last


ALONE = {"status": status, "verify": verify, "export": export}
__all__ = ["ALONE", "Study", "again"]
