"""What made the results: versions, hashes of code, tables and named files."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.state.parameters import ParameterError

from ..command import own_folder
from ..command.catalogue import Mistake
from ..command.paths import FILES, bare, is_file
from ..command.scenario import CONFIGS
from ..command.scenario_file import read_scenario
from ..command.user_files import read_bytes

ROOT = CONFIGS.parent
LIBRARIES = ("mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "hydra-core", "omegaconf", "matplotlib")
NAMED = ("scenario", *FILES, "patterns", "draws", "data")  # words whose value is a file's path


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents, in order of name."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def model_digest() -> str:
    """Hash of the model's code and tables, on which every run depends."""
    return digest([*ROOT.glob("sim/**/*.py"), *ROOT.glob("sim/data/*.csv")])


def provenance(text: str) -> dict[str, Any]:
    """Versions and hashes that tie results to what made them; `text` is the resolved configuration."""
    code = [*ROOT.glob("sim/**/*.py"), *ROOT.glob("experiments/**/*.py"), ROOT / "run.py"]
    lock = ROOT / "requirements.lock"
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "sha256": {
            "configuration": hashlib.sha256(text.encode()).hexdigest(),
            "code": digest([path for path in code if path.exists()]),
            "model": model_digest(),
            "data": {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(ROOT.glob("sim/data/*.csv"))
            },
            "lock": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        },
    }


def tables_of(path: str) -> set[str]:
    """Files of tables that a scenario file names."""
    if Path(path).suffix.lower() not in (".yaml", ".yml"):
        return set()
    try:
        values = read_scenario(Path(path))
    except (Mistake, ParameterError):  # said where the line is composed
        return set()
    return {str(value) for key, value in values.items() if key in FILES and is_file(str(value))}


def files(words: Sequence[str]) -> dict[str, str]:
    """Checksums of the files that words name: a study goes on only while they stay as they were."""
    named = {
        path
        for key, _, path in (bare(word).partition("=") for word in words)
        if key in NAMED and Path(path).is_file()
    }
    for path in [*named] if any(word.startswith("scenario=") for word in words) else []:
        named |= tables_of(path)
    found = {path: hashlib.sha256(read_bytes(Path(path))).hexdigest() for path in sorted(named)}
    return found | own_folder.checksums(words)
