"""One writer a folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from ..command.scenario import Mistake


class Lock:
    """One writer a folder: held by the open file, so that it ends with its process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lock"
        self._file: IO[str] = self.path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise Mistake(
                f"another process is at work on {folder} (pid {holder}): wait for it or end it"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    @classmethod
    def holder(cls, folder: Path) -> str:
        """The pid at work on a folder, or the empty string."""
        try:
            with (folder / "lock").open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return file.read().strip()
        except OSError:  # not there, or something else in its place
            pass
        return ""

    def held(self) -> bool:
        """Whether the folder still has the file that is locked: it may have been moved, or made anew."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Let the next one in."""
        self._file.close()
