"""`experiment=robust`: plans under the same futures, by five metrics of robustness, and where these disagree.

A plan is called robust only where it leads in nearly all resamples of the futures and on fresh futures too.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.answer import give
from ...study.study import begin
from ..candidates import CandidateRuns
from . import tables, text
from .design import SIZES, plans, robust

FEWEST = 4  # futures without which nothing is told


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    size, settings = SIZES[line.settings.size], line.settings
    if settings.seeds is not None and settings.seeds < FEWEST:
        raise Mistake(f"seeds = {settings.seeds}: {FEWEST} or more futures are wanted to tell plans apart")
    sizes = {"county.villages": size.villages, "county.elders": size.elders}
    runs = CandidateRuns(line, line.sized(sizes))
    with begin(runs.line, words) as runs.work:
        done = robust(runs, plans(line))
        give(runs.work, lambda: text.findings(done, runs.work.folder), tables.summary(done))
    return 0


__all__ = ["SIZES", "run"]
