"""Policies: interventions that own nothing and modify named values over some months, in some villages.

A policy is anything with `modifiers(parameters)`: a few lines of YAML (`Policy`), or a class of one's own.
Several act in the order written. A policy of size zero, one that starts after its end, or one whose trigger
(`when`, see `sim/signposts.py`) never fires is the baseline bit for bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sim import signposts
from sim.state.counties import whole_number
from sim.state.horizon import FIRST_YEAR, LAST_YEAR, month_number
from sim.state.parameters import ParameterError, Parameters, checked, declarations, nearest
from sim.state.values import Modifier, check, modified, partners
from sim.state.yaml12 import flag_of

OPS = ("set", "scale", "add")
WHEN = ("start", "end", "ramp", "villages", "when")


class Intervention(Protocol):
    """What a policy has to offer."""

    def modifiers(self, parameters: Parameters) -> Iterable[Modifier]:
        """The modifiers, for a county with these parameters."""


def month_of(word: Any, parameters: Parameters) -> int:
    """Months since the start of the run.

    From "2027-01", or a whole number as it is; ParameterError otherwise.
    """
    if isinstance(word, int | np.integer) and not isinstance(word, bool):
        if FIRST_YEAR <= word <= LAST_YEAR:
            raise ParameterError(f"{word} is no month: a year has twelve, {word}-01 is its first")
        return int(word)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(word)):
        raise ParameterError(f"{word!r} is no month: YYYY-MM or a whole number of months is wanted")
    return month_number(str(word)) - month_number(parameters.horizon.start)


@dataclass(frozen=True)
class Policy:
    """A policy as written in YAML: `lines` of path, one of set | scale | add, and start, end, ramp, villages,
    when.

    `start` and `end` are months ("2027-01", or months since the start); `end` is the first month without it.
    `when: {signpost: cash_months, below: 1, for: 3}` waits in each village (with `scope: county`, in all at
    once by their median) until the signpost has stood there three months in a row; from the next month on,
    `start` at the earliest, the line acts there to its end, and `ramp` counts from then.
    """

    name: str
    lines: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, name: str, content: Mapping[str, Any]) -> Policy:
        """From a YAML table: `modifiers`, and start, end, ramp, villages, when for all lines that name none
        of their own.
        """
        for key in content:
            allowed = ("description", "clause", "modifiers", *WHEN)
            if key not in allowed:
                raise ParameterError(f"policy {name}: unknown key {key!r}{nearest(str(key), allowed)}")
        lines = content.get("modifiers")
        if (
            not isinstance(lines, Sequence)
            or isinstance(lines, str)
            or not all(isinstance(line, Mapping) for line in lines)
        ):
            raise ParameterError(f"policy {name}: a list of modifiers is wanted")
        shared = {key: content[key] for key in WHEN if key in content}
        return cls(name, tuple({**shared, **line} for line in lines))

    def modifiers(self, parameters: Parameters) -> tuple[Modifier, ...]:
        """One modifier a line."""
        return tuple(self._modifier(line, parameters) for line in self.lines)

    def _modifier(self, line: Mapping[str, Any], parameters: Parameters) -> Modifier:
        for key in line:
            if key not in ("path", *OPS, *WHEN):
                raise ParameterError(
                    f"policy {self.name}: unknown key {key!r}{nearest(str(key), ('path', *OPS, *WHEN))}"
                )
        ops = [op for op in OPS if op in line]
        if "path" not in line or len(ops) != 1:
            raise ParameterError(
                f"policy {self.name}: a line has a path and one of set, scale, add, not {dict(line)}"
            )
        value = line[ops[0]]
        if ops[0] == "set" and str(line["path"]) in declarations():
            value = flag_of(value) if declarations()[str(line["path"])].kind is bool else value
        if not isinstance(value, int | float | np.number | np.bool_):
            raise ParameterError(
                f"policy {self.name}: {line['path']}: {ops[0]} wants a number, not {value!r}"
            )
        when = {key: self._month(key, line[key], parameters) for key in ("start", "end") if key in line}
        return Modifier(
            str(line["path"]),
            ops[0],
            float(value),
            **when,
            ramp=whole_number(f"policy {self.name}: ramp", line.get("ramp", 0), 0),
            villages=self._villages(line["villages"]) if "villages" in line else (),
            when=signposts.trigger(f"policy {self.name}", line["when"]) if "when" in line else None,
        )

    def _month(self, key: str, word: Any, parameters: Parameters) -> int:
        try:
            return month_of(word, parameters)
        except ParameterError as error:
            raise ParameterError(f"policy {self.name}: {key} = {error}") from error

    def _villages(self, listed: Any) -> tuple[int, ...]:
        """As listed; whether they are there is for `compose` to say."""
        place = f"policy {self.name}: villages = {listed!r}"
        if isinstance(listed, str) or not isinstance(listed, Sequence | np.ndarray):
            raise ParameterError(f"{place}: a list of village numbers is wanted, such as [1]")
        if not len(listed):
            raise ParameterError(
                f"{place}: without this line a policy acts in all villages, in none it is none"
            )
        return tuple(one.item() if isinstance(one, np.generic) else one for one in listed)


@dataclass(frozen=True)
class Indexation:
    """Sums fixed in nominal yuan follow a declared yearly rate (the price path where none is given), from a
    month on.

    `paths` are scaled by one plus the rate on every anniversary of `start`.
    """

    paths: tuple[str, ...]
    start: str | int = 0
    end: str | int = 1_000_000
    rate: float | None = None

    def modifiers(self, parameters: Parameters) -> list[Modifier]:
        """One modifier a year and path."""
        rate = parameters.economy.inflation if self.rate is None else self.rate
        first, last = month_of(self.start, parameters), month_of(self.end, parameters)
        years = range(first + 12, parameters.horizon.months, 12)
        return [Modifier(path, "scale", 1.0 + rate, month, last) for path in self.paths for month in years]


def _check_villages(place: str, numbers: Iterable[Any], parameters: Parameters) -> None:
    """Raise ParameterError where a village is not there: nobody would notice that a policy acts on nobody."""
    for number in numbers:
        whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
        if not whole or not 1 <= number <= parameters.county.villages:
            raise ParameterError(
                f"{place}: there is no village {number!r}, but numbers 1 to {parameters.county.villages} "
                "(county.villages)"
            )


def compose(policies: Iterable[Intervention], parameters: Parameters) -> tuple[Modifier, ...]:
    """All modifiers of several policies, in the order of the policies.

    ParameterError where one is named twice, since it would act twice, or names a village that is not there.
    """
    found: list[Modifier] = []
    seen: list[Intervention] = []
    named: set[str] = set()
    for policy in policies:
        name = getattr(policy, "name", type(policy).__name__)
        if policy in seen or name in named:
            raise ParameterError(f"policy {name} is named twice: it acts once, name it once")
        seen.append(policy)
        named |= {name} if isinstance(policy, Policy) else set()
        for modifier in policy.modifiers(parameters):
            _check_villages(f"policy {name}: {modifier.path}", modifier.villages, parameters)
            found.append(modifier)
    return tuple(found)


def check_all(parameters: Parameters, modifiers: Sequence[Modifier]) -> None:
    """Raise ParameterError where a modifier cannot act, or leads out of the allowed range when all act in
    full: with all triggers fired at their earliest, and with none.
    """
    base = parameters.flat()
    on: dict[tuple[str, ...], list[Modifier]] = {}
    signposts.check_scopes(modifiers)
    for modifier in modifiers:
        check(modifier)
        on.setdefault(partners(modifier.path), []).append(modifier)
    for paths, mine in on.items():
        for month in sorted({modifier.start + max(modifier.ramp - 1, 0) for modifier in mine}):
            acting = [(modifier, modifier.weight(month)) for modifier in mine if modifier.weight(month)]
            _check_values(modified(base, paths, acting))
            _check_values(modified(base, paths, [one for one in acting if not one[0].when]))


def _check_values(values: Mapping[str, float]) -> None:
    """Raise ParameterError where one is out of its range."""
    for path, value in values.items():
        declared = declarations()[path]
        if declared.kind in (int, float):
            checked(declared, round(value) if declared.kind is int else value)
