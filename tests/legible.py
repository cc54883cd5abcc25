"""Whether the letters of a figure can be read: inside the picture and what a page shows of it, none on
another, none too small. For tests of figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from experiments.report import style

OUTSIDE = 1.0  # pixels by which a text may stand beyond the edge of the picture: rounding of its box
PAGE = 1050.0  # pixels to which a report's page of 1280 stretches a picture
LEAST = 8.0  # pixels there of the smallest letters
SHARE = 0.12  # of the smaller of two texts that another may cover: boxes have air around the letters


def shown(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with the box of its letters in pixels (labels beyond an axis are not)."""
    drawn: list[Text] = []
    draw = Text.draw

    def noted(self, *arguments, **more):
        drawn.append(self)
        return draw(self, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", noted)
        figure.draw_without_rendering()
    texts = [text for text in drawn if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in dict.fromkeys(texts)]


def covered(one: Bbox, other: Bbox) -> float:
    """Share of the smaller box that both have."""
    both = Bbox.intersection(one, other)
    if both is None:
        return 0.0
    return both.width * both.height / max(min(one.width * one.height, other.width * other.height), 1e-9)


def faults(figure: Figure) -> list[str]:
    """One line for each text that is cut at the edge, and for each two that lie on one another."""
    canvas, texts = figure.bbox, shown(figure)
    pixels = PAGE / (72 * figure.get_figwidth())
    cut = [
        f"cut: {text!r}"
        for text, box in texts
        if box.x0 < canvas.x0 - OUTSIDE
        or box.y0 < canvas.y0 - OUTSIDE
        or box.x1 > canvas.x1 + OUTSIDE
        or box.y1 > canvas.y1 + OUTSIDE
    ]
    own = {text for text in figure.texts if text.get_gid()}  # title and caption: a page says them itself
    sizes = {one.get_fontsize() for one in figure.findobj(Text) if one.get_text().strip() and one not in own}
    small = sorted(size for size in sizes if size * pixels < LEAST)
    cut += [f"small: {size:g} points are {size * pixels:.1f} pixels" for size in small]
    return (
        cut
        + chopped(figure, texts)
        + [
            f"{covered(a, b):.0%} on one another: {one!r}, {other!r}"
            for (one, a), (other, b) in combinations(texts, 2)
            if covered(a, b) > SHARE
        ]
    )


def chopped(figure: Figure, texts: list[tuple[str, Bbox]]) -> list[str]:
    """Texts that reach into the title or the caption: a page cuts off both and says them itself."""
    shares = dict(
        str(text.get_gid()).split("-", 1)
        for text in figure.texts
        if str(text.get_gid()).startswith(("title-", "caption-"))
    )
    low = figure.bbox.height * float(shares.get("caption", 0))
    high = figure.bbox.height * (1 - float(shares.get("title", 0)))
    own = {text.get_text() for text in figure.texts if text.get_gid()}
    return [
        f"chopped by the page: {text!r}"
        for text, box in texts
        if text not in own and (box.y0 < low - OUTSIDE or box.y1 > high + OUTSIDE)
    ]


@contextmanager
def watched() -> Iterator[dict[str, list[str]]]:
    """Every picture that would be written meanwhile, and is not: its name with its language -> its faults."""
    found: dict[str, list[str]] = {}

    def looked_at(figure: Figure, folder: Path, name: str) -> list[Path]:
        found[f"{name} ({style.tell('en', 'zh')})"] = faults(figure)
        style.plt.close(figure)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "save", looked_at)
        yield found
