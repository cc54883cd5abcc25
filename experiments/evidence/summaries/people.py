"""Numbers of elders: how they grow, fall ill and live."""

from __future__ import annotations

from typing import Any

from sim.state.codes import ALONE, COUPLE

from .registry import NOTHING, YEAR, Value, growth, ratio, summary


@summary()
def disabled_at_end(run: Any) -> Value:
    """Share of elders with any disability at the end."""
    persons = run.series.flow["state_persons"][-1]
    return ratio(persons[:, 1:], persons, int(persons.sum()))


@summary(unit="share/year")
def growth_of_elders(run: Any) -> Value:
    """Mean growth of elders a year from the first month to the last."""
    count = run.series.state["elders"].sum(axis=1)
    return growth(count[0], count[-1], len(count) - 1)


@summary(unit="share/year")
def growth_of_disabled(run: Any) -> Value:
    """Mean growth of elders with any disability a year from the first month to the last."""
    count = run.series.flow["state_persons"][:, :, 1:].sum(axis=(1, 2))
    return growth(count[0], count[-1], len(count) - 1)


@summary(unit="share/year")
def rise_of_empty_nests(run: Any) -> Value:
    """Mean rise a year of the share of elders who live alone or with a spouse only."""
    persons = run.series.flow["living_persons"].sum(axis=1)
    years, everybody = (len(persons) - 1) / YEAR, persons.sum(axis=1)
    if years <= 0 or min(everybody[0], everybody[-1]) == 0:
        return NOTHING
    share = persons[[0, -1]][:, [COUPLE, ALONE]].sum(axis=1) / everybody[[0, -1]]
    return float(share[1] - share[0]) / years, int(everybody[0])
