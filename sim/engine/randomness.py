"""Keyed random draws: each is a function of (seed, purpose, identity, month, index) and of nothing else.

`Purpose("demography.death")` declares one decision; its number is a checksum of its name, so that adding a
purpose leaves every other draw as it was, and two that share a number are refused. A row of the month asks
the model for `key = mix(seed, month << 16 | purpose)` and its kernel calls `uniform(key, identity, index)`.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np

from sim.engine.compile_cache import silence_overflow
from sim.engine.kernels import drawing, kernel

silence_overflow()  # before the first draw

MASK = (1 << 64) - 1
_GOLDEN, _A, _B, _INDEX = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD1B54A32D192ED03
GOLDEN, MIX_A, MIX_B, INDEX = np.uint64(_GOLDEN), np.uint64(_A), np.uint64(_B), np.uint64(_INDEX)
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
TO_UNIT = 2.0**-53
LASTING = -4000  # the month of keys that last

PURPOSES: dict[int, str] = {}


class Purpose:
    """One declared decision and its number of 16 bits."""

    __slots__ = ("name", "number", "place")

    def __init__(self, name: str) -> None:
        self.name = name
        self.number = zlib.crc32(name.encode()) & 0xFFFF
        if self.number in PURPOSES:
            raise ValueError(f"purpose {name!r} shares its number with {PURPOSES[self.number]!r}: rename one")
        self.place = len(PURPOSES)
        PURPOSES[self.number] = name


def mix_int(key: int, value: int) -> int:
    """The finaliser on Python integers, for keys."""
    mixed = (key + (value + 1) * _GOLDEN) & MASK
    mixed = ((mixed ^ (mixed >> 30)) * _A) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * _B) & MASK
    return mixed ^ (mixed >> 31)


@lru_cache(maxsize=4096)
def _seeded(seed: int) -> int:
    return mix_int(seed & MASK, 0x5EED)


def key_of(seed: int, purpose: Purpose, month: int) -> np.uint64:
    """The key of one row of one month. `month` may be negative (spin-up): it is shifted by 4,096."""
    return np.uint64(mix_int(_seeded(seed), ((month + 4096) << 16) | purpose.number))


@lru_cache(maxsize=4)
def _numbers(purposes: int, months: int) -> np.ndarray:
    return (np.fromiter(PURPOSES, np.int64, purposes) + (np.arange(months)[:, None] << 16)).ravel()


def keys_of(seed: int, month: int, months: int) -> np.ndarray:
    """`key_of` for every declared purpose, by `Purpose.place`, of several months from `month` on.

    Shape (months, purposes).
    """
    numbers = _numbers(len(PURPOSES), months)
    room = np.empty(len(numbers), np.uint64)
    fill(room, np.uint64((_seeded(seed) + (((month + 4096) << 16) + 1) * _GOLDEN) & MASK), numbers, 0)
    return room.reshape(months, -1)


class Keys:
    """Keys of every purpose, one a county, for this month and for what lasts.

    The arrays stay the same and change their content from month to month, so that kernels know them again.
    """

    def __init__(self, seeds: tuple[int, ...]) -> None:
        self.seeds = seeds
        self._months = self._of(LASTING, 1)  # (months, purposes, counties) from `first` on
        self._first = LASTING
        self._lasting = list(self._months[0].copy())
        self._now = self._months[0].copy()
        self._rows = list(self._now)
        self.month = LASTING

    def _of(self, month: int, months: int) -> np.ndarray:
        return np.stack([keys_of(seed, month, months) for seed in self.seeds], axis=-1)

    def turn(self, month: int) -> None:
        """Go on to a month."""
        if not self._first <= month < self._first + len(self._months):
            # a year at once: twelve in a row cost what two do by themselves
            self._first, self._months = month, self._of(month, 12)
        self._now[:] = self._months[month - self._first]
        self.month = month

    def of(self, purpose: Purpose) -> np.ndarray:
        """(counties) keys of a decision this month."""
        return self._rows[purpose.place]

    def lasting(self, purpose: Purpose) -> np.ndarray:
        """(counties) keys of a trait that stays with a person, or of a year that a kernel indexes itself."""
        return self._lasting[purpose.place]


def uniforms(key: np.uint64, identities: np.ndarray, index: int = 0) -> np.ndarray:
    """`uniform` of each identity."""
    room = np.empty(len(identities), np.uint64)
    fill(room, key, identities, index)
    return np.asarray((room >> S11) * TO_UNIT)


@drawing("uint64(uint64, int64, int64)")
def bits(key: np.uint64, identity: int, index: int) -> np.uint64:
    """64 random bits of one identity and index."""
    mixed = key + np.uint64(identity) * GOLDEN + np.uint64(index) * INDEX
    mixed = (mixed ^ (mixed >> S30)) * MIX_A
    mixed = (mixed ^ (mixed >> S27)) * MIX_B
    return mixed ^ (mixed >> S31)


@kernel
def fill(room, key, identities, index):
    """`bits` of each identity."""
    for place in range(len(room)):
        room[place] = bits(key, identities[place], index)


@drawing("float64(uint64, int64, int64)")
def uniform(key: np.uint64, identity: int, index: int) -> float:
    """A number in [0, 1) with 53 bits."""
    return np.float64(bits(key, identity, index) >> S11) * TO_UNIT


@drawing("int64(uint64, int64, int64, int64)")
def below(key: np.uint64, identity: int, index: int, count: int) -> int:
    """A whole number in [0, n); 0 when n is 0."""
    drawn = np.int64(uniform(key, identity, index) * count)
    return drawn if drawn < count else max(count - 1, 0)


@drawing("float64(uint64, int64, int64)")
def normalish(key: np.uint64, identity: int, index: int) -> float:
    """Mean 0, variance 1: the sum of twelve uniforms less six (no libm, so the same bytes on every
    processor).
    """
    total = -6.0
    for i in range(12):
        total += uniform(key, identity, index * 16 + i)
    return total


@drawing("int64(float64, uint64, int64, int64)")
def rounded(value: float, key: np.uint64, identity: int, index: int) -> int:
    """A whole number whose mean is `value` (>= 0): the fraction decides by a draw."""
    whole = np.int64(value)
    return whole + (1 if uniform(key, identity, index) < value - whole else 0)


def draw(seed: int, purpose: Purpose, identity: int, month: int, index: int = 0) -> float:
    """One uniform number, for Python code and for tests of the kernels."""
    return float(uniform(key_of(seed, purpose, month), identity, index))
