"""What tests ask of the syntax tree of the model's files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import sim
from sim.state.fields import COLUMNS, FLOWS, STATES
from sim.state.ledger import POSTINGS
from sim.state.parameters import declarations
from sim.state.values import stored_as

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
WHOLE, FRACTION, SWITCH = "int", "float", "bool"
TYPES = {"i": WHOLE, "u": WHOLE, "f": FRACTION, "b": SWITCH}
CALLS = {  # calls whose number has one type, whatever they are given
    "int": WHOLE,
    "len": WHOLE,
    "np.int64": WHOLE,
    "float": FRACTION,
    "np.float64": FRACTION,
    "uniform": FRACTION,
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


def _fields() -> dict[tuple[str, str], str]:
    """(holder, field) -> type in which kernels read it: persons, villages, flows, postings, parameters."""
    found = {
        (holder, field.name): TYPES[np.dtype(field.dtype).kind]
        for holder, registry in HOLDERS.items()
        for field in registry.values()
    }
    found |= {(holder, name): WHOLE for holder in ("post", "posted") for name in POSTINGS}
    for path, parameter in declarations().items():
        section, _, name = path.partition(".")
        if parameter.kind is not str or parameter.choices:
            found[section, name] = TYPES[np.dtype(stored_as(parameter)[0]).kind]
    return found


FIELDS = _fields()


def _holder(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def type_of(node: ast.AST) -> str | None:
    """Type of an expression's number as far as the file tells; None where it does not."""
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return type(value).__name__
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner) | ast.Subscript(value=inner):
            return type_of(inner)
        case ast.Attribute(value=holder, attr=name):
            return FIELDS.get((_holder(holder), name))
        case ast.Call(func=ast.Name(id="min" | "max" | "abs"), args=parts):
            return _widest(parts)
        case ast.Call(func=function):
            return CALLS.get(ast.unparse(function))
        case ast.BinOp(op=ast.Div()):
            return FRACTION
        case ast.BinOp(left=left, right=right):
            return _widest([left, right])
        case ast.IfExp(body=body, orelse=other):
            return _widest([body, other])
    return None


def _widest(parts: list[ast.expr]) -> str | None:
    types = set(map(type_of, parts))
    return FRACTION if FRACTION in types else (WHOLE if types == {WHOLE} else None)


def _arms(node: ast.expr) -> list[ast.expr]:
    return [*_arms(node.body), *_arms(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def mixed_arms(tree: ast.Module) -> list[str]:
    """`a if condition else b` where one arm is a number as written and another is of another type.

    The compiler would make one type of them, and plain Python not: whole numbers turn into fractions, or
    results differ between the two.
    """
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.IfExp):
            continue
        arms = _arms(node)
        written_out = {type_of(arm) for arm in arms if _literal(arm)}
        types = {type_of(arm) for arm in arms} - {None}
        if written_out and len(types) > 1:
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _literal(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, bool | int | float)
