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

from .experiment_settings import FILED, Settings
from .settings import Mistake, check_override, known
from .user_files import read_text
from .user_yaml import plain


def parse_scenario(text: str) -> dict[str, Any]:
    """Path or setting -> checked value of a scenario written as YAML: sections as in configs/, and seeds,
    seed, draws, policy. Mistake with one sentence.
    """
    content = plain(text, "a scenario file")
    if not isinstance(content, dict):
        raise Mistake(
            "a scenario file holds sections of values, such as funding: and below it rule: matching"
        )
    found: dict[str, Any] = {}
    for section, values in content.items():
        for key, value in values.items() if isinstance(values, dict) else [(None, values)]:
            path = str(section) if key is None else f"{section}.{key}"
            found[path] = _checked(path, value)
    return found


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


def read_scenario(path: Path) -> dict[str, Any]:
    """`parse_scenario` of a file; the sentence names the file."""
    if not path.name:
        raise Mistake("scenario = '': a file is wanted, such as scenario=mine.yaml")
    text = read_text(path)
    try:
        return parse_scenario(text)
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
