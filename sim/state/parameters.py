"""Declare a parameter once: default, unit, range, source, grade. Schema, checks and tables are made from it.

A part writes a class of annotated fields and registers it::

    @section("sharing")
    class Sharing:
        on: bool = switch(True, "equipment rental", doc="000 (3)")
        rate: float = par(0.1, "share", 0.0, 1.0, "assumption", "D", "fall of mobility needs where aids are
        rented")

`Parameters.from_dict` checks types, ranges, finiteness and the cross-field rules that a section lists in
`problems`.
"""

from __future__ import annotations

import difflib
import math
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from sim.engine import own_folders

GRADES = {"A": "official or peer reviewed", "B": "reported", "C": "derived", "D": "assumption"}
STORED = {
    "": 1,
    "fen": 100,
    "minutes": 60,
}  # how a rule holds a number, and how many of it make one of its unit
SCALES = ("linear", "log", "logit")  # on which a range is seen
SECTIONS: dict[str, type] = {}
BEFORE_PARTS, AFTER_PARTS = ("reported", "county", "given", "horizon"), ("viability",)


class ParameterError(ValueError):
    """A user's mistake in a parameter; the message is one sentence that names the place."""


class TableError(ValueError):
    """A data table is incomplete; the message names the file and what is missing."""


@dataclass(frozen=True)
class Declaration:
    """All that is known of one parameter. `low`/`high` bound what is accepted and what is drawn: nine tenths
    of what is thought possible, on `scale`, with the default as its median.
    """

    path: str
    kind: type
    default: Any
    unit: str
    low: float | None
    high: float | None
    source: str
    grade: str
    doc: str
    stored: str
    live: bool
    choices: tuple[str, ...]
    monthly: bool = True
    only: tuple[str, ...] = ()
    scale: str = "linear"

    @property
    def modifiable(self) -> bool:
        """Whether a modifier on it works: a number or flag that a rule reads anew each month, by village."""
        read_monthly = self.live and self.monthly
        return read_monthly and self.kind is not str and not self.path.endswith(".on")

    @property
    def has_range(self) -> bool:
        """Whether it is a number with two ends that differ."""
        bounded = self.low is not None and self.high is not None
        return bounded and self.kind in (int, float) and self.low < self.high  # type: ignore[operator]

    @property
    def varied(self) -> bool:
        """Whether uncertainty analysis draws it: a number of grade C or D with a range."""
        return self.has_range and self.grade in "CD"

    def holds(self, number: float) -> bool:
        """Whether a number lies in the range."""
        above = self.low is None or number >= self.low
        return above and (self.high is None or number <= self.high)


def par(
    default: Any,
    *,
    unit: str,
    doc: str,
    low: float | None = None,
    high: float | None = None,
    source: str = "assumption",
    grade: str = "D",
    stored: str = "",
    live: bool = True,
    choices: tuple[str, ...] = (),
    monthly: bool = True,
    only: tuple[str, ...] = (),
    scale: str = "",
) -> Any:
    """One parameter; without a source it is an assumption. `low` and `high` bound what is accepted and drawn.

    `stored` says how rules hold it: "fen" for yuan, "minutes" for hours, both as whole numbers; by default a
    float is a float and the rest are whole numbers. `live` parameters may change in a fork; the others shape
    the start. `monthly=False`: no rule reads it from the month's values, so that a policy on it is refused.
    `only`: conditions such as "rule=matching" or "business.kind!=none"; where none holds, no rule reads it.
    `scale`: on which the range is seen, `scale_of` where it is not said.
    A section's `ONLY` is that of all its parameters; its `WHEN` names several under conditions they share.
    """
    if grade not in GRADES:
        raise ValueError(f"grade {grade!r} is none of {', '.join(GRADES)}")
    if stored not in STORED:
        raise ValueError(f"stored={stored!r} is none of {', '.join(map(repr, STORED))}")
    if scale not in ("", *SCALES):
        raise ValueError(f"scale={scale!r} is none of {', '.join(SCALES)}")
    meta = dict(
        unit=unit,
        low=low,
        high=high,
        source=source,
        grade=grade,
        doc=doc,
        stored=stored,
        live=live,
        choices=choices,
        monthly=monthly,
        only=only,
        scale=scale or scale_of(default, low, high),
    )
    return field(default=default, metadata=meta)


def scale_of(default: Any, low: float | None, high: float | None) -> str:
    """Logit for what lies between nought and one, log for what is nought or more; linear below that, and
    where the default is an end of its range.
    """
    if low is None or high is None or isinstance(default, bool | str):
        return "linear"
    if low < 0 or default in (low, high):
        return "linear"
    return "logit" if high <= 1 else "log"


def switch(default: bool, *, doc: str, live: bool = False, only: tuple[str, ...] = ()) -> Any:
    """A part's on/off. Off, the part posts nothing, draws nothing and owns no column that anyone reads."""
    return par(default, unit="switch", doc=doc, source="design choice", live=live, only=only)


def choice(
    default: str,
    *,
    choices: tuple[str, ...],
    doc: str,
    source: str = "design choice",
    live: bool = False,
    only: tuple[str, ...] = (),
) -> Any:
    """A parameter that is one of a few words."""
    return par(default, unit="choice", doc=doc, source=source, live=live, choices=choices, only=only)


def section(name: str) -> Callable[[type], type]:
    """Register a class of parameters under `name` (the first word of every path in it)."""

    def register(cls: type) -> type:
        from numpy import recarray

        made: type = dataclass(frozen=True)(cls)
        if own_folders.is_reading():
            own_folders.declare("section", name, made, [one for one in SECTIONS if one not in own_sections()])
        elif name in SECTIONS:
            raise ValueError(f"section {name!r} is declared twice")
        for one in fields(
            made
        ):  # rules read `values[v].name`, where an array's own attribute would answer instead
            if hasattr(recarray, one.name):
                raise ValueError(
                    f"{name}.{one.name}: {one.name!r} is an attribute of every array: choose another name"
                )
        named = {word for names in getattr(made, "WHEN", {}).values() for word in names.split()}
        if lost := named - {one.name for one in fields(made)}:
            raise ValueError(f"{name}: WHEN names {', '.join(sorted(lost))}, which is no parameter of it")
        SECTIONS[name] = made
        _in_order()
        return made

    return register


def own_sections() -> Mapping[str, type]:
    """Sections that parts of a researcher's own folder declare; no kernel of the product reads them."""
    found: Mapping[str, type] = own_folders.DECLARED.by["section"]
    return found


def forget_sections(kept: typing.Collection[str]) -> None:
    """Take out of the registry what is not `kept`; what was made from all sections is made again."""
    for name in [name for name in SECTIONS if name not in kept]:
        del SECTIONS[name]
    _declared.cache_clear()


def _in_order() -> None:
    """Bring the sections into one order, whichever module was imported first: the parts stand as they are
    imported, in the order of their names, those that are none of a part before and after them.

    The order is that of a resolved configuration, by whose text a study is known, and of the records that
    kernels are compiled for.
    """
    first = [name for name in BEFORE_PARTS if name in SECTIONS]
    last = [name for name in AFTER_PARTS if name in SECTIONS]
    parts = [name for name in SECTIONS if name not in (*first, *last)]
    ordered = {name: SECTIONS[name] for name in (*first, *parts, *last)}
    SECTIONS.clear()
    SECTIONS.update(ordered)


def _conditions(section: str, cls: type, name: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Under what a parameter is read: its own conditions, those of a line of WHEN, or its section's."""
    shared = (
        tuple(words.split()) for words, names in getattr(cls, "WHEN", {}).items() if name in names.split()
    )
    found = own or next(shared, getattr(cls, "ONLY", ()))
    return tuple(one if "." in one else f"{section}.{one}" for one in found)


@lru_cache(maxsize=8)
def _declared(names: tuple[str, ...]) -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for name in names:
        cls = SECTIONS[name]
        hints = typing.get_type_hints(cls)
        for one in fields(cls):
            meta = one.metadata
            found[f"{name}.{one.name}"] = Declaration(
                path=f"{name}.{one.name}",
                kind=hints[one.name],
                default=one.default,
                unit=meta["unit"],
                low=meta["low"],
                high=meta["high"],
                source=meta["source"],
                grade=meta["grade"],
                doc=meta["doc"],
                stored=meta["stored"],
                live=meta["live"],
                choices=meta["choices"],
                monthly=meta["monthly"],
                only=_conditions(name, cls, one.name, meta["only"]),
                scale=meta["scale"],
            )
    return found


def declarations() -> dict[str, Declaration]:
    """Every declared parameter by its path, in order of declaration."""
    return dict(_declared(tuple(SECTIONS)))


def unmet(path: str, flat: Mapping[str, Any]) -> tuple[str, ...]:
    """The conditions under which a parameter is read, where none of them holds with these values."""
    conditions = declarations()[path].only
    return () if any(_holds(one, flat) for one in conditions) else conditions


def switched_off(section: str, flat: Mapping[str, Any]) -> bool:
    """Whether a section's own switch is off, and is read with these values."""
    switch_of = f"{section}.on"
    return flat.get(switch_of, True) is False and not unmet(switch_of, flat)


def condition(text: str) -> tuple[str, bool, str]:
    """Path, whether it is to be equal, and the word of "funding.rule=matching" or "shocks.flood!=0"."""
    path, equal, word = text.partition("=")
    assert equal, text
    return path.removesuffix("!"), not path.endswith("!"), word


def _holds(text: str, flat: Mapping[str, Any]) -> bool:
    path, equal, word = condition(text)
    value = flat[path]
    said = (
        str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else f"{value:g}"
    )
    return (said == word) is equal


def nearest(word: str, allowed: typing.Iterable[str]) -> str:
    """'; did you mean x?' when something close exists, else the empty string."""
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def checked(declared: Declaration, value: Any) -> Any:
    """`value` in the declared type, or ParameterError; NumPy's numbers and flags are taken as Python's."""
    numpy = sys.modules.get("numpy")  # none of its numbers is here where it is not
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if declared.kind is bool:
        return _flag(declared, value)
    if declared.kind is str:
        return _word(declared, value)
    return _number(declared, value)


def _flag(declared: Declaration, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ParameterError(f"{declared.path} = {value!r}: true or false is wanted")
    return value


def _word(declared: Declaration, value: Any) -> str:
    if isinstance(value, list | tuple) and declared.choices:  # an order, as a list: [] is none
        value = "_".join(map(str, value)) or "none"
    if declared.choices and value not in declared.choices:
        hint = nearest(str(value), declared.choices)
        raise ParameterError(f"{declared.path} = {value!r}: allowed are {', '.join(declared.choices)}{hint}")
    return str(value)


def _number(declared: Declaration, value: Any) -> int | float:
    place = f"{declared.path} = {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(f"{place}: a number is wanted ({declared.unit})")
    if isinstance(value, int) and abs(value) > 2**63:
        raise ParameterError(f"{declared.path}: a number of at most 19 digits is wanted ({declared.unit})")
    if not math.isfinite(value):
        raise ParameterError(f"{place}: a finite number is wanted ({declared.unit})")
    if declared.kind is int and value != int(value):
        raise ParameterError(f"{place}: a whole number is wanted ({declared.unit})")
    number: int | float = declared.kind(value)
    if not declared.holds(number):
        raise ParameterError(f"{place}: allowed is {declared.low:g} to {declared.high:g} {declared.unit}")
    return number


class Parameters:
    """An immutable set of all parameters: `Parameters()` holds the defaults, `p.funding.rule` reads one."""

    _sections: dict[str, Any]

    def __init__(self, **sections: Any) -> None:
        full = {name: sections.pop(name, None) or cls() for name, cls in SECTIONS.items()}
        if sections:
            word = next(iter(sections))
            raise ParameterError(f"unknown section {word!r}{nearest(word, SECTIONS)}")
        self.__dict__.update(full, _sections=full)  # a section is read some hundred times a month
        for problem in self.problems():
            raise ParameterError(problem)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no section {name!r}{nearest(name, SECTIONS)}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("Parameters are immutable: use p.replace({'section.name': value})")

    def __reduce__(self) -> Any:
        return Parameters.from_dict, (self.to_dict(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._sections == other._sections

    def __hash__(self) -> int:
        return hash(tuple(self._sections.values()))

    def problems(self) -> Iterator[str]:
        """Sentences on what does not fit together across fields."""
        for name, values in self._sections.items():
            check = getattr(values, "problems", None)
            if check is not None:
                for sentence in check(self):
                    yield f"{name}: {sentence}"

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain nested dictionaries: what `from_dict` takes back."""
        return {name: dict(vars(values)) for name, values in self._sections.items()}

    def flat(self) -> dict[str, Any]:
        """Path -> value."""
        return {
            f"{section}.{name}": value
            for section, values in self.to_dict().items()
            for name, value in values.items()
        }

    def replace(self, changes: Mapping[str, Any]) -> Parameters:
        """A copy with some paths changed; unknown paths are named with the nearest right one."""
        nested = self.to_dict()
        for path, value in changes.items():
            head, _, tail = path.partition(".")
            if head not in nested or tail not in nested[head]:
                raise ParameterError(f"unknown parameter {path!r}{nearest(path, declarations())}")
            nested[head][tail] = value
        return Parameters.from_dict(nested)

    @classmethod
    def from_dict(cls, given: Mapping[str, Mapping[str, Any]]) -> Parameters:
        """Check types, ranges, finiteness, unknown keys and cross-field rules.

        Raise ParameterError on the first miss.
        """
        known = declarations()
        made: dict[str, Any] = {}
        for name, values in given.items():
            if name not in SECTIONS:
                raise ParameterError(f"unknown section {name!r}{nearest(str(name), SECTIONS)}")
            if not isinstance(values, Mapping):
                raise ParameterError(f"{name} = {values!r}: a table of values is wanted")
            taken = {}
            for key, value in values.items():
                path = f"{name}.{key}"
                if path not in known:
                    raise ParameterError(f"unknown parameter {path!r}{nearest(path, known)}")
                taken[key] = checked(known[path], value)
            made[name] = SECTIONS[name](**taken)
        return cls(**made)
