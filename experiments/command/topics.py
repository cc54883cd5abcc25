"""`--help` and `help`: a first page, and a page for each topic, in two languages (topics.yaml).

Nothing here loads the model.
"""

from __future__ import annotations

import functools
import json
import os
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from . import catalogue
from .catalogue import Mistake

FIRST = "first"
FLAGS = ("-h", "--help", "help")
LANGUAGE = "report.language="
WIDTH = 80


@functools.lru_cache(maxsize=1)
def pages() -> dict[str, Any]:
    """Topic -> its page by language, and the words that lead to it."""
    text = Path(__file__).with_name("topics.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, yaml.BaseLoader))


@functools.lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """Each word that leads to a topic -> the topic."""
    found = {word: topic for topic, page in pages().items() for word in page["also"]}
    return found | {topic: topic for topic in pages() if topic != FIRST}


def wanted(line: Sequence[str]) -> bool:
    """Whether a command line asks for help."""
    return bool(set(FLAGS[:2]) & set(line)) or (bool(line) and line[0] == FLAGS[2])


def asked_for(line: Sequence[str]) -> str:
    """The topic or experiment that a line means, empty for the first page: its first word that is one."""
    for word in line:
        key, _, value = word.partition("=")
        if word not in FLAGS and not word.startswith((LANGUAGE, "-")):
            return value if key == "experiment" and value else key.lstrip("+~")
    return ""


def experiment_page(name: str, language: str = "en") -> str:
    """One experiment: what it asks, what it does, which settings it reads."""
    one = catalogue.experiments()[name]
    none = "除县的设定外无其他" if language == "zh" else "nothing beside the county"
    reads = ", ".join(f"{key}=" for key in one.reads) or none
    begins = "可用的设定：" if language == "zh" else "It reads "
    about = ["说明（英文）："] if language == "zh" else []
    lines = [
        one.called(language),
        "",
        f"  python run.py experiment={name}",
        "",
        *about,
        *textwrap.wrap(one.help, WIDTH),
    ]
    return "\n".join([*lines, "", *textwrap.wrap(f"{begins}{reads}", WIDTH)])


@functools.lru_cache(maxsize=1)
def parameters() -> dict[str, dict[str, Any]]:
    """What the model declares, as kept beside this file."""
    kept = json.loads(Path(__file__).with_name("declared.json").read_text(encoding="utf-8"))
    return dict(kept["parameters"])


def parameter_page(path: str) -> str:
    """One parameter as it is declared; a section: its parameters."""
    known = parameters()
    if path not in known:
        mine = {place: one for place, one in known.items() if place.startswith(f"{path}.")}
        return "\n".join(
            f"  {place}={one['default']}  {one['doc']}, {one['unit']}" for place, one in mine.items()
        )
    one = known[path]
    ends = ", ".join(one["choices"]) if one["choices"] else f"{one['low']} to {one['high']} {one['unit']}"
    lines = [
        f"{path}={one['default']}",
        "",
        *textwrap.wrap(one["doc"], WIDTH),
        *textwrap.wrap(f"Allowed: {ends}", WIDTH),
        *textwrap.wrap(f"Source: {one['source']} (grade {one['grade']})", WIDTH),
        "",
    ]
    return "\n".join(lines)


def _options(language: str) -> list[str]:
    groups = {group: names for group, names in catalogue.options().items() if group != "experiment"}
    return [
        textwrap.fill(" ".join(names), WIDTH, initial_indent=f"  {group}=", subsequent_indent=" " * 12)
        for group, names in groups.items()
    ]


def _experiments(language: str) -> list[str]:
    return [f"  experiment={name:14} {one.called(language)}" for name, one in catalogue.experiments().items()]


MORE = {"options": _options, "experiments": _experiments}


def spoken(line: Sequence[str]) -> str:
    """The language that a line names, else that of the terminal: zh or en."""
    said = [word.removeprefix(LANGUAGE) for word in line if word.startswith(LANGUAGE)]
    terminal = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if (said[-1] == "zh" if said else terminal.startswith("zh")) else "en"


def page(line: Sequence[str]) -> str:
    """What is printed; Mistake with the nearest word where nothing is meant by that of the line."""
    language = spoken(line)
    name = asked_for(line)
    if not name:
        return str(pages()[FIRST][language])
    known = catalogue.experiments()
    if name in known and (name not in pages() or f"experiment={name}" in line):
        return experiment_page(name, language)
    topic = words().get(name)
    if topic is None:
        if any(path == name or path.startswith(f"{name}.") for path in parameters()):
            return parameter_page(name)
        from sim.state.parameters import nearest

        topics = ", ".join(one for one in pages() if one != FIRST)
        every = [*words(), *known, *parameters()]
        raise Mistake(f"no help on {name[:40]!r}; topics are {topics}{nearest(name, every)}")
    more = MORE[topic](language) if topic in MORE else []
    return "\n".join([str(pages()[topic][language]).rstrip("\n"), *more, ""])


__all__ = ["page", "wanted"]
