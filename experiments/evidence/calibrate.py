"""`experiment=calibrate`: which values agree with the published patterns, and how well.

A screen (Morris) finds the dials that the patterns depend on. Waves of history matching run points that fill
what is left of their space, fit an emulator a pattern and rule out. Inside what is left importance weights
give draws, which are run afresh to see what they show. All other dials are drawn in every run, so that what
is learnt holds beside what is not known of them. Rival structures weigh the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from SALib.sample import morris as morris_sample

from ..command import own_folder
from ..command.scenario import Composed
from ..command.settings import Mistake
from ..report.style import both
from ..report.text import as_text
from ..study import study
from ..study.study import Study
from . import emulator, history, pattern_file
from .calibrate_table import write_table
from .calibrate_text import findings, summary
from .calibration import ENOUGH, Calibration, Target, Wave
from .measuring import Measuring
from .pattern_file import Pattern
from .space import ANY, Space, Structure, asked, space_of
from .summaries.registry import RUN

VILLAGES = 20
LEVELS = 4  # of a Morris trajectory
DRAWS = 1_000  # rows of the table, weights counted
DOUBLINGS = 4  # of the pool, while draws are too few
CHECK = 9  # number of the last stage


@dataclass(frozen=True)
class Amount:
    """How much is run: trajectories of the screen, dials that are fitted at most, waves, points of a wave
    over all structures, candidates of a structure, fresh runs at the end.
    """

    screen: int
    most: int
    waves: int
    points: int
    pool: int
    check: int


SIZES = {
    "quick": Amount(screen=1, most=20, waves=2, points=120, pool=4096, check=24),
    "default": Amount(screen=6, most=36, waves=3, points=660, pool=16384, check=120),
    "full": Amount(screen=12, most=48, waves=4, points=1500, pool=65536, check=400),
}


# -- the screen
def trajectories(space: Space, count: int, seed: int) -> np.ndarray:
    """(count x (dials + 1), dials): Morris trajectories through the unit cube."""
    size = len(space.names)
    problem = {"num_vars": size, "names": space.names, "bounds": [[0.0, 1.0]] * size}
    return np.asarray(morris_sample.sample(problem, count, num_levels=LEVELS, seed=seed % 2**32))


def effects(points: np.ndarray, distances: np.ndarray, count: int) -> np.ndarray:
    """(dials, patterns): mean size of a step across a dial's range; `distances` (points, patterns).

    A step at whose ends nothing was seen counts for nothing.
    """
    size = points.shape[1]
    total, seen = np.zeros((size, distances.shape[1])), np.zeros((size, distances.shape[1]))
    for block in range(count):
        rows = slice(block * (size + 1), (block + 1) * (size + 1))
        steps, values = np.diff(points[rows], axis=0), np.diff(distances[rows], axis=0)
        dials = np.abs(steps).argmax(axis=1)
        lengths = np.abs(steps[np.arange(size), dials])
        found = np.abs(values) / lengths[:, None]
        total[dials] += np.nan_to_num(found)
        seen[dials] += np.isfinite(found)
    return total / np.maximum(seen, 1)


def screen(found: Calibration, work: Study, measuring: Measuring, amount: Amount) -> None:
    """Choose the dials that are fitted: those that carry most of what moves any pattern, and those that a
    structure holds. The points of a trajectory share their luck, so that a step shows the dial.
    """
    space, target = found.everything, found.target
    points = trajectories(space, amount.screen, space.line.settings.seed)
    luck = np.repeat(np.arange(amount.screen), len(space.names) + 1)
    batch = measuring.run(work, 0, points, [ANY] * len(points), space, luck.tolist())
    distances = np.stack([target.distance(batch, pattern) for pattern in target.patterns], axis=1)
    found.effects = effects(points, distances, amount.screen)
    squares = found.effects**2
    largest = (squares / np.maximum(squares.sum(axis=0), 1e-300)).max(axis=1)
    found.screened = dict(zip(space.names, map(float, largest), strict=True))
    held = {name for one in found.structures for name in one.held}
    order = [space.names[at] for at in np.argsort(-largest, kind="stable")]
    found.space = space.only([*order[: amount.most], *held])


# -- waves
def told(
    found: Calibration, work: Study, points: np.ndarray, structures: Sequence[Structure]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of one run that emulators give, (points, patterns) each: what the emulator does not
    know, luck, and what dials that are not fitted do.
    """
    inputs = found.inputs(points, structures)
    pairs = work.engine.each([partial(one.at, inputs) for one in found.emulators])
    mean, variance = (np.stack([pair[place] for pair in pairs], axis=1) for place in (0, 1))
    return mean, variance + np.array([one.noise for one in found.emulators])


def possible(
    found: Calibration, work: Study, structure: Structure, count: int, seed: history.Seed
) -> tuple[np.ndarray, float, np.ndarray]:
    """Points of a structure that are not ruled out, their share of the space, and the share that each pattern
    alone rules out.
    """
    assert found.space is not None
    size = len(found.space.names)
    points = found.space.placed(history.filling(size, count, seed), structure)
    nothing = np.zeros(len(found.target.patterns))
    if not found.emulators:
        return points, 1.0, nothing
    mean, variance = told(found, work, points, [structure] * len(points))
    far = history.implausibility(mean, variance, found.target.observed, found.target.allowed)
    kept = history.kept(far)
    return points[kept], float(kept.mean()), (far > history.IMPLAUSIBLE).mean(axis=0)


def wave(found: Calibration, work: Study, measuring: Measuring, amount: Amount, number: int) -> None:
    """Run points that fill what is left, and fit the emulators anew on all points so far."""
    assert found.space is not None
    each, points, structures, left, out = amount.points // len(found.structures), [], [], {}, []
    for place, structure in enumerate(found.structures):
        seed = [found.seed, number, place]
        mine, share, alone = possible(found, work, structure, amount.pool, seed)
        left[structure.name] = share
        out.append(alone)
        if len(mine) == 0:
            continue
        if len(mine) < each:
            mine = np.concatenate([mine, found.space.placed(history.around(mine, each, seed), structure)])
        chosen = mine[history.spread_out(mine[: 20 * each], each)]
        points.append(chosen)
        structures += [structure] * len(chosen)
    if found.waves or found.emulators:
        found.waves.append(Wave(left, np.mean(out, axis=0)))
    if not points:
        return
    batch = measuring.run(work, number, np.concatenate(points), structures, found.space)
    found.firsts = found.firsts or len(batch.points)
    found.batch = batch if found.batch is None else found.batch.joined(batch)
    learn(found, work)


def learn(found: Calibration, work: Study) -> None:
    """Emulators of all patterns on all points so far."""
    assert found.batch is not None and found.space is not None
    inputs, seed = found.inputs(found.batch.points, found.batch.structures), found.seed
    jobs = [
        partial(emulator.fit, inputs, found.target.of(found.batch, one), found.columns(at), seed)
        for at, one in enumerate(found.target.patterns)
    ]
    found.emulators = work.engine.each(jobs)


# -- weights
def weigh(found: Calibration, work: Study, amount: Amount) -> None:
    """Weighted draws inside what is left, each structure with the same weight; the pool doubles while the
    draws are too few.
    """
    assert found.space is not None
    size = amount.pool
    for _ in range(DOUBLINGS + 1):
        found.alone = np.zeros(len(found.target.patterns))
        pools = [_weighted(found, work, at, size) for at in range(len(found.structures))]
        pools = [pool for pool in pools if pool[1].any()]
        weights = np.concatenate([mine / len(pools) for _, mine, _ in pools]) if pools else np.zeros(0)
        if history.effective(weights) >= 2 * ENOUGH or not pools:  # thinning to DRAWS rows costs half of them
            break
        size *= 2
    found.waves.append(Wave(dict(found.left), found.alone))
    if not pools:
        return
    points, of = np.concatenate([one for one, _, _ in pools]), np.concatenate([at for _, _, at in pools])
    taken = history.resampled(weights, DRAWS, found.seed)
    found.draws, found.of = points[taken > 0], of[taken > 0]
    found.weights = taken[taken > 0] / DRAWS
    found.effective = history.effective(found.weights)


def _weighted(
    found: Calibration, work: Study, at: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    assert found.space is not None
    structure, target = found.structures[at], found.target
    seed = [found.seed, CHECK, at]
    points = found.space.placed(history.filling(len(found.space.names), size, seed), structure)
    mean, variance = told(found, work, points, [structure] * len(points))
    far = history.implausibility(mean, variance, target.observed, target.allowed)
    log = history.log_likelihood(mean, variance, target.observed, target.allowed)
    found.left[structure.name] = float(history.kept(far).mean())
    found.alone += (far > history.IMPLAUSIBLE).mean(axis=0) / len(found.structures)
    return points, history.weights(np.where(history.kept(far), log, -np.inf)), np.full(len(points), at)


def check(found: Calibration, work: Study, measuring: Measuring, amount: Amount) -> None:
    """Run rows of the table afresh, one run of each set-up."""
    assert found.space is not None
    if len(found.draws) == 0:
        return
    rng = np.random.default_rng([found.seed, CHECK, 77])
    rows = rng.choice(len(found.draws), amount.check, p=found.weights)
    structures = [found.structures[at] for at in found.of[rows]]
    wide = Measuring(measuring.patterns, asked().checked)
    found.checked = wide.run(work, CHECK, found.draws[rows], structures, found.space)


def is_of_a_run(pattern: Pattern) -> bool:
    """Whether a pattern is read off runs of one set-up; a value that stands at the start needs no run."""
    return pattern.summary.needs == RUN and pattern.against is None


def run(line: Composed, words: list[str]) -> int:
    """Exit code 0 whether or not the patterns can be met: that is a finding."""
    path, amount = line.settings.patterns, SIZES[line.settings.size]
    patterns = pattern_file.read(own_folder.file_of("patterns", path)) if path else list(pattern_file.ready())
    mine = tuple(one for one in patterns if one.use == "calibration" and is_of_a_run(one))
    if not mine:
        raise Mistake("calibrate: no pattern has use: calibration and looks at a run under one set-up")
    base = line.sized({"county.villages": VILLAGES})
    found = Calibration(Target(mine), asked().structures, space_of(line, base))
    measuring = Measuring(mine, asked().villages)
    with study.begin(line.starting(base), words) as work:
        screen(found, work, measuring, amount)
        for number in range(1, amount.waves + 1):
            wave(found, work, measuring, amount, number)
        weigh(found, work, amount)
        check(found, work, measuring, amount)
        write_table(found, work, words)
        work.text("summary.csv", summary(found).to_csv(index=False))
        shown = both(lambda: findings(found, work.folder), work.folder)
        said = as_text(shown, work.folder)
        work.text("answer.txt", said + "\n")
        print(said)
    return 0
