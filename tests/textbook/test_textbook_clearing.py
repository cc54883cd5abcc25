"""Credits lost at death, with and without transfer to the family, and claims between villages that cancel
out.
"""

from __future__ import annotations

import numpy as np
import pytest
from runs import CARE, large, small

import sim
from sim.parts import clearing_platform
from sim.state.codes import ELDER
from sim.state.people import settle_in, vacate

EARNED, SPENT, DIES = 6_000, 0.0075, 0.005  # minutes a month; shares a month


def fate(heirs: float, kin: bool) -> tuple[float, float, float]:
    """Shares of the minutes earned that are lost at death and carried outside, and the mean account over
    EARNED.

    Every month each of 600 elders earns, spends a share of the account, and dies by chance; the model's own
    rule settles the account. An heir is a relative in the village, or children elsewhere.
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
            vacate(p, w, 0, i)
            w.used[0], w.villages[0].hint = n, i
            settle_in(p, w, 0, i, ELDER, 720, 0, 0, 25)
            p.children[i] = 0 if kin else 2
            if kin:
                p.kin[i], p.kin[partner[i]] = partner[i], i
    total = EARNED * n * months
    return float(w.flow[0].credit_dropped / total), float(w.posted[0].credits_carried / total), stock / EARNED


@pytest.mark.parametrize("h", [0.0, 0.6])
def test_children_elsewhere_save_their_part_of_what_death_takes(h: float) -> None:
    """u / (u + s) is never spent by its owner.

    Of it 1 - h is lost. About 4,800 deaths: 5 % is over three standard errors.
    """
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
    model = small(
        {
            **CARE,
            "county.elders": 80,
            "county.townships": 2,
            "county.facility_share": 1.0,
            "clearing.scope": "township",
            "matching.platform": 0,
        },
        villages=4,
    )
    claims = []
    for _ in range(14):
        model.step()
        claims.append(model.ledger.balance.credit_platform.copy())
        township = model.state["township"]
        assert [int(claims[-1][township == k].sum()) for k in range(2)] == [0, 0]
        assert model.flow["platform_got"].sum() == model.flow["platform_given"].sum()
    assert np.any(claims[-1] != 0)


# -- settlement in money
# -----------------------------------------------------------------------------------------------
def december(claims: list[int], cash: list[int], **more: float) -> sim.MutualAidModel:
    """Villages of one platform that hold these claims (minutes.

    Owed: negative) and cash (fen), all in service, after one December's settlement.
    """
    changes = {
        "clearing.on": True,
        "clearing.scope": "county",
        "clearing.settle_price": 8.0,
        "clearing.cash_share": 1.0,
        "horizon.spin_up": 0,
        **more,
    }
    model = small(changes, villages=len(claims))
    model.world.villages.level[:] = 3
    post = model.world.posted
    post.credits_cleared_out += np.maximum(claims, 0)
    post.credits_cleared_in += np.maximum(-np.array(claims), 0)
    post.start_cash += np.array(cash) - model.world.balance.cash
    model.ledger.settle()
    model.month = 11
    return model


def settled(model: sim.MutualAidModel) -> dict[str, list[int]]:
    """Settle, audit, and what each village then holds and has moved."""
    before = model.world.balance.cash.copy()
    clearing_platform.run_settle(model)
    model.audit()
    b, amount = model.world.balance, model.ledger.amount
    assert (b.cash - before).tolist() == (amount("settlement_got") - amount("settlement_paid")).tolist()
    assert b.credit_platform.sum() == b.settlement.sum() == 0
    return {name: x.tolist() for name, x in (("claims", b.credit_platform), ("moved", b.cash - before))}


def test_claims_of_two_villages_end_where_cash_suffices() -> None:
    """600 minutes at 8 yuan an hour are 80 yuan."""
    assert settled(december([600, -600], [0, 10_000])) == {"claims": [0, 0], "moved": [8_000, -8_000]}
    assert settled(december([600, -600], [0, 8_000])) == {"claims": [0, 0], "moved": [8_000, -8_000]}


def test_a_short_purse_pays_its_share_and_creditors_get_it_pro_rata() -> None:
    """Half of 40 yuan pays 150 of 900 minutes.

    Claims of 600 and 300 get two thirds and one third, in minutes and in fen.
    """
    found = settled(december([600, -900, 300], [0, 4_000, 0], **{"clearing.cash_share": 0.5}))
    assert found == {
        "claims": [500, -750, 250],
        "moved": [1_333, -2_000, 667],
    }  # of 1333.3 and 666.7 the larger remainder is rounded up


def test_each_pays_for_its_own_debt_and_odd_fen_are_neither_made_nor_lost() -> None:
    """7 and 50 minutes at 8 yuan are 93 and 666 whole fen.

    759 fen over claims of 19 : 19 : 19 are 253 each.
    """
    found = settled(december([19, -7, 19, -50, 19], [0, 9_999, 0, 9_999, 0]))
    assert found == {"claims": [0, 0, 0, 0, 0], "moved": [253, -93, 253, -666, 253]}


def test_a_closed_village_is_paid_and_does_not_pay() -> None:
    model = december([600, -300, -300], [0, 50_000, 50_000])
    model.world.villages.level[:2] = 0
    assert settled(model) == {"claims": [300, -300, 0], "moved": [4_000, 0, -4_000]}


@pytest.mark.parametrize(
    "changes",
    [
        {"clearing.settle_price": 0.0},
        {"clearing.cash_share": 0.0},
        {"county.couplings": False},
        {"clearing.scope": "village"},
        {"clearing.on": False},
        {"timebank.on": False},
    ],
)
def test_claims_stand_without_a_price_cash_or_a_platform(changes: dict) -> None:
    assert settled(december([600, -600], [0, 50_000], **changes)) == {"claims": [600, -600], "moved": [0, 0]}


def test_townships_settle_apart_and_only_in_december() -> None:
    """Villages 1 and 3 are of one township, 2 and 4 of the other."""
    by_township = {"clearing.scope": "township", "county.townships": 2}
    model = december([600, 300, -600, -300], [0, 0, 50_000, 2_000], **by_township)
    model.month = 10
    assert settled(model)["moved"] == [0, 0, 0, 0]
    model.month = 11
    assert settled(model) == {"claims": [0, 150, 0, -150], "moved": [8_000, 2_000, -8_000, -2_000]}


def test_a_county_pays_what_it_gets_and_its_claims_fall_in_december() -> None:
    """Two years of the platform.

    Money paid is money got to the fen each month, and settlement leaves the hours as they were booked.
    """
    changes = {
        **CARE,
        "county.elders": 80,
        "county.townships": 2,
        "clearing.scope": "county",
        "matching.platform": 0,
        "clearing.cash_share": 1.0,
    }
    model = small(changes, villages=4)
    for _ in range(24):
        before = model.ledger.balance.credit_platform.copy()
        model.step()
        model.audit()
        amount, claims = model.ledger.amount, model.ledger.balance.credit_platform
        paid, got = amount("settlement_paid"), amount("settlement_got")
        assert paid.sum() == got.sum() and claims.sum() == model.ledger.balance.settlement.sum() == 0
        assert (paid.sum() > 0) == (model.month % 12 == 0)
        booked = model.flow["platform_given"] - model.flow["platform_got"]
        assert (
            claims - before - booked == amount("credits_settled_out") - amount("credits_settled_in")
        ).all()
    assert (model.ledger.balance.cash >= 0).all()
