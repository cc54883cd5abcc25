"""The first answer: which funding mix, with which business, keeps village services viable to the horizon.

Funding x business x seeds on a county with one village a stratum (kind x strength), reweighted to prevalence,
in two panels: *practised* (pledges follow cost, each payer under its ceiling) and *envelope* (the same
present value of all pledges an elder, set-up capital inside it). All cells of a replicate share luck and
parameter draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.command.scenario import PANELS, Composed, Mistake, Scenario, arm, patched
from experiments.report import figures
from experiments.study import draws, study
from experiments.study.plan import Task
from sim.parts.business import CHOICES, endowment
from sim.state.codes import VILLAGE_KINDS
from sim.state.parameters import Parameters

MIXES = ("feixiang", "jiangxi", "four_payers", "government_led", "families_pay", "society_led", "seed_taper")
NULLS = ("identical_payers", "no_money")  # beside no business only; without money both panels are the same
BUSINESSES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
SEEDS = {"quick": 5, "default": 20, "full": 100}
VILLAGES = {"quick": 12, "default": 12, "full": 24}
ELDERS = {"quick": 160, "default": 160, "full": 300}  # below the default village, for time: a design choice
LUCK = 5  # replicates that are run with default parameters too, in the first panel and these columns (time)
LUCK_COLUMNS = ("none",)
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


@dataclass(frozen=True)
class Cell:
    """One funding mix with one business in one panel."""

    panel: str
    funding: str
    business: str

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return f"{self.panel}/{self.funding}/{self.business}"

    def changes(self) -> dict[str, Any]:
        """What the cell sets, path -> value."""
        basis = "cost" if self.panel == "practised" else "envelope"
        return {**arm("funding", self.funding), **arm("business", self.business), "funding.basis": basis}


def cells(panels: list[str], rows: list[str], columns: list[str]) -> list[Cell]:
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
                found.append(Cell(panel, funding, business))
    return found


def endowed(business: str, p: Parameters) -> set[str]:
    """Kinds of village in which a business has its endowment, whole or in part."""
    k = CHOICES.index(business)
    return {
        name
        for i, name in enumerate(VILLAGE_KINDS)
        if k not in (1, 2, 3) or endowment(i, k, p.business.endowment) > 0
    }


class Plan:
    """Every run of the experiment, made from one command line."""

    def __init__(self, line: Composed) -> None:
        s, self.line = line.settings, line
        for group in ("funding", "business"):
            if group in line.named:
                key = "rows" if group == "funding" else "columns"
                raise Mistake(
                    f"first_answer compares many options of {group}: choose some with "
                    f"{key}=[{line.named[group]}], or take experiment=baseline"
                )
        self.panels = s.panels or list(PANELS[:1] if s.size == "quick" else PANELS)
        self.seeds = s.seeds or SEEDS[s.size]
        self.cells = cells(self.panels, s.rows, s.columns)
        sizes = {"county.villages": VILLAGES[s.size], "county.elders": ELDERS[s.size]}
        self.base = line.sized(sizes)
        self.touched = frozenset(line.touched()) if s.draws else frozenset()
        self.drawn = len(draws.drawn(self.touched)) if s.draws else 0
        self._scenarios: dict[tuple[Cell, str], Scenario] = {}

    def scenario(self, cell: Cell, kind: str) -> Scenario:
        """What one cell sets, the same for all seeds; what it sets is not drawn."""
        if (cell, kind) not in self._scenarios:
            changes = {**cell.changes(), **self.line.pinned}
            if kind.startswith("relief:"):
                changes["solvency.relief"] = kind.partition(":")[2]
            held = self.touched | set(changes) if self.line.settings.draws else frozenset[str]()
            self._scenarios[cell, kind] = self.line.scenario(cell.name, patched(self.base, changes), held)
        return self._scenarios[cell, kind]

    def task(self, cell: Cell, at: int, kind: str = "main", drawn: bool = True) -> Task:
        """One run; `kind` names its arm."""
        s = self.line.settings
        draw = at if s.draws and drawn else -1
        return Task(self.scenario(cell, kind), at, s.seed, draw, kind, kind == "main" and at < KEEP)

    def main(self) -> list[Task]:
        """Every cell with every replicate, replicate by replicate.

        The first few again with default parameters.
        """
        found = [self.task(cell, at) for at in range(self.seeds) for cell in self.cells]
        if self.line.settings.draws and self.line.settings.size != "quick":
            again = [
                cell for cell in self.cells if cell.panel == self.panels[0] and cell.business in LUCK_COLUMNS
            ]
            found += [
                self.task(cell, at, "luck", drawn=False)
                for at in range(min(LUCK, self.seeds))
                for cell in again
            ]
        return found

    def paired(self, villages: pd.DataFrame) -> list[Task]:
        """Reruns of the first panel with the commonest breached conditions relieved, one at a time
        (`RELIEVED`).

        One replicate for all cells, that with most closed villages of the panel, so that they run side by
        side; its own for a cell in which nothing closed there.
        """
        found = []
        mine = [cell for cell in self.cells if cell.panel == self.panels[0]]
        rows = statistics.with_weights(villages[USED], self.base)
        rows = rows[rows["scenario"].isin([cell.name for cell in mine]) & (rows["arm"] == "main")]
        shut = statistics.closed(rows)
        worst = statistics.most_closed(shut)
        for cell in mine:
            at, names = statistics.to_relieve(shut, cell.name, worst)
            why = statistics.causes(rows[rows["scenario"] == cell.name])
            names = sorted(names, key=lambda name: -why.get(f"closed: {name}", 0.0))[
                : RELIEVED[self.line.settings.size]
            ]
            found += [self.task(cell, at, f"relief:{name}") for name in names]
        return found


def summarise(plan: Plan, villages: pd.DataFrame) -> pd.DataFrame:
    """One row a cell: share viable with interval, gain over no business on the same villages, cause,
    public cost, spreads, and `gap_high`.
    """
    by_cell = dict(tuple(statistics.with_weights(villages[USED], plan.base).groupby("scenario")))
    found = []
    for cell in plan.cells:
        if cell.name in by_cell:
            found += _summary(
                cell,
                by_cell[cell.name],
                by_cell.get(replace(cell, business="none").name),
                endowed(cell.business, plan.base),
            )
    return with_gaps(
        pd.DataFrame(found), {cell: rows[rows["arm"] == "main"] for cell, rows in by_cell.items()}
    )


def with_gaps(summary: pd.DataFrame, rows: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Add `gap_high`: upper end of the paired difference in villages viable to the best real cell of the
    panel; nan where villages differ.

    A cell whose `gap_high` is not below zero cannot be told from the best. `rows`: village rows of the main
    arm by cell.
    """

    def share(r):
        return statistics.by_replicate(rows["/".join(r)], rows["/".join(r)]["verdict"] == "viable")

    summary["gap_high"] = np.nan
    for _, mine in summary.groupby("panel", sort=False):
        real = figures.real(mine)[["panel", "funding", "business"]]
        top = share(real.loc[summary.loc[real.index, "viable"].idxmax()])
        for at, cell in real.iterrows():
            summary.loc[at, "gap_high"] = statistics.interval(
                (share(cell) - top).dropna().to_numpy(), bounded=False
            ).high
    return summary


def _summary(
    cell: Cell, rows: pd.DataFrame, plain: pd.DataFrame | None, kinds: set[str]
) -> list[dict[str, Any]]:
    """The row of one cell, none where no village has what its business needs."""
    mine = rows[rows["kind"].isin(kinds)]
    if mine.empty:
        return []
    main, luck = mine[mine["arm"] == "main"], mine[mine["arm"] == "luck"]
    viable = statistics.by_replicate(main, main["verdict"] == "viable")
    share = statistics.interval(viable.to_numpy())
    total, chance, unknown = statistics.spreads(
        viable, statistics.by_replicate(luck, luck["verdict"] == "viable")
    )
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
        "viable_of_opened": statistics.by_replicate(opened, opened["verdict"] == "viable").mean()
        if len(opened)
        else np.nan,
        "cause": why.index[0] if len(why) else "",
        "cause_share": why.iloc[0] / why.sum() if len(why) else np.nan,
        "public_yuan_per_elder_year": statistics.public_cost(main),
        "sd_all": total,
        "sd_luck": chance,
        "sd_parameters": unknown,
        **_enough(main, viable),
    }
    if cell.business != "none" and plain is not None:
        same = plain[(plain["arm"] == "main") & plain["kind"].isin(kinds)]
        gain = (viable - statistics.by_replicate(same, same["verdict"] == "viable")).dropna()
        row["gain"], row["gain_low"], row["gain_high"], _ = statistics.interval(
            gain.to_numpy(), bounded=False
        )
    for name, (fewer, shut) in statistics.averted(rows, cell.name).items():
        row[f"relief_{name}"] = f"{fewer} of {shut}"
    return [row]


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
        for of, r in found.items()
        for key, value in (("half", r.half), ("cv", r.cv), ("settled", r.settled))
    }


def run(line: Composed, words: list[str]) -> int:
    """Run the experiment, print the answer, leave everything in the study's folder."""
    plan = Plan(line)
    with study.begin(line.starting(plan.base), words) as work:
        work.run(plan.main())
        work.run(plan.paired(work.results().villages()), "paired reruns")
        villages = work.results().villages()
        summary = summarise(plan, villages)
        work.text("summary.csv", summary.to_csv(index=False))
        from experiments.report import answer_text  # it reads this module

        print(answer_text.write(plan, summary, work))
    return 0
