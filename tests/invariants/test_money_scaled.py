"""All money times ten: persons, minutes and visits are the same, money is ten times as much.

Amounts are whole yuan and shares whole percent, so that tenfold amounts stand exactly in the records. What is
rounded to the fen differs by less than one fen a posting; costs are made of a dozen lines, and cash, bills
and pledges carry earlier postings along. The tenfold parameters leave their ranges, so they are built without
the range check.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import SHORT_LEADS, parameters

import sim
from sim.state.fields import COLUMNS, FLOWS, STATES
from sim.state.ledger import POSTINGS
from sim.state.parameters import SECTIONS, declarations
from sim.state.records import Series

MONTHS, LINES = 36, 12
# Left to the tests at the end: publicity, prices of a meal, and minutes bought with a purse in whole fen.
BASE = {
    "families.on": False,
    "organisation.publicity": 0.0,
    "needs.professional_income_share": 0.0,
    **SHORT_LEADS,
}
LIST = (
    "meal_cost",
    "list_price",
    "price",
    "list_fees",
    "fees_at_list",
    "diner_price_sum",
)  # fen a meal, cut before use
SHARES = {"state pays_share": 1e-2}  # of sums that are cut to the fen, some of them of a few yuan


def scaled(factor: int, changes: dict[str, Any]) -> sim.Parameters:
    """Whole yuan (or fen below one yuan) times `factor`, shares in whole percent."""
    flat = parameters({"county.villages": 4, **changes}).flat()
    for d in declarations().values():
        if d.kind is float and d.unit.startswith("yuan"):
            flat[d.path] = factor * (float(round(flat[d.path])) if flat[d.path] >= 1 else flat[d.path])
        elif d.path == "collective.income_scale":
            flat[d.path] = float(factor)  # the table of incomes is money too
        elif d.kind is float and not d.path.startswith("funding.share"):
            flat[d.path] = max(round(flat[d.path], 2), min(d.low, 0.01))
    split = {
        name: {p.partition(".")[2]: x for p, x in flat.items() if p.startswith(f"{name}.")}
        for name in SECTIONS
    }
    return sim.Parameters(**{name: SECTIONS[name](**values) for name, values in split.items()})


def pair(changes: dict[str, Any]) -> tuple[sim.MutualAidModel, sim.MutualAidModel]:
    """A run and its tenfold."""
    once, tenfold = (sim.MutualAidModel(scaled(factor, changes), seed=3) for factor in (1, 10))
    once.run(MONTHS)
    tenfold.run(MONTHS)
    return once, tenfold


def records(s: Series) -> dict[str, tuple[np.ndarray, str]]:
    """Everything recorded by name, with its unit."""
    found = {f"flow {c.name}": (s.flow[c.name], c.unit) for c in FLOWS.values() if c.name not in LIST}
    found |= {f"state {c.name}": (s.state[c.name], c.unit) for c in STATES.values() if c.name not in LIST}
    found |= {f"posting {n}": (s.amount(n).cumsum(axis=0), POSTINGS[n].unit) for n in s.names}
    return found | {"hours": (s.hours, "minutes")}


def not_tenfold(once: sim.MutualAidModel, tenfold: sim.MutualAidModel) -> list[str]:
    """Names of records that break the rule."""
    wrong, b = [], records(tenfold.series)
    fen = 10.0 * LINES * np.arange(1, MONTHS + 1)
    for name, (x, unit) in records(once.series).items():
        y = b[name][0]
        if unit.startswith("fen"):
            allowed = fen.reshape(-1, *[1] * (x.ndim - 1))
            off = np.abs(10 * x.astype(float) - y) > allowed + 1e-9
        else:
            off = x != y if x.dtype.kind != "f" else ~np.isclose(x, y, rtol=SHARES.get(name, 1e-6), atol=1e-9)
        if off.any():
            wrong.append(name)
    for c in COLUMNS.values():
        x, y = getattr(once.people, c.name), getattr(tenfold.people, c.name)
        same = (
            np.abs(10 * x.astype(float) - y) <= 20 if c.unit.startswith("fen") else x == y
        )  # income has two parts
        if not same.all():
            wrong.append(f"person {c.name}")
    return wrong


@pytest.mark.parametrize("rule", ["fixed_shares", "matching", "gap_filler", "tapering", "per_service"])
def test_all_money_times_ten_changes_nothing_but_money(rule: str) -> None:
    assert not_tenfold(*pair({**BASE, "funding.rule": rule})) == []


@pytest.mark.parametrize("kind", ["tourism", "agriculture", "handicraft", "portfolio", "deposit"])
def test_all_money_of_a_business_times_ten_changes_nothing_but_money(kind: str) -> None:
    assert not_tenfold(*pair({**BASE, "business.kind": kind, "county.stratified": True})) == []


def test_publicity_is_measured_against_a_parameter() -> None:
    assert not_tenfold(*pair({**BASE, "organisation.publicity": 50.0})) == []


def test_fees_are_rounded_once_a_posting() -> None:
    assert not_tenfold(*pair({**BASE, "families.on": True})) == []


def test_paid_care_buys_the_same_minutes() -> None:
    assert not_tenfold(*pair({**BASE, "needs.professional_income_share": 0.1})) == []
