"""Health and population reduce to Markov chains and life tables.

Sampled cases: four standard errors, fixed seeds.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from runs import large, rows

import sim
from sim.parts import demography, health, needs
from sim.start import tables
from sim.state.codes import ELDER, NEED

DATA = Path(sim.__file__).parent / "data"


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def wpp(period: str) -> np.ndarray:
    """Published central death rates (2 sexes, 112 single years), five-year groups as they stand."""
    rates = np.zeros((2, 112))
    for r in read("mortality_mx_by_age_sex_china_wpp2024.csv"):
        if r["period"] == period:
            a = int(r["age_start"])
            end = 112 if a == 100 else a + 5
            rates[:, a:end] = [[float(r["mx_male"])], [float(r["mx_female"])]]
    return rates


def step_health(model: sim.MutualAidModel, worsen: tuple, recover: tuple, months: int) -> None:
    """Months of the chain alone, with the same chances for everybody."""
    up = np.ascontiguousarray(np.broadcast_to(np.array(worsen, float), (1, 2, 112, 3)))
    down = np.ascontiguousarray(np.broadcast_to(np.array(recover, float), (1, 2, 112, 3)))
    none = np.zeros(112)
    for _ in range(months):
        health.change(
            model.people,
            model.world,
            model.values.table,
            up,
            down,
            none,
            model.keys(health.CHANGE),
            model.keys(health.DEMENTIA),
            False,
        )
        model.month += 1


def elders(model: sim.MutualAidModel, column: str) -> np.ndarray:
    return getattr(model.people, column)[model.people.kind == ELDER]


def everybody_robust(seed: int) -> sim.MutualAidModel:
    model = large(villages=4, seed=seed)
    model.people.health[:] = 0
    return model


@pytest.mark.parametrize("months", [1, 6, 30])
def test_health_of_a_cohort_is_p0_times_the_power_of_the_chain(months: int) -> None:
    a, r = (0.08, 0.05, 0.12), (0.10, 0.07, 0.03)
    chain = np.array(
        [
            [1 - a[0], a[0], 0, 0],
            [r[0], 1 - r[0] - a[1], a[1], 0],
            [0, r[1], 1 - r[1] - a[2], a[2]],
            [0, 0, r[2], 1 - r[2]],
        ]
    )
    model = everybody_robust(seed=months)
    step_health(model, a, r, months)
    wanted = np.linalg.matrix_power(chain, months)[0]
    got = np.bincount(elders(model, "health"), minlength=4)
    n = got.sum()
    error = np.sqrt(n * wanted * (1 - wanted))
    assert n == 6_000
    assert (np.abs(got - n * wanted) <= 4 * error).all()


@pytest.mark.parametrize("months", [3, 40])
def test_two_states_approach_a_over_a_plus_r_geometrically(months: int) -> None:
    a, r = 0.06, 0.15
    model = everybody_robust(seed=months)
    step_health(model, (a, 0, 0), (r, 0, 0), months)
    wanted = a / (a + r) * (1 - (1 - a - r) ** months)
    n = len(elders(model, "health"))
    assert abs(elders(model, "health").mean() - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / n)


def test_months_in_each_state_are_the_fundamental_matrix() -> None:
    """Severe without way back: from robust, months in each other state have mean N_0j and the variance of
    (I - Q)^-1.
    """
    a, r = (0.06, 0.10, 0.20), (0.20, 0.10, 0.0)
    q = np.array([[1 - a[0], a[0], 0], [r[0], 1 - r[0] - a[1], a[1]], [0, r[1], 1 - r[1] - a[2]]])
    n = np.linalg.inv(np.eye(3) - q)
    assert n[0].sum() == pytest.approx(
        260 / 3
    )  # by first steps: 1/.06, then (1 + .2/.06)/.1, then (1 + .1 x 130/3)/.2
    variance = (n @ (2 * np.diag(np.diag(n)) - np.eye(3)) - n**2)[0]
    model = everybody_robust(seed=5)
    spent = np.zeros((6_000, 3))
    for _ in range(900):
        state = elders(model, "health")
        spent += state[:, None] == np.arange(3)
        step_health(model, a, r, 1)
    assert (elders(model, "health") == 3).mean() > 0.9995
    assert (np.abs(spent.mean(axis=0) - n[0]) <= 4 * np.sqrt(variance / 6_000) + 0.01).all()


def test_the_chain_is_exact_where_nothing_is_left_to_chance() -> None:
    model = everybody_robust(seed=1)
    step_health(model, (1, 1, 1), (0, 0, 0), 2)
    assert (elders(model, "health") == 2).all()
    step_health(model, (0, 0, 0), (1, 1, 1), 1)
    assert (elders(model, "health") == 1).all()


def test_health_comes_only_to_elders() -> None:
    model = everybody_robust(seed=2)
    step_health(model, (1, 1, 1), (0, 0, 0), 1)
    assert not model.people.health[model.people.kind == 2].any()


@pytest.mark.parametrize("age, months", [(65, 60), (80, 48), (92, 24)])
def test_a_cohort_without_entry_is_binomial_on_the_life_table(
    age: int, months: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = large({"health.risk_scale": 0.0, "demography.rural_mortality_ratio": 1.0}, villages=4, seed=age)
    monkeypatch.setattr(tables, "dementia_tables", lambda: (np.zeros(112), np.zeros(112)))
    p = model.people
    p.age[:], p.dementia[:] = age * 12, 0
    n = np.bincount(p.sex[p.kind == ELDER], minlength=2)
    for _ in range(months):
        demography.run_leave(model)
        model.month += 1
    mx = wpp("2025-2030")
    at_risk = (age * 12 + 1 + np.arange(months)) // 12  # the age of each month lived through
    for sex in (0, 1):
        survival = np.exp(-mx[sex, at_risk].sum() / 12)
        alive = ((p.kind == ELDER) & (p.sex == sex)).sum()
        assert abs(alive - n[sex] * survival) <= 4 * np.sqrt(n[sex] * survival * (1 - survival))


def test_dementia_parts_deaths_between_those_with_it_and_those_without_and_adds_none() -> None:
    """At the prevalence of its age a cohort dies by the schedule.

    The demented die `dementia_risk` times as fast.
    """
    risk, age = 2.0, 76
    model = large(
        {"health.risk_scale": 0.0, "health.dementia_risk": risk, "demography.rural_mortality_ratio": 1.3},
        villages=8,
    )
    p = model.people
    share = tables.dementia_tables()[0][age]
    p.age[:] = age * 12 - 1
    rng = np.random.default_rng(1)
    p.dementia[:] = rng.random(len(p.dementia)) < share
    old, sick = p.kind == ELDER, (p.kind == ELDER) & (p.dementia == 1)
    died = np.zeros(2)
    for _ in range(20):  # the same month of life again and again, everybody alive
        model.month += 1
        kind, serial = p.kind.copy(), p.serial.copy()
        demography.run_leave(model)
        died += (p.kind[old & ~sick] == 0).sum(), (p.kind[sick] == 0).sum()
        p.kind[:], p.serial[:], p.age[:] = kind, serial, age * 12 - 1
    mx = 1.3 * wpp("2025-2030")[:, age] / 12
    base = {s: 1 - np.exp(-mx[s]) for s in (0, 1)}
    for k, (group, factor) in enumerate(((old & ~sick, 1.0), (sick, risk))):
        q = np.where(p.sex[group] == 0, base[0], base[1]) * factor / (1 + (risk - 1) * share)
        assert abs(died[k] - 20 * q.sum()) <= 4 * np.sqrt(20 * (q * (1 - q)).sum())


@pytest.mark.parametrize("ratio", [1.0, 1.15, 1.3])
def test_deaths_by_state_average_to_the_published_schedule(ratio: float) -> None:
    """Over the cross-section of its age the hazard is m(x) times the rural ratio, whatever the relative
    risks.
    """
    t = tables.health_tables(1.0, 1.0, 1.0, ratio)
    for k, period in enumerate(("2025-2030", "2030-2035", "2035-2040")):
        hazard = -12 * np.log1p(-t.death[k])
        mean = (hazard * t.prevalence).sum(axis=-1)
        assert np.allclose(
            mean[:, 60:], ratio * wpp(period)[:, 60:], rtol=1e-4, atol=2e-6
        )  # tables are rounded to 2^-24


def test_death_rises_with_the_state_and_not_where_risks_are_off() -> None:
    t, flat = tables.health_tables(1.0, 1.0, 1.0, 1.15), tables.health_tables(1.0, 1.0, 0.0, 1.15)
    assert (np.diff(t.death[:, :, 60:], axis=-1) >= 0).all()
    assert (t.death[:, :, 60:, 3] > 1.5 * t.death[:, :, 60:, 0]).all()
    assert np.allclose(flat.death[:, :, 60:, 3], flat.death[:, :, 60:, 0], rtol=0, atol=2**-23)


def rural_shares() -> np.ndarray:
    """Published rural population of 60+ by sex and single year (even inside a group), sum one."""
    weight = np.zeros((2, 112))
    for r in read("rural_population_60plus_by_age_sex_2020_derived.csv"):
        group = r["age_group"]
        if group[0].isdigit():
            a = int(group[:-1]) if group.endswith("+") else int(group.split("-")[0])
            weight[0, a : a + 5] = float(r["male_million"]) / 5
            weight[1, a : a + 5] = float(r["female_million"]) / 5
    return weight / weight.sum()


def test_the_cross_section_is_pattern_c3() -> None:
    """16.8 % mild, 1.5 % moderate, 1.1 % severe of rural 60+ (Qiao 2022)."""
    prevalence = tables.health_tables(1.0, 1.0, 1.0, 1.15).prevalence
    got = (prevalence * rural_shares()[..., None]).sum(axis=(0, 1))
    assert np.allclose(got, [0.806, 0.168, 0.015, 0.011], atol=1e-3)


def test_the_first_inhabitants_show_pattern_c3() -> None:
    model = large(villages=12, seed=3)
    got = np.bincount(elders(model, "health"), minlength=4) / 18_000
    wanted = np.array([0.806, 0.168, 0.015, 0.011])
    assert (np.abs(got - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / 18_000) + 1e-3).all()


def test_hours_of_need_are_persons_times_chance_of_a_state_times_hours_of_the_state() -> None:
    """Expected hours = sum over ages of N(x) P(level | x) hours(level).

    One more minute a person for whole minutes.
    """
    model = large({"needs.alone_factor": 1.0, "needs.dementia_factor": 1.0}, villages=8, seed=5)
    lines = read("need_hours_by_state.csv")
    hours = np.array([[60 * float(r[s]) for r in lines] for s in ("robust", "mild", "moderate", "severe")])
    model.month = 0
    needs.run_arise(model)
    got = model.world.hours[:, NEED].sum(axis=0)
    age, sex = elders(model, "age") // 12, elders(model, "sex")
    chance = tables.health_tables(
        1.0, 1.0, 1.0, model.parameters.demography.rural_mortality_ratio
    ).prevalence[sex, age]
    n = model.parameters.needs
    for k in range(9):
        mean = (chance @ hours[:, k]).sum()
        square = hours[:, k] ** 2 * (13 / 12)  # own level: even between one half and one and a half
        if k in (3, 4):  # an event of fixed length
            square = hours[:, k] * 60 * (n.escort_hours if k == 3 else n.emergency_hours)
        error = np.sqrt((chance @ square - (chance @ hours[:, k]) ** 2).sum())
        assert abs(got[k] - mean) <= 4 * error + len(age)


def test_elders_outside_every_state_have_no_needs() -> None:
    model = large(seed=6)
    model.world.hours[:] = 0
    needs.run_arise(model)
    assert not rows(model, 0)["need"][rows(model, 0)["kind"] != ELDER].any()
