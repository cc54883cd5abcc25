"""What the install does: kernels are compiled into a package of their own, and nothing makes it fail."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from experiments.benchmark.installing import PARTS
from sim import compile_ahead

pytest.importorskip("hatchling")

PROJECT = Path(__file__).resolve().parents[1]
# What stands for the model: it notes how Numba is set, and leaves files where the hook said.
PRETENDED = """
import os, pathlib, sys
folder = pathlib.Path(os.environ["NUMBA_CACHE_DIR"], "0123", "sim.parts")
folder.mkdir(parents=True)
(folder / "plan.nbc").write_bytes(os.environ["NUMBA_CPU_NAME"].encode())
(folder / ".half.tmp").write_bytes(b"")
sys.exit(int(os.environ.get("CODE", "0")))
"""


class Screen:
    """Takes warnings."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def display_warning(self, message: str) -> None:
        """One more."""
        self.said.append(message)


def hook(root: Path) -> tuple[Any, Screen]:
    """The hook of a project, and what it says."""
    spec = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    screen: Any = Screen()
    return module.CustomBuildHook(str(root), {}, None, None, str(root), "wheel", screen), screen


def built(root: Path) -> tuple[dict[str, Any], dict[str, bytes], list[str]]:
    """What is to be packed, the files of it, and what was said; afterwards nothing is left."""
    made, screen = hook(root)
    data: dict[str, Any] = {"force_include": {}, "force_include_editable": {}}
    made.initialize("editable", data)
    folders = [Path(folder) for folder in data["force_include_editable"]]
    files = {
        str(file.relative_to(folder)): file.read_bytes()
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file()
    }
    made.finalize("editable", data, "")
    assert not any(folder.exists() for folder in folders)
    return data, files, screen.said


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose model is pretended."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").touch()
    (tmp_path / "sim" / "compile_ahead.py").write_text(PRETENDED, encoding="utf-8")
    monkeypatch.delenv("MUTUAL_AID_NO_KERNELS", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


def test_kernels_for_any_processor_are_packed_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CPU_NAME", "of this machine")
    data, files, said = built(root)
    assert [*data["force_include_editable"].values()] == ["mutual_aid/__main__.py", "mutual_aid/kernels"]
    assert [*data["force_include"].values()] == ["mutual_aid/kernels"]  # the door of a wheel: pyproject.toml
    assert files.pop("__init__.py")
    assert files == {"0123/sim.parts/plan.nbc": b"generic"}
    assert said == []


@pytest.mark.parametrize("why", ["not wanted", "no Numba", "fails", "no room", "no model"])
def test_an_install_goes_on_without_kernels(why: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if why == "not wanted":
        monkeypatch.setenv("MUTUAL_AID_NO_KERNELS", "1")
    elif why == "no Numba":  # an isolated build
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    elif why == "fails":
        monkeypatch.setenv("CODE", "1")
    elif why == "no room":
        monkeypatch.setattr("tempfile.mkdtemp", lambda **how: (_ for _ in ()).throw(OSError("disk full")))
    else:
        shutil.rmtree(root / "sim")
    data, files, said = built(root)
    assert data == {"force_include": {}, "force_include_editable": {}} and files == {}
    assert len(said) == (why not in ("not wanted", "no Numba"))


FIRST_MONTH = """
import time
import signatures
compiled = signatures.Compiled()
import sim
from runs import digest
model = sim.MutualAidModel(sim.Parameters().replace({"county.villages": 2, "county.elders": 40}), seed=1)
model.run(2)
print(len(compiled.functions), digest(model))
"""


@pytest.mark.slow
def test_an_install_in_place_compiles_and_the_first_run_does_not_in_a_fresh_process(tmp_path: Path) -> None:
    """In an environment of its own; the bytes are those of this processor's own code."""
    if not importlib.util.find_spec("pip"):
        pytest.skip("needs pip")
    copy, room = tmp_path / "copy", tmp_path / "environment"
    copy.mkdir()
    for name in (*PARTS, "tests"):
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(PROJECT / name, copy / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", room], check=True)
    python = room / "bin" / "python"
    packages = next(room.glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NUMBA_", "MUTUAL_AID_", "PYTHON"))
    }
    how = ["-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([python, "-m", "pip", "install", *how, "-e", copy], env=clean, check=True)
    tests = os.pathsep.join(str(copy / name) for name in ("tests", "tests/invariants"))

    def said(**more: str) -> list[str]:
        environment = {**clean, "PYTHONPATH": tests, "XDG_CACHE_HOME": str(tmp_path / "cache"), **more}
        done = subprocess.run([python, "-c", FIRST_MONTH], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2_000:]
        return done.stdout.split()

    compiled, digest = said()
    assert compiled == "0"
    here = {"MUTUAL_AID_NO_KERNELS": "1", "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", "")}
    assert said(**here)[1] == digest
    # again: what still agrees is taken over, and the wheel for elsewhere holds the same files
    subprocess.run(
        [python, "-m", "pip", "wheel", *how, "-w", tmp_path, copy], env=clean, check=True, timeout=40
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if name.endswith(".nbc")}
    installed = {str(file.relative_to(packages)) for file in packages.rglob("*.nbc")}
    every_county = {line for line in compile_ahead.listed() if line.when == compile_ahead.ALWAYS}
    assert len(packed) >= len(every_county) > 50 and packed <= installed
