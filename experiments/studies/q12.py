"""Tourism money."""

from __future__ import annotations

from ..command.settings import arm
from ..comparison import Question, differ
from ..outcomes import HEADLINE

ALL_SCENIC = {
    "county.stratified": False,
    "county.share_scenic": 1.0,
    "county.share_craft": 0.0,
    "county.share_near_town": 0.0,
}


def question(size: str) -> Question:
    """Tourism money."""

    def case(share, months):
        return {"business.care_share": share, "plan.reserve": months}

    return Question(
        question="Tourism money: a larger share for care, or a reserve?",
        hypothesis=(
            "With a crash in 2030 a reserve of 12 months at a share of 15 % keeps more villages "
            "viable than a share of 30 % without reserve."
        ),
        because=(
            "tourism.volatility (how uneven the income is that a reserve evens out); for comparison: the "
            "same money in a deposit, which cannot crash"
        ),
        arms={
            "30 %, no reserve": case(0.30, 0.0),
            "15 %, no reserve": case(0.15, 0.0),
            "15 %, 6 months": case(0.15, 6.0),
            "15 %, 12 months": case(0.15, 12.0),
            "30 %, 12 months": case(0.30, 12.0),
            "nothing, no reserve": case(0.0, 0.0),
        },
        expected=(
            differ(
                "more scenic villages viable with 15 % and 12 months of reserve than with 30 % and none",
                "viable",
                "15 %, 12 months",
                "30 %, no reserve",
            ),
        ),
        built_in=("tourism.volatility",),
        null={"business.kind": "deposit"},
        base={**ALL_SCENIC, **arm("business", "tourism"), **arm("shock", "tourism_crash")},
        shown=(*HEADLINE, "paid"),
        limits=(
            (
                "All villages are scenic. The reserve is the cash, in months of cost, that a plan does not "
                "spend."
            ),
        ),
    )
