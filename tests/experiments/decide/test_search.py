"""The search: a known front through the same optimiser, its parts by hand, and `experiment=search` itself."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments.command.scenario import compose_line
from experiments.command.settings import Mistake, arm
from experiments.decide.search import design, front
from experiments.decide.search.design import FALLS, HOLDS, OPEN, FrontSize, Rival
from experiments.decide.search.levers import (
    GROUPS,
    MONEY,
    SCALED,
    USUAL,
    PlanLever,
    as_written,
    candidate,
    lever,
    levers,
)
from experiments.decide.search.optimiser import NEEDS, Convergence, History, convergence, merged, optimise
from experiments.study.findings import Findings
from experiments.study.store import Results

pytest.importorskip("pymoo")
SMALL = ["county.villages=4", "county.elders=20", "horizon.end=2026-12", "horizon.spin_up=3"]
TINY = ["experiment=search", "size=quick", "draws=prior", "progress=false", *SMALL]
LEVERS = [
    PlanLever("x", -5.0, 5.0),
    PlanLever("count", 0, 6, whole=True),
    PlanLever("word", choices=("a", "b", "c")),
]
SIZE = {"population": 16, "generations": 25, "optimisers": 2}


# -- a known front
# -------------------------------------------------------------------------------------------------------
def parabolas(plans, generation):
    """x squared against (x - 2) squared, both dearer by every count and by other words than a."""
    more = [plan["count"] + 2 * (plan["word"] != "a") for plan in plans]
    return np.array(
        [[plan["x"] ** 2 + one, (plan["x"] - 2) ** 2 + one] for plan, one in zip(plans, more, strict=True)]
    )


@pytest.fixture(scope="module")
def found() -> list[History]:
    return optimise(LEVERS, parabolas, 2, SIZE, 7, {})


def test_a_known_front_is_found(found):
    """Where neither can be bettered x lies between 0 and 2, in its steps of a quarter."""
    plans, costs = merged(found)
    assert {(plan["count"], plan["word"]) for plan in plans} == {(0, "a")}
    assert sorted(plan["x"] for plan in plans) == [at / 4 for at in range(9)]
    np.testing.assert_allclose(np.sqrt(costs).sum(axis=1), 2.0)
    # below the corner (4, 4): eight strips, (2 k + 1) / 16 wide and 4 - (8 - k)^2 / 16 high
    area = sum((2 * k + 1) * (64 - (8 - k) ** 2) for k in range(8)) / 256
    assert front.hypervolume(costs, np.array([4.0, 4.0])) == pytest.approx(area)
    assert convergence(found).settled


def test_the_same_seed_asks_for_the_same_plans_and_another_for_others(found):
    again = optimise(LEVERS, parabolas, 2, SIZE, 7, {})
    assert [one.plans for one in again] == [one.plans for one in found]
    assert found[0].plans[0] != found[1].plans[0]
    other = optimise(LEVERS, parabolas, 2, {**SIZE, "generations": 1}, 8, {})
    assert other[0].plans[0] != found[0].plans[0]


def test_a_plan_that_does_not_fit_is_never_on_the_front():
    """The better half of x does not fit together with anything."""

    def costs(plans, generation):
        found = parabolas(plans, generation)
        found[[plan["x"] < 1 for plan in plans]] = np.nan
        return found

    plans, values = merged(optimise(LEVERS, costs, 2, SIZE, 7, {}))
    assert min(plan["x"] for plan in plans) >= 1 and np.isfinite(values).all()
    assert values[:, 0].min() == pytest.approx(1.0, abs=0.1)


def test_the_plan_as_written_is_tried_first():
    start = {"x": 1.5, "count": 2, "word": "b"}
    once = optimise(LEVERS, parabolas, 2, {**SIZE, "generations": 1}, 7, start)
    assert all(one.plans[0][0] == start for one in once)


def test_levers_of_few_values_may_be_tried_to_the_end():
    """Three words allow three plans; a search for more of them stops without an error."""
    words = [PlanLever("word", choices=("a", "b", "c"))]
    done = optimise(words, lambda plans, at: np.array([[1.0, 2.0]] * len(plans)).reshape(-1, 2), 2,
                    {"population": 4, "generations": 3, "optimisers": 1}, 7, {})  # fmt: skip
    assert {plan["word"] for plans in done[0].plans for plan in plans} == {"a", "b", "c"}


# -- by hand
# -------------------------------------------------------------------------------------------------------
COSTS = np.array([[1.0, 4], [2, 2], [4, 1], [3, 3], [2, 4], [2, 2]])


def test_a_plan_is_beaten_by_one_nowhere_worse_and_somewhere_better():
    np.testing.assert_array_equal(front.unbeaten(COSTS), [True, True, True, False, False, True])
    by = front.beats(COSTS)
    assert np.flatnonzero(by[:, 3]).tolist() == [1, 5]  # (2, 2) twice; equals do not beat each other
    assert np.flatnonzero(by[:, 4]).tolist() == [0, 1, 5]
    stacked = np.stack([COSTS, COSTS[::-1]])
    np.testing.assert_array_equal(front.unbeaten(stacked)[1], front.unbeaten(COSTS)[::-1])


def test_hypervolume_in_two_dimensions():
    """Below the corner (5, 5): strips 1 x 1, 2 x 3 and 1 x 4, that is 11; what lies beyond counts nothing."""
    corner = np.array([5.0, 5.0])
    assert front.hypervolume(COSTS, corner) == pytest.approx(11)
    assert front.hypervolume(np.array([[6.0, 1.0]]), corner) == 0
    assert front.hypervolume(np.array([[6.0, 1.0], [4, 4]]), corner) == pytest.approx(1)


def test_a_long_front_is_thinned_to_its_ends_and_what_lies_far_apart():
    costs = np.array([[at, 10.0 - at] for at in range(11)])
    assert front.spread(costs, 3) == [0, 5, 10]
    assert front.spread(costs, 20) == list(range(11))


def test_a_search_has_converged_where_the_last_fifth_adds_a_hundredth_at_most():
    volumes = np.array([[0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0]])
    assert Convergence(volumes).late == pytest.approx([0.01]) and Convergence(volumes).settled
    volumes[0, 7] = 0.98
    assert not Convergence(volumes).settled


def test_a_plan_beaten_on_fresh_futures_falls_out():
    assert Rival("a", {}, 1.0, [2]).verdict == FALLS
    assert Rival("a", {}, 0.96, []).verdict == HOLDS
    assert Rival("a", {}, 0.9, []).verdict == OPEN


# -- levers
# -------------------------------------------------------------------------------------------------------
def test_a_lever_takes_its_values_from_its_declaration():
    assert (lever("families.highest_level").low, lever("families.highest_level").high) == (0.5, 4.0)
    assert lever("plan.days").choices == (False, True)
    assert "shared" in lever("funding.residual").choices
    assert "no_money" not in lever("funding").choices and "jiangxi" in lever("funding").choices
    assert lever(MONEY).value(1.23456) == 1.2 and lever("agreements.term").whole
    with pytest.raises(Mistake, match=r"levers: unknown 'fundin'.* did you mean 'funding'|funding"):
        lever("fundin")
    with pytest.raises(Mistake, match="county.villages is part of the county or of the question"):
        lever("county.villages")


def test_money_is_a_policy_and_a_parameter_holds_over_a_group():
    one = candidate({"funding.residual": "shared", "funding": "jiangxi", MONEY: 2.0}, {"plan.days": False})
    assert one.changes["funding.residual"] == "shared" and one.changes["plan.days"] is False
    written = {path: value for path, value in arm("funding", "jiangxi").items() if path != "funding.residual"}
    assert written.items() <= one.changes.items()
    lines = one.policies[0].lines
    assert [line["path"] for line in lines] == list(SCALED) and {line["scale"] for line in lines} == {2.0}
    assert candidate({MONEY: 1.0}, {}).policies == ()


def test_what_the_line_sets_is_no_lever():
    line = compose_line(["experiment=search", "plan.days=false"])
    assert [one.name for one in levers(line)] == [name for name in USUAL if name != "plan.days"]
    with pytest.raises(Mistake, match="plan.days is set on the command line and a lever too"):
        levers(compose_line(["experiment=search", "plan.days=false", "levers=[plan.days,money]"]))
    words = ["experiment=search", "levers=[money,funding,canteen.days]", "funding=feixiang"]
    written = as_written(compose_line(words), levers(compose_line(words)))
    assert written == {MONEY: 1.0, "funding": "feixiang", "canteen.days": written["canteen.days"]}
    assert set(GROUPS) >= {"funding", "business"}


# -- the experiment
# -------------------------------------------------------------------------------------------------------
def searched(out: Path, *words: str) -> Path:
    assert run.main([*TINY, *words, f"out={out}"]) == 0
    (manifest,) = out.glob("search/*/manifest.json")
    return manifest.parent


@pytest.fixture(scope="module", autouse=True)
def tiny():
    """Six plans a generation, three generations, two futures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(design.SIZES, "quick", FrontSize(12, 60, 6, 3, 2, 2, 4, 5))
        yield


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return searched(tmp_path_factory.mktemp("search"), "engine=serial")


def test_a_tiny_search_answers_in_both_languages(study):
    english, chinese = Findings.load(study), Findings.load(study, "zh")
    assert len(english.sentences) == len(chinese.sentences) == 3
    assert english.sentences[0] != chinese.sentences[0]
    assert (study / "figures/front.png").is_file()
    summary = pd.read_csv(study / "summary.csv").set_index("plan")
    assert {"as written", "no stations"} <= set(summary.index) or "1" in set(summary.index.astype(str))
    assert set(summary["verdict"]) <= {HOLDS, FALLS, OPEN}
    assert summary.loc["no stations", "added"] == 0


def test_every_plan_met_the_same_futures(study):
    runs = Results(study).runs()
    main = runs[runs["arm"].astype(str) == "main"]
    assert all(set(own) == {0, 1} for _, own in main.groupby("scenario", observed=True)["replicate"])
    assert main["scenario"].nunique() > 20
    fresh = runs[runs["arm"].astype(str) == "fresh"]
    assert fresh["replicate"].min() == 5_000_000 and fresh["replicate"].nunique() == 4


def test_a_killed_search_goes_on_to_the_same_bytes(study, tmp_path, monkeypatch):
    """Stopped in its second generation, then given again: the first generation is not run anew."""
    whole = design.Tried.evaluate
    ran: list[int] = []

    def killed(self, plans, generation):
        if generation == 1:
            raise KeyboardInterrupt
        return whole(self, plans, generation)

    monkeypatch.setattr(design.Tried, "evaluate", killed)
    assert run.main([*TINY, "engine=serial", f"out={tmp_path}"]) != 0
    (manifest,) = tmp_path.glob("search/*/manifest.json")
    kept = len(Results(manifest.parent, partial=True).runs(allow_partial=True))
    assert kept > 0

    def counted(self, plans, generation):
        before = len(self.runs.work.done)
        found = whole(self, plans, generation)
        ran.append(len(self.runs.work.done) - before)
        return found

    monkeypatch.setattr(design.Tried, "evaluate", counted)
    again = searched(tmp_path, "engine=serial")
    assert ran[0] == 0 and ran[1] > 0
    for name in ("summary.csv", "findings.json"):
        assert (again / name).read_bytes() == (study / name).read_bytes()


@pytest.mark.slow
def test_one_worker_and_two_write_the_same_bytes(study, tmp_path):
    again = searched(tmp_path, "engine=local", "workers=2")
    for name in ("summary.csv", "findings.json", "findings.zh.json"):
        assert (again / name).read_bytes() == (study / name).read_bytes()


def test_without_pymoo_one_sentence_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymoo", None)
    assert run.main([*TINY, f"out={tmp_path}"]) == 1
    assert NEEDS in capsys.readouterr().err


def test_one_objective_is_no_search_for_what_none_beats(tmp_path, capsys):
    assert run.main([*TINY, "objectives=[added]", f"out={tmp_path}"]) == 1
    assert "two or more are wanted" in capsys.readouterr().err
    assert run.main([*TINY, "objectives=[moneyy,added]", f"out={tmp_path}"]) == 1
    assert "did you mean" in capsys.readouterr().err
