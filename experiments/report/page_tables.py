"""The tables of a report page: why villages fail, parameters, what made the results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from sim.state.parameters import Declaration

from .. import statistics
from ..command.scenario import known
from ..study import draws
from ..study.findings import Findings, ShownTable
from . import pictures, style
from .given import told_and_drawn
from .pictures import Kept
from .style import phrase, tell, words
from .village_table import by_village

SCENARIOS = 12  # most rows of the table of causes


def whole(kept: Kept) -> ShownTable | None:
    """summary.csv, every number as stored."""
    frame = kept.summary
    if frame.empty:
        return None
    cells = frame.astype(object).where(frame.notna(), "")
    return ShownTable("summary.csv", list(frame.columns), cells.values.tolist())


def headed(table: ShownTable) -> ShownTable:
    """Headings in the language of the page."""
    return replace(table, title=phrase(table.title), columns=list(map(phrase, table.columns)))


def failures(kept: Kept) -> list[ShownTable]:
    """Why villages are not viable, closures averted by relieving a condition, runs that ended in an error."""
    found, rows = [], kept.villages
    if len(rows) and {"verdict", "cause", "weight"} <= set(rows):
        names = {scenario: words(scenario) for scenario in pictures.scenarios(kept)}
        by = {
            label: rows[(rows["scenario"] == scenario) & (rows["arm"] == "main")]
            for scenario, label in list(names.items())[:SCENARIOS]
        }
        found.append(_causes(by, len(names)))
        lines = [
            [label, words(condition), fewer, shut]
            for scenario, label in names.items()
            for condition, (fewer, shut) in statistics.averted(rows, scenario).items()
        ]
        if lines:
            columns = [
                tell("scenario", "情景"),
                tell("condition relieved", "解除的条件"),
                tell("closures averted", "避免的关闭"),
                tell("closures before", "原有关闭"),
            ]
            found.append(
                ShownTable(
                    tell(
                        "Closures averted when one condition is relieved under the same luck",
                        "同一随机数下解除一个条件所避免的关闭",
                    ),
                    columns,
                    lines,
                    tell(
                        (
                            "One seed each: the one with most closures over all scenarios where the "
                            "scenario has any there, else its own worst."
                        ),
                        "各取一个种子：全部情景合计关闭最多者；若该情景在其中无关闭，则取其自身关闭最多者。",
                    ),
                )
            )
    found += _by_village(kept)
    runs = kept.table("runs")
    if len(runs) and (runs["error"] != "").any():
        bad = runs[runs["error"] != ""]
        lines = [
            [str(row.scenario), str(row.arm), int(row.replicate), f"{row.error} ({row.origin})"]
            for row in bad.head(10).itertuples()
        ]
        title = tell(
            f"{len(bad)} of {len(runs)} runs ended in an error", f"{len(runs)} 次运行中 {len(bad)} 次出错"
        )
        found.append(
            ShownTable(
                title,
                [
                    tell("scenario", "情景"),
                    tell("arm", "支"),
                    tell("replicate", "重复"),
                    tell("error", "错误"),
                ],
                lines,
                tell("The first ten.", "前十条。") if len(bad) > 10 else "",
            )
        )
    return found


def _by_village(kept: Kept) -> list[ShownTable]:
    """Villages by name in the first scenario, unless the study itself shows such a table."""
    own = kept.findings.tables if kept.findings else []
    rows = kept.villages
    if not len(rows) or any(table.title.startswith("Village by village") for table in own):
        return []
    first = next(iter(pictures.scenarios(kept)))
    mine = rows[(rows["scenario"] == first) & (rows["arm"] == "main")]
    made = by_village(mine, kept.parameters, first if rows["scenario"].nunique() > 1 else "")
    return [made] if made else []


def _causes(by: dict[str, pd.DataFrame], scenarios: int) -> ShownTable:
    why = {label: statistics.causes(rows) for label, rows in by.items() if len(rows)}
    total = pd.DataFrame(why).T.sum().sort_values(ascending=False, kind="stable")
    columns = list(total.index[:7])
    lines = []
    for label, one in why.items():
        rows = by[label]
        lost = float(rows.loc[~statistics.viable(rows), "weight"].sum() / rows["weight"].sum())
        shares = [f"{100 * one.get(column, 0.0) / one.sum():.0f}" if one.sum() else "" for column in columns]
        lines.append([label, f"{100 * lost:.0f}", *shares])
    title = tell("Villages that are not viable, and why (% of them)", "不可持续的村及原因（占其百分比）")
    more = (
        tell(
            f" The first {len(why)} of {scenarios} scenarios.", f"共 {scenarios} 个情景中的前 {len(why)} 个。"
        )
        if scenarios > len(why)
        else ""
    )
    note = (
        tell(
            (
                "A village with several causes counts in parts. 'closed:' names what stood against its "
                "door, or the condition breached before it closed."
            ),
            "有多个原因的村按份计算；closed: 后为关门的原因，或关闭前被突破的条件。",
        )
        + more
    )
    return ShownTable(
        title,
        [
            tell("scenario", "情景"),
            tell("not viable, % of villages", "不可持续，占村 %"),
            *map(words, columns),
        ],
        lines,
        note,
    )


def given(kept: Kept, findings: Findings) -> list[ShownTable]:
    """What was given of the county, unless the study itself shows it."""
    table = told_and_drawn(kept.parameters)
    shown = table is not None and any(one.columns == table.columns for one in findings.tables)
    return [table] if table and not shown else []


def parameters(kept: Kept) -> list[ShownTable]:
    """Changed ones first, then all others; assumptions marked."""
    mine, plain = kept.parameters.flat(), known()
    changed = [declared for path, declared in plain.items() if mine[path] != declared.default]
    drawn = (
        {one.path for one in draws.drawn(kept.parameters, (declared.path for declared in changed))}
        if kept.configuration.get("draws") not in (None, False, "none")
        else set()
    )
    columns = [
        tell(*column)
        for column in (
            ("parameter", "参数"),
            ("value", "取值"),
            ("default", "默认"),
            ("unit", "单位"),
            ("range", "范围"),
            ("grade", "等级"),
            ("source", "来源（原文）"),
            ("what it is", "说明"),
        )
    ]
    named, units = style.chinese_names()["parameters"], style.chinese_names()["units"]

    def line(declared: Declaration) -> list[Any]:
        mark = tell(" assumption", " 假设") if declared.grade == "D" else ""
        value = _plain(mine[declared.path]) + (
            tell(" (drawn for each seed)", "（每个种子抽取）") if declared.path in drawn else ""
        )
        span = (
            f"{_plain(declared.low)} – {_plain(declared.high)}"
            if declared.low is not None
            else ", ".join(declared.choices or ())
        )
        return [
            declared.path,
            value,
            _plain(declared.default),
            tell(declared.unit, units.get(declared.unit, declared.unit)),
            span,
            declared.grade + mark,
            declared.source,
            tell(declared.doc, f"{named.get(declared.path, declared.path)}（{declared.doc}）"),
        ]

    first = ShownTable(
        tell("Changed from the default", "与默认不同"),
        columns,
        [line(declared) for declared in changed],
        "" if changed else tell("None.", "无。"),
    )
    rest = [line(declared) for declared in plain.values() if declared not in changed]
    guesses = sum(declared.grade == "D" for declared in plain.values())
    note = tell(
        (
            f"{guesses} of {len(plain)} parameters are assumptions or choices (grade D). Arms of a "
            f"comparison set their own values on top."
        ),
        f"{len(plain)} 个参数中 {guesses} 个为假设或选择（D 级）。比较中的各支另行设定自己的取值。",
    )
    return [first, ShownTable(tell("As by default", "默认值"), columns, rest, note)]


def _plain(value: Any) -> str:
    return (
        tell(*(("on", "开") if value else ("off", "关")))
        if isinstance(value, bool)
        else f"{value:.12g}"
        if isinstance(value, int | float)
        else str(value)
    )


def provenance(kept: Kept) -> list[ShownTable]:
    """Versions and hashes, as the manifest has them."""
    sums = [(key, v) for key, v in kept.manifest.get("sha256", {}).items() if not isinstance(v, dict)]
    sums += [(f"sim/data/{key}", v) for key, v in kept.manifest.get("sha256", {}).get("data", {}).items()]
    return [
        ShownTable(
            tell("Versions", "版本"),
            [tell("package", "软件包"), tell("version", "版本")],
            [[key, v] for key, v in kept.manifest.get("versions", {}).items()],
        ),
        ShownTable("SHA-256", [tell("of", "对象"), "SHA-256"], [[key, v] for key, v in sums]),
    ]


def spread(kept: Kept, pictures_of: list[Any]) -> list[str]:
    """How much of the spread is luck, where a nested design tells, and whether sensitivity is here."""
    said, frame = [], kept.summary
    if "luck_share" in frame and frame["luck_share"].notna().any():
        one = frame[frame["luck_share"].notna()].iloc[0]
        share, low, high = (f"{100 * one[f'luck_{name}']:.0f}" for name in ("share", "low", "high"))
        name = words(f"{one['panel']}/{one['funding']}/{one['business']}")
        said.append(
            tell(
                f"Of the variance between runs of {name} in added elder-years {share} % ({low} to {high}) is "
                f"luck alone; parameters that are not known bring the rest.",
                f"{name}各次运行新增老人年的方差中 {share}%（{low} 至 {high}）只来自运气，"
                f"其余来自未知的参数。",
            )
        )
    if not pictures_of:
        said.append(tell("No sensitivity analysis was part of this study.", "本研究不含敏感性分析。"))
    return said


def number(value: float) -> str:
    """Four digits are shown; the cell's data-value holds the number as stored."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:,}"
        if isinstance(value, int)
        else f"{value:,.0f}"
        if abs(value) >= 10_000
        else f"{value:.4g}"
    )
