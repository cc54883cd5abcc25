"""Village by village: what became of each one that a table names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from sim.state.parameters import Parameters

from .. import statistics
from ..study.findings import ShownTable
from .given import shut_before
from .style import tell, words
from .village_names import VillageName, are_named, village_names

YEAR = 12


def title() -> str:
    """Of a table with a row a village."""
    return tell("Village by village", "逐村")


def first_cells(one: VillageName, coded: bool) -> list[str]:
    """How a row begins: number and name, and the code where any village has one."""
    return [one.listed, *([one.code] if coded else [])]


def first_heads(coded: bool) -> list[str]:
    """Their headings."""
    return [tell("village", "村"), *([tell("code", "区划代码")] if coded else [])]


def by_village(rows: pd.DataFrame, parameters: Parameters, scenario: str = "") -> ShownTable | None:
    """Rows of one scenario and arm, all seeds together; None where no village has a name or a code."""
    if not len(rows) or not are_named(parameters):
        return None
    names, rows = village_names(parameters), statistics.judged(rows)
    rows = rows.assign(judged=_told_shut(rows, parameters))
    closures = "station_closures" if "station_closures" in rows else "closures"  # of former studies
    coded, years = any(one.code for one in names.values()), parameters.horizon.months / YEAR
    heads = [
        *first_heads(coded),
        tell("kind", "类型"),
        tell("collective", "村集体"),
        tell("class at the end", "期末类别"),
        tell("why not viable", "不可持续的原因"),
        tell("seeds viable, %", "可持续的种子，%"),
        tell("seeds with a closure, %", "有关闭的种子，%"),
        tell("public yuan a year", "每年公共支出，元"),
    ]
    lines = [
        [
            *first_cells(names[number], coded),
            *(_most(map(words, mine[column])) for column in ("kind", "strength", "judged")),
            _most(map(words, _reasons(mine[~statistics.viable(mine)]))),
            f"{100 * statistics.viable(mine).mean():.0f}",
            f"{100 * (mine[closures] > 0).mean():.0f}",
            f"{mine['public_fen'].mean() / 100 / years:,.0f}",
        ]
        for number, mine in ((int(str(number)), mine) for number, mine in rows.groupby("village"))
    ]
    seeds = rows["replicate"].nunique()
    note = tell(
        f"{seeds} seeds; kind, collective, class and reason are the commonest of them: what the table of "
        f"villages leaves blank is drawn anew by each.",
        f"{seeds} 个种子；类型、村集体、类别与原因取其中最常见者：村表中空白之处由各种子分别抽取。",
    )
    of = tell(": ", "：") + words(scenario) if scenario else ""
    return ShownTable(title() + of, heads, lines, note)


def _told_shut(rows: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Classes, in which a station told shut that stayed so is told from one never opened."""
    stayed = rows["village"].isin(shut_before(parameters)) & (rows["judged"] == "never_opened")
    return rows["judged"].astype(str).mask(stayed, "shut_before")


def _reasons(rows: pd.DataFrame) -> list[str]:
    """Why each village is not viable, one after the other."""
    return [reason for row in rows.itertuples() for reason in statistics.reasons(row)]


def _most(found: Iterable[str]) -> str:
    """The commonest, the first of equals; nothing of nothing."""
    return next((one for one, _ in Counter(found).most_common(1)), "")
