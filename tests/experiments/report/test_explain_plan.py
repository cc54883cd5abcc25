"""A village that plans: what is told of its plan, door, credit and closure is what was recorded."""

from typing import Any

import numpy as np
import pytest

import sim
from experiments.report import explain, explain_plan
from sim.planning.sheet import CARRIED, FEW_HELPERS, NO_ROOM, NOT_ON_MENU, TOO_DEAR
from sim.state.codes import CANTEEN, NEIGHBOURS, NEVER, SELF_COOKED, STATION_DAYS

MONTHS = [f"20{25 + at // 12}-{at % 12 + 1:02d}" for at in range(30)]


class Told:
    """One village of which every state that the account reads was written by hand (fen), month by month."""

    def __init__(self, month: int, **states: Any) -> None:
        self.month = self.t = month
        self.result = type("Record", (), {"months": MONTHS})()
        plain = {"step": CANTEEN, "open_week": 5, "meals_a_day": 1, "rota": 0, "fee_level": 1.2}
        plain |= {"planned_in": 11, "leader": 1, "association": 0, "lowered_in": NEVER, "facility": 2}
        plain |= {"door": 22, "against": 0, "closed_month": NEVER, "cause": 0, "expected_diners": 18}
        plain |= {"planned": [1_200_000, 600_000, 2_400_000, 0], "pays_share": [0.5, 1.0, 0.95, 0.95]}
        plain |= {"expected": [600_000, 600_000, 2_280_000, 0, 90_000, 0, 50_000]}
        plain |= {"planned_cost": 3_500_000, "planned_debt": 120_000, "cash_only": 0, "arrears": 0}
        plain |= {"debt": [0, 0], "instalment": [0, 0], "no_credit_until": NEVER, "borrowed": 0}
        plain |= {"refused": [0, 0, 0, 0, 0, CARRIED, 0]}
        self.states, self.flows = plain | states, {"closed_now": 0, "suspended": 0}

    def state(self, name: str, back: int = 0) -> Any:
        value = self.states[name]
        return value(self.month - back) if callable(value) else np.asarray(value)

    def flow(self, name: str) -> Any:
        return self.flow_at(name, 0)

    def flow_at(self, name: str, back: int) -> Any:
        value = self.flows[name]
        return value(self.month - back) if callable(value) else value


def place(month: int = 14, **states: Any) -> Any:
    return Told(month, **states)


def test_a_plan_in_words_with_its_receipts_by_hand() -> None:
    """6,000 of 12,000 by the record of a half, 6,000 + 22,800 + 900 of guests + 500 of cash: 36,200 yuan."""
    text = explain_plan.planned(place())
    assert "Plan in force: canteen, 5 open days a week, 1 meal a day, a paid cook; prices at 1.20" in text
    assert "Made in 2025-12 by the leader; it kept what there was." in text
    assert "expected in all 36,200 yuan against cost 35,000 and instalments 1,200; 18 diners expected" in text
    line = next(row for row in text.splitlines() if row.startswith("government"))
    assert line.split() == ["government", "12,000", "50", "%", "6,000"]


def test_who_could_plan_and_what_it_changed() -> None:
    """The step fell in the month of the plan, 11, from a canteen to a rota's meals; neither was there."""
    text = explain_plan.planned(
        place(step=lambda month: SELF_COOKED if month >= 11 else CANTEEN, leader=0, lowered_in=11)
    )
    assert "by nobody of the village" in text
    assert "it went from canteen, 5 open days a week, 1 meal a day, a paid cook to meals cooked by" in text
    assert "after a step down in 2025-12 none goes up for 24 months" in text
    both = explain_plan.planned(place(association=1))
    assert "by the leader or the association" in both


def test_each_fuller_step_has_its_reason() -> None:
    codes = [0, CARRIED, FEW_HELPERS, NOT_ON_MENU, TOO_DEAR, NO_ROOM, 0]
    text = explain_plan.planned(place(step=NEIGHBOURS, refused=codes))
    assert text.splitlines()[-4:] == [
        "  canteen: no room",
        "  meals cooked by a rota of helpers: not paid for",
        "  tables at home: not on the menu",
        "  station days without meals: too few helpers",
    ]


@pytest.mark.parametrize(
    "states, said",
    [
        ({}, "open on 22 days"),
        ({"door": 4}, "open on 4 days, fewer than the 6 that count"),
        ({"door": 0, "against": 1 | 16}, "shut: money and keeper stood against it"),
        ({"door": 0, "step": NEIGHBOURS, "facility": 0}, "shut: no station is planned, and no room stands"),
        (
            {"door": 0, "step": NEIGHBOURS, "closed_month": 3},
            "shut: no station is planned; closed in 2025-04: whatever a search finds, a new start waits for "
            "a year and then for somebody to call for it (solvency.reopen)",
        ),
    ],
)
def test_the_door_and_what_stood_against_it(states: dict, said: str) -> None:
    assert explain_plan.door(place(**states)) == said


def test_a_suspended_month_counts_neither_way() -> None:
    one = place(door=0)
    one.flows["suspended"] = 1
    assert "counts neither way" in explain_plan.door(one)


def test_credit_and_debts_by_hand() -> None:
    """24,000 yuan to suppliers in 24 parts; the missed one of month 14 ends credit until month 20."""
    states = {"debt": [2_400_000, 0], "instalment": [100_000, 0], "arrears": 100_000, "cash_only": 1}
    text = explain_plan.credit(place(no_credit_until=20, **states))
    assert text == (
        "Credit: suppliers deliver for cash only; a missed instalment ended credit for 6 more months; old "
        "debts: 24,000 yuan to suppliers, 1,000 a month; instalments missed so far 1,000 yuan."
    )
    assert explain_plan.credit(place()) == "Credit: suppliers wait; old debts: none."


def test_a_closure_is_told_month_by_month_with_the_last_plan() -> None:
    """Open in month 11, no keeper in 12 to 14, closed in month 14, dated 12."""
    one = place(
        step=lambda month: CANTEEN if month < 14 else NEIGHBOURS,
        door=lambda month: 22 if month < 12 else 0,
        against=lambda month: 0 if month < 12 else 16,
        planned_in=lambda month: 11 if month < 14 else 14,
        cause=16,
        closed_month=12,
    )
    one.flows["closed_now"] = lambda month: int(month == 14)
    text = explain_plan.closure(one)
    assert "3 months in a row without an open door, from 2026-01; keeper." in text
    assert "  2025-12: open on 22 days\n  2026-01: shut: keeper stood against it" in text
    assert "The last plan with a station.\nPlan in force: canteen" in text
    assert "ended with the closure in 2026-03" in explain_plan.planned(one)
    assert explain_plan.pledges(one).endswith("closed in this month, so that they fell away")


@pytest.fixture(scope="module")
def ruined() -> sim.Result:
    """Four villages with a station each, whose keepers all stop in time and are not followed."""
    hard = {"county.villages": 4, "county.elders": 60, "county.facility_share": 1.0, "horizon.spin_up": 6}
    hard |= {"county.shut_share": 0.0, "station.keeper_quits": 0.35, "station.keeper_found": 0.05}
    return sim.MutualAidModel(sim.Parameters().replace(hard), seed=3).run(60)


def test_every_recorded_closure_is_told_and_its_cause_is_the_recorded_one(ruined: sim.Result) -> None:
    flow, state = ruined.series.flow["closed_now"], ruined.series.state
    months, villages = np.nonzero(flow)
    assert len(months)
    for month, v in zip(months[:4], villages[:4], strict=True):
        number = int(ruined.states.number[v])
        assert ruined.months[month] in explain.closures(ruined, number)
        text = explain.chain(ruined, number, ruined.months[month])
        assert explain_plan.causes(int(state["cause"][month, v])) in text
        assert "The station closed: 3 months in a row" in text and "a step down after" not in text


def test_without_plans_it_tells_of_the_ladder() -> None:
    small = {"county.villages": 1, "county.elders": 40, "horizon.spin_up": 0, "plan.on": False}
    result = sim.MutualAidModel(sim.Parameters().replace(small), seed=3).run(2)
    text = explain.chain(result, 1, "2025-02")
    assert "a step down after" in text and "Plan" not in text


def test_a_station_without_meals_needs_no_cook() -> None:
    assert explain_plan.service(place(step=STATION_DAYS, rota=1)) == (
        "station days without meals, 5 open days a week, a rota keeps the door"
    )
