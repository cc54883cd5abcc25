"""Numbers and tables of what it would take, in the language that is spoken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ... import statistics
from ...outcomes import ALL, CELLS
from ...report.style import phrase, tell, words
from ...report.village_names import village_names
from ...report.village_table import first_cells, first_heads, title
from ...statistics import Interval
from ...study.findings import ShownTable
from ...study.plan import FRESH
from . import bracket
from .bracket import Offer, Root
from .design import ADDED, MOST, TABLE, Point, counties
from .search import Answer, a_village, fresh_seeds

MOST_VILLAGES = 400  # of a table that are shown by name


class Fresh(NamedTuple):
    """A root on seeds that chose nothing: chance to meet the target, public yuan a village and year and a
    county and year, the share that `sure` of counties reach.
    """

    share: float
    low: float
    high: float
    public: Interval
    county: Interval
    reached: float


# -- numbers
# -------------------------------------------------------------------------------------------------------
def fresh(answer: Answer, point: Point, cell: str) -> Fresh:
    """What the fresh seeds of a point say of a cell."""
    settings = answer.runs.settings
    rows = counties(answer.table, point, cell, FRESH)
    met = rows["goal"].to_numpy() >= settings.target - 1e-9
    low, high = bracket.bounds(int(met.sum()), len(met))
    whole = counties(answer.table, point, ALL, FRESH)["public"].to_numpy()
    return Fresh(
        float(met.mean()),
        low,
        high,
        statistics.interval(rows["public"].to_numpy(), bounded=False),
        statistics.interval(whole * answer.runs.villages, bounded=False),
        float(np.quantile(rows["goal"], 1 - settings.sure, method="inverted_cdf")),
    )


def verdict(seen: Fresh, sure: float, root: Root) -> str:
    """What fresh seeds say of a root."""
    if root.factor is None:
        none, open_ = (
            tell("no amount does", "多少钱都不够"),
            tell("none found, not settled", "未找到，未能判定"),
        )
        return none if seen.high < sure else open_
    if seen.high < sure:
        return tell("refuted", "被否定")
    return tell("confirmed", "得到证实") if seen.low >= sure else tell("not settled", "未能判定")


def mix_label(point: Point) -> str:
    """Funding and business in words."""
    return f"{words(point.funding)}{tell(', ', '，')}{words(point.business)}"


def cell_label(cell: str) -> str:
    """A strength or kind of village."""
    return tell("all villages", "全部村") if cell == ALL else phrase(cell)


def goal_label(answer: Answer) -> str:
    """The target in words."""
    per, settings = f"{100 * answer.runs.settings.target:g}", answer.runs.settings
    if settings.outcome == ADDED:
        return tell(f"{per} % of elder-years added", f"{per}% 的老人年为新增")
    if settings.outcome == TABLE:
        return tell(f"{per} % of villages with meals at the end", f"{per}% 的村期末供餐")
    return tell(f"{per} % of villages with an open station at the end", f"{per}% 的村期末有开放站点")


def percent(share: float) -> str:
    """Whole percent."""
    return f"{100 * share:.0f}"


def chance(share: float, low: float, high: float) -> str:
    """A share in percent with its interval."""
    return f"{percent(share)} ({percent(low)} - {percent(high)})"


def yuan(one: Interval, digits: int = 0) -> str:
    """Yuan with the interval."""
    return f"{one.mean:,.{digits}f} ({one.low:,.{digits}f} - {one.high:,.{digits}f})"


def times(root: Root) -> str:
    """The factor with the interval of the root."""
    if root.factor is None:
        return tell(f"above {MOST:g}", f"高于 {MOST:g}")
    low = "0" if root.low is None else f"{root.low:.3g}"
    high = tell(f"above {MOST:g}", f"高于 {MOST:g}") if root.high is None else f"{root.high:.3g}"
    return f"{root.factor:.3g} ({low} - {high})"


def at(mix: Point, root: Root) -> Point:
    """The point that was seen again."""
    return mix._replace(factor=MOST if root.factor is None else root.factor)


def cheapest(answer: Answer, cell: str) -> tuple[Point, Fresh] | None:
    """The mix that meets the target for least public money, unless fresh seeds refute it."""
    found = []
    for (mix, here), root in answer.roots.items():
        if here == cell and root.factor is not None:
            seen = fresh(answer, at(mix, root), cell)
            if seen.high >= answer.runs.settings.sure:
                found.append((seen.public.mean, mix, seen))
    return min(found, key=lambda one: one[0])[1:] if found else None


# -- tables
# -------------------------------------------------------------------------------------------------------
def least(answer: Answer, cells: tuple[str, ...], title: str) -> ShownTable:
    """A row a cell and mix: factor, yuan, fresh seeds, verdict."""
    sure = answer.runs.settings.sure
    rows = [
        _least_row(answer, mix, here, root)
        for cell in cells
        for (mix, here), root in answer.roots.items()
        if here == cell
    ]
    heads = [
        tell("villages", "村庄"),
        tell("who pays, business", "出资与产业"),
        tell("times the money as written", "现有资金的倍数"),
        tell("public yuan a village and year", "每村每年公共支出，元"),
        tell("million a county and year", "每县每年，百万元"),
        tell("counties that meet it, %", "达标的县，%"),
        tell(f"{percent(sure)} % of counties reach, %", f"{percent(sure)}% 的县至少达到，%"),
        tell("on fresh seeds", "新种子上"),
    ]
    seeds, villages = fresh_seeds(answer.runs), answer.runs.villages
    note = tell(
        f"Times: the least tried at which the target is met, with where it lies (95 %). Others: {seeds} "
        "fresh "
        f"seeds at it, or at {MOST:g} times where no amount does. A county: {villages} villages.",
        f"倍数：所试中达标的最小者及其所在范围（95%）。其余取自该处（无解时取 {MOST:g} 倍处）的 {seeds} 个"
        "新种子。"
        f"一县 {villages} 个村。",
    )
    return ShownTable(title, heads, rows, note)


def _least_row(answer: Answer, mix: Point, cell: str, root: Root) -> list[str]:
    """One mix and cell of the table."""
    seen, none = fresh(answer, at(mix, root), cell), root.factor is None
    return [
        cell_label(cell),
        mix_label(mix),
        times(root),
        "-" if none else yuan(seen.public),
        "-" if none else f"{seen.county.mean / 1e6:.2f}",
        chance(seen.share, seen.low, seen.high),
        percent(seen.reached),
        verdict(seen, answer.runs.settings.sure, root),
    ]


def gained(answer: Answer) -> tuple[Point, Interval, Interval]:
    """The mix to which the most money adds most over none: elder-years and yuan, paired by seed."""
    found = []
    for mix in dict.fromkeys(mix for mix, _ in answer.roots):
        none, most = (counties(answer.table, mix._replace(factor=one), ALL) for one in (0.0, MOST))
        gain, money = (statistics.difference(most[name], none[name]) for name in ("added", "public"))
        found.append((mix, gain, money))
    return max(found, key=lambda one: one[1].mean)


def frontier(answer: Answer) -> pd.DataFrame:
    """A row a mix and factor, over all villages: public yuan and added elder-years with intervals, shares."""
    settings, lines = answer.runs.settings, []
    for mix in dict.fromkeys(mix for mix, _ in answer.roots):
        for factor in sorted(tried(answer, mix)):
            rows = counties(answer.table, mix._replace(factor=factor), ALL)
            money, gain = (
                statistics.interval(rows[name].to_numpy(), bounded=False) for name in ("public", "added")
            )
            met = rows["goal"].to_numpy() >= settings.target - 1e-9
            low, high = bracket.bounds(int(met.sum()), len(met))
            lines.append(
                {
                    "funding": mix.funding, "business": mix.business, "factor": factor, "seeds": len(rows),
                    "public": money.mean, "public_low": money.low, "public_high": money.high,
                    "added": gain.mean, "added_low": gain.low, "added_high": gain.high,
                    "open": rows["open"].mean(), "goal": rows["goal"].mean(),
                    "met": met.mean(), "met_low": low, "met_high": high,
                }
            )  # fmt: skip
    return pd.DataFrame(lines)


def tried(answer: Answer, mix: Point) -> list[float]:
    """Factors of a mix that were run."""
    start = f"{mix.mix} x "
    names = answer.table.index.get_level_values("scenario").unique()
    return [float(name.removeprefix(start)) for name in names if name.startswith(start)]


def along(answer: Answer, found: pd.DataFrame) -> ShownTable:
    """What more money brings."""
    rows = [
        [
            mix_label(Point(one.funding, one.business)),
            f"{one.factor:.3g}",
            yuan(Interval(one.public, one.public_low, one.public_high, one.seeds)),
            yuan(Interval(one.added, one.added_low, one.added_high, one.seeds), 1),
            percent(one.open),
            chance(one.met, one.met_low, one.met_high),
        ]
        for one in found.itertuples()
    ]
    heads = [
        tell("who pays, business", "出资与产业"),
        tell("times the money as written", "现有资金的倍数"),
        tell("public yuan a village and year", "每村每年公共支出，元"),
        tell("added elder-years a village and year", "每村每年新增老人年"),
        tell("open at the end, %", "期末开放，%"),
        tell("counties that meet it, %", "达标的县，%"),
    ]
    return ShownTable(tell("What more money brings", "资金增加带来什么"), heads, rows)


class Beside(NamedTuple):
    """What a lever adds to a mix as written, paired by seed."""

    mix: Point
    lever: str
    share: float
    low: float
    high: float
    added: Interval
    public: Interval

    def meets(self, sure: float) -> bool:
        """Without being told to need more public money."""
        return self.share >= sure and self.public.low <= 0


def others(answer: Answer) -> list[Beside]:
    """Every lever that was run, beside its mix as written (first)."""
    settings, found = answer.runs.settings, []
    for mix in dict.fromkeys(mix for mix, _ in answer.roots):
        plain = counties(answer.table, mix, ALL)
        for name in ("", *answer.runs.levers):
            rows = counties(answer.table, mix._replace(lever=name), ALL)
            if rows.empty:
                continue
            met = rows["goal"].to_numpy() >= settings.target - 1e-9
            gaps = [statistics.difference(rows[column], plain[column]) for column in ("added", "public")]
            low, high = bracket.bounds(int(met.sum()), len(met))
            found.append(Beside(mix, name, float(met.mean()), low, high, gaps[0], gaps[1]))
    return found


def lever_label(answer: Answer, name: str) -> str:
    """A lever in words."""
    if not name:
        return tell("as written", "现状")
    one = answer.runs.levers[name]
    return tell(one.english, one.chinese)


def beside(answer: Answer, found: list[Beside]) -> ShownTable:
    """Levers other than money."""
    rows = [
        [
            lever_label(answer, one.lever),
            mix_label(one.mix),
            chance(one.share, one.low, one.high),
            yuan(one.added, 1) if one.lever else "-",
            yuan(one.public) if one.lever else "-",
        ]
        for one in found
    ]
    heads = [
        tell("lever", "手段"),
        tell("who pays, business", "出资与产业"),
        tell("counties that meet it, %", "达标的县，%"),
        tell("further added elder-years a village and year", "另增老人年，每村每年"),
        tell("further public yuan a village and year", "另增公共支出，元，每村每年"),
    ]
    note = tell(
        "Each by itself, at the end of its range; differences to the mix as written on the same seeds.",
        "各手段单独取其范围末端；与现状按同一种子配对之差。",
    )
    return ShownTable(tell("Other levers than money", "资金以外的手段"), heads, rows, note)


def budgeted(answer: Answer) -> ShownTable | None:
    """What the best mix within the budget reaches, by strength and kind."""
    if answer.chosen is None:
        return None
    point = chosen_point(answer)
    rows = []
    for cell in CELLS:
        mine = counties(answer.table, point, cell, FRESH)
        if mine.empty:
            continue
        opened = statistics.interval(mine["open"].to_numpy())
        gain = statistics.interval(mine["added"].to_numpy(), bounded=False)
        money = statistics.interval(mine["public"].to_numpy(), bounded=False)
        seen = fresh(answer, point, cell)
        meet = chance(seen.share, seen.low, seen.high)
        rows.append([cell_label(cell), chance(*opened[:3]), meet, yuan(gain, 1), yuan(money)])
    heads = [
        tell("villages", "村庄"),
        tell("open at the end, %", "期末开放，%"),
        tell("counties that meet it, %", "达标的县，%"),
        tell("added elder-years a village and year", "每村每年新增老人年"),
        tell("public yuan a village and year", "每村每年公共支出，元"),
    ]
    budget = f"{answer.runs.settings.budget:,.0f}"
    title = tell(f"With {budget} yuan a county and year", f"每县每年 {budget} 元")
    note = tell(
        f"{mix_label(point)}, {point.factor:.3g} times the money as written, on fresh seeds.",
        f"{mix_label(point)}，现有资金的 {point.factor:.3g} 倍，取自新种子。",
    )
    return ShownTable(title, heads, rows, note)


def point_of(offer: Offer) -> Point:
    """The point of an offer."""
    funding, business = offer.mix.split("/")
    return Point(funding, business, offer.factor)


def chosen_point(answer: Answer) -> Point:
    """The best within the budget."""
    assert answer.chosen is not None
    return point_of(answer.chosen)


def untold(answer: Answer) -> tuple[int, int]:
    """Of the other mixes, each at its best within the budget, those that are not told from the chosen one."""
    best = answer.chosen
    assert best is not None
    column = counties(answer.table, chosen_point(answer), ALL)["goal"]
    others_best = [
        bracket.best([one for one in answer.offers if one.mix == mix], a_village(answer.runs))
        for mix in dict.fromkeys(one.mix for one in answer.offers)
        if mix != best.mix
    ]
    fit = [one for one in others_best if one is not None]
    same = 0
    for one in fit:
        other = counties(answer.table, point_of(one), ALL)["goal"]
        gap = statistics.difference(column, other)
        same += gap.low <= 0 <= gap.high
    return same, len(fit)


def told_of(answer: Answer) -> Point:
    """Where villages are shown by name: the best within the budget, the cheapest that does, or the most."""
    if answer.chosen is not None:
        return chosen_point(answer)
    top = cheapest(answer, ALL)
    mix = top[0] if top else next(iter(answer.roots))[0]
    return at(mix, answer.roots[mix, ALL])


def by_name(answer: Answer) -> ShownTable | None:
    """Villages of a table: how often each is open, as written and at the answer, or at the most money where
    none was found.
    """
    if not answer.runs.own:
        return None
    point = told_of(answer)
    plain, now = answer.runs.by_village(point._replace(factor=None)), answer.runs.by_village(point, FRESH)
    what = ("with meals", "供餐") if answer.runs.settings.outcome == TABLE else ("open", "开放")
    found = answer.chosen is not None or cheapest(answer, ALL) is not None
    where = (
        ("at the answer", "答案处")
        if found
        else (f"at {point.factor:.3g} times the money", f"资金为现有的 {point.factor:.3g} 倍时")
    )
    names = village_names(answer.runs.base)
    coded = any(one.code for one in names.values())
    rows = []
    for number, one in list(now.iterrows())[:MOST_VILLAGES]:
        place = int(str(number))
        opened = percent(plain.loc[place, "open"]), percent(one["open"])
        what_kind = words(one["strength"]), words(one["kind"])
        rows.append([*first_cells(names[place], coded), *what_kind, *opened, f"{one['yuan']:,.0f}"])
    heads = [
        *first_heads(coded),
        tell("collective", "村集体"),
        tell("kind", "类型"),
        tell(f"seeds {what[0]} as written, %", f"现状下{what[1]}的种子，%"),
        tell(f"seeds {what[0]} {where[0]}, %", f"{where[1]}{what[1]}的种子，%"),
        tell("public yuan a year", "每年公共支出，元"),
    ]
    shown = f"{mix_label(point)}, {point.factor:.3g} times the money as written."
    zh = f"{mix_label(point)}，现有资金的 {point.factor:.3g} 倍。"
    note = (
        tell(f"The answer: {shown}", f"答案：{zh}")
        if found
        else tell(f"No amount was found to be enough. Shown is {shown}", f"未找到足够的金额。所示为{zh}")
    )
    return ShownTable(title(), heads, rows, note)


def summary(answer: Answer) -> pd.DataFrame:
    """summary.csv: a row a scenario, arm and cell with the mean of each measure."""
    by = answer.table.groupby(level=["scenario", "arm", "cell"], sort=True)
    return by.mean().assign(seeds=by.size()).reset_index()
