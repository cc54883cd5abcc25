"""What is drawn for a parameter: a range as nine tenths of what is thought possible, the default its median.

On the scale of the declaration (linear, log, logit) each side of the default is half a normal distribution
whose 5 % or 95 % quantile is the end of the range. What lies beyond an end is refused as input, so that it is
not drawn either: a quantile between 0 and 1 is taken from the nine tenths inside. Where the scale has no
place for an end (0 in logarithms, 0 and 1 in logits), an order of magnitude stands for it: a tenth of the
default, or ten times its odds (assumption). Whole numbers are rounded. A default that is an end of its range
is half of what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scipy.special import expit, logit, ndtri

from sim.state.parameters import Declaration

INSIDE = 0.9  # of what is thought possible lies in a range
LOST = math.log(10.0)  # how far, on the scale, an end lies that the scale has no place for
END = float(ndtri((1 + INSIDE) / 2))  # deviations from the median to an end


def _straight(value: float) -> float:
    return value


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


TO_SCALE: dict[str, Callable[[float], float]] = {"linear": _straight, "log": _log, "logit": logit}
FROM_SCALE: dict[str, Callable[[float], float]] = {"linear": _straight, "log": math.exp, "logit": expit}


def ends(declared: Declaration) -> tuple[float, float, float]:
    """Low end, default and high end of a range on its scale."""
    assert declared.low is not None and declared.high is not None
    to = TO_SCALE[declared.scale]
    low, middle, high = (float(to(float(value))) for value in (declared.low, declared.default, declared.high))
    return middle - LOST if math.isinf(low) else low, middle, middle + LOST if math.isinf(high) else high


def value_at(declared: Declaration, quantile: float) -> Any:
    """The value of a parameter of which a share `quantile` of all draws lies below."""
    low, middle, high = ends(declared)
    deviations = float(ndtri((1 - INSIDE) / 2 + INSIDE * quantile)) / END  # -1 and 1 at the ends
    side = middle - low if quantile < 0.5 else high - middle
    return fitted(declared, FROM_SCALE[declared.scale](middle + side * deviations))


def even_at(declared: Declaration, quantile: float) -> Any:
    """The same where every part of the range is as likely as another; whole numbers all alike."""
    assert declared.low is not None and declared.high is not None
    step = 0.5 if declared.kind is int else 0.0
    low, high = declared.low - step, declared.high + step
    return fitted(declared, low + quantile * (high - low))


def fitted(declared: Declaration, value: float) -> Any:
    """A number in the type and inside the range of a parameter."""
    assert declared.low is not None and declared.high is not None
    if declared.kind is int:
        value = math.floor(value + 0.5)
    return declared.kind(min(max(value, declared.low), declared.high))
