"""What a Mesa user sees: collectives and funders as real agents, elders and volunteers as views over table
rows.

No agent holds state, and none is made until somebody asks. This file is the model's side of it: registering,
looking up by type, turning helpers into elders, and letting persons come and go by hand.
"""

from __future__ import annotations

import weakref
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agent import Agent, AgentSet
from mesa.model import Model as Model  # what the model of this package is, imported in this order

from sim.agents import views
from sim.agents.by_hand import add_one, end_one
from sim.agents.views import AGES, OWED, WRITABLE, Elder, LazySet, Person, Volunteer, fits, named, view_of
from sim.engine.copies import Uncopied
from sim.engine.randomness import key_of
from sim.state.codes import ALONE, ELDER, HELPER, PAYERS, ROBUST
from sim.state.fields import FLOWS, STATES
from sim.state.ledger import POSTINGS
from sim.state.people import TRAITS

FIRST_ADDED = 2048  # serials of persons added by hand lie above those of every month of a run
REASONS = ("death", "departure")


class Figure:
    """A village's state, flow of the last month, posting of the last month or balance as an attribute."""

    def __init__(self, source: str, name: str, unit: str, label: str) -> None:
        self.source, self.name, self.unit, self.__doc__ = source, name, unit, f"{label} ({unit})"

    def _column(self, model: Any) -> Any:
        if self.source == "posted":
            return model.ledger.amount(self.name)
        return getattr(model.world, self.source)[self.name]

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = self._column(agent.model)[agent.place]
        return (-value if self.source == "balance" and self.name in OWED else value).tolist()

    def __set__(self, agent: Any, value: Any) -> None:
        if self.source in ("posted", "balance"):
            raise AttributeError(
                f"{self.name} is not assigned: it moves when the ledger does (post, never assign)"
            )
        raise AttributeError(f"{self.name} is not assigned: the model writes it")


class _Lasting(Uncopied, Agent):
    """A real Mesa agent that comes and goes with its model."""

    model: Any
    _instead = "it comes with its model; keep its unique_id, or what you read of it"

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError(
            f"{type(self).__name__} comes with the model, one for each that county.villages asks for"
        )

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @classmethod
    def settle(cls, model: Any, **about: Any) -> Any:
        """Make one and register it with the model."""
        made = cls.__new__(cls)
        made.__dict__.update(about)
        Agent.__init__(made, model)
        return made

    def remove(self) -> None:
        """Refused: it stays as long as the model."""
        raise RuntimeError(
            f"{type(self).__name__} stays as long as the model: a village closes, it is not removed"
        )


class VillageCollective(_Lasting):
    """One village: states, last month's flows and postings, and balances, each with its unit. `unique_id`
    = number.
    """

    place: int  # row of the village records


class Funder(_Lasting):
    """Who pays: government (operation), lottery (construction), society, and the families of each village
    as one.
    """

    name: str
    payer: str  # one of PAYERS
    kinds: tuple[str, ...]  # what it posts: due, paid, forgiven, capital, setup
    places: np.ndarray  # rows of its villages

    def _posted(self, kind: str) -> int:
        return (
            int(self.model.ledger.amount(f"{kind}_{self.payer}")[self.places].sum())
            if kind in self.kinds
            else 0
        )

    due_fen = property(lambda self: self._posted("due"), doc="fell due last month")
    paid_fen = property(lambda self: self._posted("paid"), doc="paid last month")
    forgiven_fen = property(lambda self: self._posted("forgiven"), doc="written off last month")
    capital_fen = property(lambda self: self._posted("capital"), doc="given for buildings last month")
    setup_fen = property(lambda self: self._posted("setup"), doc="given to set up businesses last month")

    @property
    def pledged_fen(self) -> int:
        """Pledged last month."""
        payer = PAYERS.index(self.payer)
        return int(self.model.world.flow.pledged[self.places, payer].sum()) if "due" in self.kinds else 0

    @property
    def receivable_fen(self) -> int:
        """Fallen due and neither paid nor written off."""
        owed = self.model.world.balance[f"receivable_{self.payer}"]
        return int(owed[self.places].sum()) if "due" in self.kinds else 0

    @property
    def left_fen(self) -> int | None:
        """What is left of the county's operating (government) or construction (lottery) money.

        None for the others.
        """
        county = {"government": self.model.county.operating, "lottery": self.model.county.construction}.get(
            self.name
        )
        return None if county is None else int(county.sum())


@cache
def _declare() -> None:
    """Give the classes one attribute per declared column, once all parts are imported."""
    views.declare()
    figures = [Figure("villages", field.name, field.unit, field.label) for field in STATES.values()]
    figures += [Figure("flow", field.name, field.unit, field.label) for field in FLOWS.values()]
    for kind in POSTINGS.values():
        figures += [
            Figure("balance", account, kind.unit, f"balance of {account}")
            for account in (kind.debit, kind.credit)
        ]
        figures.append(Figure("posted", kind.name, kind.unit, kind.label))
    for figure in figures:
        for name in {figure.name, named(figure.name, figure.unit)}:
            if not hasattr(VillageCollective, name):
                setattr(VillageCollective, name, figure)


# -- what the model calls --------------------------------------------------------------------------
def install(model: Any) -> None:
    """Prepare the layer; nothing is made until somebody asks.

    Mesa wraps `step` on the instance, a reference cycle that keeps a dropped model until the collector comes
    round; the model counts its steps itself instead.
    """
    _declare()
    model.__dict__.pop("step", None)
    model.__dict__.pop("_user_step", None)
    model._views = weakref.WeakValueDictionary()
    model._lasting = None
    model._numbers = model.world.villages.number.tolist()
    model._ids = count(max(model._numbers) + 1)


def promote(model: Any) -> None:
    """Views of helpers who turned 60 become Elders and stay the same objects."""
    for view in list(model._views.values()) if model._views else ():
        if type(view) is Volunteer and view.alive and view.kind == ELDER:
            object.__setattr__(view, "__class__", Elder)


def collectives(model: Any) -> list[VillageCollective]:
    """The collectives in the order of the village records.

    They and the funders are made on the first call.
    """
    if model._lasting is None:
        every = np.arange(len(model._numbers))
        model._lasting = []  # registering asks for the list again
        model._lasting += [VillageCollective.settle(model, place=v) for v in every.tolist()]
        for name, payer, kinds in (
            ("government", "government", ("due", "paid", "forgiven", "setup")),
            ("lottery", "government", ("capital",)),
            ("society", "society", ("due", "paid", "forgiven", "capital", "setup")),
        ):
            Funder.settle(model, name=name, payer=payer, kinds=kinds, places=every)
        for v, number in enumerate(model._numbers):
            own = {"name": f"families of village {number}", "payer": "families", "places": every[v : v + 1]}
            Funder.settle(model, kinds=("due", "paid", "forgiven"), **own)
    lasting: list[VillageCollective] = model._lasting
    return lasting


def register(model: Any, agent: Agent) -> None:
    """Number an agent: collectives by village, others from there on, persons above 2^24.

    Mesa keeps its counters, and with them every model, in a table of the class: the entry goes at once.
    """
    Agent._ids.pop(model, None)
    collectives(model)
    own = isinstance(agent, VillageCollective)
    agent.unique_id = model._numbers[agent.place] if own else next(model._ids)


def all_agents(model: Any) -> LazySet:
    """Every agent of the model: registered ones first, then persons by village."""
    collectives(model)
    return LazySet(model, (ELDER, HELPER), model._all_agents)


def by_type(model: Any) -> dict[type[Agent], AgentSet]:
    """Class -> its agents."""
    collectives(model)
    return {**model._agents_by_type, Elder: LazySet(model, (ELDER,)), Volunteer: LazySet(model, (HELPER,))}


def close(model: Any) -> None:
    """Let go of all agents, so that the model is freed with its last reference.

    Views that are held stay readable.
    """
    Agent._ids.pop(model, None)
    model._agents.clear()
    model._agents_by_type.clear()
    model._all_agents = AgentSet([], random=model.random)
    model._lasting, model.running = None, False


# -- people who come and go by hand ----------------------------------------------------------------
def _amend(model: Any) -> None:
    """What happens between two months belongs to the month just recorded."""
    world, ledger = model.world, model.ledger
    ledger.settle()
    if len(model._recorder):
        records = (
            world.flow,
            world.villages,
            world.hours,
            ledger.month,
            ledger.balance,
        )  # as MutualAidModel.step records them
        model._recorder.amend(model.keep(records))


def add_person(
    model: Any, village: int, age_years: float, sex: str, living: int = ALONE, health: int = ROBUST
) -> Any:
    """Settle a newcomer between two months: an elder from 60 on, a helper below (40 at least).

    `village` is a village number, `sex` "man" or "woman"; `living` and `health` are codes of an elder.
    Income, land, children and skills are drawn by the person's identity. Raises ValueError on what does not
    exist.
    """
    if village not in model._numbers:
        raise ValueError(f"there is no village {village!r}")
    if sex not in ("man", "woman"):
        raise ValueError(f"sex = {sex!r}: 'man' or 'woman' is wanted")
    kind = ELDER if isinstance(age_years, int | float) and age_years >= 60 else HELPER
    fits("age_years", age_years, AGES[kind], False, "years")
    fits("living", living, WRITABLE["living"], True, "code")
    fits("health", health, WRITABLE["health"], True, "code")
    place = model._numbers.index(village)
    needed = np.zeros(len(model.world.used), np.int64)
    needed[place] = 1
    model.ensure_slots(needed)
    key = key_of(model.seed_number, TRAITS, 0)
    slot = add_one(
        model.people,
        model.world,
        place,
        kind,
        round(age_years * 12),
        int(sex == "woman"),
        int(living),
        int(health),
        model.month + FIRST_ADDED,
        model.values.county,
        key,
    )
    if slot < 0:
        raise ValueError(f"village {village} has taken 4,096 newcomers this month: step the model first")
    _amend(model)
    return view_of(model, place, int(slot))


def end_person(model: Any, view: Person, reason: str) -> None:
    """A person dies or departs between two months: the account is settled with the ledger, the slot is free.

    `reason` is "death" or "departure". Raises ValueError on another, GoneError when the person has gone
    already.
    """
    if reason not in REASONS:
        raise ValueError(f"reason = {reason!r}: allowed are {', '.join(REASONS)}")
    if view.model is not model:
        raise ValueError(f"{view!r} belongs to another model")
    place, helper, flow = view._place, model.people.kind[view._row()] == HELPER, model.world.flow
    end_one(model.people, model.world, place, view._slot)
    if helper:
        flow.helpers_left[place] += 1
    elif reason == "death":
        flow.deaths[place] += 1
    _amend(model)
