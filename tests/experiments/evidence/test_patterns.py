"""Patterns as data: the project's own, a user's file, verdicts, and what a bad file is told."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import yaml
from good_pattern import GOOD

import run
from experiments.evidence import pattern_file, patterns
from experiments.evidence.comparing import compared
from experiments.evidence.judging import HOLDS, MISSES, UNKNOWN, implausibility, judge, verdict
from experiments.evidence.pattern_file import Pattern, Setup
from experiments.evidence.summaries import SUMMARIES
from experiments.evidence.summaries.registry import RUN, START

TINY = [
    "county.villages=3", "county.elders=20", "horizon.spin_up=3", "horizon.end=2025-12", "progress=false",
]  # fmt: skip


def pattern(**more) -> Pattern:
    plain = {
        "id": "a", "what": "a", "source": "a", "year": 2024, "grade": "A", "observed": 0.5,
        "observation_sd": 0.3, "discrepancy_sd": 0.4, "low": 0.2, "high": 0.8, "use": "validation",
        "summary": SUMMARIES["willing"], "setup": Setup("default"),
    }  # fmt: skip
    return Pattern(**plain | more)


# -- judging
@pytest.mark.parametrize(
    "low, high, said",
    [
        (0.2, 0.8, HOLDS), (0.3, 0.3, HOLDS), (0.1, 0.19, MISSES), (0.81, 2, MISSES),
        (0.1, 0.3, UNKNOWN), (0.7, 0.9, UNKNOWN), (0.1, 0.9, UNKNOWN), (np.nan, np.nan, UNKNOWN),
    ],
)  # fmt: skip
def test_an_interval_across_an_edge_cannot_be_told(low, high, said):
    assert verdict(pattern(), low, high) == said


def test_implausibility_by_hand():
    """Two seeds, 1 and 3: mean 2, variance of the mean 1; 1.5 over the root of .09 + .16 + 1."""
    assert implausibility(pattern(), np.array([1.0, 3.0])) == pytest.approx(1.5 / 1.25**0.5)
    assert implausibility(pattern(), np.array([1.0])) == pytest.approx(0.5 / 0.5)  # luck unknown: left out
    assert np.isnan(implausibility(pattern(), np.array([])))


def test_implausibility_in_logarithms():
    """Twice the observed value, deviations .3 and .4: ln 2 over .5; nothing is infinitely far from nought."""
    one = pattern(scale="log")
    assert implausibility(one, np.array([1.0, 1.0])) == pytest.approx(np.log(2) / 0.5)
    assert implausibility(one, np.array([0.0])) == np.inf


def test_a_judgement_has_students_interval_over_the_seeds_that_saw_something():
    """.4 .5 .6: mean .5, standard error .0577, t of two degrees 4.303."""
    found = judge(pattern(), [(0.4, 3), (0.5, 3), (0.6, 4), (np.nan, 0)])
    assert (found.value, found.seeds, found.units) == (pytest.approx(0.5), 3, 10)
    assert found.high - found.value == pytest.approx(4.303 * 0.05774, rel=1e-3)
    assert found.verdict == HOLDS and found.miss == 0 and found.place(0.5) == pytest.approx(0.5)


def test_one_seed_tells_nothing():
    assert judge(pattern(), [(0.5, 9)]).verdict == UNKNOWN


@pytest.mark.parametrize(
    "how, expected", [("ratio", [2.0, np.nan, np.nan]), ("difference", [3.0, 4.0, np.nan])]
)
def test_two_set_ups_are_compared_seed_by_seed(how, expected):
    """6 against 3, 4 against nought, nothing against 1; the fourth seed has no other."""
    found = compared(how, [(6.0, 9), (4.0, 9), (np.nan, 0), (1.0, 1)], [(3.0, 5), (0.0, 7), (1.0, 9)])
    assert [value for value, _ in found] == pytest.approx(expected, nan_ok=True)
    assert [count for _, count in found] == [5, 7 if how == "difference" else 0, 0]


def test_a_set_up_is_run_once_for_all_that_ask_for_it(monkeypatch):
    """Two patterns under one set-up, one of them against a second."""
    asked = {}

    def note(line, base, setup, summaries):
        asked[setup.name] = [one.called for one in summaries]
        return {one.called: [(2.0 if setup.name == "a" else 1.0, 3)] for one in summaries}

    monkeypatch.setattr(patterns, "values", note)
    a, b, other = Setup("a"), Setup("b"), SUMMARIES["participation"]
    rows = patterns.judged(None, None, [pattern(setup=a), pattern(id="b", setup=a, against=b, summary=other)])
    assert asked == {"a": ["willing", "participation"], "b": ["participation"]}
    assert [row.value for row in rows] == [2.0, 2.0] and patterns.setup_of(rows[1].pattern) == "a / b (ratio)"


# -- the project's own
def test_every_pattern_from_c1_to_c17_is_there():
    found = pattern_file.ready()
    ours = {one.id.rstrip("abcde") for one in found if one.id.startswith("C")}
    assert ours == {f"C{number}" for number in range(1, 18)}
    assert [one.id for one in found if not one.id.startswith("C")] == [f"E{number}" for number in range(1, 7)]
    for one in found:
        assert one.chinese and one.low <= one.observed <= one.high and one.discrepancy_sd > 0, one.id


def test_any_reader_of_runs_can_hold_a_run_against_them():
    """A start or a run is all that the project's own ask for, one at a time."""
    assert all(one.against is None and one.summary.needs in (START, RUN) for one in pattern_file.ready())


def test_those_for_calibration_are_named():
    """C6, C8, C12 to C14, C16; the rest is for validation."""
    used = {one.id.rstrip("abcde") for one in pattern_file.ready() if one.use == "calibration"}
    assert used == {"C6", "C8", "C12", "C13", "C14", "C16"}


# -- a file of one's own
def test_a_file_of_ones_own_is_judged(tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert run.main(["validate", f"patterns={file}", f"out={tmp_path}", "seeds=2", *TINY]) == 0
    assert "mine" in capsys.readouterr().out
    (study,) = (tmp_path / "patterns").iterdir()
    (row,) = csv.DictReader((study / "summary.csv").open())
    assert row["id"] == "mine" and row["seeds"] == "2" and row["verdict"] in (HOLDS, MISSES, UNKNOWN)
    english, chinese = (
        json.loads((study / f"findings{code}.json").read_text(encoding="utf-8")) for code in ("", ".zh")
    )
    assert "1 patterns" in english["sentences"][0] and "规律" in chinese["sentences"][0]
    assert (study / "figures" / "patterns.png").is_file()
    assert file.name in json.dumps(json.loads((study / "manifest.json").read_text())["files"])


def test_a_set_up_runs_its_months_and_values_and_draws_move_it(tmp_path, monkeypatch):
    """Its own months and values stand before those of the line; with draws each seed has its own."""
    seen = []
    plain = pattern_file.SUMMARIES["willing"].of
    monkeypatch.setitem(
        pattern_file.SUMMARIES,
        "willing",
        pattern_file.Summary("willing", "run", "share", lambda one: seen.append(one) or plain(one)),
    )
    content = yaml.safe_load(GOOD)
    content["patterns"][0] |= {"summary": "willing", "setup": "long"}
    content["setups"] = {"long": {"months": 18, "seeds": 2, "set": {"county.elders": 25}}}
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    words = ["validate", f"patterns={file}", f"out={tmp_path}", "seeds=3", "draws=true", *TINY]
    assert run.main(words) == 0
    assert [len(one.series.flow) for one in seen] == [18, 18]
    assert {(one.parameters.county.villages, one.parameters.county.elders) for one in seen} == {(3, 25)}
    assert len({one.parameters.canteen.food for one in seen}) == 2


@pytest.mark.parametrize(
    "words, said",
    [
        (["validate"], "validate wants a file of patterns"),
        (["validate", "patterns=nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["validate", "patterns="], "validate wants a file of patterns"),
        (["patterns", "experiment=baseline"], "patterns judges patterns and runs no other experiment"),
        (["experiment=baseline", "patterns=mine.yaml"], "experiment=baseline does not read it"),
    ],
)
def test_a_wrong_command_gets_one_sentence(words, said, capsys):
    assert run.main(words) == 1
    told = capsys.readouterr().err.strip()
    assert said in told and "\n" not in told
