"""What an install takes and what it saves, in environments of their own that see this one's packages."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from .readings import Reading, Scale, figure, timed

ROOT = Path(__file__).parents[2]
PARTS = (
    "sim",
    "experiments",
    "configs",
    "run.py",
    "hatch_build.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
WITHOUT = {"MUTUAL_AID_NO_KERNELS": "1"}
INSTALL = ("install", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-e")
# what `run.py` does before its first run, and the first month
FIRST_MONTH = """
import sim
from experiments.study.runner import warm
warm(sim.Parameters())
sim.MutualAidModel(sim.Parameters(), seed=1).step()
"""


def installs(size: Scale) -> list[Reading]:
    """The README's install with kernels and without, and the way to the first month after each."""
    if not size.cold:
        return []
    found: list[Reading] = []
    for name, environment in (("with kernels", {}), ("without", WITHOUT)):
        with tempfile.TemporaryDirectory(prefix=".install-", dir=Path.home()) as folder:
            found += _stretches(name, Path(folder), environment)
    return found


def _stretches(name: str, room: Path, environment: dict[str, str]) -> list[Reading]:
    """An install into `room`, and warming to the first month of it: wall, and CPU of all processes."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, room / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, room)
    timed([sys.executable, "-m", "venv", "--without-pip", room / "venv"])
    python = room / "venv" / "bin" / "python"
    packages = next((room / "venv").glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    environment = {"PYTHONPATH": "", "XDG_CACHE_HOME": str(room / "cache"), **environment}
    _, install_cpu, install = timed([python, "-m", "pip", *INSTALL, str(room)], **environment)
    _, first_cpu, first = timed([python, "-c", FIRST_MONTH], **environment)
    unit, cpu = "s wall", "s CPU"
    return [
        figure(f"install {name}", [install], unit),
        figure(f"install {name}, all processes", [install_cpu], cpu),
        figure(f"start to first month, installed {name}", [first], unit),
        figure(f"start to first month, installed {name}, all processes", [first_cpu], cpu),
        figure(f"both, installed {name}", [install + first], unit),
        figure(f"both, installed {name}, all processes", [install_cpu + first_cpu], cpu),
    ]
