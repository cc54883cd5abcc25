"""YAML as its version 1.2 reads it: 010 is ten, 1:30 and yes are text, 3e-2 is a number.

PyYAML follows version 1.1, where 010 is eight, 1:30 ninety, 3e-2 text, and yes, no, on and off are switches,
even as names. Where a switch is asked for, `flag_of` takes these four words.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from sim.state.parameters import ParameterError

TAG = "tag:yaml.org,2002:"
SCALARS = (  # the core schema of YAML 1.2.2, section 10.3.2, and the signs with which each may begin
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)
FLAGS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
BASES = {"0o": 8, "0x": 16}
MOST_DIGITS = 4_000  # of a whole number; Python reads 4,300 at most


class Loader(yaml.SafeLoader):
    """Plain values by the rules of YAML 1.2; a key that is written twice is an error."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  # as in PyYAML; none of those of 1.1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """As in PyYAML."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [place for place, key in enumerate(keys) if key in keys[:place]]
        if twice:
            raise yaml.constructor.ConstructorError(
                problem=f"{keys[twice[0]]} is written twice", problem_mark=node.value[twice[0]][0].start_mark
            )
        return super().construct_mapping(node, deep)

    def whole(self, node: Any) -> int:
        """A whole number; a leading zero changes nothing."""
        text = self.construct_scalar(node)
        if len(text) > MOST_DIGITS:
            raise yaml.constructor.ConstructorError(
                problem=f"a number of {len(text):,} digits", problem_mark=node.start_mark
            )
        base = BASES.get(text[:2], 10)
        return int(text if base == 10 else text[2:], base)

    def decimal(self, node: Any) -> float:
        """A number with a point or an exponent."""
        text = self.construct_scalar(node).lower()
        return float(text.replace(".", "") if text.endswith(("inf", "nan")) else text)


for _kind, _pattern, _first in SCALARS:
    Loader.add_implicit_resolver(TAG + _kind, re.compile(f"^(?:{_pattern})$"), _first)
Loader.add_constructor(f"{TAG}int", Loader.whole)
Loader.add_constructor(f"{TAG}float", Loader.decimal)


def load(text: str, where: str = "", loader: type[Loader] = Loader) -> Any:
    """The plain values of one document; ParameterError, naming `where` and the line, for what is no YAML."""
    try:
        return yaml.load(text, loader)
    except RecursionError as error:
        raise ParameterError(": ".join(filter(None, [where, "nested too deeply"]))) from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = ", ".join(filter(None, [where, f"line {mark.line + 1}" if mark else ""]))
        problem = getattr(error, "problem", None) or (str(error).splitlines() or ["no YAML"])[0]
        said = f"not readable as YAML ({problem})"
        raise ParameterError(f"{place}: {said}" if place else said) from error


def flag_of(value: Any) -> Any:
    """True or false for the words of a switch; any other value as it is."""
    return FLAGS.get(value.lower(), value) if isinstance(value, str) else value
