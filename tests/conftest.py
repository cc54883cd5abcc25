"""Kernels are compiled once, by the process that controls the run, before any worker asks for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engine.compile_cache import UnsafeFolderError, check_closed

PROJECT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Compile every kernel into the cache; workers of pytest-xdist find it there."""
    from runs import warm

    from sim.compile_ahead import compile_missing

    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    compile_missing()
    warm()


UNDRAWN = ("experiments/command", "experiments/study", "foreign")  # no picture is looked at there


@pytest.fixture(scope="module", autouse=True)
def pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Drawing takes most of a tiny study's time: left out where words, rows and files are tested."""
    folder = request.path.parent.relative_to(PROJECT / "tests").as_posix()
    if folder not in UNDRAWN:
        yield
        return
    from experiments.report.style import undrawn

    with undrawn():
        yield


@pytest.fixture
def drawn(pictures: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test there that looks at pictures after all."""
    from experiments.report import style

    monkeypatch.setattr(style, "_drawing", [True])


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that nobody else can write, nor replace: one for all temporary files never is."""
    for place in (Path.home(), PROJECT):
        try:
            check_closed(place.resolve())
            made = Path(tempfile.mkdtemp(prefix=".closed-", dir=place.resolve()))
        except (UnsafeFolderError, OSError):
            continue
        yield made
        shutil.rmtree(made)
        return
    pytest.skip("every folder here may be written by others")
