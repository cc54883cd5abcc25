"""What is told of a village's business is what was recorded: the offer, the answer, stake, course, losers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.report import explain_business
from sim.state.codes import (
    DORMANT,
    EARNING,
    NO_ENDOWMENT,
    NO_LEADER,
    NO_STAKE,
    NOT_ASKED,
    NOT_IN_SERVICE,
    NOT_THIS_YEAR,
    RUNS_FARM,
    TAKEN,
    WOUND_UP,
)
from sim.state.trades import BY_COLLECTIVE, BY_GOVERNMENT, CHOICES

MONTHS = [f"20{25 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]
LAST = len(MONTHS) - 1


class Told:
    """One village whose business was written by hand: states and sums in fen, flows by month."""

    def __init__(self, stage: int, answer: int, posted: dict[str, int], **flows: list[int]) -> None:
        self.month = self.t = LAST
        self.v = 0
        self.states = {"trade_stage": stage, "trade_answer": answer, "trade_stake": 3_000_000}
        self.states |= {"setup": 15_000_000, "trade_held": RUNS_FARM, "capital_left": 2_000_000}
        self.states["trade_owed"] = np.array([0, 0, 45_000])
        self.values = {"business": {"kind": CHOICES.index("agriculture"), "payer": BY_GOVERNMENT}}
        self.values["business"] |= {"decided": 1, "start": 6, "stake": 0.2}
        self.sums = posted
        counted = {name: np.zeros((LAST + 1, 1), int) for name in ("taken", "dormant", "woken", "wound_up")}
        for name, months in flows.items():
            counted[name][months] = 1
        series: Any = type("Series", (), {})()
        series.flow = {f"business_{name}": months for name, months in counted.items()}
        series.amount = lambda name: np.full((LAST + 1, 1), posted.get(name, 0))
        self.result = type("Record", (), {"months": MONTHS, "series": series})()

    def state(self, name: str) -> Any:
        return self.states[name]

    def flow(self, name: str, months: int) -> int:
        return self.sums.get(name, 0)

    posted = flow

    def balance(self, name: str) -> int:
        return -45_000


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NOT_ASKED, "has not been asked"),
        (NO_ENDOWMENT, "nothing to make it of"),
        (NOT_IN_SERVICE, "no station of its own has stood"),
        (NO_LEADER, "nobody leads"),
        (NO_STAKE, "capital purse does not hold the money asked for (capital purse 20,000 yuan)"),
        (NOT_THIS_YEAR, "did not decide for it this year"),
    ],
)
def test_why_a_village_has_no_business(answer: int, words: str) -> None:
    text = explain_business.told(Told(0, answer, {}))
    assert "agriculture is offered, with 20 % of the set-up money as stake" in text and words in text


def test_a_business_at_work_with_its_stake_and_whom_its_money_reached() -> None:
    """30,000 of 150,000 yuan are the stake; 90,000 of sales less 80,000 of costs; 450 owed."""
    sums = {"business_sales": 9_000_000, "business_costs": 8_000_000, "wages": 2_000_000, "leases": 500_000}
    sums |= {"dividends": 300_000, "dividends_others": 150_000, "care_share": 100_000}
    text = explain_business.told(Told(EARNING, TAKEN, sums, taken=[11], dormant=[23], woken=[35]))
    assert "took agriculture in 2025-12: 30,000 yuan were its stake, 120,000 came from government" in text
    assert "went dormant in 2026-12. It was woken in 2027-12. It is at work" in text
    assert "sales less costs 10,000 yuan, of the costs wages 20,000 and rent 5,000" in text
    assert "elders and helpers 3,000, to others of the village 1,500, to the service 1,000" in text
    assert "Purse -450; owed 450 to suppliers." in text
    assert "It is dormant: no work" in explain_business.told(Told(DORMANT, TAKEN, sums, taken=[11]))


def test_a_business_wound_up_with_its_losers() -> None:
    sums = {"salvaged": 2_550_000, "unpaid_suppliers": 576_300, "stake_lost": 3_000_000}
    sums |= {"setup_lost": 7_200_000, "left_over": 100_000}
    text = explain_business.told(Told(WOUND_UP, TAKEN, sums, taken=[11], wound_up=[47]))
    assert "wound up in 2028-12: its assets fetched 25,500 yuan" in text
    assert (
        "the suppliers 5,763, the collective (its stake) 30,000, the payer of the set-up money 72,000" in text
    )
    assert "1,000 yuan were left for the capital purse" in text and "the workers" not in text


def test_an_offer_to_come_another_payer_and_the_former_rule() -> None:
    place = Told(0, NOT_ASKED, {})
    place.values["business"]["payer"] = BY_COLLECTIVE
    assert "all set-up money from the capital purse" in explain_business.told(place)
    place.values["business"]["start"] = 99
    assert "will be offered from month 99" in explain_business.told(place)
    place.values["business"]["decided"] = 0
    assert explain_business.told(place) == ""
