"""Names in the experiments: words, not letters; one class a name; no function longer than a screen or two."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import experiments
import sim

ROOMS = [Path(package.__file__).parent for package in (experiments, sim)]
FILES = sorted(ROOMS[0].rglob("*.py"))
ALLOWED = {"i", "v", "_"}  # a place in a sequence; a village or the value beside a key
OF_A_FIELD = {"T", "X", "Y", "Z", "n"}  # a type, a sample and what it gives, the normal quantile, how many
SHARE = 0.02
LONGEST, MOST = 75, 500  # lines of a function, of a file


def names(tree):
    """Every name that a module binds or reads, and every parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_names_are_words():
    found = Counter(name for file in FILES for name in names(ast.parse(file.read_text(encoding="utf-8"))))
    single = {name: count for name, count in found.items() if len(name) == 1 and name != "_"}
    assert sum(single.values()) / found.total() < SHARE
    assert set(single) <= ALLOWED | OF_A_FIELD | {"p", "t"}  # of a Village and a Place: fields


def test_a_class_name_is_given_once():
    """In the experiments and the model together, but for what stands beside its own kind in `sim`."""
    found = Counter()
    for room in ROOMS:
        for file in room.rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found.update((node.name, room.name) for node in tree.body if isinstance(node, ast.ClassDef))
    ours = Counter(name for name, room in found.elements() if room == "experiments")
    model = {name for name, room in found if room == "sim"}
    assert [name for name, count in ours.items() if count > 1 or name in model] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOMS[0]).as_posix())
def test_functions_and_files_can_be_overseen(file):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < LONGEST, node.name
