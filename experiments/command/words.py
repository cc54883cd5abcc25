"""A command line, word by word: what each asks for, or the sentence on why it cannot be. Nothing here imports
the model, so that a mistyped word is answered at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.state.yaml12 import load

from .catalogue import CONFIGS, Mistake, arm
from .experiment_settings import NESTED, SETTING_GROUPS, Settings
from .own_folder import take
from .scenario_file import read_scenario
from .settings import check_override, check_read, read_overrides, refuse_twice
from .user_files import read_text

APART = ("policy", "fork.arms", "draws")  # settings that Hydra would take for options of a group


def listed(word: str) -> str:
    """`policy=a` and `policy=a,b` as the list they mean; any other word as it is."""
    key, sign, value = word.partition("=")
    return f"policy=[{value}]" if key == "policy" and sign and not value.startswith("[") else word


@dataclass
class Words:
    """A command line sorted out.

    Values by path, options by group, policies, options to add, and what is left for Hydra.
    """

    pinned: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    policies: list[str] | None = None
    added: list[tuple[str, str]] = field(default_factory=list)
    filed: dict[str, Any] = field(default_factory=dict)
    arms: dict[str, Any] | None = None
    draws: str | None = None
    hydra: list[str] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)
    settings: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Path -> value of the options to add, but for paths typed themselves.

        Mistake where two options disagree.
        """
        chosen = [
            *((group, option) for group, option in self.named.items() if group not in SETTING_GROUPS),
            *self.added,
        ]
        found: dict[str, Any] = {}
        by: dict[str, str] = {}
        for group, option in chosen:
            for path, value in arm(group, option).items():
                if self.added and path in found and found[path] != value and path not in self.typed:
                    raise Mistake(
                        f"{by[path]} and {group}.{option} set {path} to {found[path]!r} and "
                        f"{value!r}: take one of them, or set it yourself"
                    )
                found[path], by[path] = value, f"{group}.{option}"
        mine = {path for group, option in self.added for path in arm(group, option)}
        return {path: value for path, value in found.items() if path in mine - self.typed}


def sort_out(words: Sequence[str]) -> Words:
    """Check each word of a command line and put it where it belongs."""
    take(words)
    found, more, without = Words(), list[str](), list[tuple[str, str]]()
    words = [listed(word) for word in words]
    refuse_twice(words)
    for word, override in zip(words, read_overrides(words), strict=True):
        key = str(override.key_or_group)
        sort, value = check_override(key, override.value())
        if sort == "path":
            found.pinned[key] = value
        elif sort == "group":
            found.named[key] = value
        elif sort == "option":
            group, _, option = key.partition(".")
            more += [option] if value and group == "policy" else []
            found.added += [(group, option)] if value and group != "policy" else []
            without += [] if value else [(group, option)]
        elif key == "policy":
            found.policies = [str(name) for name in value]
        elif key == "scenario":
            found.filed = read_scenario(Path(str(value)))
        elif key in ("fork.arms", "draws"):
            setattr(found, key.removeprefix("fork."), value)
        found.settings |= {key: value} if sort == "setting" and "." not in key else {}
        if sort != "option":
            found.hydra += [word] if key not in APART else []
            found.typed.add(key)
    if more:  # on top of what the line or else the file asks for
        found.policies = [
            *(found.filed.get("policy", []) if found.policies is None else found.policies),
            *more,
        ]
        found.typed.add("policy")
    for group, option in without:
        if option in (found.policies or []) * (group == "policy") + [found.named.get(group)]:
            raise Mistake(
                f"{group}.{option}=false leaves out what {group}={option} asks for: take one of them"
            )
    return found


def check(words: Sequence[str]) -> None:
    """Raise Mistake or ParameterError at a word that no model could answer; what hangs on several parameters
    together is the model's own to say.
    """
    read = sort_out(words)
    name = str(read.named.get("experiment", "first_answer"))
    own = load(read_text(CONFIGS / "experiment" / f"{name}.yaml"), name) or {}
    plain = {one.name for one in fields(Settings)} - set(NESTED)
    given: dict[str, Any]
    given = {key: v for key, v in own.items() if key in plain} | read.settings
    settings = Settings(**{"name": name, **given})
    settings.check()
    check_read(settings, words)
