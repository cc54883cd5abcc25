"""Volunteers grow old."""

from __future__ import annotations

from ..arms import NO_ENDS
from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Volunteers grow old."""
    return Question(
        question="Volunteers grow old: does supply keep up with need to 2035?",
        hypothesis=(
            "Hours on offer over hours needed fall to 2035 while people take part as now, and "
            "recruiting at 50-59 softens the fall."
        ),
        because=(
            "demography.migration (how fast the pool of 40-59 empties), from none to three times as "
            "written; for comparison: nobody moves away and neither leader, association, peers nor credits "
            "add to joining, so that only age itself is left"
        ),
        arms={
            "as now": {},
            "recruit at 50-59": {"participation.join_helper": 0.008},
            "serve to 70": {"participation.age_limit": 70.0},
            "serve to 85": {"participation.age_limit": 85.0},
        },
        expected=(
            Expectation(
                "hours on offer over eligible hours are higher in the first two years than in the last two",
                ((1.0, "as now", "supply_first", "all"), (-1.0, "as now", "supply_last", "all")),
            ),
            differ(
                "in the last two years they are higher where helpers of 50-59 join twice as often",
                "supply_last",
                "recruit at 50-59",
                "as now",
            ),
        ),
        built_in=("demography.migration",),
        null={
            "demography.migration": 0.0,
            **{f"participation.{name}": 1.0 for name in ("leader", "association", "peers", "credit")},
        },
        base={"county.facility_share": 1.0, "facilities.openings": 0.0, "solvency.on": False, **NO_ENDS},
        shown=(*HEADLINE, "volunteers", "supply_first", "supply_last"),
        limits=(
            (
                "All villages are in service from the start and none can close, so that supply, not money,"
                " is seen. Effects are hours on offer per eligible hour."
            ),
        ),
    )
