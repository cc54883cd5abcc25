"""Parts: the Parquet files of a study's tables, written whole or not at all, named by number and checksum.

A folder may be left in any state by a kill, a second writer, a copy or a tidy-up. So nothing rests on which
number a part has: a run is where its rows are, and counts once, as the first part that holds it has it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..command.user_files import printable

TABLES = ("series", "villages", "runs")  # the order in which they are written
PART = re.compile(
    r"part-(\d{5})-[0-9a-f]{8}\.parquet(\.corrupt(\.\d+)?)?"
)  # what is named otherwise is not the store's
Counts = dict[int, int]  # run -> rows that a part holds of it


def say(text: str) -> None:
    """Tell what was found."""
    print(printable(text), file=sys.stderr)


def set_aside(path: Path) -> Path:
    """Rename to *.corrupt, or *.corrupt.1 where that is taken; the new path."""
    names = (
        path.with_name(f"{path.name}.corrupt{more}") for more in ("", *(f".{i}" for i in range(1, 10_000)))
    )
    free = next(name for name in names if not os.path.lexists(name))
    os.replace(path, free)
    return free


def make_room(path: Path) -> None:
    """What stands where a file is to be written, and is none, is set aside."""
    if os.path.lexists(path) and not path.is_file():
        say(f"{path} is no file: set aside as {set_aside(path).name}")


def make_folder(path: Path) -> None:
    """A folder; what stands in its place and is none is set aside."""
    if os.path.lexists(path) and not path.is_dir():
        say(f"{path} is no folder: set aside as {set_aside(path).name}")
    path.mkdir(parents=True, exist_ok=True)


def replace(path: Path, content: bytes) -> None:
    """Write whole or not at all."""
    make_room(path)
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_part(folder: Path, table: str, number: int, content: pa.Table) -> None:
    """One Parquet part, whole or not at all; its name carries the checksum of its bytes.

    Words alone have a dictionary: numbers differ too often, one for them is made and thrown away.
    """
    sink = pa.BufferOutputStream()
    words = [declared.name for declared in content.schema if not pa.types.is_primitive(declared.type)]
    pq.write_table(content, sink, compression="zstd", compression_level=1, use_dictionary=words)
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


def numbered(folder: Path, table: str) -> list[tuple[int, Path]]:
    """Number and file of every part of a table, in order; two writers may have given one number twice."""
    return [
        (int(path.name[5:10]), path)
        for path in sorted((folder / table).glob("part-*.parquet"))
        if PART.fullmatch(path.name)
    ]


def parts(folder: Path, table: str) -> dict[int, Path]:
    """Number -> part of a table, in order."""
    return dict(numbered(folder, table))


def taken(folder: Path) -> list[int]:
    """Numbers that parts have or, before they were set aside, had."""
    return [
        int(named[1])
        for table in TABLES
        for path in (folder / table).glob("part-*")
        if (named := PART.fullmatch(path.name))
    ]


def held(path: Path) -> Counts:
    """Rows that a part holds of each run; ValueError when its bytes are not those that were written."""
    stat = path.stat()
    return _held(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _held(path: Path, size: int, written: int) -> Counts:
    try:
        runs, rows = np.unique(read_part(path, ["run"])["run"].to_numpy(), return_counts=True)
    except (LookupError, TypeError, pa.ArrowException) as error:
        raise ValueError(f"{path} is damaged") from error
    return dict(zip(runs.tolist(), rows.tolist(), strict=True))


def once(contents: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The tables less the rows of runs that an earlier one holds: a part may be there twice."""
    seen = np.zeros(0, np.int64)
    for content in contents:
        runs = content["run"].to_numpy()
        mine = np.unique(runs)
        known = np.isin(mine, seen)
        if known.any():
            content = content.filter(pa.array(np.isin(runs, mine[~known])))
        seen = np.concatenate([seen, mine[~known]])
        yield content


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of one kind below each other, the words of their dictionaries counted anew.

    In one piece: a piece a run and column takes longer to write than what stands in it.
    """
    alike = all(table.schema.equals(tables[0].schema) for table in tables)
    below = pa.concat_tables(tables, promote_options="none" if alike else "permissive")
    return below.unify_dictionaries().combine_chunks()


def merge(folder: Path, numbers: Sequence[int]) -> int:
    """One part in place of those with these numbers; its number.

    It is whole before the first of the others goes, so that a kill in between leaves runs twice, never fewer.
    """
    new, old = max(taken(folder)) + 1, list[Path]()
    for table in TABLES:
        paths = [path for number, path in numbered(folder, table) if number in set(numbers)]
        found = [read_part(path) for path in paths]
        if found:
            write_part(folder, table, new, joined(found if table == "runs" else list(once(found))))
        old = paths + old  # rows of runs go first
    for path in old:
        path.unlink(missing_ok=True)
    return new


def lost(villages: Mapping[int, int], there: Mapping[str, Counts], series: Collection[int]) -> dict[int, str]:
    """Run -> the table that has lost its rows, of runs whose rows say how many villages they have.

    `there`: rows of each run that the tables hold; `series`: the runs whose series are kept.
    """
    gone: dict[int, str] = {}
    for run, count in villages.items():
        if count and there["villages"].get(run, 0) != count:
            gone[run] = "villages"
        elif count and run in series and not there["series"].get(run, 0):
            gone[run] = "series"
    return gone


def disagreeing(rows: pd.DataFrame) -> list[int]:
    """Numbers of parts (column `_part`) that hold different values of one run: its content differs."""
    twice = rows[rows["run"].duplicated(keep=False)]
    apart = twice.groupby("run")["content"].transform("nunique") > 1
    return sorted({int(number) for number in twice.loc[apart, "_part"]})
