"""The coordinator's pay ends."""

from __future__ import annotations

from sim.policies import Policy

from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE

GOES_ON, ENDS = "pay goes on", "pay ends in 2028"
CUT = Policy("coordinator_pay_ends", ({"path": "organisation.coordinator", "set": 0.0, "start": "2028-01"},))


def question(size: str) -> Question:
    """The coordinator's pay ends."""
    associations = {"county.association_share": 1.0}
    return Question(
        question="What happens when the pay of the station's keeper ends in the third year?",
        hypothesis="Where the pay ends fewer stations stay open, although helpers still offer their hours.",
        because=(
            "station.keeper_paid (how much longer a keeper stays who is paid); for comparison: a station "
            "without keeper stays open"
        ),
        arms={
            GOES_ON: {},
            ENDS: {},
            "never paid": {"organisation.coordinator": 0.0},
            f"{GOES_ON}, association": associations,
            f"{ENDS}, association": associations,
        },
        policies={ENDS: (CUT,), f"{ENDS}, association": (CUT,)},
        expected=(
            differ(
                "more villages are in service at the end where the pay goes on than where it ends",
                "in_service",
                GOES_ON,
                ENDS,
            ),
            Expectation(
                "where the pay ends at least half as many hours are on offer in the last two years",
                ((1.0, ENDS, "supply_last", "all"), (-0.5, GOES_ON, "supply_last", "all")),
                least=0.0,
            ),
        ),
        built_in=("station.keeper_paid",),
        null={"station.keeper_ends": False},
        base={"organisation.coordinator": 300.0},
        shown=(*HEADLINE, "in_service", "volunteers", "supply_last"),
        limits=(
            (
                "The coordinator is the keeper of the station, by default paid 300 yuan a month out of what "
                "the station costs: where the pay ends the station is cheaper too."
            ),
        ),
    )
