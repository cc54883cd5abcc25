"""The text files of a study, read with care: the manifest, and what to do where one is damaged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sim.state.parameters import ParameterError

from ..command.paths import command
from ..command.scenario import Mistake
from ..command.user_files import read_bytes

MOST_BYTES = 1_000_000_000  # of a plan with its scenarios
MANIFEST = {
    "experiment": str,
    "id": str,
    "started": str,
    "status": str,
    "overrides": list,
    "expanded": list,
    "versions": dict,
    "sha256": dict,
}
MORE = {
    "schema": int,
    "files": dict,
    "finished": str,
    "runs": int,
    "done": int,
    "failed": int,
    "texts": dict,
    "own": str,
}  # where written
TEXTS = (
    "summary.csv",
    "findings*.json",
    "answer.txt",
    "scenarios.json",
    "figures/**/*.svg",
)  # made from runs
HASHES = {"configuration", "code", "model", "data", "lock"}
BEGIN = (
    "give the first command of the study again, which takes up what is whole, or with fresh=true, which "
    "begins anew and keeps this folder beside it"
)
T = TypeVar("T")


def stored(path: Path, read: Callable[[str], T], then: str) -> T:
    """What `read` makes of a study's text file.

    Where that cannot be, Mistake names the file and says what to do (`then`).
    """
    try:
        content = read_bytes(path, MOST_BYTES)
        text = content.decode()
        if path.name != "manifest.json" and altered(path, content):
            raise ValueError
    except FileNotFoundError as error:
        raise Mistake(f"{path} is not there: {then}") from error
    except (OSError, ValueError) as error:
        raise Mistake(f"{path} is damaged: {then}") from error
    try:
        return read(text)
    except (Mistake, ParameterError):
        raise
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        yaml.YAMLError,
        RecursionError,
    ) as error:
        raise Mistake(f"{path} is damaged: {then}") from error


def sums_of(folder: Path) -> dict[str, str]:
    """Name -> checksum of each text that a study made from its runs."""
    found = {path for pattern in TEXTS for path in folder.glob(pattern) if path.is_file()}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(found)
    }


def altered(path: Path, content: bytes) -> bool:
    """Whether a study that ended had left another text here; one of an earlier version kept no checksum."""
    folder = next((one for one in path.parents[:3] if (one / "manifest.json").is_file()), None)
    if folder is None:
        return False
    try:
        manifest = read_manifest((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False  # said where the manifest itself is read
    kept = dict(manifest.get("texts", {})) if manifest["status"] != "running" else {}
    kept["resolved.yaml"] = manifest["sha256"]["configuration"]
    wanted = kept.get(path.relative_to(folder).as_posix())
    return wanted is not None and hashlib.sha256(content).hexdigest() != wanted


def sealed(manifest: Mapping[str, Any]) -> str:
    """A manifest as text, with its own checksum."""
    content = {key: v for key, v in manifest.items() if key != "own"}
    return json.dumps({**content, "own": _own(content)}, indent=1, ensure_ascii=False)


def _own(content: Mapping[str, Any]) -> str:
    plain = json.dumps({key: v for key, v in content.items() if key != "own"}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def anew(folder: Path) -> str:
    """What brings a file back that is made from the runs or the command."""
    return f"{command('resume', f'study={folder}')} writes it anew"


def _words(table: Any) -> bool:
    """A table of texts."""
    return isinstance(table, dict) and all(isinstance(v, str) for v in table.values())


def _fits(content: Mapping[str, Any]) -> bool:
    """Every entry of a manifest is of the kind that is written."""
    sums = content["sha256"]
    return (
        all(isinstance(content[key], kind) for key, kind in MANIFEST.items())
        and all(type(content[key]) is kind for key, kind in MORE.items() if key in content)
        and all(isinstance(word, str) and "=" in word for word in content["overrides"] + content["expanded"])
        and _words(content["versions"])
        and _words(content.get("files", {}))
        and _words(content.get("texts", {}))
        and content.get("own") in (None, _own(content))
        and set(sums) >= HASHES
        and _words(sums["data"])
        and _words({key: v for key, v in sums.items() if key != "data"})
        and content.get("schema", 1) >= 1
    )


def read_manifest(text: str) -> dict[str, Any]:
    """The manifest; ValueError or the like where it is none."""
    content = json.loads(text)
    if not _fits(content):
        raise ValueError
    return dict(content)


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a study's folder; Mistake where it is damaged."""
    return stored(folder / "manifest.json", read_manifest, BEGIN)


def schema_of(manifest: Mapping[str, Any]) -> int:
    """The schema of a study by its manifest."""
    return int(manifest.get("schema", 1))
