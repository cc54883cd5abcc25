"""Does formal care crowd out informal care?"""

from __future__ import annotations

from typing import Any

from ..comparison import Expectation, Question
from ..outcomes import HEADLINE

NOW, LOWER = "public care as now", "one level lower"


def question(size: str) -> Question:
    """Does formal care crowd out informal care?"""

    def care(times: float) -> dict[str, Any]:
        return {
            "referral.on": True,
            "referral.hours": 15.0 * times,
            "referral.contract": 8.0 * times,
            "referral.other": 0.1 * times,
        }

    return Question(
        question="Does formal care crowd out what families give?",
        hypothesis="Most of the hours that more public care adds are given up by families.",
        because=(
            "referral.crowding (family minutes that fall away for a formal minute); for comparison: none "
            "falls away"
        ),
        arms={NOW: care(1.0), "no public care": {"referral.on": False}, LOWER: care(3.0)},
        expected=(
            Expectation(
                "with the threshold one level lower families give up more than half of the hours added",
                (
                    (1.0, NOW, "informal", "all"),
                    (-1.0, LOWER, "informal", "all"),
                    (-0.5, LOWER, "formal", "all"),
                    (0.5, NOW, "formal", "all"),
                ),
                least=0.001,
            ),
        ),
        built_in=("referral.crowding",),
        null={"referral.crowding": 0.0},
        shown=(*HEADLINE, "informal", "formal"),
        limits=(
            (
                "No threshold of public care is in the model: one level lower is three times the hours of "
                "the centre and of clinics, and three times what a station refers of other needs."
            ),
        ),
    )
