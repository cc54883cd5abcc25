"""Each end alone closes stations and says so; without ends none closes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from village_runs import BITS, run, unchecked

import sim
from sim.state.codes import HOME_TABLES

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
    "helpers": (
        {"station.hands_end": True, "solvency.least_helpers": 1_000},
        "helpers",
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


# -- diners
SMALL_VILLAGES = {
    "county.villages": 60,
    "county.facility_share": 1.0,
    "county.shut_share": 0.0,
    "county.elders": 200,
    "county.size_spread": 0.6,
    "horizon.spin_up": sim.Parameters().horizon.spin_up,
    "station.keeper_ends": False,
    "station.leader_ends": False,
    "station.accidents": 0.0,
}
COUNTIES = 24


@pytest.mark.slow
def test_closures_fall_from_the_lowest_to_the_highest_tercile_of_diners_within_runs() -> None:
    """Pattern C15: of villages with a table in the twelfth month, by diners of its last quarter, closed
    within five years. Twenty-four counties of sixty small villages, without leaders', keepers' and accidents'
    ends.

    Where terciles close alike one test in 35 passes by luck (two standard errors of the mean of the paired
    differences, one-sided); a true difference of .055, as it stands, is found 97 times in 100. In the
    default county, of 300 elders a village, .27 / .25 / .26 close, mostly for a leader or keeper: no
    difference can be told there.
    """
    falls = []
    for seed in range(1, COUNTIES + 1):
        s = run(SMALL_VILLAGES, months=72, seed=seed).series
        table = np.flatnonzero((s.flow["open_days"][11] >= 6) & (s.state["step"][11] >= HOME_TABLES))
        diners = s.flow["diners"][9:12].mean(axis=0)
        terciles = np.array_split(table[np.argsort(diners[table], kind="stable")], 3)
        closed = s.flow["closed_now"][12:].any(axis=0)
        falls.append(closed[terciles[0]].mean() - closed[terciles[2]].mean())
    fall, error = np.mean(falls), np.std(falls, ddof=1) / np.sqrt(COUNTIES)
    assert fall >= 2 * error > 0, (fall, error)
