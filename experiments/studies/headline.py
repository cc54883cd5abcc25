"""`experiment=headline`: one question under parameters as written, draws as declared, and calibrated draws.

Ranking of funding mixes first, levels second: for each way of taking what is uncertain every mix is run under
the same seeds. Calibrated draws are told by rival structure too, so that a level is quoted as a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.state.parameters import Parameters

from .. import outcomes, reference, statistics
from ..arms import Size
from ..command.experiment_settings import CALIBRATED, NONE, PRIOR
from ..command.scenario import Composed, Scenario, compose_policies, patched
from ..command.settings import arm
from ..outcomes import OUTCOMES
from ..ranking import Ranking, rank
from ..report import style
from ..report.given import of_county
from ..report.labels import outcome_title, spread
from ..report.style import both, figures_in, phrase, plt, tell, words
from ..report.text import as_text
from ..statistics import Interval
from ..study.findings import Findings, Picture, ShownTable
from ..study.plan import Task
from ..study.study import begin

SIZES = {"quick": Size(12, 100, 6), "default": Size(20, 300, 30), "full": Size(20, 300, 120)}
MIXES = (
    "default",
    "four_payers",
    "jiangxi",
    "families_pay",
    "feixiang",
    "government_led",
    "society_led",
    "seed_taper",
)
SHOWN = ("added", "lasting", "station_viable", "table_years", "station_closures")
RANKED, LEVEL = "added", "lasting"
ORDER = (NONE, PRIOR, CALIBRATED)
COLOURS = {NONE: "black", PRIOR: style.GREY, CALIBRATED: style.BLUE}
LIMITS = (
    "Published patterns that the model is fitted to are not proof of what it says of other things.",
    "What-if on a synthetic county, not a forecast.",
)


def said_of(kind: str) -> str:
    """How what is uncertain is taken, in words."""
    return {
        NONE: tell("as written", "取所写之值"),
        PRIOR: tell("drawn as declared", "按声明抽取"),
        CALIBRATED: tell("calibrated", "校准后"),
    }[kind]


def tasks(line: Composed, mixes: Sequence[str], seeds: int) -> list[Task]:
    """Every mix, and the reference, of every seed under each kind of draw; the kind is the arm of a run."""
    base, settings, found = SIZES[line.settings.size].base_of(line), line.settings, list[Task]()
    for kind in ORDER:
        table = CALIBRATED if kind == CALIBRATED else ""
        for name, changes in [
            *((mix, arm("funding", mix)) for mix in mixes),
            (reference.REFERENCE, reference.CHANGES),
        ]:
            own = {
                path: value
                for path, value in changes.items()
                if path not in line.pinned or name == reference.REFERENCE
            }
            parameters = patched(base, own)
            held = frozenset(line.touched() | set(own)) if kind != NONE else frozenset[str]()
            modifiers = compose_policies(line.policies, parameters)
            scenario = Scenario(name, parameters, held, modifiers=modifiers, table=table)
            found += [
                Task(scenario, at, settings.seed, at if kind != NONE else -1, kind, keep_series=False)
                for at in range(seeds)
            ]
    return found


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """(kind, mix, replicate) x outcome of `SHOWN`, with the structure of the draw."""
    found = []
    for kind, mine in rows.groupby("arm", sort=False, observed=True):
        table = outcomes.by_run(mine, SHOWN)
        table["structure"] = mine.groupby(["scenario", "replicate"], sort=False, observed=True)[
            "structure"
        ].first()
        found.append(pd.concat({str(kind): table}, names=["kind"]))
    return pd.concat(found)


def level(table: pd.DataFrame, kind: str, mix: str, outcome: str, structure: str = "") -> Interval:
    """Mean over seeds with its interval."""
    mine = table.loc[(kind, mix)]
    mine = mine[mine["structure"] == structure] if structure else mine
    return statistics.interval(mine[outcome].to_numpy(float), bounded=OUTCOMES[outcome].share)


def ranked(table: pd.DataFrame, kind: str) -> Ranking:
    """The mixes of a kind compared with the best, all at once."""
    return rank(table.loc[kind][RANKED].unstack("scenario"), share=False)


def agreement(table: pd.DataFrame, one: str, other: str) -> float:
    """Rank correlation (Spearman) of the mixes' means under two kinds of draws."""
    means = [
        table.loc[kind][RANKED].groupby("scenario", observed=True).mean().rank() for kind in (one, other)
    ]
    return float(means[0].corr(means[1]))


def structures(table: pd.DataFrame) -> list[str]:
    """Rival structures that calibrated draws came from."""
    return sorted(set(table.loc[CALIBRATED]["structure"]) - {""})


def _ranking(table: pd.DataFrame) -> str:
    told = []
    for kind in (CALIBRATED, PRIOR):
        found = ranked(table, kind)
        told.append(
            tell(
                f"{said_of(kind)}, {words(str(found.best))} adds most and {found.tied} of "
                f"{len(found.upper) - 1} others cannot be told from it",
                f"{said_of(kind)}时，{words(str(found.best))}新增最多，其余 {len(found.upper) - 1} 种中有 "
                f"{found.tied} 种无法与之区分",
            )
        )
    first = tell("; ", "；").join(told)
    return style.capital(first) + tell(
        f". The order of mixes agrees by {agreement(table, CALIBRATED, PRIOR):.2f} between them (1 the "
        f"same, 0 "
        "none).",
        f"。两者的排序一致程度为 {agreement(table, CALIBRATED, PRIOR):.2f}（1 为相同，0 为无关）。",
    )


def _levels(table: pd.DataFrame, mix: str) -> str:
    label = phrase(OUTCOMES[LEVEL].label)
    text = tell("; ", "；").join(
        f"{said_of(kind)} {spread(level(table, kind, mix, LEVEL))} %" for kind in ORDER
    )
    return tell(f"{style.capital(label)}, under {words(mix)}: {text}.", f"{label}（{words(mix)}）：{text}。")


def _range(table: pd.DataFrame, mix: str) -> str:
    names = structures(table)
    if len(names) < 2:
        return tell("The calibrated draws know one structure only.", "校准后的抽样只含一种结构。")
    parts = [f"{phrase(name)} {spread(level(table, CALIBRATED, mix, LEVEL, name))} %" for name in names]
    return tell(
        f"By what leads the ends of stations: {'; '.join(parts)}. Published patterns do not say which.",
        f"按站点终止的主因：{'；'.join(parts)}。公布的规律无法判断是哪一种。",
    )


def tables(table: pd.DataFrame, mixes: Sequence[str]) -> list[ShownTable]:
    """Mixes by kind of draw, then the first mix by structure."""
    rank_rows = []
    for mix in mixes:
        row: list[object] = [words(mix)]
        for kind in ORDER:
            row += [cell(table, kind, mix, outcome) for outcome in (RANKED, LEVEL)]
        rank_rows.append(row)
    pairs = [(kind, outcome) for kind in ORDER for outcome in (RANKED, LEVEL)]
    heads = ["funding", *(f"{said_of(kind)}: {outcome_title(outcome)}" for kind, outcome in pairs)]
    first = ShownTable(
        phrase("Funding mixes by how what is uncertain is taken"),
        heads,
        rank_rows,
        tell(
            "Mean over seeds with its 95 % interval; shares in percent.",
            "跨种子均值与 95% 区间；份额以百分数计。",
        ),
    )
    body = []
    for kind, name in [*((kind, "") for kind in ORDER), *((CALIBRATED, name) for name in structures(table))]:
        label = f"{said_of(kind)}, {phrase(name)}" if name else said_of(kind)
        body.append([label, *(cell(table, kind, mixes[0], outcome, name) for outcome in SHOWN)])
    second = ShownTable(
        tell(f"Outcomes under {words(mixes[0])}", f"{words(mixes[0])}下的结果"),
        [phrase("draws"), *(outcome_title(outcome) for outcome in SHOWN)],
        body,
        tell(
            "Calibrated draws apart by rival structure: what leads the ends of stations.",
            "校准后的抽样按竞争性结构分列：站点终止的主因。",
        ),
    )
    return [first, second]


def cell(table: pd.DataFrame, kind: str, mix: str, outcome: str, structure: str = "") -> str:
    """Mean and interval as shown."""
    one = level(table, kind, mix, outcome, structure)
    return spread(one, OUTCOMES[outcome].share) if one.n else ""


def draw(table: pd.DataFrame, mixes: Sequence[str], folder: Path) -> Picture:
    """Added elder-years of each mix under each kind of draw, and the level by structure."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 1.9 + 0.5 * len(mixes)), layout="constrained")
    order = sorted(mixes, key=lambda mix: -level(table, CALIBRATED, mix, RANKED).mean)
    for axis, outcome in ((left, RANKED), (right, LEVEL)):
        scale = 100 if OUTCOMES[outcome].share else 1
        for at, kind in enumerate(ORDER):
            for row, mix in enumerate(order):
                one, place = level(table, kind, mix, outcome), row + 0.22 * (at - 1)
                axis.plot([scale * one.low, scale * one.high], [place, place], color=COLOURS[kind], lw=1.8)
                axis.plot(
                    scale * one.mean,
                    place,
                    "o",
                    color=COLOURS[kind],
                    ms=5,
                    label=said_of(kind) if row == 0 else None,
                )
        axis.set_yticks(range(len(order)), [words(mix) for mix in order] if axis is left else [])
        axis.set_ylim(len(order) + 0.3, -0.6)  # the last row is the legend's
        axis.set_xlabel(outcome_title(outcome))
        axis.grid(axis="x", color="#eeeeee")
    left.legend(fontsize=8, ncols=3, loc="lower center", frameon=False)
    best = ranked(table, CALIBRATED)
    title = tell(
        f"Fitted to published patterns, {words(str(best.best))} adds most; {best.tied} of "
        f"{len(order) - 1} mixes cannot be "
        "told from it",
        f"按公布规律校准后，{words(str(best.best))}新增最多；其余 {len(order) - 1} 种中有 {best.tied} 种无"
        f"法与之区分",
    )
    caption = tell(
        "Dot: mean over seeds, line: 95 % interval, the seed as unit; all mixes of a seed share luck and "
        "draw.",
        "点：跨种子均值；线：95% 区间，以种子为单位；同一种子的各方案共用运气与抽样。",
    )
    return style.finish(figure, title, caption, folder, "headline")


def findings(table: pd.DataFrame, mixes: Sequence[str], folder: Path, base: Parameters) -> Findings:
    """What was found, in the language that is spoken."""
    return Findings(
        phrase("What does the answer become when what is uncertain is fitted to published patterns?"),
        [_ranking(table), _levels(table, mixes[0]), _range(table, mixes[0])],
        tables(table, mixes),
        [draw(table, mixes, figures_in(folder))],
        [of_county(one, base) for one in LIMITS],
    )


def run(line: Composed, typed: list[str]) -> int:
    """Exit code."""
    size = SIZES[line.settings.size]
    mixes, seeds = line.settings.rows or list(MIXES), line.settings.seeds or size.seeds or 1
    base = size.base_of(line)
    with begin(line.starting(base), typed) as work:
        work.run(tasks(line, mixes, seeds))
        rows = work.results().villages()
        rows = rows.merge(work.results().runs()[["run", "structure"]], on="run", how="left")
        rows = statistics.with_weights(reference.split(rows), base)
        table = measured(rows)
        work.text("summary.csv", table.to_csv())
        found = both(lambda: findings(table, mixes, work.folder, base), work.folder)
        said = as_text(found, work.folder)
        work.text("answer.txt", said + "\n")
        print(said)
    return 0
