"""What `search` says: what unbeaten plans reach, which fall out on fresh futures, where as written is."""

from __future__ import annotations

from pathlib import Path

from ...report.labels import drawn_from
from ...report.style import figures_in, tell
from ...study.findings import Findings
from ..objectives import OBJECTIVES
from . import picture, tables
from .design import FALLS, HOLDS, OPEN, Front
from .tables import listed, plan_label

FEWEST_OPTIMISERS = 5  # that a front should be found by


def of_verdict(done: Front, verdict: str) -> list[int]:
    """Plans of the search with a verdict."""
    return [at for at in range(done.found) if done.rivals[at].verdict == verdict]


def reached(done: Front, at: int) -> str:
    """What a plan gives by every objective."""
    comma = tell(", ", "，")
    return comma.join(
        f"{OBJECTIVES[key].short} {OBJECTIVES[key].text(done.fresh_interval(at, key).mean)}"
        for key in done.tried.objectives
    )


def first(done: Front) -> str:
    """The two ends of what stays unbeaten."""
    standing = of_verdict(done, HOLDS) + of_verdict(done, OPEN)
    if not standing:
        return tell(
            f"None of the {done.found} plans that the search found stays unbeaten on fresh futures.",
            f"搜索所得 {done.found} 个方案在新未来中无一不被胜过。",
        )
    low, high = min(standing), max(standing)
    said = tell(
        f"If these rules hold, of {done.count} plans tried {len(standing)} stay unbeaten on fresh "
        "futures: from "
        f"{plan_label(done, low)} ({reached(done, low)})",
        f"若规则成立，所试 {done.count} 个方案中有 {len(standing)} 个在新未来中不被胜过：从"
        f"{plan_label(done, low)}（{reached(done, low)}）",
    )
    if low == high:
        return said + tell(" alone.", "，仅此一个。")
    return said + tell(
        f" to {plan_label(done, high)} ({reached(done, high)}).",
        f"到{plan_label(done, high)}（{reached(done, high)}）。",
    )


def second(done: Front) -> str:
    """What holds, what falls out."""
    held, falls, open_ = (of_verdict(done, verdict) for verdict in (HOLDS, FALLS, OPEN))
    none = tell("none", "无")
    names = {at: listed(done, done.rivals[at].beaten_by[:1]) for at in falls}
    out = tell(", ", "、").join(
        tell(f"{plan_label(done, at)} (beaten by {by})", f"{plan_label(done, at)}（被{by}胜过）")
        for at, by in names.items()
    )
    return tell(
        f"On {done.fresh.shape[1]} fresh futures {len(held)} hold ({listed(done, held) or none}), "
        f"{len(falls)} "
        f"fall out ({out or none}), {len(open_)} are not settled ({listed(done, open_) or none}).",
        f"在 {done.fresh.shape[1]} 个新未来中，{len(held)} 个成立（{listed(done, held) or none}），"
        f"{len(falls)} 个落选（{out or none}），{len(open_)} 个未能判定（{listed(done, open_) or none}）。",
    )


def third(done: Front) -> str:
    """The plan as written among them, and what unbeaten plans have in common."""
    rival = done.rivals[done.written]
    if rival.beaten_by:
        by = rival.beaten_by[0]
        said = tell(
            f"The plan as written ({reached(done, done.written)}) is beaten by {plan_label(done, by)} "
            f"({reached(done, by)})",
            f"现状（{reached(done, done.written)}）被{plan_label(done, by)}（{reached(done, by)}）胜过",
        )
    else:
        said = tell(
            f"The plan as written ({reached(done, done.written)}) is beaten by none of them",
            f"现状（{reached(done, done.written)}）不被其中任何方案胜过",
        )
    return said + _common(done)


def _common(done: Front) -> str:
    """Levers that all unbeaten plans set alike."""
    standing = of_verdict(done, HOLDS) + of_verdict(done, OPEN)
    alike = [
        f"{one.label}: {one.text(done.plans[standing[0]][one.name])}"
        for one in done.tried.levers
        if len(standing) > 1 and len({done.plans[at][one.name] for at in standing}) == 1
    ]
    if not alike:
        return tell("; unbeaten plans set no lever alike.", "；不被胜过的方案在各手段上设定不一。")
    both = tell("; ", "；").join(alike)
    return tell(f"; all unbeaten plans set {both}.", f"；不被胜过的方案均设{both}。")


def limits(done: Front) -> list[str]:
    """What holds it up, and what the default could not settle."""
    size, late, base = done.tried.size, 100 * done.converged.late, done.tried.runs.base
    settled = done.converged.settled
    few = size.optimisers < FEWEST_OPTIMISERS or done.fresh.shape[1] < 100
    found = [
        tell(
            f"{'Converged' if settled else 'Not converged'}: in the last fifth of {size.generations} "
            "generations "
            f"of {size.population} plans the hypervolume grew by {late.max():.2f} % at most over "
            f"{size.optimisers} optimiser seeds (1 % is asked).",
            f"{'已收敛' if settled else '未收敛'}：{size.generations} 代（每代 {size.population} 个方"
            "案）的最后五"
            f"分之一中，{size.optimisers} 个优化种子的超体积增长至多 {late.max():.2f}%（要求 1%）。",
        ),
        tell(
            f"Every plan was tried on the same {done.tried.futures} futures; their luck helps to "
            "choose, so that "
            "levels are told from fresh futures only.",
            f"各方案均以相同的 {done.tried.futures} 个未来试算；其运气参与挑选，故水平只取自新未来。",
        ),
        tell(
            f"A what-if, no forecast: {base.county.villages} villages of about {base.county.elders} elders, "
            f"{base.horizon.start} to {base.horizon.end}; {drawn_from(done.tried.settings)}; what a "
            "plan sets is "
            "not drawn.",
            f"假设推演，非预测：{base.county.villages} 个村、每村约 {base.county.elders} 位老人，"
            f"{base.horizon.start} 至 {base.horizon.end}；{drawn_from(done.tried.settings)}；方案所设者"
            "不抽取。",
        ),
    ]
    if few:
        found.insert(
            1,
            tell(
                f"Not settled by {size.optimisers} optimiser seeds and {done.fresh.shape[1]} fresh "
                "futures: that no "
                "other plan beats these (size=full has 5 and 200).",
                f"{size.optimisers} 个优化种子与 {done.fresh.shape[1]} 个新未来未能判定：是否别无更优"
                "（size=full "
                "取 5 与 200）。",
            ),
        )
    return found


def title(done: Front) -> str:
    """The finding, for the picture."""
    standing = of_verdict(done, HOLDS) + of_verdict(done, OPEN)
    beaten = done.rivals[done.written].beaten_by
    tail = (
        tell(
            f"; as written is beaten by {plan_label(done, beaten[0])}",
            f"；现状被{plan_label(done, beaten[0])}胜过",
        )
        if beaten
        else tell("; as written is beaten by none", "；现状不被胜过")
    )
    return (
        tell(
            f"{len(standing)} of {done.found} plans stay unbeaten on fresh futures",
            f"{done.found} 个方案中有 {len(standing)} 个在新未来中不被胜过",
        )
        + tail
    )


def findings(done: Front, folder: Path) -> Findings:
    """What was found, in the language that is spoken."""
    shown = [tables.outcomes, tables.settings, tables.luck, tables.grown]
    return Findings(
        tell("Which plans does no other beat?", "哪些方案不被其他方案胜过？"),
        [first(done), second(done), third(done)],
        [one(done) for one in shown],
        [picture.draw(done, title(done), figures_in(folder))],
        limits(done),
    )
