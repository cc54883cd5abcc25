"""A scenario as a file: the YAML that `scenario=<file>` reads and the dashboard saves.

The text is data: tags, anchors, `_target_` and interpolations are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sim.state.parameters import ParameterError, Parameters
from sim.state.yaml12 import Loader, flag_of

from .experiment_settings import FILED, SETTING_GROUPS, Settings
from .paths import FILES, is_file
from .settings import Mistake, arm, check_override, known, options
from .user_files import read_text
from .user_yaml import plain

GROUPS = tuple(name for name in options() if name not in (*SETTING_GROUPS, "policy"))
RESOLVED = {"name", "panels", "looks"}  # keys by which a study's own configuration is known


def parse_scenario(text: str) -> dict[str, Any]:
    """Path or setting -> checked value of a scenario written as YAML: sections as in configs/, and seeds,
    seed, draws, policy. Mistake with one sentence.
    """
    content = plain(text, "a scenario file")
    if not isinstance(content, dict):
        raise Mistake(
            "a scenario file holds sections of values, such as funding: and below it rule: matching"
        )
    content = as_scenario(content)
    found: dict[str, Any] = {}
    for section, values in content.items():
        if isinstance(values, str) and section in GROUPS:
            found |= arm(str(section), checked_option(str(section), values))
    for section, values in content.items():
        if isinstance(values, str) and section in GROUPS:
            continue
        for key, value in values.items() if isinstance(values, dict) else [(None, values)]:
            path = str(section) if key is None else f"{section}.{key}"
            found[path] = _checked(path, value)
    return found


def as_scenario(content: dict[str, Any]) -> dict[str, Any]:
    """A configuration as a study keeps it (resolved.yaml), as a scenario: what differs from the defaults, and
    what beside it a scenario may hold. A value that is as declared stays free to be drawn.
    """
    if not content.keys() >= RESOLVED:
        return content
    policies = [
        str(one["name"]) for one in content.get("policies", []) if isinstance(one, dict) and "name" in one
    ]
    usual = Parameters().to_dict()
    kept = {
        section: {key: value for key, value in content[section].items() if usual[section].get(key) != value}
        for section in usual
        if isinstance(content.get(section), dict)
    }
    filed = {key: content[key] for key in FILED if content.get(key) is not None}
    return kept | filed | ({"policy": policies} if policies else {})


def checked_option(group: str, option: str) -> str:
    """An option of a group; Mistake with the nearest where there is none."""
    return str(check_override(group, option)[1])


def _checked(path: str, value: Any) -> Any:
    """A value that may stand in a scenario file at this path."""
    if "_target_" in path:
        raise Mistake("_target_ is not allowed in a scenario file: it holds values only")
    if path == "policy" and isinstance(value, str | list):
        names = [str(name) for name in ([value] if isinstance(value, str) else value)]
        Settings(policy=names).check()
        return names
    if isinstance(value, dict | list) or value is None:
        raise Mistake(f"{path}: one value is wanted")
    # draws was a switch before there was a choice
    switch = path == "draws" or (path in known() and known()[path].kind is bool)
    sort, checked = check_override(path, flag_of(value) if switch else value)
    if sort != "path" and path not in FILED:
        raise Mistake(f"{path}: a scenario file holds sections of parameters and {', '.join(FILED)}")
    return checked


def beside(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Values whose tables, where no such file is here, are those beside the scenario file."""
    tables = {key: str(values[key]) for key in FILES if is_file(str(values.get(key, "")))}
    there = {key: path.parent / name for key, name in tables.items() if not Path(name).exists()}
    return values | {key: str(name) for key, name in there.items() if name.exists()}


def read_scenario(path: Path) -> dict[str, Any]:
    """`parse_scenario` of a file; the sentence names the file."""
    if not path.name:
        raise Mistake("scenario = '': a file is wanted, such as scenario=mine.yaml")
    text = read_text(path)
    try:
        return beside(path, parse_scenario(text))
    except (Mistake, ParameterError) as error:
        raise Mistake(f"{path}: {error}") from error


class _Dumper(yaml.SafeDumper):
    """A text of several lines stands as a block."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)
for _first, _resolvers in Loader.yaml_implicit_resolvers.items():  # a text that reads as a number is quoted
    for _tag, _pattern in _resolvers:
        _Dumper.add_implicit_resolver(_tag, _pattern, [_first])


def save_line(path: Path, pinned: Mapping[str, Any], settings: Mapping[str, Any], title: str) -> None:
    """Write what a command line set itself: values by path, and settings that a scenario may hold.

    Mistake where something stands there already, or nothing can be written.
    """
    content: dict[str, Any] = dict(settings)
    for place, value in pinned.items():
        section, _, name = place.partition(".")
        content.setdefault(section, {})[name] = value
    head = f"# {' '.join(title.split())}\n"
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(head + text)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", "") or str(error)).lower()
        raise Mistake(f"save = {str(path)[:200]!r}: it cannot be written: {why}") from error


def write_scenario(parameters: Parameters, settings: Mapping[str, Any], title: str = "") -> str:
    """The YAML that `scenario=<file>` reads back.

    What differs from the defaults, with `settings` such as seeds on top.
    """
    plain, content = Parameters().flat(), dict(settings)
    for path, value in parameters.flat().items():
        if value != plain[path]:
            content.setdefault(path.partition(".")[0], {})[path.partition(".")[2]] = value
    head = f"# {' '.join(title.split())}\n" if title else ""
    return head + yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
