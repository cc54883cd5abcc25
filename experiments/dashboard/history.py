"""What was on the table before: one step back for each change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .state import Draft

MOST = 100  # steps


def _copies(drafts: Sequence[Draft]) -> list[Draft]:
    return [one.copy(one.uid, one.name) for one in drafts]


def _identity(drafts: Sequence[Draft]) -> tuple[Any, ...]:
    return tuple((one.uid, one.name, one.identity) for one in drafts)


class DraftHistory:
    """The tables so far, the present one last."""

    def __init__(self) -> None:
        self._tables: list[list[Draft]] = []

    def note(self, drafts: Sequence[Draft]) -> None:
        """Take down the table, where it differs from the last."""
        if not self._tables or _identity(self._tables[-1]) != _identity(drafts):
            self._tables = [*self._tables[-MOST:], _copies(drafts)]

    @property
    def steps(self) -> int:
        """How often one may go back."""
        return max(len(self._tables) - 1, 0)

    def back(self) -> list[Draft]:
        """The table before the present one, which is forgotten."""
        if self.steps:
            self._tables.pop()
        return _copies(self._tables[-1])
