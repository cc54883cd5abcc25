"""Text, figures and pages."""

import contextlib
import importlib.util
from pathlib import Path

_HOME = Path(str(getattr(importlib.util.find_spec("matplotlib"), "origin", ""))).with_name("mpl-data")
with contextlib.chdir(_HOME):  # where it is loaded it reads settings, be they text or not: there its own
    import matplotlib  # noqa: F401
