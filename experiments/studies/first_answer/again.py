"""The best mix once more: on seeds that did not choose it, and how much of its spread is luck.

The mix with the highest mean looks better on the seeds that chose it than it is; fresh seeds say how much it
adds. Luck is told from parameters by a nested design: some draws of the study under further lucks each.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ... import outcomes, reference, statistics
from ...arms import FRESH, LUCK, MAIN, reference_arm
from ...outcomes import OUTCOMES, RANKED
from ...report.figures import leading, real
from ...statistics import Interval, LuckShare
from ...study.plan import FRESH_FROM, LUCK_FROM, Task
from .design import FirstAnswer, Mix, added_by_replicate, endowed

NESTED = {
    "quick": (0, 0),
    "default": (15, 4),
    "full": (40, 4),
}  # draws, and lucks at each, its own among them
TOLD = {"added": "added", "table_years": "table_years", "viable": ""}  # outcome -> its columns' first word


def best(summary: pd.DataFrame, panel: str) -> pd.Series:
    """The real cell (no null arm, all villages counted) that adds most elder-years.

    A null arm where nothing else was run.
    """
    return leading(real(summary[summary["panel"] == panel]), RANKED)


def named(plan: FirstAnswer, summary: pd.DataFrame) -> list[tuple[int, Mix]]:
    """Row and cell of the mix that is called best in each panel."""
    rows = [best(summary, panel) for panel in plan.panels if panel in set(summary["panel"])]
    return [(int(row.name), Mix(row["panel"], row["funding"], row["business"])) for row in rows]


def tasks(plan: FirstAnswer, summary: pd.DataFrame) -> list[Task]:
    """The best of each panel on as many fresh seeds as the study had, draws of the first under further lucks.

    Each with its reference. Replicates are numbered so that more seeds of the study move none.
    """
    cells, found = [cell for _, cell in named(plan, summary)], list[Task]()
    for at in range(FRESH_FROM, FRESH_FROM + plan.seeds):
        found += [plan.task(cell, at, FRESH) for cell in cells]
        found.append(plan.runs.task(reference_arm(), at, FRESH))
    draws, lucks = nested(plan)
    has = plan.seeds_of(
        cells[0], plan.seeds
    )  # where the race ended early, further draws have no own luck yet
    for luck in range(lucks):
        for draw in range(0 if luck else has, draws):
            at = luck * LUCK_FROM + draw
            mine = (plan.task(cells[0], at, LUCK), plan.runs.task(reference_arm(), at, LUCK))
            found += [replace(task, draw=draw) for task in mine]
    return found


def nested(plan: FirstAnswer) -> tuple[int, int]:
    """Draws and lucks of the nested design; none where parameters are not drawn, or seeds too few."""
    draws, lucks = NESTED[plan.line.settings.size]
    draws = min(draws, plan.seeds)
    return (draws, lucks) if plan.line.settings.drawn and draws > 1 else (0, 0)


def with_again(plan: FirstAnswer, summary: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """Add `fresh_*` to the best of each panel, and to that of the first `luck_share` with its interval."""
    rows = statistics.with_weights(statistics.judged(reference.split(villages)), plan.base)
    if "added_served_years" not in rows:
        return summary
    summary = summary.assign(fresh_seeds=0)
    for nth, (at, cell) in enumerate(named(plan, summary)):
        mine = rows[(rows["scenario"] == cell.name) & rows["kind"].isin(endowed(cell.business, plan.base))]
        for column, value in _fresh(mine[mine["arm"] == FRESH]).items():
            summary.loc[at, column] = value
        if nth == 0:
            share = _luck(plan, mine)
            for column, number in zip(("share", "low", "high", "draws", "lucks"), share, strict=True):
                summary.loc[at, f"luck_{column}"] = number
    return summary


def _fresh(rows: pd.DataFrame) -> dict[str, float]:
    """What sentences say of a mix, from its fresh seeds: columns as in the summary, after `fresh_`."""
    if rows.empty:
        return {}
    made = outcomes.by_run(rows, ("table_years", "viable"))
    values = {name: made[name].to_numpy() for name in made} | {"added": added_by_replicate(rows).to_numpy()}
    found: dict[str, float] = {"fresh_seeds": len(made)}
    for name, first in TOLD.items():
        share = OUTCOMES[name].share
        one: Interval = statistics.interval(values[name], share)
        low, high = (f"fresh_{first}_{end}" if first else f"fresh_{end}" for end in ("low", "high"))
        found |= {f"fresh_{name}": one.mean, low: one.low, high: one.high}
    return found


def _luck(plan: FirstAnswer, rows: pd.DataFrame) -> LuckShare:
    """Share of luck in what a mix adds; its run with the draw's own luck is the first of each draw."""
    draws, lucks = nested(plan)
    grid = np.full((draws, lucks), np.nan)
    for arm in (MAIN, LUCK) if draws else ():
        for replicate, value in added_by_replicate(rows[rows["arm"] == arm]).items():
            luck, draw = divmod(int(replicate), LUCK_FROM)
            if draw < draws:
                grid[draw, luck] = value
    return statistics.luck_share(grid[np.isfinite(grid).all(axis=1)])
