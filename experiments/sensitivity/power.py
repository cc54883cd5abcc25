"""What a study of so many points and replicates can tell: the least effect that is told from chance in half
of such studies.

An input that acts in a straight line is put beside the chance that was found, study after study, and asked
what the analysis asks: does its whole interval lie above the line? Its effect is moved until half of the
studies say yes. It is a share of the variance of a single run, inputs and chance together.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .designs import LEVELS, RESAMPLES, STEP, Design, noise
from .net import chance_of, explained

STUDIES, NUMBERS = 200, 400_000  # made-up studies at each effect: fewer where base points are many
FEWEST, HALVINGS = 20, 24
LEVEL_VARIANCE = (LEVELS + 1) / (12 * (LEVELS - 1))  # of an input on Morris' levels, in the unit cube
UNIT_VARIANCE = 1 / 12  # of an even one
LARGEST = 1e4  # times the variance found: what is not told then is never told


def least_effect(design: Design, raw: np.ndarray) -> float:
    """Share of a single run's variance that an input needs to be told in half of studies like this one.

    `raw`: (points, replicates). Missing for other methods than Morris and Sobol, with one replicate, which
    tells no chance, and where nothing varies; infinite where no effect is large enough.
    """
    replicates = raw.shape[1]
    if design.method not in ("morris", "sobol") or replicates < 2 or np.ptp(raw) == 0:
        return math.nan
    chance = float(raw.var(axis=1, ddof=1).mean())
    single = chance / max(noise(raw)[0], 1e-300)
    if chance == 0:
        return 0.0
    margin = _morris(design, raw, chance) if design.method == "morris" else _sobol(design, raw, chance)
    low, high = 1e-6 * single, LARGEST * single
    if margin(high) <= 0:
        return math.inf
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if margin(middle) > 0 else (middle, high)
    return high / max(single, high + chance)


def _studies(design: Design) -> tuple[np.random.Generator, int, np.ndarray]:
    """Random numbers, studies, and (resamples, base points) weights of base points drawn again."""
    rng = np.random.default_rng([design.seed, 2])
    count = min(STUDIES, max(NUMBERS // design.n, FEWEST))
    weights = rng.multinomial(design.n, np.full(design.n, 1 / design.n), size=RESAMPLES) / design.n
    return rng, count, weights


def _morris(design: Design, raw: np.ndarray, chance: float) -> Callable[[float], float]:
    """Variance of an input -> by how much its interval clears the line, in the middle study of many."""
    rng, count, weights = _studies(design)
    error = math.sqrt(2 * chance / raw.shape[1]) / STEP * rng.standard_normal((design.n, count))
    line = design.chance(raw)

    def margin(variance: float) -> float:
        steps = np.abs(math.sqrt(variance / LEVEL_VARIANCE) + error)
        return _middle(np.percentile(weights @ steps, 2.5, axis=0), steps.mean(axis=0), line)

    return margin


def _sobol(design: Design, raw: np.ndarray, chance: float) -> Callable[[float], float]:
    """As `_morris`, for the total index net of chance; what other inputs explain stays beside it."""
    rng, count, weights = _studies(design)
    ends = np.arange(len(raw)).reshape(design.n, design.block)[:, [0, -1]]
    whole, left = float(raw.mean(axis=1)[ends].var()), float(chance_of(raw)[ends].mean())
    line, known = design.chance(raw) * whole, max(whole - left, 0.0)
    one, two = (rng.random((design.n, count)) - 0.5 for _ in range(2))
    others = rng.standard_normal((2, design.n, count))  # of A and B; AB has those of A
    errors = math.sqrt(chance / raw.shape[1]) * rng.standard_normal((3, design.n, count))

    def margin(variance: float) -> float:
        size, rest = math.sqrt(variance / UNIT_VARIANCE), math.sqrt(max(known - variance, 0.0))
        start = size * one + rest * others[0] + errors[0]
        end = size * two + rest * others[1] + errors[1]
        inner = size * two + rest * others[0] + errors[2]
        square, mean = (start**2 + end**2) / 2, (start + end) / 2
        steps = (start - inner) ** 2 / 2

        def net(draw: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
            return np.asarray((draw(steps) - left) / explained(draw(square) - draw(mean) ** 2, left))

        own = np.asarray(square.mean(axis=0) - mean.mean(axis=0) ** 2)
        asked = (line - left) / explained(own, left)
        low = np.percentile(net(lambda values: weights @ values), 2.5, axis=0)
        return _middle(low, net(lambda values: values.mean(axis=0)), asked)

    return margin


def _middle(low: np.ndarray, main: np.ndarray, line: np.ndarray | float) -> float:
    """Median over studies of what an index and its interval have over the line."""
    return float(np.median(np.minimum(low, main) - line))
