"""Where a plan fails: by kind of village and strength of its collective, under which conditions (PRIM)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.state.codes import STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import Parameters

from .. import outcomes
from ..decide.acceptance import judge
from ..decide.discover import MEASURES
from ..decide.discover_text import failing as what_fails
from ..decide.discover_text import sentences as told
from ..decide.discovered import Discovered
from ..report.style import speaking
from ..study.drawn import drawn
from ..study.plan import Task
from .report import one_voice
from .sentences import number
from .state import Draft
from .village_rows import OPEN, commonest
from .words import said, word

MEASURE = "station"  # of `discover`: stations open at the end
DRAWS = 150  # futures that are looked at


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """kind, strength, fails (percent of villages and seeds whose station does not stay open), reason, runs.

    Kinds and strengths that the county does not have are left out.
    """
    lost = ~rows["station_class"].isin(OPEN)
    found = []
    for kind in VILLAGE_KINDS:
        for strength in STRENGTHS:
            mine = (rows["kind"] == kind) & (rows["strength"] == strength)
            if mine.any():
                alike = rows[mine & lost].assign(village=0)  # as one village
                reason = str(commonest(alike).get(0, "")) if len(alike) else ""
                found.append((kind, strength, 100 * float(lost[mine].mean()), reason, int(mine.sum())))
    return pd.DataFrame(found, columns=["kind", "strength", "fails", "reason", "runs"])


def cells_sentence(found: pd.DataFrame, language: str) -> str:
    """Where it fails most and least."""
    most, least = found.loc[found["fails"].idxmax()], found.loc[found["fails"].idxmin()]
    if most["fails"] == least["fails"]:
        return said("fails_alike", language, n=number(most["fails"]))
    return said(
        "fails_most",
        language,
        where=cell_word(most, language),
        n=number(most["fails"]),
        why=word(most["reason"], language) if most["reason"] else "–",
        least=cell_word(least, language),
        m=number(least["fails"]),
    )


def cell_word(cell: pd.Series, language: str) -> str:
    """A kind and strength of village in words."""
    kind, strength = word(cell["kind"], language), word(cell["strength"], language)
    return said("cell", language, kind=kind, strength=strength)


# -- conditions
# ----------------------------------------------------------------------------------------------------------
def futures(draft: Draft) -> list[Task]:
    """Runs that draw what is not known: those of the settings, and more."""
    many = draft.copy(draft.uid, draft.name)
    many.seeds = DRAWS
    many.draws = draft.draws if draft.draws != "none" else "calibrated"
    return many.tasks()[:DRAWS]


def searched(tasks: Sequence[Task], rows: pd.DataFrame, parameters: Parameters, seed: int) -> Discovered:
    """Conditions under which fewer stations are open at the end than asked for; as `experiment=discover`."""
    measure = MEASURES[MEASURE]
    values = outcomes.by_run(rows, [measure.outcome], parameters)[measure.outcome].droplevel("scenario")
    mine = [task for task in tasks if task.replicate in values.index]
    table, outcome = drawn(mine), values.loc[[task.replicate for task in mine]].to_numpy(float)
    failed = outcome < measure.below
    found = judge(table.values, failed, table.groups, seed)
    return Discovered(table, outcome, failed, measure.outcome, measure.below, found, None, mine[0].scenario)


def conditions(found: Discovered, language: str) -> list[str]:
    """What was found in words, as `discover` says it: where it fails, and how sure that is."""
    with one_voice, speaking(language):
        return told(found)[:2]


def failure_word(found: Discovered, language: str) -> str:
    """What counts as failed."""
    with one_voice, speaking(language):
        return what_fails(found)


def points(found: Discovered) -> pd.DataFrame:
    """x, y, failed of each future along the box's strongest one or two conditions; y: the outcome where there
    is one. Empty where there is no box.
    """
    columns = found.strongest()[:2]
    if not columns:
        return pd.DataFrame(columns=["x", "y", "failed"])
    along = found.table.values[:, columns[0]]
    up = found.table.values[:, columns[1]] if len(columns) > 1 else 100 * found.values
    return pd.DataFrame({"x": along, "y": up, "failed": found.failed})


def ends(found: Discovered) -> list[tuple[str, float, float]]:
    """Path, low and high of the strongest conditions; open ends are those of what was drawn."""
    made = []
    for column in found.strongest()[:2]:
        low, high = found.found.box.ends[column]
        drawn_values = found.table.values[:, column]
        made.append(
            (
                found.table.names[column],
                float(low if np.isfinite(low) else drawn_values.min()),
                float(high if np.isfinite(high) else drawn_values.max()),
            )
        )
    return made
