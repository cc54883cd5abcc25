"""What may be asked on a command line: settings, groups and their options, values of the model; and the
sentences on what may not.

A user's mistake becomes one sentence (`Mistake`) with the nearest right spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sim.state.parameters import (
    ParameterError,
    checked,
    condition,
    nearest,
    switched_off,
    unmet,
)

from .catalogue import CONFIGS, Mistake, arm, experiment, experiments, options
from .declared import known
from .experiment_settings import (
    HOW,
    NESTED,
    NONE,
    PRIOR,
    SETTING_GROUPS,
    TAKEN,
    WITH_DATA,
    WITH_STUDY,
    Settings,
)
from .own_folder import KEY as OWN
from .own_folder import remakes


@remakes
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
    """Raise Mistake where a key has two values, or a table in a value has a name twice; `own` may be many."""
    given: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if sign and key != OWN and given.setdefault(key, value) != value:
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
    group, _, option = key.partition(".")
    if group == "policy" and option:
        hint = nearest(option, groups[group])
        raise Mistake(f"unknown {group} {option!r}; allowed are {', '.join(groups[group])}{hint}")
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
    all_settings = {one.name for one in fields(Settings)} - {"name", "scenario", "own", *HOW}
    for short, key in typed.items():
        if short in all_settings and short not in mine.reads:
            others = [name for name, other in experiments().items() if short in other.reads]
            raise Mistake(
                f"{key}: experiment={mine.name} does not read it, it reads {', '.join(mine.reads)}; "
                f"{short} is read by {', '.join(others)}"
            )
        if mine.own_model and short not in {"experiment", "own", *HOW, *mine.reads}:
            others = [name for name, other in experiments().items() if not other.own_model]
            raise Mistake(
                f"{key}: experiment={mine.name} measures counties of its own and reads "
                f"{', '.join(mine.reads)} only; parameters, groups and scenario files are read "
                f"by {', '.join(others)}"
            )
    if settings.data:
        idle = [key for short, key in typed.items() if short not in (*WITH_DATA, "own", *HOW)]
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
    "Mistake",
    "arm",
    "check_override",
    "check_read",
    "known",
    "one_line",
    "options",
    "read_overrides",
]
