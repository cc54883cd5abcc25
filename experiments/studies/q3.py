"""Idle happiness homes."""

from __future__ import annotations

from typing import Any

from ..comparison import Expectation, Question, differ
from ..outcomes import HEADLINE

SMALL = {"county.elders": 100, "county.facility_share": 1.0, "county.shut_share": 0.0}


def fewest(users: int) -> dict[str, Any]:
    """Users below which a door is not kept and no form of meals goes on."""
    return {
        "station.fewest_attending": float(users),
        "station.fewest_at_home": float(min(users, 8)),  # the end of its range
        "station.fewest_self_cooked": float(users),
        "solvency.least_users": users,
    }


def question(size: str) -> Question:
    """Idle happiness homes."""
    renovated, built = {"county.idle_share": 1.0}, {"county.idle_share": 0.0, "facilities.build_new": True}
    return Question(
        question=(
            "Idle happiness homes: how many users does a home need, and is renovating or building better?"
        ),
        hypothesis=(
            "Use collapses below a critical density: asking for 15 users instead of 9 idles more homes than "
            "asking for 9 instead of 3."
        ),
        because=(
            "station.drop_in (how many enrolled elders look in on an open day); for comparison: too few "
            "diners never end a form of meals and a day without visitors counts like another"
        ),
        arms={
            "renovated, 9 users": {**renovated, **fewest(9)},
            "renovated, 3 users": {**renovated, **fewest(3)},
            "renovated, 6 users": {**renovated, **fewest(6)},
            "renovated, 12 users": {**renovated, **fewest(12)},
            "renovated, 15 users": {**renovated, **fewest(15)},
            "built new, 3 users": {**built, **fewest(3)},
            "built new, 15 users": {**built, **fewest(15)},
        },
        expected=(
            differ(
                "more standing homes are idle at the end where 15 users are needed than where 3 are",
                "idle",
                "renovated, 15 users",
                "renovated, 3 users",
            ),
            Expectation(
                "from 9 to 15 users more homes fall idle than from 3 to 9",
                (
                    (1.0, "renovated, 15 users", "idle", "all"),
                    (-2.0, "renovated, 9 users", "idle", "all"),
                    (1.0, "renovated, 3 users", "idle", "all"),
                ),
                room=True,
            ),
        ),
        built_in=("station.drop_in",),
        null={"station.diners_end": False},
        base=SMALL,
        shown=(*HEADLINE, "idle", "in_service", "coverage"),
        limits=(
            (
                "Density is moved by the users that a home needs, in villages of 100 elders: villages of "
                "several sizes would be compared with several references. All have a home at the start."
            ),
        ),
    )
