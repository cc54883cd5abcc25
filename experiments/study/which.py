"""Which study a command line is: its folder by the hash of what is asked, its words as expanded."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..command import draw_table, own_folder
from ..command.catalogue import experiment
from ..command.scenario import HOW, Composed, Mistake, compose_line
from .manifest import manifest_of
from .provenance import model_digest


def requested(words: Iterable[str]) -> list[str]:
    """The words that say what is asked, not how it is run; of two for one key the later."""
    last = {word.partition("=")[0]: word for word in words}
    return [word for key, word in last.items() if key.partition(".")[0] not in HOW]


def resolve(line: Composed, words: Sequence[str]) -> tuple[Composed, list[str]]:
    """The line with its study's folder, and its words; a study that was expanded goes on as expanded."""
    settings = line.settings
    drawn = (
        draw_table.digest(settings.table)
        if settings.table and "draws" in experiment(settings.name).reads
        else ""
    )
    asked = f"{settings.name}\n{model_digest()}\n{own_folder.identity()}{drawn}{line.text}"
    identity = hashlib.sha256(asked.encode()).hexdigest()[:12]
    folder, words = Path(settings.out) / settings.name / identity, list(words)
    if (folder / "manifest.json").is_file() and not settings.fresh:
        kept = known_manifest(folder) or {"expanded": [], "id": identity}
        if kept["id"] != identity:
            raise Mistake(
                f"{folder} holds a copy of study {kept['id']}: give the folder the name it had, or begin "
                f"anew beside it with fresh=true"
            )
        if kept["expanded"]:
            words = [
                *kept["overrides"],
                *kept["expanded"],
                *(word for word in words if word not in requested(words)),
            ]
            line = compose_line(list({word.partition("=")[0]: word for word in words}.values()))
    return dataclasses.replace(line, folder=folder), words


def known_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder, or nothing where it is damaged and will be made again."""
    try:
        return manifest_of(folder)
    except Mistake:
        return None
