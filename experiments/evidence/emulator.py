"""What a run would show at a point that was never run: a statistical emulator for each pattern.

A ridge regression on all inputs and their squares takes the trend; a Gaussian process on the inputs that the
pattern depends on most takes what is left, and tells it from the luck of a run. scikit-learn does the work
(extra `evidence`).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..command.settings import Mistake

FITTED_ON = 300  # points at most that length scales are fitted on
KNOWN = 800  # latest points, in what is left of the space, that the process goes through
BLOCK = 4096  # points that are told at a time
PENALTIES = tuple(10.0**power for power in range(-1, 5))  # of the trend, chosen by leaving out
FEWEST = 20  # points that saw a pattern


@dataclass(frozen=True)
class Emulator:
    """Mean and variance of a pattern at points of the cube; `columns` are the inputs of the process."""

    trend: Any
    process: Any
    columns: tuple[int, ...]
    centre: float
    scale: float
    noise: float  # variance of one run around the mean of many at its point

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance, (points,) each, of what many runs at a point would show on average."""
        from threadpoolctl import threadpool_limits

        means, variances = [], []
        with threadpool_limits(1):  # as in `_fit`
            for first in range(0, len(points), BLOCK):
                block = points[first : first + BLOCK]
                mean, deviation = self.process.predict(block[:, self.columns], return_std=True)
                means.append(mean + self.trend.predict(curved(block)))
                variances.append(deviation**2)
        mean, variance = np.concatenate(means), np.concatenate(variances)
        return self.centre + self.scale * mean, self.scale**2 * variance


def curved(points: np.ndarray) -> np.ndarray:
    """Inputs around the middle of the cube, and their squares."""
    around = points - 0.5
    return np.hstack([around, around**2])


def fit(points: np.ndarray, values: np.ndarray, columns: Sequence[int], seed: int) -> Emulator:
    """An emulator from points (points, inputs) and one run each (points,), nan where it showed nothing.

    Mistake where too few runs saw the pattern.
    """
    seen = np.isfinite(values)
    points, values = points[seen], values[seen]
    if len(points) < FEWEST:
        raise Mistake(f"calibrate: a pattern was seen in {len(points)} runs only; take more (size=default)")
    centre, scale = float(values.mean()), max(float(values.std()), 1e-12)
    trend, process, noise = _fit(points, (values - centre) / scale, tuple(columns), seed)
    return Emulator(trend, process, tuple(columns), centre, scale, noise * scale**2)


def _fit(
    points: np.ndarray, outputs: np.ndarray, columns: tuple[int, ...], seed: int
) -> tuple[Any, Any, float]:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
        from sklearn.linear_model import RidgeCV
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise Mistake("experiment=calibrate needs scikit-learn: pip install -e '.[evidence]'") from error
    signal = ConstantKernel(0.3, (1e-4, 10.0)) * RBF(np.full(len(columns), 1.0), (0.2, 30.0))
    few = np.random.default_rng(seed).permutation(len(points))[:FITTED_ON]
    # one thread: sums in another order would choose other points on another machine
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # a scale at its bound: the input does nothing
        trend = RidgeCV(PENALTIES).fit(curved(points), outputs)
        left, inputs = outputs - trend.predict(curved(points)), points[:, columns]
        fitted = GaussianProcessRegressor(signal + WhiteKernel(0.3, (1e-4, 10.0)), random_state=seed)
        kernel = fitted.fit(inputs[few], left[few]).kernel_
        noise = math.exp(kernel.k2.theta[0])
        process = GaussianProcessRegressor(kernel.k1, alpha=noise, optimizer=None)
        process.fit(inputs[-KNOWN:], left[-KNOWN:])
    return trend, process, noise
