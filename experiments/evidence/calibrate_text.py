"""What a calibration found, in sentences and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..report.style import figures_in, phrase, tell
from ..study.findings import Findings, ShownTable
from . import calibrate_figures as figures
from .calibrate_table import NAME
from .calibration import ENOUGH, Calibration
from .judging import short
from .measuring import MONEY, PEOPLE
from .pattern_file import Pattern
from .patterns import name_of
from .reading import (
    Seen,
    alone,
    best_reached,
    first_wave,
    held_by,
    informed,
    moves,
    seen_of,
    weighted_quantile,
)

FITS = 0.3  # of fresh runs that are asked to hold every pattern
RARE = 0.3  # a pattern held by a smaller share of fresh runs is named as one that stands against the model
QUANTILES = (0.05, 0.5, 0.95)
MOST_DIALS = 16  # in the table


def percent(share: float) -> str:
    """A share in words of a page."""
    return f"{100 * share:.0f} %"


def span(values: np.ndarray) -> str:
    """Median with the middle nine tenths."""
    if not np.isfinite(values).any():
        return "-"
    low, middle, high = np.nanquantile(values, QUANTILES)
    return f"{short(middle)} ({short(low)}–{short(high)})"


def _fit(found: Calibration, seen: list[Seen]) -> str:
    assert found.checked is not None
    every = np.all([one.after_in for one in seen], axis=0)
    median = int(np.median(np.sum([one.after_in for one in seen], axis=0)))
    before = int(np.median(np.sum([one.before_in for one in seen], axis=0)))
    worst = min(seen, key=lambda one: one.after_in.mean())
    many = len(every)
    return tell(
        f"Of {many} fresh runs from the result {percent(every.mean())} lie in the bands of all {len(seen)} "
        f"patterns, and the median run holds {median} (before: {before}); the hardest is {worst.pattern.id}, "
        f"held by {percent(worst.after_in.mean())}.",
        f"按结果重新抽取的 {many} 次运行中，{percent(every.mean())} 落入全部 {len(seen)} 条规律的区间，"
        f"中位运行符合 {median} 条（校准前 {before} 条）；最难符合的是 {worst.pattern.id}，"
        f"只有 {percent(worst.after_in.mean())} 符合。",
    )


def _against(found: Calibration, seen: list[Seen]) -> str:
    """Patterns that hardly any run holds, with what moves them: what the structure cannot do."""
    rare = [one for one in seen if one.after_in.mean() < RARE]
    if not rare:
        return tell(
            "No single pattern is out of reach: each is held by at least three fresh runs in ten.",
            "没有哪条规律无法达到：每条都至少被十分之三的新运行符合。",
        )
    told = []
    for one in sorted(rare, key=lambda one: one.after_in.mean()):
        side = (
            tell("too low", "偏低")
            if np.nanmedian(one.after) < one.pattern.low
            else tell("too high", "偏高")
            if np.nanmedian(one.after) > one.pattern.high
            else tell("too spread", "过于分散")
        )
        dials = ", ".join(moves(found, one.pattern)[:3])
        told.append(
            tell(
                f"{one.pattern.id} {name_of(one.pattern)}: {side}, {span(one.after)} against "
                f"{one.pattern.low:g} to {one.pattern.high:g}, moved most by {dials}",
                f"{one.pattern.id} {name_of(one.pattern)}：{side}，{span(one.after)}，区间为 "
                f"{one.pattern.low:g} 至 {one.pattern.high:g}，主要受 {dials} 影响",
            )
        )
    return (
        tell("Against the model stand ", "与模型不合的是：") + tell("; ", "；").join(told) + tell(".", "。")
    )


def _left(found: Calibration) -> str:
    """What is left of the space, and what ruled it out."""
    names = [tell(one.name, one.chinese) for one in found.structures]
    shares = [found.left.get(one.name, 0.0) for one in found.structures]
    text = tell(", ", "、").join(
        f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True)
    )
    out = alone(found)
    order = np.argsort(-out)[:3]
    strict = tell(", ", "、").join(f"{found.target.patterns[at].id} {percent(out[at])}" for at in order)
    gone = [name for name, share in zip(names, shares, strict=True) if share == 0]
    ruled = tell(f"; ruled out whole: {', '.join(gone)}", f"；整体被排除：{'、'.join(gone)}") if gone else ""
    return tell(
        f"Of the space of {len(found.space.names) if found.space else 0} fitted dials these shares are left, "
        f"by what leads the ends of stations: {text}{ruled}; alone, the patterns that rule out most: "
        f"{strict}.",
        f"在 {len(found.space.names) if found.space else 0} 个拟合旋钮的空间中，按站点终止的主因，"
        f"剩余份额为：{text}{ruled}；单独排除最多的规律：{strict}。",
    )


def _learnt(found: Calibration) -> str:
    """The dials of which most was learnt, and how much the draws are worth."""
    names = tell(", ", "、").join(name for name, _ in informed(found)[:5])
    few = (
        tell(f", fewer than the {ENOUGH} asked for", f"，少于要求的 {ENOUGH}")
        if found.effective < ENOUGH
        else ""
    )
    return tell(
        f"Most was learnt of {names}; the weighted draws are worth {found.effective:,.0f} equal ones{few} "
        f"({NAME}: read by other experiments with draws=<file>).",
        f"获得信息最多的是 {names}；加权抽样相当于 {found.effective:,.0f} 个等权抽样{few}"
        f"（{NAME}：其他实验以 draws=<文件> 读取）。",
    )


def pattern_table(found: Calibration, seen: list[Seen]) -> ShownTable:
    """One row a pattern: published, before, after."""
    rows = [
        [
            one.pattern.id,
            name_of(one.pattern),
            f"{one.pattern.low:g}–{one.pattern.high:g}",
            span(one.before),
            percent(one.before_in.mean()),
            span(one.after),
            percent(one.after_in.mean()),
        ]
        for one in seen
    ]
    head = ("id", "pattern", "band", "prior", "in band", "calibrated", "in band ")
    note = tell(
        "Median and middle nine tenths of single runs; prior: points that fill the space of the fitted "
        "dials, "
        "all others drawn; calibrated: fresh runs of weighted draws.",
        "单次运行的中位数与中间 90%；先验：填满拟合旋钮空间的点，其余皆随机抽取；校准后：加权抽样的新运行。",
    )
    return ShownTable(phrase("Patterns before and after"), [phrase(word) for word in head], rows, note)


def dial_table(found: Calibration) -> ShownTable:
    """One row a dial of which something was learnt: its first parameter before and after."""
    assert found.space is not None
    rows = []
    for name, gain in informed(found)[:MOST_DIALS]:
        first = found.space.dials[name][0]
        values = np.array([float(found.space.values(row)[first.path]) for row in found.draws])
        low, middle, high = weighted_quantile(values, found.weights, (0.05, 0.5, 0.95))
        rows.append(
            [
                name,
                first.path,
                first.unit,
                f"{first.default:g} ({first.low:g}–{first.high:g})",
                f"{short(middle)} ({short(low)}–{short(high)})",
                f"{gain:.2f}",
            ]
        )
    head = ("dial", "parameter", "unit", "declared", "calibrated", "learnt")
    note = tell(
        "First parameter of the dial: default and range, then median and middle nine tenths of the draws. "
        "Learnt: by how much the spread of the dial shrank, 0 nothing, 1 all.",
        "旋钮的第一个参数：默认值与范围，随后是抽样的中位数与中间 90%。所获信息：旋钮分布收窄的程度，"
        "0 为没有，1 为完全确定。",
    )
    return ShownTable(phrase("Dials of which most was learnt"), [phrase(word) for word in head], rows, note)


def structure_table(found: Calibration) -> ShownTable:
    """One row a rival structure."""
    assert found.checked is not None
    rows = []
    for at, one in enumerate(found.structures):
        mine = np.array([other.name == one.name for other in found.checked.structures])
        holds = held_by(found, mine)
        ends = [span(found.checked.values[name][mine]) if mine.any() else "" for name in (MONEY, PEOPLE)]
        weight = float(found.weights[found.of == at].sum())
        rows.append(
            [
                tell(one.name, one.chinese),
                percent(found.left.get(one.name, 0.0)),
                f"{weight:.2f}",
                f"{holds:.1f}" if mine.any() else "",
                *ends,
            ]
        )
    head = ("led by", "left", "weight", "patterns held", "ends by money", "ends by people")
    note = tell(
        "Rival accounts of why stations end, each with the same weight; ends: closures a station-year in the "
        "set-up with stations opened in the run.",
        "站点为何终止的竞争性解释，权重相同；终止：在运行中开办站点的设定下，每站每年关闭数。",
    )
    return ShownTable(phrase("Rival structures"), [phrase(word) for word in head], rows, note)


def reached_table(found: Calibration) -> ShownTable:
    """One row a pattern: the closest that any run came under any value."""
    rows = [
        [one.id, name_of(one), f"{one.observed:g}", short(value)]
        for one, value in ((one, best_reached(found, one)) for one in found.target.patterns)
    ]
    head = ("id", "pattern", "observed", "closest of all runs")
    return ShownTable(phrase("How near any run came"), [phrase(word) for word in head], rows)


def _nothing(found: Calibration) -> list[str]:
    out = alone(found)
    worst: Pattern = found.target.patterns[int(out.argmax())]
    return [
        tell(
            f"No value agrees with the patterns: everything is ruled out, most of it by {worst.id} "
            f"({percent(float(out.max()))} of the space by itself).",
            f"没有任何取值与规律相符：全部被排除，其中 {worst.id} 单独排除 {percent(float(out.max()))}。",
        )
    ]


def summary(found: Calibration) -> pd.DataFrame:
    """One row a pattern: quantiles and share in its band before and after; empty where nothing was left."""
    if found.checked is None:
        return pd.DataFrame({"id": [one.id for one in found.target.patterns], "ruled_out": alone(found)})
    rows = []
    for one, out in zip(seen_of(found, first_wave(found)), alone(found), strict=True):
        row: dict[str, Any] = {
            "id": one.pattern.id,
            "band_low": one.pattern.low,
            "band_high": one.pattern.high,
        }
        for name, values, inside in (
            ("before", one.before, one.before_in),
            ("after", one.after, one.after_in),
        ):
            quantiles = np.nanquantile(values, QUANTILES) if np.isfinite(values).any() else [np.nan] * 3
            row |= {f"{name}_{at:g}": value for at, value in zip(QUANTILES, quantiles, strict=True)}
            row[f"{name}_in_band"] = inside.mean()
        rows.append(row | {"ruled_out": out})
    return pd.DataFrame(rows)


def findings(found: Calibration, folder: Path) -> Findings:
    """Question, answer, tables and pictures in the language that is spoken."""
    question = phrase("Which values agree with the published patterns, and what do they leave open?")
    limits = [
        phrase("Bands and discrepancies are proposals; a value that is kept is possible, not proven."),
        phrase("An emulator stands for the model between the points that were run; fresh runs check it."),
    ]
    if found.checked is None:
        return Findings(question, _nothing(found), [reached_table(found)], limits=limits)
    seen = seen_of(found, first_wave(found))
    tables = [pattern_table(found, seen), structure_table(found), dial_table(found), reached_table(found)]
    sentences = [_fit(found, seen), _against(found, seen), _left(found), _learnt(found)]
    return Findings(question, sentences, tables, figures.draw(found, seen, figures_in(folder)), limits)
