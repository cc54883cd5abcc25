"""What a county knows, from the files that a command line or a scenario names, as parameters."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.start.village_table import NOTE, read_villages

from .catalogue import Mistake
from .paths import BORDERS, FILES, VILLAGES, is_file
from .said import Said
from .village_places import Plane


class GivenCounty(NamedTuple):
    """Path of a parameter -> its value; what was left unread, assumed or asked; the plane that degrees were
    projected to.
    """

    values: dict[str, Any]
    notes: tuple[Said, ...]
    plane: Plane | None = None


NOTHING = GivenCounty({}, ())


def read(pinned: Mapping[str, Any]) -> GivenCounty:
    """The files named among these values; Mistake where one cannot be used."""
    named = {path: str(pinned[path]) for path in FILES if is_file(str(pinned.get(path, "")))}
    held = str(pinned.get(VILLAGES, ""))  # the table itself, as a saved scenario holds it
    made = of_villages(held, read_villages(held).rows) if held and VILLAGES not in named else {}
    implied = {path: value for path, value in made.items() if path not in (*pinned, "county.elders")}
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
        text = str(values.get(VILLAGES, pinned.get(VILLAGES, "")))
        try:
            found = bordered(Path(named[BORDERS]), text, plane)
        except Mistake as error:
            raise Mistake(f"{BORDERS} = {named[BORDERS][:200]!r}: {error}") from error
        values |= found.values
        notes += found.notes
    return GivenCounty(values, tuple(notes))


def of_villages(text: str, villages: int) -> dict[str, Any]:
    """What a table of villages sets: the table, a county of as many villages, of their mean size where a size
    is told, around which others are drawn.
    """
    elders = read_villages(text).columns.get("elders", np.full(1, np.nan))
    told = {"county.elders": round(float(np.nanmean(elders)))} if (~np.isnan(elders)).any() else {}
    return {VILLAGES: text, "county.villages": villages, "county.stratified": False, **told}


def bordered(path: Path, text: str, plane: Plane | None) -> GivenCounty:
    """Borders of the villages of a table, who get their places from them where none has one.

    `plane`: that of the villages' degrees; None where they have none.
    """
    from . import border_file

    if not text:
        raise Mistake(f"borders are those of villages: give {VILLAGES} too")
    table = read_villages(text)
    if plane is None and "east" in table.columns:
        raise Mistake(
            "borders are in degrees, the villages in kilometres: give their longitude and latitude, or leave "
            "their places out"
        )
    found = border_file.read(path, table, plane)
    values: dict[str, Any] = {BORDERS: found.text}
    if plane is None:
        values |= of_villages(placed(text, found.middles), table.rows)
    return GivenCounty(values, found.notes, found.plane)


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
