"""Mesa without what a run never asks for.

Mesa imports pandas (for the tables of its DataCollector), networkx (for its network grid) and its
experimental parts with scipy.spatial: a quarter of the time in which a process starts. While Mesa is
imported, stand-ins bear their names; at its first use a stand-in imports what it stands for. A program that
has imported Mesa or pandas before keeps them as they are.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

NAMES = ("pandas", "networkx", "mesa.experimental")


class StandIn(ModuleType):
    """A module that is imported when it is first asked for something."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __dir__(self) -> list[str]:
        return dir(self._real())

    def _real(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:  # Mesa asks while it is imported
            del sys.modules[self.__name__]
        return import_module(self.__name__)


def import_mesa() -> None:
    """Import Mesa; what it imports beside and a run does not need comes later."""
    absent = [] if "mesa" in sys.modules else [name for name in NAMES if name not in sys.modules]
    sys.modules |= {name: StandIn(name) for name in absent}
    try:
        import_module("mesa")
    finally:
        for name in absent:
            if isinstance(sys.modules.get(name), StandIn):
                del sys.modules[name]
