"""Signs by paired runs: the same county and the same draws, with and without what a paper speaks of."""

from __future__ import annotations

import numpy as np

from .claims import Claim


def mean_error(differences: np.ndarray) -> tuple[float, float]:
    """Mean over the first axis (runs) and its standard error."""
    found = np.asarray(differences, float)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def sign(english: str, chinese: str, differences: np.ndarray) -> Claim:
    """A claim that the mean of paired differences, one a run, is above nought."""
    return Claim(english, chinese, *mean_error(differences))
