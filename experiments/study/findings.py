"""What an experiment found, in a form that the terminal, the report and the dashboard can all show.

Findings.json.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from experiments.study.store import anew, replace, stored


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
        content["tables"] = [ShownTable(**table) for table in content["tables"]]
        content["pictures"] = [Picture(**table) for table in content["pictures"]]
        return cls(**content)


def findings_path(folder: Path, code: str) -> Path:
    """Where the findings lie in a language."""
    return folder / ("findings.json" if code == "en" else f"findings.{code}.json")
