"""Why did it close? What the explanation says is what the ledger and the records say."""

import re
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import run
import sim
from experiments import explain
from experiments.plan import Task
from experiments.pledges import pledges
from experiments.runner import play
from experiments.scenario import Fork, Mistake, Scenario
from sim.ledger import POSTINGS
from sim.values import Modifier, Values


@pytest.fixture(scope="module")
def closing() -> sim.Result:
    """Six small villages whose services run out of money."""
    poor = {"county.villages": 6, "county.elders": 40, "county.facility_share": 1.0, "horizon.spin_up": 12, "funding.rule": "none", "families.on": False}
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
    assert "money" in re.findall(r"The service closed in this month: (.*) in the 12", text)[0] and overdue > limit
    assert "rule none: nobody pledges" in text


def test_the_cash_line_adds_up_to_the_fen(closing: sim.Result) -> None:
    """Start plus every posting that touches cash is the end: the identity of the ledger, village by village."""
    for village in closing.states.number.tolist():
        for month in closing.months[1::7]:
            x = explain.find(closing, village, month)
            moved = 0
            for name in closing.series.names:
                k = POSTINGS[name]
                moved += x.posted(name) * ((k.debit == "cash") - (k.credit == "cash"))
            assert x.balance("cash", 1) + moved == x.balance("cash")
            line = explain.cash(x)
            assert f"{explain.yuan(x.balance('cash', 1))} at the start" in line and f"{explain.yuan(x.balance('cash'))} at the end" in line


def test_hours_in_the_table_are_the_stages_of_the_ladder(closing: sim.Result) -> None:
    """Need is what the family, mutual aid and paid care met and what is unmet (in whole hours, one of rounding each)."""
    x = explain.find(closing, 1, closing.months[20])
    row = next(line for line in explain.care(x).splitlines() if line.startswith("all"))
    need, family, _, _, mutual, professional, unmet = (int(n) for n in row.split()[1:])
    assert need > 0 and abs(need - family - mutual - professional - unmet) <= 4


@pytest.mark.parametrize("village, month, said", [(9, "2026-01", "villages 1 to 6"), (1, "2055-01", "2025-01 to 2028-12"), (1, "May", "written YYYY-MM")])
def test_a_village_or_month_that_is_not_there_is_one_sentence(closing: sim.Result, village: int, month: str, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        explain.chain(closing, village, month)


def test_the_verb_makes_the_stored_run_again_and_agrees_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["experiment=baseline", "county.villages=3", "county.elders=30", "county.facility_share=1.0", "horizon.end=2026-12", "horizon.spin_up=6", "seeds=2"]
    assert run.main([*words, "funding=no_money", f"out={tmp_path}", "workers=1", "progress=false"]) == 0
    (study,) = (tmp_path / "baseline").iterdir()
    capsys.readouterr()
    assert run.main(["explain", f"run={study}", "village=2", "month=2026-03", "replicate=1"]) == 0
    said = capsys.readouterr().out
    assert "agrees with what is stored" in said and "Village 2 (" in said and "2026-03" in said
    for words, hint in (
        (["village=2"], "wants run="), ([f"run={study}", "village=2", "month=2026-03", "scenari=x"], "did you mean"),
        ([f"run={study}", "village=2", "month=2026-03", "replicate=7"], "has 0 to 1"), ([f"run={study}", "village=x", "month=2026-03"], "whole number"),
    ):  # fmt: skip
        assert run.main(["explain", *words]) == 1
        assert hint in capsys.readouterr().err


# -- the pledges -------------------------------------------------------------------------------------------------------
SERVED = {"county.villages": 4, "county.elders": 60, "county.facility_share": 1.0, "horizon.spin_up": 12}
WAYS = [{"funding.rule": rule} for rule in ("fixed_shares", "matching", "gap_filler", "per_service", "tapering", "provision_point")] + [
    {"funding.basis": "envelope", "business.kind": "deposit"}, {"funding.basis": "envelope", "funding.profile": "front", "funding.taper": 30},
    {"funding.identical_payers": True}, {"funding.crowding": 0.8, "society.on": True}, {"collective.on": False, "funding.reserve": 0.5},
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(str(v) for v in way.values()))
def test_the_pledges_explained_are_the_pledges_recorded_to_the_fen(way: dict) -> None:
    """In every village and month but the first, whatever the rule, the basis and the profile."""
    result = sim.MutualAidModel(sim.Parameters().replace(SERVED | way), seed=2).run(18)
    some = 0
    for village in result.states.number.tolist():
        for month in result.months[1:]:
            x = explain.find(result, village, month)
            recorded = [int(n) for n in x.flow("pledged")]
            assert pledges(x).made == recorded, (village, month)
            some += sum(recorded) > 0
    assert some > 20  # otherwise nothing was compared


class Known:
    """A place whose records were written by hand: fen, last month's (and this year's income)."""

    month = 5
    states: ClassVar[dict] = {
        "level": 3, "cost_average": 200_000, "bills": np.array([9, 9, 9, 60_000, 30_000, 30_000]), "users": 20, "deflator": 0.95,
        "income": 2_400_000, "visibility": 1.0, "last_paid_gifts": 0,
    }  # fmt: skip

    def __init__(self, cash: int = 0, **states: int) -> None:
        p = sim.Parameters().replace({
            "funding.share_government": 0.25, "funding.share_collective": 0.15, "funding.share_families": 0.5, "funding.share_society": 0.1,
            "funding.reserve": 3.0, "government.ceiling": 4_800.0, "government.per_elder": 0.0, "collective.welfare_cap": 0.12, "society.ceiling": 2_400.0,
        })  # fmt: skip
        values = Values([(p, ())], np.array([1]), np.zeros(1, np.int64))
        self.values = {name: section[0] for name, section in values.sections.items()}
        self.cash, self.mine = cash, self.states | states

    def state(self, name: str, back: int = 0) -> object:
        return self.mine[name]

    def flow(self, name: str) -> int:
        return 0

    def balance(self, name: str, back: int = 0) -> int:
        return self.cash


def test_one_month_by_hand() -> None:
    """2,000 yuan of cost and 1,200 / 12 of old bills are 2,100: of government 525, its ceiling 4,800 / 12 x 0.95 = 380 binds; of the
    collective 315, its ceiling 24,000 x 0.12 / 12 = 240 binds; of families 1,050; of society 210, its ceiling 2,400 / 12 = 200 binds."""
    found = pledges(Known())  # type: ignore[arg-type]
    assert found.basis == 210_000 and found.made == [38_000, 24_000, 105_000, 20_000]
    text = found.text()
    assert "smoothed cost 2,000 + a twelfth of the 1,200 overdue by 3 months and more = 2,100 yuan; not halved" in text
    lines = {line.split()[0]: line.split() for line in text.splitlines()[1:]}
    assert lines["government"][1:] == ["25", "%", "525", "380", "binds", "380", "380"]
    assert lines["families"][1:] == ["50", "%", "1,050", "none", "1,050", "1,050"]


def test_a_full_purse_halves_the_basis_by_hand() -> None:
    """6,001 yuan of cash are above 3 x 2,000: the basis is 1,050, government is asked 262.50, the collective 157.50, both under their ceilings."""
    found = pledges(Known(cash=600_100))  # type: ignore[arg-type]
    assert found.basis == 105_000 and found.made == [26_250, 15_750, 52_500, 10_500]
    assert "halved to 1,050, as cash 6,001 tops the reserve 6,000 (3 months" in found.text() and "does not bind" in found.text()
    assert pledges(Known(cash=600_000)).basis == 210_000  # type: ignore[arg-type]  # just the reserve is not above it


def test_without_a_canteen_the_others_are_asked_for_the_families_share_by_hand() -> None:
    """Visits only: shares 25, 15 and 10 % of a half are asked of a whole: society 0.1 / 0.5 x 2,100 = 420, at most 200."""
    found = pledges(Known(level=1))  # type: ignore[arg-type]
    assert found.parts == [105_000, 63_000, 0, 42_000] and found.made[2:] == [0, 20_000] and "each times 2" in found.text()
    assert "no service" in pledges(Known(level=0)).text() and pledges(Known(level=0)).made == [0] * 4  # type: ignore[arg-type]


@pytest.mark.parametrize("fork", [None, Fork(9, (("government.ceiling", 500.0), ("government.per_elder", 0.0)))])
def test_policies_and_forks_are_known_in_the_month_in_which_they_act(fork: Fork | None) -> None:
    """The society's ceiling falls to a tenth from month 6 on; a fork changes government's from month 9 on, and not before."""
    p = sim.Parameters().replace({**SERVED, "horizon.end": "2026-02"})
    task = Task(Scenario("x", p, fork=fork, modifiers=(Modifier("society.ceiling", "scale", 0.1, start=6),)), 0, 2)
    result = play(task)
    months = result.months[1:]
    seen = [explain.find(result, village, month, task) for village in result.states.number.tolist() for month in months]
    assert all(pledges(x).made == [int(n) for n in x.flow("pledged")] for x in seen)
    tops = {x.month: float(x.values["society"]["ceiling"]) for x in seen}
    assert tops[5] == 10 * tops[6]
    ceilings = {x.month: int(x.values["government"]["ceiling"]) for x in seen}
    assert ceilings[8] == round(100 * p.government.ceiling) and ceilings[9] == (50_000 if fork else ceilings[8])
