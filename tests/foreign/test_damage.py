"""Damage and kills at random: a study is made whole, or refused in one sentence; never another number.

By hand with other seeds and counts: DAMAGE=200 SEED=3 python -m pytest -m slow tests/foreign/test_damage.py
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import run
from experiments.command.catalogue import Mistake
from experiments.study.findings import Findings
from experiments.study.store import Results
from experiments.study.study import ROOT

pytestmark = pytest.mark.slow
SEED, COUNT = int(os.environ.get("SEED", "20")), int(os.environ.get("DAMAGE", "35"))
WORDS = ["experiment=smoke", "county.elders=12", "county.villages=2", "horizon.end=2025-12", "progress=false"]
VOLATILE = ("started", "finished", "status", "own", "texts")
KINDS = ("bit", "bit", "digit", "cut", "delete", "rename", "empty")


def everything(folder):
    """What a reader can ask of a study."""
    found = Results(folder)
    manifest = {key: v for key, v in found.manifest.items() if key not in VOLATILE}
    tables = [found.runs().drop(columns="cpu_seconds"), found.villages(), found.series(), found.summary]
    return [*tables, Findings.load(folder), found.configuration, manifest]


def same(one, other):
    """Whether two studies answer alike."""
    pairs = zip(one, other, strict=True)
    return all(a.equals(b) if isinstance(a, pd.DataFrame) else a == b for a, b in pairs)


def damage(path, kind, chance):
    """Change a file as a disk, a copy or a hand may."""
    content = bytearray(path.read_bytes())
    digits = [place for place, sign in enumerate(content) if 48 <= sign <= 57]
    if kind == "bit" and content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif kind == "digit" and digits:
        place = chance.choice(digits)
        content[place] = 48 + (content[place] - 47) % 10
    elif kind == "cut":
        content = content[: chance.randrange(len(content) + 1)]
    elif kind == "empty":
        content = bytearray()
    path.write_bytes(content)
    if kind == "delete":
        path.unlink()
    elif kind == "rename":
        path.rename(path.with_name(f"x{path.name}"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished study, its figures among its files."""
    out = tmp_path_factory.mktemp("whole")
    assert run.main([*WORDS, "seeds=4", "horizon.spin_up=1", "workers=1", f"out={out}"]) == 0
    return next((out / "smoke").iterdir())


@pytest.mark.parametrize("number", range(COUNT))
def test_damage_is_healed_or_refused(number, whole, tmp_path, capsys):
    chance = random.Random(SEED * 100_000 + number)
    folder = tmp_path / "smoke" / whole.name
    shutil.copytree(whole, folder)
    path = chance.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
    damage(path, chance.choice(KINDS), chance)
    try:
        assert same(everything(whole), everything(folder)), path
    except Mistake as error:
        assert "\n" not in str(error)
    for verb in ("status", "report"):
        capsys.readouterr()
        code = run.main([verb, f"study={folder}"])
        said = capsys.readouterr().err
        assert code == 0 or said.count("error: ") == len(said.splitlines()) == 1, said
    again = [*WORDS, "seeds=4", "horizon.spin_up=1", "workers=1", f"out={tmp_path}"]
    resume = ["resume", f"study={folder}", "workers=1", "progress=false"]
    assert run.main(resume) == 0 or run.main(again) == 0
    assert same(everything(whole), everything(folder)), path


def test_kills_leave_what_an_undisturbed_run_leaves(tmp_path):
    """Nine kills at random moments, each of a process that was just started for the rest."""
    chance = random.Random(SEED)
    words = [*WORDS[:1], "county.elders=40", "county.villages=4", "seeds=30", "workers=2", "progress=false"]
    results = []
    for name, kills in (("plain", 0), ("killed", 9)):
        command = [sys.executable, str(ROOT / "run.py"), *words, f"out={tmp_path / name}"]
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(1, 8))
            process.send_signal(signal.SIGKILL)
            process.wait()
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        results.append(everything(next((tmp_path / name / "smoke").iterdir())))
    plain, killed = ([*tables[:4], configuration] for *tables, _, configuration, _ in results)
    assert same(plain, killed)
