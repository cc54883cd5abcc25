"""Numbers and tables of robust plans, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ...report.style import tell, words
from ...study.findings import ShownTable
from ..candidates import NOTHING
from ..objectives import OBJECTIVES, Objective
from .design import Robust
from .judged import HOLDS, OPEN, TIED, Lead
from .metrics import METRICS, Metric


def plan_label(name: str) -> str:
    """A plan in words; no business is not said."""
    if name == NOTHING:
        return tell("no stations", "无站点")
    mix, business, *others = name.split("/")
    return words("/".join([mix, *([] if business == "none" else [business]), *others]))


def listed(done: Robust, places: list[int] | tuple[int, ...]) -> str:
    """Plans in words; a number where they are more than half of all."""
    count, among = len(places), len(done.names)
    if 2 * count > among > 1:
        return tell(f"{count} of {among} plans", f"{among} 个方案中的 {count} 个")
    return tell(" or ", "或").join(_joined([done.names[at] for at in places], done.names))


def _joined(names: list[str], among: list[str]) -> list[str]:
    """Labels; a mix that stands there with every business that was run is said once."""
    found: dict[str, None] = {}
    for name in names:
        alike = [other for other in among if _without_business(other) == _without_business(name)]
        if len(alike) > 1 and set(alike) <= set(names):
            label = plan_label(_without_business(name))
            found[tell(f"{label} with any business", f"{label}（无论产业）")] = None
        else:
            found[plan_label(name)] = None
    return list(found)


def _without_business(name: str) -> str:
    """A plan as if it had none."""
    parts = name.split("/")
    return "/".join([parts[0], "none", *parts[2:]]) if len(parts) > 1 else name


def verdict_label(verdict: str) -> str:
    """Whether a lead stands."""
    chinese = {HOLDS: "成立", TIED: "并列", OPEN: "未能判定"}
    return tell(verdict, chinese[verdict])


def shown(metric: Metric, objective: Objective, score: float) -> str:
    """A score in the unit that it has: regret as a loss, a share in percent."""
    if metric.share:
        return f"{100 * score:.0f} %"
    return objective.text(-score if metric.regret else objective.natural(score))


def scores(done: Robust) -> ShownTable:
    """A row a plan, a column a metric; the best is marked."""
    one, judged = OBJECTIVES[done.headline], done.judged
    rows = []
    for at, name in enumerate(done.names):
        cells = [
            shown(metric, one, float(lead.scores[at])) + (" *" if at in lead.first else "")
            for metric, lead in zip(METRICS, judged.leads.values(), strict=True)
        ]
        rows.append([plan_label(name), one.text(float(done.values(done.headline)[at].mean())), *cells])
    heads = [tell("plan", "方案"), tell("mean", "平均"), *(metric.label for metric in METRICS)]
    note = tell(
        f"{one.label}; * leads by that metric. {judged.gains.shape[1]} futures, the same for all plans.",
        f"{one.label}；* 该指标下居首。{judged.gains.shape[1]} 个未来，各方案相同。",
    )
    return ShownTable(tell("Plans by five metrics", "五项指标下的方案"), heads, rows, note)


def meanings(done: Robust) -> ShownTable:
    """A row a metric: what it asks, who leads, whether that stands."""
    leads = zip(METRICS, done.judged.leads.values(), strict=True)
    rows = [[metric.label, *_stands(done, lead), metric.meaning] for metric, lead in leads]
    heads = [tell("metric", "指标"), *_heads(), tell("what it is", "含义")]
    enough = OBJECTIVES[done.headline].text(done.good(done.headline))
    least = OBJECTIVES[done.headline].text(OBJECTIVES[done.headline].least)
    order = tell("at least", "不少于") if OBJECTIVES[done.headline].better > 0 else tell("at most", "不多于")
    note = tell(
        f"Good enough: {order} {enough} ({OBJECTIVES[done.headline].label}; below= sets another). "
        "Leads: best, or "
        f"within {least} of the best. Holds: the best plan is one of these in 95 % of 1,000 resamples of the "
        "futures, and one of them leads on fresh futures. Tied: more than half of the plans lead "
        "together. Might be best: in 5 % "
        "of resamples or more.",
        f"达标：{OBJECTIVES[done.headline].label}{order} {enough}（below= 可另设）。居首：最优，或与最"
        f"优相差不超过 {least}。"
        "成立：在 1000 次未来重抽样的 95% 中最优方案在其列，且其中有方案在新抽的未来中居首。并列：过半"
        "方案一同居首。"
        "可能最优：在 5% 以上的重抽样中最优。",
    )
    return ShownTable(
        tell("What each metric asks, and whom it names", "各指标的含义与所指方案"), heads, rows, note
    )


def _heads() -> list[str]:
    return [
        tell("leads", "居首"),
        tell("in % of resamples", "重抽样中居首，%"),
        tell("leads on fresh futures", "新未来中居首"),
        tell("verdict", "判定"),
        tell("might be best", "可能最优"),
    ]


def _stands(done: Robust, lead: Lead) -> list[str]:
    """Leader, share of resamples, leader on fresh futures, verdict, contenders."""
    return [
        listed(done, lead.first),
        f"{100 * lead.share:.0f}",
        listed(done, lead.fresh),
        verdict_label(lead.verdict),
        f"{len(lead.contenders)}",
    ]


def by_objective(done: Robust) -> ShownTable:
    """A row an objective: whom each metric names by it."""
    rows = []
    for name, judged in done.judgements.items():
        cells = [
            listed(done, lead.first) + ("" if lead.verdict == HOLDS else " ?")
            for lead in judged.leads.values()
        ]
        rows.append([OBJECTIVES[name].label, *cells])
    heads = [tell("judged by", "评判依据"), *(metric.label for metric in METRICS)]
    note = tell(
        "Each objective by itself, none weighed against another. ?: not settled or tied.",
        "各目标分别评判，互不加权。?：未能判定或并列。",
    )
    return ShownTable(tell("The same by other objectives", "按其他目标评判"), heads, rows, note)


def agreement(done: Robust) -> ShownTable:
    """Rank agreement of every two metrics."""
    named = {metric.key: metric.label for metric in METRICS}
    rows = [
        [named[one], named[other], f"{tau:.2f}", f"{low:.2f} - {high:.2f}"]
        for (one, other), (tau, low, high) in done.judged.agreements().items()
    ]
    heads = [
        tell("metric", "指标"), tell("and", "与"), tell("Kendall's tau", "肯德尔 τ"),
        tell("95 % over resamples", "重抽样 95% 范围"),
    ]  # fmt: skip
    note = tell(
        "1: both rank all plans alike; 0: as if by chance; -1: in reverse.",
        "1：两指标排序完全一致；0：如同随机；-1：相反。",
    )
    return ShownTable(tell("Do the metrics rank plans alike?", "各指标的排序是否一致"), heads, rows, note)


def sweeps(done: Robust) -> ShownTable:
    """A row a value of the free number of a metric."""
    one, rows = OBJECTIVES[done.headline], []
    named = {
        "satisficing": tell("good enough from", "达标阈值"),
        "hurwicz": tell("weight of the best future", "最好未来的权重"),
        "regret_90": tell("regret not exceeded in", "不超过该后悔值的未来"),
    }
    for key, found in done.judged.swept().items():
        for number, lead in found:
            text = one.text(one.natural(number)) if key == "satisficing" else f"{100 * number:.0f} %"
            rows.append([named[key], text, *_stands(done, lead)])
    heads = [tell("what is set", "所设"), tell("to", "取值"), *_heads()]
    return ShownTable(tell("Thresholds swept", "阈值扫描"), heads, rows)


def summary(done: Robust) -> pd.DataFrame:
    """A row an objective, metric and plan; then the sweeps of the headline."""
    return pd.DataFrame(_rows(done))


def _rows(done: Robust) -> Iterator[dict[str, object]]:
    for name, judged in done.judgements.items():
        leads: list[tuple[str, float | None, Lead]] = [
            (key, None, lead) for key, lead in judged.leads.items()
        ]
        if name == done.headline:
            leads += [
                (key, OBJECTIVES[name].natural(number) if key == "satisficing" else number, lead)
                for key, found in judged.swept().items()
                for number, lead in found
            ]
        for key, number, lead in leads:
            for at, plan in enumerate(done.names):
                yield {
                    "objective": name, "metric": key, "set_to": number, "plan": plan,
                    "score": lead.scores[at], "leads": at in lead.first, "resamples": lead.shares[at],
                    "leads_fresh": at in lead.fresh, "verdict": lead.verdict if at in lead.first else "",
                }  # fmt: skip
