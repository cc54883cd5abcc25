"""Where compiled kernels are kept between processes.

Numba unpickles what it finds there, so whoever can write there runs code as the user. Kept and read is only
what nobody but the user and root can have written: every folder from the root down belongs to one of them and
is closed to the writing of others. A shared temporary folder never is, its sticky bit notwithstanding. The
folder is that of this model's kernels alone: other Numba programs of the process keep theirs.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import caching

OWN_ROOMS = ("parts", "start", "agents")  # no kernel of another file calls what stands there
PACKAGE = Path(__file__).parents[1]
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OWNER_ONLY = stat.S_IRWXU


class UnsafeFolderError(Exception):
    """Why a folder cannot hold compiled code, in a few words."""


def shared_files() -> list[Path]:
    """Files whose functions kernels of other files may call."""
    rooms = (path for path in PACKAGE.iterdir() if path.is_dir() and path.name not in OWN_ROOMS)
    return sorted(path for room in rooms for path in room.glob("*.py"))


def folder_name() -> str:
    """A name that changes with the shared files and with Numba.

    Numba looks only at a kernel's own file when it decides whether its cache is fresh.
    """
    contents = b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in shared_files())
    return hashlib.sha256(contents + numba.__version__.encode()).hexdigest()[:16]


# -- which folder ------------------------------------------------------------------------------------------
def roots() -> Iterator[Path]:
    """Where caches of the user may lie, best first; what is no absolute path is no place."""
    yield Path(os.environ.get("XDG_CACHE_HOME", ""))
    with suppress(RuntimeError):  # neither HOME nor an entry in the list of users
        home = Path(os.environ["HOME"]) if "HOME" in os.environ else Path.home()
        if os.path.isdir(home):
            yield home / ".cache"
    with suppress(OSError):  # no temporary folder that can be written
        yield Path(tempfile.gettempdir())


def check_closed(folder: Path) -> None:
    """Raise UnsafeFolderError where others may write into a folder, or put another in its place.

    `folder` is free of links.
    """
    for place in (*reversed(folder.parents), folder):
        found = os.lstat(place)
        if not stat.S_ISDIR(found.st_mode):
            raise UnsafeFolderError(f"{place} is no folder")
        if found.st_uid not in (0, os.geteuid()):
            raise UnsafeFolderError(f"{place} belongs to another user")
        if found.st_mode & OTHERS_WRITE:
            raise UnsafeFolderError(f"others may write into {place}")


def private_folder(path: Path) -> Path:
    """`path` without links, made where it is missing, open to the user alone.

    Raises UnsafeFolderError where that cannot be, and before anything is made in a place that is not safe.
    """
    folder = Path(os.path.realpath(path))
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    try:
        check_closed(missing[-1].parent if missing else folder)
        for place in reversed(missing):
            with suppress(FileExistsError):  # another process of ours was faster
                place.mkdir(mode=OWNER_ONLY)
        check_closed(folder)
    except OSError as error:
        raise UnsafeFolderError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    if folder.stat().st_mode & OTHERS:  # files in it may be open to others
        raise UnsafeFolderError(f"{folder} is open to others than its owner")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UnsafeFolderError(f"{folder} cannot be written")
    return folder


@cache
def cache_folder() -> Path | None:
    """The first folder that is safe, looked for once a process; a warning and None where there is none."""
    reasons = []
    for root in roots():
        if not root.is_absolute():
            continue
        try:
            return private_folder(root / "mutual-aid-sim" / folder_name())
        except UnsafeFolderError as reason:
            reasons.append(str(reason))
    warnings.warn(
        f"compiled code is not kept, so that each process compiles for a minute: "
        f"{'; '.join(dict.fromkeys(reasons)) or 'there is no home'} "
        f"(NUMBA_CACHE_DIR names a folder of your choice)",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


# -- Numba's cache, with that folder ---------------------------------------------------------------------
class OwnLocator(caching._SourceFileBackedLocatorMixin, caching._CacheLocator):  # type: ignore[misc]
    """A folder below ours for each folder of sources."""

    def __init__(self, function: Any, file: str) -> None:
        self._py_file, self._lineno = file, function.__code__.co_firstlineno
        self._folder = cache_folder()
        self._below = self.get_suitable_cache_subpath(file)

    def get_cache_path(self) -> str:
        """Where the code of the function lies."""
        return str(self._folder / self._below) if self._folder else ""

    def ensure_cache_path(self) -> None:
        """Make it; OSError where it is not ours alone."""
        if not self._folder:
            raise OSError("no folder for compiled code")
        try:
            private_folder(self._folder / self._below)
        except UnsafeFolderError as reason:
            raise OSError(str(reason)) from reason


class OwnResults(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """Compiled functions in our folder and nowhere else."""

    _locator_classes = [OwnLocator]  # type: ignore[list-item]  # noqa: RUF012


class OwnCache(caching.FunctionCache):  # type: ignore[misc]
    """A cache that is never in the way.

    What cannot be read is compiled, what cannot be written is not kept.
    """

    _impl_class = OwnResults

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """As in Numba; None for a file that was cut short."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """As in Numba, unless the disk is full or was taken away."""
        with suppress(OSError):
            super().save_overload(sig, data)


def kept(dispatcher: Any) -> Any:
    """A dispatcher that keeps what it compiles; NUMBA_CACHE_DIR, where set, is the user's own choice."""
    if numba.config.CACHE_DIR or numba.config.CACHE_LOCATOR_CLASSES:  # type: ignore[attr-defined]
        dispatcher.enable_caching()
    elif cache_folder():
        with suppress(RuntimeError):  # a kernel typed in by hand has no file, and stays in memory
            dispatcher._cache = OwnCache(dispatcher.py_func)
    return dispatcher


def compiler(*signature: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A decorator like `numba.njit(cache=True)`; the plain function where the compiler is off."""

    def compiled(function: Callable[..., Any]) -> Any:
        if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
            return function
        dispatcher = kept(numba.njit(**options)(function))
        if signature:
            dispatcher.compile(*signature)
            dispatcher.disable_compile()
        return dispatcher

    return compiled


def silence_overflow() -> None:
    """Keyed draws wrap around 2^64 on purpose: without the compiler in silence too."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        warnings.filterwarnings("ignore", "overflow encountered in scalar", RuntimeWarning)
