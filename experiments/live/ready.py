"""What a first month would wait for, done before the page is opened.

Kernels are loaded when they are first called, words are read when they are first said: a county of each
choice is lived through and drawn once. `python -m experiments.live.ready` says what months take after that.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..command.scenario import known
from . import events, pictures
from .course import Choices, Course

TINY = Choices(villages=2, elders=20)
MONTHS = 14  # over the turn of a year, with a snapshot on the way; a shock in the first
PATHS = {"rule": "funding.rule", "business": "business.kind", "shock": "shocks.scheduled"}


def each_choice() -> Iterator[Choices]:
    """A tiny county for each word that can be chosen, the other choices as they are at first."""
    yield TINY
    for name, path in PATHS.items():
        for value in known()[path].choices:
            if value != getattr(TINY, name):
                change: dict[str, Any] = {name: value}
                yield replace(TINY, **change)


def prepare() -> None:
    """Live through a county of each choice, back and on again, and draw it."""
    for choices in each_choice():
        course = Course(choices)
        course.step(MONTHS)
        draw(course)
    course.go(MONTHS - 1)
    course.change(replace(choices, government=50))
    course.step()
    draw(course)


def draw(course: Course) -> None:
    """All that the page shows of a month."""
    pictures.county_map(course)
    pictures.network(pictures.village_graph(course, 0))
    pictures.money(course)
    names = pictures.track_names()
    for name, (values, top) in pictures.tracks(course).items():
        pictures.track(course, values, names[name], top)
    events.feed(course)


def first_months() -> Iterator[tuple[str, float]]:
    """What a county of each choice takes of the processor to begin, live through a month and be drawn, s."""
    largest = replace(Choices(), villages=20, elders=200)
    for choices in (*each_choice(), Choices(), largest):
        began = time.process_time()
        course = Course(choices)
        course.step()
        draw(course)
        shown = [f"{name}={getattr(choices, name)}" for name in (*PATHS, "villages", "elders")]
        yield " ".join(shown), time.process_time() - began


if __name__ == "__main__":
    start = time.process_time()
    prepare()
    print(f"{time.process_time() - start:6.3f} s  before the page is opened")
    for name, seconds in first_months():
        print(f"{seconds:6.3f} s  {name}")

__all__ = ["each_choice", "first_months", "prepare"]
