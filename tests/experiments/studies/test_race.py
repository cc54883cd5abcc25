"""The race of the first answer: the same bytes however it is worked out, killed or not; who it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import run
from experiments.command.scenario import compose_line
from experiments.racing import SAME, Left
from experiments.report import pictures
from experiments.studies.first_answer import FirstAnswer
from experiments.studies.first_answer import race as first_race
from experiments.study.provenance import ROOT
from experiments.study.store import Results

SMALL = [
    "rows=[jiangxi,four_payers,no_money]",
    "columns=[none,tourism,deposit]",
    "panels=[practised]",
    "county.villages=12",
    "county.elders=30",
    "horizon.end=2028-06",
    "horizon.spin_up=1",
    "looks=[4,8,12]",
    "seeds=18",
    "progress=false",
]


def of(out: Path) -> Path:
    """The one study below a folder."""
    (found,) = (out / "first_answer").iterdir()
    return found


def bytes_of(folder: Path) -> dict[str, object]:
    """What must not depend on how runs were worked out."""
    manifest = json.loads((folder / "manifest.json").read_text())
    plan = json.loads((folder / "scenarios.json").read_text())["phases"]
    texts = {name: (folder / name).read_bytes() for name in ("summary.csv", "preliminary.txt")}
    said = json.loads((folder / "findings.json").read_text())
    return {
        **texts,
        "results": manifest["sha256"]["results"],
        "race": manifest["race"],
        "plan": plan,
        "said": said,
    }


def raced(out: Path, *more: str) -> Path:
    assert run.main([*SMALL, f"out={out}", *more]) == 0
    return of(out)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The race in one process."""
    return raced(tmp_path_factory.mktemp("one"), "workers=1")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 5])
def test_the_race_is_the_same_for_any_number_of_workers(one: Path, workers: int, tmp_path: Path) -> None:
    assert bytes_of(raced(tmp_path, f"workers={workers}")) == bytes_of(one)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="killed by a signal")
def test_the_race_is_the_same_after_a_kill_and_a_resume(one: Path, tmp_path: Path) -> None:
    """Killed once the first part of its runs is written, between or within looks."""
    words = [*SMALL, f"out={tmp_path}", "workers=2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, ROOT / "run.py", *words], env=environment, stdout=subprocess.DEVNULL
    )
    for _ in range(3000):
        if list(tmp_path.glob("first_answer/*/preliminary.txt")) or child.poll() is not None:
            break
        time.sleep(0.02)
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    folder = of(tmp_path)
    assert json.loads((folder / "manifest.json").read_text())["status"] == "running"
    assert run.main(["resume", f"study={folder}", "workers=1", "progress=false"]) == 0
    assert bytes_of(folder) == bytes_of(one)


@pytest.mark.slow
def test_the_rule_is_kept_with_the_study_and_the_first_table_before_the_answer(one: Path) -> None:
    manifest = json.loads((one / "manifest.json").read_text())
    assert manifest["race"]["looks"] == [4, 8, 12, 18] and manifest["status"] == "finished"
    first = (one / "preliminary.txt").read_text()
    assert first.startswith("PRELIMINARY: 4 of up to 18 seeds") and "four payers" in first
    assert "runs were needed" in (one / "answer.txt").read_text()
    chinese = json.loads((one / "findings.zh.json").read_text())
    assert any("竞赛" in text for text in chinese["limits"])


@pytest.mark.slow
def test_every_cell_keeps_its_row_with_its_seeds_and_null_arms_have_most(one: Path) -> None:
    table = pd.read_csv(one / "summary.csv").set_index(["funding", "business"])
    runs = Results(one).runs()
    for (funding, business), row in table.iterrows():
        mine = runs[(runs["scenario"] == f"practised/{funding}/{business}") & (runs["arm"] == "main")]
        assert len(mine) == row["seeds"] >= 4
        assert row["left_after"] in (0, row["seeds"])
    assert (table["left_after"] > 0).any()
    assert table.loc[("no_money", "none"), "seeds"] == table["seeds"].max()


@pytest.mark.slow
def test_without_a_race_every_cell_has_every_seed_and_the_same_runs(one: Path, tmp_path: Path) -> None:
    """What a race ran has the same bytes without."""
    folder = raced(tmp_path, "workers=1", "race=false")
    table, plain = pd.read_csv(folder / "summary.csv"), Results(folder).runs().set_index("run")["content"]
    assert (table["seeds"] == 18).all() and "left_after" not in table
    assert "race" not in json.loads((folder / "manifest.json").read_text())
    main = Results(one).runs().query("arm == 'main'").set_index("run")["content"]
    assert (plain.reindex(main.index) == main).all()


def test_a_cell_that_is_left_gets_no_further_runs_and_the_sentence_counts_them() -> None:
    """Two cells, one left after four of twelve seeds: 4 + 12, of 24."""
    plan = FirstAnswer(
        compose_line(["rows=[jiangxi]", "columns=[none,portfolio]", "panels=[practised]", "seeds=12"])
    )
    race = plan.races["practised"]
    race.left["practised/jiangxi/portfolio"] = Left(
        "practised/jiangxi/portfolio", 4, "practised/jiangxi/none", SAME, -0.1, 0.4
    )
    race.seeds, race.ended = 12, "all seeds"
    names = [task.scenario.name for task in plan.main()]
    assert (names.count("practised/jiangxi/portfolio"), names.count("practised/jiangxi/none")) == (4, 12)
    assert names.count("reference") == 12
    (said,) = first_race.sentences(plan)
    assert "left early: 1 after 4 seeds" in said and said.endswith("16 of 24 runs were needed.")
    table = first_race.table(plan)
    assert table is not None and table.rows[0][1] == 4


@pytest.mark.parametrize("word", ["looks=[3,8]", "looks=[8,4]", "looks=[4,4]"])
def test_looks_that_cannot_be_taken_are_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([word]) == 1
    assert "looks = " in capsys.readouterr().err


@pytest.mark.parametrize("words", [["rows=[jiangxi]", "columns=[none]"], ["experiment=baseline"]])
def test_words_are_printed_before_figures_are_drawn(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pictures, "draw", lambda *_, **__: said.append(capsys.readouterr().out) or [])
    small = [word for word in SMALL if word.startswith(("county", "horizon", "progress"))]
    assert run.main([*words, *small, "seeds=1", "workers=1", f"out={tmp_path}"]) == 0
    assert "villages" in said[0] and len(said[0]) > 400
