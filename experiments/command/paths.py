"""Words of a command line that hold a path: read as typed, printed so that a shell reads them the same.

The grammar of the other values knows neither blanks, brackets nor letters beyond ASCII.
"""

from __future__ import annotations

import re
import shlex

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from sim.engine.own_folders import FOLDERS

KEYS = ("out", "study", "scenario", "own", "save", "draws", "patterns", "data")  # settings that are paths
DOOR = ("python", "run.py") if __name__.startswith("experiments.") else ("mutual-aid",)  # where installed
SECTION = "given."  # its parameters are tables, named by their files
VILLAGES, BORDERS = "given.villages", "given.borders"
FILES = (
    VILLAGES,
    "given.population",
    "given.mortality",
    "given.health",
    "given.income",
    BORDERS,
)


def is_file(value: str) -> bool:
    """Whether the value is a file's path: tables have a heading and rows, borders begin as JSON does."""
    return bool(value) and "\n" not in value and not value.startswith("{")


def holds_path(key: str) -> bool:
    """Whether the value of a key is a path."""
    return key in KEYS or key.startswith(SECTION)


def as_typed(word: str) -> str:
    """A word that holds a path, quoted for the grammar where it would read it otherwise; others as they are.

    What stands in quotes already is left.
    """
    key, sign, value = word.partition("=")
    if not sign or not value or not holds_path(key) or (value[0] in "'\"" and value[0] == value[-1:]):
        return word
    switch = key == "draws" and value in ("true", "false")  # before there was a choice
    return word if switch or _reads_alike(word, value) else f"{key}={quoted(value)}"


def _reads_alike(word: str, value: str) -> bool:
    """Whether the grammar takes the value for what was typed."""
    try:
        override = OverridesParser.create().parse_override(word)
        return not override.is_sweep_override() and override.value() == value
    except (HydraException, ValueError, RecursionError):
        return False


def quoted(value: str) -> str:
    """In single quotes of the grammar; there a backslash stands for itself but before a quote or the end."""
    inside = re.sub(r"(\\+)(?='|$)", lambda run: 2 * run[1], value).replace("'", "\\'")
    return f"'{inside}'"


def bare(word: str) -> str:
    """A word that holds a path, without the quotes of the grammar; others as they are."""
    key, sign, value = word.partition("=")
    if not sign or not holds_path(key) or len(value) < 2 or not value[0] == value[-1] == "'":
        return word
    plain = re.sub(r"(\\+)(?='|$)", lambda run: run[1][: len(run[1]) // 2], value[1:-1])
    return f"{key}={plain}"


def command(*words: object) -> str:
    """What to type to run these words, as a shell reads it; what reads a study names its own folder again."""
    typed = [bare(str(word)) for word in words]
    reads = any(word.startswith(("study=", "run=")) for word in typed)
    named = any(word.startswith("own=") for word in typed)
    own = [f"own={folder}" for folder in FOLDERS] if reads and not named else []
    return shlex.join([*DOOR, *typed, *own])
