"""A folder of one's own beyond one run: sensitivity, draws, patterns, policies, words, the dashboard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
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
  - {id: X2, what: helpers who are willing, chinese: 愿意者, source: planted, year: 2020, grade: D,
     observed: 0.5, observation_sd: 0.0, discrepancy_sd: 0.05, band: [0.2, 0.9], use: calibration,
     summary: willing}
  - {id: X1, what: gap of ages, chinese: 年龄差, source: planted, year: 2020, grade: D, observed: 0.0,
     observation_sd: 0.0, discrepancy_sd: 0.5, band: [0.0, 0.9], use: validation, summary: age_gap,
     setup: start}
"""


CLUSTER = """from experiments.study.engines import _cluster
if __name__ == "__main__":
    with _cluster(2) as address:
        print(address, flush=True)
        input()
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


def contents(found: Path) -> list[str]:
    """Digest of each run's content, in the order of the seeds."""
    rows = pd.concat(pd.read_parquet(path) for path in sorted((found / "runs").glob("*.parquet")))
    return list(rows.sort_values(["scenario", "replicate"])["content"])


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
    assert done.returncode == 0 and "patterns hold" in done.stdout, done.stderr


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


@pytest.mark.slow
def test_a_calibration_with_a_part_of_ones_own_runs_to_its_end_and_its_table_is_read(
    folder: Path, tmp_path: Path
) -> None:
    """As small as the stages allow; in a process of its own, as a folder is taken once."""
    pytest.importorskip("sklearn", reason="the extra evidence is not installed")
    asked = (
        "import sys\n"
        "from experiments.evidence import calibrate\n"
        "from experiments.command.line import main\n"
        "few = calibrate.Amount(screen=1, most=3, waves=1, points=36, pool=256, check=4)\n"
        "calibrate.SIZES['quick'] = few\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    mine = (f"own={folder}", "telephone.on=true", "workers=1", "progress=false", *SMALL)
    words = ("experiment=calibrate", "size=quick", "patterns=mine", *mine, f"out={tmp_path / 'fit'}")
    done = python("-c", asked, *words)
    assert done.returncode == 0, done.stderr
    (table,) = (tmp_path / "fit").glob("calibrate/*/calibrated.csv")
    runs = (table.parent / "scenarios.json").read_text(encoding="utf-8")
    assert "telephone.reached" in runs, "a dial of the folder is drawn in the runs of the screen"
    done = run("experiment=baseline", "seeds=2", f"draws={table}", *mine, f"out={tmp_path / 'with'}")
    assert done.returncode == 0, done.stderr
    (drawn,) = (tmp_path / "with").glob("baseline/*/manifest.json")
    assert str(table.name) in drawn.read_text(encoding="utf-8")


@pytest.mark.slow
def test_workers_by_dask_get_the_folder_by_its_content(folder: Path, tmp_path: Path) -> None:
    """Workers of a scheduler that was there before, and knew no folder: the same runs as in one process."""
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    asked = ("experiment=baseline", "seeds=4", "telephone.on=true", f"own={folder}")
    here = study(*asked, "engine=serial", out=tmp_path / "here")
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as cluster:  # fmt: skip
        address = cluster.stdout.readline().strip()
        there = study(*asked, "engine=dask", f"engine.scheduler={address}", out=tmp_path / "there")
        cluster.stdin.close()
    assert here.name == there.name and contents(here) == contents(there)
