"""SALib behind one object: what is sampled is analysed with the same options, and nothing that cannot be a
number goes in.

Traps this file closes (each gives indices without any message): sampling without second order and analysing
with it, one NaN in Y, a seed of 0 (no seed), N not a power of two, a constant output, names that end in what
`delta` reserves. Sampling is in the unit cube; what a coordinate means is the caller's affair.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from SALib.analyze import delta as delta_analyze
from SALib.analyze import morris as morris_analyze
from SALib.sample import latin, morris, sobol
from scipy import stats

from sim.state.parameters import nearest

from ..command.experiment_settings import METHODS
from ..command.settings import Mistake
from .net import Blocks, chance_of, explained

LEVELS = 4
FEWEST = {
    "morris": 2,
    "sobol": 4,
    "pawn": 4,
    "delta": 128,
}  # SALib's delta wants ten outputs in each of ten bins
MAIN = {"morris": "mu_star", "sobol": "ST", "pawn": "PAWN", "delta": "delta"}
OF_SOBOL = ("S1", "S1_low", "S1_high", "ST_gross")  # beside ST, net of chance but for the last
RESAMPLES = 100
RATE = 0.05  # of outcomes that depend on nothing: how often chance lifts any of the inputs over the line
NULLS = {
    "morris": 199,
    "sobol": 199,
    "pawn": 99,
    "delta": 12,
}  # draws of outputs without cause; delta: inputs without effect
STEP = LEVELS / (2 * (LEVELS - 1))  # of a trajectory, in the unit cube
SLIDES = 10
MOST_DELTA = (
    16  # inputs whose delta is estimated (kernel densities are slow): those with the largest PAWN index
)
Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Indices:
    """Index name -> one value a factor.

    `draws` (resamples, factors) of the main index; `n` base points used.
    """

    method: str
    factors: tuple[str, ...]
    values: dict[str, np.ndarray]
    draws: np.ndarray
    n: int

    @property
    def main(self) -> np.ndarray:
        """The index that ranks: mu*, ST, median PAWN, delta."""
        return self.values[MAIN[self.method]]

    @cached_property
    def interval(self) -> np.ndarray:
        """(factors, 2): 95 % bootstrap percentiles of the main index."""
        with np.errstate(invalid="ignore"):  # a resample in which nothing varies leaves its index unknown
            return np.percentile(self.draws, [2.5, 97.5], axis=0).T

    @property
    def drowned(self) -> bool:
        """Whether the outcome varies, but by chance alone as far as can be told: it has no net indices."""
        return self.method == "sobol" and not np.any(self.main) and bool(np.any(self.values["ST_gross"]))

    @property
    def width(self) -> np.ndarray:
        """Width of the interval; that of mu* as a share of the largest mu*."""
        raw = self.interval[:, 1] - self.interval[:, 0]
        return np.asarray(raw / max(float(self.main.max()), 1e-300)) if self.method == "morris" else raw

    @property
    def widest(self) -> float:
        """The greatest width; infinite where an interval is not known, as with too few points for chance."""
        return float(np.nan_to_num(self.width, nan=np.inf, posinf=np.inf).max())


@dataclass(frozen=True)
class Design:
    """`n` trajectories (morris) or base points over `inputs`, which belong to `groups` (one name each)."""

    method: str
    inputs: tuple[str, ...]
    groups: tuple[str, ...]
    n: int
    seed: int

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise Mistake(
                f"method: unknown {self.method!r}; allowed are "
                f"{', '.join(METHODS)}{nearest(self.method, METHODS)}"
            )
        if self.seed < 1:
            raise Mistake("sensitivity: a seed of 1 or more is wanted (0 means no seed to SALib)")
        if len(set(self.inputs)) != len(self.inputs) or len(self.groups) != len(self.inputs):
            raise Mistake("sensitivity: different inputs, each with its group, are wanted")
        if self.method == "morris" and self.n < 2:
            raise Mistake(f"samples = {self.n}: two trajectories at least are wanted")
        least = FEWEST[self.method]
        if self.n < least or (self.method == "sobol" and self.n & (self.n - 1)):
            raise Mistake(
                f"samples = {self.n}: "
                f"{'a power of two' if self.method == 'sobol' else 'a whole number'} is wanted, "
                f"{least} at least"
            )
        if self.method in ("pawn", "delta") and self.grouped:
            raise Mistake(f"method={self.method} takes single parameters: set by=parameter")

    @property
    def grouped(self) -> bool:
        """Whether some group holds more than one input."""
        return len(set(self.groups)) < len(self.groups)

    @property
    def factors(self) -> tuple[str, ...]:
        """What gets an index: groups in the order they appear, or inputs."""
        return tuple(dict.fromkeys(self.groups)) if self.grouped else self.inputs

    @property
    def block(self) -> int:
        """Rows that belong to one base point: a trajectory, A-AB-B, or one."""
        return {"morris": len(self.factors) + 1, "sobol": len(self.factors) + 2}.get(self.method, 1)

    @property
    def problem(self) -> dict[str, Any]:
        """SALib's description, made afresh: SALib writes into it."""
        names = [f"x{i:04d}" for i in range(len(self.inputs))]
        made: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
        return made | ({"groups": list(self.groups)} if self.grouped else {})

    @cached_property
    def points(self) -> np.ndarray:
        """(n * block, inputs) in the unit cube."""
        if self.method == "morris":
            return np.asarray(morris.sample(self.problem, self.n, num_levels=LEVELS, seed=self.seed))
        if self.method == "sobol":
            return np.asarray(sobol.sample(self.problem, self.n, calc_second_order=False, seed=self.seed))
        return np.asarray(latin.sample(self.problem, self.n, seed=self.seed))

    def analyse(self, outputs: Sequence[float] | np.ndarray, base: int | None = None) -> Indices:
        """Indices from outputs (points,) or (points, replicates), or from those of the first `base` points.

        Of replicates the mean is analysed, and indices of Sobol are net of the chance that is left in it.
        Mistake names a row that is no number.
        """
        raw, base = np.asarray(outputs, float), base or self.n
        if len(raw) != len(self.points):
            raise Mistake(f"sensitivity: {len(self.points)} outputs are wanted, {len(raw)} are there")
        raw = raw.reshape(len(raw), -1)
        means, chance = raw.mean(axis=1), chance_of(raw)
        if not np.isfinite(means).all():
            raise Mistake(
                f"sensitivity: the output of point {int(np.flatnonzero(~np.isfinite(means))[0])} is not a "
                f"number; nothing was analysed"
            )
        rows = np.arange(base * self.block)
        if np.ptp(means[rows]) == 0:  # nothing varies: every index is zero, not 0/0
            zero = np.zeros(len(self.factors))
            return Indices(
                self.method,
                self.factors,
                {
                    MAIN[self.method]: zero,
                    **(dict.fromkeys(OF_SOBOL, zero) if self.method == "sobol" else {}),
                },
                zero[None, :],
                base,
            )
        if self.method == "sobol":
            values, draws = self._sobol(means[rows], chance[rows], base)
        else:
            values, draws = getattr(self, f"_{self.method}")(self.points[rows], means[rows], base)
        return Indices(self.method, self.factors, values, draws, base)

    def line(self, raw: np.ndarray) -> float:
        """What the largest of all factors passes in RATE of cases where none has an effect; `raw` (points,
        replicates).

        PAWN: the outputs are permuted over the points, which is exact on a Latin square. Delta, too slow for
        that: inputs that nobody read stand beside the sample; Student's t over their number, at RATE over all
        inputs. Morris and Sobol: `chance`, net of it for Sobol.
        """
        raw, rng = np.asarray(raw, float), np.random.default_rng([self.seed, 1])
        points, outputs, draws = self.points, raw.mean(axis=1), NULLS[self.method]
        if np.ptp(outputs) == 0:
            return 0.0
        if self.method == "pawn":
            return _top(pawn(points, rng.permutation(outputs)).max() for _ in range(draws))
        if self.method == "delta":
            idle = _deltas(
                rng.permuted(np.tile((np.arange(len(outputs)) + 0.5) / len(outputs), (draws, 1)), axis=1).T,
                outputs,
                self.seed,
            )[0]
            return float(
                idle.mean()
                + stats.t.ppf(1 - RATE / len(self.factors), draws - 1)
                * idle.std(ddof=1)
                * math.sqrt(1 + 1 / draws)
            )
        least = 1e-9 * (float(np.abs(outputs).max()) if self.method == "morris" else 1.0)  # no rounding
        return max(float(self.net(raw, self.chance(raw))), least)

    def net(self, raw: np.ndarray, index: float) -> float:
        """An index of Sobol as it comes, less the chance that is in it; that of Morris as it is."""
        if self.method != "sobol":
            return index
        ends = np.arange(len(raw)).reshape(self.n, self.block)[:, [0, -1]]
        whole, chance = float(raw.mean(axis=1)[ends].var()), float(chance_of(raw)[ends].mean())
        return float((index * whole - chance) / max(float(explained(whole, chance)), 1e-300))

    def chance(self, raw: np.ndarray) -> float:
        """The line of mu* and of ST as it comes: a factor without effect steps between points that chance
        alone tells apart.

        The outputs of such a step are the replicates of its two points under balanced random signs: what the
        point gives is gone, what is left is distributed as the chance of a mean. Steps come from all over the
        design, as chance differs from place to place. Of one replicate only the dummy's own steps tell: F of
        (n, n) at RATE over the factors.
        """
        points, replicates = raw.shape
        rng = np.random.default_rng([self.seed, 1])
        count, rows = len(self.factors), np.arange(points).reshape(self.n, self.block)
        whole = raw.mean(axis=1)[rows][:, [0, -1]].var()  # over A and B, as SALib has it

        def index(steps: np.ndarray) -> np.ndarray:
            return np.asarray(
                np.abs(steps).mean(axis=0) / STEP
                if self.method == "morris"
                else (steps**2).mean(axis=0) / 2 / max(whole, 1e-300)
            )

        if replicates < 2:
            dummy, ratio = self.analyse(raw[:, 0]).main[-1], stats.f.ppf(1 - RATE / count, self.n, self.n)
            return float(dummy * (math.sqrt(ratio) if self.method == "morris" else ratio))
        one = rows[:, :-1] if self.method == "morris" else np.repeat(rows[:, :1], count, axis=1)
        two, half, found = rows[:, 1 : count + 1], replicates // 2, []
        signs = np.tile(np.repeat([1.0, -1.0, 0.0], [half, half, replicates - 2 * half]), (points, 1))
        for _ in range(NULLS[self.method]):
            chance = (rng.permuted(signs, axis=1) * raw).sum(axis=1) / math.sqrt(2 * half * replicates)
            steps = (chance[two] - chance[one]).ravel()
            found.append(index(steps[rng.integers(steps.size, size=(self.n, count))]).max())
        return _top(found)

    def _sobol(
        self, outputs: np.ndarray, chance: np.ndarray, base: int
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Indices net of chance; base points are drawn again whole, means with their own chance."""
        blocks = Blocks(outputs.reshape(base, self.block), chance.reshape(base, self.block))
        if blocks.drowned:
            zero = np.zeros(len(self.factors))
            none = dict.fromkeys(("ST", *OF_SOBOL), zero)
            return none | {"ST_gross": blocks.indices()["ST_gross"]}, zero[None, :]
        first, total = blocks.resampled(RESAMPLES, np.random.default_rng(self.seed))
        low, high = np.percentile(first, [2.5, 97.5], axis=0)
        return {**blocks.indices(), "S1_low": low, "S1_high": high}, total

    def _morris(
        self, points: np.ndarray, outputs: np.ndarray, base: int
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """SALib's bootstrap is per factor.

        Trajectories are drawn whole here, so that ranks can be compared.
        """

        def one(rows: Any) -> dict[str, np.ndarray]:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # sigma of one trajectory, of a group: not a number, not used
                found = morris_analyze.analyze(
                    self.problem,
                    points[rows],
                    outputs[rows],
                    num_resamples=2,
                    num_levels=LEVELS,
                    seed=self.seed,
                )
            return {
                index: np.ma.filled(np.ma.asarray(found[index], float), np.nan)
                for index in ("mu_star", "mu", "sigma")
            }

        steps = np.array(
            [one(slice(block * self.block, (block + 1) * self.block))["mu_star"] for block in range(base)]
        )
        rng = np.random.default_rng(self.seed)
        return one(slice(None)), steps[rng.integers(base, size=(RESAMPLES, base))].mean(axis=1)

    def _pawn(
        self, points: np.ndarray, outputs: np.ndarray, base: int
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Points drawn with repetition lie farther from each other than the sample itself.

        The resamples are moved back by that bias.
        """
        again, found = (
            np.random.default_rng(self.seed).integers(base, size=(RESAMPLES, base)),
            pawn(points, outputs),
        )
        draws = np.array([pawn(points[rows], outputs[rows]) for rows in again])
        return {"PAWN": found}, np.maximum(draws - (draws.mean(axis=0) - found), 0.0)

    def _delta(
        self, points: np.ndarray, outputs: np.ndarray, base: int
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Delta of the inputs that matter most by PAWN, and of the last one (the dummy).

        The others count as zero.
        """
        first = pawn(points, outputs)
        kept = sorted({*np.argsort(-first, kind="stable")[:MOST_DELTA].tolist(), len(first) - 1})
        value, spread = np.zeros(len(first)), np.zeros(len(first))
        value[kept], spread[kept] = _deltas(points[:, kept], outputs, self.seed)
        draws = value + spread * np.random.default_rng(self.seed).standard_normal((RESAMPLES, len(first)))
        return {"delta": value, "PAWN": first}, draws


def _top(largest: Iterable[float]) -> float:
    """The value that as many as RATE of these, and of one more like them, reach."""
    found = sorted(map(float, largest))
    return found[-round(RATE * (len(found) + 1))]


def _deltas(points: np.ndarray, outputs: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Delta of each column of `x` with its standard error.

    Outputs are spread by a twentieth of their standard deviation, a step of SALib's grid: shares of few
    villages have ties, and a class of equal outputs has no density.
    """
    outputs = outputs + outputs.std() / 20 * np.random.default_rng(seed).standard_normal(len(outputs))
    count = points.shape[1]
    problem = {
        "num_vars": count,
        "names": [f"x{i:04d}" for i in range(count)],
        "bounds": [[0.0, 1.0]] * count,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = delta_analyze.analyze(problem, points, outputs, num_resamples=20, seed=seed)
        except ValueError as error:
            raise Mistake(
                f"sensitivity: delta could not be estimated from {len(outputs)} points: "
                f"samples={2 * len(outputs)} takes more, method=pawn needs fewer"
            ) from error
    value = np.asarray(found["delta_raw"], float)
    if not np.isfinite(value).all():
        raise Mistake(f"sensitivity: delta could not be estimated: samples={2 * len(outputs)} takes more")
    return value, np.asarray(found["delta_raw_conf"], float) / Z


def pawn(points: np.ndarray, outputs: np.ndarray, slides: int = SLIDES) -> np.ndarray:
    """Median over slides of the Kolmogorov-Smirnov distance between the outputs of a slide and all outputs,
    (inputs,).

    The same numbers as SALib's `pawn.analyze`, a thousand times sooner: that computes an exact p-value for
    every slide.
    """
    order = np.argsort(outputs, kind="stable")
    points, outputs = points[order], outputs[order]
    last = np.append(outputs[1:] != outputs[:-1], True)  # a distribution function steps once at equal outputs
    whole = np.arange(1, len(outputs) + 1)[last, None] / len(outputs)
    edges = np.quantile(points, np.arange(slides + 1) / slides, axis=0)
    found = np.full((slides, points.shape[1]), np.nan)
    for slide in range(slides):
        inside = (points >= edges[slide]) & (points < edges[slide + 1])
        count = inside.sum(axis=0)
        found[slide] = np.where(
            count > 0,
            np.abs(np.cumsum(inside, axis=0)[last] / np.maximum(count, 1) - whole).max(axis=0),
            np.nan,
        )
    return np.asarray(np.nanmedian(found, axis=0))


def ranking(draws: np.ndarray) -> float:
    """How far ranks move between resamples, weighted to what matters (below 1: converged).

    Sarrazin, Pianosi, Wagener 2016 (Env. Modelling & Software 79), eq. 4: the 95 % quantile over pairs of
    resamples of sum |R_i - R_i'| max(S_i, S_i')^2 / sum max(S_i, S_i')^2.
    """
    if len(draws) < 2:
        return 0.0
    ranks = stats.rankdata(-draws, axis=1)
    one, two = np.arange(0, len(draws) - 1, 2), np.arange(1, len(draws), 2)
    weight = np.maximum(np.maximum(draws[one], draws[two]), 0.0) ** 2
    total = weight.sum(axis=1)
    moved = (np.abs(ranks[one] - ranks[two]) * weight).sum(axis=1) / np.where(total > 0, total, 1.0)
    return float(np.quantile(moved, 0.95))


def noise(outputs: np.ndarray) -> tuple[float, float]:
    """Noise share of a single run, E[Var(Y|x)] / Var(Y), and of the averaged outputs; `y` (points, replicates
    >= 2).

    With V the variance that inputs explain and s^2 that of chance, the averaged outputs vary by V + s^2/r, so
    that an index over them is V_i / (V + s^2/r).
    """
    replicates = outputs.shape[1]
    if replicates < 2:
        return float("nan"), float("nan")
    chance = float(outputs.var(axis=1, ddof=1).mean())
    means = float(outputs.mean(axis=1).var(ddof=1))
    explained = max(means - chance / replicates, 0.0)
    single = explained + chance
    return (chance / single if single > 0 else 0.0), (
        min(chance / replicates / means, 1.0) if means > 0 else 0.0
    )
