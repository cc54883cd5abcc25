"""One table of shapes and colours."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.markers import MarkerStyle

from experiments.report import marks
from experiments.report.style import speaking

ALTAIR = {"circle", "square", "cross", "diamond", "triangle-up", "triangle-down"}


def test_each_kind_has_a_shape_of_its_own_in_both_libraries():
    shapes = marks.KIND_SHAPES
    assert list(shapes) == ["plain", "scenic", "craft", "near_town"]
    assert (
        len({one.altair for one in shapes.values()}) == len({one.matplotlib for one in shapes.values()}) == 4
    )
    alt = pytest.importorskip("altair", reason="the extra dashboard is not installed")
    for one in shapes.values():
        assert one.altair in ALTAIR and MarkerStyle(one.matplotlib)
        assert alt.Chart().mark_point(shape=one.altair).to_dict()["mark"]["shape"] == one.altair


def test_plain_is_a_circle_whatever_is_spoken():
    found = {}
    for code in ("en", "zh"):
        with speaking(code):
            found[code] = (marks.KIND_SHAPES["plain"], [one.colour for one in marks.SERVICE])
    assert found["en"] == found["zh"] and found["en"][0][:2] == ("circle", "o")


def test_a_service_ends_only_where_it_began():
    level, opened = np.array([0, 0, 1, 2, 3]), np.array([False, True, True, True, True])
    said = [marks.SERVICE[code].english for code in marks.service_codes(level, opened)]
    assert said == [
        "nothing so far",
        "ended",
        "neighbours or open days",
        "tables at home, self-cooked",
        "canteen",
    ]
    assert [one.serves for one in marks.SERVICE] == [False, False, True, True, True]
    assert len({one.colour for one in marks.SERVICE}) == 5
