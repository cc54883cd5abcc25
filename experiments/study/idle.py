"""Which parameters change no byte: each that is drawn is moved to both ends of its range in a small county.

All variants stand side by side in one model, so that many cost little more than one. What changes something
in a short run is done with; the rest runs longer, in more villages, under other luck, and from drawn values
of all the others, since some act only beside another that left its default. "No byte in these runs" is no
proof: what acts once in a thousand years may rest in all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sim
from sim.state.parameters import ParameterError, Parameters
from sim.state.values import Modifier

from ..command import busy
from ..command.scenario import Composed, Scenario, known, patched
from . import draws
from .plan import Task
from .run_tables import village_rows
from .simulate import content

SIDE_BY_SIDE = 60  # counties in one model: what fits into a small memory
Change = tuple[str, float]  # a path and the value it is moved to


@dataclass(frozen=True)
class Stage:
    """Runs in which what is still without effect is tried; `drawn`: beside drawn values of the others."""

    villages: int
    months: int
    seeds: tuple[int, ...]
    drawn: bool = True


STAGES = (
    Stage(villages=6, months=24, seeds=(1,), drawn=False),
    Stage(villages=12, months=72, seeds=(2, 3)),
    Stage(villages=20, months=132, seeds=(4, 5, 6, 7, 8, 9)),
)


def ends(path: str, parameters: Parameters) -> list[Change]:
    """Both ends of a parameter's range, but for its value now and for what does not fit the others."""
    declared, now = known()[path], parameters.flat()[path]
    found: list[Change] = []
    for end in (declared.low, declared.high):
        assert end is not None
        value = declared.kind(end)
        if value == now:
            continue
        try:
            patched(parameters, {path: value})
        except ParameterError:
            continue
        found.append((path, value))
    return found


def fingerprint(result: sim.Result, task: Task) -> str:
    """One word for all that a run recorded month by month, and for what a study keeps of it.

    Values that are worked out after the last month are in the latter.
    """
    series, total = result.series, hashlib.sha256()
    for records in (series.flow, series.state, series.hours, series.posted, series.balance):
        total.update(records.tobytes())
    return total.hexdigest() + content(village_rows(result, task))


def moved(
    base: Parameters, changes: Sequence[Change], seed: int, modifiers: tuple[Modifier, ...]
) -> set[str]:
    """Paths of which some change alters a byte under this seed."""
    found: set[str] = set()
    task = Task(Scenario("idle", base), 0, seed)
    for first in range(0, len(changes), SIDE_BY_SIDE):
        batch = changes[first : first + SIDE_BY_SIDE]
        counties = [base, *(patched(base, {path: value}) for path, value in batch)]
        model = sim.MutualAidModel(counties, seed=seed, modifiers=[modifiers] * len(counties))
        model.run()
        plain, *others = (fingerprint(result, task) for result in model.results)
        found |= {path for (path, _), word in zip(batch, others, strict=True) if word != plain}
    return found


def small(line: Composed, stage: Stage) -> Parameters:
    """The configuration in the size of a stage; what the line itself sets stays."""
    horizon = line.parameters.horizon
    start, end = int(horizon.start[:4]), int(horizon.end[:4])
    last = min(start + stage.months // 12 - 1, end)
    sizes: dict[str, Any] = {"county.villages": stage.villages}
    if last < end:
        sizes["horizon.end"] = f"{last}-12"
    return line.sized(sizes)


def drawn_in(line: Composed) -> list[str]:
    """Paths that are drawn in a configuration."""
    moving = {modifier.path for modifier in line.scenario("idle", line.parameters).modifiers}
    return [one.path for one in draws.drawn(line.parameters, line.touched(), moving)]


def bases(line: Composed, stage: Stage) -> Iterator[tuple[int, Parameters]]:
    """Seed and parameters of each run of a stage."""
    plain, mine = small(line, stage), set(drawn_in(line))
    for seed in stage.seeds:
        values = draws.draw(line.settings.seed, seed) if stage.drawn else {}
        yield seed, draws.with_draw(plain, {path: value for path, value in values.items() if path in mine})


def idle(line: Composed, paths: Sequence[str], stages: Sequence[Stage] = STAGES) -> list[str]:
    """Paths that change no byte in any of the stages, in their order."""
    modifiers = line.scenario("idle", line.parameters).modifiers
    left = list(paths)
    runs = [(stage, *one) for stage in stages for one in bases(line, stage)]
    for at, (stage, seed, base) in enumerate(runs, 1):
        busy.say(
            f"run {at} of at most {len(runs)}, {stage.villages} villages: {len(left)} parameters not seen "
            "to act",
            f"第 {at} 次运行（至多 {len(runs)} 次），{stage.villages} 个村：{len(left)} 个参数尚未见作用",
        )
        acting = moved(base, [change for path in left for change in ends(path, base)], seed, modifiers)
        left = [path for path in left if path not in acting]
        if not left:
            break
    return left
