"""What people write is taken or refused in one sentence, within seconds: input.yaml."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from long_words import LONG, spelled

import run
from experiments.command import experiment_settings, scenario, settings
from experiments.study.provenance import ROOT

CASES = yaml.safe_load(Path(__file__).with_name("input.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def configs(tmp_path, monkeypatch):
    """A folder of policies with one more."""
    policies = tmp_path / "configs" / "policy"
    policies.mkdir(parents=True)
    plain = settings.options()
    monkeypatch.setattr(settings, "options", lambda: {**plain, "policy": (*plain["policy"], "mine")})
    monkeypatch.setattr(scenario, "options", settings.options)
    monkeypatch.setattr(experiment_settings, "options", settings.options)
    return policies


@pytest.mark.parametrize("case", CASES)
def test_what_people_write_gets_one_sentence_within_seconds(case, configs, tmp_path, capsys, monkeypatch):
    told, here = CASES[case], tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("PIPE", "PIPE.csv"):
        os.mkfifo(tmp_path / name)
    for name, text in told.get("file", {}).items():
        (tmp_path / name).write_text(spelled(text), encoding="utf-8")
        words = [word.replace("{file}", str(tmp_path / name)) for word in told["words"]]
        monkeypatch.setitem(told, "words", words)
    if "policy" in told:
        (configs / "mine.yaml").write_text(spelled(told["policy"], HERE=str(here / "ran")), encoding="utf-8")
        monkeypatch.setattr(scenario, "policy_folder", lambda: configs)
    words = [spelled(word, PIPE=str(tmp_path / "PIPE")) for word in told["words"]]
    began = time.process_time()
    code = run.main(words)
    assert time.process_time() - began < 3
    said = capsys.readouterr().err
    assert code == 1 and said.startswith("error: ") and len(said.strip().splitlines()) == 1, said
    assert told["says"] in said and len(said) < 2_200, said
    assert told.get("not", "\0") not in said
    assert not list(here.iterdir()), "nothing was begun"


def spent(*words):
    """Seconds of processor time and megabytes that a command takes, and its exit code."""
    child = subprocess.Popen([sys.executable, ROOT / "run.py", *words], stdout=-3, stderr=-3)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode


@pytest.mark.parametrize("text", ["", LONG["NESTED3000"], LONG["LADDER3000"], LONG["LONG3000000"]])
def test_a_file_that_is_refused_costs_no_more_than_the_help(text, tmp_path):
    """Two seconds and fifty megabytes beyond it: the model, which takes 200, is not loaded for it."""
    (tmp_path / "s.yaml").write_text(text)
    plain, bad = spent("--help"), spent(f"scenario={tmp_path / 's.yaml' if text else '/dev/zero'}")
    assert plain[2] == 0 and bad[2] == 1
    assert bad[0] < plain[0] + 2 and bad[1] < plain[1] + 50
