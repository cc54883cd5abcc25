"""Folders of a researcher's own: which are in use, what their files say, and what their parts declare.

What a part of such a folder declares is kept apart from the product's, so that no record of the product
changes and no kernel of it compiles again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = ("section", "column", "state", "flow", "posting", "process", "outcome")
UNREAD = ("__pycache__",)  # folders that Python makes by itself
RESERVED = ("villages", "flow", "posted")  # records of `model.own.table` beside columns and sections


@dataclass
class Declared:
    """What the parts of all folders declare: by kind, name -> declaration; and in which file it stands."""

    by: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    file: dict[tuple[str, str], Path] = field(default_factory=dict)

    def copy(self) -> Declared:
        """The same, which later declarations do not reach."""
        return Declared({kind: dict(found) for kind, found in self.by.items()}, dict(self.file))


FOLDERS: dict[Path, str] = {}  # in use, in the order named -> digest of what their files said then
DECLARED = Declared()
_loading: list[Path] = []  # the file whose declarations are being read


def files_of(folder: Path) -> list[Path]:
    """Every file of a folder, in order of name; hidden ones and what Python makes by itself aside."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part in UNREAD or part.startswith(".") for part in path.relative_to(folder).parts)
    )


def digest_of(folder: Path) -> str:
    """Sixteen hexadecimal digits of the names and contents of a folder's files; where it lies is no part."""
    total = hashlib.sha256()
    for path in files_of(folder):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def digest() -> str:
    """What all folders in use said when they were read; empty where there is none."""
    return "-".join(FOLDERS.values())


def holding(file: Path) -> Path | None:
    """The folder in use in which a file lies."""
    return next((folder for folder in FOLDERS if file.is_relative_to(folder)), None)


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Whatever is declared inside belongs to this file of an own folder."""
    _loading.append(file)
    try:
        yield
    finally:
        _loading.pop()


def is_reading() -> bool:
    """Whether a part of an own folder is being read."""
    return bool(_loading)


def declare(kind: str, name: str, declaration: Any, taken: Collection[str]) -> Any:
    """Keep what the part being read declares; ValueError, naming both files, where the name is taken.

    `taken` holds the names of the product. Columns and sections share one table, so that their names differ.
    """
    here = _loading[-1]
    if not name.isidentifier() and kind != "process":
        raise ValueError(f"{here}: {kind} {name!r}: a name of letters, digits and _ is wanted")
    if name in taken:
        raise ValueError(f"{here}: {kind} {name!r} is declared by the model itself: choose another name")
    for other in ("column", "section") if kind in ("column", "section") else (kind,):
        if name in DECLARED.by[other]:
            there = DECLARED.file[other, name]
            raise ValueError(
                f"{kind} {name!r} is declared twice, in {there} and in {here}: rename one of them"
            )
    if kind in ("column", "section") and name in RESERVED:
        raise ValueError(f"{here}: {kind} {name!r}: {', '.join(RESERVED)} are taken: choose another name")
    DECLARED.by[kind][name] = declaration
    DECLARED.file[kind, name] = here
    return declaration


def restore(before: Declared) -> None:
    """Forget what was declared since `before`."""
    DECLARED.by, DECLARED.file = before.by, before.file
