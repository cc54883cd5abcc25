"""Businesses that villages take."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.state.codes import EARNING, NEVER

from .registry import YEAR, Asked, Value, ratio, summary

AFTER_TAKING = Asked("years", "years after it was taken", 1, 30)


@summary(asks=(AFTER_TAKING,))
def businesses_that_earn_after(run: Any, years: int) -> Value:
    """Businesses that earn so many years after they were taken, as far as the run goes."""
    begun = run.series.state["begun"][-1]
    then = begun + years * YEAR
    seen = (begun != NEVER) & (then >= 0) & (then < len(run.series.state))
    earns = run.series.state["trade_stage"][then[seen], np.flatnonzero(seen)] == EARNING
    return ratio(earns, np.ones(seen.sum()), int(seen.sum()))
