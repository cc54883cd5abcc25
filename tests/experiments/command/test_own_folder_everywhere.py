"""A folder of one's own beyond one run: sensitivity, draws, patterns, policies, words, the dashboard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SMALL = ("county.villages=3", "county.elders=30", "horizon.spin_up=0", "horizon.end=2026-06")
RULES = """from sim import Modifier


class Cheaper:
    def __init__(self, cost):
        self.cost = cost

    def modifiers(self, parameters):
        return [Modifier("telephone.cost", "set", self.cost, 6)]
"""
PATTERNS = """setups:
  start: {months: 0}
patterns:
  - {id: X1, what: gap of ages, chinese: 年龄差, source: planted, year: 2020, grade: D, observed: 0.0,
     observation_sd: 0.0, discrepancy_sd: 0.5, band: [0.0, 0.9], use: validation, summary: age_gap,
     setup: start}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a policy in Python, patterns and Chinese words."""
    mine = tmp_path_factory.mktemp("own") / "我的 规则"
    shutil.copytree(ROOT / "examples" / "telephone_round", mine, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in {
        "policies/cheaper.yaml": "_target_: my_rules.Cheaper\ncost: 0.3\n",
        "policies/my_rules.py": RULES,
        "patterns/mine.yaml": PATTERNS,
        "words.yaml": "sections: {telephone: 电话问候}\nparameters: {telephone.cost: 每次通话费用}\n",
    }.items():
        (mine / name).parent.mkdir(exist_ok=True)
        (mine / name).write_text(text, encoding="utf-8")
    return mine


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return python(str(ROOT / "run.py"), *words)


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=500,
    )


def study(*words: str, out: Path) -> Path:
    done = run(*words, *SMALL, f"out={out}", "workers=1", "progress=false")
    assert done.returncode == 0, done.stderr
    (manifest,) = out.glob("*/*/manifest.json")
    return manifest.parent


@pytest.mark.slow
def test_parameters_of_ones_own_are_inputs_of_sensitivity(folder: Path, tmp_path: Path) -> None:
    asked = ("experiment=sensitivity", "size=quick", "method=morris", "samples=2", "replicates=1")
    inputs = ("inputs=[telephone,participation]", "telephone.on=true", f"own={folder}")
    found = study(*asked, *inputs, out=tmp_path)
    said = json.loads((found / "findings.json").read_text(encoding="utf-8"))
    assert "telephone" in json.dumps(said) or "telephone" in (found / "summary.csv").read_text(
        encoding="utf-8"
    )


@pytest.mark.slow
def test_patterns_of_ones_own_are_named_without_their_folder(folder: Path, tmp_path: Path) -> None:
    done = run(
        "validate", "patterns=mine", *SMALL, f"own={folder}", f"out={tmp_path}", "progress=false", "workers=1"
    )
    assert done.returncode == 0 and "1 of 1 patterns hold" in done.stdout, done.stderr


@pytest.mark.slow
def test_a_policy_in_python_runs_where_it_is_trusted_and_words_stand_in_the_report(
    folder: Path, tmp_path: Path
) -> None:
    asked = ("experiment=baseline", "seeds=2", "telephone.on=true", "policy=cheaper", f"own={folder}")
    refused = run(*asked, *SMALL)
    assert refused.returncode == 1 and "allow it with trusted=true" in refused.stderr
    found = study(*asked, "trusted=true", out=tmp_path)
    done = run("report", f"study={found}", f"own={folder}", "report.language=zh")
    assert done.returncode == 0, done.stderr
    assert "每次通话费用" in (found / "report.zh.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_unknown_of_ones_own_parts_is_drawn_and_calibrated_like_the_rest(folder: Path) -> None:
    """By the list of uncertain declarations that draws and calibration start from."""
    asked = "from experiments.study.draws import uncertain; print([one.path for one in uncertain()])"
    with_it, without = (
        python("-c", asked, MUTUAL_AID_OWN=own).stdout.split("[", 1)[1] for own in (str(folder), "")
    )
    assert "telephone.reached" in with_it and "telephone" not in without


@pytest.mark.slow
def test_the_dashboard_starts_with_a_folder_of_ones_own(folder: Path) -> None:
    pytest.importorskip("streamlit", reason="the extra dashboard is not installed")
    page = ROOT / "experiments" / "dashboard" / "app.py"
    asked = (
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(page)!r}, default_timeout=120).run()\n"
        "from experiments.command.scenario import known\n"
        "print(len(page.exception), 'telephone.cost' in known())\n"
    )
    done = python("-c", asked, MUTUAL_AID_OWN=str(folder))
    assert done.stdout.split() == ["0", "True"], done.stderr
