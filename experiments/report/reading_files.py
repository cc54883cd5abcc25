"""A study's tables for people as files: CSV that a Chinese spreadsheet opens rightly, and a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sim.state.parameters import Parameters

from .. import reference
from ..study.parts import replace
from ..study.store import Results
from . import reading
from .cells import neutral_frame
from .style import tell, words

ROWS = 1_048_575  # of a sheet, below its heading


def csv_text(frame: pd.DataFrame) -> str:
    """With the mark by which a spreadsheet knows UTF-8."""
    return reading.MARK + frame.to_csv(index=False, lineterminator="\r\n")


def workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """A sheet a table; those that are too long are left out."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        for name, sheet in sheets.items():
            if len(sheet) <= ROWS:
                sheet.to_excel(book, sheet_name=name, index=False)
    return buffer.getvalue()


def parameters_of(found: Results) -> dict[str, Parameters]:
    """Scenario -> its parameters, as written."""
    return {one.name: one.parameters for one in found.plan.scenarios.values()}


def tables(found: Results) -> dict[str, pd.DataFrame]:
    """Summary, villages and runs, by the name of their file."""
    given, runs = parameters_of(found), found.runs()
    rows = reference.split(found.villages())
    made = {} if found.summary.empty else {"summary": summary(found.summary)}
    made["villages"] = reading.table(rows, given, reading.in_order(rows))
    made["runs"] = reading.table(runs, given, reading.in_order(runs))
    return {name: one for name, one in made.items() if one.size}


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """summary.csv under headings; its words translated."""
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    said = {
        name: frame[name].map(lambda cell: words(cell) if isinstance(cell, str) else cell) for name in texts
    }
    return neutral_frame(reading.in_units(frame.assign(**said)).rename(columns=reading.heading))


def write(found: Results, folder: Path) -> list[str]:
    """Files for people in `folder`, in the language that is spoken; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    made = tables(found)
    for name, frame in made.items():
        replace(folder / f"{name}.csv", csv_text(frame).encode())
    sheets = {"summary": ("summary", "汇总"), "villages": ("villages", "村庄"), "runs": ("runs", "运行")}
    names = [f"{name}.csv" for name in made]
    names += ["months.csv"] if _months(found, folder / "months.csv") else []
    if made:
        book = workbook({tell(*sheets[name]): frame for name, frame in made.items()})
        replace(folder / "study.xlsx", book)
        names.append("study.xlsx")
    return names


def _months(found: Results, path: Path) -> bool:
    """Part by part: a series may be larger than the memory. False where no month was kept."""
    path.unlink(missing_ok=True)
    given, wanted = parameters_of(found), pa.array(sorted(found.wanted), pa.int64())
    order = reading.in_order(dict.fromkeys(_columns(found)))
    for part in found.parts("series"):
        rows = part.filter(pc.is_in(part["run"], value_set=wanted)).to_pandas()
        if len(rows):
            text = csv_text(reading.table(rows.reindex(columns=list(_columns(found))), given, order))
            with path.open("a", encoding="utf-8", newline="") as file:
                file.write(text if file.tell() == 0 else text.partition("\r\n")[2])
    return path.exists()


def _columns(found: Results) -> Iterable[str]:
    """Of the monthly tables, all parts together."""
    return dict.fromkeys(name for part in found.parts("series") for name in part.column_names)
