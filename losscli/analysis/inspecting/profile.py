"""What one input holds, added up block by block: exact sums, extremes, the first row of everything odd."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import SUM_TOLERANCE, Simplex
from losscli.engine.rowset import Rowset
from losscli.errors import Place
from losscli.numerics.exact import ExactSum
from losscli.reductions.summary import Summary

MOST_VALUES = 1000
"""Different values of a single column that are counted one by one."""

MOST_COLUMNS = 64
"""Columns whose sums are kept one by one."""

ROUNDED = 1e-6
"""A row's sum that is further than this from 1 was rounded when it was written, or is none."""


class Seen:
    """How often something was seen, and where first."""

    def __init__(self) -> None:
        self.count = 0
        self.place: Place | None = None

    def add(self, mask: Mask, rowset: Rowset, feed: int) -> None:
        """Count the cells, or whole rows, of a mask (n, k) or (n,)."""
        found = int(np.count_nonzero(mask))
        if found and self.place is None:
            at = int(np.argmax(mask))
            row, column = divmod(at, mask.shape[1]) if mask.ndim == 2 else (at, 0)
            place = rowset.place(feed, row, column)
            self.place = place if mask.ndim == 2 else Place(place.file, place.line)
        self.count += found


class Extreme:
    """The smallest or largest value and how many cells hold exactly it."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self.value = -np.inf
        self.count = 0

    def add(self, block: Rows) -> None:
        """Look at more cells."""
        here = float((self._sign * block).max())
        if here < self.value:
            return
        count = int(np.count_nonzero(block == self._sign * here))
        self.count = count if here > self.value else self.count + count
        self.value = here

    @property
    def extreme(self) -> float:
        """The value."""
        return self._sign * self.value


class RowSums:
    """What the rows of several columns have in common."""

    def __init__(self) -> None:
        self.rounded, self.off = Seen(), Seen()
        self.hundred = self.log = self.ascending = self.one_hot = 0
        self.largest_gap = 0.0

    def add(self, block: Rows, rowset: Rowset, feed: int) -> None:
        """Look at more rows (n, k)."""
        gaps = np.abs(Simplex.gaps(block))
        self.largest_gap = max(self.largest_gap, float(gaps.max()))
        self.rounded.add(gaps > ROUNDED, rowset, feed)
        self.off.add(gaps > SUM_TOLERANCE, rowset, feed)
        self.hundred += int(np.count_nonzero(np.abs(block.sum(axis=1) - 100.0) <= 0.5))
        self.ascending += int(np.count_nonzero((np.diff(block, axis=1) >= 0.0).all(axis=1)))
        zero_one = ((block == 0.0) | (block == 1.0)).all(axis=1)
        self.one_hot += int(np.count_nonzero(zero_one & (gaps == 0.0)))
        if float(block.max()) <= 0.0:
            total = np.exp(block).sum(axis=1)
            self.log += int(np.count_nonzero(np.abs(total - 1.0) <= SUM_TOLERANCE))


class Profile:
    """One input: `width` columns, all its cells together, and each column where there are few."""

    def __init__(self, feed: int, width: int) -> None:
        self.feed, self.width, self.rows = feed, width, 0
        self.summary = Summary(deviation=True)
        self.least, self.largest = np.full(width, np.inf), np.full(width, -np.inf)
        self.sums = [ExactSum() for _ in range(width)] if width <= MOST_COLUMNS else []
        self.low, self.high = Extreme(-1), Extreme(1)
        self.whole = self.single = self.half = True
        self.negative, self.above_one, self.broken = Seen(), Seen(), Seen()
        self.zeros = self.ones = 0
        self.row_sums = RowSums() if width > 1 else None
        self.values: dict[float, int] | None = {} if width == 1 else None
        self.firsts: dict[float, Place] = {}

    def add(self, rowset: Rowset) -> None:
        """Look at more rows."""
        block = rowset.inputs[self.feed]
        self.rows += len(block)
        self.summary.add(np.ascontiguousarray(block).ravel())
        self.least = np.minimum(self.least, block.min(axis=0))
        self.largest = np.maximum(self.largest, block.max(axis=0))
        for at, total in enumerate(self.sums):
            total.add(np.ascontiguousarray(block[:, at]))
        self.low.add(block)
        self.high.add(block)
        self._add_forms(block, rowset)
        if self.row_sums is not None:
            self.row_sums.add(block, rowset, self.feed)
        if self.values is not None:
            self._count(block[:, 0], rowset)

    def _add_forms(self, block: Rows, rowset: Rowset) -> None:
        broken = block != np.rint(block)
        self.whole = self.whole and not broken.any()
        self.broken.add(broken, rowset, self.feed)
        self.negative.add(block < 0.0, rowset, self.feed)
        self.above_one.add(block > 1.0, rowset, self.feed)
        self.zeros += int(np.count_nonzero(block == 0.0))
        self.ones += int(np.count_nonzero(block == 1.0))
        with np.errstate(over="ignore", under="ignore"):
            self.single = self.single and bool((block.astype(np.float32) == block).all())
            self.half = self.half and bool((block.astype(np.float16) == block).all())

    def _count(self, column: Floats, rowset: Rowset) -> None:
        values, first, counts = np.unique(column, return_index=True, return_counts=True)
        assert self.values is not None
        if len(values) > MOST_VALUES:
            self.values, self.firsts = None, {}
            return
        for value, at, count in zip(values.tolist(), first.tolist(), counts.tolist(), strict=True):
            if value not in self.values:
                self.firsts[value] = rowset.place(self.feed, at, 0)
            self.values[value] = self.values.get(value, 0) + count
        if len(self.values) > MOST_VALUES:
            self.values, self.firsts = None, {}

    @property
    def minimum(self) -> float:
        """The smallest cell."""
        return self.low.extreme

    @property
    def maximum(self) -> float:
        """The largest cell."""
        return self.high.extreme

    @property
    def constant(self) -> bool:
        """Whether every column holds one value only."""
        return bool((self.least == self.largest).all())

    @property
    def within_one(self) -> bool:
        """Whether every cell lies in [0, 1]."""
        return self.minimum >= 0.0 and self.maximum <= 1.0

    @property
    def zero_one(self) -> bool:
        """Whether every cell is 0 or 1."""
        return self.within_one and self.whole

    @property
    def sums_to_one(self) -> bool:
        """Whether the rows are distributions, a few rows apart."""
        sums = self.row_sums
        return sums is not None and self.within_one and sums.off.count <= 0.05 * self.rows

    @property
    def sums_to_hundred(self) -> bool:
        """Whether the rows are percentages of 100."""
        sums = self.row_sums
        return sums is not None and self.minimum >= 0.0 and sums.hundred >= 0.95 * self.rows

    @property
    def logs_of_one(self) -> bool:
        """Whether the rows are logarithms of distributions."""
        return self.row_sums is not None and self.maximum <= 0.0 and self.row_sums.log >= 0.95 * self.rows
