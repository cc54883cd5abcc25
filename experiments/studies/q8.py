"""Hoarders and altruists."""

from __future__ import annotations

from ..comparison import Question, differ
from ..outcomes import HEADLINE
from .q5 import NOBODY

SHARES = (10, 20, 40)


def question(size: str) -> Question:
    """Hoarders and altruists."""
    return Question(
        question="What do those who only save, and those who give for nothing, do to a time bank?",
        hypothesis=(
            "Hoarders take hours out of use; a few altruists help, many stop others earning, so that more "
            "stays unmet again."
        ),
        because=(
            "participation.credit (what a trusted credit adds to joining); for comparison: everybody asks "
            "and gives alike"
        ),
        arms={
            "neither": {},
            **{f"{percent} % hoard": {"habits.hoarders": percent / 100} for percent in SHARES},
            **{f"{percent} % altruists": {"habits.altruists": percent / 100} for percent in SHARES},
        },
        expected=(
            differ(
                "more eligible hours stay unmet where 40 % hoard than where nobody does",
                "unmet",
                "40 % hoard",
                "neither",
                least=0.002,
            ),
            differ(
                "more eligible hours stay unmet without altruists than with 10 %",
                "unmet",
                "neither",
                "10 % altruists",
                least=0.002,
            ),
            differ(
                "more eligible hours stay unmet with 40 % altruists than with 10 %",
                "unmet",
                "40 % altruists",
                "10 % altruists",
                least=0.002,
            ),
        ),
        built_in=("participation.credit",),
        null={"habits.on": False},
        base=NOBODY,
        shown=(*HEADLINE, "redeemed", "volunteers", "hoard"),
        limits=(
            (
                "A fifth of a point of unmet hours counts as an effect here. Volunteers do not stop at a "
                "balance: what altruists take from others' earning acts through the credit they then lack."
            ),
        ),
    )
