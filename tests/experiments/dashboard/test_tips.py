"""What the marks of pictures say when they are pointed at: words of the page, each in a line of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.dashboard import stories
from experiments.dashboard.account import VillageEvent
from sim.funnel import FUNNEL

pytest.importorskip("altair", reason="not installed: altair (extra dashboard)")

from experiments.dashboard import charts, charts_answer, charts_decide, charts_why, tips

STEPS = {stories.TODAY: 33.6, "money": 37.7, "speed": 44.4}


def marks(chart: Any) -> Iterator[dict[str, Any]]:
    """The layers of a picture."""
    made = chart.to_dict()
    yield from made.get("layer", [made])


def titles(mark: dict[str, Any]) -> list[str]:
    """Of the lines that a mark shows."""
    return [line["title"] for line in mark["encoding"].get("tooltip", [])]


def pictures(language: str) -> dict[str, Any]:
    """Some that say several words without a title."""
    classes = pd.DataFrame({"scenario": "A", "year": 2035, "class": list(FUNNEL), "share": 0.1})
    months = pd.DataFrame({"month": pd.period_range("2025-01", periods=4, freq="M").to_timestamp()})
    path = months.assign(median=1.0, low50=0.5, high50=1.5, low90=0.0, high90=2.0)
    alarm = {"what": "a", "sort": "hit", "percent": 50.0, "low": 40.0, "high": 60.0}
    events = [VillageEvent("2025-02", "opened")]
    return {
        "years": charts.years(classes, language),
        "stacked": charts.stacked(classes, "class", "%", language),
        "fans": charts.fans({"A": path}, "axis"),
        "ladder": charts_answer.ladder(STEPS, 50.0, language),
        "alarms": charts_decide.alarms(pd.DataFrame([alarm]), language),
        "timeline": charts_why.timeline(
            months.assign(level=[0, 1, 1, 0]), np.array([False, True, True, False]), events, language
        ),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_of_a_hover_text_takes_the_place_of_another(language):
    """Lines are kept by their titles."""
    for name, chart in pictures(language).items():
        lines = [titles(mark) for mark in marks(chart)]
        assert any(lines), name
        assert all(len(mine) == len(set(mine)) for mine in lines), name


def test_a_mark_that_was_given_nothing_to_say_is_silent():
    """Or it would say the names of columns."""
    for name, chart in pictures("en").items():
        assert tips.silent(chart).to_dict()["config"]["mark"]["tooltip"] is None, name


def test_the_ladder_says_each_step_and_what_it_adds_by_hand():
    """33.6, 37.7, 44.4 are shown as 34, 38, 44: four and six more."""
    frame = charts_answer.ladder_rows(STEPS, "en")
    assert frame["text"].tolist() == ["34", "38", "44"] and frame["more"].tolist() == ["–", "+4", "+6"]
    assert frame["spoken"].iloc[0] == "as today: Villages of 100 34; more than before –"
    told = charts_answer.ladder_told(STEPS, "zh")
    assert told.columns.tolist() == ["措施", "每 100 村", "比上一步增加"]
    bars = [mark for mark in marks(charts_answer.ladder(STEPS, 50.0, "en")) if len(titles(mark)) == 3]
    assert len(bars) == 3  # the bar, its name above it and its figure
