"""Kernels are compiled once, by the process that controls the run, before any worker asks for them."""

from __future__ import annotations

import pytest
from runs import warm


def pytest_configure(config: pytest.Config) -> None:
    """Compile every kernel into the cache; workers of pytest-xdist find it there."""
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    warm()
