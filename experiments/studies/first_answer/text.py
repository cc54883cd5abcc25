"""The first answer in words.

A table a panel, three sentences, where things are. What-if, never a forecast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...command.paths import command
from ...outcomes import RANKED
from ...report import pictures
from ...report.figures import real, tied, told
from ...report.given import county_said
from ...report.labels import drawn_from, fresh_text, signed
from ...report.style import both, tell, words
from ...report.text import layout, numbered
from ...statistics import STABLE
from ...study.findings import Findings, Picture, ShownTable
from ...study.study import Study
from . import race
from .again import best
from .design import NULLS, FirstAnswer
from .tables import share_text, spread_text, tables

GAIN = "added_gain"  # what a business adds over none
NOTES = (
    (
        "added elder-years: elder-years served (meals, hours of organised help) less those of the same "
        "county and luck without station, rooms and their money, sum of the years, mean of a village\n"
        "hours, visits, bills, arrears, serves few: open, but below the threshold; money, users, helpers, "
        "leader, keeper, room: closed for want of it\n* a rerun under the same luck with that condition "
        "relieved averted closures; '.': not run or no village has the endowment\n"
        "identical payers (for comparison): each pays a quarter of the cost, in full and on time, as "
        "practised without a ceiling: what is left "
        "to fail when money does not; no offer that anybody makes"
    ),
    (
        "新增老人年：受服务老人年（用餐、有组织的帮助时数）减去同县、同运气下无站点、无房屋、无相应资金时的数值，"
        "历年合计，每村平均\n时数、探访、欠账、拖欠、服务过少：仍开放但低于门槛；资金、用户、帮手、带头人、值守、"
        "房屋：因其不足而关闭\n* 相同运气下解除该条件的重跑避免了关闭；“.”：未运行或无村具备条件\n"
        "四方相同（对照）：各付成本四分之一，足额按时，“现行做法”下无上限：资金不缺时仍会失败的部分；"
        "并非任何一方的现实承诺"
    ),
)


LEFT = (
    "[n]: left by the race after n seeds; its elder-years and table-years are those of what it was left for, "
    "over all seeds of that, and the difference of the two on seeds that both have; all else is over n seeds",
    "[n]：在 n 个种子后退出竞赛；其老人年与供餐年数为其比较对象在全部种子上的数值加两者在共有种子上的差别；"
    "其余数值只含 n 个种子",
)


def ties(summary: pd.DataFrame, panel: str) -> tuple[int, int]:
    """Real cells beside the best one that cannot be told from it under the same luck, and how many there
    are.
    """
    mine = real(summary[summary["panel"] == panel])
    return tied(mine, f"{RANKED}_gap_high"), len(mine) - 1


def replications(summary: pd.DataFrame) -> ShownTable:
    """Whether there are enough seeds, by cell, for added elder-years and for public cost."""

    def count(cv: float, settled: float) -> list[Any]:
        return ["-" if np.isnan(cv) else f"{cv:.2f}", int(settled) or tell("not yet", "尚未稳定")]

    lines = [
        [
            words(f"{row.panel}/{row.funding}/{row.business}"),
            int(row.seeds),
            f"{row.added_half:.0f}",
            *count(row.added_cv, row.added_settled),
            "-" if np.isnan(row.cost_half) else f"{row.cost_half:.0f}",
            *count(row.cost_cv, row.cost_settled),
        ]
        for row in summary.itertuples()
    ]
    added, cost = tell("added elder-years", "新增老人年"), tell("public cost", "公共支出")
    half, settled = tell("half-width", "半宽"), tell("c_v settled from", "c_v 稳定所需种子数")
    columns = [
        "",
        tell("seeds", "种子数"),
        *(
            f"{of}{tell(': ', '：')}{what}"
            for of, unit in ((added, tell(", a village", "，每村")), (cost, tell(", yuan", "，元")))
            for what in (half + unit, "c_v", settled)
        ),
    ]
    note = tell(
        (
            f"half-width: the wider side of the 95 % interval; c_v: standard deviation over mean; "
            f"settled: the number of seeds after which it moves by less than {STABLE} (Lee et al. "
            f"2015); public cost by seed, where somebody was helped"
        ),
        (
            f"半宽：95% 区间较宽的一侧；c_v：标准差除以均值；稳定：此后变动小于 {STABLE} 的种子数（Lee 等 "
            f"2015）；公共支出按种子计算，只计有人受助者"
        ),
    )
    return ShownTable(tell("Are there enough replications?", "重复次数是否足够？"), columns, lines, note)


def sentences(plan: FirstAnswer, summary: pd.DataFrame) -> list[str]:
    """Three plain sentences: the best mix, what a business adds, luck against what is not known."""
    mine = summary[summary["panel"] == plan.panels[0]]
    top = told(best(summary, plan.panels[0]))
    first = _winner(plan, summary, top) if top[f"{RANKED}_low"] > 0 else _no_winner(plan, top)
    return [first + _others(mine) + tell(".", "。"), _gain(mine), _doubt(plan, summary, top)]


def _no_winner(plan: FirstAnswer, top: pd.Series) -> str:
    """Where the best mix cannot be told from adding nothing."""
    year, most = plan.base.horizon.end[:4], spread_text(top, RANKED)
    again = fresh_text(int(top.get("fresh_seeds", 0)))
    return tell(
        f"If the rules and figures written here hold, no mix is told from adding nothing to {year}: the "
        f"highest mean has {most} elder-years a village{again}",
        f"若此处所写规则与数值成立，到 {year} 年没有一种组合能与毫无新增相区分：均值最高者为每村 {most} "
        f"老人年{again}",
    )


def _winner(plan: FirstAnswer, summary: pd.DataFrame, top: pd.Series) -> str:
    """The mix that adds most, its table-years and viable villages, and whether others are told from it."""
    year, panel = plan.base.horizon.end[:4], plan.panels[0]
    open_still, others = ties(summary, panel)
    funding, business, under = (words(name) for name in (top["funding"], top["business"], panel))
    most, tables_open = spread_text(top, RANKED), f"{top['table_years']:.1f}"
    beside = tell(
        f"{most}, with meals in {tables_open} years and {share_text(top)} % of villages viable",
        f"{most}，供餐 {tables_open} 年，可持续的村 {share_text(top)}%",
    ) + fresh_text(int(top.get("fresh_seeds", 0)))
    hold = tell("If the rules and figures written here hold, ", "若此处所写规则与数值成立，")
    if open_still:
        return hold + tell(
            f"no single winner: {open_still + 1} of {others + 1} combinations cannot be told from the best "
            f"{under}. The highest mean of added elder-years a village to {year} has {funding} with "
            f"{business}, {beside}",
            f"没有唯一胜者：{under}时，{others + 1} 种组合中有 {open_still + 1} 种与最好者无法区分"
            f"（含其自身）。到 {year} 年每村新增老人年均值最高的是“{funding}”配“{business}”，{beside}",
        )
    return hold + tell(
        f"{funding} with {business} adds the most elder-years a village to {year} {under}, {beside}",
        f"{under}时“{funding}”配“{business}”到 {year} 年每村新增老人年最多，为 {beside}",
    )


def _others(mine: pd.DataFrame) -> str:
    """Where the mixes without business lie, and the mix without money."""
    plain = mine[(mine["business"] == "none") & ~mine["funding"].isin(NULLS)]
    low, high = (f"{plain[RANKED].agg(end):.0f}" for end in ("min", "max")) if len(plain) else ("", "")
    between = (
        (f"every mix adds {low}", f"各方案均新增 {low}")
        if low == high
        else (f"the mixes lie between {low} and {high}", f"各方案在 {low} 至 {high} 之间")
    )
    rest = tell(f"; without any business {between[0]}", f"；无产业时{between[1]}") if len(plain) else ""
    nothing = mine[mine["funding"] == "no_money"]
    none = f"{nothing[RANKED].iloc[0]:.0f}" if len(nothing) else ""
    return rest + (tell(f", and with no money {none}", f"，无资金时为 {none}") if none else "")


def _gain(mine: pd.DataFrame) -> str:
    """What the businesses add on the villages that can have them, against a deposit of the same money."""
    if GAIN not in mine or mine[GAIN].isna().all():
        return tell("No business was compared with having none.", "未将任何产业与无产业比较。")
    mean = mine[mine["business"] != "none"].groupby("business")[GAIN].mean()
    deposit = mean.pop("deposit") if "deposit" in mean else None
    if mean.empty:
        years = f"{signed(float(deposit or 0))}"
        return tell(
            f"The same set-up money lying at interest adds {years} elder-years a village.",
            f"同额启动资金存款生息使每村老人年变化 {years}。",
        )
    name, gain = str(mean.idxmax()), float(mean.max())
    over = mine[(mine["business"] == name) & (mine[f"{GAIN}_low"] > 0)]
    mixes = int((mine["business"] == name).sum())
    sure = tell(
        f"the 95 % interval lies above zero in {len(over)} of {mixes} mixes",
        f"{mixes} 种出资方案中有 {len(over)} 种的 95% 区间在零以上",
    )
    idle = signed(deposit) if deposit is not None else ""
    same = (
        tell(
            f"; the same money lying at interest by {idle}",
            f"；同额资金存款生息使其变化 {idle} 个百分点",
        )
        if idle
        else ""
    )
    return tell(
        (
            f"In villages that have what it needs, {words(name)} changes added elder-years most, by "
            f"{signed(gain)} a village over the same villages without business (mean over mixes; "
            f"{sure}){same}."
        ),
        (
            f"在具备条件的村，“{words(name)}”对新增老人年影响最大，每村比同村无产业时 {signed(gain)}"
            f"（各方案平均；{sure}）{same}。"
        ),
    )


def _doubt(plan: FirstAnswer, summary: pd.DataFrame, top: pd.Series) -> str:
    """What fails, and how much of the spread of the best mix is luck, where a nested design tells."""
    mine = summary[(summary["panel"] == top["panel"]) & (summary["cause"] != "")]
    why = mine.loc[~mine["funding"].isin(NULLS) | mine["funding"].isin(NULLS).all(), "cause"].mode()
    part, county = _luck_text(top), county_said(plan.base)
    name = words(str(why.iloc[0])) if len(why) else ""
    reason = (
        tell(
            f"The commonest reason why villages miss the mark is '{name}'",
            f"村庄未达标最常见的原因是“{name}”",
        )
        if name
        else tell("No village misses the mark", "所有村均达标")
    )
    return tell(
        (
            f"{reason}{part}; this is a what-if on {county} with {plan.drawn} uncertain "
            f"parameters drawn, to compare options, not to read off a level."
        ),
        (
            f"{reason}{part}；这是对{county}的情景推演，抽取了 {plan.drawn} 个不确定参数，用于比较方案，"
            f"而非读取水平。"
        ),
    )


def _luck_text(top: pd.Series) -> str:
    """How much of what differs between runs of the best mix is luck; nothing where no design tells."""
    if not np.isfinite(top.get("luck_share", np.nan)):
        return ""
    alone, low, high = (f"{100 * top[f'luck_{name}']:.0f}" for name in ("share", "low", "high"))
    draws, lucks = int(top["luck_draws"]), int(top["luck_lucks"])
    return tell(
        f"; of the variance between runs of the mix named first {alone} % ({low} to {high}) is luck alone, "
        f"the rest comes from parameters that are not known ({draws} draws of them, {lucks} lucks each)",
        f"；首列组合各次运行之间的方差有 {alone}%（{low} 至 {high}）只来自运气，其余来自未知的参数"
        f"（抽取 {draws} 次参数，每次 {lucks} 种运气）",
    )


def findings(plan: FirstAnswer, summary: pd.DataFrame, drawn: list[Picture]) -> Findings:
    """The answer in the language that is spoken."""
    county, end = plan.base.county, plan.base.horizon.end
    panels = zip(plan.panels, tables(plan, summary).values(), strict=True)
    kept = [
        ShownTable(
            f"{words(panel).capitalize()}{tell(': ', '：')}{table.title}",
            table.columns,
            table.rows,
            tell(*NOTES) if number == 1 else "",
        )
        for panel, ts in panels
        for number, table in enumerate(ts)
    ]
    left = race.table(plan)
    kept += [*([left] if left else []), replications(summary)]
    limits = [
        *race.sentences(plan),
        *([tell(*LEFT)] if left else []),
        tell(
            (
                f"{seeds_text(plan)}, {county.villages} villages of about {county.elders} elders; "
                "intervals take "
                f"the seed as unit; {plan.drawn} parameters are uncertain, "
                f"{drawn_from(plan.line.settings)}."
            ),
            (
                f"{seeds_text(plan).replace(' to ', '–').removesuffix(' seeds')} 个种子，"
                f"{county.villages} 个村，每村约 {county.elders} 位老人；"
                "区间以种子为单位；"
                f"{plan.drawn} 个参数不确定，{drawn_from(plan.line.settings)}。"
            ),
        ),
        tell(
            (
                "A cell counts villages weighted to the prevalence of their kinds; a business is judged "
                "in the villages that have what it needs."
            ),
            "每格按村庄类型的普遍程度加权；产业只在具备条件的村评价。",
        ),
        tell(
            (
                "As practised, mixes differ in how much money they bring; at equal pledged envelope every "
                "mix plans the same sum, and only prices, with them diners, dates, lateness and luck of the "
                "payers differ."
            ),
            "按现行做法，各方案带来的资金多少不同；承诺总额相同时，各方案计划的总额相同，"
            "差别仅在于价格及由此而来的就餐人数、付款日期、拖欠与各方运气。",
        ),
    ]
    asked = tell(
        f"Which mix of payers, with which business, adds the most elder-years of service to {end}, and keeps "
        "stations viable?",
        f"哪种出资组合、配哪种产业，到 {end} 新增的受服务老人年最多，并使站点可持续？",
    )
    return Findings(asked, sentences(plan, summary), kept, drawn, limits)


def write(plan: FirstAnswer, summary: pd.DataFrame, work: Study) -> None:
    """Tables and sentences, then figures and places; kept as answer.txt and findings.json."""
    folder = work.folder / "figures"
    said, where = body(plan, summary, work.results().runs()), command("report", f"study={work.folder}")
    print(said, flush=True)
    work.stage("drawing figures")
    drawn = pictures.draw(pictures.Kept(work.folder, work.results()), folder, each=work.engine.each)
    both(lambda: findings(plan, summary, drawn), work.folder)
    where = (
        f"\n{work.folder}/: summary.csv, findings.json, runs/, villages/, series/, resolved.yaml, "
        f"manifest.json\n{folder}/: {', '.join(picture.file for picture in drawn)} (png, svg)\n{where}\n"
    )
    print(where)
    work.text("answer.txt", f"{said}\n{where}")


def body(plan: FirstAnswer, summary: pd.DataFrame, runs: pd.DataFrame) -> str:
    """What is known before figures are drawn: tables, notes, sentences, the race."""
    county, failed = plan.base.county, runs[runs["error"] != ""]
    lost = (
        (
            f"\n{len(failed)} of {len(runs)} runs failed, first: {failed['error'].iloc[0]} "
            f"({failed['origin'].iloc[0]})"
        )
        if len(failed)
        else ""
    )
    size = (
        f"{seeds_text(plan)}, {county.villages} villages of about {county.elders} elders; intervals take "
        "the seed "
        f"as unit; {plan.drawn} parameters are uncertain, {drawn_from(plan.line.settings)}"
    )
    shown = "\n\n".join(
        "\n\n".join([title, *(layout([[table.title, *table.columns[1:]], *table.rows]) for table in ts)])
        for title, ts in tables(plan, summary).items()
    )
    left = race.table(plan)
    cells = [[str(cell) for cell in row] for row in left.rows] if left else []
    more = [layout([left.columns, *cells]), LEFT[0]] if left else []
    raced = ["\n".join(race.sentences(plan))] if race.sentences(plan) else []
    parts = [f"{size}{lost}", shown, NOTES[0], *more, numbered(sentences(plan, summary)), *raced]
    return "\n\n".join(parts)


def seeds_text(plan: FirstAnswer) -> str:
    """How many seeds were run: from the fewest to the most of a cell, where a race left some early."""
    each = [plan.seeds_of(cell, plan.seeds) for cell in plan.cells]
    return f"{min(each)} to {max(each)} seeds" if min(each) < max(each) else f"{max(each)} seeds"
