"""The parts of the model, one mechanism a file; a file of this folder is a part, found in order of name."""

from importlib import import_module
from pkgutil import iter_modules

for _first in ("sim.start.county", "sim.state.horizon"):  # their parameters come before those of the parts
    import_module(_first)
NAMES = tuple(sorted(module.name for module in iter_modules(__path__)))
MODULES = {name: import_module(f"{__name__}.{name}") for name in NAMES}
