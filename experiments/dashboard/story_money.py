"""The way from what a service costs to what is missing, as bars that follow from each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .sentences import number
from .words import said


@dataclass(frozen=True)
class Bar:
    """From `start` to `end`, yuan; `sort` is total, less or more."""

    key: str
    start: float
    end: float
    sort: str

    @property
    def amount(self) -> float:
        """Its length."""
        return abs(self.end - self.start)


def bars(sums: Mapping[str, float]) -> list[Bar]:
    """cost -> pledged -> paid -> gap, from `Story.sums`; steps of nothing are left out."""
    cost, pledged, paid = sums["cost"], sums["pledged"], sums["paid_in"]
    found = [
        Bar("cost", 0.0, cost, "total"),
        _step("unpledged", "beyond", cost, pledged),
        Bar("pledged", 0.0, pledged, "total"),
        _step("unpaid", "more", pledged, paid),
        Bar("paid", 0.0, paid, "total"),
        _step("gap", "over", cost, paid),
    ]
    return [one for one in found if one.sort == "total" or one.amount >= 1]


def any_money(sums: Mapping[str, float]) -> bool:
    """Whether there was a yuan of cost, pledge or payment."""
    return max(sums["cost"], sums["pledged"], sums["paid_in"]) >= 1


def _step(less: str, more: str, start: float, end: float) -> Bar:
    return Bar(less, start, end, "less") if end < start else Bar(more, start, end, "more")


def sentence(sums: Mapping[str, float], language: str) -> str:
    """The bars in words."""
    cost, pledged, paid = sums["cost"], sums["pledged"], sums["paid_in"]
    told = {
        "cost": number(cost),
        "paid": number(paid),
        "gap": number(cost - paid),
        "unpledged": number(max(cost - pledged, 0.0)),
        "unpaid": number(max(pledged - paid, 0.0)),
    }
    if not any_money(sums):
        return said("bars_told_nothing", language)
    return said("bars_told_gap" if cost - paid >= 1 else "bars_told_enough", language, **told)
