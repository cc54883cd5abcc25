"""Lines of the classes of villages, each with its name at its end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from . import style
from .style import words

APART = 8.0  # percent between names beside lines, so that none covers another


def apart(heights: np.ndarray, least: float = APART, top: float = 100.0) -> np.ndarray:
    """Heights in their order, moved as little as is seen so that neighbours lie `least` apart below `top`."""
    order = np.argsort(heights, kind="stable")
    placed = heights[order].astype(float)
    if len(placed):
        placed[0] = max(placed[0], least / 2)  # off the axis
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + least)
    if len(placed):
        placed[-1] = min(placed[-1], top)
    for i in range(len(placed) - 2, -1, -1):
        placed[i] = min(placed[i], placed[i + 1] - least)
    found = np.empty_like(placed)
    found[order] = placed
    return found


def class_lines(axis: Axes, years: np.ndarray, paths: Mapping[str, np.ndarray]) -> None:
    """A line with its band a class that any village is in, its name at the end."""
    shown = {name: 100 * path for name, path in paths.items() if path[:, 0].max() >= 0.01}
    for number, name in enumerate(paths):
        if name in shown:
            path, colour = shown[name], style.CLASS_COLOURS[name]
            axis.fill_between(years, path[:, 1], path[:, 2], color=colour, alpha=0.1, lw=0)
            axis.plot(years, path[:, 0], color=colour, lw=2, ls=style.DASHES[number])
    span = max(float(years[-1] - years[0]), 1.0)
    places = apart(np.array([path[-1, 0] for path in shown.values()]))
    for (name, path), place in zip(shown.items(), places, strict=True):
        colour, ends = style.CLASS_COLOURS[name], (float(path[-1, 0]), float(place))
        axis.plot([years[-1], years[-1] + 0.04 * span], ends, color=colour, lw=0.8)
        axis.text(years[-1] + 0.06 * span, place, words(name), color=colour, fontsize=9, va="center")
    axis.set_xlim(years[0] - 0.03 * span, years[-1] + 0.48 * span)
