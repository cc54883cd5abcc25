"""Cells for other programs: a text that a table calculation would run as a formula stays a text."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pyarrow as pa

FORMULA = re.compile(r"^[\s]*[=+\-@]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # what a workbook refuses
LONGEST = 32_000  # signs of a cell


def neutral(cell: Any) -> Any:
    """A cell to export: numbers as they are, texts without a leading = + - @ and without control signs."""
    if not isinstance(cell, str):
        return cell
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", cell)[:LONGEST]
    return f"'{text}" if FORMULA.match(text) and not _number(text) else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def neutral_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its texts and headings made neutral."""
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    made = frame.assign(**{str(name): frame[name].map(neutral) for name in texts}) if texts else frame
    return made.rename(columns=neutral)


def neutral_table(table: pa.Table) -> pa.Table:
    """The same of an Arrow table: columns of text are looked at, once a word."""
    for at, column in enumerate(table.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            words = table[column.name].combine_chunks().dictionary_encode()
            made = pa.array([neutral(word) for word in words.dictionary.to_pylist()], column.type)
            table = table.set_column(
                at, column, pa.DictionaryArray.from_arrays(words.indices, made).cast(column.type)
            )
    return table.rename_columns([neutral(name) for name in table.column_names])
