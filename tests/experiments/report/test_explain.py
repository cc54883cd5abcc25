"""Why did it close? What the explanation says is what the ledger and the records say."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest

import run
import sim
from experiments.command.scenario import Fork, Mistake, Scenario
from experiments.report import explain, explain_care, explain_money
from experiments.study.plan import Task
from experiments.study.simulate import play
from sim.parts import funding
from sim.state.ledger import POSTINGS
from sim.state.values import Modifier


@pytest.fixture(scope="module")
def closing() -> sim.Result:
    """Six small villages whose services run out of money."""
    poor = {
        "county.villages": 6,
        "county.elders": 40,
        "county.facility_share": 1.0,
        "horizon.spin_up": 12,
        "plan.on": False,
        "funding.rule": "none",
        "families.on": False,
    }
    return sim.MutualAidModel(sim.Parameters().replace(poor), seed=3).run(48)


def first_closure(result: sim.Result) -> tuple[int, str]:
    t, v = np.argwhere(result.series.flow["closed_now"] > 0)[0]
    return int(result.states.number[v]), result.months[t]


def test_a_closure_names_its_conditions_and_the_bills_that_stood_over_the_limit(closing: sim.Result) -> None:
    village, month = first_closure(closing)
    text = explain.chain(closing, village, month)
    assert f"Village {village} (" in text and f"{month}: from visits only to closed" in text
    said = re.search(r"overdue by 3 months and more ([\d,]+) yuan, limit ([\d,]+)", text)
    assert said is not None
    overdue, limit = (int(x.replace(",", "")) for x in said.groups())
    assert (
        "money" in re.findall(r"The service closed in this month: (.*) in the 12", text)[0]
        and overdue > limit
    )
    assert "rule none: nobody pledges" in text


def test_the_cash_line_adds_up_to_the_fen(closing: sim.Result) -> None:
    """Start plus every posting that touches cash is the end.

    The identity of the ledger, village by village.
    """
    for village in closing.states.number.tolist():
        for month in closing.months[1::7]:
            x = explain.find(closing, village, month)
            moved = 0
            for name in closing.series.names:
                k = POSTINGS[name]
                moved += x.posted(name) * ((k.debit == "cash") - (k.credit == "cash"))
            assert x.balance("cash", 1) + moved == x.balance("cash")
            line = explain_money.cash(x)
            assert (
                f"{explain_money.yuan(x.balance('cash', 1))} at the start" in line
                and f"{explain_money.yuan(x.balance('cash'))} at the end" in line
            )


def test_who_operates_is_named_where_it_is_not_the_village_or_may_change(closing: sim.Result) -> None:
    assert "Operated by" not in explain.chain(closing, 1, closing.months[1])
    for changes, said in (
        ({"operation.way": "property_firm"}, "property firm"),
        ({"operation.choosing": True}, "the village itself"),
    ):
        small = {"county.villages": 1, "county.elders": 40, "horizon.spin_up": 0, **changes}
        result = sim.MutualAidModel(sim.Parameters().replace(small), seed=3).run(2)
        assert f"Operated by: {said}." in explain.head(explain.find(result, 1, "2025-02"))


def test_hours_in_the_table_are_the_stages_of_the_ladder(closing: sim.Result) -> None:
    """Need is what the family, mutual aid, paid care and, unasked, neighbours met and what is unmet (in whole
    hours, one of rounding each).
    """
    x = explain.find(closing, 1, closing.months[20])
    text = explain_care.care(x)
    row = next(line for line in text.splitlines() if line.startswith("all"))
    unasked = int(re.findall(r"neighbours met (\d+) hours unasked", text)[0])
    need, family, _, _, mutual, professional, unmet = (int(n) for n in row.split()[1:])
    assert need > 0 and abs(need - family - mutual - professional - unasked - unmet) <= 5
    bought, chosen = re.findall(r"paid care at home (\d+) hours, (\d+) of them chosen", text)[0]
    assert abs(int(bought) - professional) <= 1 and int(chosen) <= int(bought)


@pytest.mark.parametrize(
    "village, month, said",
    [(9, "2026-01", "villages 1 to 6"), (1, "2055-01", "2025-01 to 2028-12"), (1, "May", "written YYYY-MM")],
)
def test_a_village_or_month_that_is_not_there_is_one_sentence(
    closing: sim.Result, village: int, month: str, said: str
) -> None:
    with pytest.raises(Mistake, match=said):
        explain.chain(closing, village, month)


def test_the_verb_makes_the_stored_run_again_and_agrees_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "experiment=baseline",
        "county.villages=3",
        "county.elders=30",
        "county.facility_share=1.0",
        "horizon.end=2026-12",
        "horizon.spin_up=6",
        "seeds=2",
    ]
    assert run.main([*words, "funding=no_money", f"out={tmp_path}", "workers=1", "progress=false"]) == 0
    (study,) = (tmp_path / "baseline").iterdir()
    capsys.readouterr()
    assert run.main(["explain", f"run={study}", "village=2", "month=2026-03", "replicate=1"]) == 0
    said = capsys.readouterr().out
    assert "agrees with what is stored" in said and "Village 2 (" in said and "2026-03" in said
    for words, hint in (
        (["village=2"], "wants run="),
        ([f"run={study}", "village=2", "month=2026-03", "scenari=x"], "did you mean"),
        ([f"run={study}", "village=2", "month=2026-03", "replicate=7"], "has 0 to 1"),
        ([f"run={study}", "village=x", "month=2026-03"], "the number of a village is wanted"),
    ):
        assert run.main(["explain", *words]) == 1
        assert hint in capsys.readouterr().err


# -- the pledges
# -------------------------------------------------------------------------------------------------------
SERVED = {
    "county.villages": 4,
    "county.elders": 60,
    "county.facility_share": 1.0,
    "horizon.spin_up": 12,
    "plan.on": False,
}
PAY = {
    "plan.on": False,
    "funding.share_government": 0.25,
    "funding.share_collective": 0.15,
    "funding.share_families": 0.5,
    "funding.share_society": 0.1,
    "funding.reserve": 3.0,
    "government.ceiling": 4_800.0,
    "government.per_elder": 0.0,
    "collective.welfare_cap": 0.12,
    "society.ceiling": 2_400.0,
}


class Known:
    """One village on the ladder, all that the rule looks at written by hand (fen); the rule then pledged."""

    t, month, plans = 1, 0, False
    states: ClassVar[dict] = {
        "level": 3,
        "cost_average": 200_000,
        "bills": [9, 9, 9, 60_000, 30_000, 30_000],
        "users": 20,
        "deflator": 0.95,
        "income": 2_400_000,
        "visibility": 1.0,
        "last_paid_gifts": 0,
    }

    def __init__(
        self, cash: int = 0, changes: Mapping[str, object] = MappingProxyType({}), **states: int
    ) -> None:
        m = sim.MutualAidModel(
            sim.Parameters().replace(
                {"county.villages": 1, "county.elders": 40, "horizon.spin_up": 0, **PAY, **changes}
            ),
            seed=1,
        )
        for name, value in (self.states | states).items():
            m.state[name][0] = value
        m.world.balance.cash[0] = cash
        funding.run_pledge(m)
        self.model, self.values = m, {name: section[0] for name, section in m.values.sections.items()}

    def state(self, name: str, back: int = 0) -> Any:
        return self.model.state[name][0]

    def flow(self, name: str) -> Any:
        return self.model.flow[name][0]

    def balance(self, name: str, back: int = 0) -> int:
        return int(self.model.world.balance[name][0])


def told(x: Known) -> str:
    return explain_money.pledges(x)  # type: ignore[arg-type]


def cells(text: str) -> dict[str, list[str]]:
    """Payer -> the words of its line."""
    return {words[0]: words[1:] for line in text.splitlines() if (words := line.split())[2:3] == ["%"]}


def test_one_month_by_hand() -> None:
    """2,000 yuan of cost and 1,200 / 12 of old bills are 2,100: of government 525, its ceiling 4,800 / 12 x
    0.95 = 380 binds; of the
    collective 315, its ceiling 24,000 x 0.12 / 12 = 240 binds; of families 1,050; of society 210, its
    ceiling 2,400 / 12 = 200 binds."""
    text = told(Known())
    assert text.startswith(
        "basis of the pledges, 2,100 yuan: smoothed cost 2,000, a twelfth of 1,200 overdue by 3 "
        "months and more; halved where cash, 0, tops 3 months of that cost"
    )
    said = cells(text)
    assert said["government"] == ["25", "%", "525", "380", "binds", "380"] and said["collective"] == [
        "15",
        "%",
        "315",
        "240",
        "binds",
        "240",
    ]
    assert said["families"] == ["50", "%", "1,050", "none", "1,050"] and said["society"] == [
        "10",
        "%",
        "210",
        "200",
        "binds",
        "200",
    ]


def test_a_full_purse_halves_the_basis_by_hand() -> None:
    """6,001 yuan of cash are above 3 x 2,000.

    The basis is 1,050, government is asked 262.50, the collective 157.50, both under their ceilings.
    """
    text = told(Known(cash=600_100))
    assert text.startswith("basis of the pledges, 1,050 yuan") and cells(text)["collective"] == [
        "15",
        "%",
        "158",
        "240",
        "does",
        "not",
        "bind",
        "158",
    ]
    assert told(Known(cash=600_000)).startswith(
        "basis of the pledges, 2,100 yuan"
    )  # just the reserve is not above it


def test_without_a_canteen_the_others_are_asked_for_the_families_share_by_hand() -> None:
    """Visits only: shares 25, 15 and 10 % of a half are asked of a whole: society 0.1 / 0.5 x 2,100 = 420,
    at most 200.
    """
    text = told(Known(level=1))
    assert cells(text)["society"] == ["10", "%", "420", "200", "binds", "200"] and cells(text)["families"][
        2:
    ] == ["0", "none", "0"]
    assert "the families' share is asked of the others" in text and "no service" in told(Known(level=0))


@pytest.mark.parametrize(
    "rule, yuan, said",
    [
        # 1.5 x (240 + 1,050 + 200 asked of the others under their ceilings) = 2,235, at most its ceiling of
        # 380
        (
            {"funding.rule": "matching", "funding.match": 1.5},
            380,
            "1.5 yuan for each yuan asked of the others = 2,235 yuan before its ceiling",
        ),
        # 2,100 - 1,490 = 610; no cash beyond a month's cost
        ({"funding.rule": "gap_filler"}, 380, "= 610 yuan before its ceiling"),
        # 100 meals at 2 yuan, 30 hours at 3, 40 visits at 0.5 are 310, in yuan of the start x 0.95 = 294.50
        (
            {
                "funding.rule": "per_service",
                "funding.per_meal": 2.0,
                "funding.per_hour": 3.0,
                "funding.per_visit": 0.5,
            },
            294,
            "100 meals, 30 hours and 40 visits of last month at their rates = 294 yuan",
        ),
        # in the first month all of the basis, at most twice the ceiling: 760
        ({"funding.rule": "tapering", "funding.taper": 30}, 760, "shrinking over 30 months = 760 yuan"),
        # 380 + 240 + 1,050 + 200 = 1,870 of 2,100 are 89 %: below the point
        (
            {"funding.rule": "provision_point", "funding.point": 0.9},
            0,
            "provision point, 90 % of the basis: missed, 820 yuan taken back",
        ),
        (
            {"funding.rule": "provision_point", "funding.point": 0.85},
            380,
            "provision point, 85 % of the basis: reached",
        ),
        # gifts of 1,050 yuan are half of the basis: 0.8 x 0.5 = 40 % off 380
        (
            {"funding.crowding": 0.8},
            228,
            "gifts of 1,050 yuan last month lower the pledges of the other three (crowding 0.8)",
        ),
        ({"government.on": False}, 0, "government: switched off, pledges nothing"),
    ],
    ids=str,
)
def test_what_a_rule_makes_of_governments_pledge_by_hand(rule: dict, yuan: int, said: str) -> None:
    gifts = 105_000 if "funding.crowding" in rule else 0
    text = told(
        Known(changes=rule, served_meals=100, served_minutes=1_800, served_visits=40, last_paid_gifts=gifts)
    )
    assert said in text and cells(text)["government"][-1] == str(yuan)


def test_an_envelope_is_named_and_has_no_ceilings() -> None:
    """400 yuan a year for each of 40 elders are 1,333 a month.

    Of that a quarter is 333, however low the ceilings.
    """
    x = Known(changes={"funding.basis": "envelope", "funding.envelope": 400.0}, elders_start=40)
    text = told(x)
    assert text.startswith(
        "basis of the pledges, 1,333 yuan: an envelope of 400 yuan a year for each of 40 elders"
    )
    assert cells(text)["government"] == ["25", "%", "333", "none", "333"] and "ceiling binds" not in text


@pytest.mark.parametrize(
    "fork", [None, Fork(9, (("government.ceiling", 500.0), ("government.per_elder", 0.0)))]
)
def test_policies_and_forks_are_known_in_the_month_in_which_they_act(fork: Fork | None) -> None:
    """The society's ceiling falls to a tenth from month 6 on.

    A fork changes government's from month 9 on, and not before.
    """
    p = sim.Parameters().replace({**SERVED, "horizon.end": "2026-02"})
    task = Task(
        Scenario("x", p, fork=fork, modifiers=(Modifier("society.ceiling", "scale", 0.1, start=6),)), 0, 2
    )
    result = play(task)
    seen = [explain.find(result, 1, month, task) for month in result.months[1:]]
    tops = {x.month: float(x.values["society"]["ceiling"]) for x in seen}
    assert tops[5] == 10 * tops[6]
    ceilings = {x.month: int(x.values["government"]["ceiling"]) for x in seen}
    assert ceilings[8] == round(100 * p.government.ceiling) and ceilings[9] == (
        50_000 if fork else ceilings[8]
    )
    recorded = [x for x in seen if x.month >= 9 and fork and x.flow("pledge_basis")]
    assert bool(recorded) == bool(fork)
    assert all(x.flow("pledge_ceiling")[0] == int(50_000 / 12 * float(x.state("deflator"))) for x in recorded)
