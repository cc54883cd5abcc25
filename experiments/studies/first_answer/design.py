"""The first answer: which funding mix, with which business, adds the most elder-years of service.

Funding x business x seeds on a county with one village a stratum (kind x strength), reweighted to prevalence,
in two panels: *practised* (pledges follow cost, each payer under its ceiling) and *envelope* (the same
present value of all pledges an elder, set-up capital inside it). All cells of a replicate share luck and
parameter draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sim.state.codes import VILLAGE_KINDS
from sim.state.parameters import Parameters
from sim.state.trades import CHOICES, endowment

from ... import outcomes, racing, reference, statistics
from ...arms import MAIN, RELIEF, Arm, ArmRuns, Size, reference_arm
from ...command.experiment_settings import PANELS
from ...command.scenario import Composed, patched
from ...command.settings import Mistake, arm
from ...racing import Race, looks
from ...ranking import rank
from ...report import figures
from ...study import draws
from ...study.plan import Task

MIXES = ("feixiang", "jiangxi", "four_payers", "government_led", "families_pay", "society_led", "seed_taper")
NULLS = ("identical_payers", "no_money")  # beside no business only; without money both panels are the same
BUSINESSES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
SIZES = {  # below the default village, for time: a design choice
    "quick": Size(12, 160, 4),
    "default": Size(12, 160, 20),
    "full": Size(24, 300, 100),
}
DEPOSIT_ROWS = (
    "jiangxi",
    "four_payers",
)  # the deposit, a null arm, stands in the equal envelope beside these (time)
RELIEVED = {
    "quick": 1,
    "default": 2,
    "full": 8,
}  # breached conditions that a cell's reruns relieve at most (time)
KEEP = 20  # replicates whose monthly series are kept
USED = [
    "scenario",
    "arm",
    "replicate",
    "village",
    "kind",
    "strength",
    "closures",
    *statistics.Fate._fields,
    "elder_years_helped",
    "public_fen",
]  # of the village table
SHARES = ("table_years", *outcomes.STEPS)  # by replicate, with intervals, beside what arms are ranked by
POOLED = ("station_closures", "unpaid", "public_added", "own_added")  # ratios of sums over all replicates
Measure = Callable[[pd.DataFrame], pd.Series]  # village rows -> one number a replicate
AGES = (1, 3, 5, 10)  # years from the opening of a station at which survival is told


@dataclass(frozen=True)
class Mix:
    """One funding mix with one business in one panel."""

    panel: str
    funding: str
    business: str

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return f"{self.panel}/{self.funding}/{self.business}"

    @property
    def arm(self) -> Arm:
        """What the cell sets, path -> value."""
        basis = "cost" if self.panel == "practised" else "envelope"
        changes = {**arm("funding", self.funding), **arm("business", self.business), "funding.basis": basis}
        return Arm(self.name, changes=changes)


def cells(panels: list[str], rows: list[str], columns: list[str]) -> list[Mix]:
    """All cells, null arms last in their panel."""
    found = []
    for panel in panels:
        for funding in rows or [*MIXES, *NULLS]:
            if funding == "no_money" and panel == "envelope":
                continue
            for business in ["none"] if funding in NULLS else columns or BUSINESSES:
                if (
                    business == "deposit"
                    and not columns
                    and (panel != PANELS[-1] or funding not in DEPOSIT_ROWS)
                ):
                    continue
                found.append(Mix(panel, funding, business))
    return found


def endowed(business: str, parameters: Parameters) -> set[str]:
    """Kinds of village in which a business has its endowment, whole or in part."""
    kind = CHOICES.index(business)
    return {
        name
        for i, name in enumerate(VILLAGE_KINDS)
        if kind not in (1, 2, 3) or endowment(i, kind, parameters.business.endowment) > 0
    }


class FirstAnswer:
    """Every run of the experiment, made from one command line."""

    def __init__(self, line: Composed) -> None:
        settings, self.line = line.settings, line
        for group, key in (("funding", "rows"), ("business", "columns")):
            if group in line.named:
                raise Mistake(
                    f"first_answer compares many options of {group}: choose some with "
                    f"{key}=[{line.named[group]}], or take experiment=baseline"
                )
        size = SIZES[settings.size]
        self.panels = settings.panels or list(PANELS[:1] if settings.size == "quick" else PANELS)
        self.seeds = settings.seeds or size.seeds or 1
        self.cells = cells(self.panels, settings.rows, settings.columns)
        self.base = size.base_of(line)
        self.runs = ArmRuns(line, self.base)
        self.races = {panel: self._race(panel) for panel in self.panels}
        self.drawn = len(self.dials()) if settings.drawn else 0

    def dials(self) -> set[str]:
        """Dials that are drawn in some cell: a business has its own."""
        bases = [patched(self.base, cell.arm.changes) for cell in self.cells]
        return {dial for base in bases for dial in draws.dials(draws.drawn(base, self.runs.touched))}

    def _race(self, panel: str) -> Race:
        """Every mix with every business of a panel; null arms stand beside and run as long as others do.

        The best is one that counts all villages. Without a race one look is taken, for the first table.
        """
        settings = self.line.settings
        if not settings.race:
            return Race([], looks([racing.FIRST], self.seeds))
        mine = [cell for cell in self.cells if cell.panel == panel and not figures.is_null(cell.name)]
        most = max((len(endowed(cell.business, self.base)) for cell in mine), default=0)
        leaders = [cell.name for cell in mine if len(endowed(cell.business, self.base)) == most]
        return Race([cell.name for cell in mine], looks(settings.looks, self.seeds), leaders)

    def seeds_of(self, cell: Mix, upto: int) -> int:
        """Seeds that a cell has once `upto` were run."""
        return self.races[cell.panel].given(cell.name, upto)

    def task(self, cell: Mix, at: int, kind: str = MAIN) -> Task:
        """One run; `kind` names its arm."""
        return self.runs.task(cell.arm, at, kind, keep_series=kind == MAIN and at < KEEP)

    def main(self, upto: int = 0) -> list[Task]:
        """Every cell with every replicate (up to so many) that the race gives it, replicate by replicate, and
        their reference.
        """
        seeds = [self.seeds_of(cell, upto or self.seeds) for cell in self.cells]
        every = range(max(seeds, default=0))
        found = [
            self.task(cell, at)
            for at in every
            for cell, mine in zip(self.cells, seeds, strict=True)
            if at < mine
        ]
        return [*found, *(self.runs.task(reference_arm(), at) for at in every)]

    def paired(self, villages: pd.DataFrame) -> list[Task]:
        """Reruns of the first panel with the commonest breached conditions relieved, one at a time
        (`RELIEVED`).

        One replicate for all cells, that with most closed villages of the panel, so that they run side by
        side; its own for a cell in which nothing closed there.
        """
        found = []
        mine = [cell for cell in self.cells if cell.panel == self.panels[0]]
        rows = statistics.with_weights(statistics.judged(villages)[USED], self.base)
        rows = rows[rows["scenario"].isin([cell.name for cell in mine]) & (rows["arm"] == MAIN)]
        shut = statistics.closed(rows)
        worst = statistics.most_closed(shut)
        for cell in mine:
            at, names = statistics.to_relieve(shut, cell.name, worst)
            why = statistics.causes(rows[rows["scenario"] == cell.name])
            names = sorted(names, key=lambda name: -why.get(f"closed: {name}", 0.0))[
                : RELIEVED[self.line.settings.size]
            ]
            found += [self.task(cell, at, f"{RELIEF}{name}") for name in names]
        return found


def summarise(plan: FirstAnswer, villages: pd.DataFrame) -> pd.DataFrame:
    """One row a cell: added elder-years and the funnel with intervals, gain over no business on the same
    villages, share viable, cause, costs, and `gap_high`, `added_gap_high`.
    """
    rows = statistics.with_weights(statistics.judged(reference.split(villages)), plan.base)
    by_cell, found = dict(tuple(rows.groupby("scenario", observed=True))), []
    for cell in plan.cells:
        if cell.name in by_cell:
            found += _summary(
                cell,
                by_cell[cell.name],
                by_cell.get(replace(cell, business="none").name),
                endowed(cell.business, plan.base),
            )
    mains = {cell: rows[rows["arm"] == MAIN] for cell, rows in by_cell.items()}
    return with_gaps(_carried(plan, _raced(plan, pd.DataFrame(found)), mains), mains)


def _carried(plan: FirstAnswer, summary: pd.DataFrame, rows: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Added elder-years and table-years of cells that were left early, as if they had all seeds
    (`racing.carried`); `added_as_run` has the mean of the seeds that were run.
    """
    left = racing.lefts(plan.races.values())
    if not left or "added" not in summary:
        return summary
    summary = summary.assign(added_as_run=summary["added"])
    for row in summary[summary["left_after"] > 0].itertuples():
        kinds = endowed(row.business, plan.base)
        for column, measure in (("added", added_by_replicate), ("table_years", _table_years)):

            def values(name: str, kinds: set[str] = kinds, measure: Measure = measure) -> pd.Series:
                return measure(rows[name][rows[name]["kind"].isin(kinds)])

            name = f"{row.panel}/{row.funding}/{row.business}"
            one = racing.carried(name, left, values, share=False)
            summary.loc[row.Index, [column, f"{column}_low", f"{column}_high"]] = one[:3]
    return summary


def _raced(plan: FirstAnswer, summary: pd.DataFrame) -> pd.DataFrame:
    """Add `told_by`, the outcome that told a cell, or the one that stands for it, from the best in a race;
    `left_after`, the seeds after which it was left while others went on; `race_gap_high`, the upper end of
    its difference to the best in added elder-years at the last look that it had.
    """
    if not plan.line.settings.race or summary.empty:
        return summary
    names = summary["panel"] + "/" + summary["funding"] + "/" + summary["business"]
    told = {arm: by for race in plan.races.values() for arm, by in race.told.items()}
    early = {arm: one.seeds for race in plan.races.values() for arm, one in race.early.items()}
    upper = {arm: high for race in plan.races.values() for arm, high in race.upper.items()}
    return summary.assign(
        told_by=[told.get(name, "") for name in names],
        left_after=[early.get(name, 0) for name in names],
        race_gap_high=[upper.get(name, np.nan) for name in names],
    )


def with_gaps(summary: pd.DataFrame, rows: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Add `gap_high` and `added_gap_high`: upper end of the difference, in villages viable and in added
    elder-years, to the best real cell of the panel, all of them compared at once; nan for other cells.

    A cell whose upper end is not below zero cannot be told from the best. `rows`: village rows of the main
    arm by cell. In a race added elder-years have the bounds of its looks; cells left early are compared on
    the seeds that they have.
    """
    for column, ranked, measure in (
        ("gap_high", "viable", _viable),
        ("added_gap_high", "added", added_by_replicate),
    ):
        summary[column] = np.nan
        for _, mine in summary.groupby("panel", sort=False):
            real = figures.real(mine)
            if ranked not in real or real[ranked].isna().all():
                continue
            names = real["panel"] + "/" + real["funding"] + "/" + real["business"]
            values = pd.DataFrame({at: measure(rows[name]) for at, name in names.items()})
            early = real["left_after"] if "left_after" in real else pd.Series(0, real.index)
            left = {at: int(seeds) for at, seeds in early.items() if seeds}
            upper = rank(values, ranked == "viable", left).upper
            if ranked == "added" and "race_gap_high" in real:
                upper = real["race_gap_high"].fillna(upper)
            summary.loc[names.index, column] = upper
    return summary.drop(columns="race_gap_high", errors="ignore")


def _viable(rows: pd.DataFrame) -> pd.Series:
    """Share of villages viable, by replicate."""
    return statistics.by_replicate(rows, statistics.viable(rows))


def added_by_replicate(rows: pd.DataFrame) -> pd.Series:
    """Added elder-years a village, by replicate."""
    return statistics.by_replicate(rows, rows["added_served_years"])


def _table_years(rows: pd.DataFrame) -> pd.Series:
    """Years with an open station and meals, a village, by replicate."""
    return statistics.by_replicate(rows, rows["table_months"] / 12)


def _summary(
    cell: Mix, rows: pd.DataFrame, plain: pd.DataFrame | None, kinds: set[str]
) -> list[dict[str, Any]]:
    """The row of one cell, none where no village has what its business needs."""
    mine = rows[rows["kind"].isin(kinds)]
    if mine.empty:
        return []
    main = mine[mine["arm"] == MAIN]
    viable = _viable(main)
    share = statistics.interval(viable.to_numpy())
    opened = main[main["verdict"] != "never_opened"]
    why = statistics.causes(main)
    row = {
        "panel": cell.panel,
        "funding": cell.funding,
        "business": cell.business,
        "seeds": share.n,
        "villages": int(main["village"].nunique()),
        "viable": share.mean,
        "low": share.low,
        "high": share.high,
        "viable_of_opened": _viable(opened).mean() if len(opened) else np.nan,
        "cause": why.index[0] if len(why) else "",
        "cause_share": why.iloc[0] / why.sum() if len(why) else np.nan,
        "public_yuan_per_elder_year": statistics.public_cost(main),
        **_enough(main, viable),
    }
    if cell.business != "none" and plain is not None:
        same = plain[(plain["arm"] == MAIN) & plain["kind"].isin(kinds)]
        gain = statistics.difference(viable, _viable(same))
        row |= {"gain": gain.mean, "gain_low": gain.low, "gain_high": gain.high}
        if "added_served_years" in main:
            gain = statistics.difference(added_by_replicate(main), added_by_replicate(same))
            row |= {"added_gain": gain.mean, "added_gain_low": gain.low, "added_gain_high": gain.high}
    for name, (fewer, shut) in statistics.averted(rows, cell.name).items():
        row[f"relief_{name}"] = f"{fewer} of {shut}"
    return [row | (_by_station(main) if "added_served_years" in main else {})]


def _by_station(main: pd.DataFrame) -> dict[str, float]:
    """Added elder-years, table-years and the funnel with intervals; closures, survival, money."""
    made, pooled = outcomes.by_run(main, SHARES), outcomes.by_run(main, POOLED, pooled=True).iloc[0]
    added = added_by_replicate(main)
    each = {"added": statistics.interval(added.to_numpy(), bounded=False)}
    each |= {
        name: statistics.interval(made[name].to_numpy(), outcomes.OUTCOMES[name].share) for name in SHARES
    }
    found: dict[str, float] = {}
    for name, one in each.items():
        found |= {name: one.mean, f"{name}_low": one.low, f"{name}_high": one.high}
    found |= {name: float(pooled[name]) for name in POOLED}
    alive = statistics.survival(main, 12 * np.array(AGES))
    found |= {f"survive_{years}": share for years, share in zip(AGES, alive, strict=True)}
    enough = statistics.replications(added.to_numpy(), bounded=False)
    return found | {"added_half": enough.half, "added_cv": enough.cv, "added_settled": enough.settled}


def _enough(main: pd.DataFrame, viable: pd.Series) -> dict[str, float]:
    """Half-width, c_v and the seeds from which c_v is settled, of the share viable and of public cost."""
    cost = main.groupby("replicate")[["weight", "elder_years_helped", "public_fen"]].apply(
        statistics.public_cost
    )
    found = {
        "": statistics.replications(viable.to_numpy()),
        "cost_": statistics.replications(cost.to_numpy(), bounded=False),
    }
    return {
        f"{of}{key}": value
        for of, enough in found.items()
        for key, value in (("half", enough.half), ("cv", enough.cv), ("settled", enough.settled))
    }
