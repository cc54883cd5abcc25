"""One line on a terminal that says what is being done while nothing else is said.

It stands on the error stream, below what was printed, appears after a second and is gone before the next
word. Where the error stream is no terminal, or with `progress=false`, nothing is written at all.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

PATIENCE = 1.0  # seconds of silence before the line appears
EVERY = 0.5  # seconds between two lines
ERASE = "\r\x1b[K"


class BusyLine:
    """What is being done, since when, and whether the line stands on the terminal now."""

    def __init__(self, stream: Any, language: str = "en") -> None:
        self.stream, self.language = stream, language
        self._lock = threading.RLock()
        self._text, self._since, self._spoken = "", 0.0, 0.0
        self._shown, self._quiet = False, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """From now on this is being done."""
        with self._lock:
            self._text, self._since = text, time.monotonic()
            if self._shown:
                self._draw()

    def clear(self) -> None:
        """Take the line away: something else is written here."""
        with self._lock:
            self._spoken = time.monotonic()
            if self._shown:
                self.stream.write(ERASE)
                self.stream.flush()
                self._shown = False

    def quiet(self, more: int) -> None:
        """Another progress begins (1) or ends (-1) on the same terminal."""
        with self._lock:
            self.clear()
            self._quiet += more

    def end(self) -> None:
        """For good."""
        self._ended.set()
        self._thread.join()
        self.clear()

    def _draw(self) -> None:
        seconds = time.monotonic() - self._since
        room = shutil.get_terminal_size().columns - 1
        self.stream.write(ERASE + f"{self._text} … {seconds:.0f} s"[:room])
        self.stream.flush()
        self._shown = True

    def _tick(self) -> None:
        while not self._ended.wait(EVERY):
            with self._lock:
                waited = time.monotonic() - max(self._since, self._spoken)
                if self._text and not self._quiet and (self._shown or waited > PATIENCE):
                    self._draw()


class Interrupting:
    """A stream on the same terminal: the line is taken away before a word."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write where the line stood."""
        clear()
        return int(self._stream.write(text) or 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_lines: list[BusyLine] = []  # one at most


def say(english: str, chinese: str) -> None:
    """From now on this is being done, in the language of the command."""
    for line in _lines:
        line.say(chinese if line.language == "zh" else english)


def clear() -> None:
    """Take the line away for a word of somebody else."""
    for line in _lines:
        line.clear()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While another progress is shown."""
    lines = list(_lines)
    for line in lines:
        line.quiet(1)
    try:
        yield
    finally:
        for line in lines:
            line.quiet(-1)


@contextlib.contextmanager
def shown(wanted: bool, language: str = "en") -> Iterator[None]:
    """Show what is said, where the error stream is a terminal."""
    terminal = sys.stderr
    if not wanted or _lines or terminal is None or not terminal.isatty():
        yield
        return
    _lines.append(BusyLine(terminal, language))
    sys.stderr = Interrupting(terminal)  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stderr = terminal
        _lines.pop().end()


def until(port: int, address: str, english: str, chinese: str, language: str = "en") -> None:
    """Say in the background that a server begins, until it answers here."""

    def wait() -> None:
        with shown(True, language):
            say(english, chinese)
            while _lines:
                with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
                    return
                time.sleep(EVERY)

    threading.Thread(target=wait, daemon=True).start()


__all__ = ["quiet", "say", "shown", "until"]
