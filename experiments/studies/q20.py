"""Supervision with subsidy."""

from __future__ import annotations

from typing import Any

from ..command.settings import arm
from ..comparison import Expectation, Question
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Supervision with subsidy."""

    def case(envelope: float, visits: float) -> dict[str, Any]:
        return {"government.operating_envelope": envelope, "quality.inspections": visits}

    def doubled(weight: float, watched: str) -> tuple[tuple[float, str, str, str], ...]:
        return (
            (weight, f"double subsidy, {watched}", "coverage", "all"),
            (-weight, f"single subsidy, {watched}", "coverage", "all"),
        )

    return Question(
        question="Does a larger subsidy buy quality without inspection?",
        hypothesis="Doubling the subsidy keeps more elders enrolled where stations are inspected.",
        because=(
            "quality.felt (how fast elders feel quality); for comparison: an inspection mends and shuts "
            "nothing"
        ),
        arms={
            "single subsidy, no inspection": case(9000.0, 0.0),
            "double subsidy, no inspection": case(18000.0, 0.0),
            "single subsidy, four inspections": case(9000.0, 4.0),
            "double subsidy, four inspections": case(18000.0, 4.0),
        },
        expected=(
            Expectation(
                "doubling the subsidy adds more enrolled elders with four inspections a year than with none",
                (*doubled(1.0, "four inspections"), *doubled(-1.0, "no inspection")),
                room=True,
            ),
        ),
        built_in=("quality.felt",),
        null={"quality.mend": 0.0, "quality.least": 0.0},
        base={**arm("funding", "government_led"), "quality.on": True},
        shown=(*HEADLINE, "coverage", "in_service", "public_elder"),
        limits=(
            (
                "Quality is not in the tables: it is seen by who stays enrolled, since satisfaction follows "
                "it. Subsidies do not depend on what an inspection finds; the model has no such rule."
            ),
        ),
    )
