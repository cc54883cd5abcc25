"""What the model declares, as it was when declared.json was made: a mistyped word is answered before the
model, and all that it computes with, is imported.

The file counts only while the sections of parameters in sim/ are the ones it was made from.
`python -m experiments.report.documents` makes it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.state.parameters import Declaration, declarations

from .catalogue import ROOT

KEPT = Path(__file__).with_suffix(".json")
KINDS: dict[str, type] = {kind.__name__: kind for kind in (bool, int, float, str)}
SECTION = re.compile(r"^@section\(.*?(?=^[^\s@)]|\Z)(?:^class .*?(?=^\S|\Z))?", re.DOTALL | re.MULTILINE)


def sections() -> str:
    """Sixteen hexadecimal digits of what the sources in sim/ say from `@section` to the end of its class."""
    total = hashlib.sha256()
    for path in sorted((ROOT / "sim").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "@section(" in text:
            total.update("".join([path.name, *SECTION.findall(text)]).encode())
    return total.hexdigest()[:16]


def written() -> str:
    """The text of the file: a parameter a line."""
    lines = []
    for path, declared in now().items():
        content = {one.name: getattr(declared, one.name) for one in dataclasses.fields(Declaration)}
        content["kind"] = declared.kind.__name__
        lines.append(f"{json.dumps(path)}: {json.dumps(content, ensure_ascii=False)}")
    shown = ",\n".join(lines)
    return f'{{"sections": "{sections()}",\n"parameters": {{\n{shown}\n}}}}\n'


def now() -> dict[str, Declaration]:
    """Every declared parameter by path, as the model declares it."""
    import sim.model  # noqa: F401  # registers the sections of all parts

    return declarations()


@lru_cache(maxsize=1)
def kept() -> dict[str, Declaration]:
    """The same from the file; empty where it is not there or not of these sources."""
    try:
        content = json.loads(KEPT.read_text(encoding="utf-8"))
        if content["sections"] != sections():
            return {}
        return {path: _read(one) for path, one in content["parameters"].items()}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _read(content: dict[str, Any]) -> Declaration:
    lists = {name: tuple(content[name]) for name in ("choices", "only")}
    return Declaration(**content | lists | {"kind": KINDS[content["kind"]]})


def known() -> dict[str, Declaration]:
    """Every declared parameter by path; the model is imported only where nothing else knows."""
    return now() if "sim.model" in sys.modules else kept() or now()
