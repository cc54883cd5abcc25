"""`experiment=robust`: plans under the same futures, by five metrics of robustness, and where these disagree.

A plan is called robust only where it leads in nearly all resamples of the futures and on fresh futures too.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.style import both
from ...report.text import as_text
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
        runs.work.text("summary.csv", tables.summary(done).to_csv(index=False))
        found = both(lambda: text.findings(done, runs.work.folder), runs.work.folder)
        said = as_text(found, runs.work.folder)
        runs.work.text("answer.txt", said + "\n")
        print(said)
    return 0


__all__ = ["SIZES", "run"]
