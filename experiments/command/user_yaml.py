"""YAML that people write, as plain values: bounded in bytes, depth and number, and nothing but data."""

from __future__ import annotations

from typing import Any

import yaml

from sim.state.parameters import ParameterError
from sim.state.yaml12 import Loader, load

from .catalogue import Mistake
from .user_files import look_through

LONGEST_KEY = 200


class _Loader(Loader):
    """Plain values only; a key is a short word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if len(str(key.value)) > LONGEST_KEY:
                raise yaml.constructor.ConstructorError(
                    problem=f"a name has at most {LONGEST_KEY} signs", problem_mark=key.start_mark
                )
        return dict(super().construct_mapping(node, deep))


def plain(text: str, what: str) -> Any:
    """The YAML as plain values; Mistake, in one sentence, where it is none. `what`: a scenario file."""
    look_through(text, what)
    try:
        return load(text, loader=_Loader)
    except ParameterError as error:
        raise Mistake(str(error)) from error
