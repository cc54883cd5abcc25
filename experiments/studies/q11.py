"""Honour or points?"""

from __future__ import annotations

from typing import Any

from ..arms import NO_ENDS
from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Honour or points?"""

    def reward(honours: bool, bank: bool, **more: Any) -> dict[str, Any]:
        return {"organisation.honours": honours, "timebank.on": bank, **more}

    def gained(weight: float, outcome: str) -> tuple[tuple[float, str, str, str], ...]:
        return (weight, "praise", outcome, "all"), (-weight, "no reward", outcome, "all")

    return Question(
        question="Honour or points: which reward keeps people helping?",
        hypothesis="Honour is cheap and fades: it adds hours at first, and fewer in the last years.",
        because=(
            "participation.praise (what honours add to joining and staying) and organisation.honour_cost "
            "(prizes are free unless set); for comparison: honours add nothing to joining and staying"
        ),
        arms={
            "no reward": reward(False, False),
            "praise": reward(True, False),
            "time credits": reward(False, True),
            "village rules": reward(False, False, **{"organisation.conventions": True}),
            "practice credits": reward(
                False, True, **{"clearing.on": True, "clearing.scope": "village", "clearing.guarantee": 0.0}
            ),
        },
        expected=(
            differ(
                "hours on offer over eligible hours are higher in the first two years with praise than with "
                "no reward",
                "supply_first",
                "praise",
                "no reward",
            ),
            Expectation(
                "praise adds more of them in the first two years than in the last two",
                (*gained(1.0, "supply_first"), *gained(-1.0, "supply_last")),
            ),
            differ(
                "an elder-year helped costs the public less with praise than with time credits",
                "public",
                "time credits",
                "praise",
                least=5.0,
            ),
        ),
        built_in=("participation.praise", "organisation.honour_cost"),
        null={"participation.praise": 1.0},
        base={"county.facility_share": 1.0, "facilities.openings": 0.0, "solvency.on": False, **NO_ENDS},
        shown=(*HEADLINE, "volunteers", "supply_first", "supply_last", "public"),
        limits=(
            "No rule lets praise wear off: what fades can fade only with who is left to be praised.",
            "Practice credits are those of the platform, kept within the village and without its guarantee.",
        ),
    )
