"""The months as they were: what every village did, month by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np


@dataclass
class Series:
    """What was recorded, month by month: records of shape (months, villages)."""

    flow: np.ndarray
    state: np.ndarray
    hours: np.ndarray
    posted: np.ndarray
    balance: np.ndarray
    names: list[str] = field(default_factory=list)

    def of(self, villages: np.ndarray) -> Series:
        """The same record of these villages (places) only."""
        first, end = int(villages[0]), int(villages[-1]) + 1
        rows = (
            slice(first, end) if end - first == len(villages) else villages
        )  # a county's villages lie side by side: no copy
        flow, state, hours, posted, balance = (
            records[:, rows] for records in (self.flow, self.state, self.hours, self.posted, self.balance)
        )
        return Series(flow, state, hours, posted, balance, self.names)

    def during(self, months: slice) -> Series:
        """The same record of these months only."""
        flow, state, hours, posted, balance = (
            records[months] for records in (self.flow, self.state, self.hours, self.posted, self.balance)
        )
        return Series(flow, state, hours, posted, balance, self.names)

    def amount(self, name: str) -> np.ndarray:
        """Fen or minutes posted under one kind, (months, villages)."""
        return np.asarray(self.posted[:, :, self.names.index(name)])


class Recorder:
    """The months as they are recorded, in room made for many at once.

    Kept as bytes: NumPy copies records field by field.
    """

    def __init__(self) -> None:
        self.count, self._room = 0, 1
        self._like: tuple[np.ndarray, ...] = ()  # a month's arrays, for their types and shapes
        self._places: list[slice] = []  # bytes of each in a month
        self._kept = np.empty((0, 0), np.uint8)  # (room, bytes of a month)
        # last records and their bytes: a model gives the same ones each month
        self._given: tuple[np.ndarray, ...] = ()
        self._bytes: list[np.ndarray] = []

    def __len__(self) -> int:
        return self.count

    def reserve(self, months: int) -> None:
        """Make room for so many more."""
        self._room, before = self.count + months, self._kept
        if self._like and self._room > len(before):
            self._kept = np.empty((self._room, before.shape[1]), np.uint8)
            self._kept[: self.count] = before[: self.count]

    def append(self, records: tuple[np.ndarray, ...]) -> None:
        """One month: an array each of flows, states, hours, postings and balances."""
        if not self._like:
            self._like = tuple(record[:0] for record in records)
            ends = np.cumsum([0, *(record.nbytes for record in records)]).tolist()
            self._places = [slice(first, end) for first, end in pairwise(ends)]
            self._kept = np.empty((0, ends[-1]), np.uint8)
        if self.count == len(self._kept):
            self.reserve(max(self._room - self.count, self.count))
        self.count += 1
        self.amend(records)

    def amend(self, records: tuple[np.ndarray, ...]) -> None:
        """Write the last month again."""
        if records is not self._given:
            self._given, self._bytes = records, [record.reshape(-1).view(np.uint8) for record in records]
        month = self._kept[self.count - 1]
        for place, record in zip(self._places, self._bytes, strict=True):
            month[place] = record

    def whole(self) -> tuple[np.ndarray, ...]:
        """Five arrays of (months, villages, ...) so far."""
        months = self._kept[: self.count]
        return tuple(
            months[:, place].view(record.dtype).view(type(record)).reshape(self.count, -1, *record.shape[1:])
            for place, record in zip(self._places, self._like, strict=True)
        )
