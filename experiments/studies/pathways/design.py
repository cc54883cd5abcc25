"""What is run: actions (those that wait for a signpost too) x seeds, then the best of them on fresh seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sim import signposts
from sim.policies import Intervention
from sim.state.codes import NEVER
from sim.state.values import Modifier

from ... import statistics
from ...arms import SIZES as COUNTIES
from ...command.scenario import Composed, Mistake, Scenario, compose_policies, policy
from ...study.plan import FRESH, FRESH_FROM, MAIN, Task
from ...study.run_tables import by_month
from ...study.side_by_side import rows_of
from ...study.simulate import failure, record, results_of
from ...study.store import Results, RunRecord
from ...study.study import Study
from .tipping import carried

AS_WRITTEN = "as written"
LOT = "by lot"  # for comparison: the same help in the same months, to villages that a lot chooses
ALWAYS = ", always"  # behind the name of a policy with triggers: the same from its start on, for all
ACTIONS = {  # where none are named
    "quick": ("assistance_posts", "cadre_association", "rescue_money"),
    "default": (
        "operating_subsidy", "assistance_posts", "cadre_association", "training_insurance", "lighter_fees",
        "credit_guarantee", "rescue_money", "call_for_helpers", "fill_the_table",
    ),
}  # fmt: skip
ACTIONS["full"] = (*ACTIONS["default"], "build_more", "pay_on_time", "theme_days", "society_pairing")
YEAR, FEN = 12, 100


class PathSize(NamedTuple):
    """Seeds that choose, and seeds that judge."""

    seeds: int
    fresh: int


SIZES = {"quick": PathSize(8, 8), "default": PathSize(60, 60), "full": PathSize(200, 200)}


@dataclass(frozen=True)
class Action:
    """A plan: the policies of the line and one more. `waits`: for a signpost."""

    name: str
    policies: tuple[Intervention, ...] = ()
    waits: bool = False


@dataclass(frozen=True)
class Always:
    """A policy without its triggers: it acts from its start on, in all its villages."""

    name: str
    inner: Intervention

    def modifiers(self, parameters: Any) -> list[Modifier]:
        """Those of the policy, none of which waits."""
        return [replace(one, when=None) for one in self.inner.modifiers(parameters)]


@dataclass(frozen=True)
class AtMonths:
    """A policy without its triggers, from a given month on in each village that is named."""

    name: str
    inner: Intervention
    begins: tuple[tuple[int, int], ...]  # village number, month

    def modifiers(self, parameters: Any) -> list[Modifier]:
        """One a line and village."""
        return [
            replace(one, when=None, start=month, villages=(village,))
            for one in self.inner.modifiers(parameters)
            for village, month in self.begins
        ]


def with_months(tasks: Sequence[Task]) -> list[RunRecord]:
    """Runs whose months hold what pathways are about; `fired`: first month in which a trigger did."""
    found: dict[int, RunRecord] = {}
    for place, result, seconds in results_of(tasks):
        task = tasks[place]
        if isinstance(result, Exception):
            found[place] = failure(task, result, seconds)
            continue
        villages, _ = rows_of(result, replace(task, keep_series=False))
        villages = villages.append_column("fired", pa.array(fired(result)))
        months = by_month(task, columns(result), result.states.number)
        found[place] = record(task, (villages, months), seconds)
    return [found[place] for place in range(len(tasks))]


def fired(result: Any) -> np.ndarray:
    """(villages,): first month in which any trigger fired there, NEVER where none did."""
    first = np.full(len(result.places), np.iinfo(np.int64).max)
    for one in result.model.values.watched.values():
        mine = np.isin(one.places, result.places)
        if mine.any():
            first = np.where(one.fired != NEVER, np.minimum(first, one.fired), first)
    return np.where(first == np.iinfo(np.int64).max, NEVER, first)


def columns(result: Any) -> dict[str, np.ndarray]:
    """(months, villages) each: open, with meals, closes, and every signpost."""
    doors, series = result.doors, result.series
    table = carried(doors.open & (series.flow["meals"] > 0), doors.suspended)
    found = {
        "station": carried(doors.open, doors.suspended).astype(np.int8),
        "table": table.astype(np.int8),
        "open": doors.open.astype(np.int8),
        "closes": doors.closed.astype(np.int8),
    }
    read = signposts.over(series, result.parameters)
    return found | {name: values.astype(np.float32) for name, values in read.items()}


class PathRuns:
    """Runs of a command line's actions."""

    def __init__(self, line: Composed) -> None:
        self.settings, self.size = line.settings, SIZES[line.settings.size]
        county = COUNTIES[self.settings.size]
        sizes: dict[str, Any] = {"county.villages": county.villages, "county.elders": county.elders}
        own = bool(line.parameters.given.villages)
        more = {"county.stratified": True, "county.facility_share": 1.0}
        base = line.parameters if own else line.sized({**sizes, **more})
        self.line, self.base = replace(line.starting(base), parameters=base), base
        self.seeds = self.settings.seeds or self.size.seeds
        self.fresh = self.settings.seeds or self.size.fresh
        self.touched = frozenset(line.touched()) | set(more)
        self.actions = {one.name: one for one in self._actions()}
        self._scenarios: dict[str, Scenario] = {}
        self._read: dict[str, pd.DataFrame] = {}
        self.work: Study

    def _actions(self) -> list[Action]:
        """As written first; behind each policy that waits the same one that does not."""
        found = [Action(AS_WRITTEN)]
        for name in self.settings.actions or ACTIONS[self.settings.size]:
            if name in self.settings.policy:
                raise Mistake(f"actions: {name} is a policy of the line already, so that it acts in all")
            made = policy(name, self.base, self.settings.trusted)
            waits = any(one.when for one in made.modifiers(self.base))
            found.append(Action(name, (made,), waits))
            if waits:
                found.append(Action(name + ALWAYS, (Always(name + ALWAYS, made),)))
        return found

    def of(self, waits: bool) -> list[Action]:
        """Actions that wait for a signpost, or those that do not."""
        return [one for one in self.actions.values() if one.waits == waits]

    # -- tasks
    # -----------------------------------------------------------------------------------------------------
    def scenario(self, action: Action) -> Scenario:
        """What an action sets, the same for all seeds."""
        if action.name not in self._scenarios or action.name == LOT:
            held = self.touched if self.settings.drawn else frozenset[str]()
            modifiers = compose_policies((*self.line.policies, *action.policies), self.base)
            self._scenarios[action.name] = Scenario(
                action.name, self.base, held, modifiers=modifiers, table=self.settings.table
            )
        return self._scenarios[action.name]

    def task(self, action: Action, replicate: int, kind: str = MAIN) -> Task:
        """One county."""
        draw = replicate if self.settings.drawn else -1
        return Task(self.scenario(action), replicate, self.settings.seed, draw, kind)

    def run(self, actions: Iterable[Action], label: str, kind: str = MAIN) -> None:
        """Every seed of each."""
        first, count = (FRESH_FROM, self.fresh) if kind == FRESH else (0, self.seeds)
        tasks = [self.task(one, first + at, kind) for one in actions for at in range(count)]
        self._run(tasks, label)

    def run_by_lot(self, action: Action) -> None:
        """The null arm of an action that waits, on the fresh seeds."""
        rows = self.villages(action.name, FRESH)
        months = self.months(action.name, FRESH)
        tasks = []
        for replicate, mine in rows.groupby("replicate"):
            is_open = months[months["replicate"] == replicate].pivot(
                index="month", columns="village", values="open"
            )
            when = dict(zip(mine["village"].tolist(), mine["fired"].tolist(), strict=True))
            begins = by_lot(when, is_open, self.settings.seed + int(replicate))
            null = Action(LOT, (AtMonths(LOT, action.policies[0], begins),))
            tasks.append(self.task(null, int(replicate), FRESH))
        self._run(tasks, "by lot")

    def _run(self, tasks: list[Task], label: str) -> None:
        self.work.run(tasks, label, work=with_months)
        self._read = {}

    # -- what is measured
    # -----------------------------------------------------------------------------------------------------
    def _table(self, table: str) -> pd.DataFrame:
        """All villages with their weights, or all months with those; read again after each phase."""
        if table not in self._read:
            self.work.flush()
            found = Results(self.work.folder)
            if table == "villages":
                self._read[table] = statistics.with_weights(found.villages(), self.base)
            else:
                rows, weights = found.series(), self._table("villages")[["run", "village", "weight"]]
                self._read[table] = rows.merge(weights, on=["run", "village"])
        return self._read[table]

    def villages(self, name: str, kind: str = MAIN) -> pd.DataFrame:
        """Rows of the villages of an action, with their weights."""
        rows = self._table("villages")
        return rows[(rows["scenario"].astype(str) == name) & (rows["arm"].astype(str) == kind)]

    def months(self, name: str, kind: str = MAIN) -> pd.DataFrame:
        """Months and villages of an action, with their weights."""
        rows = self._table("series")
        return rows[(rows["scenario"] == name) & (rows["arm"] == kind)]

    def shares(self, name: str, kind: str = MAIN) -> np.ndarray:
        """(counties, months): share of villages with an open station (with meals), by weight."""
        rows = self.months(name, kind)
        held = rows["weight"] * rows[self.settings.outcome]
        keys = [rows["replicate"], rows["month"]]
        share = held.groupby(keys).sum() / rows["weight"].groupby(keys).sum()
        return share.unstack("month").to_numpy()

    def yuan(self, name: str, kind: str = MAIN) -> np.ndarray:
        """(counties,): public yuan a village and year."""
        rows = self.villages(name, kind)
        money = (rows["weight"] * rows["public_fen"]).groupby(rows["replicate"]).sum()
        weight = rows["weight"].groupby(rows["replicate"]).sum()
        return (money / weight / FEN / (self.base.horizon.months / YEAR)).to_numpy()

    def fired_share(self, name: str, kind: str = MAIN) -> float:
        """Share of villages in which a trigger fired."""
        rows = self.villages(name, kind)
        return float(((rows["fired"] != NEVER) * rows["weight"]).sum() / rows["weight"].sum())


def by_lot(fired: Mapping[int, int], is_open: pd.DataFrame, seed: int) -> tuple[tuple[int, int], ...]:
    """(village, month) of the same months as `fired`, each to a village whose station was open in the month
    before (`is_open`: months x villages), none twice; where none is left, to one that had nothing yet.
    """
    random, found = np.random.default_rng(seed), dict[int, int]()
    waiting = sorted(month for month in fired.values() if month != NEVER)
    for month in waiting:
        row = is_open.loc[month - 1] if month - 1 in is_open.index else is_open.iloc[0]
        can = [int(one) for one in row.index[row.to_numpy() > 0] if int(one) not in found]
        can = can or [one for one in fired if one not in found]
        found[int(random.choice(can))] = int(month)
    return tuple(sorted(found.items()))
