"""One lever by itself, from end to end of its range, and the ladder of steps; without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..command.scenario import known
from ..statistics import Interval
from . import acting
from .compare import shown, verdict
from .measures import ScreenAnswer, differences
from .sentences import number
from .state import Draft, Mistake, ParameterError
from .stories import TARGET, TODAY
from .village_rows import step_word
from .words import listed, named, said

LEVERS = (  # that a county or a village can move; shown where they act
    "government.ceiling",
    "government.operating_envelope",
    "government.build_grant",
    "facilities.openings",
    "organisation.coordinator",
    "participation.stipend",
    "participation.training_rate",
    "families.highest_level",
    "collective.welfare_cap",
    "county.leader_share",
    "county.association_share",
    "plan.reserve",
)
POINTS, SEEDS = 5, 12  # values of a lever, seeds at each


@dataclass(frozen=True)
class LeverPoint:
    """What a value of the lever comes to."""

    value: float
    answer: ScreenAnswer

    @property
    def lasting(self) -> Interval:
        """Villages of 100 whose station stays open."""
        return self.answer.figures()["lasting"]

    @property
    def yuan(self) -> Interval:
        """Public yuan a village and year."""
        return self.answer.figures()["public_year"]


def offered(draft: Draft) -> list[str]:
    """Levers that act with these settings."""
    values, moved = acting.flat(draft), acting.moving(draft)
    return [path for path in LEVERS if not acting.waits_for(path, values, moved)]


def values(path: str) -> list[Any]:
    """Evenly from end to end."""
    one = known()[path]
    assert one.low is not None and one.high is not None
    steps = [one.low + (one.high - one.low) * at / (POINTS - 1) for at in range(POINTS)]
    return [one.kind(round(step) if one.kind is int else step) for step in steps]


def settings(draft: Draft, path: str) -> dict[Any, Draft]:
    """Value -> the settings with it; values that do not fit with the others are left out."""
    found = {}
    for value in values(path):
        made = draft.copy(draft.uid, draft.name)
        made.values = {**made.values, path: value}  # written even at its default, so that it is not drawn
        try:
            made.check()
            made.tasks()
        except (Mistake, ParameterError):
            continue
        found[value] = made
    return found


def curve_sentence(path: str, points: Sequence[LeverPoint], now: Interval, language: str) -> str:
    """What the lever does by itself: from end to end, and from where on half of the villages stay open."""
    first, last = points[0], points[-1]
    ends = {
        "lever": named(known()[path], language),
        "low": shown(path, first.value, language),
        "high": shown(path, last.value, language),
        "at_low": number(first.lasting.mean),
        "at_high": number(last.lasting.mean),
        "now": number(now.mean),
    }
    gap = differences(first.answer, last.answer)["lasting"]
    ends |= {"gap": number(gap.mean), "from_": number(gap.low), "to": number(gap.high)}
    told = said("lever_unsure" if verdict("lasting", gap) == "unsure" else "lever_moves", language, **ends)
    met = [one for one in points if one.lasting.mean >= TARGET]
    if not met:
        return f"{told} {said('lever_never', language, target=number(TARGET))}"
    least = shown(path, met[0].value, language)
    return f"{told} {said('lever_met', language, target=number(TARGET), value=least)}"


def curve_frame(points: Sequence[LeverPoint]) -> pd.DataFrame:
    """value, lasting, low, high, yuan."""
    rows = [(one.value, one.lasting.mean, one.lasting.low, one.lasting.high, one.yuan.mean) for one in points]
    return pd.DataFrame(rows, columns=["value", "lasting", "low", "high", "yuan"])


def ladder_sentence(rungs: Mapping[str, float], language: str) -> str:
    """The first step that meets the target, with those before it; or how far all of them lead."""
    reached = next((key for key, value in rungs.items() if value >= TARGET), "")
    now, target = number(rungs[TODAY]), number(TARGET)
    if reached == TODAY:
        return said("ladder_already", language, now=now, target=target)
    keys = list(rungs)
    if not reached:
        best = number(max(rungs.values()))
        return said("ladder_never", language, now=now, target=target, best=best)
    taken = keys[1 : keys.index(reached) + 1]
    steps = listed([step_word(key, language) for key in taken], language)
    return said("ladder_met", language, now=now, target=target, steps=steps, then=number(rungs[reached]))
