"""The verb `idle`: which parameters that are drawn in a configuration change no byte of its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from ..study import draws
from ..study.idle import STAGES, drawn_in, idle
from .experiment_settings import Settings
from .scenario import Composed, Mistake, compose_line, known

READ = ("seed", "policy", "scenario")  # settings that say what is looked at


def refuse(words: Sequence[str]) -> None:
    """Raise Mistake at a setting that has no meaning here."""
    for word in words:
        key = word.partition("=")[0].partition(".")[0]
        if key in ("experiment", "engine") or (
            key in {one.name for one in fields(Settings)} and key not in READ
        ):
            raise Mistake(
                f"idle looks at a configuration and runs no experiment: leave {word} out; it reads "
                f"parameters, their groups, {', '.join(READ)}"
            )


def table(paths: Sequence[str]) -> str:
    """A line a parameter: path, range, what it is."""
    wide = max(map(len, paths))
    lines = []
    for path in paths:
        declared = known()[path]
        span = f"{declared.low:g} to {declared.high:g}"
        lines.append(f"  {path:{wide}}  {span:>16}  {declared.doc}")
    return "\n".join(lines)


def said(line: Composed, paths: Sequence[str], found: Sequence[str]) -> str:
    """What was looked at and what came of it."""
    dials = len(draws.dials(known()[path] for path in paths))
    runs = sum(len(stage.seeds) for stage in STAGES)
    most = max(STAGES, key=lambda stage: stage.villages * stage.months)
    how = (
        f"Each was moved to both ends of its range, in up to {runs} runs of up to {most.villages} villages "
        f"and {most.months // 12} years. No byte changed in these runs is no proof that none ever does."
    )
    if not found:
        return f"{len(paths)} parameters are drawn, as {dials} dials; each changes the results.\n{how}"
    verb = "changes" if len(found) == 1 else "change"
    return (
        f"{len(paths)} parameters are drawn, as {dials} dials; {len(found)} of them {verb} no byte of the "
        f"results.\n{how}\n\n{table(found)}"
    )


def main(words: Sequence[str]) -> int:
    """`python run.py idle [section.name=value | group=option] ...`: print what changes nothing."""
    refuse(words)
    line = compose_line(["experiment=baseline", *words])
    paths = drawn_in(line)
    print(said(line, paths, idle(line, paths)))
    return 0
