"""A parameter that says under what it is read is not read otherwise, and its conditions can be met."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from runs import county_bytes, differences

import sim
from sim.state.parameters import condition, declarations, unmet

D = declarations()
CONDITIONED = [path for path, declared in D.items() if declared.only]
SMALL = {"county.villages": 3, "county.elders": 30, "horizon.spin_up": 2, "horizon.end": "2027-06"}
OTHER = {
    "funding.rule": "none",
    "choice.on": False,
    "shocks.on": False,
    "exchange.accounts": "tallies",
}  # where the default meets it
CHANGED: dict[str, Any] = {
    "funding.basis": {"funding.basis": "envelope"},
    "funding.profile": {"funding.profile": "front"},
    "business.payer": {"business.payer": "society"},
    "funding.alike_payer": {"funding.alike_payer": "society"},
    "business.decided": {"business.decided": False},
    **{
        f"funding.share_{payer}": {"funding.share_government": 0.0, "funding.share_society": 0.35}
        for payer in ("government", "society", "collective", "families")
    },
}

SHOCK = {"flow shock_struck"}
MARKS: dict[str, set[str]] = {  # a trait or an event that is noted, and that nothing reads without a business
    "county.farm_share": {"person skills"},
    "county.story_share": {"person skills"},
    "county.craft_share": {"person skills"},
    "facilities.public_rooms": {"state public_room"},
    "shocks.tourism_crash": {*SHOCK, "state crash_until", "state crash_level"},
    "shocks.crash_months": {"state crash_until"},
    "shocks.harvest_failure": {*SHOCK, "state harvest_until", "state harvest_level"},
    "shocks.harvest_to": {"state harvest_level"},
}


def run(**changes: Any) -> dict[int, dict[str, bytes]]:
    """What a small county does."""
    model = sim.MutualAidModel(sim.Parameters().replace({**SMALL, **changes}), seed=11)
    model.run()
    return county_bytes(model)


@cache
def plain(**changes: Any) -> dict[int, dict[str, bytes]]:
    return run(**changes)


def moved(path: str) -> dict[str, Any]:
    """The parameter at the end of its range that lies further from its default, or another of its words."""
    if path in CHANGED:
        return dict(CHANGED[path])
    declared = D[path]
    if declared.kind is bool or declared.choices:
        others = (True, False) if declared.kind is bool else declared.choices
        return {path: next(one for one in others if one != declared.default)}
    ends = [end for end in (declared.low, declared.high) if end is not None]
    return {path: declared.kind(max(ends, key=lambda end: abs(end - declared.default)))}


@pytest.mark.parametrize("path", CONDITIONED)
def test_where_no_condition_holds_nothing_moves(path: str) -> None:
    other: dict[str, Any] = {}
    if not unmet(path, sim.Parameters().flat()):
        other = {"funding.basis": "envelope"} if path == "funding.reserve" else OTHER
    base = sim.Parameters().replace(other)
    assert unmet(path, base.flat()) == D[path].only
    names = {name.partition(": ")[2] for name in differences(run(**other, **moved(path)), plain(**other))}
    assert names <= MARKS.get(path, set())


@pytest.mark.parametrize("path", CONDITIONED)
def test_a_condition_names_what_can_be_set(path: str) -> None:
    for one in D[path].only:
        of, equal, word = condition(one)
        if D[of].choices:
            assert word in D[of].choices
        flat = {**sim.Parameters().flat(), of: D[of].kind(float(word)) if D[of].kind is float else word}
        flat[of] = word == "true" if D[of].kind is bool else flat[of]
        assert (not unmet(path, flat)) or not equal


MET = {
    "funding.match": {"funding.rule": "matching"},
    "funding.taper": {"funding.rule": "tapering", "plan.on": False},
    "funding.per_meal": {"funding.rule": "per_service"},
    "funding.point": {"funding.rule": "provision_point"},
    "funding.envelope": {"funding.basis": "envelope"},
    "shocks.pandemic_deaths": {"shocks.scheduled": "pandemic", "shocks.scheduled_month": 3},
    "business.interest": {"business.kind": "deposit", "business.start": 0, "business.decided": False},
    "matching.team_minutes": {"matching.form": "teams"},
    "solvency.on": {"plan.on": False, "horizon.end": "2029-12"},
    "solvency.stress": {"plan.on": False, "solvency.least_users": 1, "horizon.end": "2029-12"},
}


@pytest.mark.parametrize("path", MET)
def test_where_a_condition_holds_it_acts(path: str) -> None:
    more: dict[str, Any] = {**MET[path], "county.facility_share": 1.0}
    assert not unmet(path, sim.Parameters().replace(more).flat())
    assert run(**more, **moved(path)) != plain(**more)
