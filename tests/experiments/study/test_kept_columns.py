"""What the store keeps for the figures.

Credits that balance, needs by kind that sum up, first closures, holders by age.
"""

from __future__ import annotations

import numpy as np
import pytest
from runs import parameters

import sim
from experiments.command.scenario import Scenario
from experiments.study.plan import Task
from experiments.study.run_tables import first_closed, monthly, village_rows
from experiments.study.simulate import simulate, simulate_many
from sim.state.codes import KINDS, NEVER

FLOWS = {"credits_issued_minutes": 1, "credits_spent_minutes": -1, "credits_lapsed_minutes": -1}


@pytest.fixture(scope="module")
def kept():
    """(village rows, monthly rows, result) of a small county over two years."""
    p = parameters({"county.villages": 3, "horizon.end": "2026-12"})
    task, result = Task(Scenario("s", p), 0, 7), sim.MutualAidModel(p, seed=7).run()
    return village_rows(result, task).to_pandas(), monthly(result, task).to_pandas(), result


def test_what_is_issued_is_spent_lapsed_or_held(kept):
    held = kept[1].pivot(index="month", columns="village", values="credits_minutes").to_numpy()
    moved = sum(
        sign * kept[1].pivot(index="month", columns="village", values=name).to_numpy()
        for name, sign in FLOWS.items()
    )
    assert (np.diff(held, axis=0) == moved[1:]).all() and held[-1].sum() > 0


def test_the_accounts_of_all_ages_sum_to_the_liability(kept):
    rows, series, result = kept
    accounts = rows[[c for c in rows if c.startswith("held_")]].sum(axis=1) + rows["overdrawn_minutes"]
    assert accounts.tolist() == series[series["month"] == 23]["credits_minutes"].tolist()
    people = result.model.people
    old = (people.kind != 0) & (people.credit > 0) & (people.age >= 80 * 12)
    assert rows["held_80_minutes"].sum() == people.credit[old].sum()


def test_hours_by_kind_sum_to_hours(kept):
    rows = kept[0]
    for who in ("family", "mutual", "professional", "unmet"):
        assert (rows[[f"{who}_{kind}_minutes" for kind in KINDS]].sum(axis=1) == rows[f"{who}_minutes"]).all()
    met = (
        rows["family_minutes"] + rows["mutual_minutes"] + rows["professional_minutes"] + rows["unmet_minutes"]
    )
    unasked = kept[2].series.flow["unasked_minutes"].sum(axis=0)  # of linked neighbours, in no stage of hours
    assert (met + unasked == rows["need_minutes"]).all() and unasked.any()


def test_the_first_closure_is_the_first_month_shut_after_opening():
    level = np.array([[0, 3, 0, 3], [0, 0, 0, 3], [2, 1, 0, 3], [0, 0, 0, 3]])
    opened = np.array([2, 0, NEVER, 0])
    assert first_closed(level, opened).tolist() == [3, 1, NEVER, NEVER]


def test_counties_side_by_side_keep_the_same_rows():
    p = parameters({"county.villages": 2, "horizon.end": "2025-06"})
    arms = [p, p.replace({"solvency.relief": "money"})]
    tasks = [Task(Scenario(f"s{k}", q), 0, 7) for k, q in enumerate(arms)]
    for alone, beside in zip(map(simulate, tasks), simulate_many(tasks), strict=True):
        assert alone.row["error"] == "" and alone.villages.equals(beside.villages)
