"""Tables of the first answer: what is added, the funnel, causes, how stations last, what it costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ... import outcomes
from ...report.style import tell, words
from ...study.findings import ShownTable
from .design import AGES, BUSINESSES, FirstAnswer

TITLES = {
    "practised": (
        "AS PRACTISED: pledges follow cost, each payer under its ceiling",
        "按现行做法：承诺随成本而定，各方有上限",
    ),
    "envelope": (
        "EQUAL PLEDGED ENVELOPE: the same present value of all pledges an elder, set-up capital inside it",
        "承诺总额相同：每位老人的承诺现值相同，含启动资金",
    ),
}
SHORT = {
    "bills or long cuts": "bills",
    "too few hours": "hours",
    "too few visits": "visits",
    "never opened": "unopened",
    "opened too late": "late",
    "does not pay": "arrears",
    "serves too few": "serves few",
    "open too seldom": "seldom",
}


def share_text(row: pd.Series) -> str:
    """Mean and interval in percent."""
    return f"{100 * row['viable']:.0f} ({100 * row['low']:.0f}-{100 * row['high']:.0f})"


def spread_text(row: pd.Series, name: str, scale: float = 1.0) -> str:
    """Mean and interval of a column that has `_low` and `_high` beside it."""
    low, high = scale * row[f"{name}_low"], scale * row[f"{name}_high"]
    digits = 0 if max(abs(high), abs(low)) >= 20 else 1
    join = "-" if low >= 0 else tell(" to ", " 至 ")
    return f"{scale * row[name]:.{digits}f} ({low:.{digits}f}{join}{high:.{digits}f})"


def added_text(row: pd.Series) -> str:
    """Added elder-years a village with their interval, and years with an open station and meals."""
    return f"{spread_text(row, 'added')} | {row['table_years']:.1f}"


def money_text(row: pd.Series) -> str:
    """Public yuan and elders' own yuan an added elder-year."""
    if row["added"] <= 0:
        return "-"
    return f"{row['public_added']:,.0f} | {row['own_added']:,.0f}"


def cause_text(row: pd.Series) -> str:
    """Commonest cause with its share of failures; * where a paired rerun without it averted closures."""
    if not row["cause"]:
        return tell("none", "无")
    name = str(row["cause"])
    relief = row.get(f"relief_{name.removeprefix('closed: ')}")
    star = (
        "*" if name.startswith("closed: ") and isinstance(relief, str) and not relief.startswith("0 ") else ""
    )
    return f"{words(SHORT.get(name, name.removeprefix('closed: ')))}{star} {100 * row['cause_share']:.0f}%"


def cost_text(row: pd.Series) -> str:
    """Yuan an elder-year."""
    cost = row["public_yuan_per_elder_year"]
    return "-" if np.isnan(cost) else f"{cost:.0f}"


def grid(summary: pd.DataFrame, title: str, write: Callable[[pd.Series], str]) -> ShownTable:
    """One table: rows funding, columns business; '.' where nothing was run."""
    columns = [business for business in BUSINESSES if business in set(summary["business"])]
    lines = []
    for funding in summary["funding"].unique():
        by = summary[summary["funding"] == funding].set_index("business")
        lines.append(
            [
                words(funding),
                *(
                    write(by.loc[business]) + left_text(by.loc[business]) if business in by.index else "."
                    for business in columns
                ),
            ]
        )
    counts = summary.groupby("business")["villages"].max()
    lines.append([tell("villages that count", "计入的村"), *(str(counts[business]) for business in columns)])
    return ShownTable(title, ["", *(words(business) for business in columns)], lines)


def left_text(row: pd.Series) -> str:
    """The seeds of a cell that a race left early, in brackets."""
    return f" [{int(row['left_after'])}]" if row.get("left_after", 0) > 0 else ""


FUNNEL_HEADS = (
    ("opened", "开办过"),
    ("of age", "满三年"),
    ("lasting", "持续开放"),
    ("pays", "付得起"),
    ("viable", "可持续"),
    ("viable with meals", "可持续且供餐"),
)
LASTING_HEADS = (
    ("closures a station-year", "每站点年关闭次数"),
    *((f"open after {years} years, %", f"{years} 年后仍开放，%") for years in AGES),
    ("cost unpaid, %", "未付成本，%"),
)


def funnel(mine: pd.DataFrame, title: str) -> ShownTable:
    """From opened to viable, nested shares of all villages, a line a mix; without a business if there is."""
    plain = mine[mine["business"] == "none"] if (mine["business"] == "none").any() else mine
    lines = [
        [_mix(row), *(spread_text(row, name, 100) for name in outcomes.STEPS)] for _, row in plain.iterrows()
    ]
    return ShownTable(title, ["", *(tell(*head) for head in FUNNEL_HEADS)], lines)


def lasting(mine: pd.DataFrame, title: str) -> ShownTable:
    """How long stations last and what stays unpaid, one line a mix."""
    plain = mine[mine["business"] == "none"] if (mine["business"] == "none").any() else mine

    def share(value: float) -> str:
        return "-" if np.isnan(value) else f"{100 * value:.0f}"

    lines = [
        [
            _mix(row),
            f"{row['station_closures']:.3f}",
            *(share(row[f"survive_{years}"]) for years in AGES),
            f"{100 * row['unpaid']:.1f}",
        ]
        for _, row in plain.iterrows()
    ]
    return ShownTable(title, ["", *(tell(*head) for head in LASTING_HEADS)], lines)


def _mix(row: pd.Series) -> str:
    name = row["funding"] if row["business"] == "none" else f"{row['funding']}/{row['business']}"
    return words(name) + left_text(row)


def first_table(plan: FirstAnswer, mine: pd.DataFrame) -> ShownTable:
    """Added elder-years and table-years of one panel."""
    year = plan.base.horizon.end[:4]
    title = tell(
        f"added elder-years a village to {year} (95 %) | table-years",
        f"到 {year} 每村新增受服务老人年（95%）| 供餐年数",
    )
    return grid(mine, title, added_text)


def tables(plan: FirstAnswer, summary: pd.DataFrame) -> dict[str, list[ShownTable]]:
    """Each panel's tables, under its title: what is added first, then the funnel."""
    year, found = plan.base.horizon.end[:4], {}
    for panel in plan.panels:
        mine = summary[summary["panel"] == panel]
        found[tell(*TITLES[panel])] = [
            first_table(plan, mine),
            funnel(
                mine, tell("from opened to viable, % of villages (95 %)", "从开办到可持续，占村 %（95%）")
            ),
            grid(
                mine,
                tell(f"villages viable to {year}, % (95 %)", f"到 {year} 可持续的村，%（95%）"),
                share_text,
            ),
            grid(mine, tell("commonest cause of failure", "最常见的失败原因"), cause_text),
            lasting(mine, tell("how stations last", "站点持续情况")),
            grid(
                mine,
                tell(
                    "yuan an added elder-year: public | elders' own",
                    "每新增老人年（元）：公共支出 | 老人自付",
                ),
                money_text,
            ),
            grid(mine, tell("public yuan per elder-year helped", "每受助老人年公共支出（元）"), cost_text),
        ]
    return found
