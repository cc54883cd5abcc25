"""The report of a scenario on the screen.

The page that `run.py experiment=baseline` and `run.py report` make of its file.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from ..command.scenario import compose_line
from ..report import page, style
from ..report.pictures import Kept
from ..studies import baseline
from ..study import study
from ..study.findings import Findings, ShownTable
from ..study.plan import Task
from ..study.simulate import simulate
from ..study.store import RunRecord
from .measures import answer_of, differences
from .state import Draft, DraftResult, file_name
from .words import said

one_voice = threading.Lock()  # a process draws one figure at a time and speaks one language


class Runs(Protocol):
    """Where runs are worked out and remembered."""

    def run(self, tasks: Sequence[Task]) -> object:
        """An iterator that ends when all are known."""

    def known(self, task: Task) -> RunRecord | None:
        """The outcome of a run made before."""


def outcomes(engine: Runs, tasks: Sequence[Task]) -> list[RunRecord]:
    """What the screen has run already, and the reruns that tell causes apart."""
    list(engine.run(tasks))  # type: ignore[call-overload]
    return [engine.known(task) or simulate(task) for task in tasks]


def compared(base: DraftResult, others: list[DraftResult], language: str) -> ShownTable:
    """The scenarios beside it, seed by seed."""
    found = [(other.name, differences(answer_of(base), answer_of(other))) for other in others]
    heads = [said(f"m_{one}", language) for one in found[0][1]]
    rows = [
        [name, *(f"{i.mean:+.1f} ({i.low:+.1f} – {i.high:+.1f})" for i in gaps.values())]
        for name, gaps in found
    ]
    return ShownTable(said("against", language, name=base.name), ["", *heads], rows, "95 %")


def write(result: DraftResult, draft: Draft, others: list[DraftResult], language: str, engine: Runs) -> str:
    """The HTML; `others` are compared with the result where they share their luck."""
    with one_voice, tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{file_name(draft.name)}.yaml"
        file.write_text(draft.yaml(), encoding="utf-8")
        line = compose_line(
            ["experiment=baseline", f"scenario={file}", f"out={place}", "workers=1", "progress=false"]
        )
        with study.begin(line, ["experiment=baseline", f"scenario={file.name}"]) as work:
            baseline.answer(work, line, partial(outcomes, engine))
            for code in style.LANGUAGES if others else ():
                found = Findings.load(work.folder, code)
                replace(found, tables=[*found.tables, compared(result, others, code)]).save(work.folder, code)
        return page.page(Kept(work.folder), language)
