"""`experiment=search`: plans none of which is beaten, by several objectives at once (NSGA-II of pymoo).

No objective is weighed against another. What was found on few futures is looked at again on fresh ones, and
what is beaten there is named.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.answer import give
from ...study.study import begin
from ..candidates import CandidateRuns
from . import tables, text
from .design import SIZES, Tried, searched
from .optimiser import check_installed

FEWEST = 2  # objectives without which there is nothing to set against each other


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    check_installed()
    if 0 < len(line.settings.objectives) < FEWEST:
        raise Mistake("objectives: two or more are wanted, such as objectives=[added,money]")
    size = SIZES[line.settings.size]
    sizes = {"county.villages": size.villages, "county.elders": size.elders}
    runs = CandidateRuns(line, line.sized(sizes), line.policies)
    tried = Tried(runs)
    with begin(runs.line, words) as runs.work:
        done = searched(tried)
        give(runs.work, lambda: text.findings(done, runs.work.folder), tables.summary(done))
    return 0


__all__ = ["SIZES", "run"]
