"""Small runs and ways to compare them, shared by the tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

import sim
import sim.model  # what is declared is known once every part is imported
from sim.engine.kernels import kernel
from sim.state.codes import KINDS, STAGES
from sim.state.fields import FLOWS, STATES
from sim.state.ledger import share_out
from sim.state.parameters import declarations

# Nobody plans, suppliers wait for ever, nobody helps unasked: a ladder of bad months moves services.
AT_ONCE = {"business.decided": False}  # every endowed village is set up on the starting month
FORMER = {
    **AT_ONCE,
    "plan.on": False,
    "credit.on": False,
    "neighbours.on": False,
    "funding.residual": "none",
}
# A village of fifty elders that plans and keeps a table, as one of two hundred would.
EAGER = {
    "plan.uptake": 0.2,
    "plan.optimism": 1.6,
    "solvency.least_users": 2,
    "solvency.least_helpers": 1,
    "station.fewest_attending": 1.0,
    "county.shut_share": 0.0,
}
SMALL = {
    "county.elders": 50,
    "county.size_spread": 0.3,
    "county.facility_share": 0.7,
    "horizon.spin_up": 3,
    "business.start": 1,
    **EAGER,
}
QUIET = {"county.couplings": False}
LARGE = {
    "county.elders": 1500,
    "county.size_spread": 0.0,
    "county.helpers_per_elder": 0.2,
    "horizon.spin_up": 0,
}
CARE = {  # every part of the care network that is off by default
    "referral.on": True,
    "referral.day_places": 20.0,
    "clearing.on": True,
    "clearing.settle_price": 8.0,
    "points.on": True,
    "sharing.on": True,
    "operation.way": "professional_team",
}
# What is false by default and no mechanism: structure of the county, a null arm, a regime, a definition.
NO_MECHANISM = (
    "county.stratified",
    "funding.identical_payers",
    "participation.crowding_out",
    "viability.on_time",
)
# What is zero by default and no mechanism of a world with all parts on: the baseline's own arms raise these.
NO_SIZE = (
    "facilities.least_elders",
    "funding.crowding",
    "funding.payer_correlation",
    "government.per_elder",
    "government.squeeze_chance",
    "participation.stipend",
    "timebank.levy",
)
# Sizes and speeds at which mechanisms that are off by default show within a year or two.
SIZES: dict[str, Any] = {
    "choice.subsidy": 0.5,
    "trust.run_low": 0.6,
    "trust.run_width": 0.2,
    "homes.openings": 1.0,
    "homes.move_in": 0.5,
    "homes.beds": 20,
    "homes.bed_cost": 5_000.0,
    "homes.move_out": 0.5,
    "homes.remote": 1.0,
    "homes.group": 30,
    "homes.group_moves": 1.0,
    "quality.accidents": 10.0,
    "quality.inspections": 6.0,
    "quality.standard": 0.8,
    "quality.least": 0.6,
    "rollout.innovate": 1.0,
    "rollout.target": 1.0,
    "rollout.by": 12,
    "rollout.every": 3,
    "rollout.least_score": 0.0,
    "facilities.life": 5,
    "government.pilots": 0.5,
    "government.pilot_start": 3,
    "government.pilot_months": 12,
    "government.squeeze_start": 12,
    "government.township": 0.5,
    "injury.rate": 5.0,
    "organisation.association_founded": 0.5,
    "organisation.association_lapses": 0.5,
    "organisation.honour_cost": 50.0,
    "organisation.dispute_rate": 20.0,
    "organisation.convention_adopts": 1.0,
    "organisation.posts": 2,
    "organisation.drives": 4,
    "organisation.bare": 0.3,
    "organisation.copies": 1.0,
    "society.partners": 0.7,
    "society.enterprises": 0.7,
    "collective.rent_share": 0.3,
    "operation.contract": 1,
    "visits.rota": 0.5,
    "matching.form": "pairs",
    "habits.opportunists": 0.1,
    "habits.hoarders": 0.1,
    "habits.altruists": 0.1,
    "habits.recognised": 0.3,
    "exchange.imitation": 0.1,
    "shocks.pandemic": 0.15,
    "shocks.price_crash": 0.5,
    "shocks.flood": 0.25,
    "shocks.leader_loss": 0.3,
    "shocks.job_loss": 0.3,
}
SWITCHES = {
    path: True
    for path, declared in declarations().items()
    if declared.kind is bool and declared.default is False and path not in (*NO_MECHANISM, *CARE)
}
EVERYTHING: dict[str, Any] = {**SWITCHES, **SIZES}  # a new part's switch is among them
SHORT_LEADS = {"tourism.lead": 3, "handicraft.lead": 2, "agriculture.lead": 6}  # the shortest allowed


def parameters(changes: Mapping[str, Any] | None = None, base: Mapping[str, Any] = SMALL) -> sim.Parameters:
    """The defaults with a small county and `changes`."""
    return sim.Parameters().replace({**base, **(changes or {})})


def small(
    changes: Mapping[str, Any] | None = None,
    *,
    villages: int = 3,
    seed: int = 7,
    numbers: list[int] | None = None,
    **more: Any,
) -> sim.MutualAidModel:
    """A county of a few villages of about fifty elders; `numbers` lists them otherwise than from 1 on."""
    made = parameters({"county.villages": villages, **(changes or {})})
    return sim.MutualAidModel(made, seed=seed, villages=numbers, **more)


def large(
    changes: Mapping[str, Any] | None = None, *, villages: int = 1, seed: int = 7
) -> sim.MutualAidModel:
    """Large villages without spin-up, for sampled cases."""
    return sim.MutualAidModel(parameters({"county.villages": villages, **(changes or {})}, LARGE), seed=seed)


def warm() -> None:
    """Run every kernel once: all businesses, the null arm, the ladder off, the envelope, a county of one
    village.
    """
    small({"business.kind": "portfolio", "business.start": 0}, villages=2).run(2)
    small({"solvency.on": False, "funding.identical_payers": True}, villages=2).run(1)
    small({"funding.basis": "envelope", "business.kind": "tourism"}, villages=1).run(2)
    small(CARE, villages=2).run(2)
    small({**EVERYTHING, "business.kind": "portfolio"}, villages=2).run(2)
    small({"matching.form": "teams"}, villages=2).run(2)


def rows(model: sim.MutualAidModel, v: int) -> dict[str, np.ndarray]:
    """Columns of the persons of the v-th village of the list, from its first slot to the last ever used."""
    a = int(model.world.start[v])
    part = slice(a, a + int(model.world.used[v]))
    return {name: getattr(model.people, name)[part] for name in model.people._fields}


def village_bytes(model: sim.MutualAidModel, number: int, without: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Everything a village is and did, by name of the record, as bytes."""
    v = int(np.flatnonzero(model.world.villages.number == number)[0])
    s = model.series
    found = {f"person {k}": x.tobytes() for k, x in rows(model, v).items()}
    found |= {f"state {k}": np.ascontiguousarray(s.state[k][:, v]).tobytes() for k in STATES}
    found |= {f"flow {k}": np.ascontiguousarray(s.flow[k][:, v]).tobytes() for k in FLOWS}
    found |= {f"posting {k}": s.amount(k)[:, v].tobytes() for k in s.names}
    found |= {
        f"balance {k}": np.ascontiguousarray(s.balance[k][:, v]).tobytes() for k in s.balance.dtype.names
    }
    found["hours"] = np.ascontiguousarray(s.hours[:, v]).tobytes()
    found["pool"] = model.world.pool[v].tobytes()
    return {k: x for k, x in found.items() if k not in without}


def county_bytes(model: sim.MutualAidModel) -> dict[int, dict[str, bytes]]:
    """`village_bytes` of every village, by its number."""
    return {int(n): village_bytes(model, int(n)) for n in sorted(model.world.villages.number)}


def differences(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> list[str]:
    """Names under which two records differ."""
    names = []
    for key in a.keys() | b.keys():
        if isinstance(a.get(key), Mapping):
            names += [f"village {key}: {n}" for n in differences(a[key], b[key])]
        elif a.get(key) != b.get(key):
            names.append(str(key))
    return sorted(names)


def digest(model: sim.MutualAidModel) -> str:
    """One word for everything a run was."""
    word = hashlib.sha256()
    for number, records in county_bytes(model).items():
        for name, data in sorted(records.items()):
            word.update(f"{number} {name}".encode() + data)
    return word.hexdigest()


@kernel
def _split(available, claims, pool, numbers, work):
    share_out(available, claims, pool, numbers, work)


def split_by_pool(
    available: np.ndarray, claims: np.ndarray, pool: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """What `share_out` makes of claims, which stay as they are."""
    paid = np.array(claims, np.int64)
    _split(available, paid, pool, numbers, np.empty((5, max(len(paid), len(available))), np.int64))
    return paid


def empty_series(months: int, villages: int) -> Any:
    """A Series of zeros, states at their initial values."""
    from sim.state.fields import record
    from sim.state.records import Series

    flow = np.stack([record(FLOWS, villages)] * months).view(np.recarray)
    state = np.stack([record(STATES, villages)] * months).view(np.recarray)
    hours = np.zeros((months, villages, len(STAGES), len(KINDS)), np.int64)
    return Series(flow, state, hours, np.zeros((months, villages, 0), np.int64), np.zeros((months, villages)))
