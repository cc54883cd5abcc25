"""Stored answers of the first screen: `python -m experiments.dashboard.stored` works them out.

Beside them stand the digests of their settings, of the files and of the sources. `stale` says whether they
still are the answers: no file may have been changed by hand, and where sources have changed the first seeds
are run again, those of every step of the ladder too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..study.plan import Task
from ..study.provenance import digest, model_digest
from ..study.simulate import simulate_many
from ..study.store import RunRecord
from . import state, stories
from .measures import ScreenAnswer, answer_of
from .state import Draft

FOLDER = Path(__file__).with_name("stored")
MANIFEST, LADDER = "manifest.json", "ladder.json"
PROOF = 2  # seeds that are run again where the model has changed
COMMAND = "python -m experiments.dashboard.stored"
Work = Callable[[Sequence[Task]], list[RunRecord]]


@dataclass(frozen=True)
class Stored:
    """A story as it is stored: its setting, its answer, the day it was made, the steps that led to it."""

    key: str
    draft: Draft
    answer: ScreenAnswer
    made: str
    steps: Mapping[str, pd.Series]  # rung -> villages of 100 that keep open, by seed; of the ladder's story

    @property
    def rungs(self) -> dict[str, float]:
        """Rung -> villages of 100 that keep open, mean over seeds; empty for all but the ladder's story."""
        return {key: float(kept.mean()) for key, kept in self.steps.items()}


def digest_of(draft: Draft) -> str:
    """Sixteen hexadecimal digits of what a result depends on: the setting, and what its policies say."""
    first = draft.copy(draft.uid, draft.name)
    first.seeds = 1
    told = repr((draft.identity, [task.run for task in first.tasks()]))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def sources() -> str:
    """Hash of the model, its draws, and what reads an answer off its runs."""
    here, room = Path(__file__).parent, Path(__file__).parents[1]
    readers = [room / name for name in ("outcomes.py", "reference.py", "statistics.py")]
    drawn = [*(room / "study").glob("*.py"), *(room.parent / "configs" / "draws").glob("*")]
    return hashlib.sha256(
        (model_digest() + digest([*readers, *drawn, here / "measures.py"])).encode()
    ).hexdigest()


def holds(one: Stored, work: Work = simulate_many) -> bool:
    """Whether the first seeds of a story, run again, come to what is stored of them."""
    kept = replace(one.answer, seeds=one.answer.seeds.head(PROOF))
    if work_out(_few(one.draft), work).to_dict() != kept.to_dict():
        return False
    drafts = stories.ladder()
    return all(
        _lasting(work_out(_few(drafts[key]), work)).equals(step.head(PROOF))
        for key, step in one.steps.items()
        if drafts[key].identity != one.draft.identity  # the last is the answer itself
    )


def _few(draft: Draft) -> Draft:
    """The same with the seeds of the proof alone."""
    first = draft.copy(draft.uid, draft.name)
    first.seeds = PROOF
    return first


def _lasting(answer: ScreenAnswer) -> pd.Series:
    """Villages of 100 that keep open, by seed, with the digits that are stored."""
    return ScreenAnswer.from_dict(answer.to_dict()).seeds["lasting"]


def work_out(draft: Draft, work: Work = simulate_many) -> ScreenAnswer:
    """Run a setting and read its answer."""
    return answer_of(state.result(draft, work(draft.tasks())))


def climb(work: Work = simulate_many) -> tuple[Draft, ScreenAnswer, dict[str, Any]]:
    """The first rung at which the target is met, or the last; its answer; what each rung came to."""
    rungs: dict[str, Any] = {}
    for key, draft in stories.ladder().items():
        answer = work_out(draft, work)
        kept = _lasting(answer)
        rungs[key] = {"digest": digest_of(draft), "seed": kept.index.tolist(), "lasting": kept.tolist()}
        if kept.mean() >= stories.TARGET:
            break
    return draft, answer, rungs


def make(folder: Path = FOLDER, work: Work = simulate_many) -> None:
    """Work out all stories and write them."""
    folder.mkdir(exist_ok=True)
    drafts, answers = stories.plain(), {}
    for key, draft in drafts.items():
        answers[key] = work_out(draft, work)
    drafts[stories.TAKES], answers[stories.TAKES], rungs = climb(work)
    told = {
        key: {
            **draft.settings(),
            "values": draft.values,
            "digest": digest_of(draft),
        }
        for key, draft in drafts.items()
    }
    files = {LADDER: rungs, **{f"{key}.json": one.to_dict() for key, one in answers.items()}}
    texts = {
        name: json.dumps(content, indent=1, ensure_ascii=False) + "\n" for name, content in files.items()
    }
    manifest = {
        "made": date.today().isoformat(),
        "sources": sources(),
        "files": {name: _hash(text) for name, text in texts.items()},
        "stories": told,
    }
    texts[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _read(name: str) -> Any:
    return json.loads(_text(name))


@lru_cache(maxsize=1)
def read() -> dict[str, Stored]:
    """Story -> what is stored of it; a story whose setting has changed since is left out."""
    manifest, found = _read(MANIFEST), {}
    for key, told in manifest["stories"].items():
        draft = Draft(
            1, "A", told["values"], told["seeds"], told["seed"], told["draws"], told.get("policy", [])
        )
        if told["digest"] == digest_of(draft) and draft.identity in _declared(key):
            answer = ScreenAnswer.from_dict(_read(f"{key}.json"))
            found[key] = Stored(
                key, draft, answer, manifest["made"], _steps() if key == stories.TAKES else {}
            )
    if stories.TAKES in found and not found[stories.TAKES].steps:
        del found[stories.TAKES]
    return found


def _steps() -> dict[str, pd.Series]:
    """The stored steps of the ladder; nothing where one of their settings has changed since."""
    drafts, kept = stories.ladder(), _read(LADDER)
    if [*kept] != [*drafts][: len(kept)] or any(
        one["digest"] != digest_of(drafts[key]) for key, one in kept.items()
    ):
        return {}
    return {key: pd.Series(one["lasting"], one["seed"], dtype=float) for key, one in kept.items()}


def _declared(key: str) -> list[tuple[Any, ...]]:
    """The identities that a story may have."""
    drafts = stories.ladder().values() if key == stories.TAKES else [stories.plain()[key]]
    return [one.identity for one in drafts]


def of(draft: Draft) -> Stored | None:
    """What is stored for a setting, whatever its name."""
    return next((one for one in read().values() if one.draft.identity == draft.identity), None)


def stale(work: Work = simulate_many) -> list[str]:
    """What no longer is what was stored, each with the command that mends it; nothing where all is.

    Where the sources are those of the stored answers nothing is run.
    """
    manifest = _read(MANIFEST)
    wanted = {*stories.plain(), stories.TAKES}
    lost = [f"{key}: its setting has changed" for key in sorted(wanted - set(read()))]
    lost += [
        f"{name}: it was changed by hand"
        for name, kept in manifest["files"].items()
        if _hash(_text(name)) != kept
    ]
    if manifest["sources"] != sources():
        lost += [
            f"{key}: its runs come to something else" for key, one in read().items() if not holds(one, work)
        ]
    return [f"{said}: run `{COMMAND}`" for said in lost]


def main() -> None:
    """Make them, or with --check say what is stale."""
    parser = argparse.ArgumentParser(description="Stored answers of the dashboard's first screen.")
    parser.add_argument("--check", action="store_true", help="say what is stale and leave all as it is")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(found) or "All stored answers are those of the model as it is.")
        raise SystemExit(bool(found))
    make()
    print(
        "\n".join(
            f"{key}: {one.answer.figures()['lasting'].mean:.0f} of 100 keep open"
            for key, one in read().items()
        )
    )


if __name__ == "__main__":
    main()
