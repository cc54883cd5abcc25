"""A centre's beds reduce to the loss and waiting formulas of Erlang and Engset, a shared centre to their
pooled cases; a request finds nobody as often as all helpers are away."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from runs import large, split_by_pool
from scipy import stats

from sim.parts import matching, participation, referral_centre
from sim.state.codes import ELDER, HELPER, TOWNSHIP

N = 200  # elders of a village: the callers


def erlang_b(c: int, a: float) -> float:
    b = 1.0
    for k in range(1, c + 1):
        b = a * b / (k + a * b)
    return b


def erlang_c(c: int, a: float) -> float:
    b = erlang_b(c, a)
    return b / (1 - a / c * (1 - b))


def month_by_month(c: int, callers: int, chance: float, stay: float, room: int) -> tuple[float, float]:
    """The same queue in months, exactly: share of applicants turned away, mean number waiting.

    In a month each of at most c residents leaves with chance 1/stay, then each caller outside applies with
    `chance`; at most c + room stay in the system.
    """
    size = c + room + 1
    step, lost, asked = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    for n in range(size):
        leave = stats.binom.pmf(np.arange(min(n, c) + 1), min(n, c), 1 / stay)
        come = stats.binom.pmf(np.arange(size + 8), callers - n, chance)
        asked[n] = (callers - n) * chance
        for d, x in enumerate(leave):
            for k, y in enumerate(come):
                step[n, min(n - d + k, c + room)] += x * y
                lost[n] += x * y * max(n - d + k - c - room, 0)
    values, vectors = np.linalg.eig(step.T)
    p = np.real(vectors[:, np.argmax(np.real(values))])
    p /= p.sum()
    return float(p @ lost / (p @ asked)), float(p @ np.maximum(np.arange(size) - c, 0))


def test_the_formulas_are_the_published_ones() -> None:
    assert np.allclose(
        [erlang_b(5, 4), erlang_b(10, 8), erlang_b(20, 18)], [0.19907, 0.12166, 0.10921], atol=5e-6
    )
    assert np.allclose([erlang_c(5, 4), erlang_c(10, 8)], [0.55411, 0.40918], atol=5e-6)


@pytest.mark.parametrize("c, a", [(5, 4.0), (10, 8.0)])
def test_months_tend_to_erlang_as_stays_grow_long_and_callers_many(c: int, a: float) -> None:
    """The exact month-by-month chain that the next tests use has Erlang's formulas as its limit."""
    callers, stay = 100_000, 1_000.0
    chance = a / stay / callers
    assert abs(month_by_month(c, callers, chance, stay, 0)[0] - erlang_b(c, a)) < 2e-3
    waiting = month_by_month(c, callers, chance, stay, 80)[1]
    assert abs(waiting - erlang_c(c, a) * a / (c - a)) < 0.02 * waiting  # mean number waiting: C a / (c - a)


def engset(c: int, callers: int, a: float) -> float:
    """Share of calls lost where each of few callers calls at a of its stay while not served.

    Among the others' states.
    """
    weights = np.array([comb(callers - 1, k) * a**k for k in range(c + 1)])
    return float(weights[-1] / weights.sum())


def test_months_tend_to_engset_where_callers_are_few() -> None:
    """The same chain of months for ten callers and three beds."""
    stay = 2_000.0
    assert abs(month_by_month(3, 10, 0.5 / stay, stay, 0)[0] - engset(3, 10, 0.5)) < 2e-3
    assert engset(3, 10, 0.5) < erlang_b(3, 5.0) - 0.1  # callers in a bed do not call


def test_few_callers_find_no_bed_as_often_as_engset_says() -> None:
    """Eight villages of 50, three beds each, without a list: the exact months of few callers, four standard
    errors (1 in 16,000)."""
    n, stay, months, load = 50, 5.0, 3_000, 4.0
    changes = {"county.elders": n, "referral.beds": 60.0}
    admitted, lost, _ = (x.sum(axis=1) for x in queue(False, stay, 0, load, months, changes, villages=8))
    exact = month_by_month(3, n, load / stay / n, stay, 0)[0]
    assert abs(lost.sum() / (lost + admitted).sum() - exact) <= 4 * error(lost, lost + admitted)
    assert error(lost, lost + admitted) < 0.006


def queue(
    pooled: bool,
    stay: float,
    patience: int,
    load: float,
    months: int,
    more: dict | None = None,
    villages: int = 2,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The model's own row, month after month, for two villages of 200 elders in great need and five beds
    each, or as `more` says.

    Returns admitted, given up and waiting, (months, villages).
    """
    changes = {
        "county.elders": N,
        "county.townships": 1,
        "county.facility_share": 1.0,
        "county.helpers_per_elder": 0.0,
        "referral.on": True,
        "referral.pooled": pooled,
        "referral.beds": 25.0,
        "referral.patience": patience,
        "referral.stay": stay,
        "referral.willing": 1.0,
        "referral.unreferred": 1.0,
        "referral.bed_subsidy": 1.0,
        **(more or {}),
    }
    n = changes["county.elders"]
    model = large({**changes, "referral.apply": load / stay / n}, villages=villages)
    assert model.state["elders_start"].tolist() == [n] * villages
    model.people.health[model.people.kind == 1] = 3
    seen = np.zeros((3, months, villages), np.int64)
    for t in range(months):
        for name in ("beds_used", "beds_waiting", "beds_given_up", "beds_admitted"):
            model.flow[name][:] = 0
        referral_centre.run(model)
        seen[:, t] = [model.flow[name] for name in ("beds_admitted", "beds_given_up", "beds_waiting")]
        model.month += 1
    assert (model.flow["beds_used"].sum() <= 5 * villages) and (
        (model.flow["beds_used"] <= 5).all() or pooled
    )
    return seen[0], seen[1], seen[2]


def error(top: np.ndarray, bottom: np.ndarray, batches: int = 40) -> float:
    """Standard error of a ratio of sums over months, by batch means."""
    cut = len(top) // batches * batches
    x, y = (z[:cut].reshape(batches, -1).sum(axis=1).astype(float) for z in (top, bottom))
    return float(np.std(x - x.sum() / y.sum() * y, ddof=1) * np.sqrt(batches) / y.sum())


@pytest.mark.slow  # 25,000 months of one row, twice
def test_a_shared_centre_turns_fewer_away_as_erlang_says() -> None:
    """Without a waiting list: (5, 4) in each village alone, (10, 8) shared. Four standard errors: 1 in
    16,000 a bound.
    """
    stay, months, found = 20.0, 25_000, {}
    for pooled, c, callers in ((False, 5, N), (True, 10, 2 * N)):
        admitted, lost, _ = (x.sum(axis=1) for x in queue(pooled, stay, 0, 4.0, months))
        exact = month_by_month(c, callers, 4.0 / stay / N, stay, 0)[0]
        found[pooled] = lost.sum() / (lost + admitted).sum()
        assert abs(found[pooled] - exact) <= 4 * error(lost, lost + admitted)
    assert found[True] < found[False] - 0.04  # Erlang: .12166 against .19907


def test_a_waiting_list_is_as_long_as_erlang_says() -> None:
    """With a list: mean number waiting for the shared (10, 8), four standard errors."""
    stay, months = 5.0, 8_000
    waiting = queue(True, stay, 100, 4.0, months)[2].sum(axis=1)
    exact = month_by_month(10, 2 * N, 4.0 / stay / N, stay, 60)[1]
    assert abs(waiting.mean() - exact) <= 4 * error(waiting, np.ones(months))
    assert exact > 0.3


def test_whoever_has_waited_longest_is_admitted_first() -> None:
    model = large({"county.elders": N, "county.townships": 1, "referral.on": True}, villages=2)
    model.people.place[:4], model.people.place[model.world.start[1]] = (3, 9, 2, 9), 12
    model.world.centre[0, 0] = 3  # beds of the township
    referral_centre.admit(model, TOWNSHIP, np.array([1], np.uint64))
    assert (
        model.people.place[:4].tolist() == [3, -1, 2, -1] and model.people.place[model.world.start[1]] == -1
    )
    assert model.flow["beds_admitted"].tolist() == [2, 1]


def test_hours_of_a_shared_centre_serve_what_separate_ones_cannot() -> None:
    """By hand: asked 100 and 20, 60 minutes each: 60 + 20 alone, 100 + 20 shared; 90 of 120 shared: 75 and
    15.
    """
    asked, numbers = np.array([100, 20]), np.array([1, 2])
    assert split_by_pool(np.array([60, 60]), asked, np.array([0, 1]), numbers).tolist() == [60, 20]
    assert split_by_pool(np.array([120]), asked, np.array([0, 0]), numbers).tolist() == [100, 20]
    assert split_by_pool(np.array([90]), asked, np.array([0, 0]), numbers).tolist() == [75, 15]
    assert split_by_pool(np.array([3]), np.array([2, 2]), np.array([0, 0]), numbers[::-1]).tolist() == [
        1,
        2,
    ]  # the odd one by number


@pytest.mark.parametrize("v, form", [(1, "pool"), (2, "pool"), (4, "pool"), (2, "pairs"), (2, "teams")])
def test_a_request_finds_nobody_as_often_as_all_who_help_are_away(v: int, form: str) -> None:
    """(1 - f)^v, whatever the form.

    V volunteers a village, each of whom turns up with f = 0.4. Four standard errors of 500 villages.
    """
    f, villages = 0.4, 500
    model = large(
        {
            "county.elders": 4,
            "county.helpers_per_elder": 2.0,
            "participation.show_up": f,
            "participation.response": 0.0,
            "matching.form": form,
        },
        villages=villages,
        seed=v,
    )
    for name in ("join", "join_helper", "quit", "training_rate"):
        model.values.participation[name] = 0.0
    p, w, r = model.people, model.world, model.world.villages
    r.level, r.facility = 3, 2
    p.need[:], p.enrolled[:], p.volunteer[:], p.kin[:], p.neighbour[:] = 0, 0, 0, -1, -1
    p.motivation[:], p.fatigue[:], p.free[:], p.quota[:] = 0.5, 0.0, 10_000, 10_000
    for first, used in zip(w.start, w.used, strict=False):
        rows = np.arange(first, first + used)
        asks, helps = rows[p.kind[rows] == ELDER][0], rows[p.kind[rows] == HELPER][:v]
        p.enrolled[asks], p.need[asks, 1], p.volunteer[helps] = 1, 60, 1
        assert len(helps) == v
    w.flow.view(np.uint8)[:] = 0
    participation.run_take_part(model)
    matching.run(model)
    assert w.flow.requests.tolist() == [1] * villages and w.flow.volunteers.tolist() == [v] * villages
    wanted = (1 - f) ** v
    assert abs(w.flow.refused.mean() - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / villages)
