"""Hydra's schema (a mirror of `sim.Parameters`), the composition of a command line, and the frozen scenario.

The model declares its parameters once; the mirror is made from them, so that `county.villages=50` is checked
by Hydra and then by the model itself. What may be asked stands in settings.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, make_dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

import sim.model  # noqa: F401  # registers the sections of all parts
from sim import policies
from sim.policies import Intervention
from sim.policies import compose as compose_policies
from sim.state.parameters import SECTIONS, Parameters
from sim.state.values import Modifier
from sim.state.yaml12 import load

from . import draw_table, given_county
from .catalogue import ABOUT, experiment, option_file
from .experiment_settings import HOW, NESTED, PANELS, SETTING_GROUPS, Settings
from .own_folder import importable, remakes, searched
from .paths import FILES
from .said import Said
from .scenario_file import parse_scenario, write_scenario
from .settings import CONFIGS, Mistake, arm, known, one_line, options
from .user_files import read_text
from .user_yaml import plain
from .village_number import in_numbers
from .words import sort_out

OWN = ("sim.policies.Indexation", "sim.policies.Policy")  # classes that a policy file may name without more


@dataclass(frozen=True)
class Fork:
    """From `month` (0 is the first of the horizon) on, these paths have other values; only live ones may."""

    month: int
    changes: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A named set of parameters and modifiers that does not change; `digest` is the hash of its content.

    A parameter draw, from `table` where one is named, leaves the paths in `held` alone; `fork` changes the
    scenario in the middle of a run.
    """

    name: str
    parameters: Parameters
    held: frozenset[str] = frozenset()
    fork: Fork | None = None
    modifiers: tuple[Modifier, ...] = ()
    table: str = ""  # of draws: calibrated or a file; empty where a draw is as declared

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits of the SHA-256 of the content; the name is no part of it."""
        return hashlib.sha256(json.dumps(self.to_dict() | {"name": ""}, sort_keys=True).encode()).hexdigest()[
            :12
        ]

    @property
    def moving(self) -> frozenset[str]:
        """Paths that policies or a fork change on the way."""
        changed = (path for path, _ in self.fork.changes) if self.fork else ()
        return frozenset((*changed, *(modifier.path for modifier in self.modifiers)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for scenarios.json: what differs from the defaults."""
        changes: dict[str, Any] = {}
        for section, default in _defaults().items():
            mine = getattr(self.parameters, section)
            if mine != default:
                both = (
                    (one.name, getattr(mine, one.name), getattr(default, one.name)) for one in fields(mine)
                )
                changes |= {f"{section}.{name}": value for name, value, plain in both if value != plain}
        return {
            "name": self.name,
            "changes": changes,
            "held": sorted(self.held),
            "fork": dataclasses.asdict(self.fork) if self.fork else None,
            "modifiers": [modifier.to_dict() for modifier in self.modifiers],
            **({"table": self.table, "table_digest": draw_table.digest(self.table)} if self.table else {}),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Scenario:
        """What `to_dict` gave; Mistake where it does not fit the parameters there are."""
        fork = content["fork"] and Fork(
            content["fork"]["month"], tuple(map(tuple, content["fork"]["changes"]))
        )
        modifiers = tuple(map(Modifier.from_dict, content["modifiers"]))
        try:
            parameters = patched(Parameters(), content["changes"])
        except (KeyError, TypeError) as error:
            raise Mistake(
                f"scenario {content['name']!r} was written for other parameters than this model has"
            ) from error
        table = content.get("table", "")
        return cls(content["name"], parameters, frozenset(content["held"]), fork, modifiers, table)

    def __reduce__(self) -> Any:
        sections = {name: getattr(self.parameters, name) for name in SECTIONS}
        return _scenario, (sections, self.name, self.held, self.fork, self.modifiers, self.table)


@remakes
@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    known()
    return {name: cls() for name, cls in SECTIONS.items()}


def _scenario(sections: dict[str, Any], name: str, *rest: Any) -> Scenario:
    """Rebuild a scenario in a worker; its values were checked when it was made."""
    return Scenario(name, Parameters(**sections), *rest)


@dataclass(frozen=True)
class Composed:
    """A command line, read: settings, parameters, which paths the user set, which groups were named."""

    settings: Settings
    parameters: Parameters
    pinned: dict[str, Any]
    named: dict[str, str]
    text: str
    policies: tuple[Intervention, ...] = ()
    folder: Path | None = None  # where its study lies
    expanding: tuple[str, ...] = ()  # words that add to the study
    notes: tuple[Said, ...] = ()  # on the files of a county

    def scenario(
        self, name: str, parameters: Parameters, held: frozenset[str] = frozenset(), table: str = ""
    ) -> Scenario:
        """A scenario with these parameters and the policies of the command line, which may read the
        parameters.
        """
        modifiers = compose_policies(self.policies, parameters)
        return Scenario(name, parameters, held, modifiers=modifiers, table=table)

    def sized(self, sizes: Mapping[str, Any]) -> Parameters:
        """The parameters in an experiment's own sizes, but for what the line itself sets, by value or by
        group.
        """
        chosen = {
            path
            for group, option in self.named.items()
            if group not in (*SETTING_GROUPS, "policy")
            for path in arm(group, option.partition("+")[0])
        }
        return self.parameters.replace(
            {path: value for path, value in sizes.items() if path not in chosen | set(self.pinned)}
        )

    def starting(self, base: Parameters) -> Composed:
        """The line as it is recorded where an experiment starts from `base`."""
        return dataclasses.replace(self, text=resolved_with(self.text, base))

    def touched(self) -> set[str]:
        """Paths that differ from their defaults or were written on the command line.

        Never drawn at random.
        """
        plain, mine = Parameters().flat(), self.parameters.flat()
        return set(self.pinned) | {path for path, value in mine.items() if value != plain[path]}


@remakes
@lru_cache(maxsize=1)
def register() -> None:
    """Put the schema into Hydra's store: settings at the top, one node a section of parameters."""
    nodes = []
    for name, cls in SECTIONS.items():
        hints = typing.get_type_hints(cls)
        kinds = {  # a choice may be written as a list; the model's own check comes after
            one.name: Any if one.metadata["choices"] else hints[one.name] for one in fields(cls)
        }
        made = make_dataclass(
            name.title(), [(one.name, kinds[one.name], field(default=one.default)) for one in fields(cls)]
        )
        nodes.append((name, made, field(default_factory=made)))
    about = [
        (key, Any, field(default=None)) for key in ABOUT
    ]  # of an experiment; no part of what is composed
    schema = make_dataclass("Schema", [*nodes, *about], bases=(Settings,))
    ConfigStore.instance().store(name="schema", node=schema)


def policy_folder() -> Path:
    """Where policies of the product lie."""
    return CONFIGS / "policy"


def policy_path(name: str) -> Path:
    """The file of a policy: of the product, else of an own folder."""
    product = policy_folder() / f"{name}.yaml"
    return product if product.is_file() else option_file("policy", name)


def policy_file(name: str) -> dict[str, Any]:
    """What configs/policy/<name>.yaml says, as plain values; Mistake where it is no table."""
    path = policy_path(name)
    try:
        content = plain(read_text(path), "a policy file")
    except Mistake as error:
        said = str(error)
        raise Mistake(said if said.startswith(str(path)) else f"policy {name}: {said}") from error
    if not isinstance(content, dict):
        raise Mistake(f"policy {name}: a table is wanted, with modifiers: and below it lines of path and set")
    for line in (content, *(one for one in _lines(content) if isinstance(one, dict))):
        if "villages" in line and "_target_" not in content and not isinstance(line["villages"], list):
            raise Mistake(
                f"policy {name}: villages = {line['villages']!r}: a list of numbers is wanted, such as [3]"
            )
    return {str(key): value for key, value in content.items()}


def _lines(content: Mapping[str, Any]) -> list[Any]:
    lines = content.get("modifiers")
    return lines if isinstance(lines, list) else []


def targets(content: Any) -> list[str]:
    """Every `_target_` in a file, at any depth: the code that reading it would run."""
    if isinstance(content, dict):
        mine = [str(content["_target_"])] if "_target_" in content else []
        return mine + [name for value in content.values() for name in targets(value)]
    return [name for value in content for name in targets(value)] if isinstance(content, list) else []


def policy(name: str, parameters: Parameters, trust: bool = False) -> Intervention:
    """Read configs/policy/<name>.yaml.

    Lines of modifiers, or a class by Hydra's `_target_`, where it is the model's own or `trust` is given;
    Mistake where it does not fit.
    """
    content = policy_file(name)
    if "_target_" not in content:
        return policies.Policy.read(name, in_numbers(content, parameters, f"policy {name}"))
    foreign = [word for word in targets(content) if word not in OWN]
    if foreign and not trust:
        raise Mistake(
            f"policy {name} runs code, {', '.join(foreign)}: read {policy_path(name)} and that "
            f"code, then allow it with trusted=true"
        )
    try:
        with importable():
            made = instantiate(
                {key: v for key, v in content.items() if key not in ("description", "clause")},
                _convert_="all",
            )
    except HydraException as error:
        where = (
            f"; its module lies in {Path.cwd()} or in policies/ of an own folder"
            if "Error locating target" in str(error)
            else ""
        )
        raise Mistake(f"policy {name}: {one_line(error)}{where}") from error
    if not callable(getattr(made, "modifiers", None)):
        raise Mistake(f"policy {name}: {content['_target_']} has no method modifiers(parameters)")
    return typing.cast(Intervention, made)


def read_policies(
    names: Sequence[str], parameters: Parameters, trust: bool = False
) -> tuple[tuple[Intervention, ...], str]:
    """Policies in the order named, checked to fit these parameters, and the lines of YAML that say what
    they modify.
    """
    made = tuple(policy(name, parameters, trust) for name in names)
    policies.check_all(parameters, compose_policies(made, parameters))
    if not made:
        return (), ""

    def told(one):
        return [modifier.to_dict() for modifier in compose_policies([one], parameters)]

    said = [{"name": name, "modifiers": told(one)} for name, one in zip(names, made, strict=True)]
    return made, yaml.safe_dump({"policies": said}, sort_keys=False)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """A program that has composed a configuration of its own finds Hydra afterwards as it left it."""
    theirs, GlobalHydra.instance().hydra = GlobalHydra.instance().hydra, None
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = theirs  # another object than before: Hydra puts back a copy


def compose_line(words: Sequence[str]) -> Composed:
    """Read a command line into settings and checked parameters.

    Raises Mistake or sim.ParameterError, each with one sentence.
    """
    read = sort_out(words)
    pinned, named, added = read.pinned, read.named, read.values()
    register()
    try:
        with apart(), initialize_config_dir(str(CONFIGS), job_name="run", version_base="1.3"):
            config = compose("config", [*searched(), *read.hydra])
        if read.policies is not None:
            config.policy = read.policies
        if read.draws is not None:
            config.draws = read.draws
        if read.arms is not None:  # in place of the experiment's own
            config.fork.arms = read.arms
        county = given_county.read({**read.filed, **pinned})
        for path, value in county.values.items():
            same = OmegaConf.select(config, path) == value  # what is so already stays free to be drawn
            if path in FILES or not (same or path in read.typed):
                OmegaConf.update(config, path, value)
                pinned[path] = value
        typed = read.typed | {
            path for group, option in named.items() if group != "experiment" for path in arm(group, option)
        }
        used = {
            path: value
            for path, value in read.filed.items()
            if path not in county.values and (path in known() or path in experiment(config.name).reads)
        }  # a file serves every experiment
        filed = {path: value for path, value in used.items() if path not in typed} | added
        for path, value in filed.items():
            OmegaConf.update(config, path, value)
        pinned |= {path: value for path, value in filed.items() if path in known()}
        plain = typing.cast(dict[str, Any], OmegaConf.to_container(config, resolve=True, enum_to_str=False))
    except (HydraException, OmegaConfBaseException) as error:
        raise Mistake(one_line(error)) from error
    for key in ABOUT:
        del plain[key]
    asked = {one.name: plain.pop(one.name) for one in fields(Settings)}
    settings = Settings(**asked | {name: cls(**asked[name]) for name, cls in NESTED.items()})
    settings.check()
    if settings.table and "draws" in experiment(settings.name).reads:
        draw_table.read(draw_table.named(settings.table))
    parameters = Parameters.from_dict(plain)
    made, said = read_policies(settings.policy, parameters, settings.trusted)
    for group, option in read.added:
        named[group] = f"{named[group]}+{option}" if group in named else option
    if made:
        named["policy"] = "+".join(settings.policy)
    values_alone = {"scenario": ""}  # whatever file they were read from, the same study
    keys = {"sweep": [word.partition("=")[0] for word in settings.sweep]}  # one more value, the same study
    del asked["own"]  # what its files say enters the identity, not where they lie
    text = resolved(asked | plain | keys | values_alone) + said
    return Composed(settings, parameters, pinned, named, text, made, notes=county.notes)


def resolved(content: dict[str, Any]) -> str:
    """Every value that results depend on, as YAML."""
    return OmegaConf.to_yaml(
        OmegaConf.create({key: v for key, v in content.items() if key not in HOW}), resolve=True
    )


def resolved_with(text: str, parameters: Parameters) -> str:
    """A resolved configuration with other parameters: those that an experiment really starts from."""
    return yaml.safe_dump(
        {**load(text, "resolved.yaml"), **parameters.to_dict()}, sort_keys=False, allow_unicode=True
    )


def patched(base: Parameters, changes: Mapping[str, Any]) -> Parameters:
    """`base` with values that were checked before.

    Cross-field rules only, twenty times faster than `replace`.
    """
    sections = {name: getattr(base, name) for name in SECTIONS}
    by: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        head, _, tail = path.partition(".")
        by.setdefault(head, {})[tail] = value
    return Parameters(
        **sections | {name: dataclasses.replace(sections[name], **mine) for name, mine in by.items()}
    )


__all__ = [
    "PANELS",
    "Composed",
    "Mistake",
    "Scenario",
    "Settings",
    "arm",
    "compose_line",
    "known",
    "options",
    "parse_scenario",
    "patched",
    "write_scenario",
]
