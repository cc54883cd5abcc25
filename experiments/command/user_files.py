"""The one way in for files that people write: scenarios, policies, tables of villages, what a study kept.

A regular file of at most so many bytes in UTF-8; a device, a pipe or a folder is refused at once.
"""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
from pathlib import Path

import yaml

from .catalogue import Mistake

MOST_BYTES = 2_000_000
DEEPEST, MOST_VALUES = 20, 5_000  # of a YAML
TOO_FAR = "maximum nesting depth"  # said by PyYAML from 6.0.4 on, whose scanner runs ahead of the events
EVENTS: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of YAML's marks, which both read alike


def printable(text: str, kept: str = "") -> str:
    """A stranger's words for a terminal: signs that steer one, or change the order of letters, are written
    out, but for those in `kept`.
    """
    return "".join(sign if sign in kept or _seen(sign) else repr(sign)[1:-1] for sign in text)


def _seen(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file; Mistake where it is none or larger, OSError where the system refuses."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        raise Mistake(f"{path} cannot be read: it is {_what(kind)}, a regular file is wanted")
    with os.fdopen(handle, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Mistake(f"{path}: at most {most:,} bytes are read")
    return content


def _what(kind: int) -> str:
    """A file that is no regular one, in words."""
    if stat.S_ISDIR(kind):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(kind) else "a device"


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a small regular file in UTF-8; Mistake otherwise."""
    try:
        text = read_bytes(path, most).decode("utf-8-sig")
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake(f"{path} is not a text in UTF-8") from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Mistake(f"{path} is no text: line {line} holds a zero byte")
    return text.replace("\r\n", "\n")


def look_through(text: str, what: str) -> None:
    """Refuse YAML that is no plain data, or too much of it, before anything is built or loaded."""
    if len(text.encode()) > MOST_BYTES:
        raise Mistake(f"{what} has at most {MOST_BYTES:,} bytes")
    if "${" in text:
        raise Mistake(f"${{...}} is not allowed in {what}: write the value itself")
    try:
        _count(text, what, EVENTS)
    except yaml.YAMLError as error:  # said by the loader of values, in its words
        if TOO_FAR in str(getattr(error, "problem", "")):
            with contextlib.suppress(yaml.YAMLError):  # the parser in Python names our level, and its line
                _count(text, what, yaml.SafeLoader)


def _count(text: str, what: str, parser: type) -> None:
    """Refuse tags, anchors, depth and number by the marks alone."""
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
