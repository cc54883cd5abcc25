"""The verb `explain`: which run, village and month, and the page of its account (report/explain.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.state.parameters import nearest

from ..report.explain import chain, closures
from ..report.pictures import newest
from ..study.plan import Task
from ..study.side_by_side import rows_of
from ..study.simulate import play, record
from ..study.store import Results
from . import asked, busy
from .scenario import Mistake
from .village_number import number_of


def chosen(found: Results, given: Mapping[str, str]) -> Task:
    """The run that is meant: the first scenario where none is named."""
    tasks = list(found.wanted.values())
    if not tasks:
        raise Mistake(f"{found.folder} holds no runs to explain")
    names = list(dict.fromkeys(task.scenario.name for task in tasks))
    name = given["scenario"] or names[0]
    if name not in names:
        raise Mistake(
            f"unknown scenario {name!r}; the study has "
            f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}{nearest(name, names)}"
        )
    mine = [task for task in tasks if task.scenario.name == name and task.arm == given["arm"]]
    if not mine:
        raise Mistake(
            f"unknown arm {given['arm']!r} of {name}; it has "
            f"{', '.join(dict.fromkeys(task.arm for task in tasks if task.scenario.name == name))}"
        )
    numbers = sorted(task.replicate for task in mine)
    if int(given["replicate"]) not in numbers:
        raise Mistake(f"replicate = {given['replicate']}: {name} has {numbers[0]} to {numbers[-1]}")
    return next(task for task in mine if task.replicate == int(given["replicate"]))


def relieved(found: Results, task: Task, village: int) -> str:
    """What the paired reruns of this replicate say of the village, where there are any."""
    rows = found.villages(allow_partial=True)
    rows = rows[
        (rows["scenario"] == task.scenario.name)
        & (rows["replicate"] == task.replicate)
        & (rows["village"] == village)
        & rows["arm"].str.startswith("relief:")
    ]
    said = [
        (
            f"without the condition {arm.partition(':')[2]!r} it would "
            f"{'have closed all the same' if shut else 'not have closed'}"
        )
        for arm, shut in zip(rows["arm"], rows["closures"] > 0, strict=True)
    ]
    return f"Paired reruns under the same luck: {'; '.join(said)}." if said else ""


def main(words: Sequence[str]) -> int:
    """`run=<folder> village=N [month=YYYY-MM] [scenario=..] [replicate=N] [arm=main]`: print the chain.

    Without a month every closure of the village is told.
    """
    given = asked.explain(words)
    found = Results(newest(Path(given["run"])))
    task = chosen(found, given)
    busy.say("making the run again", "正在重新运行")
    result = play(task)
    busy.say("tracing the chain", "正在追溯原因")
    village = number_of(task.scenario.parameters, given["village"])
    months = [given["month"]] if given["month"] else closures(result, village)
    told = "\n\n".join(chain(result, village, month, task) for month in months)
    stored = found.runs(allow_partial=True).set_index("run")["content"].get(task.run, "")
    if stored and stored != record(task, rows_of(result, task), 0.0).row["content"]:
        raise Mistake(
            f"the model has changed since {found.folder} was run, so that it cannot be explained: "
            f"give its first command again"
        )
    print(
        (
            f"{task.scenario.name}, {task.arm}, replicate {task.replicate}; the run was made again and "
            f"agrees with what is stored.\n"
        )
        if stored
        else ""
    )
    print(
        told.replace("\n\nMoney", f"\n\n{more}\n\nMoney", 1)
        if (more := relieved(found, task, village))
        else told
    )
    return 0
