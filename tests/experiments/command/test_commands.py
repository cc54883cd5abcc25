"""The command line does what it records.

Settings that an experiment does not read are refused, the others change what it runs.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields

import pytest
import yaml

import run
import sim
from experiments.command import catalogue
from experiments.command.experiment_settings import HOW, NESTED, Settings
from experiments.command.settings import options
from experiments.evidence import patterns

TINY = [
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "workers=1",
    "progress=false",
]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence on stderr; the exit code is 1."""
    assert run.main(list(words)) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("error: ") and "\n" not in said and "Traceback" not in said
    return said


# -- what an experiment reads
# ------------------------------------------------------------------------------------------
UNREAD = {
    "rows of a baseline": (["experiment=baseline", "rows=[jiangxi]"], "rows is read by first_answer"),
    "panels of a baseline": (["experiment=baseline", "panels=[practised]"], "panels is read by first_answer"),
    "a size of a baseline": (["experiment=baseline", "size=quick"], "size is read by ablation, benchmark"),
    "a method of a question": (["experiment=q1", "method=sobol"], "method is read by sensitivity"),
    "precision of the first answer": (
        ["precision=0.05"],
        "precision is read by business, compare",
    ),
    "seeds of a sensitivity analysis": (
        ["experiment=sensitivity", "seeds=5"],
        "seeds is read by ablation, baseline",
    ),
    "a month of a fork that is none": (["experiment=smoke", "fork.month=2026-01"], "fork is read by fork"),
    "precision of patterns": (["experiment=patterns", "precision=0.1"], "precision is read by "),
    "seeds of a benchmark": (["experiment=benchmark", "seeds=3"], "seeds is read by ablation, baseline"),
    "a parameter of a benchmark": (["experiment=benchmark", "county.villages=3"], "counties of its own"),
    "an option of a benchmark": (
        ["experiment=benchmark", "service.sharing_station=true"],
        "counties of its own",
    ),
    "a group of a benchmark": (["experiment=benchmark", "funding=jiangxi"], "counties of its own"),
    "a limit without precision": (["experiment=q1", "max_seeds=9"], "read with precision"),
    "sections by a method of parameters": (
        ["experiment=sensitivity", "method=pawn", "by=section"],
        "method=morris or sobol",
    ),
    "a rule that every arm sets": (
        ["experiment=null_arms", "funding.rule=matching"],
        "every arm of experiment=null_arms sets it",
    ),
}


@pytest.mark.parametrize("case", UNREAD)
def test_what_an_experiment_does_not_read_is_refused(case, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, sentence = UNREAD[case]
    assert sentence in refused(capsys, *words)
    assert not list(tmp_path.iterdir())  # nothing was begun


def test_every_experiment_says_what_it_reads_and_every_setting_has_a_reader():
    """The names of configs/experiment, and the settings that results depend on."""
    found = catalogue.experiments()
    assert set(found) == set(options()["experiment"])
    mine = {f.name for f in fields(Settings)} - {"name", "scenario", "own", *HOW}
    assert {key for one in found.values() for key in one.reads} == mine and "fork" in NESTED


def test_an_expansion_by_what_is_not_read_is_refused_and_the_study_stays(capsys, tmp_path):
    assert run.main(["experiment=baseline", "seeds=1", f"out={tmp_path}", *TINY]) == 0
    (study,) = (tmp_path / "baseline").iterdir()
    before = (study / "manifest.json").read_text()
    capsys.readouterr()
    assert "rows is read by first_answer" in refused(capsys, "expand", f"study={study}", "rows=[jiangxi]")
    assert (study / "manifest.json").read_text() == before
    assert run.main(["resume", f"study={study}", "progress=false", "workers=1"]) == 0


def test_a_scenario_file_serves_experiments_that_do_not_read_all_its_settings(tmp_path):
    """Three seeds are the dashboard's; sensitivity has replicates instead and records none."""
    file = tmp_path / "mine.yaml"
    file.write_text("seeds: 3\ndraws: true\nfunding:\n  rule: matching\n", encoding="utf-8")
    words = [
        "experiment=sensitivity",
        "inputs=[needs.meals_scale,needs.escort_scale]",
        "samples=2",
        "replicates=1",
    ]
    assert run.main([*words, f"scenario={file}", f"out={tmp_path}", *TINY]) == 0
    (study,) = (tmp_path / "sensitivity").iterdir()
    kept = yaml.safe_load((study / "resolved.yaml").read_text())
    assert kept["seeds"] is None and kept["draws"] == "calibrated" and kept["funding"]["rule"] == "matching"


# -- patterns
# ----------------------------------------------------------------------------------------------------------
def test_patterns_runs_what_is_asked_and_records_what_it_ran(tmp_path, monkeypatch, capsys):
    """Two seeds, four villages of thirty elders, Feixiang's half by government.

    Seen in the models that were built.
    """
    seen: list[tuple[int, sim.Parameters, int]] = []
    plain = sim.MutualAidModel

    def built(p: sim.Parameters, *, seed: int, **how: object) -> sim.MutualAidModel:
        seen.append((seed, p, p.horizon.months))
        return plain(p, seed=seed, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(patterns.sim, "MutualAidModel", built)
    words = [
        "experiment=patterns",
        "seeds=2",
        "seed=9",
        "funding=feixiang",
        "county.elders=30",
        "county.villages=4",
        "horizon.end=2026-12",
        "horizon.spin_up=3",
    ]
    assert run.main([*words, f"out={tmp_path}", "workers=1"]) == 0
    assert (
        len(seen) == 6 * 2 and len({seed for seed, *_ in seen}) == 2
    )  # as built, of 2019, as asked, crash, businesses and drive, each with two seeds
    assert {(p.county.villages, p.county.elders, p.funding.share_government) for _, p, _ in seen} == {
        (4, 30, 0.5),
        (200, 20, 0.5),  # incomes of 2019
        (60, 30, 0.5),  # businesses
        (25, 30, 0.6),  # the drive
    }
    assert {months for *_, months in seen} == {24, 72, 132}  # those with months of their own keep them
    (study,) = (tmp_path / "patterns").iterdir()
    kept = yaml.safe_load((study / "resolved.yaml").read_text())
    assert (kept["county"]["villages"], kept["seeds"], kept["seed"]) == (4, 2, 9)
    assert re.search(r"gap of an age-sex share .* 2 seeds, \d+", capsys.readouterr().out)
    rows = json.loads((study / "findings.json").read_text())["tables"][0]["rows"]
    judged = {row[0].rstrip("abcde") for row in rows}
    assert judged == {f"C{number}" for number in range(1, 18)} | {f"E{number}" for number in range(1, 7)}


@pytest.mark.parametrize("words, villages", [([], 12), (["county=big"], 175), (["county.villages=3"], 3)])
def test_what_is_recorded_is_the_county_that_is_run(words, villages):
    """A size of the experiment's own gives way to a value or a group that is asked for, and is recorded
    where it does not.
    """
    from experiments.arms import SIZES
    from experiments.command.scenario import compose_line

    line = compose_line(["experiment=q1", *words])
    base = SIZES[line.settings.size].base_of(line)
    assert base.county.villages == villages
    assert yaml.safe_load(line.starting(base).text)["county"]["villages"] == villages


# -- bad input
# ---------------------------------------------------------------------------------------------------------
BAD = {
    "a year too far": (["horizon.end=9999-12"], "end = '9999-12': allowed are the years 1950 to 2100"),
    "an unknown parameter of an arm": (
        ["experiment=fork", "fork.arms={a:{funding.rul:matching}}"],
        "fork.arms.a: unknown parameter 'funding.rul'; did you mean funding.rule?",
    ),
    "a word that is none of an arm's": (
        ["experiment=fork", "fork.arms={a:{funding.rule:nope}}"],
        "fork.arms.a: funding.rule = 'nope': allowed are fixed_shares",
    ),
    "an arm that is no table": (["experiment=fork", "fork.arms={a:3}"], "arms with their values are wanted"),
    "a fraction of a seed": (["seeds=1.5"], "seeds = 1.5: a whole number is wanted"),
    "words for a switch": (["progress=maybe"], "progress = 'maybe': true or false is wanted"),
    "no way of drawing": (["draws=priro"], "draws = 'priro': allowed are calibrated, prior, none, or"),
    "a word for a list": (["rows=jiangxi"], "rows = 'jiangxi': a list is wanted, such as rows=[jiangxi]"),
    "a folder as a table": (
        ["given.villages=/tmp"],
        "given.villages = '/tmp': a table is wanted, a file *.csv",
    ),
    "a path that is not there": (["given.villages=/none/at/all.csv"], "no such file or directory"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_clear_sentence(case, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, sentence = BAD[case]
    said = refused(capsys, *words)
    assert sentence in said and "struct" not in said and "Integer" not in said
    assert not list(tmp_path.iterdir())


def test_a_study_is_verified_by_one_run_at_least_and_explained_by_its_newest(capsys, tmp_path):
    assert run.main(["experiment=baseline", "seeds=1", f"out={tmp_path}", *TINY]) == 0
    (study,) = (tmp_path / "baseline").iterdir()
    capsys.readouterr()
    assert "nothing would be verified" in refused(capsys, "verify", f"study={study}", "sample=0")
    assert run.main(["explain", f"run={tmp_path}/baseline", "village=1", "month=2025-06"]) == 0
    assert "Village 1 (" in capsys.readouterr().out


def test_arms_of_a_fork_on_the_command_line_take_the_place_of_the_experiments_own():
    from experiments.command.scenario import compose_line

    line = compose_line(["experiment=fork", "fork.arms={half:{government.ceiling:10000}}"])
    assert line.settings.fork.arms == {"half": {"government.ceiling": 10000}}


def test_elders_and_government_each_pay_a_part_in_jiangxi():
    """Elders, government and the township each pay a little (document 004).

    `funding=jiangxi` asks the first two, and no one for all.
    """
    from experiments.command.scenario import compose_line

    f = compose_line(["experiment=baseline", "funding=jiangxi"]).parameters.funding
    assert 0 < f.share_families < 1 and 0 < f.share_government < 1
