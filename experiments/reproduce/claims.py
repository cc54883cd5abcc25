"""What a reproduction claims, finds and draws; a verdict for each claim by a rule that was there before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

REPRODUCED, NOT, OPEN = "reproduced", "not reproduced", "cannot be told"
ERRORS = 4.0  # standard errors within which an exact value has to lie, and
ROOM = 0.01  # what it may miss beside them: months stand for moments, persons for shares
SIGN_ERRORS = 2.0  # standard errors by which a sign has to be told from nothing


@dataclass(frozen=True)
class Claim:
    """A published statement with what was found.

    `target` is the published or closed-form value; None asks for the sign alone: `found` is then a difference
    that has to be positive. `error` is the standard error of what was found, by batches or by seeds.
    """

    english: str
    chinese: str
    found: float
    error: float
    target: float | None = None
    room: float = ROOM

    @property
    def verdict(self) -> str:
        """By ERRORS and `room`, or by SIGN_ERRORS."""
        if not (math.isfinite(self.found) and math.isfinite(self.error)):
            return OPEN
        if self.target is not None:
            return REPRODUCED if abs(self.found - self.target) <= ERRORS * self.error + self.room else NOT
        if self.found > SIGN_ERRORS * self.error:
            return REPRODUCED
        return NOT if self.found < -SIGN_ERRORS * self.error or self.error == 0 else OPEN


@dataclass(frozen=True)
class Line:
    """One curve: what is published or follows in closed form, and what the model shows at the same points."""

    english: str
    chinese: str
    at: Sequence[float]
    published: Sequence[float]  # empty where only a shape is claimed
    found: Sequence[float]
    errors: Sequence[float]


@dataclass(frozen=True)
class Reproduction:
    """Claims, the lines of one picture with the labels of its axes (English, Chinese).

    `ticks` are words in place of the numbers across, one for each point of a line.
    """

    claims: Sequence[Claim]
    lines: Sequence[Line]
    across: tuple[str, str]
    upward: tuple[str, str]
    discrete: bool = False  # points that no line joins
    ticks: Sequence[tuple[str, str]] = ()

    @property
    def verdict(self) -> str:
        """Reproduced where every claim is; not where one is not."""
        found = {claim.verdict for claim in self.claims}
        return NOT if NOT in found else OPEN if OPEN in found else REPRODUCED

    @property
    def missed(self) -> list[str]:
        """Claims that are not reproduced or cannot be told."""
        return [claim.english for claim in self.claims if claim.verdict != REPRODUCED]

    def kept(self) -> dict[str, Any]:
        """As plain tables and numbers."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Reproduction:
        """From `kept`."""
        return cls(
            [Claim(**claim) for claim in kept["claims"]],
            [Line(**line) for line in kept["lines"]],
            tuple(kept["across"]),
            tuple(kept["upward"]),
            bool(kept["discrete"]),
            [(english, chinese) for english, chinese in kept.get("ticks", ())],
        )


@dataclass(frozen=True)
class Published:
    """A published model: its YAML.

    `values` are parameters that are set, among them what is switched off; `setting` are numbers of the
    reproduction itself (sizes, months, points); `left` says what is not reproduced, and why.
    `known` are claims that this model does not show: `claim` (English, as it is printed), `why`, `chinese`.
    """

    name: str
    title: str
    chinese: str
    source: str
    rules: str
    rules_chinese: str
    values: Mapping[str, Any] = field(default_factory=dict)
    setting: Mapping[str, Any] = field(default_factory=dict)
    left: str = ""
    left_chinese: str = ""
    known: Sequence[Mapping[str, str]] = ()
