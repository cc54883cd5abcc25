"""The model: the month as a table of rows under 13 headings, and what a Python user holds in hand."""

from __future__ import annotations

import time
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mesa
import numpy as np

from sim import snapshot
from sim.agents import agents
from sim.engine.randomness import Purpose, key_of, keys_of
from sim.engine.tables import Table
from sim.parts import acceptance, business, economy, facilities, organisation, participation, solvency
from sim.result import Result
from sim.schedule import MONTH
from sim.start import county, initial_population, tables
from sim.state.codes import KINDS, NONE, POOL_MONTHS, STAGES, WORKING
from sim.state.fields import COLUMNS, FLOWS, STATES, person_columns, record
from sim.state.horizon import month_number
from sim.state.ledger import Ledger
from sim.state.parameters import ParameterError, Parameters
from sim.state.people import TRAITS
from sim.state.records import Recorder, Series
from sim.state.values import Modifier, Values
from sim.state.world import World, pools_of, scratch


class People(Table, namedtuple("People", list(COLUMNS))):  # type: ignore[misc]
    """The one class of the person table: an array for each declared column."""


@dataclass
class County:
    """County money of the year: one figure per village, pooled where villages meet."""

    operating: np.ndarray
    construction: np.ndarray
    factor: np.ndarray


def _sums(x: np.ndarray) -> np.ndarray:
    """One row: sums over villages, field by field. Summed codes and numbers mean nothing."""
    if x.dtype.names is None:
        return np.asarray(x.sum(axis=0, keepdims=True))
    words = x.view(np.ndarray).view(np.int64).reshape(len(x), -1)  # all fields have 8 bytes
    total = words.sum(axis=0)
    floats = _floats(x.dtype)
    total[floats] = words.view(np.float64)[:, floats].sum(axis=0).view(np.int64)
    return total.view(x.dtype)


@cache
def _floats(dtype: np.dtype) -> np.ndarray:
    """Which 8-byte words of a record hold floats."""
    kinds = [(np.dtype(d).base.kind, np.dtype(d).itemsize // 8) for d, *_ in (dtype.fields or {}).values()]
    return np.array([kind == "f" for kind, n in kinds for _ in range(n)])


APART = (
    "business",
    "collective",
    "families",
    "funding",
    "government",
    "society",
    "solvency",
    "timebank",
    "viability",
)
TOGETHER = ("collective.income_year", "society.spread")


def beside(parameters: Parameters) -> tuple[object, ...]:
    """What counties side by side must share.

    All but the sections in APART; these but switches (a county's families may charge nothing) and TOGETHER.
    """
    return tuple(
        value
        for path, value in parameters.flat().items()
        if path.partition(".")[0] not in APART
        or (path.endswith(".on") and path != "families.on")
        or path in TOGETHER
    )


class MutualAidModel(mesa.Model):
    """A county of villages, month by month.

    `villages` lists village numbers (default 1 .. county.villages); `capacity` is the size of a village's
    block over its first inhabitants. Neither changes a byte of what a village does. `modifiers` act on named
    values.

    Several `parameters` that differ only in what `beside` allows are several counties side by side under the
    same luck (then `modifiers` is one tuple for each): the same bytes as one model each in half the time, for
    arms of an experiment. `results` tells them apart; agents, snapshots and persons added by hand belong to
    models of one county.
    """

    def __init__(
        self,
        parameters: Parameters | Sequence[Parameters] | None = None,
        *,
        seed: int = 0,
        villages: Sequence[int] | None = None,
        modifiers: tuple[Modifier, ...] | Sequence[tuple[Modifier, ...]] = (),
        capacity: float = 1.1,
        spin_up: bool = True,
        keep: str = "villages",
    ) -> None:
        super().__init__(rng=seed)
        self.keep: Any = {"villages": tuple, "county": lambda records: tuple(map(_sums, records))}[
            keep
        ]  # what of a month joins the series
        self.counties: tuple[Parameters, ...] = (
            (parameters or Parameters(),)
            if parameters is None or isinstance(parameters, Parameters)
            else tuple(parameters)
        )
        if len(self.counties) > 1 and keep == "county":
            raise ParameterError("counties side by side keep their villages: keep='villages'")
        if len({beside(p) for p in self.counties}) != 1:
            raise ParameterError("counties side by side differ in a value that they must share")
        self.parameters = p = self.counties[0]
        self.seed_number = int(seed)
        numbers = np.array(
            list(villages) if villages is not None else range(1, p.county.villages + 1), np.int64
        )
        if len(numbers) == 0 or numbers.min() < 1 or len(set(numbers.tolist())) != len(numbers):
            raise ParameterError("villages: different numbers from 1 on are wanted, at least one")
        self.start_month = month_number(p.horizon.start)
        self.horizon = p.horizon.months
        self.coupled = p.county.couplings
        self._businesses = {c.business.kind for c in self.counties}
        sets: Any = modifiers if len(self.counties) > 1 else (modifiers,)
        county_of = np.repeat(np.arange(len(self.counties)), len(numbers))
        numbers = np.tile(numbers, len(self.counties))
        self.groups = [
            np.flatnonzero(county_of == c)[np.argsort(numbers[county_of == c])]
            for c in range(len(self.counties))
        ]
        self.values = Values(
            [*zip(self.counties, sets or ((),) * len(self.counties), strict=True)], numbers, county_of
        )
        self.ledger = Ledger(len(numbers))
        self.row_seconds: dict[str, float] | None = (
            None  # give it an empty dictionary, and seconds by row are added up there
        )
        self._once: dict[Any, Any] = {}
        self._lasting_keys, self._keys = (
            keys_of(self.seed_number, -4000, 1)[-4000],
            dict[int, list[np.uint64]](),
        )
        self.clock, self.month = 0, -p.horizon.spin_up if spin_up else 0
        self.first_clock = p.horizon.spin_up
        self._populate(numbers, capacity, county_of)
        self._start()
        self._recorder = Recorder()
        agents.install(self)
        for _ in range(p.horizon.spin_up if spin_up else 0):
            self._month()
        self.clock = p.horizon.spin_up

    # -- start
    # ---------------------------------------------------------------------------------------------------
    def _populate(self, numbers: np.ndarray, capacity: float, county_of: np.ndarray) -> None:
        p, seed = self.parameters, self.seed_number
        sizes = county.village_sizes(p, seed, numbers)
        first = sizes + np.floor(sizes * p.county.helpers_per_elder + 0.5).astype(np.int64)
        blocks = np.maximum(first, np.ceil(first * capacity)).astype(np.int64)
        start = np.concatenate([[0], np.cumsum(blocks)]).astype(np.int64)
        v = len(numbers)
        self.people = People(*person_columns(int(start[-1])))
        states = county.village_states(p, seed, numbers)
        self.world = World(
            start,
            np.zeros(v, np.int64),
            states,
            record(FLOWS, v),
            np.zeros((v, len(STAGES), len(KINDS)), np.int64),
            np.zeros((v, 2, POOL_MONTHS), np.int16),
            self.ledger.posted,
            self.ledger.balance,
            *scratch(start),
            county_of,
            pools_of(county_of, states.township, self.coupled),
            np.zeros((9, v), np.int64),
            np.zeros((3, v)),
            np.zeros((6, v), np.int64),
        )
        # columns by name for rows in NumPy: looking a field up in a record array costs more than the row's
        # work
        w = self.world
        self.tally, self.centre = list(w.tally), list(w.centre)
        self._records = tuple(
            x.view(np.ndarray) for x in (w.flow, w.villages, w.hours, self.ledger.month, w.balance)
        )
        self.state = {n: self._records[1][n] for n in STATES}
        self.flow = {n: self._records[0][n] for n in FLOWS}
        self._month_bytes = [
            x.reshape(-1).view(np.uint8) for x in (self._records[0], w.hours, self.ledger.month)
        ]  # zero when a month begins
        self.chances = county.health_chances(p)
        initial_population.populate(
            self.people,
            w,
            sizes,
            self.values.county,
            *county.start_tables(p),
            key_of(seed, TRAITS, 0),
        )
        self.world.villages.elders_start = self.world.villages.elders
        self.pool_base = self.world.pool.sum(axis=(1, 2)) + self.world.villages.helpers

    def _start(self) -> None:
        p, r = self.parameters, self.world.villages
        at_start = county.served_at_start(p, self.seed_number, r.number)
        r.facility = np.where(at_start, WORKING, NONE)
        r.rented = 1 - r.idle_building
        r.seats = np.where(at_start, p.facilities.seats, 0)
        zero = np.zeros(len(r), np.int64)
        self.county = County(zero.copy(), zero.copy(), np.ones(len(r)))
        self.setup_costs = business.setup_costs(self)
        for c, mine in zip(self.counties, self.groups, strict=True):
            if c.funding.basis == "envelope":
                self.state["setup_annuity"][mine] = self._annuity(c, mine)
        solvency.start(self.world, self.values.table)
        economy.run(self)
        facilities.run_begin(self)
        acceptance.run_begin(self)
        organisation.run_support(self)
        participation.run_begin(self)
        self.ledger.settle()

    def _annuity(self, parameters: Parameters, mine: np.ndarray) -> np.ndarray:
        """Set-up money of the chosen business as a level monthly sum of the same present value, for a
        county's villages.
        """
        b, d = parameters.business, 1 / (1 + parameters.economy.discount / 12)
        total = np.zeros(len(mine))
        chosen = business.CHOICES.index(b.kind)
        for i, v in enumerate(mine):
            if chosen == business.DEPOSIT:
                total[i] = self.setup_costs[v, 3]
            for k in range(3):
                if business.wanted(chosen, k + 1, int(self.world.villages.kind[v]), b.endowment):
                    total[i] += self.setup_costs[v, k]
        return tables.grain(total * d**b.start / sum(d**t for t in range(self.horizon)))

    # -- what the rows ask for
    # -----------------------------------------------------------------------------------
    def key(self, purpose: Purpose) -> np.uint64:
        """Key of a decision this month."""
        if self.month not in self._keys:  # a year at once: twelve in a row cost what two do by themselves
            self._keys = keys_of(self.seed_number, self.month, 12)
        return self._keys[self.month][purpose.place]

    def lasting_key(self, purpose: Purpose) -> np.uint64:
        """Key of a trait that stays with a person or a year that a kernel indexes itself."""
        return self._lasting_keys[purpose.place]  # type: ignore[no-any-return]

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
        w = self.world
        living = self.state["elders"] + self.state["helpers"]
        size = np.diff(w.start)
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
                used = w.used[v]
                new[start[v] : start[v] + used] = old[w.start[v] : w.start[v] + used]
        self.people, self.world = (
            People(*fresh),
            w._replace(start=start, **dict[str, Any](zip(("work", "sums"), scratch(start), strict=True))),
        )

    def note_promotions(self) -> None:
        """Helpers turned 60: views that somebody holds change their class."""
        agents.promote(self)

    def _one(self) -> None:
        if len(self.counties) > 1:
            raise ParameterError(
                "counties side by side have no agents and no snapshots: make a model of one county"
            )

    # -- agents
    # --------------------------------------------------------------------------------------------------
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
        """Settle a newcomer between two months and return its view; see `sim.agents.add_person`."""
        self._one()
        return agents.add_person(self, village, age_years, sex, **more)

    def end_person(self, view: Any, reason: str) -> None:
        """A person dies ("death") or leaves ("departure") between two months."""
        agents.end_person(self, view, reason)

    def close(self) -> None:
        """Let go of all agents, so that the memory is free with the last reference to the model."""
        agents.close(self)

    # -- time
    # ----------------------------------------------------------------------------------------------------
    def _month(self) -> None:
        self.values.refresh(self.month)
        for month in self._month_bytes:
            month.fill(0)
        if self.row_seconds is None:
            for row in MONTH:
                row.run(self)
        else:
            for row in MONTH:
                began = time.perf_counter()
                row.run(self)
                self.row_seconds[row.name] = self.row_seconds.get(row.name, 0.0) + time.perf_counter() - began
        self.month += 1
        self.clock += 1

    def step(self) -> None:
        """One month; the month's records join the series."""
        self.steps += 1
        self._month()
        self._recorder.append(self.keep(self._records))

    def run(self, months: int | None = None) -> Result:
        """Step to the horizon (or for `months`) and return what was seen."""
        months = max(self.horizon - self.month if months is None else months, 0)
        self._recorder.reserve(months)
        for _ in range(months):
            self.step()
        return Result(self)

    @property
    def results(self) -> list[Result]:
        """The result of each county."""
        whole = self.series
        return [Result(self, c, whole) for c in range(len(self.counties))]

    @property
    def series(self) -> Series:
        """The records so far."""
        flow, state, hours, posted, balance = self._recorder.whole()
        return Series(flow, state, hours, posted, balance, [k.name for k in self.ledger.kinds])

    def snapshot(self) -> dict[str, Any]:
        """Everything needed to go on from here, as plain values (`meta`) and arrays (`arrays`)."""
        self._one()
        return snapshot.take(self)

    @classmethod
    def restore(
        cls, taken: dict[str, Any], parameters: Parameters | None = None, modifiers: tuple[Modifier, ...] = ()
    ) -> MutualAidModel:
        """An exact fork of a snapshot.

        `parameters` may differ in live ones only, `modifiers` act from here on.
        """
        meta, before = taken["meta"], Parameters.from_dict(taken["meta"]["parameters"])
        snapshot.only_live(before, parameters or before)
        model = cls(
            parameters or before,
            seed=meta["seed"],
            villages=meta["numbers"],
            modifiers=modifiers,
            spin_up=False,
        )
        snapshot.put(model, taken)
        return model

    def audit(self) -> None:
        """Raise AuditError, naming the accounts, if a fen or a minute is missing."""
        w = self.world
        p: Any = self.people
        held = np.array(
            [
                p.credit[a : a + n][p.kind[a : a + n] != 0].sum()
                for a, n in zip(w.start, w.used, strict=False)
            ],
            np.int64,
        )
        self.ledger.audit(
            {"payables": -w.villages.bills.sum(axis=1), "credits_held": -held}, w.villages.number
        )
