"""Hover texts of marks in charts: values that are words of a page and need no title."""

from __future__ import annotations

from typing import Any

import altair as alt


def tips(*columns: str) -> list[Any]:
    """A line a column, its value alone."""
    return [alt.Tooltip(f"{name}:N", title=" ") for name in columns]
