"""One configuration, several seeds: villages by class, causes confirmed by paired reruns, public cost, figures."""

from __future__ import annotations

import pandas as pd

from experiments import draws, estimate, figures
from experiments.answer import layout
from experiments.runner import Task, execute, prepare
from experiments.scenario import Composed, Mistake, Scenario, Settings, patched
from experiments.store import Store
from experiments.style import words
from sim.parameters import Parameters
from sim.viability import CLASSES


def run(line: Composed, overrides: list[str]) -> int:
    """Run, store, print; 0, or 130 when Ctrl-C ended it early."""
    s, p = line.settings, line.parameters
    seeds = s.seeds or 10
    store = Store(s.out, s.name, line.text, overrides)
    prepare(store, p)

    whole = execute([one(s, p, line.touched(), at) for at in range(seeds)], store, s.workers, s.progress)
    villages = store.villages()
    if villages.empty:
        store.close("failed")
        raise Mistake(f"no run finished ({store.first_error()})")
    at, names = estimate.to_relieve(villages, s.name)
    if whole and names:
        whole = execute([one(s, p, line.touched(), at, f"relief:{name}") for name in names], store, s.workers, s.progress, label="paired reruns")
    store.close("finished" if whole else "interrupted")
    rows = estimate.with_weights(store.villages(), p)
    table = summary(rows)
    store.text("summary.csv", table.to_csv(index=False))
    text = "\n\n".join([head(line, seeds, rows), classes(table, p.horizon.end), why(rows, s.name), places(line, rows, store, seeds)])
    store.text("answer.txt", text + "\n")
    print(text)
    return 0 if whole else 130


def one(s: Settings, p: Parameters, touched: set[str], at: int, arm: str = "main") -> Task:
    """Replicate `at` of a configuration; `touched` parameters are never drawn, `relief:` arms rerun it without a condition."""
    changes = draws.draw(s.seed, at, touched) if s.draws else {}
    if arm != "main":
        changes["solvency.relief"] = arm.partition(":")[2]
    return Task(Scenario(s.name, patched(p, changes)), arm, at, draws.luck_seed(s.seed, at), arm == "main")


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


def classes(table: pd.DataFrame, end: str) -> str:
    """The small table."""
    lines = [[f"villages by class at {end}", "%", "95 % interval"]]
    for row in table.itertuples():
        lines.append([words(str(row[1])), f"{100 * row.share:.0f}", f"{100 * row.low:.0f}-{100 * row.high:.0f}"])
    return layout(lines)


def why(rows: pd.DataFrame, scenario: str) -> str:
    """Causes of failure, what relieving a condition averts, public cost."""
    main = rows[rows["arm"] == "main"]
    found = estimate.causes(main)
    lines = [["why villages are not viable", "% of failures"], *([k, f"{100 * v / found.sum():.0f}"] for k, v in found.items())]
    reruns = [f"without the condition '{k}' {a} of {n} closed villages would not have closed" for k, (a, n) in estimate.averted(rows, scenario).items()]
    cost = estimate.public_cost(main)
    said = f"public money: {cost:.0f} yuan per elder-year helped" if cost == cost else "nobody was helped"
    return "\n".join([layout(lines), *[f"paired rerun, same luck: {text}" for text in reruns], said])


def places(line: Composed, rows: pd.DataFrame, store: Store, seeds: int) -> str:
    """Draw the figures and say where everything is."""
    folder, name = store.folder / "figures", line.settings.name
    note = f"{seeds} seeds × {rows['village'].nunique()} villages; {line.parameters.horizon.start} to {line.parameters.horizon.end}"
    if any(c.startswith("class_") for c in rows.columns):
        figures.classes(rows, [name], [name], folder)
    figures.payers(rows, {name: name}, note, folder)
    figures.needs(rows, {name: name}, note, folder)
    return f"What-if, not a forecast. Runs, villages, series, figures and configuration: {store.folder}/"
