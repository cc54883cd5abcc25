"""What stands on the first two pages of a report: which villages, cost, how sure, what fails, what to watch.

All of it is counted from the tables of the study; nothing is added to what they hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.signposts import SIGNPOSTS
from sim.state.codes import VILLAGE_KINDS
from sim.state.parameters import Parameters, declarations

from .. import reference, statistics
from ..study.findings import Findings, ShownTable
from . import figures, pictures
from .page_tables import spread
from .pictures import Kept
from .style import capital, phrase, tell, words
from .village_names import village_names

MOST_ROWS = 6  # of a table on the first pages
LONGEST = 500  # letters of a sentence on the first pages
NAMED = 12  # villages by name, from the worst
WATCHED = {  # what closes a village -> the number by which it could be noticed before
    "money": "cash_months",
    "does not pay": "payer_record",
    "bills or long cuts": "payer_record",
    "users": "diners",
    "helpers": "volunteers_per_100",
    "keeper": "volunteers_per_100",
    "serves too few": "hours_share",
    "too few hours": "hours_share",
}


@dataclass(frozen=True)
class FirstPages:
    """The first two pages beside question and answer; what a study does not hold is empty."""

    villages: ShownTable | None
    costs: ShownTable | None
    sure: list[str]
    fails: list[str]
    watch: list[str]


def of(kept: Kept, findings: Findings) -> FirstPages:
    """From the stored tables, in the language that is spoken."""
    rows = kept.villages
    named = leading(kept) if len(rows) and {"arm", "weight", "judged"} <= set(rows) else {}
    first = next(iter(named), "")
    mine = rows[(rows["scenario"] == first) & (rows["arm"] == "main")] if named else pd.DataFrame()
    mine = with_names(mine, kept.parameters) if len(mine) else mine
    causes = statistics.causes(mine) if len(mine) else pd.Series(dtype=float)
    return FirstPages(
        which(mine, named[first]) if len(mine) else None,
        costs(kept, named) if named else None,
        sure(kept, findings),
        fails(kept, causes, first, named) if named else [],
        watch(causes) if named else [],
    )


def leading(kept: Kept) -> dict[str, str]:
    """Scenario -> label, the first ones of the study, those beside the question last."""
    named = pictures.scenarios(kept)
    order = sorted(named, key=lambda name: (figures.is_null(name), name != "baseline"))
    return {scenario: named[scenario] for scenario in order[:MOST_ROWS]}


def shortened(sentence: str) -> str:
    """At most LONGEST letters, cut at a comma; the whole stands among the details."""
    if len(sentence) <= LONGEST:
        return sentence
    head = sentence[:LONGEST]
    comma = max(head.rfind(sign) for sign in ",，、")
    return head[: comma if comma > 0 else head.rfind(" ")] + " …"


# -- which villages
# ------------------------------------------------------------------------------------------------------------
def which(rows: pd.DataFrame, label: str) -> ShownTable:
    """Villages of one scenario by name where they have names, else by kind: open, viable, why not."""
    by_name = "name" in rows and bool((rows["name"].astype(str) != "").any())
    column = "name" if by_name else "kind"
    groups = {str(key): mine for key, mine in rows.groupby(column, observed=True)}
    lines = [_line(name if by_name else words(name), groups[name]) for name in _order(groups, by_name)]
    title = tell(f"Which villages: {label}", f"哪些村：{label}")
    note = tell(
        "Share of villages over all seeds with 95 % interval; none where fewer than ten stations opened.",
        "各随机种子的村占比及 95% 区间；开办站点不足十个的不给区间。",
    )
    if len(groups) > len(lines):
        note += tell(
            f" The {len(lines)} that are open most seldom of {len(groups)}.",
            f"共 {len(groups)} 个村，此处为开放最少的 {len(lines)} 个。",
        )
    heads = [
        tell("village", "村") if by_name else tell("kind of village", "村类型"),
        tell("open at the end, %", "期末开放，%"),
        tell("viable, %", "可持续，%"),
        tell("commonest reason where not", "不可持续的首因"),
    ]
    return ShownTable(title, heads, lines, note)


def with_names(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Rows with `name`, where a table of villages gave any; a village without one keeps its number."""
    named = village_names(parameters)
    if not any(one.name for one in named.values()):
        return rows
    count = Counter(one.short for one in named.values())
    names = {number: one.short if count[one.short] == 1 else one.full for number, one in named.items()}
    return rows.assign(name=rows["village"].map(names))


def _order(groups: Mapping[str, pd.DataFrame], by_name: bool) -> list[str]:
    if not by_name:
        return [kind for kind in VILLAGE_KINDS if kind in groups]
    return sorted(groups, key=lambda name: float(still_open(groups[name]).mean()))[:NAMED]


def still_open(rows: pd.DataFrame) -> pd.Series:
    """Villages whose station is open at the end; by the level of service in former studies."""
    return rows["open_end"].astype(bool) if "open_end" in rows else rows["level_end"] > 0


def _line(name: str, rows: pd.DataFrame) -> list[str]:
    few = stations(rows) < figures.FEWEST
    why = statistics.causes(rows)
    return [
        name,
        _share(rows, still_open(rows), few),
        _share(rows, statistics.viable(rows), few),
        f"{words(str(why.index[0]))} {100 * why.iloc[0] / why.sum():.0f} %" if len(why) and why.sum() else "",
    ]


def stations(rows: pd.DataFrame) -> int:
    """How many stations were open at some time."""
    column = "open_months" if "open_months" in rows else "elder_months"
    return int((rows[column] > 0).sum())


def _share(rows: pd.DataFrame, hit: pd.Series, few: bool) -> str:
    one = statistics.interval(statistics.by_replicate(rows, hit).to_numpy())
    mean = f"{100 * one.mean:.0f}"
    if few or one.n < 2:
        return mean
    join = tell(" to ", " 至 ")
    return f"{mean} ({100 * one.low:.0f}{join}{100 * one.high:.0f})"


# -- what it costs
# ------------------------------------------------------------------------------------------------------------
def costs(kept: Kept, named: Mapping[str, str]) -> ShownTable | None:
    """Public money and elders' own, by scenario."""
    rows = kept.villages
    if "public_fen" not in rows:
        return None
    years = kept.parameters.horizon.months / 12
    added = added_cost(kept.summary)
    lines = []
    for scenario, label in named.items():
        mine = rows[(rows["scenario"] == scenario) & (rows["arm"] == "main")]
        own = yearly(mine, "own_fen", years) if "own_fen" in mine else ""
        lines.append(
            [label, yearly(mine, "public_fen", years), own, added.get(scenario, ""), unpaid_share(mine)]
        )
    heads = [
        "",
        tell("public yuan a village and year", "公共支出，元/村·年"),
        tell("elders' own yuan a village and year", "老人自付，元/村·年"),
        tell("public yuan an added elder-year", "公共支出，元/新增老人年"),
        tell("running cost that nobody paid, %", "无人支付的运营成本，%"),
    ]
    keep = [place for place in range(len(heads)) if place == 0 or any(line[place] for line in lines)]
    note = tell(
        "Constant yuan of 2025, mean over all villages, with 95 % interval over seeds.",
        "2025 年不变价，全部村平均，括号内为跨随机种子的 95% 区间。",
    )
    return ShownTable(
        tell("Public money and elders' own, by plan", "各方案的公共支出与老人自付"),
        [heads[place] for place in keep],
        [[line[place] for place in keep] for line in lines],
        note,
    )


def yearly(rows: pd.DataFrame, column: str, years: float) -> str:
    """Yuan a village and year: mean over seeds with its interval."""
    each = statistics.by_replicate(rows, rows[column].astype(float)) / 100 / years
    one = statistics.interval(each.to_numpy(), bounded=False)
    if one.n < 2:
        return f"{one.mean:,.0f}"
    return f"{one.mean:,.0f} ({max(one.low, 0):,.0f}{tell(' to ', ' 至 ')}{one.high:,.0f})"


def added_cost(summary: pd.DataFrame) -> dict[str, str]:
    """Scenario -> public yuan an added elder-year, where the summary has it and something was added."""
    if not {"panel", "funding", "business", "public_added"} <= set(summary):
        return {}
    names = summary["panel"] + "/" + summary["funding"] + "/" + summary["business"]
    some = summary["added"] > 0 if "added" in summary else True
    values = zip(names, summary["public_added"].astype(float).where(some), strict=True)
    return {name: f"{value:,.0f}" if np.isfinite(value) else "–" for name, value in values}


def unpaid_share(rows: pd.DataFrame) -> str:
    """Running cost written off or long unpaid, percent of what was accrued."""
    if "unpaid_fen" not in rows or not (cost := float((rows["weight"] * rows["cost_fen"]).sum())):
        return ""
    return f"{100 * float((rows['weight'] * rows['unpaid_fen']).sum()) / cost:.1f}"


# -- how sure
# ------------------------------------------------------------------------------------------------------------
def sorts(runs: pd.DataFrame) -> pd.Series:
    """What each run is for: a plan, fresh seeds of one, the reference, a rerun that relieves, another arm."""
    arms = runs["arm"].astype(str)
    use = pd.Series("other", runs.index)
    use[arms == "main"] = "plan"
    use[arms == "fresh"] = "fresh"
    use[arms.str.startswith("relief:")] = "relief"
    use[runs["scenario"].astype(str) == reference.REFERENCE] = "reference"
    return use


def counted(kept: Kept) -> str:
    """Runs, seeds and reruns told apart; nothing where no run was kept."""
    runs = kept.table("runs")
    if runs.empty or not {"arm", "scenario", "replicate"} <= set(runs):
        return ""
    use = sorts(runs)
    main = runs[use == "plan"]
    if main.empty:
        return ""
    plans, seeds = main["scenario"].nunique(), figures.seed_counts(main)
    names = {
        "fresh": tell("under fresh seeds, that chose nothing", "新种子（未参与挑选）"),
        "reference": tell("of the county without stations", "无站点的参照县"),
        "relief": tell("reruns with one condition relieved", "解除一个条件的重跑"),
        "other": tell("of other arms", "其他支"),
    }
    others = {text: int((use == kind).sum()) for kind, text in names.items()}
    beside = [tell(f"{count} {text}", f"{text} {count} 次") for text, count in others.items() if count]
    joined = tell(", ", "、").join(beside)
    return tell(
        f"{len(runs)} runs: {len(main)} are {plans} {'plans' if plans > 1 else 'plan'} under {seeds} seeds"
        f"{' each' if plans > 1 else ''} (a seed is one course of luck)"
        + (f"; beside them {joined}." if beside else "."),
        f"共 {len(runs)} 次运行：{plans} 个方案、{'每个 ' if plans > 1 else ''}{seeds} 个随机种子，"
        f"计 {len(main)} 次（一个种子是一种运气）" + (f"；另有{joined}。" if beside else "。"),
    )


def sure(kept: Kept, findings: Findings) -> list[str]:
    """Verdict, runs, what varies between them, how much is luck, how much is assumed."""
    said = []
    if findings.verdict:
        said.append(
            tell(
                f"The hypothesis written before the runs: {words(findings.verdict)}.",
                f"运行前写下的假设：{words(findings.verdict)}。",
            )
        )
    said += [text for text in (counted(kept),) if text]
    if kept.configuration.get("draws") in (None, False, "none"):
        said.append(
            tell(
                "Uncertain parameters stand at one value each: intervals hold luck alone.",
                "不确定参数各取一值：区间只含运气。",
            )
        )
    else:
        said.append(
            tell(
                "Uncertain parameters are drawn for each seed: intervals hold luck and what is not known.",
                "不确定参数随种子抽取：区间包含运气与未知。",
            )
        )
    said += spread(kept, ["unasked"])
    guesses = sum(one.grade == "D" for one in declarations().values())
    said.append(
        tell(
            f"{guesses} of {len(declarations())} parameters are assumptions or choices: compare options, do "
            "not read off levels.",
            f"{len(declarations())} 个参数中 {guesses} 个为假设或选择：宜比较方案，不宜读取水平。",
        )
    )
    return said


# -- what fails, what to watch
# ------------------------------------------------------------------------------------------------------------
def fails(kept: Kept, causes: pd.Series, first: str, named: Mapping[str, str]) -> list[str]:
    """The commonest reasons of the first scenario, and what relieving a condition averted."""
    total = float(causes.sum()) if len(causes) else 0.0
    if not total:
        return [tell("No village fails.", "没有村不可持续。")]
    top = tell(", ", "、").join(
        f"{words(str(name))} {100 * weight / total:.0f} %" for name, weight in causes.head(3).items()
    )
    said = [
        tell(
            f"Why villages are not viable ({named[first]}): {top}.",
            f"村庄不可持续的原因（{named[first]}）：{top}。",
        )
    ]
    averted = statistics.averted(kept.villages, first)
    if averted:
        name, (fewer, shut) = max(averted.items(), key=lambda item: item[1][0])
        said.append(
            tell(
                f"Same luck, with '{words(name)}' relieved, {fewer} of {shut} closures are averted.",
                f"同一运气下，若解除“{words(name)}”，{shut} 次关闭中 {fewer} 次不发生。",
            )
        )
    return said


def watch(causes: pd.Series) -> list[str]:
    """Numbers that a village can read each month, for the commonest causes that have one."""
    found: dict[str, list[str]] = {}
    for cause in causes.index:
        signpost = WATCHED.get(str(cause).removeprefix("closed: "))
        if signpost:
            found.setdefault(signpost, []).append(words(str(cause)))
    said = [
        tell(
            f"{capital(SIGNPOSTS[name].label)}: the sign for '{', '.join(because)}'.",
            f"{phrase(SIGNPOSTS[name].label)}：针对“{'、'.join(because)}”。",
        )
        for name, because in list(found.items())[:3]
    ]
    if said:
        said.append(
            tell(
                "How early and how truly they warn is not measured here; experiment=pathways measures it.",
                "其预警的早晚与准确程度不在此测量，见 experiment=pathways。",
            )
        )
    return said
