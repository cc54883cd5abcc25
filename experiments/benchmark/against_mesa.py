"""The engine beside a plain Mesa model of the same simplified month: speed, and whether both say the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import mesa
import numpy as np

import sim

from .all_on import ALL_ON
from .mesa_reference import MesaReference
from .readings import (
    YARDSTICKS,
    Reading,
    Scale,
    figure,
    in_turns,
    pace,
    ratios,
    within,
)
from .simplified import SIMPLIFIED, TOTALS, engine_totals
from .studies import calls, draws


def persons(model: sim.MutualAidModel) -> int:
    """Living elders and helpers."""
    return int((model.world.villages.elders + model.world.villages.helpers).sum())


def months_of(
    model: sim.MutualAidModel, months: int, collector: mesa.DataCollector | None = None
) -> Callable[[], float]:
    """A job: some months of the engine, in agent-months."""

    def job() -> float:
        units = 0
        for _ in range(months):
            model.step()
            if collector is not None:
                collector.collect(model)
            units += persons(model)
        return float(units)

    return job


def collector() -> mesa.DataCollector:
    """Five model reporters."""
    return mesa.DataCollector(
        model_reporters={
            "enrolled": lambda model: int(model.world.flow.enrolled.sum()),
            "volunteers": lambda model: int(model.world.flow.volunteers.sum()),
            "mutual_minutes": lambda model: int(model.world.hours[:, 4].sum()),
            "cash_fen": lambda model: int(model.world.balance.cash.sum()),
            "in_service": lambda model: int((model.world.villages.level > 0).sum()),
        }
    )


def against_mesa(size: Scale, seed: int = 1) -> list[Reading]:
    """The simplified month here and in plain Mesa.

    All parts on, DataCollector on; wall ns per row of the latter; yardsticks.
    """
    parameters = sim.Parameters()
    simple = sim.MutualAidModel(
        parameters.replace(SIMPLIFIED | {"county.villages": size.villages}), seed=seed
    )
    whole = sim.MutualAidModel(parameters.replace(ALL_ON | {"county.villages": size.villages}), seed=seed)
    objects = MesaReference(simple, seed)
    agents = persons(simple)
    for model in (simple, whole):
        model.step()
    for first in (objects.step, draws, calls):
        first()
    whole.row_seconds, before = {}, len(whole.series.state)

    def month() -> float:
        objects.step()
        return float(agents)

    jobs = {
        "plain Mesa": month,
        "simplified month": months_of(simple, size.months),
        "all parts": months_of(whole, size.months, collector()),
    }
    seen = in_turns(jobs | {"keyed draw": draws, "call of a compiled function": calls}, size.turns)
    ns, slower = {name: [1e9 * value for value in values] for name, values in seen.items()}, pace(seen)
    found = [
        figure(f"yardstick: {name} ({1e9 * there:g} there)", ns[name], "ns")
        for name, there in YARDSTICKS.items()
    ]
    found.append(figure("pace: slower than there at least", [slower], "times"))
    found.append(figure("simplified month", ns["simplified month"], "ns/agent-month"))
    found += within("all parts, Mesa layer on", ns["all parts"], "ns/agent-month", 250, slower)
    found.append(
        figure(
            "like for like: plain Mesa / engine",
            ratios(ns["plain Mesa"], ns["simplified month"]),
            "times",
            ">= 40",
            lambda value: value >= 40,
        )
    )
    found.append(
        figure(
            "all parts: plain Mesa / engine",
            ratios(ns["plain Mesa"], ns["all parts"]),
            "times",
            ">= 20, aim 25",
            lambda value: value >= 20,
        )
    )
    states = whole.series.state[before:]
    units = int(states["elders"].sum() + states["helpers"].sum())
    rows = sorted(whole.row_seconds.items(), key=lambda pair: -pair[1])
    return found + [
        figure(f"row: {name}", [1e9 * seconds / units], "ns/agent-month") for name, seconds in rows
    ]


def dock(
    villages: int, seeds: Sequence[int], months: int, changes: dict[str, Any] | None = None
) -> dict[str, np.ndarray]:
    """Totals by name, (engine, plain Mesa) by seed, after the same months from the same start."""
    parameters = sim.Parameters().replace(SIMPLIFIED | {"county.villages": villages} | (changes or {}))
    pairs = []
    for seed in seeds:
        model = sim.MutualAidModel(parameters, seed=seed)
        objects = MesaReference(model, seed)
        for _ in range(months):
            model.step()
            objects.step()
        pairs.append((engine_totals(model), objects.totals()))
    return {name: np.array([[side[name] for side in pair] for pair in pairs]).T for name in TOTALS}


def docking(size: Scale) -> list[Reading]:
    """Totals of plain Mesa over those of the engine, with the month as it is timed and with health held; by
    seed.

    With health free a handful of severe cases carries the hours, and few accounts pay much: where the mean
    over seeds is not known to 2.5 % (one standard error), 5 % cannot be told and is not judged.
    """
    found = []
    for label, on in (("docking", True), ("docking, health held", False)):
        for name, (engine, objects) in dock(size.villages, range(size.docked), 24, {"health.on": on}).items():
            each = objects / max(engine.mean(), 1)
            known = len(each) > 1 and each.std(ddof=1) / math.sqrt(len(each)) <= 0.025
            ratio = float(objects.sum() / max(engine.sum(), 1))
            ok = bool(abs(ratio - 1) <= 0.05) if known else None
            found.append(
                Reading(
                    f"{label}: {name}",
                    float(each.min()),
                    ratio,
                    float(each.max()),
                    "ratio",
                    "0.95 .. 1.05",
                    ok,
                )
            )
    return found
