"""Tables of arrays that compiled rows take by one address.

As a plain tuple the fifty arrays of the person table are four hundred arguments of each compiled function,
copied at every inner call: that was half of the time to compile. A `Table` is one address; where its arrays
lie stands in a block of words that does not change while a row runs, so that the compiler reads each only
once.
"""

from __future__ import annotations

import hashlib
import operator
from functools import cached_property
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import _Intrinsic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import (
    getitem_array_tuple,
    getitem_arraynd_intp,
    make_array,
    populate_array,
    setitem_array,
)


class Table:
    """Mixin of a NamedTuple of C-contiguous arrays.

    Kernels read `table.name`; the arrays themselves are not replaced.
    """

    @cached_property
    def address(self) -> int:
        """Address of the words: for each array where its data begin, then its shape."""
        arrays: Any = self
        if not all(array.flags.c_contiguous for array in arrays):
            raise ValueError("the arrays of a table are C-contiguous")
        self.words = np.array(
            [word for array in arrays for word in (array.ctypes.data, *array.shape)], np.int64
        )
        return int(self.words.ctypes.data)

    def __getstate__(self) -> None:
        """The address is that of these arrays: a copy finds its own."""


class TableType(types.Type):
    """Numba's type of a table: its columns' types and where their words begin."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        *starts, words = np.cumsum([0, *(1 + kind.ndim for _, kind in fields)]).tolist()
        self.bytes = 8 * words
        self.members = {
            field: (ColumnType(kind), place) for (field, kind), place in zip(fields, starts, strict=False)
        }
        super().__init__(f"{name}({hashlib.sha256(str(fields).encode()).hexdigest()[:16]})")


class Plain(types.Array):
    """Numba's type of an array of which no index is negative."""

    def __init__(self, array: Any) -> None:
        super().__init__(
            array.dtype, array.ndim, array.layout, not array.mutable, f"plain {array}", array.aligned
        )

    def copy(self, **changes: Any) -> Any:  # type: ignore[override]
        """The type of a view."""
        return Plain(super().copy(**changes))


def plain(kind: Any) -> Any:
    """The type by which kernels take a value of type `kind`."""
    return Plain(kind) if type(kind) is types.Array else kind


class ColumnType(types.Type):
    """Numba's type of a column of a table: in a kernel where its data begin, and its shape."""

    def __init__(self, array: Any) -> None:
        self.array = array
        super().__init__(f"Column({array})")

    def whole(self, index: Any) -> bool:
        """Whether an index names one element."""
        each: Any = index if isinstance(index, types.BaseTuple) else (index,)
        return len(each) == self.array.ndim and all(isinstance(kind, types.Integer) for kind in each)


WORD = ir.IntType(64)
BYTE = ir.IntType(8).as_pointer()


@register_model(TableType)
class TableModel(models.PrimitiveModel):
    """An address."""

    def __init__(self, manager: Any, of: TableType) -> None:
        super().__init__(manager, of, WORD.as_pointer())


@register_model(ColumnType)
class ColumnModel(models.StructModel):
    """The words of a column."""

    def __init__(self, manager: Any, of: ColumnType) -> None:
        super().__init__(
            manager, of, [("data", types.uintp), ("shape", types.UniTuple(types.intp, of.array.ndim))]
        )


register_model(Plain)(models.ArrayModel)


SEEN: dict[Any, TableType] = {}  # by class and by what tells arrays apart


@typeof_impl.register(Table)
def _type_of(table: Any, context: Any) -> TableType:
    """Made once for tables of one kind: to look at records of a hundred fields is half of a warm start."""
    key = (type(table), *((array.dtype, array.ndim, array.flags.num) for array in table))
    if key not in SEEN:
        fields = tuple(
            (name, plain(numba.typeof(array))) for name, array in zip(table._fields, table, strict=True)
        )
        SEEN[key] = TableType(type(table).__name__, fields)
    return SEEN[key]


@unbox(TableType)
def _unbox(of: TableType, table: Any, context: Any) -> Any:
    """The attribute's name is made once.

    For a new string Python looks through all base classes at each call.
    """
    name = cgutils.add_global_variable(context.builder.module, context.pyapi.pyobj, ".table_address")
    name.initializer, name.linkage = ir.Constant(context.pyapi.pyobj, None), "internal"
    with context.builder.if_then(cgutils.is_null(context.builder, context.builder.load(name)), likely=False):
        intern = context.pyapi._get_function(
            ir.FunctionType(context.pyapi.pyobj, [context.pyapi.cstring]), "PyUnicode_InternFromString"
        )
        context.builder.store(
            context.builder.call(
                intern, [context.context.insert_const_string(context.builder.module, "address")]
            ),
            name,
        )
    held = context.pyapi.object_getattr(table, context.builder.load(name))
    address = context.builder.inttoptr(context.pyapi.long_as_longlong(held), WORD.as_pointer())
    context.pyapi.decref(held)
    return NativeValue(address)


@infer_getattr
class _Columns(AttributeTemplate):
    key = TableType

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]
        return value.members[attr][0] if attr in value.members else None


@lower_getattr_generic(TableType)
def _column(context: Any, builder: Any, of: TableType, address: Any, name: str) -> Any:
    """The words of a column, read where the function begins: inside a loop they would be read each time, as
    no compiler moves a read before a condition.

    A table is an argument of the function and not assigned to.
    """
    kind, place = of.members[name]
    column = cgutils.create_struct_proxy(kind)(context, builder)
    held = getattr(address, "operands", [address])[0]
    given = next(
        (
            argument
            for argument in builder.function.args
            if argument in (address, held) or argument.name == f"arg.{held.name}"
        ),
        None,
    )
    if given is None:
        raise TypeError(f"{of} is no argument of {builder.function.name}, or is assigned to there")
    seen = builder.function.__dict__.setdefault("columns", {})
    if (given, place) not in seen:
        # the compiler may read ahead: of pieces inlined behind a condition words are read before the loop
        given.attributes.dereferenceable, given.attributes.align = of.bytes, 8
        with builder.goto_entry_block():
            seen[given, place] = [
                _word(builder, given, place + offset) for offset in range(1 + kind.array.ndim)
            ]
    words = seen[given, place]
    column.data, column.shape = words[0], cgutils.pack_array(builder, words[1:])
    return column._getvalue()


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        column, index = args
        if not isinstance(column, ColumnType):
            return None
        if column.whole(index):
            return signature(column.array.dtype, column, index)
        found = self.context.resolve_function_type(operator.getitem, (column.array, index), {})
        return signature(found.return_type, column, found.args[1])


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        column, index, value = args
        if not isinstance(column, ColumnType):
            return None
        if column.whole(index):
            return signature(types.none, column, index, column.array.dtype)
        found = self.context.resolve_function_type(operator.setitem, (column.array, index, value), {})
        return signature(types.none, column, *found.args[1:])


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], ColumnType) else None


def _word(builder: Any, address: Any, place: int) -> Any:
    """A word of a table: of each column where its data begin, then its shape."""
    value = builder.load(builder.gep(address, [WORD(place)]))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def _parts(context: Any, builder: Any, of: ColumnType, column: Any) -> tuple[Any, list[Any]]:
    """Where the data of a column begin, and its shape."""
    held = cgutils.create_struct_proxy(of)(context, builder, value=column)
    return builder.inttoptr(
        held.data, context.get_data_type(of.array.dtype).as_pointer()
    ), cgutils.unpack_tuple(builder, held.shape)


def _array(context: Any, builder: Any, of: ColumnType, column: Any) -> Any:
    """The array of a column; its strides follow from its shape."""
    start, shape = _parts(context, builder, of, column)
    array = make_array(of.array)(context, builder)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(of.array.dtype)))
    strides: list[Any] = []
    step = size
    for length in reversed(shape):
        strides.insert(0, step)
        step = builder.mul(step, length)
    sizes, steps = cgutils.pack_array(builder, shape), cgutils.pack_array(builder, strides)
    populate_array(array, data=start, shape=sizes, strides=steps, itemsize=size, meminfo=None)
    return array._getvalue()


def _element(context: Any, builder: Any, of: ColumnType, column: Any, kind: Any, index: Any) -> Any:
    """Where the element of a whole index lies."""
    start, shape = _parts(context, builder, of, column)
    single = isinstance(kind, types.Integer)
    each = [index] if single else cgutils.unpack_tuple(builder, index)
    at: Any = None
    for kind_of_index, index_value, length in zip([kind] if single else kind, each, shape, strict=True):
        index_value = context.cast(builder, index_value, kind_of_index, types.intp)
        at = (
            index_value
            if at is None
            else builder.add(builder.mul(at, length, flags=("nsw",)), index_value, flags=("nsw",))
        )
    return builder.gep(start, [at])


@lower_builtin(operator.getitem, ColumnType, types.Any)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    of, kind = sig.args
    if of.whole(kind):
        return context.unpack_value(
            builder, of.array.dtype, _element(context, builder, of, args[0], kind, args[1])
        )
    found = context.typing_context.resolve_function_type(operator.getitem, (of.array, kind), {})
    return context.get_function(operator.getitem, found)(
        builder, (_array(context, builder, of, args[0]), args[1])
    )


@lower_builtin(operator.setitem, ColumnType, types.Any, types.Any)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    of, kind, value = sig.args
    if of.whole(kind):
        return context.pack_value(
            builder, of.array.dtype, args[2], _element(context, builder, of, args[0], kind, args[1])
        )
    found = context.typing_context.resolve_function_type(operator.setitem, (of.array, kind, value), {})
    return context.get_function(operator.setitem, found)(
        builder, (_array(context, builder, of, args[0]), *args[1:])
    )


@lower_builtin(len, ColumnType)
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _parts(context, builder, sig.args[0], args[0])[1][0]


def _positive(context: Any, builder: Any, kind: Any, index: Any) -> tuple[Any, Any]:
    """Type and value of an index whose whole numbers are unsigned."""
    if isinstance(kind, types.Integer):
        return types.uintp, context.cast(builder, index, kind, types.intp)
    if not isinstance(kind, types.BaseTuple):
        return kind, index
    kinds = kind.types  # type: ignore[attr-defined]
    values = cgutils.unpack_tuple(builder, index)
    each = [
        _positive(context, builder, kind_of_index, value)
        for kind_of_index, value in zip(kinds, values, strict=True)
    ]
    whole = types.Tuple([kind_of_index for kind_of_index, _ in each])
    return whole, context.make_tuple(builder, whole, [value for _, value in each])


@lower_builtin(operator.getitem, Plain, types.Integer)
@lower_builtin(operator.getitem, Plain, types.BaseTuple)
def _get_plain(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = _positive(context, builder, sig.args[1], args[1])
    get = getitem_arraynd_intp if isinstance(kind, types.Integer) else getitem_array_tuple
    return get(context, builder, signature(sig.return_type, sig.args[0], kind), (args[0], index))


@lower_builtin(operator.setitem, Plain, types.Any, types.Any)
def _set_plain(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = _positive(context, builder, sig.args[1], args[1])
    return setitem_array(
        context,
        builder,
        signature(sig.return_type, sig.args[0], kind, sig.args[2]),
        (args[0], index, args[2]),
    )


class RowCopier(_Intrinsic):  # type: ignore[misc]
    """`copy_row(table, target, source)`: row `source` of every column over row `target`, compiled or not."""

    def __call__(self, table: Any, target: int, source: int) -> None:  # type: ignore[override]
        """In Python."""
        for column in table:
            column[target] = column[source]


def _copy_row(typing_context: Any, table: Any, target: Any, source: Any) -> Any:
    """In a kernel memory is copied, column by column."""
    if not isinstance(table, TableType):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, *rows = arguments
        of, *kinds = signature.args
        rows = [context.cast(builder, row, kind, types.intp) for row, kind in zip(rows, kinds, strict=True)]
        for column, place in of.members.values():
            size = context.get_abi_sizeof(context.get_data_type(column.array.dtype))
            width = context.get_constant(types.intp, size)
            for axis in range(1, column.array.ndim):
                width = builder.mul(width, _word(builder, address, place + 1 + axis))
            start = _word(builder, address, place)
            ends = [builder.inttoptr(builder.add(start, builder.mul(row, width)), BYTE) for row in rows]
            cgutils.raw_memcpy(builder, ends[0], ends[1], width, 1)
        return context.get_dummy_value()

    return types.none(table, target, source), generate


copy_row = RowCopier("copy_row", _copy_row)
copy_row._register()
