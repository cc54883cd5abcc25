"""Several values for a key: `python run.py -m funding=jiangxi,feixiang county.villages=10,20`.

Every combination is an arm of one study (experiment=compare). Words have Hydra's grammar: `a,b`, choice(),
range(), sort(), glob() on the options of a group; `policy=[a],[b,c]` are sets of policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Override
from hydra.errors import HydraException

from sim.state.parameters import nearest

from .catalogue import Mistake, options
from .experiment_settings import SETTING_GROUPS
from .paths import FILES, bare
from .settings import check_override, known

COMPARE = "compare"
MOST_ARMS = 200  # without confirm=true
MOST_VALUES = 1_000
INSTEAD = {  # settings that somebody might sweep, and what does that
    "seed": "luck is common to all arms; seeds=N says how many kinds of it are run",
    "seeds": "all arms have the same seeds",
    "experiment": "one study answers one question; give a command for each experiment",
    "draws": "experiment=headline compares the ways of drawing",
}


@dataclass(frozen=True)
class Swept:
    """A key with the words of its values, as each would be typed after `key=`."""

    key: str
    values: tuple[str, ...]

    @property
    def word(self) -> str:
        """As it was typed, written out."""
        return f"{self.key}={','.join(self.values)}"


def parse(word: str) -> Override:
    """One word of a command line, or Mistake."""
    try:
        return OverridesParser.create().parse_override(word)
    except (HydraException, ValueError, RecursionError) as error:
        raise Mistake(
            f"cannot read {word[:200]!r}: key=value is wanted, or key=value,value with -m"
        ) from error


def values_of(key: str, override: Override) -> list[str]:
    """Every value of a sweep as a word; Mistake where it is no list of values."""
    given = override.value()
    if isinstance(given, Glob):
        names = options().get(key)
        if names is None:
            raise Mistake(f"{key}: glob() chooses options of a group, such as {', '.join(sorted(options()))}")
        found = given.filter(list(names))
        if not found:
            raise Mistake(f"{key}: no option fits {override.input_line!r}; there are {', '.join(names)}")
        return list(found)
    if override.is_interval_sweep():
        raise Mistake(
            f"{key}: an interval has no list of values; experiment=sensitivity inputs=[{key}] goes through "
            f"its range, choice() and range() name values"
        )
    if getattr(given, "shuffle", False):
        raise Mistake(
            f"{key}: the order of arms changes nothing, and chance is the seed's: leave shuffle() out"
        )
    found = list(map(_typed, islice(override.sweep_string_iterator(), MOST_VALUES + 1)))
    if len(found) > MOST_VALUES:
        raise Mistake(f"{key}: more than {MOST_VALUES} values")
    return found


def _typed(value: object) -> str:
    """A value as a user types it; Hydra writes flags as Python does."""
    return {"True": "true", "False": "false"}.get(str(value), str(value))


def swept(word: str) -> Swept | None:
    """A word with several values, each checked; None where it has one. Mistake where it cannot be swept."""
    override = parse(word)
    key = str(override.key_or_group)
    if key in FILES:
        refuse_files(key, word)
    if not override.is_sweep_override():
        return None
    if override.package is not None or override.is_add() or override.is_delete():
        raise Mistake(f"cannot read {word[:200]!r}: several values are given as key=value,value")
    if key in INSTEAD:
        raise Mistake(f"{key} cannot have several values: {INSTEAD[key]}")
    groups = {name for name in options() if name not in SETTING_GROUPS}
    if key in FILES or (key not in known() and key not in groups):
        hint = "" if key in known() else nearest(key, [*groups, *known()])
        raise Mistake(f"{key} cannot have several values: parameters, their groups and policy can{hint}")
    values = values_of(key, override)
    if key == "policy":
        values = [one if one.startswith("[") else f"[{one}]" for one in values]
        check_policies(values)
    for one in values:
        check_override(key, parse(f"{key}={one}").value())
    twice = [one for at, one in enumerate(values) if one in values[:at]]
    if twice:
        raise Mistake(f"{key}: {twice[0]} is there twice; each is run once")
    return Swept(key, tuple(values))


def refuse_files(key: str, word: str) -> None:
    """Mistake at several tables of one kind: paths are quoted, as one may hold a comma."""
    value = bare(word).partition("=")[2]
    if "," in value and not Path(value).exists():
        raise Mistake(
            f"{key} cannot have several values: a study has one county, and {value[:200]!r} is no file: give "
            f"a command for each table"
        )


def check_policies(values: Sequence[str]) -> None:
    """Mistake at a set of policies with a name that there is not."""
    allowed = options()["policy"]
    for value in values:
        for name in filter(None, value.strip("[]").replace(" ", "").split(",")):
            if name not in allowed:
                hint = nearest(name, allowed)
                raise Mistake(f"policy: unknown {name!r}; allowed are {', '.join(allowed)}{hint}")


def gathered(words: Sequence[str]) -> list[str]:
    """A line given with -m as the words of experiment=compare; Mistake where nothing has several values."""
    found, plain = list[Swept](), list[str]()
    for word in words:
        one = swept(word)
        if one is None:
            plain.append(word)
        else:
            found.append(one)
    keys = [one.key for one in found]
    if not found:
        raise Mistake(
            "-m compares several values, and no key has more than one: such as funding=jiangxi,feixiang"
        )
    twice = [key for at, key in enumerate(keys) if key in keys[:at]]
    if twice:
        raise Mistake(f"{twice[0]} is given twice: give it once, with all its values")
    for word in plain:
        key = word.partition("=")[0]
        if key in keys:
            raise Mistake(f"{key} is given twice: give it once, with all its values")
        if key == "experiment" and word != f"experiment={COMPARE}":
            raise Mistake(f"{word}: -m compares by experiment={COMPARE}; leave it out")
    kept = [word for word in plain if word != f"experiment={COMPARE}"]
    quoted = ",".join("'" + one.word.replace("'", "\\'") + "'" for one in found)
    return [f"experiment={COMPARE}", *kept, f"sweep=[{quoted}]"]


def read(words: Sequence[str]) -> list[Swept]:
    """The sweeps of a setting `sweep`; Mistake where one is none."""
    found = []
    for word in words:
        one = swept(word)
        if one is None:
            key, _, value = word.partition("=")
            one = Swept(key, (value,))
            check_override(key, parse(word).value())
        found.append(one)
    return found


def combinations(found: Sequence[Swept]) -> list[tuple[str, ...]]:
    """One value a key, the last key moving fastest."""
    return list(product(*(one.values for one in found)))


def count(found: Sequence[Swept]) -> int:
    """Combinations, uncounted."""
    return prod(len(one.values) for one in found)
