"""Figures over scenarios: elder-years added, classes by year, who paid, who met which need, differences.

Each title says the finding and each caption scenario, seeds and n; a planner should need ten seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from sim.state.codes import KINDS, PAYERS

from .. import statistics
from ..outcomes import OUTCOMES, RANKED
from ..study.findings import Picture
from ..study.plan import MAIN
from . import style
from .figures_classes import class_lines
from .labels import fresh_text, signed
from .style import plt, tell, words

NULLS = (
    "identical_payers",
    "no_money",
    "deposit",
)  # arms beside the question: funding rows and a business column
FEWEST = 10  # services of a group that is named in a title or given an interval
LEAST_SPAN = 1.0  # of the colours of a map: smaller differences look small
NARROW = 0.2  # of the highest number, likewise
MET = {"family": style.ORANGE, "mutual": style.GREEN, "professional": style.BLUE, "unmet": style.GREY}


def is_null(scenario: str) -> bool:
    """Whether a scenario (panel/funding/business) is an arm beside the question."""
    return not set(NULLS).isdisjoint(scenario.split("/"))


def real(mine: pd.DataFrame) -> pd.DataFrame:
    """Cells that count all villages, without the null arms unless there is nothing else."""
    chosen = mine[~mine["funding"].isin(NULLS) & ~mine["business"].isin(NULLS)]
    chosen = chosen if len(chosen) else mine
    return chosen[chosen["villages"] == chosen["villages"].max()]


def leading(mine: pd.DataFrame, column: str) -> pd.Series:
    """The row with the highest mean among those that no race left early: few seeds may flatter an arm."""
    there = mine[mine["left_after"] == 0] if "left_after" in mine else mine
    return mine.loc[(there if len(there) else mine)[column].idxmax()]


def tied(mine: pd.DataFrame, gaps: str) -> int:
    """Other rows that cannot be told from the best of them, by the upper ends of their differences to it."""
    if gaps not in mine:
        return 0
    open_still = mine[gaps] >= 0
    if "told_by" in mine and gaps == f"{RANKED}_gap_high":
        open_still &= ~mine["told_by"].isin(list(OUTCOMES))
    return int(open_still.sum()) - 1


def sample(rows: pd.DataFrame) -> str:
    """Seeds and villages behind rows of the village table, for a caption."""
    seeds, villages = seed_counts(rows), rows["village"].nunique()
    weighed = "weight" in rows and rows["weight"].nunique() > 1
    english = (
        f"{seeds} seeds × {villages} "
        f"villages{', weighted to the prevalence of their kinds' if weighed else ''}"
    )
    return tell(english, f"{seeds} 个随机种子 × {villages} 个村{'，按村类型占比加权' if weighed else ''}")


def seed_counts(rows: pd.DataFrame) -> str:
    """How many seeds there are; from the fewest to the most of a scenario, where a race left some early."""
    if not {"arm", "scenario"} <= set(rows):
        return str(rows["replicate"].nunique())
    main = rows[rows["arm"] == MAIN]  # fresh seeds of the best, and reruns, are no part of what is shown
    if main.empty:
        return str(rows["replicate"].nunique())
    most = main["replicate"].nunique()
    each = main.groupby("scenario", observed=True)["replicate"].nunique()
    raced = len(each) and each.min() < each.max() == most
    return f"{each.min()}–{most}" if raced else str(most)


def ranked(summary: pd.DataFrame) -> str:
    """The column that mixes are ranked by: added elder-years; villages viable in studies that lack them."""
    return RANKED if RANKED in summary and summary[RANKED].notna().any() else "viable"


def cell_text(one: pd.Series, column: str) -> str:
    """Mean over its interval, as written in a cell of the map."""
    scale, ends = (1, f"{column}_") if column == RANKED else (100, "")
    low, high = scale * one[f"{ends}low"], scale * one[f"{ends}high"]
    join = "–" if low >= 0 else tell(" to ", " 至 ")
    return f"{scale * one[column]:.0f}\n({low:.0f}{join}{high:.0f})"


def heat(summary: pd.DataFrame, year: str, folder: Path) -> Picture:
    """Added elder-years by funding and business, with intervals, one map a panel, coloured over the data."""
    panels, column = list(summary["panel"].unique()), ranked(summary)
    rows, columns = list(summary["funding"].unique()), list(summary["business"].unique())
    beside = max(style.wide(words(row)) for row in rows) * 9 / 72  # inches of the names of the mixes
    size = (1.5 + beside + 1.15 * len(columns) * len(panels), 2.2 + 0.5 * len(rows))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(max(size[0], 7), size[1]), layout="constrained", squeeze=False
    )
    scale = 1 if column == RANKED else 100
    low, high = scale * float(summary[column].min()), scale * float(summary[column].max())
    high = max(high, low + max(LEAST_SPAN, NARROW * abs(high)))
    image = None
    for axis, panel in zip(axes[0], panels, strict=True):
        mine = summary[summary["panel"] == panel].set_index(["funding", "business"])
        grid = mine[column].unstack().reindex(index=rows, columns=columns)
        image = axis.imshow(scale * grid, vmin=low, vmax=high, cmap="cividis", aspect="auto")
        for (i, mix), (at, business) in product(enumerate(rows), enumerate(columns)):
            if (mix, business) not in mine.index:
                axis.text(at, i, "–", ha="center", va="center", color=style.GREY)
                continue
            one = mine.loc[(mix, business)]
            bright = scale * one[column] > (low + high) / 2
            text = {"ha": "center", "va": "center", "fontsize": 7.5, "color": "black" if bright else "white"}
            axis.text(at, i, cell_text(one, column), **text)
        _ticks(axis, summary[summary["panel"] == panel], rows, columns)
        axis.set_title(words(panel))
    label = tell("added elder-years, a village", "每村新增受服务老人年")
    if column != RANKED:
        label = tell("share of villages viable, %", "可持续村占比，%")
    figure.colorbar(image, ax=axes, label=label)
    return style.finish(figure, *_heat_said(summary, column, year), folder, "viability")


def _ticks(axis: plt.Axes, mine: pd.DataFrame, rows: list[str], columns: list[str]) -> None:
    """Mixes beside, businesses with the villages that count below."""
    counts = mine.groupby("business")["villages"].max()
    axis.set_xticks(
        range(len(columns)),
        [f"{words(column)}\n{counts.get(column, 0)} {tell('villages', '个村')}" for column in columns],
        fontsize=8,
    )
    axis.set_yticks(range(len(rows)), [words(row) for row in rows])
    axis.spines[:].set_visible(False)


def told(row: pd.Series) -> pd.Series:
    """The row of a mix that was chosen, with the levels of its fresh seeds for those that chose it."""
    if not row.get("fresh_seeds", 0) > 0:
        return row
    again = {name: row[f"fresh_{name}"] for name in row.index if f"fresh_{name}" in row.index}
    return row.where(~row.index.isin(list(again)), pd.Series(again))


def _heat_said(summary: pd.DataFrame, column: str, year: str) -> tuple[str, str]:
    """Title and caption of the map: no winner at zero, nor where others cannot be told from the best."""
    mine = real(summary)
    top = told(leading(mine, column))
    best, seeds = words(f"{top['funding']}/{top['business']}/{top['panel']}"), int(summary["seeds"].max())
    what = tell(f"Added elder-years a village to {year}", f"到 {year} 年每村新增受服务老人年")
    if column != RANKED:
        what = tell(f"Villages viable to {year}, %", f"到 {year} 年可持续的村，%")
    most = cell_text(top, column).replace("\n", " ") + fresh_text(int(top.get("fresh_seeds", 0)))
    gaps = f"{RANKED}_gap_high" if column == RANKED else "gap_high"
    panel = mine[mine["panel"] == top["panel"]]
    others = tied(panel, gaps)
    lowest = top[f"{RANKED}_low"] if column == RANKED else top["low"]
    if lowest <= 0:
        title = tell(
            f"{what}: no mix is told from zero, at most {most}", f"{what}：没有组合能与零相区分，最高 {most}"
        )
    elif others > 0:
        title = tell(
            f"{what}: highest mean {most}, {best}; {others} of {len(panel) - 1} others of its panel cannot "
            f"be told from it",
            f"{what}：均值最高 {most}，{best}；同组其余 {len(panel) - 1} 种中 {others} 种无法与之区分",
        )
    else:
        title = tell(f"{what}: most, {most}, with {best}", f"{what}：最多 {most}，{best}")
    caption = tell(
        (
            f"{what} (95 % interval over seeds); {seeds} seeds a cell; colours span what was found. A "
            f"column counts the villages that have what its business needs, as written below it; the "
            f"title compares cells that count all villages, rows for comparison aside."
        ),
        (
            f"{what}（括号内为跨随机种子的 95 % 区间）；每格 {seeds} 个随机种子；颜色按所得范围标定。"
            f"每列只计具备该产业条件的村（数目见列名）；标题只比较计入全部村的格子，对照组除外。"
        ),
    )
    return title, caption


def class_paths(rows: pd.DataFrame) -> tuple[list[int], dict[str, np.ndarray]]:
    """Years and, by class, (years, 3) mean, low and high share over replicates.

    Plain t: a class that no village can be in that year (never opened, where all are open) must not get the
    band of what was not yet seen.
    """
    columns, names = statistics.classes(rows)
    found: dict[str, np.ndarray] = {}
    for name in sorted(names, key=list(style.CLASS_COLOURS).index):
        code = names.index(name)
        found[name] = np.array(
            [
                statistics.interval(
                    statistics.by_replicate(rows, rows[column] == code).to_numpy(), never=False
                )[:3]
                for column in columns.values()
            ]
        )
    return list(columns), found


def classes(rows: pd.DataFrame, labels: Mapping[str, str], folder: Path, note: str = "") -> Picture:
    """Share of villages by class at each year's end, with 95 % bands, one plot a scenario. `labels`: scenario
    -> text.

    `note`: what all of them share, a sentence for the caption.
    """
    across = 2 if len(labels) in (2, 4) else 3
    down = -(-len(labels) // across)
    size = (max(1.0 + 3.9 * min(across, len(labels)), 7), 1.3 + 2.8 * down)
    figure, axes = plt.subplots(
        down, min(across, len(labels)), figsize=size, layout="constrained", squeeze=False, sharey=True
    )
    for axis in axes.flat[len(labels) :]:
        axis.set_axis_off()
    finding, years = "", [0]
    for axis, (scenario, label) in zip(axes.flat, labels.items(), strict=False):
        mine = rows[(rows["scenario"] == scenario) & (rows["arm"] == "main")]
        years, paths = class_paths(mine)
        class_lines(axis, np.asarray(years, float), paths)
        axis.set_title(style.wrapped(label, 3.0, 9), fontsize=9)
        axis.set_ylim(0, 100)
        axis.set_xlabel(tell("end of year", "年底"))
        axis.set_xticks([year for year in years if year % 2 == 1] if len(years) > 3 else years)
        shut = "closed" if "closed" in paths else "not_open"
        viable, closed = (f"{100 * paths[verdict][-1, 0]:.0f} %" for verdict in ("viable", shut))
        finding = finding or tell(
            f"{label}: {viable} of villages viable at the end of {years[-1]}, {closed} {words(shut)}",
            f"{label}：{years[-1]} 年底可持续 {viable}，{words(shut)} {closed}",
        )
    for row in axes:
        row[0].set_ylabel(tell("share of villages, %", "村占比，%"))
    chosen = rows[rows["scenario"].isin(labels) & (rows["arm"] == "main")]
    legend = tell(
        "Line: mean over seeds; band: 95 % interval of the mean; no band where all seeds agree. ",
        "线：各随机种子均值；带：均值的 95 % 区间；各种子一致处无带。",
    )
    caption = note + legend + sample(chosen)
    return style.finish(figure, finding, caption, folder, "classes")


def _stacked(
    shares: pd.DataFrame, colours: Mapping[str, str], axis_label: str
) -> tuple[plt.Figure, plt.Axes]:
    """Bars of shares that sum to 100, a row of the frame each, a part a column."""
    figure, axis = plt.subplots(figsize=(9, 2.1 + 0.38 * len(shares)), layout="constrained")
    left = np.zeros(len(shares))
    for part in shares.columns:
        axis.barh(
            range(len(shares)),
            shares[part],
            left=left,
            color=colours[part],
            edgecolor="white",
            lw=0.5,
            label=words(part),
        )
        for i, value in enumerate(shares[part]):
            if value >= 5:
                dark = colours[part] in (style.BLUE, style.GREEN, style.DARK)
                axis.text(
                    left[i] + value / 2,
                    i,
                    f"{value:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else "black",
                )
        left += shares[part].to_numpy()
        axis.set_yticks(range(len(shares)), list(shares.index))
    for i, total in enumerate(left):
        if total == 0:
            axis.text(1, i, tell("nothing", "无"), va="center", color=style.DARK)
    axis.invert_yaxis()
    axis.set_xlim(0, 100)
    axis.set_xlabel(axis_label)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure, axis


def percent(totals: pd.DataFrame) -> pd.DataFrame:
    """Each row as shares of its sum, in percent; nothing where the sum is nothing."""
    return 100 * totals.div(totals.sum(axis=1).replace(0, np.nan), axis=0).fillna(0)


def payers(rows: pd.DataFrame, labels: Mapping[str, str], note: str, folder: Path) -> Picture:
    """Who paid for running the service, as paid, start to end.

    A bar a scenario. `labels`: scenario -> text.
    """
    parts = {**{payer: f"paid_{payer}_fen" for payer in PAYERS}, "business": "business_income_fen"}
    main = rows[(rows["arm"] == "main") & rows["scenario"].isin(labels)]
    totals = pd.DataFrame(
        {
            payer: (main["weight"] * main[column]).groupby(main["scenario"]).sum()
            for payer, column in parts.items()
        }
    ).reindex(list(labels))
    unpaid = _unpaid(main).reindex(list(labels))
    null = [is_null(scenario) for scenario in totals.index]
    asked = (
        totals if all(null) else totals[~np.array(null)]
    )  # what nobody proposes does not count in the sentence
    most = str(asked.sum().idxmax())
    share = 100 * asked[most].sum() / max(asked.to_numpy().sum(), 1)
    pooled = tell("all rows together", "各行合计") + (
        tell(", rows for comparison aside", "，对照除外") if len(asked) < len(totals) else ""
    )
    axis = tell("share of running money as paid, start to end, %", "自始至终实付运营资金占比，%")
    if unpaid.notna().any():
        axis = tell(
            "share of running money as paid, and of cost that stayed unpaid, start to end, %",
            "自始至终实付运营资金与未付成本占比，%",
        )
    shares = percent(totals.assign(unpaid=unpaid.fillna(0.0)) if unpaid.notna().any() else totals)
    figure, _ = _stacked(
        shares.rename(index=dict(labels)), {**style.PAYER_COLOURS, "unpaid": style.DARK}, axis
    )
    title = tell(
        f"{words(most).capitalize()} paid most: {share:.0f} % of the running money that came in, {pooled}",
        f"{words(most)}支付最多：占全部到账运营资金的 {share:.0f} %（{pooled}）",
    )
    if unpaid.notna().any():
        rest = unpaid[asked.index]
        left = 100 * rest.sum() / max(asked.to_numpy().sum() + rest.sum(), 1)
        title += tell(
            f"; {left:.1f} % of paid and unpaid together stayed unpaid",
            f"；已付与未付合计中 {left:.1f} % 未付",
        )
    return style.finish(figure, title, note, folder, "payers")


def _unpaid(main: pd.DataFrame) -> pd.Series:
    """Cost written off or long unpaid by scenario, in weighted fen; empty in studies that did not keep it."""
    if "unpaid_fen" not in main:
        return pd.Series(dtype=float)
    return (main["weight"] * main["unpaid_fen"]).groupby(main["scenario"]).sum()


def needs(rows: pd.DataFrame, label: str, folder: Path) -> Picture:
    """Who met which need: hours by kind of need, from the village rows of one scenario."""
    main = rows[rows["arm"] == "main"]

    def weigh(column):
        return float((main["weight"] * main[column]).sum())

    totals = pd.DataFrame(
        {who: [weigh(f"{who}_{kind}_minutes") for kind in KINDS] for who in MET},
        index=[words(kind) for kind in KINDS],
    )
    whole = max(totals.to_numpy().sum(), 1)
    months = float(main["weight"].sum()) * 60
    figure, axis = _stacked(
        percent(totals),
        MET,
        tell(
            "share of hours needed by all resident elders, start to end, %",
            "全体常住老人所需时数占比（自始至终），%",
        ),
    )
    axis.set_yticks(
        range(len(KINDS)),
        [
            f"{name}  ({100 * total / whole:.0f} %)"
            for name, total in zip(totals.index, totals.sum(axis=1), strict=True)
        ],
    )
    family, mutual, unmet = (
        f"{100 * totals[who].sum() / whole:.0f} %" for who in ("family", "mutual", "unmet")
    )
    title = tell(
        f"Families meet {family} of all hours of need, mutual aid {mutual}; {unmet} stay unmet",
        f"所需时数中家人满足 {family}，互助满足 {mutual}，{unmet} 未满足",
    )
    hours = whole / months / 1000
    caption = tell(
        (
            f"{label}. In brackets: share of the kind in all hours of need ({hours:,.0f} thousand hours a "
            f"village, start to end). {sample(main)}"
        ),
        (
            f"{label}。括号内为该类需求占全部所需时数的比重（每村自始至终共 {hours:,.0f} 千小时）。"
            f"{sample(main)}"
        ),
    )
    return style.finish(figure, title, caption, folder, "needs")


def paired(
    frame: pd.DataFrame,
    outcome: str,
    folder: Path,
    caption: str,
    *,
    name: str = "paired",
    title: str = "",
    unit: str = "points",
    scale: float = 100.0,
) -> Picture:
    """Differences between arms under the same luck: mean and 95 % interval, zero marked, sure ones filled.

    `frame`: a row a comparison with `label`, `gain`, `low`, `high` in the outcome's unit over `scale`;
    `points`, where it stands, holds the difference of each seed. `outcome`: axis label with unit.
    """
    mine = frame.sort_values("gain", ascending=False, kind="stable").reset_index(drop=True)
    figure, axis = plt.subplots(figsize=(8.5, 1.9 + 0.32 * len(mine)), layout="constrained")
    axis.axvline(0, color="black", lw=1)
    for i, row in mine.iterrows():
        sure = row["low"] > 0 or row["high"] < 0
        colour = style.BLUE if row["gain"] > 0 else style.RED
        if "points" in mine:
            axis.plot(
                scale * np.asarray(row["points"], float),
                np.full(len(row["points"]), i),
                "|",
                color=style.GREY,
                ms=7,
                zorder=1,
            )
        axis.plot([scale * row["low"], scale * row["high"]], [i, i], color=colour, lw=1.6)
        axis.plot(scale * row["gain"], i, "o", color=colour, mfc=colour if sure else "white", ms=7)
    axis.set_yticks(range(len(mine)), list(mine["label"]))
    axis.invert_yaxis()
    axis.set_xlabel(outcome)
    sure = int(((mine["low"] > 0) | (mine["high"] < 0)).sum())
    top = mine.iloc[0]
    if not sure:
        said = tell(
            f"None of {len(mine)} differences stands clear of zero; the largest mean is {top['label']}'s, "
            f"{signed(scale * top['gain'])} {unit}",
            f"{len(mine)} 项差异均未能与零区分；均值最大者为{top['label']}，{signed(scale * top['gain'])}",
        )
    else:
        said = _gains_most(top, sure, len(mine), unit, scale)
    marks = tell(
        ". Dot: mean of paired differences; line: 95 % interval over seeds; filled: clear of zero",
        "。点：配对差均值；线：跨随机种子的 95 % 区间；实心：不含零",
    )
    marks += tell("; ticks: one seed each", "；短划：各随机种子") if "points" in mine else ""
    return style.finish(figure, title or said, caption + marks, folder, name)


def _gains_most(top: pd.Series, sure: int, count: int, unit: str, scale: float) -> str:
    """The largest difference with its interval, and how many stand clear of zero."""
    return tell(
        (
            f"{top['label']} gains most, {signed(scale * top['gain'])} {unit} ({signed(scale * top['low'])} "
            f"to {signed(scale * top['high'])}); {sure} of {count} differences stand clear of zero"
        ),
        (
            f"{top['label']} 提高最多：{signed(scale * top['gain'])}（{signed(scale * top['low'])} 至 "
            f"{signed(scale * top['high'])}）；{count} 项差异中 {sure} 项不含零"
        ),
    )
