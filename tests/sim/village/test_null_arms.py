"""Arms in which an effect ought to vanish: payers that are alike, envelopes of one size, no money at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from experiments.command.settings import arm
from sim.planning.asking import envelope_month, envelope_year
from sim.state.codes import GOVERNMENT, NEIGHBOURS, PAYERS, SELF_COOKED, STATION_DAYS

FIRST = 3  # months, until fees of the month in which a plan is made first are paid
COUNTY = {"county.villages": 24, "horizon.end": "2028-12"}
ALIKE = {**arm("funding", "four_payers"), "funding.identical_payers": True}
MIXES = ("default", "four_payers", "government_led", "families_pay", "society_led", "feixiang", "jiangxi")


def begun(changes: dict[str, Any], seed: int) -> sim.MutualAidModel:
    """A county that has made its first plans."""
    model = sim.MutualAidModel(sim.Parameters().replace({**COUNTY, **changes}), seed=seed)
    model.step()
    return model


@pytest.mark.parametrize("seed", [1, 2])
def test_payers_alike_give_what_the_mix_beside_them_plans_first(seed: int) -> None:
    """By village, but for twelve months of rounding to four whole fen, and one fen a payer."""
    beside = begun(arm("funding", "four_payers"), seed).world.villages
    alike = begun(ALIKE, seed).world.villages
    stations = beside.step >= STATION_DAYS
    assert stations.sum() > 3 and np.array_equal(stations, alike.step >= STATION_DAYS)
    gap = beside.planned[stations].sum(axis=1) - alike.planned[stations].sum(axis=1)
    assert (np.abs(gap) <= 12 * len(PAYERS) + len(PAYERS)).all()
    assert (np.ptp(alike.planned[stations], axis=1) == 0).all()  # a quarter each


@pytest.mark.parametrize("payer", PAYERS)
def test_payers_alike_of_an_envelope_give_all_of_it_whoever_the_mix_beside_them_has(payer: str) -> None:
    shares = {f"funding.share_{one}": float(one == payer) for one in PAYERS}
    model = begun({**ALIKE, **shares, "funding.basis": "envelope"}, 3)
    villages = model.world.villages
    stations = villages.step >= STATION_DAYS
    envelope = model.values.table.funding["envelope"][0] * villages.elders_start[stations]
    assert stations.any()
    assert villages.planned[stations].sum(axis=1) == pytest.approx(envelope, abs=100)


def test_payers_alike_pay_each_quarter_in_full_and_no_fees() -> None:
    series = begun({**ALIKE, "plan.appeal": False}, 3).run().series
    calendar, known = np.arange(1, len(series.flow) + 1) % 12, series.state["alike_sum"][0] >= 0
    paid = sum(series.amount(f"paid_{payer}")[FIRST:, known] for payer in PAYERS)
    calendar = calendar[FIRST:]
    assert paid[calendar % 3 != 0].sum() == 0 < paid[calendar % 3 == 0].sum()
    for payer in PAYERS:
        assert np.array_equal(
            series.amount(f"paid_{payer}")[FIRST:, known], series.amount(f"due_{payer}")[FIRST:, known]
        )
    served = series.flow["served_persons"].sum()
    assert served > 0 and (series.state["price"][-1][series.state["step"][-1] >= SELF_COOKED] == 0).all()


@pytest.mark.parametrize("payer", PAYERS)
def test_who_pays_makes_no_difference_where_payers_are_alike(payer: str) -> None:
    """Eleven years of doors, meals, bills and persons, to the byte: nothing hangs on the payer's name."""
    alike = {**ALIKE, "plan.appeal": False, "county.villages": 40, "horizon.end": "2035-12"}
    four, one = (begun({**alike, "funding.alike_payer": who}, 4).run().series for who in ("all", payer))
    known = one.state["alike_sum"][0] >= 0  # elsewhere families pay cash for hours, up to a first plan
    for name in ("step", "door", "meals_a_day", "helpers_mean", "diners_mean", "bills"):
        assert np.array_equal(four.state[name], one.state[name]), name
    assert np.array_equal(four.flow["served_persons"], one.flow["served_persons"])
    assert one.amount(f"paid_{payer}").sum() > 0
    assert not any(one.amount(f"paid_{other}")[FIRST:, known].any() for other in PAYERS if other != payer)


@pytest.mark.parametrize("mix", MIXES)
def test_an_equal_envelope_gives_each_mix_the_same_planned_sum(mix: str) -> None:
    """All that payers and fees are planned to bring in the first year, within a yuan: the envelope itself."""
    changes = {**arm("funding", mix), "funding.basis": "envelope", "funding.rule": "fixed_shares"}
    model = begun(changes, 5)
    villages = model.world.villages
    stations = villages.step >= STATION_DAYS
    wanted = model.values.table.funding["envelope"][0] * villages.elders_start[stations]
    assert stations.any()
    assert villages.planned[stations].sum(axis=1) == pytest.approx(wanted, abs=100)


def test_a_year_of_an_envelope_is_its_twelve_months() -> None:
    """To the front or level; so that the years have the present value of the months."""
    for profile in ("level", "front"):
        model = begun({"funding.basis": "envelope", "funding.profile": profile}, 6)
        village, funding = model.world.villages[0], model.values.funding.view(np.recarray)[0]
        for month in (0, 7, 24, 71):
            ahead = range(month, month + 12)
            horizon = model.parameters.horizon.months
            months = sum(envelope_month(village, funding, later, horizon, 0.03) for later in ahead)
            assert envelope_year(village, funding, month) == pytest.approx(months, rel=1e-9)


def test_a_gap_filler_gives_what_the_others_leave_up_to_its_ceiling() -> None:
    """With so high a ceiling the payers together are planned to bring all that is asked, 1.1 of the cost,
    and some of what their records leave open.
    """
    rich = {"government.ceiling": 60_000.0, "government.per_elder": 0.0, "plan.reserve": 12.0}
    model = begun({**arm("funding", "government_led"), **rich, "solvency.start_cash": 0.0}, 7)
    villages = model.world.villages
    stations = villages.step >= STATION_DAYS
    asked = model.values.table.plan["prudence"][0] * villages.planned_cost[stations]
    assert villages.planned[stations].sum(axis=1) == pytest.approx(asked, rel=2e-2)
    assert (villages.planned[stations, GOVERNMENT] > 0).all()


def test_no_money_is_neighbours_and_duty_alone() -> None:
    series = begun(arm("funding", "no_money"), 8).run().series
    assert (series.state["step"] <= NEIGHBOURS).all() and (series.state["step"] == NEIGHBOURS).any()
    assert all(series.amount(f"due_{payer}").sum() == 0 for payer in PAYERS if payer != "families")
    assert (series.flow["meal_fees"] == 0).all()  # for hours without credit elders pay in cash, as anywhere
    assert series.flow["meals"].sum() == 0 < series.flow["duty_minutes"].sum()
