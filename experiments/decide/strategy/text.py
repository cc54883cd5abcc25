"""The brief in words: what to do, its cost, how sure that is; where it fails, what to watch and measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ...report.style import tell
from ...statistics import Interval
from ...study.findings import Findings, ShownTable
from ..objectives import OBJECTIVES
from ..robust.metrics import METRICS
from ..robust.tables import plan_label
from .chosen import SHOWN, ChosenPlan, levels
from .steps import COST, FAILS, MEASURE, WATCH

FORETELL = "How well signposts foretell a closure"  # title of a table of `pathways`


@dataclass(frozen=True)
class Strategy:
    """The choice, what each plan gave, and the folder of each step."""

    choice: ChosenPlan
    measured: pd.DataFrame
    folders: Mapping[str, Path] = field(default_factory=dict)
    public: str = "money"

    @property
    def plans(self) -> list[str]:
        """Those that were compared, in the order in which they were run."""
        return list(dict.fromkeys(self.measured.index.get_level_values("scenario")))

    def said(self, step: str) -> Findings:
        """What a step found, in the language that is spoken."""
        return Findings.load(self.folders[step], tell("en", "zh"))


def span(found: Interval, objective: str) -> str:
    """Mean with its interval, in the unit of the objective."""
    one = OBJECTIVES[objective]
    return f"{one.text(found.mean)} ({one.text(found.low)} - {one.text(found.high)})"


def sentences(done: Strategy) -> list[str]:
    """What to do, what it costs, how sure that is; then where it fails, what to watch, what to measure."""
    return [_recommended(done), _costs(done), _sure(done), *_others(done)]


def _recommended(done: Strategy) -> str:
    plan, count = plan_label(done.choice.plan), len(done.plans)
    found = levels(done.measured, done.choice.plan)
    gives = tell(
        f"it adds {span(found['added'], 'added')} elder-years of service a village, and "
        f"{span(found['station'], 'station')} % of villages have an open station at the end",
        f"每村新增 {span(found['added'], 'added')} 老人年的服务，"
        f"期末 {span(found['station'], 'station')}% 的村有开放站点",
    )
    if not done.choice.parts:
        return tell(
            f"If these rules hold, none of {count - 1} plans is told to be better than no station at all.",
            f"若这些规则成立，{count - 1} 个方案中没有一个可判定优于不设站点。",
        )
    if not done.choice.told:
        return tell(
            f"If these rules hold, no plan is told from the others by what it adds; of those that lead the "
            f"cheapest for the public is {plan}: {gives}.",
            f"若这些规则成立，各方案的新增服务无法区分；居首者中公共支出最低的是{plan}：{gives}。",
        )
    beside = ""
    if done.choice.others:
        names = tell(", ", "、").join(map(plan_label, done.choice.others))
        beside = tell(
            f" (as many metrics name {names}, at more public money)",
            f"（{names}居首的指标同样多，但公共支出更高）",
        )
    return tell(
        f"If these rules hold, take {plan} of {count} plans{beside}: {gives}.",
        f"若这些规则成立，{count} 个方案中宜选{plan}{beside}：{gives}。",
    )


def _costs(done: Strategy) -> str:
    found = levels(done.measured, done.choice.plan)
    own = tell(
        f"It costs the public {span(found['money'], 'money')} yuan a village and year, and elders themselves "
        f"{span(found['own'], 'own')}.",
        f"每村每年公共支出 {span(found['money'], 'money')} 元，老人自付 {span(found['own'], 'own')} 元。",
    )
    return own if COST not in done.folders else f"{own} {done.said(COST).sentences[0]}"


def _sure(done: Strategy) -> str:
    named = [metric.label for metric in METRICS if metric.key in done.choice.holds]
    futures = done.measured.index.get_level_values("replicate").nunique()
    by = tell(", ", "、").join(named)
    if not named:
        return tell(
            f"How sure: by none of {done.choice.metrics} metrics of robustness the choice holds in "
            f"{futures} futures and in fresh ones.",
            f"把握程度：在 {futures} 个未来及新的未来中，"
            f"{done.choice.metrics} 个稳健性指标无一使该选择成立。",
        )
    return tell(
        f"How sure: it leads by {len(named)} of {done.choice.metrics} metrics of robustness ({by}) in "
        f"nearly all resamples of {futures} futures, and in fresh ones that had no part in choosing it.",
        f"把握程度：在 {futures} 个未来的几乎全部重抽样中，以及在未参与挑选的新未来中，"
        f"{done.choice.metrics} 个稳健性指标有 {len(named)} 个（{by}）使其居首。",
    )


def _others(done: Strategy) -> list[str]:
    """What the other steps answered, a sentence or two each after its question."""
    asked = {
        FAILS: (tell("Where it fails", "何处失败"), (0, 1)),
        WATCH: (tell("What to watch", "关注什么"), (1, 0)),
        MEASURE: (tell("What is worth measuring first", "先测量什么"), (0,)),
    }
    found = []
    for step, (question, places) in asked.items():
        if step in done.folders:
            said = done.said(step).sentences
            answer = tell(" ", "").join(said[at] for at in places if at < len(said))
            found.append(tell(f"{question}: {answer}", f"{question}：{answer}"))
    return found


def plans(done: Strategy) -> ShownTable:
    """A row a plan: what it gave, over the same futures."""
    rows = []
    for plan in done.plans:
        found = levels(done.measured, plan)
        mark = " *" if plan == done.choice.plan else ""
        rows.append([plan_label(plan) + mark, *(span(found[name], name) for name in SHOWN)])
    note = tell(
        "Mean over futures with 95 % interval; all plans meet the same futures. *: recommended.",
        "各未来的均值及 95% 区间；各方案面对相同的未来。*：推荐。",
    )
    heads = [tell("plan", "方案"), *(OBJECTIVES[name].label for name in SHOWN)]
    return ShownTable(tell("What each plan gives", "各方案的结果"), heads, rows, note)


def signposts(done: Strategy) -> ShownTable | None:
    """The signposts of the step that looked for them."""
    if WATCH not in done.folders:
        return None
    english = [table.title for table in Findings.load(done.folders[WATCH]).tables]
    return done.said(WATCH).tables[english.index(FORETELL)] if FORETELL in english else None


def limits(done: Strategy) -> list[str]:
    """Of this page, and the first of each step."""
    own = tell(
        "A what-if, no forecast: choice, cost and signs hold as far as the rules and ranges of the model do. "
        "Plans were compared by added elder-years; no outcome is weighed against another.",
        "情景推演而非预测：选择、成本与信号只在模型规则与取值范围成立时有效。"
        "方案按新增老人年比较；各结果之间不加权。",
    )
    return [own, *(done.said(step).limits[0] for step in done.folders if done.said(step).limits)]


def findings(done: Strategy) -> Findings:
    """All of it, without pictures."""
    found = [plans(done), signposts(done)]
    return Findings(
        tell(
            "What should this county do, what does it cost, how sure is that, where does it fail?",
            "这个县该怎么做，花费多少，把握多大，在何处失败？",
        ),
        sentences(done),
        [table for table in found if table and table.rows],
        limits=limits(done),
    )
