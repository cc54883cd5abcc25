"""Build or operate?"""

from __future__ import annotations

from ..command.settings import arm
from ..comparison import Question, differ
from ..outcomes import HEADLINE


def question(size: str) -> Question:
    """Build or operate?"""

    def money(build, run):
        return {
            "government.construction_envelope": build,
            "government.operating_envelope": run,
        }

    return Question(
        question=(
            "Build or operate: what does the same government money do as construction or as operating money?"
        ),
        hypothesis="With construction money only, coverage peaks and idle homes grow.",
        because=(
            "credit.months (how long suppliers wait); for comparison: four payers "
            "that pay alike, whatever the envelopes"
        ),
        arms={
            "half and half": money(7500.0, 7500.0),
            "construction only": money(15000.0, 0.0),
            "operation only": money(0.0, 15000.0),
        },
        expected=(
            differ(
                (
                    "more standing facilities are idle at the end with construction only than with "
                    "operation only"
                ),
                "idle",
                "construction only",
                "operation only",
            ),
            differ(
                "more villages have a facility with construction only than with operation only",
                "facility",
                "construction only",
                "operation only",
            ),
        ),
        built_in=("credit.months",),
        null={"funding.identical_payers": True},
        base=arm("funding", "government_led"),
        shown=(*HEADLINE, "facility", "idle", "in_service"),
    )
