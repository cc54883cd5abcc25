"""Where compiled kernels are kept between processes.

Numba unpickles what it finds there, so whoever can write there runs code as the user. Kept and read is only
what nobody but the user and root can have written: every folder from the root down belongs to one of them and
is closed to the writing of others. A shared temporary folder never is, its sticky bit notwithstanding. The
folder is that of this model's kernels alone: other Numba programs of the process keep theirs.

Read before it are the kernels that the install left beside the package (`hatch_build.py`): machine code for
any processor of the kind, never written to, and trusted as far as the sources that Python imports from the
same place. What does not agree with the sources or with Numba has another name and is not found there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
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
from numba.core.serialize import dumps

from sim.engine import own_folders

OWN_ROOMS = ("parts", "start", "agents")  # no kernel of another file calls what stands there
PACKAGE = Path(__file__).parents[1]
CARRIED = "mutual_aid.kernels"  # the package of compiled kernels that the install leaves
CARRIED_PROCESSOR = ("generic", "")  # Numba's name and features of what they are compiled for
NOT_CARRIED = "MUTUAL_AID_NO_KERNELS"  # set, none are made at install and none are read
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


@cache
def parts_digest() -> str:
    """What the parts of the product say: kernels of an own folder may call their functions."""
    rooms = [path for room in OWN_ROOMS for path in sorted((PACKAGE / room).glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in rooms)).hexdigest()[:16]


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


def chosen_folder() -> Path | None:
    """The folder that the user names in NUMBA_CACHE_DIR."""
    named = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    return Path(named).absolute() / folder_name() if named else None


@cache
def carried_folder() -> Path | None:
    """Kernels that came with the install and were made from these shared files; None where there are none,
    where the user wants none, or where NUMBA_CPU_NAME asks for those of another processor.
    """
    if os.environ.get(NOT_CARRIED) or numba.config.CPU_NAME not in (None, "generic"):  # type: ignore[attr-defined]
        return None
    try:
        found = importlib.util.find_spec(CARRIED)
    except ImportError:  # nothing was installed
        return None
    folder = Path(found.origin).parent / folder_name() if found and found.origin else None
    return folder if folder and folder.is_dir() else None


@cache
def cache_folder() -> Path | None:
    """The first folder that is safe, looked for once a process; a warning and None where there is none."""
    if chosen := chosen_folder():
        return chosen
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
class OwnLocator(caching._CacheLocator):  # type: ignore[misc]
    """A folder below ours for each folder of sources, the same for each copy of this package."""

    def __init__(self, function: Any, file: str) -> None:
        self._file, self._lineno = Path(file).absolute(), function.__code__.co_firstlineno
        if self._file.is_relative_to(PACKAGE):
            self.below = self._file.parent.relative_to(PACKAGE.parent).as_posix().replace("/", ".")
        elif own_folders.holding(self._file):
            self.below = f"own-{own_folders.digest()[:40]}-{parts_digest()}"
        else:
            self.below = self.get_suitable_cache_subpath(file)
        self._folder = cache_folder()

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> OwnLocator | None:
        """A locator, or None for a kernel typed in by hand."""
        return cls(py_func, py_file) if os.path.exists(py_file) else None

    def get_source_stamp(self) -> str:
        """What the source says; not when it was written, which is another time in each copy."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        """Tells functions of one name in one file apart."""
        return str(self._lineno)

    def get_cache_path(self) -> str:
        """Where the code of the function lies."""
        return str(self._folder / self.below) if self._folder else ""

    def ensure_cache_path(self) -> None:
        """Make it; OSError where it is not ours alone, unless the user chose it."""
        if not self._folder:
            raise OSError("no folder for compiled code")
        if chosen_folder():
            os.makedirs(self._folder / self.below, exist_ok=True)
            return
        try:
            private_folder(self._folder / self.below)
        except UnsafeFolderError as reason:
            raise OSError(str(reason)) from reason


class OwnResults(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """Compiled functions in our folder and nowhere else."""

    _locator_classes = [OwnLocator]  # type: ignore[list-item]  # noqa: RUF012


class OwnCache(caching.FunctionCache):  # type: ignore[misc]
    """A cache that is never in the way: what cannot be read is compiled, what cannot be written is not kept.

    Each version of a function is a file named by all it was made from. Numba's own files are numbered in an
    index: two processes that compile two versions at once can leave one under the other's signature, and one
    that is killed leaves what an older source said under the new.
    """

    _impl_class = OwnResults

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        closed_over = [cell.cell_contents for cell in function.__closure__ or ()]
        self._function = (
            numba.__version__,
            self._impl.locator.get_source_stamp(),
            hashlib.sha256(function.__code__.co_code + dumps(closed_over)).hexdigest(),
        )

    def _file_name(self, signature: Any, processor: tuple[str, ...]) -> str:
        made_from = repr((self._function, str(signature), processor))
        return f"{self._impl.filename_base}-{hashlib.sha256(made_from.encode()).hexdigest()[:24]}.nbc"

    def own_file(self, signature: Any, codegen: Any) -> Path:
        """Where a version is kept."""
        return Path(self.cache_path, self._file_name(signature, codegen.magic_tuple()))

    def carried_file(self, signature: Any, codegen: Any) -> Path | None:
        """Where the install would have left it."""
        folder, kind = carried_folder(), codegen.magic_tuple()[0]
        name = self._file_name(signature, (kind, *CARRIED_PROCESSOR))
        return folder / self._impl.locator.below / name if folder else None

    def files(self, signature: Any, codegen: Any) -> Iterator[Path]:
        """Where a version may be found, best first."""
        carried = None if chosen_folder() else self.carried_file(signature, codegen)
        if carried:
            yield carried
        if self.cache_path:
            yield self.own_file(signature, codegen)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The version for these types; None where there is none, or one that was cut short."""
        target_context.refresh()
        for file in self.files(sig, target_context.codegen()):
            with suppress(Exception):
                return self._impl.rebuild(target_context, pickle.loads(file.read_bytes()))
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a version, whole or not at all, unless the disk is full or was taken away."""
        if not self.cache_path or not self._impl.check_cachable(data):
            return
        content = dumps(self._impl.reduce(data))
        with suppress(OSError):
            self._impl.locator.ensure_cache_path()
            write_whole(self.own_file(sig, data.codegen), content)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that nobody sees half written."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as room:
            room.write(content)
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def kept(dispatcher: Any) -> Any:
    """A dispatcher that keeps what it compiles; classes that NUMBA_CACHE_LOCATOR_CLASSES names are the user's
    own choice.
    """
    if numba.config.CACHE_LOCATOR_CLASSES:  # type: ignore[attr-defined]
        dispatcher.enable_caching()
    elif cache_folder() or carried_folder():
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
