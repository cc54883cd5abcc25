"""Pledges by rule worked by hand, present values, the good and bad years of a collective, and of a mix of
payers.

Gambler's ruin is in test_textbook_runs.py: closures of villages whose cash walks by the year. Cases without a
part behind them, Cramer-Lundberg among them, are listed in docs/odd/annex_f.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from runs import AT_ONCE, FORMER, small

from sim.engine.randomness import key_of
from sim.parts import collective, families, funding, government
from sim.planning import asking

YUAN = 100
SHARES = {
    "funding.share_government": 0.3,
    "funding.share_collective": 0.2,
    "funding.share_families": 0.4,
    "funding.share_society": 0.1,
}
HIGH = {
    "government.ceiling": 60_000.0,
    "society.ceiling": 50_000.0,
    "government.per_elder": 0.0,
    "collective.welfare_cap": 0.30,
}


def pledged(changes: dict, **states: object) -> list[float]:
    """Yuan that the four payers pledge to a village at full service with costs of 1,000 yuan a month and
    no cash.
    """
    model = small({**FORMER, **SHARES, **HIGH, **changes}, villages=1)
    w, r = model.world, model.world.villages
    given = {
        "level": 3,
        "cost_average": 1_000 * YUAN,
        "opened": 0,
        "income": 10_000_000 * YUAN,
        "visibility": 1.0,
        "deflator": 1.0,
        "last_paid_gifts": 0,
        "bills": 0,
        "users": 20,
        "served_meals": 0,
        "served_minutes": 0,
        "served_visits": 0,
    }
    for name, value in (given | states).items():
        if name in r.dtype.names:
            r[name] = value
    w.balance.cash = states.get("cash", 0)
    w.flow.pledged[:] = 0
    w.flow.refunded[:] = 0
    model.month = int(states.get("month", 0))
    funding.run_pledge(model)
    return [x / YUAN for x in w.flow.pledged[0].tolist()]


def test_fixed_shares() -> None:
    assert pledged({"funding.rule": "fixed_shares"}) == [300, 200, 400, 100]


def test_a_matching_grant_adds_its_rate_to_the_yuan_of_the_others() -> None:
    assert pledged({"funding.rule": "matching", "funding.match": 0.5}) == [350, 200, 400, 100]
    assert pledged({"funding.rule": "matching", "funding.match": 0.0}) == [0, 200, 400, 100]


def test_a_gap_filler_fills_the_gap_less_a_sixth_of_idle_cash() -> None:
    low = {"funding.rule": "gap_filler", "funding.reserve": 24.0}
    assert pledged(low) == [300, 200, 400, 100]
    assert pledged(low, cash=1_600 * YUAN) == [200, 200, 400, 100]
    assert pledged(low, cash=9_000 * YUAN) == [0, 200, 400, 100]


def test_payment_per_service_counts_meals_hours_and_visits() -> None:
    rates = {
        "funding.rule": "per_service",
        "funding.per_meal": 2.0,
        "funding.per_hour": 6.0,
        "funding.per_visit": 0.5,
    }
    found = pledged(rates, served_meals=100, served_minutes=600, served_visits=40)
    assert found == [200 + 60 + 20, 200, 400, 100]


def test_seed_money_tapers_to_nothing_in_a_straight_line() -> None:
    taper = {"funding.rule": "tapering", "funding.taper": 60}
    for month, left in ((0, 1.0), (15, 0.75), (45, 0.25), (60, 0.0), (90, 0.0)):
        assert pledged(taper, month=month)[0] == pytest.approx(1_000 * left, abs=0.01)


def test_every_payer_but_the_families_has_a_ceiling() -> None:
    tight = {"government.ceiling": 1_200.0, "society.ceiling": 600.0, "collective.welfare_cap": 0.05}
    assert pledged({"funding.rule": "fixed_shares", **tight}, income=12_000 * YUAN) == [100, 50, 400, 50]
    for rule in ("matching", "gap_filler", "per_service"):
        assert pledged({"funding.rule": rule, **tight}, served_meals=10_000)[0] <= 100


def test_a_provision_point_that_is_missed_is_refunded() -> None:
    tight = {
        "funding.rule": "provision_point",
        "government.ceiling": 1_200.0,
    }  # 100 a month instead of 300: 80 % in all
    assert pledged({**tight, "funding.point": 0.8}) == [100, 200, 400, 100]
    assert pledged({**tight, "funding.point": 0.81}) == [0, 0, 400, 0]


def test_gifts_crowd_out_the_others_only_where_told_to() -> None:
    for crowding, factor in ((0.0, 1.0), (0.5, 0.75), (1.0, 0.5)):
        found = pledged(
            {"funding.rule": "fixed_shares", "funding.crowding": crowding}, last_paid_gifts=500 * YUAN
        )
        assert found == [300 * factor, 200 * factor, 400 * factor, 100]


def test_no_money_and_closed_villages_pledge_nothing() -> None:
    assert pledged({"funding.rule": "none"}) == [0, 0, 0, 0]
    assert pledged({"funding.rule": "fixed_shares"}, level=0) == [0, 0, 0, 0]


@pytest.mark.parametrize("discount", [0.0, 0.03])
def test_an_envelope_to_the_front_has_the_present_value_of_a_level_one(discount: float) -> None:
    values = {}
    for profile in ("level", "front"):
        model = small(
            {"funding.basis": "envelope", "funding.profile": profile, "economy.discount": discount},
            villages=1,
        )
        r, f, horizon = (
            model.world.villages,
            model.values.funding.view(np.recarray),
            model.parameters.horizon.months,
        )
        months = [asking.envelope_month(r[0], f[0], t, horizon, discount) for t in range(horizon)]
        values[profile] = sum(x / (1 + discount / 12) ** t for t, x in enumerate(months))
        if profile == "level":
            assert months == [pytest.approx(f["envelope"][0] * r.elders_start[0] / 12)] * horizon
    assert values["front"] == pytest.approx(values["level"], rel=1e-9)


def test_a_level_envelope_less_the_annuity_of_the_deposit_keeps_the_present_value() -> None:
    """Set-up money lies inside the envelope: the same present value with a business as without."""
    pv = {}
    for kind in ("none", "deposit"):
        changes = {
            "funding.basis": "envelope",
            "funding.envelope": 2_000.0,
            **AT_ONCE,
            "business.kind": kind,
            "business.start": 6,
        }
        model = small(changes, villages=1)
        d = 1 / (1 + model.parameters.economy.discount / 12)
        horizon, r, f = (
            model.parameters.horizon.months,
            model.world.villages[0],
            model.values.funding.view(np.recarray)[0],
        )
        pv[kind] = sum(asking.envelope_month(r, f, t, horizon, 0.03) * d**t for t in range(horizon))
        pv[kind] += model.setup_costs[0, 3] * d**6 if kind == "deposit" else 0
        assert asking.envelope_month(r, f, -1, horizon, 0.03) == pytest.approx(
            f["envelope"] * r["elders_start"] / 12
        )  # nothing is taken off before the start
    assert pv["deposit"] == pytest.approx(pv["none"], rel=1e-6)


def test_fees_pay_the_families_pledge_by_the_level_of_the_price_list() -> None:
    """The level moves by three tenths of the way to pledge over fees at list, and no further than the
    highest.
    """
    model = small({**FORMER, "families.highest_level": 2.0}, villages=1)
    r, flow = model.world.villages, model.world.flow
    r.list_fees, r.fee_level = 1_000, 1.0
    flow.pledged[:, 2] = 1_500
    families.run_prices(model)
    assert r.fee_level[0] == pytest.approx(1.15)
    for _ in range(60):
        families.run_prices(model)
    assert r.fee_level[0] == pytest.approx(1.5)
    flow.pledged[:, 2] = 9_000
    for _ in range(60):
        families.run_prices(model)
    assert r.fee_level[0] == pytest.approx(2.0)


@pytest.mark.parametrize("phi, sd", [(0.5, 0.2), (0.8, 0.1), (0.0, 0.3)])
def test_news_on_income_is_an_ar1(phi: float, sd: float) -> None:
    """Variance sd^2/(1-phi^2); of sums over T years T times sd^2/(1-phi)^2 in the long run, exactly by the
    autocovariances.
    """
    years, length = 24_000, 60
    news, x = np.zeros(years), 0.0
    for t in range(years):
        x = collective.next_news(x, phi, sd, key_of(1, collective.NEWS, t), 3)
        news[t] = x
    variance = sd**2 / (1 - phi**2)
    batches = news.reshape(40, -1)
    assert abs(news.mean()) <= 4 * batches.mean(axis=1).std(ddof=1) / np.sqrt(40)
    squares = (batches**2).mean(axis=1)
    assert abs(squares.mean() - variance) <= 4 * squares.std(ddof=1) / np.sqrt(40)
    lag = (news[1:] * news[:-1]).reshape(-1)[: 40 * (years // 40 - 1)].reshape(40, -1).mean(axis=1)
    assert abs(lag.mean() - phi * variance) <= 4 * lag.std(ddof=1) / np.sqrt(40)
    sums = news.reshape(-1, length).sum(axis=1)
    exact = variance * (length + 2 * sum((length - k) * phi**k for k in range(1, length)))
    assert abs(exact / length / (sd**2 / (1 - phi) ** 2) - 1) < 0.2  # the published limit is near
    assert abs((sums**2).mean() - exact) <= 4 * (sums**2).std(ddof=1) / np.sqrt(len(sums))


def test_a_years_budget_has_mean_one_and_the_declared_spread() -> None:
    n, key = 20_000, key_of(2, government.YEAR, 0)
    x = np.array([government.factor(key, who, 0, 0.13) for who in range(n)])
    assert abs(x.mean() - 1) <= 4 * 0.13 / np.sqrt(n)
    assert abs(x.std() - 0.13) <= 4 * 0.13 / np.sqrt(2 * n)
    assert x.min() >= 0.1


@pytest.mark.parametrize("correlation", [0.0, 0.6, 1.0])
def test_the_variance_of_a_mix_of_payers_is_that_of_a_portfolio(correlation: float) -> None:
    """w'Cov w for a mix of county and collective money, whose yearly luck a village shares with the declared
    chance.

    500 villages over ten years by the model's own rows; four standard errors over them (1 in 16,000 a bound).
    """
    sd, n = np.array([0.13, 0.20]), 500
    model = small(
        {
            "county.elders": 1,
            "county.size_spread": 0.0,
            "county.couplings": False,
            "horizon.spin_up": 0,
            "shocks.on": False,
            "funding.payer_correlation": correlation,
            "government.volatility": float(sd[0]),
            "collective.volatility": float(sd[1]),
            "collective.persistence": 0.0,
        },
        villages=n,
    )
    model.clock, years = 1, []
    for t in range(10):
        model.month = 12 * t
        government.run_envelopes(model)
        collective.run_year(model)
        years.append([model.county.factor - 1, model.state["income_news"].copy()])
    x = np.array(years).transpose(0, 2, 1).reshape(-1, 2)
    cov = np.outer(sd, sd) * np.array([[1, correlation], [correlation, 1]])
    for w in ((0.5, 0.5), (0.8, 0.2), (0.2, 0.8)):
        squares = (x @ w) ** 2
        assert abs(squares.mean() - np.array(w) @ cov @ w) <= 4 * squares.std() / np.sqrt(len(x))


def test_the_deposit_earns_its_interest_once_a_year_for_the_service() -> None:
    deposit = {**AT_ONCE, "business.kind": "deposit", "business.start": 0, "business.interest": 0.02}
    model = small(deposit, villages=1)
    s = model.run(24).series
    paid = s.amount("interest")[:, 0]
    assert np.flatnonzero(paid).tolist() == [11, 23]
    assert paid[11] == int(0.02 * s.amount("setup_government")[0, 0]) > 0


def test_wages_and_prices_follow_their_paths() -> None:
    """After two years: real wages (1 + g)^2, a nominal yuan 1/(1 + i)^2; straight lines inside a year."""
    model = small({"economy.real_wages": 0.04, "economy.inflation": 0.02}, villages=1)
    model.run(31)
    r = model.world.villages
    assert r.wage_index[0] == pytest.approx(1.04**2 * (1 + 0.04 * 6 / 12), rel=1e-12)
    assert r.deflator[0] == pytest.approx(1.02**-2 * (1 + (1 / 1.02 - 1) * 6 / 12), rel=1e-12)
