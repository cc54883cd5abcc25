"""The published models: a YAML and a function each, found by their files and never listed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from sim.state.parameters import Parameters, nearest
from sim.state.yaml12 import load

from ..command.settings import Mistake
from .claims import Published, Reproduction

FOLDER = Path(__file__).with_name("models")
Reproduce = Callable[[Published, Parameters, int], Reproduction]


@cache
def models() -> dict[str, Published]:
    """Every published model by its name."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        found[path.stem] = Published(path.stem, **load(path.read_text(encoding="utf-8"), path.name))
    return found


def chosen(names: Sequence[str]) -> list[Published]:
    """Those that are named, all where none is; Mistake with the nearest name where one is unknown."""
    known = models()
    for name in names:
        if name not in known:
            raise Mistake(
                f"models: there is no published model {name!r}; there are "
                f"{', '.join(known)}{nearest(name, known)}"
            )
    return [known[name] for name in names or known]


def function_of(published: Published) -> Reproduce:
    """What plays it on this model."""
    module = import_module(f"{__package__}.models.{published.name}")
    function: Reproduce = module.reproduce
    return function


def tables_of(name: str) -> list[Path]:
    """Tables that a published model plays one by one: YAML files of the folder `<name>_tables`."""
    return sorted((FOLDER / f"{name}_tables").glob("*.yaml"))


def digest(published: Published) -> str:
    """Of its YAML, its function and its tables: what they gave is of no use once they change."""
    files = [FOLDER / f"{published.name}{suffix}" for suffix in (".yaml", ".py")] + tables_of(published.name)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def parameters_of(published: Published) -> Parameters:
    """Declared values with those of the YAML."""
    import_module("sim.model")  # what is declared is known once every part is there
    return Parameters().replace(dict(published.values))


def played(published: Published, seed: int) -> Reproduction:
    """Claims and lines of one published model; the same seed gives the same numbers."""
    return function_of(published)(published, parameters_of(published), seed)
