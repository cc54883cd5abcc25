"""A sentence in both languages, for those who choose between them later."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """The same in English and in Chinese."""

    english: str
    chinese: str

    def by(self, code: str) -> str:
        """In the language of a code, en or zh."""
        return self.chinese if code == "zh" else self.english

    def __str__(self) -> str:
        return self.english
