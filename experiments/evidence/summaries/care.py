"""Care: need that nobody met, hours of paid care and of mutual aid, beds taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.state.codes import KINDS, MUTUAL, NEED, PROFESSIONAL, UNMET

from .registry import (
    MINUTES,
    NOTHING,
    PERSONS,
    Asked,
    Value,
    ratio,
    summary,
)

STATES = ("robust", "mild", "moderate", "severe")
STATE = Asked("state", "state of health", words=STATES)
KIND = Asked("kind", "kind of need", words=KINDS)


@summary()
def unmet_need(run: Any) -> Value:
    """Hours of need that nobody met."""
    hours = run.series.hours
    return ratio(hours[:, :, UNMET], hours[:, :, NEED], int(run.series.state["elders"].sum()))


@summary(asks=(KIND,))
def unmet_need_of_kind(run: Any, kind: str) -> Value:
    """Hours of one kind of need that nobody met."""
    hours = run.series.hours[:, :, :, KINDS.index(kind)]
    return ratio(hours[:, :, UNMET], hours[:, :, NEED], int(run.series.state["elders"].sum()))


@summary(PERSONS, unit="hours/month", asks=(STATE,))
def unmet_hours_by_state(persons: Any, state: str) -> Value:
    """Hours that nobody met of an elder in one state of health a month, in the last year."""
    place = STATES.index(state)
    months = int(persons.elder_months[place])
    return (float(persons.unmet[place]) / MINUTES / months, months) if months else NOTHING


def hours_of_elder(run: Any, minutes: np.ndarray) -> Value:
    """Minutes of (months, villages) as hours an elder a month."""
    elders = run.series.state["elders"]
    return ratio(minutes / MINUTES, elders, int(elders.sum()))


@summary(unit="hours/month")
def paid_hours_of_elder(run: Any) -> Value:
    """Hours of paid care of all kinds that an elder gets a month."""
    return hours_of_elder(run, run.series.hours[:, :, PROFESSIONAL].sum(axis=2))


@summary(unit="hours/month")
def mutual_hours_of_elder(run: Any) -> Value:
    """Hours of mutual aid that an elder gets a month."""
    return hours_of_elder(run, run.series.hours[:, :, MUTUAL].sum(axis=2))


@summary()
def beds_of_homes_taken(run: Any) -> Value:
    """Residents over beds of village homes."""
    beds = run.series.state["beds"]
    return ratio(run.series.state["residents"], beds, int((beds > 0).sum()))


@summary()
def beds_of_centres_taken(run: Any) -> Value:
    """Elders in beds of the centre over the villages' part of its beds."""
    beds = run.series.flow["beds_standing"]
    return ratio(run.series.flow["beds_used"], beds, int((beds > 0).sum()))
