"""The public surface: what `sim.__all__` lists, as griffe sees it without running anything.

    python -m experiments.report.surface      store today's in docs/api/<version>.json, write docs/api.md

A name leaves only after one release in which its use warned; a test compares today's surface with that of the
last release.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "docs/api"
PAGE = ROOT / "docs/api.md"
HEAD = """# What Python users may rely on

Made by `python -m experiments.report.surface` from `sim.__all__`; a test fails when it is stale. These names
are typed (`sim/py.typed`, strict mypy) and compared with the surface of the last release
(`docs/api/<version>.json`). A name leaves only after one release in which its use gives a
`DeprecationWarning`. Everything else may change from one commit to the next.

Money is in fen, time in minutes and months unless a name says otherwise; arrays are (villages),
(months, villages) or (months, villages, ...) in the order of `model.world.villages.number`.
"""


def surface(root: Path = ROOT) -> griffe.Module:
    """The module `sim` with nothing in it but what `sim.__all__` lists, each where it is defined."""
    package = griffe.load("sim", search_paths=[str(root)], try_relative_path=False, resolve_aliases=True)
    public = griffe.Module("sim", filepath=Path("sim/__init__.py"))
    for name in sorted(str(word).strip("'\"") for word in package.exports or ()):
        member = package[name]
        public.set_member(name, _pruned(member.final_target if member.is_alias else member))
    return public


def _pruned(target: griffe.Object) -> griffe.Object:
    """A class or function with its public members only."""
    for name in [name for name in target.members if name.startswith("_") and name != "__init__"]:
        del target.members[name]
    return target


def stored(version: str) -> griffe.Module:
    """The surface of a release."""
    text = (STORED / f"{version}.json").read_text(encoding="utf-8")
    module = json.loads(text, object_hook=griffe.json_decoder)
    assert isinstance(module, griffe.Module)
    return module


def releases() -> list[str]:
    """Versions whose surface is stored, the oldest first."""
    return sorted(
        (path.stem for path in STORED.glob("*.json")), key=lambda word: [*map(int, word.split("."))]
    )


def version(root: Path = ROOT) -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def breakages(old: griffe.Module, new: griffe.Module) -> list[str]:
    """What somebody who relied on the old surface would miss in the new one, a line each."""
    return [
        f"{change.obj.path}: {change.kind.value}: {change.old_value} -> {change.new_value}"
        for change in griffe.find_breaking_changes(old, new)
    ]


def _signature(member: griffe.Object | griffe.Alias) -> str:
    if not isinstance(member, griffe.Function):
        return ""
    given = [one for one in member.parameters if one.name != "self"]
    words = [one.name if one.default is None else f"{one.name}={one.default}" for one in given]
    return f"({', '.join(words)})"


def _first_line(member: griffe.Object | griffe.Alias) -> str:
    paragraph = member.docstring.value.strip().split("\n\n")[0] if member.docstring else ""
    return " ".join(paragraph.split())


def page() -> str:
    """docs/api.md."""
    parts = [HEAD]
    for name, member in surface().members.items():
        parts.append(f"\n## `sim.{name}`\n\n{_first_line(member)}\n")
        members = {key: inner for key, inner in member.members.items() if key != "__init__"}
        documented = [(key, inner) for key, inner in members.items() if inner.docstring]
        if documented:
            rows = [f"| `{key}{_signature(inner)}` | {_first_line(inner)} |" for key, inner in documented]
            parts.append("\n".join(["\n| member | what it is |", "| --- | --- |", *rows]) + "\n")
    return "".join(parts)


def main() -> None:
    """Store the surface of this version and write the page."""
    STORED.mkdir(parents=True, exist_ok=True)
    path = STORED / f"{version()}.json"
    path.write_text(surface().as_json(indent=None, full=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
