"""Kernels: compiled rows of the month and their pieces.

`kernel` marks a row, `inner` a piece of rows, `inline` a small function that Python calls too, `setup` a
function of the start that may allocate. With `NUMBA_DISABLE_JIT=1` they are plain Python with the same bytes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numba
import numba.extending
import numpy as np

from sim.engine.tables import plain

# A row of the month. No reference counts: a kernel allocates nothing, scratch is in `world.work`.
_kernel = numba.njit(cache=True, error_model="numpy", no_cfunc_wrapper=True, _nrt=False)


class Kernel:
    """A compiled row of the month, called past Numba's dispatcher.

    To choose the compiled version the dispatcher looks at each array of a table, every time; for a small
    county that takes longer than the row. Here the version is remembered by the types of the arguments, for a
    table its class, and for arrays by what tells them apart, which is not looked at again where they are
    those of the last call.
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
            error_model="numpy",
            no_cfunc_wrapper=True,
            no_cpython_wrapper=True,
            _nrt=False,
            forceinline=True,  # a call for each person costs more than what a verb does
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
