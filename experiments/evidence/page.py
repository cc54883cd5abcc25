"""The generated tables of docs/patterns.md: the summaries by subject, and the patterns of the project."""

from __future__ import annotations

from importlib import import_module

from ..report.break_even import table
from . import summaries
from .pattern_file import Pattern, ready
from .summaries import SUBJECTS, SUMMARIES, Summary
from .summaries.registry import RUN


def asked(one: Summary) -> str:
    """What a pattern says beside the name."""
    return "; ".join(f"`{ask.name}`: {ask.about} ({ask.allowed})" for ask in one.asks)


def listed() -> str:
    """Every summary: name, unit, what it is given, what it asks for, what it is; a table a subject."""
    parts = [f"{len(SUMMARIES)} summaries."]
    for subject in SUBJECTS:
        module = import_module(f"{summaries.__name__}.{subject}")
        rows = [
            [f"`{one.name}`", one.unit, one.needs, asked(one), one.about]
            for one in SUMMARIES.values()
            if one.subject == subject
        ]
        parts += [
            f"**{(module.__doc__ or '').splitlines()[0].rstrip('.')}** (`{subject}.py`)",
            table(["summary", "unit", "given", "`with`", "what it is"], rows),
        ]
    return "\n\n".join(parts)


def entry(one: Pattern) -> list[str]:
    """A pattern as a row."""
    band = f"{one.low:g} to {one.high:g}"
    return [one.id, one.what, f"{one.observed:g}", band, one.use, f"`{one.summary.called}`", one.setup.name]


def patterns() -> str:
    """The patterns of `configs/patterns.yaml`."""
    heads = ["id", "pattern", "observed", "band", "use", "summary", "set-up"]
    return table(heads, [entry(one) for one in ready()])


def use_of(one: Pattern) -> str:
    """What a pattern is for.

    The county is built from what stands at its start, so that a pattern there is no evidence.
    """
    if one.setup.months == 0:
        return "not used: the start is built from it"
    if one.use != "calibration":
        return "held out"
    return "fitted" if one.summary.needs == RUN and one.against is None else "not used: an input"


def uses() -> str:
    """Patterns with what each is used for."""
    rows = [
        [
            one.id,
            one.what,
            f"{one.observed:g}",
            f"{one.low:g} to {one.high:g}",
            use_of(one),
            one.grade,
            one.source,
        ]
        for one in ready()
    ]
    return table(["id", "pattern", "observed", "band", "use", "grade", "source"], rows)
