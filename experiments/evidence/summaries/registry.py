"""The register of summaries: a function under its own name, what it is given, unit, what else it asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

Value = tuple[float, int]
Function = Callable[..., Value]
YEAR = 12  # months
MINUTES = 60.0  # of an hour
FEN = 100.0  # of a yuan
NOTHING: Value = (math.nan, 0)
START, RUN, PERSONS = "start", "run", "persons"


@dataclass(frozen=True)
class Asked:
    """What a pattern says beside the name of a summary: a whole number in a range, or one of a few words."""

    name: str
    about: str
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What may stand there."""
        return ", ".join(self.words) if self.words else f"{self.low} to {self.high}"

    @property
    def example(self) -> str:
        """How it is written in a file of patterns."""
        return f"with: {{{self.name}: {self.words[0] if self.words else max(self.low, min(3, self.high))}}}"


@dataclass(frozen=True)
class Summary:
    """A function by name, what it is given (`start`, `run` or `persons`), its unit, what it asks for beside
    that, and what it was told.
    """

    name: str
    needs: str
    unit: str
    of: Function
    asks: tuple[Asked, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The first line of its description."""
        return (getattr(self.of, "func", self.of).__doc__ or "").splitlines()[0]

    @property
    def subject(self) -> str:
        """The file it stands in."""
        return str(getattr(self.of, "func", self.of).__module__).rpartition(".")[2]

    @property
    def called(self) -> str:
        """The name with what it was told."""
        said = ", ".join(f"{name} {value}" for name, value in self.told.items())
        return f"{self.name} ({said})" if said else self.name

    def given(self, told: Mapping[str, Any]) -> Summary:
        """The same with everything said that it asks for."""
        return replace(self, of=partial(self.of, **told), told=told) if told else self


SUMMARIES: dict[str, Summary] = {}


def summary(needs: str = RUN, unit: str = "share", asks: tuple[Asked, ...] = ()) -> Callable[..., Function]:
    """Register a function under its own name; ValueError where the name is taken."""

    def register(function: Function) -> Function:
        name = function.__name__
        if name in SUMMARIES:
            raise ValueError(f"summary {name!r} is declared twice")
        SUMMARIES[name] = Summary(name, needs, unit, function, asks)
        return function

    return register


def ratio(part: Any, whole: Any, count: int) -> Value:
    """Sum over sum; nothing where there is nothing to divide by."""
    total = float(np.sum(whole))
    return (float(np.sum(part)) / total, count) if total > 0 else NOTHING


def median(values: np.ndarray) -> Value:
    """The median and how many stand behind it."""
    return (float(np.median(values)), len(values)) if len(values) else NOTHING


def growth(first: float, last: float, months: int) -> Value:
    """Mean growth a year from a number to a later one, so many months on; the first stands behind it."""
    if months <= 0 or first <= 0:
        return NOTHING
    return float(last / first) ** (YEAR / months) - 1, int(first)
