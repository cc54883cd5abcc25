"""Does a stipend crowd out giving?"""

from __future__ import annotations

from typing import Any

from ..comparison import Question, differ
from ..outcomes import HEADLINE

WAGE = 12.0  # yuan an hour


def question(size: str) -> Question:
    """Does a stipend crowd out giving?"""

    def paid(share: float, crowds_out: bool) -> dict[str, Any]:
        return {"participation.stipend": share * WAGE, "participation.crowding_out": crowds_out}

    sums = {"token": 1 / WAGE, "half a wage": 0.5, "a wage": 1.0}
    return Question(
        question="Does a stipend for volunteers crowd out what they give?",
        hypothesis=(
            "Where a stipend crowds out own motivation, hours per volunteer are a U: fewer with half a wage "
            "than with nothing and than with a whole wage."
        ),
        because=(
            "participation.crowding (how much of own motivation a wage takes) and "
            "participation.stipend_hours (how many hours it buys); for comparison: nothing is crowded out"
        ),
        arms={
            "no stipend": paid(0.0, True),
            **{f"{name}, crowding out": paid(share, True) for name, share in sums.items()},
            **{f"{name}, no crowding out": paid(share, False) for name, share in sums.items()},
        },
        expected=(
            differ(
                "a volunteer gives more hours without a stipend than with half a wage that crowds out",
                "hours",
                "no stipend",
                "half a wage, crowding out",
                least=0.05,
            ),
            differ(
                "a volunteer gives more hours with a wage that crowds out than with half of it",
                "hours",
                "a wage, crowding out",
                "half a wage, crowding out",
                least=0.05,
            ),
        ),
        built_in=("participation.crowding", "participation.stipend_hours"),
        null={"participation.crowding_out": False},
        base={"participation.wage": WAGE},
        shown=(*HEADLINE, "hours", "volunteers"),
        limits=(
            (
                "By the rule a volunteer's hours rise with pay times what crowding leaves, a curve that "
                "bends down: a U can come only from who joins, who stays and what is asked."
            ),
        ),
    )
