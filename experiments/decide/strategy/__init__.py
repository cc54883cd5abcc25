"""`experiment=strategy`: what one county should do, as a brief of at most four printed pages.

Plans are compared (`robust`); of the one that comes out it is asked what it takes, where it fails, what to
watch and when to change, and of the choice what is worth measuring first. Each step is a study of its own in
the same folder of results; it goes on where it was stopped, and has the details.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ...command.scenario import Composed
from ...report import written
from ...report.answer import give
from ...report.style import LANGUAGES, figures_in
from ...study.findings import Findings, Picture
from ...study.store import Results
from ...study.study import Study, begin
from . import picture, text
from .chosen import NOTHING, adds, choose, measured
from .steps import COST, MEASURE, ROBUST, STEPS, asked, composed, how_of, played
from .text import Strategy

HUNDRED, MANY = "county.elders=100", "county.elders=200"  # the same villages in every step
SIZES: dict[str, dict[str, tuple[str, ...]]] = {  # words of each step, for time
    "quick": {step: ("size=quick", HUNDRED) for step in STEPS},
    "default": {
        "robust": ("size=default", HUNDRED),
        "what_it_takes": ("size=quick", HUNDRED),
        "discover": ("size=quick", "samples=500", HUNDRED),
        "pathways": ("size=quick", "seeds=24", HUNDRED),
        "voi": ("size=quick", "samples=200", HUNDRED),
    },
    "full": {step: ("size=full", MANY) for step in STEPS},
}
FRONTIER = "frontier"  # the picture of what_it_takes that the brief shows too


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    with begin(line, words) as work:
        done = worked_out(line, words, work)

        def make() -> Findings:
            found = text.findings(done)
            return replace(found, pictures=pictures(done, work.folder))

        give(work, make, summary(done))
    for path in briefs(work.folder):
        print(path)
    return 0


def worked_out(line: Composed, words: Sequence[str], work: Study) -> Strategy:
    """Every step, one after the other; those about a plan only where there is one."""
    how, own = how_of(words), SIZES[line.settings.size]
    typed = [word for word in words if word not in how]
    first = asked(ROBUST, typed, own[ROBUST], {})
    composed(asked(MEASURE, typed, own[MEASURE], {}), how)  # refuses now what a later step would
    work.stage(f"1 of {len(STEPS)}: {ROBUST}")
    folder = played(first, how)
    found = measured(folder)
    choice = choose(Results(folder).summary, found["money"].groupby("scenario").mean())
    choice = choice if adds(found, choice.plan) else replace(choice, plan=NOTHING)
    folders = {ROBUST: folder}
    for at, step in enumerate(STEPS[1:], 2):
        if choice.parts or step == MEASURE:
            work.stage(f"{at} of {len(STEPS)}: {step}")
            folders[step] = played(asked(step, typed, own[step], choice.parts), how)
    return Strategy(choice, found, folders)


def summary(done: Strategy) -> pd.DataFrame:
    """A row a plan with what it gave, and a row a step with its study."""
    rows = [
        {
            "what": "plan",
            "name": plan,
            "recommended": plan == done.choice.plan,
            "objective": name,
            **level._asdict(),
        }
        for plan in done.plans
        for name, level in text.levels(done.measured, plan).items()
    ]
    rows += [{"what": "step", "name": step, "study": folder.name} for step, folder in done.folders.items()]
    return pd.DataFrame(rows)


def pictures(done: Strategy, folder: Path) -> list[Picture]:
    """That of the plans, and that of public money from the step that asked for it."""
    found = [picture.draw(done, figures_in(folder))]
    if COST in done.folders:
        there = next((one for one in done.said(COST).pictures if one.file == FRONTIER), None)
        into, kept = figures_in(folder), figures_in(done.folders[COST])
        if there is not None and (kept / f"{FRONTIER}.svg").exists():
            for suffix in (".svg", ".png"):
                shutil.copyfile(kept / f"{FRONTIER}{suffix}", into / f"{FRONTIER}{suffix}")
            found.append(there)
    return found


def briefs(folder: Path) -> list[Path]:
    """The brief in each language, in every form that what is installed can write."""
    return [path for code in LANGUAGES for path in written.every_form(folder, code)]


__all__ = ["SIZES", "run"]
