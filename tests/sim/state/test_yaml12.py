"""YAML is read by the rules of its version 1.2, and what is no YAML is refused in one sentence."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import pytest

from sim.state.parameters import ParameterError
from sim.state.yaml12 import flag_of, load

ROOT = Path(__file__).parents[3]
READ: dict[str, Any] = {
    "010": 10,
    "-08": -8,
    "+7": 7,
    "0o10": 8,
    "0x1F": 31,
    "0b11": "0b11",
    "1_000": "1_000",
    "1:30": "1:30",
    "1:30.5": "1:30.5",
    "3e-2": 0.03,
    "3E2": 300.0,
    "+.5": 0.5,
    "1.": 1.0,
    "-.inf": -math.inf,
    ".INF": math.inf,
    "1e400": math.inf,
    "yes": "yes",
    "No": "No",
    "on": "on",
    "OFF": "OFF",
    "y": "y",
    "true": True,
    "FALSE": False,
    "~": None,
    "": None,
    "null": None,
    "NA": "NA",
    "nan": "nan",
    "2027-01": "2027-01",
    "2027-01-15": "2027-01-15",
    "=": "=",
    "<<": "<<",
    "٣": "٣",
    "'010'": "010",
    "上王村": "上王村",
    "[010, 1:30, {on: off}]": [10, "1:30", {"on": "off"}],
}
REFUSED = {
    "a: {b: 1": r"file, line 1: not readable as YAML \(",
    "a: 1\na: 2": r"file, line 2: not readable as YAML \(a is written twice\)",
    "a: 1\nb: [": r"file, line 2: not readable as YAML \(",
    "\ta: 1": r"file, line 1: not readable as YAML \(",
    "!!python/object/apply:os.getcwd []": r"file, line 1: not readable as YAML \(",
    "!!timestamp x": r"file.*not readable as YAML \(",
    "{[1]: 2}": r"file.*not readable as YAML \(",
    "1" * 5_000: r"file.*not readable as YAML \(",
    "a: 1\n---\nb: 2": r"file.*not readable as YAML \(",
    "[" * 5_000: "file: nested too deeply",
    "\x00": r"file.*not readable as YAML \(",
}


@pytest.mark.parametrize("text", READ)
def test_a_word_is_read_as_version_1_2_says(text: str) -> None:
    found = load(text, "file")
    assert found == READ[text] and type(found) is type(READ[text])


def test_no_number_is_no_number() -> None:
    assert math.isnan(load(".NaN", "file"))


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:30]))
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=f"^{REFUSED[text]}") as refusal:
        load(text, "file")
    assert "\n" not in str(refusal.value)


READERS = {  # file -> what of PyYAML it may call, and why
    "sim/state/yaml12.py": {"load"},  # the one loader
    "experiments/command/user_files.py": {"parse"},  # counts marks before anything is built
    "experiments/command/catalogue.py": {"load"},  # with BaseLoader: words as written, before the model
    "experiments/evidence/pattern_file.py": {"compose"},  # the lines on which values stand
    "experiments/command/topics.py": {"load"},  # texts alone (BaseLoader), before the model is there
}
CALLS = {
    "load",
    "safe_load",
    "full_load",
    "unsafe_load",
    "load_all",
    "safe_load_all",
    "parse",
    "compose",
    "scan",
}


def calls_of(path: Path) -> set[str]:
    """Readers of PyYAML and OmegaConf's file reader that a file calls, under whatever name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "yaml"
    }
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "yaml"
        for alias in node.names
    }
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in names
    }
    return (called | taken) & CALLS


def test_nobody_else_reads_yaml() -> None:
    found = {}
    for path in sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]):
        if calls := calls_of(path):
            found[path.relative_to(ROOT).as_posix()] = calls
    assert found == READERS


def test_words_of_a_switch() -> None:
    assert [flag_of(word) for word in ("yes", "ON", "no", "Off", "maybe", 1, None)] == [
        *(True, True, False, False),
        *("maybe", 1, None),
    ]
