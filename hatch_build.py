"""What the install does beside copying: it compiles the kernels, so that the first run need not.

They are made for any processor of the kind, into a package beside the model that `sim.engine.compile_cache`
reads. Where Numba is missing, as in an isolated build, or where compiling fails, there is no such package and
the first run compiles; the install goes on either way. `MUTUAL_AID_NO_KERNELS=1` leaves it out.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "mutual_aid/kernels"  # below the folder of installed packages
DOOR = {"run.py": "mutual_aid/__main__.py"}  # an editable install does not look into pyproject.toml
DOCSTRING = '"""Compiled kernels of mutual-aid-sim; what does not agree with its sources is not read."""\n'
LONGEST = 1_800  # seconds until it is given up


class CustomBuildHook(BuildHookInterface):
    """Adds compiled kernels to a wheel, editable or not."""

    room: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and name the folder to be packed."""
        if os.environ.get("MUTUAL_AID_NO_KERNELS") or importlib.util.find_spec("numba") is None:
            return
        try:
            self.room = Path(tempfile.mkdtemp(prefix="mutual-aid-kernels-"))
            packed = self.compiled(self.room)
        except (OSError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"kernels are not compiled; the first run will do it: {error}")
            return
        build_data["force_include_editable"] |= {str(Path(self.root, file)): at for file, at in DOOR.items()}
        for place in ("force_include", "force_include_editable"):
            build_data[place][str(packed)] = PACKAGE

    def compiled(self, room: Path) -> Path:
        """A package with what could be compiled; raises where nothing can."""
        if not Path(self.root, "sim", "compile_ahead.py").is_file():  # one of an older install would be found
            raise FileNotFoundError("there is no sim/compile_ahead.py")
        path = os.pathsep.join(filter(None, (self.root, os.environ.get("PYTHONPATH", ""))))
        kernels = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(room / "made"), "PYTHONPATH": path}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
        subprocess.run(
            [sys.executable, "-P", "-m", "sim.compile_ahead"],
            env=clean | kernels,
            check=True,
            timeout=LONGEST,
        )
        packed = room / PACKAGE
        packed.mkdir(parents=True)
        (packed / "__init__.py").write_text(DOCSTRING, encoding="utf-8")
        for file in (room / "made").rglob("*.nbc"):
            target = packed / file.relative_to(room / "made")
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
        return packed

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """What was packed is not needed any more."""
        if self.room:
            shutil.rmtree(self.room, ignore_errors=True)
