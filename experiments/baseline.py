"""One configuration, several seeds: classes, causes and cost."""

from __future__ import annotations

from experiments import draws, estimate
from experiments.runner import Task, execute, warm
from experiments.scenario import Composed, Scenario, patched
from experiments.store import Store
from sim.viability import CLASSES


def run(line: Composed, words: list[str]) -> int:
    """Run, print, store."""
    s, p = line.settings, line.parameters
    store = Store(s.out, s.name, line.text, words)
    warm(p)
    fixed = line.touched()
    tasks = []
    for at in range(s.seeds or 10):
        mine = patched(p, draws.draw(s.seed, at, fixed)) if s.draws else p
        tasks.append(Task(Scenario(s.name, mine), "main", at, draws.luck_seed(s.seed, at)))
    whole = execute(tasks, store, s.workers, s.progress)
    store.close("finished" if whole else "interrupted")
    rows = estimate.with_weights(store.villages(), p)
    for name in CLASSES:
        print(name, estimate.interval(estimate.by_replicate(rows, rows["verdict"] == name).to_numpy()))
    print(store.folder)
    return 0
