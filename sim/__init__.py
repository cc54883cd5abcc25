"""Village mutual aid for the old: an agent-based what-if model of who helps, who pays and what lasts.

>>> import sim
>>> model = sim.MutualAidModel(sim.Parameters(), seed=7)
>>> result = model.run()

The model is imported when its first name is asked for: who only looks up what may be set waits for nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.agents.agents import Funder, VillageCollective
    from sim.agents.views import Elder, Volunteer
    from sim.model import MutualAidModel
    from sim.own import use
    from sim.result import Result
    from sim.state.parameters import ParameterError, Parameters
    from sim.state.values import Modifier

HOMES = {
    "MutualAidModel": "sim.model",
    "Result": "sim.result",
    "Elder": "sim.agents.views",
    "Volunteer": "sim.agents.views",
    "Funder": "sim.agents.agents",
    "VillageCollective": "sim.agents.agents",
    "ParameterError": "sim.state.parameters",
    "Parameters": "sim.state.parameters",
    "Modifier": "sim.state.values",
    "use": "sim.own",
}

__all__ = [
    "Elder",
    "Funder",
    "Modifier",
    "MutualAidModel",
    "ParameterError",
    "Parameters",
    "Result",
    "VillageCollective",
    "Volunteer",
    "use",
]


def __getattr__(name: str) -> Any:
    """A public name, with which all the others come, or a module."""
    if name in HOMES:
        found = globals()
        for public, home in HOMES.items():
            found[public] = getattr(import_module(home), public)
        return found[name]
    if not name.startswith("_") and find_spec(f"sim.{name}") is not None:
        return import_module(f"sim.{name}")
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
