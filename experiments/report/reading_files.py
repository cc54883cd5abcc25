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
from ..outcomes import OUTCOMES
from ..study.parts import replace
from ..study.store import Results
from . import reading
from .cells import neutral_frame
from .style import phrase, tell, words

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


COMPARISON = {"condition", "arm", "cell", "replicate"}  # columns that name a row, where others are outcomes
PLACES: Mapping[str, tuple[str, str]] = {  # what names a row of a summary
    "panel": ("panel", "组"),
    "condition": ("condition", "条件"),
    "cell": ("group of villages", "村的类别"),
    "class": ("class", "类别"),
    "share": ("share", "占比"),
    "low": ("low", "下限"),
    "high": ("high", "上限"),
    "seeds": ("seeds", "种子数"),
}


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """summary.csv with its words translated, under headings: outcomes by their names where it compares arms.

    Elsewhere a column may mean something else than the outcome of that name, and keeps the name it has.
    """
    made = {
        str(name): frame[name].map(lambda cell, name=name: _word(str(name), cell))
        for name in frame
        if not pd.api.types.is_numeric_dtype(frame[name])
    }
    if "replicate" in frame:
        made["replicate"] = frame["replicate"] + 1
    compared = set(frame) >= COMPARISON
    heads = {str(name): _heading(str(name), compared) for name in frame}
    return neutral_frame(reading.in_units(frame.assign(**made)).rename(columns=heads))


def _word(column: str, cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    return reading.arm_words(cell) if column == "arm" else words(cell)


def _heading(name: str, compared: bool) -> str:
    if name in PLACES:
        return tell(*PLACES[name])
    if compared and name in OUTCOMES:
        outcome = OUTCOMES[name]
        return phrase(outcome.label) + (tell(", share", "（比例）") if outcome.share else "")
    known = name in ("scenario", "arm", "replicate", "kind", "strength") or reading.measured(name)
    return reading.heading(name) if known else words(name)


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
