"""Double entry. A posting kind is declared once (name, debit, credit, unit); balances move only by their
incidence.

`posted` is a record array with one int64 field per kind and one row per village: kernels add to it, never to
a balance. `Ledger.settle` moves the balances, `audit` proves them against the running totals and the
sub-ledgers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.engine import own_folders
from sim.engine.kernels import inner, kernel
from sim.engine.sorting import sort_places
from sim.engine.tables import Table
from sim.state.parameters import nearest


@dataclass(frozen=True)
class Posting:
    """A kind of posting: `debit` grows, `credit` shrinks, by the same amount (fen or minutes)."""

    name: str
    debit: str
    credit: str
    unit: str
    label: str


POSTINGS: dict[str, Posting] = {}


def posting(name: str, *, debit: str, credit: str, label: str, unit: str = "fen") -> Posting:
    """Declare a posting kind; its name is the field that kernels add to."""
    if name in POSTINGS:
        raise ValueError(f"posting kind {name!r} is declared twice")
    if debit == credit:
        raise ValueError(f"posting kind {name!r} debits and credits the same account")
    if own_folders.is_reading():
        return _own_posting(Posting(name, debit, credit, unit, label))
    POSTINGS[name] = Posting(name, debit, credit, unit, label)
    return POSTINGS[name]


def accounts_of(kinds: Iterable[Posting]) -> list[str]:
    """The accounts that kinds of posting move, in order of name."""
    return sorted({account for kind in kinds for account in (kind.debit, kind.credit)})


def _own_posting(kind: Posting) -> Posting:
    """Of a part of an own folder: between accounts that the model has, in one unit."""
    unit = {account: one.unit for one in POSTINGS.values() for account in (one.debit, one.credit)}
    for account in (kind.debit, kind.credit):
        if account not in unit:
            raise ValueError(f"posting kind {kind.name!r}: no account {account!r}{nearest(account, unit)}")
        if unit[account] != kind.unit:
            raise ValueError(
                f"posting kind {kind.name!r}: {account} is kept in {unit[account]}, not in {kind.unit}"
            )
    made: Posting = own_folders.declare("posting", kind.name, kind, POSTINGS)
    return made


class AuditError(AssertionError):
    """A fen or a minute is missing; the message names the accounts."""


class _Books(NamedTuple):
    posted: np.ndarray  # (villages, kinds) waiting for settlement
    balance: np.ndarray  # (villages, accounts)
    total: np.ndarray  # (villages, kinds)
    month: np.ndarray  # (villages, kinds) of this month
    named: np.recarray  # (villages) the same by name
    sides: np.ndarray  # (kinds, 2) accounts that a kind debits and credits
    purse: np.ndarray  # (some, 2) kinds that move cash, with their sign


class Books(Table, _Books):
    """The ledger as kernels see it."""


@kernel
def settle(books):
    """Move balances by the postings; most kinds are not posted in most months."""
    for v in range(len(books.posted)):
        for kind in range(len(books.sides)):
            amount = books.posted[v, kind]
            if amount != 0:
                books.balance[v, books.sides[kind, 0]] += amount
                books.balance[v, books.sides[kind, 1]] -= amount
                books.total[v, kind] += amount
                books.month[v, kind] += amount
                books.posted[v, kind] = 0


class Ledger:
    """All accounts of all villages. `balance[account]` is a row of int64, one number per village."""

    def __init__(self, villages: int) -> None:
        kinds = list(POSTINGS.values())
        self.kinds = kinds
        self.accounts = accounts_of(kinds)
        index = {account: place for place, account in enumerate(self.accounts)}
        self.incidence = np.zeros((len(kinds), len(self.accounts)), np.int64)
        for row, kind in enumerate(kinds):
            self.incidence[row, index[kind.debit]] += 1
            self.incidence[row, index[kind.credit]] -= 1
        self.posted = np.zeros(villages, np.dtype([(kind.name, np.int64) for kind in kinds])).view(
            np.recarray
        )
        self.balance = np.zeros(villages, np.dtype([(account, np.int64) for account in self.accounts])).view(
            np.recarray
        )
        self.total = np.zeros((villages, len(kinds)), np.int64)
        self.month = np.zeros((villages, len(kinds)), np.int64)
        self.beside = np.zeros((villages, len(self.accounts)), np.int64)  # moved by an own folder's postings
        self._place = {kind.name: place for place, kind in enumerate(kinds)}
        sides = np.array([(index[kind.debit], index[kind.credit]) for kind in kinds], np.int64)
        cash = self.incidence[:, index["cash"]]
        purse = np.array([(kind, cash[kind]) for kind in np.flatnonzero(cash)], np.int64)
        named = self.month.view(self.posted.dtype).reshape(-1).view(np.recarray)
        self.books = Books(
            self._plain(self.posted), self._plain(self.balance), self.total, self.month, named, sides, purse
        )

    def _plain(self, records: np.ndarray) -> np.ndarray:
        return records.view(np.ndarray).view(np.int64).reshape(len(records), -1)

    def settle(self) -> None:
        """Move the balances by what was posted since the last call."""
        settle(self.books)

    def amount(self, name: str) -> np.ndarray:
        """What was posted under `name` this month, per village."""
        return self.month[:, self._place[name]]

    def audit(self, subledgers: dict[str, np.ndarray], numbers: np.ndarray) -> None:
        """Raise AuditError unless balances equal the totals by incidence, sum to zero and equal their
        sub-ledgers.
        """
        plain = self._plain(self.balance)
        if self._plain(self.posted).any():
            raise AuditError("postings were made that no settlement has moved")
        wrong = (plain != self.total @ self.incidence + self.beside).any(axis=0)
        if wrong.any():
            raise AuditError(f"balances moved without a posting: {', '.join(np.array(self.accounts)[wrong])}")
        if plain.sum(axis=1).any():
            raise AuditError("debits and credits differ")
        for account, figures in subledgers.items():
            off = np.flatnonzero(self.balance[account] != figures)
            if len(off):
                v = off[0]
                raise AuditError(
                    f"{account} of village {numbers[v]} is {self.balance[account][v]} in the ledger "
                    f"and {figures[v]} in the figures that decisions read"
                )


@inner
def share_out(available, claims, pool, numbers, work):
    """Claims become what is paid of them: in full where their pool has enough, else pro rata to the unit; odd
    units by remainder, then by number.

    `available` (pools), `claims`, `pool` and `numbers` (villages), scratch `work` (5, villages or pools). A
    pool's claims stay under 2^41 fen, 22 billion yuan.
    """
    total, have, odd, rest, order, short, count = work[0], work[1], work[2], work[3], work[4], False, 0
    for place in range(len(available)):
        total[place] = 0
    for v in range(len(claims)):
        claims[v] = max(claims[v], 0)
        total[pool[v]] += claims[v]
    for place in range(len(available)):
        have[place] = min(max(available[place], 0), total[place])
        odd[place] = have[place]
        short = short or have[place] < total[place]
    if not short:
        return
    for v in range(len(claims)):
        place = pool[v]
        whole, high = (
            max(total[place], 1),
            claims[v] * (have[place] >> 20),
        )  # in two halves: the product may top 2^63
        low = ((high % whole) << 20) + claims[v] * (have[place] & 0xFFFFF)
        claims[v], rest[v] = (
            ((high // whole) << 20) + low // whole,
            -(low % whole),
        )  # the largest is the lowest
        odd[place] -= claims[v]
    for v in range(len(claims)):
        if odd[pool[v]] > 0 and rest[v] < 0:
            order[count] = v
            count += 1
    sort_places(order, count, rest, numbers)
    for place in range(count):
        v = order[place]
        if odd[pool[v]] > 0:
            odd[pool[v]] -= 1
            claims[v] += 1
