"""Tables that people have, as rows of text: in whatever coding, with whatever separator, or a workbook.

pandas, openpyxl and charset-normalizer read; what a cell may hold is checked by those who ask for the table.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from charset_normalizer import from_bytes
from openpyxl import load_workbook

from .catalogue import Mistake
from .user_files import MOST_BYTES, read_bytes

UNPACKED = 50_000_000  # bytes of a workbook, unpacked
MOST_CELLS = 2_000_000
WORKBOOK = b"PK\x03\x04"
FORMER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # workbooks until 2003, and any that a password locks
LOOKED_AT = 50  # lines of a text by which its separator is told
CODINGS = ("utf-8-sig", "gb18030")  # tried in this order before the coding is guessed
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = ",;\t，；"
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


class Sheet(NamedTuple):
    """Rows that are not blank, cells as trimmed text; `lines` are their rows as a spreadsheet counts, `stood`
    the sheets in which they stood where they were put together from several.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    stood: tuple[str, ...] = ()


def sheets(path: Path) -> list[Sheet]:
    """The tables of a file, one of a text, one a sheet of a workbook; Mistake where there is none."""
    if path.suffix.lower() not in SUFFIXES:
        is_old = path.suffix.lower() == ".xls"
        former = "; save an old workbook anew as *.xlsx or as CSV" if is_old else ""
        raise Mistake(f"a table is wanted, a file {', '.join(f'*{suffix}' for suffix in SUFFIXES)}{former}")
    try:
        content = read_bytes(path)
    except (OSError, ValueError) as error:  # also a path that no system takes
        if isinstance(error, Mistake):
            raise
        raise Mistake(
            f"it cannot be read: {(getattr(error, 'strerror', '') or str(error)).lower()}"
        ) from error
    return sheets_of(content, path.name)


def sheets_of(content: bytes, name: str) -> list[Sheet]:
    """As `sheets`, of what a file holds; blank tables are left out."""
    if len(content) > MOST_BYTES:
        raise Mistake(f"at most {MOST_BYTES:,} bytes are read")
    if content.startswith(FORMER):
        raise Mistake(
            "it is an old workbook (*.xls) or one that a password locks: save it without a password as a "
            "workbook *.xlsx, or as CSV"
        )
    frames = workbook(content) if content.startswith(WORKBOOK) else {name: separated(decoded(content))}
    found = [sheet for title, frame in frames.items() if (sheet := _sheet(title, frame)) is not None]
    if not found:
        raise Mistake("the file is empty; a header and rows below it are wanted")
    return found


def decoded(content: bytes) -> str:
    """Text in UTF-8, GB 18030 or UTF-16, with or without a mark, else in the coding that it looks like."""
    if b"\0" in content and content[:2] not in MARKS:
        raise Mistake("the file holds a zero byte: save the table as CSV in UTF-8, or as a workbook *.xlsx")
    codings = [MARKS[content[:2]]] if content[:2] in MARKS else list(CODINGS)
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    guess = from_bytes(content).best()
    text = "" if guess is None else str(guess)
    if not text.strip() or "\0" in text:
        raise Mistake("the file is no text: save the table as CSV in UTF-8, or as a workbook *.xlsx")
    return text.lstrip("\ufeff")


def separated(text: str) -> pd.DataFrame:
    """Cells of a text by the separator that most of its lines have, and have equally often: a title above the
    table has none, or another.
    """
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT]
    separator = max(SEPARATORS, key=lambda sign: _parted(lines, sign))
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            names=range(_widest(text, separator)),
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            engine="python" if ord(separator) > 127 else "c",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise Mistake(f"not readable as a table: {error}") from error


def _parted(lines: list[str], sign: str) -> tuple[int, int, int]:
    """Lines that have a sign, those that have it as often as most of them, and how often that is."""
    counts = Counter(count for line in lines if (count := line.count(sign)))
    often, alike = max(counts.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return counts.total(), alike, often


def _widest(text: str, separator: str) -> int:
    """Cells that a row may have: no fewer than in any line."""
    return 1 + max((line.count(separator) for line in text.splitlines()), default=0)


def workbook(content: bytes) -> dict[str, pd.DataFrame]:
    """Sheet -> cells as text; values of formulas as they were saved."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise Mistake(f"at most {UNPACKED:,} bytes of a workbook are unpacked")
        found: dict[str, pd.DataFrame] = pd.read_excel(
            io.BytesIO(content),
            sheet_name=None,
            header=None,
            dtype=str,
            engine="openpyxl",
            keep_default_na=False,
        )
        _show_lost(content, found)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake("not readable as a workbook: save it anew as *.xlsx") from error
    return found


def _show_lost(content: bytes, frames: dict[str, pd.DataFrame]) -> None:
    """Put what stands in cells that have no value in their place: #REF! and the like, and formulas that were
    never calculated. A blank would be read as not known.
    """
    values, formulas = (load_workbook(io.BytesIO(content), data_only=saved) for saved in (True, False))
    for name, frame in frames.items():
        for row in formulas[name].iter_rows(max_row=frame.shape[0], max_col=frame.shape[1]):
            for cell in row:
                value = values[name].cell(cell.row, cell.column)
                if value.data_type == "e" or (cell.data_type == "f" and value.value is None):
                    shown = cell.value if value.value is None else value.value
                    frame.iat[cell.row - 1, cell.column - 1] = str(getattr(shown, "text", shown))


def plain(cell: object) -> str:
    """A cell as trimmed text: full-width signs as usual ones, a whole number without `.0`."""
    blank = cell is None or cell != cell  # a NaN is not itself
    text = "" if blank else unicodedata.normalize("NFKC", str(cell)).strip()
    whole = text.removesuffix(".0")
    return whole if whole != text and whole.lstrip("-").isdigit() else text


def _sheet(name: str, frame: pd.DataFrame) -> Sheet | None:
    """Header and rows of a frame without blank rows and trailing blank columns; None where all is blank."""
    if frame.size > MOST_CELLS:
        raise Mistake(f"at most {MOST_CELLS:,} cells are read")
    cells = [[plain(cell) for cell in row] for row in frame.to_numpy(dtype=object).tolist()]
    kept = [(at, row) for at, row in enumerate(cells, 1) if any(row)]
    if not kept:
        return None
    width = max(at for _, row in kept for at, cell in enumerate(row, 1) if cell)
    (_, header), *body = [(at, tuple(row[:width])) for at, row in kept]
    return Sheet(str(name), header, tuple(row for _, row in body), tuple(at for at, _ in body))
