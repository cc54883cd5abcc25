"""What a study's folder may look like when it is opened again, and how it is made whole.

Kills, a full disk, two writers, copies and tidy-ups leave parts that are damaged, gone, doubled or alone.
What is whole is kept; what is not is set aside, never deleted; only what is there twice goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .parts import (
    TABLES,
    Counts,
    disagreeing,
    held,
    lost,
    numbered,
    read_part,
    say,
    set_aside,
)


class Repair:
    """The parts of a folder while they are looked through; `series`: the runs whose series are kept."""

    def __init__(self, folder: Path, series: Collection[int]) -> None:
        self.folder, self.series = folder, series
        self.files: dict[str, list[tuple[int, Path]]] = {}
        self.rows = pd.DataFrame()

    def whole(self) -> pd.DataFrame:
        """Make the folder whole; every row of runs that counts, with the number of its part (`_part`)."""
        for path in [*self.folder.glob("*.tmp"), *self.folder.glob("*/part-*.tmp")]:
            if path.is_file():
                path.unlink()
        self._look()
        self._set_aside(self._damaged())
        while apart := self._apart():
            self._set_aside(apart)
        self._drop_repeated()
        self._drop_alone()
        return self.rows

    def _look(self) -> None:
        self.files = {table: numbered(self.folder, table) for table in TABLES}

    def _of(self, numbers: Collection[int]) -> list[Path]:
        """Files of parts with these numbers, rows of runs first."""
        return [path for table in reversed(TABLES) for number, path in self.files[table] if number in numbers]

    def _set_aside(self, why: dict[int, str]) -> None:
        for text in why.values():
            say(f"{text}: set aside as *.corrupt, its runs are done again")
        for path in self._of(why):
            set_aside(path)
        self._look()

    def _damaged(self) -> dict[int, str]:
        """Number of a part -> what is wrong with its bytes."""
        found: dict[int, str] = {}
        for table in TABLES:
            for number, path in self.files[table]:
                try:
                    held(path)
                except (OSError, ValueError):
                    found.setdefault(number, f"{path} is damaged")
        return found

    def _apart(self) -> dict[int, str]:
        """Number of a part -> why its runs do not count."""
        found = [
            content.append_column("_part", pa.array(np.full(content.num_rows, number)))
            for number, content in ((number, read_part(path)) for number, path in self.files["runs"])
        ]
        if not found:
            self.rows = pd.DataFrame({"run": [], "_part": [], "error": []})
            return {}
        self.rows = rows = pa.concat_tables(found, promote_options="permissive").to_pandas()
        good = rows[rows["error"] == ""]
        if apart := disagreeing(good):
            return {
                number: f"{self.folder / 'runs'}: part {number:05d} holds other values of a run than another"
                for number in apart
            }
        gone = lost(dict(zip(good["run"], good["villages"], strict=True)), self._there(), self.series)
        return {
            int(number): f"{self.folder / gone[run]} has lost its part of {int(number):05d}"
            for run, number in zip(good["run"], good["_part"], strict=True)
            if run in gone
        }

    def _there(self, without: Iterable[int] = ()) -> dict[str, Counts]:
        """Rows that villages and series hold of each run, apart from parts with some numbers."""
        left_out = set(without)
        there: dict[str, Counts] = {}
        for table in ("villages", "series"):
            there[table] = {}
            for number, path in self.files[table]:
                if number not in left_out:
                    there[table] = held(path) | there[table]
        return there

    def _drop_repeated(self) -> None:
        """Parts all of whose runs stand whole in others go: a copy, or what was to go after a merge."""
        good = self.rows[self.rows["error"] == ""]
        if not good["run"].duplicated().any():
            return
        of: dict[Any, set[int]] = {number: set(rows["run"]) for number, rows in good.groupby("_part")}
        failed = set(self.rows["run"]) - set(good["run"])
        with_failed = set(self.rows.loc[self.rows["run"].isin(failed), "_part"])
        for number in sorted(of, key=lambda number: (len(of[number]), -number)):
            elsewhere = set().union(*(runs for other, runs in of.items() if other != number))
            mine = good[good["_part"] == number]
            counts = dict(zip(mine["run"], mine["villages"], strict=True))
            if of[number] <= elsewhere and number not in with_failed:
                if not lost(counts, self._there([number]), self.series):
                    for path in self._of([int(number)]):
                        path.unlink()
                    del of[number]
                    self._look()
        self.rows = self.rows[self.rows["_part"].isin(set(of) | with_failed)]

    def _drop_alone(self) -> None:
        """Villages and series whose runs were never written: those runs are done again."""
        numbers = {number for number, _ in self.files["runs"]}
        alone = {number for table in TABLES for number, _ in self.files[table]} - numbers
        good = self.rows[self.rows["error"] == ""]
        counts = dict(zip(good["run"], good.get("villages", good["run"]), strict=True))
        for number in sorted(alone):
            if not lost(counts, self._there([number]), self.series):
                for path in self._of([number]):
                    path.unlink()
                self._look()
