"""A summary under two set-ups with the same luck: its ratio or its difference, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .summaries.registry import NOTHING, Value

RATIO = "ratio"


def over(first: float, second: float) -> float:
    """First over second; nan where there is nothing to divide by."""
    return first / second if second != 0 else math.nan


def less(first: float, second: float) -> float:
    """First less second."""
    return first - second


COMPARISONS: dict[str, Callable[[float, float], float]] = {RATIO: over, "difference": less}


def compared(how: str, found: Sequence[Value], against: Sequence[Value]) -> list[Value]:
    """A value for each seed that both have; nothing where either shows nothing, the fewer units behind it."""
    pairs = zip(found, against, strict=False)
    made = [(COMPARISONS[how](one[0], other[0]), min(one[1], other[1])) for one, other in pairs]
    return [value if math.isfinite(value[0]) else NOTHING for value in made]
