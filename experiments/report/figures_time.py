"""Figures of one or few scenarios over time: survival of services, fans, payers by year, the time bank, the
map.

`rows` is the village table with `weight`, `series` the monthly table of one scenario with `weight` (main
arm).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, MultipleLocator

from sim.state.codes import NEVER, REDUCED

from ..study.findings import Picture
from . import style
from .figures import FEWEST, sample
from .marks import KIND_SHAPES, RIM, SERVICE, service_codes
from .style import chinese_font, plt, tell, words
from .village_names import VillageName

RESAMPLES = 400


def kaplan_meier(
    entry: np.ndarray, leave: np.ndarray, event: np.ndarray, weight: np.ndarray, last: int
) -> np.ndarray:
    """Product-limit survival with late entry at months 0 .. last.

    A unit is at risk in the months entry < t <= leave; `event` says whether it closed in month `leave` or is
    cut off there. Months in which nobody is at risk leave survival as it is. (Klein and Moeschberger,
    Survival Analysis, 4.6.)
    """
    months = np.arange(last + 1)[:, None]
    at_risk = (weight * ((entry < months) & (months <= leave))).sum(axis=1)
    closed = (weight * (event & (months == leave))).sum(axis=1)
    return np.asarray(np.cumprod(1 - closed / np.where(at_risk > 0, at_risk, 1)))


def spells(rows: pd.DataFrame, last: int) -> pd.DataFrame:
    """First station of every village, in months from its opening: entry, leave, event, weight, replicate.

    A station of the start enters at its age; none is looked at beyond `last`. Former studies knew services
    only, whose age at the start counts as nought.
    """
    mine = rows[rows["arm"] == "main"]
    if "first_entry" in mine:
        mine = mine[(mine["first_exit"] > mine["first_entry"]) & (mine["first_entry"] < last)]
        entry, leave, event = mine["first_entry"], mine["first_exit"], mine["first_ended"].astype(bool)
    else:
        mine = mine[mine["opened"] != NEVER]
        event = mine["first_closed"] != NEVER
        entry, leave = 0 * mine["opened"], mine["first_closed"].where(event, last) - mine["opened"]
    return pd.DataFrame(
        {
            "entry": entry,
            "leave": np.minimum(leave, last + 1),
            "event": (event & (leave <= last)).to_numpy(),
            "weight": mine["weight"],
            "replicate": mine["replicate"],
        }
    )


def band(spells: pd.DataFrame, last: int) -> np.ndarray:
    """(2, last + 1): 95 % interval of survival, whole seeds drawn anew (villages of one county share their
    luck).
    """
    months, seeds = np.arange(last + 1)[:, None], sorted(spells["replicate"].unique())
    risk, shut = np.zeros((2, len(seeds), last + 1))
    for row, seed in enumerate(seeds):
        one = spells[spells["replicate"] == seed]
        entry, leave, event, weight = (
            one[column].to_numpy() for column in ("entry", "leave", "event", "weight")
        )
        risk[row] = (weight * ((entry < months) & (months <= leave))).sum(axis=1)
        shut[row] = (weight * (event & (months == leave))).sum(axis=1)
    drawn = np.random.default_rng(1).integers(len(seeds), size=(RESAMPLES, len(seeds)))
    at_risk, shut_now = risk[drawn].sum(axis=1), shut[drawn].sum(axis=1)
    return np.asarray(
        np.quantile(
            np.cumprod(1 - shut_now / np.where(at_risk > 0, at_risk, 1), axis=1), (0.025, 0.975), axis=0
        )
    )


def _curve(axis: plt.Axes, mine: pd.DataFrame, number: int, label: str, years: np.ndarray) -> float:
    """The product limit of one group; the last value, percent.

    With the interval at its end where there are several seeds and not too few stations.
    """
    last = len(years) - 1
    entry, leave, event, weight = (
        mine[column].to_numpy() for column in ("entry", "leave", "event", "weight")
    )
    curve = 100 * kaplan_meier(entry, leave, event, weight, last)
    colour, dash = style.LINES[number % 8], style.DASHES[number % 8]
    width = 1.8 if len(mine) >= FEWEST else 0.8
    axis.step(years, curve, where="post", color=colour, ls=dash, lw=width, label=label)
    if mine["replicate"].nunique() > 1 and len(mine) >= FEWEST:
        low, high = 100 * band(mine, last)[:, -1]
        error = [[max(curve[-1] - low, 0)], [max(high - curve[-1], 0)]]
        right = years[-1] + 0.2 * (number + 1)
        axis.errorbar(right, curve[-1], error, fmt=".", color=colour, capsize=2, lw=1.2)
    return float(curve[-1])


def _at_risk(table: plt.Axes, mine: pd.DataFrame, number: int, label: str, ticks: Mapping[int, int]) -> None:
    """The line of one group in the table of numbers at risk; `ticks`: year -> month."""
    beside = {"va": "center", "fontsize": 8}
    table.text(
        -0.015,
        number,
        label,
        color=style.LINES[number % 8],
        ha="right",
        transform=table.get_yaxis_transform(),
        **beside,
    )
    for tick, month in ticks.items():
        count = int(((mine["entry"] <= month) & (mine["leave"] > month)).sum())
        table.text(tick, number, str(count), ha="center", **beside)


def survival(groups: Mapping[str, pd.DataFrame], last: int, folder: Path, name: str, note: str) -> Picture:
    """Share of first stations not closed up to `last` months from their opening, the number at risk below.

    `groups`: label -> village rows.
    """
    groups = {label: spells(rows, last) for label, rows in groups.items()}
    groups = {label: spells for label, spells in groups.items() if len(spells)}
    figure, (axis, table) = plt.subplots(
        2,
        1,
        figsize=(8.5, 4.0 + 0.2 * len(groups)),
        height_ratios=[3.4, 0.35 + 0.2 * len(groups)],
        sharex=True,
        layout="constrained",
    )
    years, ends, counts = np.arange(last + 1) / 12, dict[str, float](), dict[str, int]()
    ticks = range(last // 12 + 1)
    for number, (label, mine) in enumerate(groups.items()):
        ends[label], counts[label] = _curve(axis, mine, number, label, years), len(mine)
        _at_risk(table, mine, number, label, {tick: 12 * tick for tick in ticks})
    axis.set_ylim(0, 102)
    axis.set_ylabel(tell("stations not closed so far, %", "至今未关闭的站点，%"))
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3)
    table.set_ylim(len(groups) - 0.5, -0.5)
    table.set_yticks([])
    table.set_xticks(ticks, [str(tick) for tick in ticks])
    table.spines[["left"]].set_visible(False)
    table.set_title(
        tell("stations seen at that age, not closed before", "观察到该年限且未曾关闭的站点数"),
        fontsize=8,
    )
    table.set_xlabel(tell("years since the station opened", "站点开办后年数"))
    ends = {
        label: end for label, end in ends.items() if tell("(for comparison)", "（对照）") not in label
    } or ends
    title = _lasts({label: end for label, end in ends.items() if counts[label] >= FEWEST}, round(years[-1]))
    seeds = max((spells["replicate"].nunique() for spells in groups.values()), default=0)
    caption = tell(
        (
            f"{note}. Product-limit estimate by age of each village's first station, those of the start "
            f"entering at theirs; {sum(map(len, groups.values()))} stations, {seeds} seeds. Bars at the "
            f"right: 95 % interval at the end, whole seeds drawn anew; none for fewer than {FEWEST} "
            f"stations."
        ),
        (
            f"{note}。按各村首个站点开办后年限的乘积限估计，期初已有站点按其年限进入；"
            f"{sum(map(len, groups.values()))} 个站点，{seeds} "
            f"个随机种子。右侧竖线：期末 95 % 区间（按种子重抽样）；不足 {FEWEST} 个站点的组不给区间。"
        ),
    )
    return style.finish(figure, title, caption, folder, name)


def _lasts(ends: Mapping[str, float], years: int) -> str:
    """The groups whose stations last most and least, of those with stations enough."""
    if not ends:
        return tell(
            f"No group has {FEWEST} stations, too few to say how long they last",
            f"各组站点均不足 {FEWEST} 个，无从判断能持续多久",
        )
    most, least = max(ends, key=ends.__getitem__), min(ends, key=ends.__getitem__)
    return tell(
        f"{most}: {ends[most]:.0f} % of stations are not closed {years} years after opening"
        + (f"; {least}: {ends[least]:.0f} %" if least != most else ""),
        f"{most}：开办 {years} 年后 {ends[most]:.0f} % 的站点未关闭"
        + (f"；{least}：{ends[least]:.0f} %" if least != most else ""),
    )


def dated(axis: plt.Axes, years: np.ndarray) -> None:
    """Ticks at whole years; where there are few, at half or quarter years, written as months."""
    span = years[-1] - years[0]
    axis.set_xlabel(tell("year", "年") if span > 3 else tell("month", "月份"))
    axis.xaxis.set_major_locator(
        MaxNLocator(6, integer=True) if span > 3 else MultipleLocator(0.5 if span > 1 else 0.25)
    )
    if span <= 3:
        axis.xaxis.set_major_formatter(lambda year, _: f"{int(year + 1e-9)}-{round(12 * year) % 12 + 1:02d}")
    axis.margins(x=0.01)


def fan(axis: plt.Axes, years: np.ndarray, values: np.ndarray, colour: str) -> np.ndarray:
    """Median, 50 % and 90 % of (seeds, months) values; returns the five quantiles of the last month."""
    low, lower, middle, upper, high = bands = np.nanquantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    axis.fill_between(
        years, low, high, color=colour, alpha=0.2, lw=0, label=tell("90 % of seeds", "90 % 的种子")
    )
    axis.fill_between(
        years, lower, upper, color=colour, alpha=0.4, lw=0, label=tell("50 % of seeds", "50 % 的种子")
    )
    axis.plot(years, middle, color=colour, lw=2, label=tell("median", "中位数"))
    return np.asarray(bands[:, -1])


def by_seed(series: pd.DataFrame, values: pd.Series | np.ndarray) -> np.ndarray:
    """(seeds, months): weighted sums over villages."""
    return np.asarray(
        (series["weight"] * values)
        .groupby([series["replicate"], series["month"]])
        .sum()
        .unstack()
        .to_numpy(float)
    )


def months(series: pd.DataFrame, start: str) -> np.ndarray:
    """Calendar time of each month's middle, in years."""
    return int(start[:4]) + (int(start[5:7]) - 0.5 + np.arange(series["month"].max() + 1)) / 12


def fans(series: pd.DataFrame, start: str, label: str, folder: Path) -> Picture:
    """Villages that serve meals, elders enrolled, and cash of villages in service.

    Median, 50 % and 90 % over seeds.
    """
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.9), layout="constrained")
    years, serving = months(series, start), series["level"] > 0
    one = by_seed(series, np.ones(len(series)))
    count = by_seed(series, serving)
    panels = (
        (
            tell("villages that serve meals, %", "提供助餐的村，%"),
            100 * by_seed(series, series["level"] >= REDUCED) / one,
            style.BLUE,
        ),
        (
            tell("elders enrolled, % of all", "参加老人占全体，%"),
            100 * by_seed(series, series["enrolled"]) / by_seed(series, series["elders"]),
            style.GREEN,
        ),
        (
            tell("cash less unpaid bills, 1,000 yuan\na village in service", "现金减未付账单，千元/运行村"),
            np.divide(
                by_seed(series, serving * (series["cash_fen"] - series["payables_fen"]) / 1e5),
                count,
                out=np.full(count.shape, np.nan),
                where=count > 0,
            ),
            style.RED,
        ),
    )
    ends = []
    for axis, (text, values, colour) in zip(axes, panels, strict=True):
        seen = np.isfinite(values).any(axis=0)
        ends.append(fan(axis, years[seen], values[:, seen], colour) if seen.any() else np.full(5, np.nan))
        axis.set_ylabel(text)
        dated(axis, years)
        axis.legend(loc="best", fontsize=7.5)
        if values is not panels[2][1]:
            axis.set_ylim(0, max(5.0, 1.05 * float(np.nanmax(values))))
    axes[2].axhline(0, color="black", lw=0.8)
    (low_first, _, mid_first, _, high_first), (low_last, _, mid_last, _, high_last) = ends[0], ends[1]
    end = int(np.floor(years[-1]))
    title = tell(
        (
            f"{label}: at the end of {end}, {mid_first:.0f} % of villages serve meals (90 % of seeds: "
            f"{low_first:.0f} to "
            f"{high_first:.0f}) and {mid_last:.0f} % of elders are enrolled ({low_last:.0f} to "
            f"{high_last:.0f})"
        ),
        (
            f"{label}：{end} 年底 {mid_first:.0f} % 的村提供助餐（90 % 的种子："
            f"{low_first:.0f}–{high_first:.0f}），{mid_last:.0f} % "
            f"的老人参加（{low_last:.0f}–{high_last:.0f}）"
        ),
    )
    return style.finish(
        figure,
        title,
        tell(
            f"{label}. Constant yuan of January 2025. {sample(series)}",
            f"{label}。2025 年 1 月不变价。{sample(series)}",
        ),
        folder,
        "fans",
    )


MOST_NAMES = 40  # on the map


def _span(at: pd.Series) -> tuple[float, float]:
    """What an axis of the map shows: a drawn county, or as far as given villages lie."""
    if at.between(0, 30).all():
        return -1.5, 31.5
    margin = 1.5 + 0.05 * float(at.max() - at.min())
    return float(at.min()) - margin, float(at.max()) + margin


def _name(axis: Axes, places: pd.DataFrame, names: Mapping[int, VillageName]) -> None:
    """Write the names beside the villages, where they are few enough to be read."""
    if not names or len(places) > MOST_NAMES:
        return
    font = chinese_font()
    for number, place in places.iterrows():
        axis.annotate(
            names[int(str(number))].drawn,
            (place["east_km"], place["north_km"]),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=6,
            family=["DejaVu Sans", font] if font else None,
        )


def _panel(axis: Axes, places: pd.DataFrame, states: pd.Series) -> None:
    """Villages at one time: colour their state, shape their kind."""
    for kind, shape in KIND_SHAPES.items():
        at = (places["kind"] == kind).to_numpy()
        axis.scatter(
            places["east_km"][at],
            places["north_km"][at],
            c=[SERVICE[int(state)].colour for state in states[at]],
            marker=shape.matplotlib,
            s=70,
            edgecolor=RIM,
            lw=0.8,
        )


def county_map(
    series: pd.DataFrame,
    rows: pd.DataFrame,
    start: str,
    label: str,
    folder: Path,
    replicate: int = 0,
    names: Mapping[int, VillageName] = MappingProxyType({}),
    told_shut: Collection[int] = (),
) -> Picture:
    """The county of one seed at four times: place and kind of each village, what its service is.

    `names`: of villages that a table names; they stand in the last panel. `told_shut`: those whose station
    had ended before the first month.
    """
    places = rows[(rows["arm"] == "main") & (rows["replicate"] == replicate)].set_index("village")
    mine = series[series["replicate"] == replicate]
    level = mine.pivot(index="month", columns="village", values="level")[places.index]
    opened = (level > 0).cummax() | level.columns.isin([*told_shut])
    code = pd.DataFrame(
        service_codes(level.to_numpy(), opened.to_numpy()), index=level.index, columns=level.columns
    )
    last = int(level.index.max())
    times = sorted({0, last // 3, 2 * last // 3, last})
    figure, axes = plt.subplots(
        1, len(times), figsize=(1.6 + 2.5 * len(times), 3.6), layout="constrained", squeeze=False, sharey=True
    )
    frame = [_span(places[column]) for column in ("east_km", "north_km")]
    for axis, at_month in zip(axes[0], times, strict=True):
        _panel(axis, places, code.loc[at_month])
        month = int(start[5:7]) - 1 + at_month
        axis.set_title(f"{int(start[:4]) + month // 12}-{month % 12 + 1:02d}", fontsize=9)
        axis.set_aspect("equal")
        axis.set_xlim(*frame[0])
        axis.set_ylim(*frame[1])
        axis.set_xlabel(tell("km east", "东向公里"))
    axes[0][0].set_ylabel(tell("km north", "北向公里"))
    _name(axes[0][-1], places, names)

    def dot(mark, colour):
        return plt.Line2D([], [], ls="", marker=mark, mfc=colour, mec=RIM, ms=7)

    handles = [dot("o", one.colour) for one in SERVICE]
    handles += [dot(shape.matplotlib, "lightgrey") for shape in KIND_SHAPES.values()]
    figure.legend(
        handles,
        [one.label for one in SERVICE] + [words(kind) for kind in KIND_SHAPES],
        loc="outside right center",
        fontsize=8,
    )
    open_now, shut = int((code.loc[last] >= 2).sum()), int((code.loc[last] == 1).sum())
    meals, never = int((code.loc[last] > 2).sum()), len(places) - open_now - shut
    title = tell(
        (
            f"In this county {meals} of {len(places)} villages serve meals at the end; in {open_now - meals} "
            f"neighbours help without, in {shut} all has ended, in {never} nothing began"
        ),
        (
            f"该县 {len(places)} 个村中期末 {meals} 个供餐，{open_now - meals} 个只有邻里互助或开放日，"
            f"{shut} 个已结束，{never} 个从未开办"
        ),
    )
    caption = tell(
        (
            f"{label}; one seed out of {series['replicate'].nunique()} with a middling number open at the "
            f"end, {len(places)} villages: an example, not a mean. Colour: service; shape: kind of "
            f"village"
        ),
        (
            f"{label}；{series['replicate'].nunique()} 个随机种子中期末运行村数居中的一个，{len(places)} "
            f"个村：示例而非平均。颜色：服务状态；形状：村类型"
        ),
    )
    return style.finish(figure, title, caption, folder, "map")
