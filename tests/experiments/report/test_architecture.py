"""docs/architecture.md says what the code does: the tree, and how two values travel through it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from experiments.report import architecture
from experiments.report.architecture import ROOT, TRAVELLERS, by_file


@pytest.fixture(scope="module")
def stacks() -> dict[str, list[tuple[str, str]]]:
    return architecture.stacks()


def imported(file: str) -> set[str]:
    """Files of the project that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {f"{name.replace('.', '/')}.py" for name in names}
    return {name for name in found if (ROOT / name).exists()}


def test_the_page_is_not_stale(stacks: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture, "stacks", lambda: stacks)
    said = "run python -m experiments.report.architecture"
    assert architecture.PAGE.read_text(encoding="utf-8") == architecture.page(), said


@pytest.mark.parametrize("name", ["checked", *TRAVELLERS])
def test_a_value_meets_no_file_twice_and_never_climbs(name: str, stacks: dict) -> None:
    files = [file for file, _ in by_file(stacks[name])]
    assert len(files) == len(set(files)) and files[0] == "run.py"
    climbs = [
        (low, high) for place, low in enumerate(files) for high in files[:place] if high in imported(low)
    ]
    assert climbs == []


@pytest.mark.parametrize("name", TRAVELLERS)
def test_a_value_ends_in_the_function_that_reads_it(name: str, stacks: dict) -> None:
    file, function = stacks[name][-1]
    assert file == TRAVELLERS[name]
    assert function in architecture.readers(ROOT / file, name.partition(".")[2])


def test_neighbouring_steps_of_a_file_stand_together() -> None:
    steps = [("a.py", "one"), ("a.py", "two"), ("b.py", "three"), ("a.py", "four")]
    assert by_file(steps) == [("a.py", ["one", "two"]), ("b.py", ["three"]), ("a.py", ["four"])]


def test_every_file_says_what_it_is() -> None:
    files = [path for top in ("sim", "experiments") for path in Path(ROOT / top).rglob("*.py")]
    assert [path for path in files if len(architecture.first_sentence(path)) < 10] == []
