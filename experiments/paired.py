"""Arms against one baseline under common random numbers: what each changes in six measures, with intervals.

Every arm of a replicate meets the same luck and the same draw of parameters, so that the difference to the
baseline is the arm's. The seed is the unit. Whether an effect is clear is judged by paired t-tests over all
arms and measures together, at a false discovery rate of 5 % (Benjamini-Hochberg).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from experiments import statistics
from experiments.command.scenario import Composed, Mistake, Scenario, compose_policies, patched
from experiments.report import style
from experiments.report.findings import Picture
from experiments.report.style import phrase, plt, tell
from experiments.study import draws
from experiments.study import study as studies
from experiments.study.plan import Task
from sim.policies import Intervention
from sim.state.parameters import ParameterError, Parameters

BASELINE = "baseline"
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Measure:
    """A ratio of sums over villages.

    `part` over `whole` (columns of the village table), times `scale`, in `unit`.
    """

    name: str
    unit: str
    part: str
    whole: str
    scale: float
    good: int  # +1 where more is better
    digits: int = 1


MEASURES = {
    "viable": Measure("villages viable", "%", "viable", "ones", 100.0, 1),
    "open": Measure("villages in service at the end", "%", "open", "ones", 100.0, 1),
    "unmet": Measure("eligible hours unmet", "%", "short_minutes", "eligible_minutes", 100.0, -1),
    "visits": Measure("visits made of those due", "%", "visits_made", "visits_due", 100.0, 1),
    "loneliness": Measure("loneliness", "% of full", "loneliness_sum", "elder_months", 100.0, -1, 2),
    "cost": Measure(
        "public cost", "yuan per elder-year helped", "public_fen", "elder_years_helped", 0.01, -1, 0
    ),
}


@dataclass(frozen=True)
class Arm:
    """One way to differ from another arm.

    Changes of parameters, those that a draw asks for (`fit`), policies.
    """

    name: str
    label: str
    changes: dict[str, Any] = field(default_factory=dict)
    policies: tuple[Intervention, ...] = ()
    fit: Callable[[Parameters], dict[str, Any]] | None = None
    against: str = BASELINE  # the arm that it is compared with


PLAIN = Arm(BASELINE, "baseline")


@dataclass(frozen=True)
class Size:
    """How much is run."""

    seeds: int
    villages: int
    elders: int


class Study:
    """A command line, its arms (the baseline among them, where there is one), and every run of them."""

    def __init__(
        self,
        line: Composed,
        sizes: dict[str, Size],
        arms: Sequence[Arm],
        base_policies: tuple[Intervention, ...] | None = None,
    ) -> None:
        s, self.line, size = line.settings, line, sizes[line.settings.size]
        self.arms = list(arms)
        self.seeds = s.seeds or size.seeds
        self.base = line.sized({"county.villages": size.villages, "county.elders": size.elders})
        over = sorted(set(line.pinned).intersection(*(arm.changes for arm in self.arms)))
        if over:
            raise Mistake(
                f"{over[0]}: every arm of experiment={s.name} sets it itself; experiment=baseline "
                f"takes it as written"
            )
        self.policies = line.policies if base_policies is None else base_policies

    def task(self, arm: Arm, at: int) -> Task:
        """One run of an arm; replicate `at` has its luck and its parameters, whatever the arm."""
        s, policies = self.line.settings, (*self.policies, *arm.policies)
        if not policies and arm.fit is None:
            held = frozenset(self.line.touched() | set(arm.changes)) if s.draws else frozenset()
            return Task(
                Scenario(arm.name, patched(self.base, arm.changes), held),
                at,
                s.seed,
                at if s.draws else -1,
                keep_series=False,
            )
        # what reads the drawn parameters is made for each replicate
        drawn = draws.with_draw(self.base, draws.draw(s.seed, at, self.line.touched()) if s.draws else {})
        p = patched(drawn, {**arm.changes, **(arm.fit(drawn) if arm.fit else {})})
        return Task(
            Scenario(arm.name, p, modifiers=compose_policies(policies, p)), at, s.seed, keep_series=False
        )

    def run(self, words: list[str], report: Callable[[studies.Study, pd.DataFrame], None]) -> int:
        """Run all arms and hand `report` the study and its weighted village rows."""
        with studies.begin(self.line.starting(self.base), words) as work:
            work.run([self.task(arm, at) for at in range(self.seeds) for arm in self.arms])
            report(work, statistics.with_weights(work.results().villages(), self.base))
        return 0

    def size_text(self) -> str:
        """Seeds, villages, elders, horizon, and what differs between seeds."""
        c, h = self.base.county, self.base.horizon
        spread = (
            tell("luck and drawn parameters", "运气与抽取的参数")
            if self.line.settings.draws
            else tell("luck alone, parameters as written", "运气（参数取所写之值）")
        )
        return tell(
            (
                f"{self.seeds} seeds × {c.villages} villages of about {c.elders} elders, {h.start} to "
                f"{h.end}; seeds differ in {spread}"
            ),
            (
                f"{self.seeds} 个种子 × {c.villages} 个村，每村约 {c.elders} 位老人，{h.start} 至 "
                f"{h.end}；种子之间的差别在于{spread}"
            ),
        )


def fitting(base: Parameters, arms: Sequence[Arm]) -> tuple[list[Arm], list[str]]:
    """Arms whose changes fit together with the baseline, and a sentence on each that does not."""
    good, refused = [], []
    for arm in arms:
        try:
            base.replace(arm.changes)
            good.append(arm)
        except ParameterError as e:
            refused.append(f"{arm.label} was left out ({e})")
    return good, refused


def measures(rows: pd.DataFrame) -> pd.DataFrame:
    """(scenario, replicate) x measure.

    Missing where there is nothing to divide by (no visits due, nobody helped).
    """
    table = rows.assign(
        viable=(rows["verdict"] == "viable") * 1.0,
        open=~rows["verdict"].isin(["closed", "never_opened"]) * 1.0,
        ones=1.0,
        short_minutes=rows["eligible_minutes"] - rows["mutual_minutes"],
    )
    columns = sorted({c for m in MEASURES.values() for c in (m.part, m.whole)})
    table[columns] = table[columns].multiply(table["weight"], axis=0)
    sums = table.groupby(["scenario", "replicate"], sort=False)[columns].sum()
    return pd.DataFrame(
        {k: m.scale * sums[m.part] / sums[m.whole].where(sums[m.whole] > 0) for k, m in MEASURES.items()}
    )


def idle(rows: pd.DataFrame, arms: Sequence[Arm]) -> list[str]:
    """Names of arms in which every village of every replicate is, and did, what it is in the arm compared
    with, to the last digit.
    """
    of = {
        str(name): mine.drop(columns=["scenario", "run"], errors="ignore").reset_index(drop=True)
        for name, mine in rows.sort_values("replicate", kind="stable").groupby("scenario")
    }
    return [
        arm.name
        for arm in arms
        if arm.name != BASELINE
        and arm.name in of
        and arm.against in of
        and of[arm.name].equals(of[arm.against])
    ]


def effects(found: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """One row an arm and measure.

    Mean, effect (arm less the arm compared with, paired by replicate), interval, whether clear.
    """
    rows, plain = [], found.loc[BASELINE]
    for arm in arms:
        if arm.name == BASELINE or arm.name not in found.index or arm.against not in found.index:
            continue
        base = found.loc[arm.against]
        for name in MEASURES:
            gap = (found.loc[arm.name][name] - base[name]).dropna().to_numpy()
            one = statistics.interval(gap, bounded=False)
            rows.append(
                {
                    "arm": arm.name,
                    "label": arm.label,
                    "measure": name,
                    "baseline": plain[name].mean(),
                    "mean": found.loc[arm.name][name].mean(),
                    "effect": one.mean,
                    "low": one.low,
                    "high": one.high,
                    "seeds": one.n,
                    "p": p_value(gap),
                }
            )
    table = pd.DataFrame(rows)
    known = table["p"].notna()
    table["clear"] = False
    if known.any():
        table.loc[known, "clear"] = stats.false_discovery_control(table.loc[known, "p"]) <= FALSE_DISCOVERIES
    return table


def p_value(gap: np.ndarray) -> float:
    """Two-sided paired t-test against zero.

    1 where no pair differs, missing where fewer than two pairs are known.
    """
    if len(gap) < 2:
        return float("nan")
    if np.ptp(gap) == 0:  # no spread, so t cannot be had: none differs, or all by the same
        return 1.0 if gap[0] == 0 else 2.0 ** (1 - len(gap))
    return float(stats.ttest_1samp(gap, 0.0).pvalue)


def ordered(table: pd.DataFrame) -> list[str]:
    """Arms by the size of their effects.

    Clear ones first, each effect in standard deviations over the arms.
    """
    scale = table.groupby("measure")["effect"].transform(lambda x: max(float(np.nanstd(x)), 1e-12))
    size = (table["effect"].abs() / scale).fillna(0.0)
    weight = size * np.where(table["clear"], 1.0, 1e-3)
    return list(
        weight.groupby(table["arm"], sort=False).sum().sort_values(ascending=False, kind="stable").index
    )


def cell(row: Any) -> str:
    """Effect and interval of a row of the effects as text; * where clear; - where it cannot be had."""
    if not np.isfinite(row.effect):
        return "-"
    digits = MEASURES[row.measure].digits
    band = (
        f" ({row.low:+.{digits}f} {tell('to', '至')} {row.high:+.{digits}f})" if np.isfinite(row.low) else ""
    )
    return f"{row.effect:+.{digits}f}{band}{'*' if row.clear else ''}"


def unit(m: Measure) -> str:
    """The unit of an effect."""
    return phrase("points" if m.unit.startswith("%") else m.unit)


def lines(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Column heads and rows of the table, arms by size of effect."""
    cells: dict[str, list[str]] = {arm: [] for arm in ordered(table)}
    for row in table.itertuples():  # measure by measure within an arm
        cells[str(row.arm)] = [*(cells[str(row.arm)] or [phrase(str(row.label))]), cell(row)]
    base = table.drop_duplicates("measure").set_index("measure")["baseline"]
    heads = ["", *(f"{phrase(m.name)}{tell(', ', '，')}{unit(m)}" for m in MEASURES.values())]
    return heads, [
        [phrase("baseline"), *(f"{base[k]:.{m.digits}f}" for k, m in MEASURES.items())],
        *cells.values(),
    ]


def draw(table: pd.DataFrame, title: str, note: str, folder: Path, name: str) -> Picture:
    """Small multiples: one plot a measure, one dot with its interval an arm; grey where the effect is not
    clear.
    """
    order = ordered(table)
    labels = table.drop_duplicates("arm").set_index("arm")["label"]
    figure, axes = plt.subplots(
        1, len(MEASURES), figsize=(14.5, 2.0 + 0.21 * len(order)), layout="constrained", sharey=True
    )
    for axis, (key, m) in zip(axes, MEASURES.items(), strict=True):
        mine = table[table["measure"] == key].set_index("arm").reindex(order)
        axis.axvline(0, color="black", lw=0.8)
        for y, row in enumerate(mine.itertuples()):
            if not np.isfinite(row.effect):
                axis.text(0, y, " " + phrase("not defined"), va="center", fontsize=7, color=style.GREY)
                continue
            colour = style.GREY if not row.clear else (style.BLUE if row.effect * m.good > 0 else style.RED)
            if np.isfinite(row.low):
                axis.plot([row.low, row.high], [y, y], color=colour, lw=1.6, solid_capstyle="butt")
            axis.plot(row.effect, y, "o", color=colour, ms=4)
        axis.set_title(
            f"{phrase(m.name)}\n{phrase('baseline')} {mine['baseline'].iloc[0]:.{m.digits}f}", fontsize=9
        )
        axis.set_xlabel(unit(m), fontsize=8)
        axis.grid(axis="y", color="#eeeeee", lw=0.6)
        axis.set_axisbelow(True)
        axis.margins(x=0.12)
    axes[0].set_yticks(range(len(order)), [phrase(labels[a]) for a in order], fontsize=8)
    axes[0].set_ylim(len(order) - 0.4, -0.6)
    marks = tell(
        (
            "Dot: effect against the baseline under the same luck; bar: 95 % interval; blue better, red "
            "worse, grey not clear. "
        ),
        "点：相同运气下与基准相比的效应；线：95% 区间；蓝色为好，红色为坏，灰色不明确。",
    )
    return style.finish(figure, title, marks + note, folder, name)
