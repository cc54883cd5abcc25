"""Allowances of the state: who is paid, what it adds to the purse, and who is seen more often."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import large, small

import sim
from sim.parts import allowances, visits
from sim.state.codes import ELDER, MODERATE, MONTHLY, ROBUST, SEVERE, TWICE_WEEKLY
from sim.state.people import income_of

SURE: dict[str, Any] = {
    "allowances.on": True,
    "allowances.old": 50.0,
    "allowances.old_reached": 1.0,
    "allowances.disabled": 80.0,
    "allowances.poor": 90.0,
    "allowances.claimed": 1.0,
    "allowances.special": 500.0,
    "allowances.special_share": 0.5,
}


def one_elder(**columns: int) -> tuple[sim.MutualAidModel, int]:
    """A village all of whose elders are robust, 70, not poor, with children; but for the first of them."""
    model = large(SURE)
    p = model.people
    p.age[:], p.health[:], p.dibao[:], p.children[:] = 70 * 12, ROBUST, 0, 2
    first = int(np.flatnonzero(p.kind == ELDER)[0])
    for name, code in columns.items():
        getattr(p, name)[first] = code
    allowances.run(model)
    return model, first


@pytest.mark.parametrize(
    ("columns", "yuan"),
    [
        ({}, 0),
        ({"age": 80 * 12 - 1}, 0),
        ({"age": 80 * 12}, 50),
        ({"health": SEVERE}, 80),
        ({"health": MODERATE, "dibao": 1}, 90),
        ({"health": SEVERE, "dibao": 1, "age": 85 * 12}, 50 + 80 + 90),
        ({"dibao": 1}, 0),
    ],
)
def test_an_elder_draws_what_the_list_says_and_the_purse_holds_it(columns: dict[str, int], yuan: int) -> None:
    model, first = one_elder(**columns)
    p = model.people
    assert p.allowance[first] == 100 * yuan == model.world.flow.allowance_fen[0]
    assert income_of(p, first, 1.0) == p.income[first] + p.trade_income[first] + p.remit[first] + 100 * yuan


def test_an_allowance_ends_with_its_condition() -> None:
    model, first = one_elder(health=SEVERE)
    model.people.health[first] = ROBUST
    allowances.run(model)
    assert model.people.allowance[first] == 0


def test_special_families_are_a_lasting_half_of_the_childless_and_seen_twice_a_week() -> None:
    """Four standard errors of a share of one half among n."""
    model = large(SURE)
    p, elders = model.people, model.people.kind == ELDER
    p.children[:], p.health[:], p.living[:] = 0, ROBUST, 1  # couples: monthly by the book's other rules
    allowances.run(model)
    first = p.special.copy()
    assert abs(first[elders].mean() - 0.5) < 4 * 0.5 / np.sqrt(elders.sum())
    model.month += 1
    allowances.run(model)
    assert np.array_equal(first, p.special)
    visits.run(model)
    assert set(p.tier[elders & (p.special == 1)]) == {TWICE_WEEKLY}
    assert set(p.tier[elders & (p.special == 0)]) == {MONTHLY}


def test_with_allowances_of_nothing_the_village_is_as_without() -> None:
    nothing = {f"allowances.{name}": 0.0 for name in ("special", "special_share")}
    changes = {"allowances.on": True, "allowances.claimed": 0.3, **nothing}
    still = {"horizon.spin_up": 0}
    zero, off = small({**changes, **still}, seed=3), small(still, seed=3)
    for model in (zero, off):
        for name in ("old", "disabled", "poor"):
            model.values.allowances[name][:] = 0
        model.run(8)
    for name in ("meals", "time_aid", "cost", "visits_made"):
        assert np.array_equal(zero.series.flow[name], off.series.flow[name])


def test_money_from_allowances_lets_the_poor_eat() -> None:
    """All who stay away for want of money are fewer where everybody over 60 had more."""
    poor = {"county.pension": 100.0, "county.land_income": 0.0, "county.remittances": 100.0}
    on = {**SURE, "allowances.old": 150.0, "allowances.disabled": 300.0, "allowances.poor": 300.0}
    meals = [small({**poor, **changes}, seed=3) for changes in ({}, on)]
    for model in meals:
        model.run(14)
    assert meals[1].series.flow["meals"].sum() > meals[0].series.flow["meals"].sum()
