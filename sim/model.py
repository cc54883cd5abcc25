"""The model: the month as a table of rows under 13 headings, and what a Python user holds in hand."""

from __future__ import annotations

import time
import warnings
from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from sim import snapshot
from sim.agents import agents
from sim.engine.copies import Uncopied
from sim.engine.randomness import Keys, Purpose, key_of
from sim.engine.tables import Table
from sim.own import Own, fits, use_named
from sim.result import Result
from sim.signposts import Lookout
from sim.start import build, county, initial_population, tables
from sim.state.codes import NONE, WORKING
from sim.state.counties import Counties, counties_of, seeds_of, whole_number
from sim.state.fields import COLUMNS, FLOWS, STATES, person_columns
from sim.state.horizon import month_number
from sim.state.ledger import Ledger
from sim.state.parameters import ParameterError, Parameters, nearest
from sim.state.people import TRAITS
from sim.state.records import Recorder, Series
from sim.state.values import Modifier, Values, sets_of
from sim.state.world import CountyMoney, fresh_world, scratch


class People(Table, namedtuple("People", list(COLUMNS))):  # type: ignore[misc]
    """The one class of the person table: an array for each declared column."""


def _sums(records: np.ndarray) -> np.ndarray:
    """One row: sums over villages, field by field. Summed codes and numbers mean nothing."""
    if records.dtype.names is None:
        return np.asarray(records.sum(axis=0, keepdims=True))
    words = records.view(np.ndarray).view(np.int64).reshape(len(records), -1)  # all fields have 8 bytes
    total = words.sum(axis=0)
    floats = _floats(records.dtype)
    total[floats] = words.view(np.float64)[:, floats].sum(axis=0).view(np.int64)
    return np.asarray(total.view(records.dtype))


@cache
def _floats(dtype: np.dtype) -> np.ndarray:
    """Which 8-byte words of a record hold floats."""
    kinds = [
        (np.dtype(dtype).base.kind, np.dtype(dtype).itemsize // 8)
        for dtype, *_ in (dtype.fields or {}).values()
    ]
    return np.array([kind == "f" for kind, words in kinds for _ in range(words)])


def _leaving(name: str, instead: str) -> None:
    warnings.warn(f"{name} leaves in 0.3.0: use {instead}", DeprecationWarning, stacklevel=3)


KEPT: dict[str, Callable[[tuple[np.ndarray, ...]], tuple[np.ndarray, ...]]] = {
    "villages": tuple,
    "county": lambda records: tuple(map(_sums, records)),
}  # what of a month joins the series


class MutualAidModel(Uncopied, agents.Model):
    """A county of villages, month by month.

    `villages` lists village numbers (default 1 .. county.villages); `capacity` is the size of a village's
    block over its first inhabitants. Neither changes a byte of what a village does. `modifiers` act on named
    values. `keep="county"` records sums over villages only.

    Several `parameters` that share what `sim.state.counties.must_share` asks for are several counties side
    by side (then `seed` is one for all or one for each, and `modifiers` one tuple for each): the same bytes
    as one model each in half the time. `results` tells them apart; agents, snapshots and persons added by
    hand belong to models of one county.

    `seed` is a whole number from 0 on, `rng` another name for it; `seed=None` draws one, which stands in
    `seed_number`. As Mesa has it, `running` is true until the horizon; a month beyond it is refused. A model
    is not copied or pickled: `restore(model.snapshot())` is its exact fork. Models run in several threads
    side by side, each in one at a time.
    """

    _instead = "sim.MutualAidModel.restore(model.snapshot()) makes an exact fork, in another process too"

    def __init__(
        self,
        parameters: Parameters | Sequence[Parameters] | None = None,
        *,
        seed: int | Sequence[int] | None = 0,
        rng: int | Sequence[int] | None = None,
        villages: Sequence[int] | None = None,
        modifiers: tuple[Modifier, ...] | Sequence[tuple[Modifier, ...]] = (),
        capacity: float = 1.1,
        spin_up: bool = True,
        keep: str = "villages",
    ) -> None:
        each = counties_of(parameters)
        seeds, sets = seeds_of(seed, rng, len(each)), sets_of(modifiers, len(each))
        super().__init__(rng=seeds[0] if seeds else 0)
        if keep not in KEPT:
            raise ParameterError(f"keep = {keep!r}: allowed are {', '.join(KEPT)}{nearest(str(keep), KEPT)}")
        if len(each) > 1 and keep == "county":
            raise ParameterError("counties side by side keep their villages: keep='villages'")
        self.keep = KEPT[keep]
        self._kept, self._modifiers = keep, sets
        self.counties = Counties(each, seeds, villages)
        self.parameters = shared = each[0]  # of one county; of several what they share
        self.start_month = month_number(shared.horizon.start)
        self.horizon = shared.horizon.months
        self.coupled = shared.county.couplings
        self._businesses = {county.business.kind for county in each}
        numbers, county_of = self.counties.numbers, self.counties.of_village
        self.values = Values([*zip(each, sets, strict=True)], numbers, county_of)
        self.lookout = Lookout(self)
        self.ledger = Ledger(len(numbers))
        # give it an empty dictionary, and processor seconds by row are added up there
        self.row_seconds: dict[str, float] | None = None
        self._once: dict[Any, Any] = {}
        self._keys = Keys(self.counties.seeds)
        self.clock, self.month = 0, -shared.horizon.spin_up if spin_up else 0
        self.first_clock = shared.horizon.spin_up
        self._populate(capacity)
        self.own = Own(self)
        self._start()
        self._recorder, self._own_recorder = Recorder(), Recorder()
        self._in_month = False
        agents.install(self)
        for _ in range(shared.horizon.spin_up if spin_up else 0):
            self._month()
        self.clock = shared.horizon.spin_up

    # -- start -------------------------------------------------------------------------------------------
    def _populate(self, capacity: float) -> None:
        counties = self.counties
        sizes = counties.by_village(county.village_sizes)
        helpers = counties.by_village(county.village_helpers)
        start = build.blocks(sizes + helpers, capacity)
        self.people = People(*person_columns(int(start[-1])))
        states: Any = counties.by_village(county.village_states)
        ledger = self.ledger
        self.world = world = fresh_world(
            start, states, ledger.posted, ledger.balance, counties.of_village, self.coupled
        )
        # columns by name for rows in NumPy: looking a field up in a record array costs more than the work
        self.tally, self.centre = list(world.tally), list(world.centre)
        records = (world.flow, world.villages, world.hours, ledger.month, world.balance)
        self._records = tuple(record.view(np.ndarray) for record in records)
        self.state = {name: self._records[1][name] for name in STATES}
        self.flow = {name: self._records[0][name] for name in FLOWS}
        cleared = (self._records[0], world.hours, ledger.month)
        self._month_bytes = [
            record.reshape(-1).view(np.uint8) for record in cleared
        ]  # zero when a month begins
        self.chances = build.health_tables(counties)
        self.cohorts = tables.cohort_shape(self.parameters.given.population)
        initial_population.populate(
            self.people,
            world,
            sizes,
            helpers,
            self.values.county,
            tables.age_shares()[0],
            counties.by_village(county.elder_shares),
            self.chances.dealt,
            tables.dementia_tables()[0],
            self.cohorts[0],
            np.array([key_of(seed, TRAITS, 0) for seed in counties.seeds]),
        )
        self.world.villages.elders_start = self.world.villages.elders
        self.pool_base = self.world.pool.sum(axis=(1, 2)) + self.world.villages.helpers

    def _start(self) -> None:
        villages = self.world.villages
        at_start = build.served_at_start(self.counties)
        villages.facility = np.where(at_start, WORKING, NONE)
        villages.rented = 1 - villages.idle_building
        villages.seats = np.where(at_start, self.counties.by_village(build.seats), 0)
        self.county = CountyMoney.none(len(villages))
        for process in self.own.start:
            process.run(self)
        self.ledger.settle()

    # -- what the processes ask for ------------------------------------------------------------------------
    @property
    def seed_number(self) -> int:
        """The seed of the (first) county."""
        return self.counties.seeds[0]

    def keys(self, purpose: Purpose) -> np.ndarray:
        """(counties) keys of a decision this month."""
        if self._keys.month != self.month:
            self._keys.turn(self.month)
        return self._keys.of(purpose)

    def lasting_keys(self, purpose: Purpose) -> np.ndarray:
        """(counties) keys of a trait that stays with a person or a year that a kernel indexes itself."""
        return self._keys.lasting(purpose)

    def key(self, purpose: Purpose) -> np.uint64:
        """Deprecated: `keys(purpose)[0]`."""
        _leaving("MutualAidModel.key", "keys(purpose)[0]")
        return np.uint64(self.keys(purpose)[0])

    def lasting_key(self, purpose: Purpose) -> np.uint64:
        """Deprecated: `lasting_keys(purpose)[0]`."""
        _leaving("MutualAidModel.lasting_key", "lasting_keys(purpose)[0]")
        return np.uint64(self.lasting_keys(purpose)[0])

    @property
    def groups(self) -> list[np.ndarray]:
        """Deprecated: `counties.groups`."""
        _leaving("MutualAidModel.groups", "counties.groups")
        return self.counties.groups

    def runs(self, *kinds: str) -> bool:
        """Whether a county has one of these businesses."""
        return not self._businesses.isdisjoint(kinds)

    def once(self, make: Callable[..., Any], *arguments: Any) -> Any:
        """Compute a table on first use and keep it."""
        if (make, arguments) not in self._once:
            self._once[make, arguments] = make(*arguments)
        return self._once[make, arguments]

    @property
    def calendar_month(self) -> int:
        """1 .. 12."""
        return (self.start_month + self.month) % 12 + 1

    @property
    def period(self) -> int:
        """Index of the life-table period: 2025-30, 2030-35, 2035 and after."""
        return min(max((self.start_month + self.month) // 12 - 2025, 0) // 5, 2)

    @property
    def date(self) -> str:
        """The month about to run, YYYY-MM."""
        year, month = divmod(self.start_month + self.month, 12)
        return f"{year:04d}-{month + 1:02d}"

    def ensure_slots(self, needed: np.ndarray) -> None:
        """Copy villages that lack room for `needed` newcomers to larger blocks; bytes of the rows stay."""
        world = self.world
        living = self.state["elders"] + self.state["helpers"]
        size = np.diff(world.start)
        if (living + needed <= size).all():
            return
        blocks = np.maximum(
            size, (living + needed) * 9 // 8 + 8
        )  # all at once: a copy costs as much as a month
        start = np.concatenate([[0], np.cumsum(blocks)]).astype(np.int64)
        fresh = person_columns(int(start[-1]))
        columns: list[np.ndarray] = list(self.people)
        for old, new in zip(columns, fresh, strict=True):
            for v in range(len(size)):
                used = world.used[v]
                new[start[v] : start[v] + used] = old[world.start[v] : world.start[v] + used]
        self.people, self.world = (
            People(*fresh),
            world._replace(start=start, **dict[str, Any](zip(("work", "sums"), scratch(start), strict=True))),
        )
        self.own.move(world.start, start, world.used)

    def note_promotions(self) -> None:
        """Helpers turned 60: views that somebody holds change their class."""
        agents.promote(self)

    def _one(self) -> None:
        if len(self.counties) > 1:
            raise ParameterError(
                "counties side by side have no agents and no snapshots: make a model of one county"
            )

    # -- agents ------------------------------------------------------------------------------------
    @property
    def agents(self) -> Any:
        """All agents: collectives, funders, elders, volunteers and what a user registers."""
        self._one()
        return agents.all_agents(self)

    @property
    def agents_by_type(self) -> Any:
        """Class -> its agents."""
        self._one()
        return agents.by_type(self)

    @property
    def agent_types(self) -> list[type]:
        """Classes of agents."""
        return list(self.agents_by_type)

    def register_agent(self, agent: Any) -> None:
        """Called by Mesa when an agent is made."""
        agents.register(self, agent)
        super().register_agent(agent)

    def add_person(self, village: int, age_years: float, sex: str, **more: int) -> Any:
        """Settle a newcomer between two months and return its view; see `sim.agents.agents.add_person`."""
        self._one()
        return agents.add_person(self, village, age_years, sex, **more)

    def end_person(self, view: Any, reason: str) -> None:
        """A person dies ("death") or leaves ("departure") between two months."""
        agents.end_person(self, view, reason)

    def close(self) -> None:
        """Let go of all agents, so that the memory is free with the last reference to the model."""
        agents.close(self)

    # -- time --------------------------------------------------------------------------------------
    def _month(self) -> None:
        if self._in_month:
            raise RuntimeError(
                f"month {self.date} was begun and not finished, broken off or in another thread: restore a "
                "snapshot from before it, or make the model anew"
            )
        self._in_month = True
        self.values.refresh(self.month)
        for month in self._month_bytes:
            month.fill(0)
        self.own.begin_month()
        if self.row_seconds is None:
            for row in self.own.month:
                row.run(self)
        else:
            for row in self.own.month:
                began = time.process_time()
                row.run(self)
                self.row_seconds[row.name] = self.row_seconds.get(row.name, 0.0) + time.process_time() - began
        if self.lookout.watched:
            self.lookout.look(self)
        self.month += 1
        self.clock += 1
        self._in_month = False

    def step(self) -> None:
        """One month; the month's records join the series. ParameterError beyond the horizon."""
        self._within(1)
        self.steps += 1
        self._month()
        self._recorder.append(self.keep(self._records))
        if self.own.records:
            self._own_recorder.append(self.keep(self.own.records))
        if self.month >= self.horizon:
            self.running = False

    def _within(self, months: int) -> None:
        if self.month + months > self.horizon:
            raise ParameterError(
                f"months = {months} from {self.date} on: horizon.end = {self.parameters.horizon.end} is the "
                "last that is budgeted, a later one runs longer"
            )

    def run(self, months: int | None = None) -> Result:
        """Step to the horizon (or for `months`, not beyond it) and return what was seen."""
        months = self.horizon - self.month if months is None else whole_number("months", months, 0)
        self._within(months)
        self._recorder.reserve(months)
        for _ in range(months):
            self.step()
        return Result(self)

    @property
    def results(self) -> list[Result]:
        """The result of each county."""
        whole = self.series
        return [Result(self, county, whole) for county in range(len(self.counties))]

    @property
    def series(self) -> Series:
        """The records so far."""
        flow, state, hours, posted, balance = self._recorder.whole()
        return Series(flow, state, hours, posted, balance, [kind.name for kind in self.ledger.kinds])

    def snapshot(self) -> dict[str, Any]:
        """Everything needed to go on from here, as plain values (`meta`) and arrays (`arrays`)."""
        self._one()
        if self._in_month:
            raise RuntimeError(
                f"month {self.date} was begun and not finished: there is nothing to go on from"
            )
        return snapshot.take(self)

    @classmethod
    def restore(
        cls,
        taken: dict[str, Any],
        parameters: Parameters | None = None,
        modifiers: tuple[Modifier, ...] | None = (),
    ) -> MutualAidModel:
        """An exact fork of a snapshot: of the county, not of agents that a user registered.

        `parameters` may differ in live ones only, `modifiers` act from here on: where none are given, those
        that acted before; with None, none.
        """
        fits(taken["meta"])
        meta, before = taken["meta"], Parameters.from_dict(taken["meta"]["parameters"])
        snapshot.only_live(before, parameters or before)
        model = cls(
            parameters or before,
            seed=meta["seed"],
            villages=meta["numbers"],
            modifiers=() if modifiers is None else modifiers or snapshot.modifiers_of(meta),
            spin_up=False,
            keep=meta.get("keep", "villages"),
        )
        snapshot.put(model, taken)
        model.running = model.month < model.horizon
        return model

    def audit(self) -> None:
        """Raise AuditError, naming the accounts, if a fen or a minute is missing."""
        world = self.world
        people: Any = self.people
        held = np.array(
            [
                people.credit[first : first + used][people.kind[first : first + used] != 0].sum()
                for first, used in zip(world.start, world.used, strict=False)
            ],
            np.int64,
        )
        self.ledger.audit(
            {
                "payables": -world.villages.bills.sum(axis=1),
                "debts_suppliers": -world.villages.debt[:, 0],
                "debts_workers": -world.villages.debt[:, 1],
                "loans": -world.villages.borrowed,
                "credits_held": -held,
                "credit_pool": -world.villages.pooled.sum(axis=1),
            },
            world.villages.number,
        )


use_named()  # folders of a researcher's own that the environment names
