"""What is run: mixes x factors on the government's money x seeds, other levers one by one, fresh seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.policies import Policy

from ... import reference, statistics
from ...arms import SIZES as COUNTIES
from ...command.scenario import Composed, Scenario, arm, compose_policies, patched
from ...command.settings import known
from ...outcomes import ALL, CELLS
from ...study.plan import FRESH, FRESH_FROM, MAIN, Task
from ...study.simulate import simulate_many
from ...study.store import Results, RunRecord
from ...study.study import Study

MOST = 8.0  # times the government's money as written: the most that is tried
LADDER = (0.0, 0.5, 1.0, 2.0, 4.0, MOST)  # tried first
MONEY = ("government.ceiling", "government.operating_envelope", "government.construction_envelope")
ASKED_FIRST = {"funding.residual": "government_collective_families"}  # for what nobody gives
MIXES, BUSINESSES = ("jiangxi", "four_payers", "government_led"), ("none", "tourism")
AS_WRITTEN = "as written"
YEAR, FEN = 12, 100
COUNTY = 175  # villages of a county: derived, 490,000 villages in about 2,800 counties (assumption)
TABLE, ADDED = "table", "added"


class SearchSize(NamedTuple):
    """Mixes and businesses where none are named, seeds first and last, rounds of bisection, fresh seeds."""

    mixes: int
    businesses: int
    first: int
    seeds: int
    rounds: int
    fresh: int


SIZES = {
    "quick": SearchSize(2, 1, 6, 12, 2, 12),
    "default": SearchSize(3, 2, 10, 24, 3, 32),
    "full": SearchSize(3, 2, 32, 120, 5, 200),
}


@dataclass(frozen=True)
class Lever:
    """Another lever than money, at the end of its range."""

    name: str
    english: str
    chinese: str
    changes: Mapping[str, Any]


def levers() -> list[Lever]:
    """Each by itself, from as written to its range's end."""

    def end(*paths: str) -> dict[str, Any]:
        return {path: known()[path].high for path in paths}

    residual = {
        "families_collective": ("families first for what nobody gives", "缺口先由家庭承担"),
        "society": ("society for what nobody gives", "缺口由社会承担"),
        "shared": ("what nobody gives is shared", "缺口按比例分担"),
        ASKED_FIRST["funding.residual"]: ("government first for what nobody gives", "缺口先由政府承担"),
    }
    return [
        Lever("price", "prices may rise fourfold", "价格最多可升至四倍", end("families.highest_level")),
        Lever("days", "open days are never cut", "开放日不缩减", {"plan.days": False}),
        Lever("keeper", "highest stipend of the keeper", "看护员津贴取上限", end("organisation.coordinator")),
        Lever("stipend", "highest stipend of helpers", "志愿者津贴取上限", end("participation.stipend")),
        Lever("training", "fastest training", "培训最快", end("participation.training_rate")),
        Lever(
            "cap",
            "collectives give up to three tenths of income",
            "村集体至多拿出三成收入",
            end("collective.welfare_cap", "collective.residual_cap"),
        ),
        *(Lever(name, *labels, {"funding.residual": name}) for name, labels in residual.items()),
    ]


class Point(NamedTuple):
    """A mix at a factor on the government's money; None: as written, perhaps with a lever."""

    funding: str
    business: str
    factor: float | None = None
    lever: str = ""

    @property
    def mix(self) -> str:
        """Funding and business."""
        return f"{self.funding}/{self.business}"

    @property
    def name(self) -> str:
        """Of its scenario."""
        if self.factor is None:
            return f"{self.mix}, {self.lever or AS_WRITTEN}"
        return f"{self.mix} x {self.factor:.6g}"


def with_tables(tasks: Sequence[Task]) -> list[RunRecord]:
    """As `simulate_many`, with whether each village has meals in the last month; months are not kept."""
    found = simulate_many([replace(task, keep_series=True) for task in tasks])
    for record in found:
        if record.villages is not None and record.series is not None:
            months = record.series["month"].to_numpy()
            meals = record.series["meals"].to_numpy()[months == months.max()]
            record.villages = record.villages.append_column("table_end", pa.array(meals > 0))
        record.series = None
    return found


class FundedRuns:
    """Runs of a command line, and what was measured of each county by cell."""

    def __init__(self, line: Composed) -> None:
        self.settings, self.size = line.settings, SIZES[line.settings.size]
        county = COUNTIES[self.settings.size]
        sizes: dict[str, Any] = {"county.villages": county.villages, "county.elders": county.elders}
        own = bool(line.parameters.given.villages)
        base = line.parameters if own else line.sized({**sizes, "county.stratified": True})
        self.line, self.base = replace(line.starting(base), parameters=base), base
        self.seeds = self.settings.seeds or self.size.seeds
        self.touched = frozenset(line.touched())
        self.levers = {one.name: one for one in levers()}
        self._scenarios: dict[Point | None, Scenario] = {}
        self._read: dict[tuple[str, int], pd.DataFrame] = {}
        self.own, self.places = own, pd.DataFrame()
        self.work: Study

    @property
    def villages(self) -> int:
        """Of the county that money is told for: those given or asked for, else those of a usual county."""
        said = self.own or "county.villages" in self.line.pinned
        return int(self.base.county.villages) if said else COUNTY

    @property
    def mixes(self) -> list[Point]:
        """Every mix with every business."""
        rows = self.settings.rows or MIXES[: self.size.mixes]
        columns = self.settings.columns or BUSINESSES[: self.size.businesses]
        return [Point(row, column) for column in columns for row in rows]

    # -- tasks
    # -----------------------------------------------------------------------------------------------------
    def scenario(self, point: Point | None) -> Scenario:
        """What a point sets, the same for all seeds; None is the county without stations and their money."""
        if point not in self._scenarios:
            name = point.name if point else reference.REFERENCE
            changes = self._changes(point) if point else dict(reference.CHANGES)
            parameters = patched(self.base, changes)
            held = self.touched | set(changes) if self.settings.drawn else frozenset[str]()
            modifiers = compose_policies((*self.line.policies, *_money(point)), parameters)
            self._scenarios[point] = Scenario(
                name, parameters, held, modifiers=modifiers, table=self.settings.table
            )
        return self._scenarios[point]

    def _changes(self, point: Point) -> dict[str, Any]:
        """Options of the groups, government asked first where money is scaled; the line holds over both."""
        changes = {**arm("funding", point.funding), **arm("business", point.business)}
        asked = {**self.base.flat(), **changes}["funding.residual"]
        if point.factor is not None and asked != "none":
            changes |= ASKED_FIRST
        changes |= self.line.pinned
        return changes | dict(self.levers[point.lever].changes if point.lever else {})

    def task(self, point: Point | None, replicate: int, kind: str = MAIN) -> Task:
        """One county."""
        draw = replicate if self.settings.drawn else -1
        return Task(self.scenario(point), replicate, self.settings.seed, draw, kind, keep_series=False)

    def run(self, wanted: Mapping[Point, int], label: str, kind: str = MAIN) -> None:
        """So many seeds of each point, and their reference."""
        first = FRESH_FROM if kind == FRESH else 0
        most = max(wanted.values(), default=0)
        asked: list[tuple[Point | None, int]] = [(None, most), *wanted.items()]
        tasks = [self.task(point, first + at, kind) for point, count in asked for at in range(count)]
        if tasks:
            work = with_tables if self.settings.outcome == TABLE else simulate_many
            self.work.run(tasks, label, work=work)

    # -- what is measured
    # -----------------------------------------------------------------------------------------------------
    def measured(self) -> pd.DataFrame:
        """Index (scenario, arm, cell, replicate), in order; columns of `by_cell`."""
        self.work.flush()
        rows = reference.split(Results(self.work.folder).villages())
        rows = statistics.with_weights(rows, self.base)
        years = self.base.horizon.months / YEAR
        return by_cell(rows, self.settings.outcome, years)

    def by_village(self, point: Point, kind: str = MAIN) -> pd.DataFrame:
        """A row a village of a table: share of seeds in which it is open, and public yuan a year."""
        rows = Results(self.work.folder).villages()
        mine = rows[(rows["scenario"].astype(str) == point.name) & (rows["arm"].astype(str) == kind)]
        years = self.base.horizon.months / YEAR
        column = "table_end" if self.settings.outcome == TABLE else "open_end"
        by = mine.assign(open=mine[column].astype(float), yuan=mine["public_fen"] / FEN / years)
        return by.groupby("village").agg(
            open=("open", "mean"),
            yuan=("yuan", "mean"),
            kind=("kind", "first"),
            strength=("strength", "first"),
        )


def _money(point: Point | None) -> tuple[Policy, ...]:
    """The government's money times the factor, as a policy; nothing where it is as written."""
    if point is None or point.factor is None or point.factor == 1.0:
        return ()
    return (Policy("money", tuple({"path": path, "scale": point.factor} for path in MONEY)),)


def by_cell(rows: pd.DataFrame, outcome: str, years: float) -> pd.DataFrame:
    """A row a run and cell: `goal` (what is to reach the target), `public` yuan and `added` elder-years a
    village and year, `open` share of villages; villages by their weight.
    """
    elder_years = rows["elder_months"] / YEAR
    made = pd.DataFrame(
        {
            "one": 1.0,
            "open": rows["open_end"].astype(float),
            "table": rows["table_end"].astype(float) if outcome == TABLE else 0.0,
            "public": rows["public_fen"] / FEN / years,
            "added": rows["added_served_years"] / years,
            "gained": rows["added_served_years"],
            "elder_years": elder_years,
        }
    ).mul(rows["weight"], axis=0)
    keys = [rows["scenario"].astype(str), rows["arm"].astype(str), rows["replicate"]]
    found = []
    for cell in CELLS:
        there = np.ones(len(rows), bool) if cell == ALL else _of(rows, cell)
        sums = made[there].groupby([key[there] for key in keys], sort=False).sum()
        out = sums[["open", "table", "public", "added"]].div(sums["one"], axis=0)
        share = sums["gained"] / sums["elder_years"].clip(lower=1e-9)
        out["goal"] = share if outcome == ADDED else out["table" if outcome == TABLE else "open"]
        found.append(out.assign(cell=cell).set_index("cell", append=True))
    table = pd.concat(found)
    table.index = table.index.set_names(["scenario", "arm", "replicate", "cell"])
    return table.reorder_levels(["scenario", "arm", "cell", "replicate"]).sort_index()


def _of(rows: pd.DataFrame, cell: str) -> np.ndarray:
    """Which villages are of a strength or kind."""
    return ((rows["kind"].astype(str) == cell) | (rows["strength"].astype(str) == cell)).to_numpy()


def counties(table: pd.DataFrame, point: Point, cell: str, kind: str = MAIN) -> pd.DataFrame:
    """Measures of a point's counties, by replicate; empty where it was not run or has no such village."""
    try:
        return table.loc[(point.name, kind, cell)]
    except KeyError:
        return table.iloc[:0]


def most_seeds(asked: Iterable[Mapping[Point, int]]) -> dict[Point, int]:
    """The union of what is wanted, each point on as many seeds as anyone asks."""
    found: dict[Point, int] = {}
    for one in asked:
        for point, count in one.items():
            found[point] = max(count, found.get(point, 0))
    return found
