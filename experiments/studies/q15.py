"""Help families pay, or give hours?"""

from __future__ import annotations

from ..comparison import Question, differ
from ..outcomes import HEADLINE

RELIEF, HOURS = "price relief", "free hours"


def question(size: str) -> Question:
    """Help families pay, or give hours?"""
    return Question(
        question="Should public money lower the price of care, or give hours free of charge?",
        hypothesis="At about the same public cost price relief leaves fewer hours unmet than free hours.",
        because=(
            "choice.price_weight (how much the price of paid care decides); for comparison: the order of "
            "care is fixed, whatever it costs"
        ),
        arms={
            "neither": {"choice.subsidy": 0.0, "organisation.posts": 0},
            RELIEF: {"choice.subsidy": 0.5, "organisation.posts": 0},
            HOURS: {"choice.subsidy": 0.0, "organisation.posts": 3},
        },
        expected=(
            differ(
                "more eligible hours stay unmet with neither than with price relief",
                "unmet",
                "neither",
                RELIEF,
                least=0.002,
            ),
            differ(
                "more eligible hours stay unmet with free hours than with price relief",
                "unmet",
                HOURS,
                RELIEF,
                least=0.002,
            ),
        ),
        built_in=("choice.price_weight",),
        null={"choice.on": False},
        base={"county.elders": 200},
        shown=(*HEADLINE, "public_elder", "formal", "informal"),
        limits=(
            (
                "Half the price of paid care at home against three paid posts a village of 200 elders: by "
                "three seeds of 100 elders run beforehand (84 public yuan an elder and year; one post 54) "
                "both should cost about 83; what they cost here stands in the table."
            ),
        ),
    )
