"""The verb `explain`: which run, village and month, and the page of its account (report/explain.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.state.parameters import nearest

from ..report.explain import chain, closures
from ..report.pictures import newest
from ..report.style import speaking, tell, words
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
    told = [
        tell(
            f"without the condition {cause!r} it would "
            f"{'have closed all the same' if shut else 'not have closed'}",
            f"若没有“{words(cause)}”这一条件，{'仍会关闭' if shut else '就不会关闭'}",
        )
        for arm, shut in zip(rows["arm"], rows["closures"] > 0, strict=True)
        for cause in [arm.partition(":")[2]]
    ]
    if not told:
        return ""
    return tell(
        f"Paired reruns under the same luck: {'; '.join(told)}.", f"同样运气下的配对重跑：{'；'.join(told)}。"
    )


def main(typed: Sequence[str]) -> int:
    """`run=<folder> village=N [month=YYYY-MM] [scenario=..] [replicate=N] [arm=main]`: print the chain.

    Without a month every closure of the village is told; `report.language=zh` tells it in Chinese.
    """
    given = asked.explain(typed)
    with speaking(given[asked.LANGUAGE]):
        return told_of(given)


def told_of(given: Mapping[str, str]) -> int:
    """Print what the words ask for, in the language that is spoken."""
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
    arm = "主方案" if task.arm == "main" else words(task.arm)
    name = f"{words(task.scenario.name)}，{arm}，种子 {task.replicate}"
    print(
        tell(
            f"{task.scenario.name}, {task.arm}, replicate {task.replicate}; the run was made again and "
            f"agrees with what is stored.\n",
            f"{name}；已重新运行，与所存结果一致。\n",
        )
        if stored
        else ""
    )
    money = "\n\n" + tell("Money", "资金（")
    print(told.replace(money, f"\n\n{more}{money}", 1) if (more := relieved(found, task, village)) else told)
    return 0
