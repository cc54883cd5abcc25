"""The ternary plot: mixes of three payers in a triangle, coloured by an outcome; a grid of
triangles where asked.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..study.findings import Picture
from . import style
from .style import plt, tell, words

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
PLACES = (
    ("left", -16),
    ("right", -16),
    ("center", 24),
)  # of the names of the corners: alignment, points above
LEAST = 5.0  # points, or elder-years, that colours span at least: smaller differences look small
NARROW = 0.2  # of the highest number, likewise


def ternary(
    frame: pd.DataFrame,
    outcome: str,
    folder: Path,
    caption: str,
    *,
    corners: tuple[str, str, str] = ("government", "collective", "families"),
    value: str = "viable",
    share: bool = True,
    rows: str = "",
    columns: str = "",
    label: str = "",
    ring: str = "",
    name: str = "ternary",
    title: str = "",
) -> Picture:
    """Points in the triangle of three shares, coloured by a share in percent or, without `share`, a number.

    `frame`: a row a mix with the three corner columns (what a fourth share leaves is put to one) and `value`
    (a share in [0, 1]). `rows` and `columns` name columns of headings: one triangle a pair, coloured
    between the points too; colours span what is seen. `label` names a column with a text: points then carry
    letters and a list says what they are. `ring` names a flag: that point stands out.
    """
    down, across = (list(dict.fromkeys(frame[key])) if key else [""] for key in (rows, columns))
    many, scale, unit = bool(rows or columns), 100 if share else 1, " %" if share else ""
    low, high = span(scale * frame[value], share)
    size = (1.5 + 2.7 * len(across), 1.4 + 2.4 * len(down)) if many else (7.0, 4.9)
    figure, axes = plt.subplots(len(down), len(across), figsize=size, layout="constrained", squeeze=False)
    points: Any = None
    for (i, row), (column_at, column) in product(enumerate(down), enumerate(across)):
        axis, mine = (
            axes[i][column_at],
            frame[(not rows or frame[rows] == row) & (not columns or frame[columns] == column)]
            if many
            else frame,
        )
        _frame(axis, corners, 7.0 if many else 8.5)
        _heads(axis, column if i == 0 else "", row if column_at == 0 else "")
        if mine.empty:
            continue
        shares, colour = mine[list(corners)].to_numpy(float), scale * mine[value].to_numpy(float)
        at = shares / shares.sum(axis=1, keepdims=True) @ CORNERS
        if many and np.linalg.matrix_rank(at - at[0]) == 2:
            axis.tricontourf(*at.T, colour, levels=np.linspace(low, high, 11), cmap="cividis", alpha=0.55)
        points = axis.scatter(
            *at.T,
            c=colour,
            vmin=low,
            vmax=high,
            cmap="cividis",
            s=70 if many or label else 150,
            edgecolor="black",
            lw=0.6,
            zorder=3,
        )
        if ring and mine[ring].any():
            axis.scatter(
                *at[mine[ring].to_numpy(bool)].T, s=190, facecolor="none", edgecolor=style.RED, lw=2, zorder=4
            )
        if label:
            _letters(
                axis,
                at,
                [f"{text}: {value:.0f}{unit}" for text, value in zip(mine[label], colour, strict=True)],
            )
        elif not many:
            for place, percent in zip(at, colour, strict=True):
                axis.annotate(
                    f"{percent:.0f}", place, (0, 8), textcoords="offset points", ha="center", fontsize=7.5
                )
    figure.colorbar(points, ax=axes, label=outcome, shrink=0.7 if many else 0.8)
    return style.finish(figure, title or _said(frame, corners, value, share), caption, folder, name)


def span(seen: pd.Series, share: bool) -> tuple[float, float]:
    """Ends of the colours: those of the data, further apart where these are close."""
    low, high = float(seen.min()), float(seen.max())
    least = LEAST if share else max(LEAST, NARROW * abs(high))
    return (low, high) if high - low >= least else (min(low, max(high - least, 0.0)), max(high, least))


def _said(frame: pd.DataFrame, corners: tuple[str, str, str], value: str, share: bool) -> str:
    """The highest value and its mix, or that all are alike."""
    top = frame.loc[frame[value].idxmax()]
    most, mix = (
        f"{100 * top[value]:.0f} %" if share else f"{top[value]:.0f}",
        ", ".join(f"{words(payer)} {100 * top[payer]:.0f} %" for payer in corners),
    )
    if frame[value].round(2 if share else 0).nunique() == 1:
        return tell(f"All mixes alike: {most}", f"各方案相同：{most}")
    return tell(f"Highest mean, {most}, at {mix}", f"均值最高 {most}：{mix}")


def _heads(axis: plt.Axes, column: str, row: str) -> None:
    """Heading of a column above, of a row beside; nothing where empty."""
    if column:
        axis.set_title(column, fontsize=9, loc="center", pad=16)
    if row:
        axis.text(-0.22, 0.45, row, rotation=90, va="center", ha="center", fontsize=9)


def _letters(axis: plt.Axes, at: np.ndarray, texts: list[str]) -> None:
    """A letter a point and a list below; letters of close points stand left and right by turns."""
    for number, (place, text) in enumerate(zip(at, texts, strict=True)):
        sign, near = chr(ord("A") + number), np.hypot(*(at - place).T) < 0.06
        side = 22 * (int((at[near, 1] > place[1]).sum()) % 2) - 11
        axis.annotate(
            sign,
            place,
            (side, 0) if near.sum() > 1 else (0, 11),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            zorder=4,
        )
        axis.plot([], [], ls="", marker=f"${sign}$", color="black", label=text)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.04), fontsize=8, ncols=2)


def _frame(axis: plt.Axes, corners: tuple[str, str, str], size: float) -> None:
    """A grey line at each fifth, a corner's name where its share is all."""
    for nth in range(3):
        start, second, third = CORNERS[nth], CORNERS[(nth + 1) % 3], CORNERS[(nth + 2) % 3]
        for step in (0.0, 0.2, 0.4, 0.6, 0.8):
            line = np.array([step * start + (1 - step) * second, step * start + (1 - step) * third])
            axis.plot(
                *line.T, color="black" if step == 0 else style.GREY, lw=1 if step == 0 else 0.4, zorder=1
            )

    def whole(corner: str) -> str:
        return f"{words(corner)} 100 %"

    for corner, place, (side, up) in zip(corners, CORNERS, PLACES, strict=True):
        axis.annotate(
            whole(corner) if size > 8 else words(corner),
            place,
            (0, up * size / 8.5),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=size,
        )
    axis.set_aspect("equal")
    axis.axis("off")
    axis.set_xlim(-0.08, 1.08)
    axis.set_ylim(-0.1, 0.97)
