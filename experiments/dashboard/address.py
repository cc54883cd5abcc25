"""Settings in the address of the page, so that a link is a scenario: `?s=A~funding.rule:matching~seeds:40`.

A part for each scenario on the table: its name and what differs from the default county. Tables of villages
and their borders are left out: they are long, and a village's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

import yaml

from ..command.experiment_settings import Settings
from ..command.scenario import known
from . import state
from .state import FROM_FILES, Draft, Mistake

KEY = "s"
BETWEEN, IS, AND = "~", ":", ","
LONGEST = 8_000  # signs


def _written(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = f"{value:.10g}" if isinstance(value, float) else text
    return quote(text, safe="/").replace(BETWEEN, "%7E")


def part(draft: Draft) -> str:
    """One scenario."""
    start = Draft(0, "")
    paths = sorted({*draft.values, *start.values} - {*FROM_FILES})
    beside = {
        **({"seeds": draft.seeds} if draft.seeds != state.SEEDS else {}),
        **({"seed": draft.seed} if draft.seed != Settings.seed else {}),
        **({"draws": draft.draws} if draft.draws != Settings.draws else {}),
    }
    told = {path: draft.value(path) for path in paths if draft.value(path) != start.value(path)} | beside
    pairs = [f"{path}{IS}{_written(value)}" for path, value in told.items()]
    if draft.policies:
        pairs.append(f"policy{IS}{AND.join(map(_written, draft.policies))}")
    return BETWEEN.join([_written(draft.name), *pairs])


def parts(drafts: Sequence[Draft]) -> list[str]:
    """All scenarios; none where the table is as it is at first."""
    found = [part(one) for one in drafts]
    return [] if found == [part(Draft(1, "A"))] else found


def _value(path: str, text: str) -> Any:
    """A value as its declaration wants it; what fits no kind is left for the reader of scenarios."""
    kind = known()[path].kind if path in known() else int if path in ("seeds", "seed") else str
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    try:
        return kind(text)
    except ValueError:
        return text


def _content(pairs: Sequence[str]) -> dict[str, Any]:
    """What a scenario file would hold."""
    content: dict[str, Any] = {}
    for pair in pairs:
        path, told, text = pair.partition(IS)
        if not told:
            raise Mistake(f"the address says {unquote(pair)[:80]!r}: path{IS}value is wanted")
        section, _, key = path.partition(".")
        if path == "policy":
            content[path] = [unquote(one) for one in text.split(AND)]
        elif key:
            content.setdefault(section, {})[key] = _value(path, unquote(text))
        else:
            content[path] = _value(path, unquote(text))
    return content


def read_part(text: str, uid: int) -> Draft:
    """The scenario of one part; Mistake or ParameterError with one sentence."""
    name, *pairs = text[:LONGEST].split(BETWEEN)
    content, called = _content(pairs), unquote(name).strip()[:40] or "A"
    if not content:
        return Draft(uid, called)
    for path, value in Draft(0, "").values.items():  # what is not said is as in the default county
        section, _, key = path.partition(".")
        content.setdefault(section, {}).setdefault(key, value)
    return state.loaded(yaml.safe_dump(content), uid, called)


def read(texts: Sequence[str]) -> list[Draft]:
    """The table that an address says; Mistake or ParameterError with one sentence."""
    found = [read_part(text, uid) for uid, text in enumerate(texts[: state.MOST_SCENARIOS], start=1)]
    if len({one.name for one in found}) != len(found):
        raise Mistake("the address names two scenarios alike: give each a name of its own")
    return found
