"""`experiment=compare`, or `python run.py -m key=value,value ...`: every combination of values as an arm.

Each arm has the reference of its own county, without stations and their money; arms that differ in payers or
business alone share it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.policies import Intervention

from .. import comparison, reference
from ..arms import SIZES, Arm, ArmRuns
from ..command import sweep
from ..command.scenario import Composed, arm, patched, policy
from ..command.settings import Mistake
from ..command.sweep import MOST_ARMS, Swept
from ..comparison import Compared, Question
from ..report import comparison as report
from ..report import sweep_figure
from ..report.style import chinese_names, translated
from ..study.engines import cores
from ..study.runner import ELDER_MONTH
from ..study.study import Study, requested

MOST_MINUTES = 60.0  # without confirm=true
PAYING = (  # sections that say who pays: without stations and their money they do nothing
    *("funding", "government", "collective", "families", "society"),
    *("business", "tourism", "agriculture", "handicraft"),
)


def short(found: Sequence[Swept]) -> dict[str, str]:
    """Key -> how it is called in the name of an arm: its last part where that tells it apart."""
    last = [one.key.rpartition(".")[2] for one in found]
    return {
        one.key: name if last.count(name) == 1 else one.key for one, name in zip(found, last, strict=True)
    }


def name_of(found: Sequence[Swept], values: Sequence[str]) -> str:
    """An arm by what differs, such as `funding=jiangxi, villages=10`."""
    called = short(found)
    parts = [f"{called[one.key]}={_shown(value)}" for one, value in zip(found, values, strict=True)]
    return ", ".join(parts)


def _shown(value: str) -> str:
    """A value as it is shown: sets of policies by their names."""
    return value.strip("[]").replace(",", "+").replace(" ", "") or "none" if value.startswith("[") else value


def changes_of(found: Sequence[Swept], values: Sequence[str]) -> dict[str, Any]:
    """What an arm sets: options of groups first, single parameters over them."""
    pairs = list(zip(found, values, strict=True))
    changes: dict[str, Any] = {}
    for one, value in pairs:
        if "." not in one.key and one.key != "policy":
            changes |= arm(one.key, value)
    for one, value in pairs:
        if "." in one.key:
            _, checked = sweep.check_override(one.key, sweep.parse(f"{one.key}={value}").value())
            changes[one.key] = checked
    return changes


def policies_of(line: Composed, found: Sequence[Swept], values: Sequence[str]) -> tuple[Intervention, ...]:
    """The policies of an arm, where policies differ between arms."""
    named = [value for one, value in zip(found, values, strict=True) if one.key == "policy"]
    names: Any = sweep.parse(f"policy={named[0]}").value() if named else []
    return tuple(policy(str(name), line.parameters, line.settings.trusted) for name in names)


def question(line: Composed, found: Sequence[Swept]) -> Question:
    """All arms, nothing expected of any."""
    called = {values: name_of(found, values) for values in sweep.combinations(found)}
    keys = ", ".join(one.key for one in found)
    return Question(
        question=f"What differs by {keys}?",
        chinese=f"按{_in_chinese(found)}区分，结果有何不同？",
        hypothesis="",
        because="",
        arms={name: changes_of(found, values) for values, name in called.items()},
        policies={name: policies_of(line, found, values) for values, name in called.items()},
        extra=_pictures(found, called),
    )


def _in_chinese(found: Sequence[Swept]) -> str:
    """What is swept, parameters and groups by their Chinese names."""
    named = chinese_names()["parameters"]
    return "、".join(named.get(one.key) or translated().get(one.key, one.key) for one in found)


def _pictures(
    found: Sequence[Swept], called: Mapping[tuple[str, ...], str]
) -> Callable[[Compared], tuple[list[str], list[Any], list[Any]]]:
    """The figure of up to three keys."""

    def made(done: Compared) -> tuple[list[str], list[Any], list[Any]]:
        drawn = [sweep_figure.draw(done, found, called)] if len(found) <= sweep_figure.MOST_KEYS else []
        return [], [], drawn

    return made


def reference_of(one: Arm) -> Arm:
    """The reference of an arm: its county without stations and their money."""
    own = {path: value for path, value in one.changes.items() if path.partition(".")[0] not in PAYING}
    changes = {**own, **reference.CHANGES}
    mark = hashlib.sha256(json.dumps(changes, sort_keys=True, default=str).encode()).hexdigest()[:8]
    return Arm(f"{reference.REFERENCE} {mark}", changes=changes, policies=one.policies, wins=True)


def checked(line: Composed) -> list[Swept]:
    """The sweeps of a line; Mistake where there is none, or more than may be run unasked."""
    found = sweep.read(line.settings.sweep)
    if not found:
        raise Mistake("experiment=compare compares values: python run.py -m funding=jiangxi,feixiang")
    if sweep.count(found) > MOST_ARMS and not line.settings.confirm:
        parts = " x ".join(f"{len(one.values)} of {one.key}" for one in found)
        raise Mistake(
            f"{sweep.count(found)} arms ({parts}) are more than {MOST_ARMS}: name fewer values, or run them "
            f"with confirm=true"
        )
    for one in found:
        if one.key in line.pinned or one.key in line.named:
            raise Mistake(f"{one.key} is given twice: give it once, with all its values")
    return found


def estimated(asked: Question, runs: ArmRuns) -> tuple[int, float]:
    """Runs, and minutes on the cores of this machine, about."""
    settings = runs.settings
    seeds = settings.seeds or comparison.seeds_of(asked, settings.size)
    total, seconds = 0, 0.0
    for changes in asked.available.values():
        base = patched(runs.base, changes)
        one = base.county.villages * base.county.elders * base.horizon.months * ELDER_MONTH
        total, seconds = total + 2 * seeds, seconds + 2 * seeds * one
    return total, seconds / 60 / max(settings.workers or cores(), 1)


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    found = checked(line)
    asked = question(line, found)
    runs = ArmRuns(line, SIZES[line.settings.size].base_of(line))
    runs.reference_of = reference_of
    total, minutes = estimated(asked, runs)
    said = f"{len(asked.arms)} arms, at most {total} runs, about {max(minutes, 0.1):.1f} minutes"
    if minutes > MOST_MINUTES and not line.settings.confirm:
        raise Mistake(f"{said}: more than an hour; name fewer values or seeds, or run it with confirm=true")
    print(said, file=sys.stderr)
    return report.answer(asked, runs, words, begun=lambda work: remember(work, words))


def remember(work: Study, words: Sequence[str]) -> None:
    """The values of the last command are those that `resume` and the report take."""
    work.note(overrides=requested(words))
