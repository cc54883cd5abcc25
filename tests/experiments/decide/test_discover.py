"""`experiment=discover` from words to findings, and what `to_ema` hands over of its runs."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments import outcomes, statistics
from experiments.command import to_ema
from experiments.command.experiment_settings import Settings
from experiments.command.scenario import Scenario
from experiments.command.settings import Mistake, known
from experiments.decide import discover, discover_text
from experiments.decide.acceptance import SEVERAL, Judged
from experiments.decide.discovered import Discovered
from experiments.decide.prim import Box
from experiments.report.style import speaking
from experiments.study import draws
from experiments.study.drawn import Drawn, drawn, drawn_tasks
from experiments.study.findings import Findings
from experiments.study.store import Results
from sim.state.parameters import Parameters

SMALL = ["county.villages=4", "county.elders=20", "horizon.end=2027-12", "horizon.spin_up=3"]
TINY = ["experiment=discover", "samples=60", "draws=prior", "progress=false", "engine=serial", *SMALL]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Sixty draws of a county of four villages and three years."""
    out = tmp_path_factory.mktemp("discover")
    assert run.main([*TINY, f"out={out}"]) == 0
    (manifest,) = out.glob("discover/*/manifest.json")
    return manifest.parent


def table_of(values: np.ndarray, names: tuple[str, ...]) -> Drawn:
    return Drawn(names, values, dict.fromkeys(names, ()), np.arange(len(values)))


def test_a_tiny_study_answers_in_both_languages(study):
    english, chinese = Findings.load(study), Findings.load(study, "zh")
    assert len(english.sentences) == len(chinese.sentences) == 3
    assert english.sentences[0] != chinese.sentences[0]
    assert [picture.file for picture in english.pictures] == ["box"]
    assert (study / "figures/box.png").is_file()
    summary = pd.read_csv(study / "summary.csv")
    failed = discover.measured(Results(study), "plan", "in_service") < 0.25
    assert set(summary["runs"]) == {60} and set(summary["failed"]) == {failed.sum()}


def test_a_study_that_is_there_gives_the_same_answer(study, tmp_path, capsys):
    words = ["experiment=discover", f"study={study}", f"out={tmp_path}"]
    assert run.main(words) == 0
    (again,) = tmp_path.glob("discover/*/findings.json")
    assert Findings.load(again.parent).sentences == Findings.load(study).sentences
    capsys.readouterr()
    assert run.main([*words, "arm=plann"]) == 1
    assert "no scenario 'plann'" in capsys.readouterr().err
    assert run.main([*words, "outcome=added"]) == 1
    assert "has no run without stations" in capsys.readouterr().err


def test_what_runs_drew_is_what_the_model_was_given(study):
    """Every column against the parameters of the run itself, and one column a dial."""
    tasks = drawn_tasks(Results(study), "plan")
    table = drawn(tasks)
    assert table.values.shape == (60, len(table.names))
    for row in (0, 17, 59):
        flat = tasks[row].parameters.flat()
        assert [flat[name] for name in table.names] == table.values[row].tolist()
    assert table.beside["county.helpers_per_elder"] == ("county.pool_per_elder",)
    against = {one for others in table.beside.values() for one in others if one.startswith("-")}
    assert "-health.recover_scale" in against and "health.worsen_scale" in table.names
    covered = [*table.names, *(one.lstrip("-") for others in table.beside.values() for one in others)]
    held = tasks[0].scenario.held
    assert sorted(covered) == sorted(one.path for one in draws.drawn(tasks[0].scenario.parameters, held))


def test_a_threshold_and_an_outcome_may_be_chosen(study):
    results = Results(study)
    values = discover.measured(results, "plan", "table_years")
    done = discover.discovered(results, "plan", Settings(outcome="table", below=float(values.median())))
    assert done.failed.sum() == (values < values.median()).sum()
    assert discover.discovered(results, "plan", Settings()).below == 0.25


def test_a_box_is_said_in_words_a_planner_reads():
    """One restriction from above, one from below, one on both sides; a share in percent, money in yuan."""
    names = ("county.helpers_per_elder", "facilities.gift_share", "agriculture.plot_rent")
    values = np.random.default_rng(1).random((10, 3)) * [1, 0.5, 2000]
    box = Box({0: (-np.inf, 0.3), 1: (0.25, np.inf), 2: (500.0, 1500.0)})
    found = Judged(box, 0.7, 0.9, {0: 1e-9, 1: 1e-5, 2: 1e-3}, dict.fromkeys(range(3), 1.0))
    failed = np.arange(10) < 4
    done = Discovered(
        table_of(values, names),
        failed * 1.0,
        failed,
        "in_service",
        0.1,
        found,
        None,
        Scenario("plan", Parameters()),
    )
    said = discover_text.sentences(done)
    assert "“active helpers under 60 an elder at the start” is below 0.3" in said[0]
    assert "“building cost that society gives” is above 25 %" in said[0]
    assert "is between 500 yuan/year and 1,500 yuan/year" in said[0]
    assert "70 % of the failures lie inside (coverage), and 90 % of the runs inside fail" in said[1]
    assert "of all 10 runs 40 % fail" in said[1]
    with speaking("zh"):
        chinese = discover_text.sentences(done)[0]
    assert chinese.startswith("当“") and "低于 0.3" in chinese and "高于 25 %" in chinese
    assert not any(word in chinese for word in ("is below", known()[names[0]].doc))


def test_every_reason_for_no_box_has_words():
    assert set(discover_text.REASONS) == set(SEVERAL)


def test_without_draws_there_is_nothing_to_look_for(tmp_path, capsys):
    assert run.main([*TINY[:2], "draws=none", *SMALL, f"out={tmp_path}"]) == 1
    assert "runs would differ by luck alone" in capsys.readouterr().err


def read_archive(path: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """As load_results of the EMA workbench reads it."""
    with tarfile.open(path, "r:gz", encoding="UTF8") as archive:
        metadata = json.loads(archive.extractfile("metadata.json").read().decode())
        experiments = pd.read_csv(archive.extractfile("experiments.csv"))
        for name, dtype in metadata["experiments"].items():
            if pd.api.types.is_object_dtype(np.dtype(dtype)):
                experiments[name] = experiments[name].astype("category")
        values = {}
        for kind, name, file in metadata["outcomes"]:
            assert kind == "ScalarOutcome"
            one = pd.read_csv(io.BytesIO(archive.extractfile(file).read()), index_col=False, header=None)
            values[name] = one.to_numpy().reshape(-1)
    return experiments, values


def test_what_to_ema_wrote_reads_back_as_the_study(study, tmp_path, capsys):
    assert run.main(["to_ema", f"study={study}", f"out={tmp_path}"]) == 0
    rows, values = read_archive(tmp_path / to_ema.ARCHIVE)
    results = Results(study)
    tasks = drawn_tasks(results, "plan")
    table = drawn(tasks)
    assert list(rows["scenario"]) == [task.replicate for task in tasks] == list(range(60))
    np.testing.assert_array_equal(rows[list(table.names)].to_numpy(float), table.values)
    assert set(rows["policy"]) == {"plan"} and rows["policy"].dtype == "category"
    villages = statistics.with_weights(results.villages(), tasks[0].scenario.parameters)
    served = outcomes.by_run(villages, ["served_years"])["served_years"].to_numpy()
    np.testing.assert_array_equal(values["served_years"], served)
    assert "added" not in values and {"in_service", "table_years", "public"} <= set(values)
    plain = pd.read_csv(tmp_path / "outcomes.csv")
    np.testing.assert_array_equal(plain["served_years"], served)
    about = pd.read_csv(tmp_path / "inputs.csv").set_index("input")
    assert list(about.index) == list(table.names) and set(about["kind"]) == {"uncertainty"}
    assert about.loc["county.helpers_per_elder", "moves_with_it"] == "county.pool_per_elder"


def test_the_archive_has_the_same_bytes_each_time(study, tmp_path):
    for name in ("a", "b"):
        assert run.main(["to_ema", f"study={study}", f"out={tmp_path / name}"]) == 0
    assert (tmp_path / "a" / to_ema.ARCHIVE).read_bytes() == (tmp_path / "b" / to_ema.ARCHIVE).read_bytes()


def test_scenarios_become_policies_and_what_they_set_becomes_levers(tmp_path):
    words = ["experiment=compare", "sweep=['funding=jiangxi,feixiang']", "seeds=2", "draws=prior"]
    assert run.main([*words, "progress=false", "engine=serial", *SMALL, f"out={tmp_path}"]) == 0
    (manifest,) = tmp_path.glob("compare/*/manifest.json")
    results = Results(manifest.parent)
    rows, about = to_ema.experiments(results)
    assert list(rows["policy"].value_counts()) == [2, 2] and len(to_ema.measured(results)) == 4
    levers = about.loc[about["kind"] == "lever", "input"]
    assert len(levers) and all(rows.groupby("policy")[path].nunique().eq(1).all() for path in levers)
    assert all(rows[path].nunique() == 2 for path in levers)
    with pytest.raises(Mistake, match=r"2 scenarios with draws: name one with arm="):
        discover.scenario_of(results, Settings())
