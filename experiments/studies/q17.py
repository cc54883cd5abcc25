"""Pooling: credits in the village, the township or the county."""

from __future__ import annotations

from typing import Any

from ..comparison import Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Pooling."""

    def ledger(scope: str, **more: Any) -> dict[str, Any]:
        return {"clearing.scope": scope, **more}

    return Question(
        question="Should credits be pooled in the village, the township or the county?",
        hypothesis="Fewer hours stay unmet with a wider ledger, until distance costs more than it brings.",
        because=(
            "clearing.reach (which part of spare hours can serve another village); for comparison: no "
            "platform, whatever its scope"
        ),
        arms={
            "village ledger": ledger("village"),
            "township ledger": ledger("township"),
            "county ledger": ledger("county"),
            "county ledger, a third of the reach": ledger("county", **{"clearing.reach": 0.1}),
        },
        expected=(
            differ(
                "more eligible hours stay unmet with a village ledger than with a township ledger",
                "unmet",
                "village ledger",
                "township ledger",
                least=0.001,
            ),
            differ(
                "more eligible hours stay unmet with a township ledger than with a county ledger",
                "unmet",
                "township ledger",
                "county ledger",
                least=0.001,
            ),
        ),
        built_in=("clearing.reach",),
        null={"clearing.on": False},
        base={"clearing.on": True, "clearing.guarantee": 0.0},
        shown=(*HEADLINE, "redeemed", "hoard", "volunteers"),
        limits=(
            (
                "The model has one share of hours that can travel, the same within a township and across the "
                "county; the last arm lowers it to a third of the default to show what distance would cost."
            ),
        ),
    )
