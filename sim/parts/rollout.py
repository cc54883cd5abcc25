"""M25 Roll-out: who opens when. Villages apply, the county selects by criteria and in stages, villages learn
from others.

A village applies by a hazard with an own part and a part that grows with the villages in service that it sees
(Bass): p + q F. The county ranks those who applied by leadership, staff, mechanism and premises, and each
round selects as many as keep it on the line to its target; a selected village builds when the money is there
(`facilities.py`). Coverage is reported twice: villages with a facility, and facilities with the function.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import kernel
from sim.engine.randomness import Purpose, uniform
from sim.state.codes import CLOSED, NONE, TOWNSHIP
from sim.state.fields import state
from sim.state.parameters import par, section, switch


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


@kernel
def apply(world, values, coupled, asking, month, keys):
    """Score of every village; villages without a facility apply with p + q F a year. Whether a round of
    selection is due.

    F is the share in service that a village sees, in its township and its county.
    """
    heads, township, due = world.tally, world.pools[TOWNSHIP], False
    for v in range(len(world.used)):
        for k in range(4):
            heads[k, v] = 0
    for v in range(len(world.used)):
        serves = 1 if world.villages[v].level > CLOSED else 0
        heads[0, township[v]] += 1
        heads[1, township[v]] += serves
        heads[2, world.county[v]] += 1
        heads[3, world.county[v]] += serves
    for v in range(len(world.used)):
        key = keys[world.county[v]]
        rollout, village, t, c = values.rollout[v], world.villages[v], township[v], world.county[v]
        due = due or month % rollout.every == 0
        seen = (
            rollout.local * (heads[1, t] / heads[0, t]) + (1.0 - rollout.local) * (heads[3, c] / heads[2, c])
            if coupled
            else 0.3
        )
        lead = 1.0 if village.leader == 1 else 0.5 * village.association
        hands = min(village.helpers / max(rollout.enough_helpers * village.elders, 1.0), 1.0)
        ground = (
            1.0 if village.idle_building == 1 or village.public_room == 1 or village.facility > NONE else 0.0
        )
        points = (
            rollout.leadership * lead
            + rollout.staff * hands
            + rollout.mechanism * 0.5 * (village.association + village.convention)
            + rollout.premises * ground
        )
        village.score = points / max(
            rollout.leadership + rollout.staff + rollout.mechanism + rollout.premises, 1e-9
        )
        if asking and village.facility == NONE and village.applied == 0:
            village.applied = (
                1 if uniform(key, village.number, 0) * 12.0 < rollout.innovate + rollout.imitate * seen else 0
            )
    return due


def chosen(score: np.ndarray, ready: np.ndarray, number: np.ndarray, places: int) -> np.ndarray:
    """Indices of the `places` best of those `ready`; ties by village number."""
    order = np.lexsort((number, -score))
    return order[ready[order]][: max(places, 0)]


def run(model) -> None:
    """Scores, where roll-out or pilots ask for them; applications and rounds of selection."""
    p, r = model.parameters.rollout, model.state
    if model.month < 0 or not (p.on or model.values.ever("government.pilots")):
        return
    if (
        not apply(model.world, model.values.table, model.coupled, p.on, model.month, model.keys(APPLY))
        or not p.on
    ):
        return
    for county, group in zip(model.counties.parameters, model.counties.groups, strict=True):
        o = model.values.rollout[group[0]]  # one county, one plan
        if model.month % o["every"] != 0:
            continue
        has, score = (r["facility"][group] > 0) | (r["selected"][group] == 1), r["score"][group]
        ready = (r["applied"][group] == 1) & ~has & (score >= model.values.rollout["least_score"][group])
        start = county.county.facility_share
        wanted = min(start + (o["target"] - start) * (model.month + o["every"]) / o["by"], 1.0) * len(group)
        places = int(np.ceil(wanted - 1e-9)) - int(has.sum()) if model.coupled else len(group)
        r["selected"][group[chosen(score, ready, r["number"][group], places)]] = 1
