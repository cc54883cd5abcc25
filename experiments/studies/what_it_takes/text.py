"""What it would take, in tables, a picture and three sentences, in the language that is spoken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcomes import ALL, CELLS
from experiments.report.labels import drawn_from
from experiments.report.style import figures_in, phrase, tell, words
from experiments.statistics import Interval
from experiments.studies.what_it_takes import Answer, a_village, bracket, fresh_seeds, met_of
from experiments.studies.what_it_takes.bracket import Root
from experiments.studies.what_it_takes.design import ADDED, MOST, TABLE, Point, counties
from experiments.studies.what_it_takes.picture import draw
from experiments.study.findings import Findings, ShownTable
from experiments.study.plan import FRESH, MAIN
from sim.start.village_table import read_villages

MOST_VILLAGES = 400  # of a table that are shown by name


class Fresh(NamedTuple):
    """A root on seeds that chose nothing: chance to meet the target, public yuan a village and year, the share
    that `sure` of counties reach.
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
        return tell("no amount does", "多少钱都不够")
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
def least(answer: Answer) -> ShownTable:
    """A row a mix and cell: factor, yuan, fresh seeds, verdict."""
    sure, rows = answer.runs.settings.sure, []
    for cell in CELLS:
        for (mix, here), root in answer.roots.items():
            if here != cell:
                continue
            seen = fresh(answer, at(mix, root), cell)
            none = root.factor is None
            rows.append(
                [
                    cell_label(cell),
                    mix_label(mix),
                    times(root),
                    "-" if none else yuan(seen.public),
                    "-" if none else f"{seen.county.mean / 1e6:.2f}",
                    chance(seen.share, seen.low, seen.high),
                    percent(seen.reached),
                    verdict(seen, sure, root),
                ]
            )
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
    note = tell(
        f"Times: the least tried at which the target is met, with where it lies (95 %). Others: {fresh_seeds(answer.runs)} fresh "
        f"seeds at it, or at {MOST:g} times where no amount does. A county: {answer.runs.villages} villages.",
        f"倍数：所试中达标的最小者及其所在范围（95%）。其余取自该处（无解时取 {MOST:g} 倍处）的 {fresh_seeds(answer.runs)} 个新种子。"
        f"一县 {answer.runs.villages} 个村。",
    )
    return ShownTable(
        tell(f"The least public money: {goal_label(answer)}", f"最少公共资金：{goal_label(answer)}"),
        heads,
        rows,
        note,
    )


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
        rows.append([cell_label(cell), chance(*opened[:3]), yuan(gain, 1), yuan(money)])
    heads = [
        tell("villages", "村庄"),
        tell("open at the end, %", "期末开放，%"),
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


def chosen_point(answer: Answer) -> Point:
    """The best within the budget."""
    assert answer.chosen is not None
    funding, business = answer.chosen.mix.split("/")
    return Point(funding, business, answer.chosen.factor)


def by_name(answer: Answer) -> ShownTable | None:
    """Villages of a table: how often each is open, as written and at the answer."""
    if not answer.runs.own:
        return None
    mix = next(iter(answer.roots))[0]
    top = cheapest(answer, ALL)
    point = (
        chosen_point(answer)
        if answer.chosen
        else at(top[0], answer.roots[top[0], ALL])
        if top
        else at(mix, answer.roots[mix, ALL])
    )
    plain = answer.runs.by_village(point._replace(factor=None))
    now = answer.runs.by_village(point, FRESH)
    names = read_villages(answer.runs.base.given.villages).names
    rows = []
    for number, one in list(now.iterrows())[:MOST_VILLAGES]:
        place = int(str(number))
        name = names[place - 1] if place <= len(names) and names[place - 1] else str(place)
        before = plain.loc[number, "open"] if number in plain.index else float("nan")
        rows.append(
            [
                name,
                phrase(one["strength"]),
                phrase(one["kind"]),
                percent(before),
                percent(one["open"]),
                f"{one['yuan']:,.0f}",
            ]
        )
    heads = [
        tell("village", "村"),
        tell("collective", "村集体"),
        tell("kind", "类型"),
        tell("seeds open as written, %", "现状下开放的种子，%"),
        tell("seeds open at the answer, %", "答案处开放的种子，%"),
        tell("public yuan a year", "每年公共支出，元"),
    ]
    note = tell(
        f"The answer: {mix_label(point)}, {point.factor:.3g} times the money as written.",
        f"答案：{mix_label(point)}，现有资金的 {point.factor:.3g} 倍。",
    )
    return ShownTable(tell("Village by village", "逐村"), heads, rows, note)


# -- what is said
# -------------------------------------------------------------------------------------------------------
def first(answer: Answer) -> str:
    """The least money for all villages, or that no amount does."""
    sure, goal, top = percent(answer.runs.settings.sure), goal_label(answer), cheapest(answer, ALL)
    if top is None:
        seen = {
            mix: fresh(answer, at(mix, root), ALL)
            for (mix, cell), root in answer.roots.items()
            if cell == ALL
        }
        mix = max(seen, key=lambda one: (seen[one].share, seen[one].reached))
        one = seen[mix]
        return tell(
            f"No amount up to {MOST:g} times the government's money as written gives {goal} in {sure} % of counties, if these rules hold: at "
            f"best {chance(one.share, one.low, one.high)} % of counties meet it ({mix_label(mix)}), and {sure} % of counties reach "
            f"{percent(one.reached)} %.",
            f"若规则成立，政府资金增至现有的 {MOST:g} 倍也不能使 {sure}% 的县达到“{goal}”：至多 {chance(one.share, one.low, one.high)}% 的县达标"
            f"（{mix_label(mix)}），{sure}% 的县至少达到 {percent(one.reached)}%。",
        )
    mix, one = top
    return tell(
        f"If these rules hold, {goal} in {sure} % of counties takes least with {mix_label(mix)}: {yuan(one.public)} public yuan a village and "
        f"year, {one.county.mean / 1e6:.2f} million a county; of fresh counties {chance(one.share, one.low, one.high)} % meet it.",
        f"若规则成立，使 {sure}% 的县达到“{goal}”，以{mix_label(mix)}花费最少：每村每年公共支出 {yuan(one.public)} 元，每县 "
        f"{one.county.mean / 1e6:.2f} 百万元；新抽的县中 {chance(one.share, one.low, one.high)}% 达标。",
    )


def second(answer: Answer) -> str:
    """Where it can be had, by strength and kind."""
    can, cannot = [], []
    for cell in CELLS[1:]:
        if not any(here == cell for _, here in answer.roots):
            continue
        top = cheapest(answer, cell)
        if top is None:
            cannot.append(cell_label(cell))
        else:
            can.append(
                tell(
                    f"{cell_label(cell)} {top[1].public.mean:,.0f}",
                    f"{cell_label(cell)} {top[1].public.mean:,.0f}",
                )
            )
    comma = tell(", ", "、")
    had = (
        tell(
            f"public yuan a village and year: {comma.join(can)}", f"每村每年公共支出（元）：{comma.join(can)}"
        )
        if can
        else ""
    )
    not_had = (
        tell(f"no amount does for {comma.join(cannot)}", f"多少钱都不够：{comma.join(cannot)}")
        if cannot
        else ""
    )
    return (
        tell("Taken alone, ", "分别来看，")
        + tell("; ", "；").join(one for one in (had, not_had) if one)
        + tell(".", "。")
    )


def third(answer: Answer, found: list[Beside]) -> str:
    """What a budget buys, or what other levers do."""
    if answer.runs.settings.budget is not None:
        return _bought(answer)
    sure = answer.runs.settings.sure
    levers = [one for one in found if one.lever]
    meet = [one for one in levers if one.meets(sure)]
    if meet:
        top = max(meet, key=lambda one: one.added.mean)
        return tell(
            f"Without more public money it is met by {_listed(answer, meet)}; most is added by {lever_label(answer, top.lever)} ({mix_label(top.mix)}).",
            f"不增加公共资金即可达标：{_listed(answer, meet)}；增量最大者为{lever_label(answer, top.lever)}（{mix_label(top.mix)}）。",
        )
    free = [one for one in levers if one.public.low <= 0 and one.added.low > 0]
    most = max(free, key=lambda one: one.added.mean, default=None)
    if most is None:
        return tell(
            "No other lever meets it or adds service without more public money.",
            "资金以外的手段均不能在不增加公共资金时达标或增加服务。",
        )
    return tell(
        f"No other lever alone meets it without more public money; most is added by {lever_label(answer, most.lever)}: "
        f"{yuan(most.added, 1)} elder-years a village and year ({mix_label(most.mix)}).",
        f"资金以外无单一手段能在不增加公共资金时达标；增量最大者为{lever_label(answer, most.lever)}：每村每年 {yuan(most.added, 1)} 老人年"
        f"（{mix_label(most.mix)}）。",
    )


def _listed(answer: Answer, meet: list[Beside]) -> str:
    return tell(", ", "、").join(dict.fromkeys(lever_label(answer, one.lever) for one in meet))


def _bought(answer: Answer) -> str:
    """The best within the budget."""
    budget = f"{answer.runs.settings.budget:,.0f}"
    if answer.chosen is None:
        return tell(
            f"No mix costs as little as {budget} yuan a county and year.",
            f"没有方案的花费低至每县每年 {budget} 元。",
        )
    point = chosen_point(answer)
    seen = fresh(answer, point, ALL)
    opened = statistics.interval(counties(answer.table, point, ALL, FRESH)["open"].to_numpy())
    return tell(
        f"With {budget} yuan a county and year ({a_village(answer.runs):,.0f} a village) most is reached by {mix_label(point)} at "
        f"{point.factor:.3g} times the money as written: {chance(*opened[:3])} % of villages are open at the end, for {yuan(seen.county)} yuan.",
        f"每县每年 {budget} 元（每村 {a_village(answer.runs):,.0f} 元），以{mix_label(point)}、现有资金的 {point.factor:.3g} 倍成效最大：期末 "
        f"{chance(*opened[:3])}% 的村有开放站点，花费 {yuan(seen.county)} 元。",
    )


def unsettled(answer: Answer) -> str:
    """Roots whose place, or whose chance, the seeds could not settle."""
    sure, count = answer.runs.settings.sure, 0
    for (mix, cell), root in answer.roots.items():
        seen = fresh(answer, at(mix, root), cell)
        count += seen.low < sure <= seen.high if root.factor is not None else seen.high >= sure
    return tell(
        f"Not settled by {fresh_seeds(answer.runs)} fresh seeds: {count} of {len(answer.roots)} rows of the first table.",
        f"{fresh_seeds(answer.runs)} 个新种子未能判定：首表 {len(answer.roots)} 行中的 {count} 行。",
    )


def monotone(answer: Answer) -> str:
    """Where more money meets the target less often."""
    found, pairs = [], 0
    for mix, cell in answer.roots:
        met = met_of(answer.table, mix, tried(answer, mix), cell, answer.runs.settings.target)
        pairs += len(met) - 1
        found += [(mix, cell, fall) for fall in bracket.falls(met)]
    if not found:
        return tell(
            f"More money nowhere meets the target less often ({pairs} pairs of neighbouring factors, sign tests).",
            f"资金增加从未使达标的县减少（{pairs} 对相邻倍数，符号检验）。",
        )
    said = [
        f"{mix_label(mix)}, {cell_label(cell)}: {fall.low:.3g} - {fall.high:.3g} (-{fall.lost} +{fall.won})"
        for mix, cell, fall in found
    ]
    return tell(
        f"More money meets the target less often in {len(found)} of {pairs} pairs of neighbouring factors: {'; '.join(said[:5])}.",
        f"资金增加反而使达标的县减少（{pairs} 对相邻倍数中的 {len(found)} 对）：{'；'.join(said[:5])}。",
    )


def limits(answer: Answer) -> list[str]:
    """What holds it up."""
    base = answer.runs.base
    return [
        monotone(answer),
        unsettled(answer),
        tell(
            f"A what-if, no forecast. The government's money is its ceiling for a village and both envelopes of the county, from the first "
            f"month on; it is asked first for what nobody gives. Above three times the ceiling leaves its declared range.",
            f"假设推演，非预测。政府资金指每村上限与县级两项预算，自首月起按倍数变动；缺口先由政府承担。三倍以上，上限超出所声明的范围。",
        ),
        tell(
            f"Simulated counties have {base.county.villages} villages: the share of a strength or kind moves in large steps. "
            f"{drawn_from(answer.runs.settings).capitalize()}.",
            f"模拟县有 {base.county.villages} 个村：按实力或类型分的比例以大步变动。{drawn_from(answer.runs.settings)}。",
        ),
    ]


def findings(answer: Answer) -> Findings:
    """What was found, in the language that is spoken."""
    points, levers = frontier(answer), others(answer)
    tables = [least(answer), budgeted(answer), by_name(answer), beside(answer, levers), along(answer, points)]
    goal, sure = goal_label(answer), percent(answer.runs.settings.sure)
    return Findings(
        tell(
            f"What would it take: {goal}, in {sure} % of counties?",
            f"需要什么才能使 {sure}% 的县达到“{goal}”？",
        ),
        [first(answer), second(answer), third(answer, levers)],
        [one for one in tables if one is not None],
        [draw(points, answer.runs.settings.sure, figures_in(answer.runs.work.folder))],
        limits(answer),
    )


def summary(answer: Answer) -> pd.DataFrame:
    """summary.csv: a row a scenario, arm and cell with the mean of each measure."""
    by = answer.table.groupby(level=["scenario", "arm", "cell"], sort=True)
    return by.mean().assign(seeds=by.size()).reset_index()
