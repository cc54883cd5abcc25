"""M25 Roll-out: who opens when. Villages apply, the county selects by criteria and in stages, villages learn
from others.

State   score, whether a village has applied and has been selected.
Month   `run` after the county's envelopes. A village applies by a hazard with an own part and a part that
        grows with the villages in service that it sees (Bass): p + q F. The county ranks those who applied
        by leadership, staff, mechanism and premises, and each round selects as many as keep it on the line
        to its target; a selected village builds when the money is there (`facilities.py`). Coverage is
        reported twice: villages with a facility, and facilities with the function.
Off     villages come up by the hazard of `facilities.openings`; scores are still kept where there are
        pilots.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, NONE, TOWNSHIP
from sim.state.fields import state
from sim.state.parameters import par, section, switch

SEEN_ALONE = 0.3  # share in service that a village takes for given where villages do not meet
HALF = 0.5  # what an association counts without a leader, and beside a convention
TINY = 1e-9


@section("rollout")
class Rollout:
    """Application, criteria and stages."""

    on: bool = switch(False, doc="off: villages come up by the hazard of facilities.openings")
    innovate: float = par(
        0.10, unit="share/year", low=0.0, high=1.0, doc="villages that apply in a year by themselves (Bass p)"
    )
    imitate: float = par(
        0.40,
        unit="share/year",
        low=0.0,
        high=2.0,
        doc="the same where all villages that it sees are in service (Bass q)",
        source="assumption; Feixiang went from the first home to all 249 in four years",
    )
    local: float = par(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of the own township in what a village sees; the rest is the county",
    )
    target: float = par(
        0.70,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages with a facility that the county plans for",
        source="document 000: not less than 70 % by 2030",
        grade="A",
        live=False,
    )
    by: int = par(
        72,
        unit="months",
        low=12,
        high=240,
        doc="months after the start in which the target is due",
        source="document 000: 2030",
        grade="A",
    )
    every: int = par(
        12,
        unit="months",
        low=1,
        high=36,
        doc="months between rounds of selection",
        source="design choice: once a year",
    )
    least_score: float = par(0.5, unit="share", low=0.0, high=1.0, doc="score below which nobody is selected")
    leadership: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of a leader (half of it for an association alone)",
        source="assumption; document 000 (10)",
    )
    staff: float = par(
        0.3,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of helpers, full from enough_helpers on",
        source="assumption; document 000 (1)",
    )
    enough_helpers: float = par(
        0.4, unit="ratio", low=0.05, high=1.0, doc="helpers an elder at which staff counts in full"
    )
    mechanism: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of an association and of a convention, half each",
        source="assumption; document 000 (10)-(11)",
    )
    premises: float = par(
        0.2,
        unit="share",
        low=0.0,
        high=1.0,
        doc="weight of an idle building, a public room or a facility",
        source="assumption; document 000 (4)-(5)",
    )


state("score", "f8", unit="share", label="readiness by the county's criteria")
state("applied", "i8", unit="flag", label="has applied for a facility")
state("selected", "i8", unit="flag", label="has been selected for a facility")

APPLY = Purpose("rollout.apply")


@inner
def count_villages(world):
    """Villages and those in service, by township and by county, in rows 0 to 3 of the tally."""
    heads, township = world.tally, world.pools[TOWNSHIP]
    for v in range(len(world.used)):
        for row in range(4):
            heads[row, v] = 0
    for v in range(len(world.used)):
        serves = 1 if world.villages[v].level > CLOSED else 0
        heads[0, township[v]] += 1
        heads[1, township[v]] += serves
        heads[2, world.county[v]] += 1
        heads[3, world.county[v]] += serves


@inner
def seen_share(world, v, rollout):
    """Share in service that a village sees, in its township and its county."""
    heads, township, county = world.tally, world.pools[TOWNSHIP, v], world.county[v]
    near, far = heads[1, township] / heads[0, township], heads[3, county] / heads[2, county]
    return rollout.local * near + (1.0 - rollout.local) * far


@inner
def has_premises(village):
    """An idle building, a public room or a facility."""
    return village.idle_building == 1 or village.public_room == 1 or village.facility > NONE


@inner
def score_of(rollout, village):
    """Readiness by the county's criteria, 0 to 1."""
    lead = 1.0 if village.leader == 1 else HALF * village.association
    hands = min(village.helpers / max(rollout.enough_helpers * village.elders, 1.0), 1.0)
    ground = 1.0 if has_premises(village) else 0.0
    points = (
        rollout.leadership * lead
        + rollout.staff * hands
        + rollout.mechanism * HALF * (village.association + village.convention)
        + rollout.premises * ground
    )
    return points / max(rollout.leadership + rollout.staff + rollout.mechanism + rollout.premises, TINY)


@kernel
def apply(world, values, coupled, asking, month, keys):
    """Score of every village; villages without a facility apply with p + q F a year.

    Whether a round of selection is due.
    """
    count_villages(world)
    due = False
    for v in range(len(world.used)):
        rollout, village = values.rollout[v], world.villages[v]
        due = due or month % rollout.every == 0
        village.score = score_of(rollout, village)
        if asking and village.facility == NONE and village.applied == 0:
            seen = seen_share(world, v, rollout) if coupled else SEEN_ALONE
            drawn = uniform(keys[world.county[v]], village.number, 0) * 12.0
            village.applied = 1 if drawn < rollout.innovate + rollout.imitate * seen else 0
    return due


def chosen(score: np.ndarray, ready: np.ndarray, number: np.ndarray, places: int) -> np.ndarray:
    """Indices of the `places` best of those `ready`; ties by village number."""
    order = np.lexsort((number, -score))
    return order[ready[order]][: max(places, 0)]


def select(model, parameters, group: np.ndarray) -> None:
    """A round of one county: the best of those who applied, as many as its line to the target asks for."""
    rollout, state = model.values.rollout, model.state
    plan = rollout[group[0]]  # one county, one plan
    if model.month % plan["every"] != 0:
        return
    has = (state["facility"][group] > NONE) | (state["selected"][group] == 1)
    score = state["score"][group]
    ready = (state["applied"][group] == 1) & ~has & (score >= rollout["least_score"][group])
    start, elapsed = parameters.county.facility_share, model.month + plan["every"]
    wanted = min(start + (plan["target"] - start) * elapsed / plan["by"], 1.0) * len(group)
    places = int(np.ceil(wanted - TINY)) - int(has.sum()) if model.coupled else len(group)
    best = chosen(score, ready, state["number"][group], places)
    state["selected"][group[best]] = 1


def run(model) -> None:
    """Scores, where roll-out or pilots ask for them; applications and rounds of selection."""
    on = model.parameters.rollout.on
    if model.month < 0 or not (on or model.values.ever("government.pilots")):
        return
    due = apply(model.world, model.values.table, model.coupled, on, model.month, model.keys(APPLY))
    if due and on:
        for parameters, group in zip(model.counties.parameters, model.counties.groups, strict=True):
            select(model, parameters, group)
