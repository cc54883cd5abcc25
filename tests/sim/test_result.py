"""The tidy tables of a run against its records and against figures made by hand."""

from __future__ import annotations

import dataclasses
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runs import small

from sim import result as tables
from sim.state.codes import MUTUAL, NEVER
from sim.state.fields import FLOWS, STATES
from sim.viability import CLASSES, judge

SHORT = re.compile(
    r"_(fen|min|persons|visits|meals|requests|villages|months?|share|ratio|km|units|(fen|days|meals)_per_(year|month|week|day|meal))$|^(meals|requests|month|open_days)$"
)


@pytest.fixture(scope="module")
def result() -> Any:
    """Four villages, fourteen months, over a change of year."""
    return small(villages=4).run(14)


def by_hand() -> Any:
    """Three villages, two months, all records zero but for what a test writes."""
    model = small(villages=3)
    found = model.run(2)
    s = found.series
    for name in ("facility", "level"):
        s.state[name][:] = 0
    s.hours[:] = 0
    s.flow["meals"][:] = 0
    s.flow["visits_made"][:] = 0
    return found


def test_there_is_one_row_for_each_month_and_village(result: Any) -> None:
    table = result.villages
    assert len(table) == 14 * 4 and not table.duplicated(["month", "village"]).any()
    assert table["month"].unique().tolist() == [f"2025-{m:02d}" for m in range(1, 13)] + [
        "2026-01",
        "2026-02",
    ]
    assert table["village"].tolist()[:5] == [1, 2, 3, 4, 1]
    assert table.columns.is_unique and not table.isna().any().any()


def test_every_column_carries_its_unit_or_is_a_code_flag_or_count(result: Any) -> None:
    plain = {
        c.name
        for c in (*STATES.values(), *FLOWS.values())
        if c.unit in ("code", "flag", "bits", "step", "times", "number")
    }
    plain |= {f"{name}_{word}" for name in plain for word in tables.PARTS.get(name, ())}
    without = [
        c
        for c in result.villages.columns
        if not SHORT.search(c) and c not in plain | {"village", "in_service"}
    ]
    assert without == []
    some = {
        "cash_fen",
        "diners_persons",
        "visits_due_daily_visits",
        "hours_meals_mutual_min",
        "cost_food_fen",
        "paid_government_fen",
        "level",
        "facility",
        "meals",
        "price_80s_fen_per_meal",
    }
    assert some <= set(result.villages.columns)


def test_every_flow_and_every_posting_finds_its_place(result: Any) -> None:
    table, s = result.villages, result.series
    shaped = sum(int(np.prod(c.shape)) if c.shape else 1 for c in FLOWS.values())
    for name, values in (
        ("diners_persons", s.flow["diners"]),
        ("visits_made_weekly_visits", s.flow["visits_made"][:, :, 3]),
        ("pledged_society_fen", s.flow["pledged"][:, :, 3]),
        ("cost_cook_fen", s.amount("cost_cook")),
        ("cash_fen", s.balance["cash"]),
        ("payables_fen", -s.balance["payables"]),
        ("overdue_fen", s.state["bills"][:, :, 3:].sum(axis=2)),
        ("level", s.state["level"]),
    ):
        assert (table[name].to_numpy().reshape(14, 4) == values).all(), name
    mutual = table[[c for c in table.columns if re.fullmatch(r"hours_\w+_mutual_min", c)]]
    assert (mutual.sum(axis=1).to_numpy().reshape(14, 4) == s.hours[:, :, MUTUAL].sum(axis=2)).all()
    assert mutual.shape[1] == 9 and len(table.columns) > shaped + 63 + len(s.names)
    assert (table["payables_fen"] >= 0).all()


def test_the_books_balance_in_the_table_alone(result: Any) -> None:
    """Change of payables = all cost lines - bills paid - bills written off, in every village and month."""
    table = result.villages.set_index(["month", "village"])
    cost = table[
        [
            c
            for c in table.columns
            if re.fullmatch(r"cost_\w+_fen", c) and c.removesuffix("_fen") in result.series.names
        ]
    ]
    settled = table[["bills_paid_fen", "bills_dropped_workers_fen", "bills_dropped_suppliers_fen"]].sum(
        axis=1
    )
    change = table["payables_fen"].groupby("village").diff()
    assert cost.to_numpy().sum() > 0
    assert (change - (cost.sum(axis=1) - settled))[4:].abs().max() == 0


def test_the_county_sums_all_villages_the_closed_and_the_never_opened_too(result: Any) -> None:
    county, table = result.county, result.villages
    assert (result.series.state["level"][0] == 0).any()  # some village is not in service
    additive = [c for c in county.columns if c in table.columns and c != "month"]
    assert {"cash_fen", "elders_persons", "meals", "hours_escort_need_min", "paid_families_fen"} <= set(
        additive
    )
    sums = table.groupby("month", sort=False)[additive].sum()
    assert county["month"].tolist() == sums.index.tolist()
    assert np.allclose(
        county[additive].to_numpy(dtype=float), sums.to_numpy(dtype=float), rtol=1e-12, atol=1e-6
    )
    for code in ("level", "facility", "condition_share", "price_60s_fen_per_meal", "opened_month", "east_km"):
        assert code not in county.columns


def test_coverage_counts_what_stands_and_what_serves() -> None:
    r = by_hand()
    r.series.state["facility"][:] = [[2, 0, 1], [2, 2, 0]]  # standing; none, planned
    r.series.state["level"][:] = [[3, 0, 0], [3, 2, 1]]
    r.series.flow["meals"][:] = [[5, 0, 0], [5, 0, 0]]
    r.series.flow["visits_made"][1, 2, 1] = 1  # visits without a facility are service too
    county = r.county
    assert county["n_villages"].tolist() == [3, 3] and county["n_with_facility"].tolist() == [1, 2]
    assert county["n_in_service"].tolist() == [1, 2]  # village 2 stands idle in the second month
    assert county["facility_share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert county["facility_in_service_share"].tolist() == pytest.approx([1.0, 0.5])
    assert r.villages["in_service"].tolist() == [True, False, False, True, False, True]


def test_the_share_of_facilities_in_service_is_missing_where_none_stands() -> None:
    r = by_hand()
    assert r.county["facility_in_service_share"].isna().all() and (r.county["facility_share"] == 0).all()


def test_viability_names_classes_months_and_causes(result: Any) -> None:
    verdict = judge(result.series, result.model.parameters)
    table = result.viability
    assert table["class"].tolist() == [CLASSES[c] for c in verdict.classes]
    assert set(table["class"]) <= set(CLASSES) and table["village"].tolist() == [1, 2, 3, 4]
    at_start = result.series.state["opened"][-1] == -1
    assert (table["opened"][at_start & (verdict.opened != NEVER)] == "start").all()
    assert table["opened"][verdict.opened == NEVER].isna().all()


def test_dates_and_causes_of_viability_read_as_words() -> None:
    r = by_hand()
    r.series.state["opened"][-1] = [-1, 1, NEVER]
    r.series.state["plus"][-1] = [0, 3, 8]
    told = dataclasses.replace(
        r.verdict,
        classes=np.array([3, 4, 5]),
        opened=np.array([0, 1, NEVER]),
        closed=np.array([13, NEVER, NEVER]),
        cause=np.array([5, 0, 0]),
    )
    table = tables.viability(
        SimpleNamespace(
            verdict=told, series=r.series, states=r.states, parameters=r.parameters, months=r.months
        )
    )
    assert table["class"].tolist() == ["closed", "too_young", "never_opened"]
    assert table["opened"].tolist()[:2] == ["start", "2025-02"] and pd.isna(table["opened"][2])
    assert table["closed"][0] == "2026-02" and table["closed"][1:].isna().all()  # month 13 after January 2025
    assert table["causes"].tolist() == ["money, helpers", "", ""]
    assert table["businesses"].tolist() == ["", "tourism, agriculture", "deposit"]


def test_a_model_that_kept_county_sums_gives_the_same_county_and_no_villages(result: Any) -> None:
    only = small(villages=4, keep="county").run(14)
    assert only.county["cash_fen"].tolist() == result.county["cash_fen"].tolist()
    assert only.county["hours_meals_unmet_min"].tolist() == result.county["hours_meals_unmet_min"].tolist()
    assert "n_in_service" not in only.county.columns
    for name in ("villages", "viability"):
        with pytest.raises(ValueError, match="keep='villages'"):
            getattr(only, name)


def test_the_frame_survives_parquet(result: Any, tmp_path: Any) -> None:
    path = tmp_path / "villages.parquet"
    result.villages.to_parquet(path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), result.villages)
