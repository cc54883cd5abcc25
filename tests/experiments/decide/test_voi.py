"""`experiment=voi` from words to findings, on a tiny study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments.command.scenario import compose_line
from experiments.decide import voi, voi_text
from experiments.study.findings import Findings
from experiments.study.store import Results

SMALL = ["county.villages=4", "county.elders=12", "horizon.end=2026-12", "horizon.spin_up=1"]
LINE = [
    "experiment=voi",
    "size=quick",
    "rows=[jiangxi]",
    "columns=[none]",
    "progress=false",
    "engine=serial",
    *SMALL,
]
TINY = [*LINE, "samples=60", "draws=prior"]

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Sixty draws of a county of four villages and two years, one plan and none."""
    out = tmp_path_factory.mktemp("voi")
    assert run.main([*TINY, f"out={out}"]) == 0
    (manifest,) = out.glob("voi/*/manifest.json")
    return manifest.parent


@pytest.mark.slow
def test_a_tiny_study_answers_in_both_languages(study):
    english, chinese = Findings.load(study), Findings.load(study, "zh")
    assert len(english.sentences) == len(chinese.sentences) == 3
    assert "worth" in english.sentences[0] and "测量" in chinese.sentences[0]
    assert [picture.file for picture in english.pictures] == ["worth"]
    assert (study / "figures/worth.png").is_file()
    assert any("dummy" in str(row[0]) for row in english.tables[0].rows)


@pytest.mark.slow
def test_summary_has_every_group_at_every_worth_and_the_dummy_near_zero(study):
    summary = pd.read_csv(study / "summary.csv")
    assert sorted(summary["worth_yuan"].unique()) == [300, 900, 3000, 9000, 30000]
    assert summary.groupby("worth_yuan").size().nunique() == 1
    dummy = summary[summary["group"] == "dummy"]
    assert len(dummy) == 5 and not dummy["beyond_chance"].any()
    assert (dummy["evppi"].abs() <= 2 * dummy["standard_error"]).all()


@pytest.mark.slow
def test_payoffs_are_differences_to_the_county_without_stations(study):
    """Plan 0 is none: nothing added, nothing spent; elder-years by hand from the village table."""
    base = compose_line(TINY).parameters
    table, payoffs = voi.collected(Results(study), base, ["jiangxi/none"])
    assert payoffs.plans == ("no station", "jiangxi/none") and payoffs.added.shape == (60, 2)
    assert not payoffs.added[:, 0].any() and not payoffs.public[:, 0].any()
    rows = Results(study).villages()
    served = rows[rows["replicate"] == 7].set_index(["scenario", "village"])["served_years"]
    public = rows[rows["replicate"] == 7].set_index(["scenario", "village"])["public_fen"]
    reference = next(name for name in served.index.unique("scenario") if name != "jiangxi/none")
    weight = voi.statistics.with_weights(rows, base)
    mine = weight[(weight["replicate"] == 7) & (weight["scenario"] == "jiangxi/none")]
    mine = mine.set_index("village")["weight"]
    gain = (served["jiangxi/none"] - served[reference]) * mine
    spent = (public["jiangxi/none"] - public[reference]) * mine / 100
    assert payoffs.added[7, 1] == pytest.approx(gain.sum() / mine.sum())
    assert payoffs.public[7, 1] == pytest.approx(spent.sum() / mine.sum())
    assert len(table.values) == 60


@pytest.mark.slow
def test_what_is_drawn_as_one_is_one_unknown_where_its_dial_stands(study):
    base = compose_line(TINY).parameters
    table, _ = voi.collected(Results(study), base, ["jiangxi/none"])
    groups = voi.grouped(table)
    assert sum(one.shape[1] for one in groups.values()) == len(table.names)
    assert "participation.leader" in table.beside or any(
        "participation.leader" in others for others in table.beside.values()
    )
    assert all(np.ptp(one, axis=0).min() > 0 for one in groups.values())


@pytest.mark.slow
def test_every_group_that_can_be_drawn_has_a_name_for_planners(study):
    base = compose_line(TINY).parameters
    table, _ = voi.collected(Results(study), base, ["jiangxi/none"])
    assert set(voi.grouped(table)) <= set(voi_text.NAMED)


@pytest.mark.parametrize(
    "words, said",
    [
        (["draws=none"], "nothing is uncertain"),
        (["samples=20"], "samples = 20: 60 or more"),
        (["worth=0"], "worth"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(words, said, tmp_path, capsys):
    assert run.main([*LINE, f"out={tmp_path}", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
