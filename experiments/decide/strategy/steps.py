"""The steps of a strategy: other experiments on the same county, each a study of its own that resumes."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ...command import catalogue
from ...command.experiment_settings import HOW
from ...command.scenario import Composed, compose_line
from ...command.settings import check_read
from ...study.study import resolve

ROBUST, COST, FAILS, WATCH, MEASURE = STEPS = ("robust", "what_it_takes", "discover", "pathways", "voi")
ABOUT_ALL = (ROBUST, MEASURE)  # steps that compare plans; the others are asked of the one that was chosen


class AskedStep(NamedTuple):
    """A step: its experiment and its words, without those that say how it is run."""

    name: str
    words: tuple[str, ...]


def asked(name: str, typed: Sequence[str], own: Sequence[str], plan: Mapping[str, str]) -> AskedStep:
    """A step as its command line: what was typed and it reads, what the size asks, the plan it is about.

    What was typed goes before what the size asks; the plan (funding, business, perhaps policy) before both.
    """
    reads = catalogue.experiment(name).reads
    settings = {one for other in catalogue.experiments().values() for one in other.reads}
    about = told(name, plan)
    left = {"experiment", "size", *map(_key, about), *([] if name == ROBUST else ["policy"])}
    kept = [
        word
        for word in typed
        if _key(word) not in left and (_key(word) in reads or _key(word) not in settings)
    ]
    taken = {*map(_key, kept), *map(_key, about)}
    more = [word for word in own if _key(word) not in taken]
    return AskedStep(name, (f"experiment={name}", *more, *kept, *about))


def told(name: str, plan: Mapping[str, str]) -> list[str]:
    """The words that name the plan; steps that compare plans have none."""
    if name in ABOUT_ALL or not plan:
        return []
    policy = [f"policy=[{plan['policy']}]"] if "policy" in plan else []
    if name == COST:
        return [f"rows=[{plan['funding']}]", f"columns=[{plan['business']}]", *policy]
    mixes = [f"{group}={plan[group]}" for group in ("funding", "business")]
    return [*mixes, *([] if name == WATCH else policy)]


def _key(word: str) -> str:
    return word.lstrip("+~").partition("=")[0]


def composed(step: AskedStep, how: Sequence[str]) -> tuple[Composed, list[str]]:
    """The line of a step, with its folder, checked as if it had been typed."""
    words = [*step.words, *how]
    line = compose_line(words)
    check_read(line.settings, words)
    return resolve(line, words)


def how_of(words: Sequence[str]) -> list[str]:
    """The words that say how runs are made and where they lie."""
    return [word for word in words if _key(word).partition(".")[0] in HOW and _key(word) != "fresh"]


def played(step: AskedStep, how: Sequence[str]) -> Path:
    """Do what is not done of a step; the folder of its study, whose answer.txt has what it prints."""
    line, words = composed(step, how)
    module = importlib.import_module(catalogue.experiment(step.name).module)
    with contextlib.redirect_stdout(io.StringIO()):
        module.run(line, words)
    assert line.folder is not None
    return line.folder
