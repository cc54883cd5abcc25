"""Each end alone closes stations and says so; without ends none closes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from village_runs import BITS, run, unchecked

SWITCHES = ("diners_end", "hands_end", "keeper_ends", "leader_ends", "money_ends", "room_ends")
PLENTY: dict[str, Any] = {  # money for everything, from the county, on the day
    "county.facility_share": 1.0,
    "county.shut_share": 0.0,
    "funding.residual": "government",
    "government.ceiling": 1e6,
    "government.ceiling_by_step": False,
    "government.operating_envelope": 1e7,
    "government.late": 0.0,
    "government.pays_every": 1,
    "government.volatility": 0.0,
    "plan.first_record": 1.0,
    "solvency.start_cash": 12.0,
    "solvency.least_users": 1,
    "solvency.least_helpers": 1,
    "solvency.least_enrolled": 1,
    "station.fewest_attending": 0.0,
    "station.accidents": 0.0,
    "station.drop_in": 0.4,
    **{f"station.{name}": False for name in SWITCHES},
}
ALONE: dict[str, tuple[dict[str, Any], str]] = {
    "keeper": (
        {"station.keeper_ends": True, "station.keeper_found": 0.05, "station.keeper_quits": 0.35},
        "keeper",
    ),
    "leader": (
        {
            "station.leader_ends": True,
            "station.leaderless": 3,
            "organisation.leader_leaves": 0.5,
            "organisation.leader_found": 0.1,
            "organisation.associations": False,
        },
        "leader",
    ),
    "accident": ({"station.accidents": 0.05, "station.accident_months": 12}, "accident"),
    "room": ({"station.room_ends": True, "station.unfit": 1.1}, "room"),
    "users": (
        {"station.diners_end": True, "station.fewest_attending": 60.0, "plan.menu_end": "station_days"},
        "users",
    ),
}


def closures(changes: dict[str, Any]) -> np.ndarray:
    """Causes of the closures of seven years, as bits."""
    with unchecked():
        s = run({**PLENTY, **changes}).series
    return np.asarray(s.state["cause"][s.flow["closed_now"] == 1])


def test_with_every_end_off_and_money_plentiful_none_closes() -> None:
    assert closures({}).tolist() == []


@pytest.mark.parametrize("name", ALONE)
def test_each_end_alone_closes_some_and_is_recorded(name: str) -> None:
    changes, cause = ALONE[name]
    found = closures(changes)
    assert len(found) > 0 and set(found.tolist()) == {BITS[cause]}


def test_money_alone_closes_some_and_is_recorded() -> None:
    """The ends of people are off, and nobody pays but the families."""
    poor = {
        "funding.residual": "none",
        "government.on": False,
        "collective.on": False,
        "society.on": False,
        "station.money_ends": True,
        "solvency.start_cash": 1.0,
        "plan.appeal": False,
        "plan.advance": False,
    }
    found = closures(poor)
    assert len(found) > 0 and set(found.tolist()) == {BITS["money"]}
