"""Any finite doubles to one exact integer: on a grid where they fit one, else by their exponents.

By exponent a double is split, through its int64 view, into two halves that are added with `numpy.bincount`.
Within one exponent all high halves are whole multiples of one unit, and so are all low halves, so that a
float64 bin stays exact for 2**25 of them.  The bins are then folded into one Python integer in units of
2**-1074.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from losscli.arrays import Floats
from losscli.numerics import grid
from losscli.numerics.grid import Dyadic, Grid, plus

CHUNK = grid.ROWS
"""Rows handled at a time: with fewer the calls would take longer than the numbers."""

LOW_BITS = np.int64(27)
HIGH_MASK = np.int64(-1) << LOW_BITS

_UNIT = -1074
_BINS = 4096  # sign bit and exponent field together
_TOP = 2000  # a bin from here up could overflow, and holds the infinities and nan: such values go another way
_FIELD = np.uint64(52)
_TOP_BINS = np.zeros(_BINS)
_TOP_BINS[_TOP : _BINS // 2] = 1.0
_TOP_BINS[_BINS // 2 + _TOP :] = -1.0  # the bins of negative numbers: nothing cancels
_PATIENCE = 16  # chunks that do not try the grid, once it did not take one
_GROUP = 8
_POWERS = np.int64(1) << np.arange(_GROUP)
_ROWS = 13  # scratch rows: three for the bins, four for a square, six for a product

Found = TypeVar("Found")


class Bins:
    """A grid, two histograms for what does not fit it, and scratch memory; one for each thread."""

    def __init__(self) -> None:
        self.grid = Grid()
        self._wide = 0  # chunks that do not try the grid
        self._found: Dyadic = (0, 0)
        self._binned = False
        self._high = np.zeros(_BINS)
        self._low = np.zeros(_BINS)
        # Rows a whole number of pages apart would compete for the same lines of the cache.
        self._scratch = np.empty((_ROWS, CHUNK + 136))

    def work(self, count: int, rows: int, first: int = 3) -> Floats:
        """Scratch rows from `first` on, cut to `count` columns; the first three belong to `put`."""
        return self._scratch[first : first + rows, :count]

    def put(self, values: Floats) -> bool:
        """Add at most `CHUNK` values; False, and nothing is added, when one is huge, infinite or nan."""
        found = self._on_grid(lambda: self.grid.add(values))
        if found is None:
            return self._put_by_exponent(values)
        self.count(found[0])
        if not found[1].size:
            return True
        self._wide = _PATIENCE
        return self._put_by_exponent(found[1])

    def _on_grid(self, attempt: Callable[[], Found | None]) -> Found | None:
        """What a grid makes of a chunk; None when it does not fit, or the ones before did not."""
        if self._wide:
            self._wide -= 1
            return None
        found = attempt()
        if found is None:
            self._wide = _PATIENCE
        return found

    def moments(self, values: Floats) -> tuple[Dyadic, Dyadic] | None:
        """The sum and the sum of squares of at most `CHUNK` values; None when they do not fit a grid."""
        return self._on_grid(lambda: self.grid.moments(values))

    def product(self, left: Floats, right: Floats) -> Dyadic | None:
        """The sum of the products of at most `CHUNK` rows; None when they do not fit a grid."""
        return self._on_grid(lambda: self.grid.product(left, right))

    def count(self, found: Dyadic) -> None:
        """Add a whole number of a power of two."""
        self._found = plus(self._found, found)

    def _put_by_exponent(self, values: Floats) -> bool:
        index, high, low = self.work(values.size, 3, first=0)
        index = index.view(np.uint64)
        np.right_shift(values.view(np.uint64), _FIELD, out=index)
        np.bitwise_and(values.view(np.int64), HIGH_MASK, out=high.view(np.int64))
        np.subtract(values, high, out=low)
        places = index.view(np.int64)
        found = np.bincount(places, high, _BINS)
        if found @ _TOP_BINS != 0.0:  # also when it is nan
            return False
        self._binned = True
        self._high += found
        self._low += np.bincount(places, low, _BINS)
        return True

    def take(self) -> Dyadic:
        """The sum of all that was put since the last call; nothing is left then."""
        found, self._found = self._found, (0, 0)
        return plus(found, (self._take_bins(), _UNIT)) if self._binned else found

    def _take_bins(self) -> int:
        """What the histograms hold, in units of 2**-1074."""
        self._binned = False
        middle = _BINS // 2
        high = self._high[:middle] + self._high[middle:]
        low = self._low[:middle] + self._low[middle:]
        self._high[:] = 0.0
        self._low[:] = 0.0
        for half in (high, low):  # field 0, the subnormals, has the unit of field 1
            half[1] += half[0]
            half[0] = 0.0
        used = ((high != 0.0) | (low != 0.0)).tobytes()
        first, last = used.find(1), used.rfind(1)
        if first < 0:
            return 0
        start = first - (first - 1) % _GROUP
        upper = _grouped(high[start : last + 1], start, 27)
        lower = _grouped(low[start : last + 1], start, 0)
        total = 0
        for group, (above, below) in enumerate(zip(upper, lower, strict=True)):
            if above or below:
                total += ((above << 27) + below) << (_GROUP * group + start - 1)
        return total


def _grouped(sums: Floats, field: int, places: int) -> list[int]:
    """Eight neighbouring bins to one integer: a bin counts less than 2**49 units, so the integer fits."""
    units = np.arange(1075 - field - places, 1075 - field - places - sums.size, -1)
    spread = np.zeros(-(-sums.size // _GROUP) * _GROUP, dtype=np.int64)
    spread[: sums.size] = np.ldexp(sums, units)
    found: list[int] = np.matmul(spread.reshape(-1, _GROUP), _POWERS).tolist()
    return found
