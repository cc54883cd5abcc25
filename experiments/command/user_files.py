"""The one way in for files that people write: scenarios, policies, tables of villages, what a study kept.

A regular file of at most so many bytes in UTF-8; a device, a pipe or a folder is refused at once.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

from experiments.command.catalogue import Mistake

MOST_BYTES = 2_000_000


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
    with os.fdopen(handle, "rb") as file:
        kind = os.fstat(handle).st_mode
        if not stat.S_ISREG(kind):
            raise Mistake(f"{path} cannot be read: it is {_what(kind)}, a regular file is wanted")
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
