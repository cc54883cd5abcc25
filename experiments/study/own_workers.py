"""How workers come by an own folder: started here they read it, elsewhere it travels by content."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from sim.engine.own_folders import FOLDERS, digest, files_of

CHANGED = "a file of the own folder changed while the study ran: give the command again"
Packed = tuple[str, tuple[dict[str, bytes], ...]]  # digest of all, and path below each folder -> content


def same_folders(own: str) -> None:
    """Raise RuntimeError where a process read other own folders than the one that started it."""
    import sim.model  # noqa: F401  # takes up those that the environment names

    if digest() != own:
        raise RuntimeError(CHANGED)


def packed() -> Packed:
    """The folders in use, by content."""
    return digest(), tuple(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_of(folder)}
        for folder in FOLDERS
    )


def unpack(folders: Packed) -> None:
    """Take up folders in a process that cannot see them; RuntimeError where it has others already."""
    import sim.model  # noqa: F401
    from sim.own import use

    wanted, contents = folders
    if not FOLDERS and wanted:
        room = Path(tempfile.mkdtemp(prefix="own-"))  # open to the user alone
        atexit.register(partial(shutil.rmtree, room, ignore_errors=True))
        places = [room / str(at) for at in range(len(contents))]
        for place, content in zip(places, contents, strict=True):
            for name, data in content.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(data)
        use(*places)
    if digest() != wanted:
        raise RuntimeError("a worker has another own folder than this study: start the workers of Dask anew")


def to_dask(client: Any) -> None:
    """Every worker of a Dask cluster takes up the folders in use, those that come later too."""
    from distributed import WorkerPlugin

    class OwnFolders(WorkerPlugin):  # type: ignore[misc]
        """Unpacks the folders before the first run."""

        name = "mutual-aid-own-folders"

        def __init__(self, folders: Packed) -> None:
            self.folders = folders

        def setup(self, worker: Any) -> None:
            """Called on each worker."""
            unpack(self.folders)

    if FOLDERS:
        client.run_on_scheduler(unpack, packed())
        client.register_plugin(OwnFolders(packed()))
