"""The logistic curve by sums and products alone, so that a share has the same bytes on every processor."""

from __future__ import annotations

from sim.engine.kernels import inner

MOST = 30.0  # beyond it a share is none or all
HALVINGS = 8  # of the exponent, before the sum
TERMS = 8  # of the sum


@inner
def exponential(power):
    """e to a power between -30 and 30: Taylor's sum of a 256th of it, squared eight times."""
    small, term, total = power / (1 << HALVINGS), 1.0, 1.0
    for place in range(1, TERMS + 1):
        term *= small / place
        total += term
    for _ in range(HALVINGS):
        total *= total
    return total


@inner
def logistic(utility):
    """Share that takes the first of two things which is better by `utility`; exactly none and all far out."""
    if utility < -MOST:
        return 0.0
    if utility > MOST:
        return 1.0
    return 1.0 / (1.0 + exponential(-utility))
