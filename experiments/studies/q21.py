"""Do willing partners make government give less?"""

from __future__ import annotations

from typing import Any

from ..comparison import Question, differ
from ..outcomes import HEADLINE

WILLING = {"society.ceiling": 16000.0, "families.highest_level": 4.0}


def question(size: str) -> Question:
    """Do willing partners make government give less?"""

    def pledges(rule: str, **more: Any) -> dict[str, Any]:
        return {"funding.rule": rule, **more}

    rules = {
        "fixed shares": pledges("fixed_shares"),
        "fills gaps": pledges("gap_filler"),
        "matches": pledges("matching"),
        "half from the township": pledges("fixed_shares", **{"government.township": 0.5}),
        "crowding one half": pledges("fixed_shares", **{"funding.crowding": 0.5}),
    }

    def less(name: str, text: str) -> Any:
        now, willing = f"{name}, partners as now", f"{name}, willing partners"
        return differ(text, "government", now, willing, least=1.0)

    return Question(
        question="Do willing partners make government give less?",
        hypothesis="Where society and families give readily government pays less, whatever its rule.",
        because=(
            "funding.crowding (how far gifts lower what others pledge); for comparison: four payers that pay "
            "alike, however willing. In a rule that fills gaps it is so by construction"
        ),
        arms={
            f"{name}, {partners}": {**rule, **more}
            for name, rule in rules.items()
            for partners, more in (("partners as now", {}), ("willing partners", WILLING))
        },
        expected=(
            less("fixed shares", "under fixed shares government pays less with willing partners"),
            less("fills gaps", "where it fills gaps government pays less with willing partners"),
        ),
        built_in=("funding.crowding",),
        null={"funding.identical_payers": True},
        shown=(*HEADLINE, "government", "public_elder", "paid"),
        limits=(
            (
                "Willing partners: twice the gifts that a village can count on, prices up to four times "
                "the list. No level of government pledges by what another pays: its share stands beside."
            ),
        ),
    )
