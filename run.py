"""The door: `python run.py [verb] key=value ...`; `python run.py --help` says what can be asked.

Installed, this file is `mutual_aid/__main__.py`, beside the experiments; from the project's folder it stands
beside them too.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

_inside = bool(__package__) and find_spec(f"{__package__}.experiments") is not None
_line = import_module(f"{__package__}.experiments.command.line" if _inside else "experiments.command.line")
main, split_verb = _line.main, _line.split_verb

__all__ = ["main", "split_verb"]

if __name__ == "__main__":
    sys.exit(main())
