"""Exact quantiles of any number of rows, in flat memory.

A quantile is the averaged inverted distribution function (type 2 of Hyndman and Fan 1996): the least value
up to which at least the share `level` of the weight lies; where the share is met exactly, the mean of that
value and the next.  So a row of weight k counts as k rows, and the median of an even number of rows is the
mean of the middle two.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from losscli.arrays import ArrayLike, Floats
from losscli.numerics.exact import PLACES, ExactSum, Number, nearest
from losscli.reductions.blocks import Gatherer
from losscli.reductions.selection import Rows, select
from losscli.reductions.spool import Spool
from losscli.reductions.words import Reduction

if TYPE_CHECKING:
    from losscli.reductions.concentration import Carried

IN_MEMORY = 1 << 21
"""Rows held in memory, 8 bytes each, or 16 with weights; more go to a temporary file."""


class Quantiles:
    """The quantiles among the given reductions, such as the median and p95; the others are passed over.

    Infinite values take their place in the order; nan makes every quantile nan. Several threads may add to
    it.
    """

    def __init__(self, reductions: Sequence[Reduction], *, in_memory: int = IN_MEMORY) -> None:
        self._levels = {one.name: one.level for one in reductions if one.level is not None}
        if not all(0 < level < 1 for level in self._levels.values()):
            raise ValueError("the level of a quantile lies between 0 and 1")
        self._limit = in_memory
        self._spool = Spool(1, in_memory)
        self._weight = ExactSum()
        self._least, self._largest, self._heaviest = math.inf, -math.inf, 0.0
        self._nan = 0
        self._gatherer = Gatherer(self._take)
        self._adding = threading.Lock()

    def add(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Add a block of values (n,), with weights (n,) above 0, or each of weight 1.

        ShapeError: not one-dimensional, or lengths that differ.  WeightError: a weight is not above 0 and
        finite. WriteError: the disk for temporary files is full.
        """
        with self._adding:
            self._gatherer.add(values, weights)

    def _take(self, values: Floats, weights: Floats | None) -> None:
        missing = np.isnan(values)
        if missing.any():
            self._nan += int(np.count_nonzero(missing))
            values = values[~missing]
            weights = None if weights is None else weights[~missing]
        if not values.size:
            return
        self._least = min(self._least, float(values.min()))
        self._largest = max(self._largest, float(values.max()))
        if weights is not None:
            self._with_weights()
        elif self._spool.columns == 2:
            weights = np.ones(values.size)
        if weights is None:
            self._spool.append(values[:, None])
        else:
            self._weight.add(weights)
            self._heaviest = max(self._heaviest, float(weights.max()))
            self._spool.append(np.column_stack([values, weights]))

    def _with_weights(self) -> None:
        """From here on each row has its own weight: those so far have 1."""
        if self._spool.columns == 2:
            return
        earlier, self._spool = self._spool, Spool(2, self._limit)
        for chunk in earlier.chunks():
            self._spool.append(np.column_stack([chunk, np.ones(len(chunk))]))
        if earlier.count:
            self._weight.add_count(earlier.count)
            self._heaviest = 1.0

    def merge(self, other: Quantiles) -> None:
        """Add all rows of the other, which stays as it is."""
        self._gatherer.flush()
        self._nan += other.nan
        for values, weights in other._blocks():
            self._take(values, weights)

    def _blocks(self) -> Iterator[tuple[Floats, Floats | None]]:
        self._gatherer.flush()
        for chunk in self._spool.chunks():
            yield chunk[:, 0], (chunk[:, 1] if self._spool.columns == 2 else None)

    @property
    def rows(self) -> int:
        """How many rows were added, nan included."""
        self._gatherer.flush()
        return self._spool.count + self._nan

    @property
    def nan(self) -> int:
        """How many values were nan."""
        self._gatherer.flush()
        return self._nan

    @property
    def spilled(self) -> bool:
        """Whether the rows went to a temporary file."""
        self._gatherer.flush()
        return self._spool.spilled

    def result(self) -> dict[str, Number]:
        """The quantile of each level, by the reduction's name.

        An exact order statistic, or the mean of two.
        """
        self._gatherer.flush()
        if self._nan or not self._spool.count or not self._levels:
            return dict.fromkeys(self._levels, Number(math.nan, "nan"))
        whole = self._weight.units if self._spool.columns == 2 else self._spool.count
        # The value at which the share is reached, and the one at which it is exceeded: most often the same.
        needs = {name: needs_of(level, whole) for name, level in self._levels.items()}
        rows = Rows(self._spool, self._least, self._largest, self._heaviest)
        found = select(rows, [need for pair in needs.values() for need in pair])
        return {name: middle(found[reached], found[passed]) for name, (reached, passed) in needs.items()}

    def carried(self) -> Carried | None:
        """What the largest rows carry, of finite values; None without any row."""
        from losscli.reductions.concentration import Above, needed

        self._gatherer.flush()
        if self._nan or not self._spool.count:
            return None
        weighted = self._spool.columns == 2
        whole = self._weight.units if weighted else self._spool.count
        need = needed(whole)
        reached = whole - need + 1  # from below: at the border, what lies above it weighs less than `need`
        rows = Rows(self._spool, self._least, self._largest, self._heaviest)
        above = Above(select(rows, [reached])[reached])
        for values, weights in self._blocks():
            above.add(np.ascontiguousarray(values), weights)
        return above.carried(need if weighted else need << PLACES)


def needs_of(level: Fraction, whole: int) -> tuple[int, int]:
    """The least whole weight that is not under level * whole, and the least above it."""
    share = level * whole
    return math.ceil(share), math.floor(share) + 1


def middle(lower: float, upper: float) -> Number:
    """The mean of two values, rounded once; of infinities what their sum is."""
    if lower == upper:
        return Number.of(lower)
    if math.isfinite(lower) and math.isfinite(upper):
        return nearest((Fraction(lower) + Fraction(upper)) / 2)
    return Number.of(lower + upper)
