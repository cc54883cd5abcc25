"""What counties side by side in one model save over one model each, by the size of the county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..study import simulate
from ..study.side_by_side import cut
from .readings import Reading, Scale, figure, in_turns, ratios
from .studies import peak, tasks

COUNTIES = ((4, 60, 40, 2.0), (12, 160, 10, 1.2), (20, 300, 2, 1.0))  # villages, elders, runs, least gain
NOISE = 0.03  # by which the median of a few turns may lie below
MOST = 150.0  # MiB that a worker may hold over a lone run


def gains(size: Scale) -> list[Reading]:
    """Processor time of runs alone over that of the same runs in bundles, and where bundles end."""
    if not size.worker_runs:
        return []
    return [*(gain(size.turns, *county) for county in COUNTIES), left_from()]


def gain(turns: int, villages: int, elders: int, runs: int, least: float) -> Reading:
    """Seconds alone over seconds side by side of so many runs of one size of county."""
    mine = tasks(runs, **{"county.villages": villages, "county.elders": elders})
    simulate.simulate_many(mine[:2])
    seen = in_turns(
        {
            "alone": lambda: float(len([simulate.simulate(task) for task in mine])),
            "side by side": lambda: float(len(simulate.simulate_many(mine))),
        },
        min(turns, 5),
    )
    models = len(cut([task.parameters for task in mine]))
    name = f"{runs / models:.0f} counties of {villages} villages of {elders} in a model"
    found = figure(name, ratios(seen["alone"], seen["side by side"]), "times", f">= {least:g}")
    return replace(found, ok=found.middle >= least - (NOISE if least == 1.0 else 0.0))


def left_from() -> Reading:
    """Villages of 300 elders from which on a county of eleven years runs alone."""
    villages = next(
        count
        for count in range(1, 1000)
        if len(cut([tasks(1, **{"county.villages": count, "county.elders": 300})[0].parameters] * 2)) == 2
    )
    return figure("villages of 300 from which on a county runs alone", [float(villages)], "villages")


def held(together: bool) -> float:
    """Peak memory of this process, MiB, after runs of the usual county, as a bundle or alone."""
    work = simulate.simulate_many if together else lambda mine: [simulate.simulate(task) for task in mine]
    work(tasks(10, **{"county.villages": 12, "county.elders": 160}))
    return peak() * 1024


def memory(child: Callable[[str], tuple[str, float, float]]) -> list[Reading]:
    """What a bundle holds over a lone run, in processes of their own."""
    code = "from experiments.benchmark import side_by_side as b; print(b.held({}))"
    alone, together = (float(child(code.format(how))[0]) for how in (False, True))
    more = together - alone
    return [
        figure("memory of a bundle over a lone run", [more], "MiB", "<= 150", lambda value: value <= MOST)
    ]
