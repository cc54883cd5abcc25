"""Keyed random draws: each is a function of (seed, purpose, identity, month, index) and of nothing else.

`Purpose("demography.death")` declares one decision; its number is a checksum of its name, so that adding a
purpose
leaves every other draw as it was, and two that share a number are refused. A row of the month asks the model
for
`key = mix(seed, month << 16 | purpose)` and its kernel calls `uniform(key, identity, index)`.
"""

from __future__ import annotations

import weakref
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numba.extending
import numpy as np

from sim.columns import plain

MASK = (1 << 64) - 1
_GOLDEN, _A, _B, _INDEX = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD1B54A32D192ED03
GOLDEN, MIX_A, MIX_B, INDEX = np.uint64(_GOLDEN), np.uint64(_A), np.uint64(_B), np.uint64(_INDEX)
S27, S30, S31, S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
TO_UNIT = 2.0**-53

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
    z = (key + (value + 1) * _GOLDEN) & MASK
    z = ((z ^ (z >> 30)) * _A) & MASK
    z = ((z ^ (z >> 27)) * _B) & MASK
    return z ^ (z >> 31)


@lru_cache(maxsize=4096)
def _seeded(seed: int) -> int:
    return mix_int(seed & MASK, 0x5EED)


def key_of(seed: int, purpose: Purpose, month: int) -> np.uint64:
    """The key of one row of one month. `month` may be negative (spin-up): it is shifted by 4,096."""
    return np.uint64(mix_int(_seeded(seed), ((month + 4096) << 16) | purpose.number))


@lru_cache(maxsize=4)
def _numbers(purposes: int, months: int) -> np.ndarray:
    return (np.fromiter(PURPOSES, np.int64, purposes) + (np.arange(months)[:, None] << 16)).ravel()


def keys_of(seed: int, month: int, months: int) -> dict[int, list[np.uint64]]:
    """`key_of` for every declared purpose, by `Purpose.place`, of several months from `month` on."""
    numbers = _numbers(len(PURPOSES), months)
    room = np.empty(len(numbers), np.uint64)
    fill(room, np.uint64((_seeded(seed) + (((month + 4096) << 16) + 1) * _GOLDEN) & MASK), numbers, 0)
    return {month + k: list(keys) for k, keys in enumerate(room.reshape(months, -1))}


def uniforms(key: np.uint64, identities: np.ndarray, index: int = 0) -> np.ndarray:
    """`uniform` of each identity."""
    room = np.empty(len(identities), np.uint64)
    fill(room, key, identities, index)
    return np.asarray((room >> S11) * TO_UNIT)


# A row of the month. No reference counts: a kernel allocates nothing, scratch is in `world.work`.
_kernel = numba.njit(cache=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=False)


class Kernel:
    """A compiled row of the month, called past Numba's dispatcher.

    To choose the compiled version the dispatcher looks at each array of a table, every time; for a small
    county that
    takes longer than the row. Here the version is remembered by the types of the arguments, for a table its
    class, and
    for arrays by what tells them apart, which is not looked at again where they are those of the last call.
    """

    __slots__ = ("__name__", "__wrapped__", "dispatcher", "known", "last")

    def __init__(self, function: Callable[..., Any]) -> None:
        self.dispatcher = _kernel(function)
        self.known: dict[Any, Any] = {}
        self.last: dict[Any, Any] = {}  # by types: a version, and places and weak references of its arrays
        self.__name__, self.__wrapped__ = function.__name__, function

    def __call__(self, *arguments: Any) -> Any:
        entry, arrays = self.last.get(tuple(map(type, arguments)), UNSEEN)
        for place, array in arrays:
            if array() is not arguments[place]:
                break
        else:
            return entry(*arguments)
        # by the identity of a dtype, kept alive here: to hash one of a hundred fields takes longer than a row
        # of a small county
        key = tuple(
            [
                (id(a.dtype), a.ndim, a.flags.c_contiguous) if isinstance(a, np.ndarray) else type(a)
                for a in arguments
            ]
        )
        entry, _ = self.known.get(key, (None, None))
        if entry is None:
            types = tuple(plain(self.dispatcher.typeof_pyval(a)) for a in arguments)
            self.dispatcher.compile(types)
            entry = self.dispatcher.overloads[types].entry_point
            self.known[key] = entry, [a.dtype for a in arguments if isinstance(a, np.ndarray)]
        self.last[tuple(map(type, arguments))] = (
            entry,
            [(k, weakref.ref(a)) for k, a in enumerate(arguments) if isinstance(a, np.ndarray)],
        )
        return entry(*arguments)


UNSEEN: Any = (None, [(0, lambda: UNSEEN)])  # an array that no argument is


class Piece:
    """A piece of kernels, compiled once, for them alone.

    From Python it is the plain function, as no way in is compiled.
    """

    __slots__ = ("__name__", "__wrapped__", "dispatcher")

    def __init__(self, function: Callable[..., Any]) -> None:
        self.dispatcher = numba.njit(
            error_model="numpy", no_cfunc_wrapper=True, no_cpython_wrapper=True, _nrt=False
        )(function)
        self.__name__, self.__wrapped__ = function.__name__, function
        versions = (
            self.dispatcher.get_call_template
        )  # a constant among the arguments makes no version of its own
        self.dispatcher.get_call_template = lambda types, named: versions(
            tuple(map(numba.types.unliteral, types)), named
        )

    def __call__(self, *arguments: Any) -> Any:
        return self.__wrapped__(*arguments)


@numba.extending.typeof_impl.register(Kernel)
@numba.extending.typeof_impl.register(Piece)
def _type_of_function(value: Kernel | Piece, context: Any) -> Any:
    return numba.extending.typeof_impl(value.dispatcher, context)


def kernel(function: Callable[..., Any]) -> Any:
    """A row of the month; the plain function where the compiler is off."""
    return function if numba.config.DISABLE_JIT else Kernel(function)


setup = numba.njit(
    cache=True, error_model="numpy", no_cfunc_wrapper=True
)  # the same for the start: may allocate
inline = numba.njit(
    cache=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=False
)  # small, also called from Python


def drawing(signature: str) -> Callable[..., Any]:
    """An `inline` function of one signature.

    Without it each mixture of widths of integers is compiled by itself.
    """
    return numba.njit(signature, cache=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=False)  # type: ignore[no-any-return]


def inner(function: Callable[..., Any]) -> Any:
    """A piece of kernels; the plain function where the compiler is off."""
    return function if numba.config.DISABLE_JIT else Piece(function)


@drawing("uint64(uint64, int64, int64)")
def bits(key: np.uint64, identity: int, index: int) -> np.uint64:
    """64 random bits of one identity and index."""
    z = key + np.uint64(identity) * GOLDEN + np.uint64(index) * INDEX
    z = (z ^ (z >> S30)) * MIX_A
    z = (z ^ (z >> S27)) * MIX_B
    return z ^ (z >> S31)


@kernel
def fill(room, key, identities, index):
    """`bits` of each identity."""
    for k in range(len(room)):
        room[k] = bits(key, identities[k], index)


@drawing("float64(uint64, int64, int64)")
def uniform(key: np.uint64, identity: int, index: int) -> float:
    """A number in [0, 1) with 53 bits."""
    return np.float64(bits(key, identity, index) >> S11) * TO_UNIT


@drawing("int64(uint64, int64, int64, int64)")
def below(key: np.uint64, identity: int, index: int, n: int) -> int:
    """A whole number in [0, n); 0 when n is 0."""
    k = np.int64(uniform(key, identity, index) * n)
    return k if k < n else max(n - 1, 0)


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
