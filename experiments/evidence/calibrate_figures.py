"""Pictures of a calibration: what is left, what was learnt, what fits, and the ridge between rival
accounts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..report import style
from ..report.style import plt, tell
from ..study.findings import Picture
from .calibration import Calibration
from .measuring import MONEY, PEOPLE
from .pattern_figure import LEFT, RIGHT, on_bands
from .patterns import name_of
from .reading import Seen, informed

MARGINALS, PAIRS, BINS = 12, 4, 10
SHOWN = 400  # draws in a picture of pairs
COLOURS = (style.BLUE, style.ORANGE, style.GREEN)


def _colour(found: Calibration, name: str) -> str:
    names = [one.name for one in found.structures]
    return COLOURS[names.index(name) % len(COLOURS)]


def _label(found: Calibration, name: str) -> str:
    return next(tell(one.name, one.chinese) for one in found.structures if one.name == name)


def predictive(found: Calibration, seen: list[Seen], folder: Path) -> Picture:
    """Each pattern on its band: single runs before and after."""
    figure, axis = plt.subplots(figsize=(11.0, 1.8 + 0.42 * len(seen)), layout="constrained")
    for row, one in enumerate(seen):
        width = one.pattern.high - one.pattern.low
        for values, shift, colour in ((one.before, -0.16, style.GREY), (one.after, 0.16, style.BLUE)):
            low, first, middle, last, high = (
                np.nanquantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)) - one.pattern.low
            ) / width
            ends = np.clip([low, high], LEFT, RIGHT)
            axis.plot(ends, [row + shift] * 2, color=colour, lw=1.4, solid_capstyle="butt")
            axis.plot(
                np.clip([first, last], LEFT, RIGHT),
                [row + shift] * 2,
                color=colour,
                lw=4.5,
                solid_capstyle="butt",
            )
            axis.plot(
                np.clip(middle, LEFT, RIGHT), row + shift, "o", color="white", mec=colour, ms=5, clip_on=False
            )
        observed = np.clip((one.pattern.observed - one.pattern.low) / width, LEFT, RIGHT)
        axis.plot(observed, row, "|", color="black", ms=16, mew=1.4)
    shares = [f"{100 * one.before_in.mean():.0f} → {100 * one.after_in.mean():.0f} %" for one in seen]
    on_bands(axis, [f"{one.pattern.id}  {name_of(one.pattern)}" for one in seen], shares)
    medians = [
        int(np.median(np.sum(inside, axis=0)))
        for inside in ([one.before_in for one in seen], [one.after_in for one in seen])
    ]
    title = tell(
        f"The median run holds {medians[1]} of {len(seen)} patterns, {medians[0]} before the calibration",
        f"中位运行符合 {len(seen)} 条规律中的 {medians[1]} 条，校准前为 {medians[0]} 条",
    )
    caption = tell(
        "Grey field: the published band; black tick: the observed value. Grey bars: single runs before, "
        "blue: "
        "fresh runs of the calibrated draws; thin the middle nine tenths, thick the middle half, dot the "
        "median. "
        "Right: runs inside the band before and after. Bars are cut at the edge of the picture.",
        "灰色区域：公布的区间；黑色短线：观察值。灰条：校准前的单次运行，蓝条：校准后抽样的新运行；"
        "细线为中间 90%，粗线为中间一半，圆点为中位数。右侧：校准前后落入区间的运行份额。超出图外的部分被截"
        "去。",
    )
    return style.finish(figure, title, caption, folder, "predictive")


def space_left(found: Calibration, folder: Path) -> Picture:
    """What is left of each structure's space after each wave, and what each pattern alone rules out."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11.0, 4.6), layout="constrained", width_ratios=(1, 1.6)
    )
    steps = [wave.left for wave in found.waves]
    for one in found.structures:
        kept = [1.0, *(step.get(one.name, 0.0) for step in steps)]
        left.plot(
            range(len(kept)),
            100 * np.array(kept),
            "o-",
            color=_colour(found, one.name),
            label=tell(one.name, one.chinese),
        )
    left.set_ylim(0, 105)
    left.set_xticks(range(len(steps) + 1))
    left.set_xlabel(tell("waves run", "已运行的轮次"))
    left.set_ylabel(tell("space not ruled out (%)", "未被排除的空间（%）"))
    left.legend(title=tell("ends led by", "终止主因"), fontsize=8)
    out = 100 * np.array([wave.ruled_out for wave in found.waves]).reshape(-1, len(found.target.patterns)).T
    picture = right.imshow(
        out, aspect="auto", cmap="Blues", vmin=0, vmax=max(float(out.max(initial=0.0)), 1.0)
    )
    names = [style.wrapped(f"{one.id}  {name_of(one)}", 3.0, 7.5) for one in found.target.patterns]
    right.set_yticks(range(len(names)), names, fontsize=7.5)
    right.set_xticks(range(out.shape[1]), [str(number) for number in range(1, out.shape[1] + 1)])
    right.set_xlabel(tell("after wave", "轮次之后"))
    for (row, column), value in np.ndenumerate(out):
        right.text(
            column,
            row,
            f"{value:.0f}",
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if value > 0.6 * out.max() else "black",
        )
    figure.colorbar(picture, ax=right, label=tell("ruled out by it alone (%)", "单独排除（%）"))
    shares = " / ".join(f"{100 * found.left.get(one.name, 0.0):.0f}" for one in found.structures)
    title = tell(
        f"{shares} % of the space is left under the three accounts of why stations end",
        f"三种解释下分别剩余 {shares} % 的空间",
    )
    caption = tell(
        "Left: share of the space of fitted dials that is not implausible, by rival account. Right: share of "
        "it that a single pattern puts more than three deviations off; a point goes by the second largest.",
        "左：按竞争性解释，拟合旋钮空间中未被视为不可信的份额。"
        "右：单条规律使其偏离超过三个标准差的份额；一个点按第二大偏离排除。",
    )
    return style.finish(figure, title, caption, folder, "space_left")


def marginals(found: Calibration, folder: Path) -> Picture:
    """Dials of which most was learnt: draws against what was declared."""
    assert found.space is not None
    told = informed(found)[:MARGINALS]
    figure, axes = plt.subplots(3, 4, figsize=(11.0, 6.6), layout="constrained", sharey=True)
    for axis, (name, gain) in zip(axes.flat, told, strict=False):
        column = found.space.names.index(name)
        free = np.isin(found.of, [at for at, one in enumerate(found.structures) if name not in one.held])
        axis.hist(
            found.draws[free, column],
            bins=np.linspace(0, 1, BINS + 1),
            weights=BINS * found.weights[free] / found.weights[free].sum(),
            color=style.BLUE,
            alpha=0.75,
        )
        axis.axhline(1.0, color=style.GREY, lw=1.2)
        first = found.space.dials[name][0]
        marks = [
            found.space.values(np.full(len(found.space.names), at))[first.path] for at in (0.05, 0.5, 0.95)
        ]
        axis.set_xticks([0.05, 0.5, 0.95], [f"{mark:.3g}" for mark in marks], fontsize=7)
        axis.set_xlabel(f"{style.wrapped(first.path, 2.4, 7)} ({first.unit})", fontsize=7)
        axis.set_title(f"{style.wrapped(name, 2.4, 8)}   {gain:.2f}", fontsize=8)
        axis.set_yticks([])
    for axis in axes.flat[len(told) :]:
        axis.set_visible(False)
    title = tell(
        f"Most was learnt of {', '.join(name for name, _ in told[:3])}",
        f"获得信息最多的是 {'、'.join(name for name, _ in told[:3])}",
    )
    caption = tell(
        "Blue: calibrated draws; grey line: as declared. A dial moves all its parameters together; the axis "
        "shows its first one, at 5, 50 and 95 % of what was declared. Number: by how much the spread shrank "
        "(0 nothing, 1 all).",
        "蓝色：校准后的抽样；灰线：声明的分布。一个旋钮同时移动其全部参数，"
        "横轴为其第一个参数在声明分布 5%、50%、95% 处的值。数字：分布收窄的程度（0 为没有，1 为完全确定）。",
    )
    return style.finish(figure, title, caption, folder, "marginals")


def pairs(found: Calibration, folder: Path) -> Picture:
    """The dials of which most was learnt, two by two."""
    assert found.space is not None
    names = [name for name, _ in informed(found)[:PAIRS]]
    size = len(names) - 1
    figure, axes = plt.subplots(size, size, figsize=(9.5, 8.2), layout="constrained", squeeze=False)
    taken = np.random.default_rng(0).choice(len(found.draws), SHOWN, p=found.weights)
    for row in range(size):
        for column in range(size):
            axis: Any = axes[row, column]
            if column > row:
                axis.set_visible(False)
                continue
            across, up = (found.space.names.index(names[at]) for at in (column, row + 1))
            for at, one in enumerate(found.structures):
                mine = taken[found.of[taken] == at]
                axis.plot(
                    found.draws[mine, across],
                    found.draws[mine, up],
                    ".",
                    ms=3,
                    alpha=0.6,
                    color=_colour(found, one.name),
                    label=tell(one.name, one.chinese),
                )
            axis.set_xlim(0, 1)
            axis.set_ylim(0, 1)
            axis.set_xticks([])
            axis.set_yticks([])
            if row == size - 1:
                axis.set_xlabel(names[column], fontsize=8)
            if column == 0:
                axis.set_ylabel(style.wrapped(names[row + 1], 2.2, 8), fontsize=8)
    axes[0, 0].legend(fontsize=7, loc="best", title=tell("ends led by", "终止主因"), title_fontsize=7)
    title = tell("How the dials of which most was learnt go together", "获得信息最多的旋钮之间的关系")
    caption = tell(
        "Calibrated draws, each dial from its low to its high end as declared; colour: what leads the ends "
        "of stations.",
        "校准后的抽样，各旋钮由声明的低端到高端；颜色：站点终止的主因。",
    )
    return style.finish(figure, title, caption, folder, "pairs")


def ridge(found: Calibration, folder: Path) -> Picture:
    """Closures by people against closures by money: the sum is what a pattern tells."""
    assert found.checked is not None
    figure, axis = plt.subplots(figsize=(8.6, 5.4), layout="constrained")
    for one in found.structures:
        mine = np.array([other.name == one.name for other in found.checked.structures])
        axis.plot(
            found.checked.values[MONEY][mine] * 100,
            found.checked.values[PEOPLE][mine] * 100,
            "o",
            ms=5,
            alpha=0.7,
            color=_colour(found, one.name),
            label=_label(found, one.name),
        )
    for rate in (2, 5, 10, 20):
        money = np.linspace(0, rate, 200)  # a curve, on these scales
        axis.plot(money, rate - money, color="#cccccc", lw=0.8, zorder=0)
        axis.annotate(f"{rate} %", (0, rate), fontsize=7, color=style.GREY, ha="right", va="center")
    axis.set_xlabel(tell("closed for money, % of stations a year", "因资金关闭（每年占站点 %）"))
    axis.set_ylabel(
        tell(
            "closed for want of leader or keeper, % of stations a year",
            "因缺少带头人或管理员关闭（每年占站点 %）",
        )
    )
    axis.set_xscale("symlog", linthresh=1)
    axis.set_yscale("symlog", linthresh=1)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.legend(title=tell("ends led by", "终止主因"), fontsize=8)
    lost, gone = (float(np.nanmean(found.checked.values[name])) * 100 for name in (MONEY, PEOPLE))
    title = tell(
        f"The median calibrated draw loses {lost:.1f} % of its stations a year to money, {gone:.1f} % "
        f"for want "
        "of a leader or keeper",
        f"校准后的抽样平均每年有 {lost:.1f} % 的站点因资金关闭，{gone:.1f} % 因缺少带头人或管理员关闭",
    )
    caption = tell(
        "Fresh runs of the calibrated draws in the set-up with stations opened in the run; grey: lines of "
        "the "
        "same sum, which is what a pattern of closed rooms tells.",
        "校准后抽样的新运行（站点在运行中开办的设定）；灰线：合计相同的线，即关闭场所的规律所能告诉的。",
    )
    return style.finish(figure, title, caption, folder, "ridge")


def draw(found: Calibration, seen: list[Seen], folder: Path) -> list[Picture]:
    """All of them, the one that answers first."""
    return [
        predictive(found, seen, folder),
        space_left(found, folder),
        marginals(found, folder),
        pairs(found, folder),
        ridge(found, folder),
    ]
