"""`python run.py reproduce list|all|<id>`: published models as limits of this one.

Each is played by the model's own processes with the rest off (models/), and held against its closed form or
its published figures; what is finished of them is kept and not played again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from ..command.scenario import Composed
from ..report.answer import give
from ..study.engines import one_thread
from ..study.store import anew, stored
from ..study.study import Study, begin
from . import text
from .catalogue import chosen, digest, played
from .claims import Published, Reproduction


def run(line: Composed, words: list[str]) -> int:
    """Exit code."""
    wanted = chosen(line.settings.models)
    with begin(line, words) as work:
        found = each(work, wanted, line.settings.seed)
        give(work, lambda: text.findings(wanted, found, work.folder), summary(wanted, found))
    return 0


def each(work: Study, wanted: list[Published], seed: int) -> list[Reproduction]:
    """In the order asked for; those that are kept, of the same files, are read."""
    left = [one for one in wanted if not_kept(work.folder, one)]
    if left:
        work.stage(", ".join(one.name for one in left))
        with one_thread(), work.engine.open(len(left)) as (pool, _):
            found = [(one, pool.submit(played, one, seed)) for one in left]
            for at, (one, future) in enumerate(found):
                kept = {"files": digest(one), **future.result().kept()}
                work.text(kept_as(one), json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
                work.stage(f"{at + 1} of {len(left)}: {one.name}")
    return [Reproduction.read(read(work.folder, one)) for one in wanted]


def read(folder: Path, published: Published) -> dict[str, Any]:
    """What is kept of a published model."""
    kept: dict[str, Any] = stored(folder / kept_as(published), json.loads, anew(folder))
    return kept


def not_kept(folder: Path, published: Published) -> bool:
    """Whether it is to be played: never yet, or by other files."""
    there = (folder / kept_as(published)).exists()
    return not there or read(folder, published).get("files") != digest(published)


def kept_as(published: Published) -> str:
    """The file of what was found, in the study's folder."""
    return f"reproduced_{published.name}.json"


def summary(wanted: list[Published], found: list[Reproduction]) -> pd.DataFrame:
    """A row a claim."""
    rows = [
        [one.name, claim.english, claim.target, claim.found, claim.error, claim.verdict]
        for one, reproduction in zip(wanted, found, strict=True)
        for claim in reproduction.claims
    ]
    return pd.DataFrame(rows, columns=["model", "claim", "target", "found", "error", "verdict"])


__all__ = ["run"]
