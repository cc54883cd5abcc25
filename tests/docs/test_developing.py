"""The recipes of docs/developing.md work: each is made in a copy of the project, its commands run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parents[1]
PAGE = ROOT / "docs/developing.md"
COPIED = (
    "sim",
    "experiments",
    "configs",
    "tests",
    "docs",
    "run.py",
    "pyproject.toml",
    "README.md",
    "results",
)
BLOCK = re.compile(r"<!-- (\w+)(?:: (\S+))? -->\n```\w*\n(.*?)```", re.S)


@dataclass
class Recipe:
    """A section of the page: its title, and its blocks as (what to do, where, text)."""

    title: str
    blocks: list[tuple[str, str, str]] = field(default_factory=list)


def recipes() -> list[Recipe]:
    """Sections that hold blocks."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]
    made = [Recipe(text.splitlines()[0], BLOCK.findall(text)) for text in sections]
    return [recipe for recipe in made if recipe.blocks]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project whose .venv/bin answers with this Python."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            kept = ("stored", "summaries", "reference_images") * (name == "tests")  # results, no code
            ignored = shutil.ignore_patterns("__pycache__", *kept)
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    tools = tmp_path / ".venv/bin"
    tools.mkdir(parents=True)
    for name in ("python", "ruff"):
        real = Path(sys.executable) if name == "python" else Path(sys.executable).with_name(name)
        (tools / name).write_text(f'#!/bin/sh\nexec "{real}" "$@"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    return tmp_path


def write(project: Path, what: str, where: str, text: str) -> None:
    """Carry out a block that changes a file; a recipe whose old text is gone fails here."""
    path = project / where
    if what == "write":
        path.write_text(text, encoding="utf-8")
    elif what == "append":
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    elif what == "replace":
        old, new = text.split("=>\n")
        content = path.read_text(encoding="utf-8")
        assert old.rstrip("\n") in content, f"{where} no longer holds {old!r}"
        path.write_text(content.replace(old.rstrip("\n"), new.rstrip("\n"), 1), encoding="utf-8")
    else:
        raise AssertionError(f"{what!r} is no kind of block")


def run(project: Path, commands: str) -> None:
    """Each command ends well, with the copy's packages."""
    clean = {k: x for k, x in os.environ.items() if not k.startswith(("PYTEST_", "NUMBA_"))}
    environment = {**clean, "PYTHONPATH": str(project), "NUMBA_CACHE_DIR": str(project / "cache")}
    for command in commands.strip().splitlines():
        done = subprocess.run(
            command, shell=True, cwd=project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-1_500:]}\n{done.stderr[-1_500:]}"


@pytest.mark.slow
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.title)
def test_a_recipe_works(recipe: Recipe, project: Path) -> None:
    assert any(what == "run" for what, *_ in recipe.blocks)
    for what, where, text in recipe.blocks:
        if what == "run":
            run(project, text)
        else:
            write(project, what, where, text)


def test_a_recipe_that_is_out_of_date_is_seen(project: Path) -> None:
    with pytest.raises(AssertionError, match="no longer holds"):
        write(project, "replace", "sim/schedule.py", "nothing like this\n=>\nanything\n")
