"""Double entry. A posting kind is declared once (name, debit, credit, unit); balances move only by their incidence.

`posted` is a record array with one int64 field per kind and one row per village: kernels add to it, never to a
balance. `Ledger.settle` moves the balances, `audit` proves them against the running totals and the sub-ledgers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from sim.randomness import inline, kernel


@dataclass(frozen=True)
class Posting:
    """A kind of posting: `debit` grows, `credit` shrinks, by the same amount (fen or minutes)."""

    name: str
    debit: str
    credit: str
    unit: str
    label: str


POSTINGS: dict[str, Posting] = {}


def posting(name: str, debit: str, credit: str, label: str, unit: str = "fen") -> Posting:
    """Declare a posting kind; its name is the field that kernels add to."""
    if name in POSTINGS:
        raise ValueError(f"posting kind {name!r} is declared twice")
    if debit == credit:
        raise ValueError(f"posting kind {name!r} debits and credits the same account")
    POSTINGS[name] = Posting(name, debit, credit, unit, label)
    return POSTINGS[name]


class AuditError(AssertionError):
    """A fen or a minute is missing; the message names the accounts."""


@kernel
def _settle(new, balance, total, month, sides):
    """Move balances by the postings; most kinds are not posted in most months."""
    for v in range(len(new)):
        for k in range(len(sides)):
            amount = new[v, k]
            if amount != 0:
                balance[v, sides[k, 0]] += amount
                balance[v, sides[k, 1]] -= amount
                total[v, k] += amount
                month[v, k] += amount
                new[v, k] = 0


class Ledger:
    """All accounts of all villages. `balance[account]` is a row of int64, one number per village."""

    def __init__(self, villages: int) -> None:
        kinds = list(POSTINGS.values())
        self.kinds = kinds
        self.accounts = sorted({k.debit for k in kinds} | {k.credit for k in kinds})
        index = {a: i for i, a in enumerate(self.accounts)}
        self.incidence = np.zeros((len(kinds), len(self.accounts)), np.int64)
        for row, k in enumerate(kinds):
            self.incidence[row, index[k.debit]] += 1
            self.incidence[row, index[k.credit]] -= 1
        self.posted = np.zeros(villages, np.dtype([(k.name, np.int64) for k in kinds])).view(np.recarray)
        self.balance = np.zeros(villages, np.dtype([(a, np.int64) for a in self.accounts])).view(np.recarray)
        self.total = np.zeros((villages, len(kinds)), np.int64)
        self.month = np.zeros((villages, len(kinds)), np.int64)
        self._place = {k.name: i for i, k in enumerate(kinds)}
        sides = np.array([(index[k.debit], index[k.credit]) for k in kinds], np.int64)
        self._arrays = (self._plain(self.posted), self._plain(self.balance), self.total, self.month, sides)

    def _plain(self, records: np.ndarray) -> np.ndarray:
        return records.view(np.ndarray).view(np.int64).reshape(len(records), -1)

    def settle(self) -> None:
        """Move the balances by what was posted since the last call."""
        _settle(*self._arrays)

    def open_month(self) -> None:
        """Forget the month's postings (their totals stay)."""
        self.month[:] = 0

    def amount(self, name: str) -> np.ndarray:
        """What was posted under `name` this month, per village."""
        return self.month[:, self._place[name]]

    def audit(self, subledgers: dict[str, np.ndarray], numbers: np.ndarray) -> None:
        """Raise AuditError unless balances equal the totals by incidence, sum to zero and equal their sub-ledgers."""
        plain = self._plain(self.balance)
        if self._plain(self.posted).any():
            raise AuditError("postings were made that no settlement has moved")
        wrong = (plain != self.total @ self.incidence).any(axis=0)
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


@inline
def part_of(amount: int, weight: int, weights: int) -> int:
    """floor(amount * weight / weights) in integers, 0 when there is nothing to weigh."""
    return amount * weight // weights if weights > 0 else 0


def split(amount: int, weights: list[int] | np.ndarray) -> np.ndarray:
    """Share `amount` out by largest remainder; ties go to the earlier of the fixed order. Sums exactly to `amount`."""
    w = np.asarray(weights, np.int64)
    total = int(w.sum())
    if total <= 0:
        return np.zeros(len(w), np.int64)
    base = np.array([amount * int(x) // total for x in w], np.int64)
    rest = np.array([amount * int(x) % total for x in w], np.int64)
    for i in np.argsort(-rest, kind="stable")[: amount - int(base.sum())]:
        base[i] += 1
    return base


def split_pro_rata(available: int, claims: np.ndarray) -> np.ndarray:
    """Pay each claim in full when there is enough, else pro rata to the fen."""
    claims = np.maximum(claims, 0)
    return claims.copy() if int(claims.sum()) <= available else split(max(available, 0), claims)


def pools(m: Any, scope: str) -> np.ndarray:
    """Index of the pool that each village belongs to: its "township", its "county", or itself where villages do not meet."""
    kept = m.__dict__.setdefault("_pools", {})
    if scope not in kept:
        own = m.world.county * 100_000 + (m.state["township"] if scope == "township" else 0)
        apart = not m.coupled or scope == "village"
        kept[scope] = np.arange(len(own)) if apart else np.asarray(np.unique(own, return_inverse=True)[1], np.int64)
    return np.asarray(kept[scope])


def split_by_pool(available: np.ndarray, claims: np.ndarray, pool: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """`split_pro_rata` inside each pool (`available` one number a pool, the rest one a village); odd units by number.

    All pools at once; a claim times what is available stays under 2^63.
    """
    claims, within = np.maximum(claims, 0), partial(np.bincount, pool, minlength=len(available))
    total = within(claims).astype(np.int64)
    if (total <= available).all():
        return claims
    have = np.clip(available, 0, total)
    got, rest = np.divmod(have[pool] * claims, np.maximum(total, 1)[pool])
    odd = have - within(got).astype(np.int64)
    order = np.lexsort((numbers, -rest, pool))
    first = np.concatenate([[0], np.cumsum(within())[:-1]])
    got[order] += np.arange(len(pool)) - first[pool[order]] < odd[pool[order]]
    return np.asarray(got)
