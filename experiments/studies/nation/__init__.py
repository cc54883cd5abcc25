"""`experiment=nation`: the country's money, coverage, elder-years and helpers from a sample of counties.

Counties are drawn from strata of leading strength and kind (sample.py). One world has one draw of what
is uncertain, common to all its counties; with several worlds the interval is over worlds, with one it is that
of a stratified sample and says nothing of parameters.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from ... import reference, statistics
from ...command.scenario import Composed, Scenario, compose_policies, patched
from ...command.settings import Mistake
from ...report import style
from ...report.style import both, figures_in, plt, tell, words
from ...report.text import as_text
from ...statistics import LEVEL, Interval
from ...study import draws, runner
from ...study.findings import Findings, Picture, ShownTable
from ...study.plan import MAIN, Task
from ...study.simulate import simulate_many
from ...study.study import begin
from .sample import (
    LEAST,
    MEASURED,
    Stratum,
    allotted,
    by_county,
    strata,
    summed,
    villages_of,
)

VILLAGES = 490_000  # administrative villages (demography.admin_villages: 480,000 to 500,000, grade D)
SIZES = {
    "quick": (24, 8),
    "default": (60, 20),
    "full": (300, 20),
}  # counties of a world, villages of a county
WORLDS = 5  # where what is uncertain is drawn and nothing else is said
YEAR, FEN, BILLION, MILLION, HOUR = 12, 100, 1e9, 1e6, 3600
COUNTY = "county"


def asked(line: Composed) -> tuple[int, int]:
    """Counties of a world and worlds; Mistake where they are too few."""
    settings = line.settings
    least = LEAST * len(strata(line.parameters))
    sample = settings.sample or SIZES[settings.size][0]
    worlds = settings.seeds or (WORLDS if settings.drawn else 1)
    if sample < least:
        raise Mistake(f"sample = {sample}: {least} or more are wanted, {LEAST} of each kind of county")
    if settings.drawn and worlds < 2:
        raise Mistake(
            f"seeds = 1: with draws={settings.draws} each world has one draw, and one says nothing of how "
            f"much hangs on it; seeds={WORLDS} is wanted, or draws=none"
        )
    return sample, worlds


def starting(line: Composed) -> Composed:
    """The line with the villages of its size, where they were not said."""
    if "county.villages" in line.pinned:
        return line
    base = patched(line.parameters, {"county.villages": SIZES[line.settings.size][1]})
    return dataclasses.replace(line.starting(base), parameters=base)


def tasks(line: Composed, sample: int, worlds: int) -> list[Task]:
    """Each county of each world, as it is and without stations, under the same luck."""
    settings, base, found = line.settings, line.parameters, list[Task]()
    kinds = strata(base)
    counts = allotted([one.weight for one in kinds], sample)
    listed = [one for one, count in zip(kinds, counts, strict=True) for _ in range(count)]
    for world in range(worlds):
        for place, one in enumerate(listed):
            at = world * sample + place
            table = villages_of(one, base, draws.replicate_seed(settings.seed, at))
            own = {"given.villages": table}
            found += [
                _task(line, at, world, one.name, own),
                _task(line, at, world, reference.REFERENCE, own | dict(reference.CHANGES)),
            ]
    return found


def _task(line: Composed, at: int, world: int, name: str, own: Mapping[str, object]) -> Task:
    settings = line.settings
    changed = patched(line.parameters, own)
    held = frozenset(line.touched() | set(own)) if settings.drawn else frozenset[str]()
    scenario = Scenario(
        name, changed, held, modifiers=compose_policies(line.policies, changed), table=settings.table
    )
    return Task(scenario, at, settings.seed, world if settings.drawn else -1, MAIN, keep_series=False)


# -- what is measured
# -------------------------------------------------------------------------------------------------------
MEASURES: dict[
    str, tuple[str, str, float]
] = {  # column -> English and Chinese label, times a village and year
    "government": ("government's money, billion yuan a year", "政府资金，十亿元/年", 1 / FEN / BILLION),
    "collective": ("collectives', billion yuan a year", "村集体，十亿元/年", 1 / FEN / BILLION),
    "families": ("families', billion yuan a year", "家庭，十亿元/年", 1 / FEN / BILLION),
    "society": ("society's, billion yuan a year", "社会，十亿元/年", 1 / FEN / BILLION),
    "stations": ("open station at the end, % of villages", "期末站点开放的村，%", 100.0),
    "stations_2030": ("open station in 2030, % of villages", "2030 年站点开放的村，%", 100.0),
    "lasting": ("lasting station, % of villages", "站点持续的村，%", 100.0),
    "served": ("elder-years served, million a year", "受服务老人年，百万/年", 1 / MILLION),
    "added": ("added elder-years, million a year", "新增受服务老人年，百万/年", 1 / MILLION),
    "helpers": ("active helpers, million", "活跃志愿者，百万", 1 / MILLION),
    "elders": ("elders, million", "老人，百万", 1 / MILLION),
}
SHARES = ("stations", "stations_2030", "lasting")


def measured(rows: pd.DataFrame, villages: int, years: float) -> pd.DataFrame:
    """A county a line: stratum, world, and every measure a village and year (shares: of its villages)."""
    whole = villages * years
    found = {name: rows[f"paid_{name}_fen"] / whole for name in ("collective", "families", "society")}
    found |= {
        "government": rows["public_fen"] / whole,
        "stations": rows["open_end"] / villages,
        "stations_2030": rows["open_2030"] / villages,
        "lasting": rows["lasting_count"] / villages,
        "served": rows["served_years"] / whole,
        "added": rows["added_served_years"] / whole,
        "helpers": rows["volunteer_months"] / (whole * YEAR),
        "elders": rows["elder_months"] / (whole * YEAR),
    }
    table = pd.DataFrame({name: found[name].to_numpy(float) for name in MEASURES})
    return table.assign(
        scenario=rows["scenario"].astype(str).to_numpy(), replicate=rows["replicate"].to_numpy()
    )


def stratified(values: pd.Series, names: pd.Series, kinds: Sequence[Stratum]) -> Interval:
    """Mean of all counties from a sample by strata, with Student's interval (Satterthwaite's freedom)."""
    mean, parts = 0.0, list[tuple[float, int]]()
    for one in kinds:
        mine = values[names == one.name].to_numpy(float)
        mean += one.weight * mine.mean()
        parts.append((one.weight**2 * mine.var(ddof=1) / len(mine), len(mine) - 1))
    variance = sum(part for part, _ in parts)
    if variance <= 0:
        return Interval(mean, mean, mean, len(values))
    freedom = variance**2 / sum(part**2 / free for part, free in parts)
    half = float(special.stdtrit(freedom, (1 + LEVEL) / 2)) * float(np.sqrt(variance))
    return Interval(mean, mean - half, mean + half, len(values))


def national(table: pd.DataFrame, kinds: Sequence[Stratum], sample: int) -> dict[str, Interval]:
    """Measure -> mean a village of the country with its interval: over worlds where there are several."""
    world, found = table["replicate"] // sample, {}
    for name in MEASURES:
        each = [
            stratified(mine[name], mine["scenario"], kinds) for _, mine in table.groupby(world, sort=True)
        ]
        means = np.array([one.mean for one in each])
        found[name] = each[0] if len(each) == 1 else statistics.interval(means, bounded=False)
    return found


def shown(name: str, one: Interval) -> str:
    """A measure of the country with its interval."""
    scale = MEASURES[name][2] * (1 if name in SHARES else VILLAGES)
    mean, low, high = (scale * part for part in (one.mean, one.low, one.high))
    digits = 0 if abs(mean) >= 10 else 2
    return f"{mean:,.{digits}f} ({low:,.{digits}f} - {high:,.{digits}f})"


# -- what it would take to run all of them
# -------------------------------------------------------------------------------------------------------
def extrapolated(
    runs: pd.DataFrame, rows: pd.DataFrame, villages: int, folder: Path
) -> list[tuple[str, str, str]]:
    """Core-hours and bytes of every village of the country, from the first `MEASURED` counties; bytes of a
    row a county from what the study stored.
    """
    first = runs[(runs["replicate"] < MEASURED) & (runs["scenario"].astype(str) != reference.REFERENCE)]
    counties = VILLAGES / villages
    hours = statistics.interval(first["cpu_seconds"].to_numpy(float) * counties / HOUR, bounded=False)
    sizes = rows.loc[rows["village_bytes"] >= 0, "village_bytes"].to_numpy(float)
    big = statistics.interval(sizes * counties / MILLION, bounded=False)
    row = big.mean * MILLION / counties / villages
    small = sum(path.stat().st_size for path in (folder / "villages").glob("*.parquet")) / len(runs)
    return [
        (
            tell("core-hours, once over all villages", "全部村庄运行一遍，核时"),
            f"{hours.mean:,.1f} ({hours.low:,.1f} - {hours.high:,.1f})",
            f"n = {hours.n}",
        ),
        (
            tell("megabytes, a row a village, at most", "每村一行，至多，兆字节"),
            f"{big.mean:,.0f} ({big.low:,.0f} - {big.high:,.0f})",
            tell(f"{row:,.0f} bytes a village", f"每村 {row:,.0f} 字节"),
        ),
        (
            tell("megabytes, as this study was kept", "按本研究的保存方式，兆字节"),
            f"{small * counties / MILLION:,.0f}",
            tell(f"{small:,.0f} bytes a county", f"每县 {small:,.0f} 字节"),
        ),
    ]


# -- what is said
# -------------------------------------------------------------------------------------------------------
def tables(
    found: dict[str, Interval], by: pd.DataFrame, kinds: Sequence[Stratum], cost: list[tuple[str, str, str]]
) -> list[ShownTable]:
    """The country, the kinds of counties, and what the whole would take."""
    country = ShownTable(
        tell(f"The country: {VILLAGES:,} villages", f"全国：{VILLAGES:,} 个村"),
        ["", tell("mean (95 %)", "均值（95%）")],
        [[tell(*MEASURES[name][:2]), shown(name, one)] for name, one in found.items()],
        tell(
            "Government: all public money, buildings and start help included. Means of all years.",
            "政府：全部公共资金，含建设与开办补助。自起始至期末各年平均。",
        ),
    )
    lines = []
    for one in kinds:
        mine = by[by["scenario"] == one.name]
        lines.append(
            [
                f"{words(one.strength)}, {words(one.kind)}",
                f"{100 * one.weight:.1f}",
                len(mine),
                f"{100 * mine['stations'].mean():.0f}",
                f"{mine['served'].mean():.1f}",
                f"{mine['added'].mean():.1f}",
                f"{mine['government'].mean() / FEN:,.0f}",
            ]
        )
    heads = [
        tell("county led by", "县的主导类型"),
        tell("% of counties", "占县 %"),
        tell("sampled", "抽取"),
        tell("open at the end, %", "期末开放，%"),
        tell("served years a village and year", "每村每年受服务老人年"),
        tell("added", "新增"),
        tell("public yuan a village and year", "每村每年公共支出，元"),
    ]
    return [
        country,
        ShownTable(tell("Kinds of counties", "各类县"), heads, lines),
        ShownTable(
            tell("What a run of every village would take", "逐村运行全国所需"),
            ["", tell("mean (95 %)", "均值（95%）"), ""],
            [list(line) for line in cost],
        ),
    ]


def draw(by: pd.DataFrame, kinds: Sequence[Stratum], found: dict[str, Interval], folder: Path) -> Picture:
    """Open stations of each kind of county, one dot a county, the country as a line."""
    figure, axis = plt.subplots(figsize=(8.0, 1.8 + 0.32 * len(kinds)), layout="constrained")
    for place, one in enumerate(kinds):
        mine = 100 * by.loc[by["scenario"] == one.name, "stations"]
        axis.plot(mine, [place] * len(mine), "o", ms=4, alpha=0.5, color=style.GREY)
        axis.plot(mine.mean(), place, "o", ms=7, color=style.BLUE)
    country = found["stations"]
    axis.axvspan(100 * country.low, 100 * country.high, color=style.BLUE, alpha=0.15, lw=0)
    axis.axvline(100 * country.mean, color=style.BLUE, lw=1.2)
    axis.set_yticks(range(len(kinds)), [f"{words(one.strength)}, {words(one.kind)}" for one in kinds])
    axis.invert_yaxis()
    axis.set_xlim(-2, 102)
    axis.set_xlabel(tell("villages with an open station at the end, %", "期末站点开放的村，%"))
    axis.grid(axis="x", color="#eeeeee")
    title = tell(
        f"Of {VILLAGES:,} villages {100 * country.mean:.0f} % have an open station at the end "
        f"({100 * country.low:.0f} to {100 * country.high:.0f})",
        f"{VILLAGES:,} 个村中，期末 {100 * country.mean:.0f}% 有开放站点"
        f"（{100 * country.low:.0f} 至 {100 * country.high:.0f}）",
    )
    caption = tell(
        "Grey: a sampled county; blue: mean of its kind; band: the country with its 95 % interval. "
        "A what-if, no forecast.",
        "灰：抽取的县；蓝：该类均值；色带：全国及 95% 区间。假设推演，非预测。",
    )
    return style.finish(figure, title, caption, folder, "nation")


def sentences(found: dict[str, Interval], worlds: int) -> list[str]:
    """Service, money, how sure."""
    over = (
        tell(
            f"over {worlds} worlds, each with its own luck and draw",
            f"跨 {worlds} 个世界，各有其运气与抽取",
        )
        if worlds > 1
        else tell(
            "of the sample of counties alone: parameters are as written", "仅含抽县误差：参数取所写之值"
        )
    )
    return [
        tell(
            f"If these rules hold, {shown('stations', found['stations'])} % of villages have an open "
            f"station at the end, and {shown('served', found['served'])} million elder-years are served "
            "a year.",
            f"若规则成立，期末 {shown('stations', found['stations'])}% 的村有开放站点，每年服务 "
            f"{shown('served', found['served'])} 百万老人年。",
        ),
        tell(
            f"Government pays {shown('government', found['government'])} billion yuan a year, families "
            f"{shown('families', found['families'])}; "
            f"{shown('helpers', found['helpers'])} million helpers are active.",
            f"政府每年支出 {shown('government', found['government'])} 十亿元，家庭 "
            f"{shown('families', found['families'])} 十亿元；活跃志愿者 "
            f"{shown('helpers', found['helpers'])} 百万。",
        ),
        tell(f"Intervals are {over}.", f"区间{over}。"),
    ]


def findings(
    line: Composed, by: pd.DataFrame, sample: int, worlds: int, cost: list[tuple[str, str, str]], folder: Path
) -> Findings:
    """What was found, in the language that is spoken."""
    kinds = strata(line.parameters)
    found = national(by, kinds, sample)
    return Findings(
        tell("What would mutual aid be for the whole country?", "互助养老推及全国会怎样？"),
        sentences(found, worlds),
        tables(found, by, kinds, cost),
        [draw(by, kinds, found, figures_in(folder))],
        [
            tell(
                f"{worlds} x {sample} counties of {line.parameters.county.villages} villages. "
                "Half of a county's villages are of its leading strength, and of its kind (assumption).",
                f"{worlds} x {sample} 个县，每县 {line.parameters.county.villages} 个村。"
                "县内一半的村属该县主导的集体实力与类型（假定）。",
            ),
            tell(
                "Prevalence of kinds and the shares of strong collectives are assumptions around one table.",
                "村庄类型比例与集体实力份额为依一张表所作假定。",
            ),
        ],
    )


def run(line: Composed, typed: list[str]) -> int:
    """Exit code."""
    line = starting(line)
    sample, worlds = asked(line)
    horizon, villages = line.parameters.horizon, line.parameters.county.villages
    runner.warm(line.parameters)
    with begin(line, typed) as work:
        kept = by_county if line.settings.keep == COUNTY else simulate_many
        work.run(tasks(line, sample, worlds), work=kept)
        rows = work.results().villages()
        if line.settings.keep != COUNTY:
            rows = summed(rows)
        rows = reference.split(rows)
        by = measured(rows, villages, horizon.months / YEAR)
        cost = extrapolated(work.results().runs(), rows, villages, work.folder)
        work.text("summary.csv", by.to_csv(index=False))
        found = both(lambda: findings(line, by, sample, worlds, cost, work.folder), work.folder)
        said = as_text(found, work.folder)
        work.text("answer.txt", said + "\n")
        print(said)
    return 0
