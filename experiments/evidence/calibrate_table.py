"""The table that a calibration writes: weighted draws, with what made them, as other experiments read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.state.parameters import Declaration

from ..command.draw_table import HEAD, STRUCTURE, WEIGHT
from ..command.paths import command
from ..study.provenance import model_digest
from ..study.study import Study, requested

if TYPE_CHECKING:
    from .calibration import Calibration

NAME = "calibrated.csv"
DIGITS = 3  # that a value is kept with


def rounded(declared: Declaration, value: Any) -> Any:
    """A value with few digits, inside its range."""
    if declared.kind is int:
        return value
    assert declared.low is not None and declared.high is not None
    return min(max(float(f"{value:.{DIGITS}g}"), declared.low), declared.high)


def table(found: Calibration, words: Sequence[str]) -> str:
    """Comment lines (command, hash of the model, effective draws), then a row a draw."""
    assert found.space is not None
    members = [one for mine in found.space.dials.values() for one in mine]
    text = io.StringIO()
    text.write(f"{HEAD} {command(*requested(words))}\n")
    text.write(f"# model {model_digest()}; the rows are worth {found.effective:.0f} equal draws\n")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([WEIGHT, STRUCTURE, *(one.path for one in members)])
    for row, weight, at in zip(found.draws, found.weights, found.of, strict=True):
        values = found.space.values(row)
        mine = [rounded(one, values[one.path]) for one in members]
        rows.writerow([f"{weight:.6g}", found.structures[at].name, *mine])
    return text.getvalue()


def write_table(found: Calibration, work: Study, words: Sequence[str]) -> None:
    """Into the study's folder, where anything was left."""
    if len(found.draws):
        work.text(NAME, table(found, words))
