"""How the model's files are written: names, codes, conditions, and who writes which field."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from syntax import (
    FILES,
    bare_numbers,
    declared,
    long_conditions,
    mixed_arms,
    name_of,
    one_letter_names,
    tree_of,
    written,
)

from sim.state.fields import COLUMNS, FLOWS, STATES

MOST_LINES = 500
REGISTRY = {"people": COLUMNS, "village": STATES, "flow": FLOWS}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_are_words(path: Path) -> None:
    assert one_letter_names(tree_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_codes_are_names(path: Path) -> None:
    assert bare_numbers(tree_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_can_be_overseen(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_condition_joins_three_terms_at_most(path: Path) -> None:
    assert long_conditions(tree_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_arms_of_a_condition_have_one_type(path: Path) -> None:
    assert mixed_arms(tree_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_writes_what_it_may(path: Path) -> None:
    tree = tree_of(path)
    foreign = written(tree) - declared(tree)
    refused = [
        f"{holder}.{field}: name {path.stem!r} in written_by where it is declared"
        for holder, field in sorted(foreign)
        if path.stem not in REGISTRY[holder][field].written_by
    ]
    assert refused == []


def test_who_is_named_as_a_writer_writes() -> None:
    does: dict[str, set[tuple[str, str]]] = {}
    for path in FILES:
        does.setdefault(path.stem, set()).update(written(tree_of(path)))
    idle = [
        f"{holder}.{field.name}: {stem} does not write it"
        for holder, registry in REGISTRY.items()
        for field in registry.values()
        for stem in field.written_by
        if (holder, field.name) not in does.get(stem, set())
    ]
    assert idle == []


@pytest.mark.parametrize(
    "find, code, seen",
    [
        (one_letter_names, "def f(x):\n    return x", ["line 1: x", "line 2: x"]),
        (one_letter_names, 'def f(x):\n    """Formula: Smith 1999."""\n    return x', []),
        (bare_numbers, "people.health[i] >= 2", ["line 1: people.health[i] >= 2"]),
        (bare_numbers, "people.health[i] >= 1 and people.age[i] > 960", []),
        (long_conditions, "a and b or (c and not d)", ["line 1: 4 terms"]),
        (long_conditions, "a and b or c", []),
        (mixed_arms, "x = 1 if a else 0.5", ["line 1: 1 if a else 0.5"]),
        (mixed_arms, "x = 0.5 if a else b if c else -1", ["line 1: 0.5 if a else b if c else -1"]),
        (mixed_arms, "x = True if a else 0", ["line 1: True if a else 0"]),
        (mixed_arms, "x = 0 if a else b / c", ["line 1: 0 if a else b / c"]),
        (mixed_arms, "x = village.elders if a else 0.0", ["line 1: village.elders if a else 0.0"]),
        (mixed_arms, "x = people.trust[i] if a else 0", ["line 1: people.trust[i] if a else 0"]),
        (mixed_arms, "x = 0 if a else needs.cover_near", ["line 1: 0 if a else needs.cover_near"]),
        (mixed_arms, "x = 1.0 if a else needs.cover_near * people.age[i]", []),
        (mixed_arms, "x = 0 if a else people.credit[i] // 60", []),
    ],
)
def test_the_rules_see_what_they_forbid(find: object, code: str, seen: list[str]) -> None:
    assert find(ast.parse(code)) == seen  # type: ignore[operator]


def test_a_write_is_seen_in_each_of_its_forms() -> None:
    code = "people.credit[i] += 1\nvillage.level = FULL\nworld.flow[v].meals = 2\nx, flow.visits = 1, 2"
    assert {field for _, field in written(ast.parse(code))} >= {"credit", "level", "meals"}
