"""`experiment=sensitivity method=morris|sobol|pawn|delta`: what the outcomes depend on, and how sure that is.

Inputs come from the parameter declarations: numbers of grade C or D with a range, switches and choices that
are not the question's own, the four shares on the simplex, and a dummy that nothing reads. Morris screens;
Sobol follows on what the screen leaves; PAWN and delta look at whole distributions. Several replicates a
point are averaged; chance that is left is reported as noise share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from .. import arms, outcomes
from ..arms import Arm, ArmRuns
from ..command.scenario import Composed
from ..command.settings import Mistake
from ..outcomes import CONTINUOUS, MEASURED
from ..report.style import both, figures_in
from ..report.text import as_text
from ..study.findings import Findings
from . import elsewhere, figures, text
from .analysis import Analysed, Measured, Measurement, analyse, summary
from .designs import Design
from .inputs import DUMMY, Input, changes, inputs

SIZES = arms.SIZES
POINTS = {
    "morris": {"quick": 4, "default": 8, "full": 40},
    "sobol": {"quick": 8, "default": 32, "full": 1024},
    "pawn": {"quick": 64, "default": 192, "full": 4096},
    "delta": {"quick": 128, "default": 192, "full": 4096},
}
REPLICATES = {"quick": 2, "default": 2, "full": 10}
SCREEN = {"quick": 3, "default": 4, "full": 20}  # trajectories of the screen before Sobol
ANALYSED = {  # effects and variances of continuous outcomes; whole distributions of any
    "morris": CONTINUOUS,
    "sobol": CONTINUOUS,
    "pawn": MEASURED,
    "delta": MEASURED,
}
KEPT = {"quick": 2, "default": 3, "full": 8}  # factors that Sobol follows on at most


def plan_of(line: Composed) -> Measurement:
    """What a command line asks for; Mistake where no input is left, or points are too few or many."""
    settings, found = line.settings, inputs(line)
    if len(found) < 2:
        raise Mistake("sensitivity: no uncertain input is left; set fewer parameters on the command line")
    plan = Measurement(
        settings,
        found,
        settings.samples or POINTS[settings.method][settings.size],
        settings.replicates or REPLICATES[settings.size],
        SIZES[settings.size].base_of(line),
    )
    plan.design(found, settings.method, plan.points, 0)  # a wrong number of points is said before any run
    return plan


def measure(plan: Measurement, runs: ArmRuns, design: Design, found: Sequence[Input], label: str) -> Measured:
    """Outcome -> (points, replicates).

    Every run has a seed of its own, as S_obs = V_i / (V + s^2 / r) supposes; so the dummy shows what chance
    does. Under shared seeds the dummy would stand at zero and everything would pass it.
    """
    wanted = []
    for row, point in enumerate(design.points):
        arm = Arm(f"{label} {row}", changes=changes(point, found, plan.settings.distribution))
        wanted += [(arm, row * plan.replicates + replicate) for replicate in range(plan.replicates)]
    runs.run(wanted, label, drawn=False)
    return gather(runs, [(arm.name, at) for arm, at in wanted], plan.replicates, ANALYSED[design.method])


def gather(
    runs: ArmRuns, wanted: Sequence[tuple[str, int]], replicates: int, names: Sequence[str]
) -> Measured:
    """Outcome of `names` -> (points, replicates) in the order of the points.

    Mistake where a run is missing or no number.
    """
    rows = runs.villages()
    mine = rows[rows["scenario"].isin({name for name, _ in wanted})]
    found = outcomes.table(mine, runs.base, more=names).droplevel("cell")
    missing = [key for key in wanted if key not in found.index]
    if missing:
        raise Mistake(
            f"sensitivity: {len(missing)} of {len(wanted)} runs are missing ({missing[0][0]} "
            f"replicate {missing[0][1]}); nothing was analysed"
        )
    values = found.loc[pd.MultiIndex.from_tuples(list(wanted))]
    return {name: values[name].to_numpy(float).reshape(-1, replicates) for name in names}


def survivors(screened: Analysed, most: int) -> set[str]:
    """What Sobol follows on: over all outcomes the factors that pass, those with the largest share of the
    largest mu* first.

    An outcome in which none passes sends its largest, so that something is followed: a screen that misses an
    input costs more than one that keeps an idle one.
    """
    best: dict[str, float] = {}
    for outcome, indices in screened.indices.items():
        size = {factor: float(value) for factor, value in zip(indices.factors, indices.main, strict=True)}
        top = max(*size.values(), 1e-300)
        largest = max((factor for factor in size if factor != DUMMY), key=lambda factor: size[factor])
        for factor in screened.passed(outcome) or [largest]:
            best[factor] = max(best.get(factor, 0.0), size[factor] / top)
    return set(sorted(best, key=lambda factor: -best[factor])[:most])


def stages_of(plan: Measurement, runs: ArmRuns) -> list[Analysed]:
    """The screen where Sobol is asked for, then the method itself."""
    settings, found, stages = plan.settings, plan.inputs, list[Analysed]()
    most = KEPT[settings.size]
    if settings.method == "sobol" and len(plan.design(found, "morris", 2, 0).factors) > most + 1:
        design = plan.design(found, "morris", SCREEN[settings.size], 1)
        stages.append(analyse(design, measure(plan, runs, design, found, "screen")))
        kept = survivors(stages[0], most) | {DUMMY}
        found = [one for one in found if plan.factor(one) in kept]
    design = plan.design(found, settings.method, plan.points, 2)
    return [*stages, analyse(design, measure(plan, runs, design, found, settings.method))]


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    if line.settings.data:
        return elsewhere.run(line, words)
    plan = plan_of(line)
    runs = ArmRuns(line, plan.base)
    with runs.begin(words) as work:
        stages = stages_of(plan, runs)

        def make() -> Findings:
            return replace(
                text.findings(plan, stages), pictures=figures.draw(stages, figures_in(work.folder))
            )

        found = both(make, work.folder)
        work.text("summary.csv", summary(stages[-1]).to_csv())
        said = as_text(found, work.folder)
        work.text("answer.txt", said + "\n")
        print(said)
    return 0
