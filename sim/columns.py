"""Tables of arrays that compiled rows take by one address.

As a plain tuple the fifty arrays of the person table are four hundred arguments of each compiled function, copied at
every inner call: that was half of the time to compile. A `Table` is one address; where its arrays lie stands in a block
of words that does not change while a row runs, so that the compiler reads each only once.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import make_array, populate_array


class Table:
    """Mixin of a NamedTuple of C-contiguous arrays: kernels read `table.name`; the arrays themselves are not replaced."""

    @cached_property
    def address(self) -> int:
        """Address of the words: for each array where its data begin, then its shape."""
        arrays: Any = self
        if not all(x.flags.c_contiguous for x in arrays):
            raise ValueError("the arrays of a table are C-contiguous")
        self.words = np.array([word for x in arrays for word in (x.ctypes.data, *x.shape)], np.int64)
        return int(self.words.ctypes.data)


class TableType(types.Type):
    """Numba's type of a table: its fields' types and where their words begin."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.members = dict(fields)
        starts = np.cumsum([0, *(1 + t.ndim for t in self.members.values())]).tolist()
        self.places = dict(zip(self.members, starts, strict=False))
        super().__init__(f"{name}({hashlib.sha256(str(fields).encode()).hexdigest()[:16]})")


@register_model(TableType)
class TableModel(models.PrimitiveModel):
    """An address."""

    def __init__(self, manager: Any, of: TableType) -> None:
        super().__init__(manager, of, ir.IntType(64))


@typeof_impl.register(Table)
def _type_of(table: Any, context: Any) -> TableType:
    fields = tuple((name, numba.typeof(x)) for name, x in zip(table._fields, table, strict=True))
    return TableType(type(table).__name__, fields)


@unbox(TableType)
def _unbox(of: TableType, table: Any, c: Any) -> Any:
    held = c.pyapi.object_getattr_string(table, "address")
    address = c.pyapi.long_as_longlong(held)
    c.pyapi.decref(held)
    return NativeValue(address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = TableType

    def generic_resolve(self, value: Any, attr: str) -> Any:  # type: ignore[override]
        return value.members.get(attr)


@lower_getattr_generic(TableType)
def _field(context: Any, builder: Any, of: TableType, address: Any, name: str) -> Any:
    """The array of a field, made of its words; its strides follow from its shape."""
    kind = of.members[name]
    word = ir.IntType(64)
    block = builder.inttoptr(address, word.as_pointer())

    def read(k: int) -> Any:
        value = builder.load(builder.gep(block, [word(of.places[name] + k)]))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    data, shape = read(0), [read(1 + k) for k in range(kind.ndim)]
    array = make_array(kind)(context, builder)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides: list[Any] = []
    step = size
    for n in reversed(shape):
        strides.insert(0, step)
        step = builder.mul(step, n)
    start = builder.inttoptr(data, array.data.type)
    sizes, steps = cgutils.pack_array(builder, shape), cgutils.pack_array(builder, strides)
    populate_array(array, data=start, shape=sizes, strides=steps, itemsize=size, meminfo=None)
    return array._getvalue()
