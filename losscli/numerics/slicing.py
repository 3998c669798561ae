"""Doubles cut into slices of 20 bits on a common grid, so that an ordinary matrix product of slices is exact.

A chunk whose values do not differ too much in size, as those of most losses, is the sum of a few slices.
Each is a whole multiple, up to 2**19, of one power of two.  A product of two slices is a multiple up to
2**38 of another, and 2**13 of these add up to 2**51 at most: no order of additions, fused or not, rounds
anything (Ozaki, Ogita, Oishi, Rump 2012).  Values that differ more are declined, and go through `binning`.
"""

from __future__ import annotations

import math
import threading

import numpy as np

from losscli.arrays import Floats

ROWS = 1 << 13
"""The most rows that a chunk may have."""

_BITS = 20
_MOST = 7  # slices: with more the histograms of `binning` are as fast
_LARGEST = 2.0**300
_SMALLEST = 2.0**-300  # of a chunk's largest value: products of its last slices stay far above 2**-1074
_ALONE = 200_000  # multiplications: with more a linear algebra library may wake its threads, which costs more
_PLACES = _BITS * np.add.outer(np.arange(_MOST + 1), np.arange(_MOST + 1))

Dyadic = tuple[int, int]
"""A whole number, and the exponent of the power of two in which it counts."""


class _Local(threading.local):
    """Scratch memory of each thread: room for the slices, a row of ones and one for what is left."""

    def __init__(self) -> None:
        # Rows a whole number of pages apart would compete for the same lines of the cache.
        self.room = np.empty((_MOST + 2, ROWS + 136))


_local = _Local()


class Slices:
    """A chunk cut into slices, the coarsest first: slice i counts in 2**(exponent - 20 * i)."""

    __slots__ = ("_exponent", "_rows")

    def __init__(self, rows: Floats, exponent: int) -> None:
        self._rows = rows  # the slices, then a row of ones
        self._exponent = exponent

    def moments(self) -> tuple[Dyadic, Dyadic]:
        """The sum of the values and the sum of their squares."""
        # One row more on one side: the library's product of a matrix with itself is slower.
        found = _inner(self._rows[:-1], self._rows)
        squares = _folded(found[:, :-1], 2 * self._exponent)
        return _folded(found[:, -1:], self._exponent), squares


def cut(values: Floats) -> Slices | None:
    """Slices of at most `ROWS` values; None when they are too many, or a value is huge, infinite or nan.

    The slices live in scratch memory of the thread until its next cut.
    """
    room = _local.room[:, : values.size]
    rest = room[-1]
    np.abs(values, out=rest)
    largest = float(rest.max())
    if not (_SMALLEST <= largest <= _LARGEST or largest == 0.0):
        return None
    exponent = math.frexp(largest)[1] - _BITS + 1
    source = values
    for place in range(_MOST):
        piece = room[place]
        # Adding this constant leaves no bit below the grid: rounding to the nearest multiple is all it does.
        anchor = math.ldexp(1.5, 52 + exponent - _BITS * place)
        np.add(source, anchor, out=piece)
        np.subtract(piece, anchor, out=piece)
        np.subtract(source, piece, out=rest)
        if not rest.any():
            room[place + 1] = 1.0
            return Slices(room[: place + 2], exponent)
        source = rest
    return None


def _inner(left: Floats, right: Floats) -> Floats:
    """The inner products of rows with rows, exact, in one thread."""
    size = left.shape[1]
    if len(left) * len(right) * size <= _ALONE:
        return left @ right.T
    middle = size // 2
    return _inner(left[:, :middle], right[:, :middle]) + _inner(left[:, middle:], right[:, middle:])


def _folded(table: Floats, exponent: int) -> Dyadic:
    """Sums, in row i and column j of 2**(exponent - 20 * (i + j)), to one number in the last unit."""
    rows, columns = table.shape
    counts = np.ldexp(table, _PLACES[:rows, :columns] - exponent).astype(np.int64).tolist()
    sums = [0] * (rows + columns - 1)
    for start, row in enumerate(counts):
        for place, count in enumerate(row, start):
            sums[place] += count
    units = 0
    for found in sums:
        units = (units << _BITS) + found
    return units, exponent - _BITS * (len(sums) - 1)
