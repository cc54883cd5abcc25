"""What cannot act with the settings as they are, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.state.parameters import ParameterError, switched_off, unmet

from ..command.scenario import compose_policies, read_policies
from ..command.settings import Mistake
from ..study.draws import rests
from .state import Draft


def moving(draft: Draft) -> frozenset[str]:
    """Paths that the chosen policies change later."""
    try:
        parameters = draft.parameters()
        acting, _ = read_policies(draft.policies, parameters)
        return frozenset(str(one.path) for one in compose_policies(acting, parameters))
    except (Mistake, ParameterError):  # said elsewhere on the page
        return frozenset()


def flat(draft: Draft) -> Mapping[str, Any]:
    """Path -> value; empty where the values do not fit together, so that nothing is grey."""
    try:
        return draft.parameters().flat()
    except ParameterError:
        return {}


def waits_for(path: str, values: Mapping[str, Any], moved: frozenset[str]) -> list[str]:
    """Conditions of which one must hold before a rule reads this parameter; none where it acts.

    A switch waits for no switch of its own, or nobody could turn it on.
    """
    section, _, name = path.partition(".")
    if not values:
        return []
    if name == "on":
        return list(unmet(path, values))
    if not rests(path, values, moved):
        return []
    return [f"{section}.on=true"] if switched_off(section, values) else list(unmet(path, values))
