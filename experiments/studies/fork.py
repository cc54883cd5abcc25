"""What if something changes in the middle: runs shared up to a month, then continued under several arms with
the same luck.

`as_is` goes on unchanged and equals the whole run to the byte; only parameters marked live may differ in an
arm.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.snapshot import only_live
from sim.state.horizon import month_number
from sim.state.parameters import ParameterError

from .. import statistics
from ..command.scenario import Composed, Fork, Mistake, Scenario
from ..report import figures
from ..report.labels import signed
from ..report.style import both, figures_in, phrase, tell, words
from ..report.text import layout
from ..study import study
from ..study.findings import Findings, Picture, ShownTable
from ..study.plan import Task

CONTROL = "as_is"


def scenarios(line: Composed) -> list[Scenario]:
    """The arms, unchanged first; Mistake where the month or a change does not fit."""
    settings, parameters = line.settings, line.parameters
    try:
        month = month_number(settings.fork.month) - month_number(parameters.horizon.start)
    except ValueError:
        month = -1
    if not 0 < month < parameters.horizon.months:
        raise Mistake(
            f"fork.month = {settings.fork.month}: a month YYYY-MM after {parameters.horizon.start} and not "
            "after "
            f"{parameters.horizon.end} is wanted"
        )
    held = frozenset(line.touched()) if settings.drawn else frozenset()
    plain = line.scenario(CONTROL, parameters, held, settings.table)
    found = [replace(plain, fork=Fork(month))]
    for name, changes in settings.fork.arms.items():
        if not isinstance(changes, dict) or not changes:
            raise Mistake(f"fork.arms.{name}: a table of section.name: value is wanted")
        try:
            after = parameters.replace(changes)
            only_live(parameters, after)
        except ParameterError as error:
            raise Mistake(f"fork.arms.{name}: {error}") from error
        if after == parameters:
            print(f"note: fork.arms.{name} changes nothing: these values hold already", file=sys.stderr)
        new: dict[str, object] = after.flat()
        found.append(
            replace(plain, name=name, fork=Fork(month, tuple((path, new[path]) for path in sorted(changes))))
        )
    return found


def run(line: Composed, overrides: list[str]) -> int:
    """Run, store, print."""
    settings, arms = line.settings, scenarios(line)
    tasks = [
        Task(arm, at, settings.seed, at if settings.drawn else -1)
        for at in range(settings.seeds or 10)
        for arm in arms
    ]
    with study.begin(line, overrides) as work:
        work.run(tasks)
        rows = statistics.with_weights(work.results().villages(), line.parameters)
        table = summary(rows, [arm.name for arm in arms], arms[0].fork.month if arms[0].fork else 0)
        work.text("summary.csv", table.to_csv(index=False))
        labels = (
            [arm.name for arm in arms] if any(column.startswith("class_") for column in rows.columns) else []
        )

        def drawn() -> list[Picture]:
            return (
                [
                    figures.classes(
                        rows, {name: phrase(words(name)) for name in labels}, figures_in(work.folder)
                    )
                ]
                if labels
                else []
            )

        found = both(lambda: replace(findings(line, table), pictures=drawn()), work.folder)
        lines = [found.tables[0].columns, *([str(cell) for cell in row] for row in found.tables[0].rows)]
        text = "\n\n".join(
            [
                found.question,
                layout(lines),
                "\n".join(found.sentences),
                f"What-if, not a forecast. {work.folder}/",
            ]
        )
        work.text("answer.txt", text + "\n")
        print(text)
    return 0


def summary(rows: pd.DataFrame, arms: list[str], month: int) -> pd.DataFrame:
    """One row an arm: share viable at the end, closed after the fork, each with its paired difference to
    `as_is`.
    """

    def shares(arm: str) -> dict[str, pd.Series]:
        mine = rows[rows["scenario"] == arm]
        closed = (mine["closed"] >= month) & mine["verdict"].isin(["closed", "recovered"])
        return {
            "viable": statistics.by_replicate(mine, statistics.viable(mine)),
            "closed": statistics.by_replicate(mine, closed),
        }

    found, control = [], shares(CONTROL)
    for arm in arms:
        row: dict[str, object] = {"arm": arm}
        for name, values in shares(arm).items():
            one = statistics.interval(values.to_numpy())
            apart = statistics.interval((values - control[name]).dropna().to_numpy(), bounded=False)
            row |= {name: one.mean, f"{name}_low": one.low, f"{name}_high": one.high}
            row |= {
                f"{name}_change": apart.mean,
                f"{name}_change_low": apart.low,
                f"{name}_change_high": apart.high,
                "seeds": one.n,
            }
        found.append(row)
    return pd.DataFrame(found)


def label(arm: str) -> str:
    """An arm for readers."""
    return phrase(words(arm))


def _ends(row: pd.Series, column: str) -> list[float]:
    """Mean and ends of an interval, in percent."""
    return [100 * row[name] for name in (column, f"{column}_low", f"{column}_high")]


def _cells(row: pd.Series) -> list[str]:
    """An arm in the table: shares, and changes where it is not the control."""
    cells = [label(row["arm"])]
    for column in ("viable", "closed"):
        mean, low, high = _ends(row, column)
        change, least, most = _ends(row, f"{column}_change")
        changed = f"{signed(change)} ({signed(least)} {tell('to', '至')} {signed(most)})"
        cells += [f"{mean:.0f} ({low:.0f}-{high:.0f})", "" if row["arm"] == CONTROL else changed]
    return cells


def _sentence(row: pd.Series, month: str, end: str) -> str:
    """What an arm changes in the share viable."""
    change, low, high = _ends(row, "viable_change")
    sure = (
        tell("the interval excludes zero", "区间不含零")
        if np.isfinite(low) and low * high > 0
        else tell("not told apart from zero", "与零无法区分")
    )
    return tell(
        f"With '{label(row['arm'])}' from {month} the share viable at {end} changes by {signed(change)} "
        f"points ({sure}).",
        f"自 {month} 起取“{label(row['arm'])}”，{end} 可持续占比变化 {signed(change)} 个百分点（{sure}）。",
    )


def _changed(path: str, value: object) -> str:
    """What an arm sets: in English as it is typed, in Chinese by its name."""
    held = f"{path} = {value:g}" if isinstance(value, float) else f"{path} = {value}"
    return tell(held, words(held))


def findings(line: Composed, table: pd.DataFrame) -> Findings:
    """The table in points and one sentence an arm."""
    fork, end = line.settings.fork, line.parameters.horizon.end
    columns = ["from the month of the fork", "viable %", "change, points", "closed since %", "change, points"]
    changes = tell("; ", "；").join(
        label(arm)
        + tell(": ", "：")
        + tell(", ", "，").join(_changed(path, v) for path, v in changes.items())
        for arm, changes in fork.arms.items()
    )
    seeds = int(table["seeds"].max())
    note = tell(
        f"{seeds} seeds; 95 % intervals over seeds; changes are paired, same luck, same past",
        f"{seeds} 个种子；跨种子的 95% 区间；变化为配对（运气与此前相同）",
    )
    rows = [row for _, row in table.iterrows()]
    foreseen = "Nobody in the model foresees the change: behaviour before the month is the same in all arms."
    return Findings(
        question=tell(
            f"What if this changes in {fork.month}? {changes}", f"若在 {fork.month} 作此改变会怎样？{changes}"
        ),
        sentences=[_sentence(row, fork.month, end) for row in rows if row["arm"] != CONTROL],
        tables=[ShownTable("After the fork", columns, [_cells(row) for row in rows], note)],
        limits=[phrase(foreseen)],
    )
