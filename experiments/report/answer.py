"""The end of an experiment: what it found is kept in each language, with table and text, and printed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ..study.findings import Findings
from ..study.study import Study
from .style import both
from .text import as_text


def give(work: Study, make: Callable[[], Findings], summary: pd.DataFrame) -> None:
    """Write summary.csv, the findings (`make`, once a language) and answer.txt; print the answer."""
    work.text("summary.csv", summary.to_csv(index=False))
    said = as_text(both(make, work.folder), work.folder)
    work.text("answer.txt", said + "\n")
    print(said)
