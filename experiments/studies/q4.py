"""Dependence on one cadre."""

from __future__ import annotations

from ..comparison import Expectation, Question
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Dependence on one cadre."""

    def case(leaves, association):
        return {
            "organisation.leader_leaves": leaves,
            "county.association_share": association,
        }

    lost = {"shocks.leader_loss": 0.0, "shocks.scheduled": "leader_loss", "shocks.scheduled_month": 60}

    def loss(weight, association):
        return (
            (weight, f"leaders stay, {association}", "viable", "all"),
            (-weight, f"leaders leave, {association}", "viable", "all"),
        )

    return Question(
        question="How much does a service depend on one cadre, and does an elderly association replace him?",
        hypothesis=(
            "Where leaders leave fewer villages stay viable, and an association at least halves that loss."
        ),
        because=(
            "organisation.association_finds (an association finds a new leader sooner); for comparison: "
            "leaders and associations add nothing to joining, and finding takes as long with either"
        ),
        arms={
            "leaders stay, no association": case(0.02, 0.0),
            "leaders leave, no association": case(0.25, 0.0),
            "leaders stay, association": case(0.02, 1.0),
            "leaders leave, association": case(0.25, 1.0),
            "all lost in 2030, no association": {**case(0.02, 0.0), **lost},
            "all lost in 2030, association": {**case(0.02, 1.0), **lost},
        },
        expected=(
            Expectation(
                "without an association fewer villages stay viable where leaders leave than where they stay",
                loss(1.0, "no association"),
            ),
            Expectation(
                "half of that loss is more than the loss with an association",
                loss(0.5, "no association") + loss(-1.0, "association"),
                0.0,
                room=True,
            ),
        ),
        built_in=("organisation.association_finds",),
        null={
            "organisation.association_finds": 1.0,
            "participation.association": 1.0,
            "participation.leader": 1.0,
        },
        shown=(*HEADLINE, "volunteers", "in_service"),
        limits=(
            (
                "In the tests leaders leave by a yearly chance of 2 or 25 %, the ends of its range; the "
                "last two arms take them all in January 2030."
            ),
        ),
    )
