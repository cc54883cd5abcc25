"""One configuration, several seeds.

Villages by class, causes confirmed by paired reruns, public cost, figures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.funnel import FUNNEL
from sim.policies import Intervention
from sim.state.parameters import Parameters
from sim.viability import CLASSES

from .. import outcomes, reference, statistics
from ..arms import MAIN, relief_of
from ..command.paths import command
from ..command.scenario import Composed, Scenario, Settings, compose_policies, patched
from ..report import pictures
from ..report.given import shut_told
from ..report.labels import drawn_from, outcome_title, spread
from ..report.style import both, tell, words
from ..report.text import titled
from ..report.village_table import by_village
from ..study import study
from ..study.findings import Findings, Picture, ShownTable
from ..study.plan import Task
from ..study.runner import Work
from ..study.simulate import simulate_many


def run(line: Composed, overrides: list[str]) -> int:
    """Run, store, print."""
    with study.begin(line, overrides) as work:
        answer(work, line, say=partial(print, flush=True))
    return 0


def answer(
    work: study.Study, line: Composed, simulate: Work = simulate_many, say: Callable[[str], Any] = str
) -> None:
    """Run and store; `say` gets the answer before figures are drawn."""
    settings, parameters = line.settings, line.parameters

    def task(at: int, arm: str = "main") -> Task:
        return one(settings, parameters, line.touched(), at, arm, line.policies)

    seeds = range(settings.seeds or 10)
    without = [reference_task(settings, parameters, line.touched(), at, line.policies) for at in seeds]
    work.run([*(task(at) for at in seeds), *without], work=simulate)
    at, names = statistics.to_relieve(work.results().villages(), settings.name)
    work.run([task(at, f"relief:{name}") for name in names], "paired reruns", simulate)
    rows = statistics.with_weights(reference.split(work.results().villages()), parameters)
    table = summary(rows)
    work.text("summary.csv", table.to_csv(index=False))
    found = findings(line, table, rows, [])
    reruns = [
        (
            f"paired rerun, same luck: without the condition '{name}' {fewer} of {closed} closed villages "
            "would not "
            f"have closed"
        )
        for name, (fewer, closed) in statistics.averted(rows, settings.name).items()
    ]
    tables = list(map(titled, found.tables))
    where = (
        f"What follows if the rules hold. Runs, villages, series, figures, findings.json and "
        f"configuration: {work.folder}/\n{command('report', f'study={work.folder}')}"
    )
    text = "\n\n".join([head(line, rows), *tables, "\n".join([*reruns, *found.sentences]), where])
    say(text)
    work.text("answer.txt", text + "\n")
    work.stage("drawing figures")
    drawn = pictures.draw(
        pictures.Kept(work.folder, work.results()),
        work.folder / "figures",
        few=settings.name == "smoke",
        each=work.engine.each,
    )
    both(lambda: findings(line, table, rows, drawn), work.folder)


def one(
    settings: Settings,
    parameters: Parameters,
    touched: set[str],
    at: int,
    arm: str = "main",
    policies: tuple[Intervention, ...] = (),
) -> Task:
    """Replicate `at` of a configuration.

    `touched` parameters are never drawn, `relief:` arms rerun it without a condition.
    """
    changes = relief_of(arm.partition(":")[2], parameters) if arm != "main" else {}
    held, changed = (
        frozenset(touched | set(changes)) if settings.drawn else frozenset(),
        patched(parameters, changes),
    )
    modifiers = compose_policies(policies, changed)
    scenario = Scenario(settings.name, changed, held, modifiers=modifiers, table=settings.table)
    return Task(scenario, at, settings.seed, at if settings.drawn else -1, arm, arm == "main")


def reference_task(
    settings: Settings,
    parameters: Parameters,
    touched: set[str],
    at: int,
    policies: tuple[Intervention, ...] = (),
) -> Task:
    """Replicate `at` without station, rooms and their money: what elder-years are added to."""
    changed = patched(parameters, dict(reference.CHANGES))
    held = frozenset(touched | set(reference.CHANGES)) if settings.drawn else frozenset[str]()
    modifiers = compose_policies(policies, changed)
    scenario = Scenario(reference.REFERENCE, changed, held, modifiers=modifiers, table=settings.table)
    return Task(scenario, at, settings.seed, at if settings.drawn else -1, MAIN, False)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Share of villages by class with its interval, the seed as unit."""
    main = statistics.judged(rows[rows["arm"] == "main"])
    strict = not set(main["judged"]) <= set(FUNNEL)
    found = []
    for name in CLASSES if strict else reversed(FUNNEL):
        one = statistics.interval(statistics.by_replicate(main, main["judged"] == name).to_numpy())
        found.append({"class": name, "share": one.mean, "low": one.low, "high": one.high, "seeds": one.n})
    return pd.DataFrame(found)


def findings(line: Composed, table: pd.DataFrame, rows: pd.DataFrame, drawn: list[Picture]) -> Findings:
    """Question, sentences, tables, pictures, what was run; in the language that is spoken."""
    end = line.parameters.horizon.end
    places = filter(None, [by_village(rows[rows["arm"] == "main"], line.parameters)])
    asked = tell(
        f"Under this configuration, how many elder-years of service are added to {end}, which villages are "
        f"viable then, and why not the others?",
        f"在此配置下，到 {end} 新增多少受服务老人年，届时哪些村可持续，其余为何不能？",
    )
    return Findings(
        asked,
        sentences(table, rows, end),
        [*served(rows, end), classes(table, end), why(rows), *places],
        drawn,
        [f"{head(line, rows)}{tell('.', '。')}", *shut_told(line.parameters)],
    )


def head(line: Composed, rows: pd.DataFrame) -> str:
    """What was run."""
    horizon, seeds, villages = line.parameters.horizon, rows["replicate"].nunique(), rows["village"].nunique()
    drawn = drawn_from(line.settings)
    groups = ", ".join(f"{group}={v}" for group, v in line.named.items() if group != "experiment") or tell(
        "default groups", "默认选项"
    )
    return tell(
        f"{groups}; {villages} villages, {horizon.start} to {horizon.end}, {seeds} seeds; {drawn}",
        f"{groups}；{villages} 个村，{horizon.start} 至 {horizon.end}，{seeds} 个种子；{drawn}",
    )


def served(rows: pd.DataFrame, end: str) -> list[ShownTable]:
    """What is added, the funnel, how stations last and what it costs; nothing where no reference was run."""
    main = rows[rows["arm"] == "main"]
    if "added_served_years" not in main:
        return []
    names = (*outcomes.HEADLINE, "service_years", *outcomes.STEPS, *outcomes.LASTING, *outcomes.OWN)
    made, lines = outcomes.by_run(main, names), []
    for name in names:
        outcome = outcomes.OUTCOMES[name]
        one = statistics.interval(made[name].to_numpy(), outcome.share)
        lines.append([outcome_title(name), spread(one, outcome.share)])
    ages = np.array([1, 3, 5, 10])
    for years, share in zip(ages, statistics.survival(main, 12 * ages), strict=True):
        label = tell(
            f"stations open {years} years after their opening, %", f"开办 {years} 年后仍开放的站点，%"
        )
        lines.append([label, "-" if np.isnan(share) else f"{100 * share:.0f}"])
    title = tell(f"service to {end}", f"到 {end} 的服务")
    return [ShownTable(title, ["", tell("mean (95 %)", "均值（95%）")], lines)]


def classes(table: pd.DataFrame, end: str) -> ShownTable:
    """Villages by class."""
    lines = [
        [words(row.name), f"{100 * row.share:.0f}", f"{100 * row.low:.0f}-{100 * row.high:.0f}"]
        for row in table.rename(columns={"class": "name"}).itertuples(index=False)
    ]
    return ShownTable(
        tell(f"villages by class at {end}", f"{end} 各类村庄"),
        ["", "%", tell("95 % interval", "95% 区间")],
        lines,
    )


def why(rows: pd.DataFrame) -> ShownTable:
    """Causes of failure."""
    found = statistics.causes(rows[rows["arm"] == "main"])
    return ShownTable(
        tell("why villages are not viable", "村庄为何不可持续"),
        ["", tell("% of failures", "占未达标 %")],
        [[words(str(name)), f"{100 * v / found.sum():.0f}"] for name, v in found.items()],
    )


def _added(main: pd.DataFrame) -> str:
    """Added elder-years in a sentence; nothing where no reference was run."""
    if "added_served_years" not in main:
        return ""
    one = statistics.interval(
        statistics.by_replicate(main, main["added_served_years"]).to_numpy(), bounded=False
    )
    zero = one.low <= 0
    return tell(
        f"Added elder-years a village: {spread(one, share=False)}{', not told from zero' if zero else ''}. ",
        f"每村新增受服务老人年：{spread(one, share=False)}{'，与零无法区分' if zero else ''}。",
    )


def sentences(table: pd.DataFrame, rows: pd.DataFrame, end: str) -> list[str]:
    """Share viable with its uncertainty, the commonest cause, public money."""
    one = table.set_index("class").loc["viable"]
    causes, cost = (
        statistics.causes(rows[rows["arm"] == "main"]),
        statistics.public_cost(rows[rows["arm"] == "main"]),
    )
    mean, low, high = (f"{100 * one[column]:.0f}" for column in ("share", "low", "high"))
    added = _added(rows[rows["arm"] == "main"])
    first = added + tell(
        (
            f"If the rules and figures written here hold, {mean} % of villages ({low}-{high}, 95 % over "
            f"{int(one['seeds'])} seeds) are viable at {end}."
        ),
        (
            f"若此处所写规则与数值成立，到 {end} 有 {mean}% 的村可持续（95% 区间 {low}-{high}，"
            f"{int(one['seeds'])} 个种子）。"
        ),
    )
    second = tell("No village misses the mark.", "所有村均达标。")
    if len(causes):
        top, part = words(str(causes.index[0])), f"{100 * causes.iloc[0] / causes.sum():.0f}"
        second = tell(
            f"The commonest reason for missing the mark is '{top}', {part} % of the villages that miss it.",
            f"未达标最常见的原因是“{top}”，占未达标村的 {part}%。",
        )
    third = (
        tell(
            f"Public money: {cost:.0f} yuan per elder-year helped.", f"公共支出：每受助老人年 {cost:.0f} 元。"
        )
        if cost == cost
        else tell("Nobody was helped.", "无人受助。")
    )
    return [first, second, third]
