"""`own=folder` on the command line: found, kept in the identity of a study, the same in workers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "telephone_round"
SMALL = (
    "experiment=baseline",
    "county.villages=4",
    "county.elders=30",
    "horizon.spin_up=0",
    "horizon.end=2025-12",
    "seeds=2",
    "progress=false",
)


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line in a process of its own."""
    mine = {key: v for key, v in os.environ.items() if key != "MUTUAL_AID_OWN"} | environment
    return subprocess.run(
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        env={**mine, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The example with a policy and an option of its own."""
    folder = tmp_path / "my folder"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "policies").mkdir()
    (folder / "policies" / "cheap_calls.yaml").write_text(
        "modifiers:\n  - {path: telephone.cost, set: 0.2, start: 2025-07}\n", encoding="utf-8"
    )
    (folder / "configs" / "funding").mkdir(parents=True)
    (folder / "configs" / "funding" / "mine.yaml").write_text(
        '# @package _global_\ntelephone:\n  "on": true\n', encoding="utf-8"
    )
    return folder


def contents(study: Path) -> list[str]:
    """Digest of each run's content."""
    import pandas as pd

    rows = pd.concat(pd.read_parquet(path) for path in sorted((study / "runs").glob("*.parquet")))
    return sorted(rows["content"])


def only(folder: Path) -> Path:
    """The one study in a folder."""
    (found,) = (path for path in (folder / "baseline").iterdir() if (path / "manifest.json").is_file())
    return found


def test_the_page_shows_the_example_as_it_is_in_under_forty_five_lines() -> None:
    page = (ROOT / "docs/own_folder.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- part -->\n```python\n(.*?)```", page, re.S)
    part = (EXAMPLE / "parts" / "telephone.py").read_text(encoding="utf-8")
    assert shown is not None and shown[1] == part
    assert sum(bool(line.strip()) for line in part.splitlines()) < 40


@pytest.mark.slow
def test_serial_and_spawned_workers_agree_and_an_edit_makes_another_study(mine: Path, tmp_path: Path) -> None:
    asked = (*SMALL, "funding=mine", "policy=cheap_calls")
    serial = run(*asked, f"own={mine}", f"out={tmp_path / 'a'}", "engine=serial")
    assert serial.returncode == 0, serial.stderr
    spawned = run(*asked, f"out={tmp_path / 'b'}", "workers=2", MUTUAL_AID_OWN=str(mine))
    assert spawned.returncode == 0, spawned.stderr
    a, b = only(tmp_path / "a"), only(tmp_path / "b")
    assert a.name == b.name and contents(a) == contents(b)
    part = mine / "parts" / "telephone.py"
    part.write_text(part.read_text(encoding="utf-8") + "# other\n", encoding="utf-8")
    for words in (("verify", f"study={a}", f"own={mine}"), ("resume", f"study={a}", f"own={mine}")):
        refused = run(*words)
        assert refused.returncode == 1 and len(refused.stderr.strip().splitlines()) == 1
        assert "changed" in refused.stderr or "not what it was" in refused.stderr
    assert run(*asked, "--config-dir", str(mine), f"out={tmp_path / 'a'}", "engine=serial").returncode == 0
    assert len(list((tmp_path / "a" / "baseline").iterdir())) == 2


@pytest.mark.slow
def test_code_of_a_study_runs_only_where_its_folder_is_named(mine: Path, tmp_path: Path) -> None:
    assert run(*SMALL, f"own={mine}", f"out={tmp_path}", "engine=serial").returncode == 0
    study = only(tmp_path)
    assert "whose code would run" in run("verify", f"study={study}", "sample=1").stderr
    again = run("verify", f"study={study}", "sample=1", f"own={mine}")
    assert again.returncode == 0 and "every byte the same" in again.stdout
    told = run("explain", f"run={study}", "village=1", "month=2025-06", f"own={mine}")
    assert "elders reached by telephone" in told.stdout


@pytest.mark.slow
def test_a_folder_that_is_off_leaves_the_former_bytes(tmp_path: Path) -> None:
    assert run(*SMALL, f"out={tmp_path / 'with'}", f"own={EXAMPLE}", "engine=serial").returncode == 0
    assert run(*SMALL, f"out={tmp_path / 'without'}", "engine=serial").returncode == 0
    import pandas as pd

    rows = [
        pd.read_parquet(next((only(tmp_path / name) / "villages").glob("*.parquet")))
        for name in ("with", "without")
    ]
    assert (
        set(rows[0]) - set(rows[1]) == {"calls", "cost_calls"}
        and not rows[0][["calls", "cost_calls"]].any().any()
    )
    pd.testing.assert_frame_equal(rows[0][rows[1].columns], rows[1])


def test_what_is_not_there_is_one_sentence(mine: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    (second / "policies").mkdir(parents=True)
    (second / "policies" / "gentle.yaml").write_text("# @package _global_\n", encoding="utf-8")
    for words, said in (
        ((f"own={mine}", f"own={second}", "telephone.on=true", "policy=gentl"), "did you mean gentle?"),
        ((f"own={tmp_path / 'none'}",), "there is no such folder"),
        ((f"own={mine}", "telephon.on=true"), "did you mean telephone.on?"),
        ((f"own={mine}", "funding=mines"), "did you mean mine?"),
        ((f"own={mine}", "policy=cheap_call"), "did you mean cheap_calls?"),
    ):
        done = run("experiment=baseline", *words)
        assert done.returncode == 1 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    (mine / "configs" / "funding" / "jiangxi.yaml").write_text("# @package _global_\n", encoding="utf-8")
    done = run("experiment=baseline", f"own={mine}")
    assert "funding=jiangxi stands in" in done.stderr and str(mine) in done.stderr


def test_a_program_that_composed_hydra_itself_finds_it_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "theirs.yaml").write_text("a: 1\n", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"""
from hydra import compose, initialize_config_dir
initialize_config_dir({str(tmp_path)!r}, version_base="1.3")
from experiments.command.scenario import compose_line
assert compose_line(["experiment=baseline", "county.villages=7"]).parameters.county.villages == 7
assert compose("theirs").a == 1
""",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_a_script_without_a_guard_gets_a_sentence(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    words = json.dumps([*SMALL, "workers=2", f"out={tmp_path / 'out'}"])
    script.write_text(
        f"from experiments.command.line import main\nraise SystemExit(main({words}))\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1 and "would run again in each worker" in done.stderr.splitlines()[-1]
