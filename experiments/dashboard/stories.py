"""The stories of the first screen: each is a setting of the default county that a click loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..command.settings import arm
from .state import Draft

TODAY, FADES, TOURISM, TAKES = "today", "fades", "tourism", "takes"
TARGET = 50.0  # villages of 100 with an open station at the end: what the ladder climbs to


@dataclass(frozen=True)
class Rung:
    """A step of the ladder of "what would it take": what it adds to the steps before it."""

    key: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[str, ...] = ()


LADDER = (  # order and sizes are assumptions: money first, then speed, then people
    Rung(
        "money",
        {
            "funding.residual": "government_collective_families",
            "government.ceiling": 40_000.0,  # twice what is paid today
            "government.operating_envelope": 18_000.0,
        },
    ),
    Rung("speed", policies=("rollout_push",)),
    Rung("helpers", policies=("training_insurance",)),
    Rung("organisers", policies=("cadre_association", "pay_on_time")),
    Rung("calls", policies=("call_for_helpers",)),
)


def ladder(base: Draft | None = None) -> dict[str, Draft]:
    """Rung -> the setting with all steps up to it, from `base` (as today) on.

    A sum of money that is set higher already stays, and no policy acts twice.
    """
    now = base or Draft(1, "A")
    found = {TODAY: now}
    for rung in LADDER:
        now = now.copy(now.uid, now.name)
        now.values |= {path: _more(now.value(path), value) for path, value in rung.changes.items()}
        now.policies += [one for one in rung.policies if one not in now.policies]
        found[rung.key] = now
    return found


def _more(now: Any, value: Any) -> Any:
    return max(now, value) if isinstance(value, float) else value


def plain() -> dict[str, Draft]:
    """Story -> its setting, but for the one that is searched for."""
    today = Draft(1, "A")
    fades, tourism = today.copy(1, "A"), today.copy(1, "A")
    fades.policies = ["taper_2027"]
    tourism.change(arm("business", "tourism"))
    return {TODAY: today, FADES: fades, TOURISM: tourism}
