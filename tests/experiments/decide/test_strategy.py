"""A strategy: which plan it is about, what each step is asked, and a whole one, small."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import run
from experiments.command.settings import Mistake
from experiments.decide.strategy import SIZES
from experiments.decide.strategy.chosen import SHOWN, adds, choose
from experiments.decide.strategy.steps import STEPS, asked, composed
from experiments.study.findings import Findings

METRICS = ("maximin", "regret_90", "regret_mean")
MONEY = pd.Series({"reference": 0.0, "a/none": 300.0, "b/none": 200.0, "b/none/pay_on_time": 250.0})


def table(leading: dict[str, dict[str, str]]) -> pd.DataFrame:
    """As `robust` writes it: metric -> plan that leads -> verdict."""
    return pd.DataFrame(
        [
            {
                "objective": "added",
                "metric": metric,
                "set_to": None,
                "plan": plan,
                "leads": plan in leading.get(metric, {}),
                "verdict": leading.get(metric, {}).get(plan, ""),
            }
            for metric in METRICS
            for plan in MONEY.index
        ]
    )


def test_the_plan_that_leads_by_most_metrics_that_hold():
    found = choose(
        table(
            {"maximin": {"a/none": "tied", "b/none": "tied"}, "regret_90": {"a/none": "holds"},
             "regret_mean": {"b/none": "not settled"}}
        ),
        MONEY,
    )  # fmt: skip
    assert (found.plan, found.holds, found.told) == ("a/none", ("regret_90",), True)
    assert found.parts == {"funding": "a", "business": "none"} and found.metrics == 3


def test_of_several_the_cheapest_and_the_others_are_named():
    both = {"a/none": "holds", "b/none": "holds", "b/none/pay_on_time": "holds"}
    found = choose(table({"regret_mean": both}), MONEY)
    assert (found.plan, found.others) == ("b/none", ("b/none/pay_on_time", "a/none"))


def test_where_none_holds_that_is_known():
    found = choose(table({"maximin": {"a/none": "tied", "b/none": "tied"}}), MONEY)
    assert (found.plan, found.told, found.holds) == ("b/none", False, ())


def test_no_station_can_be_the_answer():
    found = choose(table({"regret_90": {"reference": "holds"}}), MONEY)
    assert found.plan == "reference" and found.parts == {}


def test_a_plan_whose_gain_is_not_told_from_nothing_is_none():
    """Means and half-widths: -1, 0, 4 make 1 and 6.6; 1, 2, 3 make 2 and 2.48; 2, 2, 3 make 2.33 and 1.43."""
    rows = {"a/none": (-1, 0, 4), "b/none": (1, 2, 3), "c/none": (2, 2, 3)}
    found = pd.DataFrame(
        [
            {"scenario": plan, "replicate": at, **dict.fromkeys(SHOWN, float(one))}
            for plan, gains in rows.items()
            for at, one in enumerate(gains)
        ]
    ).set_index(["scenario", "replicate"])
    assert [adds(found, plan) for plan in rows] == [False, False, True]


def test_a_plan_with_a_policy_has_it():
    found = choose(table({"regret_90": {"b/none/pay_on_time": "holds"}}), MONEY)
    assert found.parts == {"funding": "b", "business": "none", "policy": "pay_on_time"}


PLAN = {"funding": "jiangxi", "business": "tourism", "policy": "pay_on_time"}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("robust", {"rows=[jiangxi]", "policy=[pay_on_time]", "families.highest_level=2"}),
        ("what_it_takes", {"rows=[jiangxi]", "columns=[tourism]", "policy=[pay_on_time]", "target=0.5",
                           "families.highest_level=2"}),
        ("discover", {"funding=jiangxi", "business=tourism", "policy=[pay_on_time]",
                      "families.highest_level=2"}),
        ("pathways", {"funding=jiangxi", "business=tourism", "target=0.5", "families.highest_level=2"}),
        ("voi", {"rows=[jiangxi]", "families.highest_level=2"}),
    ],
)  # fmt: skip
def test_a_step_gets_what_it_reads_and_the_plan_it_is_about(step, words):
    typed = ["experiment=strategy", "size=quick", "rows=[jiangxi]", "policy=[pay_on_time]", "target=0.5",
             "families.highest_level=2"]  # fmt: skip
    found = asked(step, typed, ("size=quick", "county.elders=100"), PLAN if step != "robust" else {})
    assert set(found.words) == {f"experiment={step}", "size=quick", "county.elders=100", *words}
    composed(found, ["progress=false"])  # as if it had been typed


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", STEPS)
def test_every_size_of_every_step_can_be_typed(size, step):
    composed(asked(step, [], SIZES[size][step], {}), [])


def test_a_word_that_a_later_step_refuses_is_refused_at_once():
    with pytest.raises(Mistake, match="worth"):
        composed(asked("voi", ["worth=0"], ("size=quick",), {}), [])


@pytest.mark.slow  # five studies, half a minute
def test_a_small_strategy_says_all_and_is_done_once(tmp_path, capsys):
    words = ["experiment=strategy", "size=quick", "rows=[jiangxi,government_led]", "county.elders=20"]
    words += ["horizon.end=2027-12", "horizon.spin_up=3", f"out={tmp_path}", "progress=false", "workers=2"]
    said = []
    for _ in range(2):
        assert run.main(words) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    (study,) = (tmp_path / "strategy").iterdir()
    assert {path.parent.name for path in tmp_path.glob("*/*/findings.json")} >= {study.name}
    assert {path.name for path in tmp_path.iterdir()} <= {"strategy", *STEPS}
    for code in ("en", "zh"):
        found = Findings.load(study, code)
        assert len(found.sentences) >= 4 and found.tables and found.pictures
    assert (study / "brief.html").exists() and (study / "brief.zh.html").exists()
    assert json.loads((study / "manifest.json").read_text())["status"] == "finished"
