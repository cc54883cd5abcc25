"""Tables of arrays in kernels.

Elements, parts and lengths as NumPy has them, and no version for an array it was not made for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from sim.engine.kernels import kernel
from sim.engine.tables import Table, copy_row

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="without the compiler there are no types to tell apart"
)


class _Shelf(NamedTuple):
    line: np.ndarray
    sheet: np.ndarray
    block: np.ndarray


class Shelf(Table, _Shelf):
    """Columns of one, two and three dimensions and three widths."""


def shelf() -> Shelf:
    return Shelf(
        np.arange(4, dtype=np.int8),
        np.arange(6.0).reshape(2, 3),
        np.arange(24, dtype=np.int64).reshape(2, 3, 4),
    )


def move(t, out):
    out[0], out[1], out[2] = t.line[3], t.sheet[1, 2], t.block[1, 2, 3]
    out[3], out[4], out[5] = len(t.line), len(t.block), t.sheet[1][0]
    t.line[2] += 5
    t.sheet[0, 1] = t.line[0] - 2
    t.block[1, 0, 0] = -7
    part = t.block[0, 1]
    part[2] = 100
    t.sheet[1, 0:2] = 9


def test_columns_are_read_and_written_as_numpy_would() -> None:
    t, out = shelf(), np.zeros(6)
    kernel(move)(t, out)
    assert out.tolist() == [3, 5, 23, 4, 2, 3]
    assert t.line.tolist() == [0, 1, 7, 3] and t.sheet.tolist() == [[0, -2, 2], [9, 9, 5]]
    expected = np.arange(24).reshape(2, 3, 4)
    expected[1, 0, 0], expected[0, 1, 2] = -7, 100
    assert (t.block == expected).all()


def add_up(x, out):
    out[0] = 0
    for i in range(len(x)):
        out[0] += x[i]


def test_a_kernel_that_remembers_its_last_arrays_knows_another_kind_by_sight() -> None:
    """Same shape and width, another type; then every other element; then the first kind again."""
    summed, out = kernel(add_up), np.zeros(1)
    whole, real, wide = np.array([1, 2, 3]), np.array([0.5, 0.25, 4.0]), np.array([1, 50, 2, 60, 3, 70])
    for x, total in ((whole, 6), (real, 4.75), (wide[::2], 6), (whole, 6)):
        summed(x, out)
        assert out[0] == total


def test_the_arrays_of_a_table_are_contiguous() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        _ = Shelf(np.arange(8)[::2], np.zeros((1, 1)), np.zeros((1, 1, 1))).address


class _Wide(NamedTuple):
    small: np.ndarray
    wide: np.ndarray
    real: np.ndarray


class Wide(Table, _Wide):
    """A table whose columns differ in type and width."""


@kernel
def copies(table, target, source):
    """Row `source` over row `target`."""
    copy_row(table, target, source)


@pytest.mark.parametrize("copier", [copies, copy_row], ids=["compiled", "in Python"])
def test_a_row_is_copied_whatever_its_columns(copier: Any) -> None:
    table = Wide(
        np.array([1, 2, 3], np.int8),
        np.arange(12, dtype=np.int32).reshape(3, 4),
        np.array([0.5, 1.5, 2.5]),
    )
    copier(table, 0, 2)
    assert table.small.tolist() == [3, 2, 3]
    assert table.wide.tolist() == [[8, 9, 10, 11], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert table.real.tolist() == [2.5, 1.5, 2.5]


def test_tables_of_one_kind_share_a_type_and_others_do_not() -> None:
    """A type is made once; width, number of dimensions or a closed array make another."""
    one = numba.typeof(shelf())
    assert numba.typeof(shelf()) is one
    wide = shelf()._replace(line=np.arange(4, dtype=np.int16))
    flat = shelf()._replace(sheet=np.arange(6.0))
    closed = shelf()
    closed.block.flags.writeable = False
    assert len({str(kind) for kind in (one, *map(numba.typeof, (wide, flat, closed)))}) == 4
