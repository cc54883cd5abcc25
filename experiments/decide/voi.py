"""`experiment=voi`: which unknown is worth measuring before a pilot.

Each draw of what is uncertain is a small county that is run under every plan (mixes x businesses) and without
stations, with the same luck. Which plan is best depends on the draw; how much better one could choose if a
group of unknowns were known is what knowing it is worth (EVPPI).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.state.parameters import Parameters

from .. import reference, statistics
from ..arms import Arm, ArmRuns, Size, reference_arm
from ..command.catalogue import Mistake
from ..command.experiment_settings import Settings
from ..command.scenario import Composed, arm
from ..report.answer import give
from ..report.style import figures_in
from ..study.dials import dial_of
from ..study.drawn import Drawn, drawn_tasks, group_of, table_of, values_in_any
from ..study.findings import Findings
from ..study.store import Results
from . import voi_figure, voi_text
from .valuing import Payoffs, Valued, basis, valued
from .voi_answer import SWEEP, WorthKnowing

MIXES, BUSINESSES = ("jiangxi", "four_payers", "government_led"), ("none", "tourism")
NONE = "no station"
SIZES = {  # for time: villages, elders a village, draws
    "quick": Size(12, 60, 120),
    "default": Size(12, 100, 400),
    "full": Size(24, 200, 2_000),
}
PARTED = {"quick": 6, "default": 20, "full": 20}  # times that draws and outcomes are parted, for chance
FEWEST = 60  # draws
FEN = 100


def plans(settings: Settings) -> list[Arm]:
    """Every mix with every business."""
    return [
        Arm(f"{row}/{column}", changes={**arm("funding", row), **arm("business", column)})
        for column in settings.columns or BUSINESSES
        for row in settings.rows or MIXES
    ]


def measured(results: Results, base: Parameters) -> pd.DataFrame:
    """Index (scenario, replicate); columns added elder-years and public yuan a village over no station."""
    rows = statistics.with_weights(reference.split(results.villages()), base)
    made = rows[["added_served_years", "added_public_fen"]].mul(rows["weight"], axis=0)
    sums = made.assign(weight=rows["weight"]).groupby([rows["scenario"].astype(str), rows["replicate"]]).sum()
    return pd.DataFrame(
        {
            "added": sums["added_served_years"] / sums["weight"],
            "public": sums["added_public_fen"] / FEN / sums["weight"],
        }
    )


def collected(results: Results, base: Parameters, names: Sequence[str]) -> tuple[Drawn, Payoffs]:
    """What was drawn and what came of it; draws of which a run failed to end are left out."""
    found = measured(results, base).unstack("scenario")
    complete = found.dropna().index
    tasks = [[one for one in drawn_tasks(results, name) if one.replicate in complete] for name in names]
    table = table_of(values_in_any(tasks), [group_of(one) for one in tasks[0]])
    none = np.zeros((len(complete), 1))
    added, public = (
        np.hstack([none, found.loc[complete, outcome][list(names)].to_numpy(float)])
        for outcome in ("added", "public")
    )
    return table, Payoffs((NONE, *names), added, public, table.groups)


def grouped(table: Drawn) -> dict[str, np.ndarray]:
    """Section -> (draws, its unknowns); what is drawn as one is one column, where its dial stands."""
    places: dict[str, list[int]] = {}
    for place, path in enumerate(table.names):
        places.setdefault(dial_of(path).partition(".")[0], []).append(place)
    return {name: table.values[:, mine] for name, mine in places.items()}


def singled(table: Drawn, payoffs: Payoffs, main: Valued, settings: Settings) -> Valued | None:
    """Each unknown by itself, of the groups that count."""
    wanted = {value.name for value in main.beyond}
    mine = {
        path: table.values[:, [place]]
        for place, path in enumerate(table.names)
        if dial_of(path).partition(".")[0] in wanted
    }
    idle = PARTED[settings.size]
    return valued(mine, payoffs, [main.worth], settings.seed, idle)[0] if mine else None


def answered(results: Results, base: Parameters, settings: Settings) -> WorthKnowing:
    """Everything that is told."""
    table, payoffs = collected(results, base, [one.name for one in plans(settings)])
    if len(payoffs.added) < FEWEST:
        raise Mistake(f"voi: {len(payoffs.added)} draws ran to their end, and {FEWEST} are wanted (samples=)")
    worths, idle = [settings.worth * times for times in SWEEP], PARTED[settings.size]
    sweep = valued(grouped(table), payoffs, worths, settings.seed, idle)
    main = sweep[SWEEP.index(1.0)]
    return WorthKnowing(settings, base, table, payoffs, sweep, singled(table, payoffs, main, settings))


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    settings, size = line.settings, SIZES[line.settings.size]
    if not settings.drawn:
        raise Mistake(
            "draws = none: nothing is uncertain, so that nothing is worth measuring; take draws=calibrated, "
            "prior or a table"
        )
    draws = settings.samples or size.seeds or FEWEST
    if draws < FEWEST:
        raise Mistake(f"samples = {draws}: {FEWEST} or more are wanted to fit what unknowns say")
    basis(np.zeros((FEWEST, 1)))  # without scikit-learn nothing is run
    runs = ArmRuns(line, size.base_of(line))
    runs.reference = reference_arm()
    with runs.begin(words) as work:
        runs.run([(one, at) for at in range(draws) for one in plans(settings)], "draws")
        work.stage("fitting")
        answer = answered(work.results(), runs.base, settings)
        give(work, lambda: _findings(answer, work.folder), answer.summary())
    return 0


def _findings(answer: WorthKnowing, folder: Path) -> Findings:
    return voi_text.findings(answer, [voi_figure.draw(answer, figures_in(folder))])
