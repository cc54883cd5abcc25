"""Kernels: compiled rows of the month and their pieces.

`kernel` marks a row, `inner` a piece of rows, `called` one that is long and seldom run, `inline` a small
function that Python calls too, `setup` a function of the start that may allocate. With
`NUMBA_DISABLE_JIT=1` they are plain Python with the same bytes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numba
import numba.extending
import numpy as np
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

from sim.engine.compile_cache import compiler
from sim.engine.tables import plain

# A row of the month. No reference counts: a kernel allocates nothing, scratch is in `world.work`.
_kernel = compiler(error_model="numpy", no_cfunc_wrapper=True, _nrt=False)


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
                (id(argument.dtype), argument.ndim, argument.flags.c_contiguous)
                if isinstance(argument, np.ndarray)
                else type(argument)
                for argument in arguments
            ]
        )
        entry, _ = self.known.get(key, (None, None))
        if entry is None:
            types = tuple(plain(self.dispatcher.typeof_pyval(argument)) for argument in arguments)
            self.dispatcher.compile(types)
            entry = self.dispatcher.overloads[types].entry_point
            self.known[key] = (
                entry,
                [argument.dtype for argument in arguments if isinstance(argument, np.ndarray)],
            )
        self.last[tuple(map(type, arguments))] = (
            entry,
            [
                (place, weakref.ref(argument))
                for place, argument in enumerate(arguments)
                if isinstance(argument, np.ndarray)
            ],
        )
        return entry(*arguments)


UNSEEN: Any = (None, [(0, lambda: UNSEEN)])  # an array that no argument is


class PieceLibrary(JITCodeLibrary):
    """A piece's code, which waits for the kernels that it becomes a part of.

    It is neither optimised nor made into machine code by itself: both are done once, in the kernel.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Nowhere: a piece is not called from outside."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """What Numba asks to tell running code of its environment: there is none to tell."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """A piece raises nothing and holds no objects."""


class CalledLibrary(PieceLibrary):
    """The code of a piece that is called and never inlined."""

    def add_ir_module(self, ir_module: Any) -> None:
        """Numba's, with a word to the optimiser."""
        for function in ir_module.functions:
            if not function.is_declaration:
                function.attributes.add("noinline")
        super().add_ir_module(ir_module)


class PieceCompiler(Compiler):
    """Numba's compiler with a piece's library."""

    library: type[PieceLibrary] = PieceLibrary

    def __init__(self, typing: Any, target: Any, library: Any, *more: Any) -> None:
        if library is None:
            library = self.library(target.codegen(), "piece")
            library.enable_object_caching()
        super().__init__(typing, target, library, *more)


class CalledCompiler(PieceCompiler):
    """The same for a piece that is called."""

    library = CalledLibrary


class Piece:
    """A piece of kernels, compiled once and for them alone: it is inlined wherever it is used.

    From Python it is the plain function, as no way in is compiled. What compiles it is made when a kernel
    first asks: a process that finds its kernels compiled needs none of them.
    """

    __slots__ = ("__name__", "__wrapped__", "_dispatcher", "inlined")

    def __init__(self, function: Callable[..., Any], inlined: bool = True) -> None:
        self.__name__, self.__wrapped__, self.inlined = function.__name__, function, inlined
        self._dispatcher: Any = None

    @property
    def dispatcher(self) -> Any:
        """Numba's side of it."""
        if self._dispatcher is None:
            self._dispatcher = numba.njit(
                error_model="numpy",
                no_cfunc_wrapper=True,
                no_cpython_wrapper=True,
                forceinline=self.inlined,  # a call for each person costs more than what a verb does
                _nrt=False,
                pipeline_class=PieceCompiler if self.inlined else CalledCompiler,
            )(self.__wrapped__)
            # a constant among the arguments makes no version of its own
            versions = self._dispatcher.get_call_template
            self._dispatcher.get_call_template = lambda types, named: versions(
                tuple(map(numba.types.unliteral, types)), named
            )
        return self._dispatcher

    def __call__(self, *arguments: Any) -> Any:
        return self.__wrapped__(*arguments)


@numba.extending.typeof_impl.register(Kernel)
@numba.extending.typeof_impl.register(Piece)
def _type_of_function(value: Kernel | Piece, context: Any) -> Any:
    return numba.extending.typeof_impl(value.dispatcher, context)


def kernel(function: Callable[..., Any]) -> Any:
    """A row of the month; the plain function where the compiler is off."""
    return function if numba.config.DISABLE_JIT else Kernel(function)


setup = compiler(error_model="numpy", no_cfunc_wrapper=True)  # the same for the start: may allocate
inline = compiler(error_model="numpy", no_cfunc_wrapper=True, _nrt=False)  # small, also called from Python


def drawing(signature: str) -> Callable[..., Any]:
    """An `inline` function of one signature.

    Without it each mixture of widths of integers is compiled by itself.
    """
    return compiler(signature, error_model="numpy", no_cfunc_wrapper=True, _nrt=False)


def inner(function: Callable[..., Any]) -> Any:
    """A piece of kernels; the plain function where the compiler is off."""
    return function if numba.config.DISABLE_JIT else Piece(function)


def called(function: Callable[..., Any]) -> Any:
    """A piece that runs once a village or less, from many places: called there, where inlined it would be
    compiled again and again.
    """
    return function if numba.config.DISABLE_JIT else Piece(function, inlined=False)
