"""What a figure's marks stand for, so that a reader who rests on one sees its value.

The SVG gets an unseen shape over each bar and each marked point of a line, with a title: a browser shows it,
the report's page faster. Nothing is fetched, and what is drawn stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FuncFormatter

MOST = 600  # shapes of one figure
PER_LINE = 40  # points of a line that are told
LONG = 6  # points from which a line without marks is a course, not a mark of its own
RADIUS = 4.0  # points of 1/72 inch


class Mark(NamedTuple):
    """A box in points from the lower left of the figure, and what it says."""

    left: float
    bottom: float
    width: float
    height: float
    text: str


def svg(figure: Figure) -> str:
    """The shapes of a figure that is laid out, as a group of SVG; nothing where it has no marks."""
    scale = 72 / figure.dpi
    height = figure.bbox.height * scale
    made = [
        Markup(
            '<rect class="point" x="{}" y="{}" width="{}" height="{}" fill="none"><title>{}</title></rect>'
        ).format(
            *(f"{size:.1f}" for size in (one.left, height - one.bottom - one.height, one.width, one.height)),
            one.text,
        )
        for one in marks(figure)[:MOST]
    ]
    return f'<g class="points">\n{chr(10).join(made)}\n</g>\n' if made else ""


def marks(figure: Figure) -> list[Mark]:
    """Bars and marked points of all axes."""
    scale = 72 / figure.dpi
    found = []
    for axes in figure.axes:
        if axes.get_visible() and axes.axison:
            head = axes.get_title(loc="left") or axes.get_title()
            which = f"{head}; ".replace("\n", " ") if head and len(figure.axes) > 1 else ""
            found += [
                one._replace(text=which + one.text) for one in (*_bars(axes, scale), *_dots(axes, scale))
            ]
    return found


def _bars(axes: Axes, scale: float) -> Iterator[Mark]:
    for container in axes.containers:
        lying = getattr(container, "orientation", "vertical") == "horizontal"
        for bar in container.patches if hasattr(container, "patches") else ():
            value = bar.get_width() if lying else bar.get_height()
            if not isinstance(bar, Rectangle) or not np.isfinite(value) or not value:
                continue
            box = bar.get_window_extent()
            at = bar.get_y() + bar.get_height() / 2 if lying else bar.get_x() + bar.get_width() / 2
            place, other = (axes.yaxis, axes.xaxis) if lying else (axes.xaxis, axes.yaxis)
            text = said(str(container.get_label()), label(place, at), number(value), other)
            yield Mark(box.x0 * scale, box.y0 * scale, box.width * scale, box.height * scale, text)


def _dots(axes: Axes, scale: float) -> Iterator[Mark]:
    for line in axes.lines:
        across, up = (np.asarray(part) for part in (line.get_xdata(), line.get_ydata()))
        told = _told(axes, line, across, up)
        categories = named(axes.yaxis) and not named(axes.xaxis)
        for along, above in zip(across[told].astype(float), up[told].astype(float), strict=True):
            left, bottom = axes.transData.transform((along, above)) * scale
            if not np.isfinite([left, bottom]).all():
                continue
            place, at, value, other = (
                (axes.yaxis, above, along, axes.xaxis)
                if categories
                else (axes.xaxis, along, above, axes.yaxis)
            )
            text = said(str(line.get_label()), label(place, at), number(value), other)
            yield Mark(left - RADIUS, bottom - RADIUS, 2 * RADIUS, 2 * RADIUS, text)


def _told(axes: Axes, line: Line2D, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Which points of a line are told: all where they are marked, some of a long line that the legend names,
    none of what only leads the eye.
    """
    numbers = across.dtype.kind in "iuf" and up.dtype.kind in "iuf" and len(across) == len(up)
    if not numbers or not line.get_visible() or not line.get_transform().contains_branch(axes.transData):
        return np.arange(0)
    if line.get_marker() not in (None, "None", "", " ", "|"):
        return np.arange(len(across)) if len(across) <= PER_LINE else np.arange(0)
    if len(across) < LONG or str(line.get_label()).startswith("_"):
        return np.arange(0)
    return np.unique(np.linspace(0, len(across) - 1, min(len(across), PER_LINE)).round().astype(int))


def named(axis: Axis) -> bool:
    """Whether its ticks are names, not numbers."""
    texts = _fixed(axis).values()
    return any(
        not text.replace("-", "").replace("−", "").replace(".", "").isdigit() for text in texts if text
    )


def _fixed(axis: Axis) -> dict[float, str]:
    """Place -> text of ticks that are written by name; nothing where numbers are placed by rule."""
    formatter = axis.get_major_formatter()
    if not isinstance(formatter, FixedFormatter | FuncFormatter):
        return {}
    places = axis.get_majorticklocs()
    return {float(at): str(formatter(at, place)).replace("\n", " ") for place, at in enumerate(places)}


def label(axis: Axis, at: float) -> str:
    """The name of a tick near by where the axis has names; else the number as the axis writes it."""
    if named(axis):
        near = {abs(place - at): text for place, text in _fixed(axis).items()}
        return near[min(near)]
    formatter = axis.get_major_formatter()
    written = str(formatter(at)) if isinstance(formatter, FuncFormatter) else ""
    return written or number(at)


def number(value: float) -> str:
    """Four digits; a year stays a year."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def said(series: str, place: str, value: str, axis: Axis) -> str:
    """Series, place, value, and what the axis measures."""
    unit = axis.get_label_text().replace("\n", " ")
    whose = "" if not series or series.startswith("_") else f"{series}, "
    return f"{whose}{place}: {value}" + (f" ({unit})" if unit else "")
