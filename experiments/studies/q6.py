"""Redemption risk and trust."""

from __future__ import annotations

from typing import Any

from ..command.settings import arm
from ..comparison import Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Redemption risk and trust."""
    follows: dict[str, Any] = {"timebank.trust_speed": 0.3}
    run: dict[str, Any] = {**follows, "trust.moves": True, "trust.rumours": True, "trust.run": True}
    bought = {"clearing.on": True, "clearing.scope": "village", "clearing.guarantee_ceiling": 10000.0}
    unbacked, backed = (
        {**run, **bought, "clearing.guarantee": 0.0},
        {**run, **bought, "clearing.guarantee": 1.0},
    )
    return Question(
        question=(
            "Can a loss of trust make people stop giving to a time bank, and does a guarantee prevent it?"
        ),
        hypothesis="Where trust follows redemption a run is possible, and a government guarantee removes it.",
        because=(
            "participation.credit (what a trusted credit adds to joining); for comparison: credits add "
            "nothing to joining"
        ),
        arms={
            "trust stands still": {"timebank.trust_speed": 0.0},
            "trust follows redemption": follows,
            "trust follows, credits lapse": {**follows, "timebank.expiry": 0.15},
            "rumours and runs": run,
            "runs, no guarantee": unbacked,
            "runs, guarantee": backed,
        },
        expected=(
            differ(
                (
                    "more of what is asked for with credit is served where trust stands still than where "
                    "it follows redemption"
                ),
                "redeemed",
                "trust stands still",
                "trust follows redemption",
            ),
            differ(
                "more volunteers are active where trust stands still than where it follows redemption",
                "volunteers",
                "trust stands still",
                "trust follows redemption",
                least=0.0,
            ),
            differ(
                "more of what is asked for is served where trust stands still than with rumours and runs",
                "redeemed",
                "trust stands still",
                "rumours and runs",
            ),
            differ(
                "more volunteers are active with a guarantee than without",
                "volunteers",
                "runs, guarantee",
                "runs, no guarantee",
                least=0.0,
            ),
        ),
        built_in=("participation.credit",),
        null={"participation.credit": 1.0},
        base=arm("timebank", "generous"),
        shown=(*HEADLINE, "volunteers", "hoard"),
    )
