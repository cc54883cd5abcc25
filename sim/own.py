"""A researcher's own folder: its parts join the month, and what they declare lies in tables of its own.

>>> import sim
>>> sim.use("my_folder")  # doctest: +SKIP

`my_folder/parts/*.py` declare parameters, columns, states, flows and postings as the parts of the product do,
and say where in the month they run::

    @process("telephone round", after="matching")
    def run(model):
        call_round(model.people, model.world, model.own.table, model.keys(CALL))

No record of the product changes: a kernel takes `model.own.table` beside the product's tables and reads
`own.called[i]` (a column), `own.villages[v].rounds` (a state), `own.flow[v].calls`,
`own.posted[v].cost_calls` and `own.telephone[v].cost` (a parameter of the section `telephone`).
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sim.engine import own_folders
from sim.engine.own_folders import DECLARED, FOLDERS
from sim.engine.randomness import PURPOSES
from sim.engine.tables import Table
from sim.schedule import MONTH, START, Process, functions_of
from sim.state.codes import FREE
from sim.state.fields import Column, record
from sim.state.ledger import Posting
from sim.state.parameters import SECTIONS, ParameterError, forget_sections, nearest
from sim.state.values import forget_records

VARIABLE = "MUTUAL_AID_OWN"  # folders, as in PATH; set for the processes that this one starts
_made: list[bool] = []  # whether a model was made in this process


# -- what a part declares --------------------------------------------------------------------------------
class Placed(NamedTuple):
    """A process of an own part: beside which process of the month it runs; with neither, before the first."""

    name: str
    before: str
    after: str
    run: Callable[[Any], None]


def process(name: str, *, before: str = "", after: str = "", start: bool = False) -> Callable[[Any], Any]:
    """Run the function each month right `before` or `after` a process of that name; with `start`, once,
    before the first month.
    """
    if sum(map(bool, (before, after, start))) != 1:
        raise ValueError(f"process {name!r}: one of before=, after=, start=True is wanted")

    def register(run: Callable[[Any], None]) -> Callable[[Any], None]:
        if not own_folders.is_reading():
            raise ValueError(f"process {name!r}: only a part of an own folder declares where it runs")
        taken = [one.name for one in (*MONTH, *START)]
        own_folders.declare("process", name, Placed(name, before, after, run), taken)
        return run

    return register


def outcome(name: str, *, label: str, above: str, below: str = "one", **more: Any) -> None:
    """An outcome of studies: a ratio of two columns of the village table, as in experiments/outcomes.py.

    An own flow or posting is there as its sum over the months, a state as it is at the end.
    """
    if not own_folders.is_reading():
        raise ValueError(f"outcome {name!r}: only a part of an own folder declares one this way")
    own_folders.declare("outcome", name, {"label": label, "above": above, "below": below, **more}, ())


def placed(rows: tuple[Process, ...], mine: list[Placed]) -> tuple[Process, ...]:
    """The rows with own processes among them; several at one place run in the order declared."""
    found, behind = list(rows), dict[str, str]()
    for one in mine:
        anchor = one.before or behind.get(one.after, one.after)
        names = [row.name for row in found]
        if anchor not in names:
            word = one.before or one.after
            raise ParameterError(
                f"{DECLARED.file['process', one.name]}: process {one.name!r} is to run beside {word!r}, "
                f"which is no process of the month{nearest(word, names)}"
            )
        at = names.index(anchor)
        row = Process(found[at].heading, one.name, _guarded(one.run))
        found.insert(at + 1 if one.after else at, row)
        if one.after:
            behind[one.after] = one.name
    return tuple(found)


def _guarded(run: Callable[[Any], None]) -> Callable[[Any], None]:
    """The process with its tables as they are to be: newcomers start as declared, postings are settled."""

    def guarded(model: Any) -> None:
        model.own.follow()
        run(model)
        model.own.settle()

    return guarded


def month() -> tuple[Process, ...]:
    """The processes of a month, own ones among them."""
    mine = [one for one in DECLARED.by["process"].values() if one.before or one.after]
    return placed(MONTH, mine) if mine else MONTH


def start() -> tuple[Process, ...]:
    """Those before the first month, own ones last."""
    mine = [one for one in DECLARED.by["process"].values() if not (one.before or one.after)]
    return (*START, *(Process(0, one.name, _guarded(one.run)) for one in mine))


def fits(taken: dict[str, Any]) -> None:
    """Raise ParameterError where a snapshot was taken with other own folders than those in use."""
    before, now = taken.get("own", ""), own_folders.digest()
    if before == now:
        return
    if not before:
        raise ParameterError(
            "the snapshot was taken without an own folder: restore it in a process without one"
        )
    if not now:
        raise ParameterError(
            f"the snapshot was taken with an own folder, which is missing here: sim.use(folder) first (its "
            f"content was {before})"
        )
    raise ParameterError(
        f"the snapshot was taken with an own folder that said something else (content {before}, now {now}): "
        f"use the folder as it was"
    )


# -- reading a folder --------------------------------------------------------------------------------------
def use(*folders: str | os.PathLike[str]) -> None:
    """Take up a researcher's own folder (or several), before the first model.

    ParameterError, with one sentence, where a folder is not there or does not fit.
    """
    importlib.import_module("sim.model")  # all that the product declares comes first
    for folder in folders:
        path = Path(folder).expanduser().resolve()
        if not path.is_dir():
            raise ParameterError(f"own = {str(folder)!r}: there is no such folder")
        if path in FOLDERS:
            unchanged()
        elif _made:
            raise ParameterError(
                f"own = {str(folder)!r}: a model was made before: use the folder before the first"
            )
        else:
            with _all_or_nothing():
                FOLDERS[path] = own_folders.digest_of(path)
                _read(path)
                month()
    os.environ[VARIABLE] = os.pathsep.join(map(str, FOLDERS))


def use_named() -> None:
    """Take up the folders that MUTUAL_AID_OWN names."""
    if named := [word for word in os.environ.get(VARIABLE, "").split(os.pathsep) if word]:
        use(*named)


def unchanged() -> None:
    """Raise ParameterError where a folder in use no longer says what it did when it was read."""
    for folder, before in FOLDERS.items():
        if own_folders.digest_of(folder) != before:
            raise ParameterError(f"{folder} has changed since it was read: start Python anew")


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """A folder that does not fit leaves nothing behind, so that it can be mended and tried again."""
    folders, sections, before = dict(FOLDERS), list(SECTIONS), DECLARED.copy()
    purposes = dict(PURPOSES)
    try:
        yield
    except BaseException:
        FOLDERS.clear()
        FOLDERS.update(folders)
        own_folders.restore(before)
        PURPOSES.clear()
        PURPOSES.update(purposes)
        forget_sections(sections)
        raise
    finally:
        forget_records()


def _read(folder: Path) -> None:
    """Import the parts of a folder, in order of name, as modules of a package of their own."""
    package = f"own_{FOLDERS[folder]}"
    root = ModuleType(package)
    root.__path__ = [str(folder)]
    sys.modules[package] = root
    importlib.invalidate_caches()
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        for file in sorted((folder / "parts").glob("*.py")):
            if not file.name.startswith("_"):
                with own_folders.reading(file):
                    _check_placed(_import(f"{package}.parts.{file.stem}", file), file)
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
        raise
    finally:
        sys.dont_write_bytecode = written


def _import(name: str, file: Path) -> ModuleType:
    """The module of a part; whatever goes wrong in it becomes one sentence with its line."""
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        raise ParameterError(f"{error.filename or file}, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
        ]
        place = f"{file}, line {lines[-1]}" if lines else str(file)
        raise ParameterError(f"{place}: {str(error).removeprefix(f'{file}: ')}") from error


def _check_placed(module: ModuleType, file: Path) -> None:
    known = {one.run for one in DECLARED.by["process"].values()}
    for name in functions_of(module):
        if getattr(module, name) not in known:
            raise ParameterError(
                f"{file}: {name} has no place in the month: write "
                f'@process("{file.stem}", after="matching") above it'
            )


# -- tables of a model ---------------------------------------------------------------------------------------
@lru_cache(maxsize=4)
def _table(names: tuple[str, ...]) -> Any:
    """One class for all models, by which kernels are known."""
    return type("OwnTable", (Table, namedtuple("OwnTable", names)), {})


class Own:
    """What own parts declare, in one model.

    `table` is what kernels take; `people` name -> column, `state` and `flow` name -> (villages).
    """

    def __init__(self, model: Any) -> None:
        _made.append(True) if not _made else None
        self._of, villages = (
            weakref.ref(model),
            len(model.world.used),
        )  # a model that is let go is free at once
        self.columns: dict[str, Column] = DECLARED.by["column"]
        self.states: dict[str, Column] = DECLARED.by["state"]
        self.flows: dict[str, Column] = DECLARED.by["flow"]
        self.kinds: list[Posting] = list(DECLARED.by["posting"].values())
        self.month, self.start = month(), start()
        self.villages, self.flow_records = record(self.states, villages), record(self.flows, villages)
        kinds = [(kind.name, np.int64) for kind in self.kinds]
        self.posted = np.zeros(villages, np.dtype(kinds)).view(np.recarray)
        self.posted_month, self.total = np.zeros_like(self.posted), np.zeros_like(self.posted)
        self.state = {name: self.villages[name] for name in self.states}
        self.flow = {name: self.flow_records[name] for name in self.flows}
        self._seen = np.zeros(0, np.int64)
        self._lay(self._fresh(len(model.people.kind)), self._occupants())

    def __bool__(self) -> bool:
        return bool(FOLDERS)

    @property
    def _model(self) -> Any:
        """The model that this belongs to, which outlives it."""
        return self._of()

    # -- persons -------------------------------------------------------------------------------------------
    def _fresh(self, rows: int) -> dict[str, np.ndarray]:
        return {
            name: np.full((rows, *one.shape), one.initial, one.dtype) for name, one in self.columns.items()
        }

    def _occupants(self) -> np.ndarray:
        """Who is in each row: the serial, or -1 where nobody is."""
        people = self._model.people
        return np.where(people.kind == FREE, np.int64(-1), people.serial.astype(np.int64))

    def _lay(self, people: dict[str, np.ndarray], seen: np.ndarray) -> None:
        """Make the table of these columns."""
        self.people, self._seen = people, seen
        records = {"villages": self.villages, "flow": self.flow_records, "posted": self.posted}
        whole = people | {name: one for name, one in records.items() if one.dtype.names}
        whole |= self._model.values.own
        self.table = _table(tuple(whole))(**whole) if whole else None

    def follow(self) -> None:
        """Rows that somebody else has, or nobody any more, are as declared: columns follow the person."""
        if not self.columns:
            return
        now = self._occupants()
        changed = now != self._seen
        if changed.any():
            for name, one in self.columns.items():
                self.people[name][changed] = one.initial
            self._seen = now

    def move(self, before: np.ndarray, after: np.ndarray, used: np.ndarray) -> None:
        """Villages were copied from blocks that began at `before` to blocks that begin at `after`."""
        if not self.columns:
            return
        rows = len(self._model.people.kind)
        fresh, seen = self._fresh(rows), np.full(rows, -1, np.int64)
        pairs = [*((self.people[name], fresh[name]) for name in self.columns), (self._seen, seen)]
        for old, new in pairs:
            for v, count in enumerate(used):
                new[after[v] : after[v] + count] = old[before[v] : before[v] + count]
        self._lay(fresh, seen)

    # -- the month -----------------------------------------------------------------------------------------
    def begin_month(self) -> None:
        """Flows and the month's postings begin at nothing."""
        for each in (self.flow_records, self.posted_month):
            if each.dtype.names:
                each.view(np.uint8).fill(0)

    def settle(self) -> None:
        """Move the balances by what was posted since the last call."""
        balance, beside = self._model.ledger.balance, self._model.ledger.beside
        accounts = self._model.ledger.accounts
        for kind in self.kinds:
            amount = self.posted[kind.name]
            if amount.any():
                for account, sign in ((kind.debit, 1), (kind.credit, -1)):
                    balance[account] += sign * amount
                    beside[:, accounts.index(account)] += sign * amount
                self.posted_month[kind.name] += amount
                self.total[kind.name] += amount
                amount[...] = 0

    def recorded(self, months: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """Name of a state, flow or kind of posting -> (months, villages), from what was recorded."""
        return {name: one[name] for one in months for name in one.dtype.names or ()}

    # -- forks ---------------------------------------------------------------------------------------------
    def taken(self) -> dict[str, np.ndarray]:
        """Everything needed to go on, as arrays."""
        self.follow()
        found = {f"own_person_{name}": np.array(values) for name, values in self.people.items()}
        lasting = {"own_villages": self.villages, "own_total": self.total, "own_flow": self.flow_records}
        found |= {name: np.array(one) for name, one in lasting.items() if one.dtype.names}
        months = self._model._own_recorder.whole()
        return found | {f"own_series_{place}": np.array(one) for place, one in enumerate(months)}

    def put(self, arrays: dict[str, np.ndarray]) -> None:
        """Write what `taken` gave over a model of the same villages and folders."""
        lasting = {"own_villages": self.villages, "own_total": self.total, "own_flow": self.flow_records}
        for name, one in lasting.items():
            if one.dtype.names:
                one[...] = arrays[name]
        people = {name: arrays[f"own_person_{name}"].copy() for name in self.columns}
        self._lay(people, self._occupants())
        ledger = self._model.ledger
        for kind in self.kinds:
            for account, sign in ((kind.debit, 1), (kind.credit, -1)):
                ledger.beside[:, ledger.accounts.index(account)] += sign * self.total[kind.name]
        series = [
            arrays[f"own_series_{place}"]
            for place in range(len(self.records))
            if f"own_series_{place}" in arrays
        ]
        for month in zip(*series, strict=True):
            self._model._own_recorder.append(month)

    @property
    def records(self) -> tuple[np.ndarray, ...]:
        """What of a month is recorded: states, flows and postings, where any are declared."""
        whole = (self.villages, self.flow_records, self.posted_month)
        return tuple(one.view(np.ndarray) for one in whole if one.dtype.names)
