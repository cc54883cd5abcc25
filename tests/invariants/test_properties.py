"""Any configuration within the declared ranges runs, and its books are right."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runs import small

import sim
from sim.parts.funding import RULES
from sim.state.codes import FAMILY, MUTUAL, NEED, PROFESSIONAL, UNMET
from sim.state.parameters import declarations
from sim.state.trades import CHOICES

FIXED = (
    "county.",
    "horizon.",
    "funding.share_",
)  # the county stays small; shares sum to one and are drawn together
VARIED = {p: d for p, d in declarations().items() if d.varied and not p.startswith(FIXED)}


def value(path: str) -> st.SearchStrategy[Any]:
    """Anything in the declared range, its ends among them."""
    d = VARIED[path]
    if d.kind is int:
        return st.integers(int(d.low), int(d.high))
    return st.one_of(st.sampled_from([d.low, d.high]), st.floats(d.low, d.high, allow_nan=False))


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    paths = draw(st.lists(st.sampled_from(sorted(VARIED)), max_size=25, unique=True))
    changes = {p: draw(value(p)) for p in paths}
    parts = [draw(st.integers(0, 100)) for _ in range(4)]
    total = sum(parts) or 1
    for k, part in zip(("government", "collective", "families"), parts, strict=False):
        changes[f"funding.share_{k}"] = part / total
    changes["funding.share_society"] = max(1 - sum(parts[:3]) / total, 0.0)
    changes["funding.rule"] = draw(st.sampled_from(RULES))
    changes["funding.basis"] = draw(st.sampled_from(("cost", "cost", "envelope")))
    changes["business.kind"] = draw(st.sampled_from(CHOICES))
    changes["business.start"] = draw(st.integers(0, 3))
    for switch in draw(
        st.lists(
            st.sampled_from(sorted(p for p in declarations() if p.endswith(".on"))), max_size=2, unique=True
        )
    ):
        changes[switch] = False
    for switch in sorted(p for p, d in declarations().items() if p.endswith(".on") and not d.default):
        changes[switch] = draw(st.booleans())
    for flag in (
        "participation.crowding_out",
        "county.couplings",
        "funding.identical_payers",
        "timebank.exempt_special",
        "county.stratified",
    ):
        changes[flag] = draw(st.booleans())
    return changes


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(configurations(), st.integers(0, 2**63 - 1))
def test_any_configuration_runs_and_balances(changes: dict[str, Any], seed: int) -> None:
    model = small({**changes, "county.elders": 25}, villages=2, seed=seed)
    for _ in range(8):
        model.step()
        model.audit()
        living = model.people.kind > 0
        assert (model.people.free[living] >= 0).all() and (model.people.offer[living] >= 0).all()
        for share in ("acceptance", "trust", "satisfaction", "loneliness", "fatigue", "motivation"):
            x = getattr(model.people, share)[living]
            assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all()
    s = model.series
    unasked = s.hours[:, :, NEED] - s.hours[:, :, (FAMILY, MUTUAL, PROFESSIONAL, UNMET)].sum(axis=2)
    assert (unasked >= 0).all() and np.array_equal(unasked.sum(axis=2), s.flow["unasked_minutes"])
    assert (s.posted >= 0).all() and (s.balance["cash"] >= 0).all()
    for records in (s.flow, s.state):
        assert all(np.isfinite(records[n]).all() for n in records.dtype.names if records[n].dtype.kind == "f")
    classes = sim.Result(model).verdict.classes
    assert np.bincount(classes, minlength=6).sum() == 2


@settings(max_examples=15, deadline=None, derandomize=True)
@given(configurations(), st.integers(0, 1000))
def test_any_configuration_is_repeatable(changes: dict[str, Any], seed: int) -> None:
    from runs import digest

    words = []
    for _ in range(2):
        model = small({**changes, "county.elders": 25}, villages=2, seed=seed)
        model.run(2)
        words.append(digest(model))
    assert words[0] == words[1]
