"""The first answer in words.

A table a panel, three sentences, where things are. What-if, never a forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from experiments.report import pictures
from experiments.report.figures import real
from experiments.report.style import both, tell, words
from experiments.report.text import layout, numbered
from experiments.statistics import STABLE
from experiments.studies.first_answer.design import BUSINESSES, NULLS, FirstAnswer
from experiments.study.findings import Findings, Picture, ShownTable
from experiments.study.study import Study

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
}


def share_text(row: pd.Series) -> str:
    """Mean and interval in percent."""
    return f"{100 * row['viable']:.0f} ({100 * row['low']:.0f}-{100 * row['high']:.0f})"


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
                *(write(by.loc[business]) if business in by.index else "." for business in columns),
            ]
        )
    counts = summary.groupby("business")["villages"].max()
    lines.append([tell("villages that count", "计入的村"), *(str(counts[business]) for business in columns)])
    return ShownTable(title, ["", *(words(business) for business in columns)], lines)


def tables(plan: FirstAnswer, summary: pd.DataFrame) -> dict[str, list[ShownTable]]:
    """Each panel's three tables, under its title."""
    year, found = plan.base.horizon.end[:4], {}
    for panel in plan.panels:
        mine = summary[summary["panel"] == panel]
        found[tell(*TITLES[panel])] = [
            grid(
                mine,
                tell(f"villages viable to {year}, % (95 %)", f"到 {year} 可持续的村，%（95%）"),
                share_text,
            ),
            grid(mine, tell("commonest cause of failure", "最常见的失败原因"), cause_text),
            grid(mine, tell("public yuan per elder-year helped", "每受助老人年公共支出（元）"), cost_text),
        ]
    return found


NOTES = (
    (
        "hours, visits, bills: still open, but below the threshold; money, users, helpers, leader: closed "
        "for want of it\n* a rerun under the same luck with that condition relieved averted closures; "
        "'.': not run or no village has the endowment\nidentical payers (null): each pays a quarter "
        "of the cost, in full and on time, as practised without a ceiling: what is left to fail when "
        "money does not; no offer that anybody makes"
    ),
    (
        "时数、探访、欠账：仍开放但低于门槛；资金、用户、志愿者、带头人：因其不足而关闭\n* "
        "相同运气下解除该条件的重跑避免了关闭；“.”：未运行或无村具备条件\n四方相同（对照）："
        "各付成本四分之一，足额按时，“现行做法”下无上限：资金不缺时仍会失败的部分；"
        "并非任何一方的现实承诺"
    ),
)


def best(summary: pd.DataFrame, panel: str) -> pd.Series:
    """The real cell (no null arm, all villages counted) with the highest share.

    A null arm where nothing else was run.
    """
    whole = real(summary[summary["panel"] == panel])
    return whole.loc[whole["viable"].idxmax()]


def ties(summary: pd.DataFrame, panel: str) -> tuple[int, int]:
    """Real cells beside the best one that cannot be told from it under the same luck, and how many there
    are.
    """
    others = real(summary[summary["panel"] == panel]).drop(index=best(summary, panel).name)
    return len(others) - int((others["gap_high"] < 0).sum()), len(others)


def replications(summary: pd.DataFrame) -> ShownTable:
    """Whether there are enough seeds, by cell, for the share viable and for public cost."""

    def count(cv: float, settled: float) -> list[Any]:
        return ["-" if np.isnan(cv) else f"{cv:.2f}", int(settled) or tell("not yet", "尚未稳定")]

    lines = [
        [
            words(f"{row.panel}/{row.funding}/{row.business}"),
            int(row.seeds),
            f"{100 * row.half:.1f}",
            *count(row.cv, row.settled),
            "-" if np.isnan(row.cost_half) else f"{row.cost_half:.0f}",
            *count(row.cost_cv, row.cost_settled),
        ]
        for row in summary.itertuples()
    ]
    viable, cost = tell("viable", "可持续"), tell("public cost", "公共支出")
    half, settled = tell("half-width", "半宽"), tell("c_v settled from", "c_v 稳定所需种子数")
    columns = [
        "",
        tell("seeds", "种子数"),
        *(
            f"{of}{tell(': ', '：')}{what}"
            for of, unit in ((viable, tell(", points", "，百分点")), (cost, tell(", yuan", "，元")))
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
    year, panel = plan.base.horizon.end[:4], plan.panels[0]
    top = best(summary, panel)
    mine = summary[summary["panel"] == panel]
    plain = mine[(mine["business"] == "none") & ~mine["funding"].isin(NULLS)]
    low, high = (f"{100 * share:.0f}" for share in (plain["viable"].min(), plain["viable"].max()))
    between = (
        (f"every mix stands at {low} %", f"各方案均为 {low}%")
        if low == high
        else (f"the mixes lie between {low} and {high} %", f"各方案在 {low}% 至 {high}% 之间")
    )
    rest = tell(f"; without any business {between[0]}", f"；无产业时{between[1]}") if len(plain) else ""
    nothing = mine[mine["funding"] == "no_money"]
    none = f"{100 * nothing['viable'].iloc[0]:.0f}" if len(nothing) else ""
    zero = tell(f", and with no money {none} %", f"，无资金时为 {none}%") if none else ""
    tied, others = ties(summary, panel)
    alike = (
        tell(
            f", but {tied} of the {others} other combinations cannot be told from it under the same luck",
            f"，但其余 {others} 种组合中有 {tied} 种在相同运气下与之无法区分",
        )
        if others
        else ""
    )
    funding, business, under = (words(share) for share in (top["funding"], top["business"], panel))
    first = tell(
        (
            f"If the rules and figures written here hold, {funding} with {business} keeps the most "
            f"villages viable to {year} {under}, {share_text(top)} %{alike}{rest}{zero}."
        ),
        (
            f"若此处所写规则与数值成立，{under}时“{funding}”配“{business}”到 {year} 年可持续的村最多，为 "
            f"{share_text(top)}%{alike}{rest}{zero}。"
        ),
    )
    return [first, _gain(mine), _doubt(plan, summary, top)]


def _gain(mine: pd.DataFrame) -> str:
    """What the businesses add on the villages that can have them, against a deposit of the same money."""
    if "gain" not in mine or mine["gain"].isna().all():
        return tell("No business was compared with having none.", "未将任何产业与无产业比较。")
    mean = mine[mine["business"] != "none"].groupby("business")["gain"].mean()
    deposit = mean.pop("deposit") if "deposit" in mean else None
    if mean.empty:
        points = f"{100 * float(deposit or 0):+.0f}"
        return tell(
            f"The same set-up money lying at interest changes the share by {points} points.",
            f"同额启动资金存款生息使占比变化 {points} 个百分点。",
        )
    name, gain = str(mean.idxmax()), float(mean.max())
    over = mine[(mine["business"] == name) & (mine["gain_low"] > 0)]
    mixes = int((mine["business"] == name).sum())
    sure = tell(
        f"the 95 % interval lies above zero in {len(over)} of {mixes} mixes",
        f"{mixes} 种出资方案中有 {len(over)} 种的 95% 区间在零以上",
    )
    idle = f"{100 * deposit:+.0f}" if deposit is not None else ""
    same = (
        tell(
            f"; the same money lying at interest changes it by {idle} points",
            f"；同额资金存款生息使其变化 {idle} 个百分点",
        )
        if idle
        else ""
    )
    return tell(
        (
            f"In villages that have what it needs, {words(name)} changes the share viable most, by "
            f"{100 * gain:+.0f} points over the same villages without business (mean over mixes; "
            f"{sure}){same}."
        ),
        (
            f"在具备条件的村，“{words(name)}”使可持续占比变化最大，比同村无产业时 {100 * gain:+.0f} "
            f"个百分点（各方案平均；{sure}）{same}。"
        ),
    )


def _doubt(plan: FirstAnswer, summary: pd.DataFrame, top: pd.Series) -> str:
    """What fails, and how much of the spread is luck."""
    why = summary[(summary["panel"] == top["panel"]) & (summary["cause"] != "")]["cause"].mode()
    both = summary.dropna(subset=["sd_all", "sd_luck"])
    luck = (
        float((both["sd_luck"] ** 2).sum() / max((both["sd_all"] ** 2).sum(), 1e-12)) if len(both) else np.nan
    )
    alone = f"{100 * min(luck, 1.0):.0f}" if np.isfinite(luck) else ""
    part = (
        tell(
            (
                f"; of the spread between seeds about {alone} % is luck alone, the rest comes from "
                f"parameters that are not known"
            ),
            f"；种子间的离散约 {alone}% 只来自运气，其余来自未知的参数",
        )
        if alone
        else ""
    )
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
            f"{reason}{part}; this is a what-if on a synthetic county with {plan.drawn} uncertain "
            f"parameters drawn, to compare options, not to read off a level."
        ),
        (
            f"{reason}{part}；这是对一个合成县的情景推演，抽取了 {plan.drawn} 个不确定参数，用于比较方案，"
            f"而非读取水平。"
        ),
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
    kept.append(replications(summary))
    limits = [
        tell(
            (
                f"{plan.seeds} seeds, {county.villages} villages of about {county.elders} elders; "
                "intervals take "
                f"the seed as unit; each seed draws {plan.drawn} uncertain parameters."
            ),
            (
                f"{plan.seeds} 个种子，{county.villages} 个村，每村约 {county.elders} 位老人；"
                "区间以种子为单位；"
                f"每个种子抽取 {plan.drawn} 个不确定参数。"
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
                "As practised, mixes differ in how much money they bring; only at equal pledged envelope "
                "they differ in who pays alone."
            ),
            "按现行做法，各方案带来的资金多少不同；只有承诺总额相同时，差别才仅在于由谁出资。",
        ),
    ]
    asked = tell(
        f"Which mix of payers, with which business, keeps village services viable to {end}?",
        f"哪种出资组合、配哪种产业，能使村级服务持续到 {end}？",
    )
    return Findings(asked, sentences(plan, summary), kept, drawn, limits)


def write(plan: FirstAnswer, summary: pd.DataFrame, work: Study) -> str:
    """Tables, sentences, figures, places; kept as answer.txt and findings.json."""
    folder = work.folder / "figures"
    drawn = pictures.draw(pictures.Kept(work.folder, work.results()), folder, each=work.engine.each)
    runs, county = work.results().runs(), plan.base.county
    failed = runs[runs["error"] != ""]
    lost = (
        (
            f"\n{len(failed)} of {len(runs)} runs failed, first: {failed['error'].iloc[0]} "
            f"({failed['origin'].iloc[0]})"
        )
        if len(failed)
        else ""
    )
    size = (
        f"{plan.seeds} seeds, {county.villages} villages of about {county.elders} elders; intervals take "
        "the seed "
        f"as unit; each seed draws {plan.drawn} uncertain parameters"
    )
    said, panels = both(lambda: findings(plan, summary, drawn), work.folder).sentences, tables(plan, summary)
    shown = "\n\n".join(
        "\n\n".join([title, *(layout([[table.title, *table.columns[1:]], *table.rows]) for table in ts)])
        for title, ts in panels.items()
    )
    where = (
        f"{work.folder}/: summary.csv, findings.json, runs/, villages/, series/, resolved.yaml, "
        f"manifest.json\n{folder}/: {', '.join(picture.file for picture in drawn)} (png, svg)\npython run.py "
        f"report study={work.folder}"
    )
    text = f"{size}{lost}\n\n{shown}\n\n{NOTES[0]}\n\n{numbered(said)}\n\n{where}\n"
    work.text("answer.txt", text)
    return text
