"""Published models: verdicts by a rule written before, every model complete, kept, and found by name."""

from __future__ import annotations

import json

import numpy as np
import pytest

import run
from experiments.reproduce import catalogue, months
from experiments.reproduce.claims import NOT, OPEN, REPRODUCED, Claim, Line, Reproduction
from experiments.reproduce.models.bass import curve_of
from sim.state.parameters import declarations


@pytest.mark.parametrize(
    ("found", "error", "target", "verdict"),
    [
        (0.50, 0.01, 0.545, REPRODUCED),  # 4 x 0.01 + 0.01 = 0.05 is allowed
        (0.50, 0.01, 0.555, NOT),
        (0.50, 0.0, 0.50, REPRODUCED),
        (0.3, 0.1, None, REPRODUCED),  # three errors above nothing
        (0.1, 0.1, None, OPEN),
        (-0.3, 0.1, None, NOT),
        (0.0, 0.0, None, NOT),  # nothing, exactly, is no difference
        (float("nan"), 0.1, 0.5, OPEN),
    ],
)
def test_a_claim_is_judged_by_hand(found, error, target, verdict):
    assert Claim("a", "b", found, error, target).verdict == verdict


def claims(*targets):
    return Reproduction([Claim("a", "b", 1.0, 0.0, one) for one in targets], [], ("x", "x"), ("y", "y"))


def test_one_claim_that_fails_fails_the_model():
    assert claims(1.0, 1.0).verdict == REPRODUCED
    assert claims(1.0, 2.0).verdict == NOT


def test_what_is_kept_reads_back():
    line = Line("a", "b", [0.0], [], [1.0], [0.1])
    found = Reproduction([Claim("c", "d", 1.0, 0.1)], [line], ("x", "甲"), ("y", "乙"), True, [("one", "一")])
    kept = json.loads(json.dumps(found.kept()))
    assert Reproduction.read(kept) == found


@pytest.mark.parametrize("name", catalogue.models())
def test_a_published_model_is_complete_and_sets_what_there_is(name):
    one = catalogue.models()[name]
    assert one.title and one.chinese and one.source and one.rules and one.rules_chinese
    assert bool(one.left) == bool(one.left_chinese)
    assert set(one.values) <= set(declarations())
    assert all(set(known) == {"claim", "why", "chinese"} for known in one.known)
    assert (catalogue.FOLDER / f"{name}.py").exists()
    catalogue.parameters_of(one)


def test_error_of_batches_by_hand():
    """Two batches with means 1 and 3: standard deviation sqrt(2), over sqrt(2)."""
    assert months.batch_error(np.array([1.0, 1.0, 3.0, 3.0, 9.0]), 2) == pytest.approx(1.0)


def test_a_process_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(KeyError, match="did you mean enrolment"):
        months.processes(("enrolmnt",))


def test_bass_passes_its_published_points():
    """p = .03, q = .38: 0 at the start, the peak at 6.19 years, .813 after ten."""
    assert curve_of(0.03, 0.38, np.array([0.0, 10.0])) == pytest.approx([0.0, 0.8128], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reproduce"], "reproduce wants list, all"),
        (["reproduce", "bas"], "did you mean bass?"),
        (["reproduce", "all", "models=[bass]"], "leave models=[bass] out"),
        (["reproduce", "bass", "experiment=smoke"], "leave experiment=smoke out"),
        (["reproduce", "bass", "county.villages=3"], "measures counties of its own"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(words, said, capsys):
    assert run.main(words) == 1
    assert said in capsys.readouterr().err


def test_the_list_names_every_model(capsys):
    assert run.main(["reproduce", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(catalogue.models())


def test_what_is_finished_is_not_played_again(tmp_path, monkeypatch, capsys):
    """Kept under its files: the second time nothing is played, and the same is said."""
    found = Reproduction(
        [Claim("a", "b", 1.0, 0.0, 1.0)], [Line("a", "b", [0.0], [1.0], [1.0], [0.0])], ("x", "x"), ("y", "y")
    )
    played = []

    def once(published, seed):
        played.append(published.name)
        return found

    monkeypatch.setattr("experiments.reproduce.study.played", once)
    words = ["reproduce", "bass", f"out={tmp_path}", "engine=serial", "progress=false"]
    said = []
    for _ in range(2):
        assert run.main(words) == 0
        said.append(capsys.readouterr().out)
    assert played == ["bass"] and said[0] == said[1]
    assert "1 of 1 published models are reproduced, 1 of 1 claims." in said[0]


@pytest.mark.slow  # each within a minute
@pytest.mark.parametrize("name", catalogue.models())
def test_every_claim_is_reproduced_twice_to_the_byte(name):
    one = catalogue.models()[name]
    first, again = (catalogue.played(one, 2025) for _ in range(2))
    assert first.kept() == again.kept()
    assert first.missed == [known["claim"] for known in one.known]
