"""A command line kept in a file, a study's own configuration, groups in a file: the same study each time."""

from __future__ import annotations

import shlex

import pytest

import run
from experiments.command.asked import newest
from experiments.command.catalogue import Mistake
from experiments.command.scenario_file import parse_scenario, read_scenario
from sim.state.parameters import Parameters

TYPED = ["experiment=baseline", "funding=jiangxi", "families.highest_level=2", "county.villages=3"]
TYPED += ["county.elders=20", "horizon.end=2025-03", "horizon.spin_up=1", "seeds=2", "policy=[taper_2027]"]
HOW = ["workers=1", "progress=false"]


def test_a_saved_line_and_a_kept_configuration_give_the_same_study(tmp_path, capsys):
    mine = tmp_path / "我的 方案.yaml"
    assert run.main([*TYPED, f"save={mine}"]) == 0
    words = shlex.split(capsys.readouterr().out)[2:]
    assert words == ["experiment=baseline", "funding=jiangxi", f"scenario={mine}"]
    assert not (tmp_path / "results").exists()
    assert run.main([*TYPED, *HOW, f"out={tmp_path / 'a'}"]) == 0
    assert run.main([*words, *HOW, f"out={tmp_path / 'b'}"]) == 0
    (study,) = (tmp_path / "a" / "baseline").iterdir()
    (again,) = (tmp_path / "b" / "baseline").iterdir()
    resolved = f"scenario={study / 'resolved.yaml'}"
    assert run.main(["experiment=baseline", resolved, *HOW, f"out={tmp_path / 'c'}"]) == 0
    (third,) = (tmp_path / "c" / "baseline").iterdir()
    assert study.name == again.name == third.name
    capsys.readouterr()
    assert run.main(["status", f"study={tmp_path / 'a' / 'baseline'}"]) == 0
    assert capsys.readouterr().out.startswith(f"{study}: baseline, finished")


def test_a_file_that_is_there_is_not_written_over(tmp_path, capsys):
    mine = tmp_path / "mine.yaml"
    mine.write_text("seeds: 7\n")
    assert run.main([*TYPED, f"save={mine}"]) == 1
    assert "it cannot be written" in capsys.readouterr().err
    assert mine.read_text() == "seeds: 7\n"


def test_groups_stand_in_a_file_and_single_values_top_them():
    found = parse_scenario("business: tourism\nfunding:\n  share_families: 0.2\n")
    assert found["business.kind"] == "tourism" and found["funding.share_families"] == 0.2
    with pytest.raises(Mistake, match="did you mean tourism"):
        parse_scenario("business: tourismus\n")


def test_of_a_configuration_only_what_differs_is_taken(tmp_path):
    """What is as declared stays free to be drawn."""
    path, declared = tmp_path / "resolved.yaml", Parameters().county.villages
    path.write_text(
        "name: baseline\npanels: []\nlooks: []\nseeds: 3\nfamilies: {highest_level: 3.0}\n"
        f"county: {{villages: {declared}}}\npolicies:\n- {{name: taper_2027, modifiers: []}}\n"
    )
    assert read_scenario(path) == {"families.highest_level": 3.0, "seeds": 3, "policy": ["taper_2027"]}


def test_of_a_folder_of_studies_the_newest_is_meant(tmp_path):
    for name, started in (("a", "2026-01-02"), ("b", "2026-01-03"), ("c", "2026-01-01")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(f'{{"started": "{started}"}}')
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "manifest.json").write_text("damaged")
    assert newest(str(tmp_path)) == str(tmp_path / "b")
    assert newest(str(tmp_path / "c")) == str(tmp_path / "c")
    assert newest(str(tmp_path / "none")) == str(tmp_path / "none")
