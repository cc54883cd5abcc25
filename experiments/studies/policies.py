"""Every ready policy by itself against no policy, under the same luck.

`policy=[...]` chooses some, and adds them all together.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from .. import against_baseline, outcomes
from ..arms import PLAIN, Arm, BaselineRuns, Size
from ..command.scenario import Composed, policy, policy_file
from ..command.settings import options
from ..outcomes import AGAINST_BASELINE
from ..report import arm_effects
from ..report.given import of_county
from ..report.labels import unit_label
from ..report.style import both, figures_in, phrase, tell
from ..report.style import words as plain
from ..report.text import layout, numbered
from ..study.findings import Findings, ShownTable
from ..study.study import Study

SIZES = {"quick": Size(12, 120, 6), "default": Size(12, 200, 20), "full": Size(12, 300, 100)}

LIMITS = (
    (
        "Sizes of the policies are assumptions (configs/policy); the same policy twice as large need not "
        "do twice as much."
    ),
    (
        "Public cost counts money of government for running, building and setting up; what a policy costs "
        "elsewhere is not in it."
    ),
    "What-if on a synthetic county, not a forecast.",
)


def arms(line: Composed) -> list[Arm]:
    """One arm a policy; where several were named, one more with all of them in that order."""
    names = line.settings.policy or list(options()["policy"])
    found = [
        Arm(name, plain(name), policies=(policy(name, line.parameters, line.settings.trusted),))
        for name in names
    ]
    together = Arm(
        "all", "all of these together", policies=tuple(one for arm in found for one in arm.policies)
    )
    return [*found, together] if len(line.settings.policy) > 1 else found


def meaning(name: str) -> list[str]:
    """Name, what it is, and the clause behind it, as its file says."""
    content = policy_file(name)
    return [phrase(plain(name)), phrase(str(content.get("description", ""))), str(content.get("clause", ""))]


def run(line: Composed, words: list[str]) -> int:
    """Run, store, print."""
    runs = BaselineRuns(line, SIZES, [PLAIN, *arms(line)], policies=())
    with runs.begin(words) as work:
        report(runs, work, runs.run_all())
    return 0


def report(runs: BaselineRuns, work: Study, rows: pd.DataFrame) -> None:
    """Table, figure, findings; printed and kept."""
    table = against_baseline.effects(outcomes.against_baseline(rows), runs.arms)
    idle = against_baseline.idle(rows, runs.arms)
    nothing = [arm.label for arm in runs.arms if arm.name in idle]
    work.text("summary.csv", table.to_csv(index=False))
    found = both(lambda: findings(runs, work.folder, table, nothing), work.folder)
    first = found.tables[0]
    shown = layout([first.columns, *first.rows])
    where = f"{work.folder}/: findings.json, summary.csv, figures/policies.png, runs and villages"
    text = "\n\n".join([arm_effects.size_text(runs), shown, first.note, numbered(found.sentences), where])
    work.text("answer.txt", text + "\n")
    print(text)


def findings(runs: BaselineRuns, folder: Path, table: pd.DataFrame, nothing: list[str]) -> Findings:
    """What was found, in the language that is spoken."""
    said = sentences(table, nothing)
    size = arm_effects.size_text(runs)
    picture = arm_effects.draw(table, said[0].rstrip(".。"), size, figures_in(folder), "policies")
    heads, body = arm_effects.lines(table)
    notes = phrase(
        "* clear: paired t-tests over all cells at a false discovery rate of 5 %; '-': nothing to divide by"
    )
    return Findings(
        question=phrase("What does each policy change, by itself, against no policy under the same luck?"),
        sentences=said,
        tables=[
            ShownTable(
                "Effect of each policy: with it less without it, mean over seeds with 95 % interval",
                heads,
                body,
                notes,
            ),
            ShownTable(
                "What the policies are",
                ["policy", "what it is", "clause"],
                [meaning(arm.name) for arm in runs.arms if arm.name in options()["policy"]],
            ),
        ],
        pictures=[picture],
        limits=[of_county(one, runs.base) for one in LIMITS],
    )


def sentences(table: pd.DataFrame, nothing: list[str]) -> list[str]:
    """Three sentences: most added elder-years, most for hours per money, what does nothing clear."""
    comma, semicolon, none = tell(", ", "、"), tell("; ", "；"), tell("none", "无")

    def best(key: str, sign: int) -> str:
        mine, name = (
            table[(table["measure"] == key) & table["clear"] & (table["effect"] * sign > 0)],
            phrase(AGAINST_BASELINE[key].brief),
        )
        if mine.empty:
            return tell(f"no policy moves {name} clearly for the better", f"没有政策明确改善“{name}”")
        top = mine.loc[mine["effect"].abs().idxmax()]
        size = f"{top['effect']:+.{AGAINST_BASELINE[key].digits}f} {unit_label(AGAINST_BASELINE[key])}"
        return tell(
            f"{top['label']} moves {name} most ({size})",
            f"“{phrase(top['label'])}”对“{name}”作用最大（{size}）",
        )

    clear = table.groupby("label", sort=False)["clear"].any()
    unclear = [label for label in clear.index[~clear] if label not in nothing]
    worse = table[
        table["clear"]
        & (
            table["effect"]
            * table["measure"].map({key: outcome.better for key, outcome in AGAINST_BASELINE.items()})
            < 0
        )
        & ~table["measure"].isin(["cost", "public_added"])
    ]
    most = worse.iloc[np.argsort(-worse["effect"].abs().to_numpy())][:3]
    harm = semicolon.join(
        f"{phrase(row.label)}{tell(': ', '：')}{phrase(AGAINST_BASELINE[row.measure].brief)} "
        f"{row.effect:+.1f}"
        for row in most.itertuples()
    ) or tell("nothing clearly", "无明确者")
    first, second = (
        semicolon.join([best("added", 1), best("viable", 1)]),
        semicolon.join([best("unmet", -1), best("visits", 1)]),
    )
    idle, weak = comma.join(map(phrase, nothing)) or none, comma.join(map(phrase, unclear)) or none
    return [
        first[0].upper() + first[1:] + tell(".", "。"),
        tell(
            f"For hours and visits: {second}. For the worse: {harm}.",
            f"时数与探访：{second}。变坏的：{harm}。",
        ),
        tell(
            f"Without any effect: {idle}; without a clear one: {weak}.",
            f"毫无效应：{idle}；效应不明确：{weak}。",
        ),
    ]
