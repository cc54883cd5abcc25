"""Size of a group: how many elders one helper keeps company."""

from __future__ import annotations

from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Size of a group."""
    return Question(
        question="How many elders should one helper keep company at a central household?",
        hypothesis="Beyond four or five elders a larger group leaves no fewer hours unmet.",
        because=("matching.central (how much company is had in a group at all); for comparison: none is"),
        arms={f"{elders} elders": {"matching.group": elders} for elders in (4, 2, 3, 5, 6, 8, 10)},
        expected=(
            differ(
                "more eligible hours stay unmet with groups of 2 than of 4",
                "unmet",
                "2 elders",
                "4 elders",
                least=0.002,
            ),
            Expectation(
                "from 2 to 4 elders unmet hours fall by more than from 5 to 10",
                (
                    (1.0, "2 elders", "unmet", "all"),
                    (-1.0, "4 elders", "unmet", "all"),
                    (-1.0, "5 elders", "unmet", "all"),
                    (1.0, "10 elders", "unmet", "all"),
                ),
                least=0.002,
            ),
        ),
        built_in=("matching.central",),
        null={"matching.central": 0.0},
        shown=(*HEADLINE, "volunteers", "hours"),
        limits=(
            (
                "The model's group is company at a central household. An hour of it costs a helper one over "
                "the size of the group, which by itself flattens with size; what a crowd loses has no rule."
            ),
        ),
    )
