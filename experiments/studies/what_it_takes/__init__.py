"""`experiment=what_it_takes`: the least public money at which a target is met, what else would do, and the
best within a budget.

The government's money (the ceiling of a village and both envelopes of the county) is multiplied; what is
public is then measured. The root is bracketed on paired runs (bracket.py) and seen again on fresh seeds.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.answer import give
from ...study.study import begin
from . import tables, text
from .design import SIZES, FundedRuns
from .search import answered

FEWEST = 4  # seeds without which nothing is told


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    runs = FundedRuns(line)
    if runs.seeds < FEWEST:
        raise Mistake(f"seeds = {runs.seeds}: {FEWEST} or more are wanted to tell a share of counties")
    with begin(runs.line, words) as runs.work:
        answer = answered(runs)
        give(runs.work, lambda: text.findings(answer), tables.summary(answer))
    return 0


__all__ = ["SIZES", "run"]
