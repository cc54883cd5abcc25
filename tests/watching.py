"""Which hosts a process and its children turn to, by tests/watched/sitecustomize.py."""

import os
from pathlib import Path

HERE = {"127.0.0.1", "::1", "localhost", "None", ""}
WATCHED = Path(__file__).with_name("watched")


def watched(file: Path) -> dict[str, str]:
    """The environment in which what is started writes into `file`."""
    path = os.pathsep.join([str(WATCHED), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "WATCHED_SOCKETS": str(file)}


def seen(file: Path) -> set[tuple[str, str]]:
    """Event and host of each line."""
    lines = file.read_text().splitlines() if file.exists() else []
    return {(line.partition(" ")[0], line.partition(" ")[2]) for line in lines}


def elsewhere(file: Path) -> set[tuple[str, str]]:
    """What was turned to that is not this computer."""
    return {(event, host) for event, host in seen(file) if host not in HERE}
