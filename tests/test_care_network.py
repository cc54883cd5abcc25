"""Referral, clearing, points, operation and the sharing station move results in the direction argued, under the same luck."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from runs import CARE, small

import sim
from experiments.runner import Task, village_rows
from experiments.scenario import Scenario
from sim import tables
from sim.parts.operation import WAYS
from sim.population import FAMILY, MOBILITY, MUTUAL, NEED, PROFESSIONAL, UNMET

COUNTY = {"county.elders": 120, "county.townships": 1, "county.facility_share": 1.0, "facilities.on": False}


@lru_cache(maxsize=32)
def _run(changes: tuple[tuple[str, Any], ...], months: int) -> sim.MutualAidModel:
    model = small({**COUNTY, **dict(changes)}, villages=3, seed=5)
    model.run(months)
    model.audit()
    return model


def run(changes: dict[str, Any], months: int = 15) -> Any:
    """The series of a run, kept by its changes."""
    return _run(tuple(sorted(changes.items())), months).series


def hours(s: Any, stage: int, *kinds: int) -> int:
    return int(s.hours[:, :, stage, list(kinds)].sum() if kinds else s.hours[:, :, stage].sum())


def rising(section: str, name: str, values: tuple[Any, ...], measure: Any, **more: Any) -> None:
    """The measure grows from value to value of one parameter, all else and all luck the same."""
    found = [measure(run({f"{section}.on": True, **more, f"{section}.{name}": x})) for x in values]
    assert all(a < b for a, b in pairwise(found)), found


# -- M27 ---------------------------------------------------------------------------------------------------------------
def test_aids_lower_the_need_for_mobility_help_by_the_relief_booked() -> None:
    off, on = run({}), run({"sharing.on": True})
    first = slice(0, 1)
    assert 0 < hours(on, NEED, MOBILITY) < hours(off, NEED, MOBILITY)
    relief = int(on.flow["aids_relief"][first].sum())
    before, after = (int(s.hours[first, :, NEED, MOBILITY].sum()) for s in (off, on))
    assert before - after == relief > 0


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [("walking_relief", (0.0, 0.2, 0.5), "aids_relief"), ("walking", (0.5, 2.0, 6.0), "aids_rented"), ("uptake", (0.2, 0.9), "aids_rented")],
)
def test_more_or_better_aids_do_more(name: str, values: tuple[float, ...], flow: str) -> None:
    rising("sharing", name, values, lambda s: int(s.flow[flow].sum()))


def test_a_higher_rent_is_paid_by_fewer() -> None:
    rising("sharing", "fee", (50.0, 20.0, 0.0), lambda s: int(s.flow["aids_rented"].sum()))
    assert not run({"sharing.on": True, "sharing.fee": 0.0}).flow["aid_fees"].any()


def test_the_first_stock_is_paid_once_by_the_named_payer() -> None:
    """4 + 4 aids for 100 elders, at 300 and 120 yuan, bought in the first month and never again."""
    model = small({**COUNTY, "sharing.on": True, "sharing.payer": "society"}, villages=3, seed=5)
    stock = model.state["elders_start"] * 4 // 100
    model.run(4)
    assert model.state["aids"].tolist() == [[k, k] for k in stock]
    assert model.series.amount("aids_society").tolist() == [(stock * 42_000).tolist(), *[[0, 0, 0]] * 3]
    assert not model.series.amount("aids_government").any()


# -- M7 ----------------------------------------------------------------------------------------------------------------
def test_the_centre_serves_what_would_be_unmet_at_public_cost() -> None:
    off, on = run({}), run({"referral.on": True, "referral.hours": 60.0})
    assert hours(on, UNMET) < hours(off, UNMET) and hours(on, PROFESSIONAL) > hours(off, PROFESSIONAL)
    assert on.amount("referral_government").sum() > 0 and on.amount("cost_contract").sum() > 0


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [("hours", (0.0, 1.0, 3.0), "referral_minutes"), ("contract", (0.0, 3.0, 30.0), "contract_minutes"),
     ("subsidy", (0.0, 0.6, 0.95), "referral_asked"), ("crowding", (0.0, 0.3, 0.9), "crowded_out")],
)  # fmt: skip
def test_more_of_the_centre_does_more(name: str, values: tuple[float, ...], flow: str) -> None:
    rising("referral", name, values, lambda s: int(s.flow[flow].sum()))


def test_formal_care_replaces_a_part_of_family_care() -> None:
    rising("referral", "crowding", (0.9, 0.0), lambda s: hours(s, FAMILY))
    s = run({"referral.on": True, "referral.crowding": 0.3})
    formal = s.flow["referral_minutes"] + s.flow["contract_minutes"]
    assert (s.flow["crowded_out"] <= 0.3 * formal).all() and s.flow["crowded_out"].sum() > 0.1 * formal.sum()


def test_beds_are_filled_up_to_their_number_and_the_rest_wait() -> None:
    beds = {"referral.on": True, "referral.willing": 1.0, "referral.apply": 1.0, "referral.bed_subsidy": 1.0, "referral.unreferred": 1.0}
    few, many = run({**beds, "referral.beds": 4.0}), run({**beds, "referral.beds": 60.0})
    capacity = int(few.state["elders_start"][0].sum() * 4 / 1000)
    assert capacity == few.flow["beds_used"].sum(axis=1).max() < many.flow["beds_used"].sum(axis=1).max()
    assert few.flow["beds_waiting"].sum() > many.flow["beds_waiting"].sum()


def test_a_resident_needs_nothing_of_the_village() -> None:
    model = small({**COUNTY, "referral.on": True, "referral.willing": 1.0, "referral.apply": 1.0, "referral.bed_subsidy": 1.0, "referral.beds": 60.0}, villages=2)
    for _ in range(4):
        model.step()
        inside = model.people.place < 0
        assert not model.people.need[inside].any() and not model.people.dines[inside].any() and not model.people.tier[inside].any()
        assert model.flow["beds_used"].sum() == inside.sum()
    assert inside.any()


def test_a_dearer_bed_is_used_by_fewer() -> None:
    full = {"referral.willing": 1.0, "referral.apply": 1.0, "referral.beds": 60.0, "referral.unreferred": 1.0}
    rising("referral", "bed_price", (3500.0, 1500.0), lambda s: int(s.flow["beds_used"].sum()), **full)


DAY = {"referral.day_places": 30.0, "referral.willing": 1.0, "referral.beds": 0.0}


def test_day_care_fills_its_places_and_meets_its_share_of_the_needs_it_serves() -> None:
    """Places of the township by hand; half of five needs of those who come; 800 yuan each, of the two payers together."""
    s = run({"referral.on": True, **DAY, "referral.hours": 0.0, "referral.contract": 0.0})
    places = int(s.state["elders_start"][0].sum() * 30 / 1000)
    assert s.flow["day_users"].sum(axis=1).max() == places and (s.flow["day_users"] <= s.flow["day_asked"]).all()
    assert np.array_equal(s.amount("referral_government") + s.amount("referral_families"), s.flow["day_users"] * 80_000)
    none = run({"referral.on": True, **DAY, "referral.day_places": 0.0, "referral.hours": 0.0, "referral.contract": 0.0})
    assert hours(s, PROFESSIONAL) > hours(none, PROFESSIONAL) and hours(s, UNMET) < hours(none, UNMET)
    assert not none.flow["day_asked"].any() and not none.amount("referral_government").any()


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [("day_places", (0.0, 10.0, 40.0), "day_users"), ("day_need", (0.0, 0.3, 1.0), "day_minutes"), ("day_price", (2000.0, 200.0), "day_asked"), ("willing", (0.1, 1.0), "day_asked")],
)
def test_more_or_cheaper_day_care_reaches_more(name: str, values: tuple[float, ...], flow: str) -> None:
    rising("referral", name, values, lambda s: int(s.flow[flow].sum()), **{k: v for k, v in DAY.items() if k != f"referral.{name}"})


# -- M9 ----------------------------------------------------------------------------------------------------------------
STRICT = {"timebank.exempt_special": False, "families.on": False}


def test_heirs_keep_what_death_would_take() -> None:
    rising("clearing", "heirs", (1.0, 0.5, 0.0), lambda s: int(s.amount("credits_forfeited").sum()), **{"clearing.portable": 1.0, "clearing.goods": 0.0})
    none = run({"clearing.on": True, "clearing.heirs": 0.0, "clearing.portable": 1.0, "clearing.goods": 0.0})
    assert none.flow["credits_inherited"].sum() == 0 < none.amount("credits_carried").sum()


def test_a_wider_platform_serves_more() -> None:
    """Volunteers of a township serve beyond their village: more hours of mutual aid in the first month already."""
    lone = {"clearing.on": True, **STRICT, "matching.platform": 0}
    found = [run({**lone, "clearing.scope": scope}) for scope in ("village", "township")]
    first, second = (int(s.hours[0, :, MUTUAL].sum()) for s in found)
    assert first < second
    assert not found[0].flow["platform_got"].any() and found[1].flow["platform_got"].any()


def test_credit_that_goes_to_the_family_is_neither_made_nor_lost() -> None:
    s = run({"clearing.on": True, **STRICT})
    assert s.flow["credits_transferred"].sum() > 0
    assert run({"clearing.on": True, **STRICT, "clearing.transfer": 0.0}).flow["credits_transferred"].sum() == 0


def test_goods_need_the_village_s_cash() -> None:
    goods = {"clearing.on": True, "clearing.goods": 0.5, "clearing.keep": 0.0}
    rich, poor = run(goods), run({**goods, "funding.rule": "none", "families.on": False, "solvency.start_cash": 0.0})
    assert rich.amount("credits_goods").sum() > 0 and poor.amount("credits_goods").sum() == 0
    assert np.array_equal(rich.amount("cost_goods"), rich.flow["goods_minutes"] * 800 // 60)
    assert poor.flow["trust_sum"][-1].sum() < rich.flow["trust_sum"][-1].sum()


def test_goods_and_practice_credits_lower_what_is_owed() -> None:
    held = lambda s: int(-s.balance["credits_held"][-1].sum())  # noqa: E731
    rising("clearing", "practice", (0.3, 0.0), held)
    rising("clearing", "goods", (0.5, 0.0), held)


def test_the_guarantee_costs_the_public_what_it_buys_and_stays_under_its_ceiling() -> None:
    called = {**STRICT, "clearing.guarantee_ceiling": 600.0, "clearing.care": 0.0, "clearing.scope": "village"}
    rising("clearing", "guarantee", (0.0, 0.2, 1.0), lambda s: int(s.amount("guarantee_called").sum()), **called)
    s = run({"clearing.on": True, **called, "clearing.guarantee": 1.0})
    assert (s.amount("guarantee_called") <= 5_000).all()  # 600 yuan a year is 5,000 fen a month
    assert np.array_equal(s.amount("guarantee_called"), s.flow["guarantee_minutes"] * 2_000 // 60)


def test_a_guarantee_honours_credit_after_the_village_has_closed() -> None:
    closed = {**STRICT, "funding.rule": "none", "solvency.start_cash": 0.0, "solvency.patience": 1, "solvency.closing": 2, "solvency.stress": 0.25}
    s = run({"clearing.on": True, **closed, "clearing.guarantee": 1.0}, 30)
    shut = s.state["level"] == 0
    assert shut.any() and s.amount("guarantee_called")[shut].sum() > 0


def test_public_cost_counts_calls_on_the_guarantee_referrals_and_aids() -> None:
    model = _run(tuple(sorted({**CARE, **STRICT, "clearing.guarantee": 1.0, "clearing.scope": "village"}.items())), 15)
    s = model.series
    rows = village_rows(sim.Result(model), Task(Scenario("care", model.parameters), 0, 5)).to_pandas()
    usual = s.amount("paid_government") + s.amount("capital_government") + s.amount("setup_government")
    named = [s.amount(name) for name in ("guarantee_called", "referral_government", "aids_government")]
    more = sum(named)
    assert all(x.any() for x in named)
    assert rows["public_fen"].tolist() == (usual + more).sum(axis=0).tolist()


# -- M10 ---------------------------------------------------------------------------------------------------------------
def test_assets_put_in_bring_cash_and_promises() -> None:
    found = [run({"points.on": True, "points.join": x}) for x in (0.0, 0.5)]
    assert not found[0].flow["points_given"].any()
    assert (found[1].flow["points_value"].sum(axis=(0, 1)) > 0).all()
    assert -found[1].balance["credits_held"][-1].sum() > -found[0].balance["credits_held"][-1].sum()
    rising("points", "valuation", (0.5, 1.0, 2.0), lambda s: int(s.amount("credits_points").sum()), **{"points.join": 0.5})


def test_points_are_value_over_the_value_of_an_hour_and_land_pays_what_finds_a_tenant() -> None:
    """Yearly, in the month of points; by hand from the values put in, to a minute and a fen a person."""
    s = run({"points.on": True, "points.join": 0.5, "points.valuation": 1.5})
    months = s.flow["points_persons"].sum(axis=1) > 0
    assert months.nonzero()[0].tolist() == [0, 12]
    value, persons = s.flow["points_value"].sum(axis=2), s.flow["points_persons"]
    assert (np.abs(s.flow["points_given"] - value * 1.5 * 60 / 1200) <= persons).all()
    assert np.array_equal(s.amount("points_money"), s.flow["points_value"][:, :, 0])
    assert (np.abs(s.amount("points_land") - 0.7 * s.flow["points_value"][:, :, 1]) <= persons).all()
    assert np.array_equal(s.state["points_capital"][12], s.flow["points_value"][:13, :, 3].sum(axis=0))
    assert np.array_equal(s.amount("points_project")[12], s.state["points_capital"][11] * 4 // 100)


# -- M26 ---------------------------------------------------------------------------------------------------------------
def test_the_table_has_a_row_for_each_way_and_the_village_s_own_changes_nothing() -> None:
    rows = tables.read("ways_of_operating.csv")
    assert tuple(r["way"] for r in rows) == WAYS
    assert tables.ways_of_operating()[0].tolist() == [0, 0, 1, 1, 1, 0, 0]


def food_a_meal(s: Any) -> float:
    return float(s.amount("cost_food").sum() / s.flow["meals"].sum())


def test_each_way_has_its_price_and_its_use() -> None:
    ways = {way: run({"operation.way": way, "facilities.on": True}) for way in WAYS}
    own = ways["village"]
    assert not own.amount("cost_operator").any()
    assert all(ways[w].amount("cost_operator").sum() > 0 for w in WAYS[1:])
    assert food_a_meal(ways["chain"]) == pytest.approx(0.88 * food_a_meal(own), rel=0.01)
    assert own.amount("cost_rent").sum() > 0 == ways["public_private"].amount("cost_rent").sum()
    assert ways["property_firm"].amount("cost_rent").sum() * 2 == own.amount("cost_rent").sum()
    first = {w: int(s.flow["offered"][0].sum()) for w, s in ways.items()}
    assert first["guiding_institution"] > first["village"] > first["public_private"]
    assert all(ways[w].flow["staff_minutes"].sum() > 0 == own.flow["staff_minutes"].sum() for w in WAYS[1:])


def test_quality_fills_the_service_and_cost_empties_the_purse() -> None:
    scaled = [run({"operation.way": "professional_team", "operation.quality_scale": x}) for x in (0.0, 2.0)]
    assert scaled[0].flow["enrolled"][-1].sum() < scaled[1].flow["enrolled"][-1].sum()
    dear = [run({"operation.way": "professional_team", "operation.cost_scale": x}).flow["cost"].sum() for x in (0.5, 1.0, 2.0)]
    assert dear[0] < dear[1] < dear[2]
