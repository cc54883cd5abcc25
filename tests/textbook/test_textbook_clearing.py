"""Credits lost at death, with and without transfer to the family, and claims between villages that cancel out."""

from __future__ import annotations

import numpy as np
import pytest
from runs import CARE, large, small

from sim.population import ELDER, settle_in, vacate

EARNED, SPENT, DIES = 6_000, 0.0075, 0.005  # minutes a month; shares a month


def fate(heirs: float, kin: bool) -> tuple[float, float, float]:
    """Shares of the minutes earned that are lost at death and carried outside, and the mean account over EARNED.

    Every month each of 600 elders earns, spends a share of the account, and dies by chance; the model's own rule
    settles the account. An heir is a relative in the village, or children elsewhere.
    """
    model = large({"county.elders": 600, "county.helpers_per_elder": 0.0})
    p, w, rng = model.people, model.world, np.random.default_rng(1)
    n, months = int(w.used[0]), 1_600
    partner = np.arange(n) ^ 1
    leak = DIES * (1 - heirs) if kin else DIES
    p.credit[:n] = EARNED / (SPENT + leak)
    p.spouse[:n] = -1
    p.kin[:n] = partner if kin else -1
    p.children[:n] = 0 if kin else 2
    w.villages[0].heirs = heirs
    stock = 0.0
    for _ in range(months):
        p.credit[:n] += EARNED
        p.credit[:n] -= np.round(p.credit[:n] * SPENT).astype(np.int32)
        stock += p.credit[:n].mean() / months
        for i in np.flatnonzero(rng.random(n) < DIES):
            vacate.py_func(p, w, 0, i)
            w.used[0], w.villages[0].hint = n, i
            settle_in.py_func(p, w, 0, i, ELDER, 720, 0, 0, 25)
            p.children[i] = 0 if kin else 2
            if kin:
                p.kin[i], p.kin[partner[i]] = partner[i], i
    total = EARNED * n * months
    return float(w.flow[0].credit_dropped / total), float(w.posted[0].credits_carried / total), stock / EARNED


@pytest.mark.parametrize("h", [0.0, 0.6])
def test_children_elsewhere_save_their_part_of_what_death_takes(h: float) -> None:
    """u / (u + s) is never spent by its owner; of it 1 - h is lost. About 4,800 deaths: 5 % is over three standard errors."""
    lost, carried, stock = fate(h, kin=False)
    share = DIES / (DIES + SPENT)
    assert lost == pytest.approx(share * (1 - h), rel=0.05)
    assert carried == pytest.approx(share * h, rel=0.05)
    assert stock == pytest.approx(1 / (DIES + SPENT), rel=0.05)


def test_a_relative_in_the_village_bears_the_same_risk_again() -> None:
    """Credit that passed on can be lost at the next death: u (1 - h) / (u (1 - h) + s)."""
    lost, carried, stock = fate(0.6, kin=True)
    leak = DIES * 0.4
    assert lost == pytest.approx(leak / (leak + SPENT), rel=0.06)
    assert carried == 0.0
    assert stock == pytest.approx(1 / (leak + SPENT), rel=0.05)


def test_claims_of_the_villages_on_the_platform_sum_to_zero() -> None:
    """What some gave to others is what the others owe: to the minute, each month."""
    model = small({**CARE, "county.elders": 80, "county.townships": 2, "clearing.scope": "township", "matching.platform": 0}, villages=4)
    claims = []
    for _ in range(14):
        model.step()
        claims.append(model.ledger.balance.credit_platform.copy())
        township = model.state["township"]
        assert [int(claims[-1][township == k].sum()) for k in range(2)] == [0, 0]
        assert model.flow["platform_got"].sum() == model.flow["platform_given"].sum()
    assert np.any(claims[-1] != 0)
