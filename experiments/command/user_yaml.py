"""YAML that people write, as plain values: bounded in bytes, depth and number, and nothing but data."""

from __future__ import annotations

import contextlib
from typing import Any

import yaml

from experiments.command.catalogue import Mistake
from experiments.command.user_files import MOST_BYTES
from sim.state.parameters import ParameterError
from sim.state.yaml12 import Loader, load

DEEPEST, MOST_VALUES, LONGEST_KEY = 20, 5_000, 200
_Events: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of YAML's marks, which both read alike


class _Loader(Loader):
    """Plain values only; a key is a short word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if len(str(key.value)) > LONGEST_KEY:
                raise yaml.constructor.ConstructorError(
                    problem=f"a name has at most {LONGEST_KEY} signs", problem_mark=key.start_mark
                )
        return dict(super().construct_mapping(node, deep))


def plain(text: str, what: str) -> Any:
    """The YAML as plain values; Mistake, in one sentence, where it is none. `what`: a scenario file."""
    if len(text.encode()) > MOST_BYTES:
        raise Mistake(f"{what} has at most {MOST_BYTES:,} bytes")
    if "${" in text:
        raise Mistake(f"${{...}} is not allowed in {what}: write the value itself")
    with contextlib.suppress(yaml.YAMLError):  # said below, in the words of the loader
        _look_through(text, what)
    try:
        return load(text, loader=_Loader)
    except ParameterError as error:
        raise Mistake(str(error)) from error


def _look_through(text: str, what: str) -> None:
    """Refuse what is no plain data, or too much of it, before anything is built."""
    depth = values = 0
    for event in yaml.parse(text, _Events):
        line = f"line {event.start_mark.line + 1}: "
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.NodeEvent)
        directive = isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags)
        if directive or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise Mistake(f"{line}tags, anchors and directives are not allowed in {what}")
        if depth > DEEPEST:
            raise Mistake(f"{line}{what} is nested too deeply: at most {DEEPEST} levels are read")
        if values > MOST_VALUES:
            raise Mistake(f"{line}{what} holds too much: at most {MOST_VALUES:,} names and values are read")
