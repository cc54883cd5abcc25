"""Money and credits through the years: who paid, and what the time bank owes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.state.codes import PAYERS

from ..study.findings import Picture
from . import style
from .figures import sample
from .figures_time import by_seed, dated, fan, months
from .style import plt, tell, words


def payers_by_year(series: pd.DataFrame, start: str, label: str, folder: Path) -> Picture:
    """Money that came in by payer, as paid, and running cost, yuan a village and year."""
    year = int(start[:4]) + (int(start[5:7]) - 1 + series["month"]) // 12
    whole = year.map(series.groupby(year)["month"].nunique()) == 12
    series, year = (series[whole], year[whole]) if whole.any() else (series, year)

    def weigh(column):
        return (series["weight"] * series[column]).groupby(year).sum() / 1e5  # thousand yuan

    villages = series["weight"].groupby(year).sum() / series.groupby(year)["month"].nunique()
    parts = {**{payer: f"paid_{payer}_fen" for payer in PAYERS}, "business": "business_income_fen"}
    paid = pd.DataFrame({key: weigh(column) / villages for key, column in parts.items()})
    cost = weigh("cost_fen") / villages
    figure, axis = plt.subplots(figsize=(8.5, 4.2), layout="constrained")
    floor = np.zeros(len(paid))
    for source in paid.columns[paid.sum() > 0]:
        axis.bar(
            paid.index,
            paid[source],
            0.8,
            bottom=floor,
            color=style.PAYER_COLOURS[source],
            edgecolor="white",
            lw=0.5,
            label=words(source),
        )
        floor += paid[source].to_numpy()
    axis.plot(
        cost.index, cost, color="black", marker="o", ms=4, lw=1.4, label=tell("running cost", "运营成本")
    )
    axis.set_xticks(list(paid.index))
    axis.set_ylabel(tell("1,000 yuan a village and year (constant 2025)", "千元/村·年（2025 年不变价）"))
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    first, last = paid.index[0], paid.index[-1]

    def share(index, column):
        return 100 * paid.loc[index, column] / max(paid.loc[index].sum(), 1e-9)

    top = str(paid.loc[last].idxmax())
    cover = 100 * paid.sum(axis=1)[last] / max(cost[last], 1e-9)
    title = tell(
        (
            f"{words(top).capitalize()} pays {share(last, top):.0f} % in {last} ({share(first, top):.0f} "
            f"% in {first}); what comes in covers {cover:.0f} % of that year's running cost"
        ),
        (
            f"{last} 年{words(top)}支付 {share(last, top):.0f} %（{first} 年为 {share(first, top):.0f} "
            f"%）；到账资金为当年运营成本的 {cover:.0f} %"
        ),
    )
    caption = tell(
        (
            f"{label}. Money for running as paid, mean over all villages, closed and never opened ones "
            f"too. {sample(series)}"
        ),
        f"{label}。实付运营资金，全部村平均（含已关闭与从未开办）。{sample(series)}",
    )
    return style.finish(figure, title, caption, folder, "payers_by_year")


def _holders(axis: plt.Axes, main: pd.DataFrame) -> None:
    """Credits held at the end by age of the holder."""
    ages = [column for column in main if column.startswith("held_")]
    sums = np.array([float((main["weight"] * main[column]).sum()) for column in ages])
    owed = sums / 60 / float(main["weight"].sum())
    bands = [
        tell("under 60", "60 岁以下")
        if column == "held_0_minutes"
        else f"{column.split('_')[1]}–{int(column.split('_')[1]) + 9}"
        for column in ages
    ]
    bands[-1] = tell("80 and over", "80 岁及以上")
    axis.bar(range(len(ages)), owed, color=style.ORANGE)
    axis.set_xticks(range(len(ages)), bands, fontsize=7.5)
    axis.set_ylabel(tell("hours of credit a village, at the end", "期末积分小时/村"))
    axis.set_title(tell("held by age of the holder", "按持有人年龄"), fontsize=9)


def _redeemed(axis: plt.Axes, series: pd.DataFrame, years: np.ndarray) -> None:
    """Hours served of those asked for with credit, over the last 12 months."""

    def rolling(column: str) -> np.ndarray:
        values = pd.DataFrame(by_seed(series, series[column]).T)
        return values.rolling(12, min_periods=1).sum().to_numpy().T

    asked, got = rolling("redeem_asked_minutes"), rolling("redeem_got_minutes")
    success = np.divide(100 * got, asked, out=np.full(asked.shape, np.nan), where=asked > 0)
    seen = np.isfinite(success).any(axis=0)
    if seen.any():
        fan(axis, years[seen], success[:, seen], style.BLUE)
        axis.legend(loc="best", fontsize=7.5)
    axis.set_ylim(0, 100)
    axis.set_ylabel(tell("hours served of those asked for, %", "所求时数中已服务，%"))
    axis.set_title(tell("redemption by holders, last 12 months", "持有者兑换率（近 12 个月）"), fontsize=9)


def timebank(series: pd.DataFrame, rows: pd.DataFrame, start: str, label: str, folder: Path) -> Picture:
    """Where issued credits went, what is still owed and to whom, and whether it can be redeemed."""
    years = months(series, start)
    count = by_seed(series, np.ones(len(series)))

    def mean(column):
        return (by_seed(series, series[column] / 60) / count).mean(axis=0)

    held, issued, spent, lapsed = (
        mean(f"credits_{kind}minutes") for kind in ("", "issued_", "spent_", "lapsed_")
    )
    spent, lapsed = spent.cumsum(), lapsed.cumsum()
    figure, axes = plt.subplots(1, 3, figsize=(11, 4.0), layout="constrained", width_ratios=[1.3, 0.9, 1.1])
    names = (
        tell("spent on help", "已兑换服务"),
        tell("expired, levied, forfeited", "过期或失效"),
        tell("still held: the liability", "仍持有：负债"),
    )
    axes[0].stackplot(
        years, spent, lapsed, held.clip(0), colors=(style.GREEN, style.GREY, style.ORANGE), labels=names
    )
    axes[0].set_ylabel(tell("hours of credit a village, since the start", "自开始以来的积分小时/村"))
    axes[0].set_title(tell("issued credits: where they went", "已发放积分的去向"), fontsize=9)
    axes[0].legend(loc="upper left", fontsize=7.5)
    main = rows[rows["arm"] == "main"]
    _holders(axes[1], main)
    _redeemed(axes[2], series, years)
    for axis in (axes[0], axes[2]):
        dated(axis, years)
    total = spent[-1] + lapsed[-1] + max(held[-1], 0.0)
    parts = [100 * part / max(total, 1e-9) for part in (spent[-1], lapsed[-1], max(held[-1], 0.0))]
    giving = held[-1] / max(issued[-12:].sum(), 1e-9)
    title = tell(
        (
            f"Of all credits {parts[0]:.0f} % were spent, {parts[1]:.0f} % lapsed and {parts[2]:.0f} % "
            f"are still owed: {giving:.1f} times what the last year issued"
        ),
        (
            f"全部积分中 {parts[0]:.0f} % 已兑换，{parts[1]:.0f} % 失效，{parts[2]:.0f} % 仍为负债："
            f"相当于最近一年发放量的 {giving:.1f} 倍"
        ),
    )
    debt = float((main["weight"] * main["overdrawn_minutes"]).sum()) / -60 / float(main["weight"].sum())
    caption = tell(
        (
            f"{label}. Means over seeds and all villages; held is net of {debt:.0f} hours a village "
            f"overdrawn at the end, and holds what stood in accounts at the start. {sample(series)}"
        ),
        (
            f"{label}。各种子与全部村的均值；持有量已扣除期末每村透支 {debt:.0f} 小时，含期初余额。"
            f"{sample(series)}"
        ),
    )
    return style.finish(figure, title, caption, folder, "timebank")
