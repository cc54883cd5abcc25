"""Members and helpers: who takes part, who is active, who asks and gets, how old helpers are."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.state.codes import NEVER

from .registry import MINUTES, YEAR, Value, ratio, summary


def served_for(run: Any, months: int) -> np.ndarray:
    """(months, villages): in service, and opened so many months before, or at the start."""
    state = run.series.state
    month = np.arange(len(state))[:, None]
    old = (state["opened"] < 0) & (state["opened"] != NEVER) | (
        (state["opened"] >= 0) & (month - state["opened"] >= months)
    )
    return np.asarray((state["level"] > 0) & old)


@summary()
def participation(run: Any) -> Value:
    """Elders who gave or received within 12 months, in villages in service for 24 months, each December."""
    old = served_for(run, 2 * YEAR) & (np.arange(len(run.series.flow)) % YEAR == YEAR - 1)[:, None]
    return ratio(run.series.flow["took_part"] * old, run.series.state["elders"] * old, int(old.sum()))


@summary()
def willing(run: Any) -> Value:
    """Elders who say yes when they are asked, first year."""
    said, asked = run.series.flow["willing_elders"][:YEAR], run.series.state["elders"][:YEAR]
    return ratio(said, asked, asked.shape[1])


def after_first_year(run: Any) -> tuple[np.ndarray, np.ndarray]:
    """Months and villages (places) in which service that opened in the run, and goes on, is a year old."""
    state = run.series.state
    months, villages = np.nonzero(np.arange(len(state))[:, None] - state["opened"] == YEAR - 1)
    there = (state["opened"][months, villages] >= 0) & (state["level"][months, villages] > 0)
    return months[there], villages[there]


def registered_then(run: Any, months: np.ndarray, villages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Registered persons, and those of them who are helpers under 60, in these months and villages."""
    flow = run.series.flow
    helpers = (flow["volunteers"] - flow["volunteer_elders"])[months, villages]
    return flow["enrolled"][months, villages] + helpers, helpers


@summary()
def active_in_first_year(run: Any) -> Value:
    """Registered members who gave or received help in the first year after an opening in the run.

    Registered are those enrolled and the helpers who volunteer; active are elders and helpers alike.
    """
    months, villages = after_first_year(run)
    registered, helpers = registered_then(run, months, villages)
    active = run.series.flow["took_part"][months, villages] + helpers
    return ratio(np.minimum(active, registered), registered, len(months))


@summary(unit="hours/year")
def hours_of_member_in_first_year(run: Any) -> Value:
    """Hours of mutual aid over registered members in the first year after an opening in the run."""
    months, villages = after_first_year(run)
    given = np.cumsum(run.series.flow["time_aid"], axis=0) / MINUTES
    before = np.where(months >= YEAR, given[months - YEAR, villages], 0.0)
    registered, _ = registered_then(run, months, villages)
    return ratio(given[months, villages] - before, registered, len(months))


@summary(unit="hours/month")
def hours_of_account_holder(run: Any) -> Value:
    """Hours of mutual aid a month over persons with a balance, where service runs."""
    flow, serving = run.series.flow, run.series.state["level"] > 0
    holders = flow["accounts"] * serving
    return ratio(flow["time_aid"] * serving / MINUTES, holders, int(holders.sum()))


@summary(unit="hours/month")
def hours_of_a_helper(run: Any) -> Value:
    """Hours that an active volunteer gives in a month, where service runs."""
    flow, serving = run.series.flow, run.series.state["level"] > 0
    hours, people = flow["time_aid"] * serving / MINUTES, flow["volunteers"] * serving
    return ratio(hours, people, int(people.sum()))


@summary(unit="elders/helper")
def elders_of_a_helper(run: Any) -> Value:
    """Elders who received hours in a month over active volunteers, where service runs."""
    flow, serving = run.series.flow, run.series.state["level"] > 0
    people = flow["volunteers"] * serving
    return ratio(flow["helped"] * serving, people, int(people.sum()))


@summary(unit="years")
def age_of_helpers(run: Any) -> Value:
    """Mean age of active volunteers."""
    flow = run.series.flow
    return ratio(flow["volunteer_age_months"] / YEAR, flow["volunteers"], int(flow["volunteers"].sum()))


@summary(unit="share/year")
def helpers_who_stop(run: Any) -> Value:
    """Active volunteers who stop, over a year of as many."""
    flow = run.series.flow
    return ratio(flow["volunteers_quit"], flow["volunteers"] / YEAR, int(flow["volunteers"].sum()))


@summary()
def redeemed(run: Any) -> Value:
    """Hours asked for by elders who hold credit that were given."""
    asked = run.series.flow["redeem_asked"]
    return ratio(run.series.flow["redeem_got"], asked, int((asked > 0).sum()))


@summary()
def credits_spent(run: Any) -> Value:
    """Credits spent over credits earned."""
    earned = run.series.flow["credits_earned"]
    return ratio(run.series.flow["credits_spent"], earned, int((earned > 0).sum()))
