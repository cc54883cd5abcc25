"""The time bank reduces to random exchange, threshold servers, and a tank with an outflow."""

from __future__ import annotations

from itertools import accumulate
from math import comb

import numpy as np
import pytest
from runs import large, small

from sim.parts import timebank


def batch_error(x: np.ndarray, batches: int = 40) -> np.ndarray:
    """Standard error of the mean of a dependent series, by batch means."""
    means = x[: len(x) // batches * batches].reshape(batches, -1, *x.shape[1:]).mean(axis=1)
    return means.std(axis=0, ddof=1) / np.sqrt(batches)


def exchange(n: int, credits: int, steps: int, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Ordered pairs drawn evenly; the first pays one through the bank's own `charge`, unless the second has enough."""
    rng = np.random.default_rng(1)
    balance = [credits // n] * n
    first, second = rng.integers(0, n, steps).tolist(), rng.integers(0, n - 1, steps).tolist()
    served, shares = np.zeros(steps), np.zeros((steps, 6))
    for t, (a, b) in enumerate(zip(first, second, strict=True)):
        b += b >= a
        served[t] = balance[a] > 0
        if limit is None or balance[b] < limit:
            paid = timebank.charge(balance[a], 1, 0)
            served[t] = paid
            balance[a] -= paid
            balance[b] += paid
        if t % 10 == 0:
            counts = np.bincount(balance, minlength=6)[:6]
        shares[t] = counts
    assert sum(balance) == credits
    return served, shares / n


def test_random_unit_exchange_fills_all_compositions_evenly() -> None:
    """P(j) = C(M-j+n-2, n-2) / C(M+n-1, n-1); served M / (M+n-1): n = 10, M = 20."""
    n, m = 10, 20
    exact = np.array([comb(m - j + n - 2, n - 2) / comb(m + n - 1, n - 1) for j in range(6)])
    assert np.allclose(exact, [0.31034, 0.22167, 0.15599, 0.10800, 0.07344, 0.04896], atol=5e-6)
    served, shares = exchange(n, m, 200_000)
    assert abs(served.mean() - m / (m + n - 1)) <= 4 * batch_error(served)
    assert (np.abs(shares.mean(axis=0) - exact) <= 4 * batch_error(shares)).all()


def bounded(n: int, m: int, k: int) -> list[int]:
    """Number of ways to deal m credits to n accounts of at most k each: coefficients of (1 + x + .. + x^k)^n."""
    ways = [1] + [0] * m
    for _ in range(n):
        sums = [0, *accumulate(ways)]
        ways = [sums[j + 1] - sums[max(j - k, 0)] for j in range(m + 1)]
    return ways


@pytest.mark.parametrize("k, mean, wanted", [(5, 1, 0.52188), (5, 2, 0.75322), (4, 2, 0.8)])
def test_threshold_servers_hold_a_geometric_cut_off_at_the_threshold(k: int, mean: int, wanted: float) -> None:
    """P(i) proportional to L^i on 0..k (Kash, Friedman, Halpern); exact for ten accounts by counting."""
    n = 10
    rest = bounded(n - 1, n * mean, k)
    exact = np.array([rest[n * mean - i] for i in range(k + 1)]) / bounded(n, n * mean, k)[n * mean]
    many, few = bounded(499, 500 * mean, k), bounded(500, 500 * mean, k)[500 * mean]
    assert abs(1 - many[500 * mean] / few - wanted) < 1e-3  # and the published figure for many accounts
    held, shares = exchange(n, n * mean, 150_000, limit=k)
    width = min(k + 1, 6)
    assert (np.abs(shares.mean(axis=0)[:width] - exact[:width]) <= 4 * batch_error(shares)[:width]).all()
    assert abs(held.mean() - (1 - exact[0])) <= 4 * batch_error(held)


def test_an_account_is_charged_down_to_its_overdraft_and_never_more_than_the_cost() -> None:
    assert timebank.charge(100, 40, 0) == 40
    assert timebank.charge(100, 140, 0) == 100
    assert timebank.charge(100, 140, 30) == 130
    assert timebank.charge(-30, 10, 30) == 0
    assert timebank.charge(-50, 10, 30) == 0


@pytest.mark.parametrize("spent", [0.02, 0.0125])
def test_the_share_of_credits_never_redeemed_is_u_over_u_plus_s(spent: float) -> None:
    """Everybody earns 600 minutes a month and spends the share s of the account; the share u of the rest expires.

    In whole months the stock settles at a (1-u) / (1 - (1-s)(1-u)) and u / (u + s - u s) is never redeemed.
    """
    u, a = 0.15 / 12, 600
    model = large({
        "timebank.expiry": 0.15, "timebank.overdraft": 0.0, "timebank.credit_per_hour": 1.0, "timebank.price_per_hour": 1.0,
        "timebank.levy": 0.0, "timebank.cap": 1500.0, "timebank.exempt_special": False, "timebank.hour_fee": 0.0,
    })  # fmt: skip
    p, w = model.people, model.world
    alive = p.kind > 0
    p.trained[:], p.tier[:] = 0, 0
    stock = a * (1 - u) / (1 - (1 - spent) * (1 - u))
    p.credit[alive] = 1
    months, tail = 420, 60
    for t in range(months):
        p.given[alive] = a
        p.received[alive] = np.round(spent * p.credit[alive])
        if t == months - tail:
            w.flow.credits_earned[:], w.flow.credits_spent[:], w.flow.credits_lost[:] = 0, 0, 0
        timebank.run_book(model)
        model.month += 1
    f = w.flow[0]
    share = f.credits_lost / f.credits_earned
    assert abs(p.credit[alive].mean() / stock - 1) < 0.005
    assert abs(share - u / (u + spent - u * spent)) < 0.005
    assert abs(share - u / (u + spent)) < 0.01  # the published limit of short months
    assert f.credits_earned == a * alive.sum() * tail


def test_a_levy_that_is_not_spent_again_drains_the_bank() -> None:
    held = {}
    for levy in (0.0, 0.1):
        model = small({"timebank.levy": levy}, villages=4)
        model.run(24)
        held[levy] = -model.ledger.balance.credits_held.sum()
        levied = model.series.amount("credits_levied").sum()
        assert (levied > 0) == (levy > 0)
    assert 0 < held[0.1] < held[0.0] / 2


def test_nobody_holds_more_than_the_cap_or_owes_more_than_the_overdraft() -> None:
    model = small({"timebank.cap": 10.0, "timebank.overdraft": 1.0, "participation.hours": 20.0}, villages=4)
    for _ in range(24):
        model.step()
        credit = model.people.credit[model.people.kind > 0]
        assert credit.max() <= 10 * 60 and credit.min() >= -60
    assert credit.max() == 10 * 60
