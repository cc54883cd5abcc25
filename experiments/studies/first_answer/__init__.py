"""The first answer: which funding mix, with which business, adds the most elder-years of service."""

from __future__ import annotations

from ...command.scenario import Composed
from . import again, race, text
from .design import SIZES, FirstAnswer, summarise


def run(line: Composed, words: list[str]) -> int:
    """Run the experiment, print the answer, leave everything in the study's folder."""
    plan = FirstAnswer(line)
    with plan.runs.begin(words) as work:
        race.run(plan, work)
        work.run(plan.paired(work.results().villages()), "paired reruns")
        summary = summarise(plan, work.results().villages())
        work.run(again.tasks(plan, summary), "the best again")
        summary = again.with_again(plan, summary, work.results().villages())
        work.text("summary.csv", summary.to_csv(index=False))
        text.write(plan, summary, work)
    return 0


__all__ = ["SIZES", "FirstAnswer", "run", "summarise"]
