"""A scenario's results as a workbook."""

from __future__ import annotations

import io

import pandas as pd

from ..report.cells import neutral_frame
from . import state
from .measures import answer_of
from .state import Draft, DraftResult
from .words import said


def excel(result: DraftResult, draft: Draft) -> bytes:
    """A workbook: the figures, classes by year, money, villages of every run, what was set."""
    sheets = {
        "figures": pd.DataFrame(
            [
                {
                    "figure": said(f"m_{name}", "en"),
                    "mean": i.mean,
                    "low_95": i.low,
                    "high_95": i.high,
                    "seeds": i.n,
                }
                for name, i in answer_of(result).figures().items()
            ]
        ),
        "classes": state.classes(result.rows),
        "money": state.money(result.rows),
        "villages": result.rows,
        "set": pd.DataFrame(
            [(name, str(v)) for name, v in {**draft.settings(), **draft.values}.items()],
            columns=["path", "value"],
        ),
    }
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, sheet in sheets.items():
            neutral_frame(sheet).to_excel(writer, sheet_name=name, index=False)
    return buffer.getvalue()
