"""The parts of the model, one mechanism a file; a file of this folder is a part, found in order of name."""

from importlib import import_module
from pkgutil import iter_modules

# what these declare comes before what the parts do, whichever module is imported first
for _first in ("sim.state.world", "sim.start.county", "sim.state.horizon"):
    import_module(_first)
NAMES = tuple(sorted(module.name for module in iter_modules(__path__)))
MODULES = {name: import_module(f"{__name__}.{name}") for name in NAMES}
