"""The project as a wheel: two names in a clean environment, a study from a folder with names of its own."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUIET = {**os.environ, "MUTUAL_AID_NO_KERNELS": "1", "PYTHONPATH": ""}


def named(node: ast.AST) -> list[str]:
    """What an import names in full."""
    if isinstance(node, ast.ImportFrom):
        return [] if node.level else [str(node.module)]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []


def test_rooms_of_the_experiments_are_named_from_where_they_stand():
    """Installed they lie below another name: an import by that of the repository would find nothing."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "experiments").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.ImportFrom)
            and node.level == 0
            and (node.module or "").startswith("experiments")
        )
        or (isinstance(node, ast.Import) and any(one.name.startswith("experiments") for one in node.names))
    ]
    assert wrong == []


@pytest.mark.slow  # builds, installs and runs: half a minute
def test_a_wheel_claims_two_names_and_runs_beside_names_of_your_own(tmp_path):
    packages, mine = tmp_path / "dist", tmp_path / "mine"
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(packages),
    ]
    subprocess.run([*build, str(ROOT)], check=True, env=QUIET, timeout=300)
    (wheel,) = packages.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        tops = {name.partition("/")[0] for name in packed.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sim", "mutual_aid"}
    venv.create(tmp_path / "clean", with_pip=False)
    python = tmp_path / "clean" / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(wheel)], check=True, env=QUIET, timeout=300)
    (room,) = (tmp_path / "clean" / "lib").glob("python*/site-packages")
    (room / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")  # what it depends on
    for name in ("experiments", "configs"):
        (mine / name).mkdir(parents=True)
        (mine / name / "__init__.py").write_text("raise SystemExit('this is mine')\n")
    (mine / "run.py").write_text("raise SystemExit('this is mine')\n")
    words = ["experiment=baseline", "seeds=2", "county.villages=2", "county.elders=20", "horizon.end=2025-03"]
    for door in ([python, "-m", "mutual_aid"], [tmp_path / "clean" / "bin" / "mutual-aid"]):
        command = [*map(str, door), *words, "horizon.spin_up=1", "workers=2", "progress=false"]
        done = subprocess.run(command, cwd=mine, env=QUIET, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert "\nmutual-aid report study=results/baseline/" in done.stdout
