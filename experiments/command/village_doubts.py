"""What in a table of villages cannot be right together, each as a sentence with what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from sim.start.age_bands import covered, fitted
from sim.start.given_tables import STRENGTH_BANDS
from sim.start.tables import age_shares
from sim.start.village_table import Table
from sim.state.codes import STATION_DAYS

from .said import Said

MOST_NAMED = 5  # villages in a sentence
NEARLY_ALL = 0.8  # share of residents who are elders from which a village is asked about
SLACK = 0.02  # by which sums may differ
LEAST_INCOME, LEAST_PURSE = 1_000.0, 100.0  # yuan below which a collective, or all stations, are asked about
LEAST_HELPERS_APART = 1.0  # helpers under 60 an elder from which a village is asked about


def doubts(table: Table) -> list[Said]:
    """Questions about a table that has no faults."""
    found: list[Said] = []
    for ask in (_people, _sums, _incomes, _money, _places, _twice, _stations, _helpers):
        found += ask(table)
    return found


def named(table: Table, here: np.ndarray) -> Said:
    """Names of some villages of a table."""
    places = np.flatnonzero(here)
    more = len(places) - MOST_NAMED
    english = [table.names[at] or f"village {at + 1}" for at in places[:MOST_NAMED]]
    chinese = [table.names[at] or f"{at + 1} 号村" for at in places[:MOST_NAMED]]
    return Said(
        ", ".join(english) + (f" and {more} more" if more > 0 else ""),
        "、".join(chinese) + (f" 等 {len(places)} 个村" if more > 0 else ""),
    )


def _column(table: Table, name: str) -> np.ndarray:
    return table.columns.get(name, np.full(table.rows, np.nan))


def _people(table: Table) -> Iterator[Said]:
    elders, people = _column(table, "elders"), _column(table, "people")
    more = elders > people
    if more.any():
        names = named(table, more)
        yield Said(
            f"more elders than people in {names.english}: elders are taken as they stand, people are read "
            "for this check alone",
            f"{names.chinese}：老人数多于人口数；按所填老人数计算，人口数仅用于核对",
        )
    nearly = ~more & (elders > NEARLY_ALL * people)
    if nearly.any():
        names = named(table, nearly)
        yield Said(
            f"more than {NEARLY_ALL:.0%} of the people are elders in {names.english}: taken as it stands",
            f"{names.chinese}：老人占人口超过 {NEARLY_ALL:.0%}；按所填计算",
        )


def _sums(table: Table) -> Iterator[Said]:
    if not table.bands:
        return
    shares, elders = age_shares()[1], _column(table, "elders")
    whole = covered(table.bands)
    sums = np.array(
        [
            fitted(shares, {band: column[at] for band, column in table.bands.items()})[0].sum()
            for at in range(table.rows)
        ]
    )
    apart = np.where(whole, np.abs(sums - elders) > SLACK * elders + 1, sums > elders + 1)
    apart &= ~np.isnan(elders)
    if apart.any():
        names = named(table, apart)
        yield Said(
            f"elders by age and sex do not sum to elders in {names.english}: the number is taken from "
            "elders, the ages in the proportions counted",
            f"{names.chinese}：分年龄、性别人数之和与老人数不符；总数以老人数为准，年龄按所填比例分配",
        )


def _incomes(table: Table) -> Iterator[Said]:
    income, strength = _column(table, "income"), _column(table, "strength")
    earned = np.searchsorted(STRENGTH_BANDS, income, side="right")
    apart = ~np.isnan(income) & ~np.isnan(strength) & (earned != strength)
    if apart.any():
        names = named(table, apart)
        low, high = STRENGTH_BANDS
        yield Said(
            f"collective income and its class disagree in {names.english} (weak is below {low:,.0f} yuan "
            f"a year, rich from {high:,.0f} on): money follows the income, comparisons by kind the class",
            f"{names.chinese}：集体收入与强弱类别不符（年收入低于 {low:,.0f} 元为弱，{high:,.0f} "
            "元起为强）；资金按收入计算，分类比较按类别",
        )


def _money(table: Table) -> Iterator[Said]:
    income = _column(table, "income")
    few = (income > 0) & (income < LEAST_INCOME)
    if few.any():
        names = named(table, few)
        yield Said(
            f"a collective income below {LEAST_INCOME:,.0f} yuan a year in {names.english}: taken as it "
            "stands; were units of 10,000 yuan meant?",
            f"{names.chinese}：集体年收入低于 {LEAST_INCOME:,.0f} 元；按所填计算，是否以万元计？",
        )
    for column, english, chinese in (("cash", "cash", "账面资金"), ("debt", "debts", "欠款")):
        figures = _column(table, column)
        if 0 < np.nanmax(figures, initial=0.0) < LEAST_PURSE:
            yield Said(
                f"no station has {english} of {LEAST_PURSE:,.0f} yuan or more: taken as yuan; were units of "
                "10,000 yuan meant?",
                f"各站点{chinese}均低于 {LEAST_PURSE:,.0f} 元；按元计算，是否以万元计？",
            )


def _places(table: Table) -> Iterator[Said]:
    east, north = _column(table, "east"), _column(table, "north")
    places = [
        None if np.isnan(place).any() else place for place in zip(east.tolist(), north.tolist(), strict=True)
    ]
    count = Counter(place for place in places if place is not None)
    same = np.array([place is not None and count[place] > 1 for place in places])
    if same.any():
        names = named(table, same)
        yield Said(
            f"several villages at one point: {names.english}; taken as they stand, on the map one lies "
            "under the other",
            f"多个村位于同一点：{names.chinese}；按所填计算，地图上会重叠",
        )


def _twice(table: Table) -> Iterator[Said]:
    for what, chinese, cells in (("name", "村名", table.names), ("code", "代码", table.codes)):
        count = Counter(cell for cell in cells if cell)
        same = sorted(cell for cell, times in count.items() if times > 1)
        if same:
            yield Said(
                f"the same {what} stands at several villages: {', '.join(same[:MOST_NAMED])}; they are kept "
                "apart by their numbers",
                f"{chinese}重复：{'、'.join(same[:MOST_NAMED])}；以序号区分",
            )


def _stations(table: Table) -> Iterator[Said]:
    facility, door, step = (_column(table, name) for name in ("facility", "door", "step"))
    told = ~np.isnan(_column(table, "opened")) | (door == 1) | (step >= STATION_DAYS)
    none = (facility == 0) & told
    if none.any():
        names = named(table, none)
        yield Said(
            f"no facility, yet a station is told of in {names.english}: taken as without a station",
            f"{names.chinese}：填写无设施，却有站点信息；按无站点计算",
        )
    both_ways = (door == 0) & ((step >= STATION_DAYS) | ~np.isnan(_column(table, "days")))
    if both_ways.any():
        names = named(table, both_ways)
        yield Said(
            f"shut, yet with a service or open days in {names.english}: taken as shut",
            f"{names.chinese}：填写已关闭，却有服务形式或开放天数；按关闭计算",
        )


def _helpers(table: Table) -> Iterator[Said]:
    many = _column(table, "volunteers") > LEAST_HELPERS_APART * _column(table, "elders")
    if many.any():
        names = named(table, many)
        yield Said(
            f"more volunteers than elders in {names.english}: taken as helpers under 60 who are active",
            f"{names.chinese}：志愿者多于老人；按 60 岁以下的活跃志愿者计算",
        )
