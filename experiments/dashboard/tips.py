"""Hover texts of marks in charts: values that are words of a page and need no title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from .words import listed


def tips(*columns: str, when: Sequence[str] = ()) -> list[Any]:
    """A line a column, its value alone; those of `when` are months. Once a mark.

    Each title is another blank: lines are kept by their titles, and a second of the same name would take the
    place of the first.
    """
    shown: list[tuple[str, dict[str, Any]]] = [(f"{name}:N", {}) for name in columns]
    shown += [(f"{name}:T", {"format": "%Y-%m"}) for name in when]
    return [alt.Tooltip(name, title=" " * (place + 1), **more) for place, (name, more) in enumerate(shown)]


def spoken(of: str, parts: Sequence[str], language: str) -> str:
    """What a mark says to those who do not point, in a line."""
    return f"{of}{'：' if language == 'zh' else ': '}{listed(parts, language)}"


def silent(chart: Any) -> Any:
    """A chart whose marks say what they were given to say and else nothing: no names of columns."""
    return chart.configure_mark(tooltip=None)
