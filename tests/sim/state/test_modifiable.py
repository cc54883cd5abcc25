"""Every value that a policy may modify works: in some county a modifier on it changes what is recorded."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import CARE, EVERYTHING, parameters

import sim
from sim.state.parameters import Declaration, ParameterError, declarations
from sim.state.records import Series
from sim.state.values import Modifier, check

ROOT = Path(sim.__file__).parent
WIDE = {
    "business.kind": "portfolio",
    "county.stratified": True,
    "tourism.lead": 3,
    "handicraft.lead": 2,
    "agriculture.lead": 6,
    "participation.stipend": 2.0,
}
HARSH = {
    "solvency.closing": 2,
    "solvency.patience": 1,
    "solvency.least_enrolled": 30,
    "solvency.least_users": 30,
}
WORLDS: tuple[dict[str, Any], ...] = (  # each makes other rules bind
    {**WIDE, **CARE, **EVERYTHING, "clearing.scope": "county"},
    {
        **WIDE,
        "matching.form": "teams",
        "shocks.scheduled": "tourism_crash",
        "shocks.scheduled_month": 8,
        "participation.crowding_out": True,
        "timebank.levy": 0.01,
        "funding.crowding": 0.5,
        "organisation.leader_leaves": 0.25,
        "business.loss_limit": 0.0,
    },
    {
        "business.kind": "deposit",
        "funding.rule": "tapering",
        "facilities.openings": 0.6,
        "solvency.stress": 0.25,
        "solvency.least_users": 20,
        "shocks.budget_cut": 0.3,
        "shocks.donor_loss": 0.3,
        "shocks.harvest_failure": 0.25,
    },
    {
        **HARSH,
        "funding.rule": "per_service",
        "solvency.reopen": 1.0,
        "solvency.leaderless": 3,
        "county.association_share": 0.0,
        "solvency.least_enrolled": 10,
        "solvency.least_helpers": 30,
        "acceptance.enrol_own": 0.02,
    },
    {
        "funding.rule": "matching",
        "county.association_share": 1.0,
        "organisation.leader_leaves": 0.25,
        "organisation.leader_found": 0.1,
        "facilities.openings": 0.6,
        "county.facility_share": 0.0,
    },
    {"funding.rule": "provision_point", "funding.point": 0.95},
    {
        **WIDE,
        "shocks.scheduled": "harvest_failure",
        "shocks.scheduled_month": 3,
        "business.start": 0,
        "shocks.correlation": 0.0,
    },
    {"funding.basis": "envelope"},
    {
        "funding.rule": "per_service",
        "government.ceiling": 60000.0,
        "government.operating_envelope": 30000.0,
        "county.elders": 200,
    },
    {
        "county.facility_share": 0.0,
        "facilities.openings": 0.2,
        "government.construction_envelope": 2000.0,
        "collective.income_scale": 2.0,
        "collective.project": 200000.0,
    },
    {
        "referral.on": True,
        "referral.beds": 5.0,
        "referral.willing": 1.0,
        "referral.apply": 0.5,
        "referral.patience": 3,
        "clearing.on": True,
        "clearing.guarantee": 1.0,
        "county.elders": 200,
        "county.facility_share": 1.0,
        "points.on": True,
        "points.join": 1.0,
        "points.project_share": 0.5,
        "homes.on": True,
        "homes.openings": 1.0,
        "homes.beds": 20,
        "homes.bed_cost": 5_000.0,
        "homes.move_in": 0.0,
        "homes.group": 8,
        "county.zone_size": 10,
        "county.idle_share": 1.0,
        "government.construction_envelope": 30_000.0,
        "collective.project": 200_000.0,
        "homes.together": True,
        "homes.remote": 1.0,
        "homes.group_moves": 1.0,
        "acceptance.start": 0.7,
        "quality.on": True,
        "quality.accidents": 10.0,
        "quality.basic": 0.2,
        "quality.serious": 1.0,
        "organisation.insured": False,
        "shocks.scheduled": "flood",
        "shocks.scheduled_month": 8,
    },
    {
        "rollout.on": True,
        "rollout.innovate": 0.1,
        "rollout.imitate": 2.0,
        "rollout.least_score": 0.0,
        "rollout.every": 3,
        "county.townships": 3,
        "county.facility_share": 0.3,
        "county.villages": 24,
    },
    {
        "government.operating_envelope": 1000.0,
        "solvency.patience": 12,
        "solvency.closing": 24,
        "collective.welfare_cap": 0.03,
    },
)
MONTHS = 30
TOGETHER = 40  # counties in one model


def values_to_try(d: Declaration, now: Any) -> list[float]:
    """The other state of a flag; the ends of a range, without the present value."""
    if d.kind is bool:
        return [float(not now)]
    assert d.low is not None and d.high is not None
    if d.path.startswith("funding.share"):
        return [0.6]
    return [x for x in (d.low, d.high) if x != now]


def record_of(model: sim.MutualAidModel, series: Series, county: int) -> bytes:
    """All that a county of several side by side is and did, as one word."""
    word = hashlib.sha256()
    for v in model.groups[county]:
        a = int(model.world.start[v])
        for x in model.people:
            word.update(np.ascontiguousarray(x[a : a + int(model.world.used[v])]))
        for x in (series.flow, series.state, series.hours, series.posted, series.balance):
            word.update(np.ascontiguousarray(x[:, v]).tobytes())
    return word.digest()


def acting(world: dict[str, Any], modifiers: list[Modifier]) -> set[str]:
    """Paths of the modifiers that change their county.

    They stand side by side, with an unmodified one at either end.
    """
    found = set()
    for first in range(0, len(modifiers), TOGETHER):
        mine = modifiers[first : first + TOGETHER]
        plain = parameters({"county.villages": 6, **world})
        model = sim.MutualAidModel(
            [plain] * (len(mine) + 2), seed=3, modifiers=[(), *((m,) for m in mine), ()]
        )
        for _ in range(MONTHS):
            model.step()
        series = model.series
        before, *after, again = (record_of(model, series, c) for c in range(len(mine) + 2))
        assert before == again  # no county feels its neighbours
        found |= {m.path for m, record in zip(mine, after, strict=True) if record != before}
    return found


@pytest.mark.slow  # 100 s of processor time: 430 values, most of them seen in the first county
def test_every_modifiable_value_changes_something_somewhere() -> None:
    left = [d for d in declarations().values() if d.modifiable and (d.kind is bool or d.low != d.high)]
    for world in WORLDS:
        now = sim.Parameters().replace(world).flat()
        seen = acting(
            world, [Modifier(d.path, "set", x, start=1) for d in left for x in values_to_try(d, now[d.path])]
        )
        left = [d for d in left if d.path not in seen]
    assert [d.path for d in left] == []


def names_read() -> set[str]:
    """Attributes and string subscripts in the code of the model, and in what values its results."""
    found: set[str] = set()
    for file in [*ROOT.rglob("*.py"), ROOT.parent / "experiments" / "outcomes.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                found.add(str(node.slice.value))
            elif isinstance(node, ast.Call):  # getattr(funding, "share_families"), values.ever("homes.on")
                found |= {
                    str(a.value).partition(".")[2] or str(a.value)
                    for a in node.args
                    if isinstance(a, ast.Constant)
                    and isinstance(node.func, ast.Name | ast.Attribute)
                    and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("getattr", "ever")
                }
    return found


def test_no_parameter_is_declared_and_never_read() -> None:
    """By name in the source, so that a namesake hides one.

    The slow test above runs those that may change monthly.
    """
    read = names_read()
    assert [path for path in declarations() if path.partition(".")[2] not in read] == []


@pytest.mark.parametrize("path", ["tourism.setup", "agriculture.setup", "handicraft.setup", "business.start"])
def test_a_policy_on_what_is_paid_once_at_the_start_is_refused(path: str) -> None:
    with pytest.raises(
        ParameterError,
        match=f"{path} holds for the whole run, so a modifier on it changes nothing: set it as a parameter",
    ):
        check(Modifier(path, "scale", 0.5))


def test_switches_words_and_the_start_are_not_modifiable() -> None:
    known = declarations()
    for path in (
        "canteen.on",
        "funding.rule",
        "county.elders",
        "health.worsen_scale",
        "viability.hours",
        "tourism.setup",
        "economy.shadow_wage",
        "points.month",
        "horizon.end",
    ):
        assert not known[path].modifiable, path
    for path in (
        "canteen.food",
        "organisation.training",
        "funding.share_families",
        "government.ceiling",
        "shocks.budget_cut",
    ):
        assert known[path].modifiable, path
