"""Free riding."""

from __future__ import annotations

from typing import Any

from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE

NO_LIMIT = 40.0  # hours of overdraft: nobody is asked to give first
NOBODY = {  # written out, so that no draw moves it
    "habits.on": True,
    "habits.opportunists": 0.0,
    "habits.hoarders": 0.0,
    "habits.altruists": 0.0,
    "habits.recognised": 0.0,
}
SHARES = (0, 10, 20, 30, 40, 50)


def question(size: str) -> Question:
    """Free riding."""

    def case(percent: int, **more: float) -> dict[str, Any]:
        return {"habits.opportunists": percent / 100, "timebank.overdraft": NO_LIMIT} | {
            path.replace("_", ".", 1): value for path, value in more.items()
        }

    return Question(
        question="How many may ask and never give before a time bank fails?",
        hypothesis=(
            "With more who only ask, refusals rise, and beyond a critical share the bank empties; a limit "
            "to debt and a memory of who gives hold it up."
        ),
        because=(
            "timebank.overdraft (how much may be had without giving) and participation.response (how much "
            "more the others give where requests go unmet); for comparison: everybody asks and gives alike"
        ),
        arms={
            **{f"{percent} %, no sanction": case(percent) for percent in SHARES},
            "50 %, no debt": case(50, timebank_overdraft=0.0),
            "50 %, half recognised": case(50, habits_recognised=0.5),
        },
        expected=(
            differ(
                "more of what is asked for with credit is served where nobody only asks than where half do",
                "redeemed",
                "0 %, no sanction",
                "50 %, no sanction",
            ),
            Expectation(
                "refusals rise more from 30 to 50 % than from 0 to 20 %",
                (
                    (1.0, "30 %, no sanction", "redeemed", "all"),
                    (-1.0, "50 %, no sanction", "redeemed", "all"),
                    (-1.0, "0 %, no sanction", "redeemed", "all"),
                    (1.0, "20 %, no sanction", "redeemed", "all"),
                ),
                room=True,
            ),
            Expectation(
                "where half only ask, debts in the bank are as large as credits",
                ((-1.0, "50 %, no sanction", "hoard", "all"),),
                least=0.0,
            ),
            differ(
                "more is served where half of those who only ask are recognised than where none are",
                "redeemed",
                "50 %, half recognised",
                "50 %, no sanction",
            ),
            differ(
                "more is served where nobody may be in debt than where 40 hours are allowed",
                "redeemed",
                "50 %, no debt",
                "50 %, no sanction",
            ),
        ),
        built_in=("timebank.overdraft", "participation.response"),
        null={"habits.on": False},
        base=NOBODY,
        shown=(*HEADLINE, "redeemed", "volunteers", "hoard"),
        limits=(
            (
                "No sanction: 40 hours of debt are allowed. Who only asks never volunteers, so that fewer "
                "give is built in; what the bank makes of it is asked. Who is recognised and refused counts "
                "as not served."
            ),
        ),
    )
