"""Why did it close? What the explanation says is what the ledger and the records say."""

import re
from pathlib import Path

import numpy as np
import pytest

import run
import sim
from experiments import explain
from experiments.scenario import Mistake
from sim.ledger import POSTINGS


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
