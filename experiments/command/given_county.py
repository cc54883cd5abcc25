"""What a county knows, from the files that a command line or a scenario names, as parameters."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.start.given_tables import KINDS
from sim.start.village_table import NOTE, read_villages

from .catalogue import Mistake
from .said import Said

VILLAGES, BORDERS = "given.villages", "given.borders"
FILES = (VILLAGES, *(f"given.{kind}" for kind in KINDS), BORDERS)  # parameters that are named by files


class GivenCounty(NamedTuple):
    """Path of a parameter -> its value, and what was left unread, assumed or asked."""

    values: dict[str, Any]
    notes: tuple[Said, ...]


NOTHING = GivenCounty({}, ())


def is_file(value: str) -> bool:
    """Whether the value is a file's path: tables have a heading and rows, borders begin as JSON does."""
    return bool(value) and "\n" not in value and not value.startswith("{")


def read(pinned: Mapping[str, Any]) -> GivenCounty:
    """The files named among these values; Mistake where one cannot be used."""
    named = {path: str(pinned[path]) for path in FILES if is_file(str(pinned.get(path, "")))}
    held = str(pinned.get(VILLAGES, ""))  # the table itself, as a saved scenario holds it
    made = of_villages(held, read_villages(held).rows) if held and VILLAGES not in named else {}
    implied = {path: value for path, value in made.items() if path not in pinned}
    if not named:
        return GivenCounty(implied, ()) if implied else NOTHING
    from . import given_files, village_file  # pandas and its readers: for those who have a file

    values: dict[str, Any] = implied
    notes: list[Said] = []
    plane = None
    for path, name in named.items():
        if path == VILLAGES:
            villages = village_file.read(Path(name))
            values |= of_villages(villages.text, villages.villages)
            notes += villages.notes
            plane = villages.plane
        elif path != BORDERS:
            own = given_files.read(path.partition(".")[2], Path(name))
            values[path] = own.text
            notes += own.notes
    if BORDERS in named:
        bordered = _borders(Path(named[BORDERS]), str(values.get(VILLAGES, pinned.get(VILLAGES, ""))), plane)
        values |= bordered.values
        notes += bordered.notes
    return GivenCounty(values, tuple(notes))


def of_villages(text: str, villages: int) -> dict[str, Any]:
    """What a table of villages sets: the table, and a county of as many villages."""
    return {VILLAGES: text, "county.villages": villages, "county.stratified": False}


def _borders(path: Path, text: str, plane: Any) -> GivenCounty:
    """Borders of the villages of a table, who get their places from them where none has one."""
    from . import border_file

    if not text:
        raise Mistake(f"{BORDERS} = {str(path)[:200]!r}: borders are those of villages: give {VILLAGES} too")
    table = read_villages(text)
    if plane is None and "east" in table.columns:
        raise Mistake(
            f"{BORDERS} = {str(path)[:200]!r}: borders are in degrees, the villages in kilometres: give "
            "their longitude and latitude, or leave their places out"
        )
    found = border_file.read(path, table, plane)
    values: dict[str, Any] = {BORDERS: found.text}
    if plane is None:
        values |= of_villages(placed(text, found.middles), table.rows)
    return GivenCounty(values, found.notes)


def placed(text: str, middles: Mapping[int, tuple[float, float]]) -> str:
    """A table of villages, which has no places, with those of the middles of its borders."""
    lines = text.splitlines(keepends=True)
    notes = [line for line in lines if line.startswith(NOTE)]
    header, *rows = csv.reader(io.StringIO("".join(lines[len(notes) :])))
    number = header.index("number")
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([*header, "east", "north"])
    for row in rows:
        middle = middles.get(int(row[number]))
        writer.writerow([*row, *(("", "") if middle is None else (f"{at:.2f}" for at in middle))])
    return "".join(notes) + made.getvalue()
