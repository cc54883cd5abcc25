"""Patterns as data: one entry each in YAML, checked when it is read, one sentence for what does not fit.

The patterns of the project stand in `configs/patterns.yaml`; a file of a user's own has the same form and may
use the set-ups of that one. An entry names a pure function of `summaries.py` and the set-up it is run under.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim.state import yaml12
from sim.state.parameters import ParameterError, nearest

from ..command.catalogue import CONFIGS, Mistake
from ..command.experiment_settings import Settings
from ..command.settings import check_override
from ..command.user_files import look_through, printable, read_text
from .comparing import COMPARISONS, RATIO
from .summaries import SUMMARIES, Summary
from .summaries.registry import RUN, START, Asked

READY = CONFIGS / "patterns.yaml"
USES, SCALES, GRADES = ("calibration", "validation"), ("linear", "log"), ("A", "B", "C", "D")
TEXTS = ("id", "what", "source")
NUMBERS = ("observed", "observation_sd", "discrepancy_sd")
WANTED = (*TEXTS, "year", "grade", *NUMBERS, "band", "use", "summary")
OPTIONAL = ("chinese", "setup", "with", "against", "compare", "scale")
OF_SETUP = ("months", "seeds", "set", "policy")
MOST_MONTHS, DEEPEST, LONGEST, LARGEST = 1_200, 4, 300, 1e15
MOST_WORDS, LISTED = 30, "docs/patterns.md lists what is allowed"
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Setup:
    """What is run: parameters in place of those asked for, months (0: only the start), at most so many seeds,
    policies beside those of the command line.
    """

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    months: int | None = None
    seeds: int | None = None
    policy: tuple[str, ...] = ()

    @property
    def gives(self) -> str:
        """What a summary gets to see."""
        return START if self.months == 0 else RUN

    def suits(self, summary: Summary) -> bool:
        """Whether it gives what a summary needs: persons are read off a run."""
        return (summary.needs == START) == (self.gives == START)


@dataclass(frozen=True)
class Pattern:
    """A published pattern; with `scale` log both deviations are of logarithms.

    Where `against` names a second set-up its value is what `compare` makes of the two, under the same luck.
    """

    id: str
    what: str
    source: str
    year: int
    grade: str
    observed: float
    observation_sd: float
    discrepancy_sd: float
    low: float
    high: float
    use: str
    summary: Summary
    setup: Setup
    scale: str = "linear"
    chinese: str = ""
    against: Setup | None = None
    compare: str = RATIO


class Checker:
    """Values of a file with the lines they stand on."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.lines = path, dict[Place, int]()
        try:
            look_through(text, "a file of patterns")
        except Mistake as error:
            said = str(error)
            raise Mistake(f"{path}{', ' if said.startswith('line ') else ': '}{said}") from error
        self.content = yaml12.load(text, str(path))
        self._mark(yaml.compose(text, yaml12.Loader), ())

    def _mark(self, node: Any, place: Place) -> None:
        """Note the line of every value, as deep as entries go."""
        if node is None or len(place) > DEEPEST:
            return
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else ""
                self.lines.setdefault((*place, name), key.start_mark.line + 1)
                self._mark(value, (*place, name))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                self._mark(value, (*place, number))

    def wrong(self, place: Place, said: str) -> Mistake:
        """The mistake to raise: file, line, sentence."""
        line = next(
            (self.lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in self.lines), 1
        )
        return Mistake(f"{self.path}, line {line}: {said}")

    def table(
        self, value: Any, place: Place, what: str, allowed: Iterable[str], wanted: Iterable[str]
    ) -> None:
        """A mapping with known keys only, none of `wanted` missing."""
        if not isinstance(value, dict):
            raise self.wrong(place, f"{what}: a table of names and values is wanted")
        allowed = tuple(allowed)
        for key in value:
            if key not in allowed:
                self.word(key, (*place, str(key)), what, allowed)
        for key in wanted:
            if key not in value:
                raise self.wrong(place, f"{what} has no {key}: {', '.join(wanted)} are wanted")

    def number(self, value: Any, place: Place, what: str, least: float = -math.inf) -> float:
        """A number of at least `least`, of a size that can be measured."""
        good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
        if not good or value < least:
            floor = "" if least == -math.inf else f" of at least {least:g}"
            quoted = (
                f" without quotes{floor}" if isinstance(value, str) and _reads_as_number(value) else floor
            )
            raise self.wrong(place, f"{what} = {str(value)[:60]!r}: a number{quoted} is wanted")
        return float(value)

    def whole(self, value: Any, place: Place, what: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(
                place, f"{what} = {str(value)[:60]!r}: a whole number from {low} to {high} is wanted"
            )
        return value

    def text(self, value: Any, place: Place, what: str) -> str:
        """A text of one line, not empty; what stands in quotes or not, a number apart."""
        good = isinstance(value, str) and value.strip() and len(value) <= LONGEST
        if not good or printable(value) != value:
            raise self.wrong(
                place, f"{what} = {str(value)[:60]!r}: a text of one line, {LONGEST} signs at most, is wanted"
            )
        return value

    def word(self, value: Any, place: Place, what: str, allowed: Iterable[str]) -> str:
        """One of a few words."""
        allowed = tuple(allowed)
        if value not in allowed:
            hint = nearest(str(value), allowed)
            listed = f"allowed are {', '.join(allowed)}" if len(allowed) <= MOST_WORDS else LISTED
            raise self.wrong(place, f"{what}: unknown {str(value)[:60]!r}; {listed}{hint}")
        return str(value)


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _setup(checker: Checker, name: str, value: Any) -> Setup:
    place, what = ("setups", name), f"set-up {name}"
    checker.table(value, place, what, OF_SETUP, ())
    changes = value.get("set", {})
    if not isinstance(changes, dict):
        raise checker.wrong(
            (*place, "set"), f"{what}: set wants paths and values, such as county.villages: 50"
        )
    checked: dict[str, Any] = {}
    for path, given in changes.items():
        try:
            sort, checked[path] = check_override(str(path), given)
        except (Mistake, ParameterError) as error:
            raise checker.wrong((*place, "set", path), f"{what}: {error}") from error
        if sort != "path":
            raise checker.wrong((*place, "set", path), f"{what}: {path} is no parameter of the model")
    months, seeds = (
        None if key not in value else checker.whole(value[key], (*place, key), f"{what}: {key}", low, high)
        for key, low, high in (("months", 0, MOST_MONTHS), ("seeds", 1, 100_000))
    )
    policy = value.get("policy", [])
    if not isinstance(policy, list):
        raise checker.wrong((*place, "policy"), f"{what}: policy wants a list, such as [pay_on_time]")
    try:
        Settings(policy=[str(one) for one in policy]).check()
    except Mistake as error:
        raise checker.wrong((*place, "policy"), f"{what}: {error}") from error
    return Setup(name, checked, months, seeds, tuple(map(str, policy)))


def _pattern(checker: Checker, number: int, value: Any, setups: Mapping[str, Setup]) -> Pattern:
    place: Place = ("patterns", number)
    name = value.get("id") if isinstance(value, dict) else None
    what = f"pattern {name[:40] if isinstance(name, str) and name.strip() else number + 1}"
    checker.table(value, place, what, (*WANTED, *OPTIONAL), WANTED)
    texts = {key: checker.text(value[key], (*place, key), f"{what}: {key}") for key in TEXTS}
    chinese = value.get("chinese", "")
    if chinese:
        checker.text(chinese, (*place, "chinese"), f"{what}: chinese")
    observed, observation, discrepancy = (
        checker.number(value[key], (*place, key), f"{what}: {key}", least)
        for key, least in zip(NUMBERS, (-math.inf, 0.0, 0.0), strict=True)
    )
    words = {
        key: checker.word(value.get(key, first), (*place, key), f"{what}: {key}", allowed)
        for key, allowed, first in (
            ("grade", GRADES, ""), ("use", USES, ""), ("scale", SCALES, "linear"),
            ("summary", SUMMARIES, ""), ("setup", setups, "default"), ("compare", COMPARISONS, RATIO),
        )
    }  # fmt: skip
    summary, setup = SUMMARIES[words["summary"]], setups[words["setup"]]
    _suited(checker, (*place, "setup" if "setup" in value else "summary"), what, summary, setup, setups)
    summary = summary.given(_told(checker, value, place, what, summary))
    against = _against(checker, value, place, what, setup, setups)
    if against is not None:
        _suited(checker, (*place, "against"), what, summary, against, setups)
    low, high = _band(checker, value["band"], place, what)
    if words["scale"] == "log" and min(observed, low) <= 0:
        raise checker.wrong((*place, "scale"), f"{what}: scale log wants observed and band above zero")
    return Pattern(
        **texts, year=checker.whole(value["year"], (*place, "year"), f"{what}: year", 1800, 2200),
        grade=words["grade"], observed=observed, observation_sd=observation, discrepancy_sd=discrepancy,
        low=low, high=high, use=words["use"], summary=summary, setup=setup, scale=words["scale"],
        chinese=chinese, against=against, compare=words["compare"],
    )  # fmt: skip


def _suited(
    checker: Checker, place: Place, what: str, summary: Summary, setup: Setup, setups: Mapping[str, Setup]
) -> None:
    """A mistake where a set-up does not give what a summary needs."""
    if not setup.suits(summary):
        fits = [one.name for one in setups.values() if one.suits(summary)]
        raise checker.wrong(
            place,
            f"{what}: {summary.name} wants a {START if summary.needs == START else RUN}, and set-up "
            f"{setup.name} gives a {setup.gives}; such are {', '.join(fits)}",
        )


def _told(checker: Checker, value: Any, place: Place, what: str, summary: Summary) -> dict[str, Any]:
    """What a pattern says to its summary, everything that it asks for and nothing else."""
    asks = {asked.name: asked for asked in summary.asks}
    place, given = (*place, "with"), value.get("with", {})
    if not asks and "with" in value:
        raise checker.wrong(place, f"{what}: {summary.name} asks for nothing: leave `with` out")
    if not isinstance(given, dict):
        raise checker.wrong(place, f"{what}: with wants a table, such as {summary.asks[0].example}")
    for name in given:
        checker.word(name, (*place, name), f"{what}: {summary.name}", asks)
    for asked in asks.values():
        if asked.name not in given:
            raise checker.wrong(
                place if "with" in value else (*place[:-1], "summary"),
                f"{what}: {summary.name} asks for {asked.name}, {asked.about} ({asked.allowed}): write "
                f"{asked.example}",
            )
    return {name: _answer(checker, given[name], (*place, name), what, asked) for name, asked in asks.items()}


def _answer(checker: Checker, value: Any, place: Place, what: str, asked: Asked) -> Any:
    """A value that a summary asks for."""
    what = f"{what}: {asked.name}"
    if asked.words:
        return checker.word(value, place, what, asked.words)
    return checker.whole(value, place, what, asked.low, asked.high)


def _against(
    checker: Checker, value: Any, place: Place, what: str, setup: Setup, setups: Mapping[str, Setup]
) -> Setup | None:
    """The second set-up, where there is one."""
    if "against" not in value:
        if "compare" in value:
            raise checker.wrong((*place, "compare"), f"{what}: compare wants a second set-up, `against`")
        return None
    name = checker.word(value["against"], (*place, "against"), f"{what}: against", setups)
    if name == setup.name:
        raise checker.wrong((*place, "against"), f"{what}: against and setup are both {name}")
    return setups[name]


def _band(checker: Checker, value: Any, place: Place, what: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise checker.wrong((*place, "band"), f"{what}: band wants two numbers, such as [0.2, 0.4]")
    low, high = (checker.number(one, (*place, "band"), f"{what}: band") for one in value)
    if low >= high:
        raise checker.wrong(
            (*place, "band"), f"{what}: band = [{low:g}, {high:g}]: the first is to be the lower"
        )
    return low, high


def read(path: Path) -> list[Pattern]:
    """The patterns of a file in its order; Mistake or ParameterError, one sentence, where it does not fit."""
    if not path.name:
        raise Mistake("patterns = '': a file is wanted, such as patterns=mine.yaml")
    checker = Checker(path, read_text(path))
    checker.table(checker.content, (), "the file", ("setups", "patterns"), ("patterns",))
    setups = {} if path == READY else dict(ready_setups())
    given = checker.content.get("setups", {})
    if not isinstance(given, dict):
        raise checker.wrong(("setups",), "setups: a table of names and values is wanted")
    for name in given:
        checker.text(name, ("setups", str(name)), "name of a set-up")
    setups |= {name: _setup(checker, name, value) for name, value in given.items()}
    entries = checker.content["patterns"]
    if not isinstance(entries, list) or not entries:
        raise checker.wrong(("patterns",), "patterns: a list of at least one pattern is wanted")
    found: dict[str, Pattern] = {}
    for number, value in enumerate(entries):
        one = _pattern(checker, number, value, setups)
        if one.id in found:
            raise checker.wrong(("patterns", number, "id"), f"pattern {one.id} is there twice")
        found[one.id] = one
    return list(found.values())


@lru_cache(maxsize=1)
def ready() -> tuple[Pattern, ...]:
    """The patterns of the project."""
    return tuple(read(READY))


def ready_setups() -> dict[str, Setup]:
    """The set-ups of the project's patterns by name."""
    checker = Checker(READY, read_text(READY))
    return {name: _setup(checker, name, value) for name, value in checker.content["setups"].items()}
