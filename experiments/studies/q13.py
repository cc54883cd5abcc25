"""Which "+"?"""

from __future__ import annotations

from experiments.command.settings import arm
from experiments.comparison import Expectation, Question
from experiments.outcomes import HEADLINE


def question(size: str) -> Question:
    """Which "+"?"""
    singles = ("tourism", "agriculture", "handicraft")
    mean = tuple((1 / 3, business, "closed", "all") for business in singles)
    return Question(
        question="Which 'mutual aid +' business, in which kind of village?",
        hypothesis="Agriculture is low and steady, handicraft ends with its masters, a mix fails least.",
        because="business.care_share (how much profit reaches care at all); null arm: none of it does",
        arms={name: arm("business", name) for name in ("none", *singles, "portfolio")},
        expected=(
            Expectation(
                "villages close less often with the portfolio than with one business (mean of three)",
                (*mean, (-1.0, "portfolio", "closed", "all")),
            ),
            Expectation(
                "at the end agriculture is at work in more plain villages than handicraft in craft villages",
                ((1.0, "agriculture", "at_work", "plain"), (-1.0, "handicraft", "at_work", "craft")),
            ),
        ),
        built_in=("business.care_share",),
        null={"business.care_share": 0.0},
        shown=(*HEADLINE, "at_work", "income"),
        cells=("all", "plain", "scenic", "craft", "near_town"),
    )
