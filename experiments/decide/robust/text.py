"""What `robust` says: which plan is robust by which metric, where metrics part, what that hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...report.labels import drawn_from
from ...report.style import figures_in, tell
from ...study.findings import Findings
from ..discover_text import name_of
from ..objectives import OBJECTIVES
from . import picture, tables
from .design import Apart, Robust
from .judged import HOLDS
from .metrics import METRICS
from .tables import listed, plan_label


def holding(done: Robust) -> dict[tuple[int, ...], list[int]]:
    """Plans that lead together -> the metrics (places) by which that holds; most metrics first."""
    found: dict[tuple[int, ...], list[int]] = {}
    for at, lead in enumerate(done.judged.leads.values()):
        if lead.verdict == HOLDS:
            found.setdefault(lead.first, []).append(at)
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))


def metric_list(places: Sequence[int]) -> str:
    """Metrics in words."""
    return tell(", ", "、").join(METRICS[at].label for at in places)


def first(done: Robust) -> str:
    """Who is robust by what, so far as it holds."""
    held, by = holding(done), OBJECTIVES[done.headline].label
    if not held:
        lead = done.judged.leads["regret_mean"]
        likely = listed(done, lead.contenders)
        return tell(
            f"If these rules hold, no plan is told to be the most robust by {by}: by every metric plans "
            "are tied, "
            f"or another leads in other futures; by mean regret {likely} might.",
            f"若规则成立，按{by}尚不能判定哪个方案最稳健：各指标下方案并列，或换一组未来即由其他方案居首；"
            f"按平均后悔值，{likely}可能居首。",
        )
    parts = [
        tell(
            f"{listed(done, together)} ({metric_list(at)})",
            f"{listed(done, together)}（{metric_list(at)}）",
        )
        for together, at in held.items()
    ]
    rest = len(METRICS) - sum(len(at) for at in held.values())
    unsettled = (
        tell(
            f"; by {rest} of {len(METRICS)} metrics plans are tied or it is not settled",
            f"；其余 {rest} 项指标并列或未能判定",
        )
        if rest
        else ""
    )
    return tell(
        f"If these rules hold, most robust by {by}, also on fresh futures: {'; '.join(parts)}{unsettled}.",
        f"若规则成立，按{by}最稳健、且在新抽的未来中仍然如此者：{'；'.join(parts)}{unsettled}。",
    )


def second(done: Robust) -> str:
    """Where metrics part, and on which futures."""
    apart = done.apart
    if apart is None:
        return _alike(done)
    one, other = (plan_label(done.names[at]) for at in (apart.one, apart.other))
    by = [_names(done, at) for at in (apart.one, apart.other)]
    ahead, behind = (100 * float(np.mean(side)) for side in (apart.lead > 0, apart.lead < 0))
    return tell(
        f"Metrics part: {one} leads by {by[0]}, {other} by {by[1]}; the first is ahead of the second in "
        f"{ahead:.0f} % of all futures and behind in {behind:.0f} %, {_told(done, apart)}.",
        f"指标有分歧：{one}在{by[0]}下居首，{other}在{by[1]}下居首；前者在全部未来的 {ahead:.0f}% 中领先、"
        f"{behind:.0f}% 中落后，{_told(done, apart)}。",
    )


def _alike(done: Robust) -> str:
    """No two metrics pick out different plans."""
    tied = [at for at, lead in enumerate(done.judged.leads.values()) if lead.tied]
    if len(tied) == len(METRICS):
        return tell("By every metric most plans are tied.", "各指标下多数方案并列。")
    said = tell("No two metrics pick out different plans", "没有两项指标指向不同的方案")
    return said + (
        tell(
            f"; by {metric_list(tied)} most plans are tied, so that it tells nothing.",
            f"；{metric_list(tied)}下多数方案并列，无从区分。",
        )
        if tied
        else tell(".", "。")
    )


def _names(done: Robust, plan: int) -> str:
    """The metrics by which a plan leads, alone or with others."""
    leads = done.judged.leads.values()
    return metric_list([at for at, lead in enumerate(leads) if plan in lead.first])


def _told(done: Robust, apart: Apart) -> str:
    """In which futures the first of two plans is ahead."""
    if not apart.telling:
        return tell("and no drawn parameter is told to say in which", "而没有哪个抽取的参数能说明是哪些未来")
    parts = [
        tell(
            f"\u201c{name_of(one.path)}\u201d is {'high' if one.correlation > 0 else 'low'}",
            f"“{name_of(one.path)}”偏{'高' if one.correlation > 0 else '低'}",
        )
        for one in apart.telling
    ]
    return tell(f"rather ahead where {' or '.join(parts)}", f"在{'、'.join(parts)}时较易领先")


def third(done: Robust) -> str:
    """What the other objectives say."""
    others: list[str] = []
    for key in ("worst", "station", "added"):
        if key != done.headline and len(others) < 2:
            lead = done.judgements[key].leads["regret_mean"]
            held = tables.verdict_label(lead.verdict)
            others.append(f"{OBJECTIVES[key].label}: {listed(done, lead.first)} ({held})")
    return tell(
        f"By mean regret in other terms, {'; '.join(others)}; nothing is weighed against another, and "
        "no stations cost the public least.",
        f"若按平均后悔值另行评判，{'；'.join(others)}；各目标互不加权，公共支出以无站点为最少。",
    )


def limits(done: Robust) -> list[str]:
    """What holds it up."""
    base, judged = done.runs.base, done.judged
    open_ = sum(lead.verdict != HOLDS for lead in judged.leads.values())
    count, fresh = judged.gains.shape[1], judged.fresh.shape[1]
    found = [
        tell(
            f"Not settled by {count} futures and {fresh} fresh ones: {open_} of {len(METRICS)} metrics.",
            f"{count} 个未来与 {fresh} 个新未来未能判定：{len(METRICS)} 项指标中的 {open_} 项。",
        ),
        tell(
            "The worst and the best future are the worst and best of those drawn: more futures find "
            "worse ones, "
            "and no resample does. Regret is against these plans, not against the best that there could be.",
            "最坏与最好情形只是所抽未来中的极端：未来越多越极端，重抽样无从得知。后悔值相对于这些方案，"
            "而非可能的最优。",
        ),
        tell(
            f"A what-if, no forecast: {base.county.villages} villages of about {base.county.elders} elders, "
            f"{base.horizon.start} to {base.horizon.end}; {drawn_from(done.runs.settings)}.",
            f"假设推演，非预测：{base.county.villages} 个村、每村约 {base.county.elders} 位老人，"
            f"{base.horizon.start} 至 {base.horizon.end}；{drawn_from(done.runs.settings)}。",
        ),
    ]
    if done.apart and done.apart.telling:
        shown = "; ".join(
            f"{one.path}: {one.correlation:+.2f} (p {one.chance:.3f})" for one in done.apart.telling
        )
        found.insert(
            1,
            tell(
                f"Rank correlation with the lead, chance over all parameters by 1,000 permutations: {shown}.",
                f"与领先程度的秩相关，经 1000 次置换、对全部参数一并检验：{shown}。",
            ),
        )
    return found


def title(done: Robust) -> str:
    """The finding, for the picture."""
    held = holding(done)
    if held:
        together, by = next(iter(held.items()))
        return tell(
            f"{listed(done, together)}: most robust by {len(by)} of {len(METRICS)} metrics, and on "
            "fresh futures",
            f"{listed(done, together)}：在 {len(METRICS)} 项指标中的 {len(by)} 项下最稳健，新未来中亦然",
        )
    return tell("No plan is told to be the most robust by any metric", "没有任何指标能判定哪个方案最稳健")


def findings(done: Robust, folder: Path) -> Findings:
    """What was found, in the language that is spoken."""
    shown = [tables.scores, tables.meanings, tables.by_objective, tables.agreement, tables.sweeps]
    return Findings(
        tell("Which plan is robust, whatever comes?", "无论未来如何，哪个方案稳健？"),
        [first(done), second(done), third(done)],
        [one(done) for one in shown],
        [picture.draw(done, title(done), figures_in(folder))],
        limits(done),
    )
