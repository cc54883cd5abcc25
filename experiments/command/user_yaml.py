"""YAML that people write, as plain values: bounded in bytes, depth and number, and nothing but data."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import yaml

from experiments.command.catalogue import Mistake
from experiments.command.user_files import MOST_BYTES

DEEPEST, MOST_VALUES, LONGEST_KEY = 20, 5_000, 200
TOO_FAR = "maximum nesting depth"  # said by PyYAML from 6.0.4 on, whose scanner runs ahead of the events
_Plain: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Plain):  # type: ignore[misc]
    """Plain values only; a key written twice is a mistake."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            word = self.construct_object(key, deep=True)
            if word in seen:
                raise Mistake(f"line {node.start_mark.line + 1}: {word} is written twice")
            if len(str(word)) > LONGEST_KEY:
                raise Mistake(f"line {key.start_mark.line + 1}: a name has at most {LONGEST_KEY} signs")
            seen.add(word)
        return dict(super().construct_mapping(node, deep))


def plain(text: str, what: str) -> Any:
    """The YAML as plain values; Mistake, in one sentence, where it is none. `what`: a scenario file."""
    if len(text.encode()) > MOST_BYTES:
        raise Mistake(f"{what} has at most {MOST_BYTES:,} bytes")
    if "${" in text:
        raise Mistake(f"${{...}} is not allowed in {what}: write the value itself")
    try:
        _look_through(text, what, _Plain)
        return yaml.load(text, _Loader)
    except Mistake:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or (str(error).splitlines() or ["no YAML"])[0]
        if TOO_FAR in problem:  # the parser in Python names the level at which we stop, and its line
            with suppress(yaml.YAMLError):
                _look_through(text, what, yaml.SafeLoader)
        raise Mistake(f"{where}not readable as YAML ({problem})") from error


def _look_through(text: str, what: str, parser: Any) -> None:
    """Refuse what is no plain data, or too much of it, before anything is built."""
    depth = values = 0
    for event in yaml.parse(text, parser):
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
