"""Hydra's schema (a mirror of `sim.Parameters`), the composition of a command line, and the frozen scenario.

The model declares its parameters once; the mirror is made from them, so that `county.villages=50` is checked by Hydra
and then by the model itself. A user's mistake becomes one sentence (`Mistake`) with the nearest right spelling.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, make_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.parameters import SECTIONS, Declaration, Parameters, checked, declarations, nearest

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
PANELS = ("practised", "envelope")
SIZES = ("quick", "default", "full")


class Mistake(ValueError):
    """A user's mistake on the command line; the message is one sentence."""


@dataclass
class Settings:
    """What is asked of an experiment, beside the model's parameters."""

    name: str = "first_answer"
    seeds: int | None = None
    seed: int = 2025
    size: str = "default"
    draws: bool = False
    panels: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    workers: int = 0
    out: str = "results"
    progress: bool = True

    def check(self) -> None:
        """Raise Mistake where a setting is out of range."""
        ranges = {"seeds": (1, 100_000), "seed": (0, 2**63 - 1), "workers": (0, 1_024)}
        for key, (low, high) in ranges.items():
            value = getattr(self, key)
            if value is not None and not low <= value <= high:
                raise Mistake(f"{key} = {value}: allowed is {low} to {high}")
        words = {"size": SIZES, "panels": PANELS, "rows": options()["funding"], "columns": options()["business"]}
        for key, allowed in words.items():
            for word in [self.size] if key == "size" else getattr(self, key):
                if word not in allowed:
                    raise Mistake(f"{key}: unknown {word!r}; allowed are {', '.join(allowed)}{nearest(word, allowed)}")


@dataclass(frozen=True)
class Scenario:
    """A named set of parameters that does not change; `digest` is the hash of its content."""

    name: str
    parameters: Parameters

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits of the SHA-256 of all parameters."""
        return hashlib.sha256(json.dumps(self.parameters.to_dict(), sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Composed:
    """A command line, read: settings, parameters, which paths the user set, which groups were named."""

    settings: Settings
    parameters: Parameters
    pinned: dict[str, Any]
    named: dict[str, str]
    text: str

    def touched(self) -> set[str]:
        """Paths that differ from their defaults or were written on the command line: never drawn at random."""
        plain, mine = Parameters().flat(), self.parameters.flat()
        return set(self.pinned) | {path for path, value in mine.items() if value != plain[path]}


@lru_cache(maxsize=1)
def known() -> dict[str, Declaration]:
    """Every declared parameter of the model by path."""
    import sim.model  # noqa: F401  # registers the sections of all parts

    return declarations()


@lru_cache(maxsize=1)
def options() -> dict[str, tuple[str, ...]]:
    """Group -> its options, as found in configs/."""
    return {d.name: tuple(sorted(f.stem for f in d.glob("*.yaml"))) for d in sorted(CONFIGS.iterdir()) if d.is_dir()}


def register() -> None:
    """Put the schema into Hydra's store: settings at the top, one node a section of parameters."""
    known()
    nodes = []
    for name, cls in SECTIONS.items():
        hints = typing.get_type_hints(cls)
        made = make_dataclass(name.title(), [(f.name, hints[f.name], field(default=f.default)) for f in fields(cls)])
        nodes.append((name, made, field(default_factory=made)))
    ConfigStore.instance().store(name="schema", node=make_dataclass("Schema", nodes, bases=(Settings,)))


def arm(group: str, option: str) -> dict[str, Any]:
    """Path -> value that an option of a group sets, read from its YAML file."""
    content = yaml.safe_load((CONFIGS / group / f"{option}.yaml").read_text(encoding="utf-8")) or {}
    return {f"{s}.{key}": value for s, values in content.items() for key, value in values.items()}


def read_overrides(words: Sequence[str]) -> list[Override]:
    """Parse `key=value` words; Mistake names the first that cannot be read."""
    parser, found = OverridesParser.create(), []
    for word in words:
        try:
            override = parser.parse_override(word)
        except HydraException:
            override = None
        if override is None or override.is_add() or override.is_delete() or override.package is not None:
            raise Mistake(f"cannot read {word!r}: key=value is wanted, such as county.villages=50")
        if override.is_sweep_override():
            raise Mistake(f"{word!r} holds several values: give one value at a time")
        found.append(override)
    return found


def check_override(key: str, value: Any) -> tuple[str, Any]:
    """'group', 'path' or 'setting' and the checked value; Mistake with the nearest spelling otherwise."""
    groups, paths = options(), known()
    if key in groups:
        if value not in groups[key]:
            hint = nearest(str(value), groups[key])
            raise Mistake(f"unknown {key} {str(value)!r}; allowed are {', '.join(groups[key])}{hint}")
        return "group", value
    if key in paths:
        text = paths[key].kind is str and isinstance(value, int) and not isinstance(value, bool)
        return "path", checked(paths[key], str(value) if text else value)
    if key in SECTIONS:
        raise Mistake(f"{key} is a section: set one of its values, such as {next(p for p in paths if p.startswith(key))}=...")
    mine = [f.name for f in fields(Settings) if f.name != "name"]
    if key not in mine:
        raise Mistake(f"unknown key {key!r}{nearest(key, [*groups, *mine, *paths])}")
    return "setting", value


def compose_line(words: Sequence[str]) -> Composed:
    """Read a command line into settings and checked parameters.

    Raises Mistake or sim.ParameterError, each with one sentence.
    """
    pinned: dict[str, Any] = {}
    named: dict[str, str] = {}
    for override in read_overrides(words):
        key = str(override.key_or_group)
        sort, value = check_override(key, override.value())
        if sort == "path":
            pinned[key] = value
        elif sort == "group":
            named[key] = value
    register()
    try:
        with initialize_config_dir(str(CONFIGS), job_name="run", version_base="1.3"):
            config = compose("config", list(words))
        plain = typing.cast(dict[str, Any], OmegaConf.to_container(config, resolve=True, enum_to_str=False))
    except (HydraException, OmegaConfBaseException) as e:
        raise Mistake(one_line(e)) from e
    settings = Settings(**{f.name: plain.pop(f.name) for f in fields(Settings)})
    settings.check()
    parameters = Parameters.from_dict(plain)
    return Composed(settings, parameters, pinned, named, OmegaConf.to_yaml(config, resolve=True))


def one_line(error: BaseException) -> str:
    """The innermost cause of a configuration error as one sentence."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    where = next((line.partition(":")[2].strip() for line in lines if line.startswith("full_key:")), "")
    said = next((line for line in lines if not line.endswith(":")), lines[0])
    return f"{where}: {said}" if where and where not in said else said


def resolved(text: str, parameters: Parameters) -> str:
    """A resolved configuration with other parameters: those that an experiment really starts from."""
    return yaml.safe_dump({**yaml.safe_load(text), **parameters.to_dict()}, sort_keys=False, allow_unicode=True)


def patched(base: Parameters, changes: Mapping[str, Any]) -> Parameters:
    """`base` with values that were checked before: cross-field rules only, twenty times faster than `replace`."""
    sections = {name: getattr(base, name) for name in SECTIONS}
    by: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        head, _, tail = path.partition(".")
        by.setdefault(head, {})[tail] = value
    return Parameters(**sections | {name: dataclasses.replace(sections[name], **mine) for name, mine in by.items()})


__all__ = ["Composed", "Mistake", "Scenario", "Settings", "arm", "compose_line", "known", "options", "patched", "resolved"]
