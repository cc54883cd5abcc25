"""What `discover` says: the conditions in words, how far they reach, why there is no box where none is."""

from __future__ import annotations

import math

from ..command.settings import known
from ..outcomes import OUTCOMES
from ..report.style import chinese_names, phrase, tell
from ..study.findings import Findings, ShownTable
from .acceptance import COVERAGE, DENSITY, FEWEST, KEPT, RESAMPLES, Judged
from .discovered import Discovered
from .prim import LEVEL, Box

SHARES = ("share", "share/year", "share/month")
REASONS: dict[str, tuple[str, str]] = {
    "few": (
        f"fewer than {FEWEST} runs fail, or fewer than {FEWEST} hold",
        f"失败或成功的运行不足 {FEWEST} 次",
    ),
    "many": (
        f"{100 * DENSITY:.0f} % of all runs or more fail: it fails nearly everywhere",
        f"全部运行中至少 {100 * DENSITY:.0f}% 失败：几乎处处失败",
    ),
    "nothing": ("no condition is told from chance", "没有可与偶然区分的条件"),
    "coverage": (
        f"less than {100 * COVERAGE:.0f} % of the failures lie inside",
        f"落入其中的失败不足 {100 * COVERAGE:.0f}%",
    ),
    "density": (
        f"less than {100 * DENSITY:.0f} % of the runs inside fail",
        f"其中失败的运行不足 {100 * DENSITY:.0f}%",
    ),
    "chance": (
        f"a condition may be chance in the runs that chose nothing (quasi-p {LEVEL} or more)",
        f"在未参与挑选的运行中，有条件可能出于偶然（准 p 值不小于 {LEVEL}）",
    ),
    "unstable": (
        f"a condition comes back in less than {100 * KEPT:.0f} % of {RESAMPLES} halves of the runs",
        f"有条件在 {RESAMPLES} 次半数重抽样中再现不足 {100 * KEPT:.0f}%",
    ),
}


def name_of(path: str) -> str:
    """A parameter for readers."""
    return tell(known()[path].doc, chinese_names()["parameters"].get(path, path))


def amount(path: str, value: float) -> str:
    """A value with its unit; shares in percent."""
    unit = known()[path].unit
    if unit in SHARES:
        rest = unit.removeprefix("share")
        per = {"": "", "/year": tell(" a year", "（每年）"), "/month": tell(" a month", "（每月）")}[rest]
        return f"{100 * value:.3g} %{per}"
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return shown if unit == "ratio" else f"{shown} {tell(unit, chinese_names()['units'].get(unit, unit))}"


def condition(path: str, low: float, high: float) -> str:
    """One restriction in words."""
    if math.isfinite(low) and math.isfinite(high):
        between = amount(path, low), amount(path, high)
        return tell(f"between {between[0]} and {between[1]}", f"在 {between[0]} 与 {between[1]} 之间")
    if math.isfinite(high):
        return tell(f"below {amount(path, high)}", f"低于 {amount(path, high)}")
    return tell(f"above {amount(path, low)}", f"高于 {amount(path, low)}")


def where(done: Discovered, box: Box) -> str:
    """All restrictions of a box in words, the strongest first where it is the box that was judged."""
    order = done.strongest() if box is done.found.box else list(box.ends)
    parts = []
    for column in order:
        path, ends = done.table.names[column], box.ends[column]
        said = condition(path, *ends)
        parts.append(tell(f"\u201c{name_of(path)}\u201d is {said}", f"“{name_of(path)}”{said}"))
    return tell(" and ", "，且").join(parts)


def failing(done: Discovered) -> str:
    """What counts as failed."""
    outcome = OUTCOMES[done.outcome]
    at = f"{100 * done.below:g} %" if outcome.share else f"{done.below:g}"
    return tell(f"{outcome.label}: less than {at}", f"{outcome.chinese}不足 {at}")


def reach(judged: Judged) -> str:
    """Coverage and density in words."""
    caught, dense = f"{100 * judged.coverage:.0f}", f"{100 * judged.density:.0f}"
    return tell(
        f"{caught} % of the failures lie inside (coverage), and {dense} % of the runs inside fail (density)",
        f"{caught}% 的失败落入其中（覆盖率），其中 {dense}% 的运行失败（密度）",
    )


def sentences(done: Discovered) -> list[str]:
    """Where it fails, how sure that is, what the tree says."""
    return [_first(done), _second(done), _tree(done)]


def _first(done: Discovered) -> str:
    if done.found.accepted:
        box = where(done, done.found.box)
        return tell(
            f"The plan fails ({failing(done)}) where {box}.", f"当{box}时，方案失败（{failing(done)}）。"
        )
    why = tell("; ", "；").join(tell(*REASONS[reason]) for reason in done.found.reasons)
    return tell(
        f"No box: no few conditions say where the plan fails ({failing(done)}): {why}.",
        f"没有条件箱：少数几个条件不足以说明方案在何处失败（{failing(done)}）：{why}。",
    )


def _second(done: Discovered) -> str:
    runs, rate = len(done.values), 100 * done.rate
    of_all = tell(f"of all {runs} runs {rate:.0f} % fail", f"全部 {runs} 次运行中 {rate:.0f}% 失败")
    if not done.found.box.ends:
        return tell(f"{of_all.capitalize()}.", f"{of_all}。")
    if done.found.accepted:
        return tell(
            f"In runs that did not choose these conditions {reach(done.found)}; {of_all}.",
            f"在未参与挑选的运行中，{reach(done.found)}；{of_all}。",
        )
    box = where(done, done.found.box)
    return tell(
        f"What came nearest, and is no answer: {box}; there {reach(done.found)}; {of_all}.",
        f"最接近而不足为据者：{box}；{reach(done.found)}；{of_all}。",
    )


def _tree(done: Discovered) -> str:
    if not done.found.searched:
        return tell(
            "Ask for another threshold (below=) or a plan that fails now and then.",
            "可另设阈值（below=），或换一个时成时败的方案。",
        )
    if done.tree is None:
        return tell(
            "A classification tree beside it wants scikit-learn: pip install -e '.[evidence]'.",
            "作为对照的分类树需要 scikit-learn：pip install -e '.[evidence]'。",
        )
    if not done.tree.box.ends:
        return tell("A classification tree finds no condition.", "分类树未找到任何条件。")
    shared, count = len(done.tree.box.ends.keys() & done.found.box.ends.keys()), len(done.tree.box.ends)
    box = where(done, done.tree.box)
    return tell(
        f"A classification tree (CART) comes nearest with {count} condition{'s' * (count > 1)}, {shared} of "
        f"them the same: {box}; there {reach(done.tree)}.",
        f"分类树（CART）最接近者有 {count} 个条件，其中 {shared} 个相同：{box}；{reach(done.tree)}。",
    )


def restrictions(done: Discovered) -> ShownTable:
    """A row a condition of the box."""
    rows = []
    for column in done.strongest():
        path = done.table.names[column]
        values = sorted(done.table.values[:, column].tolist())
        ends = amount(path, values[len(values) // 20]), amount(path, values[-1 - len(values) // 20])
        rows.append(
            [
                name_of(path),
                path,
                condition(path, *done.found.box.ends[column]),
                tell(f"{ends[0]} to {ends[1]}", f"{ends[0]} 至 {ends[1]}"),
                f"{done.found.chance.get(column, 1.0):.1g}",
                f"{100 * done.found.kept.get(column, 0.0):.0f} %",
                ", ".join(done.table.beside[path]),
            ]
        )
    note = tell(
        f"quasi-p: chance of so many failures in the box were the condition idle (held-out runs, less than "
        f"{LEVEL} is asked); resamples: in how many of {RESAMPLES} halves of the runs it comes back "
        f"({100 * KEPT:.0f} % are asked); what moves with it is drawn as one with it (a minus: against it)",
        f"准 p 值：若该条件不起作用，箱内出现如此多失败的概率（未参与挑选的运行，要求小于 {LEVEL}）；"
        f"重抽样：在 {RESAMPLES} 次半数运行中再现的比例（要求 {100 * KEPT:.0f}%）；"
        f"同动者：与之作为一个参数抽取（负号：反向）",
    )
    heads = ["condition on", "parameter", "range", "drawn (90 %)", "quasi-p", "resamples", "moves with it"]
    return ShownTable(phrase("The conditions"), [phrase(head) for head in heads], rows, note)


def methods(done: Discovered) -> ShownTable:
    """PRIM and CART beside each other."""
    named = [("PRIM", done.found), ("CART", done.tree)]
    rows = [
        [
            name,
            f"{len(one.box.ends)}",
            f"{one.coverage:.2f}",
            f"{one.density:.2f}",
            where(done, one.box) or "-",
        ]
        for name, one in named
        if one is not None
    ]
    heads = ["method", "conditions", "coverage", "density", "where it fails"]
    note = tell(
        f"In held-out runs; asked are coverage {COVERAGE} at density {DENSITY}",
        f"取未参与挑选的运行；要求密度 {DENSITY} 时覆盖率 {COVERAGE}",
    )
    return ShownTable(phrase("Two ways of looking"), [phrase(head) for head in heads], rows, note)


def limits(done: Discovered) -> list[str]:
    """What was looked at."""
    county, horizon = done.scenario.parameters.county, done.scenario.parameters.horizon
    count, runs = len(done.table.names), len(done.values)
    return [
        tell(
            f"{runs} runs of {county.villages} villages of about {county.elders} elders, {horizon.start} to "
            f"{horizon.end}, each with a draw and a luck of its own; {count} uncertain inputs that move by "
            f"themselves.",
            f"{runs} 次运行，每次 {county.villages} 个村、每村约 {county.elders} 位老人，{horizon.start} 至 "
            f"{horizon.end}，各有其抽取与运气；{count} 个各自变动的不确定输入。",
        ),
        tell(
            "A box says where failures gather in this model, not what causes them; luck alone keeps its "
            "density below 1.",
            "条件箱说明模型中失败聚集于何处，并非其原因；仅运气一项即使密度低于 1。",
        ),
    ]


def findings(done: Discovered) -> Findings:
    """Tables, three sentences, limits; the picture apart."""
    tables = [restrictions(done)] if done.found.box.ends else []
    tables += [methods(done)] if done.found.searched else []
    asked = phrase("Under which conditions does a plan fail?")
    return Findings(asked, sentences(done), tables, limits=limits(done))
