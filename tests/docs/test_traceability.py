"""Every clause of the documents leads to a part, its parameters, a test and a command, and all of them
exist.
"""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from experiments.command.scenario import compose_line
from experiments.command.settings import check_override, read_overrides
from experiments.report import documents
from experiments.report.documents import ROOT, files_of, stale, trace
from sim.state.parameters import SECTIONS, declarations

ROWS = trace()
IN_MODEL = [r for r in ROWS if r["part"] != "-"]
OPINIONS = {"I", "I 2030", "I 2035", *(f"({n})" for n in range(1, 14))}
PAPER = {"3 dilemma 1", "3 dilemma 2", "3 dilemma 3", "4.1", "4.2", "4.3", "2"}
OTHERS = {
    "001": {"first", "second", "third", "outlook 1", "outlook 2", "outlook 3"},
    "002": {
        "service system",
        "institutions",
        "elements",
        "business models",
        "environment",
        "arrangement (1)",
        "arrangement (2)",
        "arrangement (4)",
    },
    "003": {"I", "II", "III", "IV"},
}
NOT_ASKED = {"county", "horizon", "economy", "given", "reported"}  # what a run needs whatever a clause asks
NOT_ASKED |= {"contribution", "listening", "thresholds"}  # rules of published models, off by default
OF_PUBLISHED_MODELS = {"public_care"}  # asked for by a model that is reproduced, by no clause


@lru_cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_parameter_is_declared() -> None:
    named = {p for r in IN_MODEL for p in r["parameters"].split(";")}
    assert named - set(declarations()) == set()


def test_every_test_exists() -> None:
    for r in IN_MODEL:
        for name in r["tests"].split(";"):
            file, _, function = name.partition("::")
            assert function in functions(file), name


def commands() -> list[list[str]]:
    """Words of each command after `python run.py`."""
    found = [shlex.split(r["experiment"]) for r in IN_MODEL]
    assert all(words[:2] == ["python", "run.py"] and len(words) > 2 for words in found)
    return [list(words) for words in dict.fromkeys(tuple(x[2:]) for x in found)]


def test_every_parameter_of_a_command_takes_its_value() -> None:
    for words in commands():
        for override in read_overrides([w for w in words if "." in w.partition("=")[0]]):
            assert check_override(str(override.key_or_group), override.value())[0] == "path"


@pytest.mark.slow  # a quarter of a second each
def test_every_command_composes() -> None:
    for words in commands():
        compose_line(words)


def test_every_clause_has_a_row_in_the_model() -> None:
    wanted = {"000": OPINIONS, **OTHERS, "004": PAPER}
    for document, clauses in wanted.items():
        assert clauses - {r["clause"] for r in IN_MODEL if r["document"] == document} == set(), document


def test_every_part_has_a_row_and_a_file_that_calls_itself_so() -> None:
    assert {f"M{n}" for n in range(1, 29)} <= {r["part"] for r in IN_MODEL}
    for r in IN_MODEL:
        said = {
            importlib.import_module(f[:-3].replace("/", ".")).__doc__ or "" for f in files_of(r["parameters"])
        }
        assert any(re.search(rf"\b{r['part']}\b", text) for text in said), (
            f"{r['document']} {r['clause']} {r['part']}"
        )


def test_every_section_of_the_model_is_asked_for() -> None:
    asked = {p.partition(".")[0] for r in IN_MODEL for p in r["parameters"].split(";")}
    assert set(SECTIONS) - NOT_ASKED - OF_PUBLISHED_MODELS - asked == set()


def test_no_row_is_written_twice_or_left_open() -> None:
    keys = [(r["document"], r["clause"], r["asks"]) for r in ROWS]
    assert len(keys) == len(set(keys)) > 100
    for r in ROWS:
        rest = [r["parameters"], r["tests"], r["experiment"]]
        assert all(rest) if r["part"] != "-" else not any(rest) and ": " in r["asks"], (
            r
        )  # what is left out gives its reason


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("(13)", "(14)", 1),
        lambda s: s.replace("matching.platform", "matching.kin_first", 1),
    ],
)
def test_a_changed_table_that_is_not_rendered_fails(
    change: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = documents.TRACE.read_text(encoding="utf-8")
    assert stale() == [] and change(text) != text
    other = tmp_path / "traceability.csv"
    other.write_text(change(text), encoding="utf-8")
    monkeypatch.setattr(documents, "TRACE", other)
    assert stale() == ["traceability"]
