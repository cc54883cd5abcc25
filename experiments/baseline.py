"""One configuration, several seeds: villages by class, causes confirmed by paired reruns, public cost, figures."""

from __future__ import annotations

import pandas as pd

from experiments import estimate, pictures, study
from experiments.answer import layout
from experiments.findings import Findings, Table
from experiments.plan import Task
from experiments.scenario import Composed, Scenario, Settings, compose_policies, patched
from experiments.style import words
from sim.parameters import Parameters
from sim.policies import Intervention
from sim.viability import CLASSES


def run(line: Composed, overrides: list[str]) -> int:
    """Run, store, print."""
    s, p = line.settings, line.parameters
    seeds = s.seeds or 10

    def task(at: int, arm: str = "main") -> Task:
        return one(s, p, line.touched(), at, arm, line.policies)

    with study.begin(line, overrides) as work:
        work.run([task(at) for at in range(seeds)])
        at, names = estimate.to_relieve(work.results().villages(), s.name)
        work.run([task(at, f"relief:{name}") for name in names], "paired reruns")
        rows = estimate.with_weights(work.results().villages(), p)
        table = summary(rows)
        work.text("summary.csv", table.to_csv(index=False))
        found = [classes(table, p.horizon.end), why(rows)]
        said = sentences(table, rows, p.horizon.end)
        drawn = pictures.draw(pictures.Kept(work.folder, work.results()), work.folder / "figures", few=s.name == "smoke", each=work.engine.each)
        asked, limits = f"Under this configuration, which villages are viable at {p.horizon.end}, and why not the others?", [f"{head(line, seeds, rows)}."]
        Findings(asked, said, found, drawn, limits).save(work.folder)
        reruns = [f"paired rerun, same luck: without the condition '{k}' {a} of {n} closed villages would not have closed" for k, (a, n) in estimate.averted(rows, s.name).items()]
        tables = [layout([[t.title, *t.columns[1:]], *t.rows]) for t in found]
        where = f"What follows if the rules hold. Runs, villages, series, figures, findings.json and configuration: {work.folder}/\npython run.py report study={work.folder}"
        text = "\n\n".join([head(line, seeds, rows), *tables, "\n".join([*reruns, *said]), where])
        work.text("answer.txt", text + "\n")
        print(text)
    return 0


def one(s: Settings, p: Parameters, touched: set[str], at: int, arm: str = "main", policies: tuple[Intervention, ...] = ()) -> Task:
    """Replicate `at` of a configuration; `touched` parameters are never drawn, `relief:` arms rerun it without a condition."""
    changes = {"solvency.relief": arm.partition(":")[2]} if arm != "main" else {}
    held, q = frozenset(touched | set(changes)) if s.draws else frozenset(), patched(p, changes)
    scenario = Scenario(s.name, q, held, modifiers=compose_policies(policies, q))
    return Task(scenario, at, s.seed, at if s.draws else -1, arm, arm == "main")


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Share of villages by class with its interval, the seed as unit."""
    main = rows[rows["arm"] == "main"]
    found = []
    for name in CLASSES:
        one = estimate.interval(estimate.by_replicate(main, main["verdict"] == name).to_numpy())
        found.append({"class": name, "share": one.mean, "low": one.low, "high": one.high, "seeds": one.n})
    return pd.DataFrame(found)


def head(line: Composed, seeds: int, rows: pd.DataFrame) -> str:
    """What was run."""
    p = line.parameters
    drawn = "uncertain parameters drawn anew for each seed" if line.settings.draws else "parameters as written, so the spread is luck alone"
    groups = ", ".join(f"{k}={v}" for k, v in line.named.items() if k != "experiment") or "default groups"
    return f"{groups}; {rows['village'].nunique()} villages, {p.horizon.start} to {p.horizon.end}, {seeds} seeds; {drawn}"


def classes(table: pd.DataFrame, end: str) -> Table:
    """Villages by class."""
    lines = [[words(r.name), f"{100 * r.share:.0f}", f"{100 * r.low:.0f}-{100 * r.high:.0f}"] for r in table.rename(columns={"class": "name"}).itertuples(index=False)]
    return Table(f"villages by class at {end}", ["", "%", "95 % interval"], lines)


def why(rows: pd.DataFrame) -> Table:
    """Causes of failure."""
    found = estimate.causes(rows[rows["arm"] == "main"])
    return Table("why villages are not viable", ["", "% of failures"], [[k, f"{100 * v / found.sum():.0f}"] for k, v in found.items()])


def sentences(table: pd.DataFrame, rows: pd.DataFrame, end: str) -> list[str]:
    """Share viable with its uncertainty, the commonest cause, public money."""
    one = table.set_index("class").loc["viable"]
    causes, cost = estimate.causes(rows[rows["arm"] == "main"]), estimate.public_cost(rows[rows["arm"] == "main"])
    first = f"If the rules and figures written here hold, {100 * one['share']:.0f} % of villages ({100 * one['low']:.0f}-{100 * one['high']:.0f}, 95 % over {one['seeds']} seeds) are viable at {end}."
    second = f"The commonest reason for missing the mark is '{causes.index[0]}', {100 * causes.iloc[0] / causes.sum():.0f} % of the villages that miss it." if len(causes) else "No village misses the mark."
    return [first, second, f"Public money: {cost:.0f} yuan per elder-year helped." if cost == cost else "Nobody was helped."]
