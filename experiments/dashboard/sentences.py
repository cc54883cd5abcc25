"""Answers in sentences, from numbers alone; in the language that is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from sim.funnel import FUNNEL

from ..statistics import Interval
from .measures import ScreenAnswer
from .shares import whole
from .words import said


def number(value: float, digits: int = 0) -> str:
    """A number for readers; a dash where there is none."""
    text = f"{value:,.{digits}f}" if value == value else "–"
    return text.removeprefix("-") if text.strip("-0.") == "" else text  # no minus before nothing


def squares(classes: Mapping[str, float]) -> dict[str, int]:
    """Class -> how many of 100 villages, whole numbers that sum to 100."""
    import numpy as np

    found = whole(np.array([classes[name] for name in FUNNEL]), 100)
    return dict(zip(FUNNEL, found.tolist(), strict=True))


def headline(answer: ScreenAnswer, language: str) -> str:
    """The answer in one line."""
    found = answer.figures()
    values = {name: number(found[name].mean) for name in ("opened", "lasting")}
    return said("answer_head", language, year=answer.year, **values)


def three(answer: ScreenAnswer, language: str) -> list[str]:
    """How far villages come, what the old get and what it costs, what stops the others."""
    found = answer.figures()
    funnel = {
        key: v for name in ("opened", "lasting", "viable") for key, v in _spread(name, found[name]).items()
    }
    years = {name: number(found[name].mean, 1) for name in ("service", "tables")}
    return [
        said("answer_funnel", language, **funnel),
        said(
            "answer_service",
            language,
            years=answer.years,
            public=number(found["public_year"].mean),
            **years,
            **_spread("added", found["added"]),
        ),
        lost(answer, language),
    ]


def _spread(name: str, one: Interval) -> dict[str, str]:
    return {name: number(one.mean), f"{name}_low": number(one.low), f"{name}_high": number(one.high)}


def lost(answer: ScreenAnswer, language: str) -> str:
    """All ways to fall short, the commonest first, so that they and those that last make a hundred."""
    counts = squares(answer.classes)
    ways = sorted((name for name in FUNNEL[:-1] if counts[name]), key=lambda name: -counts[name])
    if not ways:
        return said("answer_all", language)
    told = [said(f"lost_{name}", language, n=counts[name]) for name in ways]
    return said("answer_lost", language, ways=("，" if language == "zh" else ", ").join(told))
