"""The map of pathways: actions as lines to their tipping month, ways to change; signposts beside chance."""

from __future__ import annotations

from pathlib import Path

from sim.state.horizon import month_number

from ...report import style
from ...report.style import plt, tell
from ...study.findings import Picture
from .answer import CHANCE, HORIZONS, PathAnswer
from .design import ALWAYS, AS_WRITTEN
from .tables import label, percent, signpost_label, tip_text

YEAR = 12


def draw(answer: PathAnswer, longer: list[str], folder: Path) -> list[Picture]:
    """The map (`longer`: what is told to last longer), and the signposts where some could be judged."""
    found = [the_map(answer, longer, folder)]
    if any(one is not None for one in answer.judged.values()):
        found.append(the_signposts(answer, folder))
    return found


# -- the map
# -----------------------------------------------------------------------------------------------------
def the_map(answer: PathAnswer, longer: list[str], folder: Path) -> Picture:
    """Grey: the course as written, to its tipping month; from there up or down to what lasts longer."""
    others = sorted(
        (name for name in answer.tips if name != AS_WRITTEN),
        key=lambda name: (answer.tips[name].month, answer.held[name].mean),
    )
    order = [AS_WRITTEN, *reversed(others)]
    figure, axis = plt.subplots(figsize=(7.6, 0.34 * len(order) + 1.9), layout="constrained")
    now = answer.tips[AS_WRITTEN]
    for row, name in enumerate(order):
        _line(axis, answer, name, row)
    if 0 < now.month < now.never:
        last = max((row for row, name in enumerate(order) if answer.tips[name].month > now.month), default=0)
        end = _year(answer, now.month)
        axis.plot([end, end], [0, last], color=style.GREY, lw=2.2, zorder=1)
        for row, name in enumerate(order[1:], 1):
            if answer.tips[name].month > now.month:
                fill = "black" if name in longer else "white"
                axis.plot(end, row, "o", ms=7, mfc=fill, mec=style.GREY, mew=1.8, zorder=4)
    axis.set_yticks(range(len(order)), [label(name) for name in order])
    axis.set_ylim(len(order) - 0.4, -0.6)
    axis.set_xlim(_year(answer, 0) - 0.2, _year(answer, now.never) + 0.6)
    axis.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x", color="#eeeeee")
    _legend(axis, answer)
    return style.finish(figure, _title(answer, longer), _caption(answer), folder, "map")


COLOURS = {  # kind of a plan -> colour, and what it is called
    "now": (style.GREY, "as written", "按现行做法"),
    "fixed": (style.BLUE, "fixed", "固定"),
    "waits": (style.RED, "waits for its signpost", "等待路标"),
    "always": (style.SKY, "the same for all at once", "同样措施，一开始即给所有村"),
}


def _kind(answer: PathAnswer, name: str) -> str:
    if name == AS_WRITTEN:
        return "now"
    if name.endswith(ALWAYS):
        return "always"
    return "waits" if answer.runs.actions[name].waits else "fixed"


def _legend(axis: plt.Axes, answer: PathAnswer) -> None:
    """Kinds of plans that are there, above the lines."""
    there = dict.fromkeys(_kind(answer, name) for name in answer.tips)
    for kind in (kind for kind in COLOURS if kind in there):
        colour, english, chinese = COLOURS[kind]
        axis.plot([], [], color=colour, lw=4, label=tell(english, chinese))
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4, fontsize=8, handlelength=1.4)


def _year(answer: PathAnswer, month: int) -> float:
    return (month_number(answer.runs.base.horizon.start) + month) / YEAR


def _line(axis: plt.Axes, answer: PathAnswer, name: str, row: int) -> None:
    """One action: full to its tipping month, thin through its interval; an arrow where it does not tip."""
    one, colour = answer.tips[name], COLOURS[_kind(answer, name)][0]
    first, end = _year(answer, 0), _year(answer, one.month)
    axis.plot([first, end], [row, row], color=colour, lw=4, solid_capstyle="butt", zorder=2)
    if one.low < one.high:
        ends = [_year(answer, one.low), _year(answer, one.high)]
        axis.plot(ends, [row + 0.22] * 2, color=colour, lw=1.2, marker="|", ms=5, zorder=3)
    if one.month >= one.never:
        axis.plot(end + 0.12, row, ">", color=colour, ms=7, clip_on=False, zorder=3)
    elif one.month == 0:
        axis.plot(end, row, "x", color=colour, ms=8, mew=2, zorder=3)
    else:
        axis.plot([end, end], [row - 0.22, row + 0.22], color=colour, lw=4, zorder=3)


def _title(answer: PathAnswer, longer: list[str]) -> str:
    names, now = tell(", ", "、").join(map(label, longer)), answer.tips[AS_WRITTEN]
    if now.month >= now.never:
        said = tell("The course as written is enough to the end", "现行做法期内足够")
    elif now.month == 0:
        said = tell("The course as written is not enough", "现行做法不足够")
    else:
        until = tip_text(answer, now)
        said = tell(f"The course as written is enough until {until}", f"现行做法足够至 {until}")
    last = (
        tell(f"{names} last longer", f"{names}更持久")
        if longer
        else tell("no change of course is told to last longer", "没有措施可判定更持久")
    )
    return f"{said}{tell('; ', '；')}{last}"


def _caption(answer: PathAnswer) -> str:
    settings = answer.runs.settings
    return tell(
        "Lines run until the action is no longer enough: fewer than "
        f"{percent(settings.sure)} % of counties keep {percent(settings.target)} % of villages open. Bar: "
        "95 % interval over counties; arrow: enough to the end; cross: never enough. Circles: where one can "
        "change to when the course as written ends; black where that is told to last longer. A what-if, no "
        "forecast.",
        f"线止于措施不再足够之时：保住 {percent(settings.target)}% 的村的县不足 {percent(settings.sure)}%。"
        "横条：按县的 95% 区间；箭头：期内足够；叉：从未足够。圆圈：现行做法终止时可转向者，黑色为可判定更"
        "持久。假设推演，非预测。",
    )


# -- the signposts
# -----------------------------------------------------------------------------------------------
def the_signposts(answer: PathAnswer, folder: Path) -> Picture:
    """Hits against false alarms; on the diagonal an alarm says nothing."""
    figure, axes = plt.subplots(1, len(HORIZONS), figsize=(8.2, 3.9), sharey=True, layout="constrained")
    names = list(dict.fromkeys(name for name, _ in answer.judged))
    for axis, horizon in zip(axes, HORIZONS, strict=True):
        axis.plot([0, 100], [0, 100], color=style.GREY, lw=1, ls=":")
        for place, name in enumerate(names):
            one = answer.judged[name, horizon]
            if one is None:
                continue
            colour = style.GREY if name == CHANCE else style.LINES[place]
            false, hit = 100 * one.whole.false, 100 * one.whole.hit
            axis.plot([100 * end for end in one.false], [hit, hit], color=colour, lw=0.9)
            axis.plot([false, false], [100 * end for end in one.hit], color=colour, lw=0.9)
            mark = "x" if name == CHANCE else "osD^v"[place % 5]
            label = signpost_label(name)
            axis.plot(false, hit, mark, color=colour, ms=7, label=label, ls="none", clip_on=False, zorder=4)
        axis.set_title(tell(f"closure within {horizon} months", f"{horizon} 个月内关闭"))
        axis.set_xlabel(tell("false alarms, %", "误报，%"))
        axis.set_xlim(0, 100)
        axis.set_ylim(0, 100)
        axis.grid(color="#eeeeee")
    axes[0].set_ylabel(tell("hits, %", "命中，%"))
    handles, labels = axes[0].get_legend_handles_labels()
    labels = [style.wrapped(one, 1.6, 8) for one in labels]
    figure.legend(handles, labels, loc="outside right center", fontsize=8)
    return style.finish(figure, _told(answer), _how(), folder, "signposts")


def _told(answer: PathAnswer) -> str:
    good = [
        signpost_label(name)
        for (name, horizon), one in answer.judged.items()
        if horizon == HORIZONS[0] and one is not None and one.gain[0] > 0 and name != CHANCE
    ]
    names = tell(", ", "、").join(good)
    if not good:
        return tell("No signpost foretells a closure better than chance", "没有路标比随机更能预告关闭")
    return tell(
        f"Better than chance at foretelling a closure within {HORIZONS[0]} months: {names}",
        f"比随机更能预告{HORIZONS[0]}个月内关闭的路标：{names}",
    )


def _how() -> str:
    return tell(
        "Upper left is best; on the dotted line an alarm says nothing. Bars: 95 % over counties that did not "
        "choose the threshold.",
        "左上最佳；在虚线上报警毫无意义。横竖条：未参与选定门槛的县的 95% 区间。",
    )
