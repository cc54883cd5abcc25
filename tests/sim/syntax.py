"""What tests ask of the syntax tree of the model's files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sim
from sim.state.fields import COLUMNS, FLOWS, STATES

PACKAGE = Path(sim.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
LETTERS = {"i", "v", "_"}  # a person, a village, what nobody reads
FREE_NUMBERS = {-1, 0, 1, 12, 60, 100}  # nothing, one, and factors between units
MOST_TERMS = 3  # joined in a condition
CODED = {x.name for x in (*COLUMNS.values(), *STATES.values()) if x.unit in ("code", "flag", "bits")}
DECLARES = {"column": COLUMNS, "state": STATES, "flow": FLOWS}
HOLDERS = {  # names under which a kernel holds the record of a village, or the table of persons
    "people": COLUMNS,
    "village": STATES,
    "villages": STATES,
    "flow": FLOWS,
}


def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """How a file is called in these tests."""
    return path.relative_to(PACKAGE).as_posix()


def cites(function: ast.FunctionDef) -> bool:
    """Whether a docstring names the source of its formula, whose letters it may then keep."""
    return "formula:" in (ast.get_docstring(function) or "").lower()


def one_letter_names(tree: ast.Module) -> list[str]:
    """Places of names of one letter that are not allowed."""
    excused = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and cites(function)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        name = {ast.Name: "id", ast.arg: "arg"}.get(type(node))
        if name is None or id(node) in excused:
            continue
        word = getattr(node, name)
        if len(word) == 1 and word not in LETTERS:
            found.append(f"line {node.lineno}: {word}")  # type: ignore[attr-defined]
    return found


def _coded(node: ast.AST) -> bool:
    inner = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(inner, ast.Attribute) and inner.attr in CODED


def _number(node: ast.AST) -> int | float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    return None


def bare_numbers(tree: ast.Module) -> list[str]:
    """Comparisons of a coded field with a number that has no name."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            numbers = [x for x in map(_number, sides) if x is not None and x not in FREE_NUMBERS]
            if numbers and any(map(_coded, sides)):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _terms(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return sum(map(_terms, node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _terms(node.operand)
    return 1


def long_conditions(tree: ast.Module) -> list[str]:
    """Conditions that join more terms than a reader holds in mind."""
    found, inside = [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and id(node) not in inside:
            inside |= {id(x) for x in ast.walk(node)}
            if _terms(node) > MOST_TERMS:
                found.append(f"line {node.lineno}: {_terms(node)} terms")
    return found


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from target.elts if isinstance(target, ast.Tuple) else [target]
    elif isinstance(node, ast.AugAssign):
        yield node.target


def written(tree: ast.Module) -> set[tuple[str, str]]:
    """(holder, field) pairs that a file's rules write: `people.x[i] =`, `village.x =`, `flow.x +=`."""
    found = set()
    for node in ast.walk(tree):
        for target in _targets(node):
            while isinstance(target, ast.Subscript):
                target = target.value
            if not isinstance(target, ast.Attribute):
                continue
            holder = target.value
            while isinstance(holder, ast.Subscript):
                holder = holder.value
            name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
            if target.attr in HOLDERS.get(name, ()):
                found.add((name.rstrip("s") if name == "villages" else name, target.attr))
    return found


def declared(tree: ast.Module) -> set[tuple[str, str]]:
    """(holder, field) pairs that a file declares."""
    holder = {"column": "people", "state": "village", "flow": "flow"}
    return {
        (holder[node.func.id], node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in holder
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
