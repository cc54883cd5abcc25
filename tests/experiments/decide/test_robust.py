"""Metrics of robustness by hand, what counts as holding, and `experiment=robust` from words to findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments import outcomes, reference, statistics
from experiments.command.experiment_settings import OBJECTIVES as NAMES
from experiments.decide.candidates import NOTHING
from experiments.decide.objectives import OBJECTIVES, worst_tenth
from experiments.decide.robust import metrics, tables
from experiments.decide.robust.design import Robust
from experiments.decide.robust.judged import HOLDS, OPEN, TIED, Lead, PlanJudgement
from experiments.decide.robust.metrics import METRICS
from experiments.decide.robust.where import telling
from experiments.study.drawn import Drawn
from experiments.study.findings import Findings
from experiments.study.store import Results

GAINS = np.array([[4.0, 1, 6, 5], [3, 3, 3, 3], [8, 0, 2, 6]])  # three plans, four futures
BY_KEY = {metric.key: metric for metric in METRICS}
SMALL = ["county.villages=4", "county.elders=20", "horizon.end=2027-12", "horizon.spin_up=3"]
TINY = [
    *("experiment=robust", "size=quick", "rows=[jiangxi,feixiang]", "seeds=6", "draws=prior"),
    *("progress=false", *SMALL),
]


# -- metrics by hand
# -------------------------------------------------------------------------------------------------------
def test_regret_is_what_the_best_plan_of_a_future_has_more():
    """The best of the futures are 8, 3, 6 and 6."""
    expected = [[4, 2, 0, 1], [5, 0, 3, 3], [0, 3, 4, 0]]
    np.testing.assert_array_equal(metrics.regrets(GAINS), expected)
    np.testing.assert_allclose(metrics.mean_regret(GAINS), [-7 / 4, -11 / 4, -7 / 4])
    np.testing.assert_array_equal(metrics.high_regret(GAINS, 0.9), [-4, -5, -4])  # the largest of four
    np.testing.assert_array_equal(metrics.high_regret(GAINS, 0.5), [-1, -3, 0])  # the second smallest


def test_maximin_and_hurwicz_look_at_the_ends():
    np.testing.assert_array_equal(metrics.maximin(GAINS), [1, 3, 0])
    np.testing.assert_array_equal(metrics.hurwicz(GAINS, 0.5), [3.5, 3, 4])
    np.testing.assert_array_equal(metrics.hurwicz(GAINS, 0.25), [2.25, 3, 2])
    np.testing.assert_array_equal(metrics.hurwicz(GAINS, 0.0), metrics.maximin(GAINS))


def test_satisficing_is_the_share_of_futures_that_reach_the_threshold():
    np.testing.assert_array_equal(metrics.satisficing(GAINS, 4.0), [0.75, 0.0, 0.5])
    np.testing.assert_array_equal(metrics.satisficing(GAINS, 3.0), [0.75, 1.0, 0.5])  # reached counts


def test_mean_regret_ranks_as_the_mean_does():
    gains = np.random.default_rng(3).normal(size=(6, 40))
    order = np.argsort(metrics.mean_regret(gains))
    np.testing.assert_array_equal(order, np.argsort(gains.mean(axis=1)))


def test_metrics_that_rank_in_reverse_agree_by_minus_one():
    """Maximin: second, first, third; Hurwicz: third, first, second."""
    assert metrics.agreement(metrics.maximin(GAINS), metrics.hurwicz(GAINS)) == -1
    assert metrics.agreement(metrics.maximin(GAINS), 2 * metrics.maximin(GAINS)) == 1
    assert metrics.agreement(np.zeros(3), metrics.maximin(GAINS)) == 0


def test_the_worst_tenth_of_villages_counts_the_part_of_a_village_that_lies_inside():
    values = np.array([3.0, -2, 7, 4, 1, 10, 0])
    weights = np.array([1.0, 1, 8, 0.04, 0.96, 0.95, 0.05])
    groups = np.array([0, 0, 0, 1, 1, 2, 2])
    # a tenth is the village at -2; a tenth of one at 1; half of it at 0 and half at 10
    np.testing.assert_allclose(worst_tenth(values, weights, groups), [-2, 1, 5])


# -- what holds
# -------------------------------------------------------------------------------------------------------
def test_resamples_lead_as_often_as_counting_says():
    """One future in three is the first plan's: it leads where two draws of three are."""
    gains = np.array([[1.0, 0, 0], [0, 1, 1]])
    places = metrics.resampled(3, 2025, 20_000)
    shares = metrics.leading(gains, BY_KEY["regret_mean"], 0.0, places)
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(7 / 27, abs=0.0125)  # four standard errors
    again = metrics.leading(gains, BY_KEY["regret_mean"], 0.0, metrics.resampled(3, 2025, 20_000))
    assert again.tobytes() == shares.tobytes()


def judgement(gains: np.ndarray, fresh: np.ndarray) -> PlanJudgement:
    return PlanJudgement(gains, fresh, 2.0, 0.25, 2025)


def test_a_lead_holds_that_survives_resamples_and_fresh_futures():
    rng = np.random.default_rng(8)
    luck = rng.normal(size=200)
    ahead = np.stack([luck + 1, luck, luck - 1])
    assert judgement(ahead, ahead).leads["regret_mean"].verdict == HOLDS
    assert judgement(ahead, ahead[::-1]).leads["regret_mean"].verdict == OPEN  # not on fresh futures
    one = np.zeros((3, 200))
    one[0, 7] = 100.0  # a single future, which a resample in e lacks
    lead = judgement(one, one).lead(BY_KEY["hurwicz"])
    assert lead.first == (0,) and lead.shares[0] == pytest.approx(1 - 2 / 3 * np.exp(-1), abs=0.05)
    assert lead.verdict == OPEN


def test_plans_that_differ_by_less_than_matters_lead_together():
    rng = np.random.default_rng(8)
    luck = rng.normal(size=100)
    gains = np.stack([luck + 1, luck + 1.2, luck, luck - 1, luck - 2])
    lead = judgement(gains, gains).leads["regret_mean"]
    assert lead.first == (0, 1) and lead.fresh == (0, 1) and lead.verdict == HOLDS
    assert Lead(np.zeros(3), (0, 1), np.ones(3) / 3, (0,)).verdict == TIED


def test_metrics_that_pick_out_different_plans_are_told_apart():
    """A sure middle and a wide gamble: the worst future names the one, the mean of ends the other."""
    gains = np.array([[3.0] * 8, [0.0] + [4.0] * 6 + [9.0], [0.0] * 8])
    one = judgement(gains, gains)
    assert one.leads["maximin"].first == (0,) and one.leads["hurwicz"].first == (1,)
    assert set(one.apart()) == {0, 1}
    assert judgement(np.stack([np.arange(8.0) + 9, np.arange(8.0), np.zeros(8)]), gains).apart() is None


def test_the_parameter_on_which_plans_part_is_found_and_none_in_noise():
    rng = np.random.default_rng(4)
    names = tuple(f"input_{at}" for at in range(100))
    table = Drawn(names, rng.random((150, 100)), dict.fromkeys(names, ()), np.arange(150))
    lead = -2 * table.values[:, 17] + rng.normal(0, 0.7, 150)
    found = telling(table, lead, 2025)
    assert found[0].path == "input_17" and found[0].correlation < -0.3 and found[0].chance < 0.01
    named = sum(bool(telling(table, rng.normal(size=150), at)) for at in range(40))
    assert named <= 7  # of 40 at a chance of 5 % each; more in one of a thousand
    assert telling(table, np.zeros(150), 2025) == []


# -- the experiment
# -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Two mixes and no stations in six futures and six fresh ones of a county of four villages."""
    out = tmp_path_factory.mktemp("robust")
    assert run.main([*TINY, "engine=serial", f"out={out}"]) == 0
    (manifest,) = out.glob("robust/*/manifest.json")
    return manifest.parent


def test_a_tiny_study_answers_in_both_languages(study):
    english, chinese = Findings.load(study), Findings.load(study, "zh")
    assert len(english.sentences) == len(chinese.sentences) == 3
    assert english.sentences[0] != chinese.sentences[0]
    assert [len(table.rows) for table in english.tables] == [len(table.rows) for table in chinese.tables]
    assert (study / "figures/robust.png").is_file()
    shown = {cell for table in english.tables for row in table.rows for cell in row}
    assert {metric.english_meaning for metric in METRICS} <= shown


def test_plans_share_their_futures_and_fresh_ones_are_others(study):
    runs = Results(study).runs()
    for arm, futures in (("main", range(6)), ("fresh", range(5_000_000, 5_000_006))):
        mine = runs[runs["arm"].astype(str) == arm]
        assert set(mine["scenario"].astype(str)) == {"jiangxi/none", "feixiang/none", NOTHING}
        assert all(
            set(own) == set(futures) for _, own in mine.groupby("scenario", observed=True)["replicate"]
        )


def test_scores_are_those_of_the_registry_of_outcomes(study):
    """Added elder-years and open stations against the way that every other experiment reads them."""
    results, summary = Results(study), pd.read_csv(study / "summary.csv")
    parameters = next(iter(results.wanted.values())).scenario.parameters
    rows = reference.split(results.villages())
    rows = statistics.with_weights(rows[rows["arm"].astype(str) == "main"], parameters)
    table = outcomes.by_run(rows, ["added", "in_service"], parameters)
    for objective, name in (("added", "added"), ("station", "in_service")):
        for plan in ("jiangxi/none", "feixiang/none"):
            mine = summary[(summary["objective"] == objective) & (summary["plan"] == plan)]
            worst = mine.loc[mine["metric"] == "maximin", "score"].iloc[0]
            assert worst == pytest.approx(table.loc[plan, name].min())
    nothing = summary[(summary["plan"] == NOTHING) & (summary["objective"] == "added")]
    assert (nothing.loc[nothing["metric"].isin(["maximin", "hurwicz"]), "score"] == 0).all()


@pytest.mark.slow
def test_one_worker_and_two_write_the_same_bytes(study, tmp_path):
    assert run.main([*TINY, "engine=local", "workers=2", f"out={tmp_path}"]) == 0
    (again,) = tmp_path.glob("robust/*/manifest.json")
    for name in ("summary.csv", "findings.json", "findings.zh.json"):
        assert (again.parent / name).read_bytes() == (study / name).read_bytes()


def test_what_is_said_of_a_plan_is_short():
    """A mix with every business that was run is said once, no business not at all."""
    names = [NOTHING, "jiangxi/none", "jiangxi/tourism", "feixiang/none", "feixiang/tourism"]
    done = Robust(None, names, pd.DataFrame())  # type: ignore[arg-type]
    assert tables.listed(done, [1]) == "Jiangxi (elders + government)"
    assert tables.listed(done, [1, 2]) == "Jiangxi (elders + government) with any business"
    assert tables.listed(done, [0, 4]) == "no stations or Feixiang (collective + subsidy), tourism"
    assert tables.listed(done, [0, 1, 2]) == "3 of 5 plans"


def test_objectives_are_those_that_may_be_asked_for():
    assert set(OBJECTIVES) == set(NAMES)


def test_too_few_futures_are_refused(tmp_path, capsys):
    assert run.main(["experiment=robust", "seeds=2", f"out={tmp_path}"]) == 1
    assert "4 or more futures are wanted" in capsys.readouterr().err
