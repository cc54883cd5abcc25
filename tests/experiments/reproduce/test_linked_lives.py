"""Care need by hazards: rates by hand, the tables of the model against them, and each jump."""

from __future__ import annotations

import numpy as np
import pytest

import sim
import sim.model  # what is declared is known once every part is imported
from experiments.reproduce.models import linked_lives
from experiments.reproduce.months import month
from sim.start import hazard
from sim.state.codes import ELDER

YEARLY = [[0.0226, 0.0393, 0.0683, 0.1189], [0.0190, 0.0321, 0.0541, 0.0915]]  # men, women at 60, 70, 80, 90
HAZARD = {
    "county.villages": 1,
    "county.elders": 1500,
    "county.size_spread": 0.0,
    "horizon.spin_up": 0,
    "health.course": "hazard",
    "health.risk_scale": 0.0,
}


def county(changes=None):
    return sim.MutualAidModel(sim.Parameters().replace({**HAZARD, **(changes or {})}), seed=3)


def test_the_published_rates_by_hand():
    """0.0002 + 0.0008 exp(age/18) a year for men, exp(age/19) for women."""
    ages = np.array(linked_lives.AGES)
    got = [linked_lives.hazard(ages, sex) for sex in (0, 1)]
    assert np.allclose(got, YEARLY, atol=5e-5)


def test_ever_needed_by_hand():
    """Two years of men from sixty: 1 - (1 - .022625)(1 - .023909)."""
    assert linked_lives.ever_needed(62, 0) == pytest.approx(0.04600, abs=5e-5)


def test_twelve_months_of_the_table_are_a_year():
    table = hazard.hazard_tables(0.0002, 0.0008, (18.0, 19.0), (0.2, 0.1), 0.0, 1.15)
    for place, age in enumerate(linked_lives.AGES):
        year = 1 - (1 - table.worsen[:, age, 0]) ** 12
        assert np.allclose(year, np.array(YEARLY)[:, place], atol=6e-5)
    assert not table.recover.any()


def test_where_a_fall_leads_by_hand():
    """Of those at the first of four levels .7, .2, .1; the worst takes what would go beyond."""
    wanted = [[0, 0.7, 0.2, 0.1], [0, 0, 0.7, 0.3], [0, 0, 0, 1.0], [0, 0, 0, 1.0]]
    assert np.allclose(hazard.jumps(0.2, 0.1), wanted)


def test_nobody_recovers_and_every_fall_goes_as_far_as_is_said():
    """All falls by two levels: from robust to moderate to severe, never mild, and never back."""
    model = county({"health.two_levels": 0.5, "health.three_levels": 0.5})
    elders = model.people.kind == ELDER
    model.people.health[:] = 0
    for _ in range(60):
        before = model.people.health.copy()
        month(model, ["health"])
        assert (model.people.health >= before).all()
        assert (model.people.health[elders] != 1).all()
    assert (model.people.health[elders] == 2).any() and (model.people.health[elders] == 3).any()


def test_the_first_inhabitants_have_met_the_hazards_from_birth():
    """Of 67-year-olds the share that a product of published years says, within four standard errors."""
    model = county({"county.villages": 4})
    for sex in (0, 1):
        group = (model.people.kind == ELDER) & (model.people.sex == sex)
        ages = model.people.age[group] // 12
        wanted = np.array([linked_lives.ever_needed(age, sex, 0) for age in ages])
        error = np.sqrt((wanted * (1 - wanted)).sum()) / len(ages)
        assert abs((model.people.health[group] > 0).mean() - wanted.mean()) <= 4 * error


def test_the_ratio_falls_by_hand():
    """Three first years 6 of 10, three last 3 of 10."""
    found = np.array([[10, 6, 1]] * 3 + [[10, 0, 1]] + [[10, 3, 1]] * 3, float)
    assert linked_lives.ratio_fall(found) == pytest.approx(0.3)
