"""The race of the first answer: its runs look by look, the first whole table, and what is said of both."""

from __future__ import annotations

import sys

from ... import outcomes, racing, reference, statistics
from ...arms import MAIN
from ...racing import Values
from ...report import race as said
from ...report.style import tell, words
from ...report.text import layout
from ...study.findings import ShownTable
from ...study.study import Study
from .design import FirstAnswer, summarise
from .tables import TITLES, first_table


def run(plan: FirstAnswer, work: Study) -> None:
    """Every run of the race (or all runs, where there is none), declared before the first."""
    races = list(plan.races.values())
    if plan.line.settings.race:
        work.declare(said.rule(races[0].looks), {"looks": list(races[0].looks), "rule": racing.RULE})

    def upto(seeds: int) -> dict[str, Values]:
        work.run(plan.main(seeds), more=True)
        if seeds == races[0].looks[0] < plan.seeds:
            preliminary(plan, work)
        return dict.fromkeys(plan.races, values(plan, work)) if plan.line.settings.race else {}

    racing.run(plan.races, upto)
    work.run(plan.main())


def values(plan: FirstAnswer, work: Study) -> Values:
    """Outcome -> seeds x cells, over all villages of the county."""
    rows = reference.split(work.results().villages())
    rows = statistics.with_weights(rows[rows["arm"] == MAIN], plan.base)
    made = outcomes.by_run(rows, racing.OUTCOMES)
    return {outcome: made[outcome].unstack("scenario") for outcome in racing.OUTCOMES}


def preliminary(plan: FirstAnswer, work: Study) -> None:
    """Keep and say the first table that has every cell."""
    seeds = plan.races[plan.panels[0]].looks[0]
    summary = summarise(plan, work.results().villages())
    head = (
        f"PRELIMINARY: {seeds} of up to {plan.seeds} seeds, every cell; figures will move, the answer follows"
    )
    shown = []
    for panel in plan.panels:
        table = first_table(plan, summary[summary["panel"] == panel])
        shown += [tell(*TITLES[panel]), layout([[table.title, *table.columns[1:]], *table.rows])]
    text = "\n\n".join([head, *shown])
    work.text("preliminary.txt", text + "\n")
    if plan.line.settings.progress:
        print(f"\n{text}\n", file=sys.stderr, flush=True)


def sentences(plan: FirstAnswer) -> list[str]:
    """How the race of each panel went; nothing where none was run."""
    found = []
    for panel, race in plan.races.items():
        if len(race.arms) > 1 and len(race.looks) > 1:
            mine = [cell for cell in plan.cells if cell.panel == panel]
            runs = said.needed(sum(plan.seeds_of(cell, race.seeds) for cell in mine), len(mine) * plan.seeds)
            found.append(said.course(race, f", {words(panel)}") + tell(" ", "") + runs)
    return found


def table(plan: FirstAnswer) -> ShownTable | None:
    """Cells that were left early."""
    return said.left_early(racing.lefts(plan.races.values()).values(), words)
