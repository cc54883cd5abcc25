"""Norms: being cared for by children, and elders who stay away."""

from __future__ import annotations

from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Norms."""
    return Question(
        question="Does the norm of being cared for by children keep elders out of mutual aid?",
        hypothesis=(
            "A strong norm keeps enrolment low, and beyond a critical mass of acceptance enrolment flips."
        ),
        because=(
            "acceptance.network_speed (how much neighbours' opinion counts) and acceptance.enrol_network "
            "(how much their enrolment does); for comparison: neither counts"
        ),
        arms={
            "as now": {},
            "norm 0.57": {"acceptance.norm": 0.57},
            "norm 0.80": {"acceptance.norm": 0.80},
            "acceptance 0.10": {"acceptance.start": 0.10},
            "acceptance 0.45": {"acceptance.start": 0.45},
            "acceptance 0.80": {"acceptance.start": 0.80},
        },
        expected=(
            differ(
                "more elders are enrolled where the norm is weak than where it is strong",
                "coverage",
                "norm 0.57",
                "norm 0.80",
            ),
            Expectation(
                "from 0.45 to 0.80 of acceptance more elders enrol than from 0.10 to 0.45",
                (
                    (1.0, "acceptance 0.80", "coverage", "all"),
                    (-2.0, "acceptance 0.45", "coverage", "all"),
                    (1.0, "acceptance 0.10", "coverage", "all"),
                ),
                room=True,
            ),
        ),
        built_in=("acceptance.network_speed", "acceptance.enrol_network"),
        null={"acceptance.network_speed": 0.0, "acceptance.enrol_network": 0.0},
        shown=(*HEADLINE, "coverage", "volunteers"),
        limits=(
            (
                "Intention is acceptance at the start; what flips is seen by steps of it, not by a shock to "
                "one village."
            ),
        ),
    )
