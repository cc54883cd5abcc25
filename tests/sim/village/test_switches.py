"""Each switch of the plan and of the ends: off it leaves no trace.

Where a world can be made in which the mechanism cannot act, the bytes are the same; else its states and
flows are nil throughout, and not nil with the switch on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from runs import digest
from village_runs import BITS, run, unchecked

from sim.planning.sheet import FEW_HELPERS
from sim.state.codes import CANTEEN, NEIGHBOURS, NEVER, STATION_DAYS, WITH_GUESTS

NEVER_COMES = 1_000_000  # months


# -- the same bytes as a world in which it cannot act
CANNOT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "station.room_ends": ({"station.unfit": 0.0}, {"station.unfit": 1.1}),  # every room is unfit, or none
    "station.leader_ends": ({"station.leaderless": NEVER_COMES}, {"organisation.leader_leaves": 0.25}),
    "station.diners_end": (
        {
            "station.fewest_attending": 0.0,
            "station.fewest_at_home": 0.0,
            "station.fewest_self_cooked": 0.0,
            "solvency.least_users": 0,
        },
        {},
    ),
    "station.keeper_ends": ({"station.keeper_quits": 0.0}, {}),
    "plan.guests": ({"plan.menu_end": "canteen"}, {"government.on": False}),
}


@pytest.mark.parametrize("switch", CANNOT)
def test_off_is_the_world_in_which_it_cannot_act(switch: str) -> None:
    cannot, world = CANNOT[switch]
    with unchecked():
        off = run({**world, switch: False}, months=60)
        idle = run({**world, **cannot}, months=60)
        on = run(world, months=60)
    assert digest(off) == digest(idle)
    assert digest(on) != digest(off)


# -- no trace in states and flows
def against(name: str) -> Callable[[Any], np.ndarray]:
    return lambda s: s.state["against"] & BITS[name]


def few_hands(s: Any) -> np.ndarray:
    """Steps above neighbours that were refused for hands, and months of a rota that fell short."""
    refused = s.state["refused"][:, :, NEIGHBOURS + 1 :] == FEW_HELPERS
    return refused.sum(axis=2) + s.state["rota_short"] + s.state["rota_gone"]


def dearer(s: Any) -> np.ndarray:
    """Prices that a plan raised once they were set."""
    return (np.diff(s.state["fee_level"], axis=0) > 0) & (s.state["priced"][:-1] == 1)


def unpaid_hands(s: Any) -> np.ndarray:
    """A rota in place of a cook, or of the keeper of station days, as a plan took it."""
    step, plans = s.state["step"], s.state["planned_in"] == np.arange(len(s.state))[:, None]
    return plans & (s.state["rota"] == 1) & ((step >= CANTEEN) | (step == STATION_DAYS)) & ~last_resort(s)


def last_resort(s: Any) -> np.ndarray:
    """Two open days kept by a rota, which are no lever."""
    return (s.state["step"] == STATION_DAYS) & (s.state["open_week"] == 2)


def fewer_days(s: Any) -> np.ndarray:
    """A step on fewer days than the village would like, as a plan took it."""
    plans = s.state["planned_in"] == np.arange(len(s.state))[:, None]
    fewer = (s.state["open_week"] < s.state["usual_days"]) & (s.state["step"] >= STATION_DAYS)
    return plans & fewer & ~last_resort(s)


DEAR = {  # cash is short for half a year, and no other lever helps
    "solvency.start_cash": 0.0,
    "collective.pays_twice": False,
    "credit.months": 1,
    "plan.price": False,
    "plan.rota": False,
    "plan.days": False,
    "plan.appeal": False,
}
TRACES: dict[str, tuple[Callable[[Any], np.ndarray], dict[str, Any]]] = {
    "plan.price": (dearer, {"government.ceiling": 5_000.0}),
    "plan.rota": (unpaid_hands, {}),
    "plan.days": (
        fewer_days,
        {"station.hands_end": False, "plan.rota": False, "government.ceiling": 5_000.0},
    ),
    "plan.appeal": (lambda s: (s.state["appealed"] != NEVER) + s.state["appeals"] + s.state["appealing"], {}),
    "plan.advance": (
        lambda s: s.state["borrowed"] + s.state["lent"] + s.amount("lent_collective"),
        DEAR,
    ),
    "plan.guests": (
        lambda s: (s.state["step"] == WITH_GUESTS) + s.flow["guest_meals"] + s.amount("guest_money"),
        {"government.on": False},
    ),
    "station.money_ends": (against("money"), {"government.on": False, "collective.on": False}),
    "station.diners_end": (lambda s: against("users")(s) + s.state["few_users"], {}),
    "station.hands_end": (few_hands, {"participation.hours": 2.0, "plan.menu_end": "self_cooked"}),
    "station.keeper_ends": (lambda s: against("keeper")(s) + (s.state["has_keeper"] == 0), {}),
    "station.leader_ends": (against("leader"), {"organisation.leader_leaves": 0.25}),
    "station.room_ends": (against("room"), {"station.unfit": 1.1}),
    "neighbours.on": (lambda s: s.flow["unasked_minutes"], {}),
    "credit.on": (lambda s: s.state["cash_only"] + s.state["debt"].sum(axis=2) + s.state["arrears"], {}),
}


@pytest.mark.parametrize("switch", TRACES)
def test_off_leaves_no_trace_in_states_and_flows(switch: str) -> None:
    trace, world = TRACES[switch]
    with unchecked():
        assert not trace(run({**world, switch: False}, months=60).series).any()
        assert trace(run(world, months=60).series).any()


def test_without_the_plan_nobody_plans_and_none_of_its_money_moves() -> None:
    s = run({"plan.on": False}, months=36).series
    assert (s.state["planned_in"] == NEVER).all()
    for name in ("step", "planned", "expected", "refused", "borrowed", "appeals", "against", "debt"):
        assert not s.state[name].any(), name
    for name in ("lent_collective", "indebted_suppliers", "guest_money"):
        assert not s.amount(name).any(), name
