"""What an experiment found, in a form that the terminal, the report and the dashboard can all show.

Findings.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .store import anew, replace, stored

FILE = re.compile(r"\w[\w.-]{0,150}")  # of a picture: a name, never a path
TEXTS = ("question", "hypothesis", "built_in", "verdict")


@dataclass(frozen=True)
class ShownTable:
    """A small table; cells are text as shown or numbers."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure in the study's figures/ folder: file name without suffix (png and svg beside each other)."""

    file: str
    title: str
    caption: str


@dataclass(frozen=True)
class Findings:
    """Question, answer in three plain sentences, tables, figures, limits.

    `hypothesis` and `built_in` (the parameter that could have built the result in) are written before the
    runs; `verdict` is one of supported, not supported, built in, undecided, or empty where nothing was
    tested.
    """

    question: str
    sentences: list[str]
    tables: list[ShownTable] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    hypothesis: str = ""
    built_in: str = ""
    verdict: str = ""

    def save(self, folder: Path, code: str = "en") -> None:
        """Write findings.json (findings.zh.json in Chinese) into the study's folder."""
        replace(findings_path(folder, code), json.dumps(asdict(self), indent=1, ensure_ascii=False).encode())

    @classmethod
    def load(cls, folder: Path, code: str = "en") -> Findings:
        """Read findings.json, or what the experiment said in another language, where it did."""
        path = findings_path(folder, code)
        return stored(path if path.exists() else findings_path(folder, "en"), cls._read, anew(folder))

    @classmethod
    def _read(cls, text: str) -> Findings:
        content = json.loads(text)
        _check(content)
        content["tables"] = [ShownTable(**table) for table in content["tables"]]
        content["pictures"] = [Picture(**table) for table in content["pictures"]]
        return cls(**content)


def _check(content: Mapping[str, Any]) -> None:
    """Raise ValueError, LookupError or TypeError where findings are none: a study may come from others."""
    texts = (
        [content[key] for key in TEXTS if key in content] + content["sentences"] + content.get("limits", [])
    )
    for table in content["tables"]:
        texts += [table["title"], table.get("note", ""), *table["columns"]]
        cells = [cell for row in table["rows"] for cell in row]
        if not all(cell is None or isinstance(cell, str | int | float) for cell in cells):
            raise TypeError("a cell is a text or a number")
    for picture in content["pictures"]:
        texts += [picture["title"], picture["caption"]]
        if not FILE.fullmatch(picture["file"]):
            raise ValueError(f"{picture['file']!r} is no name of a picture")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is wanted")


def findings_path(folder: Path, code: str) -> Path:
    """Where the findings lie in a language."""
    return folder / ("findings.json" if code == "en" else f"findings.{code}.json")
