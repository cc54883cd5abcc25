"""`experiment=pathways`: when each action stops being enough, which signposts foretell it, and whether a plan
that waits for its signpost beats the best that does not.

Actions are policies; those with triggers (`when:`) are the adaptive ones. Tipping months stand in tipping.py,
hits and false alarms in warning.py, what is run in design.py.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.answer import give
from ...study.study import begin
from . import tables, text
from .answer import answered
from .design import SIZES, PathRuns

FEWEST = 4  # seeds without which nothing is told


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    if line.settings.outcome == "added":
        raise Mistake("outcome = added: a course is held or left month by month: station or table")
    runs = PathRuns(line)
    if min(runs.seeds, runs.fresh) < FEWEST:
        raise Mistake(f"seeds = {runs.seeds}: {FEWEST} or more are wanted to tell a share of counties")
    with begin(runs.line, words) as runs.work:
        answer = answered(runs)
        give(runs.work, lambda: text.findings(answer), tables.summary(answer))
    return 0


__all__ = ["SIZES", "run"]
