"""Which "+"?"""

from __future__ import annotations

from ..command.settings import arm
from ..comparison import Expectation, Question
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Which "+"?"""
    singles = ("tourism", "agriculture", "handicraft")
    mean = tuple((1 / 3, business, "station_closures", "all") for business in singles)
    return Question(
        question="Which 'mutual aid +' business, in which kind of village?",
        hypothesis="Agriculture is low and steady, handicraft ends with its masters, a mix fails least.",
        because="business.care_share (how much profit reaches care at all); for comparison: none of it does",
        arms={name: arm("business", name) for name in ("none", *singles, "portfolio")},
        expected=(
            Expectation(
                "stations close less often with the portfolio than with one business (mean of three)",
                (*mean, (-1.0, "portfolio", "station_closures", "all")),
            ),
            Expectation(
                (
                    "of businesses taken more earn after three years in plain villages with agriculture "
                    "than in craft villages with handicraft"
                ),
                ((1.0, "agriculture", "earning", "plain"), (-1.0, "handicraft", "earning", "craft")),
            ),
        ),
        built_in=("business.care_share",),
        null={"business.care_share": 0.0},
        shown=(*HEADLINE, "station_closures", "offered", "taken", "earning", "income"),
        cells=("all", "plain", "scenic", "craft", "near_town"),
    )
