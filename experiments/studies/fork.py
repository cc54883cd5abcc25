"""What if something changes in the middle: runs shared up to a month, then continued under several arms with
the same luck.

`as_is` goes on unchanged and equals the whole run to the byte; only parameters marked live may differ in an
arm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.command.scenario import Composed, Fork, Mistake, Scenario
from experiments.report import figures
from experiments.report.style import both, figures_in, phrase, tell, words
from experiments.report.text import layout
from experiments.study import study
from experiments.study.findings import Findings, Picture, Table
from experiments.study.plan import Task
from sim.snapshot import only_live
from sim.state.horizon import month_number
from sim.state.parameters import ParameterError

CONTROL = "as_is"


def scenarios(line: Composed) -> list[Scenario]:
    """The arms, unchanged first; Mistake where the month or a change does not fit."""
    s, p = line.settings, line.parameters
    try:
        month = month_number(s.fork.month) - month_number(p.horizon.start)
    except ValueError:
        month = -1
    if not 0 < month < p.horizon.months:
        raise Mistake(
            f"fork.month = {s.fork.month}: a month YYYY-MM after {p.horizon.start} and not after "
            f"{p.horizon.end} is wanted"
        )
    held = frozenset(line.touched()) if s.draws else frozenset()
    plain = line.scenario(CONTROL, p, held)
    found = [replace(plain, fork=Fork(month))]
    for name, changes in s.fork.arms.items():
        if not isinstance(changes, dict) or not changes:
            raise Mistake(f"fork.arms.{name}: a table of section.name: value is wanted")
        try:
            after = p.replace(changes)
            only_live(p, after)
        except ParameterError as e:
            raise Mistake(f"fork.arms.{name}: {e}") from e
        new: dict[str, object] = after.flat()
        found.append(
            replace(plain, name=name, fork=Fork(month, tuple((path, new[path]) for path in sorted(changes))))
        )
    return found


def run(line: Composed, overrides: list[str]) -> int:
    """Run, store, print."""
    s, arms = line.settings, scenarios(line)
    tasks = [Task(arm, at, s.seed, at if s.draws else -1) for at in range(s.seeds or 10) for arm in arms]
    with study.begin(line, overrides) as work:
        work.run(tasks)
        rows = statistics.with_weights(work.results().villages(), line.parameters)
        table = summary(rows, [arm.name for arm in arms], arms[0].fork.month if arms[0].fork else 0)
        work.text("summary.csv", table.to_csv(index=False))
        labels = [arm.name for arm in arms] if any(c.startswith("class_") for c in rows.columns) else []

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
        lines = [found.tables[0].columns, *([str(x) for x in row] for row in found.tables[0].rows)]
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
            "viable": statistics.by_replicate(mine, mine["verdict"] == "viable"),
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


def findings(line: Composed, table: pd.DataFrame) -> Findings:
    """The table in points and one sentence an arm."""
    s, p = line.settings, line.parameters

    def share(r, k):
        return f"{100 * r[k]:.0f} ({100 * r[f'{k}_low']:.0f}-{100 * r[f'{k}_high']:.0f})"

    def points(r, k):
        return (
            f"{100 * r[k]:+.0f} ({100 * r[f'{k}_low']:+.0f} {tell('to', '至')} {100 * r[f'{k}_high']:+.0f})"
        )

    def called(arm):
        return phrase(words(arm))

    rows, sentences = [], []
    for _, r in table.iterrows():
        control = r["arm"] == CONTROL
        rows.append(
            [
                called(r["arm"]),
                share(r, "viable"),
                "" if control else points(r, "viable_change"),
                share(r, "closed"),
                "" if control else points(r, "closed_change"),
            ]
        )
        if not control:
            apart = (
                np.isfinite(r["viable_change_low"]) and r["viable_change_low"] * r["viable_change_high"] > 0
            )
            sure = (
                tell("the interval excludes zero", "区间不含零")
                if apart
                else tell("not told apart from zero", "与零无法区分")
            )
            change = f"{100 * r['viable_change']:+.0f}"
            sentences.append(
                tell(
                    (
                        f"With '{called(r['arm'])}' from {s.fork.month} the share viable at "
                        f"{p.horizon.end} changes by {change} points ({sure})."
                    ),
                    (
                        f"自 {s.fork.month} 起取“{called(r['arm'])}”，{p.horizon.end} 可持续占比变化 "
                        f"{change} 个百分点（{sure}）。"
                    ),
                )
            )
    columns = ["from the month of the fork", "viable %", "change, points", "closed since %", "change, points"]
    changes = tell("; ", "；").join(
        f"{called(arm)}{tell(': ', '：')}" + ", ".join(f"{k} = {v}" for k, v in changes.items())
        for arm, changes in s.fork.arms.items()
    )
    seeds = int(table["seeds"].max())
    note = tell(
        f"{seeds} seeds; 95 % intervals over seeds; changes are paired, same luck, same past",
        f"{seeds} 个种子；跨种子的 95% 区间；变化为配对（运气与此前相同）",
    )
    return Findings(
        question=tell(
            f"What if this changes in {s.fork.month}? {changes}",
            f"若在 {s.fork.month} 作此改变会怎样？{changes}",
        ),
        sentences=sentences,
        tables=[Table("After the fork", columns, rows, note)],
        limits=[
            phrase(
                "Nobody in the model foresees the change: behaviour before the month is the same in all arms."
            )
        ],
    )
