"""A scheduled shock: the year from it on against the year before, within one run."""

from __future__ import annotations

from typing import Any

import numpy as np

from .registry import NOTHING, YEAR, Value, ratio, summary


def month_of_shock(run: Any) -> int | None:
    """The month on which a scheduled shock strikes; None without one, or a whole year on either side."""
    shocks = run.parameters.shocks
    at = int(shocks.scheduled_month)
    seen = YEAR <= at <= len(run.series.flow) - YEAR
    return at if shocks.scheduled != "none" and seen else None


def rise_of_rate(run: Any, events: str, persons: str) -> Value:
    """Events over persons in the year from the shock on, less the same in the year before, both a year."""
    at = month_of_shock(run)
    if at is None:
        return NOTHING
    flow = run.series.flow
    after, before = (
        ratio(flow[events][months], flow[persons][months] / YEAR, flow.shape[1])
        for months in (slice(at, at + YEAR), slice(at - YEAR, at))
    )
    value = after[0] - before[0]
    return (value, after[1]) if np.isfinite(value) else NOTHING


@summary()
def visitors_in_crash(run: Any) -> Value:
    """Visitors in the year of a scheduled crash over the same months of the year before."""
    at = month_of_shock(run)
    if at is None:
        return NOTHING
    visitors = run.series.state["visitors"]
    now, before = visitors[at : at + YEAR], visitors[at - YEAR : at]
    return ratio(now, before, visitors.shape[1])


@summary(unit="share/year")
def leavers_after_shock(run: Any) -> Value:
    """Enrolled elders who leave the service in the year from a scheduled shock on, less the year before."""
    return rise_of_rate(run, "left_users", "enrolled")


@summary(unit="share/year")
def helpers_lost_after_shock(run: Any) -> Value:
    """Active volunteers who stop in the year from a scheduled shock on, less the year before."""
    return rise_of_rate(run, "volunteers_quit", "volunteers")
