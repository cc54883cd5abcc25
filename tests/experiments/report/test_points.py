"""The values that a figure tells to who rests on a mark: those that were drawn, where they were drawn."""

from __future__ import annotations

import re

import pytest

from experiments.report import points, style
from experiments.report.style import plt


@pytest.fixture
def figure():
    """A bar of 30 at 'weak' and 50 at 'rich', beside a marked line through (2026, 4) and (2030, 12,345)."""
    made, (left, right) = plt.subplots(1, 2, figsize=(6, 3), layout="constrained")
    left.barh([0, 1], [30, 50], label="paid")
    left.set_yticks([0, 1], ["weak", "rich"])
    left.set_xlabel("%")
    left.set_title("payers")
    right.plot([2026, 2030], [4, 12_345], marker="o", label="cost")
    right.axhline(7)
    right.set_ylabel("yuan")
    made.draw_without_rendering()
    yield made
    plt.close(made)


def test_bars_and_marks_say_what_they_are(figure):
    texts = [one.text for one in points.marks(figure)]
    assert texts == [
        "payers; paid, weak: 30 (%)",
        "payers; paid, rich: 50 (%)",
        "cost, 2026: 4 (yuan)",
        "cost, 2030: 12,345 (yuan)",
    ]


def test_a_shape_lies_over_its_bar(figure):
    """The second bar is 5/3 as wide as the first and begins where it begins."""
    one, two = points.marks(figure)[:2]
    assert two.width == pytest.approx(one.width * 5 / 3) and two.left == pytest.approx(one.left)
    assert two.bottom > one.bottom + one.height
    assert 0 < one.left < one.left + two.width < 72 * 6 / 2


def test_the_shapes_stand_in_the_svg_and_letters_are_escaped(tmp_path):
    made, axis = plt.subplots(layout="constrained")
    axis.bar([0], [3], label="a <b>")
    made.draw_without_rendering()
    style.save(made, tmp_path, "one")
    written = (tmp_path / "one.svg").read_text()
    assert re.findall(r'<rect class="point"[^>]*><title>([^<]*)</title>', written) == ["a &lt;b&gt;, 0: 3"]
    assert written.rstrip().endswith("</svg>")


def test_a_course_of_many_months_is_told_at_some(figure):
    made, axis = plt.subplots(layout="constrained")
    axis.plot(range(200), range(200), label="median")
    axis.plot(range(200), range(200), label="_hidden")
    made.draw_without_rendering()
    texts = [one.text for one in points.marks(made)]
    plt.close(made)
    assert len(texts) == points.PER_LINE and texts[0] == "median, 0: 0" and texts[-1] == "median, 199: 199"
