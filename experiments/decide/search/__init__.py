"""`experiment=search`: plans none of which is beaten, by several objectives at once (NSGA-II of pymoo).

No objective is weighed against another. What was found on few futures is looked at again on fresh ones, and
what is beaten there is named.
"""

from __future__ import annotations

from ...command.scenario import Composed
from ...command.settings import Mistake
from ...report.style import both
from ...report.text import as_text
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
        runs.work.text("summary.csv", tables.summary(done).to_csv(index=False))
        found = both(lambda: text.findings(done, runs.work.folder), runs.work.folder)
        said = as_text(found, runs.work.folder)
        runs.work.text("answer.txt", said + "\n")
        print(said)
    return 0


__all__ = ["SIZES", "run"]
