"""Referral, clearing, points, operation and the sharing station move results in the direction argued,
under the same luck.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from runs import CARE, FORMER, small

import sim
from experiments.command.scenario import Scenario
from experiments.study.plan import Task
from experiments.study.run_tables import village_rows
from sim.parts import operation
from sim.parts.operation import WAYS
from sim.start import tables
from sim.state.codes import FAMILY, MOBILITY, MUTUAL, NEED, NEVER, PROFESSIONAL, UNMET

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


# -- M27 -----------------------------------------------------------------------------------------------------
# ----------
def test_aids_lower_the_need_for_mobility_help_by_the_relief_booked() -> None:
    off, on = run({}), run({"sharing.on": True})
    first = slice(0, 1)
    assert 0 < hours(on, NEED, MOBILITY) < hours(off, NEED, MOBILITY)
    relief = int(on.flow["aids_relief"][first].sum())
    before, after = (int(s.hours[first, :, NEED, MOBILITY].sum()) for s in (off, on))
    assert before - after == relief > 0


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [
        ("walking_relief", (0.0, 0.2, 0.5), "aids_relief"),
        ("walking", (0.5, 2.0, 6.0), "aids_rented"),
        ("uptake", (0.2, 0.9), "aids_rented"),
    ],
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


# -- M7 ------------------------------------------------------------------------------------------------------
# ----------
def test_the_centre_serves_what_would_be_unmet_at_public_cost() -> None:
    off, on = run({}), run({"referral.on": True, "referral.hours": 60.0})
    assert hours(on, UNMET) < hours(off, UNMET) and hours(on, PROFESSIONAL) > hours(off, PROFESSIONAL)
    assert on.amount("referral_government").sum() > 0 and on.amount("cost_contract").sum() > 0


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [
        ("hours", (0.0, 1.0, 3.0), "referral_minutes"),
        ("contract", (0.0, 3.0, 30.0), "contract_minutes"),
        ("subsidy", (0.0, 0.6, 0.95), "referral_asked"),
        ("crowding", (0.0, 0.3, 0.9), "crowded_out"),
    ],
)
def test_more_of_the_centre_does_more(name: str, values: tuple[float, ...], flow: str) -> None:
    rising("referral", name, values, lambda s: int(s.flow[flow].sum()))


def test_formal_care_replaces_a_part_of_family_care() -> None:
    rising("referral", "crowding", (0.9, 0.0), lambda s: hours(s, FAMILY))
    s = run({"referral.on": True, "referral.crowding": 0.3})
    formal = s.flow["referral_minutes"] + s.flow["contract_minutes"]
    assert (s.flow["crowded_out"] <= 0.3 * formal).all() and s.flow["crowded_out"].sum() > 0.1 * formal.sum()


def test_beds_are_filled_up_to_their_number_and_the_rest_wait() -> None:
    beds = {
        "referral.on": True,
        "referral.willing": 1.0,
        "referral.apply": 1.0,
        "referral.bed_subsidy": 1.0,
        "referral.unreferred": 1.0,
    }
    few, many = run({**beds, "referral.beds": 4.0}), run({**beds, "referral.beds": 60.0})
    capacity = int(few.state["elders_start"][0].sum() * 4 / 1000)
    assert capacity == few.flow["beds_used"].sum(axis=1).max() < many.flow["beds_used"].sum(axis=1).max()
    assert few.flow["beds_waiting"].sum() > many.flow["beds_waiting"].sum()


def test_who_dies_or_leaves_waits_no_longer() -> None:
    """An empty place on the list would be given a bed."""
    beds = {
        "referral.on": True,
        "referral.willing": 1.0,
        "referral.apply": 1.0,
        "referral.bed_subsidy": 1.0,
        "referral.unreferred": 1.0,
    }
    model = small({**COUNTY, **beds, "referral.beds": 4.0}, villages=3, seed=5)
    waited = 0
    for _ in range(24):
        model.step()
        waited += int((model.people.place > 0).sum())
        assert not model.people.place[model.people.kind == 0].any()
    assert waited > 20 and model.series.flow["deaths"].sum() > 10


def test_a_resident_needs_nothing_of_the_village() -> None:
    model = small(
        {
            **COUNTY,
            "referral.on": True,
            "referral.willing": 1.0,
            "referral.apply": 1.0,
            "referral.bed_subsidy": 1.0,
            "referral.beds": 60.0,
        },
        villages=2,
    )
    for _ in range(4):
        model.step()
        inside = model.people.place < 0
        assert (
            not model.people.need[inside].any()
            and not model.people.dines[inside].any()
            and not model.people.tier[inside].any()
        )
        assert model.flow["beds_used"].sum() == inside.sum()
    assert inside.any()


def test_a_dearer_bed_is_used_by_fewer() -> None:
    full = {"referral.willing": 1.0, "referral.apply": 1.0, "referral.beds": 60.0, "referral.unreferred": 1.0}
    rising("referral", "bed_price", (3500.0, 1500.0), lambda s: int(s.flow["beds_used"].sum()), **full)


DAY = {"referral.day_places": 30.0, "referral.willing": 1.0, "referral.beds": 0.0}


def test_day_care_fills_its_places_and_meets_its_share_of_the_needs_it_serves() -> None:
    """Places of the township by hand.

    Half of five needs of those who come; 800 yuan each, of the two payers together.
    """
    s = run({"referral.on": True, **DAY, "referral.hours": 0.0, "referral.contract": 0.0})
    places = int(s.state["elders_start"][0].sum() * 30 / 1000)
    assert (
        s.flow["day_users"].sum(axis=1).max() == places and (s.flow["day_users"] <= s.flow["day_asked"]).all()
    )
    assert np.array_equal(
        s.amount("referral_government") + s.amount("referral_families"), s.flow["day_users"] * 80_000
    )
    none = run(
        {
            "referral.on": True,
            **DAY,
            "referral.day_places": 0.0,
            "referral.hours": 0.0,
            "referral.contract": 0.0,
        }
    )
    assert hours(s, PROFESSIONAL) > hours(none, PROFESSIONAL) and hours(s, UNMET) < hours(none, UNMET)
    assert not none.flow["day_asked"].any() and not none.amount("referral_government").any()


@pytest.mark.parametrize(
    ("name", "values", "flow"),
    [
        ("day_places", (0.0, 10.0, 40.0), "day_users"),
        ("day_need", (0.0, 0.3, 1.0), "day_minutes"),
        ("day_price", (2000.0, 200.0), "day_asked"),
        ("willing", (0.1, 1.0), "day_asked"),
    ],
)
def test_more_or_cheaper_day_care_reaches_more(name: str, values: tuple[float, ...], flow: str) -> None:
    rising(
        "referral",
        name,
        values,
        lambda s: int(s.flow[flow].sum()),
        **{k: v for k, v in DAY.items() if k != f"referral.{name}"},
    )


# -- M9 ------------------------------------------------------------------------------------------------------
# ----------
STRICT = {"timebank.exempt_special": False, "families.on": False}


def test_heirs_keep_what_death_would_take() -> None:
    rising(
        "clearing",
        "heirs",
        (1.0, 0.5, 0.0),
        lambda s: int(s.amount("credits_forfeited").sum()),
        **{"clearing.portable": 1.0, "clearing.goods": 0.0},
    )
    none = run({"clearing.on": True, "clearing.heirs": 0.0, "clearing.portable": 1.0, "clearing.goods": 0.0})
    assert none.flow["credits_inherited"].sum() == 0 < none.amount("credits_carried").sum()


def test_a_wider_platform_serves_more() -> None:
    """Volunteers of a township serve beyond their village: more hours of mutual aid over fifteen months."""
    lone = {"clearing.on": True, **STRICT, "matching.platform": 0}
    found = [run({**lone, "clearing.scope": scope}) for scope in ("village", "township")]
    first, second = (hours(s, MUTUAL) for s in found)
    assert first < second
    assert not found[0].flow["platform_got"].any() and found[1].flow["platform_got"].any()


def test_credit_that_goes_to_the_family_is_neither_made_nor_lost() -> None:
    s = run({"clearing.on": True, **STRICT})
    assert s.flow["credits_transferred"].sum() > 0
    assert (
        run({"clearing.on": True, **STRICT, "clearing.transfer": 0.0}).flow["credits_transferred"].sum() == 0
    )


def test_goods_need_the_village_s_cash() -> None:
    goods = {"clearing.on": True, "clearing.goods": 0.5, "clearing.keep": 0.0}
    rich, poor = (
        run(goods),
        run({**goods, "funding.rule": "none", "families.on": False, "solvency.start_cash": 0.0}),
    )
    assert rich.amount("credits_goods").sum() > 0 and poor.amount("credits_goods").sum() == 0
    assert np.array_equal(rich.amount("cost_goods"), rich.flow["goods_minutes"] * 800 // 60)
    assert poor.flow["trust_sum"][-1].sum() < rich.flow["trust_sum"][-1].sum()


def test_goods_and_practice_credits_lower_what_is_owed() -> None:
    def held(s):
        return int(-s.balance["credits_held"][-1].sum())

    rising("clearing", "practice", (0.3, 0.0), held)
    rising("clearing", "goods", (0.5, 0.0), held)


def test_the_guarantee_costs_the_public_what_it_buys_and_stays_under_its_ceiling() -> None:
    called = {
        **STRICT,
        "clearing.guarantee_ceiling": 600.0,
        "clearing.care": 0.0,
        "clearing.scope": "village",
    }
    rising(
        "clearing", "guarantee", (0.0, 0.2, 1.0), lambda s: int(s.amount("guarantee_called").sum()), **called
    )
    s = run({"clearing.on": True, **called, "clearing.guarantee": 1.0})
    assert (s.amount("guarantee_called") <= 5_000).all()  # 600 yuan a year is 5,000 fen a month
    assert np.array_equal(s.amount("guarantee_called"), s.flow["guarantee_minutes"] * 2_000 // 60)


def test_a_guarantee_honours_credit_after_the_village_has_closed() -> None:
    closed = {
        **STRICT,
        **FORMER,
        "funding.rule": "none",
        "solvency.start_cash": 0.0,
        "solvency.patience": 1,
        "solvency.closing": 2,
        "solvency.stress": 0.25,
    }
    s = run({"clearing.on": True, **closed, "clearing.guarantee": 1.0}, 30)
    shut = s.state["level"] == 0
    assert shut.any() and s.amount("guarantee_called")[shut].sum() > 0


def test_public_cost_counts_calls_on_the_guarantee_referrals_and_aids() -> None:
    model = _run(
        tuple(sorted({**CARE, **STRICT, "clearing.guarantee": 1.0, "clearing.scope": "village"}.items())), 15
    )
    s = model.series
    rows = village_rows(sim.Result(model), Task(Scenario("care", model.parameters), 0, 5)).to_pandas()
    usual = s.amount("paid_government") + s.amount("capital_government") + s.amount("setup_government")
    named = [s.amount(name) for name in ("guarantee_called", "referral_government", "aids_government")]
    more = sum(named)
    assert all(x.any() for x in named)
    assert rows["public_fen"].tolist() == (usual + more).sum(axis=0).tolist()


# -- M10 -----------------------------------------------------------------------------------------------------
# ----------
def test_assets_put_in_bring_cash_and_promises() -> None:
    found = [run({"points.on": True, "points.join": x}) for x in (0.0, 0.5)]
    assert not found[0].flow["points_given"].any()
    assert (found[1].flow["points_value"].sum(axis=(0, 1)) > 0).all()
    assert -found[1].balance["credits_held"][-1].sum() > -found[0].balance["credits_held"][-1].sum()
    rising(
        "points",
        "valuation",
        (0.5, 1.0, 2.0),
        lambda s: int(s.amount("credits_points").sum()),
        **{"points.join": 0.5},
    )


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


# -- M26 -----------------------------------------------------------------------------------------------------
# ----------
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
    dear = [
        run({"operation.way": "professional_team", "operation.cost_scale": x}).flow["cost"].sum()
        for x in (0.5, 1.0, 2.0)
    ]
    assert dear[0] < dear[1] < dear[2]


FEN, HOUR = 100, 60
OWN, CHEAP, DEAR = 0, 1, 2  # rows of a table made for the test


def ways(*rows: tuple[float, ...]) -> np.ndarray:
    """A table of ways: fee, user fee (yuan), food, rent, volunteers (ratios), staff (hours), quality;
    nobody can pay for the rest.
    """
    return np.array([*rows, *[(1e7, 0, 1, 1, 1, 0, 0)] * (6 - len(rows))], float) * (
        FEN,
        FEN,
        1,
        1,
        1,
        HOUR,
        1,
    )


def look(
    users: int, table: np.ndarray, *, money: float = 1e6, now: int = CHEAP, level: int = 3, **scales: float
) -> tuple[int, list[float], list[float]]:
    """Which way a village takes, with the bill (yuan) and hours of each.

    3,000 yuan of other cost, 60 yuan of food and 8 own hours a user, 400 of rent.
    """
    o = SimpleNamespace(
        **{name: scales.get(name, 1.0) for name in ("cost_scale", "hours_scale", "visits_share")}
    )
    year = 12.0 * np.array(
        [1, money * FEN, 3_000 * FEN, 60 * FEN * users, users, 2 * users, 8 * HOUR * users]
    )
    bill, minutes = np.array([operation.expected(way, o, level, 1.0, 400.0 * FEN, year) for way in table]).T
    way = operation.chosen(table, o, level, 1.0, 400.0 * FEN, year, money * FEN, now)
    return way, (bill / FEN).tolist(), (minutes / HOUR).tolist()


def test_bill_and_hours_of_each_way_by_hand() -> None:
    """30 users: 3,000 + 1,800 + 400 = 5,200 yuan and 240 h; a chain adds 600 + 240 - 216 yuan, 24 h less
    of its own and 12 h of staff.
    """
    way, bill, hours = look(30, tables.ways_of_operating(), now=OWN)
    assert bill == pytest.approx([5_200, 6_400, 5_824, 5_200 + 300 + 600 - 90 - 400, 5_500, 5_450])
    assert hours == pytest.approx([240, 252 + 36, 216 + 12, 192 + 18, 240 + 24, 276 + 2.4])
    assert (
        WAYS[way] == "guiding_institution"
    )  # 19.6 yuan an hour; a property firm 20.8, the village itself 21.7
    assert look(30, tables.ways_of_operating(), level=1, visits_share=0.5)[1][1] == pytest.approx(5_800)
    assert look(30, tables.ways_of_operating(), cost_scale=2.0)[1][3] == pytest.approx(
        4_800 + 2 * (300 + 600 - 90)
    )  # rent is never below nothing
    assert look(30, tables.ways_of_operating(), hours_scale=2.0)[2][2] == pytest.approx(240 - 48 + 24)


def test_a_village_changes_its_way_at_the_number_of_users_where_two_cost_the_same() -> None:
    """A fee of 1,000 yuan, or 20 yuan a user, for the same hours: 1,000 / 20 = 50 users."""
    table = ways((5_000, 0, 1, 1, 1, 0, 0), (1_000, 0, 1, 1, 1, 0, 0), (0, 20, 1, 1, 1, 0, 0))
    assert [look(users, table)[0] for users in (49, 50, 51)] == [DEAR, CHEAP, CHEAP]
    assert [look(users, table, now=DEAR)[0] for users in (49, 50, 51)] == [
        DEAR,
        DEAR,
        CHEAP,
    ]  # at 50 nothing is better: it keeps its own


def test_staff_is_worth_its_fee_where_an_hour_of_it_costs_less_than_the_service_does() -> None:
    """10 h of staff for 600 yuan.

    Without it an hour costs (3,400 + 60 n) / 8n, which falls below 60 at n = 3,400 / 420 = 8.1 users.
    """
    table, found = ways((0, 0, 1, 1, 1, 0, 0), (0, 0, 1, 1, 1, 0, 0), (600, 0, 1, 1, 1, 0, 0)), []
    for users in (8, 9):
        table[DEAR, 5] = 10 * HOUR * 100 / (2 * users)  # staff hours are for 100 enrolled
        found.append(look(users, table, now=OWN)[0])
    assert found == [DEAR, OWN]


def test_only_a_way_that_the_money_covers_is_taken() -> None:
    """The dear way has twice the hours for 1,000 yuan more than the village's 5,200."""
    table = ways((0, 0, 1, 1, 1, 0, 0), (0, 0, 1, 1, 0.5, 0, 0), (1_000, 0, 1, 1, 2, 0, 0))
    assert [look(30, table, now=OWN, money=m)[0] for m in (6_199, 6_200)] == [OWN, DEAR]
    assert (
        look(30, table, now=DEAR, money=6_199)[0] == OWN
    )  # what it can no longer pay gives way to the best that it can
    assert [look(30, table, now=way, money=5_000)[0] for way in (OWN, DEAR)] == [
        OWN,
        DEAR,
    ]  # none can be paid: the best that is no dearer than its own
    table[3] = 0, 0, 0.9, 1, 1, 0, 0
    assert look(30, table, now=OWN, money=5_000)[0] == 3


def test_where_one_way_is_best_all_take_it_and_keep_it_for_the_contract(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Free of charge with half as many hours again.

    Then another with twice as many: after two years, in December.
    """
    better = ways((0, 0, 1, 1, 1, 0, 0), (0, 0, 0.5, 1, 1.5, 0, 0))
    best = better.copy()
    best[DEAR] = 0, 0, 0.5, 1, 2, 0, 0
    month = [0]
    monkeypatch.setattr(tables, "ways_of_operating", lambda: better if month[0] < 12 else best)
    model = small(
        {**COUNTY, "operation.choosing": True, "operation.contract": 2, "solvency.on": False},
        villages=3,
        seed=5,
    )
    for month[0] in range(37):
        model.step()
        model.audit()
    s = model.series.state
    assert (
        (s["operator"][:11] == OWN).all()
        and (s["operator"][11:35] == CHEAP).all()
        and (s["operator"][35:] == DEAR).all()
    )
    assert (s["operator_since"][-1] == 35).all() and (
        s["operator_hours"][[11, 12, -1]] == [[1.0], [1.5], [2.0]]
    ).all()
    assert not s["operator_seen"][11].any() and (s["operator_seen"][12, :, 0] == 1).all()


def test_a_village_that_opens_looks_at_the_end_of_its_first_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 yuan of working money are among what it got in, so that it takes a way of 2,000 yuan and five
    times the hours at once; the bill comes in the second.
    """
    monkeypatch.setattr(
        tables, "ways_of_operating", lambda: ways((0, 0, 1, 1, 1, 0, 0), (2_000, 0, 1, 1, 5, 0, 0))
    )
    model = small(
        {
            "county.facility_share": 0.0,
            "facilities.openings": 0.6,
            "operation.choosing": True,
            "solvency.on": False,
            "horizon.end": "2028-12",
        },
        villages=6,
        seed=2,
    )
    s = model.run().series
    opened, since = s.flow["opened_now"].any(axis=0), s.state["operator_since"][-1]
    month = s.flow["opened_now"].argmax(axis=0)
    first = opened & (since == month) & (month % 12 != 11)
    assert first.any() and ((since == NEVER) | (since == month) | (since % 12 == 11)).all()
    for v in np.flatnonzero(first):
        assert s.state["operator"][month[v] - 1, v] == OWN != s.state["operator"][month[v], v]
        assert s.amount("cost_operator")[month[v], v] == 0 < s.amount("cost_operator")[month[v] + 1, v]


def test_what_a_village_sees_is_what_was_posted_and_counted() -> None:
    """Eleven months under a chain, from the series.

    Food and offers as they would have been under its own way.
    """
    s = run(
        {
            "operation.choosing": True,
            "operation.way": "chain",
            "facilities.on": True,
            "participation.stipend": 2.0,
        },
        11,
    )
    other = s.flow["cost"] - s.amount("cost_operator") - s.amount("cost_food") - s.amount("cost_rent")
    cash = np.diff(s.balance["cash"], axis=0).sum(axis=0) + s.amount("bills_paid")[1:].sum(axis=0)
    seen = s.state["operator_seen"]
    assert (seen[10, :, 0] == 11).all() and (s.state["level"] > 0).all()
    assert np.array_equal(seen[10, :, 1] - seen[0, :, 1], cash)
    assert np.array_equal(seen[10, :, 2], other.sum(axis=0))
    assert seen[10, :, 3] == pytest.approx(s.amount("cost_food").sum(axis=0) / 0.88)
    assert np.array_equal(
        seen[10, :, 4:6], np.stack([s.flow["diners"].sum(axis=0), s.flow["enrolled"].sum(axis=0)], axis=1)
    )
    assert seen[10, :, 6] == pytest.approx(s.flow["offered"].sum(axis=0) / 0.9)
