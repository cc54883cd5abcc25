"""How many hours to issue?"""

from __future__ import annotations

from ..comparison import Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """How many hours to issue?"""
    return Question(
        question="How many welcome hours should a time bank issue?",
        hypothesis=(
            "An inverted U: with a middling gift of 5 hours fewer eligible hours stay unmet than "
            "with none and than with 20."
        ),
        because=(
            "participation.credit (what a trusted credit adds to joining); for comparison: credits add "
            "nothing to joining"
        ),
        arms={
            **{f"{hours} h": {"timebank.welcome": float(hours)} for hours in (5, 0, 2, 10, 20)},
            "5 h, levy 5 % a month": {"timebank.welcome": 5.0, "timebank.levy": 0.05},
        },
        expected=(
            differ(
                "more eligible hours stay unmet with no welcome credit than with 5 h",
                "unmet",
                "0 h",
                "5 h",
                least=0.002,
            ),
            differ(
                "more eligible hours stay unmet with 20 h than with 5 h", "unmet", "20 h", "5 h", least=0.002
            ),
        ),
        built_in=("participation.credit",),
        null={"participation.credit": 1.0},
        shown=(*HEADLINE, "volunteers", "hoard"),
        limits=(
            "A fifth of a point of unmet hours counts as an effect here: the bank moves hours, not money.",
        ),
    )
