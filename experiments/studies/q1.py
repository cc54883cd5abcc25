"""Which mix of payers lasts?"""

from __future__ import annotations

from sim.state.codes import PAYERS

from ..arms import ENVELOPE, shares
from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Which mix of payers lasts?"""
    singles = {f"{payer} only": shares(*(float(payer == other) for other in PAYERS)) for payer in PAYERS}
    gap = (1.0, "collective only", "closed", "weak"), (-1.0, "a quarter each", "closed", "weak")
    rich = (-1.0, "collective only", "closed", "rich"), (1.0, "a quarter each", "closed", "rich")
    return Question(
        question="Which 'a little' mix of payers lasts?",
        hypothesis=(
            "Diversification helps while shocks are imperfectly correlated; single payers do worst; "
            "weak villages fail on collective-heavy mixes."
        ),
        because=(
            "shocks.correlation (how far villages share shocks) and collective.welfare_cap (a ceiling "
            "for one payer); for comparison: four payers that pay alike, so that the mix cannot matter"
        ),
        arms={"a quarter each": shares(0.25, 0.25, 0.25, 0.25), **singles},
        expected=(
            *(
                differ(
                    f"more villages viable with a quarter each than with {payer} only",
                    "viable",
                    "a quarter each",
                    f"{payer} only",
                )
                for payer in PAYERS
            ),
            Expectation(
                (
                    "collective only closes more villages than a quarter each, and more so among weak "
                    "than among rich collectives"
                ),
                gap + rich,
                room=True,
            ),
        ),
        built_in=("shocks.correlation", "collective.welfare_cap"),
        null={"funding.identical_payers": True},
        base=ENVELOPE,
        shown=(*HEADLINE, "paid", "full_cost"),
        cells=("all", "weak", "middle", "rich"),
        limits=(
            (
                "Equal in pledged present value; what was paid in stands beside it, and the cost with "
                "unpaid hours at the shadow wage. A payer's own ceiling still holds."
            ),
        ),
    )
