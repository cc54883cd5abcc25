"""What may be asked on a command line: settings, groups and their options, values of the model; and the
sentences on what may not.

A user's mistake becomes one sentence (`Mistake`) with the nearest right spelling.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from experiments.command.catalogue import CONFIGS, Mistake, arm, experiment, experiments, options
from experiments.command.declared import known
from sim.state.parameters import (
    ParameterError,
    checked,
    condition,
    nearest,
    switched_off,
    unmet,
)

FILED = (
    "seeds",
    "seed",
    "draws",
    "policy",
)  # settings that a scenario file may hold beside sections of parameters
PANELS = ("practised", "envelope")
SIZES = ("quick", "default", "full")
# settings that change no result: no part of a study's id
HOW = ("workers", "out", "progress", "engine", "fresh", "partial", "trusted", "confirm")
ENGINES = ("serial", "local", "dask")
SETTING_GROUPS = ("engine", "experiment")  # groups that hold settings, not values of the model
TAKEN = ("as_is", "main", "luck", "fresh")  # names that arms of a study have already
CALIBRATED, PRIOR, NONE = DRAWS = ("calibrated", "prior", "none")  # where each seed takes what is uncertain
ANY_SAMPLE = ("pawn", "delta")  # methods that take points of any making
JUDGED = ("station", "table", "added")  # outcomes by which a plan holds or fails
WITH_STUDY = (
    "experiment",
    "seed",
    "study",
    "arm",
    "outcome",
    "below",
)  # read where a study's runs are looked at
WITH_DATA = ("experiment", "method", "seed", "inputs", "data", "outcomes")  # read where a table is analysed
FEWEST = 4  # seeds that every arm of a race has
METHODS = ("morris", "sobol", "pawn", "delta")
RANGES: dict[str, tuple[float, float]] = {  # of settings that are numbers
    "seeds": (1, 100_000),
    "seed": (0, 2**63 - 1),
    "workers": (0, 1_024),
    "max_seeds": (2, 100_000),
    "precision": (0.001, 0.5),
    "samples": (2, 2**16),
    "replicates": (1, 1_000),
    "sample": (2, 10_000),
    "target": (0.01, 1.0),
    "sure": (0.5, 0.99),
    "budget": (1.0, 1e12),
    "below": (0, 1e9),
}


@dataclass
class EngineSettings:
    """Where runs are worked out."""

    kind: str = "local"
    scheduler: str = ""  # of Dask, such as tcp://host:8786; empty: a cluster on this machine


@dataclass
class ForkSettings:
    """What `experiment=fork` changes, and when: name of an arm -> path -> value."""

    month: str = "2030-01"
    arms: dict[str, Any] = field(default_factory=dict)


@dataclass
class Settings:
    """What is asked of an experiment, beside the model's parameters."""

    name: str = "first_answer"
    scenario: str = ""
    seeds: int | None = None
    seed: int = 2025
    size: str = "default"
    draws: str = CALIBRATED  # prior, none, or a table of draws of one's own
    panels: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    policy: list[str] = field(default_factory=list)
    patterns: str = ""  # a file of patterns; empty: configs/patterns.yaml
    precision: float | None = None  # half-width asked of every headline share and test
    max_seeds: int | None = None
    race: bool = False  # arms that are told from the best get no further seeds
    looks: list[int] = field(default_factory=list)  # seeds after which arms are told apart, beside the last
    method: str = "morris"
    by: str = "section"
    inputs: list[str] = field(default_factory=list)
    distribution: str = "declared"
    data: str = ""  # a table of runs from elsewhere (CSV), analysed in place of runs of this model
    outcomes: list[str] = field(default_factory=list)  # columns of it that are outcomes
    samples: int | None = None  # trajectories (morris) or base points (of sobol a power of two)
    replicates: int | None = None
    sample: int | None = None  # counties of the country (nation)
    study: str = ""  # a study whose runs are looked at, in place of new ones (discover)
    arm: str = ""  # which of its scenarios
    outcome: str = "station"  # what a plan is judged by (discover, what_it_takes)
    below: float | None = None  # of that outcome: less is failed
    sweep: list[str] = field(default_factory=list)  # keys with several values each (compare)
    target: float = 0.7  # share that is to be reached (what_it_takes)
    sure: float = 0.8  # share of counties that are to reach it
    budget: float | None = None  # public yuan a county and year that are to suffice
    keep: str = "county"  # what is stored of a county (nation): one row, or one a village
    workers: int = 0
    out: str = "results"
    progress: bool = True
    fresh: bool = False
    partial: bool = False
    trusted: bool = False  # code that a policy file names may run
    confirm: bool = False  # many arms, or more than an hour, may be run
    engine: EngineSettings = field(default_factory=EngineSettings)
    fork: ForkSettings = field(default_factory=ForkSettings)

    @property
    def drawn(self) -> bool:
        """Whether each seed draws the uncertain parameters."""
        return self.draws != NONE

    @property
    def table(self) -> str:
        """The table that draws come from; empty where they are as declared, or nothing is drawn."""
        return "" if self.draws in (PRIOR, NONE) else self.draws

    def check(self) -> None:
        """Raise Mistake where a setting is out of range."""
        for key, (low, high) in RANGES.items():
            value = getattr(self, key)
            if value is not None and not low <= value <= high:
                raise Mistake(f"{key} = {str(value)[:30]}: allowed is {low} to {high}")
        self._check_words()
        single = {
            "size": SIZES,
            "method": METHODS,
            "by": ("section", "parameter"),
            "distribution": ("declared", "uniform"),
            "keep": ("county", "village"),
            "outcome": JUDGED,
        }
        words = {
            **single,
            "engine.kind": ENGINES,
            "panels": PANELS,
            "rows": options()["funding"],
            "columns": options()["business"],
            "policy": options()["policy"],
        }
        for key, allowed in words.items():
            for word in (
                [self.engine.kind]
                if key == "engine.kind"
                else [getattr(self, key)]
                if key in single
                else getattr(self, key)
            ):
                if word not in allowed:
                    raise Mistake(
                        f"{key}: unknown {word!r}; allowed are {', '.join(allowed)}{nearest(word, allowed)}"
                    )

    def _check_words(self) -> None:
        """Words that are no choice of a few."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(self.fork.month)):
            raise Mistake(f"fork.month = {self.fork.month!r}: a month written YYYY-MM is wanted")
        if self.draws not in DRAWS and not self.draws.endswith(".csv"):
            raise Mistake(
                f"draws = {self.draws[:80]!r}: allowed are {', '.join(DRAWS)}, or a table of draws such as "
                f"draws=mine.csv{nearest(self.draws, DRAWS)}"
            )
        if not self.out.strip() or "\0" in self.out:
            raise Mistake(f"out = {self.out!r}: a folder is wanted, such as out=results")
        if self.engine.scheduler and self.engine.kind != "dask":
            raise Mistake(
                f"engine.scheduler = {self.engine.scheduler!r}: it is read with engine=dask only, and the "
                f"engine is {self.engine.kind}"
            )
        if self.study and not os.path.lexists(self.study):
            raise Mistake(
                f"study = {self.study[:200]!r}: it is not there; a folder results/<experiment>/<id> is wanted"
            )
        if self.arm and not self.study:
            raise Mistake(
                f"arm = {self.arm[:80]!r}: it names a scenario of a study, and none is given: study=<folder>"
            )
        self._check_data()
        if [*self.looks] != sorted({look for look in self.looks if look >= FEWEST}):
            raise Mistake(
                f"looks = {list(self.looks)}: numbers of seeds from {FEWEST} on are wanted, each larger than "
                f"the one before, such as looks=[4,8,16]"
            )
        for key in ("panels", "rows", "columns", "inputs", "outcomes"):
            words = [str(word) for word in getattr(self, key)]
            twice = [word for at, word in enumerate(words) if word in words[:at]]
            if twice:
                raise Mistake(f"{key}: {twice[0]} is there twice; each is run once")

    def _check_data(self) -> None:
        """What goes with a table from elsewhere."""
        if self.outcomes and not self.data:
            raise Mistake("outcomes: columns of a table are named with data=<file.csv> only")
        if not self.data:
            return
        if self.method not in ANY_SAMPLE:
            raise Mistake(
                f"method = {self.method}: it needs the steps of its own design, which a table from elsewhere "
                f"does not have; with data= take method={' or method='.join(ANY_SAMPLE)}"
            )
        if not self.outcomes:
            raise Mistake(
                f"data = {self.data[:80]!r}: which columns are outcomes is not said: outcomes=[name, ...] is "
                f"wanted"
            )


NESTED: dict[str, type] = {"engine": EngineSettings, "fork": ForkSettings}


@lru_cache(maxsize=1)
def selectable() -> frozenset[str]:
    """`group.option` for every option that `group.option=true` adds.

    Those of settings apart, and a parameter's path is that parameter.
    """
    return frozenset(
        f"{group}.{option}"
        for group, names in options().items()
        if group not in SETTING_GROUPS
        for option in names
    ) - set(known())


def read_overrides(words: Sequence[str]) -> list[Override]:
    """Parse `key=value` words; Mistake names the first that cannot be read."""
    parser, found = OverridesParser.create(), []
    for word in words:
        try:
            override = parser.parse_override(word)
        except (HydraException, ValueError, RecursionError):  # of a number or a list without end
            override = None
        if override is None or override.is_add() or override.is_delete() or override.package is not None:
            raise Mistake(f"cannot read {word[:200]!r}: key=value is wanted, such as county.villages=50")
        if override.is_sweep_override():
            raise Mistake(f"{word!r} holds several values: give one, or compare them with -m")
        found.append(override)
    return found


def refuse_twice(words: Sequence[str]) -> None:
    """Raise Mistake where a key has two values, or a table in a value has a name twice."""
    given: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if sign and given.setdefault(key, value) != value:
            raise Mistake(f"{key} is given twice, as {given[key][:80]!r} and {value[:80]!r}: give it once")
        if name := _twice(value):
            raise Mistake(f"{key}: {name} is written twice in {value[:200]!r}")


def _twice(value: str) -> str:
    """The first name that stands twice in one table of a value such as {a:{b:1},a:{b:2}}, or nothing."""
    open_tables: list[set[str] | None] = []
    for token in re.findall(r"""'[^']*'|"[^"]*"|[{}\[\]]|[^\s{}\[\],:'"]+(?=\s*:)""", value):
        if token in "{[":
            open_tables.append(set() if token == "{" else None)
        elif token in "}]":
            open_tables[-1:] = []
        elif open_tables and (names := open_tables[-1]) is not None:
            if token in names and not token.startswith(("'", '"')):
                return token
            names.add(token)
    return ""


def check_override(key: str, value: Any) -> tuple[str, Any]:
    """'group', 'path', 'option' or 'setting' and the checked value.

    Mistake with the nearest spelling otherwise.
    """
    groups, paths = options(), known()
    if (
        key in groups and key != "policy"
    ):  # several policies act at once: a setting, not one option of a group
        if value not in groups[key]:
            hint = nearest(str(value), groups[key])
            raise Mistake(f"unknown {key} {str(value)!r}; allowed are {', '.join(groups[key])}{hint}")
        return "group", value
    if key in paths:
        text = paths[key].kind is str and isinstance(value, int) and not isinstance(value, bool)
        return "path", checked(paths[key], str(value) if text else value)
    if key in selectable():
        if not isinstance(value, bool):
            raise Mistake(
                f"{key} = {value!r}: true or false is wanted, as it is an option of the group "
                f"{key.partition('.')[0]}"
            )
        return "option", value
    if any(path.startswith(f"{key}.") for path in paths):
        raise Mistake(
            f"{key} is a section: set one of its values, such as "
            f"{next(path for path in paths if path.startswith(key))}=..."
        )
    mine = [one.name for one in fields(Settings) if one.name not in ("name", *NESTED)]
    mine += [f"{name}.{one.name}" for name, cls in NESTED.items() for one in fields(cls)]
    if key.partition(".")[0] == "hydra":
        raise Mistake(f"{key}: settings of Hydra are not read; parameters are section.name=value")
    if key not in mine:
        raise Mistake(f"unknown key {key!r}{nearest(key, [*groups, *mine, *paths, *selectable()])}")
    return "setting", typed(key, value)


def typed(key: str, value: Any) -> Any:
    """A value of the declared type of a setting; Mistake that says what is wanted."""
    if key == "fork.arms":
        return arms_of(value)
    hints = {
        f"{name}.{setting}": kind
        for name, cls in NESTED.items()
        for setting, kind in get_type_hints(cls).items()
    } | get_type_hints(Settings)
    kinds = [kind for kind in get_args(hints[key]) or (hints[key],) if kind is not type(None)]
    if value is None and type(None) in get_args(hints[key]):
        return value
    if key == "draws":  # a switch, before there was a choice
        return (PRIOR if value else NONE) if isinstance(value, bool) else str(value)
    if get_origin(hints[key]) is list:
        if not isinstance(value, list):
            raise Mistake(f"{key} = {value!r}: a list is wanted, such as {key}=[{value}]")
        return value
    wanted: dict[type, tuple[type, ...]] = {int: (int,), float: (int, float), bool: (bool,)}
    if kinds[0] in wanted and (
        not isinstance(value, wanted[kinds[0]]) or (isinstance(value, bool) and kinds[0] is not bool)
    ):
        says = {int: "a whole number", float: "a number", bool: "true or false"}
        raise Mistake(f"{key} = {value!r}: {says[kinds[0]]} is wanted")
    return value


def arms_of(value: Any) -> dict[str, dict[str, Any]]:
    """`fork.arms`: name -> path -> checked value."""
    if not isinstance(value, dict) or not all(
        isinstance(changes, dict) and changes for changes in value.values()
    ):
        raise Mistake(
            f"fork.arms = {value!r}: arms with their values are wanted, such as "
            f"fork.arms={{half:{{government.ceiling:10000}}}}"
        )
    for name, changes in value.items():
        for path, given in changes.items():
            if path not in known():
                raise Mistake(
                    f"fork.arms.{name}: unknown parameter {str(path)!r}{nearest(str(path), known())}"
                )
            try:
                checked(known()[path], given)
            except ParameterError as error:
                raise Mistake(f"fork.arms.{name}: {error}") from error
    for name in map(str, value):
        if name in TAKEN or not re.fullmatch(r"[^\W_][\w .+-]{0,59}", name):
            raise Mistake(
                f"fork.arms: {name[:60]!r} cannot be the name of an arm: letters, digits and _ are wanted, "
                f"and {', '.join(TAKEN)} are taken"
            )
    return {str(name): changes for name, changes in value.items()}


def check_read(settings: Settings, words: Sequence[str]) -> None:
    """Raise Mistake where a word of the command line sets what its experiment does not read.

    It would be recorded and not done.
    """
    mine, typed = experiment(settings.name), {}
    for word in words:
        key = word.lstrip("+~").partition("=")[0]
        typed[key if key in known() else key.partition(".")[0]] = key
    all_settings = {one.name for one in fields(Settings)} - {"name", "scenario", *HOW}
    for short, key in typed.items():
        if short in all_settings and short not in mine.reads:
            others = [name for name, other in experiments().items() if short in other.reads]
            raise Mistake(
                f"{key}: experiment={mine.name} does not read it, it reads {', '.join(mine.reads)}; "
                f"{short} is read by {', '.join(others)}"
            )
        if mine.own_model and short not in {"experiment", *HOW, *mine.reads}:
            others = [name for name, other in experiments().items() if not other.own_model]
            raise Mistake(
                f"{key}: experiment={mine.name} measures counties of its own and reads "
                f"{', '.join(mine.reads)} only; parameters, groups and scenario files are read "
                f"by {', '.join(others)}"
            )
    if settings.data:
        idle = [key for short, key in typed.items() if short not in (*WITH_DATA, *HOW)]
        if idle:
            raise Mistake(
                f"{idle[0]}: it has no effect with data=, whose rows are analysed as they are; read are "
                f"{', '.join(WITH_DATA[1:])}"
            )
    if settings.study:
        _refuse_with_study(typed)
    if "max_seeds" in typed and settings.precision is None:
        raise Mistake(
            f"max_seeds = {settings.max_seeds}: it is read with precision=<half-width> only; seeds=N "
            f"sets the seeds"
        )
    if "by" in typed and settings.method in ("pawn", "delta") and settings.by == "section":
        raise Mistake(
            f"by = section: method={settings.method} looks at single parameters; by=section is read "
            f"with method=morris or sobol"
        )


def _refuse_with_study(typed: Mapping[str, str]) -> None:
    """Mistake where a word would change runs that are there already."""
    over = [key for short, key in typed.items() if short not in (*WITH_STUDY, *HOW)]
    if over:
        raise Mistake(
            f"{over[0]}: it has no effect with study=, whose runs are looked at as they are; read are "
            f"{', '.join(WITH_STUDY[1:])}"
        )


def idle(
    pinned: Iterable[str], parameters: Any, settings: Settings, modified: Iterable[str] = ()
) -> list[str]:
    """A sentence on each thing that was set and has no effect. `modified`: paths that policies change."""
    found, flat, moving = [], parameters.flat(), set(modified)
    for path in pinned:
        section, _, name = path.partition(".")
        if name != "on" and switched_off(section, flat):
            found.append(f"{path} has no effect: {section}.on is false")
            continue
        wanted = unmet(path, flat)
        of = list(dict.fromkeys(condition(one)[0] for one in wanted))
        if wanted and not moving & set(of):
            now = " and ".join(f"{one} = {flat[one]}" for one in of)
            found.append(f"{path} has no effect with {now}: it is read with {' or '.join(wanted)}")
    for path in dict.fromkeys(modified):
        wanted, section = unmet(path, flat), path.partition(".")[0]
        if switched_off(section, flat):
            found.append(f"what a policy does to {path} has no effect: {section}.on is false")
        elif wanted and not moving & {condition(one)[0] for one in wanted}:
            found.append(f"what a policy does to {path} has no effect: it is read with {' or '.join(wanted)}")
    if settings.engine.kind == "serial" and settings.workers > 1:
        found.append(f"workers = {settings.workers} has no effect: engine=serial works in one process")
    return found


def one_line(error: BaseException) -> str:
    """The innermost cause of a configuration error as one sentence."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    where = next((line.partition(":")[2].strip() for line in lines if line.startswith("full_key:")), "")
    said = next((line for line in lines if not line.endswith(":")), lines[0])
    return f"{where}: {said}" if where and where not in said else said


__all__ = [
    "CONFIGS",
    "HOW",
    "Mistake",
    "Settings",
    "arm",
    "check_override",
    "check_read",
    "known",
    "one_line",
    "options",
    "read_overrides",
]
