"""Where compiled kernels are kept between processes."""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from pathlib import Path

import numba

SHARED_ROOMS = ("engine", "state")  # kernels of every file may call what stands there
PACKAGE = Path(__file__).parents[1]


def shared_files() -> list[Path]:
    """Files whose functions kernels of other files may call."""
    return sorted(path for room in SHARED_ROOMS for path in (PACKAGE / room).glob("*.py"))


def folder_name() -> str:
    """A name that changes with the shared files and with Numba.

    Numba looks only at a kernel's own file when it decides whether its cache is fresh.
    """
    contents = b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in shared_files())
    return hashlib.sha256(contents + numba.__version__.encode()).hexdigest()[:16]


def cache_folder() -> str:
    """The first writable folder for compiled kernels, made if need be; empty where there is none."""
    roots = [Path(os.environ["XDG_CACHE_HOME"])] if os.environ.get("XDG_CACHE_HOME") else []
    for root in (*roots, Path.home() / ".cache", Path(tempfile.gettempdir())):
        folder = root / "mutual-aid-sim" / folder_name()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


def use_cache() -> None:
    """Tell Numba where to keep compiled kernels, unless the user has."""
    if not os.environ.get("NUMBA_CACHE_DIR"):
        numba.config.CACHE_DIR = cache_folder()  # type: ignore[attr-defined]
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        # keyed draws wrap around 2^64 on purpose; compiled code does so in silence
        warnings.filterwarnings("ignore", "overflow encountered in scalar", RuntimeWarning)
