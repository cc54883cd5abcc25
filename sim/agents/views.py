"""Views over rows of the person table as Mesa agents, and sets of them.

A view is made when asked for and kept only while somebody holds it; it finds its row by village and slot, so
blocks may move, and checks that its person still lives there. `LazySet` answers `len`, iteration, `in`,
`get`, `agg` and `set` from the columns; everything else builds an ordinary set that holds its views.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from mesa.agent import Agent, AgentSet, GroupBy

from sim.engine.copies import Uncopied
from sim.state.codes import ELDER, FREE, HELPER, SERIAL_BITS
from sim.state.fields import COLUMNS, Column

LIVING = ("with_child", "couple", "alone", "in_home")
HEALTH = ("robust", "mild", "moderate", "severe")
UNNAMED = ("code", "flag", "number", "bits", "step", "times", "slot")  # units that a name does not carry
OWED = (
    "payables",
    "credits_held",
    "creditors_workers",
    "creditors_suppliers",
)  # shown as what is owed, not negative

# What a view may write, and between which bounds; the month writes the rest.
SHARE, FLAG, MONEY = (0, 1), (0, 1), (0, 10_000_000)
WRITABLE: dict[str, tuple[float, float]] = {
    "acceptance": SHARE,
    "trust": SHARE,
    "satisfaction": SHARE,
    "loneliness": SHARE,
    "motivation": SHARE,
    "fatigue": SHARE,
    "enrolled": FLAG,
    "volunteer": FLAG,
    "trained": FLAG,
    "dementia": FLAG,
    "dibao": FLAG,
    "near": FLAG,
    "health": (0, 3),
    "living": (0, 2),
    "role": (0, 3),
    "skills": (0, 7),
    "children": (0, 20),
    "land": (0, 1000),
    "income": MONEY,
    "remit": MONEY,
}
AGES = {ELDER: (60.0, 111.0), HELPER: (40.0, 59.9)}  # years


class GoneError(RuntimeError):
    """The person of a view has died or left."""


def named(name: str, unit: str) -> str:
    """`name` with its unit: cash -> cash_fen, asked_minutes -> asked_min; codes and flags stay as they
    are.
    """
    short = unit.replace("minutes", "min").replace("/", "_per_").replace("0.1 ", "tenth_")
    stem = name.removesuffix(f"_{unit}")
    return name if unit in UNNAMED or name == unit else f"{stem}_{short}"


def fits(name: str, value: Any, bounds: tuple[float, float], whole: bool, unit: str) -> Any:
    """`value`, or ValueError on what lies outside its bounds or is no number."""
    low, high = bounds
    if not isinstance(value, int | float | np.number | np.bool_) or not low <= value <= high:
        raise ValueError(f"{name} = {value!r}: allowed is {low:g} to {high:g} ({unit})")
    if whole and value != int(value):
        raise ValueError(f"{name} = {value!r}: a whole number is wanted ({unit})")
    return value


class Cell:
    """A column of the person table as an attribute of its views."""

    def __init__(self, field: Column) -> None:
        self.name, self.unit, self.whole = field.name, field.unit, field.dtype[0] != "f"
        self.__doc__ = f"{field.label} ({field.unit})"

    def read(self, model: Any, rows: Any) -> Any:
        """Values of `rows` (one or many), a copy."""
        return getattr(model.people, self.name)[rows].tolist()

    def write(self, model: Any, rows: Any, value: Any) -> None:
        """One value for `rows`; AttributeError where views may not write, ValueError out of range."""
        if self.name == "credit":
            raise AttributeError("credit is not assigned: it moves when the ledger does (post, never assign)")
        if self.name not in WRITABLE:
            raise AttributeError(f"{self.name} is not assigned: the model writes it")
        getattr(model.people, self.name)[rows] = fits(
            self.name, value, WRITABLE[self.name], self.whole, self.unit
        )

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        return self if view is None else self.read(view.model, view._row())

    def __set__(self, view: Any, value: Any) -> None:
        self.write(view.model, view._row(), value)


class Years(Cell):
    """Age in years over the column of months.

    Who turns 60 is for the month to say, so each class keeps its ages.
    """

    def read(self, model: Any, rows: Any) -> Any:
        """Years, with the months as their fraction."""
        return (model.people.age[rows] / 12).tolist()

    def write(self, model: Any, rows: Any, value: Any) -> None:
        """One age in years for `rows`."""
        for kind in np.unique(model.people.kind[rows]).tolist():
            fits("age", value, AGES[kind], False, "years")
        model.people.age[rows] = round(value * 12)


class Person(Uncopied, Agent):
    """A view over one row: every column is an attribute, also with its unit (credit_min).

    `unique_id` = village number << 24 | serial; `age` is in years. Reading or writing after the person has
    gone raises GoneError; `alive` tells.
    """

    model: Any
    pos = None
    _instead = "it is a view of a row of its model; keep its unique_id, or what you read of it"
    living_arrangement = property(
        lambda self: LIVING[self.living], doc="with_child, couple, alone or in_home"
    )
    health_state = property(lambda self: HEALTH[self.health], doc="robust, mild, moderate or severe")
    village = property(lambda self: self.unique_id >> SERIAL_BITS, doc="village number")
    spouse = property(lambda self: self._linked("spouse"), doc="view of the spouse in the village, or None")
    kin = property(lambda self: self._linked("kin"), doc="view of the relative in the village, or None")
    partner = property(
        lambda self: self._linked("partner"), doc="view of the other of a standing pair, or None"
    )
    neighbour = property(lambda self: self._linked("neighbour"), doc="view of who lives next door, or None")

    def __init__(self, *_: Any, **__: Any) -> None:
        raise TypeError(
            f"{type(self).__name__} is a view: model.add_person(village, age_years, sex) adds a person"
        )

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        if not isinstance(getattr(type(self), name, None), Cell | property):
            raise AttributeError(
                f"{type(self).__name__} has no column {name!r}, and a view holds nothing of its own"
            )
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        state = f"{self.age:.1f} years" if self.alive else "gone"
        return f"<{type(self).__name__} {self.unique_id} of village {self.village}, {state}>"

    @property
    def alive(self) -> bool:
        """Whether the person still lives in the village."""
        return self._find() >= 0

    def _find(self) -> int:
        row, people = int(self.model.world.start[self._place]) + self._slot, self.model.people
        return row if people.kind[row] != FREE and people.serial[row] == self._serial else -1

    def _row(self) -> int:
        row = self._find()
        if row < 0:
            raise GoneError(
                f"{type(self).__name__} {self.unique_id} of village {self.village} has died or left"
            )
        return row

    def _linked(self, column: str) -> Person | None:
        slot = int(getattr(self.model.people, column)[self._row()])
        row = int(self.model.world.start[self._place]) + slot
        return (
            None
            if slot < 0 or self.model.people.kind[row] == FREE
            else view_of(self.model, self._place, slot)
        )

    def remove(self) -> None:
        """Refused: people leave for a reason."""
        raise RuntimeError("people leave for a reason: model.end_person(view, reason)")


class Elder(Person):
    """A person of 60 or over."""


class Volunteer(Person):
    """A helper under 60."""


CLASS = {ELDER: Elder, HELPER: Volunteer}


def declare() -> None:
    """Give Person one attribute per declared column, once all parts are imported."""
    for field in COLUMNS.values():
        for name in {field.name, named(field.name, field.unit)} - {"spouse", "kin", "neighbour", "partner"}:
            setattr(Person, name, Years(field) if name == "age" else Cell(field))


def view_of(model: Any, place: int, slot: int) -> Any:
    """The view of who lives in a slot of village row `place`, the same object while anybody holds it.

    None if free.
    """
    people, row = model.people, int(model.world.start[place]) + slot
    kind, serial = int(people.kind[row]), int(people.serial[row])
    if kind == FREE:
        return None
    identity = model._numbers[place] << SERIAL_BITS | serial
    view = model._views.get(identity)
    if view is None:
        view = object.__new__(CLASS[kind])
        view.__dict__.update(model=model, unique_id=identity, _place=place, _slot=slot, _serial=serial)
        model._views[identity] = view
    return view


# -- sets ----------------------------------------------------------------------------------------------------
class HeldSet(AgentSet):
    """An ordinary set that keeps its members alive, as do the sets made from it.

    Mesa's own holds them weakly.
    """

    def __init__(self, agents: Iterable[Any] = (), random: Any = None) -> None:
        members = list(agents)
        super().__init__(members if random is None else (), random)
        self._update(members)

    def _update(self, agents: Iterable[Any]) -> HeldSet:
        self._agents = weakref.WeakKeyDictionary({agent: agent for agent in agents})
        return self

    def add(self, agent: Any) -> None:
        """As in Mesa."""
        self._agents[agent] = agent

    def groupby(self, by: Callable[..., Any] | str, result_type: str = "agentset") -> GroupBy:
        """As in Mesa."""
        groups = super().groupby(by, "list").groups
        return GroupBy(
            {key: HeldSet(members, self.random) for key, members in groups.items()}
            if result_type == "agentset"
            else groups
        )


def _keeping(name: str) -> Callable[..., Any]:
    def method(self: HeldSet, *args: Any, **kwargs: Any) -> HeldSet:
        pinned = list(self)  # Mesa's methods let go of the members half-way
        found = getattr(AgentSet, name)(self, *args, **kwargs)
        made = self._update(list(found)) if found is self else HeldSet(found, self.random)
        del pinned
        return made

    return wraps(getattr(AgentSet, name))(method)


def _by_holding(name: str) -> Callable[..., Any]:
    def method(self: LazySet, *args: Any, **kwargs: Any) -> Any:
        return getattr(HeldSet(self, self.random), name)(*args, **kwargs)

    return wraps(getattr(AgentSet, name))(method)


for _name in ("select", "shuffle", "sort"):
    setattr(HeldSet, _name, _keeping(_name))


class LazySet(Uncopied, AgentSet):
    """All persons of some kinds, after the registered agents `others`; always as the model stands now.

    What asks for an order or a choice gets a set of its own, also with `inplace`.
    """

    _instead = "it is the model's own; list(set) holds its members, set.get('age') what you read of them"

    def __init__(self, model: Any, kinds: tuple[int, ...], others: AgentSet | None = None) -> None:
        self.model, self.kinds, self.others = model, kinds, others

    @property
    def random(self) -> Any:
        """The model's generator; the month never uses it."""
        return self.model.random

    def __len__(self) -> int:
        villages = self.model.world.villages
        persons = sum(
            int(villages[name].sum())
            for kind, name in ((ELDER, "elders"), (HELPER, "helpers"))
            if kind in self.kinds
        )
        return persons + len(self.others or ())

    def __iter__(self) -> Iterator[Any]:
        return chain(self.others or (), self._persons())

    def __contains__(self, agent: Any) -> bool:
        if not isinstance(agent, Person):
            return self.others is not None and agent in self.others
        return agent.model is self.model and agent.alive and agent.kind in self.kinds

    def _rows(self) -> np.ndarray:
        return np.flatnonzero(np.isin(self.model.people.kind, self.kinds))

    def _persons(self) -> Iterator[Person]:
        rows, start = self._rows(), self.model.world.start
        places = np.searchsorted(start, rows, side="right") - 1
        serials = self.model.people.serial[rows].tolist()
        for place, slot, serial in zip(
            places.tolist(), (rows - start[places]).tolist(), serials, strict=True
        ):
            view = view_of(self.model, place, slot)
            if view is not None and view._serial == serial:  # somebody may leave while the set is walked
                yield view

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """As in Mesa; columns are read without making views."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing = {handle_missing!r}: 'error' or 'default' is wanted")
        if not isinstance(attr_names, str):
            columns = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*columns, strict=True)]
        missing = (default_value,) if handle_missing == "default" else ()
        first = [getattr(agent, attr_names, *missing) for agent in self.others or ()]
        cell = getattr(Person, attr_names, None)
        if isinstance(cell, Cell):
            read: list[Any] = cell.read(self.model, self._rows())
            return first + read
        return first + [getattr(view, attr_names, *missing) for view in self._persons()]

    def set(self, attr_name: str, value: Any) -> LazySet:
        """As in Mesa; a column is written without making views, after one range check."""
        cell = getattr(Person, attr_name, None)
        if self.others is None and isinstance(cell, Cell):
            cell.write(self.model, self._rows(), value)
        else:
            HeldSet(self, self.random).set(attr_name, value)
        return self

    def __getitem__(self, item: Any) -> Any:
        return list(self)[item]

    def __copy__(self) -> HeldSet:
        return HeldSet(self, self.random)

    @classmethod
    def _from_iterable(cls, it: Iterable[Any]) -> HeldSet:
        return HeldSet(it)

    def add(self, agent: Any) -> None:
        """Refused."""
        raise TypeError(
            "the model's own set: model.add_person and model.end_person(view, reason) change who is in it"
        )

    discard = remove = add


for _name in ("select", "shuffle", "sort", "groupby", "do", "shuffle_do", "map"):
    setattr(LazySet, _name, _by_holding(_name))
