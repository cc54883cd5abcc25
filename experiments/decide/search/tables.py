"""Numbers and tables of a search, in the language that is spoken."""

from __future__ import annotations

import pandas as pd

from ...report.style import tell
from ...statistics import Interval
from ...study.findings import ShownTable
from ..objectives import OBJECTIVES
from .design import FALLS, HOLDS, OPEN, Front
from .optimiser import LATE, SETTLED


def plan_label(done: Front, at: int) -> str:
    """A plan by its number; the plan as written and no stations by name."""
    if at == len(done.names) - 1:
        return tell("no stations", "无站点")
    if at == done.written:
        return tell("as written", "现状")
    return tell(f"plan {at + 1}", f"方案 {at + 1}")


def listed(done: Front, places: list[int]) -> str:
    """Plans by number."""
    return tell(", ", "、").join(plan_label(done, at) for at in places)


def verdict_label(verdict: str) -> str:
    """Whether a plan stays unbeaten."""
    chinese = {HOLDS: "成立", FALLS: "落选", OPEN: "未能判定"}
    return tell(verdict, chinese[verdict])


def spread_text(key: str, one: Interval) -> str:
    """A mean with its interval."""
    text = OBJECTIVES[key].text
    return f"{text(one.mean)} ({text(one.low)} - {text(one.high)})"


def outcomes(done: Front) -> ShownTable:
    """A row a plan: objectives on fresh futures, whether it stays unbeaten."""
    keys, rows = done.tried.objectives, []
    for at, rival in enumerate(done.rivals):
        cells = [spread_text(key, done.fresh_interval(at, key)) for key in keys]
        beaten = listed(done, rival.beaten_by[:3]) or "-"
        rows.append(
            [plan_label(done, at), *cells, f"{100 * rival.share:.0f}", verdict_label(rival.verdict), beaten]
        )
    heads = [
        tell("plan", "方案"),
        *(OBJECTIVES[key].label for key in keys),
        tell("unbeaten in % of resamples", "重抽样中不被胜过，%"),
        tell("verdict", "判定"),
        tell("beaten by", "胜过者"),
    ]
    note = tell(
        f"Mean over {done.fresh.shape[1]} fresh futures that chose nothing (95 %). A plan is beaten by "
        "one that "
        "is nowhere worse and somewhere better. Holds: unbeaten there and in 95 % of resamples. Falls out: "
        "beaten there.",
        f"{done.fresh.shape[1]} 个未参与挑选的新未来的均值（95%）。被胜过：另一方案处处不差且某处更好。"
        "成立：其上不被胜过，且 95% 的重抽样中亦然。落选：其上被胜过。",
    )
    return ShownTable(tell("Plans that none beats", "互不胜过的方案"), heads, rows, note)


def settings(done: Front) -> ShownTable:
    """A row a lever: what each plan sets."""
    rows = [
        [one.label, *(one.text(plan[one.name]) if one.name in plan else "-" for plan in done.plans)]
        for one in done.tried.levers
    ]
    heads = [tell("lever", "手段"), *(plan_label(done, at) for at in range(len(done.plans)))]
    return ShownTable(tell("What each plan sets", "各方案的设定"), heads, rows)


def luck(done: Front) -> ShownTable:
    """What the search saw of its plans, and what fresh futures say."""
    keys, rows = done.tried.objectives, []
    for at in range(done.found):
        cells = []
        for column, key in enumerate(keys):
            one = OBJECTIVES[key]
            was = one.text(-one.better * float(done.seen[at, column]) + 0.0)
            cells.append(f"{was} → {one.text(done.fresh_interval(at, key).mean)}")
        rows.append([plan_label(done, at), *cells])
    heads = [tell("plan", "方案"), *(OBJECTIVES[key].label for key in keys)]
    note = tell(
        f"Left: the {done.tried.futures} futures of the search, whose luck helped to choose it; right: "
        "fresh ones.",
        f"左：搜索所用的 {done.tried.futures} 个未来，其运气参与了挑选；右：新未来。",
    )
    return ShownTable(tell("Searched and seen again", "搜索所见与再次检验"), heads, rows, note)


def grown(done: Front) -> ShownTable:
    """A row an optimiser seed: hypervolume along the generations."""
    volumes = done.converged.volumes
    places = sorted({round(part * (volumes.shape[1] - 1)) for part in (0, 0.2, 0.4, 0.6, 0.8, 1)})
    rows = [
        [f"{at + 1}", *(f"{100 * mine[place]:.1f}" for place in places), f"{100 * late:.2f}"]
        for at, (mine, late) in enumerate(zip(volumes, done.converged.late, strict=True))
    ]
    heads = [
        tell("optimiser seed", "优化种子"),
        *(tell(f"generation {place + 1}", f"第 {place + 1} 代") for place in places),
        tell("growth in the last fifth, %", "最后五分之一的增长，%"),
    ]
    note = tell(
        "Hypervolume, the space that the plans found so far cut off, in % of that of all seeds together; "
        f"converged where it grows by {100 * SETTLED:.0f} % at most in the last {100 * LATE:.0f} % of "
        "generations.",
        f"超体积：迄今所得方案占据的空间，以全部种子合计为 100%；最后 {100 * LATE:.0f}% 的世代中增长不超过 "
        f"{100 * SETTLED:.0f}% 即为收敛。",
    )
    return ShownTable(tell("Has the search come to an end?", "搜索是否收敛"), heads, rows, note)


def summary(done: Front) -> pd.DataFrame:
    """A row a plan: objectives on fresh futures, what it sets, whether it holds."""
    rows = []
    for at, rival in enumerate(done.rivals):
        row: dict[str, object] = {"plan": at + 1 if at < done.found else plan_label(done, at)}
        for column, key in enumerate(done.tried.objectives):
            one = done.fresh_interval(at, key)
            seen = -OBJECTIVES[key].better * float(done.seen[at, column]) if at < done.found else None
            row |= {key: one.mean, f"{key}_low": one.low, f"{key}_high": one.high, f"{key}_search": seen}
        row |= {"unbeaten": rival.share, "verdict": rival.verdict}
        row |= {lever.name: rival.values.get(lever.name) for lever in done.tried.levers}
        rows.append(row)
    return pd.DataFrame(rows)
