"""`experiment=discover`: the conditions under which a plan fails, as a box of few ranges (PRIM), or "no box".

The plan is what the command line says: payers, business, service, policies. Each run is one small county with
a draw and a luck of its own; what differs between those that fail and those that hold is looked for among all
that is drawn. Or the runs of a study that is there are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from .. import outcomes, reference, statistics
from ..arms import Arm, ArmRuns, Size, reference_arm
from ..command.experiment_settings import Settings
from ..command.scenario import Composed
from ..command.settings import Mistake
from ..report.answer import give
from ..report.style import figures_in
from ..study.drawn import drawn, drawn_tasks
from ..study.findings import Findings
from ..study.plan import MAIN
from ..study.store import Results
from ..study.study import Study, begin
from . import discover_figure, discover_text
from .acceptance import cart, judge
from .discovered import Discovered

PLAN = Arm("plan")
SIZES = {  # for time: villages, elders a village, draws
    "quick": Size(12, 60, 200),
    "default": Size(12, 100, 1_000),
    "full": Size(24, 200, 4_000),
}


@dataclass(frozen=True)
class Measure:
    """An outcome of `outcomes.py` by which a plan is judged; less than `below` is failed by default."""

    outcome: str
    below: float


MEASURES: Mapping[str, Measure] = {  # thresholds are design choices
    "station": Measure("in_service", 0.25),
    "table": Measure("table_years", 1.0),
    "added": Measure("added", 5.0),
}


def scenario_of(results: Results, settings: Settings) -> str:
    """The scenario that is looked at; Mistake where it is not said which, or it drew nothing."""
    tasks = [one for one in results.wanted.values() if one.arm == MAIN and one.draw >= 0]
    names = list(dict.fromkeys(one.scenario.name for one in tasks))
    names = [name for name in names if name.partition(" ")[0] != reference.REFERENCE]
    if not names:
        raise Mistake(
            f"{results.folder}: no run of it drew parameters, so that nothing differs between its runs"
        )
    if settings.arm in names or (not settings.arm and len(names) == 1):
        return settings.arm or names[0]
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    said = f"no scenario {settings.arm!r}" if settings.arm else f"{len(names)} scenarios"
    raise Mistake(f"{results.folder} has {said} with draws: name one with arm=<scenario>, of {listed}")


def measured(results: Results, scenario: str, outcome: str) -> pd.Series:
    """Replicate -> the outcome of its run; Mistake where the study cannot tell it."""
    task = drawn_tasks(results, scenario)[0]
    rows = reference.split(results.villages())
    rows = rows[(rows["scenario"].astype(str) == scenario) & (rows["arm"].astype(str) == MAIN)]
    if outcome == "added" and "added_served_years" not in rows:
        raise Mistake(f"{results.folder} has no run without stations: take outcome=station or outcome=table")
    rows = statistics.with_weights(rows, task.scenario.parameters)
    return outcomes.by_run(rows, [outcome], task.scenario.parameters)[outcome].droplevel("scenario")


def discovered(results: Results, scenario: str, settings: Settings) -> Discovered:
    """What is found in the runs of a scenario; a run that failed to end is left out."""
    measure = MEASURES[settings.outcome]
    below = measure.below if settings.below is None else settings.below
    values = measured(results, scenario, measure.outcome)
    tasks = [task for task in drawn_tasks(results, scenario) if task.replicate in values.index]
    table, outcome = drawn(tasks), values.loc[[task.replicate for task in tasks]].to_numpy(float)
    failed = outcome < below
    found = judge(table.values, failed, table.groups, settings.seed)
    tree = cart(table.values, failed, table.groups, settings.seed) if found.searched else None
    return Discovered(table, outcome, failed, measure.outcome, below, found, tree, tasks[0].scenario)


def answer(work: Study, done: Discovered) -> int:
    """Say, draw and keep what was found; exit code."""

    def make() -> Findings:
        return replace(
            discover_text.findings(done), pictures=[discover_figure.draw(done, figures_in(work.folder))]
        )

    give(work, make, done.summary())
    return 0


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    settings = line.settings
    if settings.study:
        there = Results(settings.study, partial=settings.partial)
        scenario = scenario_of(there, settings)
        with begin(line, words) as work:
            return answer(work, discovered(there, scenario, settings))
    if not settings.drawn:
        raise Mistake(
            "draws = none: runs would differ by luck alone; take draws=calibrated, prior or a table"
        )
    size = SIZES[settings.size]
    runs = ArmRuns(line, size.base_of(line))
    runs.reference = reference_arm() if settings.outcome == "added" else None
    with runs.begin(words) as work:
        runs.run([(PLAN, at) for at in range(settings.samples or size.seeds or 1)], "draws")
        return answer(work, discovered(work.results(), PLAN.name, settings))


__all__ = ["MEASURES", "PLAN", "SIZES", "discovered", "measured", "run", "scenario_of"]
